"""Every call and snippet of the documents parses, and draws the figures given for it."""

from pathlib import Path

import numpy as np
import pytest
from python.calls import CALLS, Call

from lrplot.clock import Clock
from lrplot.errors import NotationError
from lrplot.frameworks.texts import read
from lrplot.python.reading import Reading
from lrplot.schedules.base import Context

SCRIPTS = Path(__file__).parent / "scripts"


def readings(text: str, lr: float | None = None, **let: str) -> tuple[Reading, ...]:
    return read(text, "it.py", Context(lr, None, Clock()), assumed_lr=0.1, bindings=let)


def script(name: str, **let: str) -> Reading:
    (reading,) = readings((SCRIPTS / name).read_text(encoding="utf-8"), **let)
    return reading


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.where)
def test_a_call_draws_its_figures(call: Call) -> None:
    (reading,) = readings(call.text, call.lr, **call.let)
    rates = reading.schedule.table(call.steps)
    for step, rate in call.rates.items():
        assert rates[step] == pytest.approx(rate, rel=1e-6, abs=1e-45), (call.where, step)


@pytest.mark.parametrize(
    ("name", "horizon", "rates"),
    [
        ("002_39.txt", None, {9: 0.1, 10: 0.01, 50: 0.001}),
        ("002_52.txt", 100, {29: 0.1, 30: 0.01, 99: 1e-4}),
        ("002_54.txt", 100, {29: 0.1, 30: 0.01, 99: 1e-4}),
        ("002_59.txt", None, {199: 0.096, 200: 0.09216, 5000: 0.0129885794}),
        ("002_64.txt", None, {500: 0.05, 999: 2.467401e-7, 1500: 0.0}),
        ("002_74.txt", None, {9: 0.1, 10: 0.01, 50: 0.001}),
        ("002_76.txt", 100, {9: 0.1, 10: 0.01, 11: 0.001}),
        ("002_84.txt", None, {5: 0.05, 10: 0.1, 55: 0.05}),
        ("002_86.txt", 10_000, {999: 0.0999, 1000: 0.0975528258, 5500: 0.0421782767, 10000: 0.0}),
        ("004_12.txt", None, {100: 0.013261956}),
        ("004_47.txt", None, {150: 0.0, 300: 0.1}),
    ],
)
def test_a_snippet_is_read_whole(name: str, horizon: int | None, rates: dict[int, float]) -> None:
    reading = script(name)
    assert reading.horizon == horizon
    drawn = reading.schedule(list(rates))
    np.testing.assert_allclose(drawn, list(rates.values()), rtol=1e-6, atol=1e-12)


def test_an_unbound_name_is_named_and_let_binds_it() -> None:
    with pytest.raises(
        NotationError, match="'step_size' is not known here; bind it with --let step_size=…"
    ) as caught:
        script("004_32.txt")
    assert str(caught.value).startswith("it.py:2:70:")
    assert script("004_32.txt", step_size="30").schedule(60) == pytest.approx(0.04225)


def test_a_script_without_a_scheduler_says_so() -> None:
    with pytest.raises(NotationError, match="no scheduler call in it"):
        script("004_62.txt")


@pytest.mark.parametrize(
    ("name", "framework", "changes"),
    [("002_79.txt", "pytorch", [7, 13, 19, 25]), ("002_81.txt", "keras", [6, 11, 16, 21, 26])],
)
def test_a_plateau_counts_as_its_framework_does(name: str, framework: str, changes: list[int]) -> None:
    text = (SCRIPTS / name).read_text(encoding="utf-8")
    flat = Context(0.1, 30, Clock(30), metrics=(1.0,) * 30)
    (reading,) = read(text, "it.py", flat)
    rates = reading.schedule.table(30)
    assert (reading.framework, reading.horizon, reading.by_epoch) == (framework, 100, True)
    assert (np.flatnonzero(np.diff(rates)) + 1).tolist() == changes


@pytest.mark.parametrize("name", ["002_79.txt", "002_81.txt"])
def test_a_plateau_without_metrics_asks_for_them(name: str) -> None:
    with pytest.raises(NotationError, match="reacts to a metric; give it with --metrics"):
        script(name)
