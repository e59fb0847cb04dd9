"""The evaluator of one source: what is known of it, and the parts that read it."""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from lrplot.errors import NotationError, OpenNameError
from lrplot.python import symbolic
from lrplot.python.applying import Applying
from lrplot.python.attributes import Attributes
from lrplot.python.binding import NotKnown, Rule
from lrplot.python.caching import Caching
from lrplot.python.calls import Calls
from lrplot.python.calls_elsewhere import CallsElsewhere
from lrplot.python.decorators import Decorators
from lrplot.python.equality import Equality
from lrplot.python.expressions import Expressions
from lrplot.python.given import Given
from lrplot.python.making import Making
from lrplot.python.objects import Objects
from lrplot.python.one_shot import OneShots
from lrplot.python.open_names import let, varies
from lrplot.python.parameters import Path, Refusal
from lrplot.python.registry import Registry
from lrplot.python.source import Source
from lrplot.python.state import Rates, State
from lrplot.python.symbolic import CURRENT_RATE, STEP, Inner, Symbol
from lrplot.python.unknown_names import elsewhere, mistyped
from lrplot.python.values import Function, Instance, Made, Optimizer, Scope, Unknown
from lrplot.schedules.base import Context, Schedule
from lrplot.text.caret import brief


class Evaluator(State):
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
    registry
        The frameworks that are known.
    """

    objects: Objects
    elsewhere: CallsElsewhere
    attributes: Attributes
    expressions: Expressions
    calls: Calls
    making: Making
    applying: Applying

    def __init__(
        self,
        source: Source,
        around: Context,
        rates: Rates,
        bindings: Mapping[str, Any],
        registry: Registry,
        expressions: type[Expressions] = Expressions,
    ) -> None:
        super().__init__(source, around, rates, bindings, registry)
        self.given = Given(self)
        self.objects = Objects(self)
        self.elsewhere = CallsElsewhere(self, self.objects)
        self.attributes = Attributes(self)
        self.equality = Equality(self)
        self.expressions = expressions(self)
        self.calls = Calls(self)
        self.making = Making(self)
        self.decorators = Decorators(self)
        self.applying = Applying(self)
        self.one_shots = OneShots(self)
        self.caching = Caching(self)

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """The value of an expression; :class:`Unknown` or :class:`Path` where it cannot be known."""
        return self.expressions.value(node, scope)

    def apply(self, callee: Any, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
        """Call a function, class or object of the script."""
        return self.applying.apply(callee, given, named, node)

    def base_rate(self, lr: Any) -> float:
        """The base rate of an optimizer whose text says ``lr``."""
        self.base = self._base_rate(lr)
        return self.base

    def rate_of(self, optimizer: Optimizer | Unknown) -> Any:
        """The rate an optimizer has when a scheduler is built on it, as the text says."""
        if isinstance(optimizer, Unknown):
            return self.objects.groups.rate_of(self.objects.named(optimizer))
        return self.objects.groups.rate_of(optimizer)

    def _base_rate(self, lr: Any) -> float:
        if self.rates.given is not None:
            self.asked_base_rate = True
            return self.rates.given
        if isinstance(lr, int | float) and not isinstance(lr, bool):
            return float(lr)
        if isinstance(lr, Unknown | Path):
            raise NotKnown(lr)
        if self.objects.hangs_on_rates(lr):
            raise Refusal(
                "the base rate is computed from another rate here, which is not read; give it: --lr"
            )
        if isinstance(lr, str):
            raise Refusal(f"the base rate must be a number, got '{brief(lr)}'")
        if lr is not None and not isinstance(lr, Function | Instance | Made):
            # What the text computes is no rate that is left out.
            raise Refusal("what the text gives for the base rate is not known; write the number, or --lr")
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
        if any(isinstance(each.lr, Function | Instance | Made) for each in self.optimizers):
            raise Refusal("the optimizer's rate is a schedule; which rate is meant here is not known: --lr")
        own = {each.lr for each in self.optimizers if isinstance(each.lr, int | float)}
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
        with self.purely():
            result = self.applying.apply(value, arguments, {}, _node_of(value))
        if isinstance(result, Unknown | Path):
            if isinstance(value, Function) and _asks_the_step(result, value):
                text = result.name if isinstance(result, Path) else result.text
                raise self.source.refuse(
                    f"what '{text}' is at each step is not computed here; write it with + - * / // % **, "
                    "comparisons, if and else, min, max, abs, sqrt, exp, log, sin, cos, tanh, floor, ceil "
                    "and int, or paste the definition too",
                    result.node,
                )
            raise NotKnown(result)
        if isinstance(result, Symbol) and result.power:
            return Rule(result, recursive=True, base=self.base_rate(None))
        return Rule(result)

    def schedule(self, value: Any) -> Schedule:
        """A schedule, however it is spelled."""
        if isinstance(value, Made):
            return value.schedule
        return symbolic.schedule_of(self.formula(value, with_rate=False).value)

    def not_known(self, value: Unknown | Path, why: str = "") -> NotationError:
        """The error for something that only running the text could tell, or for a mistyped schedule."""
        while isinstance(value, Unknown) and value.because is not None:
            value = value.because
        text = value.name if isinstance(value, Path) else value.text
        if not text:
            return self.source.refuse(
                "what is written into an array here is not followed, and the rate hangs on it; make it by "
                "NumPy's functions (where, concatenate, linspace), or write array[index] = value with known "
                "numbers",
                value.node,
            )
        reason = f", {why}" if why else ""
        if isinstance(value.node, ast.ExceptHandler):
            error = self.source.refuse(
                f"'{text}' is changed where an exception is caught here{reason}; whether one comes is not "
                "known: write what decides it as an 'if'",
                value.node,
            )
            error.caught = True
            return error
        counted = (
            isinstance(value, Unknown) and value.varies and isinstance(value.node, ast.Name | ast.Attribute)
        )
        if counted:
            return self.source.refuse(
                f"'{text}' is counted on here, in a loop that is not followed{reason}; write the loop as "
                "'for _ in range(N):', in which each turn adds the same number",
                value.node,
            )
        if isinstance(value.node, ast.Call):
            said = mistyped(value.node, self.source.tree, self.registry.names)
            if said is not None:
                return self.source.refuse(said, value.node)
            said = self._said_elsewhere(value.node)
            if said is not None and isinstance(value, Unknown):
                return self.source.refuse(said, value.node)
        if text.endswith(".__getitem__"):
            return self.source.refuse(
                f"'{text}' asks a table at the step, which is not read; write it as a function of the step",
                value.node,
            )
        if text.endswith("...") and isinstance(value.node, ast.expr):
            # An option to paste is whole.
            text = ast.unparse(value.node)
        if text in self.bindings and isinstance(value, Unknown) and value.varies:
            said = f"'{text}' changes from turn to turn of a loop here{reason}; no one --let stands for it"
            return OpenNameError.of(self.source.refuse(said, value.node), text)
        if self.objects.looping and varies(value.node):
            if self.lanes is None:
                return self.source.refuse(
                    f"'{text}' is another at each step, and what it is here is not known{reason}; write it "
                    "with a count of the loop's own",
                    value.node,
                )
            self.lanes.forgot = True
        return OpenNameError.of(
            self.source.refuse(f"'{text}' is not known here{reason}; bind it with {let(text)}", value.node),
            text,
        )

    def _said_elsewhere(self, call: ast.Call) -> str | None:
        """The sentence for a call whose function makes rates and stands in another file."""
        try:
            callee = self.value(call.func, self.home)
        except NotationError:
            return None
        return elsewhere(callee.name, self.source.tree) if isinstance(callee, Path) else None


def _asks_the_step(result: Unknown | Path, function: Function) -> bool:
    """True where something open is made of the step that a function is given: no value can be bound to it."""
    given = function.node.args.args[len(function.first) :]
    asked = {each.arg for each in given[: len(given) - len(function.node.args.defaults)]} - {"self"}
    node = getattr(result, "node", None)
    if node is None:
        return False
    bases = {id(each.value) for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    names = (each for each in ast.walk(node) if isinstance(each, ast.Name) and id(each) not in bases)
    return any(each.id in asked for each in names)


def _node_of(value: Any) -> ast.AST:
    return value.node if isinstance(value, Function | Made) else value.of.node
