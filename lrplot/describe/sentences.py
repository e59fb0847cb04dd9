"""Stretches of a curve as sentences."""

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from lrplot.describe.stretches import Cycles, Stretch
from lrplot.schedules import CATALOGUE
from lrplot.text.numbers import short
from lrplot.texts import Language, Text

_DIGITS: Final = 4
"""Digits of a rate in a sentence."""
_ROUND: Final = 1_000_000
"""Counts from which on digits are grouped, or a power of ten is written as one."""

_WAYS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "linear": Text("linear", "线性"),
        "cosine": Text("cosine", "余弦"),
        "exponential": Text("exponential", "指数"),
        "1-sqrt": Text("1-sqrt", "1-sqrt"),
        "log": Text("logarithmic", "对数"),
        "halving": Text("exponential", "指数"),
    }
)
_NOUNS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "warm-up": Text("warm-up", "预热"),
        "decay": Text("decay", "衰减"),
        "annihilation": Text("annihilation", "收尾"),
        "rise": Text("rise", "上升"),
        "fall": Text("fall", "下降"),
    }
)
_UNITS: Final = (Text("steps", "步"), Text("epochs", "轮"))
_SPAN: Final = Text("{unit} {span}: ", "第 {span} {unit}：")
_SINGLE: Final = (Text("step", "步"), Text("epoch", "轮"))
_MOVES: Final = Text("{what} from {first} to {last}", "{what}，从 {first} 到 {last}")
_CYCLES: Final = Text("{count} cycles of {length} {unit}", "共 {count} 个周期，每个 {length} {unit}")
_STAIRS: Final = Text("{count} stairs of {length} {unit}", "共 {count} 级台阶，每级 {length} {unit}")
_CAUSE: Final = Text(" ({})", "（{}）")


def sentences(
    found: Sequence[Stretch], repeats: Cycles | None, language: Language, *, by_epoch: bool = False
) -> Iterator[str]:
    """A sentence a stretch; first, how often the curve repeats itself.

    Examples
    --------
    >>> ramp = Stretch(0, 1000, 0.0, 0.1, "warm-up", "linear")
    >>> *sentences([ramp], None, "en"), *sentences([ramp], None, "zh")
    ('steps 0–999: linear warm-up from 0 to 0.1', '第 0–999 步：线性预热，从 0 到 0.1')
    """
    if repeats is not None:
        unit = _UNITS[by_epoch].said(language)
        kind = _STAIRS if all(stretch.shape == "constant" for stretch in found) else _CYCLES
        yield kind.said(language).format(count=many(repeats.count), length=many(repeats.length), unit=unit)
    for stretch in found:
        if stretch.skipped:
            yield "…"
        yield _sentence(stretch, language, by_epoch=by_epoch)


def many(count: int) -> str:
    """A count as people write it: a power of ten as one.

    >>> many(1000), many(10**9), many(1_234_567_890)
    ('1000', '10^9', '1,234,567,890')
    """
    if count < _ROUND:
        return str(count)
    power = round(math.log10(count))
    return f"10^{power}" if count == 10**power else f"{count:,}"


def _sentence(stretch: Stretch, language: Language, *, by_epoch: bool) -> str:
    alone = stretch.stop - stretch.start == 1
    span = str(stretch.start) if alone else f"{stretch.start}–{stretch.stop - 1}"
    unit = (_SINGLE if alone else _UNITS)[by_epoch].said(language)
    where = _SPAN.said(language).format(unit=unit, span=span)
    cause = _CAUSE.said(language).format(stretch.cause) if stretch.cause else ""
    first, last = short(stretch.first, _DIGITS), short(stretch.last, _DIGITS)
    if stretch.shape == "constant":
        return f"{where}{first}{cause}"
    return where + _MOVES.said(language).format(what=_what(stretch, language), first=first, last=last) + cause


def _what(stretch: Stretch, language: Language) -> str:
    moves = "rise" if stretch.last > stretch.first else "fall"
    noun = _NOUNS.get(stretch.name, _NOUNS[moves]).said(language)
    if stretch.shape:
        way = _WAYS[stretch.shape].said(language)
    elif stretch.name in CATALOGUE:
        if language == "zh":
            return CATALOGUE[stretch.name].chinese[0]
        way = stretch.name.replace("_", " ")
    else:
        return noun
    return f"{way}{noun}" if language == "zh" else f"{way} {noun}"
