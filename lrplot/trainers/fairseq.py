"""fairseq: ``fairseq-train`` and its flags, and the YAML of ``fairseq-hydra-train``.

Read in its source at 3d262bb (``optim/lr_scheduler/``), whose schedulers were run: update k has the value of
``step_update(k)``.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lrplot.python.combine import joined, straight
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.inverse_sqrt import InverseSqrt
from lrplot.schedules.polynomial import Polynomial
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, whole, word

_KEYS: Final = frozenset(
    {"lr_scheduler", "warmup_updates", "max_update", "update_freq", "total_num_update", "max_tokens"}
)
_MOST_CYCLES: Final = 1000
"""Cycles of a cosine that are drawn."""


@dataclass(frozen=True, slots=True)
class _Run:
    """The ingredients of a schedule: its own keys, the rate, and ``max_update``, 0 where there is none."""

    form: Form
    lr: float
    updates: int
    limit: int

    @property
    def warmup(self) -> int:
        """Updates of the warm-up, none where nothing says."""
        count: int = whole(self.form, "warmup_updates", 0, least=0)
        return count

    def number(self, path: str, default: float) -> float:
        """A number of the scheduler's."""
        return float(number(self.form, path, default))


def recognise(form: Form) -> Confidence:
    """``--warmup-updates`` and such beside ``--lr-scheduler``, or a Hydra scheduler by ``_name``."""
    found = _KEYS & form.values.keys()
    if form.kind == "flags":
        command = form.program in {"fairseq-train", "fairseq-hydra-train", "fairseq_cli.train"}
        own = {"warmup_updates", "max_update", "total_num_update", "phase_ratio"} & form.values.keys()
        return Confidence(2 if command or (own and "lr_scheduler" in found) else 0, len(found))
    named = "lr_scheduler._name" in form or "optimization.max_update" in form
    return Confidence(2 if form.kind == "mapping" and named else 0, 2)


def training(form: Form, facts: Facts) -> Training:
    """The training of flags, or of the sections of a Hydra configuration."""
    kind, own, optimization = _sections(form)
    given = optimization.get("lr")
    rates = given if isinstance(given, list) else [given]
    rate = number(optimization.with_values({"lr": rates[0]}), "lr", None) if len(rates) == 1 else None
    if rate is None:
        raise refuse(form, "lr", f"lr must be one rate, got {given}; several are for the scheduler 'fixed'")
    lr = float(rate)
    make = _SCHEDULES.get(kind)
    if make is None:
        raise refuse(form, "lr_scheduler", f"lr_scheduler '{kind}' is not read; {', '.join(_SCHEDULES)} are")
    updates, each, lines, limit = _updates(form, optimization, facts, own)
    schedule, told = make(_Run(own, lr, updates, limit))
    return Training(schedule, updates, each, (*lines, *told), (), kind, "fairseq")


def _sections(form: Form) -> tuple[str, Form, Form]:
    """The scheduler's name, its keys, and those of the optimization."""
    block = form.get("lr_scheduler")
    if isinstance(block, Mapping):
        optimization = form.get("optimization")
        held: Mapping[str, Any] = optimization if isinstance(optimization, Mapping) else {}
        own = Form(form.name, form.kind, block)
        return word(own, "_name", "fixed"), own, Form(form.name, form.kind, held)
    return word(form, "lr_scheduler", "fixed"), form, form


def _updates(
    form: Form, optimization: Form, facts: Facts, own: Form
) -> tuple[int, int | None, tuple[str, ...], int]:
    """The updates of the run, those of an epoch, how they came about, and ``max_update``."""
    limit = whole(optimization, "max_update", 0, least=0)
    epochs = whole(optimization, "max_epoch", 0, least=0)
    freq = optimization.get("update_freq")
    freq = freq[0] if isinstance(freq, list) and freq else freq
    accumulated = whole(optimization.with_values({"update_freq": freq}), "update_freq", 1)
    each = None if facts.batches_per_epoch is None else math.ceil(facts.batches_per_epoch / accumulated)
    if each is not None and epochs:
        total = epochs * each
        line = f"ceil({facts.batches_per_epoch} batches / {accumulated}) × {epochs} epochs = {total}"
        if not limit or total < limit:
            return total, each, (line,), limit
    if limit:
        more = f"; {epochs} epochs may end sooner" if epochs and each is None else ""
        return limit, each, (f"max_update = {limit} updates{more}",), limit
    named = whole(own, "total_num_update", None)
    if facts.steps is None and named is not None:
        return named, each, (f"total_num_update = {named} updates",), limit
    ask(form, "fairseq", steps=facts.steps)
    steps = facts.steps or 1
    return steps, each, (f"{steps} updates, as --steps says",), limit


def _told(run: _Run) -> tuple[str, ...]:
    return (f"warm-up warmup_updates = {run.warmup}",) if run.warmup else ()


def _inverse_sqrt(run: _Run) -> tuple[Schedule, tuple[str, ...]]:
    warmup: int = whole(run.form, "warmup_updates", 4000, least=0)
    if not warmup:
        raise refuse(run.form, "warmup_updates", "inverse_sqrt needs warmup_updates > 0")
    first = run.number("warmup_init_lr", -1.0)
    fall = InverseSqrt(lr=run.lr, timescale=warmup)
    rise = straight(max(0.0, first), run.lr, warmup)
    return joined([rise, fall], [warmup]), (f"warm-up warmup_updates = {warmup}",)


def _polynomial(run: _Run) -> tuple[Schedule, tuple[str, ...]]:
    total = whole(run.form, "total_num_update", run.limit or run.updates)
    end, power = run.number("end_learning_rate", 0.0), run.number("power", 1.0)
    if total <= run.warmup:
        raise refuse(
            run.form,
            "total_num_update",
            f"total_num_update must be > {run.warmup} warm-up updates, got {total}",
        )
    fall = Polynomial(lr=run.lr, end_lr=end, power=power, T_max=total - run.warmup)
    return joined([straight(0, run.lr, run.warmup or 1), fall], [run.warmup]), _told(run)


def _cosine(run: _Run) -> tuple[Schedule, tuple[str, ...]]:
    least, first = run.number("min_lr", 0.0), run.number("warmup_init_lr", -1.0)
    if not run.lr > least:
        raise refuse(run.form, "min_lr", f"min_lr ({least:g}) must be smaller than lr ({run.lr:g})")
    period = run.number("lr_period_updates", -1.0)
    if period <= 0:
        if not run.limit:
            raise refuse(run.form, "lr_period_updates", "cosine needs max_update or lr_period_updates")
        period = run.limit - run.warmup
    times, shrink = run.number("t_mult", 1.0), run.number("lr_shrink", 0.1)
    parts: list[Schedule] = [straight(least if first < 0 else first, run.lr, run.warmup or 1)]
    spans, at = [run.warmup], run.warmup
    while at < run.updates or len(parts) < 2:
        if not float(period).is_integer() or period < 1 or len(parts) > _MOST_CYCLES:
            raise refuse(run.form, "lr_period_updates", f"a cycle of {period:g} updates is not drawn")
        scale = shrink ** (len(parts) - 1)
        parts.append(Cosine(lr=run.lr * scale, eta_min=least * scale, T_max=period))
        spans.append(int(period))
        at += int(period)
        period *= times
    return joined(parts, spans[:-1]), _told(run)


def _tri_stage(run: _Run) -> tuple[Schedule, tuple[str, ...]]:
    first, last = run.number("init_lr_scale", 0.01), run.number("final_lr_scale", 0.01)
    ratio = run.form.get("phase_ratio")
    if isinstance(ratio, list):
        if not run.limit:
            raise refuse(run.form, "phase_ratio", "phase_ratio needs max_update")
        if len(ratio) != 3 or not math.isclose(sum(ratio), 1):
            raise refuse(run.form, "phase_ratio", f"phase_ratio must be three shares of 1, got {ratio}")
        spans = [int(run.limit * share) for share in ratio]
        told = f"phases int({run.limit} × {ratio}) = {spans}"
    else:
        spans = [whole(run.form, f"{name}_steps", 0, least=0) for name in ("warmup", "hold", "decay")]
        told = f"phases warmup, hold, decay = {spans}"
    if sum(spans) == 0:
        raise refuse(run.form, "warmup_steps", "tri_stage needs phase_ratio, or warmup, hold and decay_steps")
    warmup, _, decay = spans
    fall = (
        Exponential(lr=run.lr, rate=-math.log(last) / decay)
        if decay and 0 < last < 1
        else Constant(lr=run.lr)
    )
    rise = straight(first * run.lr, run.lr, warmup or 1)
    return joined([rise, Constant(lr=run.lr), fall, Constant(lr=last * run.lr)], spans), (told,)


_SCHEDULES: Final[Mapping[str, Callable[[_Run], tuple[Schedule, tuple[str, ...]]]]] = {
    "inverse_sqrt": _inverse_sqrt,
    "polynomial_decay": _polynomial,
    "cosine": _cosine,
    "tri_stage": _tri_stage,
}

TRAINER: Final = Trainer("fairseq", "fairseq", recognise, training)
