"""``with`` blocks: what entering and leaving them does to updates and rates."""

import ast
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from lrplot.errors import NotationError
from lrplot.python import symbolic
from lrplot.python.builtins_ import is_true
from lrplot.python.functions import bind
from lrplot.python.parameters import Path
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import Flow, is_plain_place, short
from lrplot.python.training import Event
from lrplot.python.values import NOTHING, Generator, Instance, Made, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.walk import Walk


class WithBlocks:
    """Reads the ``with`` statements of one script."""

    def __init__(self, script: "Walk") -> None:
        self._script = script

    def read(self, statement: ast.With | ast.AsyncWith, scope: Scope) -> Flow:
        """Read a block and what entering and leaving it does; the way it is left by."""
        return self._inside(statement.items, statement, scope)

    def _inside(
        self, items: Sequence[ast.withitem], statement: ast.With | ast.AsyncWith, scope: Scope
    ) -> Flow:
        """Enter the first of what manages a block, read what is inside, and leave it."""
        if not items:
            return self._script.block(statement.body, scope)
        item, *rest = items
        leave = self._of_the_training(item.context_expr, scope)
        if leave is not None:
            try:
                return self._inside(rest, statement, scope)
            finally:
                leave()
        value = self._script.evaluator.value(item.context_expr, scope)
        if isinstance(value, Generator):
            return self._of_generator(value, item, rest, statement, scope)
        if isinstance(value, Instance) and value.of.method("__exit__") is not None:
            return self._of_own(value, item, rest, statement, scope)
        if item.optional_vars is not None:
            bind(self._script.evaluator, item.optional_vars, value, scope)
        return self._inside(rest, statement, scope)

    def _of_the_training(self, context: ast.expr, scope: Scope) -> Callable[[], None] | None:
        """What leaves a block that a wrapper or a warm-up manages; None where another does."""
        if not (
            isinstance(context, ast.Call)
            and isinstance(context.func, ast.Attribute)
            and is_plain_place(context.func)
        ):
            return None
        owner = self._script.evaluator.value(context.func.value, scope)
        wrapper = self._script.evaluator.registry.loop.wrapper
        if wrapper is not None and context.func.attr == wrapper.accumulates:
            return self._accumulating(wrapper.every, owner, context)
        if context.func.attr in self._script.evaluator.registry.loop.dampens and isinstance(owner, Made):
            event = Event("dampen", context, owner.optimizer, owner)
            self._script.objects.damped += 1
            return partial(self._undampened, event)
        return None

    def _of_generator(
        self,
        generator: Generator,
        item: ast.withitem,
        rest: Sequence[ast.withitem],
        statement: ast.With | ast.AsyncWith,
        scope: Scope,
    ) -> Flow:
        """A block that a generator of the text manages: it stands where that yields."""
        read: list[bool] = []

        def inside(value: Any) -> Flow:
            read.append(True)
            if item.optional_vars is not None:
                bind(self._script.evaluator, item.optional_vars, value, scope)
            flow = self._inside(rest, statement, scope)
            if flow is not None:
                left.append(flow)
            return None

        left: list[Flow] = []
        self._script.generators.each(generator, inside, leaves=False)
        if not read:
            raise self._script.certainly(
                f"{generator.node.name} does not come to its 'yield' here: what is inside is not read",
                item.context_expr,
            )
        return left[-1] if left else None

    def _of_own(
        self,
        owner: Instance,
        item: ast.withitem,
        rest: Sequence[ast.withitem],
        statement: ast.With | ast.AsyncWith,
        scope: Scope,
    ) -> Flow:
        """A block that an object of the text manages."""
        node = item.context_expr
        entered = self._asked(owner, "__enter__", (), node)
        if item.optional_vars is not None:
            bind(self._script.evaluator, item.optional_vars, entered, scope)
        leaving = owner.of.method("__exit__")
        assert leaving is not None  # noqa: S101 (the caller's condition)
        inside = partial(self._inside, rest, statement, scope)
        if not _may_swallow(leaving):
            flow: Flow = inside()
        else:
            swallows = partial(self._swallows, owner, node)
            flow, raised = self._script.tries.managed(statement, inside, swallows)
            if raised:
                return flow
        self._asked(owner, "__exit__", (NOTHING, NOTHING, NOTHING), node)
        return flow

    def _swallows(self, owner: Instance, node: ast.expr, names: Sequence[str], at: ast.AST) -> bool:
        """Whether leaving a block ends an exception there; how it is left is asked with its class."""
        kind = Path(names[0], at)
        found = self._asked(owner, "__exit__", (kind, Unknown("an exception", at), NOTHING), node)
        if isinstance(found, Unknown | Path | Symbol):
            raise self._script.certainly(
                f"whether {owner.of.node.name} ends an exception that comes here is not known", node
            )
        return is_true(found)

    def _asked(self, owner: Instance, name: str, given: Sequence[Any], node: ast.expr) -> Any:
        """What entering or leaving gives; unknown where it is not read and touches no rate."""
        evaluator = self._script.evaluator
        method = owner.of.method(name)
        if method is None:
            return NOTHING
        try:
            bound = evaluator.attributes.bound_method(owner, method, owner.of.where(name), node)
            return evaluator.apply(bound, given, {}, node)
        except NotationError as error:
            if error.certain or any(map(evaluator.may_touch, method.body)):
                error.certain = True
                raise
            return Unknown(short(node), node)

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


def _may_swallow(leaving: ast.FunctionDef) -> bool:
    """True where a method that leaves a block may end an exception: it gives something that may be true."""
    returned = (each.value for each in ast.walk(leaving) if isinstance(each, ast.Return))
    return any(
        value is not None and not (isinstance(value, ast.Constant) and not value.value) for value in returned
    )
