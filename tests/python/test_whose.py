"""The import decides whose a name is; what is imported from elsewhere is nobody's."""

from pathlib import Path

import pytest

from lrplot import parse
from lrplot.clock import Clock
from lrplot.errors import LrplotError, NotationError
from lrplot.frameworks.texts import read
from lrplot.schedules.base import Context
from lrplot.sources.reference import load

OPTIMIZER = "optimizer = torch.optim.SGD(p, lr=0.1)\n"


@pytest.mark.parametrize(
    ("before", "call", "framework"),
    [
        ("", "StepLR(optimizer, 30)", "pytorch"),
        ("", "optim.lr_scheduler.StepLR(optimizer, 30)", "pytorch"),
        ("", "lr_scheduler.StepLR(optimizer, 30)", "pytorch"),
        ("import torch", "torch.optim.lr_scheduler.StepLR(optimizer, 30)", "pytorch"),
        ("from torch.optim import lr_scheduler as S", "S.StepLR(optimizer, 30)", "pytorch"),
        ("import torch.optim.lr_scheduler as sched", "sched.StepLR(optimizer, 30)", "pytorch"),
        ("import torch.optim as optim", "optim.lr_scheduler.StepLR(optimizer, 30)", "pytorch"),
        ("from mmengine.optim import StepLR", "StepLR(optimizer, step_size=30)", "mmengine"),
        ("import keras as K", "K.optimizers.schedules.CosineDecay(0.1, 20)", "keras"),
        ("from paddle.optimizer import lr", "lr.StepDecay(0.1, step_size=30)", "paddle"),
        (
            "from diffusers.optimization import get_scheduler",
            "get_scheduler('cosine', optimizer, num_warmup_steps=1, num_training_steps=9)",
            "diffusers",
        ),
        (
            "from transformers import get_scheduler",
            "get_scheduler('cosine', optimizer, num_warmup_steps=1, num_training_steps=9)",
            "transformers",
        ),
        (
            "from colossalai.nn.lr_scheduler import PolynomialLR",
            "PolynomialLR(optimizer, total_steps=40)",
            "colossalai",
        ),
        ("", "PolynomialLR(optimizer, total_iters=40)", "pytorch"),
    ],
)
def test_a_name_is_its_imports(before: str, call: str, framework: str) -> None:
    (found,) = read(f"{before}\n{OPTIMIZER}s = {call}", "it", Context(0.1, 50, Clock(50)))
    assert found.framework == framework


def test_a_bare_name_is_not_one_that_is_met_with_its_import_alone() -> None:
    call = "get_scheduler('cosine', optimizer, num_warmup_steps=1, num_training_steps=9, num_cycles=2)"
    with pytest.raises(NotationError, match="get_scheduler has no argument 'num_cycles'"):
        parse(f"{OPTIMIZER}s = {call}")
    assert parse(f"{OPTIMIZER}s = diffusers.optimization.{call}", steps=9).schedule(1) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("before", "call", "module"),
    [
        ("from mypkg.lr_scheduler import StepLR", "StepLR(optimizer, 30)", "mypkg.lr_scheduler"),
        ("from mypkg import lr_scheduler", "lr_scheduler.StepLR(optimizer, 30)", "mypkg.lr_scheduler"),
        ("import mypkg", "mypkg.lr_scheduler.StepLR(optimizer, 30)", "mypkg.lr_scheduler"),
        ("import mypkg.lr_scheduler as S", "S.StepLR(optimizer, 30)", "mypkg.lr_scheduler"),
        ("from .lr_scheduler import StepLR", "StepLR(optimizer, 30)", ".lr_scheduler"),
        ("from . import lr_scheduler", "lr_scheduler.StepLR(optimizer, 30)", ".lr_scheduler"),
        ("from yolox.utils import LRScheduler", "LRScheduler('cos', 0.1, 9, 90)", "yolox.utils"),
        ("from utils import CosineDecay", "CosineDecay(0.1, 20)", "utils"),
        ("from jax.example_libraries import optimizers as o", "o.exponential_decay(1, 9, 0.5)", "jax."),
    ],
)
def test_a_name_from_elsewhere_is_refused(before: str, call: str, module: str) -> None:
    name = call.partition("(")[0].rpartition(".")[2]
    with pytest.raises(NotationError) as error:
        parse(f"{before}\n{OPTIMIZER}s = {call}")
    assert f"{name} comes from '{module}" in error.value.message
    assert f"paste its definition (class or def {name})" in error.value.message


def test_a_definition_in_the_text_is_what_the_name_means() -> None:
    text = "from utils import get_lr\ndef get_lr(step):\n    return 0.1 / (step + 1)\n"
    (found,) = read(text, "it", Context(None, 9, Clock(9)))
    assert found.schedule([0, 1]).tolist() == [0.1, 0.05]


def test_a_configs_whole_path_says_whose_it_is(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    text = "lr: 0.1\nsteps: 40\nschedule: {_target_: %s.lr_scheduler.StepLR, step_size: 30}\n"
    spec.write_text(text % "mypkg")
    with pytest.raises(LrplotError, match=r"StepLR comes from 'mypkg\.lr_scheduler'"):
        load(str(spec))
    spec.write_text(text % "torch.optim")
    assert load(str(spec))[0].schedule(30) == pytest.approx(0.01)


@pytest.mark.parametrize(
    "call",
    [
        "StepLR(optimizer, 30, 0.1, -1, True)",
        "StepLR(optimizer, 30, verbose=args.verbose)",
        "ExponentialLR(optimizer, 0.9, -1, False)",
        "OneCycleLR(optimizer, 0.1, 50, verbose=False)",
        "SequentialLR(optimizer, [ConstantLR(optimizer, verbose=1), StepLR(optimizer, 3)], [5], -1, True)",
        "ReduceLROnPlateau(optimizer, 'min', 0.5, 3, 1e-4, 'rel', 0, 0, 1e-8, True)",
    ],
)
def test_verbose_changes_no_rate(call: str) -> None:
    plain = call.replace(", -1, True)", ")").replace(", -1, False)", ")").replace(", 1e-8, True", ", 1e-8")
    for word in (", verbose=args.verbose", ", verbose=False", ", verbose=1"):
        plain = plain.replace(word, "")
    metrics = [1.0] * 50 if "Plateau" in call else None
    head = "optimizer = SGD(p, lr=0.1)\ns = "
    runs = [parse(head + each, steps=50, metrics=metrics) for each in (call, plain)]
    assert runs[0].schedule == runs[1].schedule


def test_an_unknown_type_of_schedule_is_asked_for() -> None:
    for module in ("transformers", "diffusers.optimization"):
        text = f"from {module} import get_scheduler\n{OPTIMIZER}s = get_scheduler(args.kind, optimizer, "
        with pytest.raises(NotationError, match=r"'args\.kind' is not known here; bind it with --let"):
            parse(text + "num_warmup_steps=1, num_training_steps=9)")


# By hand: num_cycles=2 makes the cosine restart half-way through 1500 steps (kohya-ss/sd-scripts#881).
def test_diffusers_hard_restarts() -> None:
    run = parse(
        "from diffusers.optimization import get_scheduler\n"
        "s = get_scheduler('cosine_with_restarts', optimizer=torch.optim.AdamW(p, lr=1e-4), "
        "num_warmup_steps=100, num_training_steps=1600, num_cycles=2)",
        steps=1600,
    )
    assert run.schedule([0, 50, 100, 475, 850, 1225]).tolist() == pytest.approx(
        [0, 5e-5, 1e-4, 5e-5, 1e-4, 5e-5]
    )


# By hand: tops of 0.002 · 0.5^i, the last of them below min_lr.
def test_katsuras_tops_fall_below_the_minimum() -> None:
    run = parse(
        "CosineAnnealingWarmupRestarts(optimizer, first_cycle_steps=10000, warmup_steps=2000, max_lr=0.002, "
        "min_lr=1e-4, gamma=0.5)",
        steps=60_000,
    )
    expected = [1e-4, 0.00105, 0.002, 0.00105, 1e-4, 0.001, 6.25e-5]
    assert run.schedule([0, 1000, 2000, 6000, 10_000, 12_000, 52_000]).tolist() == pytest.approx(expected)


def test_katsuras_cycles_go_on_beyond_those_laid_out() -> None:
    call = "CosineAnnealingWarmupRestarts(optimizer, 10, max_lr=0.2, min_lr=0.01, warmup_steps=3, gamma=0.5)"
    short, long = parse(call), parse(call, steps=100)
    assert short.steps == 40
    assert short.schedule.table(100).tolist() == pytest.approx(long.schedule.table(100).tolist())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("GradualWarmupScheduler(o, 0.5, 5)", "greater thant or equal to 1"),
        ("GradualWarmupScheduler(o, 1, 0)", "divides by total_epoch"),
        ("GradualWarmupScheduler(o, 2, 2.5, StepLR(o, 3))", "must be whole before another"),
        ("GradualWarmupScheduler(o, 1, 5, ReduceLROnPlateau(o))", "reacts to a metric"),
        (
            "GradualWarmupScheduler(o, 1, 5, SequentialLR(o, [StepLR(o, 3)], []))",
            "not read around SequentialLR",
        ),
        ("GradualWarmupScheduler(o, 2, 5, OneCycleLR(o, 0.1, 50))", "does not begin where the warm-up ends"),
        ("CosineAnnealingWarmupRestarts(o, 5, warmup_steps=5)", "warmup_steps must be below"),
        ("colossalai.nn.lr_scheduler.PolynomialLR(o, 40, end_lr=-1)", "end_lr must >= 0"),
        ("colossalai.nn.lr_scheduler.MultiStepWarmupLR(o, 40, milestones=[])", "cannot be empty"),
        ("colossalai.nn.lr_scheduler.LinearWarmupLR(o, 40, 40)", "leave no step"),
        ("diffusers.get_scheduler('wsd', o)", "no scheduler type 'wsd' in Diffusers"),
        ("diffusers.get_scheduler('piecewise_constant', o)", "needs step_rules"),
        ("diffusers.get_scheduler('piecewise_constant', o, '1:x,2')", "step_rules must be as"),
        ("diffusers.get_scheduler('cosine', o, num_warmup_steps=1)", "requires `num_training_steps`"),
    ],
)
def test_what_is_refused(call: str, said: str) -> None:
    with pytest.raises(LrplotError, match=said):
        parse(f"o = SGD(p, lr=0.1)\ns = {call}", steps=60)


def test_colossalais_linear_rate_goes_below_zero_and_is_told() -> None:
    run = parse("colossalai.nn.lr_scheduler.LinearWarmupLR(SGD(p, lr=0.1), 40, 5)", steps=50)
    assert run.schedule(40) == 0
    with pytest.raises(LrplotError, match="would be -"):
        run.schedule(41)


def test_the_pair_of_timms_factory_says_how_long_it_trains() -> None:
    run = parse(
        "s, epochs = create_scheduler_v2(SGD(p, lr=1e-3), sched='cosine', num_epochs=300, warmup_epochs=5, "
        "cooldown_epochs=10)\nfor epoch in range(epochs):\n    s.step(epoch)"
    )
    assert run.steps == 310
