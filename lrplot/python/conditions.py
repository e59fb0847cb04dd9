"""Conditions: known, on the turn of a loop, or open; and what each of their ways does."""

import ast
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lrplot.errors import NotationError, OpenNameError
from lrplot.python import symbolic
from lrplot.python.calls_elsewhere import is_loss_scaler
from lrplot.python.comparing import alike, is_plain_data, objects_in, openable, same
from lrplot.python.lanes import NotAlike
from lrplot.python.parameters import Path, Refusal
from lrplot.python.scheduler_fields import varying
from lrplot.python.state import ABSENT, held_in
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import Flow, asks_for_options, has_flow, is_main, last_part, short
from lrplot.python.training import Event
from lrplot.python.values import (
    Cursor,
    Function,
    Instance,
    Method,
    Nothing,
    Scope,
    Unknown,
    UserClass,
    is_left_out,
)

if TYPE_CHECKING:
    from lrplot.python.walk import Walk


class Conditions:
    """Reads the ways of a condition of one script."""

    def __init__(self, script: "Walk") -> None:
        self._script = script

    def test(self, node: ast.expr, scope: Scope) -> Any:
        """The value of a condition: True, False, an expression of the turn, or open."""
        if is_main(node):
            return True
        try:
            value = self._script.evaluator.value(node, scope)
        except NotationError as error:
            if error.certain:
                raise
            evaluator = self._script.evaluator
            if evaluator.counting and evaluator.lanes is not None:
                # Counted through many turns of an inner loop it is too long an expression.
                raise NotAlike from error
            return Unknown(short(node), node)
        if is_left_out(value):
            return False
        if is_loss_scaler(value):
            return True
        if isinstance(value, Unknown | Path):
            return value
        if self._script.objects.hangs_on_rates(value):
            truth = self._script.objects.moments.truth(value)
            return varying(self._script.evaluator, node) if truth is None else truth
        if isinstance(value, Symbol):
            return (
                Unknown(short(node), node) if value.power or self._script.evaluator.lanes is None else value
            )
        if isinstance(value, Instance):
            return self._held(value, node)
        return not isinstance(value, Nothing) and (bool(value) if is_plain_data(value) else True)

    def _held(self, value: Instance, node: ast.expr) -> Any:
        """The truth of an object of the text: what its class says of it."""
        asked = next((name for name in ("__bool__", "__len__") if value.of.method(name) is not None), None)
        if asked is None:
            return True
        evaluator = self._script.evaluator
        call = ast.copy_location(ast.Attribute(node, asked, ast.Load()), node)
        found = evaluator.apply(evaluator.attributes.of(value, call), [], {}, node)
        if isinstance(found, Symbol):
            return found if evaluator.lanes is not None and not found.power else Unknown(short(node), node)
        return found if isinstance(found, Unknown | Path) else bool(found)

    def known(self, statement: ast.If, test: Any, scope: Scope) -> Flow:
        """The way of a condition that is known, or both where it is open."""
        if test is True and asks_for_options(statement):
            test = False
        if isinstance(test, bool):
            self._script.coverage.pass_by(statement.orelse if test else statement.body)
            return self._script.block(statement.body if test else statement.orelse, scope)
        if (
            isinstance(test, Unknown)
            and test.changed
            and self._script.evaluator.lanes is not None
            and has_flow(statement)
        ):
            # Followed one by one, whether a turn is left here may be known.
            raise NotAlike
        return self.branches([statement.body, statement.orelse], scope, test, statement)

    def ways(self, test: Symbol, yes: Sequence[ast.stmt], no: Sequence[ast.stmt], scope: Scope) -> Flow:
        """Both ways of a condition on the turn, each under it; what they bind becomes a choice."""
        with self._script.evaluator.journaled():
            return self._both_ways(test, yes, no, scope)

    def _both_ways(self, test: Symbol, yes: Sequence[ast.stmt], no: Sequence[ast.stmt], scope: Scope) -> Flow:
        outer = self._script.objects.test
        journal = self._script.evaluator.journal
        ways: list[tuple[Symbol, Sequence[ast.stmt]]] = [(test, yes), (symbolic.invert(test), no)]
        written: list[dict[tuple[int, Any], tuple[Any, Any]]] = []
        before: dict[tuple[int, Any], Any] = {}
        returned = len(self._script.returned)
        flows: list[Flow] = []
        for condition, body in ways:
            self._script.objects.test = (
                condition if outer is None else symbolic.either(ast.And(), [outer, condition])
            )
            mark = len(journal)
            try:
                flows.append(self._script.block(body, scope))
            finally:
                self._script.objects.test = outer
            cells: dict[tuple[int, Any], tuple[Any, Any]] = {}
            for container, key, old in journal[mark:]:
                before.setdefault((id(container), key), old)
                cells[id(container), key] = (container, held_in(container, key))
            self._script.evaluator.rewind(mark)
            written.append(cells)
        for cell in {**written[0], **written[1]}:
            container, key = (written[0].get(cell) or written[1][cell])[0], cell[1]
            a = written[0].get(cell, (None, before[cell]))[1]
            b = written[1].get(cell, (None, before[cell]))[1]
            self._script.evaluator.write(container, key, self._chosen(test, a, b, key))
        if "return" in flows:
            values = self._script.returned[returned:]
            del self._script.returned[returned:]
            if flows == ["return", "return"] and len(values) == 2:
                self._script.returned.append(self._chosen(test, values[0], values[1], "return"))
                return "return"
            raise NotAlike
        return None if None in flows else "continue"

    def _chosen(self, test: Symbol, a: Any, b: Any, key: Any) -> Any:
        if a is b or (isinstance(a, Symbol) and isinstance(b, Symbol) and same(a, b)):
            return a
        if any(isinstance(each, Function | UserClass | Method) for each in (a, b)):
            # What a name calls is one thing in some turns and another in others.
            raise NotAlike
        if a is ABSENT or b is ABSENT:
            return b if a is ABSENT else a
        if isinstance(a, Unknown | Path) or isinstance(b, Unknown | Path):
            return a if isinstance(a, Unknown | Path) else b
        if objects_in(a) or objects_in(b) or isinstance(a, Cursor) or isinstance(b, Cursor):
            raise NotAlike
        try:
            return symbolic.choose(test, a, b)
        except Refusal:
            if same(a, b):
                return a
            if all(isinstance(value, int | float | Symbol) for value in (a, b)):
                raise NotAlike from None
            return Unknown(str(key), self._script.evaluator.source.tree)

    def branches(
        self,
        ways: Sequence[Sequence[ast.stmt]],
        scope: Scope,
        test: Unknown | Path | None,
        statement: ast.stmt | None = None,
    ) -> Flow:
        """Ways of which one is taken, and it is not known which: what they disagree on is unknown."""
        with self._script.evaluator.journaled():
            return self._either_way(ways, scope, test, statement)

    def _either_way(
        self,
        ways: Sequence[Sequence[ast.stmt]],
        scope: Scope,
        test: Unknown | Path | None,
        statement: ast.stmt | None,
    ) -> Flow:
        evaluator, training = self._script.evaluator, self._script.training
        seen: list[dict[tuple[int, Any], tuple[Any, Any]]] = []
        before: dict[tuple[int, Any], Any] = {}
        happened: list[list[Event]] = []
        flows: list[Flow] = []
        raises: list[bool] = []
        for way in ways:
            mark, then = len(evaluator.journal), training.mark()
            left, returned = len(self._script.breaks or ()), len(self._script.returned)
            try:
                with self._open(test):
                    flows.append(self._script.block(way, scope))
            except OpenNameError as error:
                # Which way is taken is asked for first: what another asks for may not be needed.
                if (
                    test is None
                    or not isinstance(statement, ast.If)
                    or not _makes(way, evaluator.registry.names)
                ):
                    raise
                raise self._first(test, statement.test, error) from None
            if flows[-1] in {"break", "return"} and test is not None and isinstance(statement, ast.If):
                self._script.open_ways_out[id(statement)] = openable(test, statement.test)
            ends = flows[-1] == "return" and len(self._script.returned) == returned
            raises.append(ends)
            if flows[-1] is not None and self._script.breaks is not None:
                # It is taken not to leave: see below.
                del self._script.breaks[left:]
            cells = {}
            for container, key, old in evaluator.journal[mark:]:
                before.setdefault((id(container), key), old)
                cells[id(container), key] = (container, held_in(container, key))
            evaluator.rewind(mark)
            seen.append(cells)
            happened.append(training.since(then))
            training.undo(then)
        # A way that leaves the function or the loop is not the one that trains on.
        staying = [i for i, flow in enumerate(flows) if flow is None]
        for flow, events, ends in zip(flows, happened, raises, strict=True) if staying else ():
            if flow in {"break", "return"} and not ends:
                self._script.ways_out.may_leave(statement, test, flow, events)
        self._settle(happened, staying, test, statement)
        for cell in {key: None for cells in seen for key in cells}:
            container = next(cells[cell][0] for cells in seen if cell in cells)
            values = [cells[cell][1] if cell in cells else before[cell] for cells in seen]
            values = [values[i] for i in staying] or values
            if container is evaluator.clouded:
                # What one way has made of it is not known, whichever it was.
                forgotten = next((value for value in values if value is not ABSENT), None)
                if forgotten is not None:
                    evaluator.write(container, cell[1], replace(forgotten, because=test))
                continue
            agreed = all(same(value, values[0]) for value in values)
            at = (statement or ways[0][0]) if ways[0] or statement else self._script.evaluator.source.tree
            new = (
                values[0]
                if agreed
                else Unknown(
                    str(cell[1]),
                    at,
                    because=test,
                    holds=tuple(made for value in values for made in objects_in(value)),
                )
            )
            evaluator.write(container, cell[1], new)
        return flows[0] if flows and not staying and all(flow == flows[0] for flow in flows) else None

    @contextmanager
    def _open(self, test: Unknown | Path | None) -> Iterator[None]:
        """While a way is read of which it is not known whether it is taken."""
        outer = self._script.open_condition
        self._script.open_condition = outer if test is None else test
        self._script.open_depth += 1
        try:
            yield
        finally:
            self._script.open_condition = outer
            self._script.open_depth -= 1

    def _first(self, test: Unknown | Path, at: ast.expr, error: OpenNameError) -> NotationError:
        """The error that asks for a condition before what is made behind it asks for more."""
        word = test if isinstance(at, ast.Compare) else openable(test, at)
        first = self._script.evaluator.not_known(word, "and what is made behind it depends on it")
        first.certain = error.certain
        return first

    def _settle(
        self,
        happened: Sequence[list[Event]],
        staying: Sequence[int],
        test: Unknown | Path | None,
        statement: ast.stmt | None,
    ) -> None:
        """Read both ways of an open condition; a rate that is touched one way only is refused."""
        for event in (event for way in happened for event in way if event.kind == "made"):
            self._script.training.add(event)
        happened = [[event for event in way if event.kind != "made"] for way in happened]
        ways = [happened[i] for i in staying] or list(happened)
        if all(alike(way, ways[0]) for way in ways):
            for event in ways[0]:
                self._script.training.add(event)
            return
        telling = [
            [event for event in way if event.kind not in {"epoch", "turn", "turned", "loader", "repeat"}]
            for way in ways
        ]
        if not any(telling):
            for event in max(ways, key=len):
                self._script.training.add(event)
            return
        if all(alike(way, telling[0]) for way in telling):
            for event in telling[0]:
                self._script.training.add(event)
            return
        at: ast.AST = self._script.evaluator.source.tree
        if isinstance(statement, ast.If):
            at = statement.test
        elif isinstance(statement, ast.Match):
            at = statement.subject
        if test is None:
            raise self._script.evaluator.source.refuse("which of these ways is taken is not known", at)
        touched = next(event for way in telling for event in way)
        what = {"update": "the optimizer's step", "set": "a rate", "scale": "a rate"}.get(
            touched.kind, "the scheduler's step"
        )
        raise self._script.evaluator.not_known(
            openable(test, at), f"and {what} (line {getattr(touched.node, 'lineno', '?')}) depends on it"
        )


def _makes(way: Sequence[ast.stmt], known: Container[str]) -> bool:
    """True where a schedule or an optimizer is made in a way itself."""
    return any(
        isinstance(node, ast.Call) and last_part(node.func) in known
        for each in way
        for node in ast.walk(each)
    )
