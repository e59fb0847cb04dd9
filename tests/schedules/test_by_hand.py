"""What a schedule says beside its rates, worked by hand: knots, length, phases, momentum, how it acts on a rate."""

import math

import numpy as np
import pytest
from examples import make

from lrplot.clock import Clock
from lrplot.errors import ScheduleError, StepError
from lrplot.schedules import schedule_class
from lrplot.schedules.base import Context, Nested, Schedule
from lrplot.schedules.callback import Callback, Rule
from lrplot.schedules.phase import clip_phases
from lrplot.schedules.random_draws import limited_normals
from lrplot.sources.reference import load

FLAT = make("constant", lr=0.3)
LINE = make("linear", lr=0.3, T_max=4.0)
TEN = make("linear", lr=0.3, T_max=10.0)
OFTEN = make("step", lr=0.4, step_size=1.0, gamma=0.5)
FOURS = make("step", lr=0.4, step_size=4.0, gamma=0.5)
WSD = make("wsd", lr=0.3, total_steps=20.0, decay_steps=8.0)
CYCLE = make("onecycle", max_lr=0.3, total_steps=10)


def restarts(first: float = 3.0, **others: object) -> Schedule:
    return make("cosine_restarts", lr=0.3, T_0=first, **others)


def falling(lr: float = 0.3, **others: object) -> Schedule:
    return make("exponential", lr=lr, **others)


def cyclic(**others: object) -> Schedule:
    return make("cyclic", base_lr=0.1, max_lr=0.3, step_size_up=4.0, **others)


# A boundary b is the first whole step at or after b; those at 0 and at the horizon are none.
KNOTS: list[tuple[Schedule, int, list[int]]] = [
    (FLAT, 10, []),
    (make("step", lr=0.3, step_size=2.5), 11, [3, 5, 8, 10]),
    (make("multistep", lr=0.3, milestones=[9, 2, 2, 7.5]), 12, [2, 8, 9]),
    (make("multistep", lr=0.3, milestones=[9, 2, 0]), 9, [2]),
    (make("piecewise", points=[(0, 0.1), (8, 0.3), (4.5, 0.2)], between="linear"), 12, [5, 8]),
    # 0.3 · ½^t meets 0.1 at t = log2 3 = 1.58, with a period of 10 at 15.8; with rate ½ at 20 ln 3 = 21.97
    (falling(gamma=0.5, min_lr=0.1), 9, [2]),
    (falling(gamma=0.5, period=10.0, min_lr=0.1), 99, [16]),
    (falling(rate=0.5, period=10.0, min_lr=0.1), 99, [22]),
    (falling(rate=0.5, period=10.0, min_lr=0.1), 22, []),
    (falling(gamma=0.5, period=10.0, min_lr=0.1, staircase=True), 35, [10, 16, 20, 30]),
    # below the floor from the start, it leaves it at log2 2.5 = 1.3; and where it never meets it
    (falling(lr=0.04, gamma=2.0, min_lr=0.1), 9, [2]),
    (falling(lr=0.04, gamma=0.5, min_lr=0.1), 9, []),
    (falling(gamma=2.0, min_lr=0.1), 9, []),
    (falling(gamma=0.5), 9, []),
    (falling(rate=0.0, min_lr=0.1), 9, []),
    (falling(lr=0.0, gamma=0.5, min_lr=0.1), 9, []),
    (make("inverse_time", lr=0.3, rate=1.0, period=4.0, staircase=True), 10, [4, 8]),
    (make("inverse_time", lr=0.3, rate=1.0, period=4.0), 10, []),
    (make("linear", lr=0.3, T_max=6.5), 10, [7]),
    (make("linear", lr=0.3, T_max=6.5), 7, []),
    # the last step of a cycle, and the first of the next
    (make("polynomial", lr=0.3, T_max=4.0, cycle=True), 12, [1, 4, 5, 8, 9]),
    (make("polynomial", lr=0.3, T_max=2.5, cycle=True), 9, [1, 3, 4, 5, 6, 8]),
    (make("cosine", lr=0.3, T_max=6.0), 20, [6]),
    (make("cosine", lr=0.3, T_max=6.0, after="rise"), 20, [6, 12, 18]),
    (restarts(), 10, [3, 6, 9]),
    (restarts(cycles=2), 10, [3, 6]),
    (restarts(2.5, cycles=3), 20, [3, 5, 8]),
    # cycles begin at 3, 3 + 6, 9 + 12
    (restarts(T_mult=2.0), 22, [3, 9, 21]),
    (restarts(T_mult=2.0, cycles=2), 30, [3, 9]),
    (cyclic(step_size_down=2.0), 14, [4, 6, 10, 12]),
    # a rising side times γ^t turns -1/ln γ after its foot where that is on it: 1.4 for ½, 9.5 for 0.9;
    # a falling one as long before the next foot: 8 - 2.5 for 1.5, 8 - 10.5 for 1.1
    (cyclic(mode="exp_range", gamma=0.5), 16, [2, 4, 8, 10, 12]),
    (cyclic(mode="exp_range", gamma=0.9), 16, [4, 8, 12]),
    (cyclic(mode="exp_range", gamma=1.5), 16, [4, 6, 8, 12, 14]),
    (cyclic(mode="exp_range", gamma=1.1), 16, [4, 8, 12]),
    (cyclic(mode="triangular2", gamma=0.5), 16, [4, 8, 12]),
    (CYCLE, 12, [2, 9]),
    (make("onecycle", max_lr=0.3, total_steps=20, three_phase=True), 30, [5, 10, 19]),
    (make("onecycle", max_lr=0.3, total_steps=10, after="overshoot"), 11, [2, 9, 10]),
    (WSD, 30, [12, 20]),
    (make("rex", lr=0.3, T_max=7.5), 30, [8]),
    (make("tanh", lr=0.3, T_max=7.5), 30, [8]),
    (make("warmup", schedule=LINE, steps=3), 10, [3, 7]),
    (make("warmup", schedule=LINE, steps=3), 3, []),
    (make("warmup", schedule=LINE, steps=3, prefix=False), 10, [3, 4]),
    (make("warmup", schedule=LINE, steps=6, prefix=False), 10, [6]),
    (make("sequence", parts=[make("linear", lr=0.3, T_max=2.0), LINE], lengths=[5]), 12, [2, 5, 9]),
    (make("sequence", parts=[TEN, FLAT], lengths=[5]), 20, [5]),
    (make("epochwise", schedule=make("step", lr=0.3, step_size=2.0), steps_per_epoch=3), 20, [6, 12, 18]),
    (make("epochwise", schedule=make("linear", lr=0.3, T_max=3.0), steps_per_epoch=2), 12, [2, 4, 6]),
    (make("epochwise", schedule=FOURS, steps_per_epoch=1), 10, [4, 8]),
    (make("excerpt", schedule=FOURS, start=3), 10, [1, 5, 9]),
    (make("excerpt", schedule=FOURS, start=3, end=9), 10, [1, 5, 6]),
    # three at once: 4/3, 8/3, 12/3, … and the step at which 10 is passed
    (make("excerpt", schedule=FOURS, stride=3), 10, [2, 3, 4, 6, 7, 8]),
    (make("excerpt", schedule=FOURS, stride=3, end=10), 10, [2, 3, 4]),
    (make("excerpt", schedule=FOURS, stride=2, start=3), 6, [1, 3, 5]),
    (make("stepped", schedule=TEN, first=3, every=2, last=6), 20, [3, 5]),
    (make("stepped", schedule=FOURS, first=3, every=2, start=0), 20, [3, 11, 19]),
    (make("stepped", schedule=OFTEN, first=3, last=6), 20, [3, 4, 5, 6]),
    (make("noisy", schedule=LINE, start=3, stop=7), 10, [3, 4, 7]),
    (make("noisy", schedule=FLAT, start=12, stop=30), 10, []),
    (make("product", lr=0.3, factors=[LINE, make("step", lr=0.3, step_size=3.0)]), 10, [3, 4, 6, 9]),
]


@pytest.mark.parametrize(("schedule", "until", "knots"), KNOTS, ids=lambda value: getattr(value, "type", ""))
def test_the_knots_are_the_hand_worked_ones(schedule: Schedule, until: int, knots: list[int]) -> None:
    found = schedule.knots(until)
    listed = found.list()
    assert listed is not None
    assert listed.tolist() == knots
    assert schedule.knots(0).count() == 0
    if schedule.type != "noisy":
        assert found.unknown == ()


@pytest.mark.parametrize(
    ("schedule", "unknown"),
    [
        (make("lambda", lr=0.3, factor="1"), ((0, 9),)),
        (make("multiplicative", lr=0.3, factor="1"), ()),
        (make("multiplicative", lr=0.3, factor="1 / (1 + t)"), ((0, 9),)),
        (make("recurrence", lr=0.3, parts=[LINE]), ((0, 9),)),
        (make("noisy", schedule=FLAT, start=3, stop=7), ((3, 7),)),
        (make("noisy", schedule=FLAT, start=3), ((3, 9),)),
        (make("noisy", schedule=FLAT), ((0, 9),)),
        (make("noisy", schedule=FLAT, start=9, stop=30), ()),
        (make("excerpt", schedule=make("noisy", schedule=FLAT, start=3), stride=2), ((0, 9),)),
        # one rises while the other falls, for three steps or more
        (make("product", lr=0.3, factors=[LINE, make("linear", lr=0.1, end_lr=0.3, T_max=6.0)]), ((0, 4),)),
        (make("product", lr=0.3, factors=[LINE, make("linear", lr=0.1, end_lr=0.3, T_max=2.0)]), ()),
        (make("product", lr=0.3, factors=[FLAT, make("linear", lr=0.1, end_lr=0.3, T_max=6.0)]), ()),
        (make("product", lr=0.3, factors=[FLAT, TEN]), ()),
        (make("product", lr=0.3, factors=[LINE, make("linear", lr=0.1, end_lr=0.3, T_max=3.0)]), ((0, 3),)),
    ],
)
def test_what_is_unknown_is_said_and_no_more(
    schedule: Schedule, unknown: tuple[tuple[int, int], ...]
) -> None:
    assert schedule.knots(9).unknown == unknown


LENGTHS: list[tuple[Schedule, float | None]] = [
    (FLAT, None),
    (OFTEN, None),
    (TEN, 10),
    (make("polynomial", lr=0.3, T_max=4.0), 4),
    (make("polynomial", lr=0.3, T_max=4.0, cycle=True), None),
    (make("piecewise", points=[(5, 0.1)]), 5),
    (make("piecewise", points=[(0, 0.1)]), None),
    (make("piecewise", points=[(9, 0.1), (5, 0.3)]), 9),
    (restarts(), None),
    (restarts(2.5, cycles=3), 7.5),
    (restarts(T_mult=2.0, cycles=3), 3 + 6 + 12),
    (WSD, 20),
    (CYCLE, 10),
    (make("rex", lr=0.3, T_max=7.5), 7.5),
    (make("tanh", lr=0.3, T_max=7.5), 7.5),
    (make("cosine", lr=0.3, T_max=7.5), 7.5),
    (make("warmup", schedule=LINE, steps=3), 7),
    (make("warmup", schedule=LINE, steps=3, prefix=False), 4),
    (make("warmup", schedule=FLAT, steps=3), None),
    (make("sequence", parts=[TEN, LINE], lengths=[5]), 9),
    (make("sequence", parts=[TEN, FLAT], lengths=[5]), None),
    (make("product", lr=0.3, factors=[LINE, TEN, FLAT]), 10),
    (make("product", lr=0.3, factors=[FLAT, OFTEN]), None),
    (make("epochwise", schedule=LINE, steps_per_epoch=3), 12),
    (make("epochwise", schedule=FLAT, steps_per_epoch=3), None),
    (make("excerpt", schedule=TEN, start=3), 7),
    # steps 3, 4, 5 of it are asked for; of every second from 3: 3, 5, 7, 9
    (make("excerpt", schedule=TEN, start=3, end=5), 3),
    (make("excerpt", schedule=TEN, start=3, end=30), 7),
    (make("excerpt", schedule=TEN, start=3, stride=2), 4),
    (make("excerpt", schedule=TEN, start=9), 1),
    (make("excerpt", schedule=TEN, start=10), None),
    (make("excerpt", schedule=FLAT, start=3, end=5), None),
    # step 9 of it is called at 3 + 8 · 2 = 19 and lasts two
    (make("stepped", schedule=TEN, first=3, every=2), 21),
    (make("stepped", schedule=TEN, first=3, start=0), 13),
    (make("stepped", schedule=TEN, first=3, every=2, last=6), 7),
    (make("stepped", schedule=TEN, first=3, every=2, last=7), 8),
    (make("stepped", schedule=FLAT, first=3, every=2), None),
    (make("noisy", schedule=TEN, stop=3), 10),
    (make("recurrence", lr=0.3, parts=[LINE, TEN]), 10),
    (make("recurrence", lr=0.3, parts=[TEN, FLAT]), None),
    (make("plateau", lr=0.3, metrics=[3, 2, 1]), 3),
]


@pytest.mark.parametrize(
    ("schedule", "length"), LENGTHS, ids=lambda value: getattr(value, "type", str(value))
)
def test_the_length_is_the_hand_worked_one(schedule: Schedule, length: float | None) -> None:
    assert schedule.length == length


PHASES: list[tuple[Schedule, int, list[tuple[str, int, int]]]] = [
    (TEN, 20, []),
    (WSD, 15, [("stable", 0, 12), ("decay", 12, 15)]),
    (WSD, 12, [("stable", 0, 12)]),
    (make("wsd", lr=0.3, total_steps=9.5, decay_steps=3.0), 30, [("stable", 0, 7), ("decay", 7, 10)]),
    (CYCLE, 12, [("warm-up", 0, 2), ("decay", 2, 10)]),
    (
        make("onecycle", max_lr=0.3, total_steps=10, pct_start=0.35),
        12,
        [("warm-up", 0, 3), ("decay", 3, 10)],
    ),
    (
        make("onecycle", max_lr=0.3, total_steps=20, three_phase=True),
        30,
        [("warm-up", 0, 5), ("decay", 5, 10), ("annihilation", 10, 20)],
    ),
    (make("onecycle", max_lr=0.3, total_steps=10, pct_start=0.0), 12, [("decay", 0, 10)]),
    (make("onecycle", max_lr=0.3, total_steps=10, pct_start=1.0), 12, [("warm-up", 0, 9), ("decay", 9, 10)]),
    (make("warmup", schedule=FLAT, steps=3), 10, [("warm-up", 0, 3), ("constant", 3, 10)]),
    (make("warmup", schedule=FLAT, steps=3), 3, [("warm-up", 0, 3)]),
    (make("warmup", schedule=WSD, steps=4), 30, [("warm-up", 0, 4), ("stable", 4, 16), ("decay", 16, 24)]),
    (
        make("warmup", schedule=WSD, steps=4, prefix=False),
        30,
        [("warm-up", 0, 4), ("stable", 4, 12), ("decay", 12, 20)],
    ),
    (make("warmup", schedule=WSD, steps=14, prefix=False), 30, [("warm-up", 0, 14), ("decay", 14, 20)]),
    (make("sequence", parts=[FLAT, TEN], lengths=[5]), 12, [("constant", 0, 5), ("linear", 5, 12)]),
    (make("sequence", parts=[FLAT, TEN], lengths=[5]), 5, [("constant", 0, 5)]),
    (
        make("sequence", parts=[TEN, WSD, FLAT], lengths=[5, 15]),
        30,
        [("linear", 0, 5), ("stable", 5, 17), ("decay", 17, 20), ("constant", 20, 30)],
    ),
    (make("epochwise", schedule=WSD, steps_per_epoch=3), 100, [("stable", 0, 36), ("decay", 36, 60)]),
    (make("epochwise", schedule=WSD, steps_per_epoch=3), 37, [("stable", 0, 36), ("decay", 36, 37)]),
    (make("excerpt", schedule=WSD, start=3), 15, [("stable", 0, 9), ("decay", 9, 15)]),
    (make("excerpt", schedule=WSD, start=13), 15, [("decay", 0, 7)]),
    # the last step that is asked for is 14, at 11, and its rate is held
    (make("excerpt", schedule=WSD, start=3, end=14), 30, [("stable", 0, 9), ("decay", 9, 12)]),
    (make("excerpt", schedule=WSD, stride=2), 30, [("stable", 0, 6), ("decay", 6, 10)]),
    (
        make("stepped", schedule=WSD, first=3, every=2, start=0),
        100,
        [("constant", 0, 3), ("stable", 3, 27), ("decay", 27, 43)],
    ),
    (make("noisy", schedule=WSD), 30, [("stable", 0, 12), ("decay", 12, 20)]),
    (make("product", lr=0.3, factors=[FLAT, WSD]), 30, [("stable", 0, 12), ("decay", 12, 20)]),
    (make("recurrence", lr=0.3, parts=[FLAT, WSD]), 30, [("stable", 0, 12), ("decay", 12, 20)]),
]


@pytest.mark.parametrize(
    ("schedule", "until", "phases"), PHASES, ids=lambda value: getattr(value, "type", "")
)
def test_the_phases_are_the_hand_worked_ones(
    schedule: Schedule, until: int, phases: list[tuple[str, int, int]]
) -> None:
    assert [(phase.name, phase.start, phase.stop) for phase in schedule.phases(until)] == phases


def test_a_phase_that_begins_at_the_end_is_cut_off() -> None:
    assert clip_phases(WSD.phases(30), 12) == WSD.phases(12)


# Of CYCLE: 0.95 at 0, 0.85 at 2, back to 0.95 at 9, its middle at 5.5.
MOMENTA: list[tuple[Schedule, dict[int, float]]] = [
    (CYCLE, {0: 0.95, 1: 0.9, 2: 0.85, 9: 0.95, 50: 0.95}),
    (
        make("onecycle", max_lr=0.3, total_steps=20, three_phase=True),
        {0: 0.95, 5: 0.85, 10: 0.95, 15: 0.95, 19: 0.95},
    ),
    (cyclic(step_size_down=2.0), {0: 0.9, 2: 0.85, 4: 0.8, 5: 0.85, 6: 0.9, 10: 0.8}),
    (make("excerpt", schedule=CYCLE, start=1, end=2), {0: 0.9, 1: 0.85, 9: 0.85}),
    (make("epochwise", schedule=CYCLE, steps_per_epoch=3), {2: 0.95, 3: 0.9, 6: 0.85}),
    (make("stepped", schedule=CYCLE, first=4), {3: 0.95, 4: 0.9, 5: 0.85}),
    (make("noisy", schedule=CYCLE), {0: 0.95, 1: 0.9, 2: 0.85}),
    (make("warmup", schedule=CYCLE, steps=2, prefix=False), {0: 0.95, 1: 0.95, 2: 0.85}),
    (make("product", lr=0.3, factors=[FLAT, CYCLE]), {0: 0.95, 2: 0.85}),
    (make("recurrence", lr=0.3, parts=[cyclic(), CYCLE, FLAT]), {0: 0.95, 2: 0.85}),
    # held from the last step of a part, where that part's momentum is on its way
    (
        make("sequence", parts=[FLAT, CYCLE, FLAT], lengths=[4, 2]),
        {0: 0.95, 3: 0.95, 4: 0.95, 5: 0.9, 6: 0.9, 99: 0.9},
    ),
]


@pytest.mark.parametrize(("schedule", "values"), MOMENTA, ids=lambda value: getattr(value, "type", ""))
def test_the_momentum_is_the_hand_worked_one(schedule: Schedule, values: dict[int, float]) -> None:
    momentum = schedule.momentum
    assert momentum is not None
    assert momentum.momentum is None
    np.testing.assert_allclose(momentum(list(values)), list(values.values()), rtol=1e-13)


@pytest.mark.parametrize(
    "schedule",
    [
        cyclic(cycle_momentum=False),
        make("onecycle", max_lr=0.3, total_steps=10, cycle_momentum=False),
        make("excerpt", schedule=FLAT, start=1),
        make("epochwise", schedule=FLAT, steps_per_epoch=3),
        make("stepped", schedule=FLAT),
        make("warmup", schedule=FLAT, steps=2),
        make("product", lr=0.3, factors=[FLAT, LINE]),
        make("recurrence", lr=0.3, parts=[FLAT, LINE]),
        make("noisy", schedule=FLAT),
    ],
    ids=lambda schedule: schedule.type,
)
def test_where_no_part_has_a_momentum_the_whole_has_none(schedule: Schedule) -> None:
    assert schedule.momentum is None


def test_two_factors_with_a_momentum_are_refused() -> None:
    with pytest.raises(ScheduleError, match="at most one factor of a product may move momentum"):
        make("product", lr=0.3, factors=[CYCLE, FLAT, cyclic()])


HALVED = make("multiplicative", lr=0.8, factor="0.5", plus="0.1")
RESET = make("stepped", schedule=make("constant", lr=0.8), first=3, every=3, last=7)


@pytest.mark.parametrize(
    ("parts", "rates"),
    [
        # ½ · 0.8 + 0.1, …; at 3 and 6 set to 0.8, no more at 9
        ([HALVED, RESET], [0.8, 0.5, 0.35, 0.8, 0.5, 0.35, 0.8, 0.5, 0.35, 0.275]),
        # set first, then halved: ½ · 0.8 + 0.1 = 0.5 at 3 and 6
        ([RESET, HALVED], [0.8, 0.5, 0.35, 0.5, 0.35, 0.275, 0.5, 0.35, 0.275, 0.2375]),
        ([make("multiplicative", lr=0.8, factor="0 if t == 2 else 2", plus="0.3")], [0.8, 1.9, 0.3, 0.9]),
        # its own steps 1, 2, … are called at 2, 4, …
        (
            [make("multiplicative", lr=0.8, factor="2"), make("stepped", schedule=OFTEN, first=2, every=2)],
            [0.8, 1.6, 0.2, 0.4, 0.1, 0.2, 0.05],
        ),
        ([LINE], [0.8, 0.225, 0.15, 0.075, 0.0, 0.0]),
    ],
)
def test_what_acts_on_the_current_rate_does_so_in_order(parts: list[Schedule], rates: list[float]) -> None:
    whole = make("recurrence", lr=0.8, parts=parts)
    np.testing.assert_allclose(whole(np.arange(len(rates))), rates, rtol=1e-14)
    nested = make("recurrence", lr=0.8, parts=[whole])
    np.testing.assert_allclose(nested.table(len(rates)), rates, rtol=1e-14)
    assert whole.total(len(rates)) == pytest.approx(sum(rates), rel=1e-14)
    assert whole.total(3) == pytest.approx(sum(rates[:3]), rel=1e-14)
    assert whole.total(0) == 0
    out = np.empty(2)
    whole.fill(out, 1)
    np.testing.assert_allclose(out, rates[1:3], rtol=1e-14)
    assert whole([]).shape == (0,)


# Of each schedule inside: its name, the outer step of its own 0, outer steps in one, where it is asked.
PLACES: list[tuple[Schedule, list[tuple[str, int, int, int, int | None]]]] = [
    (
        make("recurrence", lr=0.8, parts=[HALVED, RESET]),
        [("parts[0]", 0, 1, 1, None), ("parts[1]", 0, 1, 1, None)],
    ),
    (
        make("product", lr=0.3, factors=[LINE, TEN]),
        [("factors[0]", 0, 1, 0, None), ("factors[1]", 0, 1, 0, None)],
    ),
    (make("noisy", schedule=TEN, start=3), [("schedule", 0, 1, 0, None)]),
    (
        make("sequence", parts=[LINE, TEN, FLAT], lengths=[5, 3]),
        [("parts[0]", 0, 1, 0, 5), ("parts[1]", 5, 1, 5, 8), ("parts[2]", 8, 1, 8, None)],
    ),
    (make("warmup", schedule=TEN, steps=4), [("schedule", 4, 1, 4, None)]),
    (make("warmup", schedule=TEN, steps=4, prefix=False), [("schedule", 0, 1, 4, None)]),
    (make("epochwise", schedule=TEN, steps_per_epoch=3), [("schedule", 0, 3, 0, None)]),
    (make("excerpt", schedule=TEN, start=3), [("schedule", -3, 1, 0, None)]),
    (make("excerpt", schedule=TEN, start=3, end=5), [("schedule", -3, 1, 0, 3)]),
    (make("excerpt", schedule=TEN, start=3, stride=2), []),
    # its own step 1 at 4, so 0 at 2
    (make("stepped", schedule=TEN, first=4, every=2, last=9), [("schedule", 2, 2, 4, 10)]),
    (make("stepped", schedule=TEN, first=4, every=2, start=3), [("schedule", -2, 2, 4, None)]),
]


@pytest.mark.parametrize(("schedule", "inside"), PLACES, ids=lambda value: getattr(value, "type", ""))
def test_what_is_inside_stands_where_it_does(
    schedule: Schedule, inside: list[tuple[str, int, int, int, int | None]]
) -> None:
    places = schedule.inside()
    assert [(place.name, place.origin, place.each, place.start, place.stop) for place in places] == inside


def test_of_places_in_places_the_narrower_stretch_holds() -> None:
    # Epochs of 4, asked to step 30; in them two parts, the second from epoch 3, step 12, to epoch 5, step 20.
    parts = make("sequence", parts=[LINE, TEN, FLAT], lengths=[3, 2])
    outer = Nested(make("epochwise", schedule=parts, steps_per_epoch=4), stop=18)
    (whole,) = outer.inside()
    assert (whole.origin, whole.each, whole.start, whole.stop) == (0, 4, 0, 18)
    found = [(place.origin, place.each, place.start, place.stop) for place in whole.inside()]
    assert found == [(0, 4, 0, 12), (12, 4, 12, 18), (20, 4, 20, 18)]
    assert [list(place.own) for place in whole.inside()] == [[0, 1, 2], [0, 1], []]
    assert whole.inside()[1].step(1) == 16
    nested = Nested(make("epochwise", schedule=whole.schedule, steps_per_epoch=2), each=4, stop=99).inside()
    assert [place.each for place in nested] == [8]


@pytest.mark.parametrize(
    ("parameters", "rates"),
    [
        ({"plus": "0.1 * t"}, [0.3, 0.25, 0.325]),
        ({"plus": "0.2", "from_zero": True}, [0.35, 0.375, 0.3875]),
        ({"plus": "0.1 * epoch", "steps_per_epoch": 2}, [0.3, 0.2, 0.2]),
    ],
)
def test_an_addend_comes_after_the_factor(parameters: dict[str, object], rates: list[float]) -> None:
    schedule = make("multiplicative", lr=0.3, factor="0.5", **parameters)
    np.testing.assert_allclose(schedule([0, 1, 2]), rates, rtol=1e-14)
    assert schedule.total(3) == pytest.approx(sum(rates), rel=1e-14)
    assert schedule.total(0) == 0


def test_what_rounding_leaves_below_zero_is_zero_and_what_is_below_is_refused() -> None:
    # 0.3 - 0.1 - 0.1 - 0.1 is -2.8e-17 in float64
    falling_by = make("multiplicative", lr=0.3, factor="1", plus="-0.1")
    assert falling_by(3) == 0
    assert make("recurrence", lr=0.3, parts=[falling_by])(3) == 0
    with pytest.raises(StepError, match=r"multiplicative: the rate at step 4 would be -0\.1"):
        falling_by.table(6)
    grown = make("multiplicative", lr=0.0, factor="1", plus="0.3 if t == 1 else -0.1")
    assert grown(4) == 0
    # no rounding error of a rate of 5 is 1e-12
    with pytest.raises(StepError, match=r"the rate at step 1 would be -1e-12"):
        make("multiplicative", lr=5.0, factor="0", plus="-1e-12").table(2)
    with pytest.raises(StepError, match=r"no finite rate at step 2: it is beyond 1e300"):
        make("multiplicative", lr=1e100, factor="1e110").table(4)


@pytest.mark.parametrize(
    ("parameters", "rates"),
    [
        # OFTEN halves 0.4 each step; before `first` it stands at its step before `start`
        ({"first": 2, "every": 3, "start": 2}, [0.2, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05]),
        ({"first": 2, "every": 3, "start": 0}, [0.4, 0.4, 0.4, 0.4, 0.4, 0.2, 0.2]),
        ({"first": 1, "last": 3}, [0.4, 0.2, 0.1, 0.05, 0.05, 0.05, 0.05]),
        ({"first": 2, "every": 2, "last": 5}, [0.4, 0.4, 0.2, 0.2, 0.1, 0.1, 0.1]),
        ({"first": 2, "last": 2}, [0.4, 0.4, 0.2, 0.2, 0.2, 0.2, 0.2]),
    ],
)
def test_a_schedule_that_is_stepped_now_and_then(parameters: dict[str, object], rates: list[float]) -> None:
    schedule = make("stepped", schedule=OFTEN, **parameters)
    np.testing.assert_allclose(schedule(np.arange(7)), rates, rtol=1e-15)
    np.testing.assert_allclose(schedule.table(7), rates, rtol=1e-15)
    out = np.empty(5)
    schedule.fill(out, 2)
    np.testing.assert_allclose(out, rates[2:], rtol=1e-15)


def test_a_schedule_says_how_it_acts_on_a_rate() -> None:
    steps = np.arange(1.0, 7.0)
    times, plus = make("stepped", schedule=OFTEN, first=2, every=2, last=4).update(steps)
    assert (times.tolist(), plus.tolist()) == ([1, 0, 1, 0, 1, 1], [0, 0.2, 0, 0.1, 0, 0])
    times, plus = OFTEN.update(steps)
    assert (times.tolist(), plus.tolist()) == ([0] * 6, [0.4 * 0.5**t for t in range(1, 7)])


@pytest.mark.parametrize(
    ("type_name", "parameters", "said"),
    [
        ("stepped", {"schedule": FLAT, "first": 3, "last": 2}, "last must be ≥ first (3), got 2"),
        ("excerpt", {"schedule": FLAT, "start": 3, "end": 2}, "end must be ≥ start (3), got 2"),
        ("noisy", {"schedule": FLAT, "start": 3, "stop": 2}, "stop must be ≥ start (3), got 2"),
        ("noisy", {"schedule": FLAT, "std": 10.0, "limit": 0.009}, "limit must be ≥ 0.001 of std (10)"),
        ("multiplicative", {"lr": 0.1, "factor": "1", "plus": "t +"}, "not an expression"),
        ("product", {"lr": 0.0, "factors": [FLAT]}, "lr must be > 0 in a product"),
    ],
)
def test_what_contradicts_itself_is_refused(type_name: str, parameters: dict[str, object], said: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        make(type_name, **parameters)
    assert said in str(refused.value)


def test_bounds_that_are_equal_are_none_of_a_mistake() -> None:
    assert make("stepped", schedule=FLAT, first=3, last=3).last == 3
    assert make("excerpt", schedule=FLAT, start=3, end=3)(9) == 0.3
    assert make("noisy", schedule=FLAT, start=3, stop=3).table(9).tolist() == [0.3] * 9
    assert make("noisy", schedule=FLAT, std=10.0, limit=0.01)(5) == pytest.approx(0.3, rel=0.01)


# torch.Generator().manual_seed(seed), then torch.randn(1) times std until it is smaller than limit (torch 2.13).
DRAWN = [
    (42, 1.0, 0.67, 0.33669036626815796),
    (42, 1.0, 0.2, 0.12880940735340118),
    (0, 0.5, 0.67, -0.146714448928833),
    (123456789, 1.0, 0.67, 0.11027836799621582),
    (2**31 + 5, 2.0, 0.3, -0.23280520737171173),
    # the 83rd draw, the 111th, the 113th and the 114th; the 1859th
    (7, 1.0, 0.05, 0.023187236860394478),
    (174, 1.0, 0.012, 0.0022592886816710234),
    (205, 1.0, 0.012, -0.009825170040130615),
    (171, 1.0, 0.012, -0.0003726792347151786),
    (3, 1.0, 0.001, 0.0005503436550498009),
]


@pytest.mark.parametrize(("seed", "std", "limit", "drawn"), DRAWN)
def test_a_draw_is_pytorchs(seed: int, std: float, limit: float, drawn: float) -> None:
    assert limited_normals(np.array([seed]), std, limit).tolist() == [drawn]


def test_many_draws_are_those_of_each_seed() -> None:
    # as above, of 4095, 4096 and 4999
    drawn = limited_normals(np.arange(5000), 1.0, 0.67)[[42, 4095, 4096, 4999]]
    assert drawn.tolist() == [
        0.33669036626815796,
        -0.4359546899795532,
        0.5976808667182922,
        -0.1929781287908554,
    ]


def test_noise_is_a_share_of_the_rate_at_some_steps() -> None:
    # Seeds 42 and 4095 at steps 0 and 4053; the first draw of 42 is over 0.2, the next is not.
    noisy = make("noisy", schedule=FLAT, std=0.5)
    np.testing.assert_allclose(
        noisy([0, 4053]), 0.3 * (1 + 0.5 * np.array([0.33669036626815796, -0.4359546899795532])), rtol=1e-15
    )
    assert make("noisy", schedule=FLAT, limit=0.2)(0) == 0.3 * (1 + 0.12880940735340118)
    shaken = make("noisy", schedule=FLAT, start=3, stop=6).table(9) != 0.3
    assert shaken.tolist() == [False, False, False, True, True, True, False, False, False]
    with pytest.raises(StepError, match="noisy: the rate at step"):
        make("noisy", schedule=FLAT, std=3.0, limit=5.0).table(20)


@pytest.mark.parametrize(
    ("window", "holds"), [((1, 2, 2), False), ((2, 2, 1), False), ((1, 2, 1), True), ((2, 2, 2), False)]
)
def test_a_metric_that_stays_does_not_oscillate(window: tuple[float, ...], *, holds: bool) -> None:
    assert Rule(when="oscillating", window=3, hold=True).holds(window) is holds


def test_a_difference_counts_above_by_and_not_at_it() -> None:
    for when, window in {"improving": (3, 2), "rising": (2, 3), "oscillating": (1, 2, 1)}.items():
        assert not Rule(when=when, window=len(window), by=1, hold=True).holds(window)
        assert Rule(when=when, window=len(window), by=0.99, hold=True).holds(window)
    assert Rule(when="stalled", window=2, by=1, hold=True).holds((3, 2))
    assert not Rule(when="stalled", window=2, by=0.99, hold=True).holds((3, 2))


@pytest.mark.parametrize(
    ("mode", "best", "bad"),
    [("min", [2, 2, 1, 1, 1], [0, 1, 0, 1, 2]), ("max", [2, 3, 3, 3, 3], [0, 0, 1, 2, 3])],
)
def test_a_callback_remembers_the_best_metric(mode: str, best: list[float], bad: list[int]) -> None:
    rules = [{"when": "stalled", "window": 9, "multiply": 0.5}]
    rows = list(Callback(lr=0.1, metrics=[2, 3, 1, float("nan"), 1], rules=rules, mode=mode).trace(5))
    assert ([row.best for row in rows], [row.bad for row in rows]) == (best, bad)


def test_before_the_first_metric_nothing_is_remembered() -> None:
    rules = [{"when": "stalled", "window": 9, "multiply": 0.5}]
    assert Callback(lr=0.1, metrics=[1], rules=rules).start() == (0.1, None, 0, 0, (), "")
    start = make("greedy", lr=0.1, metrics=[1], mode="max", reset_start=7).start()
    assert start == (0.1, -math.inf, 7, 0, 0, 0, 0, (), 0.0, "")
    assert make("plateau", lr=0.1, metrics=[1]).start() == (0.1, math.inf, 0, 0, "")
    assert make("plateau", lr=0.1, metrics=[1], mode="max", rule="mmengine").start() == (0.1, -1e9, 0, 0, "")
    assert make("plateau", lr=0.1, metrics=[1], rule="keras").start() == (0.1, None, 0, 0, "")


def test_a_callback_keeps_between_its_bounds_and_says_where_it_cannot_move() -> None:
    rules = [
        {"when": "rising", "window": 2, "multiply": 4},
        {"when": "improving", "window": 2, "multiply": 0.25},
    ]
    rated = Callback(lr=0.1, metrics=[1, 2, 1, 2, 1, 0, 1, 0], rules=rules, min_lr=0.05, max_lr=0.2)
    assert rated.table(9).tolist() == [0.1, 0.1, 0.2, 0.2, 0.2, 0.2, 0.05, 0.05, 0.05]
    rows = list(rated.trace(8))
    assert rows[3].cause == "rising over 2, but at max_lr already"
    assert rows[7].cause == "improving over 2, but at min_lr already"
    for lr, others in (
        (0.2, {"max_lr": 0.1}),
        (0.1, {"min_lr": 0.2}),
        (0.1, {"min_lr": 0.2, "max_lr": 0.05}),
    ):
        with pytest.raises(ScheduleError):
            Callback(lr=lr, metrics=[1], rules=rules, **others)
    assert Callback(lr=0.1, metrics=[1], rules=rules, min_lr=0.1, max_lr=0.1)(0) == 0.1


def greedy(**parameters: object) -> list[float]:
    metrics = parameters.pop("metrics")
    schedule = make("greedy", **{"lr": 0.4, "metrics": metrics, "patience": 0, "factor": 0.5, **parameters})
    return schedule.table(len(metrics) + 1).tolist()  # type: ignore[arg-type]


def test_greedy_raises_and_lowers_by_hand() -> None:
    # each better one doubles, each other halves; 1 is the most and 1e-3 the least there is
    assert greedy(metrics=[5, 4, 4, 4]) == [0.4, 0.8, 1.0, 0.5, 0.25]
    assert greedy(metrics=[5, 4, 6, 6], mode="max") == [0.4, 0.8, 0.4, 0.8, 0.4]
    # better is 1 below 5, or a fifth: 4 is neither, 3.9 is both
    for threshold, mode in ((1.0, "abs"), (0.2, "rel")):
        by = {"threshold": threshold, "threshold_mode": mode, "max_lr": 9.0}
        assert greedy(metrics=[5, 4], **by) == [0.4, 0.8, 0.4]
        assert greedy(metrics=[5, 3.9], **by) == [0.4, 0.8, 1.6]
        assert greedy(metrics=[5, 6], mode="max", **by) == [0.4, 0.8, 0.4]
        assert greedy(metrics=[5, 6.1], mode="max", **by) == [0.4, 0.8, 1.6]
    # two metrics are passed over after a lowering, one after a raising
    assert greedy(metrics=[5, 6, 6, 6, 6], cooldown=2) == [0.4, 0.8, 0.4, 0.4, 0.4, 0.2]
    assert greedy(metrics=[5, 6, 6, 6, 6], rise_cooldown=2) == [0.4, 0.8, 0.8, 0.8, 0.4, 0.2]
    assert greedy(metrics=[5, 6, 6, 6], rise_cooldown=1) == [0.4, 0.8, 0.8, 0.4, 0.2]
    # the two metrics that are one too many are counted anew after what was passed over
    patient = {"patience": 1, "max_lr": 9.0}
    assert greedy(metrics=[5, 4, 3, 2, 1], rise_cooldown=1, **patient) == [0.4, 0.4, 0.8, 0.8, 0.8, 1.6]
    assert greedy(metrics=[5, 6, 6, 6, 6, 6], cooldown=1, **patient) == [0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.1]
    assert greedy(metrics=[5, 6, 6, 6, 4, 3], cooldown=1, **patient) == [0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.4]
    assert greedy(metrics=[5, 4, 3, 9, 9], rise_cooldown=1, **patient) == [0.4, 0.4, 0.8, 0.8, 0.8, 0.4]
    # a change of 0.4 is not made where that is eps, nor one that max_lr leaves nothing of
    assert greedy(metrics=[5, 4], eps=0.4, max_lr=9.0) == [0.4, 0.4, 0.4]
    assert greedy(metrics=[5, 4], eps=0.39, max_lr=9.0) == [0.4, 0.8, 1.6]
    # the second lowering at 0.2 makes it new: rate and best are those of the start
    assert greedy(metrics=[5, 6, 6, 6, 6, 6], min_lr=0.2, reset_start=2) == [
        0.4,
        0.8,
        0.4,
        0.2,
        0.4,
        0.8,
        0.4,
    ]


def test_a_mean_of_the_last_metrics_is_observed() -> None:
    # of three: 6, 5, 4, 3 and 2 + 2/3, then 4
    assert greedy(metrics=[6, 4, 2, 3, 3, 6], smooth=True, window_size=3, max_lr=99.0) == [
        0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 6.4,
    ]  # fmt: skip


def plateau(**parameters: object) -> list[float]:
    metrics = parameters.pop("metrics")
    schedule = make("plateau", lr=0.4, metrics=metrics, factor=0.5, **parameters)
    return schedule.table(len(metrics) + (schedule.ahead == 0)).tolist()  # type: ignore[arg-type, attr-defined]


def test_each_rule_passes_over_two_metrics_after_a_drop_in_its_own_way() -> None:
    worse = {"metrics": [5, 6, 6, 6, 6, 6], "patience": 1, "cooldown": 2}
    # two bad ones are more than 1; then two are passed over
    assert plateau(**worse) == [0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.2]
    assert plateau(**worse, rule="mmengine") == plateau(**worse)
    assert plateau(**worse, rule="timm", mode="min") == plateau(**worse)
    assert plateau(**worse, rule="paddle") == plateau(**worse)
    # one bad one is enough for Keras, and the second of the two passed over counts again
    assert plateau(**worse, rule="keras") == [0.4, 0.4, 0.2, 0.2, 0.1, 0.1, 0.05]
    two = {"metrics": [5] + [6] * 6, "patience": 2, "cooldown": 1, "rule": "keras"}
    assert plateau(**two) == [0.4, 0.4, 0.4, 0.2, 0.2, 0.1, 0.1, 0.05]
    # and for Optax, which has seen a step's own metric
    assert plateau(**worse, rule="optax") == [0.4, 0.2, 0.2, 0.2, 0.1, 0.1]
    longer = {**worse, "metrics": [5] + [6] * 8}
    assert plateau(**longer)[5:] == [0.2, 0.2, 0.1, 0.1, 0.1]
    assert plateau(**longer, rule="paddle") == plateau(**longer)


# Of a metric that is better or not, and one that is not: with a patience of 1 the second bad one in a row is too
# many, in Keras and Optax the first.
AFTER = {
    "pytorch": ([0.4, 0.4, 0.4, 0.4], [0.4, 0.4, 0.4, 0.2]),
    "keras": ([0.4, 0.4, 0.4, 0.2], [0.4, 0.4, 0.2, 0.1]),
    "optax": ([0.4, 0.4, 0.2], [0.4, 0.2, 0.1]),
}


@pytest.mark.parametrize("rule", ["pytorch", "mmengine", "timm", "paddle", "keras", "optax"])
def test_a_metric_is_better_by_more_than_the_threshold(rule: str) -> None:
    better, worse = AFTER.get(rule, AFTER["pytorch"])
    ways = []
    if rule != "timm":
        ways.append({"threshold": 1.0, "threshold_mode": "abs"})
    if rule != "keras":
        ways.append({"threshold": 0.2, "threshold_mode": "rel"})
    for by in ways:
        for metric, rates in ((3.9, better), (4.0, worse), (4.1, worse)):
            assert plateau(metrics=[5, metric, 9], patience=1, rule=rule, mode="min", **by) == rates
        for metric, rates in ((6.1, better), (6.0, worse), (5.9, worse)):
            if rule != "optax":
                assert plateau(metrics=[5, metric, 1], patience=1, rule=rule, mode="max", **by) == rates


def test_the_changes_far_away_are_known_at_once() -> None:
    # more than 1500 bad metrics after the first: the 1501st after step 1501
    far = make("plateau", lr=0.4, formula="t", patience=1500, factor=0.5)
    assert far.knots(5000).few == (1502, 3003, 4504)
    assert [change.step for change in make("plateau", lr=0.4, formula="t", patience=1500).changes(4504)] == [
        1502,
        3003,
    ]


def test_an_optax_rule_asked_further_has_seen_each_steps_own_metric() -> None:
    # The metric after step 1024 is the 1024th that is no better than the first.
    asked = make("plateau", lr=0.4, formula="t", patience=1024, factor=0.5, rule="optax")
    assert [asked(5), asked(1023), asked(1024)] == [0.4, 0.4, 0.2]


def test_where_a_clock_counts_epochs_one_step_is_one() -> None:
    by_epoch = Clock(horizon=100, steps_per_epoch=5).by_epoch()
    assert Context(lr=0.1, length=20, clock=by_epoch).steps_per_epoch == 1
    assert Context(lr=0.1, length=20, clock=Clock(100, 5)).steps_per_epoch == 5


def lengths_inside(
    type_name: str, length: float | None, parts: int = 1, **given: object
) -> list[float | None]:
    around = Context(lr=0.1, length=length, clock=Clock(100, 5))
    inside = schedule_class(type_name).contexts(around, given, parts)
    return [context.length for context in inside]


def test_a_schedule_inside_inherits_the_length_that_is_left_for_it() -> None:
    assert lengths_inside("sequence", 20, parts=0, lengths=[5, 3]) == [5, 3, 12]
    assert lengths_inside("sequence", 9, parts=0, lengths=[5, 3]) == [5, 3, 1]
    assert lengths_inside("sequence", 8, parts=0, lengths=[5, 3]) == [5, 3, None]
    assert lengths_inside("sequence", None, parts=0, lengths=[5]) == [5, None]
    assert lengths_inside("warmup", 20, steps=5) == [15]
    assert lengths_inside("warmup", 20, steps=19) == [1]
    assert lengths_inside("warmup", 20, steps=20) == [None]
    assert lengths_inside("warmup", 20, steps=5, prefix=False) == [20]
    assert lengths_inside("warmup", None, steps=5) == [None]
    assert lengths_inside("epochwise", 20, steps_per_epoch=7) == [3]
    assert lengths_inside("epochwise", 21, steps_per_epoch=1) == [21]
    assert lengths_inside("epochwise", None, steps_per_epoch=7) == [None]
    assert lengths_inside("epochwise", 20) == [20]
    assert lengths_inside("epochwise", 20, steps_per_epoch=0) == [20]
    assert lengths_inside("excerpt", 10, start=3, stride=2) == [23]
    assert lengths_inside("excerpt", 10) == [10]
    assert lengths_inside("excerpt", None, start=3) == [None]
    assert lengths_inside("stepped", 10, first=3) == [None]
    assert lengths_inside("product", 10, parts=2) == [10, 10]


def test_a_schedule_inside_inherits_the_metrics_from_its_first_step_on() -> None:
    around = Context(lr=0.1, length=9, clock=Clock(9), metrics=tuple(range(9)))
    parts = schedule_class("sequence").contexts(around, {"lengths": [2, 3]}, 0)
    assert [part.metrics[0] for part in parts] == [0, 2, 5]
    (warmed,) = schedule_class("warmup").contexts(around, {"steps": 4}, 1)
    assert warmed.metrics == (4, 5, 6, 7, 8)
    (epochs,) = schedule_class("epochwise").contexts(around, {"steps_per_epoch": 4}, 1)
    assert epochs.clock == Clock(3, 4, "epochs")


def test_what_begins_later_sees_the_later_metrics() -> None:
    around = Context(lr=0.1, length=20, clock=Clock(100), metrics=(3.0, 2.0, 1.0))
    assert around.later(1).metrics == (2.0, 1.0)
    assert around.later(0) == around
    formula = Context(lr=0.1, length=20, clock=Clock(100), metrics="t")
    assert formula.later(0).metrics == "t"
    assert formula.later(4).metrics != "t"


# A bare name is its documented defaults: lr 0.1, gamma 0.1, half way down at half the run.
NAMED: dict[str, tuple[int, dict[int, float]]] = {
    "constant": (100, {99: 0.1}),
    "step": (100, {29: 0.1, 30: 0.01, 60: 0.001}),
    "multistep": (200, {59: 0.1, 60: 0.01, 120: 0.001, 160: 0.0001}),
    "piecewise": (200, {59: 0.1, 60: 0.02, 120: 0.004, 160: 0.0008}),
    "exponential": (100, {2: 0.1 * 0.95**2}),
    "inverse_time": (100, {20: 0.05}),
    "linear": (1000, {500: 0.05}),
    "polynomial": (1000, {250: 0.075}),
    "cosine": (1000, {500: 0.05}),
    "cosine_restarts": (50, {5: 0.05, 10: 0.1}),
    "cyclic": (20_000, {0: 0.001, 1000: 0.0505, 2000: 0.1}),
    "onecycle": (1000, {0: 0.004, 299: 0.1, 999: 4e-7}),
    "inverse_sqrt": (10_000, {3000: 0.05}),
    "wsd": (1000, {800: 0.1, 900: 0.05}),
    "rex": (1000, {500: 0.2 / 3}),
    "lambda": (100, {9: 0.1, 10: 0.01, 49: 0.01, 50: 0.001}),
    "multiplicative": (100, {2: 0.1 * 0.95**2}),
    "sequence": (1000, {299: 0.1, 650: 0.05}),
    "product": (1000, {500: 0.05 * 0.5**2.5}),
    "warmup": (1000, {0: 0.0, 50: 0.05, 100: 0.1}),
    "epochwise": (1000, {499: 0.1 * math.cos(9 * math.pi / 40) ** 2, 500: 0.05, 549: 0.05}),
    "excerpt": (1000, {500: 0.05}),
    "stepped": (100, {2: 0.1 * 0.95**2}),
    "recurrence": (1000, {249: 0.1 * 0.99**249, 250: 0.05, 251: 0.0495, 500: 0.05}),
    # the draw of seed 42, which is that of step 0; none from 60 % on
    "noisy": (300, {0: 0.1 * (1 + 0.33669036626815796), 180: 0.1 * math.cos(0.3 * math.pi) ** 2}),
    "warmup_cosine": (10_000, {500: 0.05, 1000: 0.1, 5500: 0.05}),
    "warmup_linear": (10_000, {500: 0.05, 1000: 0.1, 5500: 0.05}),
    "warmup_exponential": (10_000, {500: 0.05, 1000: 0.1, 1200: 0.095}),
    "noam": (20_000, {2000: 0.05, 4000: 0.1, 16_000: 0.05}),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_bare_name_is_its_documented_defaults(name: str) -> None:
    steps, rates = NAMED[name]
    (run,) = load(name)
    assert run.steps == steps
    np.testing.assert_allclose(run.schedule(list(rates)), list(rates.values()), rtol=1e-12)


def test_what_reacts_is_drawn_with_a_loss_that_falls_and_then_swings() -> None:
    # 0.3 + e^(-t/8) + 0.02 cos 3t, worked at 0, 8 and 80
    expected = [1.32, 0.3 + math.exp(-1) + 0.02 * math.cos(24), 0.3 + math.exp(-10) + 0.02 * math.cos(240)]
    for name in ("plateau", "callback", "greedy"):
        (run,) = load(name)
        assert run.steps == 100
        found = [run.schedule.observed(t, t + 1)[0] for t in (0, 8, 80)]
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    (run,) = load("callback")
    assert [(rule.when, rule.window, rule.by, rule.multiply, rule.hold) for rule in run.schedule.rules] == [
        ("oscillating", 5, 0.02, 0.5, False),
        ("stalled", 10, 0.0, None, True),
    ]
