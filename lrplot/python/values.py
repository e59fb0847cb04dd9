"""Values that the parts of a call or a script stand for, as far as a schedule needs to know."""

import ast
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from lrplot.python.parameters import Path
from lrplot.schedules.base import Schedule


@dataclass(slots=True, eq=False)
class Scope:
    """Names and what they are bound to, inside another scope.

    ``elsewhere`` says in which scope a name declared ``global`` or ``nonlocal`` is bound; ``of`` is the class
    whose method is read here; ``of_body`` is true for a class's body, whose names no function in it sees.
    """

    names: dict[str, Any] = field(default_factory=dict)
    outer: "Scope | None" = None
    elsewhere: dict[str, "Scope"] = field(default_factory=dict)
    of: "UserClass | None" = None
    of_body: bool = False

    def find(self, name: str) -> Any:
        """The value a name is bound to, or None where it is bound to nothing."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.elsewhere:
                return scope.elsewhere[name].names.get(name)
            if name in scope.names and (scope is self or not scope.of_body):
                return scope.names[name]
            scope = scope.outer
        return None

    def home(self, name: str) -> "Scope":
        """The scope in which an assignment binds the name."""
        return self.elsewhere.get(name, self)

    def method_of(self) -> "UserClass | None":
        """The class whose method this stands in."""
        scope: Scope | None = self
        while scope is not None:
            if scope.of is not None:
                return scope.of
            scope = scope.outer
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """Something that cannot be known without running the script; ``text`` is what would have to be given.

    ``because`` is the open condition that decides what it is; ``holds`` are the optimizers and schedulers
    that a call elsewhere was given to make it, ``named`` what it was given by name and ``given`` by position;
    ``length`` is how many members it has, where that can be told.
    """

    text: str
    node: ast.AST
    because: "Unknown | Path | None" = None
    holds: tuple[Any, ...] = ()
    length: int | None = None
    named: Mapping[str, Any] = field(default_factory=dict)
    given: tuple[Any, ...] = ()
    left_out: bool = False
    """True where it is an option without a default: None, where it is asked whether it was given."""
    changed: bool = False
    """True where the text knew it and changed it in a way that is not followed, or is made of such."""
    varies: bool = False
    """True where the turns of a loop count it on in a way that is not followed: no one value is its own."""


def is_left_out(value: Any) -> bool:
    """True where a value is an option that has no default and was not given."""
    return isinstance(value, Unknown) and value.left_out


@dataclass(frozen=True, slots=True, repr=False)
class Nothing:
    """Python's None, told apart from a name that is not bound."""

    def __repr__(self) -> str:
        return "None"


NOTHING = Nothing()


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A ``lambda`` or a ``def``, with the scope it sees and arguments already given."""

    node: ast.Lambda | ast.FunctionDef
    scope: Scope
    given: Mapping[str, Any] = field(default_factory=dict)
    first: tuple[Any, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The function's name."""
        return getattr(self.node, "name", "lambda")

    @property
    def positional(self) -> int:
        """The number of arguments it can still be given by position."""
        arguments = self.node.args
        names = [p.arg for p in (*arguments.posonlyargs, *arguments.args)][len(self.first) :]
        return sum(name not in self.given for name in names)

    @property
    def required(self) -> int:
        """The number of arguments it still needs."""
        arguments = self.node.args
        names = [p.arg for p in (*arguments.posonlyargs, *arguments.args)]
        without = names[: len(names) - len(arguments.defaults)][len(self.first) :]
        return sum(name not in self.given for name in without)


@dataclass(frozen=True, slots=True, eq=False)
class UserClass:
    """A class of the script, and what is bound in it by its body and after it.

    ``above`` are the classes of the script that its bases name, as they were when it was made.
    """

    node: ast.ClassDef
    scope: Scope
    attributes: dict[str, Any] = field(default_factory=dict)
    decorated: dict[str, Any] = field(default_factory=dict)
    """What stands in the place of its own methods that decorators of the text change."""
    above: "dict[str, UserClass]" = field(default_factory=dict)
    defaults: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    """The defaults of its methods, as they were when it was made, by the identity of their definitions."""

    def _base(self, node: ast.expr) -> "UserClass | None":
        """The class of the script that a base is."""
        known = self.above.get(ast.unparse(node))
        if known is not None:
            return known
        node = without_types(node)
        found = self.scope.find(node.id) if isinstance(node, ast.Name) else None
        return found if isinstance(found, UserClass) and found is not self else None

    def bases(self) -> "Iterator[UserClass]":
        """The classes of the script it derives from directly."""
        for base in self.node.bases:
            found = self._base(base)
            if found is not None:
                yield found

    def lineage(self, depth: int = 20) -> "Iterator[UserClass]":
        """Itself and the classes of the script above it, in the order in which Python asks them (C3)."""
        bases = [] if depth <= 0 else [*self.bases()]
        waiting = [*([*base.lineage(depth - 1)] for base in bases), bases]
        yield self
        while waiting := [each for each in waiting if each]:
            heads = [each[0] for each in waiting]
            # Python makes no class whose bases contradict each other; nor does it come to the last resort.
            nearest = next(
                (head for head in heads if all(head not in each[1:] for each in waiting)), heads[0]
            )
            yield nearest
            waiting = [[of for of in each if of is not nearest] for each in waiting]

    def behind(self, of: "UserClass") -> "list[UserClass]":
        """The classes that ``super()`` asks, in this order, in a method of one of its lineage."""
        lineage = [*self.lineage()]
        return lineage[lineage.index(of) + 1 :] if of in lineage else [*of.lineage()][1:]

    def outside(self) -> Iterator[str]:
        """The names of the classes that are not the script's and that it derives from."""
        for each in self.lineage():
            for base in each.node.bases:
                if each._base(base) is None:
                    yield ast.unparse(base)

    def own(self, name: str) -> ast.FunctionDef | None:
        """The class's own method of this name."""
        return self._own(name)[0]

    def _own(self, name: str) -> "tuple[ast.FunctionDef | None, UserClass]":
        """The class's own method of this name, or the one that it binds the name to, and whose that is."""
        bound = self._binding(name)
        if isinstance(bound, ast.FunctionDef):
            return bound, self
        if isinstance(bound, ast.Name) and bound.id != name:
            return self._own(bound.id)
        if isinstance(bound, ast.Attribute) and isinstance(bound.value, ast.Name):
            other = self.scope.find(bound.value.id)
            if isinstance(other, UserClass) and other is not self:
                return other.method(bound.attr), other.where(bound.attr)
        return None, self

    def _binding(self, name: str) -> ast.FunctionDef | ast.expr | None:
        """What the class's body binds a name to at last."""
        for statement in reversed(self.node.body):
            if (
                isinstance(statement, ast.FunctionDef)
                and statement.name == name
                and not _sets(statement, name)
            ):
                return statement
            if isinstance(statement, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == name for target in statement.targets
            ):
                return statement.value
            if isinstance(statement, ast.AnnAssign) and getattr(statement.target, "id", "") == name:
                return statement.value
        return None

    def binds(self, name: str) -> bool:
        """True where the class itself, not one above it, holds something of this name."""
        return name in self.attributes or self._binding(name) is not None

    def setter(self, name: str) -> "tuple[ast.FunctionDef, UserClass] | None":
        """What ``@name.setter`` stands over, and the class it stands in."""
        for each in self.lineage():
            for statement in each.node.body:
                if isinstance(statement, ast.FunctionDef) and _sets(statement, name):
                    return statement, each
        return None

    def method(self, name: str) -> ast.FunctionDef | None:
        """The method of this name, inherited or the class's own."""
        nearest = next((each for each in self.lineage() if each.binds(name)), None)
        return None if nearest is None or name in nearest.attributes else nearest.own(name)

    def where(self, name: str) -> "UserClass":
        """The class in which its method of this name stands."""
        nearest = next((each for each in self.lineage() if each.binds(name)), self)
        return nearest._own(name)[1]


def without_types(base: ast.expr) -> ast.expr:
    """``Box`` of ``Box[float]``."""
    return base.value if isinstance(base, ast.Subscript) else base


def _sets(function: ast.FunctionDef, name: str) -> bool:
    """True for what ``@name.setter`` stands over."""
    setters = (each for each in function.decorator_list if isinstance(each, ast.Attribute))
    return any(
        each.attr == "setter" and isinstance(each.value, ast.Name) and each.value.id == name
        for each in setters
    )


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """An object of a class of the script, and the attributes its ``__init__`` sets."""

    of: UserClass
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Member(Instance):
    """A member of an enumeration of the script: the only one of its name, wherever the class is read."""

    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Member) and other.of.node is self.of.node and other.name == self.name

    def __hash__(self) -> int:
        return hash((id(self.of.node), self.name))


@dataclass(frozen=True, slots=True, eq=False)
class FrameworkObject(Instance):
    """An object of a framework that the framework's own file follows: its methods, by their names.

    Each is given the evaluator, the arguments by position and by name, the call and the scope it stands in.
    """

    methods: Mapping[str, Callable[..., Any]] = field(default_factory=dict)

    def has(self, function: ast.expr) -> bool:
        """True where ``function`` is one of its methods, as a call writes it."""
        return getattr(function, "attr", "") in self.methods

    def call(self, function: ast.expr, *given: Any) -> Any:
        """The value of a call of one of its methods."""
        return self.methods[getattr(function, "attr", "")](*given)

    @classmethod
    def of_kind(
        cls, kind: str, methods: Mapping[str, Callable[..., Any]], attributes: dict[str, Any] | None = None
    ) -> "FrameworkObject":
        """One of a class that no text defines."""
        return cls(_class_named(kind), {} if attributes is None else attributes, methods)


def _class_named(name: str) -> UserClass:
    (node,) = ast.parse(f"class {name}: pass").body
    return UserClass(cast("ast.ClassDef", node), Scope())


@dataclass(frozen=True, slots=True, eq=False)
class Namespace:
    """The result of ``parser.parse_args()``: the defaults of the options."""

    options: dict[str, Any]
    whole: bool = False
    """True where nothing but the text gives it options."""


@dataclass(frozen=True, slots=True, eq=False)
class Optimizer:
    """An optimizer and its base rate, None where the text does not say it.

    ``framework`` says whose signature it has, where its call says that; ``values`` and ``named`` are what it
    was called with.
    """

    name: str
    lr: Any = None
    framework: str = ""
    values: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)
    shared: Any = None
    """The rate of the parameter groups that have none of their own."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One of an optimizer's parameter groups, and what the text writes into it beside the rate."""

    optimizer: Optimizer
    index: int
    entries: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class RateOf:
    """An optimizer's rate as an object, as some frameworks have it (``optimizer.learning_rate``)."""

    optimizer: Optimizer


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A schedule that a framework's call makes."""

    schedule: Schedule
    framework: str
    call: str
    node: ast.AST
    base: float | None = None
    """The base rate of the optimizer it was given."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """What it was called with, read as the framework's signature says, defaults included."""
    order: int = field(default_factory=itertools.count().__next__)
    """Its place among all that are made."""
    optimizer: Optimizer | None = None
    """The optimizer it was given."""
    again: Callable[[float], Schedule] | None = None
    """What the same call makes of another base rate; None where it holds other schedulers."""
    told: Callable[[], Schedule] | None = None
    """The rates by the number that ``step(number)`` is told, where they are not those of as many calls."""
    horizon: int | None = None
    """How many steps the call itself says that training has, or that show what it does."""
    needs: str | None = None
    """What has to be said before it can be drawn by itself; it may stand inside another call."""
    negated: bool = False
    """True where the call's own values are below 0, and the schedule is minus them."""


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A method of one of the training's objects, not called yet: ``scheduler.step``."""

    owner: Any
    name: str
    node: ast.AST | None = None
    """Where it stands, which is told where nothing that is read calls it."""


@dataclass(frozen=True, slots=True, eq=False)
class Generator:
    """A generator of the text that was called, and of whose body nothing was run yet."""

    node: ast.FunctionDef
    scope: Scope
    waits: list[bool] = field(default_factory=lambda: [True])
    """Empty once its members were asked for."""


TAKEN: Final = "taken"
"""The key in a cursor's ``place`` of the number of members that were taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Cursor:
    """``iter(loader)`` whose members are counted: how many there are and were taken, the one at a place."""

    count: int
    item: Callable[[Any], Any]
    place: dict[str, Any]
    source: ast.expr


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """The fields of a scheduler as a dictionary, as ``vars(scheduler)`` gives them: not read, nor written."""

    of: Made


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """A call elsewhere with some of its arguments given: ``partial(StepLR, step_size=3)``."""

    path: Path
    first: tuple[Any, ...]
    given: Mapping[str, Any]


GROUPS: Final = "parameter groups"
"""Stands for a rate where groups of parameters have their own."""


def flat(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from flat(value)
        else:
            yield value
