"""An explanation as a page for a terminal, and as data."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lrplot.describe.advice import ADVICE, FAMILIES
from lrplot.describe.calls import Call
from lrplot.describe.explanation import ADAPTIVE, Explanation, Part
from lrplot.describe.optimizers import GRADIENT
from lrplot.describe.parameters import Parameter
from lrplot.describe.sentences import sentences
from lrplot.render.chart import Chart
from lrplot.render.page import Block, Bullets, Drawing, Facts, Grid, Heading, Lines, Paragraph, Title
from lrplot.text.numbers import short
from lrplot.texts import Language, Text, chinese_parameter, table, word
from lrplot.texts.phrases import in_language

_HEIGHT: Final = 14
"""Lines of a page's chart: more than half of a terminal of 24, and the formula above it stays in sight."""
_DIGITS: Final = 4
"""Digits of a rate in a list of calls."""
_CONDITION: Final = re.compile(r"(?<= )\(([^()]*(?:\([^()]*\)[^()]*)*)\)$")
"""What stands behind a line of a formula."""


def blocks(found: Explanation, language: Language) -> Iterator[Block]:
    """The page: what it is, its formula, its curve, parameters, advice and calls."""

    def say(name: str) -> str:
        return word(name, language)

    beside = [*found.chinese[:1], FAMILIES[found.family].title.said(language)]
    kind = [found.kind] if found.filled and found.kind != found.name else []
    yield Title(found.name, " · ".join(dict.fromkeys([*kind, *beside])))
    yield Paragraph(found.summary.said(language))
    if found.aliases or found.chinese[1:]:
        yield Paragraph(say("also called").format(", ".join((*found.aliases, *found.chinese[1:]))))
    if found.derivation:
        yield Heading(say("derivation"))
        yield Bullets(found.derivation)
    yield from _formulas(found, language)
    if found.family == ADAPTIVE:
        yield Heading(say("effective").format(short(GRADIENT)))
    yield Drawing(Chart(found.curves, height=_HEIGHT))
    if found.drawn_with:
        yield Paragraph(say("drawn").format(found.drawn_with))
    if found.phases:
        yield Heading(say("roughly" if found.roughly else "phases"))
        by_epoch = found.runs[0].steps_per_epoch == 1
        yield Bullets(tuple(sentences(found.phases, found.repeats, language, by_epoch=by_epoch)))
    for part in found.parts:
        yield from _parameters(part, language, filled=found.filled, alone=len(found.parts) == 1)
    yield Heading(say("advice"))
    advised = ("strengths", "weaknesses", "use", "avoid")
    yield Facts([(say(name), getattr(found.advice, name).said(language)) for name in advised])
    if found.cautions:
        yield Heading(say("cautions"))
        yield Bullets([caution.said(language) for caution in found.cautions])
    about = list(_about(found, language))
    if about:
        yield Heading(say("about"))
        yield Facts(about)
    yield from _calls(found, language)


def _formulas(found: Explanation, language: Language) -> Iterator[Block]:
    yield Heading(word("formula", language))
    for part in found.parts:
        if len(found.parts) > 1:
            yield Paragraph(f"{part.name}: {_summary(part, language)}")
        yield Lines([_conditioned(line, language) for line in part.formula])
        for text in paragraphs(part, language):
            yield Bullets([text[2:]]) if text.startswith("- ") else Paragraph(text)
    if found.numbers:
        yield Paragraph(word("here", language).format(f"lr(t) = {found.numbers}"))


def _conditioned(line: str, language: Language) -> str:
    """A line of a formula, the words in the parentheses behind it in a language."""
    return _CONDITION.sub(lambda found: f"({in_language(found[1], language)})", line)


def _summary(part: Part, language: Language) -> str:
    """What a class does, in one sentence; its docstring says it in English."""
    return ADVICE[part.name].summary.said(language) or part.page.summary


def paragraphs(part: Part, language: Language) -> list[str]:
    """The paragraphs below a formula; the docstring's own in English."""
    known = table("paragraphs").get(part.name, ())
    return list(part.page.text) if language == "en" else [Text.read(each).said(language) for each in known]


def _parameters(part: Part, language: Language, *, filled: bool, alone: bool) -> Iterator[Block]:
    heading = word("parameters", language) if alone else word("parameters of", language).format(part.name)
    yield Heading(heading)
    columns = ("name", *(("value",) if filled else ()), "default", "range", "unit", "meaning")
    yield Grid(
        [word(name, language) for name in columns],
        [_row(part.name, each, language, filled=filled) for each in part.parameters],
    )


def _row(kind: str, each: Parameter, language: Language, *, filled: bool) -> list[str]:
    value = [each.value] if filled else []
    text = chinese_parameter(kind, each.name) if language == "zh" else each.text
    return [each.name, *value, _default(each, language), each.range, word(each.unit, language), text]


def _default(each: Parameter, language: Language) -> str:
    return word(each.default, language) if each.default in table("words") else each.default


def _about(found: Explanation, language: Language) -> Iterator[tuple[str, str]]:
    for part in found.parts:
        prefix = "" if len(found.parts) == 1 else f"{part.name}: "
        if part.page.knots and language == "en":
            yield word("knots", language), prefix + part.page.knots
        if part.page.confused and language == "en":
            yield word("confused", language), prefix + part.page.confused
    if language == "zh" and found.advice.confused:
        yield word("confused", language), found.advice.confused
    for part in found.parts:
        prefix = "" if len(found.parts) == 1 else f"{part.name}: "
        if part.page.source:
            yield word("source", language), prefix + part.page.source


def _calls(found: Explanation, language: Language) -> Iterator[Block]:
    yield Heading(word("calls", language))
    rows = [row for call in found.calls for row in call_rows(call, language)]
    yield Facts(rows)
    if found.without:
        yield Paragraph(word("elsewhere", language).format(", ".join(found.without)))
    if found.updates:
        yield Heading(word("first updates", language).format(short(GRADIENT)))
        yield Facts(
            [(title, ", ".join(short(each, _DIGITS) for each in updates)) for title, updates in found.updates]
        )


def call_rows(call: Call, language: Language) -> Iterator[tuple[str, str]]:
    """A call under its framework's name, and how it differs in a line of its own."""
    yield call.title, call.call
    notes = [in_language(note.said(language), language) for note in call.notes]
    if not call.own:
        notes.insert(0, word("stand-in", language))
    if notes:
        yield "", ("；" if language == "zh" else "; ").join(notes)


def as_data(found: Explanation, language: Language) -> Mapping[str, Any]:
    """The same as JSON holds it."""
    by_epoch = bool(found.runs) and found.runs[0].steps_per_epoch == 1
    return {
        "name": found.name,
        "kind": found.kind,
        "family": found.family,
        "chinese": list(found.chinese),
        "aliases": list(found.aliases),
        "summary": found.summary.said(language),
        "parts": [_part_data(part, language) for part in found.parts],
        "drawn with": found.drawn_with,
        "derivation": list(found.derivation),
        "numbers": found.numbers,
        "phases": list(sentences(found.phases, found.repeats, language, by_epoch=by_epoch)),
        **{
            name: getattr(found.advice, name).said(language)
            for name in ("strengths", "weaknesses", "use", "avoid")
        },
        "cautions": [caution.said(language) for caution in found.cautions],
        "calls": [call_data(call, language) for call in found.calls],
        "updates": {title: list(updates) for title, updates in found.updates},
    }


def call_data(call: Call, language: Language) -> Mapping[str, Any]:
    """A call as JSON holds it."""
    notes = [in_language(note.said(language), language) for note in call.notes]
    return {
        "framework": call.framework,
        "call": call.call,
        "own": call.own,
        "same": call.same,
        "notes": notes,
    }


def _part_data(part: Part, language: Language) -> Mapping[str, Any]:
    confused = part.page.confused
    return {
        "type": part.name,
        "summary": part.page.summary,
        "formula": list(part.formula),
        "latex": list(part.latex),
        "text": list(part.page.text),
        "knots": part.page.knots,
        "not to be confused with": confused,
        "source": part.page.source,
        "parameters": [
            {
                "name": each.name,
                "value": each.value,
                "default": each.default,
                "range": each.range,
                "unit": each.unit,
                "text": chinese_parameter(part.name, each.name) if language == "zh" else each.text,
            }
            for each in part.parameters
        ],
    }
