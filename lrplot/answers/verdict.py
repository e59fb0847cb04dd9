"""The answer of the command ``verify`` as plain values."""

from pathlib import Path
from typing import Any, Unpack

from lrplot.errors import UsageError
from lrplot.sources.keywords import Keywords
from lrplot.sources.things import Things, runs_of


def verify(
    plan: Things,
    log: str | Path,
    *,
    column: str | None = None,
    **said: Unpack[Keywords],
) -> dict[str, Any]:
    r"""A plan held against what a training logged: what ``lrplot verify -f json`` tells.

    Parameters
    ----------
    plan
        A REF, a schedule or a run.
    log
        A file, a folder of a run, or ``FILE#COLUMN``.
    column
        The column of rates, as after ``#``.
    said
        Values over the REFs, as ``lr=0.1, examples=52002`` (:class:`lrplot.Keywords`); ``steps`` is the
        horizon of schedules too.

    Returns
    -------
    dict
        ``as_planned``, and for each of the ``columns`` its ``rows``, how many are ``apart``, the ``first``
        and the ``greatest`` parting, and the ``causes`` that fit every row.

    Raises
    ------
    LrplotError
        When the plan is not one schedule, or the log cannot be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import lrplot
    >>> plan = lrplot.Linear(lr=0.1, T_max=100)
    >>> rows = [f"{step},{float(plan(4 * step))}" for step in range(0, 100, 10)]
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "log.csv").write_text("\n".join(["step,lr", *rows, ""]))
    ...     found = lrplot.verify(plan, Path(folder, "log.csv"), steps=100)
    >>> found["as_planned"], found["columns"][0]["causes"][0]["says"]
    (False, 'the schedule was stepped 4 times an update')
    """
    from lrplot.checks.log import missing_groups
    from lrplot.checks.log import verify as verdicts_of
    from lrplot.checks.log.report import as_json
    from lrplot.records.reading import read_log

    runs = runs_of(plan, **said)
    if len(runs) != 1:
        raise UsageError(f"a plan is one schedule; there are {len(runs)}: {', '.join(r.label for r in runs)}")
    found = read_log(str(log), Path(), column=column)
    verdicts = verdicts_of(runs[0], found)
    missing = missing_groups(runs[0], verdicts)
    return as_json(verdicts, runs[0].label, str(log), found.format, missing)
