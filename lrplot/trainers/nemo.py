"""NeMo 1: Hydra YAML with ``optim.sched``; ``core/optim/lr_scheduler.py`` of 8cfedd7203 (2025-09)."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.polynomial import Polynomial
from lrplot.trainers.call import called
from lrplot.trainers.curves import half_wave, one_after_another, straight, switched
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.inherited import interpolated, with_overrides
from lrplot.trainers.keys import least_zero, required
from lrplot.trainers.training import Confidence, Trainer, Training, Trap, ask, number, refuse, switch, whole

_TORCH: Final = ("StepLR", "CyclicLR", "ExponentialLR")
"""PyTorch's schedulers that it registers too; all but the last are stepped at each update."""
_STEEPEST: Final = 10
"""The largest power of a decay that is drawn."""
_BY_EPOCH: Final = "ExponentialLR"


def recognise(form: Form) -> Confidence:
    """``optim.sched.name``, under ``model`` or alone."""
    if form.kind == "flags":
        found = [key for key in form.values if str(key).startswith(("model.optim.", "trainer."))]
        return Confidence(2 if any("optim." in key for key in found) else 0, len(found))
    name = form.get("model.optim.sched.name") or form.get("optim.sched.name")
    return Confidence(2 if form.kind == "mapping" and isinstance(name, str) else 0, 3)


def training(form: Form, facts: Facts) -> Training:
    """The training, as the policy of ``sched.name`` steps it."""
    if form.kind == "flags":
        form = with_overrides(form, {k: v for k, v in form.values.items() if "." in k})
    form = interpolated(form)
    at = "model.optim" if form.get("model.optim") is not None else "optim"
    lr = required(form, f"{at}.lr")
    updates, told = _updates(form, facts, at)
    name = str(form.get(f"{at}.sched.name"))
    run = _Run(form, f"{at}.sched", lr, updates)
    if _unscheduled(form, at):
        note = "sched.max_steps is -1: no scheduler is made, and the rate is constant"
        return Training(Constant(lr=lr), updates, None, told, (note,), name)
    if name in _TORCH:
        given = {
            key: value
            for key, value in (form.get(f"{at}.sched") or {}).items()
            if key not in {"name", "max_steps", "last_epoch", "warmup_steps", "min_lr"}
        }
        schedule, notes = called(form, f"torch.optim.lr_scheduler.{name}", given, lr=lr, steps=updates)
        if name == _BY_EPOCH:
            batches, _ = _batches(form, facts)
            each = math.ceil(batches / whole(form, "trainer.accumulate_grad_batches", 1))
            schedule = Epochwise(schedule=schedule, steps_per_epoch=each)
        return Training(schedule, updates, None, told, notes, name, "pytorch")
    if form.get(f"{at}.sched.name") is None:
        raise refuse(
            form, f"{at}.sched", "optim.sched.name is left out; give the YAML that the overrides are for"
        )
    policy = _POLICIES.get(name)
    if policy is None:
        known = ", ".join((*_POLICIES, *_TORCH))
        raise refuse(form, f"{at}.sched.name", f"sched.name '{name}' is not read; known are {known}")
    warmup = run.counted("warmup")
    low = float(least_zero(form, f"{at}.sched.min_lr", 1e-5 if name == "SquareAnnealing" else 0.0))
    if low > lr and name in {"CosineAnnealing", "NoamAnnealing"}:
        raise refuse(form, f"{at}.sched.min_lr", f"min_lr must be ≤ lr {lr:g}, got {low:g}; NeMo refuses it")
    made = policy(run, warmup, low)
    lines = (*told, *((f"warm-up {run.told('warmup')} = {warmup} updates",) if warmup else ()))
    return Training(made.schedule, updates, None, lines, made.notes, name)


def _unscheduled(form: Form, at: str) -> bool:
    """True where nothing but ``sched.max_steps: -1`` says how long the schedule is."""
    steps = number(form, "trainer.max_steps", -1)
    return bool(steps < 0 and number(form, f"{at}.sched.max_steps", None) == -1)


def _updates(form: Form, facts: Facts, at: str) -> tuple[int, tuple[str, ...]]:
    """The length of the schedule: ``max_steps`` of trainer or scheduler, else epochs of batches."""
    steps = number(form, "trainer.max_steps", None)
    if steps is not None and steps >= 0:
        return whole(form, "trainer.max_steps", None), (f"trainer.max_steps = {int(steps)} updates",)
    own = number(form, f"{at}.sched.max_steps", None)
    if own is not None and own > 0:
        return whole(form, f"{at}.sched.max_steps", None), (f"sched.max_steps = {int(own)} updates",)
    epochs = number(form, "trainer.max_epochs", None)
    if epochs is None or epochs < 0:
        raise refuse(
            form,
            "trainer.max_steps",
            "neither trainer.max_steps nor trainer.max_epochs says how long it trains",
        )
    batches, told = _batches(form, facts)
    accumulated = whole(form, "trainer.accumulate_grad_batches", 1)
    each = math.ceil(batches / accumulated)
    updates = each * int(epochs)
    by = f" → {each} updates" if accumulated > 1 else ""
    return updates, (f"{told}{by} × {epochs:g} epochs = {updates} updates",)


def _batches(form: Form, facts: Facts) -> tuple[int, str]:
    """The batches of an epoch, as ``compute_max_steps`` rounds them."""
    limit = number(form, "trainer.limit_train_batches", None)
    if facts.batches_per_epoch is not None:
        batches, told = facts.batches_per_epoch, f"{facts.batches_per_epoch} batches"
    else:
        prefix = "model.train_ds" if form.get("model.train_ds") is not None else "train_ds"
        batch = whole(form, f"{prefix}.batch_size", None)
        each = form.get("trainer.devices", 1)
        known = len(each) if isinstance(each, list) else each if isinstance(each, int) and each > 0 else None
        nodes = whole(form, "trainer.num_nodes", 1)
        devices = facts.devices or (known * nodes if known is not None else None)
        if batch is None:
            ask(form, "NeMo", batches_per_epoch=None)
        ask(form, "NeMo", examples=facts.examples, devices=devices)
        assert facts.examples is not None  # noqa: S101 (asked for)
        assert devices is not None  # noqa: S101 (asked for)
        assert batch is not None  # noqa: S101 (asked for)
        own = math.ceil(facts.examples / devices)
        drops = switch(form, f"{prefix}.drop_last")
        batches = own // batch if drops else math.ceil(own / batch)
        told = f"⌈{facts.examples} examples / {devices}⌉ / {batch} = {batches} batches"
    if limit is not None and isinstance(form.get("trainer.limit_train_batches"), int):
        batches = min(batches, int(limit))
    elif limit is not None:
        batches = int(batches * limit)
    return max(1, batches), told


@dataclass(frozen=True, slots=True)
class _Run:
    form: Form
    path: str
    lr: float
    updates: int

    def counted(self, name: str) -> int:
        """``NAME_steps``, else ``int(NAME_ratio × T)``."""
        steps = number(self.form, f"{self.path}.{name}_steps", None)
        ratio = number(self.form, f"{self.path}.{name}_ratio", None)
        if steps is not None and ratio is not None:
            raise refuse(
                self.form,
                f"{self.path}.{name}_ratio",
                f"{name}_steps and {name}_ratio are both given; NeMo takes one of them",
            )
        if ratio is not None:
            if not 0 <= ratio <= 1:
                raise refuse(
                    self.form, f"{self.path}.{name}_ratio", f"{name}_ratio must lie in [0, 1], got {ratio:g}"
                )
            return int(ratio * self.updates)
        return int(whole(self.form, f"{self.path}.{name}_steps", 0, least=0))

    def told(self, name: str) -> str:
        ratio = number(self.form, f"{self.path}.{name}_ratio", None)
        return f"{name}_steps" if ratio is None else f"int({ratio:g} × {self.updates})"

    def behind(self, warmup: int, after: Schedule) -> Schedule:
        """NeMo's ramp: ``lr (t + 1) / (w + 1)`` up to step w, the rate itself."""
        if warmup == 0:
            return after
        return switched(straight(0, self.lr / (warmup + 1), warmup, self.lr), (warmup + 1, after))

    def factor(self, text: str, low: float) -> Schedule:
        """A factor of the rate, cut off at ``low``."""
        return Lambda(lr=self.lr, factor=f"max({low / self.lr if self.lr else 0.0!r}, {text})")


@dataclass(frozen=True, slots=True)
class _Made:
    schedule: Schedule
    notes: tuple[str, ...] = ()


def _constant(run: _Run, warmup: int, low: float) -> _Made:  # noqa: ARG001 (as the others)
    return _Made(run.behind(warmup, Constant(lr=run.lr)))


def _cosine(run: _Run, warmup: int, low: float) -> _Made:
    constant = run.counted("constant")
    end = run.updates - constant
    if constant == 0:
        return _Made(run.behind(warmup, half_wave(warmup, run.lr, end, low)))
    note = Trap(
        f"constant_steps are a tail at min_lr: the last {constant} updates train at {low:g}, not at the peak"
    )
    if end <= warmup:
        note = Trap(
            f"constant_steps leave nothing for the cosine: the rate drops to min_lr {low:g} after the warm-up"
        )
    curve = half_wave(warmup, run.lr, end, low)
    if warmup == 0:
        return _Made(curve, (note,))
    notes = (note, "with constant_steps the warm-up starts at 0")
    return _Made(switched(straight(0, 0, warmup, run.lr), (warmup + 1, curve)), notes)


def _square(run: _Run, warmup: int, low: float) -> _Made:
    width = max(1, run.updates - warmup)
    return _Made(run.behind(warmup, run.factor(f"((max(0, {run.updates} - t)) / {width}) ** 2", low)))


def _square_root(run: _Run, warmup: int, low: float) -> _Made:
    curve = run.factor(f"sqrt(max(0, {run.updates} - t) / {run.updates})", low)
    note = "the root is taken over the whole run: the rate jumps down at the end of the warm-up"
    return _Made(run.behind(warmup, curve), (note,) if warmup else ())


def _line(run: _Run, warmup: int, low: float) -> _Made:
    return _Made(run.behind(warmup, straight(warmup, run.lr, run.updates, low)))


def _inverse_root(run: _Run, warmup: int, low: float) -> _Made:  # noqa: ARG001 (it has no floor)
    return _Made(run.behind(warmup, Lambda(lr=run.lr, factor=f"sqrt({warmup + 1} / (t + 1))")))


def _noam(run: _Run, warmup: int, low: float) -> _Made:
    width = whole(run.form, f"{run.path}.d_model", None)
    if width is None:
        raise refuse(run.form, f"{run.path}.name", "NoamAnnealing needs d_model")
    scale = run.lr * width**-0.5
    fall = Lambda(lr=scale, factor=f"max({low / scale if scale else 0.0!r}, 1 / sqrt(max(t, 1)))")
    if warmup == 0:
        return _Made(fall)
    peak = scale * warmup**-0.5
    ramp = straight(0, 0, warmup, peak)
    first = Constant(lr=peak / warmup)
    note = f"lr {run.lr:g} is a factor: the peak is {run.lr:g} / √{width} / √{warmup} = {peak:.4g}"
    return _Made(switched(first, (1, ramp), (warmup + 1, fall)), (note,))


def _held(run: _Run, warmup: int, after: Schedule) -> Schedule:
    """The rate until warm-up and hold are over, then a curve on the run's clock."""
    until = warmup + run.counted("hold")
    return run.behind(warmup, switched(Constant(lr=run.lr), (until, after)))


def _t5(run: _Run, warmup: int, low: float) -> _Made:  # noqa: ARG001 (it has no warm-up and no floor)
    held = run.counted("constant")
    if held < 1:
        raise refuse(run.form, f"{run.path}.name", "T5InverseSquareRootAnnealing needs constant_steps")
    curve = Lambda(lr=1, factor=f"1 / sqrt(max(t, {held}))")
    return _Made(curve, (Trap("T5InverseSquareRootAnnealing passes over lr: the rate is 1 / √step"),))


def _noam_hold(run: _Run, warmup: int, low: float) -> _Made:
    if warmup == 0:
        raise refuse(run.form, f"{run.path}.name", "NoamHoldAnnealing cannot be used without warmup_steps")
    rate = float(least_zero(run.form, f"{run.path}.decay_rate", 0.5))
    if rate > _STEEPEST:
        raise refuse(
            run.form, f"{run.path}.decay_rate", f"decay_rate must be at most {_STEEPEST}, got {rate:g}"
        )
    hold = run.counted("hold")
    text = f"{max(1.0, warmup**rate)!r} / max(1, max(0, t - {hold}) ** {rate!r})"
    return _Made(_held(run, warmup, run.factor(text, low)))


def _polynomial(run: _Run, warmup: int, low: float) -> _Made:
    return _Made(run.behind(warmup, _power(run, warmup, low, run.updates - warmup)))


def _power(run: _Run, begin: int, low: float, length: int) -> Schedule:
    """A power of the time that remains, from a step on."""
    power = float(number(run.form, f"{run.path}.power", 1.0))
    if switch(run.form, f"{run.path}.cycle"):
        raise refuse(run.form, f"{run.path}.cycle", "cycle: true is not read; leave it out")
    curve = Polynomial(lr=run.lr, end_lr=low, power=power, T_max=max(1, length))
    return one_after_another([(begin, Constant(lr=run.lr))], curve)


def _polynomial_hold(run: _Run, warmup: int, low: float) -> _Made:
    held = run.counted("hold")
    if not held and all(f"{run.path}.hold_{unit}" not in run.form for unit in ("steps", "ratio")):
        # Without a hold it runs under the warm-up, and ends that much early.
        return _Made(run.behind(warmup, _power(run, 0, low, run.updates - warmup)))
    begin = warmup + held
    return _Made(_held(run, warmup, _power(run, begin, low, run.updates - begin)))


def _line_hold(run: _Run, warmup: int, low: float) -> _Made:
    begin = warmup + run.counted("hold")
    return _Made(_held(run, warmup, straight(begin, run.lr, run.updates, low)))


def _root_hold(run: _Run, warmup: int, low: float) -> _Made:
    begin = warmup + run.counted("hold")
    width = max(1, run.updates - begin)
    return _Made(_held(run, warmup, run.factor(f"1 - sqrt(max(0, t - {begin}) / {width})", low)))


_POLICIES: Final[Mapping[str, Callable[[_Run, int, float], _Made]]] = {
    "WarmupPolicy": _constant,
    "WarmupHoldPolicy": _constant,
    "CosineAnnealing": _cosine,
    "SquareAnnealing": _square,
    "SquareRootAnnealing": _square_root,
    "WarmupAnnealing": _line,
    "InverseSquareRootAnnealing": _inverse_root,
    "T5InverseSquareRootAnnealing": _t5,
    "NoamAnnealing": _noam,
    "NoamHoldAnnealing": _noam_hold,
    "PolynomialDecayAnnealing": _polynomial,
    "PolynomialHoldDecayAnnealing": _polynomial_hold,
    "WarmupHoldAnnealLinear": _line_hold,
    "WarmupHoldAnnealOneMinusSquareRoot": _root_hold,
}
"""The policies by their names."""

TRAINER: Final = Trainer("nemo", "NeMo", recognise, training)
