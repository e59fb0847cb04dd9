from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lrplot.cli.groups import OutputOptions
from lrplot.cli.results import as_json, target
from lrplot.render.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from lrplot.texts import Language

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot list\n"
    "  lrplot list --family reacting\n"
    "  lrplot list --calls pytorch,keras\n"
    "  lrplot list --lang zh"
)

Family = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="One family alone: scheduled, adaptive, reacting or custom."),
]
Calls = Annotated[
    str | None,
    typer.Option(metavar="NAMES", help="Every method's call in these frameworks: pytorch,keras."),
]
Lang = Annotated[str, typer.Option("--lang", metavar="en|zh", help="Language of the page.")]


@dataclass(frozen=True, slots=True)
class _Wish:
    """The part of the catalogue that is listed, and in which language."""

    family: str | None
    calls: str | None
    language: Language


def list_(*, family: Family = None, calls: Calls = None, lang: Lang = "en", to: OutputOptions) -> None:
    """List the schedules and optimizers, and who has them."""
    from lrplot.texts import language

    target(to, FORMATS, "catalogue").write(_Wish(family, calls, language(lang)))


def _text(wish: _Wish) -> RenderableType:
    from lrplot.describe.stored import sections

    table = sections(wish.family, wish.language)
    if table is not None and wish.calls is None:
        return table
    from lrplot.describe.calls import COMMON, known_frameworks
    from lrplot.describe.catalogue import listing, pages_of_calls
    from lrplot.render.page import page

    frameworks = COMMON if wish.calls is None else known_frameworks(wish.calls)
    found = listing(wish.family, () if wish.calls is None else frameworks)
    return page(list(pages_of_calls(found, frameworks, wish.language)))


def _json(wish: _Wish) -> Iterable[bytes]:
    from lrplot.describe.calls import COMMON, known_frameworks
    from lrplot.describe.catalogue import as_data, listing

    frameworks = COMMON if wish.calls is None else known_frameworks(wish.calls)
    found = listing(wish.family, () if wish.calls is None else frameworks)
    return as_json({"format": 1, "catalogue": as_data(found, frameworks, wish.language)}, 2)


FORMATS: Final[tuple[Format[_Wish], ...]] = (
    Format("text", (".txt",), shown=_text),
    Format("json", (".json",), _json),
)
