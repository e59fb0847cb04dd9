"""The command line: one command, one file."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Annotated, Final

import typer

_COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "render": "render",
        "compare": "compare",
        "at": "at",
        "diff": "diff",
        "simulate": "simulate",
        "rank": "rank",
        "list": "list_",
        "explain": "explain",
        "export": "export",
        "recommend": "recommend",
        "gallery": "gallery",
        "lint": "lint",
        "schema": "schema",
    }
)
"""A command, and the module that holds it as a function of the module's name."""


def application(arguments: Sequence[str]) -> typer.Typer:
    """The program, with the one command that its arguments name; with all where they name none.

    Typer reads the signature of each command it is given, which for all of them takes as long as NumPy
    takes to start.
    """
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
    app.callback()(_options)
    named = [name for name in arguments[:1] if name in _COMMANDS]
    for name in named or _COMMANDS:
        module = import_module(f"lrplot.cli.{_COMMANDS[name]}")
        app.command(name, epilog=module.EXAMPLES)(getattr(module, _COMMANDS[name]))
    return app


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"lrplot {version('lrplot')}")
        raise typer.Exit


def _options(
    _wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass
