"""Commands whose parameters are groups of options, as Typer reads them: an option a field."""

import inspect
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import fields
from typing import Annotated, Any, Final, get_args, get_type_hints

import typer

from lrplot.cli.completion import complete
from lrplot.cli.groups import Group
from lrplot.cli.output import hushed, speaking

_QUIET: Final = Annotated[bool, typer.Option("-q", "--quiet", help="Print no notes, nor what was written.")]


def flat(command: Callable[..., Any], formats: Sequence[str] = ()) -> Callable[..., Any]:
    """The command as Typer can read it: a parameter for each field of its groups, and ``--quiet``.

    ``formats`` are the names ``-f`` may have here.
    """
    shown: list[inspect.Parameter] = []
    groups: dict[str, type[Group]] = {}
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        if isinstance(parameter.annotation, type) and issubclass(parameter.annotation, Group):
            groups[parameter.name] = parameter.annotation
            shown += _options(parameter.annotation, formats)
        else:
            for each in get_args(parameter.annotation)[1:]:
                complete(parameter.name, each)
            shown.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))
    shown.append(_parameter("quiet", _QUIET, default=False))

    def flattened(*, quiet: bool, **given: Any) -> Any:
        language = given.get("lang")
        made = {
            name: group(**{field.name: given.pop(field.name) for field in fields(group)})  # type: ignore[arg-type]
            for name, group in groups.items()
        }
        with hushed(quiet), speaking(language):
            return command(**made, **{name: _expanded(value) for name, value in given.items()})

    flattened.__doc__ = command.__doc__
    flattened.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    flattened.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    return flattened


def _expanded(value: Any) -> Any:
    """The words of a command, a document in place of which each of its schedules stands."""
    if not isinstance(value, list) or not any(".m" in str(word)[-9:].lower() for word in value):
        return value
    from lrplot.sources.reference import expanded

    return [each for word in value for each in (expanded(word) if isinstance(word, str) else [word])]


def _options(group: type[Group], formats: Sequence[str]) -> list[inspect.Parameter]:
    """The parameters of a group's fields, under its heading."""
    made = []
    hints = get_type_hints(group, include_extras=True)
    for field in fields(group):  # type: ignore[arg-type]
        kind, info = get_args(hints[field.name])
        info = copy(info)
        info.rich_help_panel = info.rich_help_panel or group.panel
        complete(field.name, info, formats)
        if field.name == "kind":
            info.help = f"{', '.join(formats[:-1])} or {formats[-1]}."
        made.append(_parameter(field.name, Annotated[kind, info], field.default))
    return made


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
