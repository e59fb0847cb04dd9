"""The account of a schedule or an optimizer, as the command ``explain`` tells it."""

from typing import Any, Unpack

from lrplot.describe.explanation import explain_run, explained
from lrplot.describe.pages import as_data
from lrplot.sources.keywords import Keywords, overrides_of
from lrplot.sources.things import Things, reference_of, runs_of
from lrplot.texts import language


def explain(things: Things, *, lang: str = "en", **said: Unpack[Keywords]) -> list[dict[str, Any]]:
    """The account of a schedule or an optimizer: what ``lrplot explain -f json`` tells.

    Parameters
    ----------
    things
        A name alone is explained in general; anything else, or a name over which something is said, with
        its numbers.
    lang
        ``en`` or ``zh``.
    said
        Values over the REFs, as ``lr=0.1, examples=52002`` (:class:`lrplot.Keywords`); ``steps`` is the
        horizon of schedules too.

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
    if reference is not None:
        found = explained(reference, overrides_of(said))
    else:
        found = [explain_run(run) for run in runs_of(things, **said)]
    return [dict(as_data(each, tongue)) for each in found]
