"""Values that ``--let`` gives: each stands at its place until the text itself writes there."""

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lrplot.errors import NotationError
from lrplot.python.containers import attributes_of
from lrplot.python.lanes import NotAlike
from lrplot.python.parameters import Path, Refusal
from lrplot.python.state import ABSENT, held_in
from lrplot.python.syntax import is_plain_place
from lrplot.python.values import Instance, Namespace, Scope, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State


class Given:
    """Puts what ``--let`` gives where the text keeps it, when it is first asked for.

    From then on it is the text's own: what the text assigns later wins, as it does where the script runs. Of
    what it does not keep (``cfg.lr`` of a ``cfg`` from elsewhere) the place is the bindings themselves.
    """

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator
        self._put: dict[tuple[int, Any], Any] = {}
        """Places of objects that a value was put to, or that the text wrote, with the object."""
        self._known: dict[tuple[int, str], Any] = {}
        """Names that a turn of a loop knew: what it makes of them is the next turn's, known or not."""

    def of(self, node: ast.expr, text: str, scope: Scope) -> Any:
        """What ``--let`` gives for an expression; ABSENT where the text itself says it."""
        if isinstance(node, ast.Name):
            found = self._of_name(node.id, text, scope)
        elif isinstance(node, ast.Attribute | ast.Subscript) and is_plain_place(node):
            found = self._of_member(node, text, scope)
        else:
            found = self._evaluator.bindings[text]
        if found is not ABSENT:
            self._evaluator.bound.add(text)
        return found

    def of_import(self, path: Path, name: str, scope: Scope) -> Any:
        """What ``--let config.lr`` gives for ``lr`` of ``from config import lr``."""
        given = self._evaluator.expressions.whole(path)
        if path.name in self._evaluator.bindings:
            _home_of(name, scope, self._evaluator.home)[name] = given
        return given

    def bound_to(self, place: ast.expr, value: Any) -> None:
        """Put what is given for options of a command line whose result is bound to a name."""
        for text in self._evaluator.bindings if isinstance(value, Namespace) else ():
            node = ast.parse(text, mode="eval").body
            if not isinstance(node, ast.Attribute) or ast.unparse(node.value) != ast.unparse(place):
                continue
            if node.attr in value.options and self._puts(value.options, node.attr, text):
                self._evaluator.bound.add(text)

    def written(self, owner: Any, member: Any, value: Any, node: ast.AST) -> None:
        """Take note that the text writes a member itself: what was given for it stands no longer."""
        bindings = self._evaluator.bindings
        if isinstance(owner, Namespace):
            self._evaluator.write(self._put, (id(owner.options), member), owner)
        if not isinstance(owner, Path | Unknown):
            return
        spelled = _spelled(owner, node)
        for text in [each for each in bindings if any(_member_of(each, own) == member for own in spelled)]:
            # What a statement that is not followed makes of it is what was given, as far as is known.
            forgotten = isinstance(value, Unknown) and value.text == text and not value.varies
            if not forgotten:
                self._evaluator.write(bindings, text, value)

    def updated(
        self, owner: Path | Unknown, given: Sequence[Any], named: Mapping[str, Any], node: ast.Call
    ) -> None:
        """``cfg.update(…)`` and its like, of what the text does not keep."""
        first = given[0] if len(given) == 1 else None
        known = not given or isinstance(first, dict)
        pairs = {**(first if isinstance(first, dict) else {}), **named}
        for text in list(self._evaluator.bindings):
            members = (_member_of(text, own) for own in _spelled(owner, node))
            member = next((each for each in members if each is not None), None)
            if member is None or (known and member not in pairs):
                continue
            value = pairs[member] if known else Unknown(text, node, changed=True, varies=True)
            self._evaluator.write(self._evaluator.bindings, text, value)

    def _of_name(self, name: str, text: str, scope: Scope) -> Any:
        home = _home_of(name, scope, self._evaluator.home)
        held = home.get(name, ABSENT)
        # A list that was changed in a way which is not followed is open too.
        if not _is_open(held) and id(held) not in self._evaluator.clouded:
            if self._evaluator.objects.looping:
                self._known[id(home), name] = home
            return ABSENT
        if (id(home), name) in self._known:
            return ABSENT
        home[name] = self._evaluator.bindings[text]
        return home[name]

    def _of_member(self, node: ast.Attribute | ast.Subscript, text: str, scope: Scope) -> Any:
        given = self._evaluator.bindings[text]
        try:
            owner = self._evaluator.value(node.value, scope)
            member = (
                node.attr if isinstance(node, ast.Attribute) else self._evaluator.value(node.slice, scope)
            )
            if isinstance(node, ast.Subscript) and isinstance(owner, UserClass | Instance):
                return given
            if isinstance(owner, UserClass):
                return given if _is_open(self._evaluator.attributes.of(owner, node)) else ABSENT
            inherits = isinstance(owner, Instance) and member not in owner.attributes
            if inherits and not _is_open(self._evaluator.attributes.of(owner, node)):
                return ABSENT
        except (NotationError, Refusal, NotAlike):
            return given
        held: Any = owner if isinstance(owner, list | dict) else attributes_of(owner)
        if held is None:
            return given
        if isinstance(owner, Namespace):
            return given if self._puts(held, member, text) else ABSENT
        try:
            if not _is_open(held_in(held, member)):
                return ABSENT
            held[member] = given
        except (TypeError, IndexError):
            return given
        return given

    def _puts(self, options: dict[Any, Any], name: str, text: str) -> bool:
        """Put a value in place of an option's default; not twice, nor where the text has written one."""
        if (id(options), name) in self._put:
            return False
        self._put[id(options), name] = options
        options[name] = self._evaluator.bindings[text]
        return True


def _home_of(name: str, scope: Scope, home: Scope) -> dict[str, Any]:
    """The names among which a name is found; the text's own where it is in none."""
    at: Scope | None = scope
    while at is not None:
        if name in at.elsewhere:
            return at.elsewhere[name].names
        if name in at.names:
            return at.names
        at = at.outer
    return home.names


def _is_open(value: Any) -> bool:
    """True where a value may be given for what the text says: it says nothing that is known."""
    if isinstance(value, Unknown):
        return not value.varies
    return value is ABSENT or isinstance(value, Path)


def _spelled(owner: Path | Unknown, node: ast.AST) -> set[str]:
    """How an owner may be written whose member is changed."""
    at: ast.AST | None = None
    if isinstance(node, ast.Attribute | ast.Subscript):
        at = node.value
    elif isinstance(node, ast.Call):
        at = node.func.value if isinstance(node.func, ast.Attribute) else next(iter(node.args), None)
    own = owner.name if isinstance(owner, Path) else owner.text
    return {own} if at is None else {own, ast.unparse(at)}


def _member_of(text: str, owner: str) -> Any:
    """The member of an owner that a binding is for, None where it is for another thing."""
    node = ast.parse(text, mode="eval").body
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == owner:
        return node.attr
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == owner:
        return node.slice.value if isinstance(node.slice, ast.Constant) else None
    return None
