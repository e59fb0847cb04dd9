"""From one node to one Python value, each failure a complaint about that node."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import NoneType
from typing import Any, Final, TypeVar, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from lrplot.clock import Clock, Settings
from lrplot.document.tree import Complaint, Node, resolve
from lrplot.errors import DurationError, ParameterError, Problem
from lrplot.schedules.fields import Kind, parameters, problem_of, shown, unknown_parameter
from lrplot.schedules.model import Model


class Unreadable(Exception):  # noqa: N818 (never leaves this package)
    """A node does not hold what its place wants; the complaint has been made."""


_Model = TypeVar("_Model", bound=Settings | Model)
Complain = Callable[[Complaint], None]
ReadParameter = Callable[[str, FieldInfo, Node], Any]
"""A reader of one parameter, given its name and its field."""
_RATE: Final = Kind("rate")
_LONGEST: Final = 10**300
"""Steps of a length: well below the 1.8e308 that float64 holds, for lengths are added and multiplied."""


class Values:
    """Reads nodes on one clock, collecting complaints."""

    def __init__(self, clock: Clock, complain: Complain) -> None:
        self._clock = clock
        self._complain = complain

    def fail(self, message: str, node: Node) -> Unreadable:
        """Complain, and hand back what to raise."""
        self._complain(Complaint(message, node))
        return Unreadable()

    def read(self, name: str, kind: Kind, node: Node) -> Any:
        """The value of parameter ``name``."""
        return _READERS[kind.holds](self, name, kind, node)

    def read_from(self, entries: Mapping[str, Node], name: str, kind: Kind) -> Any:
        """The value of ``name`` among ``entries``; None where it is left out or could not be read."""
        node = entries.get(name)
        if node is None:
            return None
        try:
            return self.read(name, kind, node)
        except Unreadable:
            return None

    def base_rate(self, entries: Mapping[str, Node]) -> float | None:
        """The ``lr`` among ``entries``; None where it is left out or cannot be."""
        lr: float | None = self.read_from(entries, "lr", _RATE)
        if lr is not None and not 0 <= lr < float("inf"):
            self.fail(f"lr must be a finite number ≥ 0, got {entries['lr'].text}", entries["lr"])
            return None
        return lr

    def number(self, name: str, kind: Kind, node: Node) -> float | int:
        """A plain number; a whole one where ``kind`` wants one."""
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self.fail(f"{name} must be a number, got {node.kind}{_hint(node)}", node)
        value = self._bounded(name, node)
        if kind.whole:
            if not float(value).is_integer():
                raise self.fail(f"{name} must be a whole number, got {node.text}", node)
            return int(value)
        return float(value)

    def _bounded(self, name: str, node: Node) -> float | int:
        try:
            float(node.value)
        except OverflowError:
            raise self.fail(f"{name} must fit in a float64, got {shown(node.text)}", node) from None
        value: float | int = node.value
        return value

    def length(self, name: str, kind: Kind, node: Node) -> float | int:
        """A number of steps, or a duration."""
        if isinstance(node.value, bool) or not isinstance(node.value, int | float | str):
            raise self.fail(f"{name} must be a number of steps or a duration, got {node.kind}", node)
        written = isinstance(node.value, str)
        if written and node.plain and re.fullmatch(r"[-+]?0[0-9]+", node.text):
            raise self.fail(f"{name} must be a number or a duration, got {node.kind}{_hint(node)}", node)
        try:
            steps = self._clock.duration(node.text) if written else self._exactly(name, node)
        except DurationError as error:
            raise self.fail(f"{name}: {error}{_hint(node)}", node) from None
        if node.typical and not kind.zero:
            steps = max(steps, Decimal(1))
        if steps > _LONGEST:
            raise self.fail(f"{name} must fit in a float64, got {node.kind}", node)
        if written and steps == 0 and not kind.zero:
            raise self.fail(
                f"{name}: '{node.text}' is less than half a step here, and must be at least one", node
            )
        if steps == steps.to_integral_value():
            return int(steps) if kind.whole else float(steps)
        if kind.whole:
            raise self.fail(f"{name} must be a whole number of {self._clock.unit}, got {node.text}", node)
        return float(steps)

    def _exactly(self, name: str, node: Node) -> Decimal:
        value = Decimal(str(self._bounded(name, node)))
        if not value.is_finite():
            raise self.fail(f"{name} must be a finite number, got {node.text}", node)
        return value

    def lengths(self, name: str, kind: Kind, node: Node) -> tuple[float | int, ...]:
        """A list of numbers of steps or durations."""
        if not isinstance(node.value, list):
            raise self.fail(f"{name} must be a list, got {node.kind}; write [{node.text or '30, 60'}]", node)
        return tuple(self.length(f"{name}[{i}]", kind, child) for i, child in enumerate(node.items))

    def numbers(self, name: str, _kind: Kind, node: Node) -> tuple[float, ...]:
        """A list of numbers, nan and infinity among them."""
        if not isinstance(node.value, list):
            raise self.fail(f"{name} must be a list of numbers, got {node.kind}", node)
        plain = Kind("number")
        return tuple(float(self.number(f"{name}[{i}]", plain, child)) for i, child in enumerate(node.items))

    def settings(self, name: str, kind: Kind, node: Node) -> tuple[Settings, ...]:
        """A list of mappings, each a group of settings."""
        if not isinstance(node.value, list):
            raise self.fail(f"{name} must be a list, got {node.kind}", node)
        if kind.model is None:
            raise TypeError(f"{name} is a list of settings of no model")
        made = [
            read_model(child, kind.model, f"{name}[{i}]", self._complain)
            for i, child in enumerate(node.items)
        ]
        if None in made:
            raise Unreadable
        return tuple(one for one in made if one is not None)

    def points(self, name: str, kind: Kind, node: Node) -> tuple[tuple[float, float], ...]:
        """A mapping of steps (or durations) to rates."""
        if not isinstance(node.value, Mapping):
            raise self.fail(f"{name} must be a mapping of steps to rates, got {node.kind}", node)
        start = Kind("length", zero=True)
        return tuple(
            (self.length(f"{name}: step", start, key), self.number(f"{name}[{key.text}]", kind, child))
            for key, child in node.value.items()
        )

    def expression(self, name: str, _kind: Kind, node: Node) -> str:
        """Arithmetic, which may be a bare number."""
        if isinstance(node.value, bool | NoneType | Mapping | list):
            raise self.fail(f"{name} must be an expression in t, got {node.kind}", node)
        return node.text

    def choice(self, name: str, info: FieldInfo, node: Node) -> Any:
        """Text, a choice, a switch or None: whatever pydantic is to judge."""
        if node.value is None and NoneType not in get_args(info.annotation):
            raise self.fail(f"{name} has no value", node)
        if isinstance(node.value, Mapping | list):
            raise self.fail(f"{name} must be a single value, got {node.kind}", node)
        return node.value


def _stripped(number: str) -> str:
    """A whole number without its leading zeros."""
    sign = number[:1] if number[:1] in "+-" else ""
    return sign + (number.lstrip("+-0") or "0")


def _hint(node: Node) -> str:
    """The number that a text may have meant."""
    text = node.text.strip()
    if not isinstance(node.value, str):
        return ""
    if not node.plain and not isinstance(resolve(text), str):
        return "; remove the quotes"
    return next((hint(text) for pattern, hint in _HINTS if re.fullmatch(pattern, text)), "")


_HINTS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    (r"[-+]?0[0-9]+", lambda text: f"; a leading zero is no number in YAML 1.2, write {_stripped(text)}"),
    (r"[-+]?[0-9]+(_[0-9]+)+", lambda text: f"; write {text.replace('_', '')}"),
    (r"[-+]?[0-9]+(,[0-9]+)+", lambda _: "; a number has no comma"),
    (
        r"([0-9]+\.?[0-9]*|\.[0-9]+)[kKmM]",
        lambda text: f"; write {float(text[:-1]) * {'k': 1e3, 'm': 1e6}[text[-1].lower()]:g}",
    ),
    (r"auto", lambda _: "; Transformers' Trainer fills it from its own arguments: give the number"),
    (r"on|off|yes|no", lambda _: "; it is a word, not a number"),
    (r"[0-9]+(:[0-9]+)+", lambda _: "; a time of day is no number"),
)

_READERS: Final[Mapping[str, Callable[[Values, str, Kind, Node], Any]]] = {
    "rate": Values.number,
    "number": Values.number,
    "length": Values.length,
    "lengths": Values.lengths,
    "points": Values.points,
    "expression": Values.expression,
    "numbers": Values.numbers,
    "settings": Values.settings,
}


def plain_value(node: Node) -> Any:
    """A node as plain Python data; whole floats become whole numbers."""
    if isinstance(node.value, Mapping):
        return {key.text: plain_value(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain_value(child) for child in node.value]
    whole = isinstance(node.value, float) and node.value.is_integer() and abs(node.value) < 2**63
    return int(node.value) if whole else node.value


def read_model(
    node: Node,
    model: type[_Model],
    name: str,
    complain: Complain,
    *,
    value: ReadParameter | None = None,
    also: tuple[str, ...] = (),
) -> _Model | None:
    """A mapping as a model (settings, an optimizer, the quadratic model), or None after complaints.

    Parameters
    ----------
    node
        The mapping.
    model
        The model.
    name
        What complaints call it.
    complain
        Takes each complaint.
    value
        Reads one parameter; as plain data when left out.
    also
        Keys beside the model's own that somebody else reads.
    """
    if not isinstance(node.value, Mapping):
        complain(Complaint(f"{name} must be a mapping, got {node.kind}", node))
        return None
    known = parameters(model)
    given: dict[str, Any] = {}
    wrong = False
    for key, child in node.value.items():
        if key.text in also or (key.text == "type" and "type" in model.model_fields):
            continue
        if key.text not in known:
            complain(Complaint(unknown_parameter(name, key.text, (*known, *also)), key))
            wrong = True
            continue
        try:
            given[key.text] = plain_value(child) if value is None else value(key.text, known[key.text], child)
        except Unreadable:
            wrong = True
    try:
        made = model(**given)
        faults = [_told(problem, f"{name}.", node) for problem in made.mistakes()]
    except ParameterError as error:
        faults = [_told(problem, "", node) for problem in error.problems]
    except ValidationError as error:
        faults = [_fault(detail, model, name, node) for detail in error.errors()]
    for parameter, message, at in faults:
        if parameter in given or parameter not in node.entries:
            complain(Complaint(message, at))
    return None if faults or wrong else made


def _told(problem: Problem, prefix: str, node: Node) -> tuple[str | None, str, Node]:
    """A mistake of a model: the parameter, the message, and the node it is about."""
    return problem.parameter, prefix + problem.message, node.entries.get(problem.parameter or "", node)


def _fault(detail: ErrorDetails, model: type[_Model], name: str, node: Node) -> tuple[str | None, str, Node]:
    """One of pydantic's complaints about settings: the parameter, our words, and the node they are about."""
    field, at = str(detail["loc"][0]), _deepest(node, detail["loc"])
    if detail["type"] == "missing":
        return field, f"{name} needs '{field}'", at
    return field, f"{name}.{problem_of(model, name, detail).message}", at


def _deepest(node: Node, place: tuple[int | str, ...]) -> Node:
    """The node at a place, or the last on the way to it that was written."""
    for step in place:
        if isinstance(node.value, Mapping) and str(step) in node.entries:
            node = node.entries[str(step)]
        elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            break
    return node
