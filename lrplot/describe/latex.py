r"""The formula of a docstring in LaTeX: a small grammar of what stands there.

Products written by putting two things side by side bind tighter than ``/``, which binds tighter than
``·``; words that are no parameter are text. What comes out keeps to the LaTeX that matplotlib draws too.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    (?P<aside>(?<=\s)\((?=[^)]*[a-z]{2})[a-z0-9]+(?:(?:-|[,:]?\ )[a-z0-9]+)*\))
    |(?P<gap>\s{2,})
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<name>[A-Za-z]+(?:'s|_(?:\{[^}]*\}|[A-Za-z0-9]+))*)
    |(?P<greek>[α-ωΔ])
    |(?P<above>[²ⁿᶻ])
    |(?P<below>[₁₂])
    |(?P<sign>\*\*|[^\s])
    |(?P<space>\s)
    """,
    re.VERBOSE,
)

_RELATIONS: Final[Mapping[str, str]] = {
    "=": "=",
    "<": "<",
    "≤": r"\leq",
    "≥": r"\geq",
    ">": ">",
    "→": r"\to",
    "←": r"\leftarrow",
    ",": r",\ ",
    ":": r":\ ",
}
_SIGNS: Final[Mapping[str, str]] = {"½": r"\frac{1}{2}", "…": r"\ldots", "Π": r"\prod"}
_GREEK: Final[Mapping[str, str]] = {
    "α": r"\alpha",
    "β": r"\beta",
    "η": r"\eta",
    "θ": r"\theta",
    "λ": r"\lambda",
    "π": r"\pi",
    "Δ": r"\Delta",
}
_ABOVE: Final[Mapping[str, str]] = {"²": "2", "ⁿ": "n", "ᶻ": "z"}
_BELOW: Final[Mapping[str, str]] = {"₁": "1", "₂": "2"}
_FUNCTIONS: Final = frozenset({"cos", "sin", "tanh", "log", "exp", "min", "max"})
_LETTERS: Final[Mapping[str, str]] = {
    # What the field writes for a parameter, where it has a letter.
    "lr": r"\eta_{0}",
    "max_lr": r"\eta_{\max}",
    "min_lr": r"\eta_{\min}",
    "eta_min": r"\eta_{\min}",
    "base_lr": r"\eta_{\mathrm{base}}",
    "end_lr": r"\eta_{\mathrm{end}}",
    "T_max": r"T_{\max}",
    "T_mult": r"T_{\mathrm{mult}}",
    "gamma": r"\gamma",
    "alpha": r"\alpha",
    "rate": r"\lambda",
    "eps": r"\epsilon",
}


def latex(formula: Sequence[str], parameters: Collection[str]) -> tuple[str, ...]:
    r"""A formula's lines in LaTeX, one that goes on with ``=`` joined to the one before.

    ``parameters`` are the names that are not prose.

    Examples
    --------
    >>> latex(["lr(t) = lr · gamma ** floor(t / step_size)"], {"lr", "gamma", "step_size"})[0]
    '\\eta_{t} = \\eta_{0} \\cdot \\gamma^{\\left\\lfloor \\frac{t}{\\mathrm{step\\_size}} \\right\\rfloor}'
    """
    joined: list[str] = []
    for line in formula:
        if line.lstrip().startswith("=") and joined:
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line.strip())
    return tuple(_Line(line, parameters).written() for line in joined)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    spaced: bool


@dataclass(frozen=True, slots=True)
class _Term:
    """A piece of LaTeX: whether it is prose, and what it is without the brackets around it."""

    text: str
    prose: bool = False
    bare: str | None = None

    @property
    def inside(self) -> str:
        return self.text if self.bare is None else self.bare


def _tokens(line: str) -> Iterator[_Token]:
    spaced = False
    for match in _TOKEN.finditer(line):
        kind = str(match.lastgroup)
        if kind != "space":
            yield _Token(kind, match[0], spaced)
        spaced = kind in {"space", "gap"}


class _Line:
    """One line, read from the left."""

    def __init__(self, line: str, parameters: Collection[str]) -> None:
        self._tokens = list(_tokens(line))
        self._parameters = parameters
        self._at = 0

    def written(self) -> str:
        parts = [self._relations()]
        while self._at < len(self._tokens):
            parts.append(r"\quad" if self._take().kind == "gap" else "")
            parts.append(self._relations())
        return " ".join(part for part in parts if part)

    def _peek(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _Token("end", "", spaced=False)

    def _take(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _next_is(self, *signs: str) -> bool:
        token = self._peek()
        return token.kind == "sign" and token.text in signs

    def _relations(self) -> str:
        parts = [self._sum()]
        while self._next_is(*_RELATIONS):
            parts += [_RELATIONS[self._take().text], self._sum()]
        return " ".join(part for part in parts if part).replace(" ,", ",").replace(" :", ":")

    def _sum(self) -> str:
        parts = [self._take().text] if self._next_is("-") else []
        parts.append(self._product())
        while self._next_is("+", "-"):
            parts += [self._take().text, self._product()]
        return " ".join(part for part in parts if part)

    def _product(self) -> str:
        parts = [self._quotient()]
        while self._next_is("·"):
            self._take()
            parts.append(self._quotient())
        return r" \cdot ".join(parts)

    def _quotient(self) -> str:
        left = self._side_by_side()
        while self._next_is("/"):
            self._take()
            left = _Term(rf"\frac{{{left.inside}}}{{{self._side_by_side().inside}}}")
        return left.text

    def _side_by_side(self) -> _Term:
        terms: list[_Term] = []
        while self._begins():
            term = self._power()
            if terms and term.prose and terms[-1].prose:
                terms[-1] = _Term(f"{terms[-1].text} {term.text}", prose=True)
            else:
                terms.append(term)
        if len(terms) == 1 and not terms[0].prose:
            return terms[0]
        shown = [rf"\text{{{term.text}}}" if term.prose else term.text for term in terms]
        prose = any(term.prose for term in terms)
        return _Term((r"\ " if prose else r"\,").join(shown))

    def _begins(self) -> bool:
        token = self._peek()
        if token.kind == "sign":
            return token.text in _SIGNS or token.text in {"(", "√"}
        return token.kind in {"number", "name", "greek", "aside"}

    def _power(self) -> _Term:
        term = self._atom()
        while self._peek().kind in {"above", "below"}:
            token = self._take()
            mark, table = ("^", _ABOVE) if token.kind == "above" else ("_", _BELOW)
            term = _Term(f"{_base(term)}{mark}{{{table[token.text]}}}")
        if self._next_is("**"):
            self._take()
            term = _Term(f"{_base(term)}^{{{self._power().inside}}}")
        return term

    def _atom(self) -> _Term:
        token = self._take()
        if token.kind == "name":
            return self._named(token.text)
        if token.kind == "greek":
            return _Term(_GREEK[token.text])
        if token.kind == "aside":
            return _Term(token.text, prose=True)
        if token.text == "√":
            return _Term(rf"\sqrt{{{self._power().inside}}}")
        if token.text == "(":
            return self._bracketed()
        return _Term(_SIGNS.get(token.text, token.text))

    def _bracketed(self) -> _Term:
        inside = self._relations()
        if self._next_is(")"):
            self._take()
        return _Term(rf"\left( {inside} \right)", bare=inside)

    def _named(self, name: str) -> _Term:
        called = self._next_is("(") and not self._peek().spaced
        if name in _FUNCTIONS or name == "floor":
            return self._function(name)
        if called:
            self._take()
            argument = self._bracketed()
            if name == "lr":
                return _Term(rf"\eta_{{{argument.inside.replace(' ', '')}}}")
            return _Term(f"{_letter(name)}{argument.text}")
        known = name in self._parameters or "_" in name or len(name) == 1
        return _Term(_letter(name)) if known else _Term(name, prose=True)

    def _function(self, name: str) -> _Term:
        power = rf"^{{{_ABOVE[self._take().text]}}}" if self._peek().kind == "above" else ""
        argument = self._atom() if self._next_is("(") else self._side_by_side()
        if name == "floor":
            return _Term(rf"\left\lfloor {argument.inside} \right\rfloor")
        return _Term(rf"\{name}{power} {argument.text}")


def _base(term: _Term) -> str:
    """What a power is written on: in brackets where it would be of its last part alone."""
    compound = term.bare is None and term.text.endswith((")", r"\frac{1}{2}"))
    return rf"\left( {term.text} \right)" if compound else term.text


def _letter(name: str) -> str:
    """A name as mathematics: its letter, one with an index, or upright as it stands."""
    if name in _LETTERS:
        return _LETTERS[name]
    stem, _, index = name.partition("_")
    if len(stem) == 1 or (index and (index.startswith("{") or len(index) == 1)):
        base = stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"
        return f"{base}_{{{index.strip('{}')}}}" if index else base
    return rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}"
