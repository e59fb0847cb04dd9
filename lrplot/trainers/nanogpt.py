"""nanoGPT: a Python file of assignments over those of ``train.py``, or ``--key=value`` (3adf61e1)."""

import re
from typing import Final

from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.trainers.curves import one_after_another, ramped, straight
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.assignments import assignments
from lrplot.trainers.forms.inherited import text_of
from lrplot.trainers.keys import least_zero
from lrplot.trainers.training import Confidence, Trainer, Training, refuse, switch, whole

_OWN: Final = frozenset(
    {"lr_decay_iters", "max_iters", "warmup_iters", "decay_lr", "min_lr", "learning_rate"}
)
_MORE: Final = frozenset(
    {"block_size", "gradient_accumulation_steps", "batch_size", "eval_iters", "n_layer", "out_dir", "beta2"}
)
_SCRIPT: Final = re.compile(r"^(?:from|def|class|for|while|with|async)\b", re.MULTILINE)


def recognise(form: Form) -> Confidence:
    """``max_iters`` and others of its names, as plain assignments or flags."""
    found = _OWN & form.values.keys()
    if form.kind == "flags" and _config(form) and form.program.endswith("train.py"):
        return Confidence(1, len(found) + 1)
    if form.kind not in {"python", "toml", "flags"} or "max_iters" not in found:
        return Confidence(0)
    every = found | (_MORE & form.values.keys())
    # A Python file that only assigns is no script of its own.
    sure = form.kind == "python" and len(found) >= 2 and not _SCRIPT.search(form.text)
    return Confidence(1 + sure if len(every) >= 3 else 0, len(every))


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``get_lr`` of ``train.py`` computes it."""
    form = _with_config(form)
    lr = float(least_zero(form, "learning_rate", 6e-4))
    last = whole(form, "max_iters", 600_000, least=0)
    warmup = whole(form, "warmup_iters", 2000, least=0)
    end = whole(form, "lr_decay_iters", 600_000, least=0)
    low = float(least_zero(form, "min_lr", 6e-5))
    updates = last + 1
    lines: tuple[str, ...] = (
        f"max_iters {last} + 1 = {updates} updates: the loop stops after iteration {last}",
    )
    if not switch(form, "decay_lr", default=True):
        return Training(Constant(lr=lr), updates, None, lines, (), "decay_lr False")
    if end <= warmup and end < last:
        raise refuse(form, "lr_decay_iters", f"lr_decay_iters must exceed warmup_iters {warmup}, got {end}")
    notes: list[str] = []
    if end > last and "lr_decay_iters" not in form:
        notes.append(f"lr_decay_iters is left out, and 600000: over {updates} updates the rate hardly falls")
    elif end < last:
        notes.append(f"the rate stays at min_lr from lr_decay_iters {end} on")
    curve = Cosine(lr=lr, eta_min=low, T_max=max(1, end - warmup))
    if facts.before(2024, 12):
        schedule = ramped(curve, warmup)
        lines = (*lines, f"warm-up t / {warmup}, as before 2024-12")
    else:
        ramp = straight(0, lr / (warmup + 1), warmup, lr)
        schedule = one_after_another([(warmup, ramp)], curve)
        lines = (*lines, f"warm-up (t + 1) / ({warmup} + 1)") if warmup else lines
    return Training(schedule, updates, None, lines, tuple(notes), "get_lr")


def _config(form: Form) -> str:
    """The Python file that a command line of ``train.py`` names."""
    return next((each for each in form.arguments if each.endswith(".py")), "")


def _with_config(form: Form) -> Form:
    """The flags over the assignments of the file that they stand beside."""
    name = _config(form)
    if form.kind != "flags" or not name:
        return form
    text = text_of(form, name)
    if text is None:
        raise refuse(form, "", f"{name}, whose values it trains with, is not beside it; put it there")
    found = next(assignments(text, name, form.folder), None)
    return form if found is None else form.with_values({**found.values, **form.values})


TRAINER: Final = Trainer("nanogpt", "nanoGPT", recognise, training, versions=((2022, 12), (2026, 12)))
