"""PyTorch's schedulers with drawn arguments, as Python text."""

from collections.abc import Callable
from random import Random

from .draft import Draft

Spelled = Callable[[str], str]
"""From a class's name to how the script's imports spell it."""


def _share(rng: Random, low: float, high: float, digits: int = 2) -> float:
    return round(rng.uniform(low, high), digits)


def _length(rng: Random, ticks: int, low: float = 0.3, high: float = 1.1) -> int:
    return max(2, round(ticks * rng.uniform(low, high)))


def _step(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    size, gamma = draft.constant("size", max(1, ticks // rng.randint(2, 6))), _share(rng, 0.1, 0.9)
    form = rng.choice(["step_size={0}, gamma={1}", "{0}, gamma={1}", "{0}, {1}", "step_size={0}"])
    return f"{at('StepLR')}(<opt>, {form.format(size, gamma)})"


def _multistep(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    marks = sorted(rng.sample(range(1, ticks + 2), min(ticks, rng.randint(1, 3))))
    return f"{at('MultiStepLR')}(<opt>, milestones={marks}, gamma={_share(rng, 0.1, 0.7)})"


def _constant(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    return f"{at('ConstantLR')}(<opt>, factor={_share(rng, 0.1, 0.9)}, total_iters={_length(rng, ticks, 0.2, 0.8)})"


def _linear(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    start, end = rng.choice([(_share(rng, 0.01, 0.5), 1.0), (1.0, _share(rng, 0.0, 0.5))])
    return (
        f"{at('LinearLR')}(<opt>, start_factor={start}, end_factor={end}, total_iters={_length(rng, ticks)})"
    )


def _exponential(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    return f"{at('ExponentialLR')}(<opt>, gamma={_share(rng, 0.8, 0.99)})"


def _polynomial(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    power = rng.choice(["", ", power=0.9", ", power=2.0"])
    return f"{at('PolynomialLR')}(<opt>, total_iters={_length(rng, ticks)}{power})"


def _cosine(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    length = draft.constant("tmax", rng.choice([ticks, _length(rng, ticks)]))
    floor = rng.choice(["", ", eta_min=0.001", ", 1e-5"])
    return f"{at('CosineAnnealingLR')}(<opt>, {rng.choice(['T_max=', ''])}{length}{floor.replace(', 1e', ', eta_min=1e')})"


def _restarts(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    more = rng.choice(["", ", T_mult=2", ", eta_min=0.0001", ", T_mult=2, eta_min=1e-4"])
    return f"{at('CosineAnnealingWarmRestarts')}(<opt>, T_0={max(1, ticks // rng.randint(2, 5))}{more})"


def _cyclic(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    mode = rng.choice(["triangular", "triangular2", "exp_range"])
    gamma = ", gamma=0.98" if mode == "exp_range" else ""
    up = max(1, ticks // rng.randint(2, 6))
    return (
        f"{at('CyclicLR')}(<opt>, base_lr=0.001, max_lr={_share(rng, 0.05, 0.4)}, step_size_up={up}, "
        f'mode="{mode}"{gamma}, cycle_momentum=False)'
    )


def _onecycle(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    total = ticks + 1 + rng.randint(0, 3)
    more = rng.choice(["", ", pct_start=0.2", ', anneal_strategy="linear"', ", three_phase=True"])
    return f"{at('OneCycleLR')}(<opt>, max_lr={_share(rng, 0.05, 0.5)}, total_steps={total}{more}, cycle_momentum=False)"


_FACTORS = (
    "0.9 ** {t}",
    "1 / (1 + 0.1 * {t})",
    "max(0.0, 1 - {t} / {n})",
    "0.5 * (1 + math.cos(math.pi * min({t}, {n}) / {n}))",
    "min(1.0, ({t} + 1) / {w})",
    "1.0 if {t} < {w} else 0.1",
    "0.5 ** ({t} // {w})",
    "({t} + 1) / {w} if {t} < {w} else max(0.05, 1 - ({t} - {w}) / {n})",
)


def _lambda(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    variable = rng.choice(["epoch", "step", "t", "x"])
    factor = rng.choice(_FACTORS).format(t=variable, n=max(2, ticks), w=max(2, ticks // 4))
    if "math" in factor:
        draft.need("import math")
    if rng.random() < 0.5:
        return f"{at('LambdaLR')}(<opt>, {rng.choice(['lr_lambda=', ''])}lambda {variable}: {factor})"
    name = rng.choice(["lr_lambda", "warmup_factor", "schedule_fn", "decay"])
    if " if " in factor:
        yes, rest = factor.split(" if ")
        test, no = rest.split(" else ")
        body = [f"    if {test}:", f"        return {yes}", f"    return {no}"]
    else:
        body = [f"    factor = {factor}", "    return factor"]
    draft.definitions.append("\n".join([f"def {name}({variable}):", *body]))
    return f"{at('LambdaLR')}(<opt>, {rng.choice(['lr_lambda=', ''])}{name})"


def _multiplicative(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    factor = rng.choice(["0.95", "0.5 if epoch % 3 == 0 else 1.0", "1 - 1 / (epoch + 2)"])
    return f"{at('MultiplicativeLR')}(<opt>, lr_lambda=lambda epoch: {factor})"


def _sequential(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    join = max(1, ticks // rng.randint(3, 6))
    warm = f"{at('LinearLR')}(<opt>, start_factor={_share(rng, 0.01, 0.4)}, total_iters={join})"
    main = rng.choice([_cosine, _step, _exponential, _polynomial])(rng, max(2, ticks - join), at, draft)
    if rng.random() < 0.5:
        return f"{at('SequentialLR')}(<opt>, schedulers=[{warm}, {main}], milestones=[{join}])"
    draft.setup += [f"warmup_scheduler = {warm}", f"main_scheduler = {main}"]
    return f"{at('SequentialLR')}(<opt>, [warmup_scheduler, main_scheduler], milestones=[{join}])"


def _chained(rng: Random, ticks: int, at: Spelled, draft: Draft) -> str:
    first = rng.choice([_constant, _linear])(rng, ticks, at, draft)
    second = rng.choice([_exponential, _step, _multistep])(rng, ticks, at, draft)
    return f"{at('ChainedScheduler')}([{first}, {second}])"


ALL = {
    "StepLR": _step,
    "MultiStepLR": _multistep,
    "ConstantLR": _constant,
    "LinearLR": _linear,
    "ExponentialLR": _exponential,
    "PolynomialLR": _polynomial,
    "CosineAnnealingLR": _cosine,
    "CosineAnnealingWarmRestarts": _restarts,
    "CyclicLR": _cyclic,
    "OneCycleLR": _onecycle,
    "LambdaLR": _lambda,
    "MultiplicativeLR": _multiplicative,
    "SequentialLR": _sequential,
    "ChainedScheduler": _chained,
}
WITHOUT_ARGUMENT = {"SequentialLR", "ChainedScheduler"}
"""Whose ``step`` takes no epoch."""


def drawn(draft: Draft, ticks: int, at: Spelled, names: tuple[str, ...] = tuple(ALL)) -> tuple[str, str]:
    """The name of a drawn scheduler and the call that makes it; ``ticks`` is about how often it is stepped."""
    name = draft.rng.choice(names)
    return name, ALL[name](draft.rng, max(2, ticks), at, draft)


def imports(draft: Draft) -> Spelled:
    """One of the ways to import the schedulers' module."""
    way = draft.rng.choice(["full", "full", "names", "module", "optim", "alias"])
    if way == "names":

        def by_name(name: str) -> str:
            draft.need(f"from torch.optim.lr_scheduler import {name}")
            return name

        return by_name
    line, prefix = {
        "full": ("import torch", "torch.optim.lr_scheduler."),
        "module": ("from torch.optim import lr_scheduler as lrs", "lrs."),
        "optim": ("import torch.optim as optim", "optim.lr_scheduler."),
        "alias": ("import torch.optim.lr_scheduler as sch", "sch."),
    }[way]
    draft.need(line)
    return lambda name: prefix + name
