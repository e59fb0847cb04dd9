"""A training script or snippet, walked for its schedulers."""

import ast
from collections.abc import Iterator, Sequence
from typing import Any, Final

from lrplot.errors import NotationError
from lrplot.notations.evaluator import Evaluator
from lrplot.notations.functions import assign, define
from lrplot.notations.values import Function, Instance, Made, Namespace, Optimizer, Path, Scope, Unknown, UserClass

_EPOCHS: Final = ("epochs", "num_epochs", "max_epochs", "n_epochs")


class Script:
    """Walks statements: names are bound, loops and training calls are only looked at.

    After :meth:`run`, the evaluator holds what was made, and ``horizon`` how long the script trains, in
    scheduler steps, where it says so.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self.scope = Scope()
        self.labels: dict[int, str] = {}
        self.horizon: int | None = None
        self._options: dict[str, Any] = {}

    def run(self) -> None:
        """Read the whole script; the bodies of its functions where nothing stands outside them."""
        tree = self._evaluator.source.tree
        self._block(tree.body, self.scope)
        if not self._found():
            for body in self._bodies(tree):
                self._block(body.body, self._inside(body))
        if not self._found():
            self._plain_functions(tree)

    def _found(self) -> bool:
        return bool(self._evaluator.made) or any(
            isinstance(optimizer.lr, Made | Function | Instance) for optimizer in self._evaluator.optimizers
        )

    def _bodies(self, tree: ast.Module) -> Iterator[ast.FunctionDef]:
        for statement in tree.body:
            if isinstance(statement, ast.FunctionDef):
                yield statement
            elif isinstance(statement, ast.ClassDef):
                yield from (each for each in statement.body if isinstance(each, ast.FunctionDef))

    def _inside(self, function: ast.FunctionDef) -> Scope:
        """A function's own scope: its parameters, those with defaults bound to them."""
        arguments = function.args
        names = [p.arg for p in (*arguments.posonlyargs, *arguments.args)]
        scope = Scope({}, self.scope)
        for name, default in zip(names[::-1], arguments.defaults[::-1], strict=False):
            scope.names[name] = self._evaluator.value(default, self.scope)
        return scope

    def _plain_functions(self, tree: ast.Module) -> None:
        """A function of the step alone, as training code without a scheduler has it: ``get_lr(it)``."""
        for statement in tree.body:
            if not isinstance(statement, ast.FunctionDef):
                continue
            words = ("lr", "learning_rate", "schedule", "rate")
            if len(statement.args.args) == 1 and any(word in statement.name.lower() for word in words):
                function = self.scope.find(statement.name)
                self._evaluator.made.append(function)
                self.labels[id(function)] = statement.name
                self._evaluator.notes[f"{statement.name} is read as a function of the step that gives the rate"] = None

    def _block(self, statements: Sequence[ast.stmt], scope: Scope) -> None:
        for statement in statements:
            self._statement(statement, scope)

    def _statement(self, statement: ast.stmt, scope: Scope) -> None:
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            self._assign(statement, scope)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            _import(statement, scope)
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            define(statement, scope)
        elif isinstance(statement, ast.If):
            self._if(statement, scope)
        elif isinstance(statement, ast.For | ast.AsyncFor | ast.While):
            self._loop(statement, scope)
        elif isinstance(statement, ast.With | ast.AsyncWith):
            self._block(statement.body, scope)
        elif isinstance(statement, ast.Try):
            self._block([*statement.body, *statement.orelse, *statement.finalbody], scope)
        elif isinstance(statement, ast.Return) and statement.value is not None:
            self._evaluator.value(statement.value, scope)
        elif isinstance(statement, ast.Expr):
            self._expression(statement.value, scope)

    def _assign(self, statement: ast.Assign | ast.AnnAssign | ast.AugAssign, scope: Scope) -> None:
        value = statement.value
        if isinstance(value, ast.Call) and _last(value.func) in {"parse_args", "parse_known_args"}:
            for target in getattr(statement, "targets", ()):
                name = target.elts[0] if isinstance(target, ast.Tuple) else target
                if isinstance(name, ast.Name):
                    scope.names[name.id] = Namespace(self._options)
            return
        assign(self._evaluator, statement, scope)
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if isinstance(target, ast.Name | ast.Attribute):
            made = scope.find(target.id) if isinstance(target, ast.Name) else None
            if isinstance(made, Made | Instance | Function):
                self.labels.setdefault(id(made), ast.unparse(target))

    def _expression(self, node: ast.expr, scope: Scope) -> None:
        if isinstance(node, ast.Call):
            last = _last(node.func)
            if last == "add_argument":
                self._option(node, scope)
                return
            if last == "fit" or last == "Trainer":
                for keyword in node.keywords:
                    if keyword.arg in _EPOCHS:
                        self._train(self._evaluator.value(keyword.value, scope))
        value = self._evaluator.value(node, scope)
        if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], Function):
            self._evaluator.used.add(id(value[0]))

    def _option(self, node: ast.Call, scope: Scope) -> None:
        """``parser.add_argument("--lr", default=0.1)`` says what ``args.lr`` is."""
        names = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        long = next((name for name in names if name.startswith("--")), names[0] if names else "")
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        destination = given.get("dest")
        name = destination.value if isinstance(destination, ast.Constant) else long.lstrip("-").replace("-", "_")
        if "default" in given and isinstance(name, str):
            value = self._evaluator.value(given["default"], scope)
            kind = given.get("type")
            if isinstance(value, str) and isinstance(kind, ast.Name) and kind.id in {"float", "int"}:
                try:
                    value = float(value) if kind.id == "float" else int(value)
                except ValueError:
                    return
            self._options[name] = value

    def _if(self, statement: ast.If, scope: Scope) -> None:
        test = self._evaluator.value(statement.test, scope)
        if isinstance(test, bool | int | float) and not _is_main(statement.test):
            self._block(statement.body if test else statement.orelse, scope)
            return
        self._block(statement.body, scope)
        self._block(statement.orelse, scope)

    def _loop(self, statement: ast.For | ast.AsyncFor | ast.While, scope: Scope) -> None:
        """A loop is not run; one that steps a scheduler says how long training is."""
        turns = self._turns(statement, scope)
        if turns is None:
            return
        inner = [node for node in ast.walk(statement) if isinstance(node, ast.For) and node is not statement]
        for loop in inner:
            if _steps(loop, scope):
                each = self._turns(loop, scope)
                each = each if each is not None else self._evaluator.around.clock.steps_per_epoch
                self._train(None if each is None else turns * each)
                return
        if _steps(statement, scope) or self.horizon is None:
            self._train(turns)

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
        return len(over) if isinstance(over, range | list | tuple) else None

    def _train(self, steps: Any) -> None:
        if isinstance(steps, int) and not isinstance(steps, bool) and steps > 0 and self.horizon is None:
            self.horizon = steps


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


def _import(statement: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    for alias in statement.names:
        if isinstance(statement, ast.ImportFrom):
            if alias.name != "*" and statement.module:
                scope.names[alias.asname or alias.name] = Path(f"{statement.module}.{alias.name}", statement)
        elif alias.asname:
            scope.names[alias.asname] = Path(alias.name, statement)


