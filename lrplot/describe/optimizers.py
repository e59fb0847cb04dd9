"""The optimizers' calls, and what they do with the same gradients in PyTorch and in Keras."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, get_args

import numpy as np

from lrplot.describe.calls import Call
from lrplot.exports.optimizers import spell_optimizer
from lrplot.exports.scripts import ALL
from lrplot.frameworks.registry import REGISTRY
from lrplot.optimizers import TYPES, Updates
from lrplot.optimizers.alike import NEARLY, apart
from lrplot.optimizers.base import Optimizer, Rule
from lrplot.optimizers.model import Floats
from lrplot.python.spelling import number
from lrplot.run import Run
from lrplot.schedules.piecewise import Piecewise
from lrplot.text.numbers import short
from lrplot.texts import Text

RATES: Final[Mapping[str, float]] = MappingProxyType(
    {"sgd": 0.1, "adagrad": 0.01, "rmsprop": 0.01, "adam": 0.001, "adamw": 0.001}
)
"""The usual rates."""

GRADIENT: Final = 0.5
"""The gradient under which optimizers are compared, at every step."""

_STEPS: Final = 100
"""Updates that are compared. A choice."""
_FIRST: Final = 3
"""Updates that are listed, enough to see whether they grow or shrink."""
_DIGITS: Final = 4
"""Digits of a ratio of updates."""


def optimizer_runs(name: str, rate: float) -> tuple[Run, ...]:
    """The effective rate |Δθ| / |g| under a gradient that stays the same, one run a rule.

    Examples
    --------
    >>> pytorch, keras = optimizer_runs("adagrad", 0.01)
    >>> pytorch.schedule([0, 3]).round(6).tolist(), keras.schedule([0, 3]).round(6).tolist()
    ([0.02, 0.01], [0.016903, 0.009535])
    """
    return tuple(
        Run(REGISTRY[rule].title, Piecewise(points=tuple(enumerate(rates)), between="linear"), _STEPS)
        for rule in get_args(Rule)
        for rates in [_updates(name, rule, rate).effective_lr.tolist()]
    )


def optimizer_calls(name: str) -> tuple[Call, ...]:
    """The call of each framework, and how Keras' updates differ from PyTorch's."""
    model, rate = TYPES[name], RATES[name]
    first, *_ = rules = get_args(Rule)
    reference = _updates(name, first, rate).change
    found = []
    for rule in rules:
        own = _updates(name, rule, rate).change
        share = apart(model(type=name, rule=first), model(type=name, rule=rule))
        same = share < NEARLY
        notes = [_same(share)] if same and rule != first else []
        if not same:
            notes.append(_parting(own / reference))
        defaults = ", ".join(f"{key} {short(value)}" for key, value in model.OWN[rule].items() if value)
        if defaults:
            notes.append(Text(f"its own defaults: {defaults}", f"自身默认值：{defaults}"))
        call = _spelled(model(type=name, rule=rule), rule, rate)
        found.append(Call(rule, call, same=same, notes=tuple(notes)))
    return tuple(found)


def _spelled(optimizer: Optimizer, rule: Rule, rate: float) -> str:
    """The call of the framework whose rule it is."""
    style = ALL[rule].spellings.optimizer
    return "" if style is None else spell_optimizer(optimizer, style, number(rate))[0]


def _same(share: float) -> Text:
    near = f"{share:.0e}"
    return (
        Text(f"the same updates within {near}", f"更新在 {near} 以内相同")
        if share
        else Text("the same updates", "更新相同")
    )


def _parting(ratios: Floats) -> Text:
    """The step at which updates differ most from PyTorch's."""
    at = int(np.abs(ratios - 1).argmax())
    ratio = short(float(ratios[at]), _DIGITS)
    return Text(
        f"other updates: number {at + 1} is {ratio} times PyTorch's",
        f"更新不同：第 {at + 1} 次是 PyTorch 的 {ratio} 倍",
    )


def first_updates(name: str) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """The first changes of a weight by framework, under the gradient that stays the same."""
    return tuple(
        (REGISTRY[rule].title, tuple(_updates(name, rule, RATES[name]).change[:_FIRST].tolist()))
        for rule in get_args(Rule)
    )


def _updates(name: str, rule: Rule, rate: float) -> Updates:
    return TYPES[name](type=name, rule=rule).updates([rate] * _STEPS, [GRADIENT] * _STEPS)
