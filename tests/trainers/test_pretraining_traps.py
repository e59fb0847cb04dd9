"""What surprises people in configurations of pretraining and vision is told, or refused, in words."""

import pytest

from lrplot.errors import LrplotError
from lrplot.trainers.facts import Facts
from lrplot.trainers.registry import read_training
from lrplot.trainers.training import Training

MEGATRON = "python pretrain_gpt.py --lr 1e-3 --lr-decay-style cosine --global-batch-size 8 "
NEMO = "trainer: {max_steps: 100}\nmodel: {optim: {lr: 0.001, sched: {name: "
YOLO = "yolo train data=my.yaml epochs=10 "
DETECTRON = "SOLVER: {BASE_LR: 0.1, MAX_ITER: 100, "
OLMO = "optimizer: {learning_rate: 3.0e-4}\nscheduler: {name: linear_with_warmup, t_warmup: 5}\n"


def trained(text: str, facts: Facts) -> Training:
    found = read_training(text, "it", facts)
    assert found is not None
    return found[2]


NOTED = [
    (MEGATRON + "--train-iters 100 --lr-warmup-iters 10 --lr-decay-iters 90", "it includes the warm-up"),
    (MEGATRON + "--train-iters 100 --lr-warmup-iters 10", "the first update trains at rate 0"),
    (MEGATRON + "--train-iters 100 --rampup-batch-size 8 8 64", "rampup_batch_size is deprecated"),
    (NEMO + "CosineAnnealing, warmup_steps: 10, constant_steps: 95}}}", "drops to min_lr"),
    (NEMO + "SquareRootAnnealing, warmup_steps: 10}}}", "jumps down at the end of the warm-up"),
    (NEMO + "NoamAnnealing, warmup_steps: 10, d_model: 512}}}", "lr 0.001 is a factor"),
    ("[optimizer]\nlr = 3e-4\n[lr_scheduler]\nwarmup_steps = 200\n[training]\nsteps = 50\n", "cut to 50"),
    ("max_iters = 3000\nlearning_rate = 1e-3\nwarmup_iters = 100\n", "the rate hardly falls"),
    ("python train.py --sched cosine --lr 0.1 --epochs 10", "the rate jumps down at its end"),
    ("python train.py --lr 0.5 --lr-scheduler steplr --lr-warmup-epochs 3 --epochs 12", "constant: a step"),
    (YOLO + "optimizer=auto lr0=0.02", "passes over lr0 0.02"),
    (YOLO + "optimizer=SGD", "lr0 itself is never reached"),
    (DETECTRON + 'STEPS: "(60, 900)"}', "STEPS 900 lie beyond MAX_ITER"),
    (OLMO + "max_duration: 40\n", "starts at 10 % of the rate"),
    (
        "steps: 40\nlr_schedule_type: cosine\nlearning_rate_schedule_steps: 30\n",
        "the last 10 train at rate 0",
    ),
    (
        "optimizer: {learning_rate_scheduler: {learning_rate: 0.001, lr_warmup_steps: 2}}\n"
        "tokens: {train_steps: 20}\n",
        "there is no decay",
    ),
    (
        "optimizer: {lr: 0.001}\nscheduler: {name: cosine_with_warmup, t_warmup: 10ba}\nmax_duration: 48ba\n",
        "the first two updates have the same rate",
    ),
    ("python -m open_clip_train.main --lr 1e-3 --train-num-samples 320 --batch-size 32", "10000 updates, of"),
    (
        "epoch: 12\nLearningRate:\n  base_lr: 0.1\n  schedulers:\n  - !PiecewiseDecay {gamma: 0.5, "
        "milestones: [8, 11]}\n  - !LinearWarmup {steps: 10}\n",
        "0.5, 0.05 of the base rate",
    ),
    (
        "optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1))\ntrain_cfg = dict(by_epoch=True, max_epochs=4)\n"
        "param_scheduler = [dict(type='MultiStepLR', milestones=[2])]\n"
        "auto_scale_lr = dict(base_batch_size=16)\n",
        "auto_scale_lr does nothing without enable=True",
    ),
]


@pytest.mark.parametrize(("text", "said"), NOTED, ids=[said for _, said in NOTED])
def test_a_trap_is_told(text: str, said: str) -> None:
    training = trained(text, Facts(examples=640, devices=1, batches_per_epoch=40, classes=4))
    assert any(said in note for note in training.notes), training.notes


REFUSED = [
    (MEGATRON + "--train-iters 100 --lr-warmup-fraction 0.1 --lr-warmup-iters 5", "both given"),
    (MEGATRON + "--train-iters 100 --lr-warmup-iters 100", "must be shorter than the decay"),
    (MEGATRON + "--train-iters 100 --lr -1", "lr must be ≥ 0"),
    (
        NEMO + "CosineAnnealing, warmup_steps: 10, warmup_ratio: 0.1}}}",
        "warmup_steps and warmup_ratio are both",
    ),
    (NEMO + "Wild}}}", "sched.name 'Wild' is not read"),
    (YOLO + "batch=-1", "found by trying"),
    (YOLO + "time=2", "time stops by the clock"),
    ("trainer: {num_train_steps: 100}\noptimizer: {warmup: 1}\n", "1 is the whole run"),
    (
        "optimizer: {lr: 0.001}\nscheduler: {name: cosine_with_warmup, t_warmup: 10ba, t_max: 2ep}\n"
        "max_duration: 2ep\n",
        "Composer wants one unit for both",
    ),
    (
        "train: {lr_warmup_steps: 10, micro_batch_size: 1, global_batch_size: 16, epochs: 1, max_steps: 10}\n"
        "optimizer: {init_args: {lr: 0.001}}\n",
        "litgpt divides by",
    ),
    ("_BASE_: nowhere.yaml\nMODEL: {}\n", "nowhere.yaml"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_a_trainer_refuses_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(LrplotError, match=said):
        trained(text, Facts(examples=640, devices=1, batches_per_epoch=40, classes=4))


def test_an_inherited_detectron2_file_is_followed_beside_it(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "base.yaml").write_text("SOLVER: {BASE_LR: 0.5, MAX_ITER: 70, WARMUP_ITERS: 0}\n")
    found = read_training("_BASE_: base.yaml\nMODEL: {A: 1}\n", "it", Facts(), folder=tmp_path)
    assert found is not None
    assert (found[0].name, found[2].updates, float(found[2].schedule(69))) == ("detectron2", 70, 0.5)


def test_thresholds_of_megatrons_batch_schedule_are_tokens_where_the_sequence_length_is_given() -> None:
    # 16 samples until 1280 tokens / 10 = 128 samples: 8 updates; then (640 - 128) / 32 = 16.
    flags = "--lr 1e-3 --lr-decay-style linear --train-samples 640 --seq-length 10"
    text = f'python pretrain_gpt.py {flags} --step-batch-size-schedule "0:16 1.28K:32"'
    training = trained(text, Facts())
    assert training.updates == 24
    assert training.schedule([8, 9]) == pytest.approx([1e-3 * (1 - 128 / 640), 1e-3 * (1 - 160 / 640)])


def test_a_call_of_yolo_in_python_is_read_as_its_training() -> None:
    text = "from ultralytics import YOLO\nmodel = YOLO('yolo11n.pt')\nmodel.train(data='a.yaml', epochs=4, optimizer='SGD', lr0=0.02, warmup_epochs=0)\n"
    training = trained(text, Facts(examples=160))
    assert training.updates == 40
    # 0.02 (1 - e / 4) (1 - 0.01) + 0.02 · 0.01 in epochs 0 … 3.
    expected = [0.02 * ((1 - e / 4) * 0.99 + 0.01) for e in range(4)]
    assert training.schedule([0, 10, 20, 30]) == pytest.approx(expected)


def test_flags_of_nanogpt_go_over_the_file_that_they_name(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "small.py").write_text("max_iters = 50\nlearning_rate = 1e-3\nwarmup_iters = 0\n")
    found = read_training("python train.py small.py --learning_rate=2e-3", "it", Facts(), folder=tmp_path)
    assert found is not None
    assert (found[0].name, found[2].updates, float(found[2].schedule(0))) == ("nanogpt", 51, 2e-3)
    with pytest.raises(LrplotError, match="is not beside it"):
        read_training("python train.py other.py --learning_rate=2e-3", "it", Facts(), folder=tmp_path)


def test_gin_follows_what_it_includes_beside_it(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "base.gin").write_text(
        "TRAIN_STEPS = 40\nutils.create_learning_rate_scheduler.warmup_steps = 4\n"
    )
    text = "include 'base.gin'\nRATE = 2.0\nutils.create_learning_rate_scheduler:\n  base_learning_rate = %RATE\n"
    found = read_training(text, "it", Facts(), folder=tmp_path)
    assert found is not None
    # 2 · t / 4 / √4 in the warm-up, 2 / √t after it.
    assert found[2].schedule([2, 4, 16]) == pytest.approx([0.5, 1, 0.5])


def test_a_hyp_beside_the_command_is_read(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "own.yaml").write_text("lr0: 0.5\nlrf: 1.0\nwarmup_epochs: 0\n")
    found = read_training(
        "python train.py --hyp own.yaml --epochs 3 --batch-size 16",
        "it",
        Facts(examples=1600),
        folder=tmp_path,
    )
    assert found is not None
    assert float(found[2].schedule(150)) == 0.5


def test_overrides_of_detectron2_go_over_the_file_that_the_command_names(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "x.yaml").write_text("SOLVER: {BASE_LR: 0.5, MAX_ITER: 70, WARMUP_ITERS: 0}\n")
    text = "python train_net.py --config-file x.yaml --num-gpus 8 SOLVER.BASE_LR 0.25 SOLVER.STEPS (30,60)"
    found = read_training(text.replace("(30,60)", '"(30,60)"'), "it", Facts(), folder=tmp_path)
    assert found is not None
    assert found[2].schedule([0, 30, 60]) == pytest.approx([0.25, 0.025, 0.0025])


def test_a_wsd_decay_longer_than_the_decay_of_megatron_has_begun_before_the_run() -> None:
    # Megatron Core 0.16: n = 0 is 4 of the 14 decay steps, so 1 - 4 / 14 of the rate.
    found = trained(
        "python pretrain_gpt.py --lr 1e-3 --train-iters 10 --lr-decay-style WSD --lr-wsd-decay-iters 14 "
        "--lr-wsd-decay-style linear",
        Facts(),
    )
    assert found.schedule([0, 3, 9]) == pytest.approx([1e-3 * 10 / 14, 1e-3 * 7 / 14, 1e-3 / 14])


def test_several_values_of_a_flag_of_timm_are_a_list() -> None:
    flags = "python train.py --sched multistep --epochs 9 --lr 0.1 --warmup-epochs 0 --batch-size 4"
    found = trained(f"{flags} --decay-milestones 3 6", Facts(examples=4, devices=1))
    assert found.schedule([1, 2, 5]) == pytest.approx([0.1, 0.01, 0.001])
