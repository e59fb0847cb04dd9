"""A framework's templates filled with a schedule's numbers: the calls people write for it."""

import ast
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import Any, Final

import numpy as np
from pydantic import BaseModel

from lrplot.errors import ExpressionError
from lrplot.exports.dialects import PYTHON, printed
from lrplot.exports.formula import formula
from lrplot.exports.intent import Intent, intent_of
from lrplot.expression import Expression
from lrplot.python.framework import Framework
from lrplot.python.signatures import signature_of
from lrplot.python.spelling import Hatch, Spellings, Template, number, with_point
from lrplot.schedules.base import Schedule, values
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.reacting import Reacting
from lrplot.text.segments import Segments

_UNSAID: Final = frozenset(
    # What a call says nothing of and reading it back measures: what comes after the end, whose top shrinks.
    {"after", "shrinks"}
    # Told by a note where the call has no such thing.
    | {"cycle_momentum", "base_momentum", "max_momentum"}
    # Said by other names: boundaries, factor.
    | {"lengths", "steps_per_epoch"}
)
_RATES: Final = ("lr", "max_lr")
_WARMUP: Final = ("warmup", "start", "under")


@dataclass(frozen=True, slots=True)
class Speller:
    """Writes schedules as one framework's calls.

    Parameters
    ----------
    framework
        Whose signatures say what a default is.
    spellings
        The templates.
    base
        The optimizer's rate.
    steps
        How long the run is, on the clock the scheduler is stepped on.
    by_epoch
        Whether that clock counts epochs.
    begin
        How long the run has lasted where the schedule begins.
    """

    framework: Framework
    spellings: Spellings
    base: float
    steps: int
    by_epoch: bool = False
    begin: int = 0

    def calls(self, schedule: Schedule) -> Iterator[str]:
        """The calls for a schedule, whether or not they give the very same curve; the usual one first.

        >>> from lrplot.frameworks.registry import REGISTRY
        >>> from lrplot.schedules.step import Step
        >>> torch, step = REGISTRY["pytorch"], Step(lr=0.3, step_size=30, gamma=0.5)
        >>> list(Speller(torch, torch.spellings["pytorch"], base=0.3, steps=90).calls(step))
        ['StepLR(optimizer, step_size=30, gamma=0.5)']
        """
        intent = intent_of(schedule)
        if isinstance(intent.schedule, Reacting):
            return
        kinds = {intent.schedule.type: intent}
        if intent.schedule is not schedule:
            kinds.setdefault("warmup", intent)
            kinds.setdefault(schedule.type, Intent(schedule))
        for kind, meant in kinds.items():
            for candidate in self._candidates(kind):
                for names in self._namings(candidate, meant):
                    yield from self._filled(candidate, names)

    def _namings(self, candidate: Template | Hatch, meant: Intent) -> "Iterator[_Names]":
        """The names for a candidate: once for each call of what is inside, never where it is not meant."""
        if callable(candidate):
            yield _Names(self, meant)
        elif self._means(candidate, meant):
            if not _has(candidate, "inner"):
                yield _Names(self, meant)
            elif meant.warmup:
                for inner in self.later(meant.warmup).calls(meant.schedule):
                    yield _Names(self, meant, inner)

    def filled(self, kind: str, names: Mapping[str, Any]) -> Iterator[str]:
        """The calls of a type of schedule, with these values for what its templates name."""
        for candidate in self._candidates(kind):
            yield from self._filled(candidate, names)

    def _candidates(self, kind: str) -> Iterator[Template | Hatch]:
        found = self.spellings.calls.get(kind, ())
        for each in found if isinstance(found, tuple) else (found,):
            yield Template(each) if isinstance(each, str) else each

    def _filled(self, candidate: Template | Hatch, names: Mapping[str, Any]) -> Iterator[str]:
        """The call, where the candidate can say it and its condition holds."""
        try:
            if callable(candidate):
                text = candidate(names)
            elif not candidate.given or _computed(candidate.given, names):
                text = _fill(candidate, names)
            else:
                return
        except (_CannotSayError, ZeroDivisionError):
            return
        if text is not None:
            keeps = () if callable(candidate) else candidate.keeps
            yield self._without_defaults(text, keeps) if text else ""

    def later(self, steps: int) -> "Speller":
        """The speller of a schedule that begins so many steps later."""
        return replace(self, begin=self.begin + steps)

    def _means(self, template: Template, intent: Intent) -> bool:
        """True where all that the template does not name is as it is without a word."""
        said = {*template.covers, *_UNSAID, *_names(template.given)}
        for field in _fields(template.text):
            said |= _names(field)
        if "inner" in said:
            return not intent.under
        model = intent.schedule
        defaults = {info.alias or name: info.default for name, info in type(model).model_fields.items()}
        for name, value in values(model).items():
            if name not in said and value != (self.base if name in _RATES else defaults[name]):
                return False
        return all(name in said or not getattr(intent, name) for name in _WARMUP)

    def _without_defaults(self, text: str, keeps: tuple[str, ...]) -> str:
        """The call, and those inside it, without arguments that are as the signature has them."""
        segments = Segments(text)

        def shown(node: ast.expr) -> str:
            if isinstance(node, ast.List):
                return f"[{', '.join(map(shown, node.elts))}]"
            if not isinstance(node, ast.Call):
                return segments.of(node)
            name = ast.unparse(node.func)
            function = self.framework.calls.get(name)
            known = {} if function is None else signature_of(function).parameters
            named = [
                f"{k.arg}={shown(k.value)}"
                for k in node.keywords
                if k.arg in keeps or not _is_default(k, known)
            ]
            return f"{name}({', '.join([*map(shown, node.args), *named])})"

        return shown(ast.parse(text, mode="eval").body)


class _CannotSayError(Exception):
    """A schedule inside has no call, or arithmetic has no answer."""


class _Names(Mapping[str, Any]):
    """The values of what a template may name, worked out when it does."""

    def __init__(self, speller: Speller, intent: Intent, inner: str = "") -> None:
        self._speller = speller
        self._intent = intent
        self._inside = inner
        self._own = values(intent.schedule)

    def __getitem__(self, name: str) -> Any:
        derived = getattr(self, f"_{name}", None)
        if derived is not None:
            return derived()
        if name in self._own:
            return self._own[name]
        if name in _WARMUP:
            return getattr(self._intent, name)
        return getattr(self._speller, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)

    def _peak(self) -> float:
        return float(self._intent.schedule(0))

    def _ba_or_ep(self) -> str:
        return "ep" if self._speller.by_epoch else "ba"

    def _times(self) -> list[str]:
        unit, warmup = self._ba_or_ep(), self._intent.warmup
        return [repr(f"{number(at + warmup)}{unit}") for at in sorted(self._own["milestones"])]

    def _factor(self) -> Any:
        """A lambda's factor as Python; a plateau's as it is."""
        factor = self._own["factor"]
        if not isinstance(factor, str):
            return factor
        bare = Lambda(lr=1, factor=factor, steps_per_epoch=self._own["steps_per_epoch"])
        return printed(formula(bare), PYTHON, step="step")

    def _inner(self) -> str:
        if not self._inside:
            raise _CannotSayError
        return self._inside

    def _parts(self) -> str:
        starts = (0, *self._boundaries())
        return ", ".join(map(self._part, self._own["parts"], starts))

    def _factors(self) -> str:
        return ", ".join(self._part(factor, 0) for factor in self._own["factors"])

    def _boundaries(self) -> tuple[int, ...]:
        return tuple(accumulate(self._own["lengths"]))

    def _part(self, schedule: Schedule, begin: int) -> str:
        found = next(self._speller.later(begin).calls(schedule), "")
        if not found:
            raise _CannotSayError
        return found


def _has(template: Template, name: str) -> bool:
    return any(name in _names(field) for field in _fields(template.text))


@cache
def _fields(text: str) -> tuple[str, ...]:
    return tuple(field for _, field, _, _ in string.Formatter().parse(text) if field)


@cache
def _names(arithmetic: str) -> frozenset[str]:
    tree = ast.parse(arithmetic or "0", mode="eval")
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n not in called)


def _fill(template: Template, names: Mapping[str, Any]) -> str:
    found = []
    for literal, field, spec, conversion in string.Formatter().parse(template.text):
        found.append(literal)
        if field is not None:
            value = names[field] if field.isidentifier() else _computed(field, names)
            found.append(repr(value) if conversion == "r" else _written(value, point=spec == "f"))
    return "".join(found)


def _computed(arithmetic: str, names: Mapping[str, Any]) -> Any:
    """The value of arithmetic in the names; of a list, member by member."""
    wanted = tuple(sorted(_names(arithmetic)))
    given = {name: names[name] for name in wanted}
    if any(value is None or isinstance(value, str | BaseModel) for value in given.values()):
        raise _CannotSayError
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in given.items()}
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    try:
        value = _read(arithmetic, wanted)(np.zeros(shape), variables=arrays)
    except ExpressionError as error:  # pragma: no cover (our own template)
        raise AssertionError(arithmetic) from error
    if not np.isfinite(value).all():
        raise _CannotSayError
    return value.tolist()


@cache
def _read(arithmetic: str, wanted: tuple[str, ...]) -> Expression:
    return Expression(arithmetic, wanted)


def _written(value: Any, *, point: bool = False) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_written(each, point=point) for each in value)}]"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return with_point(value) if point else number(value)


def _is_default(keyword: ast.keyword, known: Mapping[str, Any]) -> bool:
    if keyword.arg is None or keyword.arg not in known:
        return False
    try:
        value = ast.literal_eval(keyword.value)
    except ValueError:
        return False
    default = known[keyword.arg].default
    return bool(isinstance(value, bool) == isinstance(default, bool) and value == default)
