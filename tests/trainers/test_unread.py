"""Keys that a trainer does not have, keys of other groups, contradictions: refused or told, never silent."""

from pathlib import Path

import pytest
from command import lrplot

from lrplot.errors import LrplotError
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.registry import read_training
from lrplot.trainers.structural import check_structural
from lrplot.trainers.training import ConfigurationError, Training

HF = "output_dir: o\nper_device_train_batch_size: 8\nnum_train_epochs: 3\n"
FLAGS = "python train.py --per_device_train_batch_size 8 --num_train_epochs 3 "
AXOLOTL = "base_model: x\ndatasets: []\nmicro_batch_size: 2\nlearning_rate: 1e-4\n"
CORE = """\
train_module:
  optim: {lr: 1.0e-3}
  scheduler: {_CLASS_: olmo_core.optim.scheduler.WSD, units: tokens, warmup: 2000, decay: 3000}
data_loader: {global_batch_size: 100}
trainer: {max_duration: {value: 10000, unit: tokens}}
"""
FACTS = Facts(examples=800, devices=1)


def drawn(text: str, facts: Facts = FACTS, folder: Path | None = None) -> Training:
    found = read_training(text, "it", facts, folder=folder)
    assert found is not None
    return found[2]


MISSPELT = [
    (HF + "learning_rat: 2e-5\n", "did you mean learning_rate"),
    (HF + "lr_schedular_type: cosine\n", "did you mean lr_scheduler_type"),
    (HF + "warmup_ratoi: 0.1\n", "did you mean warmup_ratio"),
    (HF + "lr: 2e-5\n", "did you mean learning_rate"),
    ('{"per_device_train_batch_size": 8, "lr_scheduler_type": "cosine", "max_step": 9}', "mean max_steps"),
    (FLAGS + "--warmup_ratoi 0.1", "did you mean warmup_ratio"),
    ("SFTConfig(output_dir='o', per_device_train_batch_size=8, lr=2e-5)", "did you mean learning_rate"),
    ("SOLVER: {BASE_LR: 0.1, MAX_ITER: 100, WARMUP_ITER: 10}\n", "did you mean warmup_iters"),
    ("[optimizer]\nlr = 3e-4\n[lr_scheduler]\nwarmup_step = 2\n[training]\nsteps = 5\n", "mean warmup_steps"),
    ("python train.py --sched cosine --lr 0.1 --epochs 9 --warmup-epoch 3", "write warmup_epochs"),
    ("python pretrain_gpt.py --lr 1e-3 --train-iters 9 --lr-decay-stlye cosine", "mean lr_decay_style"),
    ("yolo train data=a.yaml epohcs=9 optimizer=SGD", "did you mean epochs"),
]


@pytest.mark.parametrize(("text", "said"), MISSPELT, ids=[said for _, said in MISSPELT])
def test_a_misspelt_key_about_the_rate_is_refused_with_the_nearest(text: str, said: str) -> None:
    with pytest.raises(LrplotError, match=said):
        drawn(text)


TOLD = [
    (AXOLOTL + "lr_schedular: linear\n", "did you mean lr_scheduler"),
    (AXOLOTL + "lisa_step_interval_of_mine: 3\nmy_own_warmup: 2\n", "my_own_warmup is not read"),
    (
        AXOLOTL + "loraplus_lr_embedding: 1e-6\n",
        "loraplus_lr_embedding gives other parameter groups other rates",
    ),
    (FLAGS + "--critic_lr 2e-5", "critic_lr gives other"),
    (FLAGS + "--auto_find_batch_size true", "auto_find_batch_size halves the batch"),
    ("torchrun --nproc_per_node=4 train.py " + FLAGS[16:], "launcher says 4 devices; --devices 1 is taken"),
    ("swift sft --dataset 'a#500' --num_train_epochs 1 --learning_rate 1e-4", "--dataset takes 500 examples"),
]


@pytest.mark.parametrize(("text", "said"), TOLD, ids=[said for _, said in TOLD])
def test_a_key_that_is_passed_over_or_contradicts_is_told(text: str, said: str) -> None:
    notes = drawn(text).notes
    assert any(said in note for note in notes), notes


@pytest.mark.parametrize(
    "key", ["save_steps: 5", "weight_decay: 0.1", "logging_steps: 1", "loraplus_lr_ratio: null"]
)
def test_a_key_that_does_not_touch_the_rate_is_not_told(key: str) -> None:
    assert drawn(HF + key + "\n").notes == drawn(HF).notes


def test_a_beginning_that_argparse_takes_is_read_by_the_trainer() -> None:
    assert float(drawn(FLAGS + "--learning_rat 2e-5").schedule(0)) == 2e-5


def test_a_file_that_a_command_names_is_judged_too(tmp_path: Path) -> None:
    (tmp_path / "sft.yaml").write_text(
        "stage: sft\nfinetuning_type: full\nlearning_rat: 1.0e-4\nmax_steps: 9\n"
    )
    with pytest.raises(LrplotError, match="did you mean learning_rate"):
        drawn("llamafactory-cli train sft.yaml", folder=tmp_path)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b" / "c"
    inner.mkdir(parents=True)
    (tmp_path / "sft.yaml").write_text("stage: sft\nfinetuning_type: full\nmax_steps: 9\n")
    (inner / "sft.yaml").symlink_to(tmp_path / "sft.yaml")
    with pytest.raises(LrplotError, match="is not here to be read"):
        drawn("llamafactory-cli train sft.yaml", folder=inner)


def test_a_token_never_stands_in_an_error() -> None:
    with pytest.raises(LrplotError) as told:
        drawn(HF + "learning_rate: hf_abcdefghijklmnop\n")
    assert "abcdefgh" not in str(told.value)


def test_tokens_of_olmo_core_become_updates() -> None:
    # 10000 / 100 = 100 updates, warm-up 2000 / 100 = 20, decay 3000 / 100 = 30; update t has the rate of t + 1.
    found = drawn(CORE, Facts())
    assert found.updates == 100
    assert found.schedule([0, 9, 19, 69, 84, 99]) == pytest.approx([5e-5, 5e-4, 1e-3, 1e-3, 5e-4, 0])


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("data_loader: {global_batch_size: 100}\n", "", "--set data_loader.global_batch_size=TOKENS"),
        ("unit: tokens", "unit: hours", "must be steps, tokens or epochs"),
        ("units: tokens", "units: samples", "must be steps or tokens"),
        ("decay: 3000", "decay: 30000", "longer than the run"),
    ],
)
def test_tokens_of_olmo_core_that_cannot_be_converted_are_refused(was: str, now: str, said: str) -> None:
    with pytest.raises(LrplotError, match=said):
        drawn(CORE.replace(was, now), Facts())


def test_steps_of_olmo_core_stay_steps_where_the_run_counts_tokens() -> None:
    text = CORE.replace("units: tokens, warmup: 2000, decay: 3000", "warmup: 20, decay: 30")
    assert drawn(text, Facts()).schedule([9, 69, 84]) == pytest.approx([5e-4, 1e-3, 5e-4])


def test_megatrons_keys_beside_the_trainers_are_not_drawn_as_the_trainers() -> None:
    text = "megatron sft --lr 1e-5 --micro_batch_size 1 --num_train_epochs 3 --lr_warmup_fraction 0.05"
    with pytest.raises(LrplotError, match="lr_decay_style"):
        drawn(text)
    with pytest.raises(LrplotError, match="train_iters"):
        drawn(text + " --lr_decay_style cosine")


def test_a_change_that_the_reader_of_a_file_does_not_see_is_refused() -> None:
    file = Path(__file__).parent / "examples" / "mmcv1" / "schedule_1x.py"
    told = lrplot(
        "render",
        file.name,
        "--batches-per-epoch",
        "10",
        "--set",
        "optimizer.lr=5",
        "-f",
        "table",
        cwd=file.parent,
    )
    assert told.returncode == 2
    assert b"--set optimizer.lr changes nothing" in told.stderr


def test_another_length_than_the_configurations_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HF + "max_steps: 100\n")
    told = lrplot("render", "a.yaml", "--steps", "50", "-f", "table", cwd=tmp_path)
    assert b"the configuration trains 100 updates; --steps 50" in told.stderr


@pytest.mark.parametrize(
    ("example", "old", "new", "meant"),
    [
        ("detectron2/faster_rcnn_R_50_FPN_3x.yaml", "_BASE_", "_BAES_", "_BASE_"),
        ("detectron2/faster_rcnn_R_50_FPN_3x.yaml", "_BASE_", "_BASE", "_BASE_"),
    ],
)
def test_a_misspelt_structural_key_of_an_example_is_told(
    example: str, old: str, new: str, meant: str
) -> None:
    text = (Path(__file__).parent / "examples" / example).read_text(encoding="utf-8").replace(old, new, 1)
    with pytest.raises(ConfigurationError, match=f"'{new}' is no key here.*did you mean '{meant}'"):
        read_training(text, "it.yaml", Facts(examples=1000, devices=1), folder=None)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"optim": {"sched": {"nmae": "CosineAnnealing"}}}, "'nmae' is no key here"),
        ({"lr_scheduler": {"tpye": "cosine"}}, "'tpye' is no key here"),
        ({"LearningRate": {"schedulers": [{"nam": "LinearWarmup"}]}}, "'nam' is no key here"),
        ({"defualts": ["base"]}, "did you mean 'defaults'"),
        ({"model": {"optimzier": {}}}, "did you mean 'optimizer'"),
        ({"_tagret_": "torch.optim.SGD"}, "did you mean '_target_'"),
    ],
)
def test_misspelt_structural_keys_are_refused(values: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        check_structural(Form("it.yaml", "mapping", values))


@pytest.mark.parametrize(
    "values",
    [
        {"default": 3, "names": ["a"], "types": 3, "game": 1, "schedule": 1, "optimizers": {}},
        {"data": {"nmae": 3}},
        {"scheduler": {"name": "a", "nmae": "b"}},
        {"optim": {"named": 1, "typed": 2}},
    ],
)
def test_keys_of_their_own_are_none_misspelt(values: dict[str, object]) -> None:
    check_structural(Form("it.yaml", "mapping", values))
