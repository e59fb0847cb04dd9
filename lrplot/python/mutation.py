"""Names that statements which are not run could have bound or changed."""

import ast
from collections.abc import Callable, Container, Iterator, Sequence
from functools import lru_cache
from typing import Final

from lrplot.python.nodes import nodes_of

OF_LISTS: Final = frozenset(
    {"append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "add", "discard", "update",
     "popleft", "appendleft", "extendleft", "rotate", "difference_update", "intersection_update",
     "__setitem__", "__delitem__", "__iadd__"}
)  # fmt: skip
"""Methods that change a list; a set and a deque are read as lists."""
OF_MAPPINGS: Final = frozenset(
    {"update", "setdefault", "pop", "popitem", "clear", "__setitem__", "__delitem__", "__ior__"}
)
"""Methods that change a dictionary."""
_MUTATING: Final = OF_LISTS | OF_MAPPINGS
_SETTERS: Final = frozenset({"setattr", "delattr", "__setattr__", "__delattr__"})


def changed(statements: Sequence[ast.AST]) -> Iterator[tuple[ast.expr, bool]]:
    """The places that the statements could bind or change, not looking into functions.

    With each, whether what it holds stays and is changed inside.

    >>> found = changed(ast.parse("a, b.c = 1; d[0] += 2; e.append(3); setattr(f, k, v)").body)
    >>> sorted({(ast.unparse(place), inside) for place, inside in found})
    [('a', False), ('b.c', False), ('d', True), ('e', True), ('f', True)]
    """
    for statement in statements:
        yield from _changed(statement)


@lru_cache(maxsize=1 << 12)  # a loop asks in each turn
def _changed(statement: ast.AST) -> tuple[tuple[ast.expr, bool], ...]:
    return tuple(_changed_in(statement))


def _changed_in(statement: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    for node in _inside(statement):
        if isinstance(node, ast.Assign | ast.Delete):
            for target in node.targets:
                yield from _plain(target)
        elif isinstance(node, ast.AugAssign):
            yield from _plain(node.target)
            yield from ((place, True) for place, inside in _plain(node.target) if not inside)
        elif isinstance(node, ast.AnnAssign | ast.For | ast.AsyncFor | ast.NamedExpr):
            yield from _plain(node.target)
        elif isinstance(node, ast.Call) and is_mutation(node):
            sets = _called(node.func) in _SETTERS and node.args
            yield (node.args[0] if sets else node.func.value), True  # type: ignore[attr-defined]


def is_mutation(node: ast.Call) -> bool:
    """True where a call may change the object whose method it is, or whose attribute it sets."""
    if _called(node.func) in _SETTERS and node.args:
        return True
    return isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATING


def root_of(place: ast.expr) -> str:
    """The name that a place begins with, empty where it begins with none.

    >>> root_of(ast.parse("a.b[0].c", mode="eval").body), root_of(ast.parse("f().a", mode="eval").body)
    ('a', '')
    """
    while isinstance(place, ast.Attribute | ast.Subscript):
        place = place.value
    return place.id if isinstance(place, ast.Name) else ""


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from _inside(child)


def _plain(target: ast.expr) -> Iterator[tuple[ast.expr, bool]]:
    if isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _plain(each)
    elif isinstance(target, ast.Starred):
        yield from _plain(target.value)
    elif isinstance(target, ast.Subscript):
        yield target.value, True
    elif isinstance(target, ast.Name | ast.Attribute):
        yield target, False


_SETTING: Final = frozenset({"set_value", "assign"})


def may_touch(node: ast.AST, call_touches: Callable[[str], bool]) -> bool:
    """True where what stands here may train, or touch a rate: by itself, or in what it calls.

    ``call_touches`` answers that for a call by its name.
    """
    return any(_touches(inner, call_touches) for inner in _inside(node))


def _touches(node: ast.AST, call_touches: Callable[[str], bool]) -> bool:
    if isinstance(node, ast.Call):
        name = _called(node.func)
        if name in _SETTING or call_touches(name) or _is_of_any_method(node):
            return True
        if name in {"update", "setdefault", "__setitem__"} and "lr" in ast.unparse(node):
            return True
        if name == "setattr" and "learning_rate" in ast.unparse(node):
            return True
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        return any(_is_trainers(_called(each)) for each in given) or _trains(name)
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(_is_rate_of_optimizer(each) for target in targets for each in _members(target))
    return False


def _is_of_any_method(node: ast.Call) -> bool:
    """True for ``getattr(self, mode)``, which may be any method of the text's own object."""
    if _called(node.func) != "getattr" or len(node.args) != 2:
        return False
    owner, name = node.args
    return isinstance(owner, ast.Name) and owner.id == "self" and isinstance(name, ast.Name)


def _members(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _members(each)
    else:
        yield target


def _called(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_trainers(name: str) -> bool:
    plain = name.lower()
    return plain.startswith("opt") or "optim" in plain or "sched" in plain or "scaler" in plain


def _trains(name: str) -> bool:
    return any(word in name.lower() for word in ("train", "fit", "one_epoch", "run_epoch"))


@lru_cache(maxsize=8)
def touching(tree: ast.AST, stepping: frozenset[str]) -> frozenset[str]:
    """The names of the script's functions and classes that may train or touch a rate, whoever they call.

    ``stepping`` are the names of calls that step an optimizer or a scheduler, whoever has them.
    """
    bodies: dict[str, list[ast.AST]] = {}
    for node in nodes_of(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            bodies.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.ClassDef):
            starts = [
                s for s in node.body if isinstance(s, ast.FunctionDef) and s.name in {"__init__", "__call__"}
            ]
            bodies.setdefault(node.name, []).extend(starts)
    found: set[str] = set()

    def touches(name: str) -> bool:
        return name in stepping or name in found

    grown = True
    while grown:
        grown = False
        for name, nodes in bodies.items():
            if name not in found and any(
                may_touch(statement, touches) for node in nodes for statement in getattr(node, "body", [])
            ):
                found.add(name)
                grown = True
    return frozenset(found)


@lru_cache(maxsize=8)
def looped(tree: ast.AST) -> frozenset[str]:
    """The iterables of a script's loops, as they are written, whatever counts or decorates the turns."""
    found: set[str] = set()
    for node in nodes_of(tree):
        if isinstance(node, ast.For | ast.AsyncFor):
            waiting: list[ast.expr] = [node.iter]
            while waiting:
                each = waiting.pop()
                if isinstance(each, ast.Call):
                    waiting += each.args
                else:
                    found.add(ast.unparse(each))
    return frozenset(found)


def steps_something(tree: ast.AST, stepping: Container[str]) -> bool:
    """True where an optimizer or a scheduler is stepped in it."""
    return any(isinstance(node, ast.Call) and _called(node.func) in stepping for node in ast.walk(tree))


def rates_by_hand(tree: ast.AST) -> Iterator[ast.stmt]:
    r"""The statements that write a rate into an optimizer themselves, as ``group["lr"] = rate`` does.

    >>> [each.lineno for each in rates_by_hand(ast.parse("a = 1\ngroup['lr'] = a\nopt.lr.assign(a)"))]
    [2, 3]
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(_is_rate_of_optimizer(each) for target in targets for each in _members(target)):
                yield node
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            name = _called(node.value.func)
            if (name == "update" and _names_lr(node.value) and not _only_tells(node.value.func)) or (
                name in _SETTING and _speaks_of_a_rate(node.value)
            ):
                yield node


def sets_a_rate_by_hand(tree: ast.AST) -> ast.stmt | None:
    """The first statement that writes a rate into an optimizer itself."""
    return next(rates_by_hand(tree), None)


def _speaks_of_a_rate(node: ast.expr) -> bool:
    text = ast.unparse(node)
    return "lr" in text or "learning_rate" in text


def _names_lr(node: ast.Call) -> bool:
    """True where ``update(lr=…)`` or ``update({"lr": …})`` is written."""
    keys = [keyword.arg for keyword in node.keywords]
    for each in node.args:
        if isinstance(each, ast.Dict):
            keys += [key.value for key in each.keys if isinstance(key, ast.Constant)]  # type: ignore[misc]
    return "lr" in keys


_TELLING: Final = ("log", "metric", "meter", "stat", "history", "summary", "writer", "pbar", "progress")
"""Words in the names of what keeps a rate to show it."""


def _only_tells(place: ast.expr) -> bool:
    """True where ``metrics["lr"]`` or ``logger.update`` only keeps the rate to show it."""
    owner = place.value if isinstance(place, ast.Subscript | ast.Attribute) else place
    return any(word in _called(owner).lower() for word in _TELLING)


def _is_rate_of_optimizer(target: ast.expr) -> bool:
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return target.slice.value in {"lr", "learning_rate"} and not _only_tells(target)
    return (
        isinstance(target, ast.Attribute)
        and target.attr in {"learning_rate", "lr"}
        and _is_trainers(ast.unparse(target.value).rpartition(".")[2])
    )
