"""A schedule as arithmetic in the step, for frameworks that have no class for it.

The text is an expression of :mod:`lrplot.expression`, so that it can be read back; printing it for
Python, Keras or JAX is the work of :mod:`lrplot.exports.dialects`.
"""

import ast
import copy
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from lrplot.exports.dialects import HAIR
from lrplot.python.values import Refusal
from lrplot.schedules.base import Schedule
from lrplot.schedules.period import simplest_fraction


def formula(schedule: Schedule) -> str:
    """The rate at step ``t``.

    Raises
    ------
    Refusal
        When the schedule is no function of the step that can be written down.

    Examples
    --------
    >>> from lrplot.schedules.step import Step
    >>> formula(Step(lr=0.1, step_size=30.0, gamma=0.5))
    '0.1 * 0.5 ** (t // 30)'
    """
    write = _FORMULAS.get(schedule.type)
    if write is None:
        raise Refusal(f"{schedule.type} is no function of the step that can be written down")
    return ast.unparse(ast.parse(write(schedule), mode="eval"))


def number(value: float) -> str:
    """A number as code shows it: whole ones without a point."""
    if float(value).is_integer() and abs(value) < 2**53:
        return str(int(value))
    return repr(float(value))


def _difference(a: float, b: float) -> str:
    """``a - b``, without the digits that only rounding put there."""
    return number(float(f"{a - b:.15g}"))


def _periods(length: float) -> tuple[str, str]:
    """Which repeat of ``length`` steps ``t`` lies in, and the steps elapsed in it; fractions stay exact."""
    exact = simplest_fraction(length)
    p, q = exact.numerator, exact.denominator
    if q == 1:
        return f"(t // {p})", f"(t % {p})"
    return f"(t * {q} // {p})", f"(t * {q} % {p} / {q})"


def shifted(text: str, by: str) -> str:
    """The expression with ``t`` replaced by ``by``."""
    return ast.unparse(_Replace(ast.parse(by, mode="eval").body).visit(ast.parse(text, mode="eval")))


class _Replace(ast.NodeTransformer):
    def __init__(self, by: ast.expr, name: str = "t") -> None:
        self._by = by
        self._name = name

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self._by) if node.id == self._name else node


def choice(cases: Sequence[tuple[str, str]], last: str) -> str:
    """``a if test else b if test else … last``."""
    return "".join(f"({value}) if {test} else " for test, value in cases) + f"({last})"


def _between(start: float, end: float, share: str, way: str = "linear", power: float = 1) -> str:
    """From ``start`` to ``end``; ``share`` runs from 0 to 1."""
    if start == end:
        return number(start)
    if way == "exponential":
        return f"{number(start)} * {number(end / start)} ** ({share})"
    left = {
        "linear": f"(1 - {share})",
        "cosine": f"0.5 * (1 + cos(pi * {share}))",
        "1-sqrt": f"(1 - sqrt({share}))",
        "halving": f"(2 * 0.5 ** ({share}) - 1)",
    }[way]
    left = left if power == 1 else f"({left}) ** {number(power)}"
    if end == 0:
        return f"{number(start)} * {left}"
    if start == 0:
        return (
            f"{number(end)} * (1 - {left})" if way != "linear" or power != 1 else f"{number(end)} * ({share})"
        )
    difference = _difference(start, end)
    if difference.startswith("-"):
        return f"{number(end)} - {difference[1:]} * {left}"
    return f"{number(end)} + {difference} * {left}"


def _bounded(length: float) -> str:
    return f"(min(t, {number(length)}) / {number(length)})"


def _constant(s: Any) -> str:
    return number(s.lr)


def _step(s: Any) -> str:
    return f"{number(s.lr)} * {number(s.gamma)} ** {_periods(s.step_size)[0]}"


def _multistep(s: Any) -> str:
    marks = sorted(s.milestones)
    rates = [s.lr * s.gamma**count for count in range(len(marks) + 1)]
    cases = [(f"t < {number(at)}", number(rate)) for at, rate in zip(marks, rates, strict=False)]
    return choice(cases, number(rates[-1]))


def _piecewise(s: Any) -> str:
    points = sorted(s.points)
    cases = [(f"t < {number(points[0][0])}", number(points[0][1]))] if points[0][0] > 0 else []
    way = s.between
    for (at, rate), (until, then) in pairwise(points):
        share = f"((t - {number(at)}) / {number(until - at)})" if at else f"(t / {number(until)})"
        value = number(rate) if way == "hold" else _between(rate, then, share, way)
        cases.append((f"t < {number(until)}", value))
    return choice(cases, number(points[-1][1]))


def _exponential(s: Any) -> str:
    periods = _periods(s.period)[0] if s.staircase else f"(t / {number(s.period)})"
    periods = "t" if s.period == 1 and not s.staircase else periods
    if s.gamma is not None:
        shrunk = f"{number(s.lr)} * {number(s.gamma)} ** {periods}"
    else:
        shrunk = f"{number(s.lr)} * exp(-{number(s.decay_rate)} * {periods})"
    return f"max({number(s.min_lr)}, {shrunk})" if s.min_lr else shrunk


def _inverse_time(s: Any) -> str:
    periods = _periods(s.period)[0] if s.staircase else f"(t / {number(s.period)})"
    return f"{number(s.lr)} / (1 + {number(s.decay_rate)} * {periods})"


def _linear(s: Any) -> str:
    return _between(s.lr, s.end_lr, _bounded(s.T_max))


def _polynomial(s: Any) -> str:
    if not s.cycle:
        return _between(s.lr, s.end_lr, _bounded(s.T_max), power=s.power)
    length = number(s.T_max)
    return _between(s.lr, s.end_lr, f"(t / (max(1, ceil(t / {length})) * {length}))", power=s.power)


def _cosine(s: Any) -> str:
    share = _bounded(s.T_max) if s.after == "hold" else f"(t / {number(s.T_max)})"
    return _between(s.lr, s.eta_min, share, "cosine", s.exponent)


def _cosine_restarts(s: Any) -> str:
    first, factor = number(s.T_0), number(s.T_mult)
    if s.T_mult == 1:
        index, elapsed = _periods(s.T_0)
        share = f"({elapsed} / {first})"
    else:
        # A boundary's logarithm may round to either side of a whole number.
        index = (
            f"floor(log(1 + t * {number(s.T_mult - 1)} / {first}) / {number(math.log(s.T_mult))} + {HAIR})"
        )
        start = f"{first} * ({factor} ** {index} - 1) / {number(s.T_mult - 1)}"
        share = f"((t - {start}) / ({first} * {factor} ** {index}))"
    top = number(s.lr) if s.decay == 1 else f"{number(s.lr)} * {number(s.decay)} ** {index}"
    wave = f"0.5 * (1 + cos(pi * {share}))"
    inside = f"{top} * {wave}"
    if s.eta_min and s.decay != 1 and s.shrinks == "swing":
        swing = f"{_difference(s.lr, s.eta_min)} * {number(s.decay)} ** {index}"
        inside = f"{number(s.eta_min)} + {swing} * {wave}"
    elif s.eta_min:
        swing = _difference(s.lr, s.eta_min) if s.decay == 1 else f"({top} - {number(s.eta_min)})"
        inside = f"{number(s.eta_min)} + {swing} * {wave}"
    if s.cycles is None:
        return inside
    return choice([(f"t < {number(s.length)}", inside)], number(s.eta_min))


def _cyclic(s: Any) -> str:
    up, down = s.step_size_up, s.step_size_up if s.step_size_down is None else s.step_size_down
    cycle, place = _periods(up + down)
    falling = f"({number(up + down)} - {place}) / {number(down)}"
    height = f"(({place} / {number(up)}) if {place} <= {number(up)} else ({falling}))"
    scale = {
        "triangular": "",
        "triangular2": f" * 0.5 ** {cycle}",
        "exp_range": f" * {number(s.gamma)} ** t",
    }[s.mode]
    return f"{number(s.base_lr)} + {_difference(s.max_lr, s.base_lr)} * {height}{scale}"


def _onecycle(s: Any) -> str:
    ends, rates = s.ends(), s.rates_at_ends()
    way = "cosine" if s.anneal_strategy == "cos" else "linear"
    last = s.total_steps - 1
    step = f"min(t, {number(last)})" if s.after == "hold" else "t"
    cases = []
    starts = (0.0, *ends[:-1])
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if start == end:
            continue
        share = (
            f"(({step} - {number(start)}) / {number(end - start)})" if start else f"({step} / {number(end)})"
        )
        cases.append((f"t <= {number(end)}", _between(rates[i], rates[i + 1], share, way)))
    return choice(cases[:-1], cases[-1][1])


def _inverse_sqrt(s: Any) -> str:
    return f"{number(s.lr)} / sqrt(1 + t / {number(s.timescale)})"


def _wsd(s: Any) -> str:
    way = {"exponential": "halving"}.get(s.decay, s.decay)
    begin = s.total_steps - s.decay_steps
    share = (
        f"min(1, (t - {number(begin)}) / {number(s.decay_steps)})"
        if begin
        else f"min(1, t / {number(s.decay_steps)})"
    )
    fall = _between(s.lr, s.min_lr, share, way)
    return choice([(f"t < {number(begin)}", number(s.lr))], fall) if begin else fall


def _rex(s: Any) -> str:
    z = _bounded(s.T_max)
    return f"{number(s.lr)} * (1 - {z}) / (1 - {z} / 2)"


def _tanh(s: Any) -> str:
    x = f"({number(s.lb)} + {_difference(s.ub, s.lb)} * t / {number(s.T_max)})"
    inside = f"{number(s.eta_min)} + {_difference(s.lr, s.eta_min)} / (1 + exp(2 * {x}))"
    return choice([(f"t < {number(s.T_max)}", inside)], number(s.eta_min))


def _lambda(s: Any) -> str:
    factor = s.factor.strip()
    tree: Any = ast.parse(factor, mode="eval")
    for name, by in (("step", "t"), ("epoch", "t" if s.steps_per_epoch == 1 else f"t / {s.steps_per_epoch}")):
        tree = _Replace(ast.parse(by, mode="eval").body, name).visit(tree)
    text = ast.unparse(tree)
    return text if s.lr == 1 else f"{number(s.lr)} * ({text})"


def _sequence(s: Any) -> str:
    starts = [sum(s.lengths[:i]) for i in range(len(s.parts))]
    texts = [
        shifted(formula(part), f"t - {start}") if start else formula(part)
        for part, start in zip(s.parts, starts, strict=True)
    ]
    cases = [(f"t < {start}", text) for text, start in zip(texts, starts[1:], strict=False)]
    return choice(cases, texts[-1])


def _product(s: Any) -> str:
    texts = [f"({formula(factor)})" for factor in s.factors]
    over = "" if len(texts) == 1 or s.lr == 1 else f" / {number(s.lr ** (len(texts) - 1))}"
    return " * ".join(texts) + over


def _warmup(s: Any) -> str:
    inner = formula(s.schedule)
    if not s.steps:
        return inner
    start, target = s.ends()
    after = shifted(inner, f"t - {s.steps}") if s.prefix else inner
    return choice([(f"t < {s.steps}", _ramp(s.shape, start, target, s.steps))], after)


def _ramp(shape: str, start: float, target: float, steps: int) -> str:
    share = f"(t / {steps})"
    if shape == "constant":
        return number(start)
    if shape == "log":
        return f"{number(start)} + {_difference(target, start)} * log(1 + t) / {number(math.log1p(steps))}"
    return _between(start, target, share, shape)


def _epochwise(s: Any) -> str:
    inner = formula(s.schedule)
    return inner if s.steps_per_epoch == 1 else shifted(inner, f"t // {s.steps_per_epoch}")


def _excerpt(s: Any) -> str:
    step = "t" if s.stride == 1 else f"{s.stride} * t"
    if s.start:
        step += f" + {s.start}"
    return shifted(formula(s.schedule), step if s.end is None else f"min({step}, {s.end})")


def _stepped(s: Any) -> str:
    now = "t" if s.last is None else f"min(t, {s.last})"
    return shifted(formula(s.schedule), f"max(0, {s.start} + max(-1, ({now} - {s.first}) // {s.every}))")


_FORMULAS: Final[Mapping[str, Callable[[Any], str]]] = {
    "constant": _constant,
    "step": _step,
    "multistep": _multistep,
    "piecewise": _piecewise,
    "exponential": _exponential,
    "inverse_time": _inverse_time,
    "linear": _linear,
    "polynomial": _polynomial,
    "cosine": _cosine,
    "cosine_restarts": _cosine_restarts,
    "cyclic": _cyclic,
    "onecycle": _onecycle,
    "inverse_sqrt": _inverse_sqrt,
    "wsd": _wsd,
    "rex": _rex,
    "tanh": _tanh,
    "lambda": _lambda,
    "sequence": _sequence,
    "product": _product,
    "warmup": _warmup,
    "epochwise": _epochwise,
    "excerpt": _excerpt,
    "stepped": _stepped,
}
"""By type; a running product (multiplicative) is no function of the step."""
