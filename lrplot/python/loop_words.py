"""The names by which training loops say what they do, as far as it touches the rate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapper:
    """An object that hands on optimizers and schedulers, and decides itself when they step.

    Parameters
    ----------
    prepares
        Its methods that hand them on.
    accumulates
        Its method whose ``with`` lets them step every so many turns alone, and at the last.
    every
        The parameter of its constructor that says how many.
    processes
        Its attribute that says how many processes share an update, in each of which schedulers step.
    together
        The parameter of its constructor that is false where schedulers step as they are called.
    shares
        The parameter of its constructor that is true where the processes share a batch, and schedulers
        step once.
    """

    prepares: frozenset[str]
    accumulates: str
    every: str
    processes: str
    together: str
    shares: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """The names by which a framework's training loops do what touches the rate.

    Parameters
    ----------
    updates
        Methods of an optimizer that update the weights.
    steps
        Methods of a scheduler that take it a step on, or to a time.
    times
        The parameters by which those are told the time.
    tells
        Methods of a scheduler that give the rates which its last step has set.
    common_updates
        More methods of an optimizer that update, with names that other objects' methods have too.
    applying
        Functions that put an update on the weights.
    dampens
        Methods of a warm-up whose ``with`` takes its factor off the rate meanwhile.
    passed_on
        Calls that give back the optimizers, schedulers or layers they are given, the rate untouched.
    scaled
        The parameters of a loss scaler that say whether it updates in this turn.
    wrapper
        What decides itself when the optimizers and schedulers it was given step.
    shows
        Calls that are given an optimizer or a scheduler and tell its rate, to a person or a record.
    starts
        Calls that run a function, the first argument, in processes of its own, with what the tuple ``args``
        holds; and whether the number of the process stands before that.
    """

    updates: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    times: tuple[str, ...] = ()
    tells: frozenset[str] = frozenset()
    common_updates: frozenset[str] = frozenset()
    applying: frozenset[str] = frozenset()
    dampens: frozenset[str] = frozenset()
    passed_on: frozenset[str] = frozenset()
    scaled: tuple[str, ...] = ()
    wrapper: Wrapper | None = None
    shows: frozenset[str] = frozenset()
    starts: Mapping[str, bool] = field(default_factory=dict)

    @property
    def stepping(self) -> frozenset[str]:
        """The names by which alone it is known that a call steps an optimizer or a scheduler."""
        return self.updates | self.steps | self.dampens | self.applying


def together(loops: Sequence[Loop]) -> Loop:
    """The words of all these loops."""
    return Loop(
        updates=_all(each.updates for each in loops),
        steps=_all(each.steps for each in loops),
        times=tuple(dict.fromkeys(name for each in loops for name in each.times)),
        tells=_all(each.tells for each in loops),
        common_updates=_all(each.common_updates for each in loops),
        applying=_all(each.applying for each in loops),
        dampens=_all(each.dampens for each in loops),
        passed_on=_all(each.passed_on for each in loops),
        scaled=tuple(dict.fromkeys(name for each in loops for name in each.scaled)),
        wrapper=next((each.wrapper for each in loops if each.wrapper is not None), None),
        shows=_all(each.shows for each in loops),
        starts={name: numbered for each in loops for name, numbered in each.starts.items()},
    )


def _all(words: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*words)
