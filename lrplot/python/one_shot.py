"""Iterators that give their members once: what ``zip``, ``map`` or a generator expression makes.

They are the lists, or the open values, that their members are read as; what was taken of them stands here, by
their identity. So a second loop over one finds nothing, as Python's does.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.comparing import same
from lrplot.python.lanes import NotAlike
from lrplot.python.mutation import changed, may_touch, root_of
from lrplot.python.orderings import STRINGING
from lrplot.python.syntax import short
from lrplot.python.tables import Table
from lrplot.python.values import TAKEN, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

MAKING: Final = STRINGING | {"zip", "enumerate", "map", "filter", "reversed", "iter"}
"""Functions of Python that make an iterator."""
WRAPPING: Final = MAKING - {"iter"}
"""Those that take the members of another only when they are asked for their own."""
_CONSUMING: Final = frozenset(
    {"list", "tuple", "set", "frozenset", "sorted", "sum", "min", "max", "any", "all", "dict", "len"}
)
"""Functions of Python that take all members of what they are given."""
_ALL: Final = "all"
_SOME: Final = "some"
_MOST: Final = 10_000
"""Most iterators that are remembered; a loop makes a new one in each turn."""


@dataclass(slots=True, eq=False)
class OneShot:
    """An iterator, what was taken of it, and what a generator expression computes its members of."""

    value: Any
    place: dict[str, Any]
    node: ast.expr
    scope: Scope | None = None
    over: Any = None
    names: dict[str, Any] | None = None

    @property
    def is_begun(self) -> bool:
        """True where some members were taken, and it is not followed which are left."""
        taken = self.place[TAKEN]
        return taken not in (0, _ALL) and not (isinstance(taken, int) and isinstance(self.value, list))


class OneShots:
    """The iterators of one text."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator
        self._found: dict[int, OneShot] = {}
        self.running: list[dict[str, Any]] = []
        """What counts the members of the iterators whose loops are being read."""

    def made(self, value: Any, node: ast.expr, scope: Scope | None = None, over: Any = None) -> Any:
        """Take note that a value is an iterator; the value."""
        if not isinstance(value, list | Unknown | Table) or self._evaluator.inside_function:
            return value
        place: dict[str, Any] = {TAKEN: 0}
        self._evaluator.begin(place)
        names = None
        if scope is not None:
            names = {name: scope.find(name) for name in _names_in(node)}
        if len(self._found) >= _MOST:
            del self._found[next(iter(self._found))]
        self._found[id(value)] = OneShot(value, place, node, scope, over, names)
        return value

    def of(self, value: Any) -> OneShot | None:
        """The iterator that a value is, None where it is another."""
        found = self._found.get(id(value))
        return found if found is not None and found.value is value else None

    def given(self, name: str, value: Any, node: ast.AST) -> Any:
        """An argument of a function of Python as that finds it, which may take its members."""
        found = self.of(value)
        if found is None or name not in _CONSUMING | WRAPPING:
            return value
        if name in WRAPPING and isinstance(value, Unknown):
            # Its members are taken by the loop over what is made of it.
            return value
        if found.is_begun:
            raise self._evaluator.objects.refusal(
                f"'{ast.unparse(found.node)}' was begun before, and what is left of it here is not followed",
                node,
            )
        taken = self.take(found, whole=name in _CONSUMING)
        # What list() makes of it may be gone over again.
        return _kept(taken) if isinstance(taken, Unknown) else taken

    def next_of(self, found: OneShot, default: Sequence[Any], node: ast.AST) -> Any:
        """The next member of one; ``default`` holds what is given where none is left."""
        evaluator, taken = self._evaluator, found.place[TAKEN]
        if any(each is found.place for each in self.running):
            raise evaluator.objects.refusal(
                f"'next' is asked here of {short(found.node)}, which the loop around goes over; not followed",
                node,
            )
        if not isinstance(found.value, list) or not isinstance(taken, int | str) or taken == _SOME:
            # Its members are not known: no turn has to be told from another for them.
            found.place[TAKEN] = _SOME
            return Unknown(short(node), node)
        self._check_turns(found)
        members = [] if taken == _ALL else self._computed(found)
        if taken == _ALL or taken >= len(members):  # type: ignore[operator]
            if not default:
                evaluator.tries.happens("StopIteration", node, comes=True)
                raise evaluator.objects.refusal(
                    f"more than the members of {short(found.node)} are asked for", node
                )
            return default[0]
        evaluator.write(found.place, TAKEN, taken + 1)  # type: ignore[operator]
        return members[taken]  # type: ignore[index]

    def _check_turns(self, found: OneShot) -> None:
        lanes = self._evaluator.lanes
        if lanes is not None and not any(each is found.place for each in lanes.own):
            # What one turn takes, the next one does not find.
            raise NotAlike

    def take(self, found: OneShot, *, whole: bool = True) -> Any:
        """The members that are left of one; nothing where all were taken."""
        self._check_turns(found)
        taken = found.place[TAKEN]
        if taken == _ALL:
            return []
        self._evaluator.write(found.place, TAKEN, _ALL if whole else _SOME)
        members = self._computed(found)
        return members[taken:] if taken and isinstance(taken, int) and isinstance(members, list) else members

    def _computed(self, found: OneShot) -> Any:
        """The members; those of a generator expression with what its names mean now."""
        if found.names is None or found.scope is None:
            return found.value
        now = {name: found.scope.find(name) for name in found.names}
        if all(now[name] is held or same(now[name], held) for name, held in found.names.items()):
            return found.value
        if may_touch(found.node, self._evaluator.touches) or not isinstance(found.node, ast.GeneratorExp):
            raise self._evaluator.objects.refusal(
                "the members of this are computed as they are asked for, and what it computes with was "
                "changed before; write a list [...]",
                found.node,
            )
        return self._evaluator.expressions.comprehensions.value(found.node, found.scope, over=found.over)

    def leave_some(self, found: OneShot, count: int | None) -> None:
        """A loop may have left some of its members; of how many it is not said, there are enough."""
        if count is not None:
            self._evaluator.write(found.place, TAKEN, _SOME)
            return
        self._evaluator.write(found.place, TAKEN, 0)
        note = f"how many members {short(found.node)} has is not known; drawn as if it never ran out"
        self._evaluator.notes[note] = None

    def is_changed_in(self, found: OneShot, statements: Sequence[ast.AST]) -> bool:
        """True where the turns of a loop over it change what its members are computed of."""
        names = set(found.names or ())
        return bool(names) and any(root_of(place) in names for place, _ in changed(statements))


def _kept(value: Unknown) -> Unknown:
    """The members of an open iterator, and of those that it takes from, which are no iterator's any more."""
    given = tuple(_kept(each) if isinstance(each, Unknown) else each for each in value.given)
    return replace(value, given=given)


@lru_cache(maxsize=256)
def _names_in(node: ast.expr) -> tuple[str, ...]:
    """The names of which a generator expression, or the function of ``map``, computes the members."""
    own: set[str] = set()
    parts: list[ast.AST] = []
    if isinstance(node, ast.GeneratorExp):
        first, *rest = node.generators
        own = {each.id for g in node.generators for each in _stored(g.target)}
        parts = [node.elt, *first.ifs, *rest]
    loaded = {each.id for part in parts for each in ast.walk(part) if _is_loaded(each)}  # type: ignore[attr-defined]
    return tuple(sorted(loaded - own))


def _stored(target: ast.AST) -> Iterator[ast.Name]:
    return (each for each in ast.walk(target) if isinstance(each, ast.Name))


def _is_loaded(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
