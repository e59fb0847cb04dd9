"""The registry that a text is read with: a record a framework, and whose a name is.

No framework is known here by name; :mod:`lrplot.frameworks` declares them.
"""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import UsageError
from lrplot.python.loop_words import Loop, together
from lrplot.python.optimizer_calls import Optimizers
from lrplot.python.parameters import Base
from lrplot.python.spelling import Spellings
from lrplot.python.values import Made, Optimizer
from lrplot.schedules.base import Context, Schedule

if TYPE_CHECKING:
    from lrplot.optimizers.base import Optimizer as Model
    from lrplot.optimizers.base import Rule

Array = NDArray[np.float64]
Call = Callable[..., Any]
Stepping = Callable[[Any, str, Any], Literal["clock", "time"] | None]
"""What a scheduler's method does to its clock, given the scheduler, the method's name and the time it is told
(None where it is told none): ``clock`` advances it by one, ``time`` sets it, None leaves it alone."""


def counting(scheduler: Any, _method: str, time: Any) -> Literal["clock", "time"]:
    """As PyTorch's ``step(epoch=None)``: one on, or to the time told; a plateau is told its metric."""
    return "clock" if time is None or scheduler.schedule.reacts else "time"


class Sharing(Protocol):
    """The schedulers of one framework that change one optimizer's rate by turns, each from what it finds."""

    def construct(self, made: Made) -> float | None:
        """The rate once ``made`` is built, None where building it is like any schedule's first rate."""

    def changes(self, made: Made, clock: Array) -> tuple[Array, Array] | None:
        """The factor and the addend of each call, None where it moves the rate as its schedule does."""


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
    """

    roots: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    single_precision: bool = False


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
    resumes
        Whether ``last_epoch`` builds its schedulers in the middle of a run.
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
    stepping: Stepping = counting
    loop: Loop = field(default_factory=Loop)
    arrays: Arrays = field(default_factory=Arrays)
    hook: TrainerHook | None = None
    plateau: str | None = None
    single_precision: bool = False
    by_epoch: tuple[str, ...] = ()
    optimizers: Optimizers | None = None
    dampens: bool = False
    resumes: bool = False
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
    fit: Fit | None = None
    spellings: Mapping[str, Spellings] = field(default_factory=dict)


@dataclass(frozen=True)
class Registry:
    """The frameworks that are known, in the order in which a bare name is tried.

    Parameters
    ----------
    frameworks
        Their records.
    """

    frameworks: tuple[Framework, ...]

    def __getitem__(self, name: str) -> Framework:
        """The framework called ``name``, or by an alias.

        Raises
        ------
        UsageError
            When there is none.
        """
        for each in self.frameworks:
            if name == each.name or name in each.aliases:
                return each
        known = ", ".join(each.name for each in self.frameworks)
        raise UsageError(f"no framework '{name}'; known are {known}")

    @cached_property
    def by_call(self) -> dict[str, tuple[Framework, ...]]:
        """The frameworks that have each call."""
        found: dict[str, tuple[Framework, ...]] = {}
        for each in self.frameworks:
            for name in each.calls:
                found[name] = (*found.get(name, ()), each)
        return found

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Other names of frameworks, and the name each stands for."""
        return {alias: each.name for each in self.frameworks for alias in each.aliases}

    @cached_property
    def optimizers(self) -> frozenset[str]:
        """Every name that is an optimizer."""
        return frozenset(name for each in self._with_optimizers for name in each[1].calls)

    @cached_property
    def _with_optimizers(self) -> tuple[tuple[Framework, Optimizers], ...]:
        return tuple((each, each.optimizers) for each in self.frameworks if each.optimizers is not None)

    def optimizer(self, name: str, path: str, values: Sequence[Any], named: Mapping[str, Any]) -> Optimizer:
        """The optimizer that a call makes, of the framework that the call is likeliest to be of."""
        home = self.home(path, imported=True)
        own = [each for each in self._with_optimizers if each[0] is home]
        having = [each for each in self._with_optimizers if name in each[1].calls]
        for framework, optimizers in (*own, *having, *self._with_optimizers):
            if optimizers.takes(name, values, named):
                return optimizers.made(framework.name, name, values, named)
        return Optimizer(name, None, "", tuple(values), named)

    def keeps_rate(self, optimizer: Optimizer) -> bool:
        """True where the rate is an attribute of the optimizer itself, which a script may set."""
        return any(
            each.keeps_rate for whose, each in self._with_optimizers if whose.name == optimizer.framework
        )

    def default_lr(self, model: "Model") -> float:
        """The rate that the framework of the rule gives an optimizer where nobody says one."""
        return self.optimizers_of(model.rule).of_type(model.type)[1].lr or 0.0

    def optimizers_of(self, rule: "Rule") -> Optimizers:
        """The optimizers that a rule's formulas and defaults are of."""
        return next(each for _, each in self._with_optimizers if each.rule == rule)

    def model_of(self, optimizer: Optimizer) -> "Model | None":
        """An optimizer as lrplot computes its updates, None for one it knows by its rate only.

        Raises
        ------
        Refusal
            When an argument is none of the optimizer's, or asks for what is not computed.
        NotKnown
            When an argument cannot be known without running the script.
        """
        for framework, optimizers in self._with_optimizers:
            if optimizer.framework in {framework.name, ""} and optimizer.name in optimizers.calls:
                return optimizers.model_of(optimizer)
        return None

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that is a schedule or an optimizer."""
        return frozenset(self.by_call) | self.optimizers

    @cached_property
    def scheduler_bases(self) -> dict[str, Framework]:
        """The frameworks whose classes a script's own scheduler may derive from, by the class."""
        return {name: each for each in self.frameworks for name in each.scheduler_bases}

    @cached_property
    def schedule_bases(self) -> frozenset[str]:
        """Classes that a script's own schedule, called with the step, derives from."""
        return frozenset(name for each in self.frameworks for name in each.schedule_bases)

    @cached_property
    def fit(self) -> Fit | None:
        """The call of a trainer that runs the epochs itself."""
        return next((each.fit for each in self.frameworks if each.fit is not None), None)

    @cached_property
    def loop(self) -> Loop:
        """The words of the training loops of all frameworks."""
        return together([each.loop for each in self.frameworks])

    @cached_property
    def arrays(self) -> dict[str, Arrays]:
        """The modules that compute with arrays, by the first part of their names."""
        return {root: each.arrays for each in self.frameworks for root in each.arrays.roots}

    def arrays_of(self, root: str) -> Arrays:
        """The facts of a module of arrays; of NumPy, which is no framework's, there are none."""
        return self.arrays.get(root, Arrays())

    @cached_property
    def hooks(self) -> dict[str, Framework]:
        """The framework whose trainer asks a script's method of this name what to step."""
        return {each.hook.name: each for each in self.frameworks if each.hook is not None}

    def stepped_by_trainer(self, hook: str, result: Any) -> Iterator[TrainerStepped]:
        """The schedulers in what a script's method, that of a trainer's hook, returns."""
        asked = self.hooks[hook].hook
        return iter(()) if asked is None else asked.stepped(result)

    def refused_of_trainer(self, tree: ast.AST, method: ast.FunctionDef) -> tuple[ast.AST, str] | None:
        """The first place of a text by which a trainer steps in another way than its method says."""
        hook = self.hooks[method.name].hook
        return None if hook is None else hook.refused(tree, method)

    def batches_of_trainer(self, length: int, named: Mapping[str, Any]) -> int | None:
        """Batches in an epoch of a loader with so many, None where a trainer's limit of them is not known."""
        for framework in self.hooks.values():
            if framework.hook is not None:
                return framework.hook.batches(length, named)
        return length

    def home(self, path: str, *, imported: bool = False) -> Framework | None:
        """The framework a dotted name says it belongs to, None where it does not say.

        An ``imported`` name says so by its first part alone; in a pasted call a part inside may hint at it.
        """
        parts = path.split(".")
        for each in self.frameworks:
            if parts[0] in each.roots and len(parts) > 1:
                return each
        if imported:
            return None
        for each in self.frameworks:
            if set(parts[:-1]) & set(each.hints):
                return each
        return None

    def candidates(self, path: str, *, imported: bool = False) -> tuple[Framework, ...]:
        """The frameworks that may be meant by a name, the likeliest first; empty when none has it.

        What is ``imported`` from a module that is no framework's is nobody's.
        """
        having = self.by_call.get(path.rpartition(".")[2], ())
        own = self.home(path, imported=imported)
        if imported and own is None:
            return ()
        if own is not None:
            return tuple(each for each in having if each is own)
        # Without an import a name is not one of those that people meet with their import alone.
        return tuple(each for each in having if not each.by_import) or having

    def combinator(self, path: str, *, imported: bool) -> Call | None:
        """The function that gives on or changes a schedule under this name, None where none does."""
        own = self.home(path, imported=imported)
        return None if own is None else own.combinators.get(path.rpartition(".")[2])

    def is_foreign(self, path: str, *, imported: bool) -> bool:
        """True where a name that some framework has is imported from a module of no framework."""
        return imported and path.rpartition(".")[2] in self.by_call and self.home(path, imported=True) is None
