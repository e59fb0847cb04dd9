"""Kind 4 of LOOPS.md: rates that the script sets itself, alone or beside a scheduler."""

from .draft import Draft, block, indent
from .loop import clock
from .schedulers import Spelled

_FORMULAS = (
    "{lr} * 0.5 ** ({t} // {w})",
    "{lr} * (0.1 ** ({t} // {w}))",
    "{lr} * 0.5 * (1.0 + math.cos(math.pi * {t} / {n}))",
    "{lr} * min(1.0, ({t} + 1) / {w})",
    "{lr} * (1 - {t} / {n}) ** 0.9",
    "{lr} * 0.95 ** {t}",
    "{lr} * min(({t} + 1) ** -0.5, ({t} + 1) * {w} ** -1.5)",
    "{lr} if {t} < {w} else {lr} * 0.1",
    "{lr} * max(0.1, 1 - {t} / {n})",
    "{lr} / (1 + 0.1 * {t})",
)
_RATES = ("new_lr", "rate", "cur_lr", "lr_now")


def _formula(draft: Draft, time: str, length: int, lr: str = "<lr>") -> str:
    found = draft.rng.choice(_FORMULAS).format(t=time, n=max(2, length), w=max(2, length // 3), lr=lr)
    if "math." in found:
        draft.need("import math")
    return found


def _assign(draft: Draft, rate: str, optimizer: str = "<opt>") -> list[str]:
    """One of the ways to give every group, or the only group, a rate."""
    group = draft.rng.choice(["g", "group", "param_group", "p", "pg"])
    lines = {
        "groups": [f"for {group} in {optimizer}.param_groups:", f'    {group}["lr"] = {rate}'],
        "quotes": [f"for {group} in {optimizer}.param_groups:", f"    {group}['lr'] = {rate}"],
        "first": [f'{optimizer}.param_groups[0]["lr"] = {rate}'],
        "update": [f"for {group} in {optimizer}.param_groups:", f"    {group}.update(lr={rate})"],
        "enumerate": [
            f"for j, {group} in enumerate({optimizer}.param_groups):",
            f'    {group}["lr"] = {rate}',
        ],
        "index": [
            f"for j in range(len({optimizer}.param_groups)):",
            f'    {optimizer}.param_groups[j]["lr"] = {rate}',
        ],
        "dict": [f"for {group} in {optimizer}.param_groups:", f'    {group}.update({{"lr": {rate}}})'],
    }
    chosen = draft.rng.choice(["groups", "groups", *lines])
    return lines[chosen]


def _formula_in_the_loop(draft: Draft, at: Spelled) -> None:
    time, length, place = draft.time(whole=False)
    rate = _formula(draft, time, length)
    if draft.rng.random() < 0.5:
        name = draft.rng.choice(_RATES)
        getattr(draft, place).extend([f"{name} = {rate}", *_assign(draft, name)])
    else:
        getattr(draft, place).extend(_assign(draft, rate))


def _multiplied(draft: Draft, at: Spelled) -> None:
    time, length, place = draft.time()
    factor = draft.rng.choice([0.5, 0.1, 0.9])
    where = "epoch_end" if place == "epoch_start" and draft.rng.random() < 0.5 else place
    change = draft.rng.choice(
        [
            ["for g in <opt>.param_groups:", f'    g["lr"] *= {factor}'],
            [f'<opt>.param_groups[0]["lr"] *= {factor}'],
            ["for group in <opt>.param_groups:", f'    group["lr"] = group["lr"] * {factor}'],
            ["for group in <opt>.param_groups:", f'    group["lr"] = max(group["lr"] * {factor}, 1e-4)'],
            [f'<opt>.param_groups[0]["lr"] /= {round(1 / factor, 2)}'],
        ]
    )
    marks = sorted(draft.rng.sample(range(1, length + 1), min(2, length)))
    test = draft.rng.choice(
        [
            f"{time} in {marks}",
            f"{time} == {marks[0]}",
            f"{time} > 0 and {time} % {max(1, length // 3)} == 0",
            "",
        ]
    )
    getattr(draft, where).extend(block(f"if {test}:", change) if test else change)


def _function(draft: Draft, at: Spelled) -> None:
    """``adjust_learning_rate(optimizer, epoch, lr)`` in its many shapes."""
    time, length, place = draft.time(whole=draft.rng.random() < 0.6)
    name = draft.rng.choice(["adjust_learning_rate", "set_lr", "update_lr", "lr_policy"])
    clock_name = draft.rng.choice(["epoch", "step", "it", "cur"])
    third, a, b = max(1, length // 3), max(1, length // 4), max(2, length // 2)
    shapes = [
        [f"lr = {_formula(draft, clock_name, length, 'base_lr')}"],
        [
            f"if {clock_name} < {a}:",
            f"    lr = base_lr * ({clock_name} + 1) / {a}",
            f"elif {clock_name} < {b}:",
            "    lr = base_lr",
            "else:",
            "    lr = base_lr * 0.1",
        ],
        ["lr = base_lr", f"for mark in {[a, b]}:", f"    lr *= 0.5 if {clock_name} >= mark else 1.0"],
        [
            "lr = base_lr",
            f"if {clock_name} >= {third}:",
            "    lr = lr * 0.1",
            f"if {clock_name} >= {b + 1}:",
            "    lr *= 0.1",
        ],
    ]
    shape = draft.rng.choice(shapes)
    tail = draft.rng.choice([[], ["return lr"]])
    body = [*shape, *_assign(draft, "lr", "optimizer"), *tail]
    way = draft.rng.choice(["given", "given", "default", "args", "global"])
    orders = {
        "given": ["optimizer, {t}, base_lr", "{t}, optimizer, base_lr"],
        "default": ["optimizer, {t}, base_lr=None"],
        "args": ["optimizer, {t}, args"],
        "global": ["optimizer, {t}"],
    }
    if way == "default":
        body = ["base_lr = base_lr or 0.1", *body]
    elif way in {"args", "global"}:
        body = [line.replace("base_lr", "<lr>") for line in body]
        draft.numbers = "argparse" if way == "args" else "NAMES"
    order = draft.rng.choice(orders[way])
    draft.definitions.append("\n".join(block(f"def {name}({order.format(t=clock_name)}):", body)))
    given = order.partition("=")[0].format(t=time).replace("optimizer", "<opt>").replace("base_lr", "<lr>")
    line = f"{name}({given})"
    getattr(draft, place).append(f"current = {line}" if tail and draft.rng.random() < 0.5 else line)


def _rate_function(draft: Draft, at: Spelled) -> None:
    """``lr = get_lr(it)`` as nanoGPT has it."""
    time, length, place = draft.time()
    warm, peak = max(1, length // 4), 0.2
    draft.need("import math")
    draft.definitions.append(
        "\n".join(
            block(
                "def get_lr(it):",
                [
                    f"if it < {warm}:",
                    f"    return {peak} * (it + 1) / {warm}",
                    f"if it > {max(warm + 1, length - 2)}:",
                    "    return 0.01",
                    f"ratio = (it - {warm}) / ({max(1, length - warm)})",
                    f"return 0.01 + 0.5 * (1.0 + math.cos(math.pi * ratio)) * ({peak} - 0.01)",
                ],
            )
        )
    )
    getattr(draft, place).extend([f"<now> = get_lr({time})", *_assign(draft, "<now>")])
    draft.names["now"] = draft.rng.choice(_RATES)


def _table(draft: Draft, at: Spelled) -> None:
    time, length, place = draft.time()
    warm = max(1, length // 3)
    draft.need("import numpy as np")
    draft.names["table"] = draft.rng.choice(["lr_schedule", "lrs", "lr_schedule_values"])
    tables = [
        f"np.concatenate((np.linspace(0.01, 0.2, {warm}), np.linspace(0.2, 0.0, {length + 1 - warm})))",
        f"np.linspace(0.1, 0.001, {length + 1})",
        f"[0.1 * 0.9 ** k for k in range({length + 1})]",
        f"[0.05] * {warm} + [0.01] * {length + 1 - warm}",
        f"0.1 * 0.5 * (1 + np.cos(np.pi * np.arange({length + 1}) / {length}))",
        f"torch.linspace(0.1, 0.0, {length + 1}).tolist()",
        f"[0.1 * (k + 1) / {warm} if k < {warm} else 0.1 for k in range({length + 1})]",
        f"np.array([0.1 - 0.001 * k for k in range({length + 1})])",
    ]
    draft.setup.append(f"<table> = {draft.rng.choice(tables)}")
    getattr(draft, place).extend(_assign(draft, f"<table>[{time}]"))


def _interpolated(draft: Draft, at: Spelled) -> None:
    time, length, place = draft.time(whole=False)
    draft.need("import numpy as np")
    rate = f"np.interp({time}, [0, {max(1, length // 3)}, {length}], [0.0, 0.1, 0.01])"
    getattr(draft, place).extend(_assign(draft, draft.rng.choice([rate, f"float({rate})"])))


def _closure(draft: Draft, at: Spelled) -> None:
    """open_clip's ``cosine_lr``: a function that returns the function which sets the rate."""
    time, length, place = draft.time()
    draft.need("import math")
    draft.definitions.append(
        "\n".join(
            block(
                "def cosine_lr(optimizer, base_lr, warmup_length, steps):",
                [
                    "def _lr_adjuster(step):",
                    "    if step < warmup_length:",
                    "        lr = base_lr * (step + 1) / warmup_length",
                    "    else:",
                    "        e = step - warmup_length",
                    "        es = steps - warmup_length",
                    "        lr = 0.5 * (1 + math.cos(math.pi * e / es)) * base_lr",
                    *indent(_assign(draft, "lr", "optimizer")),
                    "    return lr",
                    "return _lr_adjuster",
                ],
            )
        )
    )
    draft.names["adjust"] = draft.rng.choice(["scheduler", "adjust", "lr_adjuster"])
    draft.setup.append(f"<adjust> = cosine_lr(<opt>, <lr>, {max(1, length // 4)}, {length + 1})")
    getattr(draft, place).append(f"<adjust>({time})")


def _callable_class(draft: Draft, at: Spelled) -> None:
    """A class that holds the rates, asked by call or by index, as DINOv2 has it."""
    time, length, place = draft.time()
    draft.need("import math")
    method, asked = draft.rng.choice([("__call__", "({})"), ("__getitem__", "[{}]"), ("value", ".value({})")])
    draft.definitions.append(
        "\n".join(
            [
                "class CosineRates:",
                "    def __init__(self, base, final, total):",
                "        self.base, self.final, self.total = base, final, total",
                "",
                f"    def {method}(self, it):",
                "        if it >= self.total:",
                "            return self.final",
                "        share = 0.5 * (1 + math.cos(math.pi * it / self.total))",
                "        return self.final + (self.base - self.final) * share",
            ]
        )
    )
    draft.names["rates"] = draft.rng.choice(["lr_schedule", "policy"])
    draft.setup.append(f"<rates> = CosineRates(<lr>, 0.001, {max(2, length - 1)})")
    getattr(draft, place).extend(_assign(draft, "<rates>" + asked.format(time)))


def _noam(draft: Draft, at: Spelled) -> None:
    """An optimizer of the script's own that sets the rate as it steps."""
    draft.definitions.append(
        "\n".join(
            [
                "class NoamOpt:",
                "    def __init__(self, size, factor, warmup, optimizer):",
                "        self.optimizer = optimizer",
                "        self._step = 0",
                "        self.warmup, self.factor, self.size = warmup, factor, size",
                "",
                "    def step(self):",
                "        self._step += 1",
                "        rate = self.rate()",
                *indent(_assign(draft, "rate", "self.optimizer"), 2),
                "        self.optimizer.step()",
                "",
                "    def rate(self, step=None):",
                "        if step is None:",
                "            step = self._step",
                "        return self.factor * self.size ** -0.5 * min(step ** -0.5, step * self.warmup ** -1.5)",
                "",
                "    def zero_grad(self):",
                "        self.optimizer.zero_grad()",
            ]
        )
    )
    draft.names["noam"] = draft.rng.choice(["model_opt", "noam"])
    draft.setup.append(
        f"<noam> = NoamOpt({draft.rng.choice([64, 512])}, 1, {max(2, draft.updates // 3)}, <opt>)"
    )
    draft.update = ["<noam>.step()"]


def _own_scheduler(draft: Draft, at: Spelled) -> None:
    """A scheduler of the script's own: it counts, and sets the rate."""
    length = max(2, draft.updates)
    draft.definitions.append(
        "\n".join(
            [
                "class WarmupThenDecay:",
                "    def __init__(self, optimizer, base_lr, warmup, total):",
                "        self.optimizer, self.base_lr = optimizer, base_lr",
                "        self.warmup, self.total, self.num = warmup, total, 0",
                "",
                "    def step(self):",
                "        self.num += 1",
                "        if self.num < self.warmup:",
                "            lr = self.base_lr * self.num / self.warmup",
                "        else:",
                "            lr = self.base_lr * max(0.0, 1 - (self.num - self.warmup) / self.total)",
                *indent(_assign(draft, "lr", "self.optimizer"), 2),
                "        return lr",
            ]
        )
    )
    draft.names["own"] = draft.rng.choice(["scheduler", "lr_scheduler", "sched"])
    draft.setup.append(f"<own> = WarmupThenDecay(<opt>, <lr>, {max(1, length // 4)}, {length})")
    place = draft.rng.choice(["batch_end", "batch_start"])
    getattr(draft, place).append("<own>.step()")


def _warmup_beside(draft: Draft, at: Spelled) -> None:
    """A warm-up by hand that overrides the scheduler while it lasts."""
    clock(draft, at, mutated=False)
    time, length, place = draft.time()
    warm = max(1, length // 3)
    ramp = draft.rng.choice([f"<lr> * ({time} + 1) / {warm}", f"<lr> * min(1.0, {time} / {warm})"])
    getattr(draft, place).extend(block(f"if {time} < {warm}:", _assign(draft, ramp)))


def _yolo(draft: Draft, at: Spelled) -> None:
    if draft.frame != "nested":
        _warmup_beside(draft, at)
        return
    draft.need("import numpy as np")
    draft.definitions.append(f"def lf(x):\n    return (1 - x / {draft.epochs}) * (1.0 - 0.01) + 0.01")
    draft.setup.append(f"<sched> = {at('LambdaLR')}(<opt>, lr_lambda=lf)")
    warm = draft.constant("nw", max(1, draft.updates // 3))
    draft.batch_start += [
        "ni = <i> + len(<loader>) * <epoch>",
        f"if ni <= {warm}:",
        f"    xi = [0, {warm}]",
        "    for j, x in enumerate(<opt>.param_groups):",
        '        x["lr"] = np.interp(ni, xi, [0.0, x["initial_lr"] * lf(<epoch>)])',
    ]
    draft.epoch_end.append("<sched>.step()")


def _overridden_once(draft: Draft, at: Spelled) -> None:
    """A rate set by hand before the loop, beside a scheduler or alone."""
    if draft.rng.random() < 0.5:
        clock(draft, at, mutated=False)
    draft.before = [*_assign(draft, "0.05"), *draft.before]


WAYS = {
    "a formula in the loop": _formula_in_the_loop,
    "multiplied in place": _multiplied,
    "adjust_learning_rate(...)": _function,
    "lr = get_lr(it)": _rate_function,
    "a table": _table,
    "np.interp": _interpolated,
    "a closure that sets the rate": _closure,
    "a class of rates": _callable_class,
    "NoamOpt": _noam,
    "a counting class": _own_scheduler,
    "warm-up beside a scheduler": _warmup_beside,
    "yolov5's warm-up": _yolo,
    "set once before the loop": _overridden_once,
}


def by_hand(draft: Draft, at: Spelled) -> None:
    chosen = draft.rng.choice(list(WAYS))
    draft.mark("4", chosen)
    WAYS[chosen](draft, at)
