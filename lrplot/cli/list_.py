import json
from typing import Annotated

import typer

from lrplot.cli.output import ascii_only, show, write_stdout

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
Json = Annotated[bool, typer.Option("--json", help="Print the same as JSON.")]
Lang = Annotated[str, typer.Option("--lang", metavar="en|zh", help="Language of the page.")]


def list_(family: Family = None, calls: Calls = None, as_json: Json = False, lang: Lang = "en") -> None:
    """List the schedules and optimizers, and who has them."""
    from lrplot.describe.stored import sections
    from lrplot.texts import language

    tongue = language(lang)
    table = sections(family, tongue, ascii_only=ascii_only())
    if table is not None and not as_json and calls is None:
        show(table)
        return
    from lrplot.describe.calls import COMMON, known_frameworks
    from lrplot.describe.catalogue import as_data, listing, pages_of_calls

    frameworks = COMMON if calls is None else known_frameworks(calls)
    found = listing(family, () if calls is None else frameworks)
    if as_json:
        data = {"format": 1, "catalogue": as_data(found, frameworks, tongue)}
        write_stdout([json.dumps(data, ensure_ascii=False, indent=2).encode() + b"\n"])
    else:
        from lrplot.render.page import page

        plain = ascii_only()
        show(page(list(pages_of_calls(found, frameworks, tongue)), ascii_only=plain))
