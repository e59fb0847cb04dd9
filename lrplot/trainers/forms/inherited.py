"""Configs that inherit from files beside them (``_BASE_``), and values that name others (``${a.b}``)."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from lrplot.files import note_file
from lrplot.trainers.form import Form
from lrplot.trainers.forms.mapping import mapping
from lrplot.trainers.training import refuse

_DEEPEST: Final = 20
"""Files that inherit from each other, and values inside each other, so that a circle ends."""
_LARGEST: Final = 1_000_000
"""Bytes of a file that is inherited from: written by hand, it has some thousand."""
_REFERENCE: Final = re.compile(r"\$\{([\w.]+)\}")


def with_bases(form: Form, depth: int = 0) -> Form:
    """The form with what the files under ``_BASE_`` say, each relative to the file that names it.

    Raises
    ------
    ConfigurationError
        When such a file cannot be read.
    """
    named = form.get("_BASE_")
    if named is None:
        return form
    if depth > _DEEPEST:
        raise refuse(form, "_BASE_", f"more than {_DEEPEST} files inherit from each other")
    values: dict[str, Any] = {}
    for each in named if isinstance(named, list) else [named]:
        values = merged(values, with_bases(_file(form, str(each)), depth + 1).values)
    own = {key: value for key, value in form.values.items() if key != "_BASE_"}
    return replace(form, values=merged(values, own))


def _file(form: Form, name: str) -> Form:
    """The form of a file that another names."""
    where = form.folder
    if where is None:
        raise refuse(
            form, "_BASE_", f"it inherits from {name}, which cannot be looked for here; give the file"
        )
    path = where / name
    if path.suffix not in {".yaml", ".yml", ".json"}:
        raise refuse(form, "_BASE_", f"{path}: only .yaml, .yml and .json are read as a base of a config")
    text = text_of(form, name)
    if text is None:
        raise refuse(
            form,
            "_BASE_",
            f"{path}, from which this config inherits, cannot be read, so that its rate is not known; "
            "put it there",
        )
    return next(mapping(text, str(path), path.parent), Form(str(path), "mapping", {}, folder=path.parent))


def text_of(form: Form, name: str) -> str | None:
    """The text of a file that a form names relative to itself, None where there is none.

    A path that begins at the root or at a home is of another machine, and is not followed.
    """
    if form.folder is None or Path(name).is_absolute() or name.startswith("~"):
        return None
    path = form.folder / name
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        note_file(path)
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """``over`` over ``base``: mappings key by key, everything else whole.

    >>> merged({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}})
    {'a': {'b': 3, 'c': 2}}
    """
    found = dict(base)
    for key, value in over.items():
        inner = found.get(key)
        found[key] = (
            merged(inner, value) if isinstance(inner, Mapping) and isinstance(value, Mapping) else value
        )
    return found


def interpolated(form: Form) -> Form:
    """The form with ``${a.b}`` replaced by the value at that path, as OmegaConf does."""
    return replace(form, values={key: _interpolated(value, form, 0) for key, value in form.values.items()})


def _interpolated(value: Any, form: Form, depth: int) -> Any:
    if depth > _DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {key: _interpolated(each, form, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_interpolated(each, form, depth + 1) for each in value]
    if not isinstance(value, str):
        return value
    whole = _REFERENCE.fullmatch(value.strip())
    if whole is not None:
        found = form.get(whole[1], value)
        return value if found == value else _interpolated(found, form, depth + 1)
    return value


def with_overrides(form: Form, overrides: Mapping[str, Any]) -> Form:
    """The form with ``a.b=value`` put in."""
    values: dict[str, Any] = dict(form.values)
    for path, value in overrides.items():
        nested: Any = value
        for part in reversed(path.split(".")):
            nested = {part: nested}
        values = merged(values, nested)
    return replace(form, values=values)
