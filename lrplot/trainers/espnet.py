"""ESPnet's YAML.

Read in its source at 4845ad4 (``schedulers/warmup_lr.py``, ``noam_lr.py``): a scheduler of these is stepped
after each update and begins at its step 1.
"""

from typing import Final

from lrplot.python.combine import begun, joined, straight
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.inverse_sqrt import InverseSqrt
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, too_long, whole, word

_OWN: Final = frozenset({"optim", "optim_conf", "scheduler", "scheduler_conf", "accum_grad"})
_WARMUP: Final = 25_000
"""``warmup_steps`` where nothing says."""
_MODEL_SIZE: Final = 320
"""``model_size`` of noamlr where nothing says."""


def recognise(form: Form) -> Confidence:
    """``optim`` and ``optim_conf`` beside ``scheduler`` or ``accum_grad``."""
    found = _OWN & form.values.keys()
    sure = form.kind == "mapping" and {"optim", "optim_conf"} <= found and len(found) >= 3
    return Confidence(2 if sure else 0, len(found))


def training(form: Form, facts: Facts) -> Training:
    """The training of a configuration; batches are made by their size, so their number is asked for."""
    given = number(form, "optim_conf.lr", None)
    if given is None:
        raise refuse(form, "optim_conf", "optim_conf has no lr, and its default is the optimizer's; give it")
    lr = float(given)
    kind = word(form, "scheduler", "none").lower()
    warmup = whole(form, "scheduler_conf.warmup_steps", _WARMUP)
    schedule: Schedule
    if kind == "none":
        schedule = Constant(lr=lr)
    elif kind == "warmuplr":
        schedule = noam(lr, warmup)
    elif kind == "noamlr":
        size = float(number(form, "scheduler_conf.model_size", _MODEL_SIZE))
        schedule = noam(lr * (size * warmup) ** -0.5, warmup)
    else:
        raise refuse(form, "scheduler", f"scheduler '{kind}' is not read; warmuplr and noamlr are")
    updates, each, lines = _updates(form, facts)
    if kind == "none":
        return Training(schedule, updates, each, lines, ("there is no scheduler",), kind, "espnet")
    return Training(
        schedule,
        updates,
        each,
        (*lines, f"warm-up warmup_steps = {warmup}"),
        too_long(warmup, updates),
        kind,
        "espnet",
    )


def noam(peak: float, warmup: int) -> Schedule:
    """``peak · √w · min(s^-½, s · w^-1½)`` from its step 1 on.

    >>> noam(1.0, 4)([0, 3, 15]).tolist()
    [0.25, 1.0, 0.5]
    """
    rise = begun(straight(0, peak, warmup), 1)
    return joined([rise, begun(InverseSqrt(lr=peak, timescale=warmup), 1)], [warmup])


def _updates(form: Form, facts: Facts) -> tuple[int, int | None, tuple[str, ...]]:
    """The updates of the run, those of an epoch, and how they came about."""
    batches = whole(form, "num_iters_per_epoch", facts.batches_per_epoch)
    if batches is None:
        ask(form, "ESPnet", steps=facts.steps)
        steps = facts.steps or 1
        return steps, None, (f"{steps} updates, as --steps says",)
    epochs, accumulated = whole(form, "max_epoch", 40), whole(form, "accum_grad", 1)
    each = max(1, batches // accumulated)
    line = (
        f"{batches} batches / {accumulated} accumulated = {each} updates × {epochs} epochs = {epochs * each}"
    )
    return epochs * each, each, (line,)


TRAINER: Final = Trainer("espnet", "ESPnet", recognise, training)
