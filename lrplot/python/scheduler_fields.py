"""What a text reads of a scheduler: its clock, its last rates, what it was made with."""

import ast
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.moments import symbol_at
from lrplot.python.parameter_groups import RATE
from lrplot.python.syntax import short
from lrplot.python.values import Made, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

_CLOCK: Final = "last_epoch"
_TOTAL: Final = "total_steps"


def field(evaluator: "State", made: Made, name: str, node: ast.expr) -> Any:
    """``scheduler.name``, open where it is not known."""
    if name == "base_lrs" and made.base is not None:
        return [made.base]
    if name == _CLOCK and name in evaluator.registry[made.framework].counted_by_field:
        return varying(evaluator, node) if (now := evaluator.objects.moments.clock(made)) is None else now
    given = made.arguments.get(name)
    if name == _TOTAL and name in made.arguments:
        # It may have been given as epochs of so many steps.
        given = getattr(made.schedule, _TOTAL, None)
    if isinstance(given, int | float) and not isinstance(given, bool):
        return given
    return Unknown(short(node), node)


def last_rates(evaluator: "State", made: Made, node: ast.expr) -> Any:
    """``scheduler.get_last_lr()``: the rate of each group behind the scheduler's last step."""
    objects = evaluator.objects
    moments = objects.moments
    optimizer = made.optimizer
    if optimizer is None or evaluator.inside_function or id(made) in evaluator.elsewhere.handed:
        return Unknown(short(node), node)
    behind = moments.behind_step(made) if moments.concrete and id(made) not in evaluator.used else None
    groups = objects.groups.of(optimizer)
    if behind is None or objects.groups.count_of(optimizer) is None:
        return varying(evaluator, node)
    found = []
    for group in groups:
        name = f"{RATE}{id(made)}_{group.index}_at_{behind[0]}_{behind[1]}"
        moments.note(name, group, behind)
        found.append(symbol_at(name))
    return found


def varying(evaluator: "State", node: ast.expr) -> Unknown:
    """Something that is another in each turn: known only where the turns are followed one by one."""
    lanes = evaluator.lanes
    if lanes is not None:
        lanes.forgot = True
    return Unknown(short(node), node, changed=lanes is not None)
