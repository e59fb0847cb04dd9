"""A first schedule for a case, from the advice of well-known papers.

A recommendation is where to begin, not an optimum: what the reasons say comes from other models and data.
"""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lrplot.clock import is_whole
from lrplot.document.dump import dump_spec
from lrplot.errors import UsageError
from lrplot.recommend.plans import BUDGETS as BUDGETS
from lrplot.recommend.plans import OPTIMIZERS as OPTIMIZERS
from lrplot.recommend.plans import STEADY, Optimizer, Plan, Reason, Remedy, Task
from lrplot.recommend.plans import SYMPTOMS as SYMPTOMS
from lrplot.recommend.plans import TASKS as TASKS
from lrplot.schedules import nearest

LEAST_STEPS: Final = 150
"""Fewer steps than this are too few for shares of a run."""
_WIDTH: Final = 100
"""Columns of a comment in the spec."""
_START: Final = 0.01
"""The share of the base rate at which a warm-up starts: so little is safe, and 0 would waste an update."""
_SCALED_WARMUP: Final = 0.05
"""The least share of a run that warms up where the batch raises the rate: 5 of 90 epochs, as Goyal et al.,
2017 (arXiv:1706.02677)."""
_LINEAR_LIMIT: Final = 8192
"""The batch beyond which the rate grows no more: there Goyal et al., 2017 found that training gets worse."""

_LOSS: Final = "0.3 + exp(-t / 8) + 0.02 * cos(3 * t)"
_EVALUATIONS: Final = 100
"""Evaluations of a run that a schedule reacts to, a hundredth of it each."""


@dataclass(frozen=True, slots=True)
class Case:
    """A person's training, as far as they tell it; what is left out is as usual for the task.

    ``lr`` is the base rate in use; it is then neither scaled to the optimizer nor to the batch.
    """

    task: str = "baseline"
    symptom: str | None = None
    optimizer: str | None = None
    budget: str = "known"
    steps: int | None = None
    batch_size: int | None = None
    lr: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is not known."""
        for name, known in (
            ("task", TASKS),
            ("symptom", SYMPTOMS),
            ("optimizer", OPTIMIZERS),
            ("budget", BUDGETS),
        ):
            value = getattr(self, name)
            if value is not None and value not in known:
                raise UsageError(f"no {name} '{value}'; {nearest(value, tuple(known))}")
        if self.steps is not None and not is_whole(self.steps, LEAST_STEPS):
            raise UsageError(f"steps must be whole and between {LEAST_STEPS} and 2^53, got {self.steps}")
        if self.batch_size is not None and not is_whole(self.batch_size, 1):
            raise UsageError(f"batch size must be a whole number ≥ 1, got {self.batch_size}")
        if self.lr is not None and not 0 < self.lr < float("inf"):
            raise UsageError(f"lr must be a finite number > 0, got {self.lr:g}")


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A complete spec, and why it is as it is."""

    spec: Mapping[str, Any]
    optimizer: str
    reasons: tuple[Reason, ...]

    @property
    def title(self) -> str:
        """The title of the spec."""
        return str(self.spec["title"])

    def yaml(self, *notes: str) -> str:
        """The spec as YAML, its reasons and further ``notes`` as comments above it."""
        lines = [f"Optimizer: {self.optimizer}.", *(f"- {reason}" for reason in self.reasons), *notes]
        return "".join(f"{line}\n" for text in lines for line in _comment(text)) + dump_spec(self.spec)


def recommend(case: Case) -> tuple[Recommendation, Recommendation]:
    """The best first schedule for a case, and another.

    Examples
    --------
    >>> best, other = recommend(Case("vision", steps=90_000, batch_size=1024))
    >>> best.spec["lr"], best.spec["schedule"]["type"], other.spec["schedule"]["type"]
    (0.4, 'cosine', 'multistep')
    """
    task = TASKS[case.task]
    optimizer = OPTIMIZERS[case.optimizer or task.optimizer]
    remedy = SYMPTOMS[case.symptom] if case.symptom else Remedy(())
    known = case.budget == "known"
    best, other = task.known if known else task.unknown
    if optimizer.falls_alone is not None:
        best, other = STEADY, (other if best.schedule == STEADY.schedule else best)
    instead = remedy.known if known else remedy.unknown
    return (
        _made(case, task, optimizer, remedy, instead[0] or best),
        _made(case, task, optimizer, remedy, instead[1] or other),
    )


def _made(case: Case, task: Task, optimizer: Optimizer, remedy: Remedy, plan: Plan) -> Recommendation:
    usual = OPTIMIZERS[task.optimizer]
    own = (plan.lr or task.lr) * optimizer.lr / usual.lr
    grown = 1.0 if case.lr is not None else _grown(case, task, optimizer)
    lr = float(f"{(case.lr or own * grown) * remedy.lr:.3g}")
    steps = case.steps or task.steps
    warmup = plan.warmup
    if warmup is not None:
        warmup = max(warmup, remedy.warmup, _SCALED_WARMUP if grown > 1 else 0.0)
    schedule = {name: _filled(value, steps) for name, value in plan.schedule.items()}
    schedule |= {name: float(f"{lr * share:.3g}") for name, share in plan.of_lr.items()}
    spec: dict[str, Any] = {"title": f"{task.title}: {plan.title}", "lr": lr, "steps": steps}
    if plan.reacts:
        schedule = {
            "type": "epochwise",
            "steps_per_epoch": max(1, steps // _EVALUATIONS),
            "schedule": schedule,
        }
        spec["metrics"] = _LOSS
    if warmup:
        share = f"{100 * warmup:g}%"
        schedule |= {plan.as_long: share} if plan.as_long else {}
        schedule["warmup"] = {"steps": share, "start_factor": _START, **plan.ramp}
    spec["schedule"] = schedule
    return Recommendation(spec, optimizer.title, tuple(_reasons(case, task, optimizer, remedy, plan, grown)))


def _filled(value: Any, steps: int) -> Any:
    return value.replace("{steps}", str(steps)) if isinstance(value, str) else value


def _grown(case: Case, task: Task, optimizer: Optimizer) -> float:
    """The factor that the batch puts on the base rate."""
    batch = min(case.batch_size or task.batch, _LINEAR_LIMIT)
    return float((batch / task.batch) ** optimizer.power)


def _reasons(
    case: Case, task: Task, optimizer: Optimizer, remedy: Remedy, plan: Plan, grown: float
) -> Iterator[Reason]:
    usual = OPTIMIZERS[task.optimizer]
    yield from remedy.why
    yield from plan.why
    if case.lr is not None:
        yield Reason(f"The base rate begins from your {case.lr:g}", "--lr")
    else:
        yield from (() if plan.lr else task.why)
        if optimizer is not usual:
            rates = f"{optimizer.title} {optimizer.lr:g}, {usual.title} {usual.lr:g}"
            yield Reason(f"The base rate is scaled as the usual rates are: {rates}", "arithmetic")
        if grown != 1:
            yield optimizer.scaling
            yield Reason(f"That makes {grown:.3g} times the rate for a batch of {task.batch}", "arithmetic")
    if optimizer.falls_alone is not None:
        yield optimizer.falls_alone
    if plan.reacts:
        yield Reason(
            "'metrics' stands in for your validation loss, measured a hundred times a run; put in its place "
            "your own: metrics: log.csv#val_loss",
            "or --metrics",
        )
    if case.budget == "unknown":
        yield Reason("'steps' is only how far it is drawn", "the budget is not known")
    elif case.steps is None:
        yield Reason("'steps' is an example; give your number of updates", "--steps")


def _comment(text: str) -> list[str]:
    hanging = "#   " if text.startswith("- ") else "# "
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="# ",
        subsequent_indent=hanging,
        break_on_hyphens=False,
        break_long_words=False,
    )
