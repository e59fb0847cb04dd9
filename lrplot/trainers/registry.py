"""The trainers that are known, and whose a configuration is."""

from pathlib import Path
from typing import Final

from lrplot.errors import UsageError
from lrplot.trainers import (
    accelerate,
    axolotl,
    big_vision,
    composer,
    deepspeed,
    deepspeed_chat,
    detectron2,
    diffusers,
    dinov2,
    espnet,
    fairseq,
    gpt_neox,
    hydra,
    kohya,
    levanter,
    lightning_cli,
    litgpt,
    llamafactory,
    mae,
    maxtext,
    megatron,
    mmengine,
    model_card,
    ms_swift,
    nanogpt,
    nanotron,
    nemo,
    olmo,
    open_clip,
    paddleclas,
    paddledet,
    sentence_transformers,
    speechbrain,
    t5x,
    tf_model_garden,
    tf_od,
    timm,
    torchtitan,
    torchtune,
    torchvision,
    trainer_state,
    transformers,
    trl,
    ultralytics,
    unsloth,
    yolov5,
    yolox,
)
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms import forms_of
from lrplot.trainers.training import Confidence, ConfigurationError, Trainer, Training
from lrplot.trainers.unread import trained

TRAINERS: Final[tuple[Trainer, ...]] = (
    transformers.TRAINER,
    megatron.TRAINER,
    gpt_neox.TRAINER,
    nemo.TRAINER,
    torchtitan.TRAINER,
    litgpt.TRAINER,
    nanogpt.TRAINER,
    timm.TRAINER,
    torchvision.TRAINER,
    ultralytics.TRAINER,
    yolov5.TRAINER,
    detectron2.TRAINER,
    mmengine.TRAINER,
    composer.TRAINER,
    olmo.TRAINER,
    nanotron.TRAINER,
    maxtext.TRAINER,
    levanter.TRAINER,
    big_vision.TRAINER,
    t5x.TRAINER,
    tf_model_garden.TRAINER,
    tf_od.TRAINER,
    open_clip.TRAINER,
    mae.TRAINER,
    dinov2.TRAINER,
    yolox.TRAINER,
    lightning_cli.TRAINER,
    hydra.TRAINER,
    paddledet.TRAINER,
    paddleclas.TRAINER,
    accelerate.TRAINER,
    axolotl.TRAINER,
    deepspeed.TRAINER,
    deepspeed_chat.TRAINER,
    diffusers.TRAINER,
    espnet.TRAINER,
    fairseq.TRAINER,
    kohya.TRAINER,
    llamafactory.TRAINER,
    model_card.TRAINER,
    ms_swift.TRAINER,
    sentence_transformers.TRAINER,
    speechbrain.TRAINER,
    torchtune.TRAINER,
    trainer_state.TRAINER,
    trl.TRAINER,
    unsloth.TRAINER,
)
"""Every trainer; the surest of them reads a form."""


def trainer(name: str) -> Trainer:
    """The trainer called ``name``.

    Raises
    ------
    UsageError
        When there is none.
    """
    for each in TRAINERS:
        if name == each.name:
            return each
    raise UsageError(f"--trainer: no trainer '{name}'; known are {', '.join(each.name for each in TRAINERS)}")


def recognised(form: Form) -> tuple[Trainer, ...]:
    """The trainers that a form may be for: one where one is surest, several where they tie, none for no form.

    >>> form = Form("a.yaml", "mapping", {"learning_rate": 1e-4, "num_train_epochs": 3, "output_dir": "out"})
    >>> [each.name for each in recognised(form)]
    ['transformers']
    """
    found = [(each.recognise(form), each) for each in TRAINERS]
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
