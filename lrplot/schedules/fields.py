"""The contents of a model's fields, and what to say when they hold something else."""

import ast
import inspect
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from typing import Final, Literal, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from lrplot.clock import MOST_STEPS, Settings
from lrplot.errors import Problem
from lrplot.text.caret import brief
from lrplot.text.nearest import did_you_mean


@dataclass(frozen=True, slots=True)
class Kind:
    """The content of a field in a spec, beside what pydantic checks.

    ``inherits`` names what fills the field when it is left out; ``zero`` says that a duration may
    round to nothing; ``model`` is what each of a list of ``settings`` is.
    """

    holds: Literal[
        "rate",
        "number",
        "numbers",
        "length",
        "lengths",
        "points",
        "schedule",
        "schedules",
        "expression",
        "settings",
    ]
    inherits: Literal["lr", "length", "steps_per_epoch", "metrics"] | None = None
    zero: bool = False
    whole: bool = False
    model: type[Settings] | None = None


def parameters(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """A model's parameters by the name a spec gives them, in order; ``type`` is none."""
    return {info.alias or name: info for name, info in model.model_fields.items() if name != "type"}


@cache
def kind_of(info: FieldInfo) -> Kind | None:
    """The :class:`Kind` of a field, None for plain text, choices and switches."""
    inner = (mark for choice in get_args(info.annotation) for mark in getattr(choice, "__metadata__", ()))
    return next((mark for mark in (*info.metadata, *inner) if isinstance(mark, Kind)), None)


def describe_parameters(model: type[BaseModel]) -> dict[str, str]:
    """The docstring under each field, its own or inherited, read from the source when it is asked for."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            found |= _described_in(base)
    return found


@cache
def _described_in(model: type[BaseModel]) -> dict[str, str]:
    found: dict[str, str] = {}
    for field, text in pairwise(_classes_of(model.__module__)[model.__name__].body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):  # noqa: SIM102 (reads better)
            if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                found[field.target.id] = inspect.cleandoc(str(text.value.value))
    return found


@cache
def _classes_of(module: str) -> dict[str, ast.ClassDef]:
    """The classes in a module's source, which is read once for all of them."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def unknown_parameter(type_name: str, wrong: str, known: Sequence[str]) -> str:
    """The sentence for a parameter that does not exist."""
    hint = did_you_mean(wrong, known, f"; it has {', '.join(known) or 'none'}")
    return f"{type_name} has no parameter '{brief(wrong)}'{hint}"


_COMPARISONS: Final = {
    "greater_than": (">", "gt"),
    "greater_than_equal": ("≥", "ge"),
    "less_than": ("<", "lt"),
    "less_than_equal": ("≤", "le"),
}


def problem_of(model: type[BaseModel], type_name: str, detail: ErrorDetails) -> Problem:
    """One of pydantic's complaints in our words."""
    place = detail["loc"]
    if not place:
        return Problem(None, f"{type_name}: {detail['msg']}")
    name = str(place[0])
    where = name + "".join(f"[{at}]" if isinstance(at, int) else f".{at}" for at in place[1:])
    settings = _settings_at(model, place)
    if detail["type"] == "missing":
        owner = type_name if settings is None else where.rpartition(".")[0]
        return Problem(name, f"{owner} needs '{place[-1]}'")
    if detail["type"] == "extra_forbidden":
        owner = type_name if settings is None else where.rpartition(".")[0]
        return Problem(name, unknown_parameter(owner, str(place[-1]), tuple(parameters(settings or model))))
    wanted = expected(detail, settings or model, name if settings is None else str(place[-1]))
    return Problem(name, f"{where} must be {wanted}, got {shown(detail['input'])}")


def _settings_at(model: type[BaseModel], place: tuple[int | str, ...]) -> type[BaseModel] | None:
    """What holds the parameter at ``place`` where that is one of several settings, not the model itself."""
    info = parameters(model).get(str(place[0]))
    if info is None or len(place) <= 2:
        return None
    kind = kind_of(info)
    if kind is not None:
        return kind.model
    inner = get_args(info.annotation)
    return next((each for each in inner if isinstance(each, type) and issubclass(each, Settings)), None)


def expected(detail: ErrorDetails, model: type[BaseModel], name: str) -> str:
    """The content a field should have had, in words."""
    kind = detail["type"]
    context = detail.get("ctx", {})
    if kind in _COMPARISONS:
        sign, key = _COMPARISONS[kind]
        bound = context[key]
        return f"{sign} {'2^53' if bound == MOST_STEPS else format(bound, 'g')}"
    if kind == "literal_error":
        # Those of a Literal, alone or beside None.
        choices = get_args(parameters(model)[name].annotation)
        inner = (get_args(choice) or (choice,) for choice in choices if choice is not type(None))
        return "one of " + ", ".join(str(choice) for choice in chain.from_iterable(inner))
    if kind == "value_error":
        return str(context["error"])
    words = {
        "finite_number": "a finite number",
        "float_type": "a number",
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "bool_type": "true or false",
        "string_type": "text",
        "tuple_type": "a list",
        "dict_type": "a mapping",
        "is_instance_of": "a schedule",
        "too_short": "a list of at least one",
        "string_pattern_mismatch": "a file name ending in .png, .svg or .pdf, without a folder",
    }
    return words.get(kind, detail["msg"])


_SHOWN: Final = 60
"""Characters of a value in a sentence."""


def shown(value: object) -> str:
    """A wrong value as an error message shows it, never longer than a line."""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
    if isinstance(value, float):
        text = text.removesuffix(".0")
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
