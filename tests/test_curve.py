import numpy as np
import pytest
from examples import EXAMPLES, make

from lrplot.curve import Curve, pieces, sample, summarise
from lrplot.curve.summary import steps_above
from lrplot.run import Run
from lrplot.schedules.base import Schedule

TRILLION = 10**12


def test_a_step_falls_straight_down() -> None:
    drawn = sample(make("step", lr=0.3, step_size=30.0, gamma=0.5), 60)
    at = np.flatnonzero(drawn.steps == 30)
    assert drawn.rates[at].tolist() == [0.3, 0.15]


def test_a_turning_point_is_no_jump() -> None:
    triangle = make("cyclic", base_lr=0.1, max_lr=0.3, step_size_up=20.0)
    assert len(np.unique(sample(triangle, 200).steps)) == len(sample(triangle, 200).steps)


def test_a_restart_jumps_from_the_last_rate_really_used() -> None:
    drawn = sample(make("cosine_restarts", lr=0.1, T_0=10.0, eta_min=0.001), 50)
    at = np.flatnonzero(drawn.steps == 10)
    np.testing.assert_allclose(drawn.rates[at], [0.0034227024, 0.1], rtol=1e-7)
    assert drawn.rates.min() > 0.003


def test_a_lambda_of_levels_jumps() -> None:
    levels = make("lambda", lr=0.1, factor="1.0 if epoch < 10 else 0.1 if epoch < 50 else 0.01")
    drawn = sample(levels, 100)
    assert [int(step) for step in drawn.steps[np.flatnonzero(np.diff(drawn.steps) == 0)]] == [10, 50]


def test_a_billion_restarts_fill_the_picture_between_their_true_extremes() -> None:
    drawn = sample(make("cosine_restarts", lr=0.1, T_0=1000.0, eta_min=0.001), TRILLION, 500)
    edges = np.linspace(0, TRILLION, 501)
    column = np.searchsorted(edges, drawn.steps, side="right")
    lowest = make("cosine_restarts", lr=0.1, T_0=1000.0, eta_min=0.001)(999)
    for i in range(1, 501):
        inside = drawn.rates[column == i]
        assert inside.max() == 0.1
        assert inside.min() == lowest


def test_the_summary_of_a_billion_restarts_is_exact() -> None:
    summary = summarise(make("cosine_restarts", lr=0.1, T_0=1000.0), TRILLION)
    assert (summary.peak.value, summary.peak.step, summary.minimum.step) == (0.1, 0, 999)
    assert summary.mean.value == pytest.approx(0.1 * 1001 / 2000, rel=1e-12)
    assert summary.above_half.value == 500 * 10**9
    assert all(m.exact for m in (summary.peak, summary.minimum, summary.mean, summary.above_half))


def test_shrinking_triangles_are_counted_exactly() -> None:
    shrinking = make("cyclic", base_lr=0.0, max_lr=0.3, step_size_up=50.0, mode="exp_range", gamma=0.99999)
    small, large = summarise(shrinking, 200_000), summarise(shrinking, TRILLION)
    rates = shrinking.table(200_000)
    assert small.above_half.value == large.above_half.value == (rates > rates.max() / 2).sum()


def test_what_is_unknown_and_long_says_so() -> None:
    summary = summarise(make("lambda", lr=0.1, factor="exp(-t / 1e9 - 1e-12 * (t % 7))"), TRILLION)
    assert not summary.mean.exact
    assert not summary.above_half.exact
    assert not sample(make("lambda", lr=0.1, factor="1 + t % 2"), TRILLION).exact


def test_an_underflowing_stair_reaches_zero_at_its_first_step() -> None:
    stairs = make("step", lr=0.1, step_size=7.0, gamma=0.5)
    rates = stairs.table(20_000)
    assert summarise(stairs, TRILLION - 1).minimum.step == rates.argmin()


def test_pieces_join_equal_neighbours_and_leave_out_the_middle() -> None:
    found = pieces(make("step", lr=0.1, step_size=10.0, gamma=1.0), 50)
    assert [(piece.start, piece.stop) for piece in found] == [(0, 50)]
    many = pieces(make("step", lr=0.1, step_size=10.0, gamma=1 - 1e-12), TRILLION, 10)
    assert len(many) == 10
    assert sum(piece.skipped for piece in many) == 1
    assert many[-1].stop == TRILLION


# These scan every step, have too few metrics, or grow beyond float64.
_SHORT = ("lambda", "multipl", "recurrence", "growing", "plateau", "callback", "greedy")


@pytest.mark.parametrize("name", [name for name in EXAMPLES if not any(word in name for word in _SHORT)])
def test_a_trillion_steps_need_few_evaluations(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = EXAMPLES[name]
    evaluated = 0
    rate = type(schedule).rate

    def counted(self, t):  # type: ignore[no-untyped-def]
        nonlocal evaluated
        evaluated += t.size
        return rate(self, t)

    monkeypatch.setattr(type(schedule), "rate", counted)
    summarise(schedule, TRILLION)
    sample(schedule, TRILLION)
    assert evaluated < 6_000_000


def test_a_curve_knows_its_run() -> None:
    curve = Curve(Run("it", make("onecycle", max_lr=0.1, total_steps=50), 50))
    assert curve.summary().warmup.value == 14
    (panel,) = curve.panels()
    assert (panel.kind, panel.middle.rates[0]) == ("momentum", 0.95)
    assert Curve(Run("it", make("constant", lr=0.1), 50)).panels() == ()


# More than 65,536 knots in a window: they are counted by repeats, with what lies before and behind the whole ones.
_CROWDED = {
    "in threes": make("cosine_restarts", lr=0.1, T_0=3.0, eta_min=0.01),
    "shrinking": make("cosine_restarts", lr=0.1, T_0=3.0, decay=0.99999),
    "of two sides": make(
        "cyclic",
        base_lr=0.01,
        max_lr=0.1,
        step_size_up=1.0,
        step_size_down=2.0,
        mode="exp_range",
        gamma=0.99999,
    ),
    "fractional": make("step", lr=0.1, step_size=2.5, gamma=0.9999),
    "after a drop": make(
        "product",
        lr=0.1,
        factors=[
            make("multistep", lr=0.1, milestones=[1001.0], gamma=0.7),
            make("cosine_restarts", lr=0.1, T_0=3.0, eta_min=0.01),
        ],
    ),
    "behind a ramp": make(
        "warmup", schedule=make("cyclic", base_lr=0.0, max_lr=0.1, step_size_up=2.0), steps=7
    ),
}


@pytest.mark.parametrize("schedule", _CROWDED.values(), ids=_CROWDED.keys())
def test_crowded_repeats_are_counted_as_every_step_shows(schedule: Schedule) -> None:
    for until in (270_000, 270_001, 270_004):
        rates, summary = schedule.table(until), summarise(schedule, until)
        knots = schedule.knots(until)
        assert knots.unknown == ()
        assert any(window.starts() is None for window in knots.windows(until))
        for extreme, step in ((summary.peak, rates.argmax()), (summary.minimum, rates.argmin())):
            # A table promises 1e-14; at its step the curve itself has just this rate.
            assert (extreme.value, extreme.step) == (schedule(step), step)
            assert rates[step] == pytest.approx(extreme.value, rel=1e-14, abs=0)
        assert schedule.total(until) == pytest.approx(rates.sum(), rel=1e-12)
        for level in (0.0, 0.011, 0.03, 0.05, 0.09, 0.0999, 0.1, 1.0):
            above = steps_above(schedule, until, level)
            assert (above.value, above.exact) == ((rates > level).sum(), True)


_LOW = make("constant", lr=0.005)
_RISE = make("onecycle", max_lr=0.3, total_steps=30, div_factor=25.0)  # from 0.012, for 8 steps


@pytest.mark.parametrize(
    ("schedule", "steps"),
    [
        (_LOW, 0),
        (make("wsd", lr=0.1, total_steps=30.0, decay_steps=9.0), 0),
        (_RISE, 8),
        # a low rate that is held before the rise belongs to it, a high one or one that moves does not
        (make("sequence", parts=[_LOW, _RISE], lengths=[5]), 13),
        (make("sequence", parts=[_LOW, _RISE], lengths=[1]), 9),
        (make("sequence", parts=[make("constant", lr=0.012), _RISE], lengths=[5]), 13),
        (make("sequence", parts=[make("constant", lr=0.02), _RISE], lengths=[5]), 0),
        (make("sequence", parts=[make("linear", lr=0.005, end_lr=0.0, T_max=5.0), _RISE], lengths=[5]), 0),
        (
            make(
                "sequence",
                parts=[_LOW, make("linear", lr=0.1, end_lr=0.005, T_max=4.0), _RISE],
                lengths=[3, 5],
            ),
            0,
        ),
        (make("sequence", parts=[_LOW, _LOW], lengths=[5]), 0),
    ],
)
def test_a_warm_up_is_what_a_run_begins_with(schedule: Schedule, steps: int) -> None:
    assert summarise(schedule, 40).warmup.value == steps


def test_a_run_of_one_step_is_its_first_and_its_last() -> None:
    summary = summarise(make("cosine", lr=0.1, T_max=9.0), 1)
    assert (summary.first.step, summary.final.step, summary.minimum.step, summary.peak.step) == (0, 0, 0, 0)
    assert (summary.mean.value, summary.above_half.value) == (0.1, 1)


def test_a_level_that_goes_on_over_pieces_began_in_one_of_those_before() -> None:
    # Down to 0.01 at 10 by a line, then three pieces of that level; up again at the end.
    line = make("linear", lr=0.1, end_lr=0.01, T_max=10.0)
    level = make("constant", lr=0.01)
    joined = make("sequence", parts=[line, level, level, make("constant", lr=0.02)], lengths=[20, 5, 5])
    assert summarise(joined, 50).minimum.step == 10
    # A tie of two separate levels: the first of the two.
    apart = make("sequence", parts=[level, line, level], lengths=[3, 20])
    assert summarise(apart, 50).minimum.step == 0


def test_a_long_unknown_stretch_is_estimated_and_a_short_one_counted() -> None:
    half = make("lambda", lr=0.1, factor="t % 2")
    short = steps_above(half, 2**22, 0.05)
    assert (short.value, short.exact) == (2**21, True)
    # above 0.05 for the first half of 2^24, too many steps that are unknown
    half = make("lambda", lr=0.1, factor="1 + 1e-9 * (t % 2) if t < 8388608 else 0.1")
    long = steps_above(half, 2**24, 0.05)
    assert long.value == pytest.approx(2**23, rel=1e-3)
    assert not long.exact
    assert summarise(half, 2**24).mean.value == pytest.approx(0.1 * (0.5 + 0.5 * 0.1), rel=1e-3)
    # one stretch that is estimated makes the whole an estimate
    mixed = make("sequence", parts=[make("constant", lr=0.1), half], lengths=[100])
    assert not steps_above(mixed, 2**24, 0.05).exact
    assert not summarise(mixed, 2**24).above_half.exact
