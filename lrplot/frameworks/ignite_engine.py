"""pytorch-ignite's ``Engine``: its handlers, and its run as the loop that it stands for (release 0.5.5)."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lrplot.frameworks.ignite_events import BATCHES, NEVER, Moment, moments_of
from lrplot.python.lanes import NotAlike
from lrplot.python.lengths import length_of
from lrplot.python.mutation import may_touch
from lrplot.python.parameters import Path
from lrplot.python.values import (
    NOTHING,
    FrameworkObject,
    Function,
    Instance,
    Made,
    Method,
    Optimizer,
    Scope,
    Unknown,
)

_NAME: Final = "ignite"
_MOMENTS: Final = ("STARTED", "EPOCH_STARTED", *BATCHES, "EPOCH_COMPLETED", "COMPLETED")
_SCHEDULING: Final = ("lr", "learning", "sched", "warm", "anneal", "plateau")
"""Words in the names of handlers that set a rate."""
_ENDING: Final = frozenset({"terminate", "terminate_epoch", "interrupt"})


@dataclass(frozen=True, slots=True, eq=False)
class _Handler:
    """What is called at a moment, and what it is given beside the engine."""

    moment: Moment
    call: Any
    given: tuple[Any, ...]
    named: Mapping[str, Any]
    node: ast.AST


class Engine:
    """One engine of a text.

    Parameters
    ----------
    evaluator
        The text's evaluator.
    process
        What it does with a batch: a function of the text, an optimizer that it updates, or something open.
    every
        The batches of one update of that optimizer.
    """

    def __init__(self, evaluator: Any, process: Any, every: Any = 1) -> None:
        self._evaluator = evaluator
        self._process = process
        self._every = every
        self._attached: dict[int, _Handler | Unknown] = {}
        self._ever: dict[int, list[_Handler]] = {}
        """All that was attached at each place, in whichever way of an open condition."""
        self.runs: dict[str, int] = {"begun": 0}
        self._running = False
        state = FrameworkObject.of_kind("State", {}, {"epoch": 0, "iteration": 0})
        self._state = state
        methods: dict[str, Callable[..., Any]] = {
            "on": self._on,
            "add_event_handler": self._add,
            "run": self._run,
        }
        methods |= dict.fromkeys(_ENDING, self._ends)
        methods["remove_event_handler"] = self._removed
        self.object = FrameworkObject.of_kind("Engine", methods, {"state": state})
        engines(evaluator).append(self)

    # -- handlers

    def _on(
        self,
        _evaluator: Any,
        given: Sequence[Any],
        named: Mapping[str, Any],
        node: ast.AST,
        _scope: Scope,
    ) -> Any:
        """``@trainer.on(event, …)``: a decorator that gives the function back."""

        def decorate(
            _evaluator: Any, functions: Sequence[Any], _named: Any, _node: ast.AST, _scope: Scope
        ) -> Any:
            self.attach(given[0] if given else NOTHING, functions[0], given[1:], named, node)
            return functions[0]

        return FrameworkObject.of_kind("on", {"__call__": decorate})

    def _add(
        self,
        _evaluator: Any,
        given: Sequence[Any],
        named: Mapping[str, Any],
        node: ast.AST,
        _scope: Scope,
    ) -> Any:
        rest = dict(named)
        places = list(given)
        event = places.pop(0) if places else rest.pop("event_name", NOTHING)
        handler = places.pop(0) if places else rest.pop("handler", NOTHING)
        self.attach(event, handler, places, rest, node)
        return FrameworkObject.of_kind("RemovableEventHandle", {"remove": self._removed})

    def attach(
        self, event: Any, call: Any, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST
    ) -> None:
        """Call ``call`` at an event from here on."""
        taken(self._evaluator).add(id(node))
        if isinstance(call, FrameworkObject) and "schedulers" in call.attributes:
            for each in call.attributes["schedulers"]:
                self.attach(event, each, (), {}, node)
            return
        moments = moments_of(event)
        if moments is None:
            handler = _Handler(Moment(""), call, tuple(given), named, node)
            if self._touches(handler):
                raise self._refusal(
                    "which event this is is not known, and what it calls may touch the rate; name one of "
                    "ignite's Events",
                    node,
                )
            return
        if self._evaluator.lanes is not None:
            raise NotAlike
        for moment in moments:
            handler = _Handler(moment, call, tuple(given), named, node)
            if self._running and self._touches(handler):
                raise self._refusal("a handler that may touch the rate is added while the engine runs", node)
            place = len(self._attached)
            self._ever.setdefault(place, []).append(handler)
            self._evaluator.write(self._attached, place, handler)

    @property
    def handlers(self) -> dict[int, _Handler]:
        """What is attached now, in its order; what hangs on an open condition may not touch a rate."""
        found: dict[int, _Handler] = {}
        for place, each in self._attached.items():
            if isinstance(each, _Handler):
                found[place] = each
                continue
            hanging = next(filter(self._touches, self._ever[place]), None)
            if hanging is not None and isinstance(each.because, Unknown | Path):
                raise self._evaluator.objects.open(each.because, "and whether this is attached depends on it")
            if hanging is not None:
                raise self._refusal(
                    "whether this is attached hangs on a condition that is not known, and it may touch "
                    "the rate",
                    hanging.node,
                )
        return found

    def _removed(self, _evaluator: Any, _given: Any, _named: Any, node: ast.AST, _scope: Scope) -> Any:
        if any(map(self._touches, self.handlers.values())):
            raise self._refusal("a handler is taken away here, which is not read", node)
        return NOTHING

    def _ends(self, _evaluator: Any, _given: Any, _named: Any, node: ast.AST, _scope: Scope) -> Any:
        raise self._refusal(
            "the engine is ended here before its epochs are over, which is not read; say how long it trains "
            "by max_epochs=…, or take the line out",
            node,
        )

    # -- what touches a rate

    def touches(self, asked: tuple["Engine", ...] = ()) -> bool:
        """True where its run may update or touch a rate."""
        if self in asked:
            return False
        around = (*asked, self)
        return self._trains(around) or any(self._touches(each, around) for each in self.handlers.values())

    def _trains(self, asked: tuple["Engine", ...]) -> bool:
        if isinstance(self._process, Unknown | Path):
            text = self._process.name if isinstance(self._process, Path) else self._process.text
            telling = ("eval", "infer", "val", "test", "predict", "dummy", "none")
            return not any(word in text.lower() for word in telling)
        return isinstance(self._process, Optimizer) or self._calls_touching(self._process, asked)

    def _touches(self, handler: _Handler, asked: tuple["Engine", ...] = ()) -> bool:
        if isinstance(handler.call, Unknown | Path):
            return _may_schedule(handler.call)
        return isinstance(handler.call, Made | Method) or self._calls_touching(handler.call, asked)

    def _calls_touching(self, call: Any, asked: tuple["Engine", ...]) -> bool:
        function = _function(call)
        if function is None:
            return False
        body = function.node.body if isinstance(function.node.body, list) else [function.node.body]
        if any(may_touch(each, self._evaluator.touches) for each in body):
            return True
        calls = {n.func.attr for n in ast.walk(function.node) if is_method(n)}  # type: ignore[attr-defined]
        ends = bool(_ENDING & calls)
        others = (each for each in engines(self._evaluator) if each not in asked)
        return ends or ("run" in calls and any(each.touches((*asked, self)) for each in others))

    # -- the run

    def _run(
        self,
        evaluator: Any,
        given: Sequence[Any],
        named: Mapping[str, Any],
        node: ast.Call,
        scope: Scope,
    ) -> Any:
        """``trainer.run(data, max_epochs=…)``, followed as the loop that it is."""
        evaluator.write(self.runs, "begun", self.runs["begun"] + 1)
        if not self.touches():
            return self._state
        if evaluator.lanes is not None:
            raise NotAlike
        if self.runs["begun"] > 1 and self._goes_on:
            raise self._refusal(
                "this engine is run once more, which is not read; draw each run by itself", node
            )
        said = {**dict(zip(_RUN, given, strict=False)), **named}
        said = {name: value for name, value in said.items() if value is not NOTHING}
        places = dict(zip(_RUN, node.args, strict=False)) if len(node.args) == len(given) else {}
        places |= {each.arg: each.value for each in node.keywords if each.arg is not None}
        if "max_iters" in said:
            raise self._refusal("max_iters is not read; say max_epochs=… and epoch_length=…", node)
        home = Scope({"engine_of_run": self.object, "max_epochs_of_run": said.get("max_epochs", 1)}, scope)
        evaluator.begin(home.names)
        instead = {"max_epochs_of_run": places["max_epochs"]} if "max_epochs" in said and places else {}
        length = said.get("epoch_length")
        if length is None and "data" in said and "data" in places:
            instead["batches_of_run"] = places["data"]
        else:
            home.names["batches_of_run"] = self._batches(length, node)
        self._state.attributes["max_epochs"] = said.get("max_epochs", 1)
        self._state.attributes["epoch_length"] = length if length is not None else self._length(said, node)
        self._running = True
        try:
            evaluator.fitting.follow(_placed(self._written(home, node), instead, node), home, node)
        finally:
            self._running = False
        return self._state

    @property
    def _goes_on(self) -> bool:
        """True where another run goes on from the one before: it trains, or a scheduler counts its events."""
        counting = (
            isinstance(each.call, Made) and not each.call.schedule.reacts for each in self.handlers.values()
        )
        return self._trains((self,)) or any(counting)

    def _batches(self, length: Any, node: ast.AST) -> Any:
        if isinstance(length, Unknown | Path):
            raise self._evaluator.objects.open(length)
        return Unknown("batches_of_run", node, length=length if isinstance(length, int) else None)

    def _length(self, said: Mapping[str, Any], node: ast.AST) -> Any:
        known = length_of(said.get("data"))
        return Unknown("engine.state.epoch_length", node) if known is None else known

    def _written(self, home: Scope, node: ast.AST) -> str:
        """The run as Python."""
        at: dict[str, list[str]] = {name: [] for name in _MOMENTS}
        for number, handler in self.handlers.items():
            if handler.moment.name in NEVER or not self._touches(handler):
                self._say(handler)
                continue
            if handler.moment.name not in at:
                raise self._refusal("this event is not read", handler.node)
            at[handler.moment.name] += self._handler(handler, number, home)
        batch = [
            *at["GET_BATCH_STARTED"],
            "engine_of_run.state.iteration += 1",
            *at["GET_BATCH_COMPLETED"],
            *at["ITERATION_STARTED"],
            *self._update(home, node),
            *at["ITERATION_COMPLETED"],
        ]
        epoch = [
            "engine_of_run.state.epoch = epoch_of_run + 1",
            *at["EPOCH_STARTED"],
            "for _batch_of_run in batches_of_run:",
            *_indented(batch),
            *at["EPOCH_COMPLETED"],
        ]
        begun = ["engine_of_run.state.epoch = 0", "engine_of_run.state.iteration = 0", *at["STARTED"]]
        loop = ["for epoch_of_run in range(max_epochs_of_run):", *_indented(epoch)]
        return "\n".join([*begun, *loop, *at["COMPLETED"]])

    def _update(self, home: Scope, node: ast.AST) -> list[str]:
        if isinstance(self._process, Unknown | Path):
            text = self._process.name if isinstance(self._process, Path) else self._process.text
            raise self._refusal(
                f"what '{text}' does with each batch is not in this text; paste its definition too", node
            )
        home.names["process_of_run"] = self._process
        if isinstance(self._process, Optimizer):
            home.names["every_of_run"] = self._every
            step = "process_of_run.step()"
            if self._every == 1:
                return [step]
            return ["if engine_of_run.state.iteration % every_of_run == 0:", f"    {step}"]
        if not self._calls_touching(self._process, (self,)):
            return []
        return [self._called("process_of_run", "engine_of_run", "_batch_of_run")]

    def _called(self, name: str, *given: str) -> str:
        """A call of a function of the text, which is followed whatever its name says."""
        self._evaluator.touching |= {name}
        return f"{name}({', '.join(given)})"

    def _handler(self, handler: _Handler, number: int, home: Scope) -> list[str]:
        test = handler.moment.test(number, home.names)
        call = self._call(handler, number, home)
        return [f"if {test}:", *_indented(call)] if test else call

    def _call(self, handler: _Handler, number: int, home: Scope) -> list[str]:
        name = f"handler_{number}_of_run"
        if isinstance(handler.call, Made):
            return self._scheduler(handler, handler.call, number, home)
        function = _function(handler.call)
        if function is None:
            raise self._refusal(
                "what this handler makes of the rate is not known; write it as a function that is given the "
                "engine",
                handler.node,
            )
        home.names[name] = function
        given = [f"given_{number}_{i}_of_run" for i in range(len(handler.given))]
        home.names |= dict(zip(given, handler.given, strict=True))
        for key, value in handler.named.items():
            home.names[f"{key}_given_{number}_of_run"] = value
        named = [f"{key}={key}_given_{number}_of_run" for key in handler.named]
        first = ["engine_of_run"] if _takes_engine(function, len(given)) else []
        return [self._called(name, *first, *given, *named)]

    def _scheduler(self, handler: _Handler, made: Made, number: int, home: Scope) -> list[str]:
        """A scheduler of ignite's own, whose calls are its clock: the first sets its rate at step 0."""
        self._check_scheduler(handler, made)
        name = f"handler_{number}_of_run"
        if made.arguments.get("use_legacy") is True:
            home.names[name] = made.arguments["lr_scheduler"]
            self._evaluator.used.pop(id(home.names[name]), None)
            self._evaluator.making.use([made])
            return [f"{name}.step()"]
        self._evaluator.making.use([made])
        home.names[name] = self._evaluator.fitting.scheduler(made, made.optimizer)
        if made.schedule.reacts:
            return [f"{name}.step()"]
        told = handler.moment.calls_before
        if told is not None:
            return [f"{name}.step({told})"]
        home.names[f"calls_{number}_of_run"] = 0
        return [f"{name}.step(calls_{number}_of_run)", f"calls_{number}_of_run += 1"]

    def _check_scheduler(self, handler: _Handler, made: Made) -> None:
        if made.framework != _NAME or made.optimizer is None:
            raise self._refusal(
                f"{made.call} is no handler that ignite can call; give it LRScheduler({made.call}(…)), or a "
                "function that steps it",
                handler.node,
            )
        twice = [h for each in engines(self._evaluator) for h in each.handlers.values() if h.call is made]
        if len(twice) > 1:
            raise self._refusal(f"{made.call} is called at several events, which is not read", handler.node)
        index = made.arguments.get("param_group_index")
        alone = self._evaluator.objects.groups.count_of(made.optimizer) == 1
        if index is not None and index is not NOTHING and not alone:
            raise self._refusal("a param_group_index of several groups is not read", handler.node)
        inner = made.arguments.get("lr_scheduler")
        late = handler.moment.name not in {"STARTED", "EPOCH_STARTED", *BATCHES[:3]} or handler.moment.filters
        if late and isinstance(inner, Made) and float(inner.schedule(0)) != inner.base:
            raise self._refusal(
                f"the first updates have the rate that {inner.call} sets when it is made, which is not "
                "read here; attach it to Events.ITERATION_STARTED or EPOCH_STARTED",
                handler.node,
            )

    def _say(self, handler: _Handler) -> None:
        text = handler.call.text if isinstance(handler.call, Unknown) else ""
        if "EarlyStopping" in text or "NoImprovement" in text:
            note = "EarlyStopping may end the training before its epochs; drawn as if it did not"
            self._evaluator.notes[note] = None

    def _refusal(self, message: str, node: ast.AST) -> Exception:
        error: Exception = self._evaluator.objects.refusal(message, node)
        return error

    def check(self) -> None:
        """Refuse handlers that touch a rate where no run of the engine was read."""
        if self.runs["begun"]:
            return
        for handler in self.handlers.values():
            if self._touches(handler) and not _is_as_documented(handler):
                raise self._refusal(
                    "what is attached here may touch the rate, and no run of this engine was read; add it: "
                    "trainer.run(loader, max_epochs=…)",
                    handler.node,
                )


_RUN: Final = ("data", "max_epochs", "max_iters", "epoch_length")
"""The parameters of ``run``, in ignite's order."""


def _is_as_documented(handler: _Handler) -> bool:
    """True where a scheduler of ignite's is called before each update, which its curve by itself is."""
    plain = handler.moment.name == "ITERATION_STARTED" and not handler.moment.filters
    return isinstance(handler.call, Made) and (plain or handler.call.schedule.reacts)


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def is_method(node: ast.AST) -> bool:
    """True for a call of something's method."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def _function(call: Any) -> Function | None:
    """The function of the text that is called."""
    if isinstance(call, Function):
        return call
    if isinstance(call, Instance) and not isinstance(call, FrameworkObject):
        method = call.of.method("__call__")
        if method is not None:
            home = call.of.where("__call__")
            return Function(method, Scope({}, home.scope, of=home), first=(call,))
    return None


def _takes_engine(function: Function, given: int) -> bool:
    """True where ignite hands the engine on: where the function can be called with it."""
    many = function.node.args.vararg is not None
    return function.required <= given + 1 and (many or given + 1 <= function.positional)


def _may_schedule(call: Unknown | Path) -> bool:
    """True where something that is not in the text may set the rate, by its name or what it was given."""
    text = call.name if isinstance(call, Path) else call.text
    word = text.partition("(")[0].rpartition(".")[2].lower()
    holds = isinstance(call, Unknown) and any(isinstance(each, Made) for each in call.holds)
    return holds or any(part in word for part in _SCHEDULING)


def _placed(text: str, instead: Mapping[str, ast.expr], node: ast.AST) -> list[ast.stmt]:
    """Statements at the place of a call, with the text's own expressions in the place of names."""

    class Instead(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            return instead.get(name.id, name)

    tree = ast.parse(text)
    for each in ast.walk(tree):
        ast.copy_location(each, node)
    return list(Instead().visit(tree).body)


def engines(evaluator: Any) -> list[Engine]:
    """The engines of a text, in the order in which they are made."""
    found: list[Engine] = evaluator.remembered.setdefault((_NAME, "engines"), [])
    return found


def taken(evaluator: Any) -> set[int]:
    """The calls that attach something and were read, by identity."""
    found: set[int] = evaluator.remembered.setdefault((_NAME, "taken"), set())
    return found
