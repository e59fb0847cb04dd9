"""A training script or snippet, read statement by statement; nothing of it is executed."""

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final

from lrplot.errors import NotationError
from lrplot.python.command.options import Options
from lrplot.python.comparing import objects_in, openable, same
from lrplot.python.conditions import Conditions
from lrplot.python.containers import change
from lrplot.python.coverage import Coverage
from lrplot.python.evaluator import Evaluator
from lrplot.python.fields import delete_attribute
from lrplot.python.fitting import Fitting
from lrplot.python.forgetting import Forgetting
from lrplot.python.functions import assign, bind, bind_elsewhere, define
from lrplot.python.generators import Generators
from lrplot.python.imports import bind_import, bind_star
from lrplot.python.iterators import Iterators
from lrplot.python.lanes import NotAlike
from lrplot.python.loops import Loops
from lrplot.python.matching import OPEN, case_of
from lrplot.python.mutation import may_touch
from lrplot.python.parameters import Path
from lrplot.python.source import Source
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import (
    Flow,
    concerns_rates,
    count_of,
    has_flow,
    ifs_that_leave,
    is_plain_place,
    last_part,
    skips_the_turn,
    taken,
    tells_a_person,
)
from lrplot.python.tries import Tries
from lrplot.python.uncalled import Uncalled
from lrplot.python.unsaid_lengths import Lengths
from lrplot.python.values import NOTHING, Function, Instance, Made, Scope, Unknown, UserClass
from lrplot.python.ways_out import WaysOut
from lrplot.python.with_blocks import WithBlocks

_LENGTHS: Final = ("max_iters", "max_steps", "total_steps", "num_training_steps")
"""Names whose value says how many steps are trained, where no loop does."""
_EPOCHS: Final = ("epochs", "num_epochs", "max_epochs", "n_epochs")

_CHANGES: Final = frozenset({"step", "set", "scale", "map", "dampen", "clock"})
"""Kinds of events that change a rate."""


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
        self.coverage = Coverage(evaluator)
        self.uncalled = Uncalled(self)
        self.with_blocks = WithBlocks(self)
        self.tries = Tries(self)
        self.ways_out = WaysOut(self)
        self.generators = Generators(self)
        evaluator.generators = self.generators
        self.iterators = Iterators(self)
        evaluator.tries = self.tries
        evaluator.iterators = self.iterators
        self.fitting = Fitting(self)
        evaluator.fitting = self.fitting
        self.labels: dict[int, str] = {}
        self._labelled: list[Any] = []
        self.turns: int | None = None
        self.epochs: int | None = None
        self.steps_per_epoch: int | None = None
        self.active: list[ast.FunctionDef] = []
        self._closures: list[tuple[ast.FunctionDef, Scope | None]] = []
        self.returned: list[Any] = []
        self._returned_under: dict[int, Unknown | Path] = {}
        """The first open condition under which a function returns, by the function's identity."""
        self.depth = 0
        self.breaks: list[Symbol | None] | None = None
        self.open_depth = 0
        self.leaving: frozenset[int] = frozenset()
        self.skipped: list[tuple[ast.If | ast.ExceptHandler, Any]] = []
        self.open_ways_out: dict[int, Unknown | Path] = {}
        self.uncertain: list[ast.AST] = []
        self.by_hand: list[ast.FunctionDef] = []
        self.fitted: list[tuple[Instance, dict[str, Any]]] = []
        self.passed_over: list[NotationError] = []

    @property
    def source(self) -> Source:
        """The text, which errors point into."""
        return self.evaluator.source

    @property
    def tree(self) -> ast.Module:
        """The text."""
        return self.evaluator.source.tree

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
            self.uncalled.read_unattended()
        if not self.found():
            self.uncalled.read_functions()
            if not self._trains():
                self.uncalled.read_unattended()
        if not self.found():
            self.uncalled.read_by_hand()
        if not self.found():
            self.uncalled.read_functions_of_the_step()
        for name in _LENGTHS:
            self.turns = self.turns or count_of(self.evaluator.options.get(name, self.scope.find(name)))

    def _walk(self, function: ast.FunctionDef, scope: Scope) -> Any:
        """A function that the script calls: its statements are read up to its return."""
        if (function, scope.outer) in self._closures:
            if any(may_touch(statement, self.touching) for statement in function.body):
                raise self.certainly(
                    f"{function.name} calls itself and trains in it, which is not read", function
                )
            self.forget(function.body, scope)
            return Unknown(f"{function.name}(…)", function)
        self.active.append(function)
        self._closures.append((function, scope.outer))
        self._returned_under.pop(id(function), None)
        self.coverage.walked.append(function)
        before = self.returned, self.depth
        self.returned = []
        try:
            with self.ways_out.of_function():
                flow = self.block(function.body, scope)
            return self.result_of(function, certain=flow == "return")
        finally:
            self.active.pop()
            self._closures.pop()
            self.returned, self.depth = before

    def certainly(self, message: str, node: ast.AST) -> NotationError:
        """An error that no statement around it passes over, as it may change the curve."""
        error = self.source.refuse(message, node)
        error.certain = True
        return error

    def result_of(self, function: ast.FunctionDef, *, certain: bool = True) -> Any:
        """The result of a function: unknown where it is not known which of several ways was taken."""
        if not self.returned:
            return NOTHING
        first, *others = self.returned
        if not certain or any(not same(other, first) for other in others):
            held = [made for value in self.returned for made in objects_in(value)]
            because = next((v.because for v in self.returned if isinstance(v, Unknown) and v.because), None)
            because = (
                because or self.open_condition or (self._returned_under.get(id(function)) if held else None)
            )
            return Unknown(f"{function.name}(…)", function, because, tuple(held))
        return first

    open_condition: Unknown | Path | None = None

    def found(self) -> bool:
        """True where a schedule was made, or a rate written."""
        return (
            bool(self.evaluator.made)
            or any(isinstance(o.lr, Made | Function | Instance) for o in self.evaluator.optimizers)
            or any(event.kind in {"set", "scale"} for event in self.training.events())
        )

    def _trains(self) -> bool:
        """True where anything has happened to an optimizer."""
        return any(event.kind in {"update", "epoch", "step", "set"} for event in self.training.events())

    # -- statements

    def block(self, statements: Sequence[ast.stmt], scope: Scope) -> Flow:
        """Read statements in order; what follows a condition on the turn belongs to its two ways."""
        for i, statement in enumerate(statements):
            rest = statements[i + 1 :]
            skipped, left = len(self.skipped), self.ways_out.mark()
            if isinstance(statement, ast.With | ast.AsyncWith):
                suppressing = self.tries.suppressing(statement)
                with self._left_through(statement):
                    flow = (
                        self.with_blocks.read(statement, scope)
                        if suppressing is None
                        else self.tries.read(suppressing, scope)
                    )
            elif isinstance(statement, ast.Try):
                with self._left_through(statement):
                    flow = self.tries.read(statement, scope)
            elif isinstance(statement, ast.If):
                test = self.conditions.test(statement.test, scope)
                if isinstance(test, Symbol):
                    if id(statement) in self.leaving:
                        raise NotAlike
                    if has_flow(statement):
                        return self.conditions.ways(
                            test, [*statement.body, *rest], [*statement.orelse, *rest], scope
                        )
                    flow = self.conditions.ways(test, statement.body, statement.orelse, scope)
                else:
                    flow = self.conditions.known(statement, test, scope)
                    if flow is None and skips_the_turn(taken(statement, test)):
                        self.skipped.append((statement, test))
                        return self._unless_skipped(statement, test, rest, scope)
            else:
                flow = self._statement(statement, scope)
            if flow is not None:
                return flow
            if isinstance(statement, ast.With | ast.AsyncWith | ast.Try):
                within = ifs_that_leave(statement)
                behind = [
                    each
                    for each in self.skipped[skipped:]
                    if id(each[0]) in within or isinstance(each[0], ast.ExceptHandler)
                ]
                if behind:
                    return self._unless_skipped(*behind[-1], rest, scope)
            if self.ways_out.mark() > left:
                return self.ways_out.behind(left, rest, scope)
        return None

    @contextmanager
    def _breaks_of_its_own(self) -> Iterator[None]:
        """A loop inside one whose turns are read together: what leaves it leaves no other."""
        outer, test = self.breaks, self.objects.test
        if outer is None:
            yield
            return
        self.breaks = []
        try:
            yield
            if any(each is not test for each in self.breaks):
                # In which of its turns it is left hangs on the outer one's.
                raise NotAlike
        finally:
            self.breaks = outer

    @contextmanager
    def _left_through(self, statement: ast.stmt) -> Iterator[None]:
        """While a ``with`` or ``try`` is read: conditions on the turn that leave it skip what is behind."""
        before = self.leaving
        self.leaving |= ifs_that_leave(statement)
        try:
            yield
        finally:
            self.leaving = before

    def _unless_skipped(
        self, statement: ast.If | ast.ExceptHandler, test: Any, rest: Sequence[ast.stmt], scope: Scope
    ) -> Flow:
        """Read behind an open ``continue``: a rate changes there with an update, or neither does."""
        earlier = [event.kind for event in self.training.of_this_turn()]
        before = self.training.mark()
        flow = self.block(rest, scope)
        later = {event.kind for event in self.training.since(before)}
        changes, updates = bool(later & _CHANGES), bool(later & {"update", "epoch"})
        if isinstance(test, Unknown) and test.changed and self.evaluator.lanes is not None and later:
            raise NotAlike
        alone = changes and not updates
        if alone or (updates and not _CHANGES.isdisjoint(earlier)):
            what = "the scheduler's step" if alone else "the optimizer's step"
            if isinstance(test, Unknown | Path) and isinstance(statement, ast.If):
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

    def touching(self, name: str) -> bool:
        """True where a call, by its name, may touch a rate."""
        return self.evaluator.touches(name)

    def _read(self, statement: ast.stmt, scope: Scope) -> Flow:
        self.coverage.note(statement)
        given = getattr(statement, "value", None)
        if isinstance(given, ast.Yield | ast.YieldFrom):
            flow = self.generators.yielded(given, scope)
            if flow is not None or isinstance(statement, ast.Expr):
                return flow
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            self._assign(statement, scope)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            bind_import(statement, scope)
            bind_star(statement, scope, self.evaluator.registry)
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            define(self.evaluator, statement, scope)
        elif isinstance(statement, ast.For | ast.AsyncFor):
            with self.ways_out.of_loop(), self._breaks_of_its_own():
                return self.loops.over(statement, scope)
        elif isinstance(statement, ast.While):
            with self.ways_out.of_loop(), self._breaks_of_its_own():
                return self.loops.as_long(statement, scope)
        elif isinstance(statement, ast.Match):
            return self._match(statement, scope)
        elif isinstance(statement, ast.Return):
            returned = NOTHING if statement.value is None else self.evaluator.value(statement.value, scope)
            self.returned.append(returned)
            if self.open_condition is not None and self.active:
                self._returned_under.setdefault(id(self.active[-1]), self.open_condition)
            return "return"
        elif isinstance(statement, ast.Break):
            if self.breaks is not None:
                self.breaks.append(self.objects.test)
            return "break"
        elif isinstance(statement, ast.Continue):
            return "continue"
        elif isinstance(statement, ast.Global | ast.Nonlocal):
            bind_elsewhere(self.evaluator, statement, scope)
        elif isinstance(statement, ast.Expr):
            self._expression(statement.value, scope)
        elif isinstance(statement, ast.Delete):
            self._delete(statement, scope)
        elif isinstance(statement, ast.Assert):
            held = self.evaluator.value(statement.test, scope)
            if self.tries.catches("AssertionError"):
                known = isinstance(held, bool)
                self.tries.happens("AssertionError", statement, comes=not held if known else None)
        elif isinstance(statement, ast.Raise):
            self.tries.throw(statement, scope)
            return "return"
        return None

    def _match(self, statement: ast.Match, scope: Scope) -> Flow:
        """The case that is taken; all of them where it is not known which."""
        case = case_of(self.evaluator, statement, scope)
        if case is not OPEN:
            for each in statement.cases:
                if each is not case:
                    self.coverage.pass_by(each.body)
            return None if case is None else self.block(case.body, scope)
        if self.evaluator.lanes is not None:
            # Turn by turn it is known where it hangs on the turn.
            subject = self.evaluator.value(statement.subject, scope)
            if isinstance(subject, Symbol):
                raise NotAlike
        ways: list[Sequence[ast.stmt]] = [each.body for each in statement.cases]
        if not any(isinstance(c.pattern, ast.MatchAs) and c.pattern.pattern is None for c in statement.cases):
            ways.append(())
        return self.conditions.branches(ways, scope, None, statement)

    def _assign(self, statement: ast.Assign | ast.AnnAssign | ast.AugAssign, scope: Scope) -> None:
        if self.iterators.restarts(statement, scope):
            return
        assign(self.evaluator, statement, scope)
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        for each in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
            self._label(each, statement, scope)

    def _label(self, target: ast.expr, statement: ast.stmt, scope: Scope) -> None:
        """What an assigned schedule is called: the name that the text gives it first."""
        made = scope.find(target.id) if isinstance(target, ast.Name) else None
        if isinstance(target, ast.Attribute):
            made = self.evaluator.value(target, scope)
        if isinstance(made, dict):
            made = self.evaluator.making.configured(made, statement)
        if isinstance(made, Made | Instance | Function):
            self.labels.setdefault(id(made), ast.unparse(target))
            self._labelled.append(made)

    def _expression(self, node: ast.expr, scope: Scope) -> None:
        if isinstance(node, ast.Call) and last_part(node.func) == "fit":
            self._note_fitted(node, scope)
            if is_plain_place(node.func):
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
        if isinstance(node, ast.GeneratorExp) or (
            isinstance(node, ast.Call) and last_part(node.func) == "map"
        ):
            # Nothing asks for its members: Python computes none of them.
            return
        with self.lengths.aside() if tells_a_person(node) else nullcontext():
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

    def _note_fitted(self, node: ast.Call, scope: Scope) -> None:
        """Take note of the object of the text that a trainer is told to fit, and of what it is made with."""
        model = (
            node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "model"), None)
        )
        made_with: dict[str, Any] = {}
        if isinstance(model, ast.Call) and isinstance(self.evaluator.value(model.func, scope), UserClass):
            calls = self.evaluator.calls
            made_with = {str(i): value for i, (value, _) in enumerate(calls.positional(model, scope))}
            made_with |= {name: value for name, (value, _) in calls.named(model, scope).items()}
        elif not isinstance(model, ast.Name | ast.Attribute):
            return
        value = self.evaluator.value(model, scope)
        if isinstance(value, Instance):
            self.fitted.append((value, made_with))

    def _delete(self, statement: ast.Delete, scope: Scope) -> None:
        """``del held[key]``, and a name; a scheduler's is told where it is asked for."""
        for target in statement.targets:
            if isinstance(target, ast.Name):
                names, held = scope.home(target.id).names, scope.find(target.id)
                if isinstance(held, Function) or objects_in(held):
                    if self.evaluator.lanes is not None:
                        raise NotAlike
                    bind(self.evaluator, target, Unknown(target.id, statement), scope)
                elif self.evaluator.journaling:
                    bind(self.evaluator, target, Unknown(target.id, target, changed=True), scope)
                elif target.id in names:
                    del names[target.id]
                    self.evaluator.note_change()
            elif isinstance(target, ast.Subscript):
                owner = self.evaluator.value(target.value, scope)
                at = self.evaluator.value(target.slice, scope)
                if isinstance(owner, list | dict):
                    change(self.evaluator, owner, "__delitem__", [at], {}, statement)
            elif isinstance(target, ast.Attribute):
                delete_attribute(
                    self.evaluator, self.evaluator.value(target.value, scope), target.attr, target
                )

    def forget(self, statements: Sequence[ast.AST], scope: Scope) -> None:
        """Forget what statements which are not run could have changed: names, and what containers hold."""
        Forgetting(self.evaluator).forget(statements, scope)
