"""A training script or snippet, walked for its schedulers."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeGuard

from lrplot.errors import NotationError
from lrplot.notations.changes import changed, is_mutation
from lrplot.notations.evaluator import Evaluator
from lrplot.notations.frameworks import names
from lrplot.notations.functions import assign, bind, define
from lrplot.notations.imports import bind_import
from lrplot.notations.optimizers import OPTIMIZERS
from lrplot.notations.values import (
    NOTHING,
    Function,
    Instance,
    Made,
    Nothing,
    Optimizer,
    Path,
    Scope,
    Unknown,
    UserClass,
)

_LENGTHS: Final = ("max_iters", "max_steps", "total_steps", "num_training_steps")
"""Names whose value says how many steps are trained, where no loop does."""
_SWITCHES: Final[Mapping[Any, bool]] = {"store_true": False, "store_false": True}
_EPOCHS: Final = ("epochs", "num_epochs", "max_epochs", "n_epochs")


class Script:
    """Walks statements: names are bound, loops and training calls are only looked at.

    After :meth:`run`, the evaluator holds what was made. Where the script says how long it trains, ``turns``
    is how often its loop steps the scheduler, and ``by_epoch`` whether that is once an epoch; ``epochs`` is
    what a ``fit`` is told; ``steps_per_epoch`` the optimizer's steps in an epoch, however it is known.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self.scope = Scope()
        self.labels: dict[int, str] = {}
        self._labelled: list[Any] = []
        self.turns: int | None = None
        self.by_epoch = False
        self.epochs: int | None = None
        self.steps_per_epoch: int | None = None
        self._active: list[ast.FunctionDef] = []
        self._walked: list[ast.FunctionDef] = []
        self._returned: list[Any] = []
        self._stopped = False

    def run(self) -> None:
        """Read the whole script; the bodies of its functions where nothing stands outside them."""
        tree = self._evaluator.source.tree
        self._evaluator.walk = self._walk
        self._options(tree)
        self._block(tree.body, self.scope)
        if not self._found():
            for body, owner in self._bodies(tree):
                if body not in self._walked:
                    self._stopped = False
                    self._block(body.body, self._inside(body, owner))
            self._stopped = False
        if not self._found():
            self._plain_functions(tree)
        for name in _LENGTHS:
            self.turns = self.turns or _count(self._evaluator.options.get(name, self.scope.find(name)))

    def _walk(self, function: ast.FunctionDef, scope: Scope) -> Any:
        """A function that the script calls: its statements are walked up to its return."""
        if function in self._active:
            return Unknown(f"{function.name}(…)", function)
        self._active.append(function)
        self._walked.append(function)
        before = self._returned, self._stopped
        self._returned, self._stopped = [], False
        try:
            self._block(function.body, scope)
            return self._result(function)
        finally:
            self._active.pop()
            self._returned, self._stopped = before

    def _result(self, function: ast.FunctionDef) -> Any:
        """What it returns: unknown where it is not known which of several ways was taken."""
        if not self._returned:
            return NOTHING
        first, *others = self._returned
        if not self._stopped or any(other is not first for other in others):
            return Unknown(f"{function.name}(…)", function)
        return first

    def _found(self) -> bool:
        return bool(self._evaluator.made) or any(
            isinstance(optimizer.lr, Made | Function | Instance) for optimizer in self._evaluator.optimizers
        )

    def _bodies(self, tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, Instance | None]]:
        """The functions nobody called, and the object whose method each is."""
        for statement in tree.body:
            if isinstance(statement, ast.FunctionDef):
                yield statement, None
            elif isinstance(statement, ast.ClassDef):
                owner = Instance(UserClass(statement, self.scope), {})
                yield from ((each, owner) for each in statement.body if isinstance(each, ast.FunctionDef))

    def _inside(self, function: ast.FunctionDef, owner: Instance | None) -> Scope:
        """A function's own scope: its parameters, those with defaults bound to them."""
        arguments = function.args
        names = [p.arg for p in (*arguments.posonlyargs, *arguments.args)]
        scope = Scope({}, self.scope)
        scope.names |= {name: Unknown(name, function) for name in names}
        for name, default in zip(names[::-1], arguments.defaults[::-1], strict=False):
            scope.names[name] = self._evaluator.value(default, self.scope)
        if owner is not None and names:
            scope.names[names[0]] = owner
        return scope

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

    def _block(self, statements: Sequence[ast.stmt], scope: Scope) -> None:
        for statement in statements:
            if self._stopped:
                return
            self._statement(statement, scope)

    def _statement(self, statement: ast.stmt, scope: Scope) -> None:
        try:
            self._read(statement, scope)
        except NotationError:
            # A line that cannot be read is a mistake only where a schedule stands in it.
            if _concerns_rates(statement):
                raise
            for target in getattr(statement, "targets", ()):
                bind(self._evaluator, target, Unknown(ast.unparse(target), statement), scope)

    def _read(self, statement: ast.stmt, scope: Scope) -> None:
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            self._assign(statement, scope)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            bind_import(statement, scope)
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            define(self._evaluator, statement, scope)
        elif isinstance(statement, ast.If):
            self._if(statement, scope)
        elif isinstance(statement, ast.For | ast.AsyncFor | ast.While):
            self._loop(statement, scope)
        elif isinstance(statement, ast.With | ast.AsyncWith):
            self._block(statement.body, scope)
        elif isinstance(statement, ast.Try):
            self._block([*statement.body, *statement.orelse], scope)
            self._forget([node for handler in statement.handlers for node in handler.body], scope)
            self._block(statement.finalbody, scope)
        elif isinstance(statement, ast.Match):
            self._branches([case.body for case in statement.cases], scope)
        elif isinstance(statement, ast.Return):
            returned = NOTHING if statement.value is None else self._evaluator.value(statement.value, scope)
            self._returned.append(returned)
            self._stopped = True
        elif isinstance(statement, ast.Global | ast.Nonlocal):
            for name in statement.names:
                self._forget_everywhere(name, statement, scope)
        elif isinstance(statement, ast.Expr):
            self._expression(statement.value, scope)

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
        keywords = (
            node.keywords if isinstance(node, ast.Call) and _last(node.func) in {"fit", "Trainer"} else []
        )
        for keyword in keywords:
            count = _count(self._evaluator.value(keyword.value, scope))
            if keyword.arg in _EPOCHS:
                self.epochs = self.epochs or count
            elif keyword.arg == "steps_per_epoch":
                self.steps_per_epoch = self.steps_per_epoch or count
        value = self._evaluator.value(node, scope)
        if isinstance(node, ast.Call) and is_mutation(node):
            self._mutate(node, scope)
        if isinstance(value, dict):
            self._evaluator.configured(value, node)
        if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], Function):
            self._evaluator.used[id(value[0])] = value[0]

    def _mutate(self, node: ast.Call, scope: Scope) -> None:
        """``list.append`` of what is known; any other change of an object leaves it unknown."""
        assert isinstance(node.func, ast.Attribute)  # noqa: S101 (what is_mutation says)
        owner = self._evaluator.value(node.func.value, scope)
        if isinstance(owner, list) and node.func.attr == "append" and len(node.args) == 1:
            owner.append(self._evaluator.value(node.args[0], scope))
        elif not isinstance(owner, Unknown | Path):
            self._forget([node], scope)

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
        names = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        long = next((name for name in names if name.startswith("--")), names[0] if names else "")
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

    def _if(self, statement: ast.If, scope: Scope) -> None:
        test = self._evaluator.value(statement.test, scope)
        if _is_main(statement.test):
            self._block(statement.body, scope)
        elif isinstance(test, bool | int | float | str | Nothing):
            held = not isinstance(test, Nothing) and bool(test)
            self._block(statement.body if held else statement.orelse, scope)
        else:
            self._branches([statement.body, statement.orelse], scope)

    def _branches(self, ways: Sequence[Sequence[ast.stmt]], scope: Scope) -> None:
        """Ways of which one is taken: all are walked, and what they disagree on is unknown."""
        before, stopped, ends = dict(scope.names), self._stopped, []
        seen: list[dict[str, Any]] = []
        for way in ways:
            scope.names = dict(before)
            self._stopped = stopped
            self._block(way, scope)
            ends.append(self._stopped)
            seen.append(scope.names)
        self._stopped = all(ends)
        scope.names = before
        for name in {name for bound in seen for name in bound}:
            values = [bound.get(name) for bound in seen]
            agreed = all(_same(value, values[0]) for value in values)
            scope.names[name] = values[0] if agreed else Unknown(name, ways[0][0])
        for target in changed([statement for way in ways for statement in way]):
            if isinstance(target, ast.Attribute):
                bind(self._evaluator, target, Unknown(ast.unparse(target), target), scope)

    def _forget_everywhere(self, name: str, node: ast.AST, scope: Scope) -> None:
        outer: Scope | None = scope
        while outer is not None:
            if name in outer.names or outer.outer is None:
                outer.names[name] = Unknown(name, node)
            outer = outer.outer

    def _forget(self, statements: Sequence[ast.AST], scope: Scope) -> None:
        """What statements that are not run could have changed is not known any more."""
        for target in changed(statements):
            bind(self._evaluator, target, Unknown(ast.unparse(target), target), scope)

    def _loop(self, statement: ast.For | ast.AsyncFor | ast.While, scope: Scope) -> None:
        """A loop is not run; one that steps a scheduler says how long training is, and in what it counts."""
        self._count_turns(statement, scope)
        self._forget([statement], scope)

    def _count_turns(self, statement: ast.For | ast.AsyncFor | ast.While, scope: Scope) -> None:
        turns = self._turns(statement, scope)
        if turns is None or self.turns is not None:
            return
        inner = [node for node in ast.walk(statement) if isinstance(node, ast.For) and node is not statement]
        stepped_inside = next((loop for loop in inner if _steps(loop, scope)), None)
        if stepped_inside is not None:
            each = self._turns(stepped_inside, scope) or self._evaluator.around.clock.steps_per_epoch
            self.turns = None if each is None else turns * each
        elif _steps(statement, scope):
            self.turns = turns
            self.by_epoch = bool(inner) or _counts_epochs(statement)
            if inner:
                self.steps_per_epoch = self.steps_per_epoch or self._turns(inner[0], scope)
        elif _counts_epochs(statement):
            self.epochs = self.epochs or turns

    def _turns(self, statement: ast.For | ast.AsyncFor | ast.While, scope: Scope) -> int | None:
        if isinstance(statement, ast.While):
            return None
        iterated = statement.iter
        while isinstance(iterated, ast.Call) and _last(iterated.func) in {"tqdm", "trange", "enumerate"}:
            if _last(iterated.func) == "trange":
                iterated = ast.copy_location(ast.Call(ast.Name("range"), iterated.args, []), iterated)
            elif not iterated.args:
                return None
            else:
                iterated = iterated.args[0]
        over = self._evaluator.value(iterated, scope)
        try:
            return len(over) if isinstance(over, range | list | tuple) else None
        except OverflowError:
            return None


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, Optimizer) and isinstance(b, Optimizer):
        return _same(a.lr, b.lr)
    kinds = (int, float, str, list, tuple, range)
    return a is b or (isinstance(a, kinds) and isinstance(b, kinds) and bool(a == b))


def _count(value: Any) -> int | None:
    """A number of steps or epochs, None where the value is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _counts_epochs(statement: ast.For | ast.AsyncFor | ast.While) -> bool:
    return not isinstance(statement, ast.While) and "epoch" in ast.unparse(statement.target).lower()


def _is_optimizer(node: ast.Call) -> bool:
    """``dict(type="SGD", lr=…)``."""
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    kind = given.get("type")
    return _last(node.func) == "dict" and isinstance(kind, ast.Constant) and kind.value in OPTIMIZERS


def _concerns_rates(statement: ast.stmt) -> bool:
    """Whether a framework's schedule or an optimizer is called in it, or something near one."""
    known = {*names(), *OPTIMIZERS}
    called = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    if any(_last(function) in known for function in called):
        return True
    texts = (node.value for node in ast.walk(statement) if isinstance(node, ast.Constant))
    if any(isinstance(text, str) and text in known for text in texts):
        return True
    dotted = (ast.unparse(node) for node in ast.walk(statement) if isinstance(node, ast.Attribute))
    return any("lr_scheduler." in name or "schedules." in name for name in dotted)


def _gives_rate(statement: ast.stmt, parameters: int) -> TypeGuard[ast.FunctionDef]:
    """Whether it is a function of so many parameters that is called after the rate."""
    if not isinstance(statement, ast.FunctionDef) or len(statement.args.args) != parameters:
        return False
    return any(word in statement.name.lower() for word in ("lr", "learning_rate", "schedule"))


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_main(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))


def _steps(loop: ast.stmt, scope: Scope) -> bool:
    """Whether a scheduler is stepped in this loop."""
    for node in ast.walk(loop):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "step":
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            if isinstance(scope.find(name), Made) or "sched" in name.lower():
                return True
    return False
