"""Generated training scripts, run for real in PyTorch: the same curve, or refused. Run with: pytest -m live

Many more: ``python -m tests.loops.generate --count 2000 --seed 1 --jobs 2``.
"""

import pytest
from loops.generate import tried
from loops.run_torch import prepare

pytestmark = pytest.mark.live

SEED = 12
COUNT = 100


@pytest.fixture(scope="module", autouse=True)
def _torch() -> None:
    prepare()


@pytest.mark.parametrize("index", range(COUNT))
def test_a_generated_script_is_drawn_as_it_trains_or_refused(index: int) -> None:
    result = tried(SEED, index)
    verdict = result.verdict
    assert verdict.outcome in {"right", "answered", "refused", "other axis"}, (
        f"{verdict.outcome}: {verdict.reason} {verdict.message}\n{'; '.join(result.script.marks)}\n"
        f"{result.script.text}\ntrue  {result.truth.first}\ndrawn {verdict.drawn}"
    )
