"""The result of a function of the script, its branches taken together as one expression of the step."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from lrplot.python import array_writes, classes, containers, enumerations, own_dicts, protocols, symbolic
from lrplot.python.decided import decided
from lrplot.python.imports import bind_import
from lrplot.python.mutation import changed, is_mutation, root_of
from lrplot.python.own_dicts import OwnDict
from lrplot.python.parameters import Path, Refusal
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import is_plain_place
from lrplot.python.tables import Table, listed
from lrplot.python.values import (
    NOTHING,
    Fields,
    Function,
    Group,
    Instance,
    Made,
    Namespace,
    Nothing,
    Optimizer,
    Scope,
    Unknown,
    UserClass,
)

if TYPE_CHECKING:
    from lrplot.python.state import State

_TURNS: Final = 2000
"""Turns of a loop over a known list, each read as if it were written out; milestones and phases are some
ten."""


@dataclass(frozen=True, slots=True)
class _Bind:
    """One turn of a loop: its variable takes a value."""

    target: ast.expr
    value: Any


_Step = ast.stmt | _Bind


class Body:
    """Reads a function's statements: assignments, conditions, loops over what is known, and returns."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator
        self._function = ""
        self._given: list[Any] = []
        """What it was given that it might change for others."""

    def run(self, function: ast.FunctionDef, scope: Scope) -> Any:
        """The function's result; None where it returns nothing."""
        self._function = function.name
        self._given = [value for value in scope.names.values() if isinstance(value, list | dict | Table)]
        return self._block(function.body, scope)

    def _block(self, statements: Sequence[_Step], scope: Scope) -> Any:
        for i, statement in enumerate(statements):
            rest = statements[i + 1 :]
            if isinstance(statement, ast.Return):
                return NOTHING if statement.value is None else self._evaluator.value(statement.value, scope)
            if isinstance(statement, ast.For):
                return self._block([*self._turns(statement, scope), *rest], scope)
            if isinstance(statement, ast.With):
                return self._block([*statement.body, *rest], scope)
            if isinstance(statement, ast.If):
                test = decided(self._evaluator.value(statement.test, scope), self._evaluator.least_step)
                if isinstance(test, Unknown | Path):
                    return test
                if not isinstance(test, Symbol):
                    held = not isinstance(test, Nothing) and bool(test)
                    return self._block([*(statement.body if held else statement.orelse), *rest], scope)
                if any(isinstance(node, ast.Return | ast.Raise) for node in ast.walk(statement)):
                    return self._either(test, statement, rest, scope)
                self._merged(test, statement, scope)
                continue
            self._statement(statement, scope)
        return NOTHING

    def _statement(self, statement: _Step, scope: Scope) -> None:
        if isinstance(statement, _Bind):
            bind(self._evaluator, statement.target, statement.value, scope)
        elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            self._check_pure(statement, scope)
            assign(self._evaluator, statement, scope)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            bind_import(statement, scope)
        elif isinstance(statement, ast.FunctionDef):
            scope.names[statement.name] = self._evaluator.expressions.function(statement, scope)
        elif isinstance(statement, ast.Expr):
            self._check_pure(statement, scope)
            self._evaluator.value(statement.value, scope)
        elif isinstance(statement, ast.Global | ast.Nonlocal):
            raise self._evaluator.source.refuse(
                "a schedule's function that keeps state is not read", statement
            )
        elif isinstance(statement, ast.While | ast.Try | ast.Match | ast.Delete):
            word = type(statement).__name__.lower()
            raise self._evaluator.source.refuse(
                f"'{word}' in a schedule's function is not read; only assignments, if and return", statement
            )
        elif isinstance(statement, ast.Raise):
            raise self._evaluator.source.refuse("the schedule's function raises here", statement)

    def _check_pure(self, statement: ast.stmt, scope: Scope) -> None:
        """A schedule is a pure function of the step: only ``__init__`` may write into an object."""
        kept = (
            target
            for target, inside in changed([statement])
            if isinstance(target, ast.Attribute) or (inside and not self._is_its_own(target, scope))
        )
        mutated = any(isinstance(node, ast.Call) and is_mutation(node) for node in ast.walk(statement))
        if self._function != "__init__" and (mutated or any(kept)):
            raise self._evaluator.source.refuse(
                "a schedule's function that keeps state is not read", statement
            )

    def _is_its_own(self, target: ast.expr, scope: Scope) -> bool:
        """True for what the function has made itself."""
        held = scope.names.get(root_of(target))
        return root_of(target) in scope.names and not any(held is each for each in self._given)

    def _turns(self, statement: ast.For, scope: Scope) -> list[_Step]:
        over = self._evaluator.value(statement.iter, scope)
        if isinstance(over, dict):
            over = list(over)
        if not isinstance(over, list | tuple | range) or len(over) > _TURNS:
            raise self._evaluator.source.refuse(
                "only a loop over a list that is known is read in a schedule's function", statement
            )
        if any(isinstance(node, ast.Break | ast.Continue) for node in ast.walk(statement)):
            raise self._evaluator.source.refuse("break and continue are not read", statement)
        turns: list[_Step] = []
        for each in over:
            turns += [_Bind(statement.target, each), *statement.body]
        return turns

    def _either(self, test: Symbol, statement: ast.If, rest: Sequence[_Step], scope: Scope) -> Any:
        yes = self._block([*statement.body, *rest], Scope(dict(scope.names), scope.outer))
        no = self._block([*statement.orelse, *rest], Scope(dict(scope.names), scope.outer))
        return self._chosen(test, yes, no, statement)

    def _merged(self, test: Symbol, statement: ast.If, scope: Scope) -> None:
        yes, no = Scope(dict(scope.names), scope.outer), Scope(dict(scope.names), scope.outer)
        self._block(statement.body, yes)
        self._block(statement.orelse, no)
        self._merge(test, scope, yes, no, statement)

    def _merge(self, test: Symbol, scope: Scope, yes: Scope, no: Scope, node: ast.AST) -> None:
        for name in yes.names.keys() | no.names.keys():
            a, b = yes.names.get(name), no.names.get(name)
            if a is b:
                scope.names[name] = a
            elif a is None or b is None:
                scope.names[name] = Unknown(name, node)
            else:
                scope.names[name] = self._chosen(test, a, b, node)

    def _chosen(self, test: Symbol, yes: Any, no: Any, node: ast.AST) -> Any:
        for value in (yes, no):
            if isinstance(value, Unknown | Path):
                return value
        if yes is NOTHING or no is NOTHING:
            raise self._evaluator.source.refuse("one way through the function returns no rate", node)
        try:
            return symbolic.choose(test, yes, no)
        except Refusal as refusal:
            raise self._evaluator.source.refuse(str(refusal), node) from None


def assign(evaluator: "State", statement: ast.stmt, scope: Scope) -> None:
    """Bind what an assignment binds."""
    if isinstance(statement, ast.AugAssign):
        statement, scope = _asked_once(evaluator, statement, scope)
        if isinstance(statement.op, ast.Add | ast.BitOr) and _grown(evaluator, statement, scope):
            return
        if is_plain_place(statement.target):
            held = evaluator.value(loaded(statement.target), scope)
            if array_writes.augmented(evaluator, statement, held, scope):
                return
        binary = ast.BinOp(loaded(statement.target), statement.op, statement.value)
        value = evaluator.value(ast.copy_location(binary, statement), scope)
        bind(evaluator, statement.target, value, scope)
    elif isinstance(statement, ast.Assign):
        value = evaluator.value(statement.value, scope)
        for target in statement.targets:
            bind(evaluator, target, value, scope)
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        bind(evaluator, statement.target, evaluator.value(statement.value, scope), scope)


def _asked_once(evaluator: "State", statement: ast.AugAssign, scope: Scope) -> tuple[ast.AugAssign, Scope]:
    """``held[f()] += 1`` with what stands in its target under names: Python asks it once."""
    target = statement.target
    if isinstance(target, ast.Name) or is_plain_place(target):
        return statement, scope
    names = {"_owner": evaluator.value(target.value, scope)}
    place: ast.expr = ast.Attribute(ast.Name("_owner", ast.Load()), getattr(target, "attr", ""), ast.Store())
    if isinstance(target, ast.Subscript):
        names["_place"] = evaluator.value(target.slice, scope)
        place = ast.Subscript(ast.Name("_owner", ast.Load()), ast.Name("_place", ast.Load()), ast.Store())
    once = ast.AugAssign(ast.copy_location(place, target), statement.op, statement.value)  # type: ignore[arg-type]
    return ast.fix_missing_locations(ast.copy_location(once, statement)), Scope(names, scope)


def _grown(evaluator: "State", statement: ast.AugAssign, scope: Scope) -> bool:
    """True where ``held += more`` is a list's or a dictionary's, which is changed in its place."""
    held = evaluator.value(loaded(statement.target), scope)
    kind, name = (list, "__iadd__") if isinstance(statement.op, ast.Add) else (dict, "__ior__")
    if not isinstance(held, kind):
        return False
    more = evaluator.value(statement.value, scope)
    if isinstance(more, Table):
        # An array is added to each member, and makes an array of the list.
        return False
    containers.change(evaluator, held, name, [more], {}, statement)
    return True


@lru_cache(maxsize=1 << 12)  # a loop asks in each turn
def loaded(target: ast.expr) -> ast.expr:
    """What is bound, as an expression that asks for it."""
    fresh = ast.parse(ast.unparse(target), mode="eval").body
    return ast.copy_location(fresh, target)


def bind(evaluator: "State", target: ast.expr, value: Any, scope: Scope) -> None:
    """Bind a name, the members of a tuple, or an attribute of an object of the script."""
    if evaluator.bindings:
        evaluator.given.bound_to(target, value)
    if isinstance(target, ast.Name):
        evaluator.write(scope.home(target.id).names, target.id, value)
    elif isinstance(target, ast.Tuple | ast.List):
        members = _spread(value, target.elts)
        for i, each in enumerate(target.elts):
            inner = each.value if isinstance(each, ast.Starred) else each
            bind(evaluator, inner, members[i] if members else _given_back(evaluator, value, inner), scope)
    elif isinstance(target, ast.Attribute):
        owner = evaluator.value(target.value, scope)
        evaluator.elsewhere.put_away(value, owner, target)
        bind_attribute(evaluator, owner, target.attr, value, target)
    elif isinstance(target, ast.Subscript):
        owner, at = evaluator.value(target.value, scope), evaluator.value(target.slice, scope)
        if isinstance(target.value, ast.Attribute):
            scheduler = evaluator.value(target.value.value, scope)
            if isinstance(scheduler, Made):
                evaluator.objects.refuse_field(scheduler, target.value.attr, target)
        if at == "lr" and isinstance(owner, Unknown | Path):
            evaluator.objects.refuse_unknown_group(target)
        if isinstance(owner, Unknown):
            containers.forget_member(evaluator, target.value, scope, target)
            array_writes.forget_views(evaluator, owner, target)
        evaluator.elsewhere.put_away(value, owner, target)
        bind_member(evaluator, owner, at, value, target)


def bind_elsewhere(evaluator: "State", statement: ast.Global | ast.Nonlocal, scope: Scope) -> None:
    """``global`` and ``nonlocal``: where names are bound from here on."""
    for name in statement.names:
        home = evaluator.home
        if isinstance(statement, ast.Nonlocal):
            outer = scope.outer
            while outer is not None and name not in outer.names:
                outer = outer.outer
            home = outer or evaluator.home
        scope.elsewhere[name] = home


def bind_attribute(
    evaluator: "State", owner: Any, name: str, value: Any, node: ast.AST, *, direct: bool = False
) -> None:
    """``owner.name = value`` of an object of the script or of the training.

    ``direct`` past what its class has written for it, as ``object.__setattr__`` does.
    """
    if evaluator.bindings:
        evaluator.given.written(owner, name, value, node)
    if isinstance(owner, enumerations.Like):
        owner.attributes[name] = value
    elif isinstance(owner, OwnDict):
        own_dicts.write(evaluator, owner, name, value, node, direct=direct)
    elif isinstance(owner, Instance | UserClass):
        if isinstance(owner, Instance) and not direct and _is_handed_on(evaluator, owner, name, value, node):
            return
        setter = owner.of.setter(name) if isinstance(owner, Instance) else None
        if setter is not None:
            method, home = setter
            evaluator.apply(
                Function(method, Scope({}, home.scope, of=home), first=(owner,)), (value,), {}, node
            )
        elif name == "__dict__" and isinstance(value, dict):
            for key, each in value.items():
                evaluator.write(owner.attributes, key, each)
        else:
            _begin(evaluator, owner, name, node)
            evaluator.write(owner.attributes, name, value)
    elif isinstance(owner, Namespace):
        evaluator.write(owner.options, name, value)
    elif isinstance(owner, Optimizer) and name in {"lr", "learning_rate"}:
        keeps = evaluator.registry.keeps_rate(owner)
        if not keeps and any(owner is each for each in evaluator.optimizers):
            raise evaluator.source.refuse(
                f"{owner.name} keeps no rate in '{name}': this changes nothing; write "
                "param_groups[0]['lr'] = …, or take the line out",
                node,
            )
        evaluator.objects.write(owner, None, value, node)
    elif isinstance(owner, Optimizer) and name == "defaults":
        evaluator.objects.groups.replace_defaults(owner, value, node)
    elif isinstance(owner, Optimizer):
        evaluator.objects.check_method(owner, name, node)
    elif isinstance(owner, Path):
        evaluator.objects.check_patch(owner, name, node)
    elif isinstance(owner, Made):
        evaluator.objects.field(owner, name, value, node)


def _is_handed_on(evaluator: "State", owner: Instance, name: str, value: Any, node: ast.AST) -> bool:
    """True where the class writes an attribute itself: in ``__setattr__``, or by a descriptor."""
    hook = protocols.method_of(owner, "__setattr__")
    if hook is not None:
        evaluator.apply(hook, [name, value], {}, node)
        return True
    held = next((each.attributes[name] for each in owner.of.lineage() if name in each.attributes), None)
    hook = protocols.method_of(held, "__set__")
    if hook is not None:
        evaluator.apply(hook, [owner, value], {}, node)
    return hook is not None


def bind_member(evaluator: "State", owner: Any, at: Any, value: Any, node: ast.AST) -> None:
    """``owner[at] = value`` of what the script or the training keeps by keys or by places."""
    if evaluator.bindings:
        evaluator.given.written(owner, at, value, node)
    if isinstance(owner, Group):
        evaluator.objects.store(owner, at, value, node)
    elif isinstance(owner, Fields):
        evaluator.objects.refuse_field(owner.of, at, node)
    elif own_dicts.overrides(owner, "__setitem__"):
        evaluator.apply(own_dicts.method(owner, "__setitem__"), (at, value), {}, node)
    elif isinstance(owner, Instance):
        method = owner.of.method("__setitem__")
        if method is not None:
            home = owner.of.where("__setitem__")
            evaluator.apply(
                Function(method, Scope({}, home.scope, of=home), first=(owner,)), (at, value), {}, node
            )
    elif owner is evaluator.home.names:
        if isinstance(at, str):
            evaluator.write(owner, at, value)
        else:
            evaluator.cloud_names(node)
    elif isinstance(owner, list | dict):
        evaluator.objects.groups.check_kept(owner, node)
        containers.put(evaluator, owner, at, value, node)
    elif isinstance(owner, Table):
        array_writes.put(evaluator, owner, at, value, node)


def _spread(value: Any, targets: Sequence[ast.expr]) -> list[Any]:
    """A value for each of the targets, a list for the one behind a star; none where they do not fit."""
    value = listed(value)
    members = list(value) if isinstance(value, list | tuple) else []
    starred = next((i for i, each in enumerate(targets) if isinstance(each, ast.Starred)), None)
    more = len(members) - len(targets)
    if starred is None or not isinstance(value, list | tuple):
        return members if not more else []
    if more < -1:
        return []
    end = starred + more + 1
    return [*members[:starred], members[starred:end], *members[end:]]


def _given_back(evaluator: "State", value: Any, target: ast.expr) -> Any:
    """A member of what a call elsewhere gives: the one optimizer or scheduler it was given, if called so."""
    text = ast.unparse(target)
    given = [*value.holds, *value.given, *value.named.values()] if isinstance(value, Unknown) else []
    optimizers = {id(each): each for each in given if isinstance(each, Optimizer)}
    schedulers = {id(each): each for each in given if isinstance(each, Made)}
    if len(optimizers) == 1 and evaluator.objects.is_optimizers_name(Path(text, target)):
        return next(iter(optimizers.values()))
    if len(schedulers) == 1 and "sched" in text.lower():
        return next(iter(schedulers.values()))
    return Unknown(text, target, given=value.given if isinstance(value, Unknown) else ())


def _begin(evaluator: "State", owner: Instance | UserClass, name: str, node: ast.AST) -> None:
    """The first value of an attribute that the class alone gives: a turn goes on from there."""
    if name in owner.attributes:
        return
    place = ast.copy_location(ast.Attribute(ast.Name("self"), name, ast.Load()), node)
    for of in (owner.of if isinstance(owner, Instance) else owner).lineage():
        value = evaluator.attributes.of_class(of, place)
        if not isinstance(value, Unknown | Path):
            owner.attributes[name] = value
            return


def define(evaluator: "State", statement: ast.FunctionDef | ast.ClassDef, scope: Scope) -> None:
    """Bind a function or a class."""
    if isinstance(statement, ast.FunctionDef):
        # Python asks for the decorators before the defaults.
        beside = evaluator.decorators.beside(statement, scope)
        made = evaluator.decorators.decorated(evaluator.expressions.function(statement, scope), scope, beside)
    else:
        made = classes.made(evaluator, statement, scope)
    evaluator.write(scope.home(statement.name).names, statement.name, made)
