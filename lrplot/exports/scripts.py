"""The code around a call or a formula: imports, the optimizer, the training loop."""

import ast
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lrplot.exports.dialects import JAX, KERAS, PYTHON, Dialect, body, function, printed
from lrplot.exports.layout import laid_out, short_exponents
from lrplot.exports.optimizers import spell_optimizer
from lrplot.frameworks.registry import REGISTRY
from lrplot.optimizers import SGD
from lrplot.optimizers.base import Optimizer
from lrplot.python.framework import Framework
from lrplot.python.spelling import Formula, Spellings, number, with_point
from lrplot.text.segments import Segments

_DIALECTS: Final[Mapping[str, Dialect]] = {"python": PYTHON, "keras": KERAS, "jax": JAX}
_MOMENTUM: Final = 0.9
"""The optimizer's momentum where a scheduler moves it and nobody says one."""


@dataclass(frozen=True, slots=True)
class Target:
    """A framework's way of writing a schedule.

    Parameters
    ----------
    name
        The name that ``--to`` and ``--as`` take.
    framework
        Whose it is.
    spellings
        Its templates.
    """

    name: str
    framework: Framework
    spellings: Spellings


ALL: Final[Mapping[str, Target]] = {
    name: Target(name, framework, spellings)
    for framework in REGISTRY.frameworks
    for name, spellings in framework.spellings.items()
}
"""Every way of writing a schedule, by name."""
TARGETS: Final = tuple(name for name, target in ALL.items() if target.spellings.script)
"""The ways that make code: the targets of an export."""
FRAMEWORKS: Final = tuple(name for name, target in ALL.items() if name == target.framework.name)
"""The usual way of each framework."""


@dataclass(frozen=True, slots=True)
class Loop:
    """The length of training, and what the scheduler counts: None where it is steps."""

    steps: int
    steps_per_epoch: int | None

    @property
    def epochs(self) -> int:
        """The number of times that what counts epochs is stepped."""
        return -(-self.steps // (self.steps_per_epoch or 1))

    @property
    def by_epoch(self) -> bool:
        """True where the scheduler counts epochs."""
        return self.steps_per_epoch is not None

    @property
    def counted(self) -> int:
        """The number of times that the scheduler is stepped."""
        return self.epochs if self.by_epoch else self.steps

    @property
    def clock(self) -> str:
        """The name of the loop among a framework's."""
        return (
            "steps" if self.steps_per_epoch is None else "epochs" if self.steps_per_epoch == 1 else "batches"
        )


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes scripts for a target.

    Parameters
    ----------
    target
        The target.
    loop
        The training.
    base
        The optimizer's rate.
    optimizer
        The optimizer, None where SGD stands for one.
    moves_momentum
        Whether the schedule moves the momentum, so that the optimizer needs one.
    groups
        The labels and base rates of parameter groups, none where all parameters have one rate.
    """

    target: Target
    loop: Loop
    base: float
    optimizer: Optimizer | None = None
    moves_momentum: bool = False
    groups: tuple[tuple[str, float], ...] = ()

    def with_call(self, call: str, *, metric: str = "", head: str = "") -> str:
        """The script around a call, or around none where the rate stays; one that reacts is told a metric."""
        spellings = self.target.spellings
        script = spellings.script if call else spellings.bare
        script = (metric and spellings.reacting) or script
        moves = self.moves_momentum and any(f"{name}(" in call for name in spellings.moves_momentum)
        rate = (spellings.rate if call else "") or with_point(self.base)
        filled = self._filled(
            script,
            call=_FORMS[spellings.form](self.target, call) if call else "",
            optimizer=self._optimizer(rate, momentum=_MOMENTUM if moves else 0),
            plain_call=call,
            plain_optimizer=self._optimizer(with_point(self.base)),
            head=head,
            metric=metric,
        )
        return self._finished(filled, call)

    @property
    def lost(self) -> str:
        """The note on what the code does not say of the optimizer; empty where it says all."""
        style = self.target.spellings.optimizer
        if self.optimizer is None:
            return ""
        if style is None:
            called, _ = REGISTRY.optimizers_of(self.optimizer.rule).of_type(self.optimizer.type)
            return f"{called} is not written: the {self.target.name} has an optimizer of its own"
        return spell_optimizer(self.optimizer, style, "")[1].format(title=self.target.framework.title)

    def with_formula(self, formula: Formula, expression: str, first: int = 0) -> str:
        """The script around a function of the step; a running product begins at its step ``first``."""
        dialect = _DIALECTS[formula.dialect]
        whole = f"1 if t < {first} else ({expression})" if first else expression
        said: Any = {"step": formula.argument, "steps": self.loop.steps, "floats": formula.floats}
        filled = self._filled(
            formula.script,
            function=function(whole, dialect, formula.name, **said),
            body="\n".join(body(whole, dialect, " " * 8, **said)),
            expression=printed(expression, dialect, **said),
            first=first,
            optimizer=self._optimizer(formula.rate or with_point(self.base)),
        )
        return self._finished(filled, "")

    def with_functions(self, functions: Sequence[tuple[str, str]]) -> str:
        """The script around a function of the step for each group: its name, and an expression in ``t``."""
        style = self.target.spellings.optimizer
        assert style is not None  # noqa: S101 (it has groups)
        assert style.groups is not None  # noqa: S101 (it has groups)
        factors = (
            style.groups.factor.format(name=name, rate=number(rate))
            for (name, _), (_, rate) in zip(functions, self.groups, strict=True)
        )
        filled = self._filled(
            style.groups.script,
            functions="\n\n\n".join(function(text, PYTHON, name, step="step") for name, text in functions),
            factors=", ".join(factors),
            optimizer=self._optimizer(with_point(self.base)),
        )
        return self._finished(filled, "")

    def _filled(self, script: str, *, metric: str = "", **more: Any) -> str:
        loop = self.target.spellings.loops.get(self.loop.clock, "")
        counts = {
            "steps": self.loop.steps,
            "epochs": self.loop.epochs,
            "steps_per_epoch": self.loop.steps_per_epoch,
            "metric": metric,
            "also_metric": metric and f", {metric}",
        }
        return self._with_parts(script).format(
            imports="{imports}", base=number(self.base), loop=loop.format(**counts), **counts, **more
        )

    def _optimizer(self, rate: str, momentum: float = 0) -> str:
        style = self.target.spellings.optimizer
        if style is None:
            return ""
        text, _ = spell_optimizer(self.optimizer or SGD(momentum=momentum), style, rate)
        if self.groups and style.groups is not None:
            each = (style.groups.group.format(label=label, rate=number(own)) for label, own in self.groups)
            text = text.replace(style.groups.parameters, f"[{', '.join(each)}]", 1)
        return _OPTIMIZER_FORMS[self.target.spellings.form](text)

    def _with_parts(self, script: str) -> str:
        """The script with a model that has a part for each group."""
        style = self.target.spellings.optimizer
        if not self.groups or style is None or style.groups is None:
            return script
        parts = ", ".join(style.groups.part.format(label=label) for label, _ in self.groups)
        models = style.groups.models.format(parts=parts)
        return script.replace(style.groups.model, models.replace("{", "{{").replace("}", "}}"))

    def _finished(self, code: str, call: str) -> str:
        if self.target.spellings.form == "json":
            return short_exponents(json.dumps(json.loads(code), indent=2)) + "\n"
        imports = _imports(self.target, code, call)
        return laid_out(code.replace("{imports}", imports).lstrip("\n"))


def _imports(target: Target, code: str, call: str) -> str:
    """The import statements of what the code names, as a linter sorts them."""
    lines = [line for line in target.spellings.imports if _uses(code, line.split()[-1])]
    modules = target.spellings.modules
    if modules and call:
        called = (ast.unparse(n.func) for n in ast.walk(ast.parse(call)) if isinstance(n, ast.Call))
        lines += [f"from {modules.get(name, modules[''])} import {name}" for name in called]
    standard = ["import math", ""] if "math." in code else []
    return "\n".join([*standard, *sorted(dict.fromkeys(lines), key=lambda line: (line[0] == "f", line))])


def _uses(code: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", code) is not None


def with_paths(target: Target, call: str) -> str:
    """The call with the framework's module before each name of it, so that no other framework is meant.

    >>> with_paths(ALL["optax"], "join_schedules([constant_schedule(1)], [])")
    'optax.join_schedules([optax.constant_schedule(1)], [])'
    """
    if call.startswith("["):
        return shown_call(call)
    path = target.spellings.path or f"{target.framework.roots[0]}."
    return _prefixed(target, call, path)


def _prefixed(target: Target, call: str, path: str) -> str:
    known = target.framework.calls
    return re.sub(r"\b\w+(?=\()", lambda name: path + name[0] if name[0] in known else name[0], call)


def shown_call(call: str) -> str:
    """The call as a page shows it: without paths; a list as a configuration has it."""
    members = _flat(ast.parse(call, mode="eval").body) if call.startswith("[") else []
    segments = Segments(call)
    texts = [_as_dict(segments.of(member)) for member in members]
    return f"[{', '.join(texts)}]" if texts else call


def _in_code(target: Target, call: str) -> str:
    return _prefixed(target, call, target.spellings.path)


def _as_dict(call: str) -> str:
    """A call as the dictionary of a configuration, where it is none yet.

    >>> _as_dict("SGD(lr=0.1)"), _as_dict("dict(type='SGD')")
    ("dict(type='SGD', lr=0.1)", "dict(type='SGD')")
    """
    (node,) = _flat(ast.parse(call, mode="eval").body)
    if ast.unparse(node.func) == "dict":
        return call
    segments = Segments(call)
    named = [f"{k.arg}={segments.of(k.value)}" for k in node.keywords]
    return f"dict({', '.join([f'type={ast.unparse(node.func)!r}', *named])})"


def _as_dicts(_target: Target, call: str) -> str:
    """A call, or a list of them, as the list of dictionaries of a configuration.

    >>> print(_as_dicts(ALL["mmengine"], "StepLR(optimizer, step_size=3)"))
    [
        dict(type='StepLR', step_size=3),
    ]
    """
    members = _flat(ast.parse(call, mode="eval").body)
    segments = Segments(call)
    lines = [f"    {_as_dict(segments.of(member))},\n" for member in members]
    return f"[\n{''.join(lines)}]"


def _flat(node: ast.expr) -> list[ast.Call]:
    if isinstance(node, ast.List):
        return [call for each in node.elts for call in _flat(each)]
    return [node] if isinstance(node, ast.Call) else []


def _as_json(call: str) -> str:
    """A call as the ``"type"`` and ``"params"`` of a configuration."""
    (node,) = _flat(ast.parse(call, mode="eval").body)
    given = {keyword.arg: ast.literal_eval(keyword.value) for keyword in node.keywords}
    return json.dumps({"type": ast.unparse(node.func), "params": given})


_FORMS: Final[Mapping[str, Callable[[Target, str], str]]] = {
    "call": _in_code,
    "dict": _as_dicts,
    "json": lambda _, call: _as_json(call),
}
_OPTIMIZER_FORMS: Final[Mapping[str, Callable[[str], str]]] = {
    "call": str,
    "dict": _as_dict,
    "json": _as_json,
}
