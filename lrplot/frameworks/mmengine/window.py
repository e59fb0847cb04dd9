"""A scheduler of MMEngine inside its window ``begin … end-1``, the last parameters of every one."""

import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self, TypeVar

from lrplot.python.parameters import Refusal
from lrplot.schedules.base import Schedule

INF: Final = 10**9
"""MMEngine's word for a window without end."""

WINDOW: Final = ("begin", "end", "last_step", "by_epoch", "verbose", "convert_to_iter_based")
"""The parameters of the window, in the order in which most schedulers have them."""


@dataclass(frozen=True, kw_only=True)
class Scheduler(ABC):
    """One scheduler, on its own clock ``k``, which starts with its window.

    All but two move the rate towards ``low`` (0 where they multiply it): the distance shrinks as ``shape``.
    """

    begin: float = 0
    end: float = INF
    last_step: int = -1
    by_epoch: bool = True
    verbose: bool = False
    convert_to_iter_based: bool = False

    def __post_init__(self) -> None:
        if self.last_step != -1:
            raise Refusal(
                "last_step resumes a run from a checkpoint's rates; leave it out to see the whole curve",
                "last_step",
            )
        if self.end <= self.begin:
            raise Refusal(
                f"end should be larger than begin, but got begin={self.begin:g}, end={self.end:g}", "end"
            )
        if self.convert_to_iter_based and not self.by_epoch:
            raise Refusal(
                "Only epoch-based parameter scheduler can be converted to iter-based", "convert_to_iter_based"
            )

    def check_whole_window(self) -> None:
        """Refuse a window between steps, at whose end MMEngine's recursion goes beyond the last rate."""
        for name, at in (("begin", self.begin), ("end", self.end)):
            if not float(at).is_integer():
                raise Refusal(
                    f"{name} must be whole, got {at:g}: {self.name} goes beyond its last rate between steps",
                    name,
                )

    @property
    def name(self) -> str:
        """The name in MMEngine."""
        return type(self).__name__

    @property
    def spans_window(self) -> bool:
        """True where its shape is stretched over the window."""
        return False

    @property
    def span(self) -> float:
        """Steps of the window as it is written."""
        return self.end - self.begin

    @property
    def first(self) -> int:
        """First step of the window."""
        return max(0, math.ceil(self.begin))

    @property
    def stop(self) -> int:
        """First step after the window."""
        return max(0, math.ceil(self.end))

    def low(self, base: float) -> float:  # noqa: ARG002 (overridden where there is one)
        """The rate it moves towards."""
        return 0.0

    def multiplies(self, last: float, base: float) -> bool:  # noqa: ARG002 (overridden where it ends)
        """True where it only multiplies the rate up to its step ``last``."""
        return self.low(base) == 0

    def sets(self, k: int, base: float) -> float | None:  # noqa: ARG002 (overridden where it does)
        """The rate it sets outright, whatever the rate was."""
        return None

    def after(self, base: float) -> float:
        """The initial rate that schedulers made later see."""
        return base

    @abstractmethod
    def curve(self, rate: float, base: float, low: float) -> Schedule:
        """The rates it makes alone, from its first step on, of a rate that was ``rate``."""

    def shape(self) -> Schedule:
        """The share of the distance to ``low`` is left."""
        return self.curve(1.0, 1.0, 0.0)

    def by_step(self, each: int) -> Self:
        """The scheduler that counts steps instead of epochs (``convert_to_iter_based``)."""
        end = self.end if self.end == INF else int(self.end * each)
        changed = {"begin": int(self.begin * each), "end": end, **self.lengths(each)}
        return replace(self, by_epoch=False, convert_to_iter_based=False, **changed)

    def lengths(self, each: int) -> Mapping[str, Any]:  # noqa: ARG002 (overridden where there are more)
        """The parameters other than the window that count epochs, in steps."""
        return {}


Kind = TypeVar("Kind", bound=type[Scheduler])


def windowed(order: Sequence[str] = WINDOW) -> Callable[[Kind], Kind]:
    """A decorator that puts the window's parameters behind a scheduler's own, in MMEngine's order.

    ``order`` is that of the window's parameters, and of the scheduler's own that stand among them.
    """

    def decorated(kind: Kind) -> Kind:
        own = inspect.signature(kind).parameters
        by_place = [own[name] for name in own if name not in {*WINDOW, *order} and name != "around"]
        behind = [own[name].replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in order]
        named = [own[name] for name in own if name == "around"]
        kind.__signature__ = inspect.Signature([*by_place, *behind, *named])  # type: ignore[attr-defined]
        return kind

    return decorated
