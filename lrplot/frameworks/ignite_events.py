"""pytorch-ignite's ``Events``: the moments of a run, and the turns in which a handler of one is called."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from lrplot.python.values import NOTHING, FrameworkObject, Scope

EPOCHS: Final = ("STARTED", "EPOCH_STARTED", "EPOCH_COMPLETED", "COMPLETED")
"""Moments that are counted by ``state.epoch``."""
BATCHES: Final = ("GET_BATCH_STARTED", "GET_BATCH_COMPLETED", "ITERATION_STARTED", "ITERATION_COMPLETED")
"""Moments that are counted by ``state.iteration``."""
NEVER: Final = ("EXCEPTION_RAISED", "TERMINATE", "TERMINATE_SINGLE_EPOCH", "INTERRUPT")
"""Moments of a run that does not go its whole way, which is drawn."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a run, and the filter that says in which of its turns a handler is called.

    Parameters
    ----------
    name
        What ignite calls it.
    filters
        What it was called with: ``every``, ``once``, ``before``, ``after``, ``event_filter``.
    """

    name: str
    filters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counter(self) -> str:
        """The count of the engine's state that the filter is asked with."""
        return "epoch" if self.name in EPOCHS else "iteration"

    def test(self, number: int, names: dict[str, Any]) -> str:
        """The filter as Python; its values are bound to names of a handler's number. Empty where it is none.

        The four ways of ignite 0.5.5: once in these turns, by a function, between two turns, every so many.
        """
        count = f"engine_of_run.state.{self.counter}"
        bound = {key: f"{key}_{number}_of_run" for key in self.filters}
        names |= {bound[key]: value for key, value in self.filters.items()}
        if "once" in bound:
            among = isinstance(self.filters["once"], list | tuple)
            return f"{count} in {bound['once']}" if among else f"{count} == {bound['once']}"
        if "event_filter" in bound:
            return f"{bound['event_filter']}(engine_of_run, {count})"
        found = [f"{count} > {bound['after']}"] if "after" in bound else []
        found += [f"{count} < {bound['before']}"] if "before" in bound else []
        if "every" in bound:
            begun = f"({count} - {bound['after']} - 1)" if "after" in bound else count
            begun = f"({count} - 1)" if "before" in bound and "after" not in bound else begun
            found.append(f"{begun} % {bound['every']} == 0")
        return " and ".join(found)

    @property
    def calls_before(self) -> str | None:
        """How often a handler was called before, as Python; None where that must be counted."""
        if self.name in {"STARTED", "COMPLETED"}:
            return "0"
        count = f"engine_of_run.state.{self.counter}"
        if not self.filters:
            return f"{count} - 1"
        every = self.filters.get("every")
        if self.filters.keys() == {"every"} and isinstance(every, int):
            return f"{count} // {every} - 1"
        return "0" if isinstance(self.filters.get("once"), int) else None


def moments_of(value: Any) -> tuple[Moment, ...] | None:
    """The moments that an event or several of them are, None where that is not known."""
    held = value.attributes.get("moments") if isinstance(value, FrameworkObject) else None
    return held if isinstance(held, tuple) else None


def _event(moments: tuple[Moment, ...]) -> FrameworkObject:
    methods = {"__call__": _filtered, "__or__": _together}

    def bound(name: str) -> Any:
        return lambda *given: methods[name](moments, *given)

    return FrameworkObject.of_kind("Events", {name: bound(name) for name in methods}, {"moments": moments})


_FILTERS: Final = ("event_filter", "every", "once", "before", "after")
"""In the order of ignite's signature."""


def _filtered(
    moments: tuple[Moment, ...],
    _evaluator: Any,
    given: Sequence[Any],
    named: Mapping[str, Any],
    _node: ast.AST,
    _scope: Scope,
) -> Any:
    said = {**dict(zip(_FILTERS, given, strict=False)), **named}
    said = {name: value for name, value in said.items() if value is not NOTHING}
    # Every one is no filter: ignite counts from 1.
    if said.get("every") == 1 and said.keys() == {"every"}:
        said = {}
    return _event(tuple(replace(each, filters=said) for each in moments))


def _together(
    moments: tuple[Moment, ...],
    _evaluator: Any,
    given: Sequence[Any],
    _named: Mapping[str, Any],
    _node: ast.AST,
    _scope: Scope,
) -> Any:
    more = moments_of(given[0])
    return _event((*moments, *more)) if more is not None else FrameworkObject.of_kind("Events", {})


EVENTS: Final[Mapping[str, FrameworkObject]] = {
    f"Events.{name}": _event((Moment(name),)) for name in (*EPOCHS, *BATCHES, *NEVER)
}
"""By the names that a text writes them with."""
