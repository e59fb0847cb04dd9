"""Arithmetic in t, against Python itself, and texts that are nearly arithmetic."""

import ast
import math
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from lrplot.expression import Expression, later
from lrplot.python.raising import python_failure
from lrplot.run import Run
from lrplot.schedules.lambda_ import Lambda

from ..laws import LawBrokenError
from . import runs
from .case import Case
from .values import chance, mutated

STEPS = 40
NAMES: dict[str, Any] = {
    "min": min,
    "max": max,
    "abs": abs,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "sin": math.sin,
    "cos": math.cos,
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    "where": lambda test, yes, no: yes if test else no,
    "pi": math.pi,
    "math": math,
}


def exact(rng: Random, depth: int = 2) -> str:
    """Arithmetic that rounds nothing: whole numbers, quarters, t."""
    if depth == 0 or chance(rng, 0.3):
        return rng.choice(["t", "t", "step", str(rng.randint(0, 30)), "0.5", "0.25", "-3"])
    a, b = exact(rng, depth - 1), exact(rng, depth - 1)
    return rng.choice(
        [f"({a} + {b})", f"({a} - {b})", f"{a} * {b}", f"min({a}, {b})", f"({a}) // 4", f"({a}) % 8"]
    )


def arithmetic(rng: Random, depth: int = 3) -> str:
    """Any arithmetic; what jumps (a comparison, a rounding) looks at exact numbers alone."""
    if depth == 0 or chance(rng, 0.12):
        return rng.choice([exact(rng, 1), "t", "pi", "0.1", f"{rng.uniform(0, 2):.3g}", "epoch"])
    a, b, c = (arithmetic(rng, depth - 1) for _ in range(3))
    compared = f"{exact(rng)} {rng.choice(['<', '<=', '>', '>=', '==', '!='])} {exact(rng)}"
    # A sine keeps no digit of a huge number, so it looks at exact ones alone.
    name, inner = rng.choice(
        [("sqrt", a), ("exp", a), ("log", a), ("abs", a), ("sin", exact(rng)), ("cos", exact(rng))]
    )
    forms: list[Callable[[], str]] = [
        lambda: f"({a} + {b})",
        lambda: f"({a} - {b})",
        lambda: f"({a}) * ({b})",
        lambda: f"({a}) / ({b})",
        lambda: f"abs({a}) ** ({b})",
        lambda: f"0.9 ** ({exact(rng)})",
        lambda: f"{rng.choice(['min', 'max'])}({a}, {b}, {c})",
        lambda: f"{rng.choice(['', 'math.'])}{name}({inner})".replace("math.abs", "abs"),
        lambda: f"({a} if {compared} else {b})",
        lambda: f"where({compared}, {a}, {b})",
        lambda: f"({compared}) * ({a})",
        lambda: f"({a} if not ({compared}) and {exact(rng)} < 20 or t == 3 else {b})",
        lambda: f"-({a})",
        lambda: f"floor({exact(rng)})",
    ]
    return rng.choice(forms)()


def factor(rng: Random) -> str:
    """What a user multiplies the rate by: mostly between 0 and 1."""
    return rng.choice(
        [
            f"{rng.uniform(0.8, 1):.3g} ** t",
            f"1 / (1 + {rng.uniform(0, 1):.2g} * t)",
            f"1.0 if t < {rng.randint(1, 90)} else {rng.uniform(0, 1):.2g}",
            f"0.5 * (1 + cos(pi * t / {rng.randint(5, 200)}))",
            f"min((t + 1) ** -0.5, (t + 1) * {rng.randint(1, 50)} ** -1.5)",
            f"max(0, 1 - t / {rng.randint(5, 200)})",
            f"exp(-t / {rng.randint(2, 60)})",
            f"abs({arithmetic(rng, 2)})",
            f"0.1 ** (t // {rng.randint(1, 40)})",
            f"1 / (t % {rng.randint(1, 9)} + 1)",
        ]
    )


def case(rng: Random) -> Case:
    form = rng.choices(["arithmetic", "factor", "text"], [6, 2, 2])[0]
    if form == "factor":
        return _factor(rng, factor(rng))
    text = arithmetic(rng, rng.randint(1, 4))
    if form == "text":
        for _ in range(rng.randint(1, 3)):
            text = mutated(rng, text)
    return Case(text, lambda _: _against_python(text, rng.randint(1, 9)))


def _factor(rng: Random, text: str) -> Case:
    steps = rng.choice([1, 2, 50, 700])
    return Case(
        f"lr · ({text}) over {steps}",
        lambda _: runs.check(rng, Run("it", Lambda(lr=0.1, factor=text), steps, 7)),
    )


def _against_python(text: str, by: int) -> None:
    expression, steps = Expression(text), np.arange(float(STEPS))
    values = expression(steps)
    if values.shape != steps.shape or values.dtype != np.float64:
        raise LawBrokenError(f"{values.shape} of {values.dtype}")
    alone = np.array([expression(np.array([step]))[0] for step in steps])
    _same(values, alone, "together and alone")
    if "epoch" not in text:
        _same(expression(steps + by), Expression(later(text, by))(steps), f"later by {by}")
    failure = python_failure(ast.parse(text.strip(), mode="eval").body, steps)
    tree = _Floats().visit(ast.parse(text.strip(), mode="eval"))
    code = compile(ast.fix_missing_locations(tree), "expression", "eval")
    for step in steps.tolist():
        try:
            value = eval(code, NAMES | {"t": step, "step": step, "epoch": step})  # noqa: S307 (it was parsed above)
        except (ArithmeticError, ValueError):
            if "where(" not in text and (failure is None or failure.step > step):
                raise LawBrokenError(f"Python raises at step {step}, {failure} is said") from None
            return
        except TypeError:
            return  # a complex number on the way
        if isinstance(value, complex):
            return
        if failure is not None and failure.step == step and "where(" not in text:
            raise LawBrokenError(f"{failure} is said, Python has {value}")
        _same(values[[int(step)]], np.array([float(value)]), f"step {step}, and Python's")


class _Floats(ast.NodeTransformer):
    """Python computes 9 ** 9 ** 9 for ever; 9.0 ** 9.0 ** 9.0 overflows."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.copy_location(ast.Constant(float(node.value)), node)  # type: ignore[arg-type]


def _same(one: np.ndarray, other: np.ndarray, what: str) -> None:
    with np.errstate(all="ignore"):
        close = np.isclose(one, other, rtol=1e-9, atol=1e-9, equal_nan=True)
    if not close.all():
        at = int(np.argmin(close))
        raise LawBrokenError(f"{what}: {one[at]!r} and {other[at]!r}")
