"""A run to code that runs as it stands and gives the same curve, or says where it cannot."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lrplot.clock import Clock
from lrplot.curve import Difference, difference
from lrplot.errors import LrplotError, StepError, UsageError
from lrplot.exports import keras, optax, pytorch, reacting, transformers
from lrplot.exports.formula import formula
from lrplot.exports.optimizers import with_optimizer
from lrplot.frameworks.registry import REGISTRY
from lrplot.frameworks.texts import read
from lrplot.python.values import Refusal
from lrplot.run import Run
from lrplot.schedules.base import Schedule, Surroundings
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.multiplicative import Multiplicative
from lrplot.schedules.reacting import Reacting

TARGETS: Final = ("pytorch", "keras", "transformers", "optax")


@dataclass(frozen=True, slots=True)
class Exported:
    """Code, what should be known of it, and whether it gives the very same curve."""

    code: str
    notes: tuple[str, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class _Job:
    """A schedule on the clock the scheduler is stepped on, and how long that is."""

    schedule: Schedule
    steps: int
    total: int
    steps_per_epoch: int | None

    @property
    def by_epoch(self) -> bool:
        return self.steps_per_epoch is not None


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
    (True, 'scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30, gamma=0.1)')
    """
    target = REGISTRY.aliases.get(target, target)
    if target not in TARGETS:
        raise UsageError(f"no target '{target}'; known are {', '.join(TARGETS)}, yaml")
    made = _schedule(run, target)
    if run.optimization is None:
        return made
    code, note = with_optimizer(made.code, run.optimization.optimizer, target)
    return Exported(code, made.notes if note is None else (*made.notes, note), made.exact and note is None)


def _schedule(run: Run, target: str) -> Exported:
    """The code of the schedule, with plain SGD."""
    job = _job(run)
    best: tuple[float, Exported] | None = None
    try:
        if isinstance(job.schedule, Reacting):
            return _reacting(job, job.schedule, target)
        for code in _CANDIDATES[target](job):
            found = _compared(job, code)
            greatest = float("inf") if found is None else found.greatest
            made = Exported(
                code, tuple(_notes(run, job, target, code, found)), found is not None and found.first is None
            )
            if best is None or greatest < best[0]:
                best = greatest, made
            if made.exact:
                break
    except Refusal as refusal:
        raise LrplotError(f"{run.label}: {refusal}; {target} cannot have it") from None
    except RecursionError:
        raise LrplotError(
            f"{run.label}: it has too many pieces for one formula; {target} cannot have it; a shorter run "
            "has fewer"
        ) from None
    if best is None:
        raise LrplotError(f"{run.label}: {target} cannot have it")
    momentum = run.schedule.momentum is not None and not any(
        c in best[1].code for c in ("CyclicLR", "OneCycleLR")
    )
    if momentum:
        note = "the momentum that moves with the rate is not in it"
        return Exported(best[1].code, (*best[1].notes, note), exact=False)
    return best[1]


def _job(run: Run) -> _Job:
    schedule = run.schedule
    if isinstance(schedule, Epochwise) and schedule.steps_per_epoch > 1:
        each = schedule.steps_per_epoch
        return _Job(schedule.schedule, -(-run.steps // each), run.steps, each)
    # A run with one step an epoch counts epochs.
    return _Job(schedule, run.steps, run.steps, 1 if run.steps_per_epoch == 1 else None)


def _pytorch(job: _Job) -> Iterator[str]:
    base = pytorch.base_rate(job.schedule)
    call = pytorch.spell(job.schedule)
    if call is not None:
        yield pytorch.with_call(call, base, job.total, job.steps_per_epoch)
    yield pytorch.with_formula(formula(job.schedule), base, job.total, job.steps_per_epoch)


def _multiplies(schedule: Schedule) -> bool:
    """Whether it is a running product, which frameworks have a class for."""
    return isinstance(schedule, Multiplicative) and schedule.plus == "0"


def _transformers(job: _Job) -> Iterator[str]:
    call = transformers.spell(job.schedule)
    if call is not None:
        yield transformers.with_call(call, pytorch.base_rate(job.schedule), job.total, job.steps_per_epoch)
    if _multiplies(job.schedule):
        yield from _pytorch(job)
        return
    expression, base = formula(job.schedule), pytorch.base_rate(job.schedule)
    yield pytorch.with_formula(expression, base, job.total, job.steps_per_epoch)


def _keras(job: _Job) -> Iterator[str]:
    if _multiplies(job.schedule):
        yield keras.with_recursion(job.schedule, job.steps)
        return
    if job.schedule.type == "constant":
        yield keras.with_rate(float(job.schedule(0)))
    if job.by_epoch:
        yield keras.with_callback(formula(job.schedule), job.steps)
        return
    call = keras.spell(job.schedule)
    if call is not None:
        yield keras.with_call(call)
    yield keras.with_formula(formula(job.schedule))


def _optax(job: _Job) -> Iterator[str]:
    schedule: Schedule = job.schedule
    if job.steps_per_epoch not in {None, 1}:
        schedule = Epochwise(schedule=schedule, steps_per_epoch=job.steps_per_epoch)
    if _multiplies(schedule):
        yield optax.with_product(schedule, job.total)
        return
    call = optax.spell(schedule)
    if call is not None:
        yield optax.with_call(call)
    yield optax.with_formula(formula(schedule))


_CANDIDATES: Final = {
    "pytorch": _pytorch,
    "transformers": _transformers,
    "keras": _keras,
    "optax": _optax,
}


def _compared(job: _Job, code: str) -> Difference | None:
    """How the code, read back, differs; None where it has no rate at some step of the run."""
    (reading,) = read(code, "export", Surroundings(None, job.steps, Clock(job.steps)), assumed_lr=None)
    schedule, steps = job.schedule, job.steps
    if "optax" in code and job.steps_per_epoch not in {None, 1}:
        schedule, steps = Epochwise(schedule=schedule, steps_per_epoch=job.steps_per_epoch), job.total
    try:
        return difference(schedule, reading.schedule, steps)
    except StepError:
        return None


_COMPARED: Final = 65_536
"""At most so many metrics are told to code that reacts to them."""


def _reacting(job: _Job, schedule: Reacting, target: str) -> Exported:
    """What reacts to a metric; a framework's own call is compared on the metrics of the run."""
    made = reacting.written(schedule, target, reacting.Loop(job.total, job.steps_per_epoch))
    title = REGISTRY[target].title
    exact = made.same_rule
    notes: list[str] = []
    if made.is_call:
        observed = (row.metric for row in schedule.trace(min(job.steps, _COMPARED)))
        metrics = tuple(metric for metric in observed if metric is not None)
        count = len(metrics)
        around = Surroundings(None, count, Clock(count), metrics=metrics)
        (reading,) = read(made.code, "export", around)
        found = difference(schedule, reading.schedule, count)
        exact = exact and found.first is None
        notes += _differs(job, found)
    if not made.same_rule:
        notes.append(f"{title} has a rule of its own: on other metrics the rates may part, or part elsewhere")
    if target == "keras" and not job.by_epoch:
        notes.append("Keras calls it once an epoch; here an epoch is a step")
    notes += _single_precision(target)
    return Exported(made.code, tuple(notes), exact)


def _single_precision(target: str) -> Iterator[str]:
    owner = REGISTRY[target]
    if owner.single_precision:
        yield f"{owner.title} computes rates in float32"


def _differs(job: _Job, found: Difference) -> Iterator[str]:
    if found.first is not None:
        unit = "epoch" if job.by_epoch else "step"
        yield (
            f"not the same curve: it differs from {unit} {found.first} on, most by {found.greatest:.3g} "
            f"at {unit} {found.at}"
        )
    elif not found.exact:
        yield "the curves were compared at their knots and at many steps between, not at every step"


def _notes(run: Run, job: _Job, target: str, code: str, found: Difference | None) -> Iterator[str]:
    if found is None:
        yield "it has no rate at some step of the run"
    else:
        yield from _differs(job, found)
    if "lr_at" not in code:
        yield from _single_precision(target)
    if _multiplies(run.schedule) and target == "keras" and run.steps_per_epoch is None:
        yield "Keras' callback multiplies once an epoch; here an epoch is a step"
