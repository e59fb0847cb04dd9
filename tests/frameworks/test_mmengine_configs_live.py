"""Whole MMEngine configs against the Runner itself, trained on a tiny model. Run with: pytest -m live"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from frameworks.running_mmengine import EXAMPLES_A_STEP, run, run_examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError
from lrplot.sources.reference import load

pytestmark = pytest.mark.live

drawn = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
share = st.floats(0.05, 1.0).map(lambda value: round(value, 3))
few = st.integers(1, 6)
KINDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "ConstantLR": {"factor": share},
    "LinearLR": {"start_factor": share, "end_factor": share},
    "StepLR": {"step_size": few},
    "mmengine.StepLR": {"step_size": few, "gamma": share},
    "MultiStepLR": {"milestones": st.lists(st.integers(0, 12), max_size=3), "gamma": share},
    "ExponentialLR": {"gamma": share},
    "CosineAnnealingLR": {"eta_min": st.sampled_from([0, 0.01])},
    "PolyLR": {"power": st.sampled_from([0.9, 1, 2]), "eta_min": st.sampled_from([0, 0.01])},
}


@st.composite
def scheduler(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(KINDS)))
    found = {"type": kind, **draw(st.fixed_dictionaries(KINDS[kind]))}
    begin = draw(st.sampled_from([None, None, 1, 3]))
    found |= {} if begin is None else {"begin": begin}
    found |= {"end": (begin or 0) + draw(few)} if draw(st.booleans()) else {}
    by_epoch = draw(st.sampled_from([None, True, False]))
    found |= {} if by_epoch is None else {"by_epoch": by_epoch}
    converts = by_epoch is not False and draw(st.integers(0, 5)) == 0
    return found | ({"convert_to_iter_based": True} if converts else {})


loops = (
    st.fixed_dictionaries({"by_epoch": st.just(True), "max_epochs": st.integers(1, 8)})
    | st.fixed_dictionaries({"type": st.just("EpochBasedTrainLoop"), "max_epochs": st.integers(1, 8)})
    | st.fixed_dictionaries({"by_epoch": st.just(False), "max_iters": st.integers(1, 25)})
    | st.fixed_dictionaries({"type": st.just("IterBasedTrainLoop"), "max_iters": st.integers(1, 25)})
)
configs = st.fixed_dictionaries(
    {
        "optim_wrapper": st.just({"optimizer": {"type": "SGD", "lr": 0.3}}),
        "param_scheduler": st.lists(scheduler(), min_size=1, max_size=3) | scheduler() | st.none(),
        "train_cfg": loops,
    },
    optional={"auto_scale_lr": st.fixed_dictionaries({"enable": st.booleans(), "base_batch_size": few})},
)


def text(keys: dict[str, Any]) -> str:
    return "".join(f"{key} = {value!r}\n" for key, value in keys.items())


def same(folder: Path, steps_per_epoch: int, scaled: bool = False) -> None:
    bindings = {"world_size": "1", "batch_size": str(EXAMPLES_A_STEP)} if scaled else {}
    said = Overrides(settings={"steps_per_epoch": str(steps_per_epoch)}, bindings=bindings)
    try:
        expected = np.array(run(folder, "config.py", steps_per_epoch))
    except (ValueError, AssertionError, RuntimeError):
        with pytest.raises(LrplotError):
            load(str(folder / "config.py"), said)
        return
    if expected.min() < 0:
        with pytest.raises(LrplotError):
            load(str(folder / "config.py"), said)[0].schedule.table(len(expected))
        return
    (found,) = load(str(folder / "config.py"), said)
    assert found.steps == len(expected)
    assert np.abs(found.schedule.table(found.steps) - expected).max() <= 1e-9 * expected.max()


@drawn
@given(configs, st.integers(1, 4))
def test_a_config_is_what_the_runner_makes_of_it(tmp_path: Path, config: dict[str, Any], each: int) -> None:
    (tmp_path / "config.py").write_text(text(config))
    same(tmp_path, each, bool(config.get("auto_scale_lr")))


CHILDREN = (
    "train_cfg = dict(max_epochs=7)\n",
    "optim_wrapper = dict(optimizer=dict(lr=0.2))\n",
    "optim_wrapper = dict(_delete_=True, optimizer=dict(type='Adam', lr=0.1))\n",
    "optim_wrapper = dict(optimizer=dict(_delete_=True, type='Adam', lr={{_base_.low}}))\n",
    "low = 0.05\nparam_scheduler = [dict(type='CosineAnnealingLR', eta_min=low)]\n",
    "param_scheduler = [_base_.param_scheduler[1]]\n",
    "train_cfg = dict(_delete_=True, type='IterBasedTrainLoop', max_iters=_base_.epochs * 4)\n",
    "epochs = 9\n",
)
BASE = """
epochs = 5
low = 0.02
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.3))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=False, end=4),
    dict(type='MultiStepLR', milestones=[2, 4], gamma=0.1),
]
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=epochs, val_interval=1)
"""


@pytest.mark.parametrize("child", CHILDREN)
@pytest.mark.parametrize("name", ["'bases/one.py'", "['./bases/one.py', 'bases/two.py']"])
def test_what_a_config_inherits(tmp_path: Path, name: str, child: str) -> None:
    (tmp_path / "bases").mkdir()
    (tmp_path / "bases" / "one.py").write_text(BASE)
    (tmp_path / "bases" / "two.py").write_text("model = dict(type='Tiny')\n")
    (tmp_path / "config.py").write_text(f"_base_ = {name}\n{child}")
    same(tmp_path, 3)


LAZY = (
    "train_cfg.update(max_epochs=7)\n",
    "optim_wrapper.update(dict(optimizer=dict(type=SGD, lr=0.2)))\n",
    "optim_wrapper.merge(dict(optimizer=dict(lr=0.2)))\n",
    "param_scheduler = [dict(type=CosineAnnealingLR, eta_min=low)]\n",
    "param_scheduler.append(dict(type=CosineAnnealingLR, by_epoch=True, begin=2))\n",
    "train_cfg.max_epochs = 7\noptim_wrapper.optimizer.lr = low\n",
    "for i in range(1, 2):\n    param_scheduler[i]['gamma'] = 0.5\n",
    "param_scheduler[1].gamma = 0.5\nif low < 1:\n    train_cfg['max_epochs'] = 8\n",
)


@pytest.mark.parametrize("child", LAZY)
def test_what_a_lazy_config_inherits(tmp_path: Path, child: str) -> None:
    (tmp_path / "bases").mkdir()
    (tmp_path / "bases" / "one.py").write_text(BASE)
    head = (
        "from torch.optim import SGD\nfrom mmengine.config import read_base\n"
        "from mmengine.optim import CosineAnnealingLR\nwith read_base():\n    from .bases.one import *\n"
    )
    (tmp_path / "config.py").write_text(head + child)
    same(tmp_path, 3)


loaders = st.fixed_dictionaries(
    {
        "batch_size": st.integers(1, 5),
        "sampler": st.just({"type": "DefaultSampler", "shuffle": True}),
        "dataset": st.just({"type": "CocoDataset", "ann_file": "train.json"}),
        "drop_last": st.booleans(),
    },
    optional={"num_workers": st.just(0)},
)
whole = st.fixed_dictionaries(
    {
        "param_scheduler": st.lists(scheduler(), min_size=1, max_size=3),
        "train_cfg": loops,
        "train_dataloader": loaders,
        "optim_wrapper": st.sampled_from(
            [
                {"type": "OptimWrapper", "optimizer": {"type": "SGD", "lr": 0.02, "momentum": 0.9}},
                {"optimizer": {"type": "AdamW", "lr": 5e-4}, "clip_grad": {"max_norm": 1}},
            ]
        ),
    },
    optional={
        "auto_scale_lr": st.fixed_dictionaries({"enable": st.booleans(), "base_batch_size": few}),
        "default_scope": st.just("mmengine"),
        "randomness": st.just({"seed": 3}),
    },
)


@drawn
@given(whole, st.integers(1, 23))
def test_a_whole_config_and_its_examples_are_what_the_runner_makes_of_them(
    tmp_path: Path, config: dict[str, Any], examples: int
) -> None:
    path = tmp_path / "config.py"
    path.write_text(text(config))
    said = Overrides(facts={"examples": examples, "devices": 1})
    try:
        expected = np.array(run_examples(path, examples))
    except (ValueError, AssertionError, RuntimeError, StopIteration):
        expected = np.array([])
    # A loader that drops its only batch trains nothing.
    if not len(expected) or expected.min() < 0:
        with pytest.raises(LrplotError):
            load(str(path), said)[0].schedule.table(100)
        return
    (found,) = load(str(path), said)
    assert found.steps == len(expected)
    assert np.abs(found.schedule.table(found.steps) - expected).max() <= 1e-9 * expected.max()
