"""Dotted paths into a spec: ``figure.dpi``; ``gamma`` and ``warmup.steps`` mean ``schedule.…``."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from lrplot.document.tree import Node
from lrplot.errors import SpecError
from lrplot.text.nearest import nearest_name

KEYS: Final = (
    "title",
    "lr",
    "steps",
    "epochs",
    "steps_per_epoch",
    "training",
    "update",
    "metrics",
    "optimizer",
    "optimizers",
    "gradients",
    "weights",
    "simulate",
    "schedule",
    "schedules",
    "groups",
    "sweep",
    "figure",
)
"""What a spec may hold."""
_ALIKE: Final = 0.75
"""From this likeness on, a path's beginning is a key misspelt and no parameter of a schedule."""
OPTIONS: Final = frozenset(
    {"lr", "steps", "epochs", "steps_per_epoch", "update", "metrics", "gradients", "sweep"}
)
"""Those of them that are options of the command line too."""


def check_path(path: str, where: str) -> None:
    """Refuse a dotted path that begins with no key of a spec.

    Raises
    ------
    SpecError
        Naming the path that was probably meant.
    """
    head, dot, rest = path.partition(".")
    if not path.strip("."):
        raise SpecError(f"{where}: '{path}' is no path; write gamma or schedule.0.gamma")
    meant = nearest_name(head, KEYS, _ALIKE) if dot and head not in KEYS else None
    if meant is not None:
        raise SpecError(f"{where}: '{path}' begins with no key of a spec; did you mean '{meant}.{rest}'?")


def walk(path: str) -> Sequence[str]:
    """The parts of a dotted path; what begins with no key of a spec is in its schedule.

    >>> walk("figure.dpi"), walk("gamma"), walk("warmup.steps")
    (['figure', 'dpi'], ['schedule', 'gamma'], ['schedule', 'warmup', 'steps'])
    """
    parts = path.split(".")
    return ["schedule", *parts] if _is_inside(path) else parts


def _is_inside(path: str) -> bool:
    """True where a path begins in the schedule, which it need not say."""
    head, dot, _ = path.partition(".")
    return not dot or head not in KEYS


def put(root: Node, path: str, value: Node, at: Node | None = None) -> Node:
    """The tree with ``value`` at ``path``, made where it is missing; nothing is changed in place.

    A key made on the way stands where ``at`` does.

    Raises
    ------
    SpecError
        When the path leads through something that has no members, or past the end of a list.
    """
    parts = walk(path)
    if not all(parts):
        raise SpecError(f"{value.source.name}: '{path}' is no path; write schedule.gamma or schedule.0.gamma")
    if _is_inside(path) and "schedule" not in root.entries:
        _check_schedule_there(root, path, value.source.name)
    return _put(root, list(parts), value, path, at)


def _check_schedule_there(root: Node, path: str, where: str) -> None:
    """Refuse a bare name, which is for the one schedule, where a spec has several or optimizers alone."""
    for several in ("schedules", "optimizers", "optimizer"):
        node = root.entries.get(several)
        if node is not None:
            inside = [several, *(key for key in node.entries if several.endswith("s"))][:2]
            meant = f"did you mean '{'.'.join([*inside, path])}'?"
            raise SpecError(f"{where}: '{path}' is for a single 'schedule', and here is none; {meant}")


def _put(node: Node, parts: list[str], value: Node, path: str, at: Node | None) -> Node:
    if not parts:
        return value
    head, *rest = parts
    if isinstance(node.value, list):
        if not head.isdecimal() or int(head) >= len(node.value):
            count = len(node.value)
            raise SpecError(f"{value.source.name}: '{path}': '{head}' is none of the members 0 … {count - 1}")
        i = int(head)
        return replace(
            node, value=[*node.value[:i], _put(node.value[i], rest, value, path, at), *node.value[i + 1 :]]
        )
    if not isinstance(node.value, Mapping):
        raise SpecError(f"{value.source.name}: '{path}': there is nothing to set inside {node.kind}")
    old = node.entries.get(head)
    place = at if at is not None else value
    key = node.key(head) if old is not None else replace(place, value=head, text=head)
    child = _put(old if old is not None else replace(place, value={}), rest, value, path, at)
    return replace(node, value={**node.value, key: child})
