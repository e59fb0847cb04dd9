"""From runs to the result a person asked for: a picture, a table or a data file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lrplot.cli.output import ascii_only, console, say, show, show_inline, write_file, write_stdout
from lrplot.errors import DurationError, StepError, UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from lrplot.clock import Clock
    from lrplot.run import Run

_LINES: Final = 18
_WIDE_ENOUGH: Final = 110

PICTURES: Final = ("png", "svg", "pdf")
DATA: Final = ("csv", "json", "npy")
SCREEN: Final = ("chart", "table")
FORMATS: Final = (*PICTURES, *SCREEN, *DATA)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which steps a table or a data file holds."""

    at: str | None = None
    every: str | None = None
    all_steps: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """How something is shown in the terminal."""

    width: int | None = None
    height: int | None = None
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where a result goes and what it is. ``path`` is None for standard output."""

    kind: str
    path: Path | None


def target(output: str | None, kind: str | None, name: str, usual: str = "png", *, several: bool) -> Target:
    """What ``-o`` and ``-f`` mean for a result called ``name``, which is ``usual`` if nothing is said."""
    if kind is not None and kind not in FORMATS:
        raise UsageError(f"no format '{kind}'; known are {', '.join(FORMATS)}")
    if output is None:
        on_terminal = kind in {*SCREEN, "csv", "json"}
        return Target(kind or usual, None if on_terminal else Path(f"{name}.{kind or usual}"))
    if output == "-":
        return Target(kind or usual, None)
    path = Path(output)
    if output.endswith("/") or path.is_dir():
        return Target(kind or usual, path / f"{name}.{kind or usual}")
    if several:
        raise UsageError(f"-o {output}: several references make several files; give a folder")
    suffix = path.suffix.removeprefix(".").lower()
    if kind is None and suffix not in FORMATS:
        raise UsageError(
            f"-o {output}: unknown kind of file; end it in .{', .'.join((*PICTURES, *DATA))}, or use -f"
        )
    if kind is not None and suffix in FORMATS and suffix != kind:
        raise UsageError(f"-o {output} and -f {kind} disagree")
    return Target(kind or suffix, path)


def check_targets(targets: Sequence[Target], references: Sequence[str]) -> None:
    """Refuse two results in one file, and a result in the place of a spec."""
    paths = [to.path.resolve() for to in targets if to.path is not None]
    specs = {Path(reference).resolve() for reference in references}
    for path in paths:
        if paths.count(path) > 1:
            raise UsageError(f"two references would both write {path.name}; draw them one by one with -o")
        if path in specs:
            raise UsageError(f"{path.name} is a spec that was named; it would be overwritten")


def tell(runs: Sequence[Run]) -> None:
    """Say on standard error what was assumed where a text left something open, each thing once."""
    for note in dict.fromkeys(note for run in runs for note in run.notes):
        say(f"lrplot: note: {note}")


def with_its_loss(run: Run) -> Run:
    """The run, simulated where its spec asks for that."""
    if run.model is None:
        return run
    from lrplot.curve import simulated

    return simulated(run)


def deliver(runs: Sequence[Run], to: Target, selection: Selection, screen: Screen) -> None:
    """Make the result and put it there."""
    try:
        _deliver(runs, to, selection, screen)
    except StepError as error:
        origins = ", ".join(dict.fromkeys(run.origin for run in runs))
        raise StepError(f"{origins}: {error}") from None


def _deliver(runs: Sequence[Run], to: Target, selection: Selection, screen: Screen) -> None:
    if to.kind in SCREEN:
        if to.path is not None:
            raise UsageError(f"a {to.kind} goes to standard output; redirect it with >")
        if to.kind == "chart":
            _show_chart(runs, screen)
        else:
            _show_table(runs, selection, screen)
        return
    picture = to.kind in PICTURES
    if picture and (selection.at is not None or selection.every is not None):
        raise UsageError("--at and --every choose rows of a table or a data file; add -f table or -f csv")
    if screen.inline:
        if to.kind != "png":
            raise UsageError("--inline shows a PNG; leave out the other format")
        show_inline(b"".join(_picture(runs, "png")))
        return
    chunks = _picture(runs, to.kind) if picture else _data(runs, to.kind, selection)
    if to.path is None:
        write_stdout(chunks, binary=to.kind not in {"csv", "json", "svg"})
    else:
        write_file(to.path, chunks)


def _chart(runs: Sequence[Run], screen: Screen) -> RenderableType:
    from lrplot.curve import Curve
    from lrplot.render.chart import Chart

    log = runs[0].style.yscale == "log"
    return Chart([Curve(run) for run in runs], screen.width, screen.height or _LINES, log, ascii_only())


def _show_chart(runs: Sequence[Run], screen: Screen) -> None:
    show(_chart(runs, screen))


def _picture(runs: Sequence[Run], kind: str) -> Iterator[bytes]:
    from lrplot.curve import Curve
    from lrplot.render.startup import draw

    drawing = draw([Curve(run) for run in runs], kind)
    for message in drawing.warnings:
        say(f"lrplot: warning: {message}")
    yield drawing.data


def _data(runs: Sequence[Run], kind: str, selection: Selection) -> Iterator[bytes]:
    from lrplot.render.data import MOST_ROWS, WRITERS

    longest = max(runs, key=lambda run: run.steps)
    steps: range | tuple[int, ...] = range(0, longest.steps, _every(selection.every))
    if selection.at is not None:
        if selection.every is not None:
            raise UsageError("give --at or --every, not both")
        steps = tuple(sorted(set(chosen(longest, selection.at))))
    if len(steps) > MOST_ROWS and not selection.all_steps:
        raise UsageError(f"{len(steps)} rows; use --every K for fewer, or --all-steps to have them all")
    return WRITERS[kind](runs, steps)


def _every(text: str | None) -> int:
    from lrplot.document.tree import resolve

    if text is None:
        return 1
    value = resolve(text)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or value < 1
        or not float(value).is_integer()
    ):
        raise UsageError(f"--every must be a whole number of steps ≥ 1, got '{text}'")
    return int(value)


def chosen(run: Run, text: str, option: str = "--at: ") -> tuple[int, ...]:
    """The steps a text names: durations, ``last`` among them; an error begins with ``option``."""
    from lrplot.clock import Clock

    clock = Clock(run.steps, run.steps_per_epoch)
    return tuple(_chosen(run, clock, part.strip(), option) for part in text.split(","))


def _chosen(run: Run, clock: Clock, part: str, option: str) -> int:
    if part == "last":
        return run.steps - 1
    try:
        steps = clock.duration(part)
    except DurationError as error:
        raise UsageError(f"{option}{error}") from None
    if steps != steps.to_integral_value():
        raise UsageError(f"{option}'{part}' is not a whole step")
    if steps == run.steps and part.endswith("%"):
        return run.steps - 1
    if steps >= run.steps:
        raise UsageError(f"{option}step {part} is past the last, {run.steps - 1}, of {run.label}")
    return int(steps)


def _show_table(runs: Sequence[Run], selection: Selection, screen: Screen) -> None:
    from rich.console import Group
    from rich.text import Text

    from lrplot.curve import Curve
    from lrplot.render.table import Comparison, curve_table

    if selection.every is not None:
        raise UsageError("--every thins a data file; a table takes --at")
    curves = [Curve(run) for run in runs]
    tables: list[RenderableType] = []
    if sys.stdout.isatty() and console().width >= _WIDE_ENOUGH:
        tables += [_chart(runs, screen), Text()]
    for curve in curves:
        at = chosen(curve.run, selection.at) if selection.at is not None else ()
        tables += [curve_table(curve, at, ascii_only=ascii_only()), Text()]
    if len(curves) > 1:
        tables.append(Comparison(curves, ascii_only()))
    show(Group(*(tables if len(curves) > 1 else tables[:-1])))


def show_comparison(runs: Sequence[Run]) -> None:
    """The table under a comparison."""
    from lrplot.curve import Curve
    from lrplot.render.table import Comparison

    show(Comparison([Curve(run) for run in runs], ascii_only()))
