"""Schedules spelled as a mapping: Hydra's ``_target_``, Lightning's ``class_path``, ``type`` of a config."""

from collections.abc import Mapping
from typing import Any

from lrplot.notations.frameworks import FRAMEWORKS, Framework, candidates

Described = tuple[str, Mapping[str, Any], Framework | None]


def described(mapping: Mapping[Any, Any]) -> Described | None:
    """The name called, its arguments, and the framework where the spelling tells; None for another mapping.

    >>> described({"_target_": "torch.optim.lr_scheduler.StepLR", "step_size": 30})
    ('torch.optim.lr_scheduler.StepLR', {'step_size': 30}, None)
    """
    if isinstance(mapping.get("_target_"), str):
        return _hydra(mapping)
    if isinstance(mapping.get("class_path"), str):
        arguments = mapping.get("init_args") or {}
        return mapping["class_path"], arguments if isinstance(arguments, Mapping) else {}, None
    kind = mapping.get("type")
    if not isinstance(kind, str):
        return None
    if isinstance(mapping.get("params"), Mapping):
        return _of("deepspeed", kind, mapping["params"])
    return _of("mmengine", kind, {key: value for key, value in mapping.items() if key != "type"})


def _hydra(mapping: Mapping[Any, Any]) -> Described:
    kept = {
        str(key): value
        for key, value in mapping.items()
        if not (str(key).startswith("_") and str(key).endswith("_"))
    }
    return mapping["_target_"], kept, None


def _of(name: str, kind: str, arguments: Mapping[str, Any]) -> Described | None:
    framework = next((each for each in FRAMEWORKS if each.name == name), None)
    known = framework is not None and framework in candidates(kind)
    return (kind, arguments, framework) if known else None
