"""One reading of a text, with what stands in for the lengths that it does not say."""

from dataclasses import replace
from typing import Final

from lrplot.errors import LrplotError
from lrplot.python.binding import NotKnown
from lrplot.python.bindings import bound_value, spelled
from lrplot.python.evaluator import Evaluator
from lrplot.python.framework import Configuration
from lrplot.python.parameters import Refusal
from lrplot.python.reading import Attempt, Reading, Request
from lrplot.python.schedules_of import schedules_of
from lrplot.python.script import Script
from lrplot.python.state import Rates
from lrplot.python.syntax import asks_next
from lrplot.python.unsaid_lengths import Lengths
from lrplot.python.values import Made

_LOOKED_AT: Final = 60_000
"""Most parts of a text that are looked at to find one more open name: a second or two."""


def _evaluator(asked: Request) -> Evaluator:
    rates = Rates(asked.around.lr, asked.assumed_lr)
    return Evaluator(asked.source, asked.around, rates, {}, asked.registry)


def prepared(asked: Request, lengths: Lengths, group: int) -> tuple[Evaluator, Script]:
    evaluator = _evaluator(asked)
    evaluator.lengths = lengths
    evaluator.group = group
    evaluator.counting = asked.counting
    if asked.looking:
        evaluator.read_at_most(_LOOKED_AT)
    evaluator.bindings = {
        spelled(k, text): bound_value(evaluator, k, text) for k, text in asked.given.items()
    }
    if asked.source.arguments is not None:
        evaluator.bindings.setdefault("sys.argv", [asked.source.name, *asked.source.arguments])
    return evaluator, Script(evaluator, lengths)


def attempt(asked: Request, lengths: Lengths, group: int) -> Attempt:
    """One reading of a text; where it hangs on what iterators run out of, one that counts their members."""
    try:
        return _attempt(asked, lengths, group)
    except LrplotError as error:
        if asked.counting is not False or not asks_next(asked.source.tree):
            raise
        first = error
    fresh = replace(lengths, used={}, asked=False, reach=0.0, said=False)
    try:
        return _attempt(replace(asked, counting=True), fresh, group)
    except LrplotError:
        if not getattr(first, "caught", False):
            raise first from None
    return _attempt(replace(asked, counting=None), lengths, group)


def _attempt(asked: Request, lengths: Lengths, group: int) -> Attempt:
    evaluator, script = prepared(asked, lengths, group)
    for each in asked.registry.frameworks:
        try:
            found = each.configuration(evaluator) if each.configuration else None
        except (ZeroDivisionError, OverflowError) as error:
            message = f"{each.title}: these numbers cannot be computed with: {error}"
            raise evaluator.source.refuse(message, evaluator.source.tree) from None
        if found is not None:
            return Attempt([_configured(found)], [None], evaluator, lengths, [])
    script.run()
    later = _rate_told_later(evaluator)
    if later is not None:
        return attempt(replace(asked, assumed_lr=later, told_later=True), lengths, group)
    evaluator.assumed_rate &= not asked.told_later
    pairs = schedules_of(evaluator, script, asked)
    return Attempt(
        [reading for reading, _ in pairs],
        [followed for _, followed in pairs],
        evaluator,
        lengths,
        script.passed_over,
    )


def _rate_told_later(evaluator: Evaluator) -> float | None:
    """The rate of an optimizer that stands behind a schedule for which a rate was assumed."""
    if not evaluator.assumed_rate:
        return None
    try:
        own = evaluator.only_rate()
    except NotKnown as unknown:
        raise evaluator.not_known(unknown.value) from None
    except Refusal as refusal:
        first = next((each.node for each in evaluator.made if isinstance(each, Made)), evaluator.source.tree)
        raise evaluator.source.refuse(str(refusal), first) from None
    return None if own == evaluator.rates.assumed else own


def _configured(config: Configuration) -> Reading:
    """The reading of a whole configuration, which says itself how long it trains."""
    return Reading(
        config.call,
        config.call,
        config.framework,
        config.schedule,
        config.horizon,
        config.by_epoch,
        notes=config.notes,
    )


def check_bindings(asked: Request) -> None:
    """Refuse a ``--let`` that is none before anything is read."""
    evaluator = Evaluator(
        asked.source, asked.around, Rates(asked.around.lr, asked.assumed_lr), {}, asked.registry
    )
    for key, text in asked.given.items():
        spelled(key, text)
        bound_value(evaluator, key, text)
