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

    from lrplot.describe.explanation import Explanation
    from lrplot.texts import Language

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot explain cosine\n"
    "  lrplot explain adamw --lang zh\n"
    "  lrplot explain step --latex\n"
    '  lrplot explain "OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)"\n'
    "  lrplot explain configs/warmup_cosine.yaml"
)

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME|REF",
        help="A name of the catalogue, an optimizer, or any REF, which is explained with its numbers.",
        autocompletion=complete_reference,
    ),
]
Latex = Annotated[bool, typer.Option("--latex", help="Short for -f latex: the formula alone.")]
Lang = Annotated[str, typer.Option("--lang", metavar="en|zh", help="Language of the page.")]


@dataclass(frozen=True, slots=True)
class _Page:
    """The thing that is explained, and the language of the page."""

    found: Sequence[Explanation]
    language: Language


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
    numbers, phase by phase.
    """
    from lrplot.describe.explanation import explained
    from lrplot.texts import language

    if latex:
        if to.as_json or to.kind not in {None, "latex"}:
            raise UsageError("--latex is -f latex; give one format")
        to = replace(to, kind="latex")
    said = overrides(run, series)
    tongue = language(lang)
    place = target(to, FORMATS, "explained")
    check_places([place.path], [reference])
    found = explained(reference, said)
    print_notes(run for each in found if each.filled for run in each.runs)
    place.write(_Page(found, tongue))


def _text(page: _Page) -> RenderableType:
    from lrplot.describe.pages import blocks
    from lrplot.render.page import page as printed

    return printed([block for each in page.found for block in blocks(each, page.language)])


def _latex(page: _Page) -> Iterable[bytes]:
    lines = dict.fromkeys(line for each in page.found for line in each.latex)
    return [f"{line}\n".encode() for line in lines]


def _json(page: _Page) -> Iterable[bytes]:
    from lrplot.describe.pages import as_data

    return as_json({"format": 1, "explained": [as_data(each, page.language) for each in page.found]}, 2)


FORMATS: Final[tuple[Format[_Page], ...]] = (
    Format("text", (".txt",), shown=_text),
    Format("latex", (".tex",), _latex),
    Format("json", (".json",), _json),
)
