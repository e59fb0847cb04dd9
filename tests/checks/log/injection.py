"""Trainings that went another way than planned, with the cause known: what ``verify`` is measured on.

``python -m tests.checks.log.injection`` prints the table: for each cause and precision, how often the first answer is
the true one, how often it is told as an equality, and how often nothing of it can be seen.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

import lrplot
from lrplot.checks.log import Verdict, verify
from lrplot.records.log import BY_NUMBER, Column, Log
from lrplot.records.precision import half_units
from lrplot.run import Run

STEPS: Final = 1000
EPOCH: Final = 100
PLANS: Final = {
    "linear": "get_linear_schedule_with_warmup(optimizer, 100, 1000)",
    "cosine": "get_cosine_schedule_with_warmup(optimizer, 100, 1000)",
    "cosine plain": "CosineAnnealingLR(optimizer, T_max=1000)",
    "step": "StepLR(optimizer, step_size=300, gamma=0.1)",
    "multistep": "MultiStepLR(optimizer, milestones=[400, 700], gamma=0.1)",
    "exponential": "ExponentialLR(optimizer, gamma=0.997)",
    "onecycle": "OneCycleLR(optimizer, max_lr=0.001, total_steps=1000)",
    "polynomial": "PolynomialLR(optimizer, total_iters=1000, power=2.0)",
    "inverse sqrt": "get_inverse_sqrt_schedule(optimizer, 100)",
    "restarts": "CosineAnnealingWarmRestarts(optimizer, T_0=250)",
}
FORMATS: Final = {
    "float64": repr,
    "4 digits": "{:.3e}".format,
    "2 digits": "{:.1e}".format,
    "every 10th": repr,
}

Rates = NDArray[np.float64]


@dataclass(frozen=True)
class Injected:
    """A cause put into a run.

    ``rates`` are those of the updates, and ``accepts`` says whether an answer names the cause.
    """

    name: str
    rates: Rates
    accepts: Callable[[str, dict[str, float | int | str | None]], bool]


def planned(name: str) -> Run:
    """One of the plans, with 1000 updates in 10 epochs."""
    from dataclasses import replace

    run = lrplot.parse(PLANS[name], lr=0.001, steps=STEPS)
    return replace(run, steps_per_epoch=EPOCH)


def another(name: str, **changed: float) -> Rates:
    """The rates of a plan's call with other numbers."""
    text = PLANS[name]
    for before, after in changed.items():
        text = text.replace(before, after)
    return lrplot.parse(text, lr=0.001, steps=STEPS).schedule.table(STEPS)


def causes(name: str) -> Iterator[Injected]:
    """The causes for one plan, worked out update by update on the list of the plan's rates."""
    run = planned(name)
    far = run.schedule(np.arange(16 * STEPS)) if name != "onecycle" else _held(run)
    u = np.arange(STEPS)

    def at(t: NDArray[np.int64]) -> Rates:
        return far[np.clip(t, 0, far.size - 1)]

    def until_the_end(t: NDArray[np.int64]) -> Rates:
        # PyTorch's one-cycle raises when it is stepped beyond its end: such a training stops there.
        return np.where((t >= STEPS) & (name == "onecycle"), np.nan, at(t))

    def is_a(*kinds: str, **values: float) -> Callable[[str, dict[str, float | int | str | None]], bool]:
        return lambda kind, found: kind in kinds and all(found.get(key) == v for key, v in values.items())

    yield Injected("next update's rate", until_the_end(u + 1), lambda kind, _: kind == "as planned")
    yield Injected("late by 7", at(u - 7), lambda kind, found: kind == "shift" and _holds(found, -7))
    yield Injected(
        "ahead by 40", until_the_end(u + 40), lambda kind, found: kind == "shift" and _holds(found, 40)
    )
    yield Injected("clock × 2", at(2 * u), is_a("clock", times=2))
    yield Injected("clock × 4", at(4 * u), is_a("clock", times=4))
    yield Injected("clock × 8", at(8 * u), is_a("clock", times=8))
    yield Injected("clock / 4", at(u // 4), is_a("clock", every=4))
    yield Injected("once an epoch", at(u // EPOCH), is_a("clock", every=EPOCH))
    yield Injected("set each epoch", at(u // EPOCH * EPOCH), is_a("once an epoch", every=EPOCH))
    yield Injected("scale 4", 4 * at(u), is_a("scale", factor=4.0))
    yield Injected("scale 0.55", 0.55 * at(u), is_a("scale", factor=0.55))
    if not PLANS[name].startswith(("get_", "OneCycle")):  # those compute their rate from the step alone
        again = at(u) ** 2 / np.where(at(u - 1) == 0, 1, at(u - 1))
        yield Injected("get_lr()", np.where(at(u) == at(u - 1), at(u), again), is_a("get_lr"))
    lost = np.searchsorted(np.array([31, 32, 250, 251, 600, 601]), u, side="left")
    yield Injected("6 skipped", at(u - lost), lambda kind, found: kind == "skipped" and _within(found, 6))
    yield Injected("began again at 500", at(np.where(u < 500, u, u - 500)), is_a("resumed"))
    yield Injected("constant", np.full(STEPS, at(u[:1])[0]), is_a("constant"))
    yield from _others(name)


def _held(run: Run) -> Rates:
    """One cycle's rates, and the last one after its end, as Accelerate does."""
    rates = run.schedule.table(STEPS)
    return np.concatenate([rates, np.full(15 * STEPS, rates[-1])])


def _holds(found: dict[str, float | int | str | None], shift: int) -> bool:
    return int(found["least"] or 0) <= shift <= int(found["most"] or 0)


def _within(found: dict[str, float | int | str | None], lost: int) -> bool:
    return int(found["lost"] or 0) <= lost <= int(found["most"] or 0)


def _others(name: str) -> Iterator[Injected]:
    """Another total, another warm-up: numbers of the call that were others in the run."""
    text = PLANS[name]

    def parameter(*values: float) -> Callable[[str, dict[str, float | int | str | None]], bool]:
        return lambda kind, found: (
            kind in {"parameter", "warm-up"} and (found.get("logged") in values or kind == "warm-up")
        )

    if "1000" in text:
        yield Injected(
            "total 1250", _table(text.replace("1000", "1250")), lambda kind, _: kind == "parameter"
        )
    if "100," in text or "100)" in text:
        yield Injected(
            "no warm-up", _table(text.replace("100,", "0,").replace(" 100)", " 1)")), parameter(0, 1)
        )
        yield Injected(
            "warm-up 200", _table(text.replace(" 100,", " 200,").replace(" 100)", " 200)")), parameter(200)
        )
    if "gamma=0.1" in text:
        yield Injected("gamma 0.2", _table(text.replace("gamma=0.1", "gamma=0.2")), parameter(0.2))
    if "with_warmup" in text:
        first = _table(text.replace("1000", "700"))
        second = _table(text)
        u = np.arange(STEPS)
        mixed = np.where(u < 300, first, second)
        mixed[300] = first[300]
        yield Injected("resumed, total 700 before", mixed, lambda kind, _: kind == "resumed")


def _table(call: str) -> Rates:
    return lrplot.parse(call, lr=0.001, steps=STEPS).schedule.table(STEPS)


def log(rates: Rates, precision: str) -> Log:
    """The log of a run: every 10th row, or all, as text of some digits and back."""
    steps = np.arange(0, STEPS, 10 if precision == "every 10th" else 1)
    steps = steps[~np.isnan(rates[steps])]
    texts = [FORMATS[precision](float(rate)) for rate in rates[steps]]
    values = np.array([float(text) for text in texts])
    half, written = half_units(texts, values)
    column = Column("lr", steps, values, half, written)
    return Log(Path("log.csv"), "a table", (column,), conventions=(BY_NUMBER,))


def judge(injected: Injected, verdict: Verdict) -> str:
    """``first``, ``equal``, ``unseen``, ``other`` or ``none``."""
    if verdict.as_planned:
        return "first" if injected.accepts("as planned", {}) else "unseen"
    if np.ptp(injected.rates) == 0 and verdict.causes[0].kind == "constant":
        return "first"  # stepped so slowly that it never moved: nothing tells the two apart
    names = [injected.accepts(cause.kind, cause.values) for cause in verdict.causes]
    if not names:
        return "none"
    return "first" if names[0] else "equal" if any(names) else "other"


def table(names: list[str]) -> Counter[tuple[str, str]]:
    """The answers of all plans, causes and precisions."""
    found: Counter[tuple[str, str]] = Counter()
    for name in names:
        for injected in causes(name):
            for precision in FORMATS:
                (verdict,) = verify(planned(name), log(injected.rates, precision))
                answer = judge(injected, verdict)
                found[precision, answer] += 1
                if answer in {"other", "none", "equal"}:
                    said = [f"{cause.kind}: {cause.says}" for cause in verdict.causes]
                    sys.stdout.write(f"{answer:6} {name:14} {injected.name:22} {precision:10} {said}\n")
    return found


if __name__ == "__main__":
    counted = table(sys.argv[1:] or list(PLANS))
    for precision in FORMATS:
        answers = {a: counted[precision, a] for a in ("first", "equal", "other", "none", "unseen")}
        sys.stdout.write(f"{precision}: {answers}\n")
