"""``paramwise_cfg``: the factors of the rate that ``DefaultOptimWrapperConstructor`` gives to parameters."""

from collections.abc import Mapping
from typing import Any, Final

_KINDS: Final[Mapping[str, str]] = {"bias_lr_mult": "bias", "dcn_offset_lr_mult": "dcn offset"}


def multiplied(paramwise: Any) -> dict[str, float]:
    """The groups with a factor of the rate that is not 1, by the key or the kind of their parameters.

    >>> keys = {"backbone": {"lr_mult": 0.1}, "norm": {"decay_mult": 0}}
    >>> multiplied({"custom_keys": keys, "bias_lr_mult": 2})
    {'backbone': 0.1, 'bias': 2.0}
    """
    if not isinstance(paramwise, Mapping):
        return {}
    keys = paramwise.get("custom_keys")
    listed = keys.items() if isinstance(keys, Mapping) else ()
    given = [(str(key), each.get("lr_mult")) for key, each in listed if isinstance(each, Mapping)]
    given += [(label, paramwise.get(key)) for key, label in _KINDS.items()]
    return {
        label: float(factor)
        for label, factor in given
        if isinstance(factor, int | float) and not isinstance(factor, bool) and factor >= 0 and factor != 1
    }
