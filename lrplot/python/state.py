"""The state of reading a text, and how changes of it are taken back."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import NotationError
from lrplot.python.binding import Rule
from lrplot.python.comparing import objects_in
from lrplot.python.mathematics import ROOTS
from lrplot.python.mutation import looped, may_touch, touching
from lrplot.python.parameters import Path
from lrplot.python.registry import Registry
from lrplot.python.source import Source
from lrplot.python.syntax import short
from lrplot.python.tables import Table
from lrplot.python.values import Function, Instance, Made, Optimizer, Scope, Unknown
from lrplot.schedules.base import Context, Schedule

if TYPE_CHECKING:
    from lrplot.python.lanes import Lanes

_MOST: Final = 1_000_000
"""Most parts of a text that are looked at: some ten seconds."""
ABSENT: Final = object()
"""Stands for what was not bound before."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The base rate a reader works with: what was ``given``, else the text's own, else ``assumed``."""

    given: float | None = None
    assumed: float | None = None


@dataclass(slots=True, eq=False)
class Turn:
    """The names bound in one turn of a loop, and their values before."""

    before: dict[tuple[int, Any], tuple[Any, Any]] = field(default_factory=dict)
    """By identity and key, with the container that is kept so: no later one takes over an identity."""
    own: dict[int, Any] = field(default_factory=dict)
    grown: bool = False

    @property
    def changed(self) -> bool:
        """True where anything that outlives the turn is not what it was before it."""
        return self.grown or any(
            not as_before(old, held_in(container, key))
            for (_, key), (container, old) in self.before.items()
            if id(container) not in self.own
        )


def held_in(container: Any, key: Any) -> Any:
    """What a container holds under a key or at a place, ABSENT where it holds nothing there."""
    if isinstance(container, dict):
        return container.get(key, ABSENT)
    return container[key] if -len(container) <= key < len(container) else ABSENT


def as_before(old: Any, new: Any) -> bool:
    """True where what is bound anew is what was bound before."""
    if isinstance(old, Unknown) and isinstance(new, Unknown):
        plain = not (old.holds or new.holds or old.named or new.named)
        return plain and (old.text, old.node, old.length) == (new.text, new.node, new.length)
    if isinstance(old, Path) and isinstance(new, Path):
        return old.name == new.name
    numbers = int | float | str
    return old is new or (isinstance(old, numbers) and isinstance(new, numbers) and old == new)


class State(ABC):
    """All that is known while a text is read, and the evaluator as its parts see it."""

    # The parts, each of which is given the evaluator: typed where they are put together.
    objects: Any
    elsewhere: Any
    attributes: Any
    equality: Any
    expressions: Any
    calls: Any
    making: Any
    applying: Any
    caching: Any
    decorators: Any
    one_shots: Any
    generators: Any = None
    tries: Any = None
    iterators: Any = None
    given: Any
    _touching_nodes: dict[ast.AST, bool]
    counting: bool | None = False
    """Whether the members that ``next`` takes of iterators are counted; None where that was tried before."""
    least_step: int = 0
    """The first step for which a schedule's function is read: tests that no later one passes are decided."""

    def __init__(
        self,
        source: Source,
        around: Context,
        rates: Rates,
        bindings: Mapping[str, Any],
        registry: Registry,
    ) -> None:
        self.source = source
        self.registry = registry
        self.computing = ROOTS | registry.arrays.keys()
        """First parts of dotted names whose functions are arithmetic."""
        self.around = around
        self.rates = rates
        self.bindings = bindings
        self.bound: set[str] = set()
        self.unread: list[ast.Call] = []
        self.settled: set[int] = set()
        """The calls of the text that were evaluated, or known not to be, by identity."""
        self.made: list[Made | Instance | Function] = []
        # By identity; the objects are kept, so that no later one takes over an identity.
        self.used: dict[int, Any] = {}
        self.optimizers: list[Optimizer] = []
        self.instances: list[Instance] = []
        self.options: dict[str, Any] = {}
        self.parameters: dict[int, dict[str, Any]] = {}
        """What a command line, or none, gives to functions and classes of the text, by their identity."""
        self.left_out: set[str] = set()
        """The options that have no default and need not be given."""
        self.notes: dict[str, None] = {}
        self.walk: Callable[[ast.FunctionDef, Scope], Any] | None = None
        self.assumed_rate = False
        self.asked_base_rate = False
        """True where the base rate that was given was asked for."""
        self.lengths: Any = None
        self.fitting: Any = None
        self.lanes: Lanes | None = None
        self.closures: list[tuple[Function, ast.AST, dict[str, Any]]] = []
        """The functions that schedulers were given, and what the names in them meant then."""
        self.clouded: dict[int, Unknown] = {}
        """Lists, dictionaries and attributes of which it is not known what they hold now, by identity."""
        self._kept: list[Any] = []
        self.journal: list[tuple[Any, Any, Any]] = []
        self.watching: list[Turn] = []
        self.touching, self._touching_nodes = touching(source.tree, registry.loop.stepping), {}
        self.looped: frozenset[str] = looped(source.tree)
        self.groups: int | None = 1
        self.group = 0
        """Index of the parameter group whose rate is read."""
        self.listed = 1
        """Parameter groups that lists in calls are for, whose optimizer the text does not make."""
        self.group_names: tuple[str, ...] = ()
        """What the text calls them; a group without a name is that of all other parameters."""
        self.configured_by_trainer: list[tuple[ast.FunctionDef, Any]] = []
        self.base: float | None = None
        self.left = _MOST
        self.home = Scope()
        """The scope of the text's own names."""
        self.depth, self.functions_deep, self.formulas_deep, self.journaling = 0, 0, 0, 0

    @cached_property
    def remembered(self) -> dict[Any, Any]:
        """What the frameworks' own files keep of the text, by keys that begin with the framework's name."""
        return {}

    @abstractmethod
    def value(self, node: ast.expr, scope: Scope) -> Any:
        """The value of an expression; :class:`Unknown` or :class:`Path` where it cannot be known."""

    @abstractmethod
    def apply(self, callee: Any, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
        """Call a function, class or object of the script."""

    @abstractmethod
    def base_rate(self, lr: Any) -> float:
        """The base rate of an optimizer whose text says ``lr``."""

    @abstractmethod
    def rate_of(self, optimizer: Optimizer | Unknown) -> Any:
        """The rate an optimizer has when a scheduler is built on it, as the text says."""

    @abstractmethod
    def only_rate(self) -> float | None:
        """The rate of the text's optimizers, None where they have none."""

    @abstractmethod
    def formula(self, value: Any, *, with_rate: bool) -> Rule:
        """A function of the step (and, where it wants one, of the current rate), evaluated."""

    @abstractmethod
    def schedule(self, value: Any) -> Schedule:
        """A schedule, however it is spelled."""

    @abstractmethod
    def not_known(self, value: Unknown | Path, why: str = "") -> NotationError:
        """The error for something that only running the text could tell, or for a mistyped schedule."""

    @property
    def inside_function(self) -> bool:
        """True where a schedule's own function is read, which changes nothing outside it."""
        return self.functions_deep > 0

    def touches(self, name: str) -> bool:
        """True where a call of this name may train or touch a rate: a step, or a function of the script."""
        return name in self.touching or name in self.registry.loop.stepping

    def may_touch(self, node: ast.AST) -> bool:
        """True where what stands here may train, or touch a rate; a loop asks in each turn."""
        if node not in self._touching_nodes:
            self._touching_nodes[node] = may_touch(node, self.touches)
        return self._touching_nodes[node]

    def read_at_most(self, parts: int) -> None:
        """Give up after so many parts of the text."""
        self.left = min(self.left, parts)

    def write(self, container: Any, key: Any, value: Any) -> None:
        """Bind a name, an attribute or a member, so that it can be taken back."""
        if self.journaling or self.watching:
            kept = container.get(key, ABSENT) if isinstance(container, dict) else container[key]
            if self.journaling:
                self.journal.append((container, key, kept))
            for turn in self.watching:
                turn.before.setdefault((id(container), key), (container, kept))
        container[key] = value

    def begin(self, container: Any) -> None:
        """Take note of names or members that are new in this turn, and nothing that it carries on."""
        if self.lanes is not None:
            self.lanes.own.append(container)
        for turn in self.watching:
            turn.own[id(container)] = container

    def cloud(
        self,
        container: Any,
        node: ast.AST,
        more: Sequence[Any] = (),
        because: Unknown | Path | None = None,
    ) -> None:
        """Forget what a container holds, whoever holds it: it is changed in a way that is not followed.

        ``more`` may have been put into it; ``because`` is what was put there and is not known.
        """
        self._kept.append(container)
        before = self.clouded.get(id(container))
        holds = (*objects_in(container), *(() if before is None else before.holds), *objects_in(list(more)))
        self.write(self.clouded, id(container), Unknown("", node, because, holds, changed=True))
        if self.lanes is not None:
            self.lanes.forgot = True

    def cloud_names(self, node: ast.AST) -> None:
        """Forget what the text's own names hold, where that is plain data: any of them may be bound anew."""
        for name, value in list(self.home.names.items()):
            if isinstance(value, int | float | str):
                self.write(self.home.names, name, Unknown(name, node, changed=True))

    def kept(self, identity: int) -> Any:
        """The container of an identity that was forgotten once."""
        return next(each for each in reversed(self._kept) if id(each) == identity)

    def seen(self, container: Any, node: ast.AST) -> Any:
        """A list, a dictionary or an array as an expression finds it: open where that is not known."""
        held = container.members if isinstance(container, Table) else container
        how = self.clouded.get(id(held))
        if how is None:
            return container
        if isinstance(container, Table) and how.because is None and isinstance(how.node, ast.stmt | ast.expr):
            # No value of one member would be right: it is told where it was written.
            why = None if self.lanes is not None and self.lanes.forgot else how
            return Unknown(short(node), node, because=why, changed=True)
        return Unknown(short(node), node, because=how.because, holds=how.holds, changed=True)

    def note_change(self) -> None:
        """Take note that something grew that :meth:`write` does not bind."""
        for turn in self.watching:
            turn.grown = True

    @contextmanager
    def watched(self) -> Iterator[Turn]:
        """Watch what one turn of a loop changes."""
        turn = Turn()
        self.watching.append(turn)
        try:
            yield turn
        finally:
            self.watching.remove(turn)

    def rewind(self, mark: int) -> None:
        """Take back all that was bound since the journal was so long."""
        while len(self.journal) > mark:
            container, key, old = self.journal.pop()
            if old is ABSENT:
                container.pop(key, None)
            else:
                container[key] = old

    @contextmanager
    def journaled(self) -> Iterator[int]:
        """Keep a journal of what is bound; gives how long it is."""
        self.journaling += 1
        try:
            yield len(self.journal)
        finally:
            self.journaling -= 1
            if not self.journaling:
                self.journal.clear()

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Inside a schedule's own function, what is made is part of it."""
        self.functions_deep += 1
        try:
            yield
        finally:
            self.functions_deep -= 1

    @contextmanager
    def purely(self) -> Iterator[None]:
        """Inside what a schedule's function says of a step: it may change nothing that outlives it."""
        self.formulas_deep += 1
        try:
            with self.quietly():
                yield
        finally:
            self.formulas_deep -= 1
