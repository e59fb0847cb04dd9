"""Schedules spelled as a mapping: Hydra's ``_target_``, jsonargparse's ``class_path``, a framework's own."""

from collections.abc import Mapping
from typing import Any

from lrplot.python.framework import Framework
from lrplot.python.registry import Registry

Described = tuple[str, Mapping[str, Any], Framework | None]


def described(mapping: Mapping[Any, Any], registry: Registry) -> Described | None:
    """The name called, its arguments, and the framework where the spelling tells; None for another mapping.

    >>> from lrplot.frameworks.registry import REGISTRY
    >>> described({"_target_": "torch.optim.lr_scheduler.StepLR", "step_size": 30}, REGISTRY)
    ('torch.optim.lr_scheduler.StepLR', {'step_size': 30}, None)
    """
    if isinstance(mapping.get("_target_"), str):
        return _hydra(mapping)
    if isinstance(mapping.get("class_path"), str):
        arguments = mapping.get("init_args") or {}
        return mapping["class_path"], arguments if isinstance(arguments, Mapping) else {}, None
    for each in registry.frameworks:
        spelled = each.spelled(mapping) if each.spelled else None
        if spelled is not None:
            return (*spelled, each)
    return None


def _hydra(mapping: Mapping[Any, Any]) -> Described:
    kept = {
        str(key): value
        for key, value in mapping.items()
        if not (str(key).startswith("_") and str(key).endswith("_"))
    }
    return mapping["_target_"], kept, None
