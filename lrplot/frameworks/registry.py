"""The frameworks whose words are read, each declared in a file of its own."""

from typing import Final

from lrplot.frameworks import (
    colossalai,
    composer,
    cosine_annealing_warmup,
    deepspeed,
    diffusers,
    fvcore,
    ignite,
    keras,
    mmengine,
    optax,
    paddle,
    pytorch,
    pytorch_warmup,
    timm,
    transformers,
    warmup_scheduler,
)
from lrplot.frameworks.lightning import batches, configured, refused
from lrplot.frameworks.optimizers import OPTIMIZERS, model_of, optimizer
from lrplot.python.registry import Registry

REGISTRY: Final = Registry(
    # In the order in which a bare name is tried.
    frameworks=(
        pytorch.FRAMEWORK,
        keras.FRAMEWORK,
        transformers.FRAMEWORK,
        optax.FRAMEWORK,
        timm.FRAMEWORK,
        mmengine.FRAMEWORK,
        fvcore.FRAMEWORK,
        ignite.FRAMEWORK,
        paddle.FRAMEWORK,
        composer.FRAMEWORK,
        deepspeed.FRAMEWORK,
        diffusers.FRAMEWORK,
        colossalai.FRAMEWORK,
        warmup_scheduler.FRAMEWORK,
        cosine_annealing_warmup.FRAMEWORK,
        pytorch_warmup.FRAMEWORK,
    ),
    optimizers=OPTIMIZERS,
    optimizer=optimizer,
    model_of=model_of,
    stepped_by_trainer=configured,
    refused_of_trainer=refused,
    batches_of_trainer=batches,
)
