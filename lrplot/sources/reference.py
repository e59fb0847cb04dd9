"""From what a person writes for a schedule to runs: the one place that knows all the ways."""

import difflib
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lrplot.clock import Clock
from lrplot.document.build import build, override
from lrplot.document.dump import as_data, optimizer_as_data
from lrplot.document.files import files_of
from lrplot.document.nested import is_described
from lrplot.document.overrides import Overrides, Said
from lrplot.document.path import KEYS, check_path
from lrplot.document.settings import numbers
from lrplot.document.tree import Node, Source, literal, read, resolve
from lrplot.errors import (
    LrplotError,
    NotationError,
    SpecError,
    StepError,
    UnusedBindingError,
    UnusedSettingError,
    UsageError,
)
from lrplot.files import LARGEST_TEXT, read_bytes
from lrplot.run import Run, Runs, Written
from lrplot.schedules import CATALOGUE, TYPICAL_LR, Entry, find, nearest
from lrplot.schedules.base import Schedule, Surroundings
from lrplot.schedules.composite import places
from lrplot.sources.own_rates import unchanged_by
from lrplot.text.caret import brief
from lrplot.text.likeness import look_of_bytes, look_of_text, some

if TYPE_CHECKING:
    from lrplot.optimizers import Optimizer
    from lrplot.python.reading import Reading

_SUFFIXES: Final = {".yaml", ".yml", ".json"}
_SCRIPTS: Final = {".py"}
_REPEATS: Final = 4
_MOST_POINTS: Final = 2000
"""Most points of a curve that are written out in a spec."""
_FEW: Final = 5
"""Keys that may be a spec's, misspelt; more of them are somebody else's."""
_WANTED: Final = "a REF is a spec, a framework's call, a script (.py) or a name of 'lrplot list'"
_SPEC_LINE: Final = re.compile(r"^schedules?\s*:", re.MULTILINE)
_TYPICAL_UPDATES: Final = 200
_NO_HORIZON: Final = frozenset({"no horizon"})
_PYTHON: Final = re.compile(
    r"(>>> |import |from [\w.]+ import|@|class |def |async def |In \[\d+\]:|[\w.]+ *= |[\w.]+\()"
)


def load(reference: str, overrides: Overrides | None = None) -> Runs:
    """The runs a REF names.

    A REF is a catalogue name, a spec file, a framework's call, a training script, or ``-`` for a spec or
    a script on standard input. Calls and scripts are parsed and never executed.

    Raises
    ------
    LrplotError
        When it names none of these, or what it names is wrong.

    Examples
    --------
    >>> (run,) = load("cosine", Overrides(settings={"steps": "1e6"}))
    >>> run.label, run.steps
    ('cosine', 1000000)
    >>> (run,) = load("StepLR(optimizer, 30)", Overrides(settings={"lr": "0.1", "steps": "100"}))
    >>> run.schedule([29, 30]).round(6).tolist()
    [0.1, 0.01]
    """
    said = overrides or Overrides()
    for change in (*said.changes, *said.sweep):
        check_path(change.path, change.option)
    paths = [change.path.removeprefix("schedule.") for change in (*said.changes, *said.sweep)]
    twice = next((path for path in paths if paths.count(path) > 1), None)
    if twice is not None:
        raise UsageError(f"'{twice}' is given twice; one --set or one --sweep a path")
    settings = {name: _setting(name, text) for name, text in said.settings.items()}
    named = _named(reference)
    notes: tuple[str, ...] = ()
    words: dict[str, Written] = {}
    if said.simulated and (isinstance(named, _Text) or "simulate" not in named[0].entries):
        settings["simulate"] = literal({}, "simulate")
    if isinstance(named, _Text):
        root, label, notes, words = _from_text(named, settings, said.bindings)
        settings.pop("lr", None)
    else:
        root, label = named
        if (entry := _entry(reference)) is not None:
            root = _typical(entry, paths)
            if not {"steps", "epochs"} & {*settings, *paths}:
                words[""] = Written(facts=_NO_HORIZON)
    root = override(root, settings, {change.path: _value(change) for change in said.changes})
    for change in said.sweep:
        root = _swept(root, change, _value(_listed(change)))
    foreign = _Foreign(root.source.name, said.bindings)
    runs = build(root, label, foreign)
    if "lr" in settings:
        notes += _check_lr(root, settings["lr"], runs, foreign)
    if "metrics" in settings and not any(_reacts(run) for run in runs):
        raise UnusedSettingError(
            "metrics", "--metrics changes nothing: no schedule here reacts to a metric, as plateau does"
        )
    notes += tuple(dict.fromkeys(foreign.notes))
    words |= _words_of_calls(root, foreign)
    return Runs(replace(run, notes=notes, written=_words(run, words)) for run in runs)


def _words(run: Run, words: Mapping[str, Written]) -> Written:
    """What was written of a run: under its label (a sweep adds its values to it), or of the one there is."""
    of_label = words.get(run.label.split(", ", maxsplit=1)[0])
    return of_label or words.get("", Written())


def _words_of_calls(root: Node, foreign: "_Foreign") -> dict[str, Written]:
    """What the calls in a spec say, by the labels of its schedules; one alone has none."""
    several = root.entries.get("schedules")
    named = {} if several is None else several.entries
    one = root.entries.get("schedule")
    nodes = {**named, "": one} if one is not None else named
    return {
        label: foreign.written[node.text] for label, node in nodes.items() if node.text in foreign.written
    }


def load_text(text: str, name: str, label: str) -> tuple[Run, ...]:
    r"""The runs of a spec's text, as if it stood in the file ``name``.

    Raises
    ------
    LrplotError
        When it is no spec, or a wrong one.

    Examples
    --------
    >>> [run.steps for run in load_text("lr: 0.1\nsteps: 9\nschedule: cosine", "a.yaml", "a")]
    [9]
    """
    root = _as_spec(read(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), name))
    return build(root, label, _Foreign(root.source.name, {}))


def _reacts(run: Run) -> bool:
    return any(place.schedule.reacts for place in places(run.schedule, run.steps))


def files_read(path: Path) -> tuple[Path, ...]:
    """The files that a spec reads beside itself: metrics, gradients, a style sheet.

    Raises
    ------
    LrplotError
        When it is no spec.
    """
    return files_of(read(_contents(path, str(path)), str(path)))


def load_all(
    references: Sequence[str], overrides: Overrides, *, together: bool = False
) -> list[tuple[Run, ...]]:
    """The runs of several REFs; what is said for all may concern only some of them.

    Where they are seen ``together``, names alone have one horizon: that of the longest run beside them, or
    the longest of their own.

    Raises
    ------
    LrplotError
        As :func:`load`; and when a base rate, metrics or a binding concern none of them.
    """
    found: list[tuple[Run, ...]] = []
    refused: list[tuple[str, LrplotError]] = []
    concerned: dict[int, UnusedSettingError] = {}
    for reference in references:
        said = overrides
        while len(found) < len(references):
            try:
                found.append(load(reference, said))
                break
            except UnusedSettingError as error:
                refused.append(("--" + error.name, error))
                concerned[len(found)] = error
                kept = {name: text for name, text in said.settings.items() if name != error.name}
                said = replace(said, settings=kept)
            except UnusedBindingError as error:
                refused.append((error.name, error))
                bound = {name: text for name, text in said.bindings.items() if name != error.name}
                said = replace(said, bindings=bound)
    names = [name for name, _ in refused]
    for name, told in refused:
        if names.count(name) == len(references):
            raise told
    for index, unused in concerned.items():
        if unused.name == "lr":
            found[index] = Runs(replace(run, notes=(*run.notes, str(unused))) for run in found[index])
    return _with_one_horizon(references, overrides, found) if together else found


def _with_one_horizon(
    references: Sequence[str], overrides: Overrides, found: list[tuple[Run, ...]]
) -> list[tuple[Run, ...]]:
    """The same, names that have no run of their own drawn over the run of the others."""
    paths = {change.path for change in (*overrides.changes, *overrides.sweep)}
    if {"steps", "epochs"} & (overrides.settings.keys() | paths):
        return found
    own = {
        run.steps
        for reference, runs in zip(references, found, strict=True)
        for run in runs
        if not _is_name(reference)
    }
    longest = max(own or {run.steps for runs in found for run in runs})
    said = replace(overrides, settings={**overrides.settings, "steps": str(longest)})
    shorter = [
        index
        for index, (reference, runs) in enumerate(zip(references, found, strict=True))
        if _is_name(reference) and any(run.steps != longest for run in runs)
    ]
    if not shorter:
        return found
    again = load_all([references[index] for index in shorter], said)
    called = ", ".join(dict.fromkeys(run.label for runs in again for run in runs))
    beside = "as the run beside" if own else "the longest of the names"
    note = f"{called}: drawn over {longest} steps, {beside} (--steps gives another number)"
    told = [Runs(replace(run, notes=(*run.notes, note)) for run in runs) for runs in again]
    by_index = dict(zip(shorter, told, strict=True))
    return [by_index.get(index, runs) for index, runs in enumerate(found)]


def parse(
    call: str,
    *,
    lr: float | None = None,
    steps: int | None = None,
    epochs: float | None = None,
    steps_per_epoch: int | None = None,
    metrics: Sequence[float] | str | None = None,
    gradients: Sequence[float] | str | None = None,
    let: Mapping[str, Any] | None = None,
) -> Run:
    """The run of one framework's call, as copied from training code.

    Parameters
    ----------
    call
        The call, a snippet around it, or a whole script with one scheduler.
    lr
        Base rate; wins over the optimizer's in the text. Where the call gives its own rate, as a one-cycle's
        ``max_lr``, it changes nothing, and a note of the run says so.
    steps, epochs, steps_per_epoch
        Horizon.
    metrics
        What a plateau reacts to: numbers, a formula in t, or a file (``a.csv#val_loss``).
    gradients
        What an optimizer is given: numbers, a formula in t, or a file.
    let
        Values for names the text leaves open.

    Raises
    ------
    LrplotError
        When the text makes no schedule, or several.

    Examples
    --------
    >>> run = parse("CosineAnnealingLR(optimizer, T_max=50)", lr=0.1, steps=101)
    >>> run.schedule([0, 50, 100]).round(6).tolist()
    [0.1, 0.0, 0.1]
    >>> run = parse("ReduceLROnPlateau(optimizer, patience=5)", lr=0.1, metrics=[1.0] * 9)
    >>> run.schedule([6, 7]).round(6).tolist()
    [0.1, 0.01]
    """
    given = {"lr": lr, "steps": steps, "epochs": epochs, "steps_per_epoch": steps_per_epoch}
    settings = {name: _setting(name, repr(value)) for name, value in given.items() if value is not None}
    for name, series in (("metrics", metrics), ("gradients", gradients)):
        if series is not None:
            plain = series if isinstance(series, str) else np.asarray(series, dtype=np.float64).tolist()
            settings[name] = literal(plain, "--" + name)
    bindings = {name: repr(value) for name, value in (let or {}).items()}
    root, label, notes, words = _from_text(_Text(call, "call", "call"), settings, bindings, strict=False)
    settings.pop("lr", None)
    runs = build(override(root, settings, {}), label)
    if len(runs) != 1:
        raise UsageError(f"{len(runs)} schedulers in it: {', '.join(run.label for run in runs)}; give one")
    return replace(runs[0], notes=notes, written=_words(runs[0], words))


@dataclass(frozen=True, slots=True)
class _Text:
    """Python to be read: what it says, what errors call it, and what its picture is called."""

    text: str
    name: str
    label: str


class _Foreign:
    """Reads a framework's words inside a spec."""

    def __init__(self, name: str, bindings: Mapping[str, str]) -> None:
        self._name = name
        self._bindings = bindings
        self.notes: list[str] = []
        self.written: dict[str, Written] = {}

    def call(self, text: str, around: Surroundings) -> Schedule:
        """The schedule of a call, of which there must be one."""
        from lrplot.frameworks.texts import read as read_text

        readings = read_text(text, self._name, around, bindings=self._bindings)
        if len(readings) != 1:
            names = ", ".join(reading.label for reading in readings)
            message = f"{len(readings)} schedulers here: {names}; a schedule is one"
            raise NotationError(message, f"{self._name}: {message}")
        self.written[text] = replace(_written(text, self._name, readings[0]), base=around.lr)
        return self._noted(readings[0])

    def mapping(self, value: Mapping[str, Any], around: Surroundings) -> Schedule | None:
        """The schedule that a config's mapping describes."""
        from lrplot.frameworks.texts import read_mapping

        reading = read_mapping(value, self._name, around)
        return None if reading is None else self._noted(reading)

    def optimizer(self, text: str, lr: float | None) -> "tuple[float, Optimizer]":
        """The base rate (``lr`` wins over the call's own) and the optimizer of a call."""
        from lrplot.frameworks.texts import read as read_text

        around = Surroundings(lr, None, Clock())
        readings = read_text(text, self._name, around, assumed_lr=TYPICAL_LR, bindings=self._bindings)
        if len(readings) != 1 or not readings[0].alone:
            message = "a scheduler here; an optimizer's call is wanted"
            raise NotationError(message, f"{self._name}: {message}")
        optimizer = readings[0].optimizer
        if optimizer is None:
            from lrplot.optimizers import TYPES as OPTIMIZERS

            message = f"the updates of {readings[0].call} are not computed; known are {', '.join(OPTIMIZERS)}"
            raise NotationError(message, f"{self._name}: {message}")
        return float(readings[0].schedule(0)), optimizer

    def _noted(self, reading: "Reading") -> Schedule:
        self.notes += reading.notes
        return reading.schedule


def _written(text: str, name: str, reading: "Reading") -> Written:
    from lrplot.sources.written import written

    found = written(text, name, reading.call, reading.framework)
    return replace(found, facts=found.facts | {"never stepped"}) if reading.never_stepped else found


def _from_text(
    text: _Text, settings: Mapping[str, Node], bindings: Mapping[str, str], *, strict: bool = True
) -> tuple[Node, str, tuple[str, ...], dict[str, Written]]:
    """A call or a script as the spec that says the same, its label, what should be known of it, its words."""
    from lrplot.frameworks.texts import read as read_text

    # Stepped once an epoch, a text that says how many it trains needs no length of one.
    counted = settings.keys() & {"steps_per_epoch", "epochs", "training"}
    known = {
        name: node for name, node in settings.items() if name != "update" or counted or node.value != "epoch"
    }
    said = numbers(override(literal({}, text.name), known, {}))
    around = Surroundings(said.lr, said.length, said.clock, said.metrics)
    update = settings["update"].text if "update" in settings else None
    readings = read_text(
        text.text,
        text.name,
        around,
        assumed_lr=TYPICAL_LR,
        bindings=bindings,
        optimized="gradients" in settings,
        update=update,
    )
    notes = [note for reading in readings for note in reading.notes]
    if said.lr is not None:
        other = replace(around, lr=_another(said.lr))
        again = read_text(
            text.text, text.name, other, assumed_lr=TYPICAL_LR, bindings=bindings, update=update
        )
        if len(again) == len(readings):
            names = [reading.call if len(readings) == 1 else reading.label for reading in readings]
            pairs = [
                (reading.schedule, other.schedule) for reading, other in zip(readings, again, strict=True)
            ]
            notes += unchanged_by(said.lr, names, pairs, strict=strict)
    by_epoch = said.by_epoch or all(reading.by_epoch for reading in readings)
    spec: dict[str, Any] = {}
    each = said.steps_per_epoch or readings[0].steps_per_epoch
    if each is not None and "steps_per_epoch" not in settings:
        spec["steps_per_epoch"] = each
    wrapped = any(reading.wrapped and reading.schedule.type == "epochwise" for reading in readings)
    if by_epoch and (each or 1) > 1 and "update" not in settings and not wrapped:
        spec["update"] = "epoch"
    if not settings.keys() & {"steps", "epochs"}:
        horizon = max(_horizon(reading, notes) for reading in readings)
        spec["epochs" if by_epoch and not wrapped else "steps"] = horizon
    if len(readings) == 1:
        spec["schedule"] = _said(readings[0].schedule)
    else:
        spec["schedules"] = {reading.label: _said(reading.schedule) for reading in readings}
    spec |= _optimizer_of(readings, settings, notes)
    label = readings[0].call if len(readings) == 1 else text.label
    words = {reading.label: _written(text.text, text.name, reading) for reading in readings}
    if said.lr is not None:
        words = {label: replace(each, base=said.lr) for label, each in words.items()}
    if not settings.keys() & {"steps", "epochs"} and all(each.horizon is None for each in readings):
        words = {label: replace(each, facts=each.facts | _NO_HORIZON) for label, each in words.items()}
    if len(readings) == 1:
        words = {"": words[readings[0].label]}
    root = literal(spec, text.label if text.label != "call" else label)
    return root, label, tuple(dict.fromkeys(notes)), words


def _said(schedule: Schedule) -> "dict[str, Any] | Schedule":
    """A schedule as a spec would say it; as it is where it holds more points than anybody reads."""
    points = getattr(schedule, "points", ())
    return schedule if len(points) > _MOST_POINTS else as_data(schedule)


def _optimizer_of(
    readings: "Sequence[Reading]", settings: Mapping[str, Node], notes: list[str]
) -> dict[str, Any]:
    """The optimizer of a text whose updates are shown: one alone, or one that gradients are for."""
    optimizer = readings[0].optimizer
    if optimizer is None:
        return {}
    from lrplot.optimizers.optimization import TYPICAL_GRADIENTS

    spec: dict[str, Any] = {"optimizer": optimizer_as_data(optimizer)}
    if "gradients" not in settings:
        notes.append("no gradients in it; its updates are shown under seeded noise (--gradients)")
        spec["gradients"] = TYPICAL_GRADIENTS.model_dump()
    return spec


def _horizon(reading: "Reading", notes: list[str]) -> int:
    """Steps to draw where nobody says how many: the text's, the schedule's own, or enough to see it."""
    if reading.horizon is not None:
        wrapped = reading.wrapped and reading.schedule.type == "epochwise"
        return reading.horizon * (reading.steps_per_epoch or 1) if wrapped else reading.horizon
    steps = steps_to_show(reading.schedule)
    if reading.schedule.length is None:
        notes.append(f"no horizon in it; {steps} steps drawn (--steps)")
    return steps


def steps_to_show(schedule: Schedule) -> int:
    """Steps that show a schedule: its own length, a quarter more where it jumps there, or enough to see it.

    >>> from lrplot.schedules.cosine import Cosine
    >>> steps_to_show(Cosine(lr=0.1, T_max=50))
    50
    """
    if schedule.length is None:
        return _enough(schedule)
    end = max(1, -int(-schedule.length // 1))
    return -(-end * 5 // 4) if _jumps(schedule, end) else end


def _jumps(schedule: Schedule, end: int) -> bool:
    """Whether a schedule's last rate begins only where its length ends."""
    try:
        rates = schedule(np.append(np.linspace(0, end - 1, 64).astype(np.int64), end))
    except StepError:
        return False
    return bool(abs(rates[-1] - rates[-2]) > 0.05 * rates.max())


def _enough(schedule: Schedule) -> int:
    """Steps that show what an endless schedule does: four repeats, or well past its last knot."""
    knots = schedule.knots(1 << 20)
    few = knots.few
    growing = len(few) > _REPEATS and few[-1] > 16 * few[_REPEATS - 1]
    marks = [*few[_REPEATS - 1 : _REPEATS]] if growing else [*few[-1:]]
    marks += [r[min(_REPEATS - 1, len(r) - 1)] for r in knots.every if r]
    if not marks or knots.unknown:
        return _until_half(schedule)
    last = max(marks)
    moving = float(schedule(last)) != float(schedule(4 * last)) and not knots.every
    return last * 4 if moving else -(-last * 5 // 4)


def _until_half(schedule: Schedule) -> int:
    """Steps until the curve has fallen to half its peak, by doubling; 100 where it never does."""
    for steps in (100 << k for k in range(14)):
        try:
            rates = schedule(np.unique(np.linspace(0, steps - 1, 512).astype(np.int64)))
        except StepError:
            break
        if rates[-1] <= rates.max() / 2:
            return steps
    return 100


def _listed(change: Said) -> Said:
    return change if change.text.lstrip().startswith("[") else replace(change, text=f"[{change.text}]")


def _setting(name: str, text: str) -> Node:
    option = "--" + name.replace("_", "-")
    if text.lstrip().startswith(("{", "[")):
        return read(text, option)
    return Node(resolve(text), None, Source(option), text)


def _swept(root: Node, change: Said, values: Node) -> Node:
    """The spec with one more swept path; a sweep's key is the whole path, dots and all."""
    sweep = root.entries.get("sweep")
    old = sweep.value if sweep is not None and isinstance(sweep.value, Mapping) else {}
    kept = {key: node for key, node in old.items() if key.text != change.path}
    grown = replace(literal({}, change.option), value={**kept, literal(change.path, change.option): values})
    others = {key: node for key, node in root.value.items() if key.text != "sweep"}
    return replace(root, value={**others, literal("sweep", change.option): grown})


def _value(change: Said) -> Node:
    with_path = change.option in {"--set", "--sweep", "--over"}
    name = f"{change.option} {change.path}" if with_path else change.option
    text = change.text.strip()
    return literal(text, name) if not text or text.startswith("#") else read(change.text, name)


def _check_lr(root: Node, given: Node, runs: tuple[Run, ...], foreign: _Foreign) -> tuple[str, ...]:
    """A base rate on the command line that changes nothing is a mistake, not a wish."""
    lr = float(given.value)
    others = build(override(root, {"lr": literal(_another(lr), "--lr")}, {}), "", foreign)
    pairs = [(run.schedule, other.schedule) for run, other in zip(runs, others, strict=True)]
    return tuple(unchanged_by(lr, [run.label for run in runs], pairs))


def _another(rate: float) -> float:
    """A rate that is not this one, and no larger than float64 holds."""
    return rate / 2 or 1.0


def _named(reference: str) -> _Text | tuple[Node, str]:
    if reference == "-":
        return _standard_input()
    path = Path(reference)
    entry = _entry(reference)
    looks_like_file = _looks_like_file(reference)
    if entry is not None:
        return _typical(entry), entry.name
    if not looks_like_file and _is_optimizer(reference.lower()):
        return _typical_optimizer(reference.lower()), reference.lower()
    try:
        found = path.is_file()
    except (OSError, ValueError):
        found = False
    if not found and ("(" in reference or "\n" in reference):
        return _Text(reference, "call", "call")
    if path.suffix in _SCRIPTS:
        return _Text(_contents(path, reference), reference, path.stem)
    if found or looks_like_file:
        return _as_spec(_read_spec(path, reference)), path.stem
    if path.is_dir():
        raise UsageError(f"{reference}: is a folder; name a file in it")
    raise UsageError(
        f"'{brief(reference)}' is neither a schedule of the catalogue nor a file; {_near(reference)}"
    )


def _looks_like_file(reference: str) -> bool:
    return Path(reference).suffix in _SUFFIXES | _SCRIPTS or ("/" in reference and "(" not in reference)


def _entry(reference: str) -> Entry | None:
    """The catalogue's entry that a REF names."""
    return None if _looks_like_file(reference) else find(reference)


def _is_name(reference: str) -> bool:
    """Whether a REF is a name alone, which has no run of its own."""
    is_file = _looks_like_file(reference)
    return not is_file and (find(reference) is not None or _is_optimizer(reference.lower()))


def _standard_input() -> _Text | tuple[Node, str]:
    """A spec, or Python where the first line that says something looks like it."""
    if sys.stdin is None:
        raise UsageError("standard input is closed")
    text = _decode(sys.stdin.buffer.read(LARGEST_TEXT + 1), "standard input")
    said = (line.strip() for line in text.splitlines())
    first = next((line for line in said if line and not line.startswith("#")), "")
    if _PYTHON.match(first) or _is_python(text):
        return _Text(text, "standard input", "stdin")
    return _as_spec(_mapping(text, "standard input")), "stdin"


def _is_python(text: str) -> bool:
    """Whether a text that is no spec is Python; what could be both is a spec."""
    try:
        if isinstance(read(text, "standard input").value, Mapping):
            return False
    except SpecError:
        pass
    from lrplot.python.source import parse as parse_text

    try:
        return bool(parse_text(text, "standard input").tree.body)
    except NotationError:
        return False


def _read_spec(path: Path, name: str) -> Node:
    """The tree of a spec file; what is none is told by its look."""
    text = _contents(path, name)
    marked_up = text.lstrip().startswith("<") and not text.lstrip().startswith("<<")
    return _mapping(text, name) if marked_up or path.suffix not in _SUFFIXES else read(text, name)


def _mapping(text: str, name: str) -> Node:
    """The tree of a text that may be no spec at all."""
    try:
        root = read(text, name)
        if isinstance(root.value, Mapping) and not text.lstrip().startswith("<"):
            return root
    except SpecError:
        if _SPEC_LINE.search(text):
            raise
    raise SpecError(f"{name}: looks like {look_of_text(text)}, not like a spec\n{_WANTED}")


def _is_no_spec(root: Node) -> bool:
    """Whether a mapping's keys are those of something else, not a spec's with mistakes in them."""
    keys = root.entries.keys()
    others = [key for key in keys if key not in KEYS]
    if not others or keys & {"schedule", "schedules"}:
        return False
    meant = any(difflib.get_close_matches(key, ("schedule", "schedules"), 1, 0.8) for key in others)
    few = len(others) <= _FEW
    return not (few and (meant or len(others) < len(keys)))


def _as_spec(root: Node) -> Node:
    """A config that is nothing but a schedule in a framework's words, as a spec.

    Raises
    ------
    SpecError
        When it is a mapping, and none of its keys is a spec's.
    """
    if not isinstance(root.value, Mapping):
        return root
    scheduler = root.entries.get("scheduler")
    if scheduler is not None and is_described(scheduler) and "schedule" not in root.entries:
        spec = {literal("schedule", root.source.name): scheduler}
        optimizer = root.entries.get("optimizer", scheduler).entries.get("params", scheduler)
        if "lr" in optimizer.entries:
            spec[literal("lr", root.source.name)] = optimizer.entries["lr"]
        return replace(root, value=spec)
    if is_described(root):
        return replace(root, value={literal("schedule", root.source.name): root})
    if _is_no_spec(root):
        names = some(key for key in root.entries if key not in KEYS)
        raise SpecError(f"{root.source.name}: no spec, to judge by its keys {names}\n{_WANTED}")
    return root


def _typical(entry: Entry, given: Sequence[str] = ()) -> Node:
    """A name as a spec, but for what the parameters that are ``given`` take the place of."""
    epochs = {} if entry.steps_per_epoch is None else {"steps_per_epoch": entry.steps_per_epoch}
    spec = {"lr": TYPICAL_LR, "steps": entry.steps, **epochs, "schedule": entry.name}
    root = override(literal(spec, entry.name), {}, {})
    replaced = [entry.instead[path] for path in given if path in entry.instead]
    if replaced:
        schedule = root.entries["schedule"]
        kept = {key: node for key, node in schedule.value.items() if key.text not in replaced}
        schedule = replace(schedule, value=kept)
        root = replace(
            root,
            value={key: schedule if key.text == "schedule" else node for key, node in root.value.items()},
        )
    return root


def _near(reference: str) -> str:
    """What may have been meant: a name of the catalogue, or an optimizer's."""
    from lrplot.optimizers import TYPES

    close = difflib.get_close_matches(reference.lower(), (*CATALOGUE, *TYPES), 1)
    return f"did you mean '{close[0]}'?" if close and close[0] in TYPES else nearest(reference)


def _is_optimizer(name: str) -> bool:
    from lrplot.optimizers import TYPES

    return name in TYPES


def _typical_optimizer(name: str) -> Node:
    """An optimizer at its framework's own rate, under gradients of ours."""
    from lrplot.frameworks.registry import REGISTRY
    from lrplot.optimizers import optimizer_of
    from lrplot.optimizers.optimization import TYPICAL_GRADIENTS

    optimizer = optimizer_of(name)
    spec = {
        "steps": _TYPICAL_UPDATES,
        "optimizer": {**optimizer_as_data(optimizer), "lr": REGISTRY.default_lr(optimizer)},
        "gradients": TYPICAL_GRADIENTS.model_dump(),
    }
    return literal(spec, optimizer.type)


def _contents(path: Path, name: str) -> str:
    return _decode(read_bytes(path, LARGEST_TEXT, name), name)


def _decode(data: bytes, name: str) -> str:
    look = look_of_bytes(data)
    if look is not None:
        raise SpecError(f"{name}: looks like {look}, not like a spec or a script\n{_WANTED}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(f"{name}: not UTF-8 text (byte {error.start})") from None
