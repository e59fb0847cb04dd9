"""Functions and methods that nothing in a text calls, read as what calls them elsewhere would run them."""

import ast
from collections.abc import Container, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lrplot.python import symbolic
from lrplot.python.comparing import is_plain_data
from lrplot.python.lanes import Lanes, NotAlike
from lrplot.python.meanings import unchanged
from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Path
from lrplot.python.syntax import (
    counting_parameter,
    gives_rate,
    last_part,
    sets_rates,
    writes_rates,
)
from lrplot.python.training import Event
from lrplot.python.values import Function, Instance, Namespace, Scope, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.walk import Walk


class Uncalled:
    """Reads the functions of one script that nothing in it calls."""

    def __init__(self, script: "Walk") -> None:
        self._script = script
        self._trained_by: dict[int, ast.FunctionDef] = {}
        """The function that trains an optimizer, by the optimizer's identity."""

    def read_functions(self) -> None:
        """Read the bodies of functions, in order, until something of a training is found."""
        tree = self._script.tree
        made = {last_part(node.func) for node in nodes_of(tree) if isinstance(node, ast.Call)}
        # What a class of the text makes is read where it is made, if it is; and what another function calls
        # is read where it is called, with what it is given there.
        for late, inner in ((False, False), (False, True), (True, False), (True, True)):
            for body, owner in self._bodies():
                called = owner is not None and owner.of.node.name in made
                if owner is not None and not called and self._is_overruled(body.name, made):
                    continue
                if called is not late or self._named_in_another(body, owner) is not inner:
                    continue
                if body not in self._script.coverage.walked and not self._sets_rates(body):
                    self._read(body, owner)
            if self._script.found():
                break

    def read_unattended(self) -> None:
        """Read the objects whose ``step()`` trains and writes the rate, where no loop calls it."""
        for instance in self._script.evaluator.instances:
            method = instance.of.method("step")
            if method is None or not writes_rates(method):
                continue
            call = ast.Call(ast.Attribute(ast.Name("self_"), "step", ast.Load()), [], [])
            loop = ast.While(ast.Constant(value=True), [ast.Expr(call)], [])
            ast.copy_location(loop, instance.of.node)
            ast.fix_missing_locations(loop)
            if self._script.loops.together(loop, Scope({"self_": instance}, self._script.scope)):
                self._script.by_hand.append(method)

    def read_by_hand(self) -> None:
        """Read the functions that write the rate of their step into an optimizer."""
        for body, owner in self._bodies():
            counting = counting_parameter(body)
            if not self._sets_rates(body) or counting is None or body in self._script.coverage.walked:
                continue
            scope = self._inside(body, owner)
            for name, value in scope.names.items():
                if isinstance(value, Unknown) and self._script.objects.is_optimizers_name(Path(name, body)):
                    scope.names[name] = self._script.objects.named(value)
            scope.names[counting] = symbolic.STEP
            lanes = Lanes(None)
            self._script.evaluator.lanes, before = lanes, self._script.evaluator.lanes
            self._script.training.begin(0)
            try:
                self._script.block(body.body, scope)
            except NotAlike:
                raise self._script.evaluator.source.refuse(
                    f"{body.name} sets the rate in a way that is not read; paste the loop that calls it", body
                ) from None
            finally:
                self._script.training.end()
                self._script.evaluator.lanes = before
            self._script.by_hand.append(body)

    def read_functions_of_the_step(self) -> None:
        """Read the functions of the step alone, as code without a scheduler has them: ``get_lr(it)``."""
        found = [
            self._script.evaluator.expressions.function(each, self._script.scope)
            for each in self._script.tree.body
            if gives_rate(each, 1)
        ]
        for instance in self._script.evaluator.instances:
            methods = [each for each in instance.of.node.body if gives_rate(each, 2)]
            scope = Scope({}, instance.of.scope, of=instance.of)
            found += [Function(each, scope, first=(instance,)) for each in methods]
        for function in found:
            self._script.evaluator.made.append(function)
            self._script.labels[id(function)] = function.name
            note = f"{function.name} is read as a function of the step that gives the rate"
            self._script.evaluator.notes[note] = None

    def home_of(self, function: ast.FunctionDef) -> Scope:
        """The scope in which a function is read that nothing calls, its parameters bound."""
        return self._inside(function, None)

    def owner_of(self, function: ast.FunctionDef) -> Instance | None:
        """The object of the script whose method a function is."""
        return next(
            (i for i in self._script.evaluator.instances if i.of.method(function.name) is function), None
        )

    def _read(self, body: ast.FunctionDef, owner: Instance | None) -> None:
        self._script.evaluator.decorators.check_uncalled(body)
        if owner is not None and body.name in self._script.evaluator.registry.hooks:
            self._check_fitted(body, owner)
        scope = self._inside(body, owner)
        self._script.active.append(body)
        before, self._script.returned = self._script.returned, []
        then = self._script.training.mark()
        try:
            self._script.block(body.body, scope)
            self._check_only_one(body, self._script.training.since(then))
            if body.name in self._script.evaluator.registry.hooks and self._script.returned:
                self._script.evaluator.configured_by_trainer.append((body, self._script.result_of(body)))
        finally:
            self._script.active.pop()
            self._script.returned = before

    def _check_fitted(self, hook: ast.FunctionDef, owner: Instance) -> None:
        """Refuse a trainer's method that is asked of objects with other settings of those which it reads."""
        read = {node.attr for node in ast.walk(hook) if isinstance(node, ast.Attribute)}
        first: list[Any] = []
        for each, made_with in self._script.fitted:
            if each.of.node is not owner.of.node:
                continue
            settings = {name: value for name, value in each.attributes.items() if name in read}
            known = [settings, made_with if "hparams" in read else {}]
            first = first or known
            if not all(map(_alike, known, first)):
                raise self._script.source.refuse(
                    f"'{owner.of.node.name}' is fitted with several settings that {hook.name} reads, and "
                    "which is meant is not known; keep one of the calls",
                    hook,
                )

    def _named_in_another(self, body: ast.FunctionDef, owner: Instance | None) -> bool:
        """True where another function of the text names this one, or another method of its object does."""
        if owner is None:
            return any(
                body.name in names for other, names in self._names_in_functions.items() if other is not body
            )
        itself = {each for of in owner.of.lineage() for each in of.node.body if each is not body}
        return any(
            isinstance(node, ast.Attribute)
            and node.attr == body.name
            and isinstance(node.value, ast.Name)
            and node.value.id in {"self", "cls"}
            for each in itself
            for node in ast.walk(each)
        )

    @cached_property
    def _names_in_functions(self) -> dict[ast.FunctionDef, set[str]]:
        """The names that each function and method of the text reads, but for its own parameters."""
        found: dict[ast.FunctionDef, set[str]] = {}
        for body, _ in self._bodies():
            nodes = list(ast.walk(body))
            own = {node.arg for node in nodes if isinstance(node, ast.arg)}
            found[body] = {node.id for node in nodes if isinstance(node, ast.Name)} - own
        return found

    def _is_overruled(self, hook: str, made: Container[str]) -> bool:
        """True where another class, which the text makes, has a trainer's method of this name of its own."""
        classes = [
            node for node in self._script.tree.body if isinstance(node, ast.ClassDef) and node.name in made
        ]
        rivals = (each for each in classes if UserClass(each, self._script.scope).own(hook) is not None)
        return hook in self._script.evaluator.registry.hooks and any(rivals)

    def _check_only_one(self, body: ast.FunctionDef, happened: Sequence[Event]) -> None:
        """Refuse a second function that nothing calls and that trains an optimizer which another trains."""
        for event in happened:
            if event.kind != "update" or event.optimizer is None:
                continue
            other = self._trained_by.setdefault(id(event.optimizer), body)
            if other is not body:
                raise self._script.source.refuse(
                    f"'{other.name}' and '{body.name}' both train here, and nothing in the text calls them; "
                    "add the call that is meant at the end",
                    body,
                )

    def _bodies(self) -> Iterator[tuple[ast.FunctionDef, Instance | None]]:
        """The functions nobody called, and the object whose method each is."""
        for statement in self._script.tree.body:
            if isinstance(statement, ast.FunctionDef):
                yield statement, None
            elif isinstance(statement, ast.ClassDef):
                made = (each for each in self._script.evaluator.instances if each.of.node is statement)
                owner = next(made, Instance(UserClass(statement, self._script.scope), {}))
                methods = [each for each in statement.body if isinstance(each, ast.FunctionDef)]
                # What a method of the object needs, another may have set: its own first.
                methods.sort(key=lambda each: each.name != "__init__")
                yield from ((each, owner) for each in methods)

    def _inside(self, function: ast.FunctionDef, owner: Instance | None) -> Scope:
        """A function's own scope: its parameters, those with defaults bound to them."""
        arguments = function.args
        names_ = [p.arg for p in (*arguments.posonlyargs, *arguments.args)]
        scope = Scope({}, self._script.scope, of=None if owner is None else owner.of)
        for p in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            scope.names[p.arg] = Unknown(p.arg, function)
        for name, default in zip(names_[::-1], arguments.defaults[::-1], strict=False):
            scope.names[name] = self._script.evaluator.value(default, self._script.scope)
        for p, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if value is not None:
                scope.names[p.arg] = self._script.evaluator.value(value, self._script.scope)
        scope.names |= self._script.evaluator.parameters.get(id(function), {})
        if owner is not None and names_:
            scope.names[names_[0]] = owner
        return scope

    def _sets_rates(self, function: ast.FunctionDef) -> bool:
        """True where a function sets the rate of a step; one that makes the optimizer is the training."""
        registry = self._script.evaluator.registry
        calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
        makes = any(last_part(call.func) in registry.optimizers for call in calls)
        return not makes and sets_rates(function, registry.loop.stepping)


def _alike(a: Any, b: Any) -> bool:
    """True where no plain setting of one is another of the other."""
    if isinstance(a, Namespace) and isinstance(b, Namespace):
        return _alike(a.options, b.options)
    if isinstance(a, dict) and isinstance(b, dict):
        return all(_alike(value, b.get(name)) for name, value in a.items())
    return not (is_plain_data(a) and is_plain_data(b)) or unchanged(a, b)
