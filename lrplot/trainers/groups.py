"""Parameter groups that keys of a configuration make: a rate, a factor, or a decay from layer to layer."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lrplot.run import Group
from lrplot.schedules.base import Schedule
from lrplot.schedules.scaling import base_rates, times

_BY_FACTOR: Final = frozenset(
    {"transformers", "trl", "unsloth", "llamafactory", "ms_swift", "axolotl", "sentence_transformers"}
)
"""Trainers whose schedules are factors (``LambdaLR``) of each group's own rate."""
_SEVERAL: Final = frozenset({"paddledet", "paddleclas"})
"""Trainers in which a list of factors is for the stages of a backbone."""
_RATE: Final = re.compile(
    r"(?P<name>embedding|mm_projector|mm_vision_tower|vision_tower|vision|visual|vit|aligner|projector|merger"
    r"|router|head|backbone|encoder|decoder|text_encoder|adapter)_(lr|learning_rate)",
    re.IGNORECASE,
)
"""Keys that are the rate of a group; other networks (``critic_lr``) have optimizers of their own."""
_FACTORS: Final[Mapping[str, str]] = {"loraplus_lr_ratio": "LoRA B", "embedding_lr_scale": "embedding"}
"""Keys that are a factor of the rate, and the group they are for."""
_READ: Final[Mapping[str, frozenset[str]]] = {
    "megatron": frozenset({"decoupled_lr", "decoupled_min_lr"}),
    "mmengine": frozenset({"lr_mult", "bias_lr_mult", "dcn_offset_lr_mult"}),
}
"""Keys of groups that a trainer's own file reads, or tells that it does not."""
_DEPTHS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("tiny", "small", "medium", "base"), 12),
    "large": 24,
    "huge": 32,
    "giant": 40,
    "giant2": 40,
}
"""Blocks of the vision transformers whose layers' rates decay, by their sizes."""
_TRANSFORMER: Final = re.compile(r"vit_(?P<size>[a-z]+2?)(_patch\d+(?!.*_\d+x\d).*)?")
"""Their names; ``36x1`` in one is a depth of its own."""


def scaled(label: str, schedule: Schedule, factor: float) -> Group:
    """A group whose rate is the schedule's, floors and all, times a factor.

    >>> from lrplot.schedules.cosine import Cosine
    >>> scaled("bias", Cosine(lr=0.1, T_max=9), 2).schedule([0, 9]).tolist()
    [0.2, 0.0]
    """
    return Group(label, schedule if factor == 1 else times(schedule, factor))


def blocks_of(model: str) -> int | None:
    """The blocks of a vision transformer by its name, None of another model.

    >>> blocks_of("vit_large_patch16"), blocks_of("vit_small_patch16_36x1_224"), blocks_of("resnet50")
    (24, None, None)
    """
    match = _TRANSFORMER.fullmatch(model)
    return None if match is None else _DEPTHS.get(match["size"])


def layers(schedule: Schedule, blocks: int, decay: float) -> tuple[Group, ...]:
    """The head, and the layers of a transformer below it, each ``decay`` times the rate of the one above.

    Layer 0 is the embedding, layer i is block i.

    >>> from lrplot.schedules.constant import Constant
    >>> [(each.label, float(each.schedule(0))) for each in layers(Constant(lr=1), 2, 0.5)]
    [('head', 1.0), ('layer 2', 0.5), ('layer 1', 0.25), ('layer 0', 0.125)]
    """
    inner = (scaled(f"layer {i}", schedule, decay ** (blocks + 1 - i)) for i in range(blocks, -1, -1))
    return (Group("head", schedule), *inner)


def is_read(trainer: str, key: str) -> bool:
    """True for a key of groups that the trainer's own file speaks of."""
    return key in _READ.get(trainer, ())


def of_key(trainer: str, key: str, value: Any, schedule: Schedule) -> tuple[Group, ...]:
    """The groups that a key makes beside the schedule of all others, none where that is not known.

    Parameters
    ----------
    trainer
        The trainer's name.
    key
        The key, in lower case and with ``_``.
    value
        What it says.
    schedule
        The rate of all other parameters.

    Examples
    --------
    >>> from lrplot.schedules.cosine import Cosine
    >>> (group,) = of_key("transformers", "mm_projector_lr", 2e-5, Cosine(lr=1e-5, T_max=9))
    >>> group.label, float(group.schedule(0))
    ('mm projector', 2e-05)
    """
    if trainer in _SEVERAL and key in {"lr_mult_list", "lr_mults"} and isinstance(value, list):
        plain = all(_plain(each) is not None for each in value)
        return (
            tuple(scaled(f"stage {i + 1}", schedule, float(each)) for i, each in enumerate(value))
            if plain
            else ()
        )
    rates = base_rates(schedule)
    if trainer not in _BY_FACTOR or schedule.reacts or len(rates) != 1:
        return ()
    if key == "lr_groups" and isinstance(value, list):
        return tuple(_listed(value, schedule, *rates))
    number, match = _plain(value), _RATE.fullmatch(key)
    if number is not None and key in _FACTORS:
        return (scaled(_FACTORS[key], schedule, number),)
    if number is not None and match is not None:
        return (scaled(match["name"].replace("_", " "), schedule, number / max(rates)),)
    return ()


def _listed(value: list[Any], schedule: Schedule, rate: float) -> Iterator[Group]:
    """Axolotl's ``lr_groups``: a name, modules and a rate each."""
    for each in value:
        own = _plain(each.get("lr")) if isinstance(each, Mapping) else None
        if own is not None:
            yield scaled(str(each.get("name", "group")), schedule, own / rate)


def _plain(value: Any) -> float | None:
    """A number, also one that YAML has as a text (``2e-5``)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
