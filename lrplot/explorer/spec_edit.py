"""Specs as plain data: reading and changing them at dotted paths, and writing out schedules as one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from lrplot.document.build import build
from lrplot.document.document import Document
from lrplot.document.dump import as_spec
from lrplot.document.path import KEYS
from lrplot.document.tree import literal
from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.schedules import TYPICAL_LR, Entry, schedule_class
from lrplot.schedules.fields import kind_of, parameters

Spec = Mapping[str, Any]
"""A spec of one schedule as plain data. It is never changed in place."""

_FOLLOWS: Final = frozenset({"lr", "length", "steps_per_epoch", "metrics"})
_MOST: Final = 64
"""Parameters that are tried without, each by building the spec again; of more all are written out."""


def run_of(spec: Spec, label: str) -> Run:
    """The run of a spec of one schedule.

    Raises
    ------
    LrplotError
        When the spec is wrong.
    """
    (run,) = build(Document(literal(spec, label), label)).runs
    return run


def value_at(tree: Any, path: str) -> Any:
    """The value at a dotted path, None where there is none.

    >>> value_at({"schedule": {"milestones": [30, 60]}}, "schedule.milestones.1")
    60
    """
    for part in path.split("."):
        if isinstance(tree, Mapping):
            tree = tree.get(part)
        elif isinstance(tree, Sequence) and not isinstance(tree, str) and int(part) < len(tree):
            tree = tree[int(part)]
        else:
            return None
    return tree


def with_value(tree: Any, path: str, value: Any) -> Any:
    """The tree with ``value`` at a dotted path; a list in the place of a list's member is put in whole.

    >>> with_value({"schedule": {"milestones": [30, 60]}}, "schedule.milestones.1", 70)
    {'schedule': {'milestones': [30, 70]}}
    >>> with_value({"milestones": [30, 60]}, "milestones.1", [70, 80])
    {'milestones': [30, 70, 80]}
    """
    head, _, rest = path.partition(".")
    if isinstance(tree, Mapping):
        return {**tree, head: with_value(tree.get(head, {}), rest, value) if rest else value}
    at = int(head)
    new = with_value(tree[at], rest, value) if rest else value
    return [*tree[:at], *(new if isinstance(new, list) else [new]), *tree[at + 1 :]]


def without(tree: Any, path: str) -> Any:
    """The tree without what stands at a dotted path.

    >>> without({"schedule": {"type": "cosine", "T_max": 90}}, "schedule.T_max")
    {'schedule': {'type': 'cosine'}}
    >>> without({"milestones": [30, 60]}, "milestones.0")
    {'milestones': [60]}
    """
    head, _, rest = path.partition(".")
    if isinstance(tree, Mapping):
        kept = {key: child for key, child in tree.items() if key != head}
        return {**tree, head: without(tree[head], rest)} if rest and head in tree else kept
    at = int(head)
    return [*tree[:at], *([without(tree[at], rest)] if rest else []), *tree[at + 1 :]]


def spec_of(run: Run) -> Spec:
    """A run as a spec in which what it would inherit is left out, so that it follows the run.

    >>> from lrplot.schedules.cosine import Cosine
    >>> spec_of(Run("cosine", Cosine(lr=0.1, T_max=90), 90))
    {'lr': 0.1, 'steps': 90, 'schedule': {'type': 'cosine'}}
    """
    spec: Spec = as_spec([run])
    figure = run.style.model_dump(mode="json", exclude_defaults=True, exclude={"title"})
    if figure:
        spec = {**spec, "figure": figure}
    inheriting = list(_inheriting(spec["schedule"], "schedule"))
    if len(inheriting) > _MOST:
        return spec
    rate = next((value for _, source, value in inheriting if source == "lr"), None)
    if rate is not None:
        spec = {"lr": rate, **spec}
    shorter = _where_the_same(spec, [*(path for path, *_ in inheriting), "lr"], run)
    return {key: shorter[key] for key in KEYS if key in shorter}


def typical_spec(entry: Entry, steps: int, steps_per_epoch: int | None = None) -> Spec:
    """A catalogue name in a run of so many steps, phases written as a sequence.

    >>> from lrplot.schedules import CATALOGUE
    >>> typical_spec(CATALOGUE["step"], 5000)["schedule"]
    {'type': 'step', 'step_size': '30%'}
    """
    each = steps_per_epoch or entry.steps_per_epoch
    epochs = {} if each is None else {"steps_per_epoch": each}
    fragment = entry.fragment
    if isinstance(fragment, list):
        parts = [{key: value for key, value in phase.items() if key != "for"} for phase in fragment]
        fragment = {"type": "sequence", "parts": parts, "lengths": [phase["for"] for phase in fragment[:-1]]}
    return {"lr": TYPICAL_LR, "steps": steps, **epochs, "schedule": fragment}


def _where_the_same(spec: Spec, paths: Sequence[str], run: Run) -> Spec:
    """The spec without those of ``paths`` whose absence changes nothing."""
    for path in paths:
        if value_at(spec, path) is None:
            continue
        shorter = without(spec, path)
        try:
            same = run_of(shorter, run.label).schedule == run.schedule
        except LrplotError:
            continue
        spec = shorter if same else spec
    return spec


def _inheriting(fragment: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, Any]]:
    """The given parameters that a spec would fill in: where they stand, from what, and their values."""
    for name, info in parameters(schedule_class(fragment["type"])).items():
        kind, value = kind_of(info), fragment.get(name)
        if kind is None or value is None:
            continue
        if kind.inherits in _FOLLOWS:
            yield f"{path}.{name}", kind.inherits, value
        for inner, part in _parts(kind.holds, value):
            yield from _inheriting(part, f"{path}.{name}{inner}")


def _parts(holds: str, value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The schedules a parameter holds, each with what follows the parameter's name in its path."""
    if holds == "schedule":
        yield "", value
    elif holds == "schedules":
        yield from ((f".{i}", part) for i, part in enumerate(value))
