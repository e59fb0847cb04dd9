"""The record of a framework: all that is known of it, which :mod:`lrplot.frameworks` fills in."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from lrplot.python.loop_words import Loop
from lrplot.python.optimizer_calls import Optimizers
from lrplot.python.parameters import Base, Noted
from lrplot.python.spelling import Spellings
from lrplot.python.values import Made
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.excerpt import Excerpt

Array = NDArray[np.float64]
Call = Callable[..., Any]
Stepping = Callable[[Any, str, Any], Literal["clock", "time"] | None]
"""What a scheduler's method does to its clock, given the scheduler, the method's name and the time it is told
(None where it is told none): ``clock`` advances it by one, ``time`` sets it, None leaves it alone."""


def counting(scheduler: Any, _method: str, time: Any) -> Literal["clock", "time"]:
    """The way of PyTorch's ``step(epoch=None)``: one on, or to the time told; a plateau is told metrics."""
    return "clock" if time is None or scheduler.schedule.reacts else "time"


class Sharing(Protocol):
    """The schedulers of one framework that change one optimizer's rate by turns, each from what it finds."""

    def construct(self, made: Made, found: float | None = None) -> float | None:
        """The rate once ``made`` is built, None where building it is like any schedule's first rate.

        ``found`` is the rate that it finds where that is another than the schedulers before it have left.
        """

    def knows(self, made: Made) -> bool:
        """True where it is known what a scheduler does to any rate that it finds."""

    def changes(self, made: Made, clock: Array) -> tuple[Array, Array] | None:
        """The factor and the addend of each call, None where it moves the rate as its schedule does."""


@dataclass(frozen=True, slots=True)
class Found:
    """The parameter group that a scheduler finds when it is built on one that was trained or written before.

    Parameters
    ----------
    made
        The scheduler, with its whole curve from the group's ``initial_lr``.
    last
        Its ``last_epoch``; -1 begins it anew.
    rate
        The rate in the group, None where a checkpoint tells it.
    entries
        What the text writes into the group, None where the text does not make the optimizer.
    """

    made: Made
    last: int
    rate: float | None
    entries: Mapping[Any, Any] | None

    @property
    def after(self) -> Schedule:
        """The rest of its curve, where the group is as training left it."""
        return (
            Excerpt(schedule=self.made.schedule, start=self.last + 1)
            if self.last >= 0
            else self.made.schedule
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A schedule that a list or a dictionary of a configuration describes."""

    name: str
    make: Callable[[Base, Context], Schedule]


@dataclass(frozen=True, slots=True)
class Configuration:
    """The schedule of a whole configuration, and how long it trains on the schedule's own clock."""

    schedule: Schedule
    call: str
    horizon: int | None
    by_epoch: bool
    notes: tuple[str, ...]
    framework: str


@dataclass(frozen=True, slots=True)
class TrainerStepped:
    """A scheduler that a trainer steps.

    Parameters
    ----------
    made
        The scheduler.
    by_epoch
        Whether it is stepped at the end of an epoch, as it is where nothing is said, or after each update.
    frequency
        Epochs, or updates, from one step to the next.
    open
        What of this is not known.
    """

    made: Made
    by_epoch: bool = True
    frequency: int = 1
    open: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The call of a trainer that runs the epochs itself.

    Parameters
    ----------
    compiles
        Its method that is given the optimizer.
    optimizers
        Where the optimizers stand that it is given by name.
    trains
        Its methods that run epochs of batches.
    one_batch
        Its methods that train one batch.
    own_batch
        The method of its own by which a trainer trains a batch another way.
    parameters
        What ``trains`` take by position.
    batch_size
        How many members of arrays make a batch where nobody says.
    telling
        Arguments of which one at least says that a method of that name is this trainer's.
    updates
        The optimizer's method that updates.
    accumulates
        The optimizer's argument that says in how many batches it updates once; its schedule counts batches.
    counter, counters
        The optimizer's count of batches, and the methods that write over it.
    trainer
        The attribute of a callback that is the trainer.
    hooks
        The methods of a callback by the moment they are called at.
    harmless
        Callbacks that leave the rate alone.
    stopping
        Callbacks that leave it alone and may end the training.
    stops
        The trainer's attribute that ends the training.
    """

    compiles: str
    optimizers: str
    trains: frozenset[str]
    one_batch: frozenset[str]
    own_batch: str
    parameters: tuple[str, ...]
    batch_size: int
    telling: tuple[str, ...]
    updates: str
    accumulates: str
    counter: str
    counters: frozenset[str]
    trainer: str
    hooks: Mapping[str, tuple[str, ...]]
    harmless: frozenset[str]
    stopping: frozenset[str]
    stops: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrays:
    """The modules of a framework that compute with arrays.

    Parameters
    ----------
    roots
        First parts of the dotted names of their functions.
    data
        Functions that make data, no rates, unless they are given a table.
    single_precision
        Whether their tables are in float32 unless told otherwise, so that it is said.
    steps
        Whether a schedule of the script's own is given the step as an array.
    """

    roots: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    single_precision: bool = False
    steps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Functional:
    """The calls of a framework whose optimizers are functions, and the state an object of its own.

    Parameters
    ----------
    updates
        Methods of an optimizer, and of what is made with it, that update.
    applies
        Methods of a training state that update by the optimizer it was made with, and give the state back.
    several
        Functions that make one update of several of those.
    """

    updates: frozenset[str] = frozenset()
    applies: frozenset[str] = frozenset()
    several: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainerHook:
    """A method in which a script tells a trainer what to step.

    Parameters
    ----------
    name
        What it is called.
    stepped
        The schedulers in what it returns, however that is spelled.
    refused
        The first place of a text by which it steps in another way, and what to say of it, given the text and
        the method; None where there is none.
    batches
        Batches in an epoch of a loader with so many, given the trainer's arguments; None where that is not
        known.
    """

    name: str
    stepped: Callable[[Any], Iterator[TrainerStepped]]
    refused: Callable[[ast.AST, ast.FunctionDef], tuple[ast.AST, str] | None]
    batches: Callable[[int, Mapping[str, Any]], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resuming:
    """The fate of a scheduler that is made with other numbers and then given the state of a checkpoint.

    Parameters
    ----------
    numbers
        Whether the state holds the numbers it was made with, which overwrite the new ones.
    notes
        What to know where the state is ``loaded`` with other numbers and overwrites them, where that leaves
        one ``stale`` rate, where the ``new`` ones hold at once, and where a call goes on ``from_rate``; and
        where the state is lost, by a call that sets the rate ``outright`` or acts on the one it ``finds``,
        which ``{found}`` stands for.
    by_function
        Calls whose state holds a clock alone, though that of the others holds numbers.
    stale
        Whether the first update after a clock alone was loaded has the rate saved with it, and the new
        numbers hold from the second on.
    from_rate
        Calls that make each rate from the one before: new numbers are on no plan's clock.
    """

    numbers: bool
    notes: Mapping[Literal["loaded", "stale", "new", "from_rate", "outright", "finds"], str]
    by_function: frozenset[str] = frozenset()
    stale: bool = False
    from_rate: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """All that is known of a framework.

    Parameters
    ----------
    name
        What ``--to`` and ``--as`` call it.
    title
        What people call it.
    calls
        Its schedules by the framework's own names: each a function of the framework's signature.
    roots
        First parts of a dotted name that mean it.
    hints
        Parts inside a dotted name that mean it where the first part says nothing (``optim.lr_scheduler``).
    aliases
        Other names people call it by.
    combinators
        Its functions that make no schedule, but give on or change one that they are given.
    constants
        What its own names stand for that a text uses as they are, by their last two parts.
    check
        Refuses what a text does with it and what was not followed, once all is read, given the script.
    stepping
        What a step of its schedulers does to their clock.
    loop
        The names by which its training loops do what touches the rate.
    arrays
        Its modules that compute with arrays.
    hook
        The method in which a script tells its trainer what to step.
    plateau
        The rule by which its plateaus count, None where it has none.
    single_precision
        Whether it computes rates in float32 unless told otherwise.
    by_epoch
        Its calls that are always updated once an epoch.
    optimizers
        Its optimizers; those of the framework it trains with where it has none of its own.
    resumed
        What a scheduler draws on a group with an ``initial_lr``; None where ``last_epoch`` is not read.
    resuming
        What a state that is loaded does, None where it is not known.
    dampens
        Whether its schedulers are factors on a rate that another sets.
    by_import
        Whether people meet its names with their import alone: without one, a name is another's first.
    scheduler_bases
        Classes that a script derives its own schedulers from, which answer ``get_lr``.
    schedule_bases
        Classes that a script derives its own schedules from, which are called with the step.
    sharing
        What its schedulers do where several change one rate; None where each sets it as its schedule says.
    without_closed_form
        Calls that go on from the rate they find even where ``step(epoch)`` tells them their time.
    sets_outright
        Calls that set the rate whatever it was, though their schedule is told as a factor.
    counted_by_field
        Calls that set the rate by a field of theirs alone (``last_epoch``): writing it moves their clock.
    spelled
        The call and the arguments that a mapping of its configuration files names, None for another mapping.
    listed
        The schedule that a value of its configuration files describes, None for another value.
    configuration
        The schedule of a text that is a whole configuration of it, None for another text.
    functional
        How its optimizers update, where they are functions; None where they are objects.
    fit
        How its trainer is called, None where it has none that runs the epochs itself.
    spellings
        How its users write a schedule, by what ``--to`` and ``--as`` call that way of writing.
    """

    name: str
    title: str
    calls: Mapping[str, Call] = field(default_factory=dict)
    roots: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    combinators: Mapping[str, Call] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[Any], None] | None = None
    stepping: Stepping = counting
    loop: Loop = field(default_factory=Loop)
    arrays: Arrays = field(default_factory=Arrays)
    hook: TrainerHook | None = None
    plateau: str | None = None
    single_precision: bool = False
    by_epoch: tuple[str, ...] = ()
    optimizers: Optimizers | None = None
    dampens: bool = False
    resumed: Callable[[Found], Schedule | Noted] | None = None
    resuming: Resuming | None = None
    by_import: bool = False
    scheduler_bases: frozenset[str] = frozenset()
    schedule_bases: frozenset[str] = frozenset()
    sharing: Callable[[], Sharing] | None = None
    without_closed_form: frozenset[str] = frozenset()
    sets_outright: frozenset[str] = frozenset()
    counted_by_field: Mapping[str, frozenset[str]] = field(default_factory=dict)
    spelled: Callable[[Mapping[Any, Any]], tuple[str, Mapping[str, Any]] | None] | None = None
    listed: Callable[[Any], Listed | None] | None = None
    configuration: Callable[[Any], Configuration | None] | None = None
    functional: Functional | None = None
    fit: Fit | None = None
    spellings: Mapping[str, Spellings] = field(default_factory=dict)
