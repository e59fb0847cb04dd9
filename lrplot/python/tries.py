"""Exceptions that are caught: followed where it is known that they come, else asked what hangs on them."""

import ast
import builtins
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import NotationError
from lrplot.python.comparing import alike
from lrplot.python.functions import bind
from lrplot.python.lanes import NotAlike
from lrplot.python.mutation import changed, may_touch
from lrplot.python.parameters import Path
from lrplot.python.syntax import Flow, asks_next, last_part, leaves, outside_lambdas, skips_the_turn
from lrplot.python.training import Event
from lrplot.python.values import Function, Scope, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.walk import Walk

_TELLING: Final = frozenset({"update", "step", "set", "scale", "map", "dampen", "clock"})
"""Kinds of events that a curve shows."""
_OF_VALUES: Final = frozenset(
    {"AssertionError", "ZeroDivisionError", "ArithmeticError", "IndexError", "KeyError", "LookupError"}
)
"""Exceptions that come of the values a text computes with, turn by turn, and of no accident."""
_OF_THE_USER: Final = frozenset({"KeyboardInterrupt", "SystemExit"})
"""Exceptions by which a training is ended."""


class Raised(Exception):  # noqa: N818 (a way out, which a frame of Tries always catches)
    """Python raises here, and a ``try`` that is being read catches it."""

    def __init__(self, names: Sequence[str], node: ast.AST) -> None:
        super().__init__(names[0])
        self.names = names
        self.node = node


@dataclass(slots=True, eq=False)
class _Frame:
    """A ``try`` that is being read."""

    statement: ast.Try
    depth: int
    """How many open conditions stand around it."""
    known: set[tuple[str, ...]] = field(default_factory=set)
    """The exceptions, by the names of their classes, of which it was known wherever they may come."""
    thrown: set[tuple[str, ...]] = field(default_factory=set)
    """Those that the text raises itself, where it was not known whether it does."""
    open: set[tuple[str, ...]] = field(default_factory=set)
    """The exceptions of which it was not."""

    def catching(self, names: Sequence[str]) -> ast.ExceptHandler | None:
        """The handler of an exception, by the names of its class and of those it derives from."""
        return next((each for each in self.statement.handlers if caught_by(each) & {*names}), None)

    def is_exact(self, handler: ast.ExceptHandler) -> bool:
        """True where it was known that the handler is not reached."""
        known, open_ = (any(self.catching(each) is handler for each in of) for of in (self.known, self.open))
        return known and not open_


class Tries:
    """Reads the ``try`` statements of one script."""

    def __init__(self, script: "Walk") -> None:
        self._script = script
        self._frames: list[_Frame] = []
        self._handled: list[Raised] = []

    def read(self, statement: ast.Try, scope: Scope) -> Flow:
        """Read a ``try`` to its end; the way it is left by."""
        try:
            flow = self._guarded(statement, scope)
        except Raised:
            self._script.block(statement.finalbody, scope)
            raise
        return self._script.block(statement.finalbody, scope) or flow

    def suppressing(self, statement: ast.With | ast.AsyncWith) -> ast.Try | None:
        """``with suppress(Error):`` as the ``try`` it stands for, None where it is another block."""
        item = statement.items[0]
        call = item.context_expr
        if len(statement.items) != 1 or not isinstance(call, ast.Call) or last_part(call.func) != "suppress":
            return None
        kind = ast.copy_location(ast.Tuple(list(call.args), ast.Load()), call)
        handler = ast.copy_location(ast.ExceptHandler(kind, None, [ast.Pass()]), call)
        written = ast.copy_location(ast.Try(statement.body, [handler], [], []), statement)
        return ast.fix_missing_locations(written)

    def managed(
        self,
        statement: ast.With | ast.AsyncWith,
        inside: Callable[[], Flow],
        swallows: Callable[[Sequence[str], ast.AST], bool],
    ) -> tuple[Flow, bool]:
        """Read a block whose object may end an exception there; how it is left, and whether one came."""
        catching = ast.ExceptHandler(ast.Name("BaseException", ast.Load()), None, [ast.Pass()])
        written = ast.copy_location(ast.Try(statement.body, [catching], [], []), statement)
        frame = _Frame(ast.fix_missing_locations(written), self._script.open_depth)
        if self._script.evaluator.lanes is not None and any(
            isinstance(node, ast.Raise) for part in statement.body for node in ast.walk(part)
        ):
            raise NotAlike
        self._frames.append(frame)
        try:
            flow = inside()
        except Raised as raised:
            self._frames.remove(frame)
            if swallows(raised.names, raised.node):
                return None, True
            if self._frame(raised.names) is not None:
                raise
            return "return", True
        finally:
            if frame in self._frames:
                self._frames.remove(frame)
        if frame.thrown:
            note = f"line {statement.lineno} may end its block early; drawn as if it never did"
            self._script.evaluator.notes[note] = None
        return flow, False

    # -- exceptions

    def throw(self, statement: ast.Raise, scope: Scope) -> None:
        """``raise``: on to the handler that catches it; without one the text ends."""
        names = self._names(statement.exc, scope)
        if not names:
            return
        frame = self._frame(names)
        if frame is None:
            return
        if self._is_certain(frame):
            raise Raised(names, statement)
        frame.open.add(tuple(names))
        frame.thrown.add(tuple(names))

    def happens(self, name: str, node: ast.AST, *, comes: bool | None) -> None:
        """An exception comes or not at a place; ``comes`` is None where that is not known."""
        frame = self._frame(lineage(name))
        if frame is None or self._script.evaluator.inside_function:
            return
        if comes and self._script.evaluator.lanes is not None:
            # Turn by turn it is known what the handler does.
            raise NotAlike
        if comes is None or not self._is_certain(frame):
            frame.open.add(tuple(lineage(name)))
            return
        frame.known.add(tuple(lineage(name)))
        if comes:
            raise Raised(lineage(name), node)

    def asks(self, node: ast.AST, *, found: bool | None) -> None:
        """An attribute is asked for: ``found`` is None where it is not known whether it is there.

        A handler of other exceptions too may be reached all the same.
        """
        frame = self._frame(lineage("AttributeError"))
        handler = None if frame is None else frame.catching(lineage("AttributeError"))
        if handler is not None and (found is False or caught_by(handler) == {"AttributeError"}):
            self.happens("AttributeError", node, comes=None if found is None else not found)

    def catches(self, name: str) -> bool:
        """True where a ``try`` around the place catches this exception."""
        return self._frame(lineage(name)) is not None

    def _frame(self, names: Sequence[str]) -> _Frame | None:
        return next((each for each in reversed(self._frames) if each.catching(names) is not None), None)

    def _is_certain(self, frame: _Frame) -> bool:
        return self._script.open_depth == frame.depth and self._script.evaluator.lanes is None

    def _names(self, raised: ast.expr | None, scope: Scope) -> Sequence[str]:
        if raised is None:
            return self._handled[-1].names if self._handled else ()
        kind = raised.func if isinstance(raised, ast.Call) else raised
        found = scope.find(kind.id) if isinstance(kind, ast.Name) else None
        if isinstance(found, UserClass):
            own = [each.node.name for each in found.lineage()]
            outside = [name for base in found.outside() for name in lineage(base.rpartition(".")[2])]
            return [*own, *(outside or lineage("Exception"))]
        if isinstance(found, Unknown) or not isinstance(kind, ast.Name | ast.Attribute):
            # An exception that was caught, and is raised again.
            return self._handled[-1].names if self._handled else ()
        return lineage(last_part(kind))

    # -- what is guarded, and what its handlers do

    def _guarded(self, statement: ast.Try, scope: Scope) -> Flow:
        script = self._script
        if not statement.handlers:
            return script.block([*statement.body, *statement.orelse], scope)
        frame = _Frame(statement, script.open_depth)
        then = script.training.mark()
        if script.evaluator.lanes is not None:
            if script.iterators.splits(statement, frame.catching(lineage("StopIteration")), scope):
                return None
            if _hangs_on_values(statement, script.touching):
                raise NotAlike
        self._frames.append(frame)
        try:
            flow = script.block(statement.body, scope)
        except Raised as raised:
            handler = frame.catching(raised.names)
            if handler is None:
                raise
            self._frames.remove(frame)
            return self._handle(handler, raised, scope)
        finally:
            if frame in self._frames:
                self._frames.remove(frame)
        frame.known |= {*self._written(statement, scope)}
        if flow is None:
            flow = script.block(statement.orelse, scope)
        happened = script.training.since(then)
        for handler in statement.handlers:
            self._not_taken(handler, frame, happened, scope)
        return flow

    def _written(self, statement: ast.Try, scope: Scope) -> Iterator[tuple[str, ...]]:
        """The exceptions that a guarded block raises itself, or a function of the text that it calls."""
        for part in statement.body:
            for node in outside_lambdas(part):
                if isinstance(node, ast.Raise):
                    yield tuple(self._names(node.exc, scope))
                called = (
                    scope.find(node.func.id)
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                    else None
                )
                if isinstance(called, Function):
                    for inner in ast.walk(called.node):
                        if isinstance(inner, ast.Raise):
                            yield tuple(self._names(inner.exc, called.scope))

    def _handle(self, handler: ast.ExceptHandler, raised: Raised, scope: Scope) -> Flow:
        """The handler of an exception that comes."""
        if handler.name is not None:
            self._script.evaluator.write(scope.names, handler.name, Unknown(handler.name, handler))
        self._handled.append(raised)
        try:
            return self._script.block(handler.body, scope)
        finally:
            self._handled.remove(raised)

    def _not_taken(
        self, handler: ast.ExceptHandler, frame: _Frame, happened: Sequence[Event], scope: Scope
    ) -> None:
        """A handler behind a block that was read to its end: what it changes is known only where it is."""
        script = self._script
        if not script.objects.looping and frame.is_exact(handler) and not _calls(frame.statement):
            script.coverage.pass_unread(handler.body)
            return
        if not script.objects.looping:
            kept = {name: scope.find(name) for name in self._imported_in(frame.statement)}
            script.forget(handler.body, scope)
            for name, value in kept.items():
                script.evaluator.write(scope.home(name).names, name, value)
            return
        if frame.is_exact(handler):
            script.coverage.pass_unread(handler.body)
            return
        does: list[Event] = []
        if any(map(script.evaluator.may_touch, handler.body)):
            does = self._judged_alone(handler, scope)
        telling = [event for event in does if _tells(event) or event.kind == "made"]
        kinds = {event.kind for event in happened}
        alone = not kinds & {"update", "epoch"} and bool(kinds & _TELLING)
        if (
            script.evaluator.counting is False
            and _runs_out(frame.statement, handler)
            and (alone or _skips(handler))
        ):
            raise self._refusal(handler, None)
        if skips_the_turn(handler.body) and any(frame.catching(each) is handler for each in frame.thrown):
            script.skipped.append((handler, None))
        skips = (
            alone
            and bool(caught_by(handler) & _OF_VALUES)
            and _hangs_on_values(frame.statement, script.touching)
        )
        if skips or (telling and not alike(telling, [event for event in happened if _tells(event)])):
            raise self._refusal(handler, telling[0].node if telling else None)
        updates = any(event.kind == "update" for event in happened)
        updates |= skips_the_turn(handler.body)
        if updates and not telling and not leaves(handler) and not caught_by(handler) <= _OF_THE_USER:
            note = f"line {handler.lineno} may skip an update; drawn as if it never did"
            script.evaluator.notes[note] = None
        for target in {ast.unparse(place): place for place, _ in changed(handler.body)}.values():
            self._forget(target, handler, scope)

    def _imported_in(self, statement: ast.Try) -> set[str]:
        """The names that a ``try`` imports from a framework that the text cannot do without."""
        imports = [each for each in statement.body if isinstance(each, ast.ImportFrom) and not each.level]
        roots = {each.module.partition(".")[0] for each in imports if each.module}
        needed = {
            (each.module or "").partition(".")[0]
            if isinstance(each, ast.ImportFrom)
            else each.names[0].name.partition(".")[0]
            for each in self._script.tree.body
            if isinstance(each, ast.Import | ast.ImportFrom)
        }
        registry = self._script.evaluator.registry
        known = {each for each in roots & needed if registry.home(f"{each}.x", imported=True)}
        return {
            alias.asname or alias.name
            for each in imports
            if each.module and each.module.partition(".")[0] in known
            for alias in each.names
        }

    def _judged_alone(self, handler: ast.ExceptHandler, scope: Scope) -> list[Event]:
        """What a handler would do, which is taken back."""
        script = self._script
        then, returned, breaks = script.training.mark(), len(script.returned), len(script.breaks or ())
        script.open_depth += 1
        try:
            with script.evaluator.journaled() as mark:
                script.block(handler.body, scope)
                script.evaluator.rewind(mark)
        except NotationError as error:
            raise self._refusal(handler, None) from error
        finally:
            script.open_depth -= 1
        does = script.training.since(then)
        script.training.undo(then)
        del script.returned[returned:]
        if script.breaks is not None:
            del script.breaks[breaks:]
        return does

    def _forget(self, target: ast.expr, handler: ast.ExceptHandler, scope: Scope) -> None:
        """What a handler changes is not known behind it."""
        script = self._script
        now = scope.find(target.id) if isinstance(target, ast.Name) else None
        at = target if isinstance(now, Unknown | Path) else handler
        bind(script.evaluator, target, Unknown(ast.unparse(target), at), scope)

    def _refusal(self, handler: ast.ExceptHandler, does: ast.AST | None) -> NotationError:
        if self._script.evaluator.lanes is not None:
            # Turn by turn it may be known.
            raise NotAlike
        where = f" (line {does.lineno})" if does is not None and hasattr(does, "lineno") else ""
        error = self._script.certainly(
            f"whether an exception is caught here changes what happens to the rate{where}, and that is not "
            "known; write what decides it as an 'if', or take the handler out",
            handler,
        )
        error.caught = True
        return error


def _tells(event: Event) -> bool:
    return event.kind in _TELLING or (event.kind == "epoch" and (event.surely or event.optimizer is not None))


def lineage(name: str) -> list[str]:
    """The names of a class of exceptions of Python's own and of those it derives from."""
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, BaseException):
        return [each.__name__ for each in kind.__mro__ if issubclass(each, BaseException)]
    return [name, "Exception", "BaseException"]


def caught_by(handler: ast.ExceptHandler) -> set[str]:
    """The names of the exceptions that a handler catches."""
    if handler.type is None:
        return {"BaseException"}
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {last_part(each) for each in kinds}


def _calls(statement: ast.Try) -> bool:
    """True where something is called in a guarded block, which may raise what is not known."""
    return any(isinstance(node, ast.Call) for part in statement.body for node in ast.walk(part))


def _hangs_on_values(statement: ast.Try, touches: Any) -> bool:
    """True where an exception that comes of values may skip what touches a rate, or handle it."""
    if not any(caught_by(each) & _OF_VALUES for each in statement.handlers):
        return False
    return any(may_touch(each, touches) for each in statement.body) and any(
        map(_may_raise, _before(statement, touches))
    )


def _runs_out(statement: ast.Try, handler: ast.ExceptHandler) -> bool:
    """True where a handler catches the end of an iterator that is asked for its next member."""
    if not caught_by(handler) & {"StopIteration", "BaseException", "Exception"}:
        return False
    return any(map(asks_next, statement.body))


def _skips(handler: ast.ExceptHandler) -> bool:
    """True where a handler goes on with the next turn, or ends the loop or the function."""
    return skips_the_turn(handler.body) or isinstance(handler.body[-1], ast.Break | ast.Return)


def _before(statement: ast.Try, touches: Any) -> Iterator[ast.stmt]:
    """The statements of a guarded block up to the last that touches a rate."""
    last = max(i for i, each in enumerate(statement.body) if may_touch(each, touches))
    yield from statement.body[: last + 1]


def _may_raise(statement: ast.stmt) -> bool:
    """True where the values of a text decide whether it raises: an assertion, a division, a lookup."""
    for node in outside_lambdas(statement):
        if isinstance(node, ast.Assert):
            return True
        divides = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod)
        if divides and not isinstance(node.right, ast.Constant):  # type: ignore[attr-defined]
            return True
        looks_up = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
        if looks_up and "param_groups" not in ast.unparse(node):
            return True
    return False
