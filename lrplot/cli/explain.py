from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lrplot.cli.groups import OutputOptions, RunOptions, SeriesOptions, complete_reference, overrides
from lrplot.cli.results import as_json, check_places, print_notes, target
from lrplot.errors import UsageError
from lrplot.render.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from lrplot.checks.rules import Rule
    from lrplot.describe.explanation import Explanation
    from lrplot.texts import Language

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot explain cosine\n"
    "  lrplot explain adamw --lang zh\n"
    "  lrplot explain step --latex\n"
    '  lrplot explain "OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)"\n'
    "  lrplot explain configs/warmup_cosine.yaml\n"
    "  lrplot explain LR004"
)


def complete_explained(incomplete: str) -> list[str]:
    """What a REF is completed to, and the codes of lint's rules."""
    from lrplot.checks.rules import RULES

    return [*complete_reference(incomplete), *(r.code for r in RULES if r.code.startswith(incomplete or "?"))]


Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME|REF",
        help="A name of the catalogue, an optimizer, a lint rule, or any REF, explained with its numbers.",
        autocompletion=complete_explained,
    ),
]
Latex = Annotated[bool, typer.Option("--latex", help="Short for -f latex: the formula alone.")]
Lang = Annotated[str, typer.Option("--lang", metavar="en|zh", help="Language of the page.")]


@dataclass(frozen=True, slots=True)
class _Page:
    """The thing that is explained, and the language of the page."""

    found: Sequence[Explanation]
    language: Language
    rule: Rule | None = None
    """A rule of lint, in place of a schedule."""


def explain(
    reference: Name,
    *,
    latex: Latex = False,
    lang: Lang = "en",
    run: RunOptions,
    series: SeriesOptions,
    to: OutputOptions,
) -> None:
    """Explain a schedule or an optimizer.

    Its formula, parameters, use, common mistakes and each framework's call.

    A name alone is explained in general; a spec, a call or a script, or a name with options, with its
    numbers, phase by phase; the code of a lint rule with what it finds.
    """
    from lrplot.describe.explanation import explained, is_known
    from lrplot.texts import language

    if latex:
        if to.as_json or to.kind not in {None, "latex"}:
            raise UsageError("--latex is -f latex; give one format")
        to = replace(to, kind="latex")
    said = overrides(run, series)
    tongue = language(lang)
    place = target(to, FORMATS, "explained")
    check_places([place.path], [reference])
    rule = None if is_known(reference) else _rule_of(reference)
    if rule is not None:
        place.write(_Page((), tongue, rule))
        return
    found = explained(reference, said)
    print_notes(run for each in found if each.filled for run in each.runs)
    place.write(_Page(found, tongue))


def _rule_of(reference: str) -> Rule | None:
    """The rule of lint that is meant, None where none is; a code that no rule has is refused."""
    from lrplot.checks.page import looks_like_rule, rule_called
    from lrplot.checks.rules import rules_called

    rule = rule_called(reference)
    if rule is None and looks_like_rule(reference):
        (rule,) = rules_called([reference], "explain")
    return rule


def _text(page: _Page) -> RenderableType:
    from lrplot.render.page import page as printed

    if page.rule is not None:
        from lrplot.checks.page import blocks as blocks_of_rule

        return printed([*blocks_of_rule(page.rule)])
    from lrplot.describe.pages import blocks

    return printed([block for each in page.found for block in blocks(each, page.language)])


def _latex(page: _Page) -> Iterable[bytes]:
    if page.rule is not None:
        raise UsageError(f"{page.rule.code} is a rule of lint, which has no formula")
    lines = dict.fromkeys(line for each in page.found for line in each.latex)
    return [f"{line}\n".encode() for line in lines]


def _json(page: _Page) -> Iterable[bytes]:
    if page.rule is not None:
        from lrplot.checks.page import as_data as data_of_rule

        return as_json({"format": 1, "explained": [data_of_rule(page.rule)]}, 2)
    from lrplot.describe.pages import as_data

    return as_json({"format": 1, "explained": [as_data(each, page.language) for each in page.found]}, 2)


FORMATS: Final[tuple[Format[_Page], ...]] = (
    Format("text", (".txt",), shown=_text),
    Format("latex", (".tex",), _latex),
    Format("json", (".json",), _json),
)
