"""Advice that no class gives itself: when a schedule is good, when not, and what is often got wrong.

One entry a name of the catalogue and an optimizer, in ``texts/advice.json``; the families in
``texts/families.json``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Final

from lrplot.texts import Text, table


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice on a schedule or an optimizer.

    Parameters
    ----------
    summary
        The first line of its docstring in Chinese; both languages where it has no class of its own.
    strengths, weaknesses
        What speaks for it and against it.
    use, avoid
        When to take it, and when to take another.
    cautions
        What is often got wrong.
    confused
        Its docstring's "Not to be confused with" in Chinese.
    """

    summary: Text
    strengths: Text
    weaknesses: Text
    use: Text
    avoid: Text
    cautions: tuple[Text, ...] = ()
    confused: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """A family of schedules: its name, what it is, and how it compares with the others."""

    title: Text
    what: Text
    strengths: Text
    weaknesses: Text
    use: Text


def _advice(entry: Mapping[str, Any]) -> Advice:
    names = ("summary", "strengths", "weaknesses", "use", "avoid")
    return Advice(
        **{name: Text.read(entry[name]) for name in names},
        cautions=tuple(Text.read(each) for each in entry.get("cautions", ())),
        confused=entry.get("confused_zh", ""),
    )


FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        name: Family(**{each.name: Text.read(entry[each.name]) for each in fields(Family)})
        for name, entry in table("families").items()
    }
)
"""The families, by name."""

ADVICE: Final[Mapping[str, Advice]] = MappingProxyType(
    {name: _advice(entry) for name, entry in table("advice").items()}
)
"""The advice, by the catalogue's names and the optimizers' types."""
