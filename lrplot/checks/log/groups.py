"""A parameter group of an optimizer, and the planned group that it is held against."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lrplot.errors import UsageError
from lrplot.run import Run


def paired(run: Run, groups: Sequence[Mapping[str, Any]], group: int | str) -> tuple[int, Run]:
    """The index of a parameter group, and the run that is planned for it.

    A group has the plan of its name, or of its index where nobody names it; the main schedule where the plan
    has no groups.

    Parameters
    ----------
    run
        The plan.
    groups
        The optimizer's ``param_groups``; empty where the optimizer has none.
    group
        The group's index, or its name in the optimizer or in the plan.

    Raises
    ------
    UsageError
        When there is no such group, or it cannot be told which of the plan's it is.

    Examples
    --------
    >>> from lrplot.run import Group
    >>> from lrplot.schedules.constant import Constant
    >>> low = Group("backbone", Constant(lr=0.01))
    >>> run = Run("plan", Constant(lr=1), 9, groups=(Group("head", Constant(lr=1)), low))
    >>> paired(run, [{"name": "backbone"}, {"name": "head"}], 0)[1].label
    'plan, backbone'
    >>> paired(run, [{}, {}], "backbone")[0]
    1
    """
    labels = [each.label for each in run.groups]
    index = group if isinstance(group, int) else _index(groups, labels, group)
    if groups and index >= len(groups):
        raise UsageError(f"group {index}: the optimizer has {len(groups)} parameter groups, from 0")
    name = group if isinstance(group, str) else groups[index].get("name") if groups else None
    for label in (name, f"group {index}"):
        planned = run.of_group(label) if isinstance(label, str) else None
        if planned is not None:
            return index, planned
    if labels and (len(groups) == len(labels) or not groups) and index < len(labels):
        planned = run.of_group(labels[index])
        return index, replace(run, groups=()) if planned is None else planned
    if labels and index:
        raise UsageError(
            f"group {index}: the plan has the groups {', '.join(labels)}, and the optimizer {len(groups)} "
            f"parameter groups without these names; say which is meant, as group={labels[0]!r}"
        )
    return index, replace(run, groups=())


def _index(groups: Sequence[Mapping[str, Any]], labels: Sequence[str], name: str) -> int:
    """The index of a parameter group by its name in the optimizer, else by its place in the plan."""
    names = [each.get("name") for each in groups]
    if name in names:
        return names.index(name)
    if name in labels and len(groups) in (0, len(labels)):
        return labels.index(name)
    if name in labels and name == f"group {name.rpartition(' ')[2]}":
        return int(name.rpartition(" ")[2])
    known = ", ".join(dict.fromkeys([*(str(each) for each in names if each is not None), *labels])) or "none"
    raise UsageError(f"group {name!r}: no parameter group has this name; named are {known}")
