"""A training's log as a REF: its rows are dots beside curves, and nothing is known between them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lrplot.document.changes import Given
from lrplot.document.document import Document
from lrplot.document.tree import literal
from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.schedules.base import Schedule
from lrplot.sources.foreign import ForeignReader
from lrplot.sources.front_end import FrontEnd
from lrplot.sources.ref import EVENTS, Ref
from lrplot.sources.trainers import TRAINING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SURE: Final = frozenset({".csv", ".tsv", ".jsonl", ".ndjson"})
"""Endings of files that are tables: no spec and no configuration is one."""
_PERHAPS: Final = frozenset({".json", ".log", ".txt", ""})


def _is_log(ref: Ref, given: Given) -> bool:
    if not ref.spelled or ref.is_input or ref.is_text or ref.is_command_line:
        return False
    path = Path(ref.spelled)
    if not ref.is_file:
        return _is_folder(path) or _names_a_column(ref.spelled)
    if EVENTS in path.name:
        return True
    suffix = path.suffix.lower()
    if suffix in _SURE:
        return _reads(ref)
    # The readers of logs take longer to import than a configuration takes to read.
    return suffix in _PERHAPS and not TRAINING.recognises(ref, given) and _reads(ref)


def _is_folder(path: Path) -> bool:
    from lrplot.records.search import candidates

    try:
        return path.is_dir() and bool(candidates(path))
    except (OSError, LrplotError):
        return False


def _names_a_column(spelled: str) -> bool:
    path, mark, _ = spelled.rpartition("#")
    try:
        return bool(mark) and Path(path).exists()
    except (OSError, ValueError):
        return False


def _reads(ref: Ref) -> bool:
    """True where a file has several rows of rates, under a name: a list of numbers may be anything."""
    from lrplot.records.names import is_rate

    try:
        log = ref.log
    except LrplotError:
        return False
    return any(is_rate(column.name) and len(column) > 1 for column in log.columns)


def _lower(ref: Ref, given: Given) -> Document:
    log = ref.log
    offset = log.conventions[0].offset
    schedules = {
        column.name: _through((column.steps + offset).clip(0), column.rates) for column in log.columns
    }
    last = max(int(column.steps.max()) + offset for column in log.columns)
    spec: dict[str, Any] = {"steps": max(1, last + 1)}
    if len(schedules) == 1:
        (spec["schedule"],) = schedules.values()
    else:
        spec["schedules"] = schedules
    where = Path(ref.spelled.partition("#")[0])
    folder = where.resolve() if where.name in ("", "..") else where
    return Document(
        literal(spec, ref.name),
        ref.label if ref.is_file else folder.stem,
        ForeignReader(ref.name, given.bindings),
        notes=(f"{log.format}: {log.conventions[0].says}", *log.notes),
        logged=max(0, min(int(column.steps.min()) + offset for column in log.columns)),
    )


def rows_as_run(label: str, updates: "NDArray[np.int64]", rates: "NDArray[np.float64]") -> Run:
    """The rows of a log as a run that is drawn as dots.

    Parameters
    ----------
    label
        What a legend calls it.
    updates
        The update of each row, counted from 0; a row before 0 is taken as of 0.
    rates
        The rate of each row.

    Examples
    --------
    >>> import numpy as np
    >>> run = rows_as_run("log", np.array([4, 9]), np.array([0.1, 0.05]))
    >>> run.steps, run.logged, float(run.schedule(9))
    (10, 4, 0.05)
    """
    inside = updates.clip(0)
    return Run(label, _through(inside, rates), int(inside.max()) + 1, logged=int(inside.min()))


def _through(updates: "NDArray[np.int64]", rates: "NDArray[np.float64]") -> Schedule:
    """The schedule that has each row's rate from its update on; of rows written twice the later one."""
    from lrplot.schedules.piecewise import Piecewise

    points = dict(zip(updates.tolist(), rates.tolist(), strict=True))
    return Piecewise(points=tuple(points.items()))


LOG: Final = FrontEnd("a log of learning rates", _is_log, _lower)
