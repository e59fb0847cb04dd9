"""Functions, classes and objects of the script, called."""

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import NotationError
from lrplot.python import enumerations, own_dicts, own_optimizer, own_scheduler, own_stepping, rows
from lrplot.python.caching import NOT_KEPT, is_dispatched
from lrplot.python.command.signatures import default_of, fields_of
from lrplot.python.command.words import MISSING
from lrplot.python.comparing import objects_in
from lrplot.python.expressions import DEEPEST
from lrplot.python.lanes import NotAlike
from lrplot.python.mutation import steps_something
from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Path
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import last_part, short, writes_rates
from lrplot.python.values import FrameworkObject, Function, Instance, Scope, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_ITSELF: Final = 24
"""Most calls of a function inside each other whose end hangs on the step; each may begin two more."""


class Applying:
    """Calls what the text defines."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator
        self._inside: Counter[int] = Counter()
        """How often each function is being read, by the identity of its definition."""

    def apply(self, callee: Any, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
        """Call a function, class or object of the script."""
        walked = self._evaluator.walk is not None and not self._evaluator.functions_deep
        if isinstance(callee, UserClass):
            return self._made_of(callee, given, named, node)
        if isinstance(callee, FrameworkObject) and "__call__" in callee.methods:
            return callee.methods["__call__"](self._evaluator, given, named, node, Scope())
        if isinstance(callee, Instance):
            # A module's own __call__ runs its forward, which is read where it may touch a rate.
            called = "__call__"
            if callee.of.method("__call__") is None and self._forward_touches:
                called = "forward"
            method = callee.of.method(called)
            if method is None:
                return Unknown(f"{callee.of.node.name}(…)()", node)
            home = callee.of.where(called)
            above = home.decorated.get(called)
            if isinstance(above, Function):
                return self.apply(above, [callee, *given], named, node)
            callee = Function(method, Scope({}, home.scope, of=home), first=(callee,))
        if not isinstance(callee, Function):
            return Unknown("a call", node)
        self._evaluator.decorators.check(callee)
        if is_dispatched(callee):
            return Unknown(short(node) if isinstance(node, ast.expr) else callee.name, node, changed=True)
        if self._evaluator.caching.is_kept(callee):
            found = self._evaluator.caching.asked(callee, given, named, node)
            if found is NOT_KEPT:
                found = self._called(callee, given, named, node, walked=walked)
                self._evaluator.caching.keep(callee, given, named, found)
            return found
        return self._called(callee, given, named, node, walked=walked)

    @cached_property
    def _forward_touches(self) -> bool:
        """True where a ``forward`` of the text writes a rate or steps something itself."""
        stepping = self._evaluator.registry.loop.stepping
        return any(
            isinstance(each, ast.FunctionDef)
            and each.name == "forward"
            and (writes_rates(each) or steps_something(each, stepping))
            for each in nodes_of(self._evaluator.source.tree)
        )

    def _called(
        self,
        callee: Function,
        given: Sequence[Any],
        named: Mapping[str, Any],
        node: ast.AST,
        *,
        walked: bool,
    ) -> Any:
        """What a function gives, read."""
        from lrplot.python.functions import Body

        scope = self._bound(callee, given, named, node)
        if isinstance(callee.node, ast.Lambda):
            return self._evaluator.expressions.value(callee.node.body, scope)
        generator = self._evaluator.generators.made(callee, scope) if walked else None
        if generator is not None:
            return generator
        self._evaluator.depth += 1
        self._inside[id(callee.node)] += 1
        try:
            self._check_ends(callee, given, node)
            if self._evaluator.depth > DEEPEST:
                raise self._evaluator.source.refuse("nested too deeply", node)
            if not walked or self._evaluator.walk is None:
                return Body(self._evaluator).run(callee.node, scope)
            touching = callee.name in self._evaluator.touching or (
                id(callee.node) in self._evaluator.decorators.wrapping
            )
            if self._evaluator.lanes is not None and not touching:
                # What a function of the turn gives is an expression of it, where it changes nothing.
                try:
                    return Body(self._evaluator).run(callee.node, scope)
                except NotationError:
                    pass
            result = self._evaluator.walk(callee.node, scope)
            if _is_unexplained(result, callee.name) and not touching:
                return self._opened(callee, given, named, node) or result
            return result
        finally:
            self._evaluator.depth -= 1
            self._inside[id(callee.node)] -= 1

    def _check_ends(self, callee: Function, given: Sequence[Any], node: ast.AST) -> None:
        """Refuse a function that calls itself on and on, as what ends it hangs on the turn or the step."""
        if self._inside[id(callee.node)] <= _ITSELF or not any(isinstance(each, Symbol) for each in given):
            return
        if self._evaluator.lanes is not None:
            # Turn by turn it is known where that ends.
            raise NotAlike
        raise self._evaluator.source.refuse(
            f"{callee.name} calls itself here, and how often hangs on the step, which is not read", node
        )

    def _opened(
        self, callee: Function, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST
    ) -> Unknown | Path | None:
        """The open value in a function whose way is not known: an argument of a condition, as given."""
        from lrplot.python.functions import Body

        if not isinstance(callee.node, ast.FunctionDef):
            return None
        try:
            found = Body(self._evaluator).run(callee.node, self._bound(callee, given, named, node))
        except NotationError:
            return None
        return found if isinstance(found, Unknown | Path) else None

    def _made_of(self, of: UserClass, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
        """What a call of a class gives: a member of an enumeration, a named tuple, or an object."""
        if enumerations.kind_of(of) is not None and len(given) == 1 and not named:
            return enumerations.by_value(self._evaluator, of, given[0], node)
        if rows.is_named_tuple(of):
            return rows.made(of, given, named, node)
        if own_dicts.is_own(of):
            return own_dicts.made(self._evaluator, of, given, named, node)
        return self._instance(of, given, named, node)

    def _instance(self, of: UserClass, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
        made = self._begun(of, given, named, node)
        if not isinstance(made, Instance) or made.of is not of:
            return made
        start = of.method("__init__")
        for base in of.outside():
            last = base.rpartition(".")[2]
            if (
                last in self._evaluator.registry.by_call
                and last not in self._evaluator.registry.scheduler_bases
            ):
                raise self._evaluator.source.refuse(
                    f"class {of.node.name} derives from {last} and changes what it does, which is not read; "
                    "derive from LRScheduler, or use the class itself",
                    node,
                )
        is_schedule = any(
            base.rpartition(".")[2] in self._evaluator.registry.schedule_bases for base in of.outside()
        )
        if start is not None:
            home = of.where("__init__")
            with self._evaluator.quietly() if is_schedule else nullcontext():
                self.apply(Function(start, Scope({}, home.scope, of=home), first=(made,)), given, named, node)
        elif own_scheduler.derives(of, self._evaluator.registry):
            own_scheduler.begin(self._evaluator, made, given, named, node)
        elif own_optimizer.base_of(self._evaluator, of) is not None:
            own_optimizer.begin(made, given, named)
        else:
            self._fill(made, given, named)
            self._finish(made, node)
        if is_schedule:
            self._evaluator.making.use([*given, *named.values()])
            self._evaluator.making.register(made)
        if own_scheduler.derives(of, self._evaluator.registry) and (
            of.method("step") is None or own_stepping.hands_on(of)
        ):
            scheduler = own_scheduler.made(self._evaluator, made, node)
            self._evaluator.making.register(scheduler)
            if of.method("step") is None:
                return scheduler
            own_stepping.built(self._evaluator, made, scheduler, node)
        path = own_optimizer.base_of(self._evaluator, of)
        optimizer = None if path is None else own_optimizer.made(self._evaluator, made, path)
        if optimizer is not None:
            self._evaluator.instances.remove(made)
            return self._evaluator.calls.optimizer(optimizer, node)
        return made

    def _begun(self, of: UserClass, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
        """A new object, or the one that the class's own ``__new__`` gives; open where that is not read."""
        new = of.method("__new__")
        if _is_made_by_another(of):
            held = [made for value in (*given, *named.values()) for made in objects_in(value)]
            return Unknown(f"{of.node.name}(…)", node, holds=tuple(held), changed=True)
        made: Any = Instance(of, {})
        if new is not None:
            function = Function(new, Scope({}, of.scope, of=of.where("__new__")), first=(of,))
            made = self.apply(function, given, named, node)
        if isinstance(made, Instance) and not any(made is each for each in self._evaluator.instances):
            self._evaluator.instances.append(made)
            self._evaluator.begin(made.attributes)
        return made

    def from_command(self, of: UserClass, node: ast.AST) -> Any:
        """The object that a parser makes of a dataclass and the command line."""
        named: dict[str, Any] = {}
        for each in reversed([*of.lineage()]):
            named |= self._evaluator.parameters.get(id(each.node), {})
            for field in each.node.body:
                inner = _class_of(field, each)
                if inner is not None and id(inner.node) in self._evaluator.parameters:
                    named[field.target.id] = self.from_command(inner, node)  # type: ignore[attr-defined]
        return self.apply(of, [], named, node)

    def _fill(self, made: Instance, given: Sequence[Any], named: Mapping[str, Any]) -> None:
        """Set the fields of an object, a dataclass's with their defaults: each its own lists."""
        lineage = [*made.of.lineage()]
        nearest = next((each for each in lineage if _is_dataclass(each.node)), None)
        if nearest is not None:
            # What stands in a class without the decorator is no field.
            lineage = [each for each in nearest.lineage() if _is_dataclass(each.node)]
        fields = {slot.name: slot for each in reversed(lineage) for slot in fields_of(each.node)}
        asked = [name for name, slot in fields.items() if not _is_computed(slot.default)]
        made.attributes.update(zip(asked, given, strict=False))
        made.attributes.update(named)
        for slot in fields.values() if nearest is not None else ():
            if slot.name not in made.attributes:
                value = default_of(self._evaluator, slot.default, made.of.scope)
                if value is not MISSING and not isinstance(value, Unknown | Path):
                    made.attributes[slot.name] = value

    def _finish(self, made: Instance, node: ast.AST) -> None:
        """Run what a dataclass does once its fields are set, with what it is given for that alone."""
        last = made.of.method("__post_init__")
        if last is not None:
            home = made.of.where("__post_init__")
            function = Function(last, Scope({}, home.scope, of=home), first=(made,))
            slots = (slot for each in reversed([*made.of.lineage()]) for slot in fields_of(each.node))
            once = [
                s.name for s in slots if s.annotation is not None and "InitVar" in ast.unparse(s.annotation)
            ]
            given = [made.attributes.pop(name, Unknown(name, node)) for name in dict.fromkeys(once)]
            self.apply(function, given, {}, node)

    def _check_arity(
        self, function: Function, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST
    ) -> None:
        """Refuse a call that Python would refuse."""
        arguments = function.node.args
        names_ = [p.arg for p in (*arguments.posonlyargs, *arguments.args)]
        places = len(names_) - len(function.first)
        if len(given) > places and arguments.vararg is None:
            raise self._evaluator.source.refuse(
                f"{function.name} takes {places} arguments by position, got {len(given)}", node
            )
        known = {*names_, *(p.arg for p in arguments.kwonlyargs)}
        wrong = next((name for name in named if name not in known), None)
        if wrong is not None and arguments.kwarg is None:
            raise self._evaluator.source.refuse(f"{function.name} has no argument '{wrong}'", node)

    def _bound(
        self, function: Function, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST
    ) -> Scope:
        arguments = function.node.args
        parameters = [*arguments.posonlyargs, *arguments.args]
        values = {**function.given, **named}
        scope = Scope({}, function.scope)
        self._evaluator.begin(scope.names)
        for parameter, value in zip(parameters, (*function.first, *given), strict=False):
            scope.names[parameter.arg] = value
        self._check_arity(function, given, named, node)
        defaults = (
            function.defaults or self._evaluator.expressions.function(function.node, function.scope).defaults
        )
        said = self._evaluator.parameters.get(id(function.node), {})
        for parameter in (*parameters, *arguments.kwonlyargs):
            name = parameter.arg
            if name in values:
                scope.names[name] = values[name]
            elif name not in scope.names and name in said:
                scope.names[name] = said[name]
            elif name not in scope.names and name in defaults:
                scope.names[name] = defaults[name]
            elif name not in scope.names:
                scope.names[name] = Unknown(name, node)
        _take_the_rest(function, given, values, scope, node)
        return scope


def _take_the_rest(
    function: Function, given: Sequence[Any], named: Mapping[str, Any], scope: Scope, node: ast.AST
) -> None:
    """Bind ``*args`` and ``**kwargs`` to what no parameter takes, nothing where nothing is left."""
    arguments = function.node.args
    listed = [*arguments.posonlyargs, *arguments.args]
    if arguments.vararg is not None:
        scope.names[arguments.vararg.arg] = tuple([*function.first, *given][len(listed) :])
    if arguments.kwarg is not None:
        known = {each.arg for each in (*arguments.args, *arguments.kwonlyargs)}
        rest = {name: value for name, value in named.items() if name not in known}
        name = arguments.kwarg.arg
        scope.names[name] = Unknown(name, node) if "**" in rest else rest


def _is_made_by_another(of: UserClass) -> bool:
    """True where a metaclass of the text has a say in what a call of the class gives."""
    for each in of.lineage():
        for keyword in each.node.keywords:
            found = each.scope.find(keyword.value.id) if isinstance(keyword.value, ast.Name) else None
            if keyword.arg == "metaclass" and isinstance(found, UserClass):
                return found.method("__call__") is not None
    return False


def _is_dataclass(node: ast.ClassDef) -> bool:
    called = (each.func if isinstance(each, ast.Call) else each for each in node.decorator_list)
    return any(last_part(each) == "dataclass" for each in called)


def _is_computed(default: ast.expr | None) -> bool:
    """True for ``field(init=False)``."""
    given = default.keywords if isinstance(default, ast.Call) and last_part(default.func) == "field" else []
    return any(k.arg == "init" and isinstance(k.value, ast.Constant) and not k.value.value for k in given)


def _class_of(field: ast.stmt, of: UserClass) -> UserClass | None:
    """The class of the text that a field of a dataclass is annotated with."""
    if not isinstance(field, ast.AnnAssign) or not isinstance(field.annotation, ast.Name):
        return None
    found = of.scope.find(field.annotation.id)
    return found if isinstance(found, UserClass) and isinstance(field.target, ast.Name) else None


def _is_unexplained(result: Any, name: str) -> bool:
    """True where a function's result is unknown and nothing says what would have to be given."""
    unexplained = isinstance(result, Unknown) and result.because is None and not result.holds
    return unexplained and result.text == f"{name}(…)"
