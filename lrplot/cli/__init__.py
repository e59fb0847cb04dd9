"""The command line: one command, one file."""

from typing import Annotated

import typer

from lrplot.cli.at import EXAMPLES as AT_EXAMPLES
from lrplot.cli.at import at
from lrplot.cli.compare import EXAMPLES as COMPARE_EXAMPLES
from lrplot.cli.compare import compare
from lrplot.cli.diff import EXAMPLES as DIFF_EXAMPLES
from lrplot.cli.diff import diff
from lrplot.cli.explain import EXAMPLES as EXPLAIN_EXAMPLES
from lrplot.cli.explain import explain
from lrplot.cli.explore import EXAMPLES as EXPLORE_EXAMPLES
from lrplot.cli.explore import explore
from lrplot.cli.export import EXAMPLES as EXPORT_EXAMPLES
from lrplot.cli.export import export
from lrplot.cli.gallery import EXAMPLES as GALLERY_EXAMPLES
from lrplot.cli.gallery import gallery
from lrplot.cli.lint import EXAMPLES as LINT_EXAMPLES
from lrplot.cli.lint import lint
from lrplot.cli.list_ import EXAMPLES as LIST_EXAMPLES
from lrplot.cli.list_ import list_
from lrplot.cli.rank import EXAMPLES as RANK_EXAMPLES
from lrplot.cli.rank import rank
from lrplot.cli.recommend import EXAMPLES as RECOMMEND_EXAMPLES
from lrplot.cli.recommend import recommend
from lrplot.cli.render import EXAMPLES as RENDER_EXAMPLES
from lrplot.cli.render import render
from lrplot.cli.schema import EXAMPLES as SCHEMA_EXAMPLES
from lrplot.cli.schema import schema
from lrplot.cli.simulate import EXAMPLES as SIMULATE_EXAMPLES
from lrplot.cli.simulate import simulate

app = typer.Typer(
    name="lrplot",
    help="See the learning rate your training will really use, before you train.",
    epilog=(
        "\b\nExamples:\n"
        "  lrplot render configs/warmup_cosine.yaml\n"
        "  lrplot render cosine --steps 1e6 --set eta_min=1e-5 -f table\n"
        "  lrplot compare cosine onecycle"
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(epilog=RENDER_EXAMPLES)(render)
app.command(epilog=COMPARE_EXAMPLES)(compare)
app.command(epilog=AT_EXAMPLES)(at)
app.command(epilog=DIFF_EXAMPLES)(diff)
app.command(epilog=SIMULATE_EXAMPLES)(simulate)
app.command(epilog=RANK_EXAMPLES)(rank)
app.command("list", epilog=LIST_EXAMPLES)(list_)
app.command(epilog=EXPLAIN_EXAMPLES)(explain)
app.command(epilog=EXPLORE_EXAMPLES)(explore)
app.command(epilog=EXPORT_EXAMPLES)(export)
app.command(epilog=RECOMMEND_EXAMPLES)(recommend)
app.command(epilog=GALLERY_EXAMPLES)(gallery)
app.command(epilog=LINT_EXAMPLES)(lint)
app.command(epilog=SCHEMA_EXAMPLES)(schema)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"lrplot {version('lrplot')}")
        raise typer.Exit


@app.callback()
def _options(
    _wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass
