"""Calls: a framework's own, those of plain Python, and schedules that a mapping describes."""

import ast
import difflib
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from lrplot.errors import LrplotError, NotationError
from lrplot.notations import binding, mathematics, symbols
from lrplot.notations.binding import NotKnown, Rule
from lrplot.notations.described import configured, described
from lrplot.notations.expressions import Expressions, short
from lrplot.notations.frameworks import Framework, candidates, combinator, home, is_foreign, names
from lrplot.notations.optimizers import GROUPS, OPTIMIZERS, optimizer
from lrplot.notations.plain import BUILTINS, OF_TEXT, builtin
from lrplot.notations.symbols import Inner, Symbol
from lrplot.notations.values import (
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
from lrplot.schedules.base import Schedule


class Calls(Expressions):
    """Evaluates calls, and keeps what they make."""

    @abstractmethod
    def base_rate(self, lr: Any) -> float:
        """The base rate of an optimizer whose text says ``lr``."""

    @abstractmethod
    def formula(self, value: Any, *, with_rate: bool) -> Rule:
        """A function of the step, evaluated."""

    @abstractmethod
    def schedule(self, value: Any) -> Schedule:
        """A schedule, however it is spelled."""

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
            return self._path_call(callee, given, named, node)
        return Unknown(short(node), node)

    def _method_call(self, node: ast.Call, scope: Scope) -> Any:
        """``parser.parse_args()``, and the methods of a text; None for every other call."""
        if not isinstance(node.func, ast.Attribute):
            return None
        name = node.func.attr
        if name == "parse_args":
            return Namespace(self.options)
        if name == "parse_known_args":
            return (Namespace(self.options), Unknown(short(node), node))
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
        if path == "dict":
            return self._described({k: v for k, (v, _) in named.items()}, node)
        if last in {"partial"} and values and isinstance(values[0], Function):
            inner = values[0]
            more = {**inner.given, **{k: v for k, (v, _) in named.items()}}
            return replace(inner, given=more, first=(*inner.first, *values[1:]))
        combined = combinator(path, imported=callee.imported)
        if combined is not None:
            return combined(self, values, {k: v for k, (v, _) in named.items()}, node)
        if path in BUILTINS and not named and not any(isinstance(v, Unknown | Path | Symbol) for v in values):
            found = builtin(path, values)
            return Unknown(short(node), node) if found is None else found
        if is_foreign(path, imported=callee.imported):
            raise self.source.refuse(foreign(path), node)
        possible = candidates(path, imported=callee.imported)
        if possible:
            return self._framework_call(path, possible, given, named, node)
        if last in OPTIMIZERS:
            made = optimizer(last, path, values, {k: v for k, (v, _) in named.items()})
            groups = values[0] if values and isinstance(values[0], list) else []
            if any(isinstance(group, dict) and "lr" in group for group in groups):
                made = replace(made, lr=GROUPS)
            self.optimizers.append(made)
            return made
        function = mathematics.known(path)
        if function is not None:
            return self._mathematics(
                function, mathematics.placed(function, values, {k: v for k, (v, _) in named.items()}), node
            )
        self._no_such_call(callee, node)
        self._check_unread(path, [*values, *(value for value, _ in named.values())], node)
        return Unknown(short(node), node)

    def _check_unread(self, path: str, values: list[Any], node: ast.Call) -> None:
        """A call that is not read, but is given an optimizer or a schedule, may be a scheduler of its own."""
        concerned = any(isinstance(value, Made | Optimizer) for value in values)
        name = path.rpartition(".")[2].lower()
        if concerned and ("sched" in name or "warm" in name):
            raise self.source.refuse(f"{no_such(path)}; what it makes of the rate is not known", node)
        if concerned:
            self.unread.append(node)

    def _no_such_call(self, callee: Path, node: ast.AST) -> None:
        """A name under a framework's own module that is none of its schedules is told at once."""
        own = home(callee.name, imported=callee.imported)
        parts = callee.name.split(".")
        within = own is not None and set(parts[:-1]) & {"lr_scheduler", "schedules"}
        if own is None or not within:
            return
        near = difflib.get_close_matches(parts[-1], own.calls, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
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
        possible: Sequence[Framework],
        given: list[tuple[Any, ast.AST]],
        named: dict[str, tuple[Any, ast.AST]],
        node: ast.AST,
    ) -> Any:
        last = path.rpartition(".")[2]
        values, keywords = [v for v, _ in given], {k: v for k, (v, _) in named.items()}
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
                raise self.source.refuse(no_such(path), node)
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
        noted = result if isinstance(result, Noted) else Noted(result)
        self.notes.update(dict.fromkeys(noted.notes))
        again = None if _holds_schedules(bound.values()) else self._again(framework, name, bound)
        made = Made(
            noted.schedule,
            framework.name,
            name,
            node,
            self._base,
            again,
            noted.told,
            noted.horizon,
            noted.needs,
        )
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
    def _quietly(self) -> Iterator[None]:
        """Inside a schedule's own function, what is made is part of it."""
        self._inside_function += 1
        try:
            yield
        finally:
            self._inside_function -= 1

    def _described(self, found: dict[Any, Any], node: ast.AST) -> Any:
        """A dictionary, or the schedule it describes: MMEngine's, Hydra's, Lightning's, DeepSpeed's."""
        spelled = described(found)
        if spelled is None:
            if isinstance(found.get("type"), str) and found["type"] in OPTIMIZERS and "lr" in found:
                self.optimizers.append(Optimizer(found["type"], found["lr"]))
            return found
        path, arguments, owner = spelled
        # A config leaves the optimizer to the trainer.
        # A dotted path of a config is whole, as an import's is.
        whole = "." in path
        if owner is None and is_foreign(path, imported=whole):
            raise self.source.refuse(foreign(path), node)
        possible = (owner,) if owner is not None else candidates(path, imported=whole)
        calls = (each.calls[path.rpartition(".")[2]] for each in possible)
        if any("optimizer" in binding.signature_of(call).parameters for call in calls):
            arguments = {"optimizer": Optimizer("optimizer"), **arguments}
        return self._framework_call(path, possible, [], {k: (v, node) for k, v in arguments.items()}, node)

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


def no_such(name: str) -> str:
    """The sentence for a name that no framework has."""
    last = name.rpartition(".")[2]
    near = difflib.get_close_matches(last, (*names(), *OPTIMIZERS), 1) if last.isidentifier() else []
    hint = f"; did you mean '{near[0]}'?" if near else ""
    shown = name if len(name) <= 40 else name[:37] + "..."
    return f"no framework lrplot reads has a schedule '{shown}'{hint}"


def _holds_schedules(values: Iterable[Any]) -> bool:
    return any(
        isinstance(value, Made) or (isinstance(value, list | tuple) and _holds_schedules(value))
        for value in values
    )


def foreign(path: str) -> str:
    """The sentence for a framework's name that is imported from elsewhere."""
    module, _, last = path.rpartition(".")
    return (
        f"{last} comes from '{module or '.'}' here, which is no framework lrplot reads: what it does to the "
        f"rate is not known; paste its definition (class or def {last}) in place of the import"
    )


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
