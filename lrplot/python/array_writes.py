"""Writes into arrays: as NumPy does them where index and value are known, else the array is forgotten.

Every name of an array and every view of it sees what is written into one of them.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lrplot.errors import NotationError
from lrplot.python import array_functions, symbolic, tables
from lrplot.python.builtins_ import arithmetic
from lrplot.python.objects import NOT_OURS
from lrplot.python.parameters import Path
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import is_plain_place, short
from lrplot.python.tables import Scalar, Table, fresh
from lrplot.python.values import NOTHING, Optimizer, Scope, Unknown, flat

if TYPE_CHECKING:
    from lrplot.python.state import State

_METHODS: Final = frozenset({"fill", "sort", "put", "itemset", "partition", "resize", "__setitem__"})
"""Methods that write into an array; those of tensors end in an underscore."""
_FUNCTIONS: Final = frozenset({"copyto", "put", "place", "putmask", "fill_diagonal", "shuffle"})
"""Functions that write into the array they are given first."""
_IN_PLACE: Final[Mapping[str, ast.operator]] = {
    "add_": ast.Add(),
    "sub_": ast.Sub(),
    "mul_": ast.Mult(),
    "div_": ast.Div(),
    "pow_": ast.Pow(),
}
_SETTING: Final = frozenset({"fill", "fill_", "copy_", "zero_"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """A method that is called, and what it is given."""

    name: str
    given: Sequence[Any]
    named: Mapping[str, Any]
    node: ast.Call


def forget(evaluator: "State", table: Table, node: ast.AST, why: Any = None) -> None:
    """Forget what an array and its views hold: what was written here is not known, ``why`` says for what."""
    members, lanes = table.members, evaluator.lanes
    if lanes is not None and members.order > lanes.born:
        # What a turn makes for itself, the next one does not find.
        evaluator.begin(members)
    because = why if isinstance(why, Unknown | Path) else None
    evaluator.cloud(members, node, because=because)
    evaluator.note_change()


def put(evaluator: "State", table: Table, at: Any, value: Any, node: ast.AST) -> None:
    """``table[at] = value``."""
    if evaluator.formulas_deep:
        raise evaluator.source.refuse("a schedule's function that keeps state is not read", node)
    index, new = tables.index_of(at), tables.plain(value)
    known = index is not None and new is not None
    if not known or evaluator.journaling or id(table.members) in evaluator.clouded:
        return forget(evaluator, table, node, _open_in([at, value]))
    try:
        with np.errstate(all="ignore"):
            table.values[index] = new
    except (IndexError, ValueError, TypeError, OverflowError) as error:
        if evaluator.tries is not None:
            evaluator.tries.happens(type(error).__name__, node, comes=True)
        return forget(evaluator, table, node)
    _written(evaluator, table)
    return None


def forget_views(evaluator: "State", held: Any, node: ast.AST) -> None:
    """Forget the arrays of which something that is not known, and is written here, may be a view."""
    if isinstance(held, Unknown):
        for each in flat(held.given):
            if isinstance(each, Table):
                forget(evaluator, each, node)
            forget_views(evaluator, each, node)


def _open_in(values: Sequence[Any]) -> Any:
    return next((value for value in flat(values) if isinstance(value, Unknown | Path)), None)


def _written(evaluator: "State", table: Table) -> None:
    table.members.written += 1
    evaluator.note_change()


def augmented(evaluator: "State", statement: ast.AugAssign, held: Any, scope: Scope) -> bool:
    """``held += more`` of an array, which is changed in its place; False where it is none."""
    if isinstance(held, Scalar):
        check_rate(evaluator, held, statement)
    forget_views(evaluator, held, statement)
    if not isinstance(held, Table):
        return False
    if evaluator.formulas_deep:
        raise evaluator.source.refuse("a schedule's function that keeps state is not read", statement)
    more = evaluator.value(statement.value, scope)
    place = statement.target
    owner = evaluator.value(place.value, scope) if isinstance(place, ast.Subscript) else held
    # What a mask or a list of places gives is a copy, which Python then puts back.
    copy_of = owner if isinstance(owner, Table) and owner.members is not held.members else None
    if evaluator.journaling or not tables.combine_in_place(statement.op, held, more):
        forget(evaluator, copy_of or held, statement, _open_in([more]))
    elif copy_of is not None and isinstance(place, ast.Subscript):
        put(evaluator, copy_of, evaluator.value(place.slice, scope), held, statement)
    else:
        _written(evaluator, held)
    return True


def of_method(
    evaluator: "State",
    base: Any,
    name: str,
    given: Sequence[Any],
    named: Mapping[str, Any],
    node: ast.Call,
    scope: Scope,
) -> Any:
    """A method of an array or of a tensor of one number; ``NOT_OURS`` where it is none."""
    asked = _Asked(name, given, named, node)
    in_place = name.endswith("_") and not name.startswith("_") and name != "requires_grad_"
    if isinstance(base, int | float | Symbol) and in_place:
        return _changed_number(evaluator, base, asked, scope)
    if in_place or name in _METHODS:
        forget_views(evaluator, base, node)
    if not isinstance(base, Table):
        return NOT_OURS
    if name in _METHODS and not (name == "sort" and base.single):
        return _changed(evaluator, base, asked)
    if in_place:
        return _changed_tensor(evaluator, base, asked)
    open_ = _open_in([*given, *(value for key, value in named.items() if key != "dtype")])
    found = array_functions.of_method(base, name, given, named)
    if found is array_functions.NOT_READ:
        return open_ if isinstance(open_, Unknown) else Unknown(short(node), node, given=(base, *given))
    told(evaluator, base, found)
    return found


def _changed(evaluator: "State", base: Table, asked: _Asked) -> Any:
    """``base.fill(0)`` and its like of NumPy."""
    name, given, node = asked.name, asked.given, asked.node
    if name == "fill" and len(given) == 1:
        put(evaluator, base, Ellipsis, given[0], node)
    elif name in {"__setitem__", "put", "itemset"} and len(given) == 2 and base.values.ndim == 1:
        put(evaluator, base, given[0], given[1], node)
    elif name == "sort" and not given and not asked.named:
        put(evaluator, base, Ellipsis, fresh(np.sort(base.values)), node)
    else:
        forget(evaluator, base, node, _open_in(given))
    return NOTHING


def _changed_number(evaluator: "State", base: Any, asked: _Asked, scope: Scope) -> Any:
    """``table[3].mul_(2)``, which writes into the table, or ``rate.mul_(2)`` of a tensor of one number."""
    node, given = asked.node, asked.given
    place = node.func.value  # type: ignore[attr-defined]
    if isinstance(base, Scalar):
        check_rate(evaluator, base, node)
    owner = (
        evaluator.value(place.value, scope)
        if isinstance(place, ast.Subscript) and is_plain_place(place)
        else None
    )
    if isinstance(owner, Table):
        at = tables.index_of(evaluator.value(place.slice, scope))
        row = isinstance(at, int) and owner.values.ndim == 1
        view = owner.at(slice(at, at + 1 or None)) if row else owner
        return _changed_tensor(evaluator, view, asked if row else replace(asked, name="_"))
    new: Any = Unknown(short(node), node, changed=True)
    if isinstance(place, ast.Name):
        # Where it cannot be computed, it is no more what it was.
        evaluator.write(scope.home(place.id).names, place.id, new)
    known = len(given) == 1 and not asked.named and isinstance(given[0], int | float | Symbol)
    if asked.name in _IN_PLACE and known:
        both = (base, given[0])
        plain = not any(isinstance(each, Symbol) for each in both)
        operator = _IN_PLACE[asked.name]
        new = Scalar(arithmetic(operator, *both)) if plain else symbolic.combine(operator, *both)
    if isinstance(place, ast.Name):
        evaluator.write(scope.home(place.id).names, place.id, new)
    return new


def _changed_tensor(evaluator: "State", base: Table, asked: _Asked) -> Any:
    """``base.mul_(0.1)`` and its like of PyTorch, which give the tensor itself."""
    name, given, node = asked.name, asked.given, asked.node
    if name in _SETTING and len(given) == (name != "zero_"):
        put(evaluator, base, Ellipsis, given[0] if given else 0, node)
        return base
    found = array_functions.of_method(base, name[:-1], given, asked.named)
    if found is array_functions.NOT_READ:
        forget(evaluator, base, node, _open_in([*given, *asked.named.values()]))
        return Unknown(short(node), node)
    put(evaluator, base, Ellipsis, found, node)
    return base


def of_function(
    evaluator: "State", name: str, given: Sequence[Any], named: Mapping[str, Any], node: ast.Call
) -> Any:
    """A function that writes into an array it is given; ``NOT_OURS`` for another."""
    first, out = given[0] if given else named.get("dst"), named.get("out")
    if isinstance(out, tuple) and len(out) == 1:
        out = out[0]
    if isinstance(out, Table):
        rest = {key: value for key, value in named.items() if key != "out"}
        found = array_functions.made(name, given, rest)
        if found is array_functions.NOT_READ:
            forget(evaluator, out, node, _open_in([*given, *rest.values()]))
        else:
            put(evaluator, out, Ellipsis, found, node)
        return out
    if not isinstance(first, Table):
        return NOT_OURS
    if name == "copyto" and len(given) == 2 and not named:
        put(evaluator, first, Ellipsis, given[1], node)
    elif name in {"put", "place", "putmask"} and len(given) == 3 and not named and _fits(first, *given[1:]):
        put(evaluator, first, given[1], given[2], node)
    elif name in _FUNCTIONS or _is_at(node) or (name == "nditer" and "op_flags" in named):
        forget(evaluator, first, node)
    else:
        return NOT_OURS
    return NOTHING


def _fits(table: Table, at: Any, value: Any) -> bool:
    """True where ``np.put`` and its like write what ``table[at] = value`` does: one number in each place."""
    return table.values.ndim == 1 and isinstance(value, int | float) and isinstance(at, Table | list | int)


def _is_at(node: ast.Call) -> bool:
    """True for ``np.add.at(table, places, more)``."""
    return isinstance(node.func, ast.Attribute) and node.func.attr == "at"


def check_rate(evaluator: "State", held: Scalar, node: ast.AST) -> None:
    """Refuse a tensor that is changed in its place and is an optimizer's rate, which changes with it."""
    if is_rate(evaluator, held):
        raise evaluator.objects.refusal(
            "this tensor is the optimizer's own rate, which is changed here in its place; give the optimizer "
            "a number, and write group['lr'] = … where it changes",
            node,
        )


def is_rate(evaluator: "State", held: Scalar) -> bool:
    """True where an optimizer was given this very tensor as its rate."""
    return any(held is rate for each in evaluator.optimizers for rate in _rates(each))


def _rates(optimizer: Optimizer) -> Iterator[Any]:
    yield from (optimizer.lr, optimizer.shared, *optimizer.named.values(), *optimizer.values)
    for group in flat(optimizer.values):
        if isinstance(group, dict):
            yield from group.values()


def in_single(library: str) -> str:
    """The note that a library computes in float32."""
    return f"{library} computes its tables in float32; drawn in float64"


def told(evaluator: "State", table: Table, found: Any) -> None:
    """Say that a library computes in float32, where a number of its table is read."""
    if table.single and not isinstance(found, Table):
        evaluator.notes[in_single(table.single)] = None


def written_in(statement: ast.AST) -> Iterator[ast.expr]:
    """The places whose array a statement that is not run could have written into."""
    for node in ast.walk(statement):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if isinstance(node.func, ast.Attribute) and (name in _METHODS or name.endswith("_")):
            yield node.func.value
        if (name in _FUNCTIONS or _is_at(node)) and node.args:
            yield node.args[0]
        yield from (keyword.value for keyword in node.keywords if keyword.arg == "out")


def forget_all(evaluator: "State", statement: ast.AST, scope: Scope) -> None:
    """Forget the arrays that calls in a statement which is not run could have written into."""
    for place in written_in(statement):
        if is_plain_place(place):
            with suppress(NotationError):
                held = evaluator.value(place, scope)
                if isinstance(held, Table):
                    forget(evaluator, held, place)
