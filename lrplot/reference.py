"""From what a person writes for a schedule to runs: the one place that knows all the ways."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from lrplot.errors import LrplotError, SpecError, UsageError
from lrplot.run import Run
from lrplot.schedules import TYPICAL_LR, Entry, find, nearest
from lrplot.spec.build import build, override
from lrplot.spec.document import Node, Source, literal, read, resolve
from lrplot.spec.path import check_path

_SUFFIXES: Final = {".yaml", ".yml", ".json"}
_LARGEST: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Said:
    """A value for a dotted path, and which option said so."""

    path: str
    text: str
    option: str


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a command line says over a spec.

    Parameters
    ----------
    settings
        Keys of the spec itself (lr, steps, epochs, steps_per_epoch, update) and their text.
    changes
        Values at dotted paths.
    sweep
        Lists of values at dotted paths.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[Said, ...] = ()
    sweep: tuple[Said, ...] = ()


def load(reference: str, overrides: Overrides | None = None) -> tuple[Run, ...]:
    """The runs a REF names: a catalogue name, a spec file, or ``-`` for a spec on standard input.

    Raises
    ------
    LrplotError
        When it names none of these, or the spec is wrong.

    Examples
    --------
    >>> (run,) = load("cosine", Overrides(settings={"steps": "1e6"}))
    >>> run.label, run.steps
    ('cosine', 1000000)
    """
    said = overrides or Overrides()
    for change in (*said.changes, *said.sweep):
        check_path(change.path, change.option)
    paths = [change.path.removeprefix("schedule.") for change in (*said.changes, *said.sweep)]
    twice = next((path for path in paths if paths.count(path) > 1), None)
    if twice is not None:
        raise UsageError(f"'{twice}' is given twice; one --set or one --sweep a path")
    root, label = _tree(reference)
    settings = {name: _setting(name, text) for name, text in said.settings.items()}
    root = override(root, settings, {change.path: _value(change) for change in said.changes})
    for change in said.sweep:
        root = _swept(root, change.path, _value(_listed(change)))
    runs = build(root, label)
    if "lr" in settings:
        _check_lr(root, settings["lr"], runs)
    return runs


def _listed(change: Said) -> Said:
    return change if change.text.lstrip().startswith("[") else replace(change, text=f"[{change.text}]")


def _setting(name: str, text: str) -> Node:
    option = "--" + name.replace("_", "-")
    return Node(resolve(text), None, Source(option), text)


def _swept(root: Node, path: str, values: Node) -> Node:
    """The spec with one more swept path; a sweep's key is the whole path, dots and all."""
    sweep = root.entries.get("sweep")
    old = sweep.value if sweep is not None and isinstance(sweep.value, Mapping) else {}
    kept = {key: node for key, node in old.items() if key.text != path}
    grown = replace(literal({}, "--sweep"), value={**kept, literal(path, "--sweep"): values})
    others = {key: node for key, node in root.value.items() if key.text != "sweep"}
    return replace(root, value={**others, literal("sweep", "--sweep"): grown})


def _value(change: Said) -> Node:
    name = f"{change.option} {change.path}" if change.option in {"--set", "--sweep"} else change.option
    text = change.text.strip()
    return literal(text, name) if not text or text.startswith("#") else read(change.text, name)


def _check_lr(root: Node, given: Node, runs: tuple[Run, ...]) -> None:
    """A base rate on the command line that changes nothing is a mistake, not a wish."""
    other = override(root, {"lr": literal(float(given.value) * 2 + 1, "--lr")}, {})
    if [run.schedule for run in build(other, "")] == [run.schedule for run in runs]:
        raise UsageError(
            "--lr changes nothing: the schedule gives its own rates; set them, as in --set lr=0.1"
        )


def _tree(reference: str) -> tuple[Node, str]:
    if reference == "-":
        if sys.stdin is None:
            raise UsageError("standard input is closed")
        return read(_decode(sys.stdin.buffer.read(_LARGEST + 1), "standard input"), "standard input"), "stdin"
    path = Path(reference)
    entry = find(reference)
    looks_like_file = path.suffix in _SUFFIXES or "/" in reference
    if entry is not None and not looks_like_file:
        return _typical(entry), entry.name
    try:
        found = path.is_file()
    except (OSError, ValueError):
        found = False
    if "(" in reference and not found:
        raise UsageError(f"'{reference}': a framework's call is not read yet; write the schedule as a spec")
    if found or looks_like_file:
        return _file(path, reference), path.stem
    if path.is_dir():
        raise UsageError(f"{reference}: is a folder; name a file in it")
    raise UsageError(f"'{reference}' is neither a schedule of the catalogue nor a file; {nearest(reference)}")


def _typical(entry: Entry) -> Node:
    return literal({"lr": TYPICAL_LR, "steps": entry.steps, "schedule": entry.fragment}, entry.name)


def _file(path: Path, name: str) -> Node:
    try:
        if path.is_file() and path.stat().st_size > _LARGEST:
            raise SpecError(f"{name}: larger than {_LARGEST} bytes; no spec is")
        return read(_decode(path.read_bytes(), name), name)
    except OSError as error:
        raise LrplotError(f"{name}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise LrplotError(f"{name!r}: cannot be read: {error}") from None


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(f"{name}: not UTF-8 text (byte {error.start})") from None
