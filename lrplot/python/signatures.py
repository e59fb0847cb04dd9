"""Signatures of a framework's calls: parameters that they share, and arguments bound as Python binds them."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial, wraps
from typing import Any, Protocol, TypeAlias, TypeVar

from lrplot.python.parameters import Base, Ignored, Refusal
from lrplot.schedules.base import Context
from lrplot.text.nearest import did_you_mean

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


@cache
def parameters_of(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """The parameters of a framework's call, those that lrplot adds to it too."""
    return inspect.signature(function).parameters


@cache
def signature_of(function: Callable[..., Any]) -> inspect.Signature:
    """The framework's own signature: without what lrplot adds to it."""
    full = inspect.signature(function)
    own = [p for p in full.parameters.values() if not is_added(p)]
    return full.replace(parameters=own, return_annotation=inspect.Signature.empty)


def takes(function: Callable[..., Any], kind: Any) -> bool:
    """True where a parameter of the function is of this kind."""
    return any(each.annotation is kind for each in inspect.signature(function).parameters.values())


def is_added(parameter: inspect.Parameter) -> bool:
    """True where lrplot added the parameter: where the call stands, or a base rate without an optimizer."""
    alone = parameter.kind is inspect.Parameter.KEYWORD_ONLY and parameter.annotation is Base
    return alone or parameter.annotation is Context


def handing_on(inner: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a function whose keywords go to another scheduler, so that they are read as that one's."""

    def marked(outer: Callable[..., Any]) -> Callable[..., Any]:
        own = inspect.signature(outer).parameters
        kept = [p for p in own.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        more = [p for p in inspect.signature(inner).parameters.values() if p.name not in own]
        handed = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in more]
        outer.__signature__ = inspect.Signature([*kept, *handed])  # type: ignore[attr-defined]
        return outer

    return marked


def shown_signature(name: str, function: Callable[..., Any]) -> str:
    """The signature as the framework's documentation shows it, without types."""
    plain = [
        p.replace(annotation=inspect.Parameter.empty)
        for p in signature_of(function).parameters.values()
        if p.annotation is not Ignored
    ]
    return name + str(inspect.Signature(plain))


def bind(
    name: str, function: Callable[..., Any], given: Sequence[Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments by the parameters they are for.

    Raises
    ------
    Refusal
        Where Python would refuse the call.
    """
    signature = signature_of(function)
    try:
        return dict(signature.bind(*given, **named).arguments)
    except TypeError:
        known = list(signature.parameters)
        wrong = next((key for key in named if key not in known), None)
        whole = f"it is {shown_signature(name, function)}"
        if wrong == "**":
            raise Refusal(f"{name}: what ** holds is not known; {whole}", wrong) from None
        if wrong is None:
            raise Refusal(f"{name} {_misfit(signature, given, named)}; {whole}") from None
        hint = did_you_mean(wrong, known, f"; {whole}")
        raise Refusal(f"{name} has no argument '{wrong}'{hint}", wrong) from None


def _misfit(signature: inspect.Signature, given: Sequence[Any], named: Mapping[str, Any]) -> str:
    """Why arguments whose names are all known do not fit."""
    parameters = signature.parameters.values()
    by_place = [p.name for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    if len(given) > len(by_place):
        return f"takes {len(by_place)} argument{'s' * (len(by_place) != 1)} by position, got {len(given)}"
    filled = by_place[: len(given)]
    twice = next((key for key in filled if key in named), None)
    if twice is not None:
        return f"gets '{twice}' twice"
    missing = next(p.name for p in parameters if p.default is p.empty and p.name not in {*filled, *named})
    return f"needs '{missing}'"


def fit(parameter: str, function: Callable[..., Any], given: Sequence[Any], named: Mapping[str, Any]) -> None:
    """Refuse what was given in ``parameter`` for another function and does not fit it."""
    try:
        bind(function.__name__, function, given, named)
    except Refusal as refusal:
        raise Refusal(f"{parameter}: {refusal}", parameter) from None
