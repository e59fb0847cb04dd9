"""Calls of every framework: their parameters drawn from their signatures, and known calls changed."""

import inspect
from pathlib import Path
from random import Random
from typing import Any

from lrplot.frameworks.registry import REGISTRY
from lrplot.python.binding import Formula, Rule
from lrplot.python.framework import Framework
from lrplot.python.parameters import Base, Unused
from lrplot.python.signatures import signature_of
from lrplot.python.values import Made, Optimizer
from lrplot.schedules.base import Schedule
from lrplot.sources.reference import parse

from ..frameworks.text_cases import CASES
from ..python.calls import CALLS
from . import expressions, runs
from .case import Case
from .values import chance, count, factor, length, mutated, rate, renumbered, share, wrong

KNOWN = (*(text for texts in CASES.values() for text in texts), *(each.text for each in CALLS))
DEEPEST = 2
WORDS = (
    *("cos", "linear", "cosine", "min", "max", "rel", "abs", "triangular", "triangular2", "exp_range"),
    *("step", "epoch", "iteration", "constant", "polynomial", "poly", "exp", "hold", "cosine_with_restarts"),
    *("constant_with_warmup", "inverse_sqrt", "warmup_stable_decay", "1-sqrt", "log", "piecewise_constant"),
)
LENGTHS = (
    "step",
    "iter",
    "epoch",
    "t_",
    "duration",
    "warmup_t",
    "period",
    "total",
    "begin",
    "end",
    "patience",
)
RATES = ("lr", "rate", "eta", "value")


def case(rng: Random) -> Case:
    text = call(rng)
    if chance(rng, 0.08):
        text = mutated(rng, text)
    settings: dict[str, Any] = {"lr": rate(rng)} if chance(rng, 0.9) else {}
    if chance(rng, 0.8):
        settings["steps"] = rng.choice([1, 2, 150_000, 10**9]) if chance(rng, 0.06) else rng.randint(1, 300)
    if chance(rng, 0.25):
        settings["steps_per_epoch"] = rng.choice([1, 3, 10])
    if chance(rng, 0.3):
        settings["metrics"] = rng.choice(["exp(-t / 9)", [1.0] * 300, [0.5, 0.4, float("nan")] * 100])
    shown = f"parse({text!r}, {', '.join(f'{k}={v!r}'[:60] for k, v in settings.items())})"

    def trial(_: Path) -> None:
        try:
            run = parse(text, **settings)
        except UnicodeEncodeError:  # a lone surrogate is no text
            return
        runs.check(rng, run)

    return Case(shown, trial)


def call(rng: Random) -> str:
    """One call: of a known form with other numbers, or drawn from its signature."""
    if chance(rng, 0.35):
        text = rng.choice(KNOWN)
        for _ in range(rng.randint(0, 3)):
            text = renumbered(rng, text)
        return text
    framework = rng.choice([each for each in REGISTRY.frameworks if each.calls])
    return _of(rng, framework, rng.choice(sorted(framework.calls)), DEEPEST)


def _of(rng: Random, framework: Framework, name: str, depth: int) -> str:
    given = []
    for parameter in signature_of(framework.calls[name]).parameters.values():
        starred = parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}
        if starred or not chance(rng, 0.35 if parameter.default is not inspect.Parameter.empty else 0.98):
            continue
        text = repr(wrong(rng)) if chance(rng, 0.02) else argument(rng, framework, parameter, depth)
        named = parameter.kind is parameter.KEYWORD_ONLY or (given and chance(rng, 0.8))
        given.append(f"{parameter.name}={text}" if named or "=" in "".join(given[-1:]) else text)
    path = f"{framework.roots[0]}.{name}" if framework.by_import or chance(rng, 0.3) else name
    return f"{path}({', '.join(given)})"


def argument(rng: Random, framework: Framework, parameter: inspect.Parameter, depth: int) -> str:
    """What a parameter is given, by its annotation, then by its name."""
    said = str(parameter.annotation)
    if parameter.annotation in {Base, Unused, Optimizer} or "Unused" in said:
        return "optimizer" if parameter.name == "optimizer" or chance(rng, 0.5) else repr(rate(rng))
    inner = "Made" in said or "Schedule" in said or parameter.annotation in {Made, Schedule}
    if inner and parameter.annotation is not Base:
        parts = [_inner(rng, framework, depth) for _ in range(rng.randint(1, 3) if "list" in said else 1)]
        return f"[{', '.join(parts)}]" if "list" in said else parts[0]
    if "Formula" in said or parameter.annotation in {Formula, Rule}:
        return "lambda t: " + expressions.factor(rng).replace("where(", "max(")
    if "list[" in said and (said[:5] == "list[" or chance(rng, 0.3)):
        return repr(_list(rng, parameter.name, said))
    return repr(_scalar(rng, parameter.name, said))


def _inner(rng: Random, framework: Framework, depth: int) -> str:
    names = sorted(framework.calls)
    plain = [name for name in names if "Made" not in str(signature_of(framework.calls[name]))]
    return (
        _of(rng, framework, rng.choice(names if depth else plain or names), max(0, depth - 1))
        if depth
        else "optimizer"
    )


def _list(rng: Random, name: str, said: str) -> list[Any]:
    if any(word in name.lower() for word in ("milestone", "bound", "step", "epoch")):
        return sorted(count(rng) for _ in range(rng.randint(1, 3)))
    if "dict" in said:
        return [{"init_value": rate(rng), "peak_value": rate(rng), "warmup_steps": 3, "decay_steps": 20}]
    return [rate(rng) for _ in range(rng.randint(1, 4))]


def _scalar(rng: Random, name: str, said: str) -> Any:
    low = name.lower()
    plain = not any(word in low for word in ("factor", "decay", "pct"))
    if "bool" in said:
        drawn: Any = rng.choice([True, False])
    elif said.startswith("<class 'str'") or "Annotated[typing.Any" in said:
        drawn = rng.choice(WORDS)
    elif "str" in said and chance(rng, 0.5):
        drawn = rng.choice(["10ba", "3ep", "0.1dur", "1dur", "50ba", *WORDS])
    elif "int" in said and "float" not in said:
        drawn = -1 if name == "last_epoch" and chance(rng, 0.9) else count(rng, 60)
    elif plain and any(word in low for word in RATES):
        drawn = rate(rng)
    elif plain and any(word in low for word in LENGTHS):
        drawn = length(rng, 60)
    else:
        drawn = rng.choice([factor(rng), share(rng), share(rng), length(rng, 5)])
    return drawn
