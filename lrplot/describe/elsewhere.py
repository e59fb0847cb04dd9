"""The calls of the frameworks that are read but not written: one a type, with the schedule's numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from lrplot.clock import Clock
from lrplot.describe.calls import Call, measured, own_clock
from lrplot.errors import LrplotError
from lrplot.exports.formula import number
from lrplot.exports.pytorch import base_rate
from lrplot.exports.versions import Version
from lrplot.frameworks.texts import read
from lrplot.run import Run
from lrplot.schedules.base import Schedule, Surroundings, values
from lrplot.schedules.reacting import Reacting
from lrplot.texts import Text

_OTHER: Final = 0.1
"""A curve that is further away than this share of the peak is not meant."""

CALLS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "constant": {"fvcore": "ConstantParamScheduler({lr})", "composer": "ConstantScheduler()"},
        "step": {
            "mmengine": "StepLR(optimizer, step_size={step_size}, gamma={gamma}, by_epoch=False)",
            "paddle": "StepDecay({lr}, step_size={step_size}, gamma={gamma})",
            "composer": "StepScheduler('{step_size}ba', gamma={gamma})",
        },
        "multistep": {
            "mmengine": "MultiStepLR(optimizer, milestones={milestones}, gamma={gamma}, by_epoch=False)",
            "paddle": "MultiStepDecay({lr}, milestones={milestones}, gamma={gamma})",
        },
        "exponential": {
            "mmengine": "ExponentialLR(optimizer, gamma={gamma}, by_epoch=False)",
            "paddle": "ExponentialDecay({lr}, gamma={gamma})",
            "composer": "ExponentialScheduler(gamma={gamma}, decay_period='{period}ba')",
        },
        "inverse_time": {"paddle": "InverseTimeDecay({lr}, gamma={rate})"},
        "linear": {
            "mmengine": "LinearLR(optimizer, start_factor=1.0, end_factor=0.0, end={T_max}, by_epoch=False)",
            "fvcore": "LinearParamScheduler({lr}, {end_lr})",
            "ignite": "PiecewiseLinear(optimizer, 'lr', [(0, {lr}), ({T_max}, {end_lr})])",
            "paddle": "PolynomialDecay({lr}, decay_steps={T_max}, end_lr={end_lr})",
            "composer": "LinearScheduler(t_max='{T_max}ba')",
        },
        "polynomial": {
            "mmengine": "PolyLR(optimizer, power={power}, eta_min={end_lr}, end={T_max}, by_epoch=False)",
            "fvcore": "PolynomialDecayParamScheduler({lr}, {power})",
            "paddle": "PolynomialDecay({lr}, decay_steps={T_max}, end_lr={end_lr}, power={power})",
            "composer": "PolynomialScheduler(power={power}, t_max='{T_max}ba')",
        },
        "cosine": {
            "mmengine": "CosineAnnealingLR(optimizer, T_max={T_max}, eta_min={eta_min}, by_epoch=False)",
            "fvcore": "CosineParamScheduler({lr}, {eta_min})",
            "ignite": "CosineAnnealingScheduler(optimizer, 'lr', {lr}, {eta_min}, cycle_size={T_max})",
            "paddle": "CosineAnnealingDecay({lr}, T_max={T_max}, eta_min={eta_min})",
            "composer": "CosineAnnealingScheduler(t_max='{T_max}ba')",
        },
        "cosine_restarts": {
            "paddle": "CosineAnnealingWarmRestarts({lr}, T_0={T_0}, T_mult={T_mult}, eta_min={eta_min})",
            "composer": "CosineAnnealingWarmRestartsScheduler('{T_0}ba', t_mult={T_mult})",
        },
        "cyclic": {"paddle": "CyclicLR({base_lr}, {max_lr}, step_size_up={step_size_up}, mode='{mode}')"},
        "plateau": {
            "timm": "PlateauLRScheduler(optimizer, decay_rate={factor}, patience_t={patience}, mode='min')",
            "mmengine": "ReduceOnPlateauLR(optimizer, factor={factor}, patience={patience})",
            "paddle": "ReduceOnPlateau({lr}, factor={factor}, patience={patience})",
        },
        "onecycle": {
            "mmengine": "OneCycleLR(optimizer, eta_max={max_lr}, total_steps={total_steps}, by_epoch=False)",
            "paddle": "OneCycleLR({max_lr}, total_steps={total_steps})",
        },
    }
)
"""By type and framework; what a call does not say, or says differently, is found when it is measured."""


def elsewhere(run: Run) -> tuple[Call, ...]:
    """The calls for a run, read back and measured as those that are written.

    Examples
    --------
    >>> from lrplot.schedules.linear import Linear
    >>> mmengine = elsewhere(Run("linear", Linear(lr=0.1, T_max=100.0), 100))[0]
    >>> mmengine.framework, mmengine.same, mmengine.notes[0].en
    ('mmengine', False, 'another curve: it differs from step 1 on, most by 0.001 at step 99')
    """
    return tuple(_found(run))


def _found(run: Run) -> Iterator[Call]:
    own, unit, told = own_clock(run)
    longer = replace(own, steps=own.steps + max(1, own.steps // 4))
    given = {name: _shown(value) for name, value in values(own.schedule).items()}
    around = Surroundings(base_rate(own.schedule), own.steps, Clock(own.steps), _metrics(own.schedule))
    for framework, template in CALLS.get(own.schedule.type, {}).items():
        text = template.format_map(given)
        try:
            (reading,) = read(f"{framework}.{text}", "call", around)
            version = Version(replace(longer, schedule=reading.schedule), text)
            call = measured(longer, framework, version, own.steps, unit)
        except LrplotError:
            continue
        if call.gap <= _OTHER:
            notes = tuple(Text(note, note) for note in reading.notes)
            yield replace(call, notes=(*told, *call.notes, *notes))


def _metrics(schedule: Schedule) -> tuple[float, ...] | str:
    """The metrics of a schedule that reacts, so that a call is measured on the same."""
    return (schedule.formula or schedule.metrics) if isinstance(schedule, Reacting) else ()


def _shown(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_shown(each) for each in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return int(value) if float(value).is_integer() else float(number(value))
