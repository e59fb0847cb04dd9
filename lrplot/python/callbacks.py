"""Callbacks of a trainer's ``fit``: what each does to the rate, as statements of the loop it stands for."""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from lrplot.errors import NotationError
from lrplot.python.framework import Fit
from lrplot.python.mutation import may_touch
from lrplot.python.parameters import Path
from lrplot.python.values import NOTHING, Function, Instance, Made, Optimizer, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

EPOCH: Final = "epoch_of_fit"
BATCH: Final = "batch_of_fit"
LOGS: Final = "logs"
"""Names of the loop that is written for a fit; the text's own names stay as they are."""


class Fitted(Protocol):
    """The fits of a script, as their callbacks see them."""

    given: set[int]
    """The callbacks that some fit was given, by identity."""
    stopped: str | None
    """The callback of the text that may have ended a fit."""

    def optimizer_of(self, trainer: Any) -> Optimizer | None:
        """The optimizer a trainer was given."""

    def scheduler(self, made: Made, optimizer: Optimizer) -> Made:
        """The scheduler that a callback is, on an optimizer."""

    def is_callback(self, made: Made) -> bool:
        """True where a schedule is called once an epoch by a fit."""

    def touching(self, name: str) -> bool:
        """True where a call, by its name, may touch a rate."""

    def certainly(self, message: str, node: ast.AST) -> NotationError:
        """An error that no statement around it passes over."""


class FitCallbacks:
    """The acts of one fit's callbacks, by the moment they do it."""

    def __init__(
        self, evaluator: "State", fitting: Fitted, fit: Fit, trainer: Any, home: Scope, node: ast.Call
    ) -> None:
        self._fitting = fitting
        self._evaluator = evaluator
        self._fit = fit
        self._trainer = trainer
        self._home = home
        self._node = node
        self._at: dict[str, list[ast.stmt]] = {}

    def __getitem__(self, moment: str) -> list[ast.stmt]:
        return self._at.get(moment, [])

    def of_callbacks(self, callbacks: Any) -> None:
        """Take up what each callback does."""
        if callbacks is NOTHING:
            return
        if isinstance(callbacks, Unknown | Path):
            self._check_open(callbacks)
        every = callbacks if isinstance(callbacks, list | tuple) else [callbacks]
        for i, each in enumerate(every):
            name = f"callback_{i}_of_fit"
            if isinstance(each, Made):
                self._of_schedule(each, name)
            elif isinstance(each, Instance):
                self._of_instance(each, name)
            elif isinstance(each, Unknown | Path):
                self._of_unknown(each, name)

    def _of_schedule(self, made: Made, name: str) -> None:
        optimizer = self._fitting.optimizer_of(self._trainer)
        if optimizer is None:
            raise self._fitting.certainly("which optimizer this callback changes is not known", made.node)
        if isinstance(optimizer.lr, Made | Instance | Function):
            raise self._fitting.certainly(
                "the optimizer's rate is a schedule, and a callback cannot set it beside that", made.node
            )
        self._fitting.given.add(id(made))
        scheduler = self._fitting.scheduler(made, optimizer)
        self._home.names[name] = scheduler
        if made.schedule.reacts:
            self._add("epoch_end", method_call(name, "step", ()))
            return
        self._add("epoch_begin", method_call(name, "step", (EPOCH,)))

    def _of_instance(self, callback: Instance, name: str) -> None:
        methods = {m: callback.of.method(m) for names in self._fit.hooks.values() for m in names}
        inside = (node for node in ast.walk(callback.of.node) if isinstance(node, ast.Attribute))
        if any(node.attr == self._fit.stops for node in inside):
            self._may_stop(callback.of.node.name)
            self._fitting.stopped = callback.of.node.name
        touching = [m for m in methods.values() if m is not None and self._touches(m.body)]
        if not touching:
            return
        self._home.names[name] = callback
        self._evaluator.write(callback.attributes, self._fit.trainer, self._trainer)
        for moment, names in self._fit.hooks.items():
            for method in names:
                if methods[method] is not None:
                    self._add(moment, method_call(name, method, _arguments(moment)))

    def _of_unknown(self, callback: Unknown | Path, name: str) -> None:
        text = callback.name if isinstance(callback, Path) else callback.text
        named = callback.named if isinstance(callback, Unknown) else {}
        hooks = {m: f for m, f in named.items() if isinstance(f, Function)}
        for moment, names in self._fit.hooks.items():
            for method in names:
                function = hooks.get(method)
                if function is None:
                    continue
                body = function.node.body
                if self._touches(body if isinstance(body, list) else [body]):
                    self._home.names[f"{name}_{method}"] = function
                    call = ast.Call(ast.Name(f"{name}_{method}", ast.Load()), _names(_arguments(moment)), [])
                    self._add(moment, ast.Expr(call))
        word = text.partition("(")[0].rpartition(".")[2]
        if word in self._fit.stopping:
            self._may_stop(word)
        if hooks or word in self._fit.harmless | self._fit.stopping:
            return
        if any(part in word.lower() for part in _SCHEDULING):
            raise self._fitting.certainly(
                f"what the callback {word} makes of the rate is not in the text; paste its class", self._node
            )
        self._evaluator.elsewhere.assumed.setdefault(word, self._node)

    def _may_stop(self, name: str) -> None:
        self._evaluator.notes[f"{name} may end the training before its epochs; drawn as if it did not"] = None

    def _check_open(self, callbacks: Unknown | Path) -> None:
        """Refuse callbacks of which it is not known which they are where some of the text's set a rate."""
        made = [each for each in self._evaluator.made if isinstance(each, Made)]
        by_epoch = any(map(self._fitting.is_callback, made))
        hooks = {name for names in self._fit.hooks.values() for name in names}
        named = callbacks.named if isinstance(callbacks, Unknown) else {}
        if not hooks & named.keys() and (by_epoch or hooks & self._evaluator.touching):
            error = self._evaluator.not_known(callbacks, "and these callbacks may set the rate")
            error.certain = True
            raise error

    def _touches(self, body: Sequence[ast.AST]) -> bool:
        return any(may_touch(each, self._fitting.touching) for each in body)

    def _add(self, moment: str, statement: ast.stmt) -> None:
        self._at.setdefault(moment, []).append(statement)


_SCHEDULING: Final = ("lr", "learning", "rate", "sched", "warm", "decay", "anneal", "cycl", "plateau", "sgdr")
"""Words in the names of callbacks that set a rate."""


def _arguments(moment: str) -> tuple[str, ...]:
    counted = {"epoch": (EPOCH,), "batch": (BATCH,), "train": ()}[moment.partition("_")[0]]
    return (*counted, LOGS)


def _names(names_: Sequence[str]) -> list[ast.expr]:
    return [ast.Name(each, ast.Load()) for each in names_]


def method_call(owner: str, method: str, given: Sequence[str]) -> ast.stmt:
    """The statement ``owner.method(given, …)``."""
    function = ast.Attribute(ast.Name(owner, ast.Load()), method, ast.Load())
    return ast.Expr(ast.Call(function, _names(given), []))
