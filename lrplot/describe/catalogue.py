"""The catalogue as sections, one a family, and the page of calls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lrplot.curve import levels
from lrplot.describe.advice import FAMILIES, Family
from lrplot.describe.calls import COMMON, Call
from lrplot.describe.explanation import Explanation, everything
from lrplot.describe.pages import call_data, call_rows
from lrplot.errors import UsageError
from lrplot.frameworks.registry import REGISTRY
from lrplot.render.catalogue import SHAPES
from lrplot.render.page import Block, Facts, Heading, Paragraph, Title
from lrplot.schedules import nearest
from lrplot.texts import Language, word

_POINTS: Final = 24
"""Levels of a shape as data, as many as the wide table of the catalogue shows."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A family and what belongs to it."""

    family: str
    comparison: Family
    members: tuple[Explanation, ...]


def listing(family: str | None = None, stand_ins: Sequence[str] = ()) -> tuple[Listing, ...]:
    """The catalogue by family, optimizers included; one family alone where it is named.

    ``stand_ins`` are the frameworks for which something is found where they have no class.

    Raises
    ------
    UsageError
        When there is no such family.

    Examples
    --------
    >>> [(each.family, each.members[0].name) for each in listing("reacting")]
    [('reacting', 'plateau')]
    """
    if family is not None and family not in FAMILIES:
        raise UsageError(f"no family '{family}'; {nearest(family, tuple(FAMILIES))}")
    wanted = [family] if family is not None else list(FAMILIES)
    members = everything(wanted, stand_ins)
    return tuple(
        Listing(name, FAMILIES[name], tuple(each for each in members if each.family == name))
        for name in wanted
    )


def table_data(found: Sequence[Listing]) -> Mapping[str, Any]:
    """The catalogue's table as plain data, in every language: what ``stored.py`` keeps."""
    return {
        "frameworks": [REGISTRY[name].title for name in COMMON],
        "sections": [
            {
                "family": each.family,
                "title": each.comparison.title._asdict(),
                "what": each.comparison.what._asdict(),
                "strengths": each.comparison.strengths._asdict(),
                "weaknesses": each.comparison.weaknesses._asdict(),
                "typically": each.comparison.use._asdict(),
                "entries": [_entry(member) for member in each.members],
            }
            for each in found
        ],
    }


def _entry(member: Explanation) -> Mapping[str, Any]:
    own = {call.framework: call for call in member.calls if call.own}
    chinese = f"{member.chinese[0]}：" if member.chinese else ""
    return {
        "name": member.name,
        "shapes": {str(n): levels(member.curves[0].sample(n), n) for n in SHAPES.values()},
        "marks": [_mark(own.get(name)) for name in COMMON],
        "text": {"en": member.summary.en, "zh": chinese + member.summary.zh},
    }


def _mark(call: Call | None) -> bool | None:
    """True where a framework has the same curve, another, or none."""
    return None if call is None else call.same is not False


def pages_of_calls(
    found: Sequence[Listing], frameworks: Sequence[str], language: Language
) -> Iterator[Block]:
    """Every method's call in these frameworks, family by family."""
    for each in found:
        yield Title(each.comparison.title.said(language), each.comparison.what.said(language))
        for member in each.members:
            yield Heading(f"{member.name}  {member.chinese[0]}" if member.chinese else member.name)
            own = {call.framework: call for call in member.calls}
            rows = [row for name in frameworks if name in own for row in call_rows(own[name], language)]
            missing = [REGISTRY[name].title for name in frameworks if name not in own]
            if rows:
                yield Facts(rows)
            if missing:
                yield Paragraph(word("elsewhere", language).format(", ".join(missing)))


def as_data(
    found: Sequence[Listing], frameworks: Sequence[str], language: Language
) -> Sequence[Mapping[str, Any]]:
    """The catalogue as JSON holds it."""
    return [
        {
            "name": member.name,
            "family": each.family,
            "summary": member.summary.said(language),
            "chinese": list(member.chinese),
            "aliases": list(member.aliases),
            "shape": levels(member.curves[0].sample(_POINTS), _POINTS),
            "calls": [call_data(call, language) for call in member.calls if call.framework in frameworks],
        }
        for each in found
        for member in each.members
    ]
