"""Safe arithmetic over arrays: the text is parsed with :mod:`ast` and never executed."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import ExpressionError
from lrplot.text.nearest import did_you_mean
from lrplot.text.parsing import expression_of

Array = NDArray[np.float64]

_LONGEST: Final = 10_000
"""Characters of an expression: what people write has some hundred, and parsing grows with what others do."""
_DEEPEST: Final = 50
"""Brackets inside each other; Python's own parser stops at 200, and what compiles a tree calls itself."""

_EXACT: Final = 2.0**53
"""Below it every whole number is a float."""


def divided(t: Array, whole: float) -> tuple[Array, Array]:
    """How often a whole number goes into ``t``, and what is left: exact, and quicker than ``divmod``.

    >>> [part.tolist() for part in divided(np.array([-1.0, 6.0, 7.5]), 3)]
    [[-1.0, 2.0, 2.0], [2.0, 0.0, 1.5]]
    """
    times = np.floor(t / whole)
    left = t - times * whole
    # A quotient just below a whole number was rounded up to it.
    over = left < 0
    if over.any():
        times[over] -= 1
        left[over] += whole
    return times, left


def _quick(t: Any, by: Any) -> bool:
    """True where ``divided`` gives what NumPy's own division does."""
    if not isinstance(t, np.ndarray) or np.ndim(by) or not t.size:
        return False
    return bool(0 < by < _EXACT and by == np.floor(by) and max(-t.min(), t.max()) < _EXACT - by)


def _floor_divided(left: Any, right: Any) -> Any:
    return divided(left, right)[0] if _quick(left, right) else np.floor_divide(left, right)


def _remainder(left: Any, right: Any) -> Any:
    return divided(left, right)[1] if _quick(left, right) else np.mod(left, right)


BINARY: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = MappingProxyType(
    {
        ast.Add: np.add,
        ast.Sub: np.subtract,
        ast.Mult: np.multiply,
        ast.Div: np.divide,
        ast.FloorDiv: _floor_divided,
        ast.Mod: _remainder,
        ast.Pow: np.power,
    }
)
"""The arithmetic of arrays."""
_UNARY: Final[Mapping[type[ast.unaryop], Callable[[Any], Any]]] = MappingProxyType(
    {ast.UAdd: np.positive, ast.USub: np.negative, ast.Not: lambda value: np.float64(value == 0)}
)
_COMPARE: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], Any]]] = MappingProxyType(
    {
        ast.Lt: np.less,
        ast.LtE: np.less_equal,
        ast.Gt: np.greater,
        ast.GtE: np.greater_equal,
        ast.Eq: np.equal,
        ast.NotEq: np.not_equal,
    }
)


@dataclass(frozen=True, slots=True)
class _Function:
    apply: Callable[..., Any]
    fewest: int = 1
    most: int | None = 1


_FUNCTIONS: Final[Mapping[str, _Function]] = MappingProxyType(
    {
        "min": _Function(lambda *values: reduce(np.minimum, values), 2, None),
        "max": _Function(lambda *values: reduce(np.maximum, values), 2, None),
        "abs": _Function(np.abs),
        "sqrt": _Function(np.sqrt),
        "exp": _Function(np.exp),
        "log": _Function(np.log),
        "sin": _Function(np.sin),
        "cos": _Function(np.cos),
        "floor": _Function(np.floor),
        "ceil": _Function(np.ceil),
        "where": _Function(lambda test, yes, no: np.where(test != 0, yes, no), 3, 3),
    }
)
_CONSTANTS: Final[Mapping[str, float]] = MappingProxyType({"pi": float(np.pi)})
VARIABLES: Final = ("t", "step", "epoch")

Compiled = Callable[[Mapping[str, Array]], Any]


class Expression:
    """Arithmetic in ``t``, ``step`` and ``epoch``, evaluated over whole arrays in float64.

    Numbers, ``+ - * / // % **``, comparisons (chained too), ``and or not``, ``a if c else b``, the
    functions ``min max abs sqrt exp log sin cos floor ceil where`` and the constant ``pi``, each also as
    ``math.NAME``. Anything else is refused with its place. Both branches of a condition are evaluated.

    Parameters
    ----------
    text
        The expression.
    names
        Further variables, whose values are given with each call.

    Raises
    ------
    ExpressionError
        When the text is not such an expression; its ``start`` and ``width`` point at the culprit.

    Examples
    --------
    >>> import numpy as np
    >>> Expression("1.0 if epoch < 2 else 0.1")(np.arange(4.0)).tolist()
    [1.0, 1.0, 0.1, 0.1]
    """

    def __init__(self, text: str, names: Sequence[str] = ()) -> None:
        self.text = text
        self._compiled = Compiler(text, names).compile(_parse(text))

    def __call__(
        self, t: Array, steps_per_epoch: int = 1, variables: Mapping[str, Array] | None = None
    ) -> Array:
        """Evaluate at steps ``t``; the shape is kept, the result may hold nan or infinity."""
        with np.errstate(all="ignore"):
            epoch = t if steps_per_epoch == 1 else t / steps_per_epoch
            own = {"t": t, "step": t, "epoch": epoch}
            value = self._compiled({**own, **(variables or {})})
        return np.array(np.broadcast_to(np.asarray(value, dtype=np.float64), t.shape))


def later(text: str, by: int) -> str:
    """The expression ``by`` steps later.

    >>> later("exp(-t / 20)", 5)
    'exp(-(t + 5) / 20)'
    """
    tree = ast.parse(text.strip(), mode="eval")
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.Name) and value.id in {"t", "step"}:
                setattr(node, name, ast.BinOp(value, ast.Add(), ast.Constant(by)))
            elif isinstance(value, list):
                value[:] = [
                    ast.BinOp(each, ast.Add(), ast.Constant(by))
                    if isinstance(each, ast.Name) and each.id in {"t", "step"}
                    else each
                    for each in value
                ]
    return ast.unparse(tree)


def _parse(text: str) -> ast.expr:
    if len(text) > _LONGEST:
        raise ExpressionError(f"expression of {len(text)} characters; at most {_LONGEST} are read", text)
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth > _DEEPEST:
            raise ExpressionError(f"more than {_DEEPEST} brackets inside each other", text, place)
    try:
        return expression_of(text.strip())
    except SyntaxError as error:
        start = max(0, (error.offset or 1) - 1)
        raise ExpressionError("not an expression: " + (error.msg or "cannot be read"), text, start) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("not an expression: cannot be read", text) from None


class Compiler:
    """Turns a syntax tree into a function of arrays, refusing everything it does not know."""

    def __init__(self, text: str, names: Sequence[str]) -> None:
        self._text = text
        self._variables = (*VARIABLES, *names)
        self._indent = len(text) - len(text.lstrip())

    def compile(self, node: ast.expr, depth: int = 0) -> Compiled:
        """The function of a node, which is inside ``depth`` others."""
        if depth > 4 * _DEEPEST:
            raise self._refuse(node, "nested too deeply")
        name = f"_{type(node).__name__.lower()}"
        method: Callable[[Any, int], Compiled] | None = getattr(self, name, None)
        if method is None:
            raise self._refuse(
                node, f"{_describe(node)} is not allowed here; only arithmetic in t, step, epoch"
            )
        return method(node, depth + 1)

    def _refuse(self, node: ast.expr, message: str) -> ExpressionError:
        line = self._text.strip().splitlines()[: node.lineno - 1]
        start = self._indent + sum(len(part) + 1 for part in line) + node.col_offset
        end = node.end_col_offset if node.end_lineno == node.lineno else None
        width = (end - node.col_offset) if end is not None else 1
        return ExpressionError(message, self._text, start, max(1, width))

    def _constant(self, node: ast.Constant, _depth: int) -> Compiled:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self._refuse(node, f"{node.value!r} is not a number")
        try:
            value = np.float64(node.value)
        except OverflowError:
            raise self._refuse(node, "number too large for float64") from None
        return lambda _: value

    def _name(self, node: ast.Name, _depth: int) -> Compiled:
        name = node.id
        if name in self._variables:
            return lambda variables: variables[name]
        if name in _CONSTANTS:
            value = np.float64(_CONSTANTS[name])
            return lambda _: value
        known = [*VARIABLES, *_CONSTANTS, *_FUNCTIONS]
        hint = did_you_mean(name, known, f"; known are {', '.join(known)}")
        raise self._refuse(node, f"unknown name '{name}'{hint}")

    def _attribute(self, node: ast.Attribute, depth: int) -> Compiled:
        return self._name(self.without_math(node), depth)

    def without_math(self, node: ast.expr) -> ast.Name:
        """The name of ``name`` or ``math.name``."""
        if isinstance(node, ast.Name):
            return node
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "math":
            return ast.copy_location(ast.Name(node.attr), node)
        raise self._refuse(node, f"{_describe(node)} is not allowed here; only math.NAME")

    def _binop(self, node: ast.BinOp, depth: int) -> Compiled:
        operator = BINARY.get(type(node.op))
        if operator is None:
            raise self._refuse(node, f"operator {type(node.op).__name__} is not arithmetic")
        left, right = self.compile(node.left, depth), self.compile(node.right, depth)
        return lambda variables: operator(left(variables), right(variables))

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Compiled:
        operator = _UNARY.get(type(node.op))
        if operator is None:
            raise self._refuse(node, f"operator {type(node.op).__name__} is not arithmetic")
        operand = self.compile(node.operand, depth)
        return lambda variables: operator(operand(variables))

    def _boolop(self, node: ast.BoolOp, depth: int) -> Compiled:
        values = [self.compile(value, depth) for value in node.values]
        is_and = isinstance(node.op, ast.And)

        def either(left: Any, right: Any) -> Any:
            return np.where((left != 0) == is_and, right, left)

        return lambda variables: reduce(either, (value(variables) for value in values))

    def _compare(self, node: ast.Compare, depth: int) -> Compiled:
        operators = [_COMPARE.get(type(operator)) for operator in node.ops]
        if None in operators:
            raise self._refuse(node, "only < <= > >= == != compare numbers")
        sides = [self.compile(side, depth) for side in (node.left, *node.comparators)]

        def compare(variables: Mapping[str, Array]) -> Any:
            values = [side(variables) for side in sides]
            pairs = zip(operators, values, values[1:], strict=False)
            tests = [operator(left, right) for operator, left, right in pairs if operator is not None]
            return np.float64(reduce(np.logical_and, tests))

        return compare

    def _ifexp(self, node: ast.IfExp, depth: int) -> Compiled:
        test, yes, no = (self.compile(part, depth) for part in (node.test, node.body, node.orelse))
        return lambda variables: np.where(test(variables) != 0, yes(variables), no(variables))

    def _call(self, node: ast.Call, depth: int) -> Compiled:
        name = self.without_math(node.func).id
        function = _FUNCTIONS.get(name)
        if function is None:
            hint = did_you_mean(name, _FUNCTIONS, f"; known are {', '.join(_FUNCTIONS)}")
            raise self._refuse(node.func, f"unknown function '{name}'{hint}")
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise self._refuse(node, f"{name} takes plain arguments only")
        if len(node.args) < function.fewest or (function.most is not None and len(node.args) > function.most):
            wanted = f"{function.fewest}" if function.most else f"at least {function.fewest}"
            raise self._refuse(node, f"{name} takes {wanted} argument(s), got {len(node.args)}")
        arguments = [self.compile(argument, depth) for argument in node.args]
        return lambda variables: function.apply(*(argument(variables) for argument in arguments))


def _describe(node: ast.expr) -> str:
    names = {
        "Attribute": "an attribute",
        "Subscript": "indexing",
        "Lambda": "a lambda",
        "List": "a list",
        "Tuple": "a tuple",
        "Dict": "a dictionary",
        "NamedExpr": "an assignment",
    }
    return names.get(type(node).__name__, f"this ({type(node).__name__})")
