"""MaxText: flat YAML, or ``key=value`` on the command line (e591f30cb, 2026-08)."""

from typing import Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.trainers.curves import half_wave, one_after_another, straight
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import first_key, least_zero, one_of
from lrplot.trainers.training import Confidence, Trainer, Training, number, refuse, whole

_OWN: Final = frozenset(
    {
        "lr_schedule_type",
        "learning_rate_final_fraction",
        "cosine_learning_rate_final_fraction",
        "warmup_steps_fraction",
        "learning_rate_schedule_steps",
        "wsd_decay_steps_fraction",
        "wsd_decay_style",
    }
)
_MORE: Final = frozenset({"steps", "learning_rate", "per_device_batch_size", "max_target_length", "run_name"})


def recognise(form: Form) -> Confidence:
    """MaxText's names of fractions."""
    found = _OWN & form.values.keys()
    if form.kind not in {"mapping", "flags"}:
        return Confidence(0)
    program = form.kind == "flags" and "axtext" in (form.program.lower() + " ".join(form.arguments).lower())
    count = len(found) + len(_MORE & form.values.keys())
    return Confidence(2 if found or program else 0, count)


def training(form: Form, facts: Facts) -> Training:  # noqa: ARG001 (nothing is asked)
    """The training, as ``create_learning_rate_schedule`` makes it."""
    lr = float(least_zero(form, "learning_rate", 3e-5))
    steps = whole(form, "steps", 150_001)
    laid = int(number(form, "learning_rate_schedule_steps", -1))
    length = steps if laid < 0 else laid
    path = first_key(form, "learning_rate_final_fraction", "cosine_learning_rate_final_fraction")
    low = float(_share(form, path, 0.1)) * lr
    share = _share(form, "warmup_steps_fraction", 0.1)
    warmup = int(length * share)
    kind = one_of(form, "lr_schedule_type", "cosine", ("cosine", "wsd"))
    lines = [f"steps = {steps} updates", f"warm-up int({length} × {share:g}) = {warmup}"]
    parts: list[tuple[int, Schedule]] = [(warmup, straight(0, 0, warmup, lr))]
    if kind == "cosine":
        fall = length - warmup
        parts.append((fall, _wave(lr, low, fall)))
    else:
        part = _share(form, "wsd_decay_steps_fraction", 0.1)
        fall = int(length * part)
        stable = length - warmup - fall
        if stable < 0:
            raise refuse(
                form, "wsd_decay_steps_fraction", "warm-up and decay are together longer than the schedule"
            )
        lines.append(f"decay int({length} × {part:g}) = {fall}")
        style = one_of(form, "wsd_decay_style", "linear", ("linear", "cosine"))
        decay = _wave(lr, low, fall) if style == "cosine" else straight(0, lr, max(fall - 1, 0), low)
        parts += [(stable, Constant(lr=lr)), (fall, decay)]
    schedule = one_after_another(parts, Constant(lr=0))
    notes: tuple[str, ...] = ()
    if steps > length:
        notes = (f"the schedule ends after {length} steps: the last {steps - length} train at rate 0",)
    elif steps < length:
        notes = (f"the run stops after {steps} of the schedule's {length} steps",)
    return Training(schedule, steps, None, tuple(lines), notes, kind)


def _wave(lr: float, low: float, steps: int) -> Schedule:
    """Half a cosine that arrives at the last of its steps."""
    return half_wave(0, lr, steps - 1, low) if steps > 1 else Constant(lr=lr)


def _share(form: Form, path: str, default: float) -> float:
    found = number(form, path, default)
    if not 0 <= found <= 1:
        raise refuse(form, path, f"{path} must lie in [0, 1], got {found:g}")
    return float(found)


TRAINER: Final = Trainer("maxtext", "MaxText", recognise, training)
