"""Calls of what reacts to a metric, read as text, against the frameworks that run the same text on the metrics."""

import math
import warnings
from typing import Any

import numpy as np
import pytest
from frameworks import other_cases
from frameworks.reacting_cases import LR
from frameworks.test_reacting_live import (
    drawn,
    eps,
    factor,
    metrics,
    min_lr,
    mode,
    normal,
    slowly,
    small,
    some,
    threshold,
    threshold_mode,
)
from hypothesis import given
from hypothesis import strategies as st

from lrplot.clock import Clock
from lrplot.errors import LrplotError
from lrplot.frameworks.texts import read
from lrplot.schedules.base import Context

pytestmark = pytest.mark.live

plateau = {"factor": factor, "patience": small, "threshold": threshold, "cooldown": small, "min_lr": min_lr}
plateau |= {"mode": mode, "threshold_mode": threshold_mode, "eps": eps}


def text(name: str, *first: str, **given: Any) -> str:
    return f"{name}({', '.join([*first, *(f'{key}={value!r}' for key, value in given.items())])})"


def draw(call: str, series: list[float], count: int, steps_per_epoch: int | None = None) -> np.ndarray:
    around = Context(LR, count, Clock(count, steps_per_epoch), metrics=tuple(series))
    (reading,) = read(call, "call", around)
    return reading.schedule.table(count)


def agree(call: str, series: list[float], expected: list[float], steps_per_epoch: int | None = None) -> None:
    rates = draw(call, series, len(expected), steps_per_epoch)
    np.testing.assert_allclose(rates, expected, rtol=1e-12, atol=1e-300, err_msg=f"{call} {series}")


def evaluated(call: str, names: dict[str, Any]) -> tuple[Any, Any]:
    """What the framework makes of the text, and its optimizer."""
    optimizer = other_cases._optimizer(LR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return eval(call, {**names, "optimizer": optimizer}), optimizer  # noqa: S307 (our own calls)


def stepped(call: str, series: list[float], names: dict[str, Any]) -> list[float]:
    """A PyTorch-like scheduler, stepped with each metric."""
    scheduler, optimizer = evaluated(call, names)
    rates = [LR]
    for metric in series:
        scheduler.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


@drawn
@given(some(**plateau), metrics)
def test_transformers_plateau(parameters: dict[str, Any], series: list[float]) -> None:
    from transformers import optimization

    direct = text("get_reduce_on_plateau_schedule", "optimizer", **parameters)
    agree(direct, series, stepped(direct, series, vars(optimization)))
    named = text("get_scheduler", "'reduce_lr_on_plateau'", "optimizer", scheduler_specific_kwargs=parameters)
    agree(named, series, stepped(named, series, vars(optimization)))


greedy = {"factor": factor, "patience": small, "threshold": threshold, "cooldown": small, "warmup": small}
greedy |= {"mode": mode, "threshold_mode": threshold_mode, "eps": eps, "smooth": st.booleans()}
greedy |= {"window_size": st.integers(1, 6), "reset_start": small, "max_lr": st.sampled_from([0.5, 1, 0.7])}
greedy |= {"min_lr": st.sampled_from([0, 1e-3, 0.1, LR, 0.5])}


@drawn
@given(some(**greedy), metrics, st.sampled_from(["GreedyLR", "get_greedy_schedule"]))
def test_transformers_greedy(parameters: dict[str, Any], series: list[float], name: str) -> None:
    from transformers import optimization

    direct = text(name, "optimizer", **parameters)
    agree(direct, series, stepped(direct, series, vars(optimization)))
    named = text("get_scheduler", "'greedy'", "optimizer", scheduler_specific_kwargs=parameters)
    agree(named, series, stepped(named, series, vars(optimization)))


def test_transformers_passes_a_warm_up_over() -> None:
    from transformers import optimization

    call = "get_scheduler('reduce_lr_on_plateau', optimizer, num_warmup_steps=5)"
    series = [1.0] * 30
    agree(call, series, stepped(call, series, vars(optimization)))


def timm_stepped(call: str, series: list[float]) -> list[float]:
    made, optimizer = evaluated(call, vars(other_cases.timm_schedulers()))
    scheduler = made[0] if isinstance(made, tuple) else made
    rates = [optimizer.param_groups[0]["lr"]]
    for epoch, metric in enumerate(series):
        scheduler.step(epoch + 1, metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


timms = {"decay_rate": factor, "patience_t": small, "threshold": threshold, "cooldown_t": small}
timms |= {"mode": mode, "lr_min": min_lr, "warmup_lr_init": st.sampled_from([0, 1e-5, 0.1, 0.5])}


@drawn
@given(some(**timms), metrics, st.integers(0, 9))
def test_timm_and_its_warm_up(parameters: dict[str, Any], series: list[float], warmup: int) -> None:
    series = [*[0.5] * warmup, *series]
    call = text("PlateauLRScheduler", "optimizer", **parameters, warmup_t=warmup)
    agree(call, series, timm_stepped(call, series))


made_by_timm = {"decay_rate": factor, "patience_epochs": small, "min_lr": min_lr, "plateau_mode": mode}
made_by_timm |= {"warmup_lr": st.sampled_from([0, 1e-5, 0.1]), "warmup_prefix": st.booleans()}
made_by_timm |= {"decay_epochs": small, "num_epochs": st.integers(1, 50), "cooldown_epochs": small}


@drawn
@given(some(**made_by_timm), metrics, st.integers(0, 9))
def test_timms_factory(parameters: dict[str, Any], series: list[float], warmup: int) -> None:
    series = [*[0.5] * warmup, *series]
    call = text("create_scheduler_v2", "optimizer", "'plateau'", **parameters, warmup_epochs=warmup)
    agree(call, series, timm_stepped(call, series))


@pytest.mark.parametrize(
    "call",
    [
        "PlateauLRScheduler(optimizer, decay_rate=1.0)",
        "PlateauLRScheduler(optimizer, mode='less')",
        "create_scheduler_v2(optimizer, 'plateau', step_on_epochs=False, updates_per_epoch=5)",
    ],
)
def test_what_timm_refuses_is_refused(call: str) -> None:
    with pytest.raises((AssertionError, ValueError)):
        timm_stepped(call, [1.0])
    with pytest.raises(LrplotError):
        draw(call, [1.0], 1)


def mmengine_stepped(described: str, series: list[float], each: int = 1) -> list[float]:
    """Rates of the updates, the schedulers stepped as the Runner's hook and its validation do."""
    schedulers, optimizer = mmengine_built(described, len(series), each)
    rates = []
    for metric in series:
        for _ in range(each):
            rates.append(float(optimizer.param_groups[0]["lr"]))
            optimizer.step()
            other_cases._step_all(schedulers, by_epoch=False)
        other_cases._step_all(schedulers, by_epoch=True)
        for scheduler in schedulers:
            if getattr(scheduler, "need_val_args", False):
                scheduler.step({"loss": metric})
    return rates


def mmengine_built(described: str, epochs: int, each: int) -> tuple[list[Any], Any]:
    """The schedulers of a call or of a config, whose ``end`` is the Runner's where it is left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mmengine.optim.scheduler import lr_scheduler
        from mmengine.registry import PARAM_SCHEDULERS

    found, optimizer = evaluated(described, vars(lr_scheduler))
    if not isinstance(found, list):
        return [found], optimizer
    made = []
    for config in found:
        end = epochs * (1 if config.get("by_epoch", True) else each)
        made.append(PARAM_SCHEDULERS.build({"end": end, **config}, default_args={"optimizer": optimizer}))
    return made, optimizer


mmengines = {"factor": factor, "patience": small, "threshold": threshold, "cooldown": small, "eps": eps}
mmengines |= {"rule": st.sampled_from(["less", "greater"]), "threshold_rule": threshold_mode}
mmengines |= {"min_value": min_lr, "begin": small, "end": st.integers(5, 70)}


@drawn
@given(some(**mmengines), metrics, st.integers(1, 3))
def test_mmengine(parameters: dict[str, Any], series: list[float], each: int) -> None:
    if len(series) <= parameters.get("begin", 0):
        series = [*[1.0] * 5, *series]
    call = text("ReduceOnPlateauLR", "optimizer", **parameters)
    agree(f"mmengine.optim.{call}", series, mmengine_stepped(call, series, each), each)
    config = repr([{"type": "ReduceOnPlateauLR", **parameters}])
    agree(config, series, mmengine_stepped(config, series, each), each)


@drawn
@given(some(**mmengines), metrics, st.integers(1, 3), st.integers(1, 6))
def test_mmengines_warm_up_and_then_a_plateau(
    parameters: dict[str, Any], series: list[float], each: int, warm: int
) -> None:
    series = [*[1.0] * 7, *series]
    warmup = {"type": "LinearLR", "start_factor": 0.1, "by_epoch": False, "begin": 0, "end": warm * each}
    reacts = {"type": "ReduceOnPlateauLR", **parameters, "begin": parameters.get("begin", 0) + warm}
    reacts["end"] = reacts["begin"] + parameters.get("end", 50)
    config = repr([warmup, reacts])
    agree(config, series, mmengine_stepped(config, series, each), each)


def test_an_mmengine_plateau_that_only_watches_a_warm_up_is_drawn() -> None:
    series = [1 / (t + 1) for t in range(10)] + [0.2] * 40
    warmup = {"type": "LinearLR", "start_factor": 0.1, "by_epoch": False, "end": 25}
    config = repr([warmup, {"type": "ReduceOnPlateauLR", "patience": 3, "min_value": 0.01}])
    agree(config, series, mmengine_stepped(config, series, 5), 5)
    with pytest.raises(LrplotError, match="lower a rate that another moves at step 0"):
        draw(config, [1.0] * 50, 250, 5)


@pytest.mark.parametrize(
    "call",
    [
        "ReduceOnPlateauLR(optimizer, factor=1.0)",
        "ReduceOnPlateauLR(optimizer, rule='min')",
        "ReduceOnPlateauLR(optimizer, threshold_rule='absolute')",
        "ReduceOnPlateauLR(optimizer, threshold=-1.0)",
        "ReduceOnPlateauLR(optimizer, by_epoch=False)",
        "ReduceOnPlateauLR(optimizer, begin=4, end=4)",
        "ReduceOnPlateauLR(optimizer, around=1)",
    ],
)
def test_what_mmengine_refuses_is_refused(call: str) -> None:
    with pytest.raises((AssertionError, TypeError, ValueError)):
        mmengine_stepped(call, [1.0])
    with pytest.raises(LrplotError):
        draw(f"mmengine.optim.{call}", [1.0], 1)


@drawn
@given(some(**plateau, param_group_index=st.just(0)), metrics)
def test_ignite(parameters: dict[str, Any], series: list[float]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ignite.handlers.param_scheduler import ReduceLROnPlateauScheduler

        seen = ReduceLROnPlateauScheduler.simulate_values(len(series), series, LR, **parameters)
    expected = [LR, *(rate for _, rate in seen)]
    agree(text("ReduceLROnPlateauScheduler", "optimizer", "'loss'", **parameters), series, expected)


def optax_stepped(call: str, series: list[float]) -> list[float]:
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import optax

    transform = eval(call, {"optax": optax})  # noqa: S307 (our own calls)
    one = jnp.ones((), dtype=jnp.float64)

    def update(state: Any, value: Any) -> Any:
        scaled, state = transform.update(one, state, value=value)
        return state, scaled

    _, scales = jax.lax.scan(update, transform.init(one), jnp.array(series, dtype=jnp.float64))
    return [float(rate) for rate in LR * np.asarray(scales)]


@slowly
@given(
    some(
        factor=factor,
        patience=small,
        rtol=st.sampled_from([1e-6, 1e-4, 0.1, 1.0]),
        atol=st.sampled_from([0.0, 1e-3]),
        cooldown=small,
        accumulation_size=st.integers(1, 4),
        min_scale=st.sampled_from([0.0, 1e-3, 0.5, 1.5]),
    ),
    normal,
)
def test_optax(parameters: dict[str, Any], series: list[float]) -> None:
    series = [*[1.0] * 4, *series]
    call = text("optax.contrib.reduce_on_plateau", **parameters)
    agree(call, series, optax_stepped(call, series))


@pytest.mark.parametrize(
    "arguments", ["factor=1.0", "factor=0", "rtol=-1", "rtol=0", "rtol=1.5", "rtol=0.0, atol=0.0"]
)
def test_what_optax_refuses_is_refused(arguments: str) -> None:
    call = f"optax.contrib.reduce_on_plateau({arguments})"
    with pytest.raises(ValueError):  # noqa: PT011 (each says something else)
        optax_stepped(call, [1.0])
    with pytest.raises(LrplotError):
        draw(call, [1.0], 1)


@pytest.mark.parametrize(
    "outer",
    [
        "SequentialLR(optimizer, [LinearLR(optimizer), ReduceLROnPlateau(optimizer)], [5])",
        "ChainedScheduler([LinearLR(optimizer), ReduceLROnPlateau(optimizer)])",
    ],
)
def test_pytorchs_combinations_refuse_a_plateau_in_the_same_words(outer: str) -> None:
    from torch.optim import lr_scheduler

    with pytest.raises(ValueError) as theirs:  # noqa: PT011 (its words are compared with ours below)
        evaluated(outer, vars(lr_scheduler))
    with pytest.raises(LrplotError) as ours:
        draw(outer, [1.0] * 9, 9)
    said = str(theirs.value).partition(", but got one")[0]
    assert said in str(ours.value)
    assert "'warmup' around the plateau, or a list of phases" in str(ours.value)


def test_not_a_number_is_never_better() -> None:
    from transformers import optimization

    series = [math.nan, 1.0, math.inf, math.nan, -math.inf, *[math.nan] * 12]
    call = "get_reduce_on_plateau_schedule(optimizer, patience=2)"
    agree(call, series, stepped(call, series, vars(optimization)))
