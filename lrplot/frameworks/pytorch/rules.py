"""The ``get_lr`` of each class of PyTorch's schedulers (release 2.13)."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from lrplot.frameworks.pytorch.leaf import Group, Leaf, Rule
from lrplot.python import symbolic
from lrplot.python.combine import of_groups
from lrplot.python.parameters import Refusal
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.linear import Linear
from lrplot.schedules.multiplicative import Multiplicative

if TYPE_CHECKING:
    from lrplot.schedules.onecycle import OneCycle


def _set(leaf: Leaf, _start: float, _joined: bool) -> Schedule:
    return leaf.update()


def _acts(factor: str, plus: str = "0") -> Schedule:
    """A part that acts on the current rate; only its expressions count."""
    return Multiplicative(lr=0, factor=factor, plus=plus)


def _base_rate(_arguments: Mapping[str, Any], base: float) -> float:
    return base


def _lambda(a: Mapping[str, Any], base: float, _group: Group) -> Schedule:
    return symbolic.schedule_of(_formula(a["lr_lambda"]), base)


def _multiplicative(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    return symbolic.recursion_of(_formula(a["lr_lambda"]), 0, from_zero=False)


def _formula(functions: Any) -> Any:
    (function,) = functions if isinstance(functions, list) else (functions,)
    return function.value


def _multiplicative_curve(leaf: Leaf, start: float, joined: bool) -> Schedule:
    # Behind a join its function is asked at 0 too.
    text = symbolic.symbol(_formula(leaf.arguments["lr_lambda"])).text
    return Multiplicative(lr=start, factor=text, from_zero=joined)


def _step(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    return _acts(f"{a['gamma']!r} if t % {a['step_size']!r} == 0 and t != 0 else 1")


def _multistep(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    fires = " + ".join(f"(t == {at!r})" for at in a["milestones"]) or "0"
    return _acts(f"{a['gamma']!r} ** ({fires})")


def _multistep_closed(a: Mapping[str, Any], base: float) -> float:
    return float(base * a["gamma"] ** sum(at <= 0 for at in a["milestones"]))


def _constant(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    factor, total = a["factor"], a["total_iters"]
    ends = f"{1 / factor!r} if t == {total!r} else 1" if factor else "1"
    return _acts(f"{factor!r} if t == 0 else {ends}")


def _constant_closed(a: Mapping[str, Any], base: float) -> float:
    return float(base * (1 if a["total_iters"] <= 0 else a["factor"]))


def _linear(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    start, total = a["start_factor"], a["total_iters"]
    rise = a["end_factor"] - start
    moves = f"1 + {rise!r} / ({total * start!r} + (t - 1) * {rise!r})"
    return _acts(f"{start!r} if t == 0 else 1 if t > {total!r} else {moves}")


def _linear_closed(a: Mapping[str, Any], base: float) -> float:
    _refuse_division("LinearLR", a)
    return float(base * (a["start_factor"] if a["total_iters"] > 0 else a["end_factor"]))


def _exponential(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    return _acts(repr(a["gamma"]))


def _polynomial(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    total, power = a["total_iters"], a["power"]
    return _acts(
        f"1 if t > {total!r} else ((1 - t / {total!r}) / (1 - (t - 1) / {total!r})) ** {power!r}"
        if total > 0
        else f"1 if t > {total!r} else 0 / 0"
    )


def _polynomial_closed(a: Mapping[str, Any], base: float) -> float:
    _refuse_division("PolynomialLR", a)
    return base if a["total_iters"] > 0 or a["power"] == 0 else 0.0


def _refuse_division(call: str, a: Mapping[str, Any]) -> None:
    if a["total_iters"] == 0:
        raise Refusal(
            f"PyTorch divides by zero where a {call} with total_iters=0 follows another", "schedulers"
        )


def _cosine(a: Mapping[str, Any], base: float, _group: Group) -> Schedule:
    length, low = a["T_max"], a["eta_min"]
    turns = f"(t - 1 - {length!r}) % {2 * length!r} == 0"
    ratio = f"(1 + cos(pi * t / {length!r})) / (1 + cos(pi * (t - 1) / {length!r}))"
    rise = (base - low) * (1 - math.cos(math.pi / length)) / 2
    plus = f"{rise!r} if {turns} else {low!r} * (1 - {ratio})" if low else f"{rise!r} if {turns} else 0"
    return _acts(f"1 if {turns} else {ratio}", plus)


def _cosine_curve(leaf: Leaf, start: float, _joined: bool) -> Schedule:
    if start == leaf.base:
        return leaf.schedule.model_copy(update={"lr": start})
    acts = leaf.update()
    return acts.model_copy(update={"lr": start})


def _restarts(a: Mapping[str, Any], base: float, _group: Group) -> Schedule:
    return CosineRestarts(lr=base, T_0=a["T_0"], T_mult=a["T_mult"], eta_min=a["eta_min"])


def _made_schedule(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    made: Schedule = a["schedule"]
    return made


def _enter_cyclic(a: Mapping[str, Any], group: Group) -> None:
    # A cycle begins at its base rate, one with a ``scale_fn`` too, which is an expression here.
    group.lr = float(a["schedule"](0))


def _enter_onecycle(a: Mapping[str, Any], group: Group) -> None:
    initial, top, *_, low = a["schedule"].rates_at_ends()
    group.values |= {"initial_lr": initial, "max_lr": top, "min_lr": low}


def _onecycle(a: Mapping[str, Any], _base: float, group: Group) -> Schedule:
    cycle: OneCycle = a["schedule"]
    initial, top, *_, low = cycle.rates_at_ends()
    rates = {"initial_lr": initial, "max_lr": top, "min_lr": low}
    written = {name: group.values[name] for name in rates}
    if written == rates:
        return cycle
    # Another OneCycleLR of the same optimizer wrote its own rates over these.
    if not all(written.values()):
        raise Refusal("two OneCycleLR on one optimizer, one of them with a rate of 0, are not read", "max_lr")
    top = written["max_lr"]
    first, last = top / written["initial_lr"], written["initial_lr"] / written["min_lr"]
    return cycle.model_copy(update={"max_lr": top, "div_factor": first, "final_div_factor": last})


def _enter_swa(a: Mapping[str, Any], group: Group) -> None:
    group.values["swa_lr"] = of_groups(a["swa_lr"], "swa_lr")


def _swa(a: Mapping[str, Any], _base: float, group: Group) -> Schedule:
    rate, length = group.values["swa_lr"], max(1, a["anneal_epochs"])
    late = 0 if a["anneal_epochs"] else 1

    def share(step: str) -> str:
        gone = f"max(0, min(1, {step} / {length!r}))"
        return gone if a["anneal_strategy"] == "linear" else f"((1 - cos(pi * {gone})) / 2)"

    before, now = share(f"(max({late}, t) - 1)"), share(f"max({late}, t)")
    left = f"(1 - {now}) / (1 - {before})"
    over = f"{before} == 1"
    return _acts(
        f"0 if {over} else {left}", f"{rate!r} if {over} else {rate!r} * ({now} - {before} * {left})"
    )


def swa_curve(start: float, rate: float, a: Mapping[str, Any]) -> Schedule:
    """From one rate to the other over the epochs a SWALR is given, and there it stays."""
    length = a["anneal_epochs"]
    if length == 0:
        return Constant(lr=rate)
    if a["anneal_strategy"] == "linear":
        return Linear(lr=start, end_lr=rate, T_max=length)
    return Cosine(lr=start, eta_min=rate, T_max=length)


def _swa_curve(leaf: Leaf, start: float, _joined: bool) -> Schedule:
    # Another SWALR of the same optimizer may have written its own rate over this one's.
    return swa_curve(start, leaf.group.values["swa_lr"], leaf.arguments)


SETTING: Final = frozenset({"LambdaLR", "CosineAnnealingWarmRestarts", "CyclicLR", "OneCycleLR"})
"""Classes that set the rate outright, whatever they find."""

RULES: Final[Mapping[str, Rule]] = {
    "LambdaLR": Rule(_lambda, curve=_set),
    "MultiplicativeLR": Rule(_multiplicative, curve=_multiplicative_curve, begins_quietly=True),
    "StepLR": Rule(_step, _base_rate),
    "MultiStepLR": Rule(_multistep, _multistep_closed),
    "ConstantLR": Rule(_constant, _constant_closed),
    "LinearLR": Rule(_linear, _linear_closed, resumes_quietly=True),
    "ExponentialLR": Rule(_exponential, _base_rate, begins_quietly=True),
    "PolynomialLR": Rule(_polynomial, _polynomial_closed, begins_quietly=True),
    "CosineAnnealingLR": Rule(_cosine, _base_rate, curve=_cosine_curve, begins_quietly=True),
    "CosineAnnealingWarmRestarts": Rule(_restarts, curve=_set, clock="cycle"),
    "CyclicLR": Rule(_made_schedule, curve=_set, enter=_enter_cyclic, begins_at_initial_rate=True),
    "OneCycleLR": Rule(_onecycle, curve=_set, enter=_enter_onecycle),
    "SWALR": Rule(_swa, enter=_enter_swa, curve=_swa_curve, clock="count"),
}
"""By the class' name."""

COUNTING_BY_LAST_EPOCH: Final = frozenset({"LambdaLR", "OneCycleLR"})
"""Classes that set the rate by ``last_epoch`` alone: writing it moves their clock and nothing else."""
