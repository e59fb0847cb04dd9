"""A training script or snippet, read statement by statement; nothing of it is executed."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from lrplot.errors import NotationError
from lrplot.notations import symbols
from lrplot.notations.changes import changed, is_mutation, may_touch
from lrplot.notations.evaluator import Evaluator
from lrplot.notations.expressions import ABSENT, short
from lrplot.notations.frameworks import names
from lrplot.notations.functions import assign, bind, define
from lrplot.notations.imports import bind_import
from lrplot.notations.iterables import Turns, turns_of
from lrplot.notations.lanes import Lanes, NotAlike, carried, carries, placeholder
from lrplot.notations.optimizers import OPTIMIZERS
from lrplot.notations.source import Source
from lrplot.notations.symbols import Symbol
from lrplot.notations.training import Block, Event
from lrplot.notations.values import (
    NOTHING,
    Function,
    Group,
    Instance,
    Made,
    Method,
    Nothing,
    Optimizer,
    Path,
    Refusal,
    Scope,
    Unknown,
    UserClass,
)

_LENGTHS: Final = ("max_iters", "max_steps", "total_steps", "num_training_steps")
"""Names whose value says how many steps are trained, where no loop does."""
_SWITCHES: Final[Mapping[Any, bool]] = {"store_true": False, "store_false": True}
_EPOCHS: Final = ("epochs", "num_epochs", "max_epochs", "n_epochs")
_TOGETHER: Final = 12
"""Turns from which on a loop is read as one expression of the turn: fewer are as quickly followed."""
_UNROLLED: Final = 256
"""Most turns of a loop that is followed though it does not train."""
_FOLLOWED: Final = 200_000
"""Most turns of one loop that are followed one by one."""
_SOUGHT: Final = (1 << 12, 1 << 16, 1 << 20, 1 << 24)
"""Turns among which the end of a ``while`` is looked for."""

Flow = Literal["return", "break", "continue"] | None


@dataclass(slots=True)
class Lengths:
    """How long loops are whose length the text does not say.

    Parameters
    ----------
    batches
        Batches in an epoch, None where nobody says.
    stand_in
        What stands in for the batches of an epoch, and for the turns of another loop. A curve that depends on a
        stand-in is not drawn.
    used
        Which stand-ins were needed, and the first place of each.
    """

    batches: int | None = None
    stand_in: tuple[int, int] = (7, 5)
    used: dict[Literal["batches", "turns"], tuple[ast.AST, str]] = field(default_factory=dict)
    asked: bool = False
    """Whether the batches of an epoch were asked for."""

    def of_loader(self, node: ast.AST, text: str) -> int:
        """Batches in an epoch."""
        self.asked = True
        if self.batches is not None:
            return self.batches
        self.used.setdefault("batches", (node, text))
        return self.stand_in[0]

    def of_turns(self, node: ast.AST, text: str) -> int:
        """Turns of a loop that is no loader's."""
        self.used.setdefault("turns", (node, text))
        return self.stand_in[1]


class Script:
    """Reads statements: names are bound, loops followed, and what touches a rate becomes an event.

    After :meth:`run`, the evaluator holds what was made and its training the events. Where no loop says how
    long the script trains, ``turns`` and ``epochs`` are what it names as such; ``steps_per_epoch`` likewise.
    """

    def __init__(self, evaluator: Evaluator, lengths: Lengths) -> None:
        self._evaluator = evaluator
        self.objects = evaluator.objects
        self.training = evaluator.objects.training
        self.lengths = lengths
        self.scope = Scope()
        self.labels: dict[int, str] = {}
        self._labelled: list[Any] = []
        self.turns: int | None = None
        self.epochs: int | None = None
        self.steps_per_epoch: int | None = None
        self._active: list[ast.FunctionDef] = []
        self._walked: list[ast.FunctionDef] = []
        self._returned: list[Any] = []
        self._depth = 0
        self._breaks: list[Symbol | None] | None = None
        self.uncertain: list[ast.AST] = []
        self.by_hand: list[ast.FunctionDef] = []
        self.passed_over: list[NotationError] = []
        self._read_statements: set[int] = set()

    @property
    def source(self) -> Source:
        """The text, which errors point into."""
        return self._evaluator.source

    @property
    def tree(self) -> ast.Module:
        """The text."""
        return self._evaluator.source.tree

    def followed_past(self, statement: ast.stmt) -> bool:
        """Whether a statement was reached, or the way to it is one that is never taken."""
        return id(statement) in self._read_statements

    def reached(self, node: ast.AST) -> bool:
        """Whether a place of the text stands in a statement that was read."""
        return id(node) in self._inside_read()

    def _inside_read(self) -> set[int]:
        found: set[int] = set()
        for statement in ast.walk(self.tree):
            kinds = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr | ast.Return
            if isinstance(statement, kinds) and id(statement) in self._read_statements:
                found |= {id(inner) for inner in _outside_lambdas(statement)}
        return found

    # -- the whole text

    def run(self) -> None:
        """Read the whole script; the bodies of its functions where nothing stands outside them."""
        tree = self._evaluator.source.tree
        self._evaluator.walk = self._walk
        self._options(tree)
        self._block(tree.body, self.scope)
        if not self._trains():
            self._unattended()
        if not self._found():
            for body, owner in self._bodies(tree):
                if body not in self._walked and not _sets_rates(body):
                    self._uncalled(body, owner)
            if not self._trains():
                self._unattended()
        if not self._found():
            self._schedules_by_hand(tree)
        if not self._found():
            self._plain_functions(tree)
        for name in _LENGTHS:
            self.turns = self.turns or _count(self._evaluator.options.get(name, self.scope.find(name)))

    def _uncalled(self, body: ast.FunctionDef, owner: Instance | None) -> None:
        scope = self._inside(body, owner)
        self._active.append(body)
        before, self._returned = self._returned, []
        try:
            self._block(body.body, scope)
            if body.name == "configure_optimizers" and self._returned:
                self._evaluator.configured_by_trainer.append((body, self._result(body)))
        finally:
            self._active.pop()
            self._returned = before

    def _walk(self, function: ast.FunctionDef, scope: Scope) -> Any:
        """A function that the script calls: its statements are read up to its return."""
        if function in self._active:
            return Unknown(f"{function.name}(…)", function)
        self._active.append(function)
        self._walked.append(function)
        before = self._returned, self._depth
        self._returned = []
        try:
            flow = self._block(function.body, scope)
            return self._result(function, certain=flow == "return")
        finally:
            self._active.pop()
            self._returned, self._depth = before

    def _result(self, function: ast.FunctionDef, *, certain: bool = True) -> Any:
        """What it returns: unknown where it is not known which of several ways was taken."""
        if not self._returned:
            return NOTHING
        first, *others = self._returned
        if not certain or any(not _same(other, first) for other in others):
            held = [made for value in self._returned for made in _objects(value)]
            because = next((v.because for v in self._returned if isinstance(v, Unknown) and v.because), None)
            return Unknown(f"{function.name}(…)", function, because or self._open_condition, tuple(held))
        return first

    _open_condition: Unknown | Path | None = None

    def _found(self) -> bool:
        return (
            bool(self._evaluator.made)
            or any(isinstance(o.lr, Made | Function | Instance) for o in self._evaluator.optimizers)
            or any(event.kind in {"set", "scale"} for event in self.training.events())
        )

    def _bodies(self, tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, Instance | None]]:
        """The functions nobody called, and the object whose method each is."""
        for statement in tree.body:
            if isinstance(statement, ast.FunctionDef):
                yield statement, None
            elif isinstance(statement, ast.ClassDef):
                owner = Instance(UserClass(statement, self.scope), {})
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
            scope.names[name] = self._evaluator.value(default, self.scope)
        for p, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if default is not None:
                scope.names[p.arg] = self._evaluator.value(default, self.scope)
        if owner is not None and names_:
            scope.names[names_[0]] = owner
        return scope

    def _schedules_by_hand(self, tree: ast.Module) -> None:
        """A function that writes the rate of its step into an optimizer, where nothing in the text calls it."""
        for body, owner in self._bodies(tree):
            counting = _counting_parameter(body)
            if not _sets_rates(body) or counting is None or body in self._walked:
                continue
            scope = self._inside(body, owner)
            for name, value in scope.names.items():
                if isinstance(value, Unknown) and self.objects.is_optimizers_name(Path(name, body)):
                    scope.names[name] = self.objects.named(value)
            scope.names[counting] = symbols.STEP
            lanes = Lanes(None)
            self._evaluator.lanes, before = lanes, self._evaluator.lanes
            self.training.begin(0)
            try:
                self._block(body.body, scope)
            except NotAlike:
                raise self._evaluator.source.refuse(
                    f"{body.name} sets the rate in a way that is not read; paste the loop that calls it", body
                ) from None
            finally:
                self.training.end()
                self._evaluator.lanes = before
            self.by_hand.append(body)

    def _trains(self) -> bool:
        """Whether anything has happened to an optimizer."""
        return any(event.kind in {"update", "epoch", "step", "set"} for event in self.training.events())

    def _unattended(self) -> None:
        """An object of the script whose ``step()`` trains and writes the rate, and that no loop here calls."""
        for instance in self._evaluator.instances:
            method = instance.of.method("step")
            if method is None or not _writes_rates(method):
                continue
            call = ast.Call(ast.Attribute(ast.Name("self_"), "step", ast.Load()), [], [])
            loop = ast.While(ast.Constant(value=True), [ast.Expr(call)], [])
            ast.copy_location(loop, instance.of.node)
            ast.fix_missing_locations(loop)
            if self._together(loop, None, None, Scope({"self_": instance}, self.scope)) is not None:
                self.by_hand.append(method)

    def _plain_functions(self, tree: ast.Module) -> None:
        """A function of the step alone, as training code without a scheduler has it: ``get_lr(it)``."""
        found = [self._evaluator.function(each, self.scope) for each in tree.body if _gives_rate(each, 1)]
        for instance in self._evaluator.instances:
            methods = [each for each in instance.of.node.body if _gives_rate(each, 2)]
            found += [Function(each, instance.of.scope, first=(instance,)) for each in methods]
        for function in found:
            self._evaluator.made.append(function)
            self.labels[id(function)] = function.name
            note = f"{function.name} is read as a function of the step that gives the rate"
            self._evaluator.notes[note] = None

    # -- statements

    def _block(self, statements: Sequence[ast.stmt], scope: Scope) -> Flow:
        """Read statements in order; what follows a condition on the turn belongs to its two ways."""
        for i, statement in enumerate(statements):
            rest = statements[i + 1 :]
            if isinstance(statement, ast.With | ast.AsyncWith):
                flow = self._with(statement, scope)
            elif isinstance(statement, ast.Try):
                flow = self._try(statement, scope)
            elif isinstance(statement, ast.If):
                test = self._test(statement.test, scope)
                if isinstance(test, Symbol):
                    if _has_flow(statement):
                        return self._ways(test, [*statement.body, *rest], [*statement.orelse, *rest], scope)
                    flow = self._ways(test, statement.body, statement.orelse, scope)
                else:
                    flow = self._if(statement, test, scope)
            else:
                flow = self._statement(statement, scope)
            if flow is not None:
                return flow
        return None

    def _statement(self, statement: ast.stmt, scope: Scope) -> Flow:
        try:
            return self._read(statement, scope)
        except NotationError as error:
            # A line that cannot be read is a mistake only where it may touch a rate.
            if error.certain or _concerns_rates(statement) or may_touch(statement, self._touching):
                error.certain = True
                raise
            self.passed_over.append(error)
            held = [
                made
                for node in ast.walk(statement)
                if isinstance(node, ast.Name)
                for made in _objects(scope.find(node.id))
            ]
            for target in getattr(statement, "targets", ()):
                unread = Unknown(ast.unparse(target), statement, holds=tuple(held))
                bind(self._evaluator, target, unread, scope)
            return None

    def _touching(self, name: str) -> bool:
        """Whether a function of the script, by its name, may touch a rate."""
        return name in self._evaluator.touching

    def _read(self, statement: ast.stmt, scope: Scope) -> Flow:
        self._read_statements.add(id(statement))
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            self._assign(statement, scope)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            bind_import(statement, scope)
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            define(self._evaluator, statement, scope)
        elif isinstance(statement, ast.For | ast.AsyncFor):
            return self._for(statement, scope)
        elif isinstance(statement, ast.While):
            return self._while(statement, scope)
        elif isinstance(statement, ast.Match):
            self._branches([case.body for case in statement.cases], scope, None)
        elif isinstance(statement, ast.Return):
            returned = NOTHING if statement.value is None else self._evaluator.value(statement.value, scope)
            self._returned.append(returned)
            return "return"
        elif isinstance(statement, ast.Break):
            if self._breaks is not None:
                self._breaks.append(self.objects.test)
            return "break"
        elif isinstance(statement, ast.Continue):
            return "continue"
        elif isinstance(statement, ast.Global | ast.Nonlocal):
            self._elsewhere(statement, scope)
        elif isinstance(statement, ast.Expr):
            self._expression(statement.value, scope)
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
                and _is_plain_place(context.func)
            ):
                owner = self._evaluator.value(context.func.value, scope)
                if context.func.attr == "accumulate":
                    leaving.append(self._accumulating(owner, context))
                    continue
                if context.func.attr == "dampening" and isinstance(owner, Made):
                    event = Event("dampen", context, owner.optimizer, owner)
                    leaving.append(lambda event=event: self.objects.add(event))
                    continue
            value = self._evaluator.value(context, scope)
            if item.optional_vars is not None:
                bind(self._evaluator, item.optional_vars, value, scope)
        flow = self._block(statement.body, scope)
        for leave in leaving:
            leave()
        return flow

    def _accumulating(self, owner: Any, node: ast.Call) -> Callable[[], None]:
        """Accelerate's ``accumulate``: what it prepared steps every so many batches, and at the last."""
        every = owner.named.get("gradient_accumulation_steps", 1) if isinstance(owner, Unknown) else None
        if every is None:
            every = Unknown(f"{ast.unparse(node.func.value)}.gradient_accumulation_steps", node)  # type: ignore[attr-defined]
        if isinstance(every, Unknown | Path):
            raise self._evaluator.not_known(every)
        turn, count = self.objects.turn
        before = self.objects.sync
        if isinstance(every, int) and every > 1:
            place = symbols.combine(ast.Add(), turn, 1) if isinstance(turn, Symbol) else turn + 1
            if isinstance(place, Symbol):
                regular = symbols.compare([ast.Eq()], [symbols.combine(ast.Mod(), place, every), 0])
                last = symbols.compare([ast.Eq()], [place, count])
                self.objects.sync = symbols.either(ast.Or(), [regular, last])
            else:
                self.objects.sync = place % every == 0 or place == count

        def leave() -> None:
            self.objects.sync = before

        return leave

    def _try(self, statement: ast.Try, scope: Scope) -> Flow:
        flow = self._block([*statement.body, *statement.orelse], scope)
        self._forget([node for handler in statement.handlers for node in handler.body], scope)
        return self._block(statement.finalbody, scope) or flow

    def _assign(self, statement: ast.Assign | ast.AnnAssign | ast.AugAssign, scope: Scope) -> None:
        assign(self._evaluator, statement, scope)
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        made = scope.find(target.id) if isinstance(target, ast.Name) else None
        if isinstance(target, ast.Attribute):
            made = self._evaluator.value(target, scope)
        if isinstance(made, dict):
            made = self._evaluator.configured(made, statement)
        if isinstance(made, Made | Instance | Function):
            self.labels.setdefault(id(made), ast.unparse(target))
            self._labelled.append(made)

    def _expression(self, node: ast.expr, scope: Scope) -> None:
        if isinstance(node, ast.Call) and _last(node.func) == "fit" and _is_plain_place(node.func):
            self._fit(node, scope)
        keywords = (
            node.keywords if isinstance(node, ast.Call) and _last(node.func) in {"fit", "Trainer"} else []
        )
        for keyword in keywords:
            count = _count(self._evaluator.value(keyword.value, scope))
            if keyword.arg in _EPOCHS:
                self.epochs = self.epochs or count
            elif keyword.arg == "steps_per_epoch":
                self.steps_per_epoch = self.steps_per_epoch or count
        mutates = isinstance(node, ast.Call) and is_mutation(node) and _is_plain_place(node.func)
        if mutates and self._mutate(node, scope):  # type: ignore[arg-type]
            return
        value = self._evaluator.value(node, scope)
        if isinstance(value, dict):
            self._evaluator.configured(value, node)
        if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], Function):
            self._evaluator.used[id(value[0])] = value[0]

    def _fit(self, node: ast.Call, scope: Scope) -> None:
        """``trainer.fit(module, loader)``: an epoch's updates, where the loader tells its batches."""
        trainer = (
            self._evaluator.value(node.func.value, scope) if isinstance(node.func, ast.Attribute) else None
        )
        every = trainer.named.get("accumulate_grad_batches", 1) if isinstance(trainer, Unknown) else 1
        loaders = [self._evaluator.value(each, scope) for each in node.args]
        loaders += [
            self._evaluator.value(k.value, scope) for k in node.keywords if k.arg == "train_dataloaders"
        ]
        batches = next((v.length for v in loaders if isinstance(v, Unknown) and v.length), None)
        if batches is not None and isinstance(every, int) and every > 0:
            self.steps_per_epoch = self.steps_per_epoch or -(-batches // every)

    def _mutate(self, node: ast.Call, scope: Scope) -> bool:
        """``list.append`` of what is known; any other change of a list or dictionary leaves it unknown."""
        assert isinstance(node.func, ast.Attribute)  # noqa: S101 (what is_mutation says)
        owner = self._evaluator.value(node.func.value, scope)
        if isinstance(owner, list) and node.func.attr == "append" and len(node.args) == 1:
            if self._evaluator.journaling:
                self._forget([node], scope)
            else:
                owner.append(self._evaluator.value(node.args[0], scope))
            return True
        if isinstance(owner, list | dict):
            self._evaluator.value(node, scope)
            self._forget([node], scope)
            return True
        return False

    # -- conditions

    def _test(self, node: ast.expr, scope: Scope) -> Any:
        """What a condition is: True, False, an expression of the turn, or open."""
        if _is_main(node):
            return True
        try:
            value = self._evaluator.value(node, scope)
        except NotationError as error:
            if error.certain:
                raise
            return Unknown(short(node), node)
        if isinstance(value, Unknown | Path):
            return value
        if isinstance(value, Symbol):
            return Unknown(short(node), node) if value.power or self._evaluator.lanes is None else value
        return not isinstance(value, Nothing) and (bool(value) if _is_plain(value) else True)

    def _if(self, statement: ast.If, test: Any, scope: Scope) -> Flow:
        if isinstance(test, bool):
            return self._block(statement.body if test else statement.orelse, scope)
        return self._branches([statement.body, statement.orelse], scope, test, statement)

    def _ways(self, test: Symbol, yes: Sequence[ast.stmt], no: Sequence[ast.stmt], scope: Scope) -> Flow:
        """Both ways of a condition on the turn, each under it; what they bind becomes a choice."""
        with self._evaluator.journaled():
            return self._both_ways(test, yes, no, scope)

    def _both_ways(self, test: Symbol, yes: Sequence[ast.stmt], no: Sequence[ast.stmt], scope: Scope) -> Flow:
        outer = self.objects.test
        journal = self._evaluator.journal
        ways: list[tuple[Symbol, Sequence[ast.stmt]]] = [(test, yes), (symbols.invert(test), no)]
        written: list[dict[tuple[int, Any], tuple[Any, Any]]] = []
        before: dict[tuple[int, Any], Any] = {}
        returned = len(self._returned)
        flows: list[Flow] = []
        for condition, body in ways:
            self.objects.test = condition if outer is None else symbols.either(ast.And(), [outer, condition])
            mark = len(journal)
            try:
                flows.append(self._block(body, scope))
            finally:
                self.objects.test = outer
            cells: dict[tuple[int, Any], tuple[Any, Any]] = {}
            for container, key, old in journal[mark:]:
                before.setdefault((id(container), key), old)
                cells[id(container), key] = (
                    container,
                    container.get(key, ABSENT) if isinstance(container, dict) else container[key],
                )
            self._evaluator.rewind(mark)
            written.append(cells)
        for cell in {**written[0], **written[1]}:
            container, key = (written[0].get(cell) or written[1][cell])[0], cell[1]
            a = written[0].get(cell, (None, before[cell]))[1]
            b = written[1].get(cell, (None, before[cell]))[1]
            self._evaluator.write(container, key, self._chosen(test, a, b, key))
        if "return" in flows:
            values = self._returned[returned:]
            del self._returned[returned:]
            if flows == ["return", "return"] and len(values) == 2:
                self._returned.append(self._chosen(test, values[0], values[1], "return"))
                return "return"
            raise NotAlike
        return None if None in flows else "continue"

    def _chosen(self, test: Symbol, a: Any, b: Any, key: Any) -> Any:
        if a is b or (isinstance(a, Symbol) and isinstance(b, Symbol) and _same(a, b)):
            return a
        if a is ABSENT or b is ABSENT:
            return b if a is ABSENT else a
        if isinstance(a, Unknown | Path) or isinstance(b, Unknown | Path):
            return a if isinstance(a, Unknown | Path) else b
        if _objects(a) or _objects(b):
            raise NotAlike
        try:
            return symbols.choose(test, a, b)
        except Refusal:
            if _same(a, b):
                return a
            return Unknown(str(key), self._evaluator.source.tree)

    def _branches(
        self,
        ways: Sequence[Sequence[ast.stmt]],
        scope: Scope,
        test: Unknown | Path | None,
        statement: ast.stmt | None = None,
    ) -> Flow:
        """Ways of which one is taken, and it is not known which: what they disagree on is unknown."""
        with self._evaluator.journaled():
            return self._either_way(ways, scope, test, statement)

    def _either_way(
        self,
        ways: Sequence[Sequence[ast.stmt]],
        scope: Scope,
        test: Unknown | Path | None,
        statement: ast.stmt | None,
    ) -> Flow:
        evaluator, training = self._evaluator, self.training
        seen: list[dict[tuple[int, Any], tuple[Any, Any]]] = []
        before: dict[tuple[int, Any], Any] = {}
        happened: list[list[Event]] = []
        flows: list[Flow] = []
        outer_condition = self._open_condition
        if test is not None:
            self._open_condition = test
        for way in ways:
            mark, then = len(evaluator.journal), training.mark()
            flows.append(self._block(way, scope))
            cells = {}
            for container, key, old in evaluator.journal[mark:]:
                before.setdefault((id(container), key), old)
                now = container.get(key, ABSENT) if isinstance(container, dict) else container[key]
                cells[id(container), key] = (container, now)
            evaluator.rewind(mark)
            seen.append(cells)
            happened.append(training.since(then))
            training.undo(then)
        self._open_condition = outer_condition
        # A way that leaves the function or the loop is not the one that trains on.
        staying = [i for i, flow in enumerate(flows) if flow is None]
        self._settle(happened, staying, test, statement)
        for cell in {key: None for cells in seen for key in cells}:
            container = next(cells[cell][0] for cells in seen if cell in cells)
            values = [cells[cell][1] if cell in cells else before[cell] for cells in seen]
            values = [values[i] for i in staying] or values
            agreed = all(_same(value, values[0]) for value in values)
            at = (statement or ways[0][0]) if ways[0] or statement else self._evaluator.source.tree
            new = (
                values[0]
                if agreed
                else Unknown(
                    _cell_name(cell[1]),
                    at,
                    because=test,
                    holds=tuple(made for value in values for made in _objects(value)),
                )
            )
            evaluator.write(container, cell[1], new)
        return flows[0] if flows and not staying and all(flow == flows[0] for flow in flows) else None

    def _settle(
        self,
        happened: Sequence[list[Event]],
        staying: Sequence[int],
        test: Unknown | Path | None,
        statement: ast.stmt | None,
    ) -> None:
        """What happens either way has happened; a rate that is touched one way only is refused."""
        for event in (event for way in happened for event in way if event.kind == "made"):
            self.training.add(event)
        happened = [[event for event in way if event.kind != "made"] for way in happened]
        ways = [happened[i] for i in staying] or list(happened)
        if all(_alike(way, ways[0]) for way in ways):
            for event in ways[0]:
                self.training.add(event)
            return
        telling = [[event for event in way if event.kind not in {"epoch", "turn", "loader"}] for way in ways]
        if not any(telling):
            for event in max(ways, key=len):
                self.training.add(event)
            return
        if all(_alike(way, telling[0]) for way in telling):
            for event in telling[0]:
                self.training.add(event)
            return
        at = statement.test if isinstance(statement, ast.If) else self._evaluator.source.tree
        if test is None:
            raise self._evaluator.source.refuse("which of these ways is taken is not known", at)
        touched = next(event for way in telling for event in way)
        what = {"update": "the optimizer's step", "set": "a rate", "scale": "a rate"}.get(
            touched.kind, "the scheduler's step"
        )
        raise self._evaluator.not_known(
            _openable(test, at), f"and {what} (line {getattr(touched.node, 'lineno', '?')}) depends on it"
        )

    def _forget(self, statements: Sequence[ast.AST], scope: Scope) -> None:
        """What statements that are not run could have changed is not known any more."""
        for target in changed(statements):
            bind(self._evaluator, target, Unknown(ast.unparse(target), target), scope)

    # -- loops

    def _for(self, statement: ast.For | ast.AsyncFor, scope: Scope) -> Flow:
        turns = turns_of(statement.iter, scope, self._evaluator, self.lengths)
        known = turns.count is not None and turns.count > 0 and not turns.batches
        groups = known and _is_of_groups(turns)
        touching = groups or may_touch(statement, self._touching)
        if not touching:
            if turns.count is not None and turns.count <= _UNROLLED and self._evaluator.lanes is None:
                return self._quietly(statement, turns, scope)
            self._forget([statement], scope)
            return None
        count = turns.count
        if count is None:
            count = (
                self.lengths.of_loader(statement.iter, short(turns.source))
                if turns.batches
                else self.lengths.of_turns(statement.iter, short(turns.source))
            )
        together = self._evaluator.lanes is not None
        if together and count > _UNROLLED:
            raise NotAlike
        if (self._depth or turns.batches) and not groups:
            self.objects.add(Event("loader", statement, loop=statement))
        if together or groups:
            return self._one_by_one(statement, count, turns.item, scope)
        self._depth += 1
        self.objects.looping += 1
        try:
            if count >= _TOGETHER and self._together(statement, count, turns, scope) is not None:
                return None
            return self._one_by_one(statement, count, turns.item, scope)
        finally:
            self._depth -= 1
            self.objects.looping -= 1

    def _quietly(self, statement: ast.For | ast.AsyncFor, turns: Turns, scope: Scope) -> Flow:
        """A short loop that touches no rate: followed for what it binds."""
        assert turns.count is not None  # noqa: S101 (the caller's condition)
        for i in range(turns.count):
            bind(self._evaluator, statement.target, turns.item(i), scope)
            flow = self._block(statement.body, scope)
            if flow == "break":
                return None
            if flow == "return":
                return flow
        return self._block(statement.orelse, scope)

    def _one_by_one(
        self, statement: ast.For | ast.AsyncFor, count: int, item: Callable[[int], Any], scope: Scope
    ) -> Flow:
        if count > _FOLLOWED:
            raise self._evaluator.source.refuse(
                f"the {count} turns of this loop differ in a way that must be followed one by one; at most "
                f"{_FOLLOWED} are",
                statement,
            )
        for i in range(count):
            member = item(i)
            of_groups = _has_group(member)
            if not of_groups:
                self.objects.add(Event("turn", statement, loop=statement))
            bind(self._evaluator, statement.target, member, scope)
            outer = self.objects.turn
            if not of_groups:
                self.objects.turn = (i, count)
            flow = self._block(statement.body, scope)
            self.objects.turn = outer
            if not of_groups:
                self._turned(statement)
            if flow == "break":
                return None
            if flow == "return":
                return flow
        return self._block(statement.orelse, scope)

    def _turned(self, statement: ast.stmt) -> None:
        """A turn of the loop ends."""
        self.objects.add(Event("turned", statement, loop=statement))

    def _while(self, statement: ast.While, scope: Scope) -> Flow:
        if not may_touch(statement, self._touching):
            self._forget([statement], scope)
            return None
        if self._evaluator.lanes is not None:
            raise NotAlike
        if self._depth:
            self.training.add(Event("loader", statement, loop=statement))
        self._depth += 1
        self.objects.looping += 1
        try:
            for capacity in _SOUGHT:
                ended = self._together(statement, capacity, None, scope)
                if ended is None:
                    break
                if ended:
                    return None
            return self._while_by_turns(statement, scope)
        finally:
            self._depth -= 1
            self.objects.looping -= 1

    def _while_by_turns(self, statement: ast.While, scope: Scope) -> Flow:
        limit = _FOLLOWED
        ends = not isinstance(statement.test, ast.Constant) or self._may_end(statement, scope)
        for i in range(_FOLLOWED + 1):
            test = self._test(statement.test, scope)
            if test is False:
                return self._block(statement.orelse, scope)
            endless = not isinstance(test, bool) or not ends
            if endless:
                limit = min(limit, self.lengths.of_turns(statement, short(statement.test)))
            if i >= limit:
                return None
            self.objects.add(Event("turn", statement, loop=statement))
            self.objects.turn = (i, limit)
            flow = self._block(statement.body, scope)
            self._turned(statement)
            if flow == "break":
                return None
            if flow == "return":
                return flow
        raise self._evaluator.source.refuse(
            f"this loop is not left after {_FOLLOWED} turns, and they must be followed one by one", statement
        )

    def _may_end(self, statement: ast.While, scope: Scope) -> bool:
        """Whether an endless ``while`` has a way out whose condition is known."""
        for node in ast.walk(statement):
            if isinstance(node, ast.If) and _has_flow(node):
                test = self._test(node.test, scope)
                if isinstance(test, bool | Symbol):
                    return True
        return any(isinstance(node, ast.For) and _has_flow(node) for node in ast.walk(statement))

    # -- turns taken together

    def _together(
        self,
        statement: ast.For | ast.AsyncFor | ast.While,
        count: int | None,
        turns: Turns | None,
        scope: Scope,
    ) -> bool | None:
        """Read a loop's turns as one; whether it ended in them, None where it must be followed by turns."""
        with self._evaluator.journaled():
            return self._as_one(statement, count, turns, scope)

    def _as_one(
        self,
        statement: ast.For | ast.AsyncFor | ast.While,
        count: int | None,
        turns: Turns | None,
        scope: Scope,
    ) -> bool | None:
        evaluator, training = self._evaluator, self.training
        mark, then = len(evaluator.journal), training.mark()
        notes, made = dict(evaluator.notes), len(evaluator.made)
        state = (len(self._returned), self.objects.test, self._breaks, self._depth, len(evaluator.optimizers))
        try:
            cells = self._cells(statement, count, turns, scope)
            lanes = Lanes(count)
            evaluator.lanes = lanes
            start = self._solved(cells, lanes)
            for cell, value in start.items():
                evaluator.write(cells[cell].container, cell[1], value)
            block = training.begin(count or 0)
            self._breaks = []
            self._turn(statement, turns, scope, count or 0)
            training.end()
            if count is None:
                return True
            kept = self._close(block, lanes)
            self._after(mark, lanes, kept - 1)
        except (NotAlike, Refusal):
            evaluator.rewind(mark)
            training.end()
            training.undo(then)
            evaluator.notes.clear()
            evaluator.notes.update(notes)
            del evaluator.made[made:]
            del self._returned[state[0] :]
            return None
        except NotationError:
            evaluator.rewind(mark)
            training.end()
            training.undo(then)
            if self._unsolved:
                # What is carried on in no simple way may still be followed turn by turn.
                evaluator.notes.clear()
                evaluator.notes.update(notes)
                del evaluator.made[made:]
                del self._returned[state[0] :]
                return None
            raise
        finally:
            evaluator.lanes = None
            self.objects.test, self._breaks, self._depth = state[1:4]
        ended = kept < count
        if isinstance(statement, ast.While):
            if not ended:
                # The way out lies farther on, or nowhere.
                evaluator.rewind(mark)
                training.undo(then)
                return False
            return True
        return True

    def _turn(
        self, statement: ast.For | ast.AsyncFor | ast.While, turns: Turns | None, scope: Scope, count: int
    ) -> None:
        """The body once, for all turns."""
        self.objects.turn = (symbols.STEP, count)
        if isinstance(statement, ast.While):
            test = self._test(statement.test, scope)
            if isinstance(test, Unknown | Path) or test is False:
                raise NotAlike
            if isinstance(test, Symbol) and self._breaks is not None:
                self._breaks.append(symbols.invert(test))
                self._left_before = True
                self.objects.test = test
        elif turns is not None:
            bind(self._evaluator, statement.target, turns.item(symbols.STEP), scope)
        self.objects.add(Event("turn", statement, loop=statement))
        flow = self._block(statement.body, scope)
        self._turned(statement)
        if flow in {"return", "break"} or statement.orelse:
            raise NotAlike

    _left_before = False
    _unsolved = False

    def _close(self, block: Block, lanes: Lanes) -> int:
        """Work out when each event of a block happens and what it sets; how many turns there are."""
        count = block.turns
        before = self._left_before
        self._left_before = False
        breaks = self._breaks or []
        for i, test in enumerate(breaks):
            at_top = before and i == 0
            hit = lanes.array(True if test is None else test) != 0
            if hit.any():
                first = int(hit.argmax())
                count = min(count, first if at_top else first + 1)
        if count == 0:
            raise NotAlike
        block.turns = count
        block.events[:] = [closed(event, lanes, count) for event in block.events]
        return count

    def _cells(
        self,
        statement: ast.For | ast.AsyncFor | ast.While,
        count: int | None,
        turns: Turns | None,
        scope: Scope,
    ) -> "dict[tuple[int, Any], _Cell]":
        """What the body writes and the next turn may read, with what it makes of it."""
        evaluator, training = self._evaluator, self.training
        cells: dict[tuple[int, Any], _Cell] = {}
        for _ in range(5):
            mark, then = len(evaluator.journal), training.mark()
            evaluator.lanes = Lanes(count, probing=True)
            self._breaks = []
            for cell in cells.values():
                evaluator.write(cell.container, cell.key, cell.symbol)
            training.begin(count or 0)
            try:
                self._turn(statement, turns, scope, count or 0)
            finally:
                training.end()
                self._left_before = False
            grown = False
            for container, key, old in evaluator.journal[mark:]:
                cell = (id(container), key)
                if cell not in cells and isinstance(old, int | float):
                    cells[cell] = _Cell(container, key, old, placeholder(len(cells)))
                    grown = True
            for cell in cells.values():
                cell.after = _held(cell.container, cell.key)
            evaluator.rewind(mark)
            training.undo(then)
            if not grown:
                return cells
        raise NotAlike

    def _solved(self, cells: "Mapping[tuple[int, Any], _Cell]", lanes: Lanes) -> dict[tuple[int, Any], Any]:
        """What each carried value is when a turn begins, the simple ones first."""
        found: dict[str, Any] = {}
        solved: dict[tuple[int, Any], Any] = {}
        waiting = dict(cells)
        self._unsolved = False
        while waiting:
            before = len(waiting)
            for key, cell in list(waiting.items()):
                after = _substituted(cell.after, found, keep=cell.name)
                try:
                    if isinstance(after, int | float | Symbol):
                        solved[key] = carried(cell.name, cell.first, after, lanes)
                    else:
                        # What is not known after a turn is not known before the next.
                        solved[key] = Unknown(_cell_name(cell.key), self._evaluator.source.tree)
                        self._unsolved = True
                except NotAlike:
                    continue
                found[cell.name] = solved[key]
                del waiting[key]
            if len(waiting) == before:
                self._unsolved = True
                for key, cell in waiting.items():
                    solved[key] = Unknown(_cell_name(cell.key), self._evaluator.source.tree)
                break
        return solved

    def _after(self, mark: int, lanes: Lanes, last: int) -> None:
        """After the loop a value is what the last turn made of it."""
        for container, key, _ in list(self._evaluator.journal[mark:]):
            value = _held(container, key)
            if isinstance(value, Symbol):
                if carries(value):
                    raise NotAlike
                number = float(lanes.array(value)[last]) if not value.power else None
                new: Any = Unknown(_cell_name(key), self._evaluator.source.tree)
                if number is not None:
                    new = int(number) if number.is_integer() else number
                self._evaluator.write(container, key, new)
            elif isinstance(value, symbols.Inner | symbols.Choice | symbols.Running) or (
                isinstance(value, list | tuple | dict) and _mentions(value)
            ):
                self._evaluator.write(container, key, Unknown(_cell_name(key), self._evaluator.source.tree))

    # -- options

    def _options(self, tree: ast.Module) -> None:
        """``parser.add_argument("--lr", default=0.1)`` says what ``args.lr`` is, wherever it stands."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _last(node.func) == "add_argument":
                self._option(node)
            elif isinstance(node, ast.Call) and _is_optimizer(node):
                # A config may say its optimizer after its schedulers.
                self._evaluator.value(node, self.scope)
            elif isinstance(node, ast.keyword) and node.arg == "max_epochs":
                self.epochs = self.epochs or _count(self._evaluator.value(node.value, self.scope))
            elif isinstance(node, ast.keyword) and node.arg == "max_iters":
                self.turns = self.turns or _count(self._evaluator.value(node.value, self.scope))

    def _option(self, node: ast.Call) -> None:
        names_ = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        long = next((name for name in names_ if name.startswith("--")), names_[0] if names_ else "")
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        destination = given.get("dest")
        name = long.lstrip("-").replace("-", "_")
        if isinstance(destination, ast.Constant):
            name = str(destination.value)
        action = given.get("action")
        if isinstance(action, ast.Constant) and action.value in _SWITCHES and "default" not in given:
            self._evaluator.options[name] = _SWITCHES[action.value]
        if "default" not in given:
            return
        value = self._evaluator.value(given["default"], self.scope)
        kind = given.get("type")
        if isinstance(value, str) and isinstance(kind, ast.Name) and kind.id in {"float", "int"}:
            try:
                value = float(value) if kind.id == "float" else int(value)
            except ValueError:
                return
        if not isinstance(value, Unknown | Path):
            self._evaluator.options[name] = value


@dataclass(slots=True)
class _Cell:
    """Something a loop's body writes: a name of a scope, an attribute of an object."""

    container: Any
    key: Any
    first: float
    symbol: Symbol
    after: Any = None

    @property
    def name(self) -> str:
        """The placeholder's name."""
        assert isinstance(self.symbol.node, ast.Name)  # noqa: S101 (made by placeholder)
        return self.symbol.node.id


def closed(event: Event, lanes: Lanes, count: int) -> Event:
    """An event with its turns and values worked out."""
    from dataclasses import replace

    if event.kind == "map":
        raise NotAlike
    mask = None if event.test is None else (lanes.array(event.test) != 0)[:count]
    value: Any = None
    if event.formula is not None:
        value = _values(event.formula, lanes)[:count]
    return replace(event, mask=mask, value=value)


def _values(formula: Any, lanes: Lanes) -> Any:
    if isinstance(formula, symbols.Inner | symbols.Choice | symbols.Running):
        assert lanes.count is not None  # noqa: S101 (a block has so many turns)
        return symbols.schedule_of(formula).table(lanes.count)
    return lanes.array(formula)


def _substituted(value: Any, found: Mapping[str, Any], keep: str) -> Any:
    """A symbol with solved placeholders put in."""
    if not isinstance(value, Symbol):
        return value

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            new = found.get(node.id) if node.id != keep else None
            if isinstance(new, int | float | Symbol):
                return symbols.symbol(new).node
            return node

    tree = ast.parse(ast.unparse(value.node), mode="eval").body
    return Symbol(Put().visit(tree), value.power, value.size)


def _held(container: Any, key: Any) -> Any:
    return container.get(key, ABSENT) if isinstance(container, dict) else container[key]


def _mentions(value: Any) -> bool:
    """Whether a list or dictionary holds something of the turn."""
    if isinstance(value, dict):
        return any(map(_mentions, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_mentions, value))
    return isinstance(value, Symbol | symbols.Inner | symbols.Choice | symbols.Running)


def _objects(value: Any) -> list[Any]:
    if isinstance(value, Made | Optimizer):
        return [value]
    if isinstance(value, Method):
        return [value.owner]
    if isinstance(value, Instance):
        return [
            made
            for each in value.attributes.values()
            if not isinstance(each, Instance)
            for made in _objects(each)
        ]
    if isinstance(value, dict):
        return [made for each in value.values() for made in _objects(each)]
    if isinstance(value, Unknown):
        return list(value.holds)
    if isinstance(value, list | tuple):
        return [made for each in value for made in _objects(each)]
    return []


def _cell_name(key: Any) -> str:
    return str(key)


def _alike(a: Sequence[Event], b: Sequence[Event]) -> bool:
    """Whether the same happens, wherever it is written."""
    return len(a) == len(b) and all(
        x.kind == y.kind
        and x.optimizer is y.optimizer
        and x.scheduler is y.scheduler
        and x.group == y.group
        and x.times == y.times
        and _same(x.formula, y.formula)
        and _same(x.test, y.test)
        for x, y in zip(a, b, strict=True)
    )


def _has_group(member: Any) -> bool:
    return isinstance(member, Group) or (isinstance(member, tuple) and any(map(_has_group, member)))


def _is_of_groups(turns: Turns) -> bool:
    try:
        return _has_group(turns.item(0))
    except (NotAlike, Refusal):
        return False


def _outside_lambdas(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.Lambda):
            yield from _outside_lambdas(child)


def _is_plain_place(node: ast.expr) -> bool:
    """Whether a dotted name can be looked at twice: no call stands in it."""
    return not any(isinstance(inner, ast.Call | ast.NamedExpr) for inner in ast.walk(node))


def _is_plain(value: Any) -> bool:
    return isinstance(value, bool | int | float | str | list | tuple | dict | range)


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, Optimizer) and isinstance(b, Optimizer):
        return a is b or (_same(a.lr, b.lr) and a.name == b.name)
    kinds = (int, float, str, list, tuple, range)
    if isinstance(a, Symbol) and isinstance(b, Symbol):
        return a.text == b.text and a.power == b.power
    return a is b or (isinstance(a, kinds) and isinstance(b, kinds) and bool(a == b))


def _openable(test: Unknown | Path, at: ast.AST) -> Unknown | Path:
    """What has to be bound to settle a condition: an option of the script, or the condition itself."""
    if isinstance(test, Path) or "(" not in test.text:
        return test
    return Unknown(ast.unparse(at), at)


def _has_flow(statement: ast.stmt) -> bool:
    """Whether a way out of the turn or the function stands in it."""

    def inside(node: ast.AST) -> Iterator[ast.AST]:
        yield node
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef | ast.ExceptHandler):
                continue
            yield from inside(child)

    return any(
        isinstance(node, ast.Break | ast.Continue | ast.Return | ast.Raise) for node in inside(statement)
    )


def _count(value: Any) -> int | None:
    """A number of steps or epochs, None where the value is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def counts_epochs(statement: ast.AST | None) -> bool:
    """Whether a loop says by its variable that it counts epochs."""
    return isinstance(statement, ast.For) and "epoch" in ast.unparse(statement.target).lower()


def _is_optimizer(node: ast.Call) -> bool:
    """``dict(type="SGD", lr=…)``."""
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    kind = given.get("type")
    return _last(node.func) == "dict" and isinstance(kind, ast.Constant) and kind.value in OPTIMIZERS


def _concerns_rates(statement: ast.stmt) -> bool:
    """Whether a framework's schedule or an optimizer is called in it, or something near one."""
    if isinstance(
        statement, ast.For | ast.While | ast.With | ast.If | ast.Try | ast.FunctionDef | ast.ClassDef
    ):
        # Its own statements have been judged one by one.
        heads = [getattr(statement, name, None) for name in ("iter", "test")]
        parts: list[ast.AST] = [head for head in heads if head is not None]
    else:
        parts = [statement]
    known = {*names(), *OPTIMIZERS}
    nodes = [node for part in parts for node in ast.walk(part)]
    if any(_last(node.func) in known for node in nodes if isinstance(node, ast.Call)):
        return True
    if any(isinstance(n, ast.Constant) and isinstance(n.value, str) and n.value in known for n in nodes):
        return True
    dotted = (ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute))
    return any("lr_scheduler." in name or "schedules." in name for name in dotted)


def _gives_rate(statement: ast.stmt, parameters: int) -> bool:
    """Whether it is a function of so many parameters that is called after the rate."""
    if not isinstance(statement, ast.FunctionDef):
        return False
    arguments = statement.args.args
    required = len(arguments) - len(statement.args.defaults)
    if not required <= parameters <= len(arguments) or _counts(arguments[parameters - 1].arg) is None:
        return False
    return any(word in statement.name.lower() for word in ("lr", "learning_rate", "schedule", "rate"))


_COUNTING: Final = (
    "step", "it", "iter", "iteration", "epoch", "t", "i", "n", "global_step", "current_step", "num_updates",
    "updates", "iters", "cur_iter", "curr_iter", "cur_step", "n_iter", "step_num", "steps", "curr_step",
    "iter_num", "epoch_num", "cur_epoch", "current_epoch", "train_step", "num_steps", "count", "s", "e", "x", "k",
    "current_iter", "total_iter", "batch_idx", "progress", "time", "tick", "u", "m", "ep", "num_iter",
)  # fmt: skip


def _counts(name: str) -> int | None:
    """How likely a parameter of this name counts the steps: its place in the list, None where it does not."""
    plain = name.lower().strip("_")
    return _COUNTING.index(plain) if plain in _COUNTING else None


def _counting_parameter(function: ast.FunctionDef) -> str | None:
    found = [p.arg for p in (*function.args.posonlyargs, *function.args.args) if _counts(p.arg) is not None]
    return min(found, key=lambda name: _counts(name) or 0) if found else None


def _sets_rates(function: ast.FunctionDef) -> bool:
    """Whether the function writes a rate and steps nothing."""
    from lrplot.notations.changes import sets_a_rate_by_hand, steps_something

    return sets_a_rate_by_hand(function) is not None and not steps_something(function)


def _writes_rates(function: ast.FunctionDef) -> bool:
    """Whether the function writes a rate, by itself."""
    from lrplot.notations.changes import sets_a_rate_by_hand

    return sets_a_rate_by_hand(function) is not None


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_main(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))
