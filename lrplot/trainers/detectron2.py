"""detectron2: YAML with ``SOLVER`` and ``_BASE_``, and LazyConfig files (02b5c4e2, 2026-06)."""

import ast
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from lrplot.run import Group
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.product import Product
from lrplot.schedules.warmup import Warmup
from lrplot.trainers.call import Text, called
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.assignments import TARGET
from lrplot.trainers.forms.inherited import with_bases, with_overrides
from lrplot.trainers.groups import scaled
from lrplot.trainers.keys import least_zero, one_of, positive
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, switch, whole

_SCHEDULERS: Final = (
    "WarmupMultiStepLR",
    "WarmupCosineLR",
    "WarmupStepWithFixedGammaLR",
    "WarmupPolyLR",
)
_LAZY_RATE: Final = 0.02
"""``optimizer.lr`` of its ``common/optim.py``."""
_LAZY_LENGTH: Final = 90_000
"""``train.max_iter`` of its ``common/train.py``… where no milestone says another."""


def recognise(form: Form) -> Confidence:
    """``SOLVER``, or ``_BASE_`` beside other keys in capitals; ``lr_multiplier`` of a LazyConfig."""
    if form.kind == "python":
        inner = form.get("lr_multiplier")
        return Confidence(2 if isinstance(inner, Mapping) and TARGET in inner else 0, 1)
    if form.kind == "flags":
        found = _pairs(form)
        return Confidence(2 if found else 0, len(found))
    if form.kind != "mapping":
        return Confidence(0)
    if isinstance(form.get("SOLVER"), Mapping):
        return Confidence(2, len(form.get("SOLVER")))
    capitals = [key for key in form.values if str(key).isupper() and key != "_BASE_"]
    return Confidence(1 if isinstance(form.get("_BASE_"), str) and capitals else 0, 1)


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``build_lr_scheduler`` makes it."""
    if form.kind == "python":
        return _lazy(form, facts)
    if form.kind == "flags":
        form = _overridden(form)
    form = with_bases(form)
    rate = float(least_zero(form, "SOLVER.BASE_LR", 0.001))
    length = whole(form, "SOLVER.MAX_ITER", 40_000)
    warmup = whole(form, "SOLVER.WARMUP_ITERS", 1000, least=0)
    steps = _steps(form)
    lines = [f"SOLVER.MAX_ITER = {length} updates"]
    reference = whole(form, "SOLVER.REFERENCE_WORLD_SIZE", 0, least=0)
    if reference:
        devices = facts.devices or form.devices
        ask(form, "detectron2", devices=devices)
        scale = (devices or 1) / reference
        if scale != 1:
            rate *= scale
            length, warmup = round(length / scale), round(warmup / scale)
            steps = [round(each / scale) for each in steps]
            lines.append(
                f"{devices} devices / REFERENCE_WORLD_SIZE {reference} = {scale:g}: rate {rate:g}, "
                f"lengths / {scale:g}: {length} updates"
            )
    name = one_of(form, "SOLVER.LR_SCHEDULER_NAME", "WarmupMultiStepLR", _SCHEDULERS)
    lines.append(f"warm-up min({warmup}, {length}) = {min(warmup, length)} updates")
    if name == "WarmupPolyLR":
        poly = _poly(form, rate, length, warmup)
        return Training(poly, length, None, tuple(lines), (), name, groups=_biases(form, poly))
    curve, notes = _curve(form, name, rate, length, steps)
    multiplier = Text(
        f"WarmupParamScheduler({curve}, {float(number(form, 'SOLVER.WARMUP_FACTOR', 1e-3))!r}, "
        f"{min(warmup / length, 1.0)!r}, {_method(form)!r}, "
        f"{switch(form, 'SOLVER.RESCALE_INTERVAL')})"
    )
    given = {"multiplier": multiplier, "max_iter": length}
    schedule, more = called(form, "LRMultiplier", given, lr=rate, steps=length, imports=_IMPORTS)
    groups = _biases(form, schedule)
    return Training(schedule, length, None, tuple(lines), (*notes, *more), name, "fvcore", groups)


def _biases(form: Form, schedule: Schedule) -> tuple[Group, ...]:
    """The biases, where ``BIAS_LR_FACTOR`` gives them a rate of their own."""
    factor = float(least_zero(form, "SOLVER.BIAS_LR_FACTOR", 1.0))
    return () if factor == 1 else (Group("weights", schedule), scaled("bias", schedule, factor))


_IMPORTS: Final = (
    "from detectron2.solver.lr_scheduler import LRMultiplier, WarmupParamScheduler\n"
    "from fvcore.common.param_scheduler import *\n"
    "from fvcore.common.param_scheduler import MultiStepParamScheduler, CosineParamScheduler\n"
    "from fvcore.common.param_scheduler import StepWithFixedGammaParamScheduler\n"
)


def _method(form: Form) -> str:
    return one_of(form, "SOLVER.WARMUP_METHOD", "linear", ("linear", "constant"))


def _pairs(form: Form) -> dict[str, Any]:
    """``SOLVER.BASE_LR 0.01`` among the words of a command line, which stand behind any flag."""
    words: list[Any] = [*form.arguments]
    for value in form.values.values():
        words += value if isinstance(value, list) else []
    pairs = {
        word: _plain(value) if isinstance(value, str) else value
        for word, value in pairwise(words)
        if isinstance(word, str) and word.startswith("SOLVER.") and "=" not in word
    }
    return pairs | {key: value for key, value in form.values.items() if str(key).startswith("SOLVER.")}


def _overridden(form: Form) -> Form:
    """The file that ``--config-file`` names, with the overrides of the command line."""
    named = form.get("config_file")
    named = named[0] if isinstance(named, list) and named else named
    if not isinstance(named, str):
        return with_overrides(form, _pairs(form))
    return with_overrides(with_bases(replace(form, values={"_BASE_": named})), _pairs(form))


def _plain(word: str) -> Any:
    try:
        return ast.literal_eval(word)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return word


def _steps(form: Form) -> list[int]:
    """``STEPS``, which YAML has as a text: ``(60000, 80000)``."""
    value = form.get("SOLVER.STEPS", (30_000,))
    value = _plain(value) if isinstance(value, str) else value
    members = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in members):
        raise refuse(form, "SOLVER.STEPS", f"SOLVER.STEPS must be numbers, got {value!r}")
    return list(members)


def _curve(form: Form, name: str, rate: float, length: int, steps: list[int]) -> tuple[str, tuple[str, ...]]:
    """The factor of the rate over training, as fvcore's call, and notes."""
    gamma = float(number(form, "SOLVER.GAMMA", 0.1))
    if name == "WarmupMultiStepLR":
        kept = [each for each in steps if each <= length]
        late = [each for each in steps if each > length]
        notes = (f"STEPS {', '.join(map(str, late))} lie beyond MAX_ITER and are dropped",) if late else ()
        values = [gamma**k for k in range(len(kept) + 1)]
        return f"MultiStepParamScheduler({values!r}, milestones={kept!r}, num_updates={length})", notes
    if name == "WarmupCosineLR":
        end = float(least_zero(form, "SOLVER.BASE_LR_END", 0.0))
        if end > rate:
            raise refuse(form, "SOLVER.BASE_LR_END", f"BASE_LR_END must be ≤ BASE_LR {rate:g}, got {end:g}")
        return f"CosineParamScheduler(1, {end / rate if rate else 0.0!r})", ()
    decays = whole(form, "SOLVER.NUM_DECAYS", 3)
    call = f"StepWithFixedGammaParamScheduler(base_value=1.0, gamma={gamma!r}, num_decays={decays}, "
    return f"{call}num_updates={length})", ()


def _poly(form: Form, rate: float, length: int, warmup: int) -> Schedule:
    """DeepLab's: a power of the time that remains, under the ramp."""
    power = positive(form, "SOLVER.POLY_LR_POWER", 0.9)
    low = float(least_zero(form, "SOLVER.POLY_LR_CONSTANT_ENDING", 0.0))
    if low:
        raise refuse(form, "SOLVER.POLY_LR_CONSTANT_ENDING", "POLY_LR_CONSTANT_ENDING is not read; give 0")
    curve = Polynomial(lr=rate, power=power, T_max=length)
    if warmup == 0:
        return curve
    factor = float(number(form, "SOLVER.WARMUP_FACTOR", 1e-3))
    shape: Any = _method(form)
    ramp = Warmup(schedule=Constant(lr=rate), steps=warmup, start_factor=factor, shape=shape)
    return Product(lr=rate, factors=(ramp, curve))


def _lazy(form: Form, facts: Facts) -> Training:
    """A LazyConfig: ``lr_multiplier``, ``optimizer.lr`` and ``train.max_iter``."""
    multiplier = form.get("lr_multiplier")
    milestones = form.get("lr_multiplier.scheduler.milestones") or form.get("lr_multiplier.milestones")
    last = milestones[-1] if isinstance(milestones, list) and milestones else None
    default = (
        last if isinstance(last, int) and form.get("lr_multiplier.scheduler.num_updates") is None else None
    )
    length = whole(form, "train.max_iter", facts.steps or default or _LAZY_LENGTH)
    notes: list[str] = []
    if form.get("optimizer.lr") is None:
        notes.append(
            f"optimizer.lr is not in this file: taken is {_LAZY_RATE} of detectron2's common/optim.py"
        )
    if form.get("train.max_iter") is None:
        notes.append(f"train.max_iter is not in this file: {length} updates are taken")
    rate = float(least_zero(form, "optimizer.lr", _LAZY_RATE))
    given = {"multiplier": Text(_written(multiplier)), "max_iter": length}
    schedule, more = called(form, "LRMultiplier", given, lr=rate, steps=length, imports=_IMPORTS)
    lines = (f"{length} updates",)
    return Training(schedule, length, None, lines, (*notes, *more), "lr_multiplier", "fvcore")


def _written(value: Any) -> str:
    """A call that the form keeps as a mapping, as text again."""
    if isinstance(value, Mapping):
        given = ", ".join(f"{key}={_written(each)}" for key, each in value.items() if key != TARGET)
        return f"{value[TARGET]}({given})" if TARGET in value else f"dict({given})"
    return repr(value)


TRAINER: Final = Trainer(
    "detectron2", "detectron2", recognise, training, read_otherwise=lambda form: form.kind == "python"
)
