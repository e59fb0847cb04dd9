"""What attackers and newcomers found, so that it stays found."""

from pathlib import Path

import numpy as np
import pytest
from examples import make

import lrplot
from lrplot.curve import summarise
from lrplot.errors import LrplotError
from lrplot.schedules.base import Schedule

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
            "lr: 0.1\nsteps: 9\nschedule: cosine\nsweep: {warmup.steps: [1]}",
            "did you mean 'schedule.warmup.steps'",
        ),
    ],
)
def test_specs_that_made_nonsense_are_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "it.yaml").write_text(text)
    with pytest.raises(LrplotError, match=said):
        lrplot.load(str(tmp_path / "it.yaml"))
