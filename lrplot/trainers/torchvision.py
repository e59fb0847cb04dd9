"""torchvision's reference scripts: the flags of classification, detection and segmentation."""

from typing import Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.linear import Linear
from lrplot.schedules.warmup import Warmup
from lrplot.trainers.call import called
from lrplot.trainers.curves import one_after_another
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import batches_of_epoch, first_key, least_zero, one_of
from lrplot.trainers.training import Confidence, Trainer, Training, number, refuse, whole

_RAMP: Final = 1000
"""Batches of the ramp in references/detection/engine.py, from a thousandth of the rate."""
_OWN: Final = frozenset(
    {
        "lr_warmup_epochs",
        "lr_warmup_method",
        "lr_warmup_decay",
        "lr_step_size",
        "lr_steps",
        "lr_gamma",
        "lr_min",
        "lr_scheduler",
        "aux_loss",
    }
)
_SURE: Final = frozenset({"lr_warmup_decay", "lr_warmup_method", "lr_step_size", "lr_steps", "aux_loss"})
_TORCH: Final = "torch.optim.lr_scheduler."


def recognise(form: Form) -> Confidence:
    """The flags with the prefix ``lr``."""
    found = _OWN & form.values.keys()
    if form.kind != "flags":
        return Confidence(0)
    likely = "lr_warmup_epochs" in found or str(form.get("lr_scheduler")).endswith("lr")
    return Confidence(2 if found & _SURE else 1 if likely else 0, len(found))


def training(form: Form, facts: Facts) -> Training:
    """The training of the script whose flags these are."""
    if "lr_steps" in form:
        return _detection(form, facts)
    return _segmentation(form, facts) if "aux_loss" in form else _classification(form, facts)


def _loaded(form: Form, facts: Facts, batch: int, epochs: int) -> tuple[int, int, tuple[str, ...]]:
    """Batches of an epoch, updates of the run, and how they came about."""
    size = whole(form, first_key(form, "batch_size", "b"), batch)
    batches, told = batches_of_epoch(form, facts, "torchvision", size)
    return batches, batches * epochs, (f"{told} × {epochs} epochs = {batches * epochs} updates",)


def _classification(form: Form, facts: Facts) -> Training:
    """One step of the scheduler an epoch; warm-up and curve as ``SequentialLR`` joins them."""
    lr = float(least_zero(form, "lr", 0.1))
    epochs = whole(form, "epochs", 90)
    batches, updates, told = _loaded(form, facts, 32, epochs)
    warmup = whole(form, "lr_warmup_epochs", 0, least=0)
    kind = str(form.get("lr_scheduler") or "steplr").lower()
    gamma = float(number(form, "lr_gamma", 0.1))
    if kind == "steplr":
        name, given = "StepLR", {"step_size": whole(form, "lr_step_size", 30), "gamma": gamma}
    elif kind == "cosineannealinglr":
        if warmup >= epochs:
            raise refuse(
                form, "lr_warmup_epochs", f"lr_warmup_epochs must be below epochs {epochs}, got {warmup}"
            )
        name = "CosineAnnealingLR"
        given = {"T_max": epochs - warmup, "eta_min": float(least_zero(form, "lr_min", 0.0))}
    elif kind == "exponentiallr":
        name, given = "ExponentialLR", {"gamma": gamma}
    else:
        raise refuse(
            form,
            "lr_scheduler",
            f"lr_scheduler must be steplr, cosineannealinglr or exponentiallr, got '{kind}'",
        )
    curve, notes = called(form, _TORCH + name, given, lr=lr, steps=max(1, epochs - warmup))
    schedule = Epochwise(schedule=_warmed(form, curve, lr, warmup, "constant"), steps_per_epoch=batches)
    if warmup and form.get("lr_warmup_method") is None:
        notes = (*notes, "lr_warmup_method is left out, and constant: a step, no ramp")
    lines = (*told, *((f"warm-up {warmup} epochs = {warmup * batches} updates",) if warmup else ()))
    return Training(schedule, updates, batches, lines, notes, name, "pytorch")


def _warmed(form: Form, curve: Schedule, lr: float, steps: int, method: str) -> Schedule:
    """``LinearLR`` or ``ConstantLR`` from a share of the rate, then the curve on its own clock."""
    if steps == 0:
        return curve
    share = float(least_zero(form, "lr_warmup_decay", 0.01))
    linear = one_of(form, "lr_warmup_method", method, ("linear", "constant")) == "linear"
    ramp: Schedule = Linear(lr=lr * share, end_lr=lr, T_max=steps) if linear else Constant(lr=lr * share)
    return one_after_another([(steps, ramp)], curve)


def _detection(form: Form, facts: Facts) -> Training:
    """A ramp within the first epoch, and one step of the scheduler an epoch."""
    lr = float(least_zero(form, "lr", 0.02))
    epochs = whole(form, "epochs", 26)
    batches, updates, told = _loaded(form, facts, 2, epochs)
    kind = str(form.get("lr_scheduler") or "multisteplr").lower()
    if kind == "multisteplr":
        steps = form.get("lr_steps")
        milestones = steps if isinstance(steps, list) else [steps]
        name, given = "MultiStepLR", {"milestones": milestones, "gamma": float(number(form, "lr_gamma", 0.1))}
    elif kind == "cosineannealinglr":
        name, given = "CosineAnnealingLR", {"T_max": epochs}
    else:
        raise refuse(
            form, "lr_scheduler", f"lr_scheduler must be multisteplr or cosineannealinglr, got '{kind}'"
        )
    curve, notes = called(form, _TORCH + name, given, lr=lr, steps=epochs)
    ramp = min(_RAMP, batches - 1)
    whole_curve: Schedule = Epochwise(schedule=curve, steps_per_epoch=batches)
    if ramp > 0:
        whole_curve = Warmup(schedule=whole_curve, steps=ramp, start_factor=1 / _RAMP, prefix=False)
    lines = (*told, f"warm-up min({_RAMP}, {batches} − 1) = {ramp} updates")
    return Training(whole_curve, updates, batches, lines, notes, name, "pytorch")


def _segmentation(form: Form, facts: Facts) -> Training:
    """A power of 0.9 over all updates behind the warm-up."""
    lr = float(least_zero(form, "lr", 0.01))
    epochs = whole(form, "epochs", 30)
    batches, updates, told = _loaded(form, facts, 8, epochs)
    warmup = whole(form, "lr_warmup_epochs", 0, least=0) * batches
    length = updates - warmup
    kind = str(form.get("lr_scheduler") or "poly").lower()
    if kind != "poly" or length <= 0:
        raise refuse(form, "lr_scheduler", f"of segmentation only lr_scheduler poly is read, got '{kind}'")
    curve, notes = called(
        form, f"{_TORCH}PolynomialLR", {"total_iters": length, "power": 0.9}, lr=lr, steps=length
    )
    schedule = _warmed(form, curve, lr, warmup, "linear")
    return Training(schedule, updates, batches, told, notes, "PolynomialLR", "pytorch")


TRAINER: Final = Trainer("torchvision", "torchvision's references", recognise, training)
