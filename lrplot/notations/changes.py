"""What statements that are not run could have bound or changed."""

import ast
from collections.abc import Iterator, Sequence
from typing import Final

_MUTATING: Final = frozenset(
    {"append", "extend", "insert", "pop", "remove", "clear", "update", "setdefault", "sort", "reverse", "add"}
)


def changed(statements: Sequence[ast.AST]) -> Iterator[ast.expr]:
    """The names and attributes that the statements could bind or change, not looking into functions.

    >>> sorted({ast.unparse(each) for each in changed(ast.parse("a, b.c = 1; d[0] += 2; e.append(3)").body)})
    ['a', 'b.c', 'd', 'e']
    """
    for statement in statements:
        for node in _inside(statement):
            if isinstance(node, ast.Assign | ast.Delete):
                for target in node.targets:
                    yield from _plain(target)
            elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For | ast.AsyncFor | ast.NamedExpr):
                yield from _plain(node.target)
            elif isinstance(node, ast.Call) and is_mutation(node):
                yield from _plain(node.func.value)  # type: ignore[attr-defined]


def is_mutation(node: ast.Call) -> bool:
    """Whether a call may change the object whose method it is."""
    return isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATING


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from _inside(child)


def _plain(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _plain(each)
    elif isinstance(target, ast.Starred | ast.Subscript):
        yield from _plain(target.value)
    elif isinstance(target, ast.Name | ast.Attribute):
        yield target


def sets_a_rate_by_hand(tree: ast.AST) -> ast.stmt | None:
    """The first statement that writes a rate into an optimizer itself, as ``group["lr"] = rate`` does."""
    for node in ast.walk(tree):
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AugAssign)
            else []
        )
        for target in targets:
            if _is_rate_of_optimizer(target):
                return node  # type: ignore[return-value]
    return None


def _is_rate_of_optimizer(target: ast.expr) -> bool:
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        owner = ast.unparse(target.value)
        return target.slice.value == "lr" and ("group" in owner or owner in {"g", "pg"})
    return (
        isinstance(target, ast.Attribute)
        and target.attr in {"learning_rate", "lr"}
        and (ast.unparse(target.value).rpartition(".")[2] == "optimizer")
    )
