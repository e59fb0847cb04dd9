"""What attackers and newcomers found, so that it stays found."""

import json
import os
import time
import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from examples import make

import lrplot
from lrplot.__main__ import run as lrplot_run
from lrplot.curve import sample, summarise
from lrplot.errors import LrplotError, StepError
from lrplot.exports.code import export
from lrplot.run import Run
from lrplot.schedules.base import Schedule
from lrplot.schedules.knots import Knots
from lrplot.schedules.random_draws import limited_normals
from lrplot.sources.reference import parse

RISING = make("linear", lr=0.001, end_lr=0.1, T_max=500.0)
PRODUCTS = [
    [make("epochwise", schedule=make("cosine", lr=0.1, T_max=200.0), steps_per_epoch=5), RISING],
    [make("exponential", lr=0.1, gamma=0.99, staircase=True, period=7.0), RISING],
    [
        make("step", lr=0.1, step_size=9.0, gamma=0.9),
        make("warmup", schedule=make("constant", lr=0.1), steps=900),
    ],
]


@pytest.mark.parametrize("factors", PRODUCTS)
def test_a_falling_stair_times_a_rising_line_peaks_where_it_does(factors: list[Schedule]) -> None:
    product = make("product", lr=0.1, factors=factors)
    rates, summary = product.table(1000), summarise(product, 1000)
    assert (summary.peak.value, summary.peak.step) == (rates.max(), rates.argmax())
    assert summary.above_half.value == (rates > rates.max() / 2).sum()


@pytest.mark.parametrize(
    ("type_name", "parameters", "said"),
    [
        ("step", {"lr": 0.1, "step_size": 1e-300}, "step_size must be ≥ 0.001"),
        ("polynomial", {"lr": 0.1, "T_max": 9.0, "power": 0.0}, "power must be > 0"),
        (
            "cyclic",
            {"base_lr": 0.2, "max_lr": 0.1, "gamma": 2.0, "mode": "exp_range"},
            "grows beyond all bounds, and downwards",
        ),
        (
            "warmup",
            {"schedule": make("cosine", lr=0.1, T_max=9.0), "steps": 9, "prefix": False, "target": "curve"},
            "steps must be < 9",
        ),
    ],
)
def test_parameters_that_made_nonsense_are_refused(
    type_name: str, parameters: dict[str, object], said: str
) -> None:
    with pytest.raises(LrplotError, match=said):
        make(type_name, **parameters)


def test_growing_restarts_are_summed_at_once_and_exactly() -> None:
    for factor, decay, cycles in ((1.001, 1.0, None), (1.2, 0.97, 7), (2.0, 1.0, 3)):
        restarts = make(
            "cosine_restarts", lr=0.1, T_0=10.5, T_mult=factor, eta_min=0.01, decay=decay, cycles=cycles
        )
        for until in (1, 10, 11, 500, 70_001):
            assert restarts.total(until) == pytest.approx(restarts.table(until).sum(), rel=1e-12)


def test_python_calls_that_cannot_be_are_refused() -> None:
    flat = make("constant", lr=0.1)
    calls = [
        lambda: lrplot.figure([]),
        lambda: lrplot.Run("x", flat, 0),
        lambda: lrplot.Run("x", flat, 1.5),
        lambda: flat.total(-1),
        lambda: flat.total(1.5),
        lambda: flat.total(10**30),
        lambda: flat.table(-1),
        lambda: flat(2**53 + 1),
        lambda: make("constant", lr=1e300).total(10**12),
        lambda: lrplot.sample(flat, 100, 1),
    ]
    for call in calls:
        with pytest.raises(LrplotError):
            call()


def test_numpy_integers_are_steps_too() -> None:
    assert make("constant", lr=0.5).total(np.int64(4)) == 2.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "lr: 0.1\nsteps: 100\nschedule: [{type: linear, for: 100}, {type: cosine}]",
            "the phases before it last 100",
        ),
        ("lr: 0.1\nepochs: 0.1\nschedule: cosine", "less than half a step"),
        ("lr: 0.1\nsteps: 9\nschedule: {type: cosine, warmup: {steps: 5, schedule: cosine}}", "leave it out"),
        ("lr: 0.1\nsteps: 9\nschedule: {type: cosine, steps: 5}", "belongs to the spec itself"),
        ("lr: 0.1\nsteps: 9\nschedule: cosine\nfigure: {size: [50, 50], dpi: 1200}", "pixels; at most"),
        ("lr: 0.1\nsteps: 9\nfoo: \x01", ":3:6: character U.0001 is not allowed"),
        ("lr: 1,5\nsteps: 9\nschedule: cosine", "a number has no comma"),
        (
            "lr: 0.1\nsteps: 9\nschedule: cosine\nsweep: {figur.dpi: [1]}",
            "did you mean 'figure.dpi'",
        ),
    ],
)
def test_specs_that_made_nonsense_are_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "it.yaml").write_text(text)
    with pytest.raises(LrplotError, match=said):
        lrplot.load(str(tmp_path / "it.yaml"))


def test_a_product_whose_knots_are_many_in_two_windows_is_summed_and_quickly() -> None:
    # 40,000 drops under a ramp, and as many behind it: listed together they are too many.
    factors = [
        make("linear", lr=0.01, end_lr=0.1, T_max=200_000.0),
        make("step", lr=0.1, step_size=5.0, gamma=0.9999),
    ]
    product = make("product", lr=0.1, factors=factors)
    for until in (400_000, 600_000):
        rates, summary = product.table(until), summarise(product, until)
        assert summary.mean.value == pytest.approx(rates.mean(), rel=1e-12)
        assert (summary.peak.value, summary.peak.step) == (rates.max(), rates.argmax())
    assert len(product.knots(10**9).windows(10**9)) < 50_000


def test_windows_of_many_single_knots_and_unknown_stretches_are_found_at_once() -> None:
    few = tuple(range(2, 80_000, 2))
    stretches = tuple((at, at + 3) for at in range(0, 60_000, 6))
    windows = Knots(few=few, unknown=stretches).windows(80_000)
    assert sum(window.stop - window.start for window in windows) == 80_000
    assert sum(window.stop - window.start for window in windows if not window.known) == 30_000
    assert all(window.starts() is not None for window in windows)


@pytest.mark.parametrize("until", [10**9, 10**12])
def test_rates_that_add_up_beyond_float64_say_so(until: int) -> None:
    with pytest.raises(StepError, match="add up to more than float64 holds"):
        make("linear", lr=1e300, T_max=float(until)).total(until)


def test_a_rate_near_the_largest_float_is_refused_before_it_is_drawn() -> None:
    with pytest.raises(StepError, match="no finite rate at step 0: it is beyond 1e300"):
        make("constant", lr=1.7e308)(0)
    assert make("constant", lr=1e300)(0) == 1e300


def test_a_floor_that_underflows_as_a_share_is_met_where_it_is() -> None:
    # 1e10 · 2^-t falls to 5e-324 = 2^-1074 at t = 1074 + log2(1e10) = 1107.2; 1e10 · 2^-t rounds to it before.
    schedule = make("exponential", lr=1e10, gamma=0.5, min_lr=5e-324)
    assert summarise(schedule, 5000).minimum.value == 5e-324
    assert schedule.knots(5000).list().tolist() == [1108]  # type: ignore[union-attr]


def test_the_first_step_of_a_floor_on_stairs_of_fractional_period_is_found() -> None:
    # 0.1 · 0.5^k ≤ 1e-8 from k = 24 on, which begins at step 24 · 1.5 = 36.
    stairs = make("exponential", lr=0.1, gamma=0.5, period=1.5, staircase=True, min_lr=1e-8)
    assert (summarise(stairs, 57).minimum.value, summarise(stairs, 57).minimum.step) == (1e-8, 36)


def test_a_level_tanh_is_level() -> None:
    rates = make("tanh", lr=0.1, eta_min=0.1, T_max=77.0).table(100)
    assert (rates == 0.1).all()


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("min(step ** -0.5, step * 4000 ** -1.5)", "step 0: 0 to a negative power"),
        ("min(1, 10 / step)", "step 0: division by zero"),
        ("1 / (1 + math.exp(step - 50))", "step 760: exp beyond"),
        ("1 + math.log(step)", "step 0: the logarithm"),
        ("(100 - step) / (100 - step)", "step 100: division by zero"),
    ],
)
def test_a_function_that_python_cannot_compute_is_refused_at_its_step(function: str, said: str) -> None:
    with pytest.raises(LrplotError, match=said):
        parse(f"LambdaLR(optimizer, lambda step: {function})", lr=0.1, steps=1000)


@pytest.mark.parametrize(
    ("function", "first"),
    [
        ("1 / math.sqrt(step) if step else 1", 0.1),
        ("min(1, 10 / max(1, step))", 0.1),
        ("min(1, 1 / np.sqrt(step))", 0.1),
        ("step and 1 / step or 0.5", 0.05),
        ("1 / (1 + np.exp(step - 50))", 0.1),
    ],
)
def test_what_python_or_numpy_does_compute_is_drawn(function: str, first: float) -> None:
    run = parse(f"LambdaLR(optimizer, lambda step: {function})", lr=0.1, steps=1000)
    assert run.schedule(0) == pytest.approx(first, rel=1e-9)


@pytest.mark.parametrize(
    "name", ["CyclicLR(torch.optim.Adagrad(ps), 0.1, 0.2)", "OneCycleLR(torch.optim.Rprop(ps), 0.1, 50)"]
)
def test_a_momentum_that_the_optimizer_does_not_have_cannot_cycle(name: str) -> None:
    with pytest.raises(LrplotError, match="must support momentum or beta1"):
        parse(name, steps=50)
    assert parse(name[:-1] + ", cycle_momentum=False)", steps=50).steps == 50


def test_optax_rates_below_zero_are_the_scale_of_updates() -> None:
    run = parse("optax.exponential_decay(-0.1, 10, 0.5, end_value=-0.01)", steps=60)
    # Optax takes the larger of the value and end_value, which is end_value until 0.1 · 0.5^(t/10) < 0.01.
    assert run.schedule([0, 33, 34, 40]).tolist() == pytest.approx([0.01, 0.01, 0.0094732, 0.00625], rel=1e-4)
    assert any("minus the value" in note for note in run.notes)
    with pytest.raises(LrplotError, match="changes its sign"):
        parse("optax.linear_schedule(-0.1, 0.1, 20)", steps=60)


@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_a_factor_of_zero_in_optax_onecycles_is_refused(name: str) -> None:
    with pytest.raises(LrplotError, match="div_factor 0 makes Optax divide by zero"):
        parse(f"optax.{name}_onecycle_schedule(40, 0.1, div_factor=0)", steps=60)


def test_noise_is_pytorchs_draw_of_the_seed() -> None:
    # torch.Generator().manual_seed(42), torch.randn(1): 0.33669036626815796; seeds have 32 bits.
    assert limited_normals(np.array([42, 42 + 2**32]), 1.0, 0.67) == pytest.approx(0.33669036626815796, abs=0)


# --- what the fuzz harness (python -m tests.fuzz) found ----------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        # Its first cycle with m_mul: (1 - alpha) · 5 + alpha = -14.56 of the rate.
        (
            "keras.CosineDecayRestarts(0.15, first_decay_steps=9, t_mul=9, m_mul=5, alpha=4.89)",
            "no rate at step 9: it would be -2.184, below 0",
        ),
        # 0.00602 · (1 - 11 / 10).
        (
            "LambdaLR(optimizer, lambda t: 1 - t / 10)",
            "step 11 would be -0.000602",
        ),
    ],
)
def test_a_rate_below_zero_is_no_rate_whoever_computes_it(call: str, said: str) -> None:
    run = parse(call, lr=0.00602, steps=20)
    for rates in (lambda: run.schedule.table(20), lambda: summarise(run.schedule, 20)):
        with pytest.raises(StepError, match=said):
            rates()


def test_a_long_table_with_a_rate_below_zero_names_its_step() -> None:
    sunk = make("cosine_restarts", lr=0.1, T_0=80_000.0, eta_min=0.5, decay=2.0, shrinks="swing")
    with pytest.raises(StepError, match="no rate at step 80000"):
        sunk.table(100_000)


def test_only_onecycles_overshoot_goes_below_zero() -> None:
    over = make("onecycle", max_lr=0.1, total_steps=30, anneal_strategy="linear", after="overshoot")
    assert over.table(31)[-1] < 0
    assert make("sequence", parts=[over]).table(31)[-1] < 0
    with pytest.raises(StepError, match="below 0"):
        make("cosine", lr=0.1, eta_min=0.2, T_max=9.0, after="rise").model_copy(update={"lr": -0.3})(0)


def test_a_momentum_that_would_fall_below_zero_is_refused_where_it_does() -> None:
    growing = make("cyclic", base_lr=0.02, max_lr=0.3, step_size_up=7.0, mode="exp_range", gamma=1.03)
    momentum = growing.momentum
    assert momentum is not None
    # 0.9 - 0.1 · 1.03^63 at the top of the fifth cycle is 0.256; at that of the sixth, step 77, below 0.
    assert momentum(63) == pytest.approx(0.9 - 0.1 * 1.03**63, rel=1e-12)
    with pytest.raises(StepError, match=r"no momentum at step 77: .* below 0; give cycle_momentum: false"):
        momentum.table(100)


@pytest.mark.parametrize(
    "schedule",
    [
        make("onecycle", max_lr=1e300, total_steps=100),
        make("multiplicative", lr=1.0, factor="10 ** 3 if t < 100 else 1"),
        make("warmup", schedule=make("constant", lr=1e299), steps=54),
    ],
)
def test_rates_near_the_largest_float_are_sampled_without_overflow(schedule: Schedule) -> None:
    drawn = sample(schedule, 100, 300)
    assert drawn.rates.max() == schedule.table(100).max()


def test_a_jump_of_the_smallest_floats_is_a_jump() -> None:
    # Products of such changes underflow; their signs do not.
    stairs = make("piecewise", points=[(0, 1e-200), (10, 3e-200), (20, 2e-200)], between="hold")
    drawn = sample(stairs, 30, 300)
    assert np.flatnonzero(np.diff(drawn.steps) == 0).tolist() == [10, 21]


def test_optax_schedules_of_both_signs_are_not_joined() -> None:
    fall, rise = "optax.constant_schedule(-0.1)", "optax.linear_schedule(0.1, 0.0, 10)"
    with pytest.raises(LrplotError, match="changes its sign"):
        parse(f"optax.join_schedules([{fall}, {rise}], [5])", steps=9)
    inner = f"optax.join_schedules([{fall}, optax.constant_schedule(-0.2)], [2])"
    with pytest.raises(LrplotError, match="changes its sign"):
        parse(f"optax.join_schedules([{inner}, {rise}], [5])", steps=9)
    both = parse(f"optax.join_schedules([optax.constant_schedule(0.0), {inner}], [5])", steps=9)
    assert both.schedule([4, 5, 7]).tolist() == [0.0, 0.1, 0.2]
    assert any("minus the value" in note for note in both.notes)


def test_a_negative_optax_schedule_asked_inside_a_function_keeps_its_sign() -> None:
    text = "a = optax.constant_schedule(-0.1)\noptax.scale_by_schedule(lambda step: 2 * a(step))"
    assert parse(text, steps=9).schedule(3) == pytest.approx(0.2, rel=1e-12)
    with pytest.raises(LrplotError, match="below 0"):
        parse(text.replace("scale_by_schedule", "sgd"), steps=9)


def test_thousands_of_parts_are_joined_at_once() -> None:
    call = "CosineAnnealingWarmupRestarts(optimizer, first_cycle_steps=16, gamma=0.3871)"
    run = parse(call, lr=0.1, steps=10**9)
    begin = time.monotonic()
    assert summarise(run.schedule, run.steps).peak.step == 1
    assert sample(run.schedule, run.steps).exact is False
    assert time.monotonic() - begin < 10


def test_noise_of_many_steps_in_order_is_that_of_each_by_itself() -> None:
    seeds = np.arange(7, 7 + 9000)
    drawn = limited_normals(seeds, 1.0, 0.67)
    assert drawn[::611].tolist() == limited_normals(seeds[::611], 1.0, 0.67).tolist()
    assert drawn.tolist() == limited_normals(seeds, 1.0, 0.67).tolist()


def test_a_formula_too_long_to_be_written_is_refused() -> None:
    parts = [make("constant", lr=0.1 + i / 1000) for i in range(1200)]
    long = make("sequence", parts=parts, lengths=[2] * 1199)
    with pytest.raises(LrplotError, match="too many pieces"):
        export(Run("long", long, 2400), "keras")


def test_growing_restarts_whose_later_tops_overflow_are_summed() -> None:
    growing = make("cosine_restarts", lr=0.1, T_0=98.0, T_mult=1.001, eta_min=0.5, decay=1.04)
    for steps in (1, 98, 99, 500):
        assert growing.total(steps) == pytest.approx(growing.table(steps).sum(), rel=1e-12)


def test_the_sum_of_a_rate_far_below_its_floor_loses_no_digits() -> None:
    rising = make("cosine_restarts", lr=6e-6, T_0=2.0**53, T_mult=25.0, eta_min=0.7)
    assert rising.total(40) == pytest.approx(40 * 6e-6, rel=1e-14)


def test_stairs_of_a_trillion_steps_begin_at_once() -> None:
    call = (
        "deepspeed.OneCycle(optimizer, 0.1, 0.2, cycle_first_step_size=10**12, cycle_second_stair_count=34)"
    )
    run = parse(call, steps=100)
    # Straight up in 10^12 steps, of which the scheduler has taken 51 before update 50.
    assert run.schedule(50) == pytest.approx(0.1 + 0.1 * 51e-12, rel=1e-12)


def test_a_sequence_that_has_been_drawn_still_equals_its_like() -> None:
    one, other = (make("sequence", parts=[make("constant", lr=0.1)] * 2, lengths=[3]) for _ in "ab")
    assert one(2) == other(2)
    assert one == other
    assert one != one.model_copy(update={"lengths": (4,)})


def test_an_export_of_a_trillion_epochs_is_written_or_refused_but_no_memory_is_asked_for() -> None:
    schedule = make("inverse_time", lr=0.849, rate=0.5)
    run = Run("it", make("epochwise", schedule=schedule, steps_per_epoch=5), 10**12)
    with suppress(LrplotError):
        assert export(run, "pytorch").code


@pytest.mark.parametrize(
    "inner",
    [
        "CyclicLR(optimizer, 0.01, 0.1, step_size_up=10, cycle_momentum=False, last_epoch=7)",
        "CosineAnnealingLR(optimizer, 30, last_epoch=7)",
        "OneCycleLR(optimizer, 0.1, total_steps=58, cycle_momentum=False, last_epoch=7)",
    ],
)
def test_a_resumed_scheduler_inside_another_is_refused(inner: str) -> None:
    """PyTorch's join sets its clock back to 0: the first two were drawn from epoch 8, the third was a traceback."""
    with pytest.raises(lrplot.LrplotError, match="last_epoch"):
        lrplot.parse(f"SequentialLR(optimizer, [LinearLR(optimizer, 0.8), {inner}], [20])", lr=0.1, steps=60)


def test_what_python_thinks_of_a_texts_manner_is_not_said() -> None:
    """From Python 3.12 on, compiling such a text warns, of a file named <unknown>."""
    script = (
        'words = re.compile("\\d+")\n'
        "optimizer = SGD(params, lr=0.1)\n"
        "scheduler = LambdaLR(optimizer, lambda t: 1if t else 2)\n"
        "for epoch in range(3):\n    optimizer.step()\n    scheduler.step()\n"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = lrplot.parse(script)
    assert run.schedule(np.arange(3)).tolist() == [0.2, 0.1, 0.1]


@pytest.mark.parametrize(
    ("second", "fifth_on"),
    [
        ("StepLR(optimizer, 2)", [0.02, 0.02, 0.002, 0.002]),
        ("LinearLR(optimizer, 0.5, total_iters=2)", [0.01, 0.015, 0.02, 0.02]),
    ],
)
def test_behind_a_scheduler_that_writes_a_base_an_optimizers_rate_of_0_counts_no_more(
    second: str, fifth_on: list[float]
) -> None:
    """OneCycleLR writes max_lr / 25 = 0.02 as the base; what follows was a constant, as of 0 nothing can be multiplied."""
    cycle = "OneCycleLR(optimizer, max_lr=0.5, total_steps=30, cycle_momentum=False)"
    run = lrplot.parse(f"SequentialLR(optimizer, [{cycle}, {second}], [5])", lr=0.0, steps=9)
    np.testing.assert_allclose(run.schedule(np.arange(5, 9)), fifth_on, rtol=1e-12)


def test_a_restarting_cosine_of_transformers_over_a_broken_number_of_steps_is_not_rounded_up() -> None:
    """37.5 steps: at step 30 a progress of 0.8 and ½ (1 + cos 0.8 π) = 0.0954915; 0 from step 38 on."""
    call = "get_cosine_with_hard_restarts_schedule_with_warmup(optimizer, 0, 300 / 8)"
    run = lrplot.parse(call, lr=1.0, steps=40)
    np.testing.assert_allclose(run.schedule(np.array([30, 38])), [0.0954915028, 0.0], atol=1e-10)


def test_a_wrong_keyword_of_any_scheduler_by_name_is_told() -> None:
    with pytest.raises(LrplotError, match="num_cycles"):
        lrplot.parse("get_scheduler('inverse_sqrt', optimizer, 3, 20, dict(num_cycles=2))", lr=0.1)


@pytest.mark.parametrize(
    ("function", "step"),
    [
        ("10 ** t % 3", 16),
        ("(t * 2654435761 * 2654435761 % 1000) / 1000", 1),
        ("(10 ** 20 + t) - 10 ** 20", 0),
    ],
)
def test_whole_numbers_whose_last_digits_float64_loses_are_refused_where_they_decide(
    function: str, step: int
) -> None:
    """Python computes them exactly: 10 ** 23 % 3 is 1, of float64's 10 ** 23 it is 2."""
    with pytest.raises(LrplotError, match=rf"at step {step}: a whole number beyond 2\*\*53"):
        lrplot.parse(f"LambdaLR(optimizer, lambda t: {function})", lr=0.1, steps=30)


def test_large_whole_numbers_whose_digits_do_not_decide_are_drawn() -> None:
    run = lrplot.parse("LambdaLR(optimizer, lambda t: 2 ** t / 2 ** 60)", lr=1.0, steps=99)
    assert run.schedule(60) == 1


def test_what_is_bound_may_compare_and_compute(tmp_path: Path) -> None:
    """The option that a message gives is taken as it is pasted: it was cut at the first = of ==."""
    script = tmp_path / "train.py"
    script.write_text(
        "optimizer = SGD(params, lr=0.1)\nscheduler = ExponentialLR(optimizer, 0.5)\n"
        "for n in range(3):\n    optimizer.step()\n    if seen[0] % 3 == 0:\n        scheduler.step()\n"
    )
    assert lrplot_run(["at", str(script), "0", "2", "--let", "seen[0] % 3 == 0=True", "--json"]) == 0


def test_a_character_beyond_the_first_65536_is_read_as_json_escapes_it(tmp_path: Path) -> None:
    spec = tmp_path / "it.json"
    spec.write_text(
        json.dumps({"title": "\N{GRINNING FACE} \\ud83d", "lr": 0.1, "steps": 9, "schedule": "cosine"})
    )
    (run,) = lrplot.load(spec)
    assert run.style.title == "\N{GRINNING FACE} \\ud83d"


def test_steps_that_happen_to_have_one_rate_are_no_stretch_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Two whole waves lie between step 0 and step 720: a table said 0~720 0.2 beside its minimum of 0."""
    wave = "LambdaLR(optimizer, lambda t: 0.5 * (1 + math.cos(math.pi * t / 180)))"
    assert lrplot_run(["render", wave, "--lr", "0.2", "--steps", "2884", "-f", "table"]) == 0
    assert "~" not in capsys.readouterr().out


@pytest.mark.usefixtures("capfd")
def test_a_pipe_under_a_name_of_the_system_is_written_into() -> None:
    """/dev/stdout links to a pipe that has no name of its own: it was told as a folder that is not there."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as pipe:
        assert lrplot_run(["render", "cosine", "--steps", "3", "-f", "csv", "-o", f"/dev/fd/{writing}"]) == 0
        os.close(writing)
        assert pipe.read().splitlines()[:2] == ["step,lr", "0,0.1"]


def test_links_in_a_circle_are_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert lrplot_run(["render", "cosine", "-f", "csv", "-o", str(tmp_path / "a")]) == 2
    assert "go in a circle" in capfd.readouterr().err


@pytest.mark.parametrize("call", ["ConstantLR(optimizer, 5e-324)", "CosineAnnealingLR(optimizer, 5e-324)"])
def test_the_smallest_number_there_is_warns_of_nothing(call: str) -> None:
    """PyTorch divides by it: ConstantLR's rate is nan from its end on."""
    with pytest.raises(LrplotError):
        lrplot.parse(call, lr=0.1, steps=9)


@pytest.mark.parametrize("open_", ["math.atan(t)", "t & 1", "(1, 0.5)[t % 2]", "shape(t)"])
def test_no_single_value_is_asked_for_where_each_step_has_its_own(open_: str) -> None:
    """A message said --let 'math.atan(t)=…', and any value pasted there was drawn as a level rate."""
    with pytest.raises(LrplotError, match="at each step is not computed") as told:
        lrplot.parse(f"LambdaLR(optimizer, lambda t: {open_})", lr=0.1)
    assert "--let" not in str(told.value)


def test_a_whole_number_from_keras_callback_is_refused_as_keras_refuses_it() -> None:
    """fit() stops: "The output of the `schedule` function should be a float. Got: 0" (Keras 3.15)."""
    with pytest.raises(LrplotError, match=r"write 0\.0"):
        lrplot.parse("LearningRateScheduler(lambda e: 0.1 if e < 2 else 0)", epochs=5, steps_per_epoch=1)
    run = lrplot.parse("LearningRateScheduler(lambda e: float(1))", epochs=5, steps_per_epoch=1)
    assert run.schedule(3) == 1


@pytest.mark.parametrize(
    "written", ["(count >= 2) + (count >= 4)", "(count >= 2) * (count < 9) + (count > 4)"]
)
def test_a_sum_of_tests_of_arrays_is_no_number(written: str) -> None:
    """JAX 0.10 and Keras 3.15 give 0.01 at step 5 for 0.1 * 0.1 ** ((t >= 2) + (t >= 4)), Python's numbers 0.001."""
    script = f"import optax\ndef rate(count):\n    return 0.1 * 0.1 ** ({written})\ntx = optax.sgd(learning_rate=rate)\n"
    with pytest.raises(LrplotError, match=r"True \+ True is True"):
        lrplot.parse(script, steps=9)
    run = lrplot.parse(f"LambdaLR(optimizer, lambda count: 0.1 ** ({written}))", lr=0.1, steps=9)
    assert run.schedule(5) == pytest.approx(0.001)


@pytest.mark.parametrize(
    ("steps", "rates"),
    [
        ("0, 0.5", [0.15, 0, 0]),
        ("3, 3.5", [0, 0.1, 0.2, 0.15, 0]),
        ("3, 4", [0, 0.1, 0.2, 0.3, 0]),
        ("-3, -2.5", [0, 0]),
        ("2, 4.5", [0, 0.15, 0.3, 0.18, 0.06, 0]),
    ],
)
def test_less_than_a_step_after_a_linear_warmup(steps: str, rates: list[float]) -> None:
    """Transformers 5.23: max(0, (total - t) / max(1, total - warmup))."""
    run = lrplot.parse(f"get_linear_schedule_with_warmup(optimizer, {steps})", lr=0.3)
    assert [run.schedule(t) for t in range(len(rates))] == pytest.approx(rates)
