"""Arithmetic in the step, put together while a function is read, and the schedule it makes."""

import ast
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from lrplot.python.parameters import Refusal
from lrplot.python.raising import python_failure
from lrplot.python.risks import risky_steps
from lrplot.python.values import Unknown
from lrplot.python.whole import is_whole, not_negative
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.multiplicative import Multiplicative
from lrplot.schedules.product import Product
from lrplot.schedules.sequence import Sequence as Phases

_LARGEST: Final = 4000
"""Nodes of a formula: a loop that squares what it has doubles them each turn, and a person's has some ten."""


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """A value that depends on the step: an expression in ``t``.

    ``power`` is 1 where it is a multiple of the current rate, which the text then leaves out: in
    ``lr * 0.1`` the expression is ``0.1`` and the power 1. ``array`` says that it is no plain number of
    Python's but an array's (NumPy's, JAX's, a tensor), which gives infinity where Python raises.
    """

    node: ast.expr
    power: int = 0
    size: int = 1
    array: bool = False

    @property
    def text(self) -> str:
        """The expression."""
        return ast.unparse(self.node)


@dataclass(frozen=True, slots=True, eq=False)
class Inner:
    """A schedule asked at ``t + offset``, times ``factor``."""

    schedule: Schedule
    offset: float = 0
    factor: float = 1


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One value where the test holds, another where not, one of them no plain expression."""

    test: Symbol
    yes: Any
    no: Any


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """The product of an expression over all steps so far, times ``factor``."""

    text: str
    from_zero: bool
    factor: float = 1


STEP: Final = Symbol(ast.Name("t"))
CURRENT_RATE: Final = Symbol(ast.Constant(1), power=1)

_OPERATORS: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
OPERATORS: Final = frozenset(_OPERATORS)


def symbol(value: Any) -> Symbol:
    """A number as a symbol, a symbol as itself.

    Raises
    ------
    Refusal
        When it is neither.
    """
    if isinstance(value, Symbol):
        return value
    if isinstance(value, bool):
        return Symbol(ast.Constant(int(value)))
    if isinstance(value, int | float):
        if math.isnan(value):
            raise Refusal(f"{value} in a schedule's function")
        if value == math.pi:
            return Symbol(ast.Name("pi"))
        positive: ast.expr = ast.Constant(abs(value))
        return Symbol(ast.UnaryOp(ast.USub(), positive) if value < 0 else positive)
    raise Refusal("only arithmetic in the step is read here")


def _made(node: ast.expr, parts: Sequence[Symbol], power: int) -> Symbol:
    size = 1 + sum(part.size for part in parts)
    if size > _LARGEST:
        raise Refusal("the formula grows too long to be read")
    array = any(part.array for part in parts)
    node.lenient = array  # type: ignore[attr-defined]
    return Symbol(node, power, size, array)


_CHECKED: Final = 1 << 18
"""Steps that are looked at one by one where it is not known which may raise: 2 MB of float64."""
_BEHIND: Final = 4096
"""Steps behind these that are looked at, each further than the last by the same factor."""
_ADVICE: Final[Mapping[str, str]] = {
    "division by zero": "write max(1, …) around the divisor, or count from step + 1",
    "0 to a negative power": "write max(1, step), or count from step + 1",
    "exp beyond what a float holds": "bound its argument: min(700, …)",
    "the logarithm of a number that is not above 0": "write log(step + 1)",
}


def check_python(value: Any, length: float | None, parameter: str, start: int = 0) -> None:
    """Refuse a function of the step that Python could not compute at one of its steps.

    Raises
    ------
    Refusal
        When it would raise there, naming the first such step and what to write instead.
    """
    if not isinstance(value, Symbol):
        return
    end = _CHECKED if length is None else math.ceil(length)
    steps = risky_steps(value.node, start, max(start, end - 1))
    if steps is None:
        steps = np.arange(start, min(end, start + _CHECKED), dtype=np.float64)
        if end > _CHECKED:
            steps = np.concatenate([steps, np.geomspace(_CHECKED, end - 1, _BEHIND).round()])
    failure = python_failure(value.node, steps)
    if failure is not None:
        hint = f"; {_ADVICE[failure.reason]}" if failure.reason in _ADVICE else ""
        raise Refusal(
            f"the function {failure.how} at step {failure.step}: {failure.reason}{hint}",
            parameter,
        )


def _is_test(node: ast.AST) -> bool:
    """True for what is True or False of an array: a test, and the product of two."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mult) and _is_test(node.left) and _is_test(node.right)
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return negated or isinstance(node, ast.Compare | ast.BoolOp)


def is_test(value: Any) -> bool:
    """True for what is True or False and nothing else."""
    if not isinstance(value, Symbol):
        return isinstance(value, bool)
    if isinstance(value.node, ast.BoolOp):
        return all(is_test(Symbol(each)) for each in value.node.values)
    return _is_test(value.node)


def check_tests(value: Any) -> None:
    """Refuse a function that adds tests up, where the step is an array: there True + True is True.

    Raises
    ------
    Refusal
        Naming the sum, and what to write instead.
    """
    nodes = ast.walk(value.node) if isinstance(value, Symbol) else ()
    for node in nodes:
        if (
            isinstance(node, ast.BinOp)
            and _is_test(node.left)
            and _is_test(node.right)
            and not _is_test(node)
        ):
            raise Refusal(
                f"'{ast.unparse(node)}' is no sum where the step t is an array: True + True is True there; "
                "write where(test, 1.0, 0.0) of each"
            )


def combine(operator: ast.operator, left: Any, right: Any) -> Any:
    """``left operator right`` where at least one side depends on the step."""
    if isinstance(left, Inner | Choice | Running) or isinstance(right, Inner | Choice | Running):
        return _scaled(operator, left, right)
    a, b = symbol(left), symbol(right)
    node = ast.BinOp(a.node, operator, b.node)
    if isinstance(operator, ast.Mult):
        if a.power and b.power:
            raise Refusal("the current rate times itself is no schedule that can be drawn")
        if a is CURRENT_RATE:
            return Symbol(b.node, 1, b.size, b.array)
        if b is CURRENT_RATE:
            return Symbol(a.node, 1, a.size, a.array)
        return _made(node, (a, b), a.power + b.power)
    if isinstance(operator, ast.Div) and not b.power:
        return _made(node, (a, b), a.power)
    if isinstance(operator, ast.Add | ast.Sub) and a.power == b.power:
        return _made(node, (a, b), a.power)
    if a.power or b.power:
        raise Refusal(
            "the current rate may only be multiplied; what is added to it, or bounds it, is not read"
        )
    return _made(node, (a, b), 0)


def _scaled(operator: ast.operator, left: Any, right: Any) -> Any:
    schedule, number = (left, right) if isinstance(left, Inner | Choice | Running) else (right, left)
    if isinstance(number, int | float) and not isinstance(number, bool):
        factor = float(number)
        if isinstance(operator, ast.Div) and schedule is left and factor:
            return _times(schedule, 1 / factor)
        if isinstance(operator, ast.Mult):
            return _times(schedule, factor)
    raise Refusal("a schedule inside a function may only be multiplied or divided by a number")


def _times(value: Any, factor: float) -> Any:
    if isinstance(value, Inner):
        return Inner(value.schedule, value.offset, value.factor * factor)
    if isinstance(value, Running):
        return Running(value.text, value.from_zero, value.factor * factor)
    if isinstance(value, Choice):
        return Choice(value.test, _times(value.yes, factor), _times(value.no, factor))
    return value * factor if isinstance(value, int | float) else combine(ast.Mult(), value, factor)


def negative(value: Any) -> Any:
    """``-value``."""
    if isinstance(value, Inner):
        return replace(value, factor=-value.factor)
    if isinstance(value, Choice):
        return replace(value, yes=negative(value.yes), no=negative(value.no))
    inside = symbol(value)
    return _made(ast.UnaryOp(ast.USub(), inside.node), (inside,), inside.power)


def invert(value: Any) -> Symbol:
    """``not value``."""
    inside = _plain(value)
    return _made(ast.UnaryOp(ast.Not(), inside.node), (inside,), 0)


def compare(operators: Sequence[ast.cmpop], sides: Sequence[Any]) -> Symbol:
    """A comparison, chained or not."""
    plain = [_plain(side) for side in sides]
    if not all(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE | ast.Eq | ast.NotEq) for op in operators):
        raise Refusal("only < <= > >= == != compare numbers")
    node = ast.Compare(plain[0].node, list(operators), [side.node for side in plain[1:]])
    return _made(node, plain, 0)


def either(operator: ast.boolop, values: Sequence[Any]) -> Symbol:
    """``and`` and ``or``."""
    plain = [_plain(value) for value in values]
    if isinstance(operator, ast.And) and any(_is_zero(value) for value in plain):
        return Symbol(ast.Constant(value=0))
    return _made(ast.BoolOp(operator, [value.node for value in plain]), plain, 0)


def _plain(value: Any) -> Symbol:
    inside = symbol(value)
    if inside.power:
        raise Refusal("the current rate may only be multiplied; a test on it is not read")
    return inside


def choose(test: Symbol, yes: Any, no: Any) -> Any:
    """``yes if test else no``, member by member where both are lists."""
    if isinstance(yes, list) and isinstance(no, list) and len(yes) == len(no):
        return [_member(test, a, b) for a, b in zip(yes, no, strict=True)]
    if isinstance(yes, Inner | Choice) or isinstance(no, Inner | Choice):
        return Choice(test, yes, no)
    a, b = symbol(yes), symbol(no)
    if a.power != b.power:
        if _is_zero(a) or _is_zero(b):
            power = max(a.power, b.power)
            a, b = replace(a, power=power), replace(b, power=power)
        else:
            raise Refusal(
                "one branch multiplies the current rate, the other sets it; only one of both is read"
            )
    return _made(ast.IfExp(test.node, a.node, b.node), (test, a, b), a.power)


def _member(test: Symbol, yes: Any, no: Any) -> Any:
    """A member of two lists: what is open of one is not asked for where another is meant."""
    unknown = next((each for each in (yes, no) if isinstance(each, Unknown)), None)
    return choose(test, yes, no) if unknown is None else unknown


def _is_zero(value: Symbol) -> bool:
    return isinstance(value.node, ast.Constant) and value.node.value == 0


def call(name: str, arguments: Sequence[Any]) -> Symbol:
    """A function of the expression list."""
    inside = [symbol(argument) for argument in arguments]
    homogeneous = name in {"min", "max", "abs"} and len({value.power for value in inside}) == 1
    if any(value.power for value in inside) and not homogeneous:
        raise Refusal(
            "the current rate may only be multiplied; what is added to it, or bounds it, is not read"
        )
    node = ast.Call(ast.Name(name), [value.node for value in inside], [])
    return _made(node, inside, inside[0].power)


def truncated(value: Symbol) -> Symbol:
    """``int(value)``: towards zero."""
    if is_whole(value.node):
        return value
    down = call("floor", [value])
    if not_negative(value.node):
        return down
    return call("where", [compare([ast.Lt()], [value, 0]), call("ceil", [value]), down])


def offset_of(value: Any) -> float | None:
    """``c`` where the value is ``t + c``, None where it is something else."""
    node = value.node if isinstance(value, Symbol) else None
    if _is_step(node):
        return 0.0
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        left, right = node.left, node.right
        if _is_step(left) and isinstance(right, ast.Constant):
            return float(right.value) * (-1 if isinstance(node.op, ast.Sub) else 1)  # type: ignore[arg-type]
        if _is_step(right) and isinstance(left, ast.Constant) and isinstance(node.op, ast.Add):
            return float(left.value)  # type: ignore[arg-type]
    return None


def _is_step(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Name) and node.id == "t"


EACH: Final = "each"


def every_step(start: int) -> Symbol:
    """``arange(start, …)``: the steps so far, for :func:`running` alone."""
    return Symbol(ast.Name(f"{EACH}{start}"))


def running(value: Any) -> Running:
    """``prod(where(steps <= t, factor, 1))``: the product of a factor over the steps so far.

    Raises
    ------
    Refusal
        When it is another product.
    """
    node = value.node if isinstance(value, Symbol) else None
    match node:
        case ast.IfExp(
            test=ast.Compare(left=ast.Name(id=name), ops=[ast.LtE()], comparators=[ast.Name(id="t")]),
            orelse=ast.Constant(value=1),
        ) if name in {f"{EACH}0", f"{EACH}1"}:
            body = ast.parse(ast.unparse(node.body), mode="eval")
            for inner in ast.walk(body):
                if isinstance(inner, ast.Name) and inner.id == name:
                    inner.id = "t"
            return Running(ast.unparse(body), from_zero=name == f"{EACH}0")
    raise Refusal(
        "only the product of a factor over the steps so far is read: prod(where(arange(1, n) <= step, …, 1))"
    )


def schedule_of(value: Any, lr: float = 1) -> Schedule:
    """The schedule whose rate is ``lr`` times the value, step by step.

    Raises
    ------
    Refusal
        When the value multiplies the current rate, or asks a schedule at steps it does not have.
    """
    return _from(value, 0, lr)


def asked_at(value: Any, step: str) -> str:
    """The expression of a function of the step, asked at another.

    >>> asked_at(Symbol(ast.parse("1 / t", mode="eval").body), "t + 1")
    '1 / (t + 1)'
    """
    body = ast.parse(symbol(value).text, mode="eval")
    other = ast.parse(step, mode="eval").body
    return ast.unparse(_Asked(other).visit(body))


class _Asked(ast.NodeTransformer):
    def __init__(self, step: ast.expr) -> None:
        self._step = step

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._step if node.id == "t" else node


def recursion_of(value: Any, lr: float, *, from_zero: bool) -> Schedule:
    """The schedule that multiplies the current rate by the value, step by step."""
    if isinstance(value, Inner | Choice):
        raise Refusal("a schedule inside a function that multiplies the current rate is not read")
    text = symbol(value).text
    return Multiplicative(lr=lr, factor=text, from_zero=from_zero)


def _from(value: Any, start: int, lr: float) -> Schedule:
    """The schedule of ``value``, begun at step ``start``."""
    if isinstance(value, int | float):
        if value * lr < 0:
            raise Refusal(f"a rate of {value * lr:g} is negative")
        return Constant(lr=float(value * lr))
    if isinstance(value, Symbol):
        if value.power:
            raise Refusal("a multiple of the current rate where a rate is wanted")
        return _begun(Lambda(lr=lr, factor=value.text), start)
    if isinstance(value, Running):
        made = Multiplicative(lr=value.factor * lr, factor=value.text, from_zero=value.from_zero)
        return _begun(made, start)
    if isinstance(value, Inner):
        at = value.offset + start
        if at < 0 or not float(at).is_integer():
            raise Refusal(f"the schedule inside would be asked at step {at:g}")
        if value.factor * lr < 0:
            raise Refusal("minus a schedule is a rate below 0, which is not drawn")
        return multiplied(_begun(value.schedule, int(at)), value.factor * lr)
    if not isinstance(value, Choice):
        raise Refusal("the function gives no number")
    limit, first, then = _split(value)
    if limit <= start:
        return _from(then, start, lr)
    before = _from(first, start, lr)
    return Phases(parts=(before, _from(then, limit, lr)), lengths=(limit - start,))


def _begun(schedule: Schedule, start: int) -> Schedule:
    return Excerpt(schedule=schedule, start=start) if start else schedule


def multiplied(schedule: Schedule, factor: float) -> Schedule:
    """The schedule times a number."""
    return schedule if factor == 1 else Product(lr=1, factors=(Constant(lr=factor), schedule))


def _split(choice: Choice) -> tuple[int, Any, Any]:
    """The step at which a choice changes, and what holds before and after."""
    test = choice.test.node
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and _is_step(test.left):
        bound = test.comparators[0]
        if isinstance(bound, ast.Constant) and isinstance(bound.value, int | float):
            limit, op = bound.value, test.ops[0]
            if isinstance(op, ast.Lt | ast.GtE):
                at = math.ceil(limit)
            elif isinstance(op, ast.LtE | ast.Gt):
                at = math.floor(limit) + 1
            else:
                raise Refusal("a schedule inside a condition other than 'step < number' is not read")
            sides = (choice.yes, choice.no) if isinstance(op, ast.Lt | ast.LtE) else (choice.no, choice.yes)
            return at, *sides
    raise Refusal("a schedule inside a condition other than 'step < number' is not read")
