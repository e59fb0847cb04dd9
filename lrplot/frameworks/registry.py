"""The frameworks whose words are read, each declared in a file of its own."""

from typing import Final

from lrplot.frameworks import (
    accelerate,
    colossalai,
    composer,
    cosine_annealing_warmup,
    deepspeed,
    diffusers,
    fvcore,
    ignite,
    keras,
    lightning,
    mmengine,
    optax,
    paddle,
    pytorch,
    pytorch_warmup,
    timm,
    transformers,
    warmup_scheduler,
)
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
        lightning.FRAMEWORK,
        accelerate.FRAMEWORK,
    ),
)
