"""Iterables of loops: how many turns, and the value of the variable in each."""

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from lrplot.python import array_writes, enumerations, protocols, symbolic
from lrplot.python.lanes import NotAlike
from lrplot.python.lengths import size_of
from lrplot.python.one_shot import OneShot
from lrplot.python.parameters import Path
from lrplot.python.symbolic import Symbol
from lrplot.python.tables import Table
from lrplot.python.values import TAKEN, Cursor, Generator, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

_BARS: Final = frozenset(
    {"tqdm", "tqdm_notebook", "track", "progress_bar", "progress", "pbar", "progressbar", "master_bar",
     "notebook_tqdm", "auto_tqdm", "alive_it"}
)  # fmt: skip
_WRAPPERS: Final = _BARS | {"iter", "list", "tuple", "log_every", "prefetch"}
"""Calls, in small letters, that give what they are given, turn by turn."""
NOT_STEPWISE: Final = (
    "{0} gives way to its caller between its steps (yield), which is followed in a plain 'for … in {0}(…):' "
    "or 'with' alone; write them into the loop"
)
_COUNTED: Final = frozenset({"enumerate", "trange", "zip"})


def _called(node: ast.Call) -> str:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return str(name).lower()


def under_a_bar(name: str, values: Sequence[Any]) -> Any:
    """The iterable under a progress bar, where that is known or counted; None where it is no bar.

    >>> under_a_bar("tqdm", [range(3)])
    range(0, 3)
    """
    if name.lower() not in _BARS or not values:
        return None
    over = values[0]
    if isinstance(over, Unknown):
        inner = over.node
        return over if isinstance(inner, ast.Call) and _called(inner) in _COUNTED | _WRAPPERS else None
    return over if isinstance(over, range | list | tuple | Table) else None


class Lengths(Protocol):
    """Says how many batches an epoch has."""

    batches: int | None


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of a ``for``.

    Parameters
    ----------
    count
        How many, None where the text does not say.
    batches
        Whether it goes over what is not known, as over a loader of batches.
    item
        What the loop's variable is in a turn, whose number may be a symbol.
    source
        What it goes over.
    stands_in
        Whether nobody says how many, and a number stands in for it.
    changed
        Whether the text knew what it goes over, and changed it in a way that is not followed.
    lists
        The lists of the text that it goes over, as they are: a turn may change them.
    now
        How many turns there are as its lists are now; None where a list may not change.
    one_shots
        The iterators whose members it takes.
    begun
        Whether some were taken of one before, so that it is not followed which are left.
    generator
        The generator of the text that trains, which it goes over.
    """

    count: int | None
    batches: bool
    item: Callable[[Any], Any]
    source: ast.expr
    stands_in: bool = False
    changed: bool = False
    lists: tuple[list[Any], ...] = ()
    now: Callable[[], int] | None = None
    one_shots: tuple[OneShot, ...] = ()
    begun: bool = False
    generator: Generator | None = None


def turns_of(
    node: ast.expr,
    scope: Scope,
    evaluator: "State",
    lengths: Lengths,
    made_with: Mapping[int, Any] = MappingProxyType({}),
) -> Turns:
    """The turns of a loop over an expression.

    ``made_with`` are the values of its arguments where it was made before, by their places: since then
    ``loader = tqdm(loader)`` may have bound their names to what it makes.
    """
    if id(node) in made_with:
        return _of_value(made_with[id(node)], node, scope, evaluator, lengths)
    if isinstance(node, ast.Call) and not _is_bound(node, evaluator):
        name = _called(node)
        plain = [each for each in node.args if not isinstance(each, ast.Starred)]
        if name == "enumerate" and plain:
            return _enumerated(
                node, turns_of(plain[0], scope, evaluator, lengths, made_with), scope, evaluator
            )
        if name == "zip" and len(plain) == len(node.args) and plain:
            return _zipped(
                node, evaluator, [turns_of(each, scope, evaluator, lengths, made_with) for each in plain]
            )
        if name == "trange":
            return turns_of(
                ast.copy_location(ast.Call(ast.Name("range"), node.args, []), node), scope, evaluator, lengths
            )
        if name in {"list", "tuple"} and plain:
            copied = evaluator.value(plain[0], scope)
            if isinstance(copied, list | tuple) and evaluator.one_shots.of(copied) is None:
                return _over(tuple(copied), node, evaluator, scope)
        if name in _WRAPPERS and plain:
            return turns_of(plain[0], scope, evaluator, lengths, made_with)
        if name == "islice" and len(plain) == 2:
            limit = evaluator.value(plain[1], scope)
            inner = turns_of(plain[0], scope, evaluator, lengths, made_with)
            for each in inner.one_shots:
                evaluator.one_shots.leave_some(each, inner.count)
            count = limit if isinstance(limit, int) else inner.count
            return replace(inner, count=count, source=node, now=None)
        if name == "product" and len(plain) == len(node.args) and len(plain) > 1 and not node.keywords:
            return _product(node, [turns_of(each, scope, evaluator, lengths, made_with) for each in plain])
        if name == "reversed" and plain:
            over = evaluator.value(plain[0], scope)
            if isinstance(over, range | list | tuple):
                return _over(over[::-1], node, evaluator, scope)
    value = evaluator.value(node, scope)
    if isinstance(value, Unknown) and value.node is node and evaluator.one_shots.of(value) is None:
        return _over(value, node, evaluator, scope)
    return _of_value(value, node, scope, evaluator, lengths)


def _of_value(value: Any, node: ast.expr, scope: Scope, evaluator: "State", lengths: Lengths) -> Turns:
    """The turns over a value: of ``pbar = tqdm(loader)``, looped over later, those over the loader."""
    found = evaluator.one_shots.of(value)
    if found is not None:
        begun, left = found.is_begun, evaluator.one_shots.take(found)
        asked = isinstance(left, Unknown) and left.node is node
        over = (
            _over(left, node, evaluator, scope) if asked else _of_plain(left, node, scope, evaluator, lengths)
        )
        return replace(over, one_shots=(found, *over.one_shots), begun=begun or over.begun)
    return _of_plain(value, node, scope, evaluator, lengths)


def _of_plain(value: Any, node: ast.expr, scope: Scope, evaluator: "State", lengths: Lengths) -> Turns:
    made = value.node if isinstance(value, Unknown) else None
    if isinstance(made, ast.Call) and _called(made) in _WRAPPERS | _COUNTED and value.given:
        within = {id(each): over for each, over in zip(made.args, value.given, strict=False)}
        return turns_of(made, scope, evaluator, lengths, within)
    own = protocols.members(value)
    if own is not None:
        return turns_of(*own, evaluator, lengths)
    return _over(value, node, evaluator, scope)


def _is_bound(node: ast.expr, evaluator: "State") -> bool:
    return bool(evaluator.bindings) and ast.unparse(node) in evaluator.bindings


def _over(value: Any, node: ast.expr, evaluator: "State", scope: Scope) -> Turns:
    if isinstance(value, range):
        return Turns(size_of(value), False, lambda i: _of_range(value, i), node)
    if isinstance(value, Cursor):
        # Begun before, it is not over all of its members; nothing is left of it behind the loop.
        begun = value.place[TAKEN]
        evaluator.write(value.place, TAKEN, value.count)
        if not isinstance(begun, int) or (begun and evaluator.lanes is not None):
            raise evaluator.objects.refusal(
                "a loop goes on here over an iterator that 'next' was asked for, which is not followed", node
            )
        own = OneShot(value, value.place, value.source)
        return Turns(
            value.count - begun, False, lambda i: value.item(_added(begun, i)), node, one_shots=(own,)
        )
    if isinstance(value, Generator):
        return Turns(None, False, lambda _: Unknown("a member", node), node, generator=value)
    if isinstance(value, dict):
        value = list(value)
    members = enumerations.distinct(value)
    value = value if members is None else members
    if isinstance(value, Table):
        array_writes.told(evaluator, value, None)
        value = value.rows()
    if isinstance(value, list | tuple):
        lists = (value,) if isinstance(value, list) else ()
        return Turns(
            len(value),
            False,
            lambda i: _of_list(value, i, evaluator),
            node,
            lists=lists,
            now=lambda: len(value),
        )
    if isinstance(value, Unknown) and value.length is not None:
        known = value
        return Turns(known.length, True, lambda _: Unknown("a member", known.node), node)
    text = ast.unparse(node)
    bound = evaluator.bindings.get(f"len({text})")
    if isinstance(bound, int) and not isinstance(bound, bool):
        evaluator.bound.add(f"len({text})")
        return Turns(max(0, bound), True, lambda _: Unknown(text, node), node)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range":
        open_ = [each for each in node.args if isinstance(evaluator.value(each, scope), Unknown | Path)]
        return Turns(None, False, lambda i: i, open_[0] if len(open_) == 1 else node)
    changed = isinstance(value, Unknown) and value.changed
    # Of an array that was written in a way that is not followed, it is told where.
    written = value.because if isinstance(value, Unknown) and value.because is not None else None
    because = written if isinstance(written, Unknown) and not written.text else None
    member = Unknown(f"a member of {text}", node, because)
    return Turns(None, True, lambda _: member, node, changed=changed)


def _added(start: Any, i: Any) -> Any:
    if isinstance(start, int):
        return (
            symbolic.combine(ast.Add(), start, i)
            if isinstance(i, Symbol) and start
            else start + i
            if not isinstance(i, Symbol)
            else i
        )
    return start


def _of_range(over: range, i: Any) -> Any:
    if not isinstance(i, Symbol):
        return over[i]
    stepped = i if over.step == 1 else symbolic.combine(ast.Mult(), i, over.step)
    return stepped if over.start == 0 else symbolic.combine(ast.Add(), stepped, over.start)


def _of_list(members: Sequence[Any], i: Any, evaluator: "State") -> Any:
    if not isinstance(i, Symbol):
        return members[i]
    if members and all(isinstance(each, Unknown) and each.changed for each in members):
        return members[0]
    if evaluator.lanes is None or not all(isinstance(each, int | float) for each in members):
        raise NotAlike
    return evaluator.lanes.table(members, i)


def _enumerated(node: ast.Call, inner: Turns, scope: Scope, evaluator: "State") -> Turns:
    given = next(
        (k.value for k in node.keywords if k.arg == "start"), node.args[1] if len(node.args) > 1 else None
    )
    start = 0 if given is None else evaluator.value(given, scope)
    _check_no_generator([inner], node, evaluator)
    return replace(inner, item=lambda i: (_added(start, i), inner.item(i)))


def _check_no_generator(inner: Sequence[Turns], node: ast.Call, evaluator: "State") -> None:
    for each in inner:
        if each.generator is not None:
            raise evaluator.objects.refusal(NOT_STEPWISE.format(each.generator.node.name), node)


def _product(node: ast.Call, inner: list[Turns]) -> Turns:
    counts = [each.count for each in inner]
    if any(count is None for count in counts):
        return Turns(None, True, lambda _: tuple(Unknown("a member", node) for _ in inner), node)
    sizes = [count or 0 for count in counts]

    def item(i: Any) -> Any:
        found: list[Any] = []
        for each, size in zip(reversed(inner), reversed(sizes), strict=True):
            if isinstance(i, Symbol):
                found.append(each.item(symbolic.combine(ast.Mod(), i, size)))
                i = symbolic.combine(ast.FloorDiv(), i, size)
            else:
                i, at = divmod(i, size)
                found.append(each.item(at))
        return tuple(reversed(found))

    return Turns(
        math.prod(sizes), False, item, node, lists=tuple(over for each in inner for over in each.lists)
    )


def _count_now(turns: Turns) -> int:
    return turns.now() if turns.now is not None else turns.count or 0


def _zipped(node: ast.Call, evaluator: "State", inner: list[Turns]) -> Turns:
    known = [each.count for each in inner if each.count is not None]
    _check_no_generator(inner, node, evaluator)
    found = [each for turns in inner for each in turns.one_shots]
    for turns in inner:
        # Where another ends first, some of its members are left.
        for each in turns.one_shots if known and turns.count != min(known) else ():
            evaluator.one_shots.leave_some(each, turns.count)
    batches = all(each.batches for each in inner)
    # Where no length is known, one that counts is asked for, no loader.
    source = node if known else next((each.source for each in inner if not each.batches), node)
    return Turns(
        min(known) if known else None,
        batches,
        lambda i: tuple(each.item(i) for each in inner),
        source,
        lists=tuple(over for each in inner for over in each.lists),
        now=(lambda: min(_count_now(each) for each in inner)) if len(known) == len(inner) else None,
        changed=not known and any(each.changed for each in inner),
        one_shots=tuple(found),
        begun=any(each.begun for each in inner) or len({id(each) for each in found}) < len(found),
    )
