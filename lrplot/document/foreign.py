"""The questions of a document to the reader of a framework's words in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from lrplot.document.tree import Node
from lrplot.document.unused import Bindings
from lrplot.run import Written
from lrplot.schedules.base import Context, Schedule

if TYPE_CHECKING:
    from lrplot.optimizers.base import Optimizer


@dataclass(frozen=True, slots=True)
class Lowered:
    """A schedule that a framework's words in a document make, and what is to be known of it.

    Parameters
    ----------
    schedule
        The schedule.
    notes
        What the reader of its curve should know.
    written
        What the words say, None where they are no text.
    took
        Whether a schedule in it took the base rate it was offered.
    """

    schedule: Schedule
    notes: tuple[str, ...]
    written: Written | None
    took: Callable[[Schedule], bool]


class Foreign(Protocol):
    """Reads what a document says in a framework's words: a call as text, or a configuration's mapping."""

    bindings: Bindings
    """Values for the names that calls leave open."""

    def call(self, text: str, around: Context) -> Lowered:
        """The schedule of a call."""

    def describes(self, node: Node) -> bool:
        """True where a mapping spells a schedule as a framework's configuration does."""

    def mapping(self, value: Mapping[str, Any], around: Context) -> Lowered | None:
        """The schedule of such a mapping, None where it names no schedule."""

    def optimizer(self, text: str, lr: float | None) -> "tuple[float, Optimizer]":
        """The base rate (``lr`` wins over the call's own) and the optimizer of a call."""
