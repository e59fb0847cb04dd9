"""Parameters that a framework's calls share: declared and handled once, and put into each signature."""

import inspect
from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any, Protocol, TypeAlias, TypeVar

Result = TypeVar("Result")
Making: TypeAlias = "partial[Any]"
"""A call with its own arguments given: called, it makes its schedule."""


class Decorator(Protocol):
    """A function that makes another one of a call, with the same result."""

    def __call__(self, call: Callable[..., Result], /) -> Callable[..., Result]:
        """The call with more parameters."""


def with_tail(tail: Callable[..., Any], then: Sequence[str] = ()) -> Decorator:
    """A decorator that puts parameters behind a call's own, and hands them to what declares them.

    Parameters
    ----------
    tail
        A function whose first argument makes the call's schedule (:data:`Making`); its other parameters are
        put into the signature. Where the call has one of the same name, both are given it.
    then
        The call's own parameters that stand behind these.

    Examples
    --------
    >>> def times(make, factor=1, *, around):
    ...     return (make() * factor, around)
    >>> @with_tail(times)
    ... def Rate(lr):
    ...     return lr
    >>> str(inspect.signature(Rate)), Rate(2, 10, around="here")
    ('(lr, factor=1, *, around)', (20, 'here'))
    """
    added = dict(list(inspect.signature(tail).parameters.items())[1:])

    def decorated(call: Callable[..., Result]) -> Callable[..., Result]:
        own = inspect.signature(call).parameters
        everything = {name: each for name, each in own.items() if name not in then}
        everything |= {name: each for name, each in added.items() if name not in own}
        everything |= {name: own[name] for name in then}
        # Stable: each kind keeps its order, and what is by keyword only comes last.
        signature = inspect.Signature(sorted(everything.values(), key=lambda each: each.kind))

        @wraps(call)
        def whole(*given: Any, **named: Any) -> Result:
            bound = signature.bind(*given, **named).arguments
            make = partial(call, **{name: value for name, value in bound.items() if name in own})
            made: Result = tail(make, **{name: value for name, value in bound.items() if name in added})
            return made

        whole.__signature__ = signature  # type: ignore[attr-defined]
        return whole

    return decorated
