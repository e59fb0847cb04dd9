"""Comprehensions: member by member, or a long one of numbers at once."""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lrplot.python import array_writes, enumerations, lookups, symbolic, tables
from lrplot.python.builtins_ import LONGEST, is_true
from lrplot.python.comparing import same
from lrplot.python.keys import is_key
from lrplot.python.lanes import Lanes, NotAlike
from lrplot.python.mutation import may_touch
from lrplot.python.parameters import Path, Refusal
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import short
from lrplot.python.tables import Table
from lrplot.python.values import Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

_COMPUTED: Final = 64
"""Members from which on a comprehension over a range is computed at once."""


_Comprehension = ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp


class Comprehensions:
    """Evaluates comprehensions and generators."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator

    def generator(self, node: ast.GeneratorExp, scope: Scope) -> Any:
        """The members of a generator expression, which are taken once."""
        over = self._over(node, scope)
        return self._evaluator.one_shots.made(self.value(node, scope, over=over), node, scope, over)

    def _over(self, node: _Comprehension, scope: Scope) -> Any:
        first = node.generators[0].iter
        return self._evaluator.one_shots.given("list", self._evaluator.value(first, scope), first)

    def value(self, node: _Comprehension, scope: Scope, counted: str = "", over: Any = None) -> Any:
        """The members; ``counted`` by ``sum`` or ``len``, those whose condition fails count 0.

        ``over`` is what it goes over, where that was asked for before.
        """
        generator = node.generators[0]
        over = self._over(node, scope) if over is None else over
        if isinstance(over, Table):
            array_writes.told(self._evaluator, over, None)
        if len(node.generators) == 1 and not isinstance(node, ast.DictComp):
            at_once = self._at_once(node, generator, over, scope)
            if at_once is not None:
                return at_once
        # Python keeps one set of names for all members: a function that one makes sees the last.
        inner = Scope({}, scope)
        self._evaluator.begin(inner.names)
        found: list[Any] = []
        if not self._members(node, over, node.generators, inner, counted, found):
            return Unknown(short(node), node)
        if isinstance(node, ast.DictComp):
            if not all(is_key(key) for key, _ in found):
                return Unknown(short(node), node)
            return self._evaluator.expressions.dictionary(dict(found), node)
        if isinstance(node, ast.SetComp):
            return [each for i, each in enumerate(found) if not any(same(each, o) for o in found[:i])]
        return found

    def _at_once(self, node: Any, generator: ast.comprehension, over: Any, scope: Scope) -> Any:
        """A long comprehension of numbers, None where it is another."""
        element = node.elt
        plain = (
            not generator.ifs
            and not isinstance(element, ast.Tuple)
            and not may_touch(element, self._evaluator.touches)
        )
        if isinstance(over, Table):
            row = over.values.ndim == 1 and len(over.values) > _COMPUTED
            return self._computed(node, generator, over.values, scope) if row and plain else None
        if isinstance(over, range) and over[tables.LONGEST :]:
            raise Refusal(f"a list of more than {tables.LONGEST}")
        if (
            isinstance(over, range)
            and plain
            and len(over) > _COMPUTED
            and isinstance(generator.target, ast.Name)
        ):
            return self._computed(node, generator, np.arange(over.start, over.stop, over.step), scope)
        return None

    def _members(
        self,
        node: _Comprehension,
        over: Any,
        generators: Sequence[ast.comprehension],
        inner: Scope,
        counted: str,
        found: list[Any],
    ) -> bool:
        """Put the members into a list, loop by loop; whether all that they ask is known."""
        from lrplot.python.functions import bind

        generator, *rest = generators
        target = generator.target
        named = isinstance(target, ast.Name) or (
            isinstance(target, ast.Tuple) and all(isinstance(each, ast.Name) for each in target.elts)
        )
        members = list(over) if isinstance(over, dict) else enumerations.distinct(over)
        members = tables.listed(over) if members is None else members
        if not isinstance(members, list | tuple | range) or not named:
            return False
        if len(members) > LONGEST or len(found) > LONGEST:
            raise Refusal(f"a list of more than {LONGEST}")
        for each in members:
            bind(self._evaluator, target, each, inner)
            tests: list[Any] = []
            for test in generator.ifs:
                tests.append(self._evaluator.value(test, inner))
                if isinstance(tests[-1], bool) and not tests[-1]:
                    break
            if counted and tests and not rest and not any(isinstance(test, Unknown | Path) for test in tests):
                found.append(self._counting(tests, node, counted, inner))
                continue
            if any(isinstance(test, Unknown | Path | Symbol) for test in tests):
                return False
            if not all(is_true(test) for test in tests):
                continue
            if rest:
                under = self._evaluator.value(rest[0].iter, inner)
                under = self._evaluator.one_shots.given("list", under, rest[0].iter)
                if not self._members(node, under, rest, inner, counted, found):
                    return False
            else:
                found.append(self._member(node, inner))
        return True

    def _member(self, node: _Comprehension, inner: Scope) -> Any:
        if isinstance(node, ast.DictComp):
            key = self._evaluator.value(node.key, inner)
            return key, self._evaluator.value(node.value, inner)
        return self._evaluator.value(node.elt, inner)

    def _counting(self, tests: Sequence[Any], node: Any, counted: str, inner: Scope) -> Any:
        """What a member counts in a sum: 0 where a condition on the step fails."""
        value = self._evaluator.value(node.elt, inner) if counted == "sum" else 1
        for test in tests:
            held = value if is_true(test) else 0
            value = symbolic.choose(test, value, 0) if isinstance(test, Symbol) else held
        return value

    def counted(self, name: str, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> Any:
        """``sum`` or ``len`` of a comprehension with a condition on the step; None where it is another."""
        members = self.value(node, scope, name)
        depends = isinstance(members, list) and any(isinstance(each, Symbol) for each in members)
        return lookups.total(members) if depends else None

    def _computed(self, node: Any, generator: ast.comprehension, over: Any, scope: Scope) -> Any:
        """A long comprehension of numbers, computed at once."""
        if not isinstance(generator.target, ast.Name) or self._evaluator.lanes is not None:
            return Unknown(short(node), node)
        if len(over) > tables.LONGEST:
            raise Refusal(f"a list of more than {tables.LONGEST}")
        self._evaluator.lanes = Lanes(len(over))
        try:
            member = self._evaluator.lanes.named(np.asarray(over, dtype=np.float64))
            value = self._evaluator.value(node.elt, Scope({generator.target.id: member}, scope))
            if isinstance(value, Unknown | Path):
                return value
            numbers = self._evaluator.lanes.array(value).tolist()
            # It is a list: what is added to it stands behind it.
            return [int(each) if each.is_integer() else each for each in numbers]
        except NotAlike:
            return Unknown(short(node), node)
        finally:
            self._evaluator.lanes = None
