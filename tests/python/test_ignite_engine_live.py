"""Ignite itself trains with the rates that are written by hand in ``ignite_runs``."""

import pytest

from .ignite_runs import CASES, Case

pytestmark = pytest.mark.live


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ignite_gives_each_update_this_rate(case: Case) -> None:
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    rates: list[float] = []
    hook = register_optimizer_step_pre_hook(lambda o, *_: rates.append(float(o.param_groups[0]["lr"])))
    try:
        exec(case.whole, {"__name__": "__main__"})  # noqa: S102 (the text is ours)
    finally:
        hook.remove()
    assert rates == pytest.approx(case.rates, rel=1e-12)
