"""The walk over what is inside a schedule, and the clock of each."""

import numpy as np
import pytest
from examples import EXAMPLES, make

from lrplot.schedules.composite import walk

# The rate of a product, a recurrence or a shaken schedule is none of its parts'.
COMPOSITE = {
    name: schedule
    for name, schedule in EXAMPLES.items()
    if schedule.inside() and schedule.type not in {"product", "recurrence", "noisy"}
}


@pytest.mark.parametrize("name", COMPOSITE)
def test_a_schedule_asks_what_is_inside_it_at_its_own_step(name: str) -> None:
    schedule, until = COMPOSITE[name], 100
    asked = 0
    for place in schedule.inside():
        stop = until if place.stop is None else min(place.stop, until)
        steps = np.arange(place.start, stop)
        own = (steps - place.origin) // place.each
        np.testing.assert_array_equal(schedule(steps), place.schedule(own))
        asked += len(steps)
    assert asked > 40


def test_clocks_inside_clocks_add_up() -> None:
    # Epochs of 5 steps; 2 epochs of warm-up; then a resumed cosine that is already at its step 7.
    late = make("excerpt", schedule=make("cosine", lr=0.3, T_max=20.0), start=7)
    whole = make("epochwise", schedule=make("warmup", schedule=late, steps=2), steps_per_epoch=5)
    *_, cosine = walk(whole, 60)
    assert cosine.schedule.type == "cosine"
    assert (cosine.start, cosine.stop, cosine.each, cosine.own) == (10, 60, 5, range(7, 17))
    assert cosine.step(7) == 10
    np.testing.assert_array_equal(whole(np.arange(10, 60, 5)), cosine.schedule(np.arange(7, 17)))


def test_what_is_never_asked_has_an_empty_stretch() -> None:
    parts = [make("constant", lr=lr) for lr in (0.1, 0.2, 0.3)]
    found = list(walk(make("sequence", parts=parts, lengths=[10, 10]), 15))
    assert [place.own for place in found] == [range(15), range(10), range(5), range(0)]
    assert [place.name for place in found] == ["", "parts[0]", "parts[1]", "parts[2]"]
