"""From what a command made to where a person wants it, in the format they want it in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic

from lrplot.cli.output import note, resolved, show, show_inline, warn, write_file, write_stdout
from lrplot.errors import StepError, UsageError
from lrplot.render.formats import Format, Made

if TYPE_CHECKING:
    from lrplot.cli.groups import DataOptions, OutputOptions, ScreenOptions
    from lrplot.render.html.section import Copied
    from lrplot.render.selection import Drawing
    from lrplot.run import Run

_NAMED: Final = 3
"""Curves after which a picture is named: three names make a file name that is still read."""


@dataclass(frozen=True, slots=True)
class Target(Generic[Made]):
    """The place a result goes to and its kind. ``path`` is None for standard output."""

    format: Format[Made]
    path: Path | None

    def write(self, made: Made) -> None:
        """Put there what a command made."""
        if self.format.shown is not None:
            show(self.format.shown(made), self.path)
        elif self.format.data is not None:
            put(self.format.data(made), self.path, binary=self.format.binary)


def put(chunks: Iterable[bytes], path: Path | None, *, binary: bool = False) -> None:
    """Write bytes to a file, or to standard output where there is none."""
    if path is None:
        write_stdout(chunks, binary=binary)
    else:
        write_file(path, chunks)


def as_json(data: object, indent: int | None = None) -> Iterator[bytes]:
    """Data as JSON: one line, or lines that a person can read."""
    import json

    yield json.dumps(data, ensure_ascii=False, indent=indent, default=str).encode() + b"\n"


def target(
    to: OutputOptions,
    formats: Sequence[Format[Made]],
    name: str,
    usual: str | None = None,
    *,
    several: bool = False,
) -> Target[Made]:
    """The place and format that ``-o`` and ``-f`` mean for a result ``name``, ``usual`` if nothing is said.

    The first of the ``formats`` is usual where nothing else is.
    """
    by_name = {each.name: each for each in formats}
    kind = _kind(to, by_name)
    plain = by_name[kind or usual or formats[0].name]
    if to.output is None:
        return Target(plain, Path(name + plain.endings[0]) if plain.filed else None)
    if to.output == "-":
        return Target(plain, None)
    path = Path(to.output)
    if to.output.endswith("/") or path.is_dir():
        return Target(plain, path / (name + plain.endings[0]))
    if several:
        raise UsageError(f"-o {to.output}: several references make several files; give a folder")
    ending = path.suffix.lower()
    fitting = [each for each in formats if ending in each.endings]
    if kind is None and not fitting:
        known = ", ".join(dict.fromkeys(ending for each in formats for ending in each.endings))
        raise UsageError(f"-o {to.output}: unknown kind of file; end it in {known}, or use -f")
    if kind is not None and fitting and plain not in fitting:
        raise UsageError(f"-o {to.output} and -f {kind} disagree")
    return Target(fitting[0] if kind is None else plain, path)


def _kind(to: OutputOptions, known: dict[str, Format[Made]]) -> str | None:
    """The format asked for by ``-f`` or ``--json``."""
    if to.kind is not None and to.kind not in known:
        raise UsageError(f"no format '{to.kind}'; known are {', '.join(known)}")
    if not to.as_json:
        return to.kind
    if to.kind not in {None, "json"}:
        raise UsageError(f"--json is -f json; give it or -f {to.kind}")
    return "json"


def check_places(paths: Iterable[Path | None], references: Sequence[str]) -> None:
    """Refuse two results in one file, and a result in the place of a spec."""
    places = [resolved(path) for path in paths if path is not None]
    if not places:
        return
    specs = {Path(os.path.realpath(reference)) for reference in references}
    for place in places:
        if places.count(place) > 1:
            raise UsageError(f"two references would both write {place.name}; draw them one by one with -o")
        if place in specs:
            raise UsageError(f"{place.name} is a spec that was named; it would be overwritten")


def file_named(output: str | None) -> Path | None:
    """The file that ``-o`` names where a result has one format; None for standard output."""
    return None if output in {None, "-"} else Path(output or "")


def print_notes(runs: Iterable[Run]) -> None:
    """Say on standard error what was assumed where a text left something open, each thing once."""
    for said in dict.fromkeys(said for run in runs for said in run.notes):
        note(said)


def named_after(runs: list[Run], many: str) -> str:
    """The name of a picture of several curves: after them, or ``many`` where they are more than three."""
    labels = [run.label.replace("/", "_") for run in runs]
    return ("_vs_".join(labels) if len(runs) <= _NAMED else many).replace(" ", "_")


def write_result(
    runs: Sequence[Run],
    to: Target[Drawing],
    data: DataOptions,
    screen: ScreenOptions,
    texts: Callable[[], Sequence[Copied]] | None = None,
) -> None:
    """Draw the runs, or write their numbers, and put that in its place.

    ``texts`` are what a page shows to be copied, the runs' spec and calls when left out.
    """
    from lrplot.render.selection import Drawing

    beside = texts or partial(texts_of, runs)
    drawing = Drawing(runs, data.selection(), screen.width, screen.height, warn, beside)
    try:
        if not screen.inline:
            to.write(drawing)
            return
        if to.format.name != "png" or to.format.data is None:
            raise UsageError("--inline shows a PNG; leave out the other format")
        show_inline(b"".join(to.format.data(drawing)))
    except StepError as error:
        origins = ", ".join(dict.fromkeys(run.origin for run in runs))
        raise StepError(f"{origins}: {error}") from None


def texts_of(runs: Sequence[Run]) -> Sequence[Copied]:
    """What a page shows to be copied: the runs' spec, and the calls of each framework."""
    from lrplot.answers.copied import copied

    return copied(runs)
