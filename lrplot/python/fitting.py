"""The epochs that a trainer's ``fit`` runs: a loop that the text does not write, followed as one it did."""

import ast
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import NotationError
from lrplot.python.callbacks import BATCH, EPOCH, LOGS, FitCallbacks, method_call
from lrplot.python.framework import Fit
from lrplot.python.lanes import NotAlike
from lrplot.python.lengths import length_of
from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Path
from lrplot.python.symbolic import Symbol
from lrplot.python.values import NOTHING, Function, Instance, Made, Optimizer, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.walk import Walk

_BATCHES: Final = "batches"
_OPTIMIZER: Final = "optimizer_of_fit"
_COUNTED: Final = "micro_batches_of_fit"
"""Names of the loop that is written here; the text's own names stay as they are."""


class Fitting:
    """Follows what the trainers of one script train.

    Parameters
    ----------
    script
        The script.
    """

    def __init__(self, script: "Walk") -> None:
        self._script = script
        self._evaluator = script.evaluator
        self._objects = script.evaluator.objects
        self._trainers: dict[Any, Any] = {}
        """The trainers and their optimizers, kept so that no later object takes over an identity."""
        self._begun: dict[int, Scope] = {}
        """What is counted on from one fit to the next, by the optimizer."""
        self._schedulers: dict[tuple[int, int], Made] = {}
        self.given: set[int] = set()
        """The callbacks that some fit was given, by identity."""
        self.fits = 0
        """How many calls were followed."""
        self.stopped: str | None = None
        """The callback of the text that may have ended a fit."""
        self.unfollowed: list[tuple[ast.Call, Mapping[str, tuple[ast.expr | None, Any]]]] = []
        """The calls whose optimizer is not in the text."""

    @property
    def _fit(self) -> Fit | None:
        return self._evaluator.registry.fit

    def touching(self, name: str) -> bool:
        """True where a call, by its name, may touch a rate."""
        return self._script.touching(name)

    def optimizer_of(self, trainer: Any) -> Optimizer | None:
        """The optimizer a trainer was given."""
        found = self._trainers.get(_key(trainer))
        return None if found is None else found[1]

    def call(
        self,
        base: Any,
        node: ast.Call,
        given: Sequence[Any],
        named: Mapping[str, Any],
        scope: Scope,
    ) -> bool:
        """Follow a trainer's method; whether it is one."""
        fit, function = self._fit, node.func
        if fit is None or not isinstance(function, ast.Attribute):
            return False
        name = function.attr
        if name in fit.counters and getattr(function.value, "attr", "") == fit.counter:
            raise self.certainly(
                "the batches that an optimizer counts are written over, which is not read", node
            )
        if isinstance(base, Made) and any(name in names_ for names_ in fit.hooks.values()):
            raise self.certainly(f"{base.call} is called by hand here, which is not read", node)
        if not isinstance(base, Unknown | Path | Instance):
            return False
        if isinstance(base, Instance) and base.of.method(name) is not None:
            return False
        if name == fit.compiles:
            return self._compiled(fit, base, node, given, named)
        if name in fit.one_batch and self.optimizer_of(base) is not None:
            self.fits += 1
            home = self._scope(base, scope)
            self.follow(self._update(fit, base, home), home, node)
            return True
        said = _bound(fit, node, given, named)
        if name not in fit.trains or not (self._knows(base, fit) or set(fit.telling) & said.keys()):
            return False
        return self._fitted(fit, base, node, said, scope)

    def check_unfollowed(self, made: Sequence[Any]) -> None:
        """Refuse callbacks whose fit has an optimizer that is not in the text, but for one plain fit."""
        schedules = [each for each in made if isinstance(each, Made) and self.is_callback(each)]
        if self.fits or not schedules or not self.unfollowed:
            return
        node, said = self.unfollowed[-1]
        given = said["callbacks"][1] if "callbacks" in said else schedules[0]
        every = given if isinstance(given, list | tuple) else [given]
        open_ = isinstance(given, Unknown | Path)
        plain = len(self.unfollowed) == 1 and "initial_epoch" not in said and len(schedules) == 1
        if not plain or not (open_ or any(each is schedules[0] for each in every)):
            raise self.certainly(
                "which rates this trains with is not known: the call that gives its optimizer is not in the "
                "text; add it (model.compile(optimizer=…))",
                node,
            )

    def is_callback(self, made: Made) -> bool:
        """True where a schedule is a callback, which a fit calls once an epoch."""
        return bool(made.framework) and made.call in self._evaluator.registry[made.framework].by_epoch

    # -- compile

    def _compiled(
        self, fit: Fit, base: Any, node: ast.Call, given: Sequence[Any], named: Mapping[str, Any]
    ) -> bool:
        optimizer = given[0] if given else named.get("optimizer")
        if isinstance(optimizer, str):
            names_ = {each.lower(): each for each in self._evaluator.registry.optimizers if each[0].isupper()}
            found = names_.get(optimizer.lower())
            if found is None:
                return False
            optimizer = self._evaluator.registry.optimizer(found, f"{fit.optimizers}.{found}", [], {})
            self._evaluator.optimizers.append(optimizer)
        if not isinstance(optimizer, Optimizer):
            return False
        before = self.optimizer_of(base)
        if before is not None and before is not optimizer and id(before) in self._begun:
            rates = before.lr, optimizer.lr
            if not all(isinstance(rate, int | float) for rate in rates):
                raise self.certainly(
                    "the trainer is given another optimizer after it has trained; draw each part by itself",
                    node,
                )
            # A fresh optimizer with a rate of its own goes on as the old one with that rate.
            self._objects.write(before, None, optimizer.lr, node)
            optimizer = before
        self._trainers[_key(base)] = (base, optimizer)
        if isinstance(base, Instance):
            self._evaluator.write(base.attributes, "optimizer", optimizer)
        return True

    def _knows(self, base: Any, fit: Fit) -> bool:
        return self.optimizer_of(base) is not None or (
            isinstance(base, Instance) and base.of.method(fit.own_batch) is not None
        )

    # -- fit

    def _fitted(
        self,
        fit: Fit,
        base: Any,
        node: ast.Call,
        said: Mapping[str, tuple[ast.expr | None, Any]],
        scope: Scope,
    ) -> bool:
        if not self._knows(base, fit):
            self.unfollowed.append((node, said))
            return False
        if self._evaluator.lanes is not None:
            raise NotAlike
        if self.stopped is not None:
            raise self.certainly(f"where this begins is not known: {self.stopped} may end a fit before", node)
        home = self._scope(base, scope)
        own = isinstance(base, Instance) and base.of.method(fit.own_batch) is not None
        hooks = FitCallbacks(self._evaluator, self, fit, base, home, node)
        if own:
            home.names["trainer_of_fit"] = base
            update: list[ast.stmt] = [method_call("trainer_of_fit", fit.own_batch, (LOGS,))]
        else:
            update = self._update(fit, base, home)
        hooks.of_callbacks(said.get("callbacks", (node, NOTHING))[1])
        batch = [*hooks["batch_begin"], *update, *hooks["batch_end"]]
        loop = self._loop(base, node, said, home, batch, hooks)
        self.fits += 1
        self.follow([*hooks["train_begin"], loop, *hooks["train_end"]], home, node)
        return True

    def _loop(
        self,
        base: Any,
        node: ast.Call,
        said: Mapping[str, tuple[ast.expr | None, Any]],
        home: Scope,
        batch: list[ast.stmt],
        hooks: "FitCallbacks",
    ) -> ast.stmt:
        over = ast.Call(ast.Name("enumerate", ast.Load()), [ast.Name(_BATCHES, ast.Load())], [])
        home.names[_BATCHES] = Unknown(_BATCHES, node, length=self._batches(base, said))
        begin, end = self._written("initial_epoch", 0, said, home), self._written("epochs", 1, said, home)
        known = [said[name][1] for name in ("initial_epoch", "epochs") if name in said]
        if any(isinstance(each, Symbol) for each in known):
            raise NotAlike
        epochs = ast.Call(ast.Name("range", ast.Load()), [begin, end], [])
        counted: list[ast.expr] = [ast.Name(BATCH, ast.Store()), ast.Name("_", ast.Store())]
        inner = ast.For(ast.Tuple(counted, ast.Store()), over, batch, [])
        body = [*hooks["epoch_begin"], inner, *hooks["epoch_end"]]
        return ast.For(ast.Name(EPOCH, ast.Store()), epochs, body, [])

    def _written(
        self, name: str, default: int, said: Mapping[str, tuple[ast.expr | None, Any]], home: Scope
    ) -> ast.expr:
        """An argument as the text writes it, so that it can be asked for in the text's own words."""
        place, value = said.get(name, (None, default))
        if place is not None:
            return place
        home.names[f"{name}_of_fit"] = value
        return ast.Name(f"{name}_of_fit", ast.Load())

    def _batches(self, base: Any, said: Mapping[str, tuple[ast.expr | None, Any]]) -> int | None:
        """Batches in an epoch, None where the text does not say."""
        found = self._batches_said(said)
        optimizer, told = self.optimizer_of(base), self._script.lengths
        if found is not None or optimizer is None or told.batches is None:
            return found
        # The epoch's updates are given.
        told.asked = True
        batches: int = told.batches
        return batches * self.batches_of_an_update(optimizer)

    def _batches_said(self, said: Mapping[str, tuple[ast.expr | None, Any]]) -> int | None:
        steps = said["steps_per_epoch"][1] if "steps_per_epoch" in said else None
        if steps is not None:
            return steps if isinstance(steps, int) and not isinstance(steps, bool) else None
        if "x" not in said:
            return None
        place, data = said["x"]
        text = "" if place is None else f"len({ast.unparse(place)})"
        members = self._evaluator.bindings.get(text, length_of(data))
        if not isinstance(members, int):
            return None
        if text in self._evaluator.bindings:
            self._evaluator.bound.add(text)
        if "y" not in said:
            return members
        size = said["batch_size"][1] if "batch_size" in said else self._fit_batch
        split = said["validation_split"][1] if "validation_split" in said else 0
        if not isinstance(size, int) or size < 1 or not isinstance(split, int | float):
            return None
        return math.ceil(math.floor(members * (1 - split)) / size)

    @property
    def _fit_batch(self) -> int:
        return 0 if self._fit is None else self._fit.batch_size

    def _update(self, fit: Fit, base: Any, home: Scope) -> list[ast.stmt]:
        """The optimizer's update in a batch: in every ``n``-th where it accumulates gradients."""
        optimizer = self.optimizer_of(base)
        assert optimizer is not None  # noqa: S101 (the caller's condition)
        every = self.batches_of_an_update(optimizer)
        update = method_call(_OPTIMIZER, fit.updates, ())
        slower = every > 1 and not isinstance(optimizer.lr, Made | Instance | Function)
        if not slower and not self._asks_for_count:
            return [update]
        counted = ast.Name(_COUNTED, ast.Load())
        begun = self._begun[id(optimizer)]
        begun.names.setdefault(_COUNTED, 0)
        home.elsewhere[_COUNTED] = begun
        more = ast.AugAssign(ast.Name(_COUNTED, ast.Store()), ast.Add(), ast.Constant(1))
        if not slower:
            return [update, more]
        due = ast.Compare(ast.BinOp(counted, ast.Mod(), ast.Constant(every)), [ast.Eq()], [ast.Constant(0)])
        return [more, ast.If(due, [update], [])]

    def batches_of_an_update(self, optimizer: Optimizer) -> int:
        """The number of batches an optimizer accumulates for one update."""
        every = None if self._fit is None else optimizer.named.get(self._fit.accumulates)
        if isinstance(every, Unknown | Path):
            raise self._evaluator.not_known(every)
        return every if isinstance(every, int) and every > 1 else 1

    @cached_property
    def _asks_for_count(self) -> bool:
        """True where the text asks an optimizer how many batches it has counted."""
        fit = self._fit
        nodes = (node for node in nodes_of(self._script.tree) if isinstance(node, ast.Attribute))
        return fit is not None and any(node.attr == fit.counter for node in nodes)

    def counted(self, optimizer: Optimizer, name: str) -> Any:
        """The batches that an optimizer has counted, None where that is not what ``name`` asks for."""
        if self._fit is None or name != self._fit.counter or id(optimizer) not in self._begun:
            return None
        return self._begun[id(optimizer)].names.setdefault(_COUNTED, 0)

    def _scope(self, base: Any, scope: Scope) -> Scope:
        optimizer = self.optimizer_of(base)
        names_: dict[str, Any] = {LOGS: Unknown(LOGS, self._evaluator.source.tree)}
        if optimizer is None:
            return Scope(names_, scope)
        begun = self._begun.setdefault(id(optimizer), Scope({}, scope))
        return Scope({**names_, _OPTIMIZER: optimizer}, scope, elsewhere={_COUNTED: begun})

    def scheduler(self, made: Made, optimizer: Optimizer) -> Made:
        """A callback that is a schedule, as this optimizer's scheduler, on the clock of epochs."""
        found = self._schedulers.get((id(made), id(optimizer)))
        if found is None:
            schedule = made.schedule
            if schedule.type == "epochwise":
                schedule = schedule.schedule  # type: ignore[attr-defined]
            found = replace(made, schedule=schedule, optimizer=optimizer)
            self._schedulers[id(made), id(optimizer)] = found
            label = self._script.labels.get(id(made))
            if label is not None:
                self._script.labels[id(found)] = label
        return found

    def follow(self, statements: list[ast.stmt], home: Scope, node: ast.AST) -> None:
        """Follow statements that a trainer's call stands for, where the call stands."""
        for statement in statements:
            for each in ast.walk(statement):
                if isinstance(each, ast.expr | ast.stmt) and not hasattr(each, "lineno"):
                    ast.copy_location(each, node)
        try:
            self._script.block(statements, home)
        except NotationError as error:
            error.certain = True
            raise

    def certainly(self, message: str, node: ast.AST) -> NotationError:
        """An error that no statement around it passes over, as it may change the curve."""
        error = self._evaluator.source.refuse(message, node)
        error.certain = True
        return error


def _bound(
    fit: Fit, node: ast.Call, given: Sequence[Any], named: Mapping[str, Any]
) -> dict[str, tuple[ast.expr | None, Any]]:
    """The arguments of a call by their names, each as it is written and as it is."""
    places = {k.arg: k.value for k in node.keywords if k.arg is not None}
    found: dict[str, tuple[ast.expr | None, Any]] = {}
    if len(node.args) == len(given):
        found = {n: (at, v) for n, at, v in zip(fit.parameters, node.args, given, strict=False)}
    for name, value in named.items():
        found[name] = (places.get(name), value)
    return {name: each for name, each in found.items() if each[1] is not NOTHING}


def _key(trainer: Any) -> Any:
    return trainer.name if isinstance(trainer, Path) else id(trainer)
