"""The command line: one command, one file, imported when its command is given."""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

# The module and function of each command, in the order of the help.
COMMANDS: Final = {
    "render": "render",
    "compare": "compare",
    "at": "at",
    "diff": "diff",
    "simulate": "simulate",
    "rank": "rank",
    "list": "list_",
    "explain": "explain",
    "explore": "explore",
    "export": "export",
    "recommend": "recommend",
    "gallery": "gallery",
    "lint": "lint",
    "schema": "schema",
}
_SHARED: Final[dict[str, Any]] = {
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}


class _Loaded(MutableMapping[str, Any]):
    """Commands by name, each made when it is asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            module = import_module(f"lrplot.cli.{COMMANDS[name]}")
            alone = typer.Typer(add_completion=False, **_SHARED)
            alone.command(name, epilog=module.EXAMPLES)(getattr(module, COMMANDS[name]))
            self._made[name] = typer.main.get_command(alone)
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Commands(TyperGroup):
    """The group of all commands."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = _Loaded()


app = typer.Typer(
    name="lrplot",
    cls=_Commands,
    help="See the learning rate your training will really use, before you train.",
    epilog=(
        "\b\nExamples:\n"
        "  lrplot render configs/warmup_cosine.yaml\n"
        "  lrplot render cosine --steps 1e6 --set eta_min=1e-5 -f table\n"
        "  lrplot compare cosine onecycle"
    ),
    no_args_is_help=True,
    **_SHARED,
)


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
