"""The doings of a text with an optimizer, its groups and its schedulers, as events of its training."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NoReturn

from lrplot.errors import NotationError
from lrplot.python import symbolic
from lrplot.python.binding import shown
from lrplot.python.configurations import counters, is_a_module, is_of_configuration
from lrplot.python.lanes import free_names
from lrplot.python.moments import Moments
from lrplot.python.nodes import nodes_of
from lrplot.python.parameter_groups import RATE, ParameterGroups
from lrplot.python.parameters import Path, Refusal
from lrplot.python.rate_written import change_of
from lrplot.python.saved_states import SavedStates
from lrplot.python.scheduler_fields import field, last_rates
from lrplot.python.symbolic import CURRENT_RATE, Symbol
from lrplot.python.syntax import short
from lrplot.python.training import Event, Training
from lrplot.python.unknown_names import mistyped
from lrplot.python.values import (
    NOTHING,
    Fields,
    Function,
    Group,
    Instance,
    Made,
    Method,
    Optimizer,
    RateOf,
    Unknown,
)

if TYPE_CHECKING:
    from lrplot.python.state import State

NOT_OURS: Final = object()
"""The answer where an attribute or a method is not the training's."""

_RATES: Final = frozenset({"lr", "learning_rate", "_learning_rate"})
_KEYS: Final = ("lr", "learning_rate")
_MADE_ANEW: Final = frozenset({"__init__", "__setstate__"})


class Objects:
    """Reads what is done with the objects of a training and adds it to its events."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator
        self._loop = evaluator.registry.loop
        self._updates = self._loop.updates | self._loop.common_updates
        self.training = Training()
        self.implicit: dict[str, Optimizer] = {}
        self.groups = ParameterGroups(evaluator, self.training)
        self.moments = Moments(evaluator, self.training)
        self.states = SavedStates(evaluator, self.training)
        self.turn: tuple[Any, int] = (0, 1)
        """The turn of the innermost loop, and how many there are."""
        self.test: Symbol | None = None
        """What must hold for the turn that is read, None where all turns are read."""
        self.accounted: set[int] = set()
        """The ``….step`` of the text of which it is known what they do."""
        self.held: dict[int, ast.expr] = {}
        """The schedulers' ``….step`` that the text names and does not call there, by identity."""
        self.called: set[int] = set()
        """Those of them that are called where they are held, or handed on."""
        self.damped = 0
        """How many ``with warmup.dampening():`` are being read inside each other."""
        self.looping = 0
        """How many loops are being read inside each other."""
        self.sync: Symbol | bool = True
        """The turns in which what a wrapper prepared really steps."""
        self.processes = 1
        self.prepared: set[int] = set()
        self.remade: set[int] = set()
        """The optimizers that a loop makes, by identity; the evaluator keeps them."""

    def refusal(self, message: str, node: ast.AST) -> NotationError:
        """An error that no statement around it passes over, as it may change the curve."""
        error = self._evaluator.source.refuse(message, node)
        error.certain = True
        return error

    def open(self, value: Unknown | Path, why: str = "") -> NotationError:
        """The error that asks for what is open, which no statement around it passes over."""
        error = self._evaluator.not_known(value, why)
        error.certain = True
        return error

    # -- reading

    def attribute(self, base: Any, name: str, node: ast.expr) -> Any:
        """The value of ``base.name`` where ``base`` is an object of the training."""
        if isinstance(base, Optimizer):
            if name == "param_groups":
                return self.groups.of(base)
            if name in _RATES:
                return RateOf(base)
            if name == "defaults":
                return self.groups.defaults_of(base)
            if name in {"optimizer", "_optimizer", "optim", "inner_optimizer"}:
                return base
            counted = None if self._evaluator.fitting is None else self._evaluator.fitting.counted(base, name)
            if counted is not None:
                return counted
            self.accounted.add(id(node))
            return Method(base, name) if name in self._updates else Unknown(short(node), node)
        if isinstance(base, Made):
            if name in self._loop.steps:
                self.accounted.add(id(node))
                self.held.setdefault(id(node), node)
                return Method(base, name, node)
            if name == "__dict__":
                return Fields(base)
            if name == "optimizer":
                return base.optimizer or Unknown(short(node), node)
            return field(self._evaluator, base, name, node)
        if isinstance(base, Group | RateOf):
            return Unknown(short(node), node)
        if isinstance(base, Unknown | Path):
            fitted = None if self._evaluator.fitting is None else self._evaluator.fitting.optimizer_of(base)
            if name == "optimizer" and fitted is not None:
                return fitted
            if name == "param_groups":
                return self.groups.of(self.named(base))
            if (
                name in _RATES
                and self.is_optimizers_name(base)
                and not is_a_module(base, self._evaluator.registry)
                and not is_of_configuration(base)
            ):
                return RateOf(self.named(base))
        return NOT_OURS

    def item(self, group: Group, key: Any, node: ast.expr) -> Any:
        """``group[key]``."""
        if key in _KEYS:
            return self._current(group, node) if self._evaluator.inside_function else self.rate_now(group)
        if key in group.entries:
            return group.entries[key]
        if key == "initial_lr":
            return self.groups.base_rate(group)
        return Unknown(short(node), node)

    def _current(self, group: Group, node: ast.expr) -> Any:
        """The rate that a schedule's own function finds: of the group that is drawn."""
        drawn = min(self._evaluator.group, len(self.groups.of(group.optimizer)) - 1)
        return CURRENT_RATE if group.index == drawn else Unknown(short(node), node)

    def rate_now(self, group: Group) -> Any:
        """The rate that a group has at this moment, or the symbol for it."""
        rate = self.groups.rate_now(group, certain=not self.looping and self.test is None)
        for name in free_names(rate):
            self.moments.note(name, group)
        return rate

    def known(self, value: Any) -> Any:
        """The number that an expression of rates is here, as it is where one of them is not known."""
        return self.moments.number(value) if self.hangs_on_rates(value) else value

    def hangs_on_rates(self, value: Any) -> bool:
        """True where a value is made of rates at some moments."""
        return any(name.startswith(RATE) for name in free_names(value))

    def named(self, value: Unknown | Path) -> Optimizer:
        """The optimizer that an open name stands for."""
        text = value.name if isinstance(value, Path) else value.text
        return self.groups.noted(self.implicit.setdefault(text, Optimizer("optimizer")), value)

    def is_optimizers_name(self, value: Any) -> bool:
        """True where an open name is called as optimizers are."""
        if not isinstance(value, Unknown | Path):
            return False
        text = value.name if isinstance(value, Path) else value.text
        last = text.partition("(")[0].rpartition(".")[2].lower().strip("_")
        if "state" in last:
            # JAX's ``opt_state`` is what an optimizer keeps.
            return False
        return last.startswith("opt") or last.endswith(("optimizer", "configure_optimizers", "optim", "_opt"))

    def is_implicit(self, value: Any) -> bool:
        """True where an open value stands for an optimizer that the text does not make."""
        if not isinstance(value, Path | Unknown):
            return False
        text = value.name if isinstance(value, Path) else value.text
        return text in self.implicit or self.is_optimizers_name(value)

    def _is_open_optimizer(self, value: Any, node: ast.expr) -> bool:
        """True where an open value is an optimizer, to judge by its name or the variable that holds it."""
        if not isinstance(value, Unknown | Path):
            return False
        held = Path(ast.unparse(node), node) if isinstance(node, ast.Name | ast.Attribute) else value
        return self.is_implicit(value) or self.is_optimizers_name(held)

    # -- methods

    def call(
        self, base: Any, name: str, given: Sequence[Any], named: Mapping[str, Any], node: ast.Call
    ) -> Any:
        """The value of ``base.name(…)``, its events added, where it is a method of the training's objects."""
        if name in self._loop.steps:
            self.accounted.add(id(node.func))
        if isinstance(base, Optimizer):
            return self._of_optimizer(base, name, given, named, node)
        if isinstance(base, Made):
            return self._of_scheduler(base, name, given, named, node)
        if isinstance(base, Group):
            return self._of_group(base, name, given, named, node)
        if isinstance(base, RateOf):
            if name == "assign" and given:
                self.write(base.optimizer, None, given[0], node)
            if name == "numpy":
                return self.rate_now(self.groups.of(base.optimizer)[0])
            return NOTHING if name == "assign" else Unknown(short(node), node)
        if not isinstance(base, Unknown | Path):
            return NOT_OURS
        stepped = next((v for v in (*given, *named.values()) if isinstance(v, Optimizer)), None)
        if stepped is None and name == "step":
            pairs = zip(given, node.args, strict=False)
            open_name = next((v for v, at in pairs if self._is_open_optimizer(v, at)), None)
            stepped = self.named(open_name) if open_name is not None else None
        if name == "step" and stepped is not None:
            self.add(Event("update", node, stepped))
            return NOTHING
        if name == "step" and isinstance(base, Unknown) and base.holds:
            return self._step_of_unread(base, node)
        if name in self._updates and self.is_optimizers_name(base):
            self.add(Event("update", node, self.named(base)))
            return NOTHING
        if name in self._loop.steps:
            return self._step_of_unknown(base, node)
        return NOT_OURS

    def _step_of_unread(self, base: Unknown, node: ast.Call) -> Any:
        if base.because is not None:
            raise self.open(base.because)
        name = base.text.partition("(")[0]
        tree = self._evaluator.source.tree
        said = (
            mistyped(base.node, tree, self._evaluator.registry.names)
            if isinstance(base.node, ast.Call)
            else None
        )
        if said is not None:
            raise self.refusal(said, base.node)
        raise self.refusal(
            f"what {name} makes of the rate is not known, and it is stepped here; paste its definition "
            "beside the script, or draw what is inside it alone",
            node,
        )

    def _step_of_unknown(self, base: Unknown | Path, node: ast.Call) -> Any:
        text = base.name if isinstance(base, Path) else base.text
        if "sched" not in text.lower() and "warm" not in text.lower():
            return NOT_OURS
        if isinstance(base, Unknown) and base.because is not None:
            raise self.open(base.because)
        raise self.refusal(
            f"'{text}' is stepped here and is not made in this text; paste the call that makes it too", node
        )

    def _of_optimizer(
        self, base: Optimizer, name: str, given: Sequence[Any], named: Mapping[str, Any], node: ast.Call
    ) -> Any:
        if name in self._updates:
            self._add_synced(Event("update", node, base))
            return NOTHING
        if name == "add_param_group":
            built = any(e.kind == "made" and e.optimizer is base for e in self.training.events())
            if built or self.looping:
                raise self.refusal(
                    "a parameter group is added to an optimizer that trains or has a scheduler already; "
                    "what its rate is then is not read",
                    node,
                )
            entries = given[0] if given else named.get("param_group")
            groups = self.groups.of(base)
            added = self.groups.changed_defaults(base, node)
            groups.append(
                Group(base, len(groups), {**added, **(entries if isinstance(entries, dict) else {})})
            )
            return NOTHING
        if name == "load_state_dict":
            return self.states.loaded(name, node, [*given, *named.values()], base)
        if name in _MADE_ANEW:
            raise self.refusal(f"{base.name} is set up anew here by {name}, which is not read", node)
        if name in {"zero_grad", "train", "eval"}:
            return NOTHING
        return Unknown(short(node), node)

    def _of_scheduler(
        self, base: Made, name: str, given: Sequence[Any], named: Mapping[str, Any], node: ast.Call
    ) -> Any:
        if name not in self._loop.steps:
            if name == "load_state_dict":
                return self.states.loaded(name, node, [*given, *named.values()], base.optimizer)
            if name in _MADE_ANEW:
                raise self.refusal(f"{base.call} is set up anew here by {name}, which is not read", node)
            if name in self._loop.tells:
                return last_rates(self._evaluator, base, node)
            return Unknown(short(node), node)
        told = next(iter(given), None)
        for key in self._loop.times:
            told = named.get(key, told)
        stepping = self._evaluator.registry[base.framework].stepping
        counts = stepping(base, name, told)
        if counts is None:
            return NOTHING
        time = None if counts == "clock" else told
        if isinstance(time, Unknown | Path):
            raise self.open(time)
        times = self.processes if id(base) in self.prepared else 1
        if getattr(time, "power", 0):
            raise self.refusal("a scheduler is told a rate for a time here", node)
        self._add_synced(Event("step", node, base.optimizer, base, formula=time, times=times))
        return NOTHING

    def _add_synced(self, event: Event) -> None:
        """Add the step of what was prepared: it steps only in turns in which gradients are synchronised."""
        ours = id(event.scheduler or event.optimizer) in self.prepared
        if not ours or self.sync is True:
            self.add(event)
        elif isinstance(self.sync, Symbol):
            outer = self.test
            self.test = self.sync if outer is None else symbolic.either(ast.And(), [outer, self.sync])
            try:
                self.add(event)
            finally:
                self.test = outer

    def _of_group(
        self, base: Group, name: str, given: Sequence[Any], named: Mapping[str, Any], node: ast.Call
    ) -> Any:
        if name == "update":
            held = dict(given[0]) if given and _are_pairs(given[0]) else given[0] if given else {}
            if not isinstance(held, dict):
                raise self.refusal(
                    "what is put into a parameter group here is not known, and may be its rate; write "
                    "group['lr'] = …",
                    node,
                )
            for key, value in {**held, **named}.items():
                self.store(base, key, value, node)
            return NOTHING
        if name in {"get", "setdefault"} and given:
            found = self.item(base, given[0], node)
            fallback = given[1] if len(given) > 1 else NOTHING
            unknown = isinstance(found, Unknown)
            if name == "setdefault" and given[0] not in _KEYS and (unknown or found == fallback):
                base.entries[given[0]] = fallback
            return fallback if unknown else found
        return Unknown(short(node), node)

    # -- writing

    def store(self, group: Group, key: Any, value: Any, node: ast.AST) -> None:
        """``group[key] = value``."""
        if key in _KEYS:
            self.write(group.optimizer, group.index, value, node)
        elif isinstance(key, str):
            self._evaluator.write(group.entries, key, value)
        else:
            raise self.refusal("which entry of a parameter group is written here is not known", node)

    def write(self, optimizer: Optimizer, group: int | None, value: Any, node: ast.AST) -> None:
        """A rate written by hand."""
        if isinstance(value, Unknown | Path):
            raise self.open(value)
        if isinstance(value, Made):
            raise self.refusal(
                "a schedule is put into the optimizer here; give it where the optimizer is made", node
            )
        if isinstance(optimizer.lr, Made | Function | Instance):
            raise self.refusal("the optimizer's rate is a schedule, and is not written over", node)
        if isinstance(value, bool | str | list | tuple | dict) or value is NOTHING:
            raise self.refusal(f"a rate must be a number, got {shown(value)}", node)
        if not self.looping and self.test is None and isinstance(value, int | float):
            # What is written before anything has happened is what the optimizer begins with.
            begun = any(
                e.optimizer in (optimizer, None) and e.kind in {"made", "update", "epoch"}
                for e in self.training.events()
            )
            if not begun and group in (None, 0) and self._evaluator.rates.given is None:
                self.groups.initial[id(optimizer)] = float(value)
        kind, formula = change_of(self._evaluator, optimizer, group, value, node)
        self.add(Event(kind, node, optimizer, group=group, formula=formula))

    def add(self, event: Event) -> None:
        """Put an event into the training, under the condition that is read."""
        if event.optimizer is not None and event.kind in {"step", "set", "scale", "map", "made", "dampen"}:
            self.groups.touched[id(event.optimizer)] = self.groups.touched.get(id(event.optimizer), 0) + 1
        if self._evaluator.inside_function:
            raise self.refusal("a schedule's function that keeps state is not read", event.node)
        self.states.check(event)
        if self.damped:
            event = replace(event, damped=True)
        if self.test is not None:
            event = event.under(self.test)
        self.training.add(event)

    def call_held(
        self, method: Method, given: Sequence[Any], named: Mapping[str, Any], node: ast.Call
    ) -> Any:
        """A method that was held by a name, a list or an argument, called."""
        self.called.add(id(method.node))
        return self.call(method.owner, method.name, given, named, node)

    def never_called(self, passed: Callable[[ast.AST], bool]) -> ast.expr | None:
        """The first ``scheduler.step`` that the text puts away, and that nothing which is read calls."""
        # Of a list of them in one line some may be called, as the list says.
        lines = {node.lineno for key, node in self.held.items() if key in self.called}
        left = (node for node in self.held.values() if node.lineno not in lines and not passed(node))
        return next(left, None)

    def unaccounted(self, tree: ast.AST, reached: Callable[[ast.AST], bool]) -> ast.AST | None:
        """The first ``….step`` of which it is not known what it does, in what was reached."""
        numbers = counters(tree)
        for node in nodes_of(tree):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in self._loop.steps
                and isinstance(node.ctx, ast.Load)
            ):
                name = ast.unparse(node.value).lower()
                if ast.unparse(node) in numbers:
                    continue
                if id(node) not in self.accounted and reached(node) and ("sched" in name or "." not in name):
                    return node
        return None

    def refuse_unknown_group(self, target: ast.Subscript) -> None:
        """Refuse a rate that is written into a parameter group of which it is not known whose it is."""
        name = ast.unparse(target.value).lower().rpartition(".")[2]
        if "group" in name or name in {"g", "pg", "p", "param"}:
            raise self.refusal(
                "a rate is written here into a parameter group whose optimizer is not known", target
            )

    def field(self, made: Made, name: str, value: Any, node: ast.AST) -> None:
        """``scheduler.last_epoch = epoch``: its next step counts on from there; another field is refused."""
        counted = self._evaluator.registry[made.framework].counted_by_field
        if counted.get(name) is None or made.call not in counted[name]:
            self.refuse_field(made, name, node)
        if isinstance(value, Unknown | Path):
            raise self.open(value)
        if not isinstance(value, int | Symbol) or isinstance(value, bool):
            raise self.refusal(f"{name} must be a whole number, got {shown(value)}", node)
        self.add(Event("clock", node, made.optimizer, made, formula=value))

    def check_method(self, optimizer: Optimizer, name: str, node: ast.AST) -> None:
        """Refuse an optimizer's own method that is written over."""
        if name in self._updates:
            raise self.refusal(
                f"{optimizer.name}'s own '{name}' is written over here, which is not read", node
            )

    def check_patch(self, owner: Path, name: str, node: ast.AST) -> None:
        """Refuse a framework's class that is written over, or something of it."""
        registry = self._evaluator.registry
        for path in (owner.name, f"{owner.name}.{name}"):
            last = path.rpartition(".")[2]
            known = registry.candidates(path, imported=owner.imported) or last in registry.optimizers
            if known and registry.home(path, imported=owner.imported) is not None:
                raise self.refusal(
                    f"what {last} does is changed here for the whole text, which is not read", node
                )

    def refuse_field(self, made: Made, name: str, node: ast.AST) -> NoReturn:
        """Refuse a scheduler's own field that is written over."""
        raise self.refusal(f"{made.call}'s own '{name}' is written over here, which is not read", node)


def _are_pairs(value: Any) -> bool:
    """True for keys with their values, as ``zip(keys, values)`` gives them."""
    if not isinstance(value, list | tuple):
        return False
    return all(
        isinstance(each, list | tuple) and len(each) == 2 and isinstance(each[0], str) for each in value
    )


def number_or_symbol(value: Any) -> bool:
    """True where a value can be a rate in a turn."""
    return isinstance(value, Symbol | symbolic.Inner | symbolic.Choice | symbolic.Running) or (
        isinstance(value, int | float) and not isinstance(value, bool)
    )


def refuse_negative(value: float) -> None:
    """Refuse a rate that is none."""
    if not value >= 0:
        raise Refusal(f"a rate of {value:g}")
