"""Schedules spelled as a mapping: Hydra's ``_target_``, Lightning's ``class_path``, ``type`` of a config."""

from collections.abc import Mapping
from typing import Any

from lrplot.notations.frameworks import Framework, framework

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
    if not isinstance(kind, str) or not isinstance(mapping.get("params"), Mapping):
        return None
    owner = framework("deepspeed")
    return (kind, mapping["params"], owner) if kind in owner.calls else None


def configured(value: Any) -> list[tuple[str, Mapping[str, Any]]] | None:
    """MMEngine's ``param_scheduler``: a dictionary with a ``type``, or a list of them; else None."""
    members = value if isinstance(value, list) else [value]
    known = framework("mmengine").calls
    if not members or not all(isinstance(each, Mapping) and _kind(each) in known for each in members):
        return None
    return [(each["type"], each) for each in members]


def _kind(mapping: Mapping[Any, Any]) -> str:
    kind = mapping.get("type")
    return kind if isinstance(kind, str) else ""


def _hydra(mapping: Mapping[Any, Any]) -> Described:
    kept = {
        str(key): value
        for key, value in mapping.items()
        if not (str(key).startswith("_") and str(key).endswith("_"))
    }
    return mapping["_target_"], kept, None
