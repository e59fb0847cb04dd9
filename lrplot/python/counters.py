"""What a loop that is passed over counts on: so many turns, each of which adds the same number."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lrplot.errors import NotationError
from lrplot.python.functions import loaded
from lrplot.python.iterables import turns_of
from lrplot.python.mutation import changed
from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Path
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import is_bound, is_plain_place, last_part, leaves_the_turn
from lrplot.python.values import Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.walk import Walk


@dataclass(slots=True)
class Counter:
    """A name, or another place, to which a loop adds whole numbers and does nothing else."""

    target: ast.expr
    value: Any
    """What it holds behind the loop."""


def counters(
    statement: ast.For | ast.AsyncFor, count: int | None, what: str, scope: Scope, script: "Walk"
) -> list[Counter]:
    """The counters of a loop of ``count`` turns, where it is not known of as many as ``what`` says."""
    evaluator = script.evaluator
    if statement.orelse or any(map(leaves_the_turn, statement.body)):
        return []
    places = [ast.unparse(place) for place, _ in changed([statement])]
    added = list(_added(statement.body, [count], statement, scope, script))
    found = []
    for text in dict.fromkeys(ast.unparse(each.target) for each, _ in added):
        own = [(each, times) for each, times in added if ast.unparse(each.target) == text]
        target = own[0][0].target
        # Each stands among what is changed twice: as bound anew, and as changed inside.
        alone = places.count(text) == 2 * len(own)
        if not alone or isinstance(target, ast.Subscript) or not is_plain_place(target):
            continue
        if _changed_elsewhere(target, statement, script):
            continue
        total: Any = evaluator.value(loaded(target), scope)
        for each, times in own:
            total = _plus(total, each, times, places, what, scope, script)
        if total is not None:
            found.append(Counter(target, total))
    return found


def _added(
    statements: Sequence[ast.stmt], times: list[int | None], loop: ast.stmt, scope: Scope, script: "Walk"
) -> Iterator[tuple[ast.AugAssign, list[int | None]]]:
    """The sums that every turn makes, and how often: the turns of the loops around them."""
    for each in statements:
        if isinstance(each, ast.AugAssign) and isinstance(each.op, ast.Add | ast.Sub):
            yield each, times
        elif isinstance(each, ast.With):
            yield from _added(each.body, times, loop, scope, script)
        elif isinstance(each, ast.For) and not each.orelse and _is_fixed(each.iter, loop):
            if any(leaves_the_turn(inner) for inner in each.body):
                continue
            try:
                count = turns_of(each.iter, scope, script.evaluator, script.lengths).count
            except NotationError:
                count = None
            if count is not None:
                yield from _added(each.body, [*times, count], loop, scope, script)


def _plus(
    total: Any,
    each: ast.AugAssign,
    times: Sequence[int | None],
    places: Sequence[str],
    what: str,
    scope: Scope,
    script: "Walk",
) -> Any:
    """A counter's value and what so many turns add to it; None where that is not the same number in each."""
    read = {node.id for node in ast.walk(each.value) if isinstance(node, ast.Name)}
    if total is None or read & {place.partition(".")[0].partition("[")[0] for place in places}:
        return None
    try:
        more = script.evaluator.value(each.value, scope)
    except NotationError:
        return None
    if not all(_is_whole(number) or isinstance(number, Symbol) for number in (total, more)):
        return next((v for v in (total, more) if isinstance(v, Unknown | Path)), None)
    turns = 1
    for number in times:
        if number is None:
            return Unknown(what, each)
        turns *= number
    names = Scope({"held": total, "more": more, "turns": turns}, scope)
    sign = "+" if isinstance(each.op, ast.Add) else "-"
    sum_ = ast.parse(f"held {sign} turns * more", mode="eval").body
    for node in ast.walk(sum_):
        ast.copy_location(node, each)
    return script.evaluator.value(sum_, names)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_fixed(node: ast.expr, loop: ast.stmt) -> bool:
    """True where no turn of a loop changes what an expression is made of."""
    bound = {each.id for each in ast.walk(loop) if is_bound(each)}
    return not any(isinstance(each, ast.Name) and each.id in bound for each in ast.walk(node))


def _changed_elsewhere(target: ast.expr, loop: ast.stmt, script: "Walk") -> bool:
    """True where a function of the text that the loop calls, or one that this calls, might change it too."""
    functions = [node for node in nodes_of(script.tree) if isinstance(node, ast.FunctionDef)]
    called = {last_part(node.func) for node in ast.walk(loop) if isinstance(node, ast.Call)}
    if not called & {each.name for each in functions}:
        return False
    name = last_part(target)
    for function in functions:
        nodes = list(ast.walk(function))
        elsewhere = function.name != "__init__" and not any(node is loop for node in nodes)
        if elsewhere and any(_may_bind(node, name) for node in nodes):
            return True
    return False


def _may_bind(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Global | ast.Nonlocal):
        return name in node.names
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr == name
