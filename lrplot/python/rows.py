"""Named tuples of a text: tuples whose places have names."""

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from lrplot.python.command.signatures import fields_of
from lrplot.python.values import Scope, Unknown, UserClass

_BASE: Final = "NamedTuple"


class Row(tuple[Any, ...]):
    """A named tuple: it is unpacked, indexed and compared as a tuple is."""

    of: UserClass
    names: tuple[str, ...]

    def attribute(self, name: str) -> Any:
        """The member of a name, None where there is none."""
        if name == "_fields":
            return self.names
        return self[self.names.index(name)] if name in self.names else None

    def of_method(self, name: str, named: Mapping[str, Any]) -> Any:
        """``row._replace(…)`` and ``row._asdict()``; None for another method."""
        if name == "_asdict" and not named:
            return dict(zip(self.names, self, strict=True))
        if name == "_replace" and named.keys() <= {*self.names}:
            return self.again(named.get(each, value) for each, value in zip(self.names, self, strict=True))
        return None

    def again(self, values: Iterable[Any]) -> "Row":
        """A row of the same names."""
        return _row(self.of, self.names, values)


def _row(of: UserClass, names: Sequence[str], values: Iterable[Any]) -> Row:
    made = Row(values)
    made.of, made.names = of, tuple(names)
    return made


def is_named_tuple(of: UserClass) -> bool:
    """True for a class that derives from ``NamedTuple``."""
    return any(name.rpartition(".")[2] == _BASE for name in of.outside())


def made(of: UserClass, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
    """The named tuple that a call of its class gives."""
    slots = [slot for each in reversed([*of.lineage()]) for slot in fields_of(each.node)]
    names = [slot.name for slot in slots]
    held = dict(zip(names, given, strict=False)) | dict(named)
    for slot in slots:
        if slot.name not in held:
            home = next((each for each in of.lineage() if slot.name in each.attributes), None)
            if home is None:
                return Unknown(f"{of.node.name}(…)", node)
            held[slot.name] = home.attributes[slot.name]
    if len(given) > len(names) or held.keys() - {*names}:
        return Unknown(f"{of.node.name}(…)", node)
    return _row(of, names, (held[name] for name in names))


def of_call(last: str, values: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
    """``namedtuple("P", "a b")`` as the class that it makes, None where it cannot be told."""
    if last not in {"namedtuple", _BASE} or len(values) != 2 or not isinstance(values[0], str):
        return None
    fields = values[1].replace(",", " ").split() if isinstance(values[1], str) else values[1]
    if not isinstance(fields, list | tuple):
        return None
    said = [each[0] if isinstance(each, tuple) and each else each for each in fields]
    names = [each for each in said if isinstance(each, str) and each.isidentifier()]
    if len(names) != len(said):
        return None
    body: list[ast.stmt] = [
        ast.AnnAssign(ast.Name(name, ast.Store()), ast.Name("object", ast.Load()), None, simple=1)
        for name in names
    ]
    statement = ast.ClassDef(values[0], [ast.Name(_BASE, ast.Load())], [], body or [ast.Pass()], [])
    ast.copy_location(statement, node)
    ast.fix_missing_locations(statement)
    defaults = named.get("defaults", ())
    if named.keys() - {"defaults"} or not isinstance(defaults, list | tuple):
        return None
    of = UserClass(statement, Scope({}, None))
    of.attributes.update(zip(names[len(names) - len(defaults) :], defaults, strict=False))
    return of
