"""The values behind a dot: of objects of the training, of the script's own classes, of modules."""

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lrplot.python import enumerations, fields, mathematics, own_dicts, protocols
from lrplot.python.command.signatures import held_default
from lrplot.python.command.words import MISSING
from lrplot.python.lanes import NotAlike
from lrplot.python.objects import NOT_OURS
from lrplot.python.own_dicts import OwnDict
from lrplot.python.own_stepping import part_of
from lrplot.python.parameters import Path
from lrplot.python.rows import Row
from lrplot.python.symbolic import Choice, Inner, Symbol
from lrplot.python.syntax import short
from lrplot.python.tables import Table, made_of
from lrplot.python.values import NOTHING, Function, Instance, Namespace, Nothing, Scope, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State


_PLAIN: Final = (int, float, str, list, tuple, Nothing)
"""Values that are no method, and hold none that is called where they are asked for."""
_OF_NUMBERS: Final = frozenset({"numpy", "item", "tolist", "detach", "cpu", "cuda"})
"""Methods of a number of an array that give the number itself."""
_KINDS: Final = frozenset({"staticmethod", "classmethod", "property", "cached_property"})
"""Python's own decorators of methods."""


class Attributes:
    """Evaluates what stands behind a dot."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator

    def of(self, base: Any, node: ast.Attribute) -> Any:
        """``base.name``, once ``base`` is evaluated."""
        found = self._of(base, node)
        option = isinstance(base, Namespace) and isinstance(found, Unknown)
        held = isinstance(base, Instance | Namespace | UserClass) and isinstance(found, _PLAIN)
        if option or held or isinstance(found, int | float | str | list | tuple | dict):
            # A field called step holds a number, and steps nothing.
            self._evaluator.objects.accounted.add(id(node))
        return found

    def _of(self, base: Any, node: ast.Attribute) -> Any:
        base = part_of(base, node.attr)
        ours = self._evaluator.objects.attribute(base, node.attr, node)
        if ours is not NOT_OURS:
            self.found(node)
            return ours
        if self._evaluator.objects.implicit and isinstance(base, Path | Unknown | Instance):
            implicit = self._evaluator.objects.implicit.get(ast.unparse(node))
            if implicit is not None:
                return implicit
        if isinstance(base, Path):
            root, _, _ = base.name.partition(".")
            if root in self._evaluator.computing and node.attr in mathematics.CONSTANTS:
                return mathematics.CONSTANTS[node.attr]
            if base.name.endswith("flags.FLAGS") and node.attr in self._evaluator.options:
                return self._evaluator.options[node.attr]
            constant = self._evaluator.registry.constant(f"{base.name}.{node.attr}")
            if constant is not None:
                return constant
            pasted = self._pasted(base, node.attr)
            if pasted is not None:
                return pasted
            return self._evaluator.expressions.whole(Path(f"{base.name}.{node.attr}", node, base.imported))
        if node.attr == "__class__" and isinstance(getattr(base, "of", None), UserClass):
            return base.of
        if node.attr == "__dict__":
            return fields.as_mapping(base, node)
        if isinstance(base, Unknown) and base.changed:
            return Unknown(short(node), node, because=base.because, changed=True)
        if isinstance(base, Instance):
            return self._member(base, node)
        if isinstance(base, Namespace) and id(base.options) in self._evaluator.clouded:
            return self._forgotten(base.options, node)
        if isinstance(base, Namespace) and node.attr in base.options:
            return base.options[node.attr]
        if isinstance(base, Namespace) and node.attr in self._evaluator.left_out:
            return Unknown(short(node), node, left_out=True)
        if isinstance(base, UserClass) and node.attr == "__members__":
            return enumerations.members_of(base)
        if isinstance(base, UserClass) and node.attr == "__name__":
            return base.node.name
        if isinstance(base, UserClass):
            return next(
                (v for of in base.lineage() if not isinstance(v := self.of_class(of, node, base), Unknown)),
                Unknown(short(node), node),
            )
        if isinstance(base, enumerations.Like):
            found = enumerations.attribute(base, node.attr)
            return self._through(base.of, base, node) if found is None else found
        if isinstance(base, Row):
            found = base.attribute(node.attr)
            return self._through(base.of, base, node) if found is None else found
        if isinstance(base, OwnDict):
            return self._of_own_dict(base, node)
        if isinstance(base, dict) and node.attr in base:
            return base[node.attr]
        if isinstance(base, Table) and node.attr in {"shape", "size", "ndim"}:
            return getattr(base.values, node.attr)
        if isinstance(base, Table) and node.attr == "T":
            return made_of(base.values.T, base)
        if isinstance(base, Table) and node.attr == "data":
            return base
        if isinstance(base, Function) and node.attr in {"get_lr", "step", "numpy"}:
            return Unknown(short(node), node)
        if isinstance(base, int | float | Symbol | Inner | Choice) and node.attr in _OF_NUMBERS:
            return base
        if self._evaluator.tries is not None:
            self._evaluator.tries.asks(node, found=False if base is NOTHING else None)
        return Unknown(short(node), node)

    def found(self, node: ast.Attribute) -> None:
        """An attribute of the training's objects is there: no exception comes of asking for it."""
        if self._evaluator.tries is not None:
            self._evaluator.tries.asks(node, found=True)

    def _pasted(self, base: Path, name: str) -> Function | UserClass | None:
        """``utils.f`` where ``def f`` was pasted in place of the import of ``utils``, which nothing binds."""
        if base.imported or self._evaluator.registry.home(f"{base.name}.{name}") is not None:
            return None
        found = self._evaluator.home.names.get(name)
        return found if isinstance(found, Function | UserClass) else None

    def _forgotten(self, attributes: dict[Any, Any], node: ast.Attribute) -> Unknown:
        """An attribute of an object whose attributes were changed in a way that is not followed."""
        how = self._evaluator.clouded[id(attributes)]
        return Unknown(short(node), node, because=how.because, holds=how.holds, changed=True)

    def _member(self, base: Instance, node: ast.Attribute) -> Any:
        if id(base.attributes) in self._evaluator.clouded and base.of.method(node.attr) is None:
            return self._forgotten(base.attributes, node)
        if base.of.method("__getattribute__") is not None:
            return Unknown(short(node), node, changed=True)
        descriptor = self._descriptor(base, node.attr)
        if descriptor is not None and (
            node.attr not in base.attributes or descriptor.of.method("__set__") is not None
        ):
            asking = protocols.method_of(descriptor, "__get__")
            return self._evaluator.apply(asking, [base, base.of], {}, node)
        if node.attr in base.attributes:
            return base.attributes[node.attr]
        return self._through(base.of, base, node)

    def of_object(self, base: Any, name: str) -> Any:
        """The value behind a dot, of a name that no expression of the text spells."""
        return self.of(base, ast.Attribute(ast.Name("self", ast.Load()), name, ast.Load()))

    def _of_own_dict(self, base: OwnDict, node: ast.Attribute) -> Any:
        if any(each.binds(node.attr) for each in base.of.lineage()):
            return self._through(base.of, base, node)
        return own_dicts.attribute(self._evaluator, base, node)

    def _descriptor(self, base: Instance, name: str) -> Instance | None:
        """The object that the class keeps under a name, and that is asked for the attribute."""
        held = next((each.attributes[name] for each in base.of.lineage() if name in each.attributes), None)
        asked = isinstance(held, Instance) and held.of.method("__get__") is not None
        return held if asked else None

    def _through(self, of: UserClass, base: Any, node: ast.Attribute) -> Any:
        """What an object has by its class: by the first in its lineage that binds the name."""
        for each in of.lineage():
            if each.binds(node.attr):
                return self.held_by(each, base, node)
        hook = of.method("__getattr__")
        if hook is not None and not node.attr.startswith("__"):
            asking = self.bound_method(base, hook, of.where("__getattr__"), node)
            return self._evaluator.apply(asking, [node.attr], {}, node)
        return Unknown(short(node), node)

    def held_by(self, of: UserClass, base: Any, node: ast.Attribute) -> Any:
        """What a class holds under a name, for an object: a method of it, or what its body binds."""
        method = None if node.attr in of.attributes else of.own(node.attr)
        if method is not None:
            self._evaluator.objects.accounted.add(id(node))
            return self.bound_method(base, method, of.where(node.attr), node)
        found = self.of_class(of, node)
        if isinstance(found, Function):
            # A function that a class holds is a method of its objects.
            return replace(found, first=(base, *found.first))
        return found

    def _of_body(self, of: UserClass, name: str, value: ast.expr, *, shared: bool) -> Any:
        """What the body of a class binds, made when the class is: no turn makes it."""
        lanes, self._evaluator.lanes = self._evaluator.lanes, None
        try:
            found = self._evaluator.value(value, of.scope)
        finally:
            self._evaluator.lanes = lanes
        if shared and isinstance(found, list | dict | Table):
            # One for all its objects, which any of them may change.
            of.attributes[name] = found
        return found

    def bound_method(self, base: Any, method: ast.FunctionDef, of: UserClass, node: ast.AST) -> Any:
        """A method of an object, a property's value, or a static method."""
        kinds = {getattr(each, "id", getattr(each, "attr", "")) for each in method.decorator_list}
        scope = Scope({}, of.scope, of=of)
        above = of.decorated.get(method.name)
        if isinstance(above, Function) and not kinds & _KINDS:
            return replace(above, first=(base, *above.first))
        if "staticmethod" in kinds:
            return self._evaluator.expressions.function(method, scope)
        made = replace(
            self._evaluator.expressions.function(method, scope),
            first=(base.of if "classmethod" in kinds else base,),
        )
        if "cached_property" in kinds:
            return self._once(made, base, method.name, node)
        return self._evaluator.applying.apply(made, (), {}, node) if "property" in kinds else made

    def _once(self, made: Function, base: Any, name: str, node: ast.AST) -> Any:
        """A property that is computed where it is asked for first, and is an attribute from then on."""
        lanes = self._evaluator.lanes
        if lanes is not None and not any(getattr(base, "attributes", None) is each for each in lanes.own):
            # Only the first of the turns computes it.
            raise NotAlike
        found = self._evaluator.applying.apply(made, (), {}, node)
        if self._evaluator.formulas_deep:
            if isinstance(found, Symbol):
                raise self._evaluator.source.refuse(
                    "a schedule's function that keeps state is not read", node
                )
        elif isinstance(base, Instance):
            self._evaluator.write(base.attributes, name, found)
        return found

    def _unbound(self, of: UserClass, method: ast.FunctionDef, asked: UserClass) -> Any:
        """``Class.method``: the function itself, which is given its object like any other argument."""
        home = of.where(method.name)
        kinds = {getattr(each, "id", getattr(each, "attr", "")) for each in method.decorator_list}
        above = home.decorated.get(method.name)
        if above is not None and not kinds & _KINDS:
            return above
        made = Function(method, Scope({}, home.scope, of=home))
        if "property" in kinds:
            return Unknown(method.name, method)
        return replace(made, first=(asked,)) if "classmethod" in kinds else made

    def of_class(self, of: UserClass, node: ast.Attribute, asked: UserClass | None = None) -> Any:
        """The value that a class, or the body of one, binds a name to; ``asked`` has it by its lineage."""
        if id(of.attributes) in self._evaluator.clouded and of.own(node.attr) is None:
            return self._forgotten(of.attributes, node)
        if node.attr in of.attributes:
            found = of.attributes[node.attr]
            plain = isinstance(found, Unknown) and not found.changed and not found.holds
            return Unknown(short(node), node, because=found.because) if plain else found
        for statement in of.node.body:
            targets = (
                statement.targets
                if isinstance(statement, ast.Assign)
                else [statement.target]
                if isinstance(statement, ast.AnnAssign)
                else []
            )
            value = getattr(statement, "value", None)
            if value is None:
                continue
            if any(isinstance(t, ast.Name) and t.id == node.attr for t in targets):
                held = held_default(value)
                if held is MISSING:
                    return Unknown(short(node), node)
                return self._of_body(of, node.attr, held, shared=held is value)
            for target in targets:
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    pairs = zip(target.elts, value.elts, strict=False)
                    one = next((v for t, v in pairs if isinstance(t, ast.Name) and t.id == node.attr), None)
                    if one is not None and len(target.elts) == len(value.elts):
                        return self._evaluator.value(one, of.scope)
        method = of.method(node.attr)
        if method is not None and of.own(node.attr) is not None:
            self._evaluator.objects.accounted.add(id(node))
            return self._unbound(of, method, asked or of)
        return Unknown(short(node), node)
