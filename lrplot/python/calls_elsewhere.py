"""Calls of code that is not in a text, handed an optimizer or a scheduler of it."""

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from lrplot.python import symbolic
from lrplot.python.comparing import is_plain_data
from lrplot.python.loop_words import Wrapper
from lrplot.python.objects import Objects
from lrplot.python.parameters import Path
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import last_part, short
from lrplot.python.training import Event
from lrplot.python.unknown_names import SCHEDULING, elsewhere, no_such
from lrplot.python.values import Function, Made, Method, Optimizer, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

_HARMLESS: Final = (
    "print", "log", "save", "load", "checkpoint", "ckpt", "resume", "restore", "summary", "writer", "watch",
    "record", "eval", "valid", "test", "state", "info", "debug", "warn", "isinstance", "len", "id", "type",
    "repr", "str", "hasattr", "getattr", "setattr", "clip", "unscale", "scale", "zero_grad", "backward",
    "move", "freeze", "count", "get_lr", "get_last_lr", "tensorboard", "wandb", "plot", "show", "format",
    "append", "barrier", "broadcast", "vars", "dir", "set_epoch", "seed", "copy", "list", "dict", "tuple",
    "zip", "enumerate", "register", "synchronize", "inspect", "check", "assert", "display", "visual", "dump",
    "stop",
)  # fmt: skip
"""Words in the names of calls that neither train nor touch a rate."""
_TRAINING: Final = ("train", "fit", "run_epoch", "one_epoch", "iteration", "update", "optimi", "learn")
"""Words in the names of calls that train."""
_MAKING: Final = ("instantiate", "create", "build", "make", "init", "setup", "wrap")
"""Words in the names of calls that make or wrap an optimizer: they train nothing."""


_PATCHING: Final = frozenset({"patch", "monkeypatch"})
"""Parts of the names of calls that put something else in the place of a method: unittest's, pytest's."""


class CallsElsewhere:
    """Judges the calls of one text whose code is elsewhere: by their names, and by what they are handed."""

    def __init__(self, evaluator: "State", objects: Objects) -> None:
        self._evaluator = evaluator
        self._loop = evaluator.registry.loop
        self._objects = objects
        self.handed: dict[int, tuple[Made, ast.Call]] = {}
        """Schedulers that were handed on, and to which call."""
        self.assumed: dict[str, ast.Call] = {}
        """Calls that are taken for ones that train."""

    def call(
        self, path: str, values: Sequence[Any], node: ast.Call, named: Mapping[str, Any], base: Any = None
    ) -> Any:
        """The value of a call that is not read, and the notes about it."""
        held = [value for value in values if isinstance(value, Method)]
        values = [value.owner if isinstance(value, Method) else value for value in values]
        values += [made for value in values if isinstance(value, Function) for made in _stepped_in(value)]
        ours = [value for value in values if isinstance(value, Made | Optimizer)]
        name = path.rpartition(".")[2]
        word = name.lower()
        schedulers = [value for value in ours if isinstance(value, Made)]
        if ours and _PATCHING & {*path.split(".")}:
            raise self._objects.refusal(f"what {path} changes of it is not read; take it out", node)
        optimizers = [value for value in ours if isinstance(value, Optimizer)]
        optimizers += [self._objects.named(value) for value in values if self._objects.is_implicit(value)]
        if name in self._loop.passed_on:
            if self._loop.wrapper is not None and name in self._loop.wrapper.prepares:
                self._prepare(self._loop.wrapper, path, schedulers, optimizers, base)
            # Of amp.initialize(model, optimizer, opt_level="O1"), the model and the optimizer.
            values = values[: len(node.args)] or values
            return tuple(values) if len(values) > 1 else (values[0] if values else Unknown(short(node), node))
        if "scaler" in path.lower() and not schedulers:
            return self._scaled(path, optimizers, node, named)
        given = tuple(values[: len(node.args)])
        if is_plain_data(base):
            # A method of plain data trains nothing: payload.update({…}).
            return Unknown(short(node), node, holds=(*ours, *optimizers), named=named, given=given)
        if any(part in word for part in _HARMLESS):
            return Unknown(short(node), node, named=named, given=given)
        if (ours or optimizers) and any(part in word for part in SCHEDULING):
            said = elsewhere(path, self._evaluator.source.tree)
            unknown = no_such(path, self._evaluator.registry.names)
            raise self._objects.refusal(said or f"{unknown}; what it makes of the rate is not known", node)
        self._objects.called |= {id(each.node) for each in held}
        for scheduler in schedulers:
            self.handed[id(scheduler)] = (scheduler, node)
        if optimizers:
            self.assumed.setdefault(path, node)
            self._objects.add(
                Event(
                    "epoch",
                    node,
                    optimizers[0],
                    surely=any(p in word for p in _TRAINING) and not any(p in word for p in _MAKING),
                    looped=bool(self._objects.looping),
                )
            )
        elif any(part in word for part in _TRAINING):
            self._objects.add(Event("epoch", node, looped=bool(self._objects.looping)))
        return Unknown(short(node), node, holds=(*ours, *optimizers), named=named, given=given)

    def _scaled(
        self, path: str, optimizers: Sequence[Optimizer], node: ast.Call, named: Mapping[str, Any]
    ) -> Any:
        """A loss scaler: called with the optimizer (as some are), it steps it; else it trains nothing."""
        called = "scaler" in path.rpartition(".")[2].lower()
        updates = next((named[key] for key in self._loop.scaled if key in named), True)
        if not called or not optimizers or updates is False:
            return Unknown(short(node), node, named=named)
        if isinstance(updates, Unknown | Path):
            raise self._objects.open(updates)
        outer = self._objects.test
        if isinstance(updates, Symbol):
            self._objects.test = updates if outer is None else symbolic.either(ast.And(), [outer, updates])
        try:
            self._objects.add(Event("update", node, optimizers[0]))
        finally:
            self._objects.test = outer
        return Unknown(short(node), node, named=named)

    def _prepare(
        self,
        wrapper: Wrapper,
        path: str,
        schedulers: Sequence[Made],
        optimizers: Sequence[Optimizer],
        base: Any,
    ) -> None:
        """The wrapper advances a scheduler once for each process in an update."""
        self._objects.prepared |= {id(each) for each in (*schedulers, *optimizers)}
        made_with = base.named if isinstance(base, Unknown) else {}
        if made_with.get(wrapper.together) is False:
            self._objects.prepared -= {id(each) for each in schedulers}
        if made_with.get(wrapper.shares) is True:
            return
        processes = f"{path.rpartition('.')[0]}.{wrapper.processes}"
        bound = self._evaluator.bindings.get(processes)
        if isinstance(bound, int) and bound > 0:
            self._evaluator.bound.add(processes)
            self._objects.processes = bound


def is_loss_scaler(value: Any) -> bool:
    """True where an open value is a loss scaler that the text makes, which is no None: ``GradScaler()``."""
    if not isinstance(value, Unknown) or not isinstance(value.node, ast.Call):
        return False
    name = last_part(value.node.func)
    return value.text == short(value.node) and name[:1].isupper() and name.endswith("Scaler")


def _stepped_in(function: Function) -> list[Any]:
    """The schedulers that a function handed on can step."""
    names = (node.id for node in ast.walk(function.node) if isinstance(node, ast.Name))
    found = (function.scope.find(name) for name in names)
    return [value for value in found if isinstance(value, Made)]
