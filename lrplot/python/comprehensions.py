"""Comprehensions: member by member, or a long one of numbers at once."""

import ast
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lrplot.python import lookups, symbolic, tables
from lrplot.python.builtins_ import LONGEST, is_true
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


class Comprehensions:
    """Evaluates list comprehensions and generators."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator

    def value(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope, counted: str = "") -> Any:
        """The members; ``counted`` by ``sum`` or ``len``, those whose condition fails count 0."""
        from lrplot.python.functions import bind

        if len(node.generators) != 1:
            return Unknown(short(node), node)
        generator = node.generators[0]
        over = self._evaluator.value(generator.iter, scope)
        if isinstance(over, Table) and not generator.ifs and not may_touch(node.elt, self._evaluator.touches):
            return self._computed(node, generator, over.values, scope)
        target = generator.target
        named = isinstance(target, ast.Name) or (
            isinstance(target, ast.Tuple) and all(isinstance(each, ast.Name) for each in target.elts)
        )
        if not isinstance(over, list | tuple | range) or not named:
            return Unknown(short(node), node)
        if isinstance(over, range) and over[tables.LONGEST :]:
            raise Refusal(f"a list of more than {tables.LONGEST}")
        alike = (
            len(over) > _COMPUTED
            and isinstance(target, ast.Name)
            and not generator.ifs
            and not isinstance(node.elt, ast.Tuple)
            and not may_touch(node.elt, self._evaluator.touches)
        )
        if isinstance(over, range) and alike:
            return self._computed(node, generator, np.arange(over.start, over.stop, over.step), scope)
        if len(over) > LONGEST:
            raise Refusal(f"a list of more than {LONGEST}")
        found = []
        for each in over:
            inner = Scope({}, scope)
            bind(self._evaluator, target, each, inner)
            tests = [self._evaluator.value(test, inner) for test in generator.ifs]
            if counted and tests and not any(isinstance(test, Unknown | Path) for test in tests):
                value = self._evaluator.value(node.elt, inner) if counted == "sum" else 1
                for test in tests:
                    value = (
                        symbolic.choose(test, value, 0)
                        if isinstance(test, Symbol)
                        else value
                        if is_true(test)
                        else 0
                    )
                found.append(value)
                continue
            if any(isinstance(test, Unknown | Path | Symbol) for test in tests):
                return Unknown(short(node), node)
            if all(is_true(test) for test in tests):
                found.append(self._evaluator.value(node.elt, inner))
        return found

    def dictionary(self, node: ast.DictComp, scope: Scope) -> Any:
        """``{key: value for …}``, where its keys are known."""
        pair = ast.copy_location(ast.Tuple([node.key, node.value], ast.Load()), node)
        found = self.value(ast.copy_location(ast.ListComp(pair, node.generators), node), scope)
        if not isinstance(found, list) or not all(isinstance(key, str | int | float) for key, _ in found):
            return Unknown(short(node), node)
        return self._evaluator.expressions.dictionary(dict(found), node)

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
            return (
                Table(self._evaluator.lanes.array(value)) if not isinstance(value, Unknown | Path) else value
            )
        except NotAlike:
            return Unknown(short(node), node)
        finally:
            self._evaluator.lanes = None
