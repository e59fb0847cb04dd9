"""Parameter groups of the optimizers of a text, and the rates they begin with and have now."""

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import LrplotError
from lrplot.python.binding import NotKnown
from lrplot.python.nodes import nodes_of
from lrplot.python.sharing import shared
from lrplot.python.symbolic import Symbol
from lrplot.python.training import Training
from lrplot.python.values import GROUPS, Group, Optimizer, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

RATE: Final = "rate_"
"""How the names begin that stand for a rate at some moment."""


RATES_BY_NAME: Final = frozenset({"lr", "learning_rate"})
"""The names by which a rate is given to what makes an optimizer."""


class ParameterGroups:
    """The parameter groups of the optimizers of one text."""

    def __init__(self, evaluator: "State", training: Training) -> None:
        self._evaluator = evaluator
        self._training = training
        self._found: dict[int, list[Group]] = {}
        self.owners: dict[int, Optimizer] = {}
        self._defaults: dict[int, tuple[dict[str, Any], Any, Optimizer]] = {}
        self.touched: dict[int, int] = {}
        """How often something has touched an optimizer's rate."""
        self._made_elsewhere: dict[int, Unknown] = {}
        """The calls elsewhere that make optimizers and are given a rate, by the optimizer's identity."""
        self.initial: dict[int, float] = {}
        """Rates written before any loop and any scheduler: the schedulers begin with them."""

    def noted(self, optimizer: Optimizer, maker: Any) -> Optimizer:
        """An optimizer, once note is taken of what makes it elsewhere and is given a rate by name."""
        if isinstance(maker, Unknown) and not RATES_BY_NAME.isdisjoint(maker.named):
            self._made_elsewhere[id(optimizer)] = maker
        return optimizer

    def _check_known(self, optimizer: Optimizer) -> None:
        """Refuse a rate that the text gives to code elsewhere, which may make another of it."""
        maker = self._made_elsewhere.get(id(optimizer))
        if maker is not None and self._evaluator.rates.given is None:
            raise self._evaluator.objects.refusal(
                "what this makes of the rate it is given is not in this text; paste its definition, or give "
                "the rate: --lr",
                maker.node,
            )

    def all(self) -> list[list[Group]]:
        """The groups of each optimizer that was asked for them."""
        return [*self._found.values()]

    def check_kept(self, owner: Any, node: ast.AST) -> None:
        """Refuse an optimizer's own list of groups in which one is replaced."""
        if any(owner is each for each in self._found.values()):
            raise self._evaluator.objects.refusal(
                "parameter groups are replaced here, which is not read; write group['lr'] = … instead", node
            )

    def of(self, optimizer: Optimizer) -> list[Group]:
        """An optimizer's parameter groups; one where the text does not list them."""
        found = self._found.get(id(optimizer))
        if found is None:
            listed = optimizer.values[0] if optimizer.values else optimizer.named.get("params")
            entries = (
                [dict(each) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
            )
            found = [Group(optimizer, i, each) for i, each in enumerate(entries or [{}])]
            self._found[id(optimizer)] = found
            self.owners[id(optimizer)] = optimizer
            if isinstance(listed, Unknown) and _gives_rates(self._evaluator.source.tree):
                self._ask_for_groups(optimizer, listed)
        return found

    def _ask_for_groups(self, optimizer: Optimizer, listed: Unknown) -> None:
        """Ask for groups of which the text does not say which there are, where it gives some a rate.

        The optimizer's own rate may be none of theirs; with ``--lr`` a person says what to draw.
        """
        why = f"and {optimizer.name} has groups with an 'lr' of their own (--lr says which rate to draw)"
        if self._evaluator.rates.given is None:
            raise self._evaluator.objects.open(_members_of(listed), why)
        note = f"which parameter groups {optimizer.name} has is not known here; drawn is --lr"
        self._evaluator.notes[note] = None

    def count_of(self, optimizer: Optimizer) -> int | None:
        """The number of parameter groups an optimizer has, None where the text does not say."""
        found = self.of(optimizer)
        listed = optimizer.values[0] if optimizer.values else optimizer.named.get("params")
        plain = isinstance(listed, Unknown) and listed.text.endswith("parameters()")
        return len(found) if isinstance(listed, list) or len(found) > 1 or plain else None

    def base_rate(self, group: Group) -> Any:
        """The rate a parameter group begins with."""
        if id(group.optimizer) in self.initial:
            return self.initial[id(group.optimizer)]
        self._check_known(group.optimizer)
        own = group.entries.get("lr")
        optimizer = group.optimizer
        shared = optimizer.shared if optimizer.lr is GROUPS else optimizer.lr
        given = self._evaluator.rates.given
        return self._evaluator.base_rate(shared if own is None or given is not None else own)

    def rate_of(self, optimizer: Optimizer) -> Any:
        """The rate a scheduler begins with: the group's ``initial_lr``, where that is kept, or its rate."""
        own = self.entries_of(optimizer)
        return own["initial_lr"] if "initial_lr" in own else self._written(optimizer)

    def _written(self, optimizer: Optimizer) -> Any:
        """The rate in the group when a scheduler is built: its own, or one written before training."""
        if id(optimizer) in self.initial:
            return self.initial[id(optimizer)]
        self._check_known(optimizer)
        shared = optimizer.shared if optimizer.lr is GROUPS else optimizer.lr
        return self.entries_of(optimizer).get("lr", shared)

    def entries_of(self, optimizer: Optimizer) -> dict[str, Any]:
        """What stands in the group that is read, beside what it has of the optimizer."""
        groups = self.of(optimizer)
        return groups[min(self._evaluator.group, len(groups) - 1)].entries

    def found(self, optimizer: Optimizer) -> tuple[float | None, float | None]:
        """The group's ``initial_lr`` and its rate, None where the text does not say them or --lr does."""
        if self._evaluator.rates.given is not None:
            return None, None
        both = (self.entries_of(optimizer).get("initial_lr"), self._written(optimizer))
        initial, rate = (float(each) if isinstance(each, int | float) else None for each in both)
        return initial, None if initial is None else rate

    def without_initial(self, optimizer: Optimizer) -> bool:
        """True where some group has no ``initial_lr``."""
        return any("initial_lr" not in group.entries for group in self.of(optimizer))

    def defaults_of(self, optimizer: Optimizer) -> dict[str, Any]:
        """``optimizer.defaults``: what a parameter group has that is added without it."""
        if id(optimizer) not in self._defaults:
            lr = self.constructed_with(optimizer)
            self._defaults[id(optimizer)] = ({"lr": lr}, lr, optimizer)
        return self._defaults[id(optimizer)][0]

    def replace_defaults(self, optimizer: Optimizer, value: Any, node: ast.AST) -> None:
        """``optimizer.defaults = value``."""
        held = self.defaults_of(optimizer)
        if isinstance(value, dict) and id(value) not in self._evaluator.clouded and "lr" in value:
            self._evaluator.write(held, "lr", value["lr"])
        else:
            self._evaluator.cloud(held, node)

    def changed_defaults(self, optimizer: Optimizer, node: ast.AST) -> dict[str, Any]:
        """The rate of a parameter group that is added without one, where the text has changed it."""
        if id(optimizer) not in self._defaults:
            return {}
        held, before, _ = self._defaults[id(optimizer)]
        if id(held) in self._evaluator.clouded:
            return {"lr": Unknown(f"the lr in {optimizer.name}'s defaults", node)}
        return {} if held.get("lr") is before else {"lr": held.get("lr", Unknown("lr", node))}

    def constructed_with(self, optimizer: Optimizer) -> Any:
        """The rate an optimizer was made with, whatever its parameter groups have."""
        try:
            return self._evaluator.base_rate(optimizer.shared if optimizer.lr is GROUPS else optimizer.lr)
        except NotKnown as unknown:
            return unknown.value

    def rate_now(self, group: Group, *, certain: bool) -> Any:
        """The rate that a group has at this moment, or the symbol for it.

        ``certain`` says that the place is read once, in no loop and under no condition.
        """
        self.owners[id(group.optimizer)] = group.optimizer
        if certain and self._evaluator.lanes is None:
            known = self._at_start(group)
            if known is not None:
                return known
        return Symbol(ast.Name(rate_name(group.optimizer, group.index, self.changes(group.optimizer))))

    def _at_start(self, group: Group) -> float | None:
        """The rate before the training begins, None where more has happened than schedulers being built."""
        events = [e for e in self._training.events() if e.optimizer is group.optimizer]
        if any(event.kind not in {"made", "set"} for event in events):
            return None
        try:
            rate = self.base_rate(group)
            if not isinstance(rate, int | float):
                return None
            schedulers = [event.scheduler for event in events if event.scheduler is not None]
            outer = [each for each in schedulers if id(each) not in self._evaluator.used]
            written = [
                event.value for event in events if event.kind == "set" and event.group in (None, group.index)
            ]
            if written and outer:
                return None
            if outer:
                return shared(outer, float(rate), self._evaluator.registry).first
            return float(written[-1]) if written and isinstance(written[-1], float) else float(rate)
        except (NotKnown, LrplotError):
            return None

    def changes(self, optimizer: Optimizer) -> int:
        """The number of times that something has touched the rate so far."""
        return self.touched.get(id(optimizer), 0)


def rate_name(optimizer: Optimizer, group: int, changes: int) -> str:
    """The name that stands for the rate of a group after so many changes."""
    return f"{RATE}{id(optimizer)}_{group}_{changes}"


def _members_of(listed: Unknown) -> Unknown:
    """The list itself, or what a comprehension makes it of: ``layers`` of ``… in enumerate(layers)``."""
    if not isinstance(listed.node, ast.ListComp):
        return listed
    over: ast.expr = listed.node.generators[0].iter
    while isinstance(over, ast.Call) and over.args:
        over = over.args[0]
    return Unknown(ast.unparse(over), over)


@lru_cache(maxsize=8)
def _gives_rates(tree: ast.AST) -> bool:
    """True where a text makes a parameter group that has a rate of its own."""
    return any(map(_has_rate, nodes_of(tree)))


def _has_rate(node: ast.AST) -> bool:
    if isinstance(node, ast.Dict):
        return {getattr(key, "value", None) for key in node.keys} >= {"params", "lr"}
    made = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict"
    return made and {keyword.arg for keyword in node.keywords} >= {"params", "lr"}  # type: ignore[attr-defined]
