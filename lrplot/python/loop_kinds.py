"""Of what kind a loop is: it begins an epoch, goes over parameter groups, changes what it asks."""

import ast
from collections.abc import Sequence
from typing import Any

from lrplot.python.iterables import Turns
from lrplot.python.lanes import NotAlike
from lrplot.python.mutation import changed, root_of
from lrplot.python.parameters import Refusal
from lrplot.python.syntax import counts_epochs, short
from lrplot.python.tables import Table
from lrplot.python.values import Group, Scope


def is_filled(place: ast.expr, scope: Scope) -> bool:
    """True for a place that is changed inside; a number to which one is added is not."""
    if not isinstance(place, ast.Name) or isinstance(place.ctx, ast.Load):
        return True
    return isinstance(scope.find(place.id), list | dict | Table)


def begins_an_epoch(
    statement: ast.AST, around: Sequence[tuple[ast.AST, bool]], *, batches: bool = False
) -> bool:
    """True where an epoch begins with a loop: it goes over the batches, and stands in no other that does.

    ``around`` are the loops outside it, the outermost first, and whether each goes over what is not known, as
    over a loader. Where none does, the loop over batches is the one inside that which counts epochs, else the
    one inside the outermost: what turns inside it repeats a batch.
    """
    if not around:
        return batches
    if any(over for _, over in around[1:]):
        return False
    if batches:
        return True
    if around[0][1]:
        return False
    counting = [i for i, (each, _) in enumerate(around) if counts_epochs(each)]
    return counting[-1] == len(around) - 1 if counting else len(around) == 1 or counts_epochs(statement)


def may_change(statement: ast.While) -> bool:
    """True where a turn changes what a ``while`` asks: it sets a name in it, or more than names is asked."""
    asked = list(ast.walk(statement.test))
    if any(isinstance(node, ast.Call | ast.Attribute | ast.Subscript | ast.NamedExpr) for node in asked):
        return True
    names = {node.id for node in asked if isinstance(node, ast.Name)}
    if any(inside and root_of(place) in names for place, inside in changed(statement.body)):
        return True
    return any(
        isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in names
        for part in statement.body
        for node in ast.walk(part)
    )


def open_count(source: ast.expr) -> str:
    """The name to bind for a loop to have a length: what the end of its ``range`` is made of."""
    if isinstance(source, ast.Call) and getattr(source.func, "id", "") == "range" and source.args:
        source = source.args[min(1, len(source.args) - 1)]
    while isinstance(source, ast.BinOp) and isinstance(source.right, ast.Constant):
        # Of range(1, epochs + 1), the epochs.
        source = source.left
    return short(source)


def has_group(member: Any) -> bool:
    return isinstance(member, Group) or (isinstance(member, tuple) and any(map(has_group, member)))


def is_of_groups(turns: Turns) -> bool:
    try:
        return has_group(turns.item(0))
    except (NotAlike, Refusal):
        return False
