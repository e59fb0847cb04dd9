"""The ``groups`` of a spec: parameter groups, each a label and a factor, a rate or a schedule."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lrplot.document.nested import OtherRates
from lrplot.document.tree import Complaint, Node
from lrplot.document.values import Complain
from lrplot.run import Group
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.scaling import base_rates, times
from lrplot.text.caret import brief
from lrplot.text.nearest import did_you_mean

WANTED = "a factor of the base rate, {lr: RATE}, {scale: FACTOR} or a schedule"


@dataclass(frozen=True, slots=True)
class Grouped:
    """The schedule whose parameter groups are read.

    Parameters
    ----------
    node
        Where it stands.
    schedule
        What was built of it.
    build
        Builds a node in its place, with base rates changed where a change is given.
    """

    node: Node
    schedule: Schedule
    build: Callable[[Node, OtherRates | None], Schedule | None]


def without_groups(node: Node) -> tuple[Node, Node | None]:
    """One of several schedules, and the ``groups`` that stand in its mapping."""
    own = node.entries.get("groups") if isinstance(node.value, Mapping) else None
    if own is None:
        return node, None
    kept = {key: child for key, child in node.value.items() if key.text != "groups"}
    return replace(node, value=kept), own


class GroupsReader:
    """Reads the groups of a spec; mistakes are complained about."""

    def __init__(self, complain: Complain) -> None:
        self._complain = complain

    def _fail(self, message: str, node: Node) -> None:
        self._complain(Complaint(message, node))

    def read(self, node: Node | None, of: Grouped) -> tuple[Group, ...]:
        """The groups, in order; those that cannot be read are left out after complaints."""
        if node is None:
            return ()
        if not isinstance(node.value, Mapping) or not node.value:
            self._fail(f"groups must be a mapping of names to {WANTED}, got {node.kind}", node)
            return ()
        made = {key.text: self._schedule(key.text, child, of) for key, child in node.value.items()}
        return tuple(Group(label, schedule) for label, schedule in made.items() if schedule is not None)

    def _schedule(self, name: str, node: Node, of: Grouped) -> Schedule | None:
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            factor = self._number(f"groups.{name}", node)
            return None if factor is None else self._of_factor(name, factor, of)
        alone = next(iter(node.entries.items())) if len(node.entries) == 1 else ("", node)
        if alone[0] == "lr":
            rate = self._number(f"groups.{name}.lr", alone[1])
            return None if rate is None else self._of_rate(name, rate, node, of)
        if alone[0] == "scale":
            factor = self._number(f"groups.{name}.scale", alone[1])
            return None if factor is None else times(of.schedule, factor)
        if isinstance(node.value, Mapping) and "type" not in node.entries and self._mistaken(name, node):
            return None
        if not isinstance(node.value, Mapping | list | str | Schedule):
            self._fail(f"groups.{name} must be {WANTED}, got {node.kind}", node)
            return None
        return of.build(node, None)

    def _mistaken(self, name: str, node: Node) -> bool:
        """Complain about keys without a type that are no group's."""
        keys = list(node.value)
        hint = did_you_mean(keys[0].text, ("lr", "scale")) if len(keys) == 1 else ""
        if node.entries.keys() & {"lr", "scale"}:
            self._fail(f"groups.{name} must be {WANTED}; a schedule of its own needs 'type'", node)
            return True
        if hint:
            self._fail(f"groups.{name} has no key '{brief(keys[0].text)}'{hint}", keys[0])
        return bool(hint)

    def _of_factor(self, name: str, factor: float, of: Grouped) -> Schedule | None:
        if factor == 1:
            return of.schedule
        other = OtherRates(f"groups.{name}", lambda rate: rate * factor)
        return Constant(lr=0.0) if factor == 0 else of.build(of.node, other)

    def _of_rate(self, name: str, rate: float, node: Node, of: Grouped) -> Schedule | None:
        found = base_rates(of.schedule)
        if len(found) > 1:
            told = ", ".join(f"{each:g}" for each in sorted(found))
            self._fail(
                f"groups.{name}.lr: the schedule has several base rates ({told}); give a factor of them, as "
                f"{brief(name)}: 0.1, or a schedule of its own",
                node,
            )
            return None
        other = OtherRates(f"groups.{name}", lambda own: rate if own else own)
        return Constant(lr=0.0) if rate == 0 else of.build(of.node, other)

    def _number(self, path: str, node: Node) -> float | None:
        value = node.value
        fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf
        if not fits:
            self._fail(f"{path} must be a finite number ≥ 0, got {node.kind}", node)
            return None
        return float(value)
