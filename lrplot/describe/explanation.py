"""All that is known of one schedule or optimizer, gathered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from lrplot.curve import Curve
from lrplot.describe.advice import ADVICE, Advice
from lrplot.describe.calls import COMMON, Call, calls, count, elsewhere, written_out
from lrplot.describe.docstring import Page, page_of
from lrplot.describe.notation import latex, plain
from lrplot.describe.optimizers import RATES, first_updates, optimizer_calls, optimizer_runs
from lrplot.describe.parameters import Parameter, parameters_of, shown
from lrplot.describe.stretches import Cycles, Stretch, cycles, known, stretches
from lrplot.document.overrides import Overrides
from lrplot.errors import UsageError
from lrplot.exports.formula import formula
from lrplot.frameworks.registry import REGISTRY
from lrplot.optimizers import TYPES as OPTIMIZERS
from lrplot.python.parameters import Refusal
from lrplot.run import Run, spread
from lrplot.schedules import CATALOGUE, Entry, find, nearest, schedule_class
from lrplot.schedules.base import Schedule, values
from lrplot.schedules.fields import parameters
from lrplot.schedules.formula import Equation
from lrplot.sources.reference import load
from lrplot.texts import Text

_LONGEST: Final = 120
"""Characters of a formula with its numbers put in: longer ones explain nothing."""

ADAPTIVE: Final = "adaptive"
"""The family of the optimizers; those of the schedules stand in the catalogue."""


@dataclass(frozen=True, slots=True)
class Part:
    """One class that a schedule is made of; with ``of``, the schedule or optimizer whose numbers are told."""

    model: type[BaseModel]
    of: BaseModel | None = None

    @property
    def name(self) -> str:
        """The type's name."""
        return str(self.model.model_fields["type"].default)

    @property
    def page(self) -> Page:
        """The parts of the docstring."""
        return page_of(self.model)

    @property
    def formula(self) -> tuple[str, ...]:
        """The equations in plain text."""
        return plain(self._equations)

    @property
    def latex(self) -> tuple[str, ...]:
        """The equations in LaTeX."""
        return latex(self._equations)

    @property
    def _equations(self) -> tuple[Equation, ...]:
        # A model of either kind: a schedule or an optimizer, which have them.
        found: tuple[Equation, ...] = getattr(self.model, "equations", ())
        return found

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters."""
        return parameters_of(self.model, self.of)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one schedule or optimizer.

    Parameters
    ----------
    name
        What it is called: in the catalogue, or the label of a run.
    kind
        The name of the catalogue, or the optimizer's type, whose advice it has.
    family
        Its family, ``adaptive`` for an optimizer.
    chinese, aliases
        Its other names.
    summary
        What it is.
    parts
        Its classes, the outermost first.
    advice
        When it is good, and what is got wrong.
    runs
        What is drawn of it.
    phases, repeats
        What the first of these does, stretch by stretch, and how often it repeats itself.
    roughly
        Whether the phases are those of a few steps only, as of an expression over very many.
    calls, without
        The frameworks' calls for it, and the titles of those that have none.
    updates
        Of an optimizer: its first updates by framework.
    drawn_with
        The parameters that a name alone is drawn with, where they are not the defaults.
    numbers
        The formula with a schedule's own numbers, an expression in t; empty where it is none or long.
    filled
        Whether this is one schedule with its own numbers, not a name in general.
    """

    name: str
    kind: str
    family: str
    chinese: tuple[str, ...]
    aliases: tuple[str, ...]
    summary: Text
    parts: tuple[Part, ...]
    advice: Advice
    runs: tuple[Run, ...]
    phases: tuple[Stretch, ...] = ()
    repeats: Cycles | None = None
    roughly: bool = False
    calls: tuple[Call, ...] = ()
    without: tuple[str, ...] = ()
    updates: tuple[tuple[str, tuple[float, ...]], ...] = ()
    drawn_with: str = ""
    numbers: str = ""
    filled: bool = False

    @property
    def curves(self) -> tuple[Curve, ...]:
        """The curve that is drawn of it, and those of its parameter groups."""
        return tuple(Curve(run) for run in spread(self.runs))

    @property
    def derivation(self) -> tuple[str, ...]:
        """The lines on how a trainer's updates came about, none for what has no trainer."""
        return self.runs[0].derivation if self.filled else ()

    @property
    def cautions(self) -> tuple[Text, ...]:
        """The cautions about it, and about an optimizer beside it."""
        beside = (ADVICE[part.name].cautions for part in self.parts if part.name in OPTIMIZERS)
        own = () if self.kind in OPTIMIZERS else self.advice.cautions
        return (*own, *(caution for each in beside for caution in each))

    @property
    def latex(self) -> tuple[str, ...]:
        """The formula in LaTeX, line by line."""
        return tuple(line for part in self.parts for line in part.latex)


def is_known(name: str) -> bool:
    """True where ``name`` is in the catalogue or an optimizer."""
    return find(name) is not None or name.lower() in OPTIMIZERS


def explain_name(name: str) -> Explanation:
    """The explanation of a name of the catalogue, or of an optimizer.

    Raises
    ------
    UsageError
        When there is none of that name.

    Examples
    --------
    >>> found = explain_name("StepLR")
    >>> found.name, found.summary.en, found.calls[0].call
    ('step', 'Drop by a factor gamma every step_size steps.', 'StepLR(optimizer, step_size=30)')
    >>> explain_name("adam").family
    'adaptive'
    """
    entry = find(name)
    if entry is not None:
        found = _in_full(_of_entry(entry))
        return replace(found, drawn_with=_chosen(entry, found.runs[0]))
    if name.lower() in OPTIMIZERS:
        return _optimizer(name.lower())
    raise UsageError(f"'{name}' is not in the catalogue; {nearest(name, (*CATALOGUE, *OPTIMIZERS))}")


def _of_entry(entry: Entry) -> Explanation:
    (run,) = load(entry.name)
    own = [schedule_class(entry.name)] if entry.class_name else [type(each) for each in nested(run.schedule)]
    return _summed_up(entry, run, tuple(Part(model) for model in own))


def explain_run(run: Run) -> Explanation:
    """The same with the numbers of one schedule.

    Examples
    --------
    >>> from lrplot.schedules.step import Step
    >>> found = explain_run(Run("mine", Step(lr=0.3, step_size=10.0), 30))
    >>> found.kind, found.parts[0].parameters[1].value, len(found.phases)
    ('step', '10', 3)
    """
    # Of a thousand parts that are the same one is told.
    models: list[BaseModel] = list(dict.fromkeys(nested(run.schedule)))
    if run.optimization is not None:
        models.append(run.optimization.optimizer)
    parts = tuple(Part(type(each), each) for each in models)
    found = _in_full(_summed_up(_entry_of(run.schedule), run, parts))
    numbers = _numbers(run.schedule)
    return replace(found, name=run.label, aliases=(), numbers=numbers, filled=True)


def explained(reference: str, said: Overrides) -> list[Explanation]:
    """The page of a name alone; of any other REF, or of a name with something said over it, its runs'.

    >>> [(found.name, found.filled) for found in explained("adam", Overrides())]
    [('adam', False)]
    """
    if said == Overrides() and (is_known(reference) or _is_a_word(reference)):
        return [explain_name(reference)]
    return [explain_run(each) for each in load(reference, said)]


def _is_a_word(reference: str) -> bool:
    """True where it can only be a name: no file, no call, no stream."""
    return reference.isidentifier() and not Path(reference).exists()


def nested(schedule: Schedule) -> Iterator[Schedule]:
    """A schedule and all that are inside it, the outermost first."""
    yield schedule
    for inner in _inside(schedule):
        yield from nested(inner)


def _inside(schedule: Schedule) -> tuple[Schedule, ...]:
    return tuple(place.schedule for place in schedule.inside())


@cache
def _by_types() -> dict[tuple[str, ...], Entry]:
    """The entries by the types that their typical schedules are made of."""
    found: dict[tuple[str, ...], Entry] = {}
    for entry in CATALOGUE.values():
        found.setdefault(_types(load(entry.name)[0].schedule), entry)
    return found


def _types(schedule: Schedule) -> tuple[str, ...]:
    return tuple(each.type for each in nested(schedule))


def _entry_of(schedule: Schedule) -> Entry:
    """The name that says best what a schedule is: a combination's, else what it is without its wrappers."""
    inside = _inside(schedule)
    entry = _by_types().get(_types(schedule))
    if entry is None and len(inside) == 1:
        return _entry_of(inside[0])
    return entry or CATALOGUE[schedule.type]


def _summed_up(entry: Entry, run: Run, parts: tuple[Part, ...]) -> Explanation:
    """The catalogue's entry of a name: its texts, its curve and the frameworks' own calls."""
    advice = ADVICE[entry.name]
    english = advice.summary.en or page_of(schedule_class(entry.name)).summary
    return Explanation(
        entry.name,
        entry.name,
        entry.family,
        entry.chinese,
        entry.aliases,
        Text(english, advice.summary.zh),
        parts,
        advice,
        (run,),
        calls=calls(run),
    )


def _with_stand_ins(found: Explanation, frameworks: Sequence[str]) -> Explanation:
    """The same with what does for these frameworks what they have no class for."""
    (run,) = found.runs
    missing = [name for name in frameworks if name not in {call.framework for call in found.calls}]
    stand_ins = {name: call for name in missing if (call := written_out(run, name)) is not None}
    without = tuple(REGISTRY[name].title for name in missing if name not in stand_ins)
    return replace(found, calls=(*found.calls, *stand_ins.values()), without=without)


def _in_full(found: Explanation) -> Explanation:
    """The same with all that takes longer: its stretches in words, and the calls of every framework."""
    (run,) = found.runs
    found = _with_stand_ins(found, COMMON)
    return replace(
        found,
        phases=stretches(run),
        repeats=cycles(run),
        roughly=not known(run),
        calls=(*found.calls, *elsewhere(run)),
    )


def _chosen(entry: Entry, run: Run) -> str:
    """The parameters a name is drawn with: those not left out in each of the schedules it is made of."""
    shares = dict(_shares(entry.fragment, entry.name))
    told = []
    for each in nested(run.schedule):
        chosen = [
            f"{name} {shown(value)}{shares.get((each.type, name), '')}"
            for name, info in parameters(type(each)).items()
            for value in [values(each)[name]]
            if value != info.default and not isinstance(value, Schedule) and name not in _UNTOLD
        ]
        if chosen:
            told.append(f"{each.type}: {', '.join(chosen)}")
    return "; ".join([*told, f"steps {run.steps}"])


def _shares(tree: Any, within: str) -> Iterator[tuple[tuple[str, str], str]]:
    """The lengths of a typical schedule that are shares of the run: whose, which, and how to say it."""
    if isinstance(tree, list):
        for child in tree:
            yield from _shares(child, within)
    if not isinstance(tree, Mapping):
        return
    owner = tree.get("type", within)
    for name, value in tree.items():
        listed = [*(value if isinstance(value, list | Mapping) else [value])]
        shares = [each for each in listed if isinstance(each, str) and each.endswith("%")]
        if shares:
            called = ("sequence", "lengths") if name == "for" else (owner, name)
            yield called, f" ({', '.join(shares)})"
        yield from _shares(value, name)


_UNTOLD: Final = frozenset({"parts", "factors"})


def _numbers(schedule: Schedule) -> str:
    try:
        text = formula(schedule) if count(schedule) <= _LONGEST else ""
    except Refusal:
        return ""
    return text if len(text) <= _LONGEST else ""


def _optimizer(name: str) -> Explanation:
    model, advice = OPTIMIZERS[name], ADVICE[name]
    part = Part(model)
    return Explanation(
        name,
        name,
        ADAPTIVE,
        (),
        (),
        Text(part.page.summary, advice.summary.zh),
        (part,),
        advice,
        optimizer_runs(name, RATES[name]),
        calls=optimizer_calls(name),
        updates=first_updates(name),
    )


def everything(families: Sequence[str], stand_ins: Sequence[str] = ()) -> tuple[Explanation, ...]:
    """The catalogue and the optimizers of some families, in short.

    ``stand_ins`` are the frameworks for which something is found where they have no class.

    >>> [each.name for each in everything(["adaptive"])]
    ['sgd', 'adagrad', 'rmsprop', 'adam', 'adamw']
    """
    entries = [entry for entry in CATALOGUE.values() if entry.family in families]
    schedules = [_with_stand_ins(_of_entry(entry), stand_ins) for entry in entries]
    optimizers = [_optimizer(name) for name in OPTIMIZERS] if ADAPTIVE in families else []
    return (*schedules, *optimizers)
