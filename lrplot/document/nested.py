"""From a node to a schedule, with all the schedules inside it.

Each schedule reads its type, fills what is inherited, turns durations into numbers, moves its warm-up
into a wrapper, builds its parts, then its class. Every mistake is a complaint about its node, and a
schedule whose parts failed is still checked for its own keys.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, get_args

from lrplot.document.foreign import Foreign, Lowered
from lrplot.document.names import written_out
from lrplot.document.path import KEYS, OPTIONS
from lrplot.document.tree import Complaint, Node
from lrplot.document.values import Unreadable, Values, plain_value
from lrplot.errors import NotationError, ScheduleError
from lrplot.schedules import TYPES, find, nearest, schedule_class
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.fields import Kind, kind_of, parameters, unknown_parameter
from lrplot.schedules.scaling import has_no_base_rate, is_base_rate
from lrplot.text.caret import brief

if TYPE_CHECKING:
    from lrplot.run import Written

_COUNT: Final = Kind("length", whole=True)


@dataclass(frozen=True, slots=True)
class OtherRates:
    """Base rates in the place of those a schedule is given: what a parameter group has.

    Parameters
    ----------
    name
        What asks for them, for messages.
    of
        The rate in the place of each.
    """

    name: str
    of: Callable[[float], float]


class ScheduleBuilder:
    """Builds one schedule of a spec; complaints are added to ``complaints``.

    Parameters
    ----------
    complaints
        The mistakes of the whole spec.
    foreign
        Reads what is said in a framework's words.
    lr
        The base rate of the run, which schedules take that have none of their own.
    rates
        What takes the place of base rates that schedules give themselves; None leaves them.
    """

    def __init__(
        self,
        complaints: list[Complaint],
        foreign: Foreign | None = None,
        lr: float | None = None,
        rates: OtherRates | None = None,
    ) -> None:
        self._complaints = complaints
        self._foreign = foreign
        self._lr = lr
        self._rates = rates
        self._took: list[Schedule] = []
        self.notes: list[str] = []
        self.written: dict[str, Written] = {}

    def took(self, schedule: Schedule) -> bool:
        """True where a schedule took the base rate of the run, for itself."""
        return schedule in self._took

    def _complain(self, complaint: Complaint) -> None:
        self._complaints.append(complaint)

    def _fail(self, message: str, node: Node) -> None:
        self._complaints.append(Complaint(message, node))

    def schedule(self, node: Node, around: Context) -> Schedule | None:
        """The schedule a node describes, or None after complaints."""
        if isinstance(node.value, Schedule):
            if self._rates is not None:
                self._without_base_rate(node, self._rates)
            return node.value
        if isinstance(node.value, list):
            return self._phases(node, around)
        if isinstance(node.value, str):
            return self._name(node, around)
        if not isinstance(node.value, Mapping):
            self._fail(f"a schedule is a mapping, a list of phases, or a name, got {node.kind}", node)
            return None
        return self._mapping(node, around, phase=False)

    def _name(self, node: Node, around: Context) -> Schedule | None:
        written = written_out(node)
        if written is not node:
            return self.schedule(written, around)
        if "(" in node.text and self._foreign is not None:
            return self._call(node, around, self._foreign)
        self._fail(f"no schedule '{brief(node.text)}'; {nearest(node.text)}", node)
        return None

    def _call(self, node: Node, around: Context, foreign: Foreign) -> Schedule | None:
        try:
            lowered = foreign.call(node.text, around)
        except NotationError as error:
            lines = node.text.count("\n")
            start = error.column if not lines else None
            where = f"line {error.line + 1} of the text: " if lines > 1 else ""
            self._complain(Complaint(where + error.message, node, start, error.width))
            return None
        if lowered.written is not None:
            self.written[node.text] = lowered.written
        return self._noted(lowered, around, node)

    def _noted(self, lowered: Lowered, around: Context, node: Node) -> Schedule:
        """The schedule of a framework's words, what is to be known of it kept."""
        self.notes += lowered.notes
        took = [*filter(lowered.took, _all_inside(lowered.schedule))]
        if self._rates is not None and not took:
            self._without_base_rate(node, self._rates)
        if around.lr == self._lr:
            self._took += took
        return lowered.schedule

    def _without_base_rate(self, node: Node, wanted: OtherRates) -> None:
        """Complain that other base rates would change nothing here."""
        self._fail(
            f"{wanted.name} is for a base rate, and what stands here has its own rates; give 'lr' for the "
            "whole spec, or the group {scale: FACTOR} or a schedule",
            node,
        )

    def _described(self, node: Node, around: Context, foreign: Foreign) -> Schedule | None:
        """A config's ``_target_`` or ``class_path``, or None after complaints."""
        try:
            made = foreign.mapping(plain_value(node), around)
        except NotationError as error:
            self._fail(error.message, node)
            return None
        if made is None:
            self._fail("no framework's schedule; _target_ and class_path name one, as in training code", node)
            return None
        return self._noted(made, around, node)

    def _phases(self, node: Node, around: Context) -> Schedule | None:
        if not node.items:
            self._fail("a list of phases has at least one", node)
            return None
        values = Values(around.clock, self._complain)
        lengths: list[int | None] = []
        for i, child in enumerate(node.items):
            duration = child.entries.get("for")
            last = i == len(node.items) - 1
            if last and duration is not None:
                self._fail("the last phase lasts as long as the run; leave out its 'for'", child.key("for"))
            if not last and duration is None:
                self._fail("a phase needs 'for': how long it lasts (only the last has none)", child)
            length = values.read_from(child.entries, "for", _COUNT)
            if length is not None and length < 1 and duration is not None:
                self._fail(f"for must be at least one step, got {duration.text}", duration)
            lengths.append(length)
        known = [length or 1 for length in lengths[:-1]]
        if around.length is not None and None not in lengths[:-1] and sum(known) >= around.length:
            before, unit = sum(known), around.clock.unit
            self._fail(
                f"the phases before it last {before} {unit}, the run only {around.length:g}", node.items[-1]
            )
            return None
        inner = schedule_class("sequence").contexts(around, {"lengths": known}, len(node.items))
        parts = [
            self._mapping(child, each, phase=True)
            if isinstance(child.value, Mapping)
            else self.schedule(child, each)
            for child, each in zip(node.items, inner, strict=False)
        ]
        if None in parts or None in lengths[:-1]:
            return None
        if len(parts) == 1:
            return parts[0]
        return self._construct(
            schedule_class("sequence"), {"parts": tuple(parts), "lengths": tuple(known)}, node
        )

    def _mapping(self, node: Node, around: Context, *, phase: bool) -> Schedule | None:
        if self._foreign is not None and self._foreign.describes(node):
            return self._described(node, around, self._foreign)
        model = self._type(node)
        if model is None:
            return None
        wrapper = node.entries.get("warmup")
        warmup = self._warmup(wrapper, around) if wrapper is not None else None
        inside = around
        if warmup is not None:
            (inside,) = schedule_class("warmup").contexts(around, warmup, 1)
            if around.length is not None and inside.length is None and _wants_length(model, node):
                self._fail(
                    f"the warm-up leaves none of the {around.length:g} {around.clock.unit}", wrapper or node
                )
                return None
        also = ("type", "warmup", "for") if phase else ("type", "warmup")
        schedule = self._class(model, node, inside, also)
        if schedule is None or wrapper is None:
            return schedule
        if warmup is None:
            return None
        return self._construct(schedule_class("warmup"), {**warmup, "schedule": schedule}, wrapper)

    def _type(self, node: Node) -> type[Schedule] | None:
        kind = node.entries.get("type")
        if kind is None:
            near = [key for key in node.value if key.text.casefold() == "type"]
            self._fail(f"a schedule needs 'type'; known are {', '.join(TYPES)}", near[0] if near else node)
            return None
        entry = find(kind.value) if isinstance(kind.value, str) else None
        if entry is not None and entry.class_name:
            return schedule_class(entry.name)
        if entry is not None:
            self._fail(f"'{brief(kind.text)}' is a name, not a type; write 'schedule: {entry.name}'", kind)
        else:
            self._fail(f"no schedule type {kind.kind}; {nearest(kind.text, TYPES)}", kind)
        return None

    def _warmup(self, node: Node, around: Context) -> dict[str, Any] | None:
        """The parameters of a ``warmup``, which needs no more than a duration."""
        if not isinstance(node.value, Mapping):
            self._fail(
                f"warmup must be a mapping, got {node.kind}; write warmup: {{steps: {node.text or 5}}}", node
            )
            return None
        model = schedule_class("warmup")
        before = len(self._complaints)
        allowed = tuple(name for name in parameters(model) if name != "schedule")
        self._unknown(model, node, allowed)
        given = self._plain(model, node, around, skip=("schedule",))
        if "steps" not in node.entries:
            self._fail("warmup needs 'steps'", node)
        return given if len(self._complaints) == before else None

    def _unknown(self, model: type[Schedule], node: Node, allowed: tuple[str, ...]) -> None:
        name = model.model_fields["type"].default
        for key in node.value:
            if key.text in allowed:
                continue
            if key.text in parameters(model):
                self._fail(f"'{brief(key.text)}' is what this {name} stands in already; leave it out", key)
            elif key.text in KEYS:
                said = key.source.name.startswith("--") and key.text in OPTIONS
                option = f" (here: --{key.text.replace('_', '-')})" if said else ""
                self._fail(f"'{key.text}' belongs to the spec itself, beside 'schedule'{option}", key)
            else:
                self._fail(unknown_parameter(name, key.text, allowed), key)

    def _plain(
        self, model: type[Schedule], node: Node, around: Context, skip: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """The given parameters that are no schedules, as Python values."""
        values = Values(around.clock, self._complain)
        given: dict[str, Any] = {}
        for name, info in parameters(model).items():
            child = node.entries.get(name)
            kind = kind_of(info)
            if (
                child is None
                or name in skip
                or (kind is not None and kind.holds in {"schedule", "schedules"})
            ):
                continue
            try:
                if kind is None or (child.value is None and NoneType in get_args(info.annotation)):
                    given[name] = values.choice(name, info, child)
                else:
                    given[name] = values.read(name, kind, child)
            except Unreadable:
                continue
        return given

    def _class(
        self, model: type[Schedule], node: Node, around: Context, also: tuple[str, ...]
    ) -> Schedule | None:
        before = len(self._complaints)
        known = parameters(model)
        self._unknown(model, node, (*known, *also))
        given = self._plain(model, node, around)
        if self._rates is not None:
            given |= {name: self._rates.of(given[name]) for name in _base_rates_in(model) if name in given}
            if has_no_base_rate(model):
                self._without_base_rate(node, self._rates)
        took = self._inherit(model, node, around, given)
        given |= self._parts(model, node, around, given)
        failed = len(self._complaints) > before
        schedule = self._construct(model, given, node)
        if took and schedule is not None:
            self._took.append(schedule)
        return None if failed else schedule

    def _inherit(self, model: type[Schedule], node: Node, around: Context, given: dict[str, Any]) -> bool:
        """Add to ``given`` what is inherited; gives whether the run's base rate is."""
        took = False
        type_name = model.model_fields["type"].default
        sources = {"lr": around.lr, "length": around.length, "steps_per_epoch": around.steps_per_epoch}
        given |= self._metrics(model, node, around)
        for name, info in parameters(model).items():
            kind = kind_of(info)
            if kind is None or kind.inherits not in sources or name in node.entries:
                continue
            value = sources[kind.inherits]
            if value is not None:
                given[name] = int(value) if kind.whole else float(value)
                # What stands inside a schedule with the very rate of its own changes with neither.
                took |= kind.inherits == "lr" and value == self._lr
            elif info.is_required():
                self._fail(
                    f"{type_name} needs '{name}', and there is none to inherit; {_REMEDY[kind.inherits]}",
                    node,
                )
        return took

    def _metrics(self, model: type[Schedule], node: Node, around: Context) -> dict[str, Any]:
        """The run's metrics for a schedule that has none of its own."""
        kinds = (kind_of(info) for info in parameters(model).values())
        reacts = any(kind is not None and kind.inherits == "metrics" for kind in kinds)
        if not reacts or not around.metrics or {"metrics", "formula"} & node.entries.keys():
            return {}
        return {"formula" if isinstance(around.metrics, str) else "metrics": around.metrics}

    def _parts(
        self, model: type[Schedule], node: Node, around: Context, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The nested schedules; one that failed is stood in for, so that its parent is still checked."""
        built: dict[str, Any] = {}
        for name, info in parameters(model).items():
            kind, child = kind_of(info), node.entries.get(name)
            if child is None or kind is None or kind.holds not in {"schedule", "schedules"}:
                continue
            if kind.holds == "schedules" and not isinstance(child.value, list):
                self._fail(f"{name} must be a list of schedules, got {child.kind}", child)
                continue
            children = child.items if kind.holds == "schedules" else [child]
            inner = model.contexts(around, given, len(children))
            made = [
                self.schedule(part, each) or _STAND_IN for part, each in zip(children, inner, strict=False)
            ]
            built[name] = tuple(made) if kind.holds == "schedules" else made[0]
        return built

    def _construct(self, model: type[Schedule], given: Mapping[str, Any], node: Node) -> Schedule | None:
        try:
            return model(**given)
        except ScheduleError as error:
            for problem in error.problems:
                if problem.parameter is None and any(name not in given for name in _own(model, node)):
                    continue
                missing = problem.parameter not in given
                at = node if problem.parameter is None else node.entries.get(problem.parameter, node)
                if missing and (at is not node or self._told(node)):
                    continue
                self._complain(Complaint(problem.message, at, problem.start, problem.width))
            return None

    def _told(self, node: Node) -> bool:
        """True where this very mapping has been complained about: then what is missing has been said."""
        return any(complaint.node is node for complaint in self._complaints)


def _all_inside(schedule: Schedule) -> Iterator[Schedule]:
    """A schedule and all that are inside it."""
    yield schedule
    for place in schedule.inside():
        yield from _all_inside(place.schedule)


def _base_rates_in(model: type[Schedule]) -> list[str]:
    """The parameters that a base rate fills where they are left out."""
    return [name for name, info in parameters(model).items() if is_base_rate(kind_of(info))]


def _wants_length(model: type[Schedule], node: Node) -> bool:
    kinds = ((name, kind_of(info)) for name, info in parameters(model).items() if name not in node.entries)
    return any(kind is not None and kind.inherits == "length" for _, kind in kinds)


def _own(model: type[Schedule], node: Node) -> list[str]:
    """The parameters that stand in the mapping, readable or not."""
    return [name for name in parameters(model) if name in node.entries]


_REMEDY: Final = {
    "lr": "give 'lr' here or for the whole spec",
    "length": "give it, or 'steps' or 'epochs' for the whole spec",
    "steps_per_epoch": "give it, or 'steps_per_epoch' or 'training' for the whole spec",
}
_STAND_IN: Final = Constant(lr=1.0)
