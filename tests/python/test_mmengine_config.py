"""Whole configs of MMEngine and mmcv: the files, the loop, and what has to be asked for."""

from pathlib import Path

import numpy as np
import pytest

from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.sources.reference import load

OPTIMIZER = "optim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-3))\n"
EPOCHS = "train_cfg = dict(by_epoch=True, max_epochs=300, val_interval=1)\n"
STEPS = "train_cfg = dict(type='IterBasedTrainLoop', max_iters=80)\n"


def drawn(folder: Path, text: str, each: int | None = None, **let: str) -> Run:
    path = folder / "config.py"
    path.write_text(text)
    settings = {} if each is None else {"steps_per_epoch": str(each)}
    (run,) = load(str(path), Overrides(settings=settings, bindings=let))
    return run


def test_an_end_left_out_is_the_end_of_training(tmp_path: Path) -> None:
    # Real Runner of mmengine 0.10.7.
    text = (
        OPTIMIZER
        + "param_scheduler = [\n    dict(type='LinearLR', start_factor=1e-3, by_epoch=True, end=20),\n"
        "    dict(type='CosineAnnealingLR', eta_min=1e-5, by_epoch=True, begin=20)]\n" + EPOCHS
    )
    run = drawn(tmp_path, text)
    assert run.steps == 300
    found = run.schedule([0, 1, 19, 20, 21, 160, 299])
    expected = [1e-6, 5.357894736842105e-5, 1e-3, 1e-3, 0.0009999688430935769, 0.000505, 1.00311569064232e-5]
    assert found == pytest.approx(np.array(expected), rel=1e-9)


def test_epochs_of_n_steps_are_counted_once(tmp_path: Path) -> None:
    text = OPTIMIZER + "param_scheduler = [dict(type='MultiStepLR', milestones=[30, 60])]\n"
    run = drawn(tmp_path, text + "train_cfg = dict(by_epoch=True, max_epochs=100)\n", 1000)
    assert run.steps == 100_000
    assert run.schedule([29_999, 30_000, 60_000]) == pytest.approx(np.array([1e-3, 1e-4, 1e-5]))


def test_epochs_never_come_in_a_loop_of_steps(tmp_path: Path) -> None:
    run = drawn(
        tmp_path, OPTIMIZER + "param_scheduler = dict(type='LinearLR', start_factor=0.1, end=9)\n" + STEPS
    )
    assert run.steps == 80
    assert set(run.schedule.table(80)) == {1e-4}
    assert any("LinearLR counts epochs" in note for note in run.notes)


def test_schedulers_that_count_steps_ask_for_those_of_an_epoch(tmp_path: Path) -> None:
    text = OPTIMIZER + "param_scheduler = dict(type='CosineAnnealingLR', by_epoch=False)\n" + EPOCHS
    with pytest.raises(LrplotError, match="--steps-per-epoch N"):
        drawn(tmp_path, text)
    run = drawn(tmp_path, text, 10)
    assert run.steps == 3000
    assert run.schedule(1500) == pytest.approx(5e-4)


def test_a_scaled_rate_asks_for_the_batch(tmp_path: Path) -> None:
    text = OPTIMIZER + EPOCHS + "auto_scale_lr = dict(enable=True, base_batch_size=16)\n"
    with pytest.raises(LrplotError, match="give --let world_size=N --let batch_size=N"):
        drawn(tmp_path, text)
    loaded = text + "train_dataloader = dict(batch_size=4)\n"
    with pytest.raises(LrplotError, match=r"give --let world_size=N$"):
        drawn(tmp_path, loaded)
    run = drawn(tmp_path, loaded, world_size="8")
    assert run.schedule(0) == pytest.approx(2e-3)
    off = drawn(tmp_path, loaded.replace("enable=True", "enable=False"))
    assert off.schedule(0) == pytest.approx(1e-3)


def test_a_config_inherits_key_by_key(tmp_path: Path) -> None:
    (tmp_path / "schedules").mkdir()
    (tmp_path / "schedules" / "1x.py").write_text(
        OPTIMIZER + "param_scheduler = [dict(type='MultiStepLR', milestones=[8, 11])]\n"
        "train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=12)\n"
    )
    head = "_base_ = ['schedules/1x.py']\n"
    assert drawn(tmp_path, head).steps == 12
    child = drawn(
        tmp_path, head + "train_cfg = dict(max_epochs=24)\noptim_wrapper = dict(optimizer=dict(lr=0.5))\n"
    )
    assert (child.steps, float(child.schedule(0))) == (24, 0.5)
    dotted = head + "optim_wrapper = dict(optimizer=dict(lr=_base_.optim_wrapper.optimizer.lr * 0.5))\n"
    assert drawn(tmp_path, dotted).schedule(0) == pytest.approx(5e-4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("_base_ = 'no/such.py'\n", "such.py, from which this config inherits, cannot be read"),
        ("_base_ = 'mmdet::_base_/schedules/schedule_1x.py'\n", "inside an installed package"),
        ("_base_ = ['a.py', 'b.py']\n", "two files of _base_ say param_scheduler"),
        ("_base_ = 'loop.py'\n", "more than 20 files inherit"),
        (
            "_base_ = 'a.py'\nparam_scheduler = dict(type='StepLR', step_size=2)\n",
            "none in the file it inherits",
        ),
        (OPTIMIZER + "param_scheduler = []\ntrain_cfg = dict(max_epochs=3)\n", "needs type="),
        (OPTIMIZER + "param_scheduler = []\ntrain_cfg = dict(type='MyLoop', max_epochs=3)\n", "loop MyLoop"),
        (
            OPTIMIZER + EPOCHS + "param_scheduler = dict(type='QuadraticWarmupLR', end=5)\n",
            "QuadraticWarmupLR",
        ),
        (OPTIMIZER + EPOCHS + "param_scheduler = dict(g=dict(type='StepLR', step_size=2))\n", "keep the one"),
        (
            OPTIMIZER + EPOCHS + "param_scheduler = None\n"
            "default_hooks = dict(param_scheduler=dict(type='YOLOv5ParamSchedulerHook', lr_factor=0.01))\n",
            "hook YOLOv5ParamSchedulerHook moves the rate itself",
        ),
        (
            "optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1), accumulative_counts=4)\n" + EPOCHS,
            "accumulative_counts=4",
        ),
        (OPTIMIZER + "train_cfg = dict(by_epoch=True, max_epochs=epochs)\n", "'epochs' is not known here"),
        (
            "lr_config = dict(policy='poly')\noptimizer = dict(type='SGD', lr=0.1)\n",
            "length of training in epochs",
        ),
        (
            "lr_config = dict(policy='step', step=[8], warmup='linear', warmup_iters=500)\n"
            "optimizer = dict(type='SGD', lr=0.1)\n",
            "--steps-per-epoch N",
        ),
        ("lr_config = dict(policy='spline')\noptimizer = dict(type='SGD', lr=0.1)\n", "no policy 'spline'"),
        (
            "lr_config = dict(policy='step', steps=[3])\noptimizer = dict(type='SGD', lr=0.1)\n",
            "it takes step",
        ),
    ],
)
def test_what_a_config_does_not_say_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.py").write_text("param_scheduler = [dict(type='StepLR', step_size=2)]\n")
    (tmp_path / "b.py").write_text("param_scheduler = []\n")
    (tmp_path / "loop.py").write_text("_base_ = 'loop.py'\n")
    with pytest.raises(LrplotError, match=said):
        drawn(tmp_path, text)


def test_a_value_of_a_base_that_is_not_known_is_told_there(tmp_path: Path) -> None:
    (tmp_path / "base.py").write_text(OPTIMIZER + "\ntrain_cfg = dict(by_epoch=True, max_epochs=epochs)\n")
    with pytest.raises(LrplotError, match=r"base\.py:3:"):
        drawn(tmp_path, "_base_ = 'base.py'\n")
    assert drawn(tmp_path, "_base_ = 'base.py'\n", epochs="7").steps == 7


def test_a_runner_in_a_script_has_the_same_defaults(tmp_path: Path) -> None:
    text = (
        "from mmengine.runner import Runner\nimport torch\n"
        "def main():\n    epochs = 40\n    runner = Runner(model=Net(), work_dir='.',\n"
        "        optim_wrapper=dict(optimizer=dict(type=torch.optim.SGD, lr=0.1)),\n"
        "        param_scheduler=dict(type='CosineAnnealingLR'),\n"
        "        train_cfg=dict(by_epoch=True, max_epochs=epochs))\n    runner.train()\nmain()\n"
    )
    run = drawn(tmp_path, text)
    assert run.steps == 40
    assert run.schedule(20) == pytest.approx(0.05)


# mmdet#6785, by hand: 10 epochs of 100 steps rise from 1 %, and epoch 36 has a tenth.
def test_mmcvs_warm_up_by_epoch_goes_step_by_step(tmp_path: Path) -> None:
    text = (
        "lr_config = dict(policy='step', warmup='linear', warmup_by_epoch=True, warmup_iters=10, "
        "warmup_ratio=0.01, step=[36])\noptimizer = dict(type='SGD', lr=0.02)\ntotal_epochs = 50\n"
    )
    run = drawn(tmp_path, text, 100)
    assert run.steps == 5000
    found = run.schedule([0, 500, 1000, 3599, 3600])
    assert found == pytest.approx(np.array([0.0002, 0.0101, 0.02, 0.02, 0.002]))
