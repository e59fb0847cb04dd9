"""Probable mistakes, as the command ``lint`` tells it."""

from collections.abc import Iterable
from typing import Any, Unpack

from lrplot.checks.asked import rules_asked, severity_called, text_of, told
from lrplot.checks.comments import Text
from lrplot.checks.report import Entry, as_json, examine
from lrplot.errors import UsageError
from lrplot.sources.keywords import Keywords
from lrplot.sources.things import Things, named_things


def lint(
    things: Things,
    *,
    select: str | Iterable[str] | None = None,
    ignore: str | Iterable[str] | None = None,
    severity: str = "warning",
    **said: Unpack[Keywords],
) -> list[dict[str, Any]]:
    """Probable mistakes: the findings that ``lrplot lint -f json`` tells.

    Parameters
    ----------
    things
        What is looked at.
    select, ignore
        Codes or names of rules: only these, not these. What is selected is told whatever its severity.
    severity
        ``error``, ``warning`` or ``note``: the least that is told.
    said
        Values over the REFs, as ``lr=0.1, examples=52002`` (:class:`lrplot.Keywords`); ``steps`` is the
        horizon of schedules too.

    Returns
    -------
    list[dict]
        Each with ``code``, ``name``, ``severity``, ``message``, ``step`` (None where it is about none),
        ``evidence`` (numbers by name), ``reference``, ``schedule`` (its label), ``line`` and ``parameter``.

    Raises
    ------
    LrplotError
        When there is no such rule or severity, or a REF is wrong.

    Examples
    --------
    >>> import lrplot
    >>> found = lrplot.lint("CosineAnnealingLR(optimizer, T_max=50)", lr=0.1, steps=100)
    >>> [(each["code"], each["step"]) for each in found]
    [('LR001', 51)]
    """
    least = severity_called(severity, "severity")
    rules = rules_asked(_texts(select, "select"), _texts(ignore, "ignore"), "")
    found: list[Entry] = []
    for reference, runs in named_things(things, **said):
        text = Text("", "", is_file=False) if reference is None else text_of(reference)
        found += examine(reference or runs[0].origin or runs[0].label, text, runs, rules)
    plain: list[dict[str, Any]] = as_json(told(found, least, selected=select is not None))["findings"]
    return plain


def _texts(given: str | Iterable[str] | None, name: str) -> list[str] | None:
    if given is None:
        return None
    listed = [given] if isinstance(given, str) or not isinstance(given, Iterable) else [*given]
    for each in listed:
        if not isinstance(each, str):
            raise UsageError(f"{name} must be codes or names of rules, got {each!r}")
    return listed
