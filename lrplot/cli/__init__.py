"""The command line: one command, one file, imported when its command is given."""

import sys
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

_WrongOptions: Any = typer.BadParameter.__bases__[0]
"""What Typer raises for options that it does not take, which has no name of its own in all its versions."""

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
    "verify": "verify",
    "resume": "resume",
    "identify": "identify",
    "schema": "schema",
}
_SHARED: Final[dict[str, Any]] = {
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"], "max_content_width": 100},
}
"""Typer's settings of every command: its own colours off, and help no wider than is read with ease."""


class _Command(TyperCommand):
    """A command whose help has its options under the headings of their groups."""

    def get_help(self, ctx: Any) -> str:
        """The page as standard output can show it: Typer writes UTF-8 where the stream is ASCII."""
        encoding = sys.stdout.encoding or "ascii"
        return super().get_help(ctx).encode(encoding, "respell").decode(encoding)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words; those behind ``--`` are the flags of the script that is the REF."""
        if any(each.name == "annotate" for each in self.get_params(ctx)):
            from lrplot.cli.figure_words import with_values

            args = with_values(args)
        if "--" in args:
            from lrplot.cli.passed_on import command_of, parted

            words, flags = parted(args)
            given, _, _ = self.make_parser(ctx).parse_args(list(words))
            arguments = [each for each in self.get_params(ctx) if each.param_type_name == "argument"]
            listed = [word for each in arguments for word in _listed(given.get(each.name or ""))]
            found = command_of(listed, flags)
            if found is not None:
                reference, command = found
                # A script alone is compared with itself, given the flags.
                alone = len(listed) == 1 and any(each.name == "after" for each in arguments)
                put = [reference, command] if alone else [command]
                at = words.index(reference)
                args = [*words[:at], *put, *words[at + 1 :]]
        said = tuple(args)
        try:
            return super().parse_args(ctx, args)
        except _WrongOptions as error:
            script = next((word for word in said if word.endswith(".py") and Path(word).is_file()), None)
            flag = getattr(error, "option_name", None)
            if script is not None and flag is not None and "--" not in said:
                error.message += f" (a flag of {script} itself stands behind --: {script} -- {flag} …)"
            raise

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The arguments as their metavars spell them: in brackets what may be left out."""
        arguments = (param for param in self.get_params(ctx) if param.param_type_name == "argument")
        return ["[OPTIONS]", *(param.metavar or param.name or "" for param in arguments)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, and the options of each heading in the order they were declared."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if param.param_type_name == "argument":
                sections.setdefault("Arguments", []).append(
                    (param.metavar or "", record[1] if record else "")
                )
            elif record is not None:
                sections.setdefault(getattr(param, "rich_help_panel", None) or "Options", []).append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)


class _Option(TyperOption):
    """An option for whose value no checker is made where it is not given: Typer makes one of every option."""

    def process_value(self, ctx: Any, value: Any) -> Any:
        """The value as its type says, nothing where nothing was given."""
        if value is None and not self.required and self.callback is None:
            return () if self.multiple else None
        return super().process_value(ctx, value)


def _listed(value: object) -> list[str]:
    """The words of an argument, none where it is left out."""
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list | tuple) else []


def _module(name: str) -> tuple[Any, Any]:
    """The module and the function of a command."""
    module = import_module(f"lrplot.cli.{COMMANDS[name]}")
    return module, getattr(module, COMMANDS[name])


def command_for(
    name: str,
    function: Callable[..., Any],
    formats: Sequence[str] = (),
    *,
    epilog: str | None = None,
    help_names: Sequence[str] = ("-h", "--help"),
) -> Any:
    """A function with groups of options as a command, in Typer's form; it answers what the function does."""
    from lrplot.cli.flat import flat

    settings = {**_SHARED["context_settings"], "help_option_names": list(help_names)}
    alone = typer.Typer(add_completion=False, **{**_SHARED, "context_settings": settings})
    alone.command(name, cls=_Command, epilog=epilog)(flat(function, formats))
    command: Any = typer.main.get_command(alone)
    for each in command.params:
        if type(each) is TyperOption:
            each.__class__ = _Option  # Typer takes a class of commands, and none of options
    return command


# Typer makes the group anew for each command line of a process; its commands need not be.
@cache
def _made(name: str) -> Any:
    module, function = _module(name)
    formats = [each.name for each in getattr(module, "FORMATS", ())]
    return command_for(name, function, formats, epilog=module.EXAMPLES)


class _Loaded(MutableMapping[str, Any]):
    """Commands by name, each made when it is asked for."""

    def __init__(self) -> None:
        self._others: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        return self._others[name] if name in self._others else _made(name)

    def __setitem__(self, name: str, command: Any) -> None:
        self._others[name] = command

    def __delitem__(self, name: str) -> None:
        del self._others[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Commands(TyperGroup):
    """The group of all commands."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = _Loaded()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (Typer's signature)
        """The names alone: to make every command takes longer than all else that a page of help does."""
        return list(COMMANDS)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 (Typer's signature)
        """Write the first paragraph of each command's docstring."""
        from lrplot.cli.summaries import summary

        with formatter.section("Commands"):
            told = ((name, summary(f"lrplot.cli.{home}", home)) for name, home in COMMANDS.items())
            formatter.write_dl(list(told))


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
