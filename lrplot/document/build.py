"""From a document to its runs; every mistake is collected with the node it is about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lrplot.clock import MOST_STEPS
from lrplot.document.document import Built, Document
from lrplot.document.foreign import Foreign
from lrplot.document.groups import Grouped, GroupsReader, without_groups
from lrplot.document.names import with_names_written_out
from lrplot.document.nested import OtherRates, ScheduleBuilder
from lrplot.document.path import KEYS
from lrplot.document.settings import Settings, SettingsReader
from lrplot.document.sweep import short, variants
from lrplot.document.tree import Complaint, Node, complain, literal
from lrplot.document.unused import Unused
from lrplot.document.values import Values
from lrplot.errors import UnusedSettingError
from lrplot.run import Group, Run, Runs, Written
from lrplot.schedules import schedule_class
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.composite import walk
from lrplot.schedules.fields import unknown_parameter
from lrplot.style import Style
from lrplot.text.likeness import some

if TYPE_CHECKING:
    from lrplot.document.optimization import Asked
    from lrplot.optimizers import Quadratic

_FEW = 5
"""Keys that may be a spec's, misspelt; more of them are somebody else's."""
_TRAINING = {"optimizer", "optimizers", "gradients", "weights", "simulate"}


def build(document: Document) -> Built:
    """The runs of a document, and which options it had no use for.

    Raises
    ------
    SpecError
        With every mistake of the document.
    """
    root = document.root
    if not isinstance(root.value, Mapping):
        what = "'schedule:' and 'steps:' or 'epochs:'"
        raise complain([Complaint(f"a spec is a mapping with at least {what}, got {root.kind}", root)])
    complaints: list[Complaint] = []
    root = with_names_written_out(root)
    made: list[_Made] = []
    sweep = root.entries.get("sweep")
    family = ", ".join(short(path) for path in sweep.entries) if sweep is not None else ""
    overlaid = bool(root.entries.keys() & {"schedules", "optimizers"})
    for swept, variant in variants(root, complaints):
        builder = _Builder(variant, complaints, document.foreign)
        for name, each in builder.runs(document.label):
            parts = ([name] if overlaid else []) + [str(value) for value in swept]
            label = ", ".join(part for part in parts if part) or document.label
            run = replace(each.run, label=label, family="" if overlaid else family, swept=swept)
            made.append(replace(each, run=run))
    if complaints:
        raise complain(complaints)
    return _told(document, root, made)


@dataclass(frozen=True, slots=True)
class _Made:
    """A run, and what its schedule's builder saw while it was made."""

    run: Run
    node: Node
    builder: ScheduleBuilder


def _told(document: Document, root: Node, made: Sequence[_Made]) -> Built:
    """The runs with what the reader of their curves should know, and the options that changed nothing."""
    notes, lr_unused = _base_rate(root, made)
    notes = [*document.notes, *notes, *(note for one in made for note in one.builder.notes)]
    unbound = () if document.foreign is None else document.foreign.bindings.unused()
    unused = (*unbound, *document.unused, *lr_unused, *_metrics(root, made))
    runs = Runs(
        replace(
            one.run,
            notes=tuple(dict.fromkeys(notes)),
            written=_written(document, one),
            derivation=document.derivation,
            traps=document.traps,
            logged=document.logged,
            relative=document.relative,
        )
        for one in made
    )
    return Built(runs, unused)


def _written(document: Document, made: _Made) -> Written:
    """The written call of a run: under its schedule, under its label, or of the one there is."""
    called = made.builder.written.get(made.node.text)
    if called is not None:
        return called
    # A sweep adds its values to the label.
    of_label = document.written.get(made.run.label.split(", ", maxsplit=1)[0])
    return of_label or document.written.get("", Written())


def _base_rate(root: Node, made: Sequence[_Made]) -> tuple[list[str], list[Unused]]:
    """Notes and options on what a base rate from the command line does not change."""
    node = root.entries.get("lr")
    if node is None or node.source.name != "--lr":
        return [], []
    from lrplot.document.own_rates import Rated, unchanged_by

    rated = [Rated(one.run.label, one.run.schedule, one.builder.took) for one in made]
    notes, unused = unchanged_by(float(node.value), rated)
    return notes, [] if unused is None else [unused]


def _metrics(root: Node, made: Sequence[_Made]) -> Iterator[Unused]:
    """The record that metrics from the command line change nothing, where nothing reacts to them."""
    node = root.entries.get("metrics")
    if node is None or node.source.name != "--metrics" or any(_reacts(one.run) for one in made):
        return
    message = "--metrics changes nothing: no schedule here reacts to a metric, as plateau does"
    yield Unused("--metrics", UnusedSettingError("metrics", message))


def _reacts(run: Run) -> bool:
    return any(place.schedule.reacts for place in walk(run.schedule, run.steps))


class _Builder:
    """Builds one variant of a spec."""

    def __init__(self, root: Node, complaints: list[Complaint], foreign: Foreign | None) -> None:
        self._root = root
        self._complaints = complaints
        self._foreign = foreign

    def _fail(self, message: str, node: Node) -> None:
        self._complaints.append(Complaint(message, node))

    def runs(self, label: str) -> Iterator[tuple[str, _Made]]:
        before = len(self._complaints)
        self._check_keys()
        reader = SettingsReader(self._root, self._complaints.append)
        settings, style = reader.read(), reader.style()
        asked, model = self._training(settings)
        if asked and settings.steps is None:
            settings.steps = asked[0].optimization.length
        for one in asked or self._bare():
            for name, made in self._with(one, settings, style, label):
                if len(self._complaints) == before:
                    yield name, replace(made, run=replace(made.run, model=model))

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
    ) -> Iterator[tuple[str, _Made]]:
        """The runs under one of the optimizers, or under none."""
        lr = settings.lr if asked is None or asked.lr is None else asked.lr
        several = "schedules" in self._root.entries
        for name, written in self._named_schedules(self._root.entries, label, lr):
            node, own = without_groups(written) if several else (written, None)
            builder = ScheduleBuilder(self._complaints, self._foreign, lr)
            schedule = self._schedule(builder, node, lr, settings)
            if schedule is None:
                continue
            steps = settings.steps if settings.steps is not None else self._own_length(schedule, node)
            if steps is None:
                continue
            full = name
            if asked is not None and asked.label:
                full = f"{name}, {asked.label}" if several else asked.label
            groups = self._groups(own or self._root.entries.get("groups"), node, schedule, lr, settings)
            run = Run(full, schedule, steps, settings.steps_per_epoch, style, self._root.source.name)
            run = replace(run, groups=groups, training=settings.training)
            run = run if asked is None else replace(run, optimization=asked.optimization)
            yield full, _Made(run, node, builder)

    def _schedule(
        self, builder: ScheduleBuilder, node: Node, lr: float | None, settings: Settings
    ) -> Schedule | None:
        """The schedule of a node on the steps of the run."""
        made = builder.schedule(node, Context(lr, settings.length, settings.clock, settings.metrics))
        if made is None or not settings.by_epoch or (settings.steps_per_epoch or 1) <= 1:
            return made
        by_epoch: dict[str, Any] = {"schedule": made, "steps_per_epoch": settings.steps_per_epoch}
        return schedule_class("epochwise")(**by_epoch)

    def _groups(
        self, groups: Node | None, node: Node, schedule: Schedule, lr: float | None, settings: Settings
    ) -> tuple[Group, ...]:
        """The parameter groups beside a schedule."""

        def build(of: Node, rates: OtherRates | None) -> Schedule | None:
            own = lr if rates is None or lr is None else rates.of(lr)
            return self._schedule(
                ScheduleBuilder(self._complaints, self._foreign, own, rates), of, own, settings
            )

        return GroupsReader(self._complaints.append).read(groups, Grouped(node, schedule, build))

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
