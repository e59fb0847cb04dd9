"""Decorators that a text defines: what they put in a function's place."""

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import NotationError
from lrplot.python.values import FrameworkObject, Function, Instance, Partial, Scope, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_KEEPING: Final = frozenset({"lru_cache", "cache", "cached", "memoize"})
"""Decorators, of the library or of others, that do not call a function which they have called before."""
_OF_PROPERTIES: Final = frozenset({"setter", "getter", "deleter"})


class Decorators:
    """Applies the decorators of one text to its functions that train or touch a rate."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator
        self._plain: dict[int, list[Function]] = {}
        """The functions as they stand below their decorators, by the identity of their definition."""
        self._above: dict[int, ast.expr] = {}
        """The decorator that is above a definition, by its identity."""
        self._instead: dict[int, ast.AST] = {}
        """The definition of what stands in a function's place, by the identity of its own."""
        self.wrapping: set[int] = set()
        """The definitions of what stands in the place of a function, by identity: they train as it does."""

    def decorated(self, plain: Function, scope: Scope, beside: Mapping[int, Any]) -> Any:
        """What stands in the place of a function of the text, as its decorators make it.

        ``beside`` are those that touch no rate, as :meth:`beside` gives them.
        """
        node = plain.node
        if not isinstance(node, ast.FunctionDef) or not node.decorator_list:
            return plain
        found: Any = plain
        for decorator in reversed(node.decorator_list):
            if _called(decorator) in _KEEPING and node.name in self._evaluator.touching:
                return self._not_followed(plain, decorator)
            if not self._is_texts_own(decorator, scope):
                continue
            if id(decorator) in beside:
                with suppress(NotationError):
                    self._evaluator.apply(beside[id(decorator)], [found], {}, decorator)
                continue
            self._above[id(node)] = decorator
            self._plain.setdefault(id(node), []).append(plain)
            self._evaluator.touching |= {*_called_in(decorator, scope)}
            try:
                above = self._evaluator.value(decorator, scope)
                found = self._evaluator.apply(above, [found], {}, decorator)
            except NotationError as error:
                if error.certain:
                    raise
                return self._not_followed(plain, decorator)
            if not isinstance(found, Function | Instance):
                return self._not_followed(plain, decorator)
            if isinstance(found, Function):
                self.wrapping.add(id(found.node))
                self._instead[id(node)] = found.node
                if isinstance(found.node, ast.FunctionDef):
                    self._evaluator.touching |= {found.node.name}
        return found

    def beside(self, node: ast.FunctionDef, scope: Scope) -> dict[int, Any]:
        """The text's own decorators that touch no rate, by identity, asked for what they do besides."""
        found: dict[int, Any] = {}
        for decorator in node.decorator_list:
            if self._is_texts_own(decorator, scope) and not self._touches(node, decorator, scope):
                try:
                    found[id(decorator)] = self._evaluator.value(decorator, scope)
                except NotationError as error:
                    if error.certain:
                        raise
                    found[id(decorator)] = None
        return found

    def of_class(self, of: UserClass, scope: Scope) -> Any:
        """What stands in the place of a class of the text, as its decorators of the text make it."""
        found: Any = of
        for decorator in reversed(of.node.decorator_list):
            if self._is_texts_own(decorator, scope):
                found = self._evaluator.apply(self._evaluator.value(decorator, scope), [found], {}, decorator)
        return found

    def check(self, function: Function) -> None:
        """Refuse a call of a function past a decorator that changes what it does."""
        above = self._above.get(id(function.node))
        if above is None or any(_is_same(function, each) for each in self._plain.get(id(function.node), ())):
            return
        error = self._evaluator.source.refuse(
            f"what the decorator '{ast.unparse(above)}' makes of {function.name} is not followed here; take "
            "it out, or write what it does into the loop",
            above,
        )
        error.certain = True
        raise error

    def instead_of(self, node: ast.FunctionDef) -> ast.AST | None:
        """The definition that is called in the place of another, None where it is not known or itself."""
        above = self._instead.get(id(node))
        return None if above is node else above

    def check_uncalled(self, node: ast.FunctionDef) -> None:
        """Refuse to read a function that nothing calls where its decorator does not just hand a call on."""
        above = self._instead.get(id(node))
        if id(node) in self._above and not (isinstance(above, ast.FunctionDef) and _hands_on(above)):
            self.check(Function(node, Scope()))

    def _not_followed(self, plain: Function, decorator: ast.expr) -> Function:
        self._above[id(plain.node)] = decorator
        self._plain.pop(id(plain.node), None)
        return plain

    def _is_texts_own(self, decorator: ast.expr, scope: Scope) -> bool:
        root = decorator
        while isinstance(root, ast.Call | ast.Attribute):
            if isinstance(root, ast.Attribute) and root.attr in _OF_PROPERTIES:
                return False
            root = root.func if isinstance(root, ast.Call) else root.value
        return isinstance(_root(root, scope), Function | UserClass | Instance | Partial)

    def _touches(self, node: ast.FunctionDef, decorator: ast.expr, scope: Scope) -> bool:
        """True where the function, or what its decorator does besides, may touch a rate."""
        touching = self._evaluator.touches
        if isinstance(_root(decorator, scope), FrameworkObject):
            return True
        inner = (each.name for each in _definitions(decorator, scope))
        return touching(node.name) or any(map(touching, inner))


def _root(decorator: ast.expr, scope: Scope) -> Any:
    """What the name stands for that a decorator begins with; of ``self.trainer.on(…)``, the attribute's."""
    while isinstance(decorator, ast.Call | ast.Attribute):
        decorator = decorator.func if isinstance(decorator, ast.Call) else decorator.value
    return scope.find(decorator.id) if isinstance(decorator, ast.Name) else None


def _hands_on(wrapper: ast.FunctionDef) -> bool:
    """True where each call of a wrapper is one call of what it wraps: ``return fn(*args, **kwargs)``."""
    handed = [
        each
        for each in ast.walk(wrapper)
        if isinstance(each, ast.Call) and any(isinstance(given, ast.Starred) for given in each.args)
    ]
    plain = ast.Return | ast.Expr | ast.Assign
    of_its_own = [inner for each in wrapper.body if isinstance(each, plain) for inner in ast.walk(each)]
    return len(handed) == 1 and any(handed[0] is each for each in of_its_own)


def _called(decorator: ast.expr) -> str:
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    return str(getattr(named, "attr", getattr(named, "id", "")))


def _is_same(a: Function, b: Function) -> bool:
    return a is b or (a.node is b.node and a.first[1:] == b.first and a.scope is b.scope)


def _definitions(decorator: ast.expr, scope: Scope) -> Iterator[ast.FunctionDef]:
    """The functions of the text that stand in a decorator."""
    for name in (each.id for each in ast.walk(decorator) if isinstance(each, ast.Name)):
        found = scope.find(name)
        found = found.of if isinstance(found, Instance) else found
        if isinstance(found, Function | UserClass):
            yield from (each for each in ast.walk(found.node) if isinstance(each, ast.FunctionDef))


def _called_in(decorator: ast.expr, scope: Scope) -> Iterator[str]:
    """The names by which a decorator calls the function that it is given: its arguments, what holds them."""
    functions = list(_definitions(decorator, scope))
    given = {each.arg for function in functions for each in function.args.args}
    for function in functions:
        for each in ast.walk(function):
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in given:
                yield each.func.id
            stores = (
                isinstance(each, ast.Assign) and isinstance(each.value, ast.Name) and each.value.id in given
            )
            for target in each.targets if stores else ():  # type: ignore[attr-defined]
                if isinstance(target, ast.Attribute):
                    yield target.attr
