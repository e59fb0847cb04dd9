"""What is compared with what, and what the ratio is bounded by."""

import itertools
import os
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.curves import ANY_ORDER, CURVES, RANGES, REACTING, Curve, Make
from benchmarks.measures import Comparison, Rival, later, lrplot, memory, process, seconds, typer
from benchmarks.peers import PEERS
from benchmarks.scripts import PYPLOT, TORCH
from benchmarks.simulation import SIMULATION

STEPS = 10_000_000
ROWS = 1_000_000
FEW = 10_000


def _filled() -> np.ndarray:
    rates = np.empty(STEPS)
    rates.fill(0.1)
    return rates


def _compiled(curve: Curve) -> Callable[[], Any]:
    import jax

    jax.config.update("jax_enable_x64", val=True)
    schedule = curve.optax(STEPS)
    whole = jax.jit(lambda: jax.vmap(schedule)(jax.numpy.arange(STEPS, dtype="float64")))
    whole().block_until_ready()
    return lambda: whole().block_until_ready()


def _table(curve: Curve) -> Comparison:
    return Comparison(
        partial(seconds, lambda: curve.ours(STEPS).table(STEPS)),
        {
            "np.empty + fill": Rival(partial(seconds, _filled), 1.5),
            "naive NumPy": Rival(partial(seconds, lambda: curve.numpy(STEPS))),
            "Optax jit(vmap), float64": Rival(later(lambda: _compiled(curve)), 1 / 5, ("optax",)),
        },
    )


def _range(make: Make) -> Comparison:
    made = cache(make)
    return Comparison(
        lambda folder: seconds(lambda: made(STEPS).table(STEPS), folder),
        {"np.empty + fill": Rival(partial(seconds, _filled), 2.0)},
        prepare=lambda _folder: made(STEPS) and None,
    )


def _reacting(make: Callable[[float], Any]) -> Comparison:
    # What a schedule has seen of its metrics is remembered, so no two runs may be of equal ones.
    rates = itertools.count(1)
    return Comparison(
        lambda folder: seconds(lambda: make(0.1 + 1e-9 * next(rates)).table(STEPS), folder),
        {"np.empty + fill": Rival(partial(seconds, _filled), 30.0)},
        rounds=5,
    )


def _any_order(make: Make, naive: Callable[[np.ndarray, int], np.ndarray]) -> Comparison:
    steps = np.random.default_rng(1).integers(ROWS, size=ROWS)
    return Comparison(
        partial(seconds, lambda: make(ROWS)(steps)),
        {"naive NumPy": Rival(partial(seconds, lambda: naive(steps, ROWS)), 1.2)},
        rounds=15,
    )


def _stepped(*, update: bool) -> None:
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=FEW)
    # PyTorch warns of a scheduler that steps before its optimizer.
    optimizer.step()
    for _ in range(FEW):
        if update:
            optimizer.step()
        scheduler.step()


def _in_a_loop() -> None:
    rate = _COSINE.ours(FEW).compile()
    for t in range(FEW):
        rate(t)


def _called() -> None:
    schedule = _COSINE.ours(FEW)
    for t in range(FEW):
        schedule(t)


def _transformers() -> None:
    import torch
    from transformers import get_cosine_schedule_with_warmup

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = get_cosine_schedule_with_warmup(optimizer, 0, FEW)
    optimizer.step()
    for _ in range(FEW):
        scheduler.step()


def _keras() -> None:
    import keras

    schedule = keras.optimizers.schedules.CosineDecay(0.1, FEW)
    for t in range(FEW):
        float(schedule(t))


def _warm(work: Callable[[], Any]) -> Callable[[], Any]:
    """After the first run, which imports."""
    work()
    return work


def _rows(kind: str, **parameters: object) -> bytes:
    from lrplot.render.data import write_csv
    from lrplot.run import Run
    from lrplot.schedules import schedule_class

    run = Run("x", schedule_class(kind)(**parameters), ROWS)  # type: ignore[arg-type]
    with Path(os.devnull).open("wb") as nowhere:
        nowhere.writelines(write_csv([run], range(ROWS)))
    return b""


def _savetxt() -> None:
    t = np.arange(ROWS)
    np.savetxt(os.devnull, np.column_stack([t, 0.05 * (1 + np.cos(np.pi * t / ROWS))]), delimiter=",")


def _gallery(count: int, folder: Path) -> None:
    (folder / "configs").mkdir(exist_ok=True)
    for i in range(count):
        spec = f"lr: 0.1\nsteps: {1000 + i}\nschedule: {{type: cosine, warmup: {{steps: {i}}}}}\n"
        (folder / "configs" / f"{i:03}.yaml").write_text(spec)


def _drawn(folder: Path) -> None:
    _gallery(9, folder)
    lrplot("gallery")(folder)


def _swept(count: int) -> Sequence[str]:
    values = ",".join(f"{1 - 0.5 / (2 + i):.6f}" for i in range(count))
    return ("exponential", "--sweep", f"gamma={values}", "-o", "swept.png")


def _parts(count: int, folder: Path) -> None:
    """A spec of so many phases, beside the one of ten."""
    for parts in (10, count):
        phases = "".join(f"  - {{type: {('cosine', 'linear')[i % 2]}, for: 10}}\n" for i in range(parts - 1))
        text = f"lr: 0.1\nsteps: {10 * parts}\nschedule:\n{phases}  - {{type: cosine}}\n"
        (folder / f"parts{parts}.yaml").write_text(text)


def _of_parts(*command: str) -> Comparison:
    """A command on a thousand parts and on ten."""
    return Comparison(
        lrplot(*(each.format(parts=1000) for each in command)),
        {"lrplot, 10 parts": Rival(lrplot(*(each.format(parts=10) for each in command)))},
        3,
        prepare=partial(_parts, 1000),
    )


def _metrics(folder: Path) -> None:
    """A plateau of a hundred thousand metrics, and of a hundred."""
    for count in (100, 100_000):
        loss = "".join(f"{1 / (1 + t / 100) + 0.05 * (t * 7919 % 101) / 101}\n" for t in range(count))
        (folder / f"{count}.csv").write_text("loss\n" + loss)
        spec = f"lr: 0.1\nsteps: {count}\nmetrics: {count}.csv\n"
        (folder / f"{count}.yaml").write_text(spec + "schedule: {type: plateau, patience: 5, factor: 0.9}\n")


def _longer(steps: str, *command: str, most: float | None = 1.1) -> Comparison:
    """A command over so many steps and over a thousand."""
    return Comparison(
        lrplot(*command, "--steps", steps),
        {"lrplot, 10^3 steps": Rival(lrplot(*command, "--steps", "1e3"), most)},
        7,
    )


def _torch(steps: int, most: float) -> Rival:
    return Rival(process("-c", TORCH.format(steps=steps)), most, ("torch",))


_COSINE = CURVES["cosine"]
_PICTURE = ("render", "cosine", "-o", "cosine.png", "--steps")
_CSV = ("-m", "lrplot", "render", "cosine", "-o", os.devnull, "-f", "csv", "--steps")
_WITH = "import numpy, yaml"
_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1

COMPARISONS: dict[str, Comparison] = {
    **{f"table of 10^7 steps, {name}": _table(curve) for name, curve in CURVES.items()},
    **{f"table of 10^7 steps, {name}": _range(make) for name, make in RANGES.items()},
    **{f"table of 10^7 steps, {name}": _reacting(make) for name, make in REACTING.items()},
    **{f"10^6 steps in any order, {name}": _any_order(*curve) for name, curve in ANY_ORDER.items()},
    "every rate of 10^4 steps": Comparison(
        partial(seconds, lambda: _COSINE.ours(FEW).table(FEW)),
        {
            "torch, scheduler.step()": Rival(
                later(lambda: _warm(partial(_stepped, update=False))), None, ("torch",)
            ),
            "torch, optimizer.step() too": Rival(
                later(lambda: _warm(partial(_stepped, update=True))), None, ("torch",)
            ),
            "Transformers": Rival(later(lambda: _warm(_transformers)), None, ("transformers", "torch")),
            "Keras": Rival(later(lambda: _warm(_keras)), None, ("keras",)),
        },
        rounds=5,
    ),
    **{
        f"a rate at each of 10^4 steps, {name}": Comparison(
            partial(seconds, ours),
            {
                "torch, scheduler.step()": Rival(
                    later(lambda: _warm(partial(_stepped, update=False))), most, ("torch",)
                )
            },
        )
        for name, ours, most in (("compile()", _in_a_loop, 1 / 2), ("schedule(t)", _called, None))
    },
    "picture": Comparison(
        lrplot("render", "warmup_cosine", "-o", "ours.png"),
        {"pyplot script, the same figure": Rival(process("-c", PYPLOT), 0.9)},
    ),
    "picture of 10^4 steps": Comparison(lrplot(*_PICTURE, "1e4"), {"torch script": _torch(10**4, 1 / 6)}, 5),
    "picture of 10^6 steps": Comparison(lrplot(*_PICTURE, "1e6"), {"torch script": _torch(10**6, 1 / 30)}, 3),
    "picture of 10^12 steps": Comparison(
        lrplot(*_PICTURE, "1e12"), {"lrplot, 10^3 steps": Rival(lrplot(*_PICTURE, "1e3"), 1.05)}, 15
    ),
    "--help": Comparison(lrplot("--help"), {"empty Typer --help": Rival(typer("--help"), 1.5)}, 15),
    "at": Comparison(
        lrplot("at", "cosine", "5"),
        {
            "empty Typer, NumPy, PyYAML, Rich": Rival(
                typer("one", imports=f"{_WITH}, rich.table, rich.console"), 1.25
            )
        },
        15,
    ),
    "at --json": Comparison(
        lrplot("at", "cosine", "5", "--json"),
        {"empty Typer, NumPy, PyYAML": Rival(typer("one", imports=_WITH), 1.25)},
        15,
    ),
    "list": Comparison(
        lrplot("list"), {"empty Typer, NumPy, PyYAML": Rival(typer("one", imports=_WITH), 1.25)}, 15
    ),
    "render -f table": Comparison(
        lrplot("render", "step", "-f", "table"),
        {
            "empty Typer, NumPy, PyYAML, Rich": Rival(
                typer("one", imports=f"{_WITH}, rich.table, rich.console"), 1.25
            )
        },
        15,
    ),
    "CSV of 10^6 rows, cosine": Comparison(
        partial(seconds, partial(_rows, "cosine", lr=0.1, T_max=float(ROWS))),
        {"np.savetxt": Rival(partial(seconds, _savetxt), 1 / 8)},
        5,
    ),
    "CSV of 10^6 rows, step": Comparison(
        partial(seconds, partial(_rows, "step", lr=0.1, step_size=ROWS / 10)),
        {"np.savetxt": Rival(partial(seconds, _savetxt), 1 / 8)},
        5,
    ),
    "CSV of 10^7 rows, memory": Comparison(
        memory(*_CSV, "1e7"), {"lrplot, 10^5 rows": Rival(memory(*_CSV, "1e5"), 1.5)}, 1, "MiB"
    ),
    f"gallery of 200 specs, {_CORES} cores": Comparison(
        lrplot("gallery", "--all"),
        {"lrplot, 1 core": Rival(lrplot("gallery", "--all", cores=1), 1.3 / _CORES)},
        2,
        prepare=partial(_gallery, 200),
    ),
    "gallery with nothing to do": Comparison(
        lrplot("gallery"), {"empty Typer": Rival(typer("one"), 1.3)}, 15, prepare=_drawn
    ),
    "compare of 100 schedules": Comparison(
        lrplot("compare", *_swept(100)), {"lrplot, 2 schedules": Rival(lrplot("compare", *_swept(2)))}, 3
    ),
    **{
        f"{name}, 1000 parts": _of_parts(*command)
        for name, command in (
            ("table", ("render", "-f", "table", "parts{parts}.yaml")),
            ("picture", ("render", "parts{parts}.yaml", "-o", "parts.png")),
            ("lint", ("lint", "--fail-on", "error", "parts{parts}.yaml")),
            ("at", ("at", "parts{parts}.yaml", "50")),
            ("export", ("export", "parts{parts}.yaml", "--to", "pytorch")),
            ("explain", ("explain", "parts{parts}.yaml")),
        )
    },
    "table of a plateau, 10^5 metrics": Comparison(
        lrplot("render", "-f", "table", "100000.yaml"),
        {"lrplot, 100 metrics": Rival(lrplot("render", "-f", "table", "100.yaml"))},
        3,
        prepare=_metrics,
    ),
    "table of a lambda, 10^12 steps": _longer(
        "1e12", "render", "-f", "table", "lambda", "--set", "factor=min(1, t / 100) / sqrt(1 + t)"
    ),
    "table of a multiplicative, 10^12 steps": _longer(
        "1e12", "render", "-f", "table", "multiplicative", "--set", "factor=0.9 if t % 10 == 0 else 1"
    ),
    "export, 10^6 steps": _longer("1e6", "export", "cosine", "--to", "pytorch"),
    "diff, 10^6 steps": _longer("1e6", "diff", "linear", "polynomial"),
    "sweep of 10^4 values": Comparison(
        lrplot("compare", *_swept(10_000)),
        {"lrplot, 1000 values": Rival(lrplot("compare", *_swept(1000)), 10)},
        2,
    ),
    "sweep of 1000 values": Comparison(
        lrplot("compare", *_swept(1000)), {"lrplot, 2 values": Rival(lrplot("compare", *_swept(2)))}, 3
    ),
    **PEERS,
    **SIMULATION,
}
