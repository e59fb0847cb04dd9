"""Every small change of a Python source that a test should notice."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitOr,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
}
NAMES = {
    one: other
    for pair in (
        ("min", "max"),
        ("minimum", "maximum"),
        ("argmin", "argmax"),
        ("floor", "ceil"),
        ("any", "all"),
        ("bisect_left", "bisect_right"),
        ("sin", "cos"),
        ("zeros_like", "ones_like"),
    )
    for one, other in (pair, pair[::-1])
}
TEXTS = {"left": "right", "right": "left"}
"""Of ``np.searchsorted``."""
LARGEST = 10
"""Larger numbers are sizes of blocks and limits, which are meant to show nowhere."""


@dataclass(frozen=True)
class Change:
    """One change of a file: ``new`` in place of what ``holder.field`` (or its item ``index``) is."""

    path: Path
    line: int
    column: int
    before: str
    after: str
    holder: ast.AST
    field: str
    index: int | None
    new: ast.AST

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column + 1}: {self.before}  →  {self.after}"


def changes(path: Path) -> Iterator[tuple[ast.Module, Change]]:
    """Every change of the file, each with the tree it is to be made in."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for holder, field, index, node in _inside(tree):
        for new in _instead_of(node):
            before, after = _short(node), _short(new)
            if before != after:
                where = node if hasattr(node, "lineno") else holder
                line, column = getattr(where, "lineno", 1), getattr(where, "col_offset", 0)
                yield tree, Change(path, line, column, before, after, holder, field, index, new)


def make(tree: ast.Module, change: Change) -> ast.Module:
    """The tree with the change made in it."""
    old = getattr(change.holder, change.field)
    if change.index is None:
        setattr(change.holder, change.field, change.new)
    else:
        old[change.index] = change.new
    return ast.fix_missing_locations(tree)


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:87]}..."


def _inside(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node that runs and is no message: with what holds it, and where."""
    for field, value in ast.iter_fields(node):
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not _is_left_alone(node, field, child):
                yield node, field, index, child
                yield from _inside(child)


def _is_left_alone(holder: ast.AST, field: str, node: ast.AST) -> bool:
    if field in ("annotation", "returns", "decorator_list", "bases", "type_params", "format_spec"):
        return True
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) in (
        "Annotated",
        "Literal",
        "NDArray",
        "Callable",
    ):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    # What an error says, and of which parameter.
    called = holder.func if isinstance(holder, ast.Call) and field == "args" else None
    return isinstance(called, ast.Name) and (called.id == "Problem" or called.id.endswith("Error"))


def _instead_of(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    match node:
        case ast.Constant() | ast.Name() | ast.Attribute():
            yield from _instead_of_word(node)
        case ast.stmt():
            yield from _instead_of_statement(node)
        case ast.Compare(ops=ops):
            for i, operator in enumerate(ops):
                for other in COMPARISONS[type(operator)]:
                    yield _with(node, ops=[*ops[:i], other(), *ops[i + 1 :]])
        case ast.BoolOp():
            yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield node.operand
        case ast.IfExp():
            yield from _negated(node)
    yield from _other_operators(node)


def _instead_of_word(node: ast.Constant | ast.Name | ast.Attribute) -> Iterator[ast.AST]:
    match node:
        case ast.Constant(value=bool()):
            yield _with(node, value=not node.value)
        case ast.Constant(value=int() | float()) if abs(node.value) <= LARGEST:
            yield _with(node, value=node.value + 1)
            yield _with(node, value=node.value - 1)
        case ast.Constant(value=str()) if node.value in TEXTS:
            yield _with(node, value=TEXTS[node.value])
        case ast.Name(id=name) if name in NAMES:
            yield _with(node, id=NAMES[name])
        case ast.Attribute(attr=name) if name in NAMES:
            yield _with(node, attr=NAMES[name])


def _instead_of_statement(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.If():
            yield from _negated(node)
        case ast.Return(value=ast.expr()) if ast.unparse(node.value) != "None":
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            yield ast.Expr(ast.YieldFrom(ast.Tuple([], ast.Load())))
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()


def _negated(node: ast.If | ast.IfExp) -> Iterator[ast.AST]:
    # A comparison and a ``not`` have changes of their own.
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _other_operators(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp | ast.AugAssign):
        for operator in OPERATORS.get(type(node.op), ()):
            yield _with(node, op=operator())


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def around(tree: ast.Module, line: int) -> list[ast.FunctionDef]:
    """The functions a line lies in, the outermost first."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    found = [f for f in functions if f.lineno <= line <= (f.end_lineno or f.lineno)]
    assert all(outer.lineno < inner.lineno for outer, inner in pairwise(found))
    return found
