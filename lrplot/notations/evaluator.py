"""The value of an expression, read off its syntax tree; nothing is ever executed."""

import ast
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, Final

from lrplot.errors import LrplotError, NotationError
from lrplot.notations import binding, mathematics, symbols
from lrplot.notations.binding import NotKnown, Rule
from lrplot.notations.described import configured, described
from lrplot.notations.frameworks import Framework, candidates, home, names
from lrplot.notations.optimizers import OPTIMIZERS, optimizer
from lrplot.notations.plain import BUILTINS, COMPARISONS, LONGEST, OF_TEXT, arithmetic, builtin, is_true
from lrplot.notations.source import Source
from lrplot.notations.symbols import CURRENT_RATE, STEP, Choice, Inner, Running, Symbol
from lrplot.notations.values import (
    NOTHING,
    Base,
    Function,
    Instance,
    Made,
    Namespace,
    Noted,
    Optimizer,
    Path,
    Refusal,
    Scope,
    Unknown,
    UserClass,
)
from lrplot.schedules.base import Schedule, Surroundings

GROUPS: Final = "parameter groups"
_MOST: Final = 200_000
_DEEPEST: Final = 150


@dataclass(frozen=True, slots=True)
class Rates:
    """The base rate a reader works with: what was ``given``, else the text's own, else ``assumed``."""

    given: float | None = None
    assumed: float | None = None


class Evaluator:
    """Evaluates expressions of one source.

    Parameters
    ----------
    source
        The text.
    around
        What a schedule inherits where the call stands: length and clock.
    rates
        Base rates.
    bindings
        Values for names (or whole expressions) that the text leaves open.
    """

    def __init__(
        self, source: Source, around: Surroundings, rates: Rates, bindings: Mapping[str, Any]
    ) -> None:
        self.source = source
        self.around = around
        self.rates = rates
        self.bindings = bindings
        self.bound: set[str] = set()
        self.unread: list[ast.Call] = []
        self.made: list[Made | Instance | Function] = []
        # By identity; the objects are kept, so that no later one takes over an identity.
        self.used: dict[int, Any] = {}
        self.optimizers: list[Optimizer] = []
        self.instances: list[Instance] = []
        self.options: dict[str, Any] = {}
        self.notes: dict[str, None] = {}
        self.walk: Callable[[ast.FunctionDef, Scope], Any] | None = None
        self.assumed_rate = False
        self._base: float | None = None
        self._left = _MOST
        self._depth = 0
        self._inside_function = 0

    # What a framework's file asks of its reader.

    def base_rate(self, lr: Any) -> float:
        """The base rate of an optimizer whose text says ``lr``."""
        self._base = self._base_rate(lr)
        return self._base

    def _base_rate(self, lr: Any) -> float:
        if self.rates.given is not None:
            return self.rates.given
        if lr is GROUPS:
            raise Refusal(
                "the optimizer's parameter groups have rates of their own; give the one to draw: --lr"
            )
        if isinstance(lr, int | float) and not isinstance(lr, bool):
            return float(lr)
        own = {o.lr for o in self.optimizers if isinstance(o.lr, int | float)}
        if lr is None and len(own) == 1:
            return float(own.pop())
        if lr is None and own:
            raise Refusal("which of the optimizers' rates is meant is not known; give it: --lr")
        if isinstance(lr, Unknown | Path) and self.rates.assumed is None:
            raise NotKnown(lr)
        if self.rates.assumed is None:
            raise Refusal("no base rate: give 'lr' beside the schedule, or the optimizer with its lr")
        self.assumed_rate = True
        return self.rates.assumed

    def formula(self, value: Any, *, with_rate: bool) -> Rule:
        """A function of the step (and, where it wants one, of the current rate), evaluated."""
        if isinstance(value, Made):
            return Rule(Inner(value.schedule))
        if isinstance(value, Function) and not _required(value) <= 1 + with_rate:
            raise Refusal(f"{value.name} needs {_required(value)} arguments; it is given the step alone")
        takes_rate = with_rate and isinstance(value, Function) and _positional(value) >= 2
        arguments = (STEP, CURRENT_RATE) if takes_rate else (STEP,)
        with self._quietly():
            result = self.apply(value, arguments, {}, _node_of(value))
        if isinstance(result, Unknown | Path):
            raise NotKnown(result)
        if isinstance(result, Symbol) and result.power:
            return Rule(result, recursive=True, base=self.base_rate(None))
        return Rule(result)

    def schedule(self, value: Any) -> Schedule:
        """A schedule, however it is spelled."""
        if isinstance(value, Made):
            return value.schedule
        return symbols.schedule_of(self.formula(value, with_rate=False).value)

    # Expressions.

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """The value of an expression; :class:`Unknown` or :class:`Path` where it cannot be known."""
        self._left -= 1
        if self._left < 0:
            raise self.source.refuse("too much to read", node)
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                raise self.source.refuse("nested too deeply", node)
            if self.bindings and isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
                text = ast.unparse(node)
                if text in self.bindings:
                    self.bound.add(text)
                    return self.bindings[text]
            method: Callable[[Any, Scope], Any] | None = getattr(
                self, f"_{type(node).__name__.lower()}", None
            )
            return Unknown(_short(node), node) if method is None else method(node, scope)
        except Refusal as refusal:
            raise self.source.refuse(str(refusal), node) from None
        finally:
            self._depth -= 1

    def _constant(self, node: ast.Constant, _scope: Scope) -> Any:
        if node.value is None:
            return NOTHING
        if isinstance(node.value, int) and abs(node.value) >= 2**1024:
            raise Refusal("number too large for float64")
        if node.value is ... or isinstance(node.value, complex | bytes):
            return Unknown(_short(node), node)
        return node.value

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        found = scope.find(node.id)
        if isinstance(found, Path):
            return replace(found, node=node)
        return Path(node.id, node) if found is None else found

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        base = self.value(node.value, scope)
        if isinstance(base, Path):
            root, _, _ = base.name.partition(".")
            if root in mathematics.ROOTS and node.attr in mathematics.CONSTANTS:
                return mathematics.CONSTANTS[node.attr]
            return Path(f"{base.name}.{node.attr}", node)
        if isinstance(base, Instance):
            return self._member(base, node)
        if isinstance(base, Namespace) and node.attr in base.options:
            return base.options[node.attr]
        if isinstance(base, UserClass):
            return self._of_class(base, node)
        if isinstance(base, dict) and node.attr in base:
            return base[node.attr]
        if isinstance(base, Made | Function) and node.attr in {"get_lr", "step", "numpy"}:
            return Unknown(_short(node), node)
        if isinstance(base, Symbol) and node.attr in {"dtype", "numpy"}:
            return base if node.attr == "numpy" else Unknown(_short(node), node)
        return Unknown(_short(node), node)

    def _member(self, base: Instance, node: ast.Attribute) -> Any:
        if node.attr in base.attributes:
            return base.attributes[node.attr]
        method = _method(base.of, node.attr)
        if method is not None:
            return Function(method, base.of.scope, first=(base,))
        return self._of_class(base.of, node)

    def _of_class(self, of: UserClass, node: ast.Attribute) -> Any:
        """What a class, or the body of one, binds a name to."""
        if node.attr in of.attributes:
            return of.attributes[node.attr]
        for statement in of.node.body:
            targets = (
                statement.targets
                if isinstance(statement, ast.Assign)
                else [statement.target]
                if isinstance(statement, ast.AnnAssign)
                else []
            )
            value = getattr(statement, "value", None)
            if value is not None and any(isinstance(t, ast.Name) and t.id == node.attr for t in targets):
                return self.value(value, of.scope)
        return Unknown(_short(node), node)

    def _tuple(self, node: ast.Tuple, scope: Scope) -> Any:
        return tuple(self._members(node.elts, scope))

    def _list(self, node: ast.List, scope: Scope) -> Any:
        members = list(self._members(node.elts, scope))
        if len(members) > LONGEST:
            raise Refusal(f"a list of more than {LONGEST}")
        return self.configured(members, node) or members

    def _members(self, nodes: Sequence[ast.expr], scope: Scope) -> Iterator[Any]:
        for each in nodes:
            if isinstance(each, ast.Starred):
                spread = self.value(each.value, scope)
                if not isinstance(spread, list | tuple):
                    raise self.source.refuse(f"what *{_short(each.value)} holds is not known", each)
                yield from spread
            else:
                yield self.value(each, scope)

    def _dict(self, node: ast.Dict, scope: Scope) -> Any:
        found: dict[Any, Any] = {}
        for key, child in zip(node.keys, node.values, strict=True):
            value = self.value(child, scope)
            if key is None:
                found |= value if isinstance(value, dict) else {}
                continue
            name = self.value(key, scope)
            if isinstance(name, str | int | float):
                found[name] = value
        return self._described(found, node)

    def _described(self, found: dict[Any, Any], node: ast.AST) -> Any:
        """A dictionary, or the schedule it describes: MMEngine's, Hydra's, Lightning's, DeepSpeed's."""
        spelled = described(found)
        if spelled is None:
            if isinstance(found.get("type"), str) and found["type"] in OPTIMIZERS and "lr" in found:
                self.optimizers.append(Optimizer(found["type"], found["lr"]))
            return found
        path, arguments, owner = spelled
        # A config leaves the optimizer to the trainer.
        possible = (owner,) if owner is not None else candidates(path)
        calls = (each.calls[path.rpartition(".")[2]] for each in possible)
        if any("optimizer" in binding.signature_of(call).parameters for call in calls):
            arguments = {"optimizer": Optimizer("optimizer"), **arguments}
        return self._framework_call(path, owner, [], {k: (v, node) for k, v in arguments.items()}, node)

    def described(self, mapping: Mapping[str, Any], node: ast.AST) -> Any:
        """The schedule a mapping of a config file describes."""
        return self.configured(dict(mapping), node) or self._described(dict(mapping), node)

    def configured(self, value: Any, node: ast.AST) -> Made | None:
        """The schedule of MMEngine's ``param_scheduler``, None where the value is none."""
        schedulers = configured(value)
        if schedulers is None:
            return None
        from lrplot.notations.mmengine import combined

        try:
            schedule = combined(schedulers, Base(lambda: self.base_rate(None)), self.around)
        except NotKnown as unknown:
            raise self.not_known(unknown.value) from None
        except NotationError:
            raise
        except LrplotError as error:
            raise self.source.refuse(str(error), node) from None
        name = schedulers[0][0] if len(schedulers) == 1 else "param_scheduler"
        made = Made(schedule, "mmengine", name, node)
        self._register(made)
        return made

    def _set(self, node: ast.Set, scope: Scope) -> Any:
        return Unknown(_short(node), node) if not node.elts else list(self._members(node.elts, scope))

    def _binop(self, node: ast.BinOp, scope: Scope) -> Any:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        unknown = next((side for side in (left, right) if isinstance(side, Unknown | Path)), None)
        if unknown is not None:
            return unknown
        if type(node.op) not in symbols.OPERATORS:
            return Unknown(_short(node), node)
        if isinstance(left, list) and isinstance(right, list) and isinstance(node.op, ast.Add):
            if len(left) + len(right) > LONGEST:
                raise Refusal(f"a list of more than {LONGEST}")
            return left + right
        if isinstance(left, tuple) and isinstance(right, tuple) and isinstance(node.op, ast.Add):
            return left + right
        if isinstance(left, list) and isinstance(right, int) and isinstance(node.op, ast.Mult):
            if len(left) * right > LONGEST:
                raise Refusal(f"a list of more than {LONGEST}")
            return left * right
        if not all(
            isinstance(side, int | float | Symbol | Inner | Choice | Running) for side in (left, right)
        ):
            return Unknown(_short(node), node)
        if all(isinstance(side, int | float) for side in (left, right)):
            return arithmetic(node.op, left, right)
        return symbols.combine(node.op, left, right)

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> Any:
        value = self.value(node.operand, scope)
        if isinstance(value, Unknown | Path):
            return value
        if isinstance(node.op, ast.UAdd):
            return value
        if isinstance(node.op, ast.USub):
            return -value if isinstance(value, int | float) else symbols.negative(value)
        if isinstance(node.op, ast.Not):
            return symbols.invert(value) if isinstance(value, Symbol) else not value
        return Unknown(_short(node), node)

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Any:
        values = [self.value(each, scope) for each in node.values]
        for value in values:
            if isinstance(value, Unknown | Path):
                return value
        if any(isinstance(value, Symbol) for value in values):
            return symbols.either(node.op, values)
        stops = isinstance(node.op, ast.Or)
        return next((value for value in values if is_true(value) == stops), values[-1])

    def _compare(self, node: ast.Compare, scope: Scope) -> Any:
        sides = [self.value(each, scope) for each in (node.left, *node.comparators)]
        unknown = next((side for side in sides if isinstance(side, Unknown | Path)), None)
        if unknown is not None:
            return unknown
        if any(isinstance(side, Symbol) for side in sides):
            return symbols.compare(node.ops, sides)
        try:
            pairs = zip(node.ops, sides, sides[1:], strict=False)
            return all(COMPARISONS[type(op)](left, right) for op, left, right in pairs)
        except (KeyError, TypeError):
            return Unknown(_short(node), node)

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Any:
        test = self.value(node.test, scope)
        if isinstance(test, Unknown | Path):
            return test
        if isinstance(test, Symbol):
            return symbols.choose(test, self.value(node.body, scope), self.value(node.orelse, scope))
        return self.value(node.body if is_true(test) else node.orelse, scope)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        base, at = self.value(node.value, scope), self.value(node.slice, scope)
        if isinstance(base, Namespace):
            base = base.options
        if isinstance(base, list | tuple | range | dict | Mapping) and isinstance(at, int | str):
            try:
                return base[at]  # type: ignore[index]
            except (IndexError, KeyError, TypeError):
                return Unknown(_short(node), node)
        return Unknown(_short(node), node)

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Any:
        return self.function(node, scope)

    def function(self, node: ast.Lambda | ast.FunctionDef, scope: Scope) -> Function:
        """A function, its defaults evaluated where it is defined, as Python does."""
        arguments = node.args
        names_ = [p.arg for p in (*arguments.posonlyargs, *arguments.args)]
        defaults = dict(zip(names_[::-1], arguments.defaults[::-1], strict=False))
        defaults |= {
            p.arg: value
            for p, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if value is not None
        }
        return Function(
            node, scope, defaults={name: self.value(each, scope) for name, each in defaults.items()}
        )

    def _listcomp(self, node: ast.ListComp, scope: Scope) -> Any:
        if len(node.generators) != 1 or node.generators[0].ifs:
            return Unknown(_short(node), node)
        generator = node.generators[0]
        over = self.value(generator.iter, scope)
        if not isinstance(over, list | tuple | range) or not isinstance(generator.target, ast.Name):
            return Unknown(_short(node), node)
        if len(over) > LONGEST:
            raise Refusal(f"a list of more than {LONGEST}")
        return [self.value(node.elt, Scope({generator.target.id: each}, scope)) for each in over]

    _generatorexp = _listcomp

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Any:
        scope.names[node.target.id] = self.value(node.value, scope)
        return scope.names[node.target.id]

    def _joinedstr(self, node: ast.JoinedStr, _scope: Scope) -> Any:
        return Unknown(_short(node), node)

    # Calls.

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        special = self._method_call(node, scope)
        if special is not None:
            return special
        callee = self.value(node.func, scope)
        given = self._positional(node, scope)
        named = self._named(node, scope)
        if isinstance(callee, Function | UserClass | Instance):
            return self.apply(callee, [v for v, _ in given], {k: v for k, (v, _) in named.items()}, node)
        if isinstance(callee, Made):
            return self._asked(callee, given, node)
        if isinstance(callee, Symbol) and not given:
            return callee
        if isinstance(callee, Path):
            return self._path_call(callee.name, given, named, node)
        return Unknown(_short(node), node)

    def _method_call(self, node: ast.Call, scope: Scope) -> Any:
        """``parser.parse_args()``, and the methods of a text; None for every other call."""
        if not isinstance(node.func, ast.Attribute):
            return None
        name = node.func.attr
        if name == "parse_args":
            return Namespace(self.options)
        if name == "parse_known_args":
            return (Namespace(self.options), Unknown(_short(node), node))
        if name not in OF_TEXT:
            return None
        text = self.value(node.func.value, scope)
        arguments = [self.value(each, scope) for each in node.args if not isinstance(each, ast.Starred)]
        if isinstance(text, str) and all(isinstance(each, str) for each in arguments):
            try:
                return getattr(text, name)(*arguments)
            except TypeError:
                return None
        return None

    def _positional(self, node: ast.Call, scope: Scope) -> list[tuple[Any, ast.AST]]:
        found: list[tuple[Any, ast.AST]] = []
        for each in node.args:
            if isinstance(each, ast.Starred):
                found += [(value, each) for value in self._members([each], scope)]
            else:
                found.append((self.value(each, scope), each))
        return found

    def _named(self, node: ast.Call, scope: Scope) -> dict[str, tuple[Any, ast.AST]]:
        found: dict[str, tuple[Any, ast.AST]] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value, scope)
            if keyword.arg == "param_scheduler":
                self.configured(value, keyword.value)
            if keyword.arg is not None:
                found[keyword.arg] = (value, keyword.value)
            elif isinstance(value, dict):
                found |= {str(k): (v, keyword.value) for k, v in value.items()}
            else:
                found["**"] = (Unknown(_short(keyword.value), keyword.value), keyword.value)
        return found

    def _path_call(
        self,
        path: str,
        given: list[tuple[Any, ast.AST]],
        named: dict[str, tuple[Any, ast.AST]],
        node: ast.Call,
    ) -> Any:
        last = path.rpartition(".")[2]
        values = [value for value, _ in given]
        if path == "dict":
            return self._described({k: v for k, (v, _) in named.items()}, node)
        if last in {"partial"} and values and isinstance(values[0], Function):
            inner = values[0]
            more = {**inner.given, **{k: v for k, (v, _) in named.items()}}
            return replace(inner, given=more, first=(*inner.first, *values[1:]))
        if path in BUILTINS and not named and not any(isinstance(v, Unknown | Path | Symbol) for v in values):
            found = builtin(path, values)
            return Unknown(_short(node), node) if found is None else found
        if candidates(path):
            return self._framework_call(path, None, given, named, node)
        if last in OPTIMIZERS:
            made = optimizer(last, path, values, {k: v for k, (v, _) in named.items()})
            groups = values[0] if values and isinstance(values[0], list) else []
            if any(isinstance(group, dict) and "lr" in group for group in groups):
                made = replace(made, lr=GROUPS)
            self.optimizers.append(made)
            return made
        function = mathematics.known(path)
        if function is not None:
            return self._mathematics(function, values, node)
        self._no_such_call(path, node)
        self._check_unread(path, [*values, *(value for value, _ in named.values())], node)
        return Unknown(_short(node), node)

    def _check_unread(self, path: str, values: list[Any], node: ast.Call) -> None:
        """A call that is not read, but is given an optimizer or a schedule, may be a scheduler of its own."""
        concerned = any(isinstance(value, Made | Optimizer) for value in values)
        name = path.rpartition(".")[2].lower()
        if concerned and ("sched" in name or "warm" in name):
            raise self.source.refuse(f"{no_such(path)}; what it makes of the rate is not known", node)
        if concerned:
            self.unread.append(node)

    def _no_such_call(self, path: str, node: ast.AST) -> None:
        """A name under a framework's own module that is none of its schedules is told at once."""
        own = home(path)
        parts = path.split(".")
        within = own is not None and set(parts[:-1]) & {"lr_scheduler", "schedules"}
        if own is None or not within:
            return
        near = difflib.get_close_matches(parts[-1], own.calls, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise self.source.refuse(f"{own.title} has no schedule '{parts[-1]}'{hint}", node)

    def _mathematics(self, name: str, values: list[Any], node: ast.AST) -> Any:
        if name in {"where", "cond"}:
            values = [
                self.apply(v, (), {}, node) if isinstance(v, Function) and not _required(v) else v
                for v in values
            ]
        unknown = next((v for v in values if isinstance(v, Unknown | Path)), None)
        if unknown is not None and (name not in {"cast", "constant", "tensor"} or unknown is values[0]):
            return unknown
        return mathematics.apply(name, values)

    def _asked(self, made: Made, given: list[tuple[Any, ast.AST]], node: ast.AST) -> Any:
        """A schedule called with a step."""
        self.used[id(made)] = made
        if len(given) != 1:
            return Unknown("a schedule", node)
        step = given[0][0]
        if isinstance(step, int | float):
            return float(made.schedule(step))
        offset = symbols.offset_of(step)
        if offset is None:
            raise self.source.refuse(
                "a schedule inside a function is asked at the step, or so many away", node
            )
        return Inner(made.schedule, offset)

    def _framework_call(
        self,
        path: str,
        owner: Framework | None,
        given: list[tuple[Any, ast.AST]],
        named: dict[str, tuple[Any, ast.AST]],
        node: ast.AST,
    ) -> Any:
        last = path.rpartition(".")[2]
        values, keywords = [v for v, _ in given], {k: v for k, (v, _) in named.items()}
        possible = (owner,) if owner is not None else candidates(path)
        chosen, refused = None, None
        for each in possible:
            if last not in each.calls:
                continue
            try:
                bound = binding.bind(last, each.calls[last], values, keywords)
            except Refusal as refusal:
                refused = refused or refusal
                if _only_verbose(each, last, values, keywords):
                    break
                continue
            if chosen is None and (len(possible) == 1 or _plausible(each, last, bound)):
                chosen = each, bound
        if chosen is None:
            if refused is None:
                raise self.source.refuse(no_such(path), node)
            at = named[refused.parameter][1] if refused.parameter in named else node
            raise self.source.refuse(str(refused), at)
        framework, bound = chosen
        if len(possible) > 1:
            others = " and ".join(each.title for each in possible if each is not framework)
            whose = framework.title + ("'" if framework.title.endswith("s") else "'s")
            self.notes[f"{last} is read as {whose} (also a name of {others})"] = None
        return self._make(framework, last, bound, given, named, node)

    def _make(
        self,
        framework: Framework,
        name: str,
        bound: dict[str, Any],
        given: list[tuple[Any, ast.AST]],
        named: dict[str, tuple[Any, ast.AST]],
        node: ast.AST,
    ) -> Made:
        places = {id(value): at for value, at in (*given, *named.values())}

        def place(parameter: str | None) -> ast.AST:
            if parameter in named:
                return named[parameter][1]
            return places.get(id(bound.get(parameter or "")), node)

        self._base = None
        try:
            result = binding.call(name, framework.calls[name], bound, self)
        except Refusal as refusal:
            raise self.source.refuse(str(refusal), place(refusal.parameter)) from None
        except NotKnown as unknown:
            raise self.not_known(unknown.value) from None
        except NotationError:
            raise
        except LrplotError as error:
            raise self.source.refuse(f"{name}: {error}", node) from None
        self._use(bound.values())
        if isinstance(result, Noted):
            self.notes.update(dict.fromkeys(result.notes))
            result = result.schedule
        made = Made(result, framework.name, name, node, self._base)
        if framework.single_precision:
            self.notes[f"{framework.title} computes rates in float32; drawn in float64"] = None
        self._register(made)
        return made

    def not_known(self, value: Unknown | Path) -> NotationError:
        """The error for something that only running the text could tell."""
        text = value.name if isinstance(value, Path) else value.text
        quoted = f"{text}=…"
        if any(c in text for c in "( )[]'"):
            quoted = f'"{quoted}"' if "'" in text else f"'{quoted}'"
        return self.source.refuse(f"'{text}' is not known here; bind it with --let {quoted}", value.node)

    def _use(self, values: Any) -> None:
        """Schedules that stand inside another are no runs of their own."""
        for value in values:
            if isinstance(value, Made | Instance | Function):
                self.used[id(value)] = value
            elif isinstance(value, list | tuple):
                self._use(value)
            elif isinstance(value, dict):
                self._use(value.values())

    def _register(self, made: Made | Instance) -> None:
        if not self._inside_function:
            self.made.append(made)

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """Inside a schedule's own function, what is made is part of it."""
        self._inside_function += 1
        try:
            yield
        finally:
            self._inside_function -= 1

    # Functions and classes of the script.

    def apply(self, callee: Any, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
        """Call a function, class or object of the script."""
        from lrplot.notations.functions import Body

        walked = self.walk is not None and not self._inside_function
        if isinstance(callee, UserClass):
            return self._instance(callee, given, named, node)
        if isinstance(callee, Instance):
            method = _method(callee.of, "__call__")
            if method is None:
                return Unknown(f"{callee.of.node.name}(…)()", node)
            callee = Function(method, callee.of.scope, first=(callee,))
        if not isinstance(callee, Function):
            return Unknown("a call", node)
        scope = self._bound(callee, given, named, node)
        if isinstance(callee.node, ast.Lambda):
            return self.value(callee.node.body, scope)
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                raise self.source.refuse("nested too deeply", node)
            if walked and self.walk is not None:
                return self.walk(callee.node, scope)
            return Body(self).run(callee.node, scope)
        finally:
            self._depth -= 1

    def _instance(self, of: UserClass, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
        made = Instance(of, {})
        self.instances.append(made)
        start = _method(of, "__init__")
        for base in of.node.bases:
            last = _short(base).rpartition(".")[2]
            if last in names() or last in {"LRScheduler", "_LRScheduler"}:
                raise self.source.refuse(
                    f"class {of.node.name} derives from {last}; only a LearningRateSchedule is read",
                    node,
                )
        is_schedule = any(_short(base).endswith("LearningRateSchedule") for base in of.node.bases)
        if start is not None:
            with self._quietly() if is_schedule else nullcontext():
                self.apply(Function(start, of.scope, first=(made,)), given, named, node)
        else:
            fields = [
                s for s in of.node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
            ]
            for field, value in zip(fields, given, strict=False):
                made.attributes[field.target.id] = value  # type: ignore[union-attr]
            made.attributes.update(named)
        if is_schedule:
            self._use([*given, *named.values()])
            self._register(made)
        return made

    def _check_arity(
        self, function: Function, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST
    ) -> None:
        """Refuse a call that Python would refuse."""
        arguments = function.node.args
        names_ = [p.arg for p in (*arguments.posonlyargs, *arguments.args)]
        places = len(names_) - len(function.first)
        if len(given) > places and arguments.vararg is None:
            raise self.source.refuse(
                f"{function.name} takes {places} arguments by position, got {len(given)}", node
            )
        known = {*names_, *(p.arg for p in arguments.kwonlyargs)}
        wrong = next((name for name in named if name not in known), None)
        if wrong is not None and arguments.kwarg is None:
            raise self.source.refuse(f"{function.name} has no argument '{wrong}'", node)

    def _bound(
        self, function: Function, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST
    ) -> Scope:
        arguments = function.node.args
        parameters = [*arguments.posonlyargs, *arguments.args]
        values = {**function.given, **named}
        scope = Scope({}, function.scope)
        for parameter, value in zip(parameters, (*function.first, *given), strict=False):
            scope.names[parameter.arg] = value
        self._check_arity(function, given, named, node)
        defaults = function.defaults or self.function(function.node, function.scope).defaults
        for parameter in (*parameters, *arguments.kwonlyargs):
            name = parameter.arg
            if name in values:
                scope.names[name] = values[name]
            elif name not in scope.names and name in defaults:
                scope.names[name] = defaults[name]
            elif name not in scope.names:
                scope.names[name] = Unknown(name, node)
        return scope


def no_such(name: str) -> str:
    """The sentence for a name that no framework has."""
    last = name.rpartition(".")[2]
    near = difflib.get_close_matches(last, (*names(), *OPTIMIZERS), 1) if last.isidentifier() else []
    hint = f"; did you mean '{near[0]}'?" if near else ""
    shown = name if len(name) <= 40 else name[:37] + "..."
    return f"no framework lrplot reads has a schedule '{shown}'{hint}"


def _node_of(value: Any) -> ast.AST:
    return value.node if isinstance(value, Function | Made) else value.of.node


def _method(of: UserClass, name: str) -> ast.FunctionDef | None:
    return next((s for s in of.node.body if isinstance(s, ast.FunctionDef) and s.name == name), None)


def _positional(function: Function) -> int:
    """How many more arguments a function can be given by position."""
    arguments = function.node.args
    names = [p.arg for p in (*arguments.posonlyargs, *arguments.args)][len(function.first) :]
    return sum(name not in function.given for name in names)


def _required(function: Function) -> int:
    """How many arguments a function still needs."""
    arguments = function.node.args
    names = [p.arg for p in (*arguments.posonlyargs, *arguments.args)]
    without = names[: len(names) - len(arguments.defaults)][len(function.first) :]
    return sum(name not in function.given for name in without)


def _plausible(framework: Framework, name: str, bound: Mapping[str, Any]) -> bool:
    """Whether the first argument is of the kind the framework's call wants: an optimizer, or a number."""
    from lrplot.notations.values import Base, Unused

    parameters = binding.signature_of(framework.calls[name]).parameters
    for key, value in bound.items():
        wants_optimizer = parameters[key].annotation in {Base, Unused}
        if wants_optimizer and isinstance(value, int | float | str):
            return False
        if key == "learning_rate" and isinstance(value, Optimizer):
            return False
    return True


def _only_verbose(framework: Framework, name: str, values: list[Any], named: dict[str, Any]) -> bool:
    """Whether all that keeps a call from being this framework's is ``verbose``, which others still have."""
    kept = {key: value for key, value in named.items() if key != "verbose"}
    if len(kept) == len(named):
        return False
    try:
        binding.bind(name, framework.calls[name], values, kept)
    except Refusal:
        return False
    return True


def _short(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 60 else text[:57] + "..."
