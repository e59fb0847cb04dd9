"""The intermediate form: what every front end lowers a REF to, and what runs are built from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lrplot.document.foreign import Foreign
from lrplot.document.tree import Node
from lrplot.document.unused import Unused
from lrplot.run import Runs, Written

NO_HORIZON: Final = frozenset({"no horizon"})
"""The fact of a document whose run is as long as lrplot chose."""


@dataclass(frozen=True, slots=True)
class Document:
    """A marked tree that says one run or several, and what travels with it.

    Parameters
    ----------
    root
        The tree of a spec, each node with its place; the root's source is what it was lowered from.
    label
        What a single schedule is called.
    foreign
        Reads what the tree says in a framework's words; None where it may say nothing in them.
    typical
        Whether a name alone stands for it, which has no run of its own.
    instead
        The parameter that each parameter of the schedule takes the place of, by their paths.
    taken
        Settings and paths from outside that the front end was told, and that are in the tree already.
    unused
        Those of them that changed nothing.
    notes
        What the reader of a curve should know.
    traps
        Those of the notes that tell of keys by which a trainer does not what they seem to say.
    derivation
        How updates and warm-up came about, a line each, where a trainer's configuration says them.
    logged
        The first logged update where its rates are what a training logged, known only at their knots.
    relative
        Whether its steps are shares of a run whose length nobody says.
    written
        What the text it was lowered from says, by the labels of its schedules; one alone has none.
    """

    root: Node
    label: str
    foreign: Foreign | None = None
    typical: bool = False
    instead: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    unused: tuple[Unused, ...] = ()
    notes: tuple[str, ...] = ()
    derivation: tuple[str, ...] = ()
    traps: tuple[str, ...] = ()
    logged: int | None = None
    relative: bool = False
    written: Mapping[str, Written] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Built:
    """The runs of a document, in the order they stand, and the options that it had no use for."""

    runs: Runs
    unused: tuple[Unused, ...]
