"""Each rule on what people really met, and silent on what is right.

Threads are named as in docs/lint.md; figures are the frameworks' own (FRAMEWORKS §3, §4) or worked by hand.
"""

from pathlib import Path

import pytest
from examples import EXAMPLES

from lrplot.checks.rules import RULES, Finding, Severity, lint
from lrplot.document.overrides import Overrides
from lrplot.run import Run
from lrplot.schedules import CATALOGUE
from lrplot.sources.reference import load

ROOT = Path(__file__).parents[2]


def runs_of(reference: str, **settings: str) -> tuple[Run, ...]:
    return load(reference, Overrides(settings={name: str(value) for name, value in settings.items()}))


def findings(reference: str, **settings: str) -> list[Finding]:
    return [finding for run in runs_of(reference, **settings) for finding in lint(run)]


def codes(reference: str, least: Severity = Severity.WARNING, **settings: str) -> set[str]:
    return {found.rule.code for found in findings(reference, **settings) if found.rule.severity >= least}


def one(code: str, reference: str, **settings: str) -> Finding:
    (found,) = (finding for finding in findings(reference, **settings) if finding.rule.code == code)
    return found


def evidence(finding: Finding) -> dict[str, float | int | str]:
    return dict(finding.evidence)


EPOCHS = {"epochs": "90", "steps_per_epoch": "391"}

# What people wrote, how long they trained, and what is told.
MET: list[tuple[str, dict[str, str], set[str]]] = [
    # pytorch#40971, UniRL#223: T_max is half a period, and the run is longer
    ("CosineAnnealingLR(o, T_max=50)", {"lr": "0.1", "steps": "100"}, {"LR001"}),
    # kohya-ss/sd-scripts#601: T_max=1 swings every step
    ("CosineAnnealingLR(o, T_max=1)", {"lr": "1e-4", "steps": "100"}, {"LR001"}),
    # ivadomed#57: T_max is the number of epochs, updated every batch
    ("CosineAnnealingLR(o, T_max=90)", {"lr": "0.1", **EPOCHS}, {"LR001", "LR009"}),
    # SimCLR#8: T_max=len(train_loader), updated every epoch
    (
        "CosineAnnealingLR(o, T_max=391)",
        {"lr": "0.1", "update": "epoch", **EPOCHS},
        {"LR007", "LR009"},
    ),
    # Transformers' plain cosine is not clamped (FRAMEWORKS §3.1)
    ("get_cosine_schedule_with_warmup(o, 10, 100)", {"lr": "0.1", "steps": "150"}, {"LR001"}),
    # pytorch-image-models#1242: a warm-up without prefix
    (
        "timm.scheduler.CosineLRScheduler(o, t_initial=300, warmup_t=20, warmup_lr_init=1e-5, lr_min=1e-5)",
        {"lr": "1e-3", "steps": "300"},
        {"LR002"},
    ),
    # nanoGPT#578, gpt-neox#1373: a note, no more
    ("get_linear_schedule_with_warmup(o, 100, 1000)", {"lr": "1e-3", "steps": "1000"}, set()),
    # a warm-up from 0, updated once an epoch
    (
        "get_linear_schedule_with_warmup(o, 5, 90)",
        {"lr": "1e-3", "update": "epoch", **EPOCHS},
        {"LR005"},
    ),
    # FRAMEWORKS §4.24: Optax with warmup_steps 0 stays at its init_value for ever
    ("optax.warmup_constant_schedule(0.0, 0.1, 0)", {"steps": "100"}, {"LR005"}),
    # FRAMEWORKS §4.8: a warm-up cut short by its milestone
    (
        "SequentialLR(o, [LinearLR(o, 0.1, total_iters=10), CosineAnnealingLR(o, T_max=95)], milestones=[5])",
        {"lr": "0.1", "steps": "100"},
        {"LR006"},
    ),
    # FRAMEWORKS §4.8: the second scheduler begins at the base rate, whatever the first left
    (
        "SequentialLR(o, [CosineAnnealingLR(o, T_max=50), ExponentialLR(o, 0.9)], milestones=[50])",
        {"lr": "0.1", "steps": "100"},
        {"LR006"},
    ),
    # accelerate#662, transformers#26827: a total in batches, updates every fourth
    ("get_cosine_schedule_with_warmup(o, 500, 10000)", {"lr": "1e-4", "steps": "2500"}, {"LR007"}),
    ("get_linear_schedule_with_warmup(o, 500, 10000)", {"lr": "1e-4", "steps": "2500"}, {"LR007"}),
    # diffusers#6137, accelerate#2318: updated once a process, over long before the end
    ("get_linear_schedule_with_warmup(o, 500, 10000)", {"lr": "1e-4", "steps": "40000"}, {"LR008"}),
    ("get_wsd_schedule(o, 10, 20, num_training_steps=100)", {"lr": "1e-4", "steps": "200"}, {"LR008"}),
    # ACE-Step#198: a warm-up of 4000 that counts epochs
    (
        "get_constant_schedule_with_warmup(o, 4000)",
        {"lr": "1e-4", "update": "epoch", **EPOCHS},
        {"LR005", "LR009", "LR010"},
    ),
    # SRGAN-PyTorch#1: step_size in epochs, updated every batch, the rate soon 0
    ("StepLR(o, step_size=45, gamma=0.1)", {"lr": "1e-4", **EPOCHS}, {"LR009", "LR012"}),
    ("MultiStepLR(o, [30, 60, 80])", {"lr": "0.1", **EPOCHS}, {"LR009"}),
    ("ExponentialLR(o, 0.95)", {"lr": "0.1", **EPOCHS}, {"LR012"}),
    # Tacotron#3: milestones of steps, taken for epochs
    ("MultiStepLR(o, [20000, 40000])", {"lr": "0.1", "update": "epoch", **EPOCHS}, {"LR009", "LR011"}),
    ("MultiStepLR(o, [30, 60, 90])", {"lr": "0.1", "epochs": "80"}, {"LR011"}),
    ("StepLR(o, 30)", {"lr": "0.1", "epochs": "20"}, {"LR011"}),
    # FRAMEWORKS §4.5: pct_start 0 leaves no step to rise in
    ("OneCycleLR(o, max_lr=0.1, total_steps=100, pct_start=0.0)", {"steps": "100"}, {"LR010"}),
    # pytorch#91765: one step too many bounces; pytorch#38170, PiFold#6: the next one raises
    ("OneCycleLR(o, max_lr=0.1, total_steps=100)", {"steps": "101"}, {"LR014"}),
    ("OneCycleLR(o, max_lr=0.1, total_steps=100000)", {"steps": "100002"}, {"LR014"}),
    # FRAMEWORKS §3.7: total 15 peaks between two steps
    ("OneCycleLR(o, max_lr=0.1, total_steps=15)", {"steps": "15"}, {"LR002"}),
    # FRAMEWORKS §3.12: two schedulers stepped together multiply
    (
        "ChainedScheduler([LinearLR(o, 0.1, total_iters=30), CosineAnnealingLR(o, T_max=70)])",
        {"lr": "1", "steps": "70"},
        {"LR002"},
    ),
    # nitrain#110: min_lr is the rate itself; joeynmt#163, FRAMEWORKS §4.10: drops within eps are not made
    ("ReduceLROnPlateau(o, min_lr=1e-4)", {"lr": "1e-4", "steps": "99", "metrics": "t"}, {"LR015"}),
    ("ReduceLROnPlateau(o)", {"lr": "1e-9", "steps": "99", "metrics": "t"}, {"LR015"}),
    ("ReduceLROnPlateau(o, patience=100)", {"lr": "0.1", "steps": "100", "metrics": "t"}, {"LR015"}),
    # T_max of the whole run behind a warm-up: five steps too many, of a hundred and of a thousand
    (
        "SequentialLR(o, [LinearLR(o, 0.1, total_iters=5), CosineAnnealingLR(o, T_max=100)], milestones=[5])",
        {"lr": "0.1", "steps": "100"},
        {"LR016"},
    ),
    (
        "SequentialLR(o, [LinearLR(o, 0.1, total_iters=5), CosineAnnealingLR(o, T_max=1000)], milestones=[5])",
        {"lr": "0.1", "steps": "1000"},
        {"LR016"},
    ),
    (
        "SequentialLR(o, [LinearLR(o, 0.1, total_iters=5), CosineAnnealingLR(o, T_max=90)], milestones=[5])",
        {"lr": "0.1", "update": "epoch", **EPOCHS},
        {"LR016"},
    ),
    # a factor above 1: a divisor, a growth each epoch, cycles that grow
    ("StepLR(o, 30, gamma=10)", {"lr": "0.1", "steps": "90"}, {"LR017"}),
    ("MultiStepLR(o, [30, 60], gamma=2)", {"lr": "0.1", "steps": "90"}, {"LR017"}),
    ("ExponentialLR(o, gamma=1.1)", {"lr": "0.1", "steps": "90"}, {"LR017"}),
    ("MultiplicativeLR(o, lambda epoch: 1.05)", {"lr": "0.1", "steps": "90"}, {"LR017"}),
    ("keras.optimizers.schedules.ExponentialDecay(0.1, 10, 1.5)", {"steps": "90"}, {"LR017"}),
    # a minimum for another base rate, or the base rate itself
    ("CosineAnnealingLR(o, T_max=100, eta_min=0.001)", {"lr": "1e-4", "steps": "100"}, {"LR018"}),
    ("CosineAnnealingLR(o, T_max=100, eta_min=0.001)", {"lr": "1e-3", "steps": "100"}, {"LR018"}),
    ("CosineAnnealingWarmRestarts(o, T_0=50, eta_min=0.1)", {"lr": "0.01", "steps": "100"}, {"LR018"}),
    # Smooth_AP#13
    ("MultiStepLR(o, [200, 300, 300, 120])", {"lr": "0.1", "steps": "400"}, {"LR019"}),
    # pytorch#78917, lhoyer/MIC#60; and one that is warmed up to the rate itself
    ("LambdaLR(o, lambda epoch: 0.001)", {"lr": "0.001", "steps": "100"}, {"LR020"}),
    (
        "LambdaLR(o, lambda x: 0.01 * (1. + 0.001 * float(x)) ** (-0.75))",
        {"lr": "0.01", "steps": "100"},
        {"LR020"},
    ),
    ("LambdaLR(o, lambda s: min(s / 10, 1) * 0.01)", {"lr": "0.01", "steps": "100"}, {"LR020"}),
    # AnimateDiff#11: nothing steps it
    (
        "o = SGD(p, lr=0.1)\ns = StepLR(o, 30)\nfor epoch in range(90):\n    o.step()",
        {"steps": "90"},
        {"LR021"},
    ),
    ("o = SGD(p, lr=0.1)\nStepLR(o, 30)\nfor epoch in range(90):\n    o.step()", {"steps": "90"}, {"LR021"}),
    # language-modeling#3: Adam at 1
    ("o = torch.optim.Adam(p, lr=1.0)\ns = CosineAnnealingLR(o, 90)", {"steps": "90"}, {"LR022"}),
    ("tx = optax.adamw(optax.linear_schedule(0.2, 0.0, 100))", {"steps": "100"}, {"LR022"}),
    # a restart on the last step, and one epoch of ten after it
    ("CosineAnnealingWarmRestarts(o, T_0=10)", {"lr": "0.1", "steps": "51"}, {"LR023"}),
    ("CosineAnnealingWarmRestarts(o, T_0=10, T_mult=2)", {"lr": "0.1", "steps": "73"}, {"LR023"}),
    # Transformers' total in epochs, updated every batch
    ("get_linear_schedule_with_warmup(o, 10, 90)", {"lr": "1e-4", **EPOCHS}, {"LR008", "LR009"}),
    # QLoRA: constant, and a warm-up that is none
    (
        "python qlora.py --learning_rate 2e-4 --lr_scheduler_type constant --warmup_ratio 0.03 --max_steps 99",
        {},
        {"LR024"},
    ),
]


@pytest.mark.parametrize(("reference", "settings", "told"), MET, ids=[f"{i}" for i in range(len(MET))])
def test_what_people_met_is_told(reference: str, settings: dict[str, str], told: set[str]) -> None:
    assert codes(reference, **settings) == told


def test_every_rule_is_among_what_people_met_or_a_note() -> None:
    told = set().union(*(told for _, _, told in MET))
    assert told | {rule.code for rule in RULES if rule.severity == Severity.NOTE} == {
        rule.code for rule in RULES
    }


# The same, put right.
RIGHT: list[tuple[str, dict[str, str]]] = [
    ("CosineAnnealingLR(o, T_max=100)", {"lr": "0.1", "steps": "100"}),
    # three steps more: the rate is back at 0.2 % of the peak, nobody's mistake
    ("CosineAnnealingLR(o, T_max=100)", {"lr": "0.1", "steps": "104"}),
    ("CosineAnnealingLR(o, T_max=90)", {"lr": "0.1", "update": "epoch", **EPOCHS}),
    ("CosineAnnealingLR(o, T_max=35190)", {"lr": "0.1", **EPOCHS}),
    ("MultiStepLR(o, [30, 60, 80])", {"lr": "0.1", "update": "epoch", **EPOCHS}),
    # a warm-up of a few steps in a run of many epochs
    ("get_constant_schedule_with_warmup(o, 50)", {"lr": "1e-4", **EPOCHS}),
    # restarts once an epoch, in steps
    ("CosineAnnealingWarmRestarts(o, T_0=50)", {"lr": "0.1", "epochs": "100", "steps_per_epoch": "50"}),
    (
        "timm.scheduler.CosineLRScheduler(o, t_initial=300, warmup_t=20, warmup_prefix=True)",
        {"lr": "1e-3", "steps": "320"},
    ),
    (
        "SequentialLR(o, [LinearLR(o, 0.1, total_iters=5), CosineAnnealingLR(o, T_max=95)], milestones=[5])",
        {"lr": "0.1", "steps": "100"},
    ),
    # ResNet-110: a constant warm-up jumps by design
    (
        "SequentialLR(o, [ConstantLR(o, 0.1, total_iters=5), CosineAnnealingLR(o, T_max=95)], milestones=[5])",
        {"lr": "0.1", "steps": "100"},
    ),
    # threestudio#226: a ConstantLR that is never to end
    (
        "SequentialLR(o, [ConstantLR(o, 0.1, 99999), ConstantLR(o, 0.5, 99999)], milestones=[200])",
        {"lr": "0.1", "steps": "500"},
    ),
    ("OneCycleLR(o, max_lr=0.1, total_steps=100)", {"steps": "100"}),
    # GPT-3 (arXiv:2005.14165): to a tenth over 260 of 300 billion tokens, then on at that
    ("optax.cosine_decay_schedule(6e-4, 260000, alpha=0.1)", {"steps": "300000"}),
    # a fine-tuning rate that ends near nothing
    ("get_polynomial_decay_schedule_with_warmup(o, 10, 10000)", {"lr": "1e-5", "steps": "10000"}),
    ("ReduceLROnPlateau(o)", {"lr": "0.1", "steps": "99", "metrics": "exp(-t)"}),
    ("CyclicLR(o, base_lr=0.001, max_lr=0.1, mode='exp_range', gamma=0.999)", {"steps": "20000"}),
    # a range test grows on purpose (Smith 2017)
    ("ExponentialLR(o, gamma=1.1)", {"lr": "1e-6", "steps": "150"}),
    # an exponential warm-up that something follows
    (
        "SequentialLR(o, [ExponentialLR(o, 1.3), CosineAnnealingLR(o, T_max=90)], milestones=[1])",
        {"lr": "0.01", "steps": "91"},
    ),
    # a factor that is no rate, under a base rate of 1 (tsun/SSRT#5) and under others
    ("LambdaLR(o, lambda x: 0.01 * (1. + 0.001 * float(x)) ** (-0.75))", {"lr": "1", "steps": "100"}),
    ("LambdaLR(o, lambda e: 0.95 ** e)", {"lr": "0.1", "steps": "50"}),
    # ResNet-110's warm-up: a tenth of the rate, then all of it
    ("LambdaLR(o, lambda e: 0.1 if e < 5 else 1)", {"lr": "0.1", "steps": "50"}),
    # a run of no length of its own ends nowhere in particular
    ("CosineAnnealingWarmRestarts(o, T_0=10, T_mult=4)", {"lr": "0.1"}),
    ("cosine_restarts", {}),
    # what steps it is elsewhere
    ("o = SGD(p, lr=0.1)\ns = StepLR(o, 30)\nTrainer(model, optimizers=(o, s)).train()", {"steps": "90"}),
    ("o = SGD(p, lr=0.1)\ns = StepLR(o, 30)\nfor e in range(90):\n    o.step()\n    s.step()", {}),
    # SGD, and Adam at a rate some have used (Pytorch-UNet#117); Adagrad's scale is its own
    ("o = SGD(p, lr=1.0)\ns = CosineAnnealingLR(o, 90)", {"steps": "90"}),
    ("o = Adam(p, lr=0.1)\ns = CosineAnnealingLR(o, 90)", {"steps": "90"}),
    ("o = Adagrad(p, lr=0.5)\ns = CosineAnnealingLR(o, 90)", {"steps": "90"}),
    # whole cycles, and half of one
    ("CosineAnnealingWarmRestarts(o, T_0=10)", {"lr": "0.1", "steps": "50"}),
    ("CosineAnnealingWarmRestarts(o, T_0=10)", {"lr": "0.1", "steps": "55"}),
    ("MultiStepLR(o, [30, 30, 60])", {"lr": "0.1", "steps": "90"}),
]


@pytest.mark.parametrize(("reference", "settings"), RIGHT, ids=[f"{i}" for i in range(len(RIGHT))])
def test_what_is_right_is_not_told(reference: str, settings: dict[str, str]) -> None:
    assert codes(reference, **settings) == set()


# Specs that show a slip on purpose, by the schedule that has it; every other spec is clean.
SHOWN: dict[str, dict[str, set[str]]] = {
    "002_cosine_after_end": {
        "PyTorch, T_max 50 (rises)": {"LR001"},
        "Keras, decay_steps 50 (holds)": {"LR008"},
    },
    "002_lambda_absolute_recursive": {"Keras schedule(epoch, lr)": {"LR012"}},
    "002_warmup_cosine_forms": {"underneath it": {"LR006"}},
    "003_cosine_annealing_readings": {"the formula without a restart": {"LR001"}},
    "004_cosine_periods": {f"T_max={length}": {"LR001"} for length in (50, 100, 150)},
    "frameworks_cosine": {"PyTorch": {"LR001"}, "Keras": {"LR008"}, "timm": {"LR008"}},
    "frameworks_warmup": {
        "PyTorch": {"LR001"},
        "Keras": {"LR008"},
        "Transformers": {"LR001"},
        "Optax": {"LR008"},
        "timm": {"LR002", "LR008"},
    },
}


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_clean_recipe_has_no_finding(path: Path) -> None:
    told = {
        run.label: {found.rule.code for found in lint(run) if found.rule.severity > Severity.NOTE}
        for run in load(str(path))
    }
    assert {label: found for label, found in told.items() if found} == SHOWN.get(path.stem, {})


def test_every_name_of_the_catalogue_can_be_checked() -> None:
    for name in CATALOGUE:
        assert codes(name) == set(), name


def test_codes_and_names_are_each_one_rules() -> None:
    assert [rule.code for rule in RULES] == [f"LR{i:03}" for i in range(1, len(RULES) + 1)]
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_the_numbers_of_a_jump_are_those_of_both_sides() -> None:
    found = one(
        "LR006",
        "SequentialLR(o, [LinearLR(o, 0.1, total_iters=10), CosineAnnealingLR(o, T_max=95)], milestones=[5])",
        lr="0.1",
        steps="100",
    )
    # LinearLR at step 4 of 10: 0.1 + 0.9 · 4/10 of the base rate
    assert found.step == 5
    assert evidence(found) == {"before": pytest.approx(0.046), "after": pytest.approx(0.1)}
    assert "up by 54.0% of the peak" in found.sentence


def test_the_numbers_of_a_missed_peak_are_timms() -> None:
    # FRAMEWORKS §3.3, measured: .1 .4 .7 .7939 .6545 … of the base rate
    call = "timm.scheduler.CosineLRScheduler(o, t_initial=10, warmup_t=3, warmup_lr_init=0.1)"
    found = one("LR002", call, lr="1", steps="10")
    assert found.step == 3
    assert evidence(found)["reached"] == pytest.approx(0.7938926)


def test_the_numbers_of_a_onecycle_are_pytorchs() -> None:
    # FRAMEWORKS §3.7, measured: total 10 bounces to .0495 of the peak; total 15 peaks at .9944
    bounced = one("LR014", "OneCycleLR(o, max_lr=1.0, total_steps=10)", steps="11")
    assert bounced.step == 10
    assert evidence(bounced)["rate"] == pytest.approx(0.0495, abs=5e-5)
    assert "1 step longer" in bounced.sentence
    raised = one("LR014", "OneCycleLR(o, max_lr=1.0, total_steps=10)", steps="13")
    assert "3 steps longer" in raised.sentence
    assert "PyTorch raises at step 11" in raised.sentence
    missed = one("LR002", "OneCycleLR(o, max_lr=1.0, total_steps=15)", steps="15")
    assert evidence(missed)["reached"] == pytest.approx(0.9944, abs=5e-5)


def test_a_onecycle_that_raises_is_still_looked_at_where_it_has_a_rate() -> None:
    assert codes("OneCycleLR(o, max_lr=1.0, total_steps=15)", steps="400") == {"LR002", "LR014"}


def test_a_minimum_that_is_frozen_one_step_early_is_mmengines() -> None:
    # FRAMEWORKS §3.1, measured: T_max = end = 4 freezes at .1464
    call = "mmengine.optim.CosineAnnealingLR(o, T_max=4, end=4, eta_min=0, by_epoch=False)"
    found = one("LR003", call, lr="1", steps="9")
    assert evidence(found)["reached"] == pytest.approx(0.1464466)


@pytest.mark.parametrize(
    ("steps", "told"), [("13", False), ("12", True)], ids=["one step to spare", "none to spare"]
)
def test_patience_is_counted_as_pytorch_counts(steps: str, told: bool) -> None:
    # FRAMEWORKS §4.10, measured: defaults on a flat metric are first seen at step 12.
    assert ("LR015" in codes("ReduceLROnPlateau(o)", lr="0.1", steps=steps, metrics="1 + 0 * t")) == told


@pytest.mark.parametrize(("steps", "told"), [("12", False), ("11", True)])
def test_patience_is_counted_as_keras_counts(steps: str, told: bool) -> None:
    # FRAMEWORKS §4.21, measured: first seen at step 11.
    call = "keras.callbacks.ReduceLROnPlateau()"
    assert ("LR015" in codes(call, lr="0.1", steps=steps, metrics="1 + 0 * t")) == told


def test_a_step_in_an_epoch_clock_is_told_in_steps() -> None:
    found = one(
        "LR001", "CosineAnnealingLR(o, T_max=30)", lr="0.1", epochs="90", steps_per_epoch="10", update="epoch"
    )
    assert found.step == 310
    zeros = one(
        "LR005",
        "get_linear_schedule_with_warmup(o, 5, 90)",
        lr="1e-3",
        epochs="90",
        steps_per_epoch="10",
        update="epoch",
    )
    assert evidence(zeros)["zeros"] == 10


def test_the_first_step_at_zero_and_small_rates_are_notes() -> None:
    told = findings("get_cosine_schedule_with_warmup(o, 100, 1000)", lr="6e-6", steps="1000")
    assert [(found.rule.code, str(found.rule.severity)) for found in told] == [
        ("LR004", "note"),
        ("LR013", "note"),
    ]


def test_float32_and_bfloat16_lose_what_the_rules_say_they_lose() -> None:
    # numpy has no bfloat16: it is float32 with the last 16 bits rounded away, to even.
    import numpy as np

    def bfloat16(value: float) -> float:
        bits = int(np.float32(value).view(np.uint32))
        rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
        return float(np.uint32(rounded).view(np.float32))

    from lrplot.checks.rules.precision import LEAST_BFLOAT16, LEAST_FLOAT32

    weight = bfloat16(0.02)
    assert bfloat16(weight - 0.99 * LEAST_BFLOAT16) == weight
    assert bfloat16(weight - 1.01 * LEAST_BFLOAT16) != weight
    single = np.float32(0.02)
    assert single - np.float32(0.99 * LEAST_FLOAT32) == single
    assert single - np.float32(1.01 * LEAST_FLOAT32) != single


@pytest.mark.parametrize(
    "name",
    ["cosine_restarts", "step", "cyclic", "epochwise", "product", "sequence", "warmup_cosine", "lambda"],
)
def test_a_trillion_steps_are_checked_at_once(name: str) -> None:
    (run,) = runs_of(name, steps="1e12")
    assert {str(finding.rule.severity) for finding in lint(run)} <= {"note", "warning"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_schedule_is_too_odd_to_be_checked(name: str) -> None:
    for steps in (1, 2, 101):
        for finding in lint(Run(name, EXAMPLES[name], steps, steps_per_epoch=10)):
            assert finding.step is None or 0 <= finding.step < steps


def test_findings_speak_of_what_was_written() -> None:
    warm = "get_linear_schedule_with_warmup(o, 10, 90)"
    assert one("LR009", warm, lr="1e-4", **EPOCHS).sentence == (
        "num_training_steps 90 of get_linear_schedule_with_warmup counts steps here and looks like epochs"
    )
    late = one("LR010", "get_wsd_schedule(o, 10, 20, num_training_steps=100)", lr="1e-4", steps="60")
    assert (
        late.sentence
        == "the third part of get_wsd_schedule never begins: it comes at step 80, the run has 60 steps"
    )
    swung = one("LR001", "get_cosine_schedule_with_warmup(o, 10, 100)", lr="0.1", steps="150")
    assert (swung.parameter, evidence(swung)["num_training_steps"]) == ("num_training_steps", 100)
    keras = one("LR009", "keras.optimizers.schedules.CosineDecay(0.1, 90)", **EPOCHS)
    assert keras.sentence == "decay_steps 90 of CosineDecay counts steps here and looks like epochs"
    inner = (
        "warm = LinearLR(o, 0.1, total_iters=5)\ncos = CosineAnnealingLR(o, T_max=100)\n"
        "s = SequentialLR(o, [warm, cos], milestones=[5])"
    )
    whole = one("LR016", inner, lr="0.1", steps="100")
    assert whole.sentence.startswith("what begins at step 5 of SequentialLR is as long as the whole run: ")
    assert whole.parameter == "T_max"


def test_the_numbers_of_a_cut_cosine_are_worked_by_hand() -> None:
    call = (
        "SequentialLR(o, [LinearLR(o, 0.1, total_iters=5), CosineAnnealingLR(o, T_max=100)], milestones=[5])"
    )
    found = one("LR016", call, lr="0.1", steps="100")
    # Step 99 is the cosine's 94th: 0.1 (1 + cos 0.94 pi) / 2.
    assert evidence(found)["final"] == pytest.approx(0.1 * (1 - 0.9822872507286887) / 2)
    assert evidence(found)["begins"] == 5


def test_no_finding_speaks_of_our_own_types() -> None:
    calls = [(reference, settings) for reference, settings, _ in MET if "(" in reference]
    for reference, settings in calls:
        for found in findings(reference, **settings):
            words = f"{found.sentence} {found.parameter}"
            assert not {"parts[", "factors["} & {word for word in words.split() if "[" in word}, words
            assert " of sequence" not in words, words
            assert " of warmup" not in words, words
