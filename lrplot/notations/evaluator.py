"""The evaluator of one source: its expressions and calls, and the functions and classes of the script."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from lrplot.errors import NotationError
from lrplot.notations import own_scheduler, symbols
from lrplot.notations.binding import NotKnown, Rule
from lrplot.notations.calls import Calls
from lrplot.notations.expressions import DEEPEST, short
from lrplot.notations.frameworks import names
from lrplot.notations.symbols import CURRENT_RATE, STEP, Inner, Symbol
from lrplot.notations.values import (
    NOTHING,
    Function,
    Instance,
    Made,
    Optimizer,
    Path,
    Refusal,
    Scope,
    Unknown,
    UserClass,
)
from lrplot.schedules.base import Schedule


class Evaluator(Calls):
    """Evaluates expressions of one source.

    Parameters
    ----------
    source
        The text.
    around
        What a schedule inherits where the call stands: length and clock.
    rates
        Base rates.
    bindings
        Values for names (or whole expressions) that the text leaves open.
    """

    def base_rate(self, lr: Any) -> float:
        """The base rate of an optimizer whose text says ``lr``."""
        self._base = self._base_rate(lr)
        return self._base

    def rate_of(self, optimizer: Optimizer) -> Any:
        """The rate an optimizer has when a scheduler is built on it, as the text says."""
        return self.objects.rate_of(optimizer)

    def _base_rate(self, lr: Any) -> float:
        if self.rates.given is not None:
            return self.rates.given
        if isinstance(lr, int | float) and not isinstance(lr, bool):
            return float(lr)
        if isinstance(lr, Unknown | Path):
            raise NotKnown(lr)
        own = self.only_rate() if lr is None else None
        if own is not None:
            return own
        if self.rates.assumed is None:
            raise Refusal("no base rate: give 'lr' beside the schedule, or the optimizer with its lr")
        self.assumed_rate = True
        return self.rates.assumed

    def only_rate(self) -> float | None:
        """The rate of the text's optimizers, None where they have none.

        Raises
        ------
        Refusal
            When there are several.
        NotKnown
            When one is open, or what a call that is not read gives.
        """
        for each in self.optimizers:
            if isinstance(each.lr, Unknown | Path):
                raise NotKnown(each.lr)
        own = {each.lr for each in self.optimizers if isinstance(each.lr, int | float)}
        if any(isinstance(each.lr, Function | Instance | Made) for each in self.optimizers):
            raise Refusal("the optimizer's rate is a schedule; which rate is meant here is not known: --lr")
        if len(own) > 1:
            raise Refusal("which of the optimizers' rates is meant is not known; give it: --lr")
        return float(own.pop()) if own else None

    def formula(self, value: Any, *, with_rate: bool) -> Rule:
        """A function of the step (and, where it wants one, of the current rate), evaluated."""
        if isinstance(value, Made):
            return Rule(Inner(value.schedule))
        if isinstance(value, Function) and not value.required <= 1 + with_rate:
            raise Refusal(f"{value.name} needs {value.required} arguments; it is given the step alone")
        takes_rate = with_rate and isinstance(value, Function) and value.positional >= 2
        arguments = (STEP, CURRENT_RATE) if takes_rate else (STEP,)
        with self.quietly():
            result = self.apply(value, arguments, {}, _node_of(value))
        if isinstance(result, Unknown | Path):
            raise NotKnown(result)
        if isinstance(result, Symbol) and result.power:
            return Rule(result, recursive=True, base=self.base_rate(None))
        return Rule(result)

    def schedule(self, value: Any) -> Schedule:
        """A schedule, however it is spelled."""
        if isinstance(value, Made):
            return value.schedule
        return symbols.schedule_of(self.formula(value, with_rate=False).value)

    def apply(self, callee: Any, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
        """Call a function, class or object of the script."""
        from lrplot.notations.functions import Body

        walked = self.walk is not None and not self._inside_function
        if isinstance(callee, UserClass):
            return self._instance(callee, given, named, node)
        if isinstance(callee, Instance):
            method = callee.of.method("__call__")
            if method is None:
                return Unknown(f"{callee.of.node.name}(…)()", node)
            home = callee.of.where("__call__")
            callee = Function(method, Scope({}, home.scope, of=home), first=(callee,))
        if not isinstance(callee, Function):
            return Unknown("a call", node)
        scope = self._bound(callee, given, named, node)
        if isinstance(callee.node, ast.Lambda):
            return self.value(callee.node.body, scope)
        self._depth += 1
        try:
            if self._depth > DEEPEST:
                raise self.source.refuse("nested too deeply", node)
            if not walked or self.walk is None:
                return Body(self).run(callee.node, scope)
            if self.lanes is not None and callee.name not in self.touching:
                # What a function of the turn gives is an expression of it, where it changes nothing.
                try:
                    return Body(self).run(callee.node, scope)
                except NotationError:
                    pass
            result = self.walk(callee.node, scope)
            if _is_unexplained(result, callee.name) and callee.name not in self.touching:
                return self._opened(callee, given, named, node) or result
            return result
        finally:
            self._depth -= 1

    def _opened(
        self, callee: Function, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST
    ) -> Unknown | Path | None:
        """What is open in a function whose way is not known: an argument of a condition, as it was given."""
        from lrplot.notations.functions import Body

        if not isinstance(callee.node, ast.FunctionDef):
            return None
        try:
            found = Body(self).run(callee.node, self._bound(callee, given, named, node))
        except NotationError:
            return None
        return found if isinstance(found, Unknown | Path) else None

    def _super_call(self, node: ast.Call, function: ast.Attribute, scope: Scope) -> Any:
        """``super().method(…)``: the next class's of the script, or what PyTorch's schedulers do."""
        of = scope.method_of()
        owner = next((v for v in _first_names(scope) if isinstance(v, Instance)), None)
        given = [v for v, _ in self._positional(node, scope)]
        named = {k: v for k, (v, _) in self._named(node, scope).items()}
        if of is None or owner is None:
            return Unknown(short(node), node)
        for base in of.bases():
            found = base.method(function.attr)
            if found is not None:
                home = base.where(function.attr)
                return self.apply(
                    Function(found, Scope({}, home.scope, of=home), first=(owner,)), given, named, node
                )
        if function.attr == "__init__" and own_scheduler.derives(owner.of):
            own_scheduler.begin(self, owner, given, named, node)
        return NOTHING

    def _instance(self, of: UserClass, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
        made = Instance(of, {})
        self.instances.append(made)
        if self.lanes is not None:
            self.lanes.own.append(made.attributes)
        start = of.method("__init__")
        for base in of.outside():
            last = base.rpartition(".")[2]
            if last in names() and last not in own_scheduler.BASES:
                raise self.source.refuse(
                    f"class {of.node.name} derives from {last} and changes what it does, which is not read; "
                    "derive from LRScheduler, or use the class itself",
                    node,
                )
        is_schedule = any(base.endswith("LearningRateSchedule") for base in of.outside())
        if start is not None:
            home = of.where("__init__")
            with self.quietly() if is_schedule else nullcontext():
                self.apply(Function(start, Scope({}, home.scope, of=home), first=(made,)), given, named, node)
        elif own_scheduler.derives(of):
            own_scheduler.begin(self, made, given, named, node)
        else:
            fields = [
                s for s in of.node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
            ]
            for field, value in zip(fields, given, strict=False):
                made.attributes[field.target.id] = value  # type: ignore[union-attr]
            made.attributes.update(named)
        if is_schedule:
            self._use([*given, *named.values()])
            self._register(made)
        if own_scheduler.derives(of) and of.method("step") is None:
            scheduler = own_scheduler.made(self, made, node)
            self._register(scheduler)
            return scheduler
        return made

    def _check_arity(
        self, function: Function, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST
    ) -> None:
        """Refuse a call that Python would refuse."""
        arguments = function.node.args
        names_ = [p.arg for p in (*arguments.posonlyargs, *arguments.args)]
        places = len(names_) - len(function.first)
        if len(given) > places and arguments.vararg is None:
            raise self.source.refuse(
                f"{function.name} takes {places} arguments by position, got {len(given)}", node
            )
        known = {*names_, *(p.arg for p in arguments.kwonlyargs)}
        wrong = next((name for name in named if name not in known), None)
        if wrong is not None and arguments.kwarg is None:
            raise self.source.refuse(f"{function.name} has no argument '{wrong}'", node)

    def _bound(
        self, function: Function, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST
    ) -> Scope:
        arguments = function.node.args
        parameters = [*arguments.posonlyargs, *arguments.args]
        values = {**function.given, **named}
        scope = Scope({}, function.scope)
        if self.lanes is not None:
            self.lanes.own.append(scope.names)
        for parameter, value in zip(parameters, (*function.first, *given), strict=False):
            scope.names[parameter.arg] = value
        self._check_arity(function, given, named, node)
        defaults = function.defaults or self.function(function.node, function.scope).defaults
        for parameter in (*parameters, *arguments.kwonlyargs):
            name = parameter.arg
            if name in values:
                scope.names[name] = values[name]
            elif name not in scope.names and name in defaults:
                scope.names[name] = defaults[name]
            elif name not in scope.names:
                scope.names[name] = Unknown(name, node)
        return scope


def _first_names(scope: Scope) -> Iterator[Any]:
    """The first argument of each function around a place."""
    inner: Scope | None = scope
    while inner is not None:
        if inner.names:
            yield next(iter(inner.names.values()))
        inner = inner.outer


def _is_unexplained(result: Any, name: str) -> bool:
    """Whether a function's result is unknown and nothing says what would have to be given."""
    unexplained = isinstance(result, Unknown) and result.because is None and not result.holds
    return unexplained and result.text == f"{name}(…)"


def _node_of(value: Any) -> ast.AST:
    return value.node if isinstance(value, Function | Made) else value.of.node
