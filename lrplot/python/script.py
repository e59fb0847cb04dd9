"""A training script or snippet, read statement by statement; nothing of it is executed."""

import ast
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal

from lrplot.errors import NotationError, OpenNameError
from lrplot.python import symbolic
from lrplot.python.command.options import Options
from lrplot.python.comparing import objects_in, openable, same
from lrplot.python.conditions import Conditions
from lrplot.python.evaluator import Evaluator
from lrplot.python.fitting import Fitting
from lrplot.python.functions import assign, bind, define
from lrplot.python.imports import bind_import
from lrplot.python.lanes import Lanes, NotAlike
from lrplot.python.loops import Loops
from lrplot.python.mutation import changed, is_mutation, may_touch
from lrplot.python.nodes import nodes_of
from lrplot.python.open_names import let
from lrplot.python.parameters import Path
from lrplot.python.source import Source
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import (
    Flow,
    concerns_rates,
    count_of,
    counting_parameter,
    gives_rate,
    has_flow,
    is_plain_place,
    last_part,
    outside_lambdas,
    sets_rates,
    skips_the_turn,
    taken,
    writes_rates,
)
from lrplot.python.training import Event
from lrplot.python.values import NOTHING, Function, Instance, Made, Scope, Unknown, UserClass

_LENGTHS: Final = ("max_iters", "max_steps", "total_steps", "num_training_steps")
"""Names whose value says how many steps are trained, where no loop does."""
_EPOCHS: Final = ("epochs", "num_epochs", "max_epochs", "n_epochs")

_CHANGES: Final = frozenset({"step", "set", "scale", "map", "dampen", "clock"})
"""Kinds of events that change a rate."""


@dataclass(slots=True)
class Lengths:
    """Lengths of loops that the text does not say.

    Parameters
    ----------
    batches
        Batches in an epoch, None where nobody says.
    stand_in
        What stands in for the batches of an epoch, and for the turns of another loop. A curve that depends
        on a stand-in is not drawn.
    used
        Which stand-ins were needed, and the first place of each.
    """

    batches: int | None = None
    stand_in: tuple[int, int] = (7, 5)
    used: dict[Literal["batches", "turns"], tuple[ast.AST, str]] = field(default_factory=dict)
    asked: bool = False
    """True where the batches of an epoch were asked for."""
    told: int | None = None
    """What ``len(loader)`` is where it stands in for more batches than are followed."""
    reach: float = 0.0
    """The largest number with which something was compared, or by which it was divided, while it trained."""
    most: int = 1 << 53
    """Most turns of an outer loop that are followed: few where it is only asked what hangs on a turn."""
    said: bool = False
    """True where a stand-in was asked for as a number, as ``len(loader)`` does."""

    def of_loader(self, node: ast.AST, text: str) -> int:
        """Batches in an epoch."""
        self.asked = True
        if self.batches is not None:
            return self.batches
        self.used.setdefault("batches", (node, text))
        return self.stand_in[0]

    def number(self, node: ast.AST, text: str) -> int:
        """Batches in an epoch as the text computes with them."""
        batches = self.of_loader(node, text)
        if self.batches is not None:
            return batches
        self.said = True
        return batches if self.told is None else self.told

    def wanted(self, source: Source) -> NotationError:
        """The error that asks how many batches an epoch has."""
        node, text = self.used["batches"]
        inner = text if text.startswith("len(") else f"len({text})"
        message = (
            "how many batches an epoch has decides this curve, and the text does not say it; give "
            f"--steps-per-epoch N or {let(inner)}"
        )
        return OpenNameError.of(source.refuse(message, node), inner)

    def of_turns(self, node: ast.AST, text: str) -> int:
        """Turns of a loop that is no loader's."""
        self.used.setdefault("turns", (node, text))
        return self.stand_in[1]


def _is_hook(name: str) -> bool:
    """True where a method of this name is called by a trainer elsewhere."""
    return name.startswith(("on_", "configure_", "training_", "__", "before_", "after_"))


def _is_generator(function: ast.FunctionDef) -> bool:
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return False


class Script:
    """Reads statements: names are bound, loops followed, and what touches a rate becomes an event.

    After :meth:`run`, the evaluator holds what was made and its training the events. Where no loop says how
    long the script trains, ``turns`` and ``epochs`` are what it names as such; ``steps_per_epoch`` likewise.
    """

    def __init__(self, evaluator: Evaluator, lengths: Lengths) -> None:
        self.evaluator = evaluator
        self.objects = evaluator.objects
        self.training = evaluator.objects.training
        self.lengths = lengths
        self.scope = Scope()
        evaluator.home = self.scope
        self.conditions = Conditions(self)
        self.loops = Loops(self)
        self.fitting = Fitting(self)
        evaluator.fitting = self.fitting
        self.labels: dict[int, str] = {}
        self._labelled: list[Any] = []
        self.turns: int | None = None
        self.epochs: int | None = None
        self.steps_per_epoch: int | None = None
        self._active: list[ast.FunctionDef] = []
        self._walked: list[ast.FunctionDef] = []
        self._trained_by: dict[int, ast.FunctionDef] = {}
        """The function that nothing calls and that trains an optimizer, by the optimizer's identity."""
        self.returned: list[Any] = []
        self.depth = 0
        self.breaks: list[Symbol | None] | None = None
        self.open_ways_out: dict[int, Unknown | Path] = {}
        self.uncertain: list[ast.AST] = []
        self.by_hand: list[ast.FunctionDef] = []
        self.passed_over: list[NotationError] = []
        self._read_statements: set[int] = set()
        self._passed: set[int] = set()

    @property
    def source(self) -> Source:
        """The text, which errors point into."""
        return self.evaluator.source

    @property
    def tree(self) -> ast.Module:
        """The text."""
        return self.evaluator.source.tree

    def followed_past(self, statement: ast.stmt) -> bool:
        """True where a statement was reached, or never is: its condition fails, or nothing calls it."""
        if id(statement) in self._read_statements:
            return True
        around = [
            node
            for node in nodes_of(self.tree)
            if isinstance(node, ast.FunctionDef) and any(inner is statement for inner in ast.walk(node))
        ]
        if not around:
            return False
        named = {node.id for node in nodes_of(self.tree) if isinstance(node, ast.Name)}
        named |= {node.attr for node in nodes_of(self.tree) if isinstance(node, ast.Attribute)}
        return all(each.name not in named and not _is_hook(each.name) for each in around)

    def passed(self, node: ast.AST) -> bool:
        """True where a place stands where the text is known not to come."""
        statement, _ = self._around(node)
        return id(statement) in self._passed

    def may_run(self, node: ast.AST) -> bool:
        """True where a place that was not followed may be run all the same, as a hook's function is."""
        statement, functions = self._around(node)
        if id(statement) in self._passed:
            return False
        if id(statement) in self._read_statements:
            return True
        if not functions or functions[-1] in self._walked:
            return False
        return all(each.name in self._named() or _is_hook(each.name) for each in functions)

    def _around(self, node: ast.AST) -> tuple[ast.AST, list[ast.FunctionDef]]:
        """The statement in which a place stands, and the functions around it, the outermost first."""
        parent = {id(child): outer for outer in nodes_of(self.tree) for child in ast.iter_child_nodes(outer)}
        functions: list[ast.FunctionDef] = []
        statement: ast.AST | None = None
        at: ast.AST | None = node
        while at is not None:
            if statement is None and isinstance(at, ast.stmt):
                statement = at
            if isinstance(at, ast.FunctionDef):
                functions.insert(0, at)
            at = parent.get(id(at))
        return statement or node, functions

    def _named(self) -> set[str]:
        """The functions that the text names where it may come."""
        nodes = [node for node in nodes_of(self.tree) if not isinstance(node, ast.stmt)]
        passed = {
            id(inner)
            for statement in nodes_of(self.tree)
            if id(statement) in self._passed
            for inner in ast.walk(statement)
        }
        kept = [node for node in nodes if id(node) not in passed]
        names = {node.id for node in kept if isinstance(node, ast.Name)}
        return names | {node.attr for node in kept if isinstance(node, ast.Attribute)}

    def pass_by(self, statements: Sequence[ast.stmt]) -> None:
        """Take note of statements whose condition is known not to hold."""
        for statement in statements:
            for node in ast.walk(statement):
                if isinstance(node, ast.stmt):
                    self._read_statements.add(id(node))
                    self._passed.add(id(node))

    def reached(self, node: ast.AST) -> bool:
        """True where a place of the text stands in a statement that was read."""
        return id(node) in self._inside_read()

    def _inside_read(self) -> set[int]:
        return {id(inner) for statement in self._plain_read() for inner in outside_lambdas(statement)}

    def _plain_read(self) -> Iterator[ast.stmt]:
        """The statements that were read and hold no others."""
        read = self._read_statements - self._passed
        kinds = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr | ast.Return | ast.Delete
        for statement in nodes_of(self.tree):
            if isinstance(statement, kinds) and id(statement) in read:
                yield statement

    def not_called(self) -> ast.Call | None:
        """The first call that may touch a rate and was never evaluated, in what was read.

        It stands in a comprehension over a loader, in an expression one of whose ways is open.
        """
        for statement in self._plain_read():
            for node in outside_lambdas(statement):
                if (
                    isinstance(node, ast.Call)
                    and id(node) not in self.evaluator.settled
                    and last_part(node.func) in self.evaluator.touching
                    and ast.unparse(node) not in self.evaluator.bindings
                ):
                    return node
        return None

    # -- the whole text

    def run(self) -> None:
        """Read the whole script; the bodies of its functions where nothing stands outside them."""
        tree = self.evaluator.source.tree
        self.evaluator.walk = self._walk
        options = Options(self.evaluator, self.scope)
        options.read(tree)
        self.epochs, self.turns = options.epochs, options.turns
        self.block(tree.body, self.scope)
        if not self._trains():
            self._unattended()
        if not self._found():
            made_in_the_text = {last_part(node.func) for node in nodes_of(tree) if isinstance(node, ast.Call)}
            for late in (False, True):
                # What a class of the text makes is read where it is made, if it is.
                for body, owner in self._bodies(tree):
                    called = owner is not None and owner.of.node.name in made_in_the_text
                    if owner is not None and not called and self._is_overruled(body.name, made_in_the_text):
                        continue
                    if called is late and body not in self._walked and not self._sets_rates(body):
                        self._uncalled(body, owner)
                if self._found():
                    break
            if not self._trains():
                self._unattended()
        if not self._found():
            self._schedules_by_hand(tree)
        if not self._found():
            self._plain_functions(tree)
        for name in _LENGTHS:
            self.turns = self.turns or count_of(self.evaluator.options.get(name, self.scope.find(name)))

    def _uncalled(self, body: ast.FunctionDef, owner: Instance | None) -> None:
        scope = self._inside(body, owner)
        self._active.append(body)
        before, self.returned = self.returned, []
        then = self.training.mark()
        try:
            self.block(body.body, scope)
            self._check_only_one(body, self.training.since(then))
            if body.name in self.evaluator.registry.hooks and self.returned:
                self.evaluator.configured_by_trainer.append((body, self._result(body)))
        finally:
            self._active.pop()
            self.returned = before

    def _is_overruled(self, hook: str, made: Container[str]) -> bool:
        """True where another class, which the text makes, has a trainer's method of this name of its own."""
        classes = [node for node in self.tree.body if isinstance(node, ast.ClassDef) and node.name in made]
        rivals = (each for each in classes if UserClass(each, self.scope).own(hook) is not None)
        return hook in self.evaluator.registry.hooks and any(rivals)

    def _check_only_one(self, body: ast.FunctionDef, happened: Sequence[Event]) -> None:
        """Refuse a second function that nothing calls and that trains an optimizer which another trains."""
        for event in happened:
            if event.kind != "update" or event.optimizer is None:
                continue
            other = self._trained_by.setdefault(id(event.optimizer), body)
            if other is not body:
                raise self.source.refuse(
                    f"'{other.name}' and '{body.name}' both train here, and nothing in the text calls them; "
                    "add the call that is meant at the end",
                    body,
                )

    def _walk(self, function: ast.FunctionDef, scope: Scope) -> Any:
        """A function that the script calls: its statements are read up to its return."""
        if function in self._active:
            if any(may_touch(statement, self.touching) for statement in function.body):
                raise self._certainly(
                    f"{function.name} calls itself and trains in it, which is not read", function
                )
            return Unknown(f"{function.name}(…)", function)
        if _is_generator(function) and any(may_touch(each, self.touching) for each in function.body):
            raise self._certainly(
                f"{function.name} gives way to its caller between its steps (yield), which is not followed; "
                "write them into the loop",
                function,
            )
        self._active.append(function)
        self._walked.append(function)
        before = self.returned, self.depth
        self.returned = []
        try:
            flow = self.block(function.body, scope)
            return self._result(function, certain=flow == "return")
        finally:
            self._active.pop()
            self.returned, self.depth = before

    def _certainly(self, message: str, node: ast.AST) -> NotationError:
        error = self.source.refuse(message, node)
        error.certain = True
        return error

    def _result(self, function: ast.FunctionDef, *, certain: bool = True) -> Any:
        """The result of a function: unknown where it is not known which of several ways was taken."""
        if not self.returned:
            return NOTHING
        first, *others = self.returned
        if not certain or any(not same(other, first) for other in others):
            held = [made for value in self.returned for made in objects_in(value)]
            because = next((v.because for v in self.returned if isinstance(v, Unknown) and v.because), None)
            return Unknown(f"{function.name}(…)", function, because or self.open_condition, tuple(held))
        return first

    open_condition: Unknown | Path | None = None

    def _found(self) -> bool:
        return (
            bool(self.evaluator.made)
            or any(isinstance(o.lr, Made | Function | Instance) for o in self.evaluator.optimizers)
            or any(event.kind in {"set", "scale"} for event in self.training.events())
        )

    def _bodies(self, tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, Instance | None]]:
        """The functions nobody called, and the object whose method each is."""
        for statement in tree.body:
            if isinstance(statement, ast.FunctionDef):
                yield statement, None
            elif isinstance(statement, ast.ClassDef):
                made = (each for each in self.evaluator.instances if each.of.node is statement)
                owner = next(made, Instance(UserClass(statement, self.scope), {}))
                methods = [each for each in statement.body if isinstance(each, ast.FunctionDef)]
                # What a method of the object needs, another may have set: its own first.
                methods.sort(key=lambda each: each.name != "__init__")
                yield from ((each, owner) for each in methods)

    def _inside(self, function: ast.FunctionDef, owner: Instance | None) -> Scope:
        """A function's own scope: its parameters, those with defaults bound to them."""
        arguments = function.args
        names_ = [p.arg for p in (*arguments.posonlyargs, *arguments.args)]
        scope = Scope({}, self.scope, of=None if owner is None else owner.of)
        for p in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            scope.names[p.arg] = Unknown(p.arg, function)
        for name, default in zip(names_[::-1], arguments.defaults[::-1], strict=False):
            scope.names[name] = self.evaluator.value(default, self.scope)
        for p, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if value is not None:
                scope.names[p.arg] = self.evaluator.value(value, self.scope)
        scope.names |= self.evaluator.parameters.get(id(function), {})
        if owner is not None and names_:
            scope.names[names_[0]] = owner
        return scope

    def _schedules_by_hand(self, tree: ast.Module) -> None:
        """A function that writes the rate of its step into an optimizer, where nothing calls it."""
        for body, owner in self._bodies(tree):
            counting = counting_parameter(body)
            if not self._sets_rates(body) or counting is None or body in self._walked:
                continue
            scope = self._inside(body, owner)
            for name, value in scope.names.items():
                if isinstance(value, Unknown) and self.objects.is_optimizers_name(Path(name, body)):
                    scope.names[name] = self.objects.named(value)
            scope.names[counting] = symbolic.STEP
            lanes = Lanes(None)
            self.evaluator.lanes, before = lanes, self.evaluator.lanes
            self.training.begin(0)
            try:
                self.block(body.body, scope)
            except NotAlike:
                raise self.evaluator.source.refuse(
                    f"{body.name} sets the rate in a way that is not read; paste the loop that calls it", body
                ) from None
            finally:
                self.training.end()
                self.evaluator.lanes = before
            self.by_hand.append(body)

    def home_of(self, function: ast.FunctionDef) -> Scope:
        """The scope in which a function is read that nothing calls, its parameters bound."""
        return self._inside(function, None)

    def owner_of(self, function: ast.FunctionDef) -> Instance | None:
        """The object of the script whose method a function is."""
        return next((i for i in self.evaluator.instances if i.of.method(function.name) is function), None)

    def _trains(self) -> bool:
        """True where anything has happened to an optimizer."""
        return any(event.kind in {"update", "epoch", "step", "set"} for event in self.training.events())

    def _unattended(self) -> None:
        """An object whose ``step()`` trains and writes the rate, where no loop calls it."""
        for instance in self.evaluator.instances:
            method = instance.of.method("step")
            if method is None or not writes_rates(method):
                continue
            call = ast.Call(ast.Attribute(ast.Name("self_"), "step", ast.Load()), [], [])
            loop = ast.While(ast.Constant(value=True), [ast.Expr(call)], [])
            ast.copy_location(loop, instance.of.node)
            ast.fix_missing_locations(loop)
            if self.loops.together(loop, Scope({"self_": instance}, self.scope)):
                self.by_hand.append(method)

    def _plain_functions(self, tree: ast.Module) -> None:
        """A function of the step alone, as training code without a scheduler has it: ``get_lr(it)``."""
        found = [
            self.evaluator.expressions.function(each, self.scope) for each in tree.body if gives_rate(each, 1)
        ]
        for instance in self.evaluator.instances:
            methods = [each for each in instance.of.node.body if gives_rate(each, 2)]
            found += [Function(each, instance.of.scope, first=(instance,)) for each in methods]
        for function in found:
            self.evaluator.made.append(function)
            self.labels[id(function)] = function.name
            note = f"{function.name} is read as a function of the step that gives the rate"
            self.evaluator.notes[note] = None

    # -- statements

    def block(self, statements: Sequence[ast.stmt], scope: Scope) -> Flow:
        """Read statements in order; what follows a condition on the turn belongs to its two ways."""
        for i, statement in enumerate(statements):
            rest = statements[i + 1 :]
            if isinstance(statement, ast.With | ast.AsyncWith):
                flow = self._with(statement, scope)
            elif isinstance(statement, ast.Try):
                flow = self._try(statement, scope)
            elif isinstance(statement, ast.If):
                test = self.conditions.test(statement.test, scope)
                if isinstance(test, Symbol):
                    if has_flow(statement):
                        return self.conditions.ways(
                            test, [*statement.body, *rest], [*statement.orelse, *rest], scope
                        )
                    flow = self.conditions.ways(test, statement.body, statement.orelse, scope)
                else:
                    flow = self.conditions.known(statement, test, scope)
                    if flow is None and skips_the_turn(taken(statement, test)):
                        return self._unless_skipped(statement, test, rest, scope)
            else:
                flow = self._statement(statement, scope)
            if flow is not None:
                return flow
        return None

    def _unless_skipped(self, statement: ast.If, test: Any, rest: Sequence[ast.stmt], scope: Scope) -> Flow:
        """Read behind an open ``continue``: a rate changes there with an update, or neither does."""
        earlier = [event.kind for event in self.training.of_this_turn()]
        before = self.training.mark()
        flow = self.block(rest, scope)
        later = {event.kind for event in self.training.since(before)}
        changes, updates = bool(later & _CHANGES), bool(later & {"update", "epoch"})
        alone = changes and not updates
        if alone or (updates and not _CHANGES.isdisjoint(earlier)):
            what = "the scheduler's step" if alone else "the optimizer's step"
            if isinstance(test, Unknown | Path):
                raise self.evaluator.not_known(
                    openable(test, statement.test), f"and {what} behind it depends on it"
                )
            raise self.evaluator.source.refuse(
                f"whether this leaves the turn before {what} is not known", statement
            )
        if updates and not changes:
            self.evaluator.notes[f"line {statement.lineno} may skip an update; drawn as if it never did"] = (
                None
            )
        return flow

    def _statement(self, statement: ast.stmt, scope: Scope) -> Flow:
        try:
            return self._read(statement, scope)
        except NotationError as error:
            # A line that cannot be read is a mistake only where it may touch a rate.
            if (
                error.certain
                or concerns_rates(statement, self.evaluator.registry.names)
                or may_touch(statement, self.touching)
            ):
                error.certain = True
                raise
            self.passed_over.append(error)
            held = [
                made
                for node in ast.walk(statement)
                if isinstance(node, ast.Name)
                for made in objects_in(scope.find(node.id))
            ]
            for target in getattr(statement, "targets", ()):
                unread = Unknown(ast.unparse(target), statement, holds=tuple(held))
                bind(self.evaluator, target, unread, scope)
            return None

    def _sets_rates(self, function: ast.FunctionDef) -> bool:
        return sets_rates(function, self.evaluator.registry.loop.stepping)

    def touching(self, name: str) -> bool:
        """True where a call, by its name, may touch a rate."""
        return self.evaluator.touches(name)

    def _read(self, statement: ast.stmt, scope: Scope) -> Flow:
        self._read_statements.add(id(statement))
        self._passed.discard(id(statement))
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            self._assign(statement, scope)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            bind_import(statement, scope)
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            define(self.evaluator, statement, scope)
        elif isinstance(statement, ast.For | ast.AsyncFor):
            return self.loops.over(statement, scope)
        elif isinstance(statement, ast.While):
            return self.loops.as_long(statement, scope)
        elif isinstance(statement, ast.Match):
            self.conditions.branches([case.body for case in statement.cases], scope, None)
        elif isinstance(statement, ast.Return):
            returned = NOTHING if statement.value is None else self.evaluator.value(statement.value, scope)
            self.returned.append(returned)
            return "return"
        elif isinstance(statement, ast.Break):
            if self.breaks is not None:
                self.breaks.append(self.objects.test)
            return "break"
        elif isinstance(statement, ast.Continue):
            return "continue"
        elif isinstance(statement, ast.Global | ast.Nonlocal):
            self._elsewhere(statement, scope)
        elif isinstance(statement, ast.Expr):
            self._expression(statement.value, scope)
        elif isinstance(statement, ast.Assert):
            self.evaluator.value(statement.test, scope)
        elif isinstance(statement, ast.Raise):
            return "return"
        return None

    def _elsewhere(self, statement: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        for name in statement.names:
            home = self.scope
            if isinstance(statement, ast.Nonlocal):
                outer = scope.outer
                while outer is not None and name not in outer.names:
                    outer = outer.outer
                home = outer or self.scope
            scope.elsewhere[name] = home

    def _with(self, statement: ast.With | ast.AsyncWith, scope: Scope) -> Flow:
        leaving: list[Callable[[], None]] = []
        for item in statement.items:
            context = item.context_expr
            if (
                isinstance(context, ast.Call)
                and isinstance(context.func, ast.Attribute)
                and is_plain_place(context.func)
            ):
                owner = self.evaluator.value(context.func.value, scope)
                wrapper = self.evaluator.registry.loop.wrapper
                if wrapper is not None and context.func.attr == wrapper.accumulates:
                    leaving.append(self._accumulating(wrapper.every, owner, context))
                    continue
                if context.func.attr in self.evaluator.registry.loop.dampens and isinstance(owner, Made):
                    event = Event("dampen", context, owner.optimizer, owner)
                    self.objects.damped += 1
                    leaving.append(partial(self._undampened, event))
                    continue
            value = self.evaluator.value(context, scope)
            ways = (
                [value.of.method(each) for each in ("__enter__", "__exit__")]
                if isinstance(value, Instance)
                else []
            )
            inside = [statement for way in ways if way is not None for statement in way.body]
            if any(may_touch(each, self.touching) for each in inside):
                raise self._certainly("what entering and leaving this block steps is not followed", context)
            if item.optional_vars is not None:
                bind(self.evaluator, item.optional_vars, value, scope)
        flow = self.block(statement.body, scope)
        for leave in leaving:
            leave()
        return flow

    def _undampened(self, event: Event) -> None:
        """A ``with warmup.dampening():`` is left: the factor of the next step is put on the rate."""
        self.objects.damped -= 1
        self.objects.add(event)

    def _accumulating(self, parameter: str, owner: Any, node: ast.Call) -> Callable[[], None]:
        """A wrapper's ``with``: what it prepared steps every so many batches, and at the last."""
        every = owner.named.get(parameter, 1) if isinstance(owner, Unknown) else None
        if every is None:
            every = Unknown(f"{ast.unparse(node.func.value)}.{parameter}", node)  # type: ignore[attr-defined]
        if isinstance(every, Unknown | Path):
            raise self.evaluator.not_known(every)
        turn, count = self.objects.turn
        before = self.objects.sync
        if isinstance(every, int) and every > 1:
            place = symbolic.combine(ast.Add(), turn, 1) if isinstance(turn, Symbol) else turn + 1
            if isinstance(place, Symbol):
                regular = symbolic.compare([ast.Eq()], [symbolic.combine(ast.Mod(), place, every), 0])
                last = symbolic.compare([ast.Eq()], [place, count])
                self.objects.sync = symbolic.either(ast.Or(), [regular, last])
            else:
                self.objects.sync = place % every == 0 or place == count

        def leave() -> None:
            self.objects.sync = before

        return leave

    def _try(self, statement: ast.Try, scope: Scope) -> Flow:
        flow = self.block([*statement.body, *statement.orelse], scope)
        raised = next(
            (n for part in statement.body for n in ast.walk(part) if isinstance(n, ast.Raise)), None
        )
        if flow == "return" and statement.handlers and raised is not None and self.objects.looping:
            raise self._certainly("what is raised here is caught below, which is not followed", raised)
        self.forget([node for handler in statement.handlers for node in handler.body], scope)
        return self.block(statement.finalbody, scope) or flow

    def _assign(self, statement: ast.Assign | ast.AnnAssign | ast.AugAssign, scope: Scope) -> None:
        assign(self.evaluator, statement, scope)
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        made = scope.find(target.id) if isinstance(target, ast.Name) else None
        if isinstance(target, ast.Attribute):
            made = self.evaluator.value(target, scope)
        if isinstance(made, dict):
            made = self.evaluator.making.configured(made, statement)
        if isinstance(made, Made | Instance | Function):
            self.labels.setdefault(id(made), ast.unparse(target))
            self._labelled.append(made)

    def _expression(self, node: ast.expr, scope: Scope) -> None:
        if isinstance(node, ast.Call) and last_part(node.func) == "fit" and is_plain_place(node.func):
            self._fit(node, scope)
        keywords = (
            node.keywords if isinstance(node, ast.Call) and last_part(node.func) in {"fit", "Trainer"} else []
        )
        for keyword in keywords:
            if keyword.arg not in {*_EPOCHS, "steps_per_epoch"}:
                continue
            count = count_of(self.evaluator.value(keyword.value, scope))
            if keyword.arg in _EPOCHS:
                self.epochs = self.epochs or count
            elif keyword.arg == "steps_per_epoch":
                self.steps_per_epoch = self.steps_per_epoch or count
        mutates = isinstance(node, ast.Call) and is_mutation(node) and is_plain_place(node.func)
        if mutates and self._mutate(node, scope):  # type: ignore[arg-type]
            return
        if isinstance(node, ast.GeneratorExp) or (
            isinstance(node, ast.Call) and last_part(node.func) == "map"
        ):
            # Nothing asks for its members: Python computes none of them.
            return
        value = self.evaluator.value(node, scope)
        if isinstance(value, dict):
            self.evaluator.making.configured(value, node)
        if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], Function):
            self.evaluator.used[id(value[0])] = value[0]

    def _fit(self, node: ast.Call, scope: Scope) -> None:
        """``trainer.fit(module, loader)``: an epoch's updates, where the loader tells its batches."""
        trainer = (
            self.evaluator.value(node.func.value, scope) if isinstance(node.func, ast.Attribute) else None
        )
        every = trainer.named.get("accumulate_grad_batches", 1) if isinstance(trainer, Unknown) else 1
        loaders = [self.evaluator.value(each, scope) for each in node.args]
        loaders += [
            self.evaluator.value(k.value, scope) for k in node.keywords if k.arg == "train_dataloaders"
        ]
        batches = next((v.length for v in loaders if isinstance(v, Unknown) and v.length), None)
        if batches is not None and isinstance(trainer, Unknown):
            batches = self.evaluator.registry.batches_of_trainer(batches, trainer.named)
        if batches is not None and isinstance(every, int) and every > 0:
            self.steps_per_epoch = self.steps_per_epoch or -(-batches // every)

    def _mutate(self, node: ast.Call, scope: Scope) -> bool:
        """``list.append`` of what is known; any other change of a list or dictionary leaves it unknown."""
        assert isinstance(node.func, ast.Attribute)  # noqa: S101 (what is_mutation says)
        owner = self.evaluator.value(node.func.value, scope)
        grows = node.func.attr == "append" or (node.func.attr == "extend" and not self.objects.looping)
        if isinstance(owner, list) and grows and len(node.args) == 1:
            more = self.evaluator.value(node.args[0], scope)
            members = [more] if node.func.attr == "append" else more
            if self.evaluator.journaling or not isinstance(members, list | tuple):
                self.forget([node], scope)
            else:
                owner.extend(members)
                self.evaluator.note_change()
            return True
        if isinstance(owner, list | dict):
            if self.objects.looping and any(isinstance(each, Made) for each in objects_in(owner)):
                raise self._certainly("which schedulers are stepped is changed here while it trains", node)
            self.evaluator.value(node, scope)
            self.forget([node], scope)
            return True
        return False

    def forget(self, statements: Sequence[ast.AST], scope: Scope) -> None:
        """Forget the names that statements which are not run could have changed."""
        for target in changed(statements):
            bind(self.evaluator, target, Unknown(ast.unparse(target), target), scope)
