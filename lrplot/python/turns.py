"""The turns of a loop as one block: what a turn carries on is solved, then the body is read once for all."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import NotationError, OpenNameError
from lrplot.python import array_writes, symbolic
from lrplot.python.comparing import mentions_turn, objects_in, same
from lrplot.python.functions import bind
from lrplot.python.iterables import Turns
from lrplot.python.lanes import Lanes, NotAlike, carried, carries, placeholder
from lrplot.python.parameters import Path, Refusal
from lrplot.python.state import ABSENT, as_before, held_in
from lrplot.python.symbolic import Symbol
from lrplot.python.tables import Scalar
from lrplot.python.training import Block, Event
from lrplot.python.values import (
    Function,
    Group,
    Made,
    Method,
    Optimizer,
    RateOf,
    Scope,
    Unknown,
    UserClass,
)

if TYPE_CHECKING:
    from lrplot.python.walk import Walk

_PASSES: Final = 5
"""Passes over a body: what reads another's carried value comes a pass later; longer chains are not read."""


class Together:
    """Reads the turns of a loop as one."""

    def __init__(self, script: "Walk") -> None:
        self._script = script
        self._found: dict[ast.stmt, list[tuple[Any, Any]]] = {}
        """The containers and keys of each loop's cells when it was read last; None stands for its scope."""

    def together(
        self,
        statement: ast.For | ast.AsyncFor | ast.While,
        count: int | None,
        turns: Turns | None,
        scope: Scope,
        *,
        seeking: bool = False,
    ) -> bool | None:
        """Read a loop's turns as one; whether it ended in them, None where it must be followed by turns.

        ``seeking`` says that ``count`` is only how far its end is looked for.
        """
        with self._script.evaluator.journaled():
            return self._as_one(statement, count, turns, scope, seeking=seeking)

    def _as_one(
        self,
        statement: ast.For | ast.AsyncFor | ast.While,
        count: int | None,
        turns: Turns | None,
        scope: Scope,
        *,
        seeking: bool,
    ) -> bool | None:
        evaluator, training = self._script.evaluator, self._script.training
        mark, then = len(evaluator.journal), training.mark()
        notes, made = dict(evaluator.notes), len(evaluator.made)
        state = (
            len(self._script.returned),
            self._script.objects.test,
            self._script.breaks,
            self._script.depth,
            len(evaluator.optimizers),
        )
        self._unsolved = self._forgot = False
        try:
            cells, lost = self._cells(statement, count, turns, scope)
            lanes = Lanes(count)
            evaluator.lanes = lanes
            start = self._solved(cells, lanes)
            self._begin_lost(lost)
            for cell, value in start.items():
                evaluator.write(cells[cell].container, cell[1], value)
            block = training.begin(count or 0, stands_in=turns is not None and turns.stands_in)
            self._script.breaks = []
            self._turn(statement, turns, scope, count or 0)
            training.end()
            if count is None:
                return True
            kept = self._close(block, lanes, seeking=seeking)
            if not seeking or kept < count:
                self._after(mark, lanes, kept - 1)
        except (NotAlike, Refusal):
            evaluator.rewind(mark)
            training.end()
            training.undo(then)
            evaluator.notes.clear()
            evaluator.notes.update(notes)
            del evaluator.made[made:]
            del self._script.returned[state[0] :]
            return None
        except NotationError as error:
            evaluator.rewind(mark)
            training.end()
            training.undo(then)
            forgot = self._forgot or (evaluator.lanes is not None and evaluator.lanes.forgot)
            if self._unsolved or (forgot and isinstance(error, OpenNameError)):
                # What is carried on in no simple way may still be followed turn by turn.
                evaluator.notes.clear()
                evaluator.notes.update(notes)
                del evaluator.made[made:]
                del self._script.returned[state[0] :]
                return None
            raise
        finally:
            evaluator.lanes = None
            self._script.objects.test, self._script.breaks, self._script.depth = state[1:4]
        ended = kept < count
        if seeking:
            if not ended:
                # The way out lies farther on, or nowhere.
                evaluator.rewind(mark)
                training.undo(then)
                return False
            return True
        return True

    def _turn(
        self, statement: ast.For | ast.AsyncFor | ast.While, turns: Turns | None, scope: Scope, count: int
    ) -> None:
        """The body once, for all turns."""
        self._script.objects.turn, mark = (symbolic.STEP, count), len(self._script.evaluator.journal)
        if isinstance(statement, ast.While):
            test = self._script.conditions.test(statement.test, scope)
            if isinstance(test, Unknown | Path) or test is False:
                raise NotAlike
            if isinstance(test, Symbol) and self._script.breaks is not None:
                self._script.breaks.append(symbolic.invert(test))
                self._left_before = True
                self._script.objects.test = test
        elif turns is not None:
            bind(self._script.evaluator, statement.target, turns.item(symbolic.STEP), scope)
        self._script.objects.add(Event("turn", statement, loop=statement))
        flow = self._script.block(statement.body, scope)
        self._script.objects.add(Event("turned", statement, loop=statement))
        if turns is not None and self._changes(turns.lists, mark):
            raise NotAlike
        if flow in {"return", "break"} or statement.orelse:
            raise NotAlike

    def _changes(self, lists: Sequence[list[Any]], mark: int) -> bool:
        """True where the turn, which the journal tells from its mark on, changes a list it goes over."""
        evaluator = self._script.evaluator
        written = {id(container) for container, _, _ in evaluator.journal[mark:]} if lists else set()
        return any(id(each) in evaluator.clouded or id(each) in written for each in lists)

    _left_before = False
    _unsolved = False
    _forgot = False

    def _close(self, block: Block, lanes: Lanes, *, seeking: bool) -> int:
        """Work out when each event of a block happens and what it sets; how many turns there are.

        Where the end is sought and not among the turns, nothing is: they are tried again with more.
        """
        count = block.turns
        before = self._left_before
        self._left_before = False
        breaks = self._script.breaks or []
        for i, test in enumerate(breaks):
            at_top = before and i == 0
            hit = lanes.array(True if test is None else test) != 0
            if hit.any():
                first = int(hit.argmax())
                count = min(count, first if at_top else first + 1)
        if count == 0:
            raise NotAlike
        if seeking and count == block.turns:
            return count
        remade = self._script.objects.remade
        if any(event.kind == "made" and id(event.optimizer) not in remade for event in block.events):
            # Each turn builds a scheduler of its own, on the rate that it finds.
            raise NotAlike
        block.turns = count
        block.events[:] = [closed(event, lanes, count) for event in block.events]
        return count

    def _cells(
        self,
        statement: ast.For | ast.AsyncFor | ast.While,
        count: int | None,
        turns: Turns | None,
        scope: Scope,
    ) -> "tuple[dict[tuple[int, Any], _Cell], dict[tuple[int, Any], Any]]":
        """Cells that the body writes and the next turn may read, with what it makes of them.

        Beside the numbers, whose course is solved, what else is not the same at the next turn's beginning: a
        name of a text, of a list; a container that grows. By its place, with the container.
        """
        evaluator, training = self._script.evaluator, self._script.training
        cells: dict[tuple[int, Any], _Cell] = self._cells_before(statement, scope)
        lost: dict[tuple[int, Any], Any] = {}
        for _ in range(_PASSES):
            mark, then = len(evaluator.journal), training.mark()
            evaluator.lanes = lanes = Lanes(count, probing=True)
            self._script.breaks = []
            for cell in cells.values():
                evaluator.write(cell.container, cell.key, cell.symbol)
            self._begin_lost(lost)
            training.begin(count or 0)
            try:
                self._turn(statement, turns, scope, count or 0)
            finally:
                training.end()
                self._left_before = False
            grown = False
            own = {id(each) for each in lanes.own}
            met: set[tuple[int, Any]] = set()
            for container, key, old in evaluator.journal[mark:]:
                place = (id(container), key)
                _check_called(old, held_in(container, key))
                if isinstance(old, Scalar) and array_writes.is_rate(evaluator, old):
                    raise NotAlike
                if place in cells or place in lost or place in met or id(container) in own:
                    continue
                # What is bound a second time in a turn was bound by the turn itself.
                met.add(place)
                if isinstance(old, int | float):
                    cells[place] = _Cell(container, key, old, placeholder(len(cells)))
                    grown = True
                elif container is evaluator.clouded and key in own:
                    continue
                elif old is ABSENT and id(container) in lanes.grown:
                    if (id(evaluator.clouded), id(container)) not in lost:
                        lost[id(evaluator.clouded), id(container)] = container
                        grown = True
                elif _is_other(old, held_in(container, key), forgotten=container is evaluator.clouded):
                    lost[place] = evaluator.kept(key) if container is evaluator.clouded else container
                    grown = True
            for cell in cells.values():
                cell.after = held_in(cell.container, cell.key)
            evaluator.rewind(mark)
            training.undo(then)
            self._forgot = bool(lost)
            if not grown:
                self._found[statement] = [
                    (None if cell.container is scope.names else cell.container, cell.key)
                    for cell in cells.values()
                ]
                return cells, lost
        raise NotAlike

    def _cells_before(self, statement: ast.stmt, scope: Scope) -> "dict[tuple[int, Any], _Cell]":
        """The cells that this loop had when it was read before, in an outer loop's last turn."""
        cells: dict[tuple[int, Any], _Cell] = {}
        for held, key in self._found.get(statement, ()):
            container = scope.names if held is None else held
            first = held_in(container, key)
            if isinstance(first, int | float):
                cells[id(container), key] = _Cell(container, key, first, placeholder(len(cells)))
        return cells

    def _begin_lost(self, lost: Mapping[tuple[int, Any], Any]) -> None:
        """Forget, at the beginning of a turn, what the turns before it have changed."""
        evaluator = self._script.evaluator
        for (place, key), container in lost.items():
            if place == id(evaluator.clouded):
                evaluator.cloud(container, evaluator.source.tree)
            else:
                evaluator.write(
                    container, key, Unknown(str(key), evaluator.source.tree, changed=True, varies=True)
                )

    def _solved(self, cells: "Mapping[tuple[int, Any], _Cell]", lanes: Lanes) -> dict[tuple[int, Any], Any]:
        """Each carried value at the beginning of a turn, the simple ones first."""
        found: dict[str, Any] = {}
        solved: dict[tuple[int, Any], Any] = {}
        waiting = dict(cells)
        while waiting:
            before = len(waiting)
            for key, cell in list(waiting.items()):
                after = _substituted(cell.after, found, keep=cell.name)
                try:
                    if isinstance(after, int | float | Symbol):
                        solved[key] = carried(cell.name, cell.first, after, lanes)
                    else:
                        # What is not known after a turn is not known before the next.
                        caught = isinstance(after, Unknown) and isinstance(after.node, ast.ExceptHandler)
                        solved[key] = (
                            after
                            if caught
                            else Unknown(str(cell.key), self._script.evaluator.source.tree, varies=True)
                        )
                        self._unsolved = True
                except NotAlike:
                    continue
                found[cell.name] = solved[key]
                del waiting[key]
            if len(waiting) == before:
                self._unsolved = True
                for key, cell in waiting.items():
                    solved[key] = Unknown(str(cell.key), self._script.evaluator.source.tree, varies=True)
                break
        return solved

    def _after(self, mark: int, lanes: Lanes, last: int) -> None:
        """After the loop a value is what the last turn made of it."""
        for container, key, _ in list(self._script.evaluator.journal[mark:]):
            value = held_in(container, key)
            if isinstance(value, Symbol) and self._script.objects.hangs_on_rates(value):
                # It is known while the turns are followed one by one, and asked for again.
                self._script.evaluator.write(
                    container, key, Unknown(str(key), self._script.evaluator.source.tree)
                )
            elif isinstance(value, Symbol):
                if carries(value):
                    raise NotAlike
                number = lanes.at(value, last) if not value.power else None
                new: Any = Unknown(str(key), self._script.evaluator.source.tree)
                if number is not None:
                    new = int(number) if number.is_integer() else number
                self._script.evaluator.write(container, key, new)
            elif isinstance(value, symbolic.Inner | symbolic.Choice | symbolic.Running) or (
                isinstance(value, list | tuple | dict) and mentions_turn(value)
            ):
                self._script.evaluator.write(
                    container, key, Unknown(str(key), self._script.evaluator.source.tree)
                )


@dataclass(slots=True)
class _Cell:
    """Something a loop's body writes: a name of a scope, an attribute of an object."""

    container: Any
    key: Any
    first: float
    symbol: Symbol
    after: Any = None

    @property
    def name(self) -> str:
        """The placeholder's name."""
        assert isinstance(self.symbol.node, ast.Name)  # noqa: S101 (made by placeholder)
        return self.symbol.node.id


def _is_other(old: Any, new: Any, *, forgotten: bool) -> bool:
    """True where what a turn leaves is not what it found, and the next turn finds that.

    Raises
    ------
    NotAlike
        When it is the training's own: a scheduler, an optimizer.
    """
    if old is ABSENT:
        return forgotten
    if isinstance(old, Unknown | Path | Symbol) or as_before(old, new) or same(old, new):
        return False
    if isinstance(old, Function) and isinstance(new, Function):
        return old.node is not new.node
    if isinstance(old, Made | Optimizer | Method | Group | RateOf) or objects_in(old):
        raise NotAlike
    return True


def closed(event: Event, lanes: Lanes, count: int) -> Event:
    """An event with its turns and values worked out."""
    if event.kind == "map":
        raise NotAlike
    mask = None if event.test is None else (lanes.array(event.test) != 0)[:count]
    value: Any = None
    if event.formula is not None:
        value = _values(event.formula, lanes)[:count]
    return replace(event, mask=mask, value=value)


def _values(formula: Any, lanes: Lanes) -> Any:
    if isinstance(formula, symbolic.Inner | symbolic.Choice | symbolic.Running):
        assert lanes.count is not None  # noqa: S101 (a block has so many turns)
        return symbolic.schedule_of(formula).table(lanes.count)
    return lanes.array(formula)


def _substituted(value: Any, found: Mapping[str, Any], keep: str) -> Any:
    """A symbol with solved placeholders put in."""
    if not isinstance(value, Symbol):
        return value

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            new = found.get(node.id) if node.id != keep else None
            if isinstance(new, int | float | Symbol):
                return symbolic.symbol(new).node
            return node

    tree = ast.parse(ast.unparse(value.node), mode="eval").body
    return Symbol(Put().visit(tree), value.power, value.size)


def _check_called(old: Any, new: Any) -> None:
    """What a name calls must be the same in each turn."""
    if isinstance(old, Function) and new is not old:
        if not (isinstance(new, Function) and new.node is old.node):
            raise NotAlike
    elif isinstance(old, UserClass | Method) and new is not old:
        raise NotAlike
