"""The benchmark of ``identify``: 1000-step runs of known schedules, logged sparsely and with few digits.

``python tests/identification/benchmark.py`` prints the table.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lrplot.identification import Identified, identify
from lrplot.schedules import schedule_class
from lrplot.schedules.base import Schedule

STEPS = 1000


def made(kind: str, *, warmup: dict[str, Any] | int | None = None, **fixed: Any) -> Schedule:
    schedule = schedule_class(kind)(**fixed)
    if warmup is None:
        return schedule
    given = {"steps": warmup} if isinstance(warmup, int) else warmup
    return schedule_class("warmup")(schedule=schedule, **given)


FAMILIES: dict[str, Schedule] = {
    "constant after a warm-up": made("constant", lr=3e-4, warmup=100),
    "linear": made("linear", lr=5e-5, T_max=900, warmup=100),
    "cosine with a floor": made("cosine", lr=1e-3, T_max=900, eta_min=1e-5, warmup=100),
    "cosine": made("cosine", lr=0.1, T_max=1000),
    "polynomial 0.9": made("polynomial", lr=0.01, T_max=1000, power=0.9),
    "polynomial 2": made("polynomial", lr=1e-3, T_max=950, power=2.0, end_lr=1e-6, warmup=50),
    "exponential": made("exponential", lr=0.1, gamma=0.995),
    "inverse square root": made("inverse_sqrt", lr=7e-4, timescale=100, warmup=100),
    "inverse time": made("inverse_time", lr=0.1, rate=0.01),
    "rex": made("rex", lr=0.3, T_max=1000),
    "one cycle": made("onecycle", max_lr=0.1, total_steps=1000),
    "step": made("step", lr=0.1, step_size=250, gamma=0.1),
    "multistep": made("multistep", lr=0.1, milestones=[300, 450, 800], gamma=0.1),
    "restarts": made("cosine_restarts", lr=0.05, T_0=200, T_mult=2),
    "stable, then a decay": made("wsd", lr=1e-3, total_steps=900, decay_steps=200, warmup=100),
}
MORE: dict[str, Schedule] = {
    "tanh": made("tanh", lr=0.1, T_max=1000),
    "constant": made("constant", lr=2e-5),
    "linear with a floor": made("linear", lr=1e-3, T_max=800, end_lr=1e-4),
    "1-sqrt": made("wsd", lr=1e-3, total_steps=900, decay_steps=200, decay="1-sqrt", warmup=100),
    "wsd exponential": made("wsd", lr=1e-3, total_steps=950, decay_steps=300, decay="exponential", warmup=50),
    "wsd cosine": made(
        "wsd", lr=3e-4, total_steps=980, decay_steps=500, decay="cosine", min_lr=3e-5, warmup=20
    ),
    "log warm-up": made("constant", lr=1e-4, warmup={"steps": 260, "shape": "log"}),
    "short warm-up": made("cosine", lr=2e-4, T_max=970, warmup=30),
    "warm-up from a start": made("cosine", lr=2e-4, T_max=900, warmup={"steps": 100, "start_lr": 1e-6}),
    "underneath": made("cosine", lr=2e-4, T_max=1000, warmup={"steps": 100, "prefix": False}),
    "underneath, to the curve": made(
        "linear", lr=2e-4, T_max=1000, warmup={"steps": 100, "prefix": False, "target": "curve"}
    ),
    "odd lengths": made("cosine", lr=2.5e-4, T_max=871, eta_min=2.5e-6, warmup=87),
    "one cycle linear": made(
        "onecycle", max_lr=0.02, total_steps=1000, anneal_strategy="linear", pct_start=0.25
    ),
    "equal restarts": made("cosine_restarts", lr=0.1, T_0=100, eta_min=1e-3),
    "restarts with decay": made("cosine_restarts", lr=0.1, T_0=250, decay=0.5),
    "polynomial 1.2": made("polynomial", lr=1e-3, T_max=1000, power=1.2, warmup=100),
    "exponential floor": made("exponential", lr=1e-2, gamma=0.99, min_lr=1e-5),
    "triangles": made("cyclic", base_lr=1e-4, max_lr=1e-2, step_size_up=200),
    "steps after a warm-up": made(
        "multistep",
        lr=0.1,
        milestones=[600, 900],
        warmup={"steps": 50, "start_factor": 0.001, "prefix": False},
    ),
    "by epochs": schedule_class("epochwise")(schedule=made("cosine", lr=0.1, T_max=20), steps_per_epoch=50),
    "rise again": made("cosine", lr=0.1, T_max=400, after="rise"),
}
LOGGED: dict[str, np.ndarray] = {
    "every 10th": np.arange(0, STEPS, 10),
    "every 50th": np.arange(0, STEPS, 50),
    "first half": np.arange(0, STEPS // 2, 10),
}
PRECISIONS = ("float64", "4 digits")


@dataclass(frozen=True)
class Result:
    name: str
    logged: str
    precision: str
    found: Identified
    seconds: float
    same: bool

    @property
    def good(self) -> bool:
        return self.found.fits and self.same


def written(rates: np.ndarray, precision: str) -> tuple[np.ndarray, np.ndarray]:
    if precision == "float64":
        return rates, np.maximum(1e-9 * rates, 1e-12 * rates.max())
    printed = np.array([float(f"{rate:.3e}") for rate in rates])
    smallest = printed[printed > 0].min()
    return printed, 0.51 * 10.0 ** (np.floor(np.log10(np.maximum(printed, smallest))) - 3)


def is_same(found: Identified, truth: Schedule, u: np.ndarray, half: np.ndarray) -> bool:
    """Whether the curves agree from the first to the last row, at steps that no row has too.

    Between two rows a jump may stand anywhere, and a ramp that no row shows may have any shape; so nine
    steps of ten must agree, all within two units of what was written, or half of 1 % of the peak.
    """
    if found.run is None:
        return False
    every = np.arange(int(u[0]), int(u[-1]) + 1)
    ours, theirs = found.run.schedule(every), truth(every)
    close = np.abs(ours - theirs) <= np.maximum(np.interp(every, u, half) * 4, 1e-9 * theirs.max())
    return bool(close.mean() >= 0.9)


def results(names: dict[str, Schedule]) -> Iterator[Result]:
    for name, truth in names.items():
        for logged, u in LOGGED.items():
            for precision in PRECISIONS:
                rates, half = written(truth(u), precision)
                began = time.perf_counter()
                found = identify(u, rates, half)
                seconds = time.perf_counter() - began
                yield Result(name, logged, precision, found, seconds, is_same(found, truth, u, half))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--more", action="store_true", help="the further families too")
    parser.add_argument("--only", default="", help="families with this in their name")
    parser.add_argument("--wrong", action="store_true", help="print only what was not found")
    asked = parser.parse_args()
    families = FAMILIES | (MORE if asked.more else {})
    good = total = 0
    for each in results({name: truth for name, truth in families.items() if asked.only in name}):
        good, total = good + each.good, total + 1
        if asked.wrong and each.good:
            continue
        said = each.found.spec or [f"{near.family} {near.worst:.3g}" for near in each.found.nearest]
        mark = "ok" if each.good else ("OTHER" if each.found.fits else "NONE")
        print(
            f"{mark:5} {each.name:26} {each.logged:10} {each.precision:8} {each.seconds:5.2f}s {each.found.worst:7.2g} {said}"
        )
        if each.found.untold:
            print("      not told:", "; ".join(each.found.untold))
    print(f"{good} of {total}")


if __name__ == "__main__":
    main()
