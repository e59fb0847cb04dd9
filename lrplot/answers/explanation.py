"""The account of a schedule or an optimizer, as the command ``explain`` tells it."""

from typing import Any

from lrplot.describe.explanation import explain_run, explained
from lrplot.describe.pages import as_data
from lrplot.document.overrides import Overrides
from lrplot.sources.things import Things, reference_of, runs_of
from lrplot.texts import language


def explain(
    things: Things, *, lang: str = "en", lr: float | None = None, steps: int | None = None
) -> list[dict[str, Any]]:
    """The account of a schedule or an optimizer: what ``lrplot explain -f json`` tells.

    Parameters
    ----------
    things
        A name alone is explained in general; anything else, or a name with ``lr`` or ``steps``, with its
        numbers.
    lang
        ``en`` or ``zh``.
    lr
        Base rate of a REF.
    steps
        Horizon of a REF or a schedule.

    Returns
    -------
    list[dict]
        One for each schedule, with ``name``, ``family``, ``summary``, ``parts`` (each with its
        ``formula``, ``latex`` and parameters), ``phases`` and ``calls`` among others.

    Raises
    ------
    LrplotError
        When there is no such name or language, or a REF is wrong.

    Examples
    --------
    >>> import lrplot
    >>> (page,) = lrplot.explain("StepLR")
    >>> page["summary"], page["calls"][0]["call"]
    ('Drop by a factor gamma every step_size steps.', 'StepLR(optimizer, step_size=30)')
    """
    tongue = language(lang)
    reference = reference_of(things)
    if reference is not None and lr is None and steps is None:
        found = explained(reference, Overrides())
    else:
        found = [explain_run(run) for run in runs_of(things, lr=lr, steps=steps)]
    return [dict(as_data(each, tongue)) for each in found]
