"""Parameter groups against the installed frameworks: both groups' rates at each update. pytest -m live"""

from typing import Any

import numpy as np
import pytest

from lrplot.document.dump import dump
from lrplot.run import Group
from lrplot.sources.reference import load, load_text

pytestmark = pytest.mark.live

STEPS = 24
SCHEDULERS = [
    "CosineAnnealingLR(opt, T_max=20, eta_min=1e-4)",
    "StepLR(opt, 5)",
    "LambdaLR(opt, [lambda e: 0.9 ** e, lambda e: 1 / (1 + e)])",
    "OneCycleLR(opt, max_lr=[0.2, 0.02], total_steps=24)",
    "CyclicLR(opt, base_lr=[0.01, 0.001], max_lr=[0.2, 0.1], step_size_up=4)",
    "SequentialLR(opt, [LinearLR(opt, total_iters=4), CosineAnnealingLR(opt, 20, 1e-3)], milestones=[4])",
    "ChainedScheduler([LinearLR(opt, total_iters=4), ExponentialLR(opt, 0.9)])",
    "CosineAnnealingWarmRestarts(opt, T_0=6, T_mult=2, eta_min=1e-3)",
    "PolynomialLR(opt, total_iters=20, power=2)",
]
GROUPS = [
    "[{'params': [a], 'lr': 0.01, 'name': 'backbone'}, {'params': [b]}], lr=0.1, momentum=0.9",
    "[{'params': [a]}, {'params': [b], 'lr': 0.5}], lr=0.1, momentum=0.9",
]


def trained(text: str) -> list[list[float]]:
    """The rates of all groups at each update of a script, which is run."""
    import torch

    rates: list[list[float]] = []

    class Recording(torch.optim.SGD):
        def step(self, closure: Any = None) -> Any:
            rates.append([float(group["lr"]) for group in self.param_groups])
            return super().step(closure)

    names: dict[str, Any] = {**vars(torch.optim.lr_scheduler), "SGD": Recording}
    names |= {name: torch.nn.Parameter(torch.zeros(1)) for name in "ab"}
    exec(text, names)  # noqa: S102 (a script of this test)
    return np.array(rates).T.tolist()


@pytest.mark.parametrize("scheduler", SCHEDULERS, ids=lambda text: text.partition("(")[0])
@pytest.mark.parametrize("groups", GROUPS, ids=["named", "indexed"])
def test_both_groups_have_pytorchs_rates_at_each_update(groups: str, scheduler: str) -> None:
    text = f"opt = SGD({groups})\ns = {scheduler}\nfor e in range({STEPS}):\n    opt.step()\n    s.step()\n"
    (run,) = load(text)
    expected = trained(text)
    drawn = [group.schedule.table(STEPS) for group in run.groups] or [run.schedule.table(STEPS)] * 2
    assert len(drawn) == 2
    for rates, truth in zip(drawn, expected, strict=True):
        assert np.abs(rates - truth).max() <= 1e-10 * max(truth)
    (again,) = load_text(dump([run]), "it.yaml", "it")
    assert all(
        np.array_equal(a.schedule.table(STEPS), b.schedule.table(STEPS)) for a, b in _pairs(run, again)
    )


def _pairs(run: Any, again: Any) -> list[tuple[Group, Group]]:
    assert [group.label for group in run.groups] == [group.label for group in again.groups]
    return list(zip(run.groups, again.groups, strict=True))


@pytest.mark.parametrize(
    ("spec", "scheduler"),
    [
        ("{type: cosine, T_max: 20, eta_min: 1e-4, after: rise}", "CosineAnnealingLR(opt, 20, 1e-4)"),
        ("{type: step, step_size: 5, gamma: 0.3}", "StepLR(opt, 5, 0.3)"),
        ("{type: onecycle, total_steps: 24}", "OneCycleLR(opt, [0.01, 0.1], total_steps=24)"),
    ],
)
def test_a_specs_factor_is_a_parameter_groups_rate(spec: str, scheduler: str) -> None:
    (run,) = load_text(
        f"lr: 0.1\nsteps: {STEPS}\nschedule: {spec}\ngroups: {{backbone: 0.1, rest: 1}}", "a", "a"
    )
    text = (
        f"opt = SGD({GROUPS[0]})\ns = {scheduler}\nfor e in range({STEPS}):\n    opt.step()\n    s.step()\n"
    )
    for group, truth in zip(run.groups, trained(text), strict=True):
        assert np.abs(group.schedule.table(STEPS) - truth).max() <= 1e-10 * max(truth)


def test_mmengines_paramwise_factors_are_the_rates_of_its_groups() -> None:
    import torch
    from mmengine.optim import CosineAnnealingLR, build_optim_wrapper

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.backbone, self.head = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)

    text = (
        "train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=12)\n"
        "optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.1), paramwise_cfg="
        "dict(custom_keys={'backbone': dict(lr_mult=0.1)}, bias_lr_mult=2.0))\n"
        "param_scheduler = [dict(type='CosineAnnealingLR', T_max=12, eta_min=1e-3, by_epoch=True)]\n"
    )
    names: dict[str, Any] = {}
    exec(text, names)  # noqa: S102 (a config of this test)
    wrapper = build_optim_wrapper(Net(), names["optim_wrapper"])
    groups = dict(
        zip(["backbone", "backbone bias", "head", "bias"], wrapper.optimizer.param_groups, strict=True)
    )
    scheduler = CosineAnnealingLR(wrapper, T_max=12, eta_min=1e-3, by_epoch=True)
    truth: dict[str, list[float]] = {name: [] for name in groups}
    for _ in range(12):
        for name, group in groups.items():
            truth[name].append(float(group["lr"]))
        scheduler.step()
    (run,) = load(text)
    assert [group.label for group in run.groups] == ["backbone", "bias"]
    assert run.schedule.table(12) == pytest.approx(truth["head"], rel=1e-10)
    for group in run.groups:
        assert group.schedule.table(12) == pytest.approx(truth[group.label], rel=1e-10)
