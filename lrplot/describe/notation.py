"""Equations as people read them: in plain text, and in LaTeX.

Both walk the same tree, from the loosest binding inwards; a part that binds looser than its place needs
stands in brackets. The LaTeX keeps to what matplotlib draws too.
"""

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from lrplot.schedules.formula import Equation, tree

_COMPARISON, _SUM, _PRODUCT, _POWER, _ATOM = range(5)


class _Term(NamedTuple):
    """A part as it is written, and how tightly it binds."""

    text: str
    binds: int = _ATOM


class Notation(ABC):
    """A way to write equations, by what each part looks like."""

    functions: Mapping[str, Callable[[Sequence[str]], str]] = MappingProxyType({})
    relations: Mapping[type[ast.cmpop], str]
    times = " · "
    modulo = " mod "
    beside = " "
    """What stands between a number and what it multiplies."""
    becomes = "←"

    def equation(self, equation: Equation) -> str:
        """The line without what it is true of."""
        sign = self.becomes if equation.becomes else "="
        return f"{self.write(equation.left)} {sign} {self.write(equation.right)}"

    def conditions(self, equation: Equation) -> list[str]:
        """The conditions of the line, one by one."""
        if not equation.when:
            return []
        test = tree(equation.when)
        parts = test.values if isinstance(test, ast.BoolOp) else [test]
        return [self._condition(part) for part in parts]

    def write(self, text: str) -> str:
        """An expression."""
        return self._term(tree(text)).text

    @abstractmethod
    def number(self, value: Any) -> _Term:
        """A number, or the dots that stand for those between."""

    @abstractmethod
    def name(self, name: str) -> str:
        """A parameter or a letter."""

    @abstractmethod
    def words(self, text: str) -> str:
        """Prose."""

    def bracketed(self, text: str) -> str:
        """A part in brackets."""
        return f"({text})"

    @abstractmethod
    def fraction(self, above: ast.expr, below: ast.expr) -> _Term:
        """One part over another."""

    @abstractmethod
    def raised(self, base: ast.expr, power: ast.expr) -> _Term:
        """A power."""

    @abstractmethod
    def indexed(self, name: str, index: str) -> str:
        """One of several of a name."""

    @abstractmethod
    def call(self, name: str, arguments: Sequence[str]) -> str:
        """A function of its arguments."""

    def _condition(self, node: ast.expr) -> str:
        match node:
            case ast.Compare(ast.Name(name), [ast.Eq()], [ast.Constant(str(value))]):
                return self.words(f"{name}: {value}")
            case ast.Compare(ast.Name(name), [ast.Is()], _):
                return self.words(f"no {name}")
            case ast.Name(name):
                return self.words(f"{name}: true")
            case ast.UnaryOp(ast.Not(), ast.Name(name)):
                return self.words(f"{name}: false")
        return self._term(node).text

    def _term(self, node: Any) -> _Term:
        return _TERMS[type(node)](self, node)

    def _called(self, node: ast.Call) -> _Term:
        arguments = [self._term(argument).text for argument in node.args]
        if isinstance(node.func, ast.Name):
            return _Term(self.call(node.func.id, arguments))
        return _Term(f"{self._term(node.func).text}{self.bracketed(', '.join(arguments))}")

    def _one_of(self, node: ast.Subscript) -> _Term:
        return _Term(self.indexed(ast.unparse(node.value), self._term(node.slice).text.replace(" ", "")))

    def _compared(self, node: ast.Compare) -> _Term:
        signs = [self.relations[type(op)] for op in node.ops]
        sides = [self.at(side, _SUM) for side in (node.left, *node.comparators)]
        told = [f"{sign} {side}" for sign, side in zip(signs, sides[1:], strict=True)]
        return _Term(" ".join([sides[0], *told]), _COMPARISON)

    def _signed(self, node: ast.UnaryOp) -> _Term:
        return _Term(f"-{self.at(node.operand, _PRODUCT)}", _PRODUCT)

    def _operation(self, node: ast.BinOp) -> _Term:
        return _OPERATIONS[type(node.op)](self, node.left, node.right)

    def _added(self, left: ast.expr, right: ast.expr) -> _Term:
        return _Term(f"{self.at(left, _SUM)} + {self.at(right, _SUM)}", _SUM)

    def _subtracted(self, left: ast.expr, right: ast.expr) -> _Term:
        return _Term(f"{self.at(left, _SUM)} - {self.at(right, _PRODUCT)}", _SUM)

    def _multiplied(self, left: ast.expr, right: ast.expr) -> _Term:
        between = self.beside if _is_coefficient(left) else self.times
        last = self.at(right, _PRODUCT if _is_product(right) else _POWER)
        return _Term(f"{self.at(left, _PRODUCT)}{between}{last}", _PRODUCT)

    def _divided(self, left: ast.expr, right: ast.expr) -> _Term:
        return self.fraction(left, right)

    def _rounded(self, left: ast.expr, right: ast.expr) -> _Term:
        return _Term(self.call("floor", [self.fraction(left, right).text]))

    def _rest(self, left: ast.expr, right: ast.expr) -> _Term:
        return _Term(self.modulo.join((self.at(left, _PRODUCT), self.at(right, _POWER))), _PRODUCT)

    def _to_the_power(self, left: ast.expr, right: ast.expr) -> _Term:
        return self.raised(left, right)

    def at(self, node: ast.expr, binds: int) -> str:
        """A part where nothing that binds looser may stand without brackets."""
        term = self._term(node)
        return term.text if term.binds >= binds else self.bracketed(term.text)


_TERMS: Final[Mapping[type[ast.AST], Callable[[Notation, Any], _Term]]] = MappingProxyType(
    {
        ast.Constant: lambda notation, node: notation.number(node.value),
        ast.Name: lambda notation, node: _Term(notation.name(node.id)),
        ast.Subscript: Notation._one_of,
        ast.UnaryOp: Notation._signed,
        ast.BinOp: Notation._operation,
        ast.Compare: Notation._compared,
        ast.Call: Notation._called,
    }
)
_OPERATIONS: Final[Mapping[type[ast.operator], Callable[[Notation, ast.expr, ast.expr], _Term]]] = (
    MappingProxyType(
        {
            ast.Add: Notation._added,
            ast.Sub: Notation._subtracted,
            ast.Mult: Notation._multiplied,
            ast.Div: Notation._divided,
            ast.FloorDiv: Notation._rounded,
            ast.Mod: Notation._rest,
            ast.Pow: Notation._to_the_power,
        }
    )
)


def _is_product(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)


def _is_coefficient(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id == "pi")


class _Text(Notation):
    """Formulas as docstrings have them."""

    relations = MappingProxyType(
        {ast.Lt: "<", ast.LtE: "≤", ast.Gt: ">", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠"}
    )
    functions = MappingProxyType(
        {
            "sqrt": lambda inside: f"√{inside[0]}" if inside[0].isidentifier() else f"√({inside[0]})",
            "prod": lambda inside: f"Π ({inside[0]})",
            "count": lambda inside: f"(number of {inside[0]})",
        }
    )

    def number(self, value: Any) -> _Term:
        return _Term({0.5: "½", ...: "…"}.get(value, str(value)))

    def name(self, name: str) -> str:
        letter, _, index = name.partition("_")
        if letter == "β":
            return letter + _BELOW[index]
        return "π" if name == "pi" else name

    def words(self, text: str) -> str:
        return text

    def fraction(self, above: ast.expr, below: ast.expr) -> _Term:
        return _Term(f"{self.at(above, _PRODUCT)} / {self.at(below, _POWER)}", _PRODUCT)

    def raised(self, base: ast.expr, power: ast.expr) -> _Term:
        if isinstance(power, ast.Constant) and power.value == 2:
            return _Term(f"{self.at(base, _ATOM)}²", _POWER)
        return _Term(f"{self.at(base, _ATOM)} ** {self.at(power, _POWER)}", _POWER)

    def indexed(self, name: str, index: str) -> str:
        return f"{name}_{index}" if index.isalnum() else f"{name}_{{{index}}}"

    def call(self, name: str, arguments: Sequence[str]) -> str:
        write = self.functions.get(name)
        return f"{name}({', '.join(arguments)})" if write is None else write(arguments)


_BELOW: Final = {"1": "₁", "2": "₂"}


class _Latex(Notation):
    """Mathematics for a paper."""

    relations = MappingProxyType(
        {ast.Lt: "<", ast.LtE: r"\leq", ast.Gt: ">", ast.GtE: r"\geq", ast.Eq: "=", ast.NotEq: r"\neq"}
    )
    times = r" \cdot "
    modulo = r"\ \mathrm{mod}\ "
    beside = r"\,"
    becomes = r"\leftarrow"
    functions = MappingProxyType(
        {
            "lr": lambda inside: rf"\eta_{{{inside[0].replace(' ', '')}}}",
            "sqrt": lambda inside: rf"\sqrt{{{inside[0]}}}",
            "exp": lambda inside: f"e^{{{inside[0]}}}",
            "floor": lambda inside: rf"\left\lfloor {inside[0]} \right\rfloor",
            "ceil": lambda inside: rf"\left\lceil {inside[0]} \right\rceil",
            "prod": lambda inside: rf"\prod \left( {inside[0]} \right)",
            "count": lambda inside: rf"\text{{number of}}\ {inside[0]}",
        }
    )

    def number(self, value: Any) -> _Term:
        if value == 0.5:
            return _Term(r"\frac{1}{2}", _POWER)
        return _Term(r"\ldots" if value is ... else str(value))

    def name(self, name: str) -> str:
        return _LETTERS.get(name) or _letter(name)

    def words(self, text: str) -> str:
        escaped = text.replace("_", r"\_")
        return rf"\text{{{escaped}}}"

    def bracketed(self, text: str) -> str:
        return rf"\left( {text} \right)"

    def fraction(self, above: ast.expr, below: ast.expr) -> _Term:
        return _Term(rf"\frac{{{self._term(above).text}}}{{{self._term(below).text}}}", _POWER)

    def raised(self, base: ast.expr, power: ast.expr) -> _Term:
        return _Term(f"{self.at(base, _ATOM)}^{{{self._term(power).text}}}", _POWER)

    def indexed(self, name: str, index: str) -> str:
        return f"{self.name(name)}_{{{index}}}"

    def call(self, name: str, arguments: Sequence[str]) -> str:
        write = self.functions.get(name)
        if write is not None:
            return write(arguments)
        if name == "log" and len(arguments) > 1:
            return rf"\log_{{{arguments[1]}}} {self.bracketed(arguments[0])}"
        inside = self.bracketed(r",\ ".join(arguments))
        return rf"\{name} {inside}" if name in _FUNCTIONS else f"{self.name(name)} {inside}"


_FUNCTIONS: Final = frozenset({"cos", "sin", "tanh", "log", "exp", "min", "max"})
_LETTERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # What the field writes for a parameter, where it has a letter.
        "lr": r"\eta_{0}",
        "max_lr": r"\eta_{\max}",
        "min_lr": r"\eta_{\min}",
        "eta_min": r"\eta_{\min}",
        "base_lr": r"\eta_{\mathrm{base}}",
        "end_lr": r"\eta_{\mathrm{end}}",
        "T_max": r"T_{\max}",
        "gamma": r"\gamma",
        "alpha": r"\alpha",
        "rate": r"\lambda",
        "eps": r"\epsilon",
        "pi": r"\pi",
        "θ": r"\theta",
        "Δθ": r"\Delta \theta",
        "Δθ_Adam": r"\Delta \theta_{\mathrm{Adam}}",
        "β_1": r"\beta_{1}",
        "β_2": r"\beta_{2}",
    }
)


def _letter(name: str) -> str:
    """A name as mathematics: a letter, one with an index, or upright as it stands."""
    stem, _, index = name.partition("_")
    if index and (len(stem) == 1 or len(index) == 1):
        return f"{_upright(stem)}_{{{_upright(index)}}}"
    return _upright(name)


def _upright(name: str) -> str:
    escaped = name.replace("_", r"\_")
    return name if len(name) == 1 else rf"\mathrm{{{escaped}}}"


_ALIGNED: Final = 48
"""Longest line that conditions are aligned behind: beside it a page of 80 columns has room for one."""


def plain(equations: Iterable[Equation]) -> tuple[str, ...]:
    """The equations in plain text, what each is true of in brackets behind it.

    >>> plain([Equation("lr(t)", "lr * gamma ** (t // step_size)")])
    ('lr(t) = lr · gamma ** floor(t / step_size)',)
    """
    notation = _Text()
    rows = [(notation.equation(each), _asides(notation, each)) for each in equations]
    width = max((len(line) for line, aside in rows if aside and len(line) <= _ALIGNED), default=0)
    return tuple(f"{line:{width}}   {aside}" if aside else line for line, aside in rows)


def _asides(notation: Notation, equation: Equation) -> str:
    told = [*notation.conditions(equation), *([equation.note] if equation.note else [])]
    return f"({', '.join(told)})" if told else ""


def latex(equations: Iterable[Equation]) -> tuple[str, ...]:
    r"""The equations in LaTeX.

    >>> latex([Equation("lr(t)", "lr * gamma ** (t // step_size)")])[0]
    '\\eta_{t} = \\eta_{0} \\cdot \\gamma^{\\left\\lfloor \\frac{t}{\\mathrm{step\\_size}} \\right\\rfloor}'
    """
    notation = _Latex()
    lines = []
    for each in equations:
        told = [*notation.conditions(each), *([notation.words(each.note)] if each.note else [])]
        aside = notation.bracketed(r",\ ".join(told))
        lines.append(rf"{notation.equation(each)} \quad {aside}" if told else notation.equation(each))
    return tuple(lines)
