"""Saving a curve into the text it was opened from, so that only what was changed is written anew."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from lrplot.document.edit import NotEditedError, edit
from lrplot.document.tree import Node, read
from lrplot.errors import LrplotError
from lrplot.explorer.spec_edit import Spec, spec_of, value_at
from lrplot.files import LARGEST_TEXT, read_bytes
from lrplot.run import Run
from lrplot.sources.reference import load, load_text

SUFFIXES: Final = (".yaml", ".yml", ".json")
_COMMENT: Final = re.compile(r"^(?:[^\"'#]|\"[^\"]*\"|'[^']*')*?(?:^|\s)#")


def kept_text(origin: str, path: Path, spec: Spec, run: Run) -> str | None:
    """The text of the file ``origin`` with a spec's changes in it, to be written to ``path``.

    Parameters
    ----------
    origin
        The REF a curve was opened from.
    path
        Where it goes; files that the text names are looked for from there.
    spec, run
        What it shall say, and the run of that.

    Returns
    -------
    str or None
        None where the text cannot be kept: it is no spec of one curve, or a change would write it anew.
    """
    source = Path(origin)
    if source.suffix not in SUFFIXES or source.suffix == ".json" != path.suffix or not source.is_file():
        return None
    try:
        text = read_bytes(source, LARGEST_TEXT).decode("utf-8")
        root = read(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), origin)
        (opened,) = load(origin)
        before = spec_of(opened)
    except (LrplotError, ValueError):
        return None
    for changes in _ways(dict(_changes(before, spec, "")), root, before, spec, run):
        try:
            made = edit(text, {path: _short(value) for path, value in changes.items()})
            if _says(made, path, run):
                return made
        except NotEditedError:
            continue
    return None


def _short(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def lost(path: Path, text: str) -> tuple[str, ...]:
    """The parts of a file that a text written over it would lose: its comments, and keys by name."""
    try:
        written = read(text, "").entries
        old = read_bytes(path, LARGEST_TEXT).decode("utf-8-sig")
    except (LrplotError, ValueError):
        return ("all it says",)
    had, has = (any(map(_COMMENT.search, each.splitlines())) for each in (old, text))
    comments = ("its comments",) if had and not has else ()
    try:
        keys = read(old, str(path)).entries
    except LrplotError:
        return (*comments, "all it says")
    return (*comments, *(f"'{key}'" for key in keys if key not in written))


def _says(text: str, path: Path, run: Run) -> bool:
    """True where a text says the very run."""
    try:
        (made,) = load_text(text, str(path), run.label)
    except (LrplotError, ValueError):
        return False
    ours = replace(run, style=run.style.model_copy(update={"stylesheet": None}))
    theirs = replace(made, style=made.style.model_copy(update={"stylesheet": None}))
    parts = ("schedule", "steps", "steps_per_epoch", "style", "optimization", "model")
    return all(getattr(ours, part) == getattr(theirs, part) for part in parts)


def _changes(before: Any, after: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The dotted paths at which two specs differ, each with the new value, None where it is left out."""
    if isinstance(before, Mapping) and isinstance(after, Mapping) and _plain({**before, **after}):
        for key in dict.fromkeys((*before, *after)):
            inner = f"{path}.{key}" if path else key
            if key not in after:
                yield inner, None
            elif key not in before:
                yield inner, after[key]
            else:
                yield from _changes(before[key], after[key], inner)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _changes(old, new, f"{path}.{i}")
    elif before != after:
        yield path, after


def _plain(mapping: Mapping[Any, Any]) -> bool:
    return all(isinstance(key, str) and "." not in key for key in mapping)


def _ways(
    changes: dict[str, Any], root: Node, before: Spec, after: Spec, run: Run
) -> Iterator[dict[str, Any]]:
    """The changes as the text may spell them, the likeliest first."""
    placed = {_place(path, root, before): value for path, value in changes.items()}
    schedule = root.entries.get("schedule")
    if schedule is not None and isinstance(schedule.value, str):
        others = {path: value for path, value in placed.items() if not path.startswith("schedule")}
        if len(others) < len(placed):
            rate = {"lr": after["lr"]} if "lr" in after and "lr" not in root.entries else {}
            placed = {**rate, **others, "schedule": after["schedule"]}
    ways = [*_in_epochs(placed, root, after), placed]
    if "lr" in placed:
        others = {path: value for path, value in placed.items() if path != "lr"}
        ways += [{**others, inner: placed["lr"]} for inner in ("schedule.lr", "schedule.max_lr")]
    yield from ways
    pins = dict(_pins(schedule, "schedule", after["schedule"], run))
    for way in ways:
        yield {**pins, **way}
        # Where the schedule's own length is the run's, that alone is enough.
        yield {**pins, **{path: value for path, value in way.items() if path != "steps"}}


def _in_epochs(placed: dict[str, Any], root: Node, after: Spec) -> Iterator[dict[str, Any]]:
    """The changes with the horizon in epochs, where the text has it so."""
    length = placed.keys() & {"steps", "steps_per_epoch"}
    if length and "epochs" in root.entries and "steps" not in root.entries:
        others = {path: value for path, value in placed.items() if path != "steps"}
        yield {**others, "epochs": _epochs(after)}
        yield {**others, "steps": after["steps"], "epochs": None}


def _pins(node: Node | None, path: str, said: Any, run: Run) -> Iterator[tuple[str, Any]]:
    """The lengths that a text gives as a share of the run, or as the run's own, in plain numbers."""
    if node is None or not isinstance(said, Mapping):
        return
    for key, child in node.entries.items():
        if isinstance(child.value, Mapping):
            yield from _pins(child, f"{path}.{key}", said.get(key), run)
        elif key not in said:
            yield f"{path}.{key}", getattr(run.schedule, key, None)
        elif isinstance(child.value, str) and isinstance(said[key], int | float):
            yield f"{path}.{key}", said[key]


def _epochs(spec: Spec) -> float:
    """The number of epochs of a run."""
    epochs = Decimal(str(spec["steps"])) / Decimal(spec.get("steps_per_epoch") or 1)
    return int(epochs) if epochs == epochs.to_integral_value() else float(epochs)


def _place(path: str, root: Node, before: Spec) -> str:
    """The place in the text of what the spec written anew has at a path: phases are a list there."""
    schedule = root.entries.get("schedule")
    wrapped = value_at(before, "schedule.type") == "epochwise"
    if "update" in root.entries and wrapped and path.startswith("schedule.schedule."):
        path = path.removeprefix("schedule.")
    if schedule is not None and isinstance(schedule.value, list):
        path = re.sub(r"^schedule\.parts\.", "schedule.", path)
        path = re.sub(r"^schedule\.lengths\.(\d+)$", r"schedule.\1.for", path)
    return path
