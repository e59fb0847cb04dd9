"""The schedule behind a log, as the command ``identify`` tells it."""

from pathlib import Path
from typing import Any

from lrplot.clock import is_whole
from lrplot.errors import UsageError


def identify(log: str | Path, *, column: str | None = None, every: int | None = None) -> dict[str, Any]:
    r"""The schedule behind a log of learning rates: what ``lrplot identify -f json`` tells.

    Every row lies within half a unit of what was written; of the schedules that fit so, the one that takes
    the fewest digits is the answer.

    Parameters
    ----------
    log
        A file, a folder of a run, or ``FILE#COLUMN``.
    column
        The column of rates, as after ``#``.
    every
        Updates between two rows, where the log counts none.

    Returns
    -------
    dict
        Whether it ``fits``, its ``family``, its ``spec`` (which :func:`lrplot.load` reads from a file),
        ``worst`` (half units a row is off), ``rows``, what the log leaves ``untold``, the ``nearest`` that
        do not fit, and what the ``log`` was taken for.

    Raises
    ------
    LrplotError
        When the log cannot be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import lrplot
    >>> plan = lrplot.Step(lr=0.1, step_size=30)
    >>> rows = [f"{step},{float(plan(step))}" for step in range(100)]
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "log.csv").write_text("\n".join(["step,lr", *rows, ""]))
    ...     found = lrplot.identify(Path(folder, "log.csv"))
    >>> found["fits"], found["spec"]["schedule"]
    (True, {'type': 'step', 'step_size': 30})
    """
    if not isinstance(log, str | Path):
        raise UsageError(f"identify wants the path of a log, a text or a Path, got {type(log).__name__}")
    if every is not None and not is_whole(every, least=1):
        raise UsageError(f"every must be a whole number of updates ≥ 1, got {every!r}")
    from lrplot.identification.of_log import as_data, identify_log
    from lrplot.records.reading import read_log

    return as_data(identify_log(str(log), read_log(str(log), Path(), column=column, every=every)))
