"""A run to code that runs as it stands and gives the same curve, or says where it cannot."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from lrplot.clock import Clock
from lrplot.curve import Difference, difference
from lrplot.errors import LrplotError, StepError, UsageError
from lrplot.exports import reacting
from lrplot.exports.formula import formula
from lrplot.exports.grouped import groups_of, with_groups
from lrplot.exports.intent import base_rate
from lrplot.exports.read_back import read_back
from lrplot.exports.scripts import ALL, TARGETS, Loop, Target, Writer
from lrplot.exports.templates import Speller
from lrplot.frameworks.registry import REGISTRY
from lrplot.optimizers.base import Optimizer
from lrplot.python.parameters import Refusal
from lrplot.python.spelling import Formula
from lrplot.run import Run
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.multiplicative import Multiplicative
from lrplot.schedules.reacting import Reacting


@dataclass(frozen=True, slots=True)
class Exported:
    """Code, what should be known of it, and whether it gives the very same curve."""

    code: str
    notes: tuple[str, ...]
    exact: bool
    call: str = ""
    """The framework's own call in it, empty where there is none."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A schedule on the clock the scheduler is stepped on, and the training around it."""

    schedule: Schedule
    loop: Loop

    @property
    def steps(self) -> int:
        return self.loop.counted


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Code that may give the schedule: with a framework's own call, or with a formula."""

    code: str
    call: str = ""
    formula: Formula | None = None


@dataclass(frozen=True, slots=True)
class _Measured:
    """Code and how far it is from the schedule; None where it has no rate at some step of the run."""

    made: _Candidate
    found: Difference | None
    notes: tuple[str, ...]

    @property
    def exact(self) -> bool:
        return self.found is not None and self.found.first is None

    @property
    def greatest(self) -> float:
        return float("inf") if self.found is None else self.found.greatest


def export(run: Run, target: str) -> Exported:
    """Code for one framework.

    The framework's own class is taken where it gives the same curve over the run's horizon; else its
    formula. Each candidate is read back and compared, so what is said of it was measured. What reacts to
    a metric is compared on the run's own metrics, or becomes a callback class, which is not read back.

    Raises
    ------
    LrplotError
        When there is no such target, or the schedule cannot be written for it at all.

    Examples
    --------
    >>> from lrplot.schedules.step import Step
    >>> made = export(Run("step", Step(lr=0.1, step_size=30.0), 100), "pytorch")
    >>> made.exact, made.code.splitlines()[4]
    (True, 'scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30)')
    """
    target = REGISTRY.aliases.get(target, target)
    if target not in TARGETS:
        raise UsageError(f"no target '{target}'; known are {', '.join(TARGETS)}")
    wanted = ALL[target]
    made = _schedule(run, wanted)
    made = _with_groups(run, wanted, made)
    lost = Writer(wanted, Loop(1, None), 1, _optimizer(run)).lost
    if not lost:
        return made
    # Where its updates are shown, they are what the code is to give.
    return Exported(made.code, (*made.notes, lost), made.exact and run.optimization is None)


def _with_groups(run: Run, target: Target, made: Exported) -> Exported:
    """The code with the groups of a run that have rates of their own, or a note that it has none."""
    own = [group.label for group in run.groups if group.schedule != run.schedule]
    if not own:
        return made
    style = target.spellings.optimizer
    title, names = target.framework.title, ", ".join(own)
    if style is None or style.groups is None:
        said = f"the {target.name} code has one rate for all parameters: that of {names} is not in it"
        return replace(made, notes=(*made.notes, f"{said} (--to yaml writes it)"), exact=False)
    reacts = any(isinstance(group.schedule, Reacting) for group in groups_of(run))
    writer = Writer(target, Loop(1, None), base_rate(run.schedule), _optimizer(run))
    grouped = None if reacts else with_groups(run, writer, made.call)
    if grouped is None:
        said = f"{title}: the rates of {names} cannot be said beside this schedule, and are not in the code"
        return replace(made, notes=(*made.notes, f"{said} (--to yaml writes them)"), exact=False)
    if run.schedule.momentum is not None and not grouped.has_call:
        note = "the momentum that moves with the rate is not in it"
        return replace(made, code=grouped.code, notes=tuple(dict.fromkeys((*made.notes, note))), exact=False)
    return replace(made, code=grouped.code)


def _optimizer(run: Run) -> Optimizer | None:
    """The optimizer of the run, or of the text it was read from."""
    return run.written.model if run.optimization is None else run.optimization.optimizer


def _schedule(run: Run, target: Target) -> Exported:
    job = _job(run, target)
    try:
        if isinstance(job.schedule, Reacting):
            return _reacting(run, job, job.schedule, target)
        best = _best(run, job, target)
    except Refusal as refusal:
        raise LrplotError(f"{run.label}: {refusal}; {target.name} cannot have it") from None
    except RecursionError:
        raise LrplotError(
            f"{run.label}: it has too many pieces for one formula; {target.name} cannot have it; a shorter "
            "run has fewer"
        ) from None
    notes = [*_notes(run, job, target, best)]
    # That it computes in float32 is said already.
    notes += () if target.framework.single_precision else best.notes
    if run.schedule.momentum is not None and not _moves_momentum(target, best.made.call):
        return Exported(
            best.made.code, (*notes, "the momentum that moves with the rate is not in it"), exact=False
        )
    return Exported(best.made.code, tuple(notes), best.exact, best.made.call)


def _moves_momentum(target: Target, call: str) -> bool:
    chain = (target, *([ALL[target.spellings.falls_back_on]] if target.spellings.falls_back_on else []))
    return any(f"{name}(" in call for each in chain for name in each.spellings.moves_momentum)


def _job(run: Run, target: Target) -> _Job:
    schedule, loop = run.schedule, Loop(run.steps, None)
    if isinstance(schedule, Epochwise) and schedule.steps_per_epoch > 1:
        inner, loop = schedule.schedule, Loop(run.steps, schedule.steps_per_epoch)
    else:
        # A run with one step an epoch counts epochs.
        inner, loop = schedule, Loop(run.steps, 1 if run.steps_per_epoch == 1 else None)
    steps_alone = target.spellings.counts == "steps" and not _by_epoch(target)
    if steps_alone and not isinstance(inner, Reacting):
        return _Job(schedule, Loop(run.steps, None))
    return _Job(inner, loop)


def _by_epoch(target: Target) -> bool:
    return any(each.clock == "epoch" for each in target.spellings.formulas)


def _best(run: Run, job: _Job, target: Target) -> _Measured:
    """The first candidate that gives the very same curve, else the one that is nearest."""
    best: _Measured | None = None
    refused: Refusal | None = None
    candidates = _candidates(run, job, target)
    while True:
        try:
            made = next(candidates, None)
        except Refusal as refusal:
            refused = refusal
            made = None
        if made is None:
            break
        try:
            found = _measured(job, target, made)
        except LrplotError as error:
            # A call that the framework refuses is no candidate; behind the formulas there are no others.
            if made.formula is not None:
                refused = refused or Refusal(_reason(error))
            continue
        if best is None or found.greatest < best.greatest:
            best = found
        if best.exact:
            return best
    if best is not None:
        return best
    raise refused or Refusal(_nothing(run, target))


def _reason(error: LrplotError) -> str:
    """What is wrong with code that was read back, without the place: nobody has seen the code."""
    first = str(error).partition("\n")[0]
    return re.sub(r"^export:[\d:]+ ", "", first)


def _nothing(run: Run, target: Target) -> str:
    return f"{target.framework.title} has no class for {run.schedule.type} (--to pytorch writes its formula)"


def _candidates(run: Run, job: _Job, target: Target) -> Iterator[_Candidate]:
    base = base_rate(job.schedule)
    by_epoch = job.loop.by_epoch
    writer = Writer(target, job.loop, base, _optimizer(run), run.schedule.momentum is not None)
    speller = Speller(target.framework, target.spellings, base, job.steps, by_epoch)
    for call in speller.calls(job.schedule):
        # On a clock of epochs, what counts updates alone serves where it does nothing.
        if not call or not by_epoch or target.spellings.counts == "any":
            yield _Candidate(writer.with_call(call), call)
    if target.spellings.falls_back_on:
        yield from _candidates(run, job, ALL[target.spellings.falls_back_on])
    clock = "epoch" if by_epoch else "step"
    factor = isinstance(job.schedule, Multiplicative) and job.schedule.plus == "0"
    for each in target.spellings.formulas:
        if each.clock in {"any", clock} and each.of == ("factor" if factor else "rate"):
            yield _with_formula(writer, each, job.schedule)


def _with_formula(writer: Writer, each: Formula, schedule: Schedule) -> _Candidate:
    if not isinstance(schedule, Multiplicative) or each.of == "rate":
        return _Candidate(writer.with_formula(each, formula(schedule)), formula=each)
    factor = formula(Lambda(lr=1, factor=schedule.factor, steps_per_epoch=schedule.steps_per_epoch))
    writer = replace(writer, base=schedule.lr)
    return _Candidate(writer.with_formula(each, factor, first=0 if schedule.from_zero else 1), formula=each)


def _measured(job: _Job, target: Target, made: _Candidate) -> _Measured:
    """The difference of the code, read back.

    Raises
    ------
    LrplotError
        When the framework refuses it.
    """
    if not made.call and made.formula is None:
        # The optimizer alone.
        return _Measured(made, difference(job.schedule, Constant(lr=base_rate(job.schedule)), job.steps), ())
    around = Context(None, job.steps, Clock(job.steps, 1 if job.loop.by_epoch else None))
    schedule, notes = read_back(made.code, target, around)
    try:
        found = difference(job.schedule, schedule, job.steps)
    except StepError:
        return _Measured(made, None, ())
    return _Measured(made, found, tuple(notes))


_COMPARED: Final = 65_536
"""At most so many metrics are told to code that reacts to them."""


def _reacting(run: Run, job: _Job, schedule: Reacting, target: Target) -> Exported:
    """Code for what reacts to a metric; a framework's own call is measured on the run's metrics."""
    loop = job.loop
    if target.spellings.told == "each epoch" and not loop.by_epoch:
        loop = Loop(loop.steps, 1)
    made = reacting.written(schedule, Writer(target, loop, base_rate(schedule), _optimizer(run)))
    title = target.framework.title
    exact = made.same_rule
    notes: list[str] = []
    if made.call:
        metrics = tuple(schedule.observed(0, min(job.steps, _COMPARED)).tolist())
        count = len(metrics)
        around = Context(None, count, Clock(count), metrics=metrics)
        again, _ = read_back(made.code, target, around)
        found = difference(schedule, again, count)
        exact = exact and found.first is None
        notes += _differs(job, found)
    if not made.same_rule:
        notes.append(f"{title} has a rule of its own: on other metrics the rates may part, or part elsewhere")
    if loop is not job.loop:
        notes.append(f"{title} calls it once an epoch; here an epoch is a step")
    notes += _single_precision(target)
    return Exported(made.code, tuple(notes), exact)


def _single_precision(target: Target) -> Iterator[str]:
    if target.framework.single_precision:
        yield f"{target.framework.title} computes rates in float32"


def _differs(job: _Job, found: Difference) -> Iterator[str]:
    if found.first is not None:
        unit = "epoch" if job.loop.by_epoch else "step"
        yield (
            f"not the same curve: it differs from {unit} {found.first} on, most by {found.greatest:.3g} "
            f"at {unit} {found.at}"
        )
    elif not found.exact:
        yield "the curves were compared at their knots and at many steps between, not at every step"


def _notes(run: Run, job: _Job, target: Target, best: _Measured) -> Iterator[str]:
    if best.found is None:
        yield "it has no rate at some step of the run"
    else:
        yield from _differs(job, best.found)
    if target.spellings.counts == "steps" and not _by_epoch(target) and run.steps_per_epoch == 1:
        yield f"{target.framework.title} counts updates; here an epoch is one"
    used = best.made.formula
    if used is None or used.dialect != "python" or used.of == "factor":
        yield from _single_precision(target)
    if used is not None and used.of == "factor" and used.dialect == "python" and not job.loop.by_epoch:
        yield "Keras' callback multiplies once an epoch; here an epoch is a step"
