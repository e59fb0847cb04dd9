"""Rare arguments against the installed frameworks. pytest -m live"""

import pytest
from frameworks.odd_cases import BROKEN_WARMUPS, RATES
from frameworks.oracles import torch_rates
from frameworks.other_cases import draw, step_mmengine

pytestmark = pytest.mark.live

STEPS = 24


@pytest.mark.parametrize(("framework", "call", "each", "rates"), RATES, ids=[row[1] for row in RATES])
def test_the_stored_rates_are_the_frameworks(
    framework: str, call: str, each: int | None, rates: tuple[float, ...]
) -> None:
    def truth(steps: int) -> list[float]:
        if framework == "torch":
            return [float(rate) for rate in torch_rates(call, steps, 0.3)]
        return step_mmengine(call, steps, 0.3, each)

    assert truth(len(rates)) == pytest.approx(rates, rel=1e-7)
    steps = STEPS if each is None else 3 * each
    assert draw(call, steps, 0.3, each).tolist() == pytest.approx(truth(steps), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("call", "rates"), BROKEN_WARMUPS, ids=[row[0] for row in BROKEN_WARMUPS])
def test_a_warmup_that_ends_between_two_steps_is_transformers(call: str, rates: tuple[float, ...]) -> None:
    truth = torch_rates(call, STEPS, 0.3)
    assert truth[: len(rates)].tolist() == pytest.approx(rates, rel=1e-8)
    assert draw(call, STEPS, 0.3).tolist() == pytest.approx(truth.tolist(), rel=1e-9, abs=1e-12)
