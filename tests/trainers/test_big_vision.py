"""big_vision's schedules, by hand from create_learning_rate_schedule and optax.make of its source."""

import math

import pytest

from lrplot.errors import LrplotError
from lrplot.trainers.facts import Facts
from lrplot.trainers.registry import read_training
from lrplot.trainers.training import Training

CONFIG = """\
def get_config():
  config = mlc.ConfigDict()
  config.total_steps = 100
  config.input = dict(batch_size=512)
  config.lr = 1e-3
  config.schedule = {}
  return config
"""


def read(schedule: str) -> Training:
    found = read_training(CONFIG.format(schedule), "config.py", Facts())
    assert found is not None
    assert found[0].name == "big_vision"
    return found[2]


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        # mult is the schedule's base, config.lr a factor of all; progress is (t − 10) / 90.
        ("dict(decay_type='cosine', warmup_steps=10, mult=0.1)", {5: 5e-5, 10: 1e-4, 55: 5e-5}),
        # linear_end is on the scale of mult: 0.5 + (2 − 0.5) · (1 − 0.5).
        ("dict(decay_type='linear', mult=2.0, linear_end=0.5)", {0: 2e-3, 50: 1.25e-3}),
        ("dict(decay_type='cosine', scale_with_batchsize=True, mult=0.5)", {0: 1e-3, 50: 5e-4}),
        ("dict(decay_type='rsqrt', timescale=25, mult=0.5)", {0: 5e-4, 75: 2.5e-4}),
        (
            "dict(decay_type='stair', steps=[30, 60], mults=[0.1, 0.01], mult=3.0)",
            {29: 3e-3, 30: 3e-4, 60: 3e-5},
        ),
    ],
)
def test_mult_is_a_factor_of_the_whole_schedule(schedule: str, rates: dict[int, float]) -> None:
    made = read(schedule).schedule
    assert [float(made(t)) for t in rates] == pytest.approx(list(rates.values()), rel=1e-12)


def test_a_group_of_another_mult_has_its_own_rate() -> None:
    found = read("[('img/.*', dict(decay_type='cosine', mult=0.1)), ('.*', dict(decay_type='cosine'))]")
    at = {group.label: float(group.schedule(25)) for group in found.groups}
    share = (1 + math.cos(math.pi / 4)) / 2
    assert at == pytest.approx({"img/.*": 1e-4 * share, ".*": 1e-3 * share})


def test_a_base_is_refused_as_big_vision_does() -> None:
    with pytest.raises(LrplotError, match="takes no base in big_vision"):
        read("dict(decay_type='cosine', base=2.0)")
