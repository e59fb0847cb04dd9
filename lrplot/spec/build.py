"""From the marked tree of a spec to runs.

The tree is walked once. Each schedule reads its type, fills what is inherited, turns durations into
numbers, moves its warm-up into a wrapper, builds its parts, then its class. Every mistake is collected
with the node it is about.
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from types import NoneType
from typing import Any, Final, get_args

from lrplot.clock import MOST_STEPS, Clock, Training
from lrplot.errors import ScheduleError, SpecError
from lrplot.run import Run, Style
from lrplot.schedules import TYPES, find, nearest, schedule_class
from lrplot.schedules.base import Kind, Schedule, Surroundings, kind_of, parameters, unknown_parameter
from lrplot.schedules.constant import Constant
from lrplot.spec.document import Complaint, Node, complain, literal, put
from lrplot.spec.values import Unreadable, Values, read_model

KEYS: Final = (
    "title",
    "lr",
    "steps",
    "epochs",
    "steps_per_epoch",
    "training",
    "update",
    "schedule",
    "schedules",
    "sweep",
    "figure",
)
"""What a spec may hold."""

_CURVES: Final = 10_000
_COUNT: Final = Kind("length", whole=True)
_RATE: Final = Kind("rate")
_NUMBER: Final = Kind("number")


def build(root: Node, label: str) -> tuple[Run, ...]:
    """The runs of a spec, in the order they stand.

    Parameters
    ----------
    root
        The spec's tree.
    label
        What a single schedule is called.

    Raises
    ------
    SpecError
        With every mistake of the spec.
    """
    if not isinstance(root.value, Mapping):
        what = "'schedule:' and 'steps:' or 'epochs:'"
        raise complain([Complaint(f"a spec is a mapping with at least {what}, got {root.kind}", root)])
    complaints: list[Complaint] = []
    root = _named(root)
    runs: list[Run] = []
    sweep = root.entries.get("sweep")
    family = ", ".join(_short(path) for path in sweep.entries) if sweep is not None else ""
    for suffix, variant in _variants(root, complaints):
        builder = _Builder(variant, complaints)
        for name, run in builder.runs(label):
            text = ", ".join(part for part in (name if "schedules" in root.entries else "", suffix) if part)
            runs.append(
                replace(run, label=text or label, family=family if "schedules" not in root.entries else "")
            )
    if complaints:
        raise complain(complaints)
    return tuple(runs)


def override(root: Node, settings: Mapping[str, Node], changes: Mapping[str, Node]) -> Node:
    """The spec with root ``settings`` replaced and ``changes`` made at dotted paths.

    A new horizon replaces the old one, whichever unit either is in.
    """
    if not isinstance(root.value, Mapping):
        return root
    horizon = {"steps", "epochs"} if settings.keys() & {"steps", "epochs"} else set()
    length = {"training"} if "steps_per_epoch" in settings else set()
    kept = {
        key: node for key, node in root.value.items() if key.text not in horizon | length | settings.keys()
    }
    added = {literal(name, node.source.name): node for name, node in settings.items()}
    root = _named(replace(root, value={**kept, **added}))
    for path, value in changes.items():
        root = put(root, path, value)
    return root


def check_path(path: str, where: str) -> None:
    """Refuse a dotted path that begins with no key of a spec.

    Raises
    ------
    SpecError
        Naming the path that was probably meant.
    """
    head, dot, _ = path.partition(".")
    if not path.strip("."):
        raise SpecError(f"{where}: '{path}' is no path; write gamma or schedule.0.gamma")
    if dot and head and head not in KEYS:
        raise SpecError(f"{where}: '{path}' begins with no key of a spec; did you mean 'schedule.{path}'?")


def _named(root: Node) -> Node:
    """The spec with catalogue names under ``schedule`` and ``schedules`` written out."""
    entries = root.entries
    for key in ("schedule", "schedules"):
        node = entries.get(key)
        if node is None:
            continue
        if key == "schedule":
            new = _written_out(node)
        elif isinstance(node.value, Mapping):
            new = replace(node, value={name: _written_out(child) for name, child in node.value.items()})
        else:
            continue
        root = replace(root, value={k: new if k.text == key else v for k, v in root.value.items()})
    return root


def _written_out(node: Node) -> Node:
    entry = find(node.value) if isinstance(node.value, str) else None
    return node if entry is None else _standing_at(literal(entry.fragment, node.source.name), node)


def _standing_at(tree: Node, place: Node) -> Node:
    """The tree as if it were written where ``place`` stands."""
    if isinstance(tree.value, Mapping):
        value: Any = {_standing_at(k, place): _standing_at(v, place) for k, v in tree.value.items()}
    elif isinstance(tree.value, list):
        value = [_standing_at(child, place) for child in tree.value]
    else:
        value = tree.value
    return replace(tree, value=value, mark=place.mark, source=place.source)


def _variants(root: Node, complaints: list[Complaint]) -> Iterator[tuple[str, Node]]:
    """The spec once for every combination of its ``sweep``."""
    sweep = root.entries.get("sweep")
    if sweep is None:
        yield "", root
        return
    if not _sweep_is_sound(sweep, complaints):
        return
    for combination in itertools.product(*(values.items for values in sweep.value.values())):
        variant, words = root, []
        for key, value in zip(sweep.value, combination, strict=True):
            try:
                check_path(key.text, "sweep")
                variant = put(variant, key.text, value, key)
            except SpecError as error:
                complaints.append(Complaint(str(error).split(": ", 1)[1], key))
                return
            words.append(f"{_short(key.text)}={value.text or value.kind}")
        yield ", ".join(words), variant


def _short(path: str) -> str:
    return path.removeprefix("schedule.")


def _sweep_is_sound(sweep: Node, complaints: list[Complaint]) -> bool:
    before = len(complaints)
    if not isinstance(sweep.value, Mapping) or not sweep.value:
        complaints.append(Complaint("sweep must be a mapping of paths to lists: {gamma: [0.9, 0.95]}", sweep))
        return False
    for key, values in sweep.value.items():
        if not isinstance(values.value, list) or not values.value:
            complaints.append(Complaint(f"sweep: '{key.text}' must be a list of at least one value", values))
    count = math.prod(len(values.items) for values in sweep.value.values())
    if count > _CURVES:
        complaints.append(Complaint(f"sweep makes {count} curves; at most {_CURVES} are drawn", sweep))
    return len(complaints) == before


@dataclass(slots=True)
class _Settings:
    """The numbers that stand beside the schedule."""

    lr: float | None = None
    steps: int | None = None
    steps_per_epoch: int | None = None
    by_epoch: bool = False


class _Builder:
    """Builds one variant of a spec."""

    def __init__(self, root: Node, complaints: list[Complaint]) -> None:
        self._root = root
        self._complaints = complaints

    def _complain(self, complaint: Complaint) -> None:
        self._complaints.append(complaint)

    def _fail(self, message: str, node: Node) -> None:
        self._complaints.append(Complaint(message, node))

    def runs(self, label: str) -> Iterator[tuple[str, Run]]:
        before = len(self._complaints)
        entries = self._root.entries
        for key in self._root.value:
            if key.text not in KEYS:
                self._fail(unknown_parameter("a spec", key.text, KEYS).replace("parameter", "key"), key)
        settings = self._settings(entries)
        style = self._style(entries)
        clock = Clock(settings.steps, settings.steps_per_epoch)
        length = settings.steps
        if settings.by_epoch:
            clock = clock.by_epoch()
            length = clock.horizon
        around = Surroundings(settings.lr, length, clock)
        for name, node in self._named_schedules(entries, label):
            schedule = self.schedule(node, around)
            if schedule is None:
                continue
            if settings.by_epoch and (settings.steps_per_epoch or 1) > 1:
                by_epoch: dict[str, Any] = {"schedule": schedule, "steps_per_epoch": settings.steps_per_epoch}
                schedule = schedule_class("epochwise")(**by_epoch)
            steps = settings.steps if settings.steps is not None else self._own_length(schedule, node)
            if len(self._complaints) == before and steps is not None:
                yield (
                    name,
                    Run(name, schedule, steps, settings.steps_per_epoch, style, self._root.source.name),
                )

    def _named_schedules(self, entries: Mapping[str, Node], label: str) -> Iterator[tuple[str, Node]]:
        one, several = entries.get("schedule"), entries.get("schedules")
        if one is not None and several is not None:
            self._fail("a spec has either 'schedule' or 'schedules', got both", self._root.key("schedules"))
        elif one is not None:
            yield label, one
        elif several is None:
            self._fail(
                "a spec needs 'schedule': a mapping, a list of phases, or a catalogue name", self._root
            )
        elif not isinstance(several.value, Mapping) or not several.value:
            self._fail("schedules must be a mapping of labels to schedules", several)
        else:
            yield from ((key.text, child) for key, child in several.value.items())

    def _own_length(self, schedule: Schedule, node: Node) -> int | None:
        length = schedule.length
        if length is None or length > MOST_STEPS:
            self._fail(f"no horizon: {schedule.type} has no end of its own; give 'steps' or 'epochs'", node)
            return None
        return max(1, -int(-length // 1))

    def _settings(self, entries: Mapping[str, Node]) -> _Settings:
        settings = _Settings()
        values = Values(Clock(), self._complain)
        lr = self._read(values, "lr", _RATE, entries)
        if lr is not None and not 0 <= lr < float("inf"):
            self._fail(f"lr must be a finite number ≥ 0, got {entries['lr'].text}", entries["lr"])
            lr = None
        # What cannot be read is stood in for, so that one mistake is not told again by all that inherit it.
        settings.lr = 1.0 if lr is None and "lr" in entries else lr
        settings.steps_per_epoch = self._steps_per_epoch(values, entries)
        settings.steps = self._horizon(values, entries, settings)
        if settings.steps is None and {"steps", "epochs"} & entries.keys():
            settings.steps = _STAND_IN_STEPS
        update = entries.get("update")
        if update is not None and update.value not in {"epoch", "step"}:
            self._fail(f"update must be 'step' or 'epoch', got {update.kind}", update)
        settings.by_epoch = update is not None and update.value == "epoch"
        if settings.by_epoch and settings.steps_per_epoch is None and update is not None:
            self._fail("update: epoch needs epochs; give 'epochs', 'steps_per_epoch' or 'training'", update)
            settings.steps_per_epoch = 1
        return settings

    def _read(self, values: Values, name: str, kind: Kind, entries: Mapping[str, Node]) -> Any:
        node = entries.get(name)
        if node is None:
            return None
        try:
            return values.read(name, kind, node)
        except Unreadable:
            return None

    def _steps_per_epoch(self, values: Values, entries: Mapping[str, Node]) -> int | None:
        given = self._count("steps_per_epoch", values, entries)
        node = entries.get("training")
        if node is None:
            return given
        training = read_model(node, Training, "training", self._complain)
        if training is None:
            return given
        derived = training.steps_per_epoch
        if derived == 0:
            self._fail(
                "training: drop_last leaves no batch in an epoch; batch_size · devices exceeds examples", node
            )
            return given
        if given is not None and given != derived:
            self._fail(
                f"steps_per_epoch is {given}, but training makes {derived}", entries["steps_per_epoch"]
            )
        return derived

    def _count(self, name: str, values: Values, entries: Mapping[str, Node]) -> int | None:
        value = self._read(values, name, _COUNT, entries)
        if value is not None and not 1 <= value <= MOST_STEPS:
            self._fail(f"{name} must lie between 1 and 2^53, got {entries[name].text}", entries[name])
            return None
        return None if value is None else int(value)

    def _horizon(self, values: Values, entries: Mapping[str, Node], settings: _Settings) -> int | None:
        steps = self._count("steps", values, entries)
        epochs = self._read(values, "epochs", _NUMBER, entries)
        if epochs is None:
            return steps
        each = settings.steps_per_epoch
        if each is None and steps is not None and epochs > 0 and (steps / epochs).is_integer():
            each = int(steps / epochs)
        each = each or 1
        settings.steps_per_epoch = each
        exact = Decimal(str(epochs)) * each
        if not (exact.is_finite() and 0 < exact <= MOST_STEPS):
            self._fail(
                f"epochs must make between 1 and 2^53 steps, got {entries['epochs'].text}", entries["epochs"]
            )
            return steps
        whole = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
        if whole < 1:
            self._fail(f"epochs: {entries['epochs'].text} is less than half a step here", entries["epochs"])
            return steps
        if steps is not None and steps != whole:
            self._fail(
                f"steps is {steps}, but {entries['epochs'].text} epochs of {each} make {whole}",
                entries["steps"],
            )
        return whole

    def _style(self, entries: Mapping[str, Node]) -> Style:
        node, title = entries.get("figure"), entries.get("title")
        style = Style() if node is None else read_model(node, Style, "figure", self._complain) or Style()
        if title is None or style.title is not None:
            return style
        if isinstance(title.value, Mapping | list | NoneType):
            self._fail(f"title must be text, got {title.kind}", title)
            return style
        return style.model_copy(update={"title": title.text})

    def schedule(self, node: Node, around: Surroundings) -> Schedule | None:
        """The schedule a node describes, or None after complaints."""
        if isinstance(node.value, list):
            return self._phases(node, around)
        if isinstance(node.value, str):
            return self._name(node, around)
        if not isinstance(node.value, Mapping):
            self._fail(f"a schedule is a mapping, a list of phases, or a name, got {node.kind}", node)
            return None
        return self._mapping(node, around, phase=False)

    def _name(self, node: Node, around: Surroundings) -> Schedule | None:
        written = _written_out(node)
        if written is not node:
            return self.schedule(written, around)
        if "(" in node.text:
            self._fail(
                "a framework's call is not read yet; write the schedule as a mapping with 'type'", node
            )
        else:
            self._fail(f"no schedule '{node.text}'; {nearest(node.text)}", node)
        return None

    def _phases(self, node: Node, around: Surroundings) -> Schedule | None:
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
            length = self._read(values, "for", _COUNT, child.entries)
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
        inner = schedule_class("sequence").surroundings(around, {"lengths": known}, len(node.items))
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

    def _mapping(self, node: Node, around: Surroundings, *, phase: bool) -> Schedule | None:
        model = self._type(node)
        if model is None:
            return None
        wrapper = node.entries.get("warmup")
        warmup = self._warmup(wrapper, around) if wrapper is not None else None
        inside = around
        if warmup is not None:
            (inside,) = schedule_class("warmup").surroundings(around, warmup, 1)
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
            self._fail(f"'{kind.text}' is a name, not a type; write 'schedule: {entry.name}'", kind)
        else:
            self._fail(f"no schedule type {kind.kind}; {nearest(kind.text, TYPES)}", kind)
        return None

    def _warmup(self, node: Node, around: Surroundings) -> dict[str, Any] | None:
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
                self._fail(f"'{key.text}' is what this {name} stands in already; leave it out", key)
            elif key.text in KEYS:
                option = (
                    f" (here: --{key.text.replace('_', '-')})" if key.source.name.startswith("--") else ""
                )
                self._fail(f"'{key.text}' belongs to the spec itself, beside 'schedule'{option}", key)
            else:
                self._fail(unknown_parameter(name, key.text, allowed), key)

    def _plain(
        self, model: type[Schedule], node: Node, around: Surroundings, skip: tuple[str, ...] = ()
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
        self, model: type[Schedule], node: Node, around: Surroundings, also: tuple[str, ...]
    ) -> Schedule | None:
        before = len(self._complaints)
        known = parameters(model)
        self._unknown(model, node, (*known, *also))
        given = self._plain(model, node, around)
        self._inherit(model, node, around, given)
        given |= self._parts(model, node, around, given)
        failed = len(self._complaints) > before
        schedule = self._construct(model, given, node)
        return None if failed else schedule

    def _inherit(
        self, model: type[Schedule], node: Node, around: Surroundings, given: dict[str, Any]
    ) -> None:
        type_name = model.model_fields["type"].default
        sources = {"lr": around.lr, "length": around.length, "steps_per_epoch": around.steps_per_epoch}
        for name, info in parameters(model).items():
            kind = kind_of(info)
            if kind is None or kind.inherits is None or name in node.entries:
                continue
            value = sources[kind.inherits]
            if value is not None:
                given[name] = int(value) if kind.whole else float(value)
            elif info.is_required():
                self._fail(
                    f"{type_name} needs '{name}', and there is none to inherit; {_REMEDY[kind.inherits]}",
                    node,
                )

    def _parts(
        self, model: type[Schedule], node: Node, around: Surroundings, given: Mapping[str, Any]
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
            inner = model.surroundings(around, given, len(children))
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
        """Whether this very mapping has been complained about: then what is missing has been said."""
        return any(complaint.node is node for complaint in self._complaints)


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
_STAND_IN_STEPS: Final = 1 << 20
_STAND_IN: Final = Constant(lr=1.0)
