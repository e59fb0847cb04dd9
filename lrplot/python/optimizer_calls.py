"""A framework's optimizers as its users call for them: the base rate, and the rule of the updates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lrplot.errors import OptimizerError
from lrplot.optimizers import TYPES
from lrplot.optimizers.base import Optimizer as Model
from lrplot.optimizers.base import Rule
from lrplot.python.binding import NotKnown
from lrplot.python.parameters import Path, Refusal
from lrplot.python.values import Optimizer, Unknown
from lrplot.text.nearest import did_you_mean

RATES: Final = ("learning_rate", "lr")
"""Names of the parameter that is the rate."""


@dataclass(frozen=True, slots=True)
class OptimizerCall:
    """One optimizer of a framework.

    Parameters
    ----------
    lr
        The rate it has where none is given, None where that is not a number.
    type
        What lrplot calls the optimizer whose updates it computes, empty where it computes none.
    more
        The parameters after the rate, in the order of the signature; ``THEIRS=OURS`` where the names differ.
    first
        The parameters up to the rate, where they are not those of the framework's other optimizers.
    """

    lr: float | None = None
    type: str = ""
    more: str = ""
    first: tuple[str, ...] = ()

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """The parameters after the rate, as the framework's signature and as our class call them.

        >>> OptimizerCall(0.001, "rmsprop", "rho=alpha momentum").parameters
        (('rho', 'alpha'), ('momentum', 'momentum'))
        """
        pairs = (each.partition("=") for each in self.more.split())
        return tuple((theirs, ours or theirs) for theirs, _, ours in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimizers:
    """The optimizers of a framework.

    Parameters
    ----------
    calls
        Its optimizers by name.
    first
        The parameters of their calls up to the rate.
    home
        The module in which exported code finds them.
    opening
        How exported code begins the arguments of one, up to the rate's value.
    rule
        Whose formulas and defaults they follow, None where lrplot computes no updates of them.
    ignored
        Parameters that change no update.
    keeps_rate
        Whether the rate is an attribute of the optimizer itself, which a script may set.
    base
        The class that a script derives its own from, whose constructor is given the parameters and a
        dictionary of defaults with the rate in it.
    """

    calls: Mapping[str, OptimizerCall]
    first: tuple[str, ...]
    home: str = ""
    opening: str = ""
    rule: Rule | None = None
    ignored: frozenset[str] = frozenset()
    keeps_rate: bool = False
    base: str = ""

    def takes(self, name: str, values: Sequence[Any], named: Mapping[str, Any]) -> bool:
        """True where a call may be one of these: it says its rate as they do, and gives what they need."""
        first = self._first(name)
        other_name = RATES[0] in named and RATES[0] not in first
        return not other_name and (first[0] in RATES or bool(values or named))

    def made(self, owner: str, name: str, values: Sequence[Any], named: Mapping[str, Any]) -> Optimizer:
        """The optimizer that a call makes, and its rate."""
        call = self.calls.get(name, OptimizerCall())
        rate = call.lr
        at = next((i for i, each in enumerate(self._first(name)) if each in RATES), len(values))
        if len(values) > at:
            rate = values[at]
        rate = next((named[each] for each in RATES if each in named), rate)
        return Optimizer(name, rate, owner, tuple(values), named)

    def of_type(self, type_name: str) -> tuple[str, OptimizerCall]:
        """The framework's name for one of our types of optimizer, and its call."""
        return next((name, call) for name, call in self.calls.items() if call.type == type_name)

    def model_of(self, optimizer: Optimizer) -> Model | None:
        """The optimizer as lrplot computes its updates, None for one it knows by its rate only.

        Raises
        ------
        Refusal
            When an argument is none of the optimizer's, or asks for what is not computed.
        NotKnown
            When an argument cannot be known without running the script.
        """
        call = self.calls.get(optimizer.name)
        if call is None or not call.type:
            return None
        known, first = dict(call.parameters), self._first(optimizer.name)
        order = (*first, *known)
        if len(optimizer.values) > len(order):
            raise Refusal(
                f"{optimizer.name} takes at most {len(order)} arguments, got {len(optimizer.values)}"
            )
        given = dict(zip(order, optimizer.values, strict=False)) | dict(optimizer.named)
        ours: dict[str, Any] = {"rule": self.rule}
        for theirs, value in given.items():
            if theirs in {*first, *RATES, *self.ignored} or value is None or value is False:
                continue
            name = known.get(theirs)
            if name is None:
                raise Refusal(f"{optimizer.name}: {_no_such(theirs, order)}")
            for part in value if isinstance(value, list | tuple) else (value,):
                if isinstance(part, Unknown | Path):
                    raise NotKnown(part)
            ours |= _placed(name, value, ours)
        try:
            return TYPES[call.type](**ours)
        except OptimizerError as error:
            raise Refusal(str(error)) from None

    def _first(self, name: str) -> tuple[str, ...]:
        call = self.calls.get(name)
        return self.first if call is None else call.first or self.first


def _placed(name: str, value: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """A value under its name; one of the two betas beside the other, which is 0.9 or 0.999 unless told."""
    field, dot, index = name.partition(".")
    if not dot:
        return {name: tuple(value) if isinstance(value, list) else value}
    betas = list(given.get(field, (0.9, 0.999)))
    betas[int(index)] = value
    return {field: tuple(betas)}


def _no_such(name: str, known: Sequence[str]) -> str:
    hint = did_you_mean(name, known, f"; known are {', '.join(known)}")
    return f"what '{name}' does to an update is not computed{hint}"
