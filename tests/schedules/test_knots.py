import itertools

import numpy as np
import pytest

from lrplot.schedules.expression_pieces import expression_knots
from lrplot.schedules.knots import Knots
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.period import Period, simplest_fraction

TRILLION = 10**12


def test_boundaries_become_the_first_whole_step_after_them() -> None:
    assert Knots.at([3.5, 9, 9, 0, -2, 100, 99.5], 100).few == (4, 9)


def test_a_billion_knots_are_moved_without_being_listed() -> None:
    knots = Knots(few=(5,), every=(range(10, TRILLION, 1000),), unknown=((7, 9),))
    assert knots.count() == 10**9 + 1
    assert knots.list() is None
    shifted = knots.shift(3)
    assert (shifted.few, shifted.every[0].start, shifted.unknown) == ((8,), 13, ((10, 12),))
    scaled = knots.scale(4)
    assert (scaled.few, scaled.unknown) == ((20,), ((28, 36),))
    clipped = knots.clip(8, 2011)
    assert (clipped.few, clipped.every, clipped.unknown) == ((), (range(10, 3010, 1000),), ((8, 9),))
    assert list(clipped.every[0]) == [10, 1010, 2010]
    assert knots.scale(4).every[0] == range(40, 4 * TRILLION, 4000)


def test_clipping_keeps_what_listing_would() -> None:
    r = range(7, 500, 13)
    for start, stop in [(0, 500), (7, 8), (8, 8), (20, 21), (6, 46), (499, 600), (0, 7)]:
        clipped = Knots(every=(r,)).clip(start, stop).list()
        assert clipped is not None
        assert clipped.tolist() == [knot for knot in r if start <= knot < stop]


def test_joined_knots_are_sorted_and_once_each() -> None:
    joined = Knots(few=(3, 9)).join(Knots(few=(1, 9)), Knots(every=(range(2, 12, 7),))).list()
    assert joined is not None
    assert joined.tolist() == [1, 2, 3, 9]


def test_windows_cover_every_step_once() -> None:
    knots = Knots(few=(50,), every=(range(10, 40, 5), range(60, 90, 7)), unknown=((91, 95),))
    windows = knots.windows(100)
    assert windows[0].start == 0
    assert windows[-1].stop == 100
    assert all(a.stop == b.start for a, b in itertools.pairwise(windows))
    assert [(w.start, w.stop) for w in windows if not w.known] == [(91, 95)]


def test_windows_begin_and_end_where_the_kind_changes() -> None:
    found = Knots(few=(3, 5, 9), unknown=((20, 22), (5, 7), (6, 9), (0, 2))).windows(25)
    assert [(w.start, w.stop, w.few, w.known) for w in found] == [
        (0, 2, (), False),
        (2, 5, (3,), True),
        (5, 6, (), False),
        (6, 7, (), False),
        (7, 9, (), False),
        (9, 20, (), True),
        (20, 22, (), False),
        (22, 25, (), True),
    ]
    nested = Knots(unknown=((5, 20), (6, 9), (8, 11))).windows(25)
    assert [(w.start, w.stop) for w in nested if w.known] == [(0, 5), (20, 25)]
    many = Knots(few=(1000,), every=(range(2, 200_000, 2),)).windows(200_001)
    assert [(w.start, w.stop, w.few, len(w.every[0]) if w.every else 0) for w in many] == [
        (0, 2, (), 0),
        (2, 1000, (), 498),
        (1000, 200_000, (), 99_499),
        (200_000, 200_001, (), 0),
    ]


def test_ranges_of_two_periods_too_many_to_list_are_unknown_where_both_are() -> None:
    both = Knots(every=(range(3, 300_000, 3), range(50_000, 400_000, 5)))
    assert [(w.start, w.stop, w.known) for w in both.windows(400_000)] == [
        (0, 3, True),
        (3, 50_000, True),
        (50_000, 300_000, False),
        (300_000, 400_000, True),
    ]
    few_of_each = Knots(every=(range(3, 3000, 3), range(500, 4000, 5)))
    assert all(window.known for window in few_of_each.windows(5000))


def test_nothing_is_known_of_no_step() -> None:
    assert Knots.nothing_known(0) == Knots()
    assert Knots.nothing_known(1).unknown == ((0, 1),)


def test_as_many_knots_as_are_allowed_are_listed() -> None:
    knots = Knots(few=(1, 5), every=(range(10, 40, 10),))
    assert knots.list(4) is None
    listed = knots.list(5)
    assert listed is not None
    assert listed.tolist() == [1, 5, 10, 20, 30]


@pytest.mark.parametrize("length", [1.0, 7.0, 2.5, 100 / 3, 3.3, 0.75, 1e-3, 12345.678])
def test_a_split_step_is_put_together_again(length: float) -> None:
    exact = simplest_fraction(length)
    steps = np.array([0, 1, 33, 34, 99, 100, 101, 12345, 10**9 + 7], dtype=float)
    index, elapsed = Period(length).split(steps)
    for step, i, e in zip(steps, index, elapsed, strict=True):
        assert int(i) == int(int(step) / exact)
        assert e == pytest.approx(float(int(step) - int(i) * exact), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("length", [1, 3, 107, 2**26 + 1, 28059810762433, 3 * 28059810762433, 2**53 - 1])
def test_steps_near_the_longest_horizon_are_split_exactly(length: int) -> None:
    # 2^53 + 1, which no float is, has the divisors 3, 107 and 28059810762433.
    last = 2**53 // length
    steps = [2**53, 2**53 - 1, *(k * length + by for k in (last, last // 2, 1) for by in (-1, 0))]
    index, elapsed = Period(float(length)).split(np.array(steps, dtype=float))
    expected = [divmod(step, length) for step in steps]
    assert list(zip(index.tolist(), elapsed.tolist(), strict=True)) == expected


@pytest.mark.parametrize(
    ("length", "offset"),
    [
        (7.0, 0.0),
        (2.5, 0.0),
        (100 / 3, 0.0),
        (10.0, 3.3),
        (2.5, 1.2),
        (0.4, 0.0),
        (3.1267, 0.0),
        (0.9871, 1.7),
    ],
)
def test_the_knots_of_a_period_are_its_rounded_up_multiples(length: float, offset: float) -> None:
    exact, start = simplest_fraction(length), simplest_fraction(offset)
    expected = {-int(-(start + k * exact) // 1) for k in range(2000)}
    listed = Period(length).knots(500, offset).list()
    assert listed is not None
    assert set(listed.tolist()) == {knot for knot in expected if 0 < knot < 500}


def test_a_thirds_multiples_fall_on_whole_hundreds() -> None:
    assert simplest_fraction(100 / 3) * 3 == 100


def test_a_jump_that_the_slope_allows_is_a_knot() -> None:
    text = "abs(min(t - 13290 - t // 1000, 0.1))"
    assert expression_knots(text, 1, 70_000).few[:13] == tuple(range(1000, 14_000, 1000))
    steps = np.arange(70_000)
    by_hand = np.abs(np.minimum(steps - 13_290 - steps // 1000, 0.1)).sum()
    assert Lambda(lr=1, factor=text).total(70_000) == pytest.approx(by_hand, rel=1e-12)
