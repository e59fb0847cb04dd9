"""The JSON Schema of a spec, from the classes themselves.

``python tests/spec_schema.py`` stores it as ``schema.json``, which the command prints; a test fails where it
has become another.
"""

from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema

from lrplot.clock import DURATION, Training
from lrplot.optimizers import TYPES as OPTIMIZERS
from lrplot.optimizers import Optimizer, Quadratic
from lrplot.optimizers.optimization import Noise
from lrplot.schedules import CATALOGUE, TYPES, schedule_class
from lrplot.schedules.base import Schedule
from lrplot.schedules.fields import describe_parameters, kind_of, parameters
from lrplot.style import CurveStyle, Style

_SCHEDULE: Final = {"$ref": "#/$defs/schedule"}
_DURATION: Final = {"type": "string", "pattern": DURATION}


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a spec file, for editors."""
    types = {name: _of_type(name) for name in TYPES}
    names = [name for entry in CATALOGUE.values() for name in (entry.name, *entry.aliases, *entry.chinese)]
    named = {"enum": names, "description": "A name of the catalogue, drawn with typical values."}
    call = {"type": "string", "pattern": "\\(", "description": "A framework's call, as in training code."}
    described = {
        "type": "object",
        "anyOf": [{"required": [key]} for key in ("_target_", "class_path")],
        "description": "A framework's class as Hydra or LightningCLI spell it.",
    }
    phases = {"type": "array", "minItems": 1, "items": _SCHEDULE, "description": "Phases, one after another."}
    mapping = {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": list(TYPES)}},
        # One branch a type, so that an editor complains about the parameter and not about all types.
        "allOf": [{"if": _is_type(name), "then": {"$ref": f"#/$defs/{name}"}} for name in TYPES],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lrplot spec",
        "type": "object",
        "additionalProperties": False,
        "properties": _ROOT,
        "anyOf": [{"required": [key]} for key in ("schedule", "schedules", "optimizer", "optimizers")],
        "not": {"required": ["schedule", "schedules"]},
        "$defs": {
            "schedule": {"anyOf": [mapping, named, call, described, phases]},
            "duration": {"anyOf": [{"type": "number", "minimum": 0}, _DURATION]},
            "ramp": _of_warmup(),
            "groups": _GROUPS,
            "training": _of_model(Training),
            "figure": _of_model(Style),
            CurveStyle.__name__: _of_model(CurveStyle),
            "noise": _of_model(Noise),
            "quadratic": _of_training(Quadratic),
            "optimizer": {
                "anyOf": [
                    {"enum": list(OPTIMIZERS)},
                    call,
                    *(_of_training(model, "type", "lr") for model in OPTIMIZERS.values()),
                ]
            },
            **types,
        },
    }


def _is_type(name: str) -> dict[str, Any]:
    return {"properties": {"type": {"const": name}}, "required": ["type"]}


_LIST_OF_NUMBERS: Final = {"type": "array", "items": {"type": "number"}}


def _one_of_groups(key: str, of: str) -> dict[str, Any]:
    number = {"type": "number", "minimum": 0}
    return {
        "type": "object",
        "properties": {key: number},
        "required": [key],
        "additionalProperties": False,
        "description": of,
    }


_GROUPS: Final[dict[str, Any]] = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {
        "anyOf": [
            {"type": "number", "minimum": 0, "description": "A factor of the base rate."},
            _one_of_groups("lr", "A base rate of its own."),
            _one_of_groups("scale", "A factor of the whole curve, its floor too."),
            _SCHEDULE,
        ]
    },
    "description": "Parameter groups with rates of their own, by name; the schedule is that of all others.",
}

_ROOT: Final[dict[str, Any]] = {
    "title": {"type": ["string", "number"], "description": "Title of the figure."},
    "lr": {"type": "number", "minimum": 0, "description": "Base rate, inherited by every schedule."},
    "steps": {"type": "number", "exclusiveMinimum": 0, "description": "Horizon in optimizer updates."},
    "epochs": {"type": "number", "exclusiveMinimum": 0, "description": "Horizon in epochs."},
    "steps_per_epoch": {
        "type": "number",
        "exclusiveMinimum": 0,
        "description": "Optimizer updates in an epoch.",
    },
    "training": {"$ref": "#/$defs/training"},
    "update": {"enum": ["step", "epoch"], "description": "When the schedule is updated."},
    "metrics": {
        "anyOf": [{"type": "array", "items": {"type": "number"}}, {"type": "string"}],
        "description": "What a plateau reacts to: numbers, a formula in t, or a file (a.csv#val_loss).",
    },
    "optimizer": {"$ref": "#/$defs/optimizer"},
    "optimizers": {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"$ref": "#/$defs/optimizer"},
        "description": "Labelled optimizers to compare.",
    },
    "gradients": {
        "anyOf": [
            {"type": "array", "items": {"anyOf": [{"type": "number"}, _LIST_OF_NUMBERS]}},
            {"type": "string"},
            {"$ref": "#/$defs/noise"},
        ],
        "description": "What the optimizer is given: numbers, a formula in t, a file, or seeded noise.",
    },
    "weights": {"anyOf": [{"type": "number"}, _LIST_OF_NUMBERS], "description": "Where the weights start."},
    "simulate": {"$ref": "#/$defs/quadratic"},
    "schedule": _SCHEDULE,
    "schedules": {
        "type": "object",
        # One of several may have parameter groups of its own.
        "additionalProperties": {
            "anyOf": [
                _SCHEDULE,
                {
                    "type": "object",
                    "required": ["type", "groups"],
                    "properties": {"groups": {"$ref": "#/$defs/groups"}},
                },
            ]
        },
        "description": "Labelled schedules to overlay.",
    },
    "groups": {"$ref": "#/$defs/groups"},
    "sweep": {
        "type": "object",
        "additionalProperties": {"type": "array", "minItems": 1},
        "description": "Paths and their values: a curve for each combination.",
    },
    "figure": {"$ref": "#/$defs/figure"},
}


def _of_type(name: str) -> dict[str, Any]:
    model = schedule_class(name)
    made = _of_schedule(model, tuple(parameters(model)))
    made["description"] = (model.__doc__ or "").strip().splitlines()[0]
    made["properties"] = {
        "type": {"const": name},
        **made["properties"],
        "warmup": {"$ref": "#/$defs/ramp"},
        "for": {"$ref": "#/$defs/duration", "description": "How long a phase lasts."},
    }
    made["required"] = ["type", *made["required"]]
    return made


def _of_training(model: type[Optimizer] | type[Quadratic], *also: str) -> dict[str, Any]:
    """An optimizer or the quadratic model; of ``also``, the type is wanted and the base rate allowed."""
    made = _of_model(model)
    own = made["properties"].pop("type")
    more = {"type": {"const": own["const"]}, "lr": _ROOT["lr"]}
    made["properties"] = {**{key: more[key] for key in also}, **made["properties"]}
    return {**made, "required": ["type"] if "type" in also else []}


def _of_warmup() -> dict[str, Any]:
    model = schedule_class("warmup")
    return _of_schedule(model, tuple(name for name in parameters(model) if name != "schedule"))


def _of_schedule(model: type[Schedule], names: tuple[str, ...]) -> dict[str, Any]:
    own, fields = _properties(model), parameters(model)
    texts = describe_parameters(model)
    properties = {}
    for name in names:
        field_name = next(key for key, info in model.model_fields.items() if info is fields[name])
        described = {"description": texts[field_name]} if field_name in texts else {}
        properties[name] = {**_value(fields[name], own.get(name, {})), **described}
    required = [name for name in names if fields[name].is_required() and not _inherits(fields[name])]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _inherits(info: FieldInfo) -> bool:
    kind = kind_of(info)
    return kind is not None and kind.inherits is not None


def _value(info: FieldInfo, own: dict[str, Any]) -> dict[str, Any]:
    """The schema of a field in a spec, which may say more than the Python class takes."""
    kind = kind_of(info)
    bare = {key: value for key, value in own.items() if key != "title"}
    if kind is None:
        return bare
    if kind.model is not None:
        return {"type": "array", "minItems": 1, "items": _of_model(kind.model)}
    if kind.holds == "length" and "default" in bare:
        return {**_HOLDS["length"], "default": bare["default"]}
    return _HOLDS.get(kind.holds, bare)


_HOLDS: Final[dict[str, dict[str, Any]]] = {
    "schedule": _SCHEDULE,
    "schedules": {"type": "array", "minItems": 1, "items": _SCHEDULE},
    "length": {"$ref": "#/$defs/duration"},
    "lengths": {"type": "array", "items": {"$ref": "#/$defs/duration"}},
    "points": {
        "type": "object",
        "additionalProperties": {"type": "number", "minimum": 0},
        "minProperties": 1,
    },
    "expression": {"type": ["string", "number"]},
}


class _Lenient(GenerateJsonSchema):
    """Passes over nested schedules, which are referred to by name."""

    def is_instance_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ARG002
        return {}


def _properties(model: type[BaseModel]) -> dict[str, Any]:
    made = model.model_json_schema(schema_generator=_Lenient)
    properties: dict[str, Any] = made["properties"]
    return properties


def _of_model(model: type[BaseModel]) -> dict[str, Any]:
    made = model.model_json_schema()
    texts = describe_parameters(model)
    for name, value in made["properties"].items():
        value.pop("title", None)
        value["description"] = texts.get(name, "")
    first = (model.__doc__ or "").strip().splitlines()[0]
    return {
        **{key: made[key] for key in ("type", "properties", "additionalProperties") if key in made},
        "required": made.get("required", []),
        "description": first,
    }
