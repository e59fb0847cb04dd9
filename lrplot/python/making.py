"""Schedules that a framework's calls and configurations make."""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lrplot.errors import LrplotError, NotationError
from lrplot.python import binding, signatures
from lrplot.python.binding import NotKnown
from lrplot.python.framework import Found, Framework
from lrplot.python.mappings import described
from lrplot.python.meanings import Meanings
from lrplot.python.parameters import Base, Noted, Path, Refusal
from lrplot.python.protocols import method_of
from lrplot.python.tables import Table
from lrplot.python.training import Event
from lrplot.python.unknown_names import foreign, no_such, perhaps_starred
from lrplot.python.values import Function, Instance, Made, Optimizer, Unknown, flat
from lrplot.schedules.base import Schedule

if TYPE_CHECKING:
    from lrplot.python.state import State


class Making:
    """Makes schedules, and keeps what is made."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator

    def call(
        self,
        path: str,
        possible: Sequence[Framework],
        given: list[tuple[Any, ast.AST]],
        named: dict[str, tuple[Any, ast.AST]],
        node: ast.AST,
    ) -> Any:
        """The schedule that a framework's call makes, by the first of the frameworks it suits."""
        last = path.rpartition(".")[2]
        values = [_listed(v) for v, _ in given]
        keywords = {k: _listed(v) for k, (v, _) in named.items()}
        chosen, refused = None, None
        for each in possible:
            if last not in each.calls:
                continue
            try:
                bound = signatures.bind(last, each.calls[last], values, keywords)
            except Refusal as refusal:
                refused = refused or refusal
                continue
            if chosen is None and (len(possible) == 1 or _plausible(each, last, bound)):
                chosen = each, bound
        if chosen is None:
            if refused is None:
                raise self._evaluator.source.refuse(no_such(path, self._evaluator.registry.names), node)
            at = named[refused.parameter][1] if refused.parameter in named else node
            raise self._evaluator.source.refuse(str(refused), at)
        framework, bound = chosen
        also = [each.title for each in possible if each is not framework and not each.by_import]
        if also:
            others = " and ".join(also)
            whose = framework.title + ("'" if framework.title.endswith("s") else "'s")
            self._evaluator.notes[f"{last} is read as {whose} (also a name of {others})"] = None
        return self._make(framework, last, bound, given, named, node)

    def _make(
        self,
        framework: Framework,
        name: str,
        bound: dict[str, Any],
        given: list[tuple[Any, ast.AST]],
        named: dict[str, tuple[Any, ast.AST]],
        node: ast.AST,
    ) -> Any:
        places = {id(value): at for value, at in (*given, *named.values())}

        def place(parameter: str | None) -> ast.AST:
            if parameter in named:
                return named[parameter][1]
            return places.get(id(bound.get(parameter or "")), node)

        self._evaluator.base = None
        optimizer = self._optimizer_of(bound)
        last = -1
        if framework.resumed is not None and isinstance(bound.get("last_epoch"), int):
            last = bound["last_epoch"]
            bound = {**bound, "last_epoch": -1}
        self._evaluator.groups = (
            None if optimizer is None else self._evaluator.objects.groups.count_of(optimizer)
        )
        try:
            function = framework.calls[name]
            arguments = binding.arguments(name, function, bound, self._evaluator)
            result = arguments.given_to(function)
        except Refusal as refusal:
            said = f"{refusal}{self._perhaps_anothers(node)}"
            raise self._evaluator.source.refuse(said, place(refusal.parameter)) from None
        except NotKnown as unknown:
            raise self._evaluator.not_known(
                unknown.value, self._perhaps_anothers(node).strip(" ()")
            ) from None
        except NotationError:
            raise
        except LrplotError as error:
            raise self._evaluator.source.refuse(f"{name}: {error}", node) from None
        self.use(bound.values())
        noted = result if isinstance(result, Noted) else Noted(result)
        inner = (m.base for m in _made_in(bound) if m.base is not None)
        made = Made(
            noted.schedule,
            framework.name,
            name,
            node,
            self._base_or(next(inner, None)),
            arguments=arguments.in_full(function),
            optimizer=optimizer,
            again=None if _holds_schedules(bound.values()) else self._again(framework, name, bound),
            told=noted.told,
            horizon=noted.horizon,
            needs=noted.needs,
            negated=noted.negated,
        )
        asked = [method_of(value, "__call__") or value for value in flat(bound.values())]
        given_functions = [value for value in asked if isinstance(value, Function)]
        meanings = Meanings(self._evaluator)
        self._evaluator.closures += [(each, node, meanings.of(each)) for each in given_functions]
        made = self._on_what_it_finds(framework, made, last)
        self._evaluator.notes.update(dict.fromkeys(noted.notes))
        if optimizer is not None:
            self._evaluator.objects.training.add(Event("made", node, optimizer, made))
        if framework.single_precision:
            self._evaluator.notes[f"{framework.title} computes rates in float32; drawn in float64"] = None
        self.register(made)
        return made if noted.beside is None else (made, noted.beside)

    def _perhaps_anothers(self, node: ast.AST) -> str:
        """What to say of a call whose name may be another's, by ``from utils import *``."""
        registry = self._evaluator.registry
        tree = self._evaluator.source.tree
        return perhaps_starred(
            node, tree, lambda module: registry.home(f"{module}.x", imported=True) is not None
        )

    def _again(self, framework: Framework, name: str, bound: dict[str, Any]) -> Callable[[float], Schedule]:
        """The call once more, for an optimizer of another rate."""

        def made(lr: float) -> Schedule:
            before, self._evaluator.rates = self._evaluator.rates, replace(self._evaluator.rates, given=lr)
            try:
                result = binding.call(name, framework.calls[name], bound, self._evaluator)
            finally:
                self._evaluator.rates = before
            return result.schedule if isinstance(result, Noted) else result

        return made

    def _on_what_it_finds(self, framework: Framework, made: Made, last: int) -> Made:
        """A scheduler built with ``last_epoch``, or on a group whose rate is not its ``initial_lr``."""
        name, node = made.call, made.node
        if last < -1:
            raise self._evaluator.source.refuse(f"{name}: last_epoch must be -1 or more, got {last}", node)
        groups = self._evaluator.objects.groups
        initial, rate = (None, None) if made.optimizer is None else groups.found(made.optimizer)
        if framework.resumed is None or (last == -1 and None in {initial, rate}):
            return made
        ours = made.optimizer is not None and bool(made.optimizer.values or "params" in made.optimizer.named)
        entries = groups.entries_of(made.optimizer) if made.optimizer is not None and ours else None
        if last >= 0 and entries is not None and groups.without_initial(made.optimizer):
            raise self._evaluator.source.refuse(
                f"{name} with last_epoch={last} wants 'initial_lr' in all of the optimizer's groups,"
                f" as {framework.title} says: a checkpoint's optimizer state holds it",
                node,
            )
        kept = {
            "last_epoch": last,
            "whole": made.schedule,
            **({} if rate is None else {"initial_lr": initial, "found": rate}),
        }
        made = replace(made, arguments={**made.arguments, **kept})
        try:
            result = framework.resumed(Found(made, last, rate, entries))
        except LrplotError as error:
            raise self._evaluator.source.refuse(str(error), node) from None
        noted = result if isinstance(result, Noted) else Noted(result)
        self._evaluator.notes.update(dict.fromkeys(noted.notes))
        if last >= 0:
            self._evaluator.notes[f"resumed: step 0 of the picture is epoch {last + 1} of {name}"] = None
        return replace(made, schedule=noted.schedule)

    def _base_or(self, other: float | None) -> float | None:
        """The base rate that was looked up for a call, else another."""
        return other if self._evaluator.base is None else self._evaluator.base

    def _optimizer_of(self, bound: Mapping[str, Any]) -> Optimizer | None:
        """The optimizer a scheduler is given, by itself or with the schedulers inside it."""
        for value in bound.values():
            if isinstance(value, Optimizer):
                return value
        given = bound.get("optimizer")
        if isinstance(given, Unknown | Path):
            named: Optimizer = self._evaluator.objects.named(given)
            return named
        return next((made.optimizer for made in _made_in(bound) if made.optimizer is not None), None)

    def use(self, values: Any) -> None:
        """Schedules that stand inside another are no runs of their own."""
        for value in values:
            if isinstance(value, Made | Instance | Function):
                self._evaluator.used[id(value)] = value
            elif isinstance(value, list | tuple):
                self.use(value)
            elif isinstance(value, dict):
                self.use(value.values())

    def replaced(self, old: Made, schedule: Schedule) -> Made:
        """Another schedule in the place of one that a further call has changed."""
        self.use([old])
        made = replace(old, schedule=schedule)
        self.register(made)
        return made

    def register(self, made: Made | Instance) -> None:
        """Keep a schedule as one of the text's own, unless it is part of a function of one."""
        if not self._evaluator.functions_deep:
            self._evaluator.made.append(made)

    def dictionary(self, found: dict[Any, Any], node: ast.AST) -> Any:
        """A dictionary, or the schedule it describes, however the configuration's framework spells it."""
        spelled = described(found, self._evaluator.registry)
        if spelled is None:
            if (
                isinstance(found.get("type"), str)
                and found["type"] in self._evaluator.registry.optimizers
                and "lr" in found
            ):
                self._evaluator.optimizers.append(Optimizer(found["type"], found["lr"]))
            return found
        path, arguments, owner = spelled
        # A config leaves the optimizer to the trainer.
        # A dotted path of a config is whole, as an import's is.
        whole = "." in path
        if owner is None and self._evaluator.registry.is_foreign(path, imported=whole):
            raise self._evaluator.source.refuse(foreign(path), node)
        possible = (
            (owner,) if owner is not None else self._evaluator.registry.candidates(path, imported=whole)
        )
        calls = (each.calls[path.rpartition(".")[2]] for each in possible)
        if any("optimizer" in signatures.signature_of(call).parameters for call in calls):
            arguments = {"optimizer": Optimizer("optimizer"), **arguments}
        return self.call(path, possible, [], {k: (v, node) for k, v in arguments.items()}, node)

    def described(self, mapping: Mapping[str, Any], node: ast.AST) -> Any:
        """The schedule a mapping of a config file describes."""
        return self.configured(dict(mapping), node) or self.dictionary(dict(mapping), node)

    def configured(self, value: Any, node: ast.AST) -> Made | None:
        """The schedule that a list of a framework's configuration describes, None where the value is none."""
        readers = (
            (each, each.listed) for each in self._evaluator.registry.frameworks if each.listed is not None
        )
        listed = ((framework, listed(value)) for framework, listed in readers)
        framework, described = next((each for each in listed if each[1] is not None), (None, None))
        if framework is None or described is None:
            return None
        try:
            schedule = described.make(Base(lambda: self._evaluator.base_rate(None)), self._evaluator.around)
        except NotKnown as unknown:
            raise self._evaluator.not_known(unknown.value) from None
        except NotationError:
            raise
        except LrplotError as error:
            raise self._evaluator.source.refuse(str(error), node) from None
        except (ZeroDivisionError, OverflowError) as error:
            message = f"{described.name}: these arguments cannot be computed with: {error}"
            raise self._evaluator.source.refuse(message, node) from None
        made = Made(schedule, framework.name, described.name, node)
        self.register(made)
        return made


def _listed(value: Any) -> Any:
    """A table of numbers as the list a scheduler takes for one."""
    if not isinstance(value, Table):
        return value
    return [int(each) if float(each).is_integer() else each for each in value.values.ravel().tolist()]


def _made_in(bound: Mapping[str, Any]) -> list[Made]:
    """The schedulers among a call's arguments."""
    return [value for value in flat(bound.values()) if isinstance(value, Made)]


def _holds_schedules(values: Iterable[Any]) -> bool:
    return any(
        isinstance(value, Made) or (isinstance(value, list | tuple) and _holds_schedules(value))
        for value in values
    )


def _plausible(framework: Framework, name: str, bound: Mapping[str, Any]) -> bool:
    """True where the first argument is of the kind the framework's call wants: an optimizer, or a number."""
    from lrplot.python.parameters import Base, Unused

    parameters = signatures.signature_of(framework.calls[name]).parameters
    for key, value in bound.items():
        wants_optimizer = parameters[key].annotation in {Base, Unused}
        if wants_optimizer and isinstance(value, int | float | str):
            return False
        if key == "learning_rate" and isinstance(value, Optimizer):
            return False
    return True
