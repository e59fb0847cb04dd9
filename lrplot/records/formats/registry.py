"""All formats, in the one order they are tried in: a table or a text is of the first that knows it."""

from typing import Final

from lrplot.records.formats import mmcv, tables, texts, transformers
from lrplot.records.formats.format import Format

TABLES: Final = (
    transformers.TRAINER_STATE,
    transformers.LLAMA_FACTORY,
    tables.KERAS_EVENTS,
    tables.TENSORBOARD,
    tables.TENSORBOARD_CSV,
    tables.TENSORBOARD_JSON,
    tables.WANDB,
    mmcv.LOG_JSON,
    tables.MMENGINE,
    tables.DETECTRON2,
    tables.ULTRALYTICS,
    tables.TIMM,
    tables.KERAS_CSV,
    tables.KERAS_HISTORY,
    tables.LIGHTNING,
    tables.MLFLOW,
    Format("a table"),
)
TEXTS: Final = (
    transformers.STDOUT,
    transformers.STDOUT_5,
    texts.MMENGINE_ITER,
    texts.MMENGINE_EPOCH,
    texts.MMCV_EPOCH,
    texts.MMCV_ITER,
    texts.MEGATRON,
    texts.DEEPSPEED,
    texts.FAIRSEQ,
    texts.PADDLENLP,
    texts.MLX,
    texts.OPENNMT,
    texts.TIMM,
    texts.TORCH,
    texts.STEPS,
    texts.RATES,
)
