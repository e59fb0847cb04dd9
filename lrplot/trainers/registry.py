"""The trainers that are known, and whose a configuration is."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Final

from lrplot.errors import UsageError
from lrplot.text.nearest import did_you_mean
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms import forms_of
from lrplot.trainers.training import Confidence, ConfigurationError, Trainer, Training
from lrplot.trainers.unread import trained

SIGNS: Final[Mapping[str, str]] = {
    "transformers": "lr_scheduler_type num_train_epochs per_device_train_batch_size warmup_ratio "
    "TrainingArguments",
    "megatron": "MODEL_ARGS lr_decay_ lr_warmup_ lr_wsd_decay_ train_iters train_samples pretrain_",
    "gpt_neox": "lr_decay_style lr_decay_iters lr_decay_fraction train_iters lr-decay- train-iters",
    "nemo": "=sched optim.",
    "torchtitan": "=lr_scheduler =training lr_scheduler.",
    "litgpt": "litgpt lr_warmup_steps lr_warmup_fraction max_tokens micro_batch_size "
    "global_batch_size =min_lr",
    "nanogpt": "max_iters train.py",
    "timm": "=sched sched_on_updates lr_base decay_epochs decay_milestones cooldown_epochs "
    "patience_epochs warmup_lr warmup_prefix lr_cycle_limit lr_k_decay",
    "torchvision": "=lr_scheduler lr_gamma =lr_min lr_step_size lr_steps lr_warmup_epochs lr_warmup_method "
    "lr_warmup_decay aux_loss",
    "ultralytics": "lr0 lrf yolo .train",
    "yolov5": "lr0 hyp weights",
    "detectron2": "SOLVER _BASE_ lr_multiplier",
    "mmengine": "_base_ lr_config optim_wrapper param_scheduler read_base",
    "composer": "t_warmup max_duration",
    "olmo": "olmo_core _with_warmup =constant max_scheduler cosine_linear_envelope",
    "nanotron": "learning_rate_scheduler",
    "maxtext": "final_fraction learning_rate_schedule_steps lr_schedule_type warmup_steps_fraction "
    "wsd_decay_ axtext",
    "levanter": "num_train_steps",
    "big_vision": "total_",
    "t5x": "create_learning_rate_scheduler",
    "tf_model_garden": "optimizer_config",
    "tf_od": "train_config",
    "open_clip": "open_clip training.main accum_freq dataset_type epochs_cooldown lr_cooldown_ "
    "skip_scheduler train_data train_num_samples",
    "mae": "blr",
    "dinov2": "base_lr scaling_rule freeze_last_layer_epochs layerwise_decay",
    "yolox": "Exp",
    "lightning_cli": "class_path",
    "hydra": "_target_",
    "paddledet": "LearningRate _BASE_",
    "paddleclas": "Global",
    "accelerate": "no_trainer num_machines machine_rank compute_environment",
    "axolotl": "base_model axolotl",
    "deepspeed": "zero_ train_micro_batch_size_per_gpu =train_batch_size =scheduler",
    "deepspeed_chat": "num_warmup_steps",
    "diffusers": "=lr_warmup_steps =train_batch_size",
    "espnet": "optim_conf",
    "fairseq": "fairseq warmup_updates max_update total_num_update phase_ratio =_name",
    "kohya": "subsets =lr_warmup =lr_warmup_steps dataset_config lr_scheduler_num_cycles lr_scheduler_power "
    "max_train_epochs network_dim network_module optimizer_type save_model_as config_file",
    "llamafactory": "llamafactory lmf stage",
    "model_card": "card",
    "ms_swift": "swift",
    "sentence_transformers": "train_objectives",
    "speechbrain": "speechbrain n_warmup_steps",
    "torchtune": "_component_ tune",
    "trainer_state": "log_history",
    "trl": "model_name_or_path trl sft dpo kto orpo cpo reward grpo rloo "
    "SFT DPO KTO ORPO CPO Reward GRPO RLOO PPO",
    "unsloth": "unsloth Unsloth",
}
"""The files of the trainers, and words of which a configuration of each has at least one: ``=word`` as a
whole key or text, any other as a part of one.

Those without one are not imported: 47 files take longer to read than a schedule takes to draw.
"""
_MOST_WORDS: Final = 5_000
"""Keys and short texts of a configuration among which a trainer's signs are looked for; real ones have some
hundred."""
_LONGEST: Final = 100
"""Characters of a text that may be a sign; longer ones are prose or data."""
_DEEPEST: Final = 4
"""Mappings inside each other that are looked into: signs stand near the top."""


def trainer(name: str) -> Trainer:
    """The trainer called ``name``.

    Raises
    ------
    UsageError
        When there is none.
    """
    if name not in SIGNS:
        hint = did_you_mean(name, SIGNS)
        raise UsageError(f"--trainer: no trainer '{name}'{hint}; known are {', '.join(SIGNS)}")
    found: Trainer = import_module(f"lrplot.trainers.{name}").TRAINER
    return found


def possible(form: Form) -> tuple[str, ...]:
    """The names of the trainers of whose signs a form has one, so that it may be theirs.

    >>> possible(Form("a.yaml", "mapping", {"base_lr": 1, "blr": 2}))
    ('mae', 'dinov2')
    """
    words = (form.program, *form.arguments, *islice(_words(form.values), _MOST_WORDS), form.text)
    said = "\n".join(("", *words, ""))
    wanted = {name: signs.replace("=", "\n").split(" ") for name, signs in SIGNS.items()}
    return tuple(
        name
        for name, signs in wanted.items()
        if any((f"{sign}\n" if sign[0] == "\n" else sign) in said for sign in signs)
    )


def _words(value: Any, depth: int = 0) -> Iterator[str]:
    """The keys and the short texts of a form's values."""
    if isinstance(value, str):
        if len(value) <= _LONGEST:
            yield value
    elif isinstance(value, Mapping) and depth < _DEEPEST:
        for key, each in value.items():
            yield str(key)
            yield from _words(each, depth + 1)
    elif isinstance(value, list | tuple) and depth < _DEEPEST:
        for each in value:
            yield from _words(each, depth + 1)


def recognised(form: Form) -> tuple[Trainer, ...]:
    """The trainers that a form may be for: one where one is surest, several where they tie, none for no form.

    >>> form = Form("a.yaml", "mapping", {"learning_rate": 1e-4, "num_train_epochs": 3, "output_dir": "out"})
    >>> [each.name for each in recognised(form)]
    ['transformers']
    """
    found = [(each.recognise(form), each) for each in map(trainer, possible(form))]
    best = max((sure for sure, _ in found), default=Confidence(0))
    return tuple(each for sure, each in found if sure == best and sure.level)


def read_training(
    text: str, name: str, facts: Facts, *, folder: Path | None = None, chosen: str = ""
) -> tuple[Trainer, Form, Training] | None:
    """The training that a text configures, None where it is no configuration of a trainer.

    Parameters
    ----------
    text, name
        The text, and what errors call it.
    facts
        What no configuration holds.
    folder
        Where files that it names are looked for.
    chosen
        The trainer's name, where a person says it.

    Raises
    ------
    ConfigurationError
        When several trainers may be meant, or the trainer refuses it.
    MissingFactsError
        When the curve depends on what is not given.
    """
    forms = forms_of(text, name, folder)
    if chosen:
        own = trainer(chosen)
        likeliest = sorted(forms, key=own.recognise, reverse=True)
        return next(((own, form, trained(own, form, facts)) for form in likeliest), None)
    for form in forms:
        found = recognised(form)
        if len(found) > 1:
            names = " or ".join(f"--trainer {each.name}" for each in found)
            titles = " or ".join(each.title for each in found)
            raise ConfigurationError(f"{name}: this may be a configuration of {titles}; say which: {names}")
        if found:
            return found[0], form, trained(found[0], form, facts)
    return None
