"""``with`` blocks: what entering and leaving them does to updates and rates."""

import ast
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from lrplot.python import symbolic
from lrplot.python.functions import bind
from lrplot.python.parameters import Path
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import Flow, is_plain_place
from lrplot.python.training import Event
from lrplot.python.values import Instance, Made, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.walk import Walk


class WithBlocks:
    """Reads the ``with`` statements of one script."""

    def __init__(self, script: "Walk") -> None:
        self._script = script

    def read(self, statement: ast.With | ast.AsyncWith, scope: Scope) -> Flow:
        """Read a block and what entering and leaving it does; the way it is left by."""
        leaving: list[Callable[[], None]] = []
        for item in statement.items:
            context = item.context_expr
            if (
                isinstance(context, ast.Call)
                and isinstance(context.func, ast.Attribute)
                and is_plain_place(context.func)
            ):
                owner = self._script.evaluator.value(context.func.value, scope)
                wrapper = self._script.evaluator.registry.loop.wrapper
                if wrapper is not None and context.func.attr == wrapper.accumulates:
                    leaving.append(self._accumulating(wrapper.every, owner, context))
                    continue
                if context.func.attr in self._script.evaluator.registry.loop.dampens and isinstance(
                    owner, Made
                ):
                    event = Event("dampen", context, owner.optimizer, owner)
                    self._script.objects.damped += 1
                    leaving.append(partial(self._undampened, event))
                    continue
            value = self._script.evaluator.value(context, scope)
            ways = (
                [value.of.method(each) for each in ("__enter__", "__exit__")]
                if isinstance(value, Instance)
                else []
            )
            inside = [statement for way in ways if way is not None for statement in way.body]
            if any(map(self._script.evaluator.may_touch, inside)):
                raise self._script.certainly(
                    "what entering and leaving this block steps is not followed", context
                )
            if item.optional_vars is not None:
                bind(self._script.evaluator, item.optional_vars, value, scope)
        try:
            return self._script.block(statement.body, scope)
        finally:
            for leave in leaving:
                leave()

    def _undampened(self, event: Event) -> None:
        """A ``with warmup.dampening():`` is left: the factor of the next step is put on the rate."""
        self._script.objects.damped -= 1
        self._script.objects.add(event)

    def _accumulating(self, parameter: str, owner: Any, node: ast.Call) -> Callable[[], None]:
        """A wrapper's ``with``: what it prepared steps every so many batches, and at the last."""
        every = owner.named.get(parameter, 1) if isinstance(owner, Unknown) else None
        if every is None:
            every = Unknown(f"{ast.unparse(node.func.value)}.{parameter}", node)  # type: ignore[attr-defined]
        if isinstance(every, Unknown | Path):
            raise self._script.evaluator.not_known(every)
        turn, count = self._script.objects.turn
        before = self._script.objects.sync
        if isinstance(every, int) and every > 1:
            place = symbolic.combine(ast.Add(), turn, 1) if isinstance(turn, Symbol) else turn + 1
            if isinstance(place, Symbol):
                regular = symbolic.compare([ast.Eq()], [symbolic.combine(ast.Mod(), place, every), 0])
                last = symbolic.compare([ast.Eq()], [place, count])
                self._script.objects.sync = symbolic.either(ast.Or(), [regular, last])
            else:
                self._script.objects.sync = place % every == 0 or place == count

        def leave() -> None:
            self._script.objects.sync = before

        return leave
