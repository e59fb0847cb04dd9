"""Parameter groups that trainers' keys make, by hand from what each trainer does with them."""

from pathlib import Path

import pytest

from lrplot.document.overrides import Overrides
from lrplot.run import Run
from lrplot.sources.reference import load

HF = "python train.py --output_dir o --learning_rate 1e-4 --max_steps 10 --lr_scheduler_type linear "


def drawn(text: str, **facts: int) -> Run:
    (run,) = load(text, Overrides(facts=facts))
    return run


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        # Linear to 0 over 10 updates: half the rate of each at 5.
        (HF + "--mm_projector_lr 2e-5", {}, {"mm projector": 1e-5}),
        (HF + "--loraplus_lr_ratio 16", {}, {"LoRA B": 8e-4}),
        (
            "accelerate launch train_dreambooth_lora_sdxl.py --pretrained_model_name_or_path x --learning_rate 1e-4 --text_encoder_lr 5e-6 "
            "--train_text_encoder --lr_scheduler constant --max_train_steps 10 --train_batch_size 1 --lr_warmup_steps 0",
            {},
            {"unet": 1e-4, "text encoder": 5e-6},
        ),
        # Linear from 0 at update 0 to the floor at 10: half-way between peak and floor.
        (
            "python pretrain_gpt.py --lr 1e-3 --min-lr 0 --train-iters 10 --global-batch-size 8 --lr-decay-style "
            "linear --lr-warmup-iters 0 --decoupled-lr 1e-4 --decoupled-min-lr 2e-5",
            {},
            {"embedding and output layer": 6e-5},
        ),
        (
            "LearningRate: {base_lr: 0.1, schedulers: [{name: PiecewiseDecay, gamma: 0.1, milestones: [8]}]}\n"
            "epoch: 12\nTrainReader: {batch_size: 1}\nResNet: {lr_mult_list: [0.05, 0.1]}\n",
            {"examples": 10, "devices": 1},
            {"stage 1": 0.005, "stage 2": 0.01},
        ),
        (
            "SOLVER: {BASE_LR: 0.02, MAX_ITER: 100, WARMUP_ITERS: 0, STEPS: [50], BIAS_LR_FACTOR: 2.0}\n",
            {},
            {"weights": 0.02, "bias": 0.04},
        ),
    ],
)
def test_a_key_makes_a_group(
    text: str, facts: dict[str, int], expected: dict[str, float], tmp_path: Path
) -> None:
    path = tmp_path / "it.yaml"
    if "\n" in text:
        path.write_text(text)
        text = str(path)
    run = drawn(text, **facts)
    assert {group.label: float(group.schedule(5)) for group in run.groups} == {
        name: pytest.approx(value) for name, value in expected.items()
    }
    assert not any("drawn is the rate of the rest" in note for note in run.notes)


def test_layers_of_a_transformer_decay_from_the_head_down() -> None:
    run = drawn(
        "python main_finetune.py --blr 1e-3 --lr 1e-3 --min_lr 0 --layer_decay 0.5 --model vit_base_patch16 --epochs 10 "
        "--warmup_epochs 1 --batch_size 1",
        examples=10,
        devices=1,
    )
    assert [group.label for group in run.groups] == ["head", *(f"layer {i}" for i in range(12, -1, -1))]
    peaks = [float(group.schedule(10)) for group in run.groups]
    assert peaks == pytest.approx([1e-3 * 0.5**k for k in range(14)])


def test_timms_layers_decay_too() -> None:
    run = drawn(
        "python train.py --sched cosine --lr 1.0 --epochs 9 --warmup-epochs 0 --layer-decay 0.5 "
        "--model vit_base_patch16_224",
        examples=1000,
    )
    assert [float(group.schedule(0)) for group in run.groups] == [0.5**k for k in range(14)]


def test_dinov2s_patch_embedding_has_a_fifth_of_the_lowest_rate(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(
        "train: {batch_size_per_gpu: 128, OFFICIAL_EPOCH_LENGTH: 10}\nstudent: {arch: vit_small}\n"
        "optim: {base_lr: 1.0, min_lr: 0.0, epochs: 10, warmup_epochs: 0, layerwise_decay: 0.5, "
        "freeze_last_layer_epochs: 1}\n"
    )
    run = drawn(str(tmp_path / "it.yaml"), devices=8)
    found = {group.label: float(group.schedule(0)) for group in run.groups}
    assert len(found) == 16
    assert found["layer 0"] == pytest.approx(0.5**13)
    assert found["patch embedding"] == pytest.approx(0.2 * 0.5**13)
    assert found["last layer"] == 0


def test_a_model_of_unknown_depth_is_told() -> None:
    run = drawn(
        "python train.py --sched cosine --lr 0.1 --epochs 9 --layer-decay 0.7 --model convnext_tiny",
        examples=1000,
    )
    assert run.groups == ()
    assert any("drawn is the head's rate" in note for note in run.notes)


CONFIG = """
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=12)
optim_wrapper = dict(optimizer=dict(type='AdamW', lr=1e-4), paramwise_cfg=dict(
    custom_keys={'backbone': dict(lr_mult=0.1), 'norm': dict(decay_mult=0)}, bias_lr_mult=2))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=12, eta_min=1e-6, by_epoch=True)]
train_dataloader = dict(batch_size=2)
"""


@pytest.mark.parametrize("facts", [{}, {"examples": 20}])
def test_mmengines_factors_are_of_the_rate_and_not_of_the_floor(
    facts: dict[str, int], tmp_path: Path
) -> None:
    path = tmp_path / "config.py"
    path.write_text(CONFIG)
    run = drawn(str(path), **facts)
    middle = 6 * (10 if facts else 1)
    expected = {"backbone": (1e-5 + 1e-6) / 2, "bias": (2e-4 + 1e-6) / 2}
    assert {group.label: float(group.schedule(middle)) for group in run.groups} == {
        name: pytest.approx(value) for name, value in expected.items()
    }
    assert not any("drawn is" in note for note in run.notes)


def test_patterns_of_big_vision_are_groups(tmp_path: Path) -> None:
    path = tmp_path / "config.py"
    path.write_text(
        "def get_config():\n  config = mlc.ConfigDict()\n  config.total_steps = 100\n  config.lr = 0.1\n"
        "  config.input = dict(batch_size=8)\n"
        "  config.schedule = [('img/.*', None), ('.*', dict(decay_type='linear'))]\n  return config\n"
    )
    run = drawn(str(path))
    assert {group.label: float(group.schedule(50)) for group in run.groups} == {
        "img/.*": 0,
        ".*": pytest.approx(0.05),
    }
