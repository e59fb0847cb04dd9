"""timm's calls, read as text, against the installed timm. Run with: pytest -m live"""

from typing import Any

import pytest
from frameworks.other_cases import CASES, LR, agree, draw, step_case, step_timm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrplot.errors import LrplotError

pytestmark = pytest.mark.live

drawn = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
length = st.integers(1, 80)
horizon = st.integers(1, 200)
share = st.floats(0.05, 1.5).map(lambda value: round(value, 3))
rate = st.sampled_from([0, 1e-5, 0.01, 0.3, 0.7])
warm = st.fixed_dictionaries(
    {},
    optional={
        "warmup_t": st.integers(0, 30),
        "warmup_lr_init": rate,
        "warmup_prefix": st.booleans(),
        "t_in_epochs": st.booleans(),
    },
)
cycles = st.fixed_dictionaries(
    {},
    optional={
        "lr_min": rate,
        "cycle_mul": st.sampled_from([1, 1.0, 1.2, 1.5, 2, 3, 2.37]),
        "cycle_decay": st.sampled_from([0, 0.1, 0.5, 1, 1.1]),
        "cycle_limit": st.integers(0, 12),
    },
)
fractional = st.one_of(length, st.floats(0.3, 40).map(lambda value: round(value, 2)))


def text(name: str, *parameters: dict[str, Any]) -> str:
    given = {key: value for group in parameters for key, value in group.items()}
    return f"{name}(optimizer, {', '.join(f'{key}={value!r}' for key, value in given.items())})"


def same(call: str, steps: int, steps_per_epoch: int | None = None) -> None:
    try:
        expected = step_timm(call, steps, LR)
    except TypeError:  # a cycle that begins a rounding late, whose steps below 0 it raises to a broken power
        with pytest.raises(LrplotError, match="raises a number below 0"):
            draw(call, steps, LR)
        return
    if min(expected) < 0:
        with pytest.raises(LrplotError, match="would be -"):
            draw(call, steps, LR)
        return
    agree(call, steps, expected, LR, steps_per_epoch)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("timm")])
def test_a_case_is_what_timm_does_today(name: str) -> None:
    call, steps, lr = CASES[name]
    agree(call, steps, step_case(name), lr)


@drawn
@given(length, warm, cycles, st.sampled_from([1.0, 0.5, 2.0, 1.37]), horizon)
def test_cosine(t_initial: int, warmup: dict[str, Any], cycle: dict[str, Any], k: float, steps: int) -> None:
    parameters = {"t_initial": t_initial} | ({} if k == 1 else {"k_decay": k})
    same(text("CosineLRScheduler", parameters, warmup, cycle), steps)


@drawn
@given(fractional, cycles, horizon)
def test_cosine_of_a_fractional_length(t_initial: float, cycle: dict[str, Any], steps: int) -> None:
    same(text("CosineLRScheduler", {"t_initial": t_initial}, cycle), steps)


@drawn
@given(length, warm, cycles, st.sampled_from([(-7, 3), (-2, 2), (0, 1)]), horizon)
def test_tanh(
    t_initial: int, warmup: dict[str, Any], cycle: dict[str, Any], ends: tuple[int, int], steps: int
) -> None:
    parameters = {"t_initial": t_initial, "lb": ends[0], "ub": ends[1]}
    same(text("TanhLRScheduler", parameters, warmup, cycle), steps)


@drawn
@given(
    length,
    warm,
    cycles,
    st.sampled_from([0.5, 1, 2, 0, 0.9, -0.5]),
    st.sampled_from([1.0, 0.5, 2.0]),
    horizon,
)
def test_poly(
    t_initial: int, warmup: dict[str, Any], cycle: dict[str, Any], power: float, k: float, steps: int
) -> None:
    parameters = {"t_initial": t_initial, "power": power, "k_decay": k}
    same(text("PolyLRScheduler", parameters, warmup, cycle), steps)


@drawn
@given(fractional, share, warm, horizon)
def test_step(decay_t: float, decay_rate: float, warmup: dict[str, Any], steps: int) -> None:
    same(text("StepLRScheduler", {"decay_t": decay_t, "decay_rate": decay_rate}, warmup), steps)


@drawn
@given(st.lists(st.integers(0, 90), max_size=5), share, warm, horizon)
def test_multistep(decay_t: list[int], decay_rate: float, warmup: dict[str, Any], steps: int) -> None:
    same(text("MultiStepLRScheduler", {"decay_t": decay_t, "decay_rate": decay_rate}, warmup), steps)


@drawn
@given(
    length,
    st.data(),
    st.sampled_from(["constant", "rsqrt", "power"]),
    st.sampled_from(["linear", "1-sqrt", "cosine", "power", "exp"]),
    rate,
    horizon,
)
def test_wsd(t_initial: int, data: st.DataObject, stable: str, decay: str, lr_min: float, steps: int) -> None:
    more = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "decay_power": share,
                "stable_power": share,
                "decay_ratio": st.sampled_from([0.1, 0.5, 0.9]),
                "warmup_t": st.integers(1, 20),
                "warmup_lr_init": rate,
            },
        )
    )
    parameters = {
        "t_initial": t_initial,
        "decay_t": data.draw(st.integers(1, t_initial)),
        "stable_fn": stable,
        "decay_fn": decay,
        "lr_min": lr_min,
        "stable_timescale": data.draw(st.sampled_from([1, 7.5, 40])),
    }
    same(text("WSDLRScheduler", parameters, more), steps)


@drawn
@given(
    st.sampled_from(["cosine", "tanh", "poly", "step", "multistep", "constant", "none", "wsd", "rsqrt"]),
    st.fixed_dictionaries(
        {"num_epochs": st.integers(10, 40), "warmup_epochs": st.integers(1, 5)},
        optional={
            "decay_epochs": st.sampled_from([1, 3, 0.3]),
            "decay_milestones": st.just([3, 8]),
            "min_lr": rate,
            "warmup_prefix": st.booleans(),
            "cycle_limit": st.integers(1, 3),
            "decay_rate": share,
            "cooldown_epochs": st.just(5),
        },
    ),
    st.booleans(),
    horizon,
)
def test_the_factory(sched: str, parameters: dict[str, Any], updates: bool, steps: int) -> None:
    more = {"step_on_epochs": False, "updates_per_epoch": 3} if updates else {}
    same(text("create_scheduler_v2", {"sched": sched}, parameters, more), steps)


def test_epochs_on_a_clock_of_steps() -> None:
    call = "CosineLRScheduler(optimizer, t_initial=10, warmup_t=2)"
    by_epoch = step_timm(call, 12, LR)
    agree(call, 48, [rate for rate in by_epoch for _ in range(4)], LR, 4)
    updates = call.replace(")", ", t_in_epochs=False)")
    agree(updates, 48, step_timm(updates, 48, LR), LR, 4)


def test_ever_shorter_cycles_are_drawn_until_timm_stops() -> None:
    call = "CosineLRScheduler(optimizer, t_initial=50, cycle_mul=0.5, cycle_limit=4)"
    same(call, 100)
    with pytest.raises(ValueError):  # noqa: PT011 (timm says nothing itself; the words are Python's)
        step_timm(call, 102, LR)
    with pytest.raises(LrplotError, match="math domain error at step 100"):
        draw(call, 102, LR)


@pytest.mark.parametrize(
    "call",
    [
        "CosineLRScheduler(optimizer, t_initial=0)",
        "CosineLRScheduler(optimizer, t_initial=10, lr_min=-1)",
        "CosineLRScheduler(optimizer, t_initial=10, initialize=False)",
        "CosineLRScheduler(optimizer, 10, warmup=3)",
        "TanhLRScheduler(optimizer, t_initial=10, lb=3, ub=3)",
        "TanhLRScheduler(optimizer, t_initial=10, cycle_limit=-1)",
        "StepLRScheduler(optimizer, decay_t=0)",
        "WSDLRScheduler(optimizer, t_initial=10, decay_t=11)",
        "WSDLRScheduler(optimizer, t_initial=10, decay_t=5, decay_fn='square')",
        "WSDLRScheduler(optimizer, t_initial=10, decay_t=5, stable_fn='rsqrt')",
        "WSDLRScheduler(optimizer, t_initial=10, decay_t=5, decay_ratio=1)",
        "create_scheduler_v2(optimizer, 'sgdr')",
        "create_scheduler_v2(optimizer, step_on_epochs=False)",
    ],
)
def test_what_timm_refuses_is_refused(call: str) -> None:
    with pytest.raises((AssertionError, KeyError, TypeError, ValueError, ZeroDivisionError)):
        step_timm(call, 5, LR)
    with pytest.raises(LrplotError):
        draw(call, 5, LR)


noise = st.fixed_dictionaries(
    {"noise_range_t": st.integers(0, 90) | st.tuples(st.integers(0, 40), st.integers(0, 99)).map(list)},
    optional={
        "noise_pct": st.sampled_from([0.02, 0.3, 0.67, 0.99]),
        "noise_std": st.sampled_from([0.0, 0.1, 1.0, 2.5]),
        "noise_seed": st.integers(-5, 2**33),
    },
)


@drawn
@given(st.sampled_from(["Cosine", "Tanh", "Poly"]), length, warm, noise, horizon)
def test_noise_is_that_of_the_seed(
    name: str, first: int, warmup: dict[str, Any], shaken: dict[str, Any], steps: int
) -> None:
    same(text(f"{name}LRScheduler", {"t_initial": first}, warmup, shaken), steps)


@pytest.mark.parametrize("noise_", [0.2, [0.2], [0.2, 0.7]])
def test_noise_of_the_factory_is_a_share_of_the_run(noise_: object) -> None:
    for sched in ("cosine", "step", "wsd"):
        same(f"create_scheduler_v2(optimizer, '{sched}', num_epochs=50, noise={noise_}, noise_seed=3)", 60)


@drawn
@given(
    length, cycles, st.floats(-7, 0).map(lambda v: round(v, 2)), st.floats(0.1, 3).map(lambda v: round(v, 2))
)
def test_tanh_ends_its_cycles_where_timms_logarithm_does(
    first: int, more: dict[str, Any], low: float, high: float
) -> None:
    same(text("TanhLRScheduler", {"t_initial": first, "lb": low, "ub": high}, more), 300)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("PlateauLRScheduler(optimizer, noise_range_t=5)", "acts on the rate that it finds"),
        ("PlateauLRScheduler(optimizer)", "reacts to a metric"),
        ("WSDLRScheduler(optimizer, 10, 5, decay_fn=lambda z: 1 - z)", "decay_fn must be text"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call: str, reason: str) -> None:
    with pytest.raises(LrplotError, match=reason):
        draw(call, 5, LR)
