"""A log that a training still writes: read again as it grows, until it parts from the plan or both end."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Generic, Protocol, TypeVar

import typer

from lrplot.cli.logs import read
from lrplot.cli.output import note
from lrplot.errors import LrplotError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lrplot.checks.log import Verdict
    from lrplot.cli.logs import LogOptions
    from lrplot.records.log import Column, Log
    from lrplot.run import Run

_INTERVAL: Final = 1.0
"""Seconds between two looks at the file."""
_SHARE: Final = 9.0
"""Times as long as a look took, at least, is waited until the next: at most a tenth of one core."""
_QUIET: Final = 60.0
"""Seconds without a new row after which a log that has no room for another before the plan's end is whole."""

Follow = Annotated[
    bool,
    typer.Option(
        "--follow", help="Read the log as it grows, until it parts or the plan ends.", show_default=False
    ),
]


_OF_A_NUMBER: Final = tuple(bytes([each]) for each in b"0123456789.eE+-")


class Answer(Protocol):
    """The verdicts on a log, by column, about a plan."""

    @property
    def run(self) -> Run:
        """The plan."""

    @property
    def log(self) -> Log:
        """The log."""

    @property
    def verdicts(self) -> Sequence[Verdict]:
        """A verdict a column."""

    @property
    def as_planned(self) -> bool:
        """True where every column is as planned."""


Found = TypeVar("Found", bound=Answer)
State = tuple[str, int, int]


def followed(
    where: str,
    options: LogOptions,
    held: Callable[[Log], Found],
    *,
    interval: float = _INTERVAL,
    quiet: float = _QUIET,
) -> Found:
    """The first answer that parts; else the last one, at the plan's end or at Ctrl-C.

    A log that is not there yet, or is empty or cut as it is written, is waited for.

    Parameters
    ----------
    where, options
        The log and how it is read.
    held
        The plan, held against what was read.
    interval
        Seconds between two looks.
    quiet
        Seconds without change after which a log that cannot have another row is taken to be whole.

    Raises
    ------
    LrplotError
        When it is ended before anything could be read.
    """
    if where.partition("#")[0] == "-":
        raise UsageError("--follow reads the log again and again; standard input is read once: name the file")
    look = _Look(where, options, held, quiet)
    try:
        while True:
            began = time.monotonic()
            if look.is_last():
                break
            time.sleep(max(interval, _SHARE * (time.monotonic() - began)))
    except KeyboardInterrupt:
        if look.answer is None:
            raise look.waiting or LrplotError(f"{where}: nothing was read before the end") from None
    finally:
        _clear()
    assert look.answer is not None  # a look is the last only with an answer  # noqa: S101
    for message in look.answer.log.notes:
        note(message)
    return look.answer


class _Look(Generic[Found]):
    """Looks at a log, one after the other: it is read where the file has changed."""

    def __init__(self, where: str, options: LogOptions, held: Callable[[Log], Found], quiet: float) -> None:
        self._where, self._options, self._held, self._quiet = where, options, held, quiet
        self._state: State | None = None
        self._changed: float | None = None
        self.answer: Found | None = None
        self.waiting: LrplotError | None = None
        self._doubtful: Found | None = None

    def is_last(self) -> bool:
        """Look; true where nothing is to be waited for."""
        state, now = _state(self._where), time.monotonic()
        if state == self._state and self._changed is not None:
            return now - self._changed >= self._quiet and self._is_whole()
        self._state, self._changed = state, now
        return self._read() and not self._goes_on()

    def _read(self) -> bool:
        """True where it could be read; where not, the reason is told unless it was the last time too.

        A row that parts alone, and may be half written, is left out as long as somebody writes.
        """
        try:
            log = read(self._where, self._options)
            # Asked at once: while causes are sought, more may be written.
            half = _ends_within_a_number(self._state) or _state(self._where) != self._state
            answer, self.waiting = self._held(log), None
        except UsageError:
            raise
        except LrplotError as error:
            if str(error) != str(self.waiting):
                _clear()
                note(f"waiting for the log: {error}")
            self.waiting = error
            return False
        self._doubtful = None
        if half and not answer.as_planned:
            shorter = _without_last_rows(log)
            if shorter is not None and (before := self._held(shorter)).as_planned:
                self._doubtful, answer = answer, before
        self.answer = answer
        _progress(answer)
        return True

    def _is_whole(self) -> bool:
        """True where a log that nobody writes any more is all there will be."""
        self.answer, self._doubtful = self._doubtful or self.answer, None
        return self.answer is not None and (not self.answer.as_planned or _is_whole(self.answer))

    def _goes_on(self) -> bool:
        """True where the log is as planned and the plan's last update is not in it."""
        return self.answer is None or (
            self.answer.as_planned and _last(self.answer) < self.answer.run.steps - 1
        )


def _state(where: str) -> State | None:
    """The file that is read, its size and when it was changed; None where there is none yet."""
    from lrplot.records.search import candidates

    before, _, _ = where.rpartition("#")
    for name in (where, before):
        path = Path(name)
        if not name or not path.exists():
            continue
        try:
            found = (candidates(path) or [path])[0] if path.is_dir() else path
            about = found.stat()
        except OSError:
            return None
        return str(found), about.st_size, about.st_mtime_ns
    return None


def _ends_within_a_number(state: State | None) -> bool:
    """True where more digits of the last number of a file may come."""
    try:
        with Path("" if state is None else state[0]).open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) in _OF_A_NUMBER
    except OSError:
        return True


def _without_last_rows(log: Log) -> Log | None:
    """The log without the last row of each column; None where one has no other."""
    if any(len(column) < 2 for column in log.columns):
        return None
    return replace(log, columns=tuple(_shorter(column) for column in log.columns))


def _shorter(column: Column) -> Column:
    epochs = None if column.epochs is None else column.epochs[:-1]
    parts = {name: getattr(column, name)[:-1] for name in ("steps", "rates", "half")}
    return replace(column, **parts, epochs=epochs)


def _last(answer: Answer) -> int:
    """The last update that a row is of."""
    return max(int(verdict.evidence.u.max()) for verdict in answer.verdicts)


def _is_whole(answer: Answer) -> bool:
    """True where the next row, as far on as the last one was, would be beyond the plan's end."""
    for verdict in answer.verdicts:
        u = verdict.evidence.u
        if len(u) > 1 and int(u[-1]) + max(1, int(u[-1] - u[-2])) < answer.run.steps:
            return False
    return all(len(verdict.evidence.u) > 1 for verdict in answer.verdicts)


def _progress(answer: Answer) -> None:
    """The progress of a log that is as planned, on one line that is written over; only a terminal sees it."""
    if answer.as_planned and sys.stderr.isatty():
        step = max(int(verdict.column.steps.max()) for verdict in answer.verdicts)
        sys.stderr.write(f"\r\x1b[Kas planned until step {step}")
        sys.stderr.flush()


def _clear() -> None:
    """Take the line away."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
