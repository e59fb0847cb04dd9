"""Calls: a framework's own, those of plain Python, and schedules that a mapping describes."""

import ast
import math
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import numpy as np

from lrplot.errors import LrplotError, NotationError, OpenNameError
from lrplot.python import binding, lengths, mathematics, symbolic, tables
from lrplot.python.binding import NotKnown, Rule
from lrplot.python.builtins_ import BUILTINS, LONGEST, OF_TEXT, builtin
from lrplot.python.expressions import Expressions, short
from lrplot.python.mappings import described
from lrplot.python.objects import NOT_OURS
from lrplot.python.registry import Framework
from lrplot.python.symbolic import Inner, Symbol
from lrplot.python.tables import Table
from lrplot.python.training import Event
from lrplot.python.unknown_names import foreign, mistyped, no_such
from lrplot.python.values import (
    GROUPS,
    NOTHING,
    Base,
    Function,
    Instance,
    Made,
    Method,
    Namespace,
    Noted,
    Optimizer,
    Partial,
    Path,
    RateOf,
    Refusal,
    Scope,
    Unknown,
    UserClass,
)
from lrplot.schedules.base import Schedule
from lrplot.schedules.excerpt import Excerpt
from lrplot.text.nearest import did_you_mean


class Calls(Expressions):
    """Evaluates calls, and keeps what they make."""

    @abstractmethod
    def base_rate(self, lr: Any) -> float:
        """The base rate of an optimizer whose text says ``lr``."""

    @abstractmethod
    def rate_of(self, optimizer: Optimizer) -> Any:
        """The rate an optimizer has when a scheduler is built on it, as the text says."""

    @abstractmethod
    def formula(self, value: Any, *, with_rate: bool) -> Rule:
        """A function of the step, evaluated."""

    @abstractmethod
    def schedule(self, value: Any) -> Schedule:
        """A schedule, however it is spelled."""

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        base: Any = None
        if isinstance(node.func, ast.Attribute):
            if _is_super(node.func.value):
                return self._super_call(node, node.func, scope)
            base = self.value(node.func.value, scope)
            special = self._method_call(base, node, node.func, scope)
            if special is not NOT_OURS:
                return special
        given = self._positional(node, scope)
        named = self._named(node, scope)
        if isinstance(node.func, ast.Attribute):
            values = [v for v, _ in given]
            ours = self.objects.call(
                base, node.func.attr, values, {k: v for k, (v, _) in named.items()}, node
            )
            if ours is not NOT_OURS:
                return ours
            text = ast.unparse(node.func) if self.bindings else ""
            callee = self.bindings[text] if text in self.bindings else self._member_of(base, node.func)
        else:
            callee = self.value(node.func, scope)
        if isinstance(callee, Method):
            return self.objects.call(
                callee.owner, callee.name, [v for v, _ in given], {k: v for k, (v, _) in named.items()}, node
            )
        if isinstance(callee, Partial):
            first = [(value, node) for value in callee.first]
            more = {key: (value, node) for key, value in callee.given.items()}
            return self._path_call(callee.path, [*first, *given], {**more, **named}, node)
        if isinstance(callee, Function | UserClass | Instance):
            if isinstance(node.func, ast.Attribute):
                self.objects.accounted.add(id(node.func))
            return self.apply(callee, [v for v, _ in given], {k: v for k, (v, _) in named.items()}, node)
        if isinstance(callee, Made):
            return self._asked(callee, given, node)
        if isinstance(callee, Symbol) and not given:
            return callee
        if isinstance(callee, Path):
            return self._path_call(callee, given, named, node)
        if isinstance(callee, Unknown):
            values = [value for value, _ in (*given, *named.values())]
            by_name = {k: v for k, (v, _) in named.items()}
            return self.objects.call_elsewhere(short(node.func), values, node, by_name, base)
        return Unknown(short(node), node)

    @abstractmethod
    def _super_call(self, node: ast.Call, function: ast.Attribute, scope: Scope) -> Any:
        """``super().method(…)``."""

    def _method_call(self, base: Any, node: ast.Call, function: ast.Attribute, scope: Scope) -> Any:
        """``parser.parse_args()``, and the methods of texts, lists and dictionaries."""
        name = function.attr
        if name == "parse_args":
            return Namespace(self.options)
        if name == "parse_known_args":
            return (Namespace(self.options), Unknown(short(node), node))
        if isinstance(base, Table) and name in {
            "tolist",
            "numpy",
            "astype",
            "float",
            "double",
            "copy",
            "item",
        }:
            return base
        if isinstance(base, dict) and name in {"items", "values", "keys", "get"}:
            return self._of_dictionary(base, name, node, scope)
        if name not in OF_TEXT or not isinstance(base, str):
            return NOT_OURS
        arguments = [self.value(each, scope) for each in node.args if not isinstance(each, ast.Starred)]
        if all(isinstance(each, str) for each in arguments):
            try:
                return getattr(base, name)(*arguments)
            except TypeError:
                return NOT_OURS
        return NOT_OURS

    def _of_dictionary(self, base: dict[Any, Any], name: str, node: ast.Call, scope: Scope) -> Any:
        if name == "get":
            given = [self.value(each, scope) for each in node.args if not isinstance(each, ast.Starred)]
            if given and isinstance(given[0], str | int | float):
                return base.get(given[0], given[1] if len(given) > 1 else NOTHING)
            return Unknown(short(node), node)
        return {"items": list(base.items()), "values": list(base.values()), "keys": list(base)}[name]

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
                found["**"] = (Unknown(short(keyword.value), keyword.value), keyword.value)
        return found

    def _path_call(
        self,
        callee: Path,
        given: list[tuple[Any, ast.AST]],
        named: dict[str, tuple[Any, ast.AST]],
        node: ast.Call,
    ) -> Any:
        path = callee.name
        last = path.rpartition(".")[2]
        values = [value for value, _ in given]
        if last in {"SimpleNamespace", "Namespace"} and not values:
            return Namespace({k: v for k, (v, _) in named.items()})
        if path == "dict" and not values:
            return self._described({k: v for k, (v, _) in named.items()}, node)
        if (
            path == "len"
            and len(values) == 1
            and isinstance(values[0], Unknown)
            and values[0].length is not None
        ):
            return values[0].length
        if path == "len" and len(values) == 1 and isinstance(values[0], Unknown | Path):
            return self._length(node.args[0], node)
        if path == "len" and len(values) == 1 and isinstance(values[0], Table):
            return len(values[0].values)
        if path == "float" and len(values) == 1 and isinstance(values[0], str):
            with suppress(ValueError):
                return float(values[0])
        if last == "set_value" and len(values) == 2 and isinstance(values[0], RateOf):
            self.objects.write(values[0].optimizer, None, values[1], node)
            return NOTHING
        if last in {"partial"} and values and isinstance(values[0], Function):
            inner = values[0]
            more = {**inner.given, **{k: v for k, (v, _) in named.items()}}
            return replace(inner, given=more, first=(*inner.first, *values[1:]))
        if last == "partial" and values and isinstance(values[0], Path):
            return Partial(values[0], tuple(values[1:]), {k: v for k, (v, _) in named.items()})
        if path == "getattr" and len(values) >= 2 and isinstance(values[1], str) and values[1].isidentifier():
            owner, name = node.args[0], values[1]
            return self._member_of(values[0], ast.copy_location(ast.Attribute(owner, name, ast.Load()), node))
        if path == "map" and len(values) == 2:
            return self._mapped(values[0], values[1], node)
        if path in {"list", "tuple"} and len(values) == 1 and isinstance(values[0], list | tuple):
            return list(values[0]) if path == "list" else tuple(values[0])
        combined = self.registry.combinator(path, imported=callee.imported)
        if combined is not None:
            return combined(self, values, {k: v for k, (v, _) in named.items()}, node)
        if path in BUILTINS and not named and not any(isinstance(v, Unknown | Path | Symbol) for v in values):
            found = builtin(path, values)
            return Unknown(short(node), node) if found is None else found
        if self.registry.is_foreign(path, imported=callee.imported):
            raise self.source.refuse(foreign(path), node)
        possible = self.registry.candidates(path, imported=callee.imported)
        if possible:
            return self._framework_call(path, possible, given, named, node)
        if last in self.registry.optimizers:
            made = self.registry.optimizer(last, path, values, {k: v for k, (v, _) in named.items()})
            groups = values[0] if values and isinstance(values[0], list) else []
            if any(isinstance(group, dict) and "lr" in group for group in groups):
                made = replace(made, lr=GROUPS, shared=made.lr)
            self.optimizers.append(made)
            return made
        root = path.split(".", maxsplit=1)[0]
        if root in mathematics.ROOTS and path != last and tables.makes(root, last, values):
            unknown = next(
                (
                    v
                    for v in _flat([*values, *(v for v, _ in named.values())])
                    if isinstance(v, Unknown | Path)
                ),
                None,
            )
            if root == "torch":
                self.notes["torch computes its tables in float32; drawn in float64"] = None
            return (
                unknown
                if unknown is not None and last != "from_numpy"
                else tables.made(
                    last, values, {k: v for k, (v, _) in named.items() if not isinstance(v, Path)}
                )
            )
        function = mathematics.known(path)
        if function is not None:
            placed = mathematics.placed(function, values, {k: v for k, (v, _) in named.items()})
            return self._mathematics(function, mathematics.of_arrays(path, placed), node)
        self._no_such_call(callee, node)
        every = [*values, *(value for value, _ in named.values())]
        if any(isinstance(value, Made | Optimizer) for value in every):
            self.unread.append(node)
        found = self.objects.call_elsewhere(path, every, node, {k: v for k, (v, _) in named.items()})
        length = lengths.of_call(last, values, {k: v for k, (v, _) in named.items()})
        return replace(found, length=length) if length is not None and isinstance(found, Unknown) else found

    def _mapped(self, function: Any, over: Any, node: ast.Call) -> Any:
        """``map(function, list)``, member by member."""
        if not isinstance(over, list | tuple | range) or len(over) > LONGEST:
            return Unknown(short(node), node)
        if isinstance(function, Method):
            return [self.objects.call(function.owner, function.name, [each], {}, node) for each in over]
        if isinstance(function, Function | UserClass | Instance):
            return [self.apply(function, [each], {}, node) for each in over]
        if isinstance(function, Path) and function.name in {"float", "int"}:
            return [self._path_call(function, [(each, node)], {}, node) for each in over]
        return Unknown(short(node), node)

    def _length(self, over: ast.expr, node: ast.AST) -> Any:
        """``len(loader)``: the batches of an epoch, where something stands in for them or says them."""
        text = ast.unparse(over)
        loads = text in self.looped or any(word in text.lower() for word in ("loader", "batches"))
        if self.lengths is None or not loads:
            return Unknown(short(node), node)
        return self.lengths.number(node, short(node))

    def _no_such_call(self, callee: Path, node: ast.AST) -> None:
        """A name under a framework's own module that is none of its schedules is told at once."""
        own = self.registry.home(callee.name, imported=callee.imported)
        parts = callee.name.split(".")
        within = own is not None and set(parts[:-1]) & {"lr_scheduler", "schedules"}
        if own is None or not within:
            return
        hint = did_you_mean(parts[-1], own.calls)
        raise self.source.refuse(f"{own.title} has no schedule '{parts[-1]}'{hint}", node)

    def _mathematics(self, name: str, values: list[Any], node: ast.AST) -> Any:
        if name in {"where", "cond"}:
            values = [
                self.apply(v, (), {}, node) if isinstance(v, Function) and not v.required else v
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
            rate = float(made.schedule(step))
            return -rate if made.negated else rate
        offset = symbolic.offset_of(step)
        if offset is None:
            raise self.source.refuse(
                "a schedule inside a function is asked at the step, or so many away", node
            )
        inner = Inner(made.schedule, offset)
        return symbolic.negative(inner) if made.negated else inner

    def _framework_call(
        self,
        path: str,
        possible: Sequence[Framework],
        given: list[tuple[Any, ast.AST]],
        named: dict[str, tuple[Any, ast.AST]],
        node: ast.AST,
    ) -> Any:
        last = path.rpartition(".")[2]
        values = [_listed(v) for v, _ in given]
        keywords = {k: _listed(v) for k, (v, _) in named.items()}
        chosen, refused = None, None
        for each in possible:
            if last not in each.calls:
                continue
            try:
                bound = binding.bind(last, each.calls[last], values, keywords)
            except Refusal as refusal:
                refused = refused or refusal
                continue
            if chosen is None and (len(possible) == 1 or _plausible(each, last, bound)):
                chosen = each, bound
        if chosen is None:
            if refused is None:
                raise self.source.refuse(no_such(path, self.registry.names), node)
            at = named[refused.parameter][1] if refused.parameter in named else node
            raise self.source.refuse(str(refused), at)
        framework, bound = chosen
        also = [each.title for each in possible if each is not framework and not each.by_import]
        if also:
            others = " and ".join(also)
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
    ) -> Any:
        places = {id(value): at for value, at in (*given, *named.values())}

        def place(parameter: str | None) -> ast.AST:
            if parameter in named:
                return named[parameter][1]
            return places.get(id(bound.get(parameter or "")), node)

        self._base = None
        optimizer = self._optimizer_of(bound)
        resumed = bound.get("last_epoch") if framework.resumes else None
        resumed = None if resumed == -1 or not isinstance(resumed, int) else resumed
        if resumed is not None:
            bound = {**bound, "last_epoch": -1}
        self.groups = 1 if optimizer is None else len(self.objects.groups_of(optimizer))
        try:
            function = framework.calls[name]
            arguments = binding.arguments(name, function, bound, self)
            result = arguments.given_to(function)
        except Refusal as refusal:
            raise self.source.refuse(str(refusal), place(refusal.parameter)) from None
        except NotKnown as unknown:
            raise self.not_known(unknown.value) from None
        except NotationError:
            raise
        except LrplotError as error:
            raise self.source.refuse(f"{name}: {error}", node) from None
        self._use(bound.values())
        noted = result if isinstance(result, Noted) else Noted(result)
        if resumed is not None:
            noted = replace(
                noted, schedule=self._resumed(framework, name, noted.schedule, resumed, optimizer, node)
            )
        self.notes.update(dict.fromkeys(noted.notes))
        inner = (m.base for m in _made_in(bound) if m.base is not None)
        made = Made(
            noted.schedule,
            framework.name,
            name,
            node,
            self._base_or(next(inner, None)),
            arguments=arguments.in_full(function),
            optimizer=optimizer,
            again=None if _holds_schedules(bound.values()) else self._again(framework, name, bound),
            told=noted.told,
            horizon=noted.horizon,
            needs=noted.needs,
            negated=noted.negated,
        )
        if optimizer is not None:
            self.objects.training.add(Event("made", node, optimizer, made))
        if framework.single_precision:
            self.notes[f"{framework.title} computes rates in float32; drawn in float64"] = None
        self._register(made)
        return made if noted.beside is None else (made, noted.beside)

    def _again(self, framework: Framework, name: str, bound: dict[str, Any]) -> Callable[[float], Schedule]:
        """The call once more, for an optimizer of another rate."""

        def made(lr: float) -> Schedule:
            before, self.rates = self.rates, replace(self.rates, given=lr)
            try:
                result = binding.call(name, framework.calls[name], bound, self)
            finally:
                self.rates = before
            return result.schedule if isinstance(result, Noted) else result

        return made

    def _resumed(
        self,
        framework: Framework,
        name: str,
        result: Any,
        last: int,
        optimizer: Optimizer | None,
        node: ast.AST,
    ) -> Schedule:
        """A scheduler built with ``last_epoch``: its curve from the epoch behind it on."""
        schedule: Schedule = result
        if last < -1:
            raise self.source.refuse(f"{name}: last_epoch must be -1 or more, got {last}", node)
        group = None if optimizer is None else self.objects.groups_of(optimizer)[0]
        if (
            group is not None
            and optimizer is not None
            and optimizer.values
            and not group.entries.get("initial_lr")
        ):
            raise self.source.refuse(
                f"{name} with last_epoch={last} wants 'initial_lr' in the optimizer's parameter groups, as "
                f"{framework.title} says: a checkpoint's optimizer state holds it",
                node,
            )
        now = (
            None
            if group is None or optimizer is None
            else group.entries.get("lr", optimizer.shared or optimizer.lr)
        )
        before = float(schedule(last))
        acts = bool(schedule.update(np.array([float(last + 1)]))[0][0]) or name not in framework.sets_outright
        if isinstance(now, int | float) and acts and not math.isclose(now, before, rel_tol=1e-6):
            raise self.source.refuse(
                f"{name} goes on from the rate it finds, {now:g}, and after epoch {last} this schedule is at "
                f"{before:g}; give the optimizer lr={before:g}, as a checkpoint would",
                node,
            )
        self.notes[f"resumed: step 0 of the picture is epoch {last + 1} of {name}"] = None
        return Excerpt(schedule=schedule, start=last + 1)

    def _base_or(self, other: float | None) -> float | None:
        """The base rate that was looked up for a call, else another."""
        return other if self._base is None else self._base

    def _optimizer_of(self, bound: Mapping[str, Any]) -> Optimizer | None:
        """The optimizer a scheduler is given, by itself or with the schedulers inside it."""
        for value in bound.values():
            if isinstance(value, Optimizer):
                return value
        given = bound.get("optimizer")
        if isinstance(given, Unknown | Path):
            return self.objects.named(given)
        return next((made.optimizer for made in _made_in(bound) if made.optimizer is not None), None)

    def not_known(self, value: Unknown | Path, why: str = "") -> NotationError:
        """The error for something that only running the text could tell, or for a mistyped schedule."""
        while isinstance(value, Unknown) and value.because is not None:
            value = value.because
        if isinstance(value.node, ast.Call):
            said = mistyped(value.node, self.source.tree, self.registry.names)
            if said is not None:
                return self.source.refuse(said, value.node)
        text = value.name if isinstance(value, Path) else value.text
        reason = f", {why}" if why else ""
        return OpenNameError.of(
            self.source.refuse(f"'{text}' is not known here{reason}; bind it with {let(text)}", value.node),
            text,
        )

    def _use(self, values: Any) -> None:
        """Schedules that stand inside another are no runs of their own."""
        for value in values:
            if isinstance(value, Made | Instance | Function):
                self.used[id(value)] = value
            elif isinstance(value, list | tuple):
                self._use(value)
            elif isinstance(value, dict):
                self._use(value.values())

    def replaced(self, old: Made, schedule: Schedule) -> Made:
        """Another schedule in the place of one that a further call has changed."""
        self._use([old])
        made = replace(old, schedule=schedule)
        self._register(made)
        return made

    def _register(self, made: Made | Instance) -> None:
        if not self._inside_function:
            self.made.append(made)

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Inside a schedule's own function, what is made is part of it."""
        self._inside_function += 1
        try:
            yield
        finally:
            self._inside_function -= 1

    def _described(self, found: dict[Any, Any], node: ast.AST) -> Any:
        """A dictionary, or the schedule it describes: MMEngine's, Hydra's, Lightning's, DeepSpeed's."""
        spelled = described(found, self.registry)
        if spelled is None:
            if (
                isinstance(found.get("type"), str)
                and found["type"] in self.registry.optimizers
                and "lr" in found
            ):
                self.optimizers.append(Optimizer(found["type"], found["lr"]))
            return found
        path, arguments, owner = spelled
        # A config leaves the optimizer to the trainer.
        # A dotted path of a config is whole, as an import's is.
        whole = "." in path
        if owner is None and self.registry.is_foreign(path, imported=whole):
            raise self.source.refuse(foreign(path), node)
        possible = (owner,) if owner is not None else self.registry.candidates(path, imported=whole)
        calls = (each.calls[path.rpartition(".")[2]] for each in possible)
        if any("optimizer" in binding.signature_of(call).parameters for call in calls):
            arguments = {"optimizer": Optimizer("optimizer"), **arguments}
        return self._framework_call(path, possible, [], {k: (v, node) for k, v in arguments.items()}, node)

    def described(self, mapping: Mapping[str, Any], node: ast.AST) -> Any:
        """The schedule a mapping of a config file describes."""
        return self.configured(dict(mapping), node) or self._described(dict(mapping), node)

    def configured(self, value: Any, node: ast.AST) -> Made | None:
        """The schedule that a list of a framework's configuration describes, None where the value is none."""
        readers = ((each, each.listed) for each in self.registry.frameworks if each.listed is not None)
        listed = ((framework, listed(value)) for framework, listed in readers)
        framework, described = next((each for each in listed if each[1] is not None), (None, None))
        if framework is None or described is None:
            return None
        try:
            schedule = described.make(Base(lambda: self.base_rate(None)), self.around)
        except NotKnown as unknown:
            raise self.not_known(unknown.value) from None
        except NotationError:
            raise
        except LrplotError as error:
            raise self.source.refuse(str(error), node) from None
        made = Made(schedule, framework.name, described.name, node)
        self._register(made)
        return made


def let(text: str) -> str:
    """The option that binds an open name, to be pasted.

    >>> let("args.lr"), let("len(loader)")
    ('--let args.lr=…', "--let 'len(loader)=…'")
    """
    quoted = f"{text}=…"
    if any(c in text for c in "( )[]'<>=!&|*"):
        quoted = f'"{quoted}"' if "'" in text else f"'{quoted}'"
    return f"--let {quoted}"


def _listed(value: Any) -> Any:
    """A table of numbers as the list a scheduler takes for one."""
    if not isinstance(value, Table):
        return value
    return [int(each) if each.is_integer() else each for each in value.values.tolist()]


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _flat(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _flat(value)
        else:
            yield value


def _made_in(bound: Mapping[str, Any]) -> list[Made]:
    """The schedulers among a call's arguments."""
    return [value for value in _flat(bound.values()) if isinstance(value, Made)]


def _holds_schedules(values: Iterable[Any]) -> bool:
    return any(
        isinstance(value, Made) or (isinstance(value, list | tuple) and _holds_schedules(value))
        for value in values
    )


def _plausible(framework: Framework, name: str, bound: Mapping[str, Any]) -> bool:
    """Whether the first argument is of the kind the framework's call wants: an optimizer, or a number."""
    from lrplot.python.values import Base, Unused

    parameters = binding.signature_of(framework.calls[name]).parameters
    for key, value in bound.items():
        wants_optimizer = parameters[key].annotation in {Base, Unused}
        if wants_optimizer and isinstance(value, int | float | str):
            return False
        if key == "learning_rate" and isinstance(value, Optimizer):
            return False
    return True
