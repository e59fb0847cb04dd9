"""The named stretches of a curve."""

from lrplot import Cosine, Excerpt, Piecewise, Warmup
from lrplot.schedules.phase import Phase


def test_a_piecewise_that_only_rises_is_a_warm_up_and_one_that_falls_is_none() -> None:
    rising = Piecewise(points=[(0, 0.0), (20, 0.1)], between="linear")
    assert rising.phases(100) == (Phase("warm-up", 0, 20),)
    assert rising.phases(10) == (Phase("warm-up", 0, 10),)
    assert Piecewise(points=[(0, 0.1), (20, 0.2)]).phases(100) == ()
    assert Piecewise(points=[(0, 0.1), (20, 0.2), (30, 0.1)], between="linear").phases(100) == ()


def test_a_clock_that_takes_two_steps_at_once_reaches_each_phase_in_half_the_steps() -> None:
    warmed = Warmup(schedule=Cosine(lr=0.1, T_max=900), steps=101)
    # Steps 0, 2, … 100 are the warm-up's: 51 of them.
    assert Excerpt(schedule=warmed, stride=2).phases(500) == (
        Phase("warm-up", 0, 51),
        Phase("cosine", 51, 500),
    )
