"""From the marked tree of a spec to runs; every mistake is collected with the node it is about."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lrplot.clock import MOST_STEPS
from lrplot.document.names import with_names_written_out
from lrplot.document.nested import Foreign, ScheduleBuilder
from lrplot.document.path import KEYS, put
from lrplot.document.settings import Settings, SettingsReader
from lrplot.document.sweep import short, variants
from lrplot.document.tree import Complaint, Node, complain, literal
from lrplot.document.values import Values
from lrplot.run import Run, Style
from lrplot.schedules import schedule_class
from lrplot.schedules.base import Schedule, Surroundings
from lrplot.schedules.fields import unknown_parameter
from lrplot.text.likeness import some

if TYPE_CHECKING:
    from lrplot.document.optimization import Asked
    from lrplot.optimizers import Quadratic

_FEW = 5
"""Keys that may be a spec's, misspelt; more of them are somebody else's."""
_TRAINING = {"optimizer", "optimizers", "gradients", "weights", "simulate"}


def build(root: Node, label: str, foreign: Foreign | None = None) -> tuple[Run, ...]:
    """The runs of a spec, in the order they stand.

    Parameters
    ----------
    root
        The spec's tree.
    label
        What a single schedule is called.
    foreign
        Reads schedules that are written in a framework's words.

    Raises
    ------
    SpecError
        With every mistake of the spec.
    """
    if not isinstance(root.value, Mapping):
        what = "'schedule:' and 'steps:' or 'epochs:'"
        raise complain([Complaint(f"a spec is a mapping with at least {what}, got {root.kind}", root)])
    complaints: list[Complaint] = []
    root = with_names_written_out(root)
    runs: list[Run] = []
    sweep = root.entries.get("sweep")
    family = ", ".join(short(path) for path in sweep.entries) if sweep is not None else ""
    for suffix, variant in variants(root, complaints):
        builder = _Builder(variant, complaints, foreign)
        for name, run in builder.runs(label):
            overlaid = bool(root.entries.keys() & {"schedules", "optimizers"})
            text = ", ".join(part for part in (name if overlaid else "", suffix) if part)
            runs.append(replace(run, label=text or label, family="" if overlaid else family))
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
    root = with_names_written_out(replace(root, value={**kept, **added}))
    if "lr" in settings:
        root = _without_optimizers_rate(root)
    for path, value in changes.items():
        root = put(root, path, value)
    return root


def _without_optimizers_rate(root: Node) -> Node:
    """The spec whose optimizers have no rates of their own, as a base rate from outside is for all."""

    def bare(node: Node) -> Node:
        if not isinstance(node.value, Mapping):
            return node
        return replace(node, value={key: child for key, child in node.value.items() if key.text != "lr"})

    def without(key: str, node: Node) -> Node:
        if key == "optimizers" and isinstance(node.value, Mapping):
            return replace(node, value={name: bare(child) for name, child in node.value.items()})
        return bare(node) if key == "optimizer" else node

    return replace(root, value={key: without(key.text, node) for key, node in root.value.items()})


class _Builder:
    """Builds one variant of a spec."""

    def __init__(self, root: Node, complaints: list[Complaint], foreign: Foreign | None) -> None:
        self._root = root
        self._complaints = complaints
        self._foreign = foreign

    def _fail(self, message: str, node: Node) -> None:
        self._complaints.append(Complaint(message, node))

    def runs(self, label: str) -> Iterator[tuple[str, Run]]:
        before = len(self._complaints)
        self._check_keys()
        reader = SettingsReader(self._root, self._complaints.append)
        settings, style = reader.read(), reader.style()
        asked, model = self._training(settings)
        if asked and settings.steps is None:
            settings.steps = asked[0].optimization.length
        for one in asked or self._bare():
            for name, run in self._with(one, settings, style, label):
                if len(self._complaints) == before:
                    yield name, replace(run, model=model)

    def _check_keys(self) -> None:
        wrong = [key for key in self._root.value if key.text not in KEYS]
        if len(wrong) > _FEW:
            names = some(key.text for key in wrong)
            self._fail(f"{len(wrong)} keys are none of a spec's: {names}; it has {', '.join(KEYS)}", wrong[0])
            return
        for key in wrong:
            self._fail(unknown_parameter("a spec", key.text, KEYS).replace("parameter", "key"), key)

    def _training(self, settings: Settings) -> "tuple[tuple[Asked, ...], Quadratic | None]":
        """The optimizers a spec asks for, and the quadratic model; few specs do, and they cost an import."""
        if not self._root.entries.keys() & _TRAINING:
            return (), None
        from lrplot.document.optimization import OptimizationReader, read_quadratic

        values, complain = Values(settings.clock, self._complaints.append), self._complaints.append
        asked = OptimizationReader(self._root, values, complain, self._foreign, settings.lr).read(
            settings.steps
        )
        return asked, read_quadratic(self._root, values, complain)

    def _bare(self) -> tuple[None, ...]:
        """One run without an optimizer; none where only optimizers were given, and are told to be wrong."""
        entries = self._root.entries
        scheduled = entries.keys() & {"schedule", "schedules"}
        optimized = entries.keys() & {"optimizer", "optimizers"}
        return () if optimized and not scheduled else (None,)

    def _with(
        self, asked: "Asked | None", settings: Settings, style: Style, label: str
    ) -> Iterator[tuple[str, Run]]:
        """The runs under one of the optimizers, or under none."""
        lr = settings.lr if asked is None or asked.lr is None else asked.lr
        around = Surroundings(lr, settings.length, settings.clock, settings.metrics)
        for name, node in self._named_schedules(self._root.entries, label, lr):
            schedule = ScheduleBuilder(self._complaints, self._foreign).schedule(node, around)
            if schedule is None:
                continue
            if settings.by_epoch and (settings.steps_per_epoch or 1) > 1:
                by_epoch: dict[str, Any] = {"schedule": schedule, "steps_per_epoch": settings.steps_per_epoch}
                schedule = schedule_class("epochwise")(**by_epoch)
            steps = settings.steps if settings.steps is not None else self._own_length(schedule, node)
            if steps is None:
                continue
            full = name
            if asked is not None and asked.label:
                full = f"{name}, {asked.label}" if "schedules" in self._root.entries else asked.label
            run = Run(full, schedule, steps, settings.steps_per_epoch, style, self._root.source.name)
            yield full, run if asked is None else replace(run, optimization=asked.optimization)

    def _named_schedules(
        self, entries: Mapping[str, Node], label: str, lr: float | None
    ) -> Iterator[tuple[str, Node]]:
        one, several = entries.get("schedule"), entries.get("schedules")
        if one is not None and several is not None:
            self._fail("a spec has either 'schedule' or 'schedules', got both", self._root.key("schedules"))
        elif one is not None:
            yield label, one
        elif several is None and (alone := sorted(entries.keys() & {"optimizer", "optimizers"})):
            if lr is None:
                self._fail("an optimizer needs 'lr'; give it there or for the whole spec", entries[alone[0]])
                return
            yield label, literal("constant", self._root.source.name)
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
