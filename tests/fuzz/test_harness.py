"""The harness itself: its cases are the same again, and it finds what is planted."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.schedules.constant import Constant

from ..laws import LawBrokenError
from . import case as cases
from . import runs
from .__main__ import KINDS
from .case import Case, Kind, drawn, tried


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_seed_always_draws_the_same_cases(kind: Kind) -> None:
    shown = [drawn(kind, 7, index).shown for index in range(12)]
    assert [drawn(kind, 7, index).shown for index in range(12)] == shown
    assert len({*shown, *(drawn(kind, 8, index).shown for index in range(12))}) > 12


@pytest.mark.parametrize(
    "kind", [KINDS[name] for name in ("specs", "calls", "expressions", "series", "logs")]
)
def test_some_cases_hold_and_some_are_refused(kind: Kind) -> None:
    assert {tried(kind, 3, index).name for index in range(12)} == {"held", "refused"}


def raising(error: BaseException) -> Kind:
    def trial(_: Path) -> None:
        raise error

    return Kind("planted", lambda _: Case("planted", trial))


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (LrplotError("no"), "refused"),
        (ValueError("no"), "raised"),
        (MemoryError(), "raised"),
        (RecursionError(), "raised"),
        (LawBrokenError("no"), "broken"),
        (AssertionError("one of our own"), "raised"),
    ],
)
def test_what_a_case_raises_is_told_apart(error: BaseException, name: str) -> None:
    assert tried(raising(error), 1, 0).name == name


@pytest.mark.parametrize(
    ("limit", "slow"),
    [("WAITED", lambda: time.sleep(5)), ("SECONDS", lambda: all(each >= 0 for each in range(10**9)))],
)
def test_what_takes_too_long_is_a_hang(
    limit: str, slow: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, limit, 0.05)
    assert tried(Kind("slow", lambda _: Case("slow", lambda _: slow())), 1, 0).name == "hang"


class Drifting(Constant):
    """Its rate depends on how many steps are asked for together."""

    def rate(self, t: np.ndarray) -> np.ndarray:
        return np.full_like(t, self.lr * (1 + 1e-9 * len(t)))


class Miscounted(Constant):
    def _total(self, n: int) -> float:
        return self.lr * (n + 1)


@pytest.mark.parametrize(
    ("schedule", "told"),
    [(Drifting(lr=0.1), "table and schedule|together and alone"), (Miscounted(lr=0.1), "the sum is")],
)
def test_a_schedule_that_breaks_a_law_is_found(schedule: Constant, told: str) -> None:
    rng = cases.Random(1)
    with pytest.raises(LawBrokenError, match=told):
        runs.check(rng, Run("it", schedule, 60))
    runs.check(rng, Run("it", Constant(lr=0.1), 60))
