"""What a shell completes the value of an option to: choices that its help shows, or names known elsewhere."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, get_args

import typer

from lrplot.errors import LrplotError

_CHOICES: Final = re.compile(r"[\w-]+(?:\|[\w-]+)+")
"""A metavar that lists all there is."""
_PLACES: Final = frozenset({"changes", "sweep", "over"})
"""Options that begin with the path of a value: ``gamma=0.5``."""


def _exports() -> Iterable[str]:
    from lrplot.frameworks.names import CONFIGURED, WRITTEN

    return (*WRITTEN, *CONFIGURED, "yaml")


def _frameworks() -> Iterable[str]:
    from lrplot.frameworks.names import SPELLED

    return SPELLED


def _words(kind: str) -> Callable[[], Iterable[str]]:
    """The words that a value of a figure's style may be."""

    def names() -> Iterable[str]:
        from lrplot import style

        return get_args(getattr(style, kind))

    return names


def _trainers() -> Iterable[str]:
    from lrplot.trainers.registry import SIGNS

    return SIGNS


def _rules() -> Iterable[str]:
    from lrplot.checks.rules import RULES

    return [called for rule in RULES for called in (rule.code, rule.name)]


def _families() -> Iterable[str]:
    from lrplot.texts import table

    return table("families")


def _advice(kind: str) -> Callable[[], Iterable[str]]:
    def names() -> Iterable[str]:
        from lrplot.texts import table

        return table("recommend")[kind]  # type: ignore[no-any-return]

    return names


_KNOWN: Final[Mapping[str, Callable[[], Iterable[str]]]] = {
    "to": _exports,
    "frameworks": _frameworks,
    "calls": _frameworks,
    "theme": _words("Theme"),
    "xaxis": _words("Unit"),
    "legend": _words("Place"),
    "annotate": _words("Mark"),
    "panels": _words("Part"),
    "trainer": _trainers,
    "CODES": _rules,
    "family": _families,
    "task": _advice("tasks"),
    "symptom": _advice("symptoms"),
    "optimizer": _advice("optimizers"),
}
"""The names of an option's values, by its parameter or its metavar."""


def complete(name: str, info: Any, formats: Sequence[str] = ()) -> None:
    """Give an option what it is completed to, where there is something."""
    if getattr(info, "autocompletion", None) is not None or not hasattr(info, "metavar"):
        return
    metavar = info.metavar or ""
    if _CHOICES.fullmatch(metavar):
        info.autocompletion = _listed(lambda: metavar.split("|"))
    elif name == "kind":
        info.autocompletion = _listed(lambda: formats)
    elif name in _PLACES:
        info.autocompletion = complete_place
    elif found := _KNOWN.get(name) or _KNOWN.get(metavar):
        info.autocompletion = _listed(found)


def _listed(names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Complete to names, the last of several with commas between them."""

    def completed(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [f"{before}{comma}{name}" for name in names() if name.startswith(last)]

    return completed


def complete_place(ctx: typer.Context, incomplete: str) -> list[str]:
    """The parameters of the REFs before it, and what each spec has, with the ``=`` behind them."""
    from lrplot.style import Style

    found = [*_parameters(ctx), "lr", "steps", "epochs", "steps_per_epoch"]
    found += [f"figure.{name}" for name in Style.model_fields]
    return [f"{name}=" for name in dict.fromkeys(found) if name.startswith(incomplete)]


def _parameters(ctx: typer.Context) -> Iterator[str]:
    """The paths of what the REFs say, and of what their schedule's class knows."""
    from lrplot.schedules import TYPES, schedule_class
    from lrplot.schedules.fields import parameters
    from lrplot.sources.reference import read_document

    # An option whose value is not there yet stops the parser, which leaves the words before it as they are.
    said = [ctx.args, *(ctx.params.get(name) for name in ("references", "reference", "words", "before"))]
    for reference in (ref for each in said if each for ref in ([each] if isinstance(each, str) else each)):
        with suppress(LrplotError, OSError):
            root = read_document(reference).root
            yield from (path.removeprefix("schedule.") for path in _paths(root, ""))
            schedule = root.entries.get("schedule")
            kind = schedule.entries.get("type") if schedule is not None else None
            if kind is not None and kind.value in TYPES:
                yield from parameters(schedule_class(str(kind.value)))


def _paths(node: Any, before: str) -> Iterator[str]:
    """The paths of the plain values below a node."""
    for key, inner in node.entries.items():
        if inner.entries:
            yield from _paths(inner, f"{before}{key}.")
        elif key != "type":
            yield f"{before}{key}"
