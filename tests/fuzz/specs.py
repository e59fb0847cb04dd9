"""Specs over all their keys: every schedule and parameter, right and wrong, and texts that are nearly specs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lrplot.clock import Training
from lrplot.document.path import KEYS
from lrplot.optimizers import TYPES as OPTIMIZERS
from lrplot.optimizers import Quadratic
from lrplot.optimizers.optimization import Noise
from lrplot.schedules import CATALOGUE, TYPES, schedule_class
from lrplot.schedules.callback import Rule
from lrplot.schedules.fields import kind_of, parameters
from lrplot.sources.reference import load
from lrplot.style import Style

from . import calls, expressions, runs
from .case import Case
from .values import chance, count, duration, factor, mutated, rate, share, some, wrong

CONFIGS = Path(__file__).parents[2] / "configs"
DEEPEST = 3
WRAPPERS = ("warmup", "sequence", "product", "epochwise", "excerpt", "stepped", "noisy", "recurrence")
REACTING = ("plateau", "callback", "greedy")
METRICS = (
    "1.0",
    "exp(-t / 9)",
    "2 - min(epoch, 9)",
    "0.2 + exp(-t / 9) + 0.02 * cos(3 * t) * (t > 20)",
    [1.0] * 40,
    [0.9, float("nan"), 0.8, float("inf"), 0.7] * 30,
)


def case(rng: Random) -> Case:
    text = (
        _existing(rng) if chance(rng, 0.1) else yaml.safe_dump(spec(rng), allow_unicode=True, sort_keys=False)
    )
    if chance(rng, 0.1):
        for _ in range(rng.randint(1, 3)):
            text = mutated(rng, text)

    def trial(folder: Path) -> None:
        path = folder / "it.yaml"
        path.write_text(text, encoding="utf-8")
        runs.check_all(rng, load(str(path)))

    return Case(text, trial)


def _existing(rng: Random) -> str:
    return rng.choice(sorted(CONFIGS.glob("*.yaml"))).read_text(encoding="utf-8")


def spec(rng: Random, mistaken: float = 0.03) -> dict[str, Any]:
    """A spec as plain data; each value is, now and then, one that cannot be."""

    def maybe_wrong(value: Any) -> Any:
        return wrong(rng) if chance(rng, mistaken) else value

    found: dict[str, Any] = {}
    if chance(rng, 0.95):
        found["lr"] = maybe_wrong(rate(rng))
    _horizon(rng, found)
    if chance(rng, 0.9):
        found["schedule"] = schedule(rng, DEEPEST, mistaken)
    else:
        names = ["a", "b, c", "\N{GREEK SMALL LETTER ETA}"][: rng.randint(1, 3)]
        found["schedules"] = {name: schedule(rng, 1, mistaken) for name in names}
    if chance(rng, 0.9 if any(f"'{each}'" in str(found) for each in REACTING) else 0.2):
        found["metrics"] = rng.choice(METRICS)
    if chance(rng, 0.08):
        _training(rng, found, mistaken)
    if chance(rng, 0.06) and isinstance(found.get("schedule"), dict):
        key = rng.choice(sorted(found["schedule"].keys() - {"type"}) or ["gamma"])
        found["sweep"] = {key: [rng.choice([rate(rng), factor(rng), duration(rng), "cos"]) for _ in range(2)]}
    if chance(rng, 0.1):
        found["groups"] = _groups(rng, mistaken)
    if chance(rng, 0.1):
        found["figure"] = model(rng, Style, mistaken)
        found["title"] = maybe_wrong("a title")
    for key in some(rng, KEYS, 2) if chance(rng, 0.03) else ():
        found[key] = wrong(rng)
    return {key: maybe_wrong(value) if chance(rng, 0.2) else value for key, value in found.items()}


def _groups(rng: Random, mistaken: float) -> dict[str, Any]:
    """Parameter groups: a factor, a rate, a factor of the curve, or a schedule of its own each."""
    return {
        name: wrong(rng)
        if chance(rng, mistaken)
        else rng.choice(
            [rng.choice([0, 1, 0.1]), {"lr": rate(rng)}, {"scale": factor(rng)}, schedule(rng, 1, mistaken)]
        )
        for name in some(rng, ("head", "b, c", "1"), 3)
    }


def _horizon(rng: Random, found: dict[str, Any]) -> None:
    form = rng.choices(["steps", "epochs", "both", "training", "none"], [10, 4, 2, 2, 1])[0]
    each = rng.choice([1, 3, 5, 10])
    if form in {"steps", "both"}:
        found["steps"] = (
            rng.choice([1, 2, 150_000, 150_000, 10**6, 10**12, "1e6"])
            if chance(rng, 0.05)
            else rng.randint(1, 400)
        )
    if form == "both":
        found["steps_per_epoch"] = each
    if form == "epochs":
        found |= {"epochs": rng.choice([1, 2.5, 7, 30, 90]), "steps_per_epoch": each}
    if form == "training":
        training = model(rng, Training, 0.02) | (
            {"examples": rng.randint(900, 9000)} if chance(rng, 0.9) else {}
        )
        found |= {"epochs": rng.randint(1, 9), "training": training}
    if chance(rng, 0.2 if {"epochs", "steps_per_epoch"} & found.keys() else 0.01):
        found["update"] = rng.choice(["epoch", "epoch", "step"])


def _training(rng: Random, found: dict[str, Any], mistaken: float) -> None:
    """An optimizer and its gradients, or the quadratic model."""
    if chance(rng, 0.4):
        found["simulate"] = model(rng, Quadratic, mistaken)
        return
    name = rng.choice(list(OPTIMIZERS))
    found["optimizer"] = rng.choice([name, {"type": name} | model(rng, OPTIMIZERS[name], mistaken)])
    found["gradients"] = rng.choice(["0.5", "cos(t)", model(rng, Noise, mistaken), [0.1, -0.2, 0.3] * 200])
    if chance(rng, 0.3):
        found["weights"] = rng.choice([0.5, [1.0], [1.0, 2.0]])


def schedule(rng: Random, depth: int, mistaken: float) -> Any:
    """A mapping, a list of phases, a name or a framework's call."""
    form = rng.choices(["mapping", "name", "phases", "call"], [12, 1, 3 if depth else 0, 1])[0]
    if form == "name":
        return rng.choice(list(CATALOGUE))
    if form == "call":
        return calls.call(rng)
    if form == "phases":
        phases = [_mapping(rng, depth - 1, mistaken) for _ in range(rng.randint(1, 4))]
        for phase in phases[: -1 if chance(rng, 0.95) else None]:
            phase["for"] = duration(rng) if chance(rng, 0.2) else rng.choice(["5%", "20%", count(rng, 20)])
        return phases
    return _mapping(rng, depth, mistaken)


def _mapping(rng: Random, depth: int, mistaken: float) -> dict[str, Any]:
    inner = [name for name in TYPES if depth or name not in WRAPPERS]
    name = rng.choice(inner)
    found = {"type": name} | model(rng, schedule_class(name), mistaken, depth)
    if depth and chance(rng, 0.2):
        found["warmup"] = model(rng, schedule_class("warmup"), mistaken, 0, without=("schedule",))
    if chance(rng, mistaken):
        found[rng.choice(["gama", "lr", "T_max", "warmup", "for", "factor"])] = wrong(rng)
    return found


def model(
    rng: Random, owner: type[BaseModel], mistaken: float, depth: int = 0, without: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Some of a model's parameters: those it needs nearly always."""
    found: dict[str, Any] = {}
    for name, info in parameters(owner).items():
        inherited = kind_of(info) is not None and kind_of(info).inherits is not None  # type: ignore[union-attr]
        needed = info.is_required() and not inherited
        if name in without or not chance(rng, 0.98 if needed else 0.35):
            continue
        found[name] = wrong(rng) if chance(rng, mistaken) else value(rng, name, info, depth)
    if owner is schedule_class("exponential"):
        found.pop(rng.choice(["gamma", "rate"]), None)
        if not {"gamma", "rate"} & found.keys():
            found["gamma"] = factor(rng)
    if owner is Rule and chance(rng, 0.95):
        found.pop(rng.choice(["multiply", "by"]), None)
        found |= {} if {"multiply", "by"} & found.keys() else {"multiply": factor(rng)}
    if owner is schedule_class("sequence") and isinstance(found.get("parts"), list):
        found["lengths"] = [count(rng) for _ in found["parts"][1:]]
    return found


def value(rng: Random, name: str, info: FieldInfo, depth: int) -> Any:
    """What a parameter may hold."""
    choices = _choices(info.annotation)
    if choices:
        return rng.choice(choices)
    kind = kind_of(info)
    if kind is None:
        return _plain(rng, name, info)
    drawn: Mapping[str, Callable[[], Any]] = {
        "rate": lambda: rate(rng),
        "number": lambda: _number(rng, name, whole=kind.whole or "int" in str(info.annotation)),
        "numbers": lambda: rng.choice([each for each in METRICS if isinstance(each, list)]),
        "length": lambda: count(rng, 60) if kind.whole and chance(rng, 0.8) else duration(rng),
        "lengths": lambda: [count(rng) for _ in range(rng.randint(0, 4))],
        "points": lambda: {count(rng) - 1: rate(rng) for _ in range(rng.randint(1, 4))},
        "schedule": lambda: schedule(rng, max(0, depth - 1), 0.02),
        "schedules": lambda: [schedule(rng, max(0, depth - 1), 0.02) for _ in range(rng.randint(1, 3))],
        "expression": lambda: expressions.factor(rng),
        "settings": lambda: [model(rng, kind.model, 0.02) for _ in range(rng.randint(1, 3)) if kind.model],
    }
    return drawn[kind.holds]()


def _choices(annotation: Any) -> tuple[Any, ...]:
    """Those of a Literal, alone or beside None."""
    for each in (annotation, *get_args(annotation)):
        if getattr(each, "__origin__", None) is Literal:
            return get_args(each)
    return ()


def _number(rng: Random, name: str, *, whole: bool) -> float:
    if name in {"T_mult", "power", "exponent", "div_factor", "final_div_factor", "ub", "rate"}:
        return rng.choice([1, 2, 0.5, 1.5, 3, 1.001, 25, 1e4])
    if name == "lb":
        return rng.choice([-7, -1, 0.0, -3.5])
    if whole:
        return rng.choice([1, 2, 3, 7, 20])
    return share(rng) if chance(rng, 0.4) else factor(rng)


def _plain(rng: Random, name: str, info: FieldInfo) -> Any:
    """A switch, a number with no unit, a text."""
    said = str(info.annotation)
    if "bool" in said:
        return rng.choice([True, False])
    if name == "size":
        return [rng.uniform(1, 10), rng.uniform(1, 10)]
    if "int" in said:
        return count(rng)
    if "float" in said:
        return rng.choice([share(rng), factor(rng), rate(rng)])
    return rng.choice(["a text", "it.png", "\N{CJK UNIFIED IDEOGRAPH-5B66}", "$x_1$"])
