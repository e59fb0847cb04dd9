"""Lightning itself trains with the rates that are written by hand in ``lightning_fits``."""

import sys
import warnings
from importlib import metadata

import pytest

from .lightning_fits import CASES, Case

pytestmark = pytest.mark.live


def _version(name: str) -> str:
    if name == "torchvision":
        raise metadata.PackageNotFoundError(name)
    return metadata.version(name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lightning_trains_with_these_rates(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    # Lightning's metrics import torchvision where it is installed, even one that does not fit this torch.
    monkeypatch.setitem(sys.modules, "torchvision", None)
    monkeypatch.setattr("lightning_utilities.core.imports._version", _version)
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    rates: list[float] = []
    hook = register_optimizer_step_pre_hook(
        lambda optimizer, *_: rates.append(optimizer.param_groups[0]["lr"])
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(case.text, {})  # noqa: S102 (our own text)
    finally:
        hook.remove()
    assert rates == pytest.approx([rate for rate in case.rates for _ in range(case.batches)])
