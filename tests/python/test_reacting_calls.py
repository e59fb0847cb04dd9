"""What reacts to a metric, as frameworks' calls; the steps of the changes are counted by hand."""

import math

import numpy as np
import pytest
from examples import make

from lrplot.clock import Clock
from lrplot.errors import LrplotError, NotationError
from lrplot.frameworks.texts import read
from lrplot.python.reading import Reading
from lrplot.schedules.base import Context

FLAT = (1.0,) * 30
PADDLE = "paddle.optimizer.lr.ReduceOnPlateau"


def reading(
    call: str,
    metrics: tuple[float, ...] | str = FLAT,
    steps: int = 30,
    steps_per_epoch: int | None = None,
    lr: float | None = 0.1,
) -> Reading:
    (found,) = read(call, "call", Context(lr, steps, Clock(steps, steps_per_epoch), metrics=metrics))
    return found


def changes(
    call: str, metrics: tuple[float, ...] | str = FLAT, steps_per_epoch: int | None = None
) -> list[int]:
    steps = 30 * (steps_per_epoch or 1)
    rates = reading(call, metrics, steps, steps_per_epoch).schedule.table(steps)
    return (np.flatnonzero(np.diff(rates)) + 1).tolist()


@pytest.mark.parametrize(
    ("call", "steps"),
    [
        ("ReduceLROnPlateau(optimizer, patience=5)", [7, 13, 19, 25]),
        ("PlateauLRScheduler(optimizer, patience_t=5)", [7, 13, 19, 25]),
        ("create_scheduler_v2(optimizer, 'plateau', patience_epochs=5)", [7, 13, 19, 25]),
        ("mmengine.optim.ReduceOnPlateauLR(optimizer, patience=5)", [7, 13, 19, 25]),
        ("[dict(type='ReduceOnPlateauLR', patience=5)]", [7, 13, 19, 25]),
        (f"{PADDLE}(0.1, patience=5)", [7, 13, 19, 25]),
        ("get_reduce_on_plateau_schedule(optimizer, patience=5)", [7, 13, 19, 25]),
        (
            "get_scheduler('reduce_lr_on_plateau', optimizer, scheduler_specific_kwargs={'patience': 5})",
            [7, 13, 19, 25],
        ),
        ("ReduceLROnPlateauScheduler(optimizer, 'loss', patience=5)", [7, 13, 19, 25]),
        ("optax.contrib.reduce_on_plateau(patience=5)", [5, 10, 15, 20, 25]),
        ("GreedyLR(optimizer, patience=5)", [7, 13, 19, 25]),
        ("get_greedy_schedule(optimizer, patience=5)", [7, 13, 19, 25]),
        ("get_scheduler('greedy', optimizer, scheduler_specific_kwargs={'patience': 5})", [7, 13, 19, 25]),
        # The first counted metric is the best, the next two are one bad one too many.
        ("PlateauLRScheduler(optimizer, patience_t=1, mode='min', cooldown_t=30)", [3]),
        # The warm-up's four metrics are passed over, and so is nothing else: 4 is the best, 5 and 6 are bad.
        (
            "PlateauLRScheduler(optimizer, patience_t=1, warmup_t=4, warmup_lr_init=0.1, cooldown_t=30)",
            [7],
        ),
        # Metric 2 is handed over when three epochs are counted, and is the first within the window.
        ("[dict(type='ReduceOnPlateauLR', patience=1, begin=3, cooldown=30)]", [5]),
        # Metric 6 is handed over at the end of the window, and would have been the one too many.
        ("[dict(type='ReduceOnPlateauLR', patience=5, end=7)]", []),
        ("[dict(type='ReduceOnPlateauLR', patience=5, end=8)]", [7]),
        # Means of three: seen by updates 2, 5, 8, the last of which is the second bad one.
        ("optax.contrib.reduce_on_plateau(patience=2, accumulation_size=3)", [8, 14, 20, 26]),
    ],
)
def test_on_a_flat_metric_the_rate_changes_where_counting_says(call: str, steps: list[int]) -> None:
    assert changes(call) == steps


@pytest.mark.parametrize(
    "call",
    [
        "PlateauLRScheduler(optimizer, patience_t=1, cooldown_t=30)",
        "[dict(type='ReduceOnPlateauLR', patience=1, cooldown=30)]",
    ],
)
def test_epochs_are_counted_where_the_framework_counts_them(call: str) -> None:
    assert changes(call, steps_per_epoch=4) == [12]


def test_timms_warm_up_rises_to_the_base_rate_before_the_plateau() -> None:
    rates = reading("PlateauLRScheduler(optimizer, warmup_t=4, warmup_lr_init=0.02)").schedule(
        [0, 1, 3, 4, 9]
    )
    assert rates == pytest.approx([0.02, 0.04, 0.08, 0.1, 0.1])


def test_an_mmengine_warm_up_is_followed_by_the_plateau() -> None:
    warmup = "dict(type='LinearLR', start_factor=0.1, by_epoch=False, end=5)"
    config = f"[{warmup}, dict(type='ReduceOnPlateauLR', patience=1, begin=5, cooldown=30)]"
    rates = reading(config, steps_per_epoch=1).schedule([0, 4, 6, 7, 29])
    assert rates == pytest.approx([0.01, 0.1, 0.1, 0.01, 0.01])


def test_optax_scales_the_rate_of_the_optimizer_beside_it() -> None:
    chain = "optax.chain(optax.sgd(0.2), optax.contrib.reduce_on_plateau(patience=3, min_scale=0.05))"
    found = reading(chain, lr=None)
    assert (found.framework, found.call) == ("optax", "reduce_on_plateau")
    assert found.schedule([0, 2, 3, 6, 9]) == pytest.approx([0.2, 0.2, 0.02, 0.01, 0.01])


def test_optax_takes_the_mean_of_the_updates_between() -> None:
    # Means 3, 2.5, 2.5: the second is better, the third is not.
    metrics = (5.0, 1.0, 2.0, 3.0, 1.0, 4.0, 9.0)
    call = "optax.contrib.reduce_on_plateau(patience=1, accumulation_size=2)"
    assert reading(call, metrics, 7).schedule.table(7) == pytest.approx([0.1] * 5 + [0.01] * 2)


def test_paddle_does_not_look_at_metrics_in_a_cooldown() -> None:
    metrics = (1.0, 1.0, 0.5, 0.7, 0.6, 0.6)
    rates = reading(f"{PADDLE}(0.1, patience=0, cooldown=1)", metrics, 6).schedule.table(6)
    assert rates == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.01, 0.01])
    of_pytorch = reading("ReduceLROnPlateau(optimizer, patience=0, cooldown=1)", metrics, 6)
    assert of_pytorch.schedule.table(6) == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001, 0.001])


def test_in_paddle_a_first_metric_that_is_no_number_stays_the_best() -> None:
    metrics = (math.nan, 1.0, 0.5, 0.25, 0.1)
    rates = reading(f"{PADDLE}(0.1, patience=1)", metrics, 5).schedule.table(5)
    assert rates == pytest.approx([0.1, 0.1, 0.1, 0.01, 0.01])


def test_paddle_subtracts_the_threshold_where_pytorch_multiplies() -> None:
    best = 0.52
    between = best - best * 1e-4
    assert between < best * (1 - 1e-4), "the two must differ by a rounding error"
    metrics = (best, between, best, best, best)
    assert changes_of(f"{PADDLE}(0.1, patience=2)", metrics) == [4]
    assert changes_of("ReduceLROnPlateau(optimizer, patience=2)", metrics) == []


def changes_of(call: str, metrics: tuple[float, ...]) -> list[int]:
    rates = reading(call, metrics, len(metrics)).schedule.table(len(metrics))
    return (np.flatnonzero(np.diff(rates)) + 1).tolist()


@pytest.mark.parametrize(
    ("arguments", "parameters"),
    [
        ("mode='MAX', threshold_mode='Abs', threshold=0.5", {"mode": "max", "threshold_mode": "abs"}),
        ("min_lr=0.01, epsilon=0.5", {"min_lr": 0.01, "eps": 0.5}),
    ],
)
def test_paddles_words_are_those_of_the_native_rule(arguments: str, parameters: dict[str, object]) -> None:
    found = reading(f"{PADDLE}(0.1, {arguments})").schedule
    assert {name: getattr(found, name) for name in parameters} == parameters
    assert (found.type, getattr(found, "rule", "")) == ("plateau", "paddle")


def test_greedy_is_the_native_one() -> None:
    call = "GreedyLR(optimizer, factor=0.5, warmup=3, max_lr=[0.4], smooth=True, window_size=7)"
    metrics = (0.5, 0.25)
    native = make(
        "greedy",
        lr=0.1,
        metrics=metrics,
        factor=0.5,
        rise_cooldown=3,
        max_lr=0.4,
        smooth=True,
        window_size=7,
        mode="min",
    )
    assert reading(call, metrics, 2).schedule == native


def test_transformers_passes_a_warm_up_over_and_the_reader_is_told() -> None:
    found = reading("get_scheduler('reduce_lr_on_plateau', optimizer, num_warmup_steps=500)")
    assert found.notes == (
        "Transformers has no warm-up before reduce_lr_on_plateau: num_warmup_steps is passed over",
    )


def test_ignite_drops_a_min_lr_and_the_reader_is_told() -> None:
    call = "ReduceLROnPlateauScheduler(optimizer, 'loss', patience=0, min_lr=0.02{})"
    dropped, kept = reading(call.format("")), reading(call.format(", param_group_index=0"))
    assert dropped.schedule(2) == pytest.approx(0.01)
    assert kept.schedule(2) == pytest.approx(0.02)
    assert dropped.notes == ("ignite takes a min_lr of 0 where no param_group_index is given",)
    assert kept.notes == ()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("PlateauLRScheduler(optimizer, decay_rate=1.0)", "Factor should be < 1.0."),
        ("PlateauLRScheduler(optimizer, mode='less')", "mode less is unknown!"),
        ("PlateauLRScheduler(optimizer, noise_range_t=5)", "acts on the rate that it finds"),
        (
            "PlateauLRScheduler(SGD(net.parameters(), lr=0.1), lr_min=[0.1, 0.2])",
            "lr_min: 2 parameter groups",
        ),
        (
            "PlateauLRScheduler(optimizer, warmup_t=30)",
            "over the first 30 metrics, and there are 30; give more",
        ),
        (
            "create_scheduler_v2(optimizer, 'plateau', step_on_epochs=False, updates_per_epoch=9)",
            "Plateau LR only supports step per epoch.",
        ),
        ("mmengine.optim.ReduceOnPlateauLR(optimizer, rule='min')", "mode min is unknown!"),
        ("mmengine.optim.ReduceOnPlateauLR(optimizer, by_epoch=False)", "only support by_epoch=True"),
        ("mmengine.optim.ReduceOnPlateauLR(optimizer, factor=1)", "Factor should be < 1.0."),
        ("mmengine.optim.ReduceOnPlateauLR(optimizer, around=1)", "has no argument 'around'"),
        (
            "[dict(type='LinearLR', end=20), dict(type='ReduceOnPlateauLR', patience=1)]",
            "lower a rate that another moves at step 0 and on",
        ),
        ("optax.contrib.reduce_on_plateau(factor=1)", "Factor must be in the range (0, 1), got factor = 1."),
        ("optax.contrib.reduce_on_plateau(rtol=0)", "At least one of rtol or atol must be positive"),
        ("optax.contrib.reduce_on_plateau(accumulation_size=0)", "it must be ≥ 1"),
        ("optax.contrib.reduce_on_plateau(accumulation_size=31)", "the mean of 31 metrics, and there are 30"),
        (
            "ReduceLROnPlateauScheduler(optimizer, 'loss', patients=3)",
            "has no argument 'patients'; did you mean 'patience'?",
        ),
        ("ReduceLROnPlateauScheduler(optimizer, 'loss', factor=1)", "Factor should be < 1.0."),
        ("GreedyLR(optimizer, factor=1.0)", "Factor should be < 1.0."),
        ("GreedyLR(optimizer, threshold_mode='both')", "threshold mode both is unknown!"),
        ("get_reduce_on_plateau_schedule(optimizer, 'max')", "takes 1 argument by position, got 2"),
        (
            "get_greedy_schedule(optimizer, patients=3)",
            "has no argument 'patients'; did you mean 'patience'?",
        ),
        (
            "get_scheduler('greedy', optimizer, scheduler_specific_kwargs={'patience': args.patience})",
            "'args.patience' is not known here",
        ),
        (
            "get_scheduler('greedy', optimizer, scheduler_specific_kwargs={'patients': 3})",
            "scheduler_specific_kwargs: get_greedy_schedule has no argument 'patients'; did you mean 'patience'?",
        ),
        (f"{PADDLE}(0.1, mode='less')", "mode: less is unknown!"),
        (f"{PADDLE}(0.1, factor=1)", "gamma should be < 1.0."),
        (f"{PADDLE}(0.1, threshold_mode='both')", "threshold mode: both is unknown!"),
        (f"paddle.optimizer.lr.LinearWarmup({PADDLE}(0.1), 5, 0.0, 0.1)", "takes for the metric"),
        (
            "SequentialLR(optimizer, [LinearLR(optimizer), ReduceLROnPlateau(optimizer)], [5])",
            "SequentialLR does not support `ReduceLROnPlateau`",
        ),
        (
            "ChainedScheduler([LinearLR(optimizer), ReduceLROnPlateau(optimizer)])",
            "ChainedScheduler does not support `ReduceLROnPlateau`",
        ),
    ],
)
def test_what_a_framework_refuses_is_refused(call: str, said: str) -> None:
    with pytest.raises(LrplotError) as caught:
        reading(call)
    assert said in str(caught.value)


def test_a_mean_of_a_formula_is_not_taken() -> None:
    with pytest.raises(LrplotError, match="give them as a list or a file, not as a formula"):
        reading("optax.contrib.reduce_on_plateau(accumulation_size=4)", "exp(-t)")
    assert changes("optax.contrib.reduce_on_plateau(patience=5)", "1 / (1 + min(t, 9))") == [14, 19, 24, 29]


@pytest.mark.parametrize(
    "call",
    [
        "PlateauLRScheduler(optimizer)",
        "[dict(type='ReduceOnPlateauLR')]",
        "optax.contrib.reduce_on_plateau()",
        "GreedyLR(optimizer)",
        "get_scheduler('reduce_lr_on_plateau', optimizer)",
        f"{PADDLE}(0.1)",
    ],
)
def test_without_metrics_they_are_asked_for(call: str) -> None:
    with pytest.raises(NotationError, match="reacts to a metric; give it with --metrics FILE"):
        reading(call, ())
