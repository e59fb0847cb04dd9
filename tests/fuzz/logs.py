"""Logs of rates: whole ones read back row by row within their precision, and cut or hostile ones."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from lrplot.records.log import Log
from lrplot.records.reading import read_log

from ..laws import LawBrokenError
from .case import Case
from .values import chance

Rows = list[tuple[int, float]]
EXAMPLES = sorted(path for path in (Path(__file__).parents[1] / "records/logs").rglob("*") if path.is_file())
PRINTED: tuple[Callable[[float], str], ...] = (repr, "{:.3e}".format, "{:.4g}".format, "{:.6f}".format)
LINES = (
    "step {s} | loss 0.5 | lr {r} | norm 1\n",
    "[2025-01-01 00:00:00] iteration {s:>8}/ 99999 | learning rate: {r} | skipped 0 |\n",
    "Iter {s}: Train loss 0.1, Learning Rate {r}, It/sec 1.0\n",
    "- loss: 0.1, learning_rate: {r}, global_step: {s}, epoch: 0.1\n",
    "x step={s}, skipped=0, lr=[{r}], mom=[0.9]\n",
    "Iter(train) [{s}/99999]  lr: {r}  eta: 0:00:00\n",
    "INFO lr={r} at update {s}\n",
)
WHOLE = LINES[3:5]
"""Lines of programs that are known to write whole floats."""
PIECES = (
    b"",
    b"\0",
    b"nan",
    b"1e999",
    b"1_0",
    b"\n",
    b",",
    b"[",
    b"}",
    b"\xff",
    b'"',
    b"{'lr': ",
    b"#",
    b"\r",
)


def case(rng: Random) -> Case:
    rows = _rows(rng)
    name, content, text = _written(rng, rows)
    whole = chance(rng, 0.5)
    if not whole:
        name, content = _odd(rng, name, content)
    options: dict[str, Any] = {} if whole or chance(rng, 0.6) else _options(rng)

    def trial(folder: Path) -> None:
        (folder / name).write_bytes(content)
        log = read_log(name, folder, **options)
        _check(log)
        if whole:
            _check_rows(log, rows, text)

    return Case(f"{name} {options}\n{content[:2000]!r}", trial)


def _rows(rng: Random) -> Rows:
    every, peak = rng.choice([1, 1, 7, 10, 100]), 10 ** rng.uniform(-6, 0)
    return [
        (i * every, peak * (1 - i / 40) ** rng.choice([1, 1, 2]) if rng.random() < 0.9 else 0.0)
        for i in range(rng.randint(2, 30))
    ]


def _written(rng: Random, rows: Rows) -> tuple[str, bytes, Callable[[float], str]]:
    """A file, and how its numbers are written."""
    text = rng.choice(PRINTED)
    step, rate = rng.choice([("step", "lr"), ("global_step", "train/lr"), ("iter", "learning_rate")])
    form = rng.choice(["csv", "tsv", "blanks", "jsonl", "jsons", "list", "lists", "state", "lines"])
    if form in {"csv", "tsv", "blanks"}:
        delimiter = {"csv": ",", "tsv": "\t", "blanks": " "}[form]
        lines = [
            delimiter.join((step, "loss", rate)),
            *(f"{s}{delimiter}0.5{delimiter}{text(r)}" for s, r in rows),
        ]
        return f"it.{'txt' if form == 'blanks' else form}", ("\n".join(lines) + "\n").encode(), text
    if form == "lines":
        line = rng.choice(LINES)
        text = repr if line in WHOLE else text
        return "it.log", "".join(line.format(s=s, r=text(r)) for s, r in rows).encode(), text
    objects = [{step: s, "loss": 0.5, rate: r} for s, r in rows]
    if form in {"jsonl", "jsons"}:
        name = "it.jsonl" if form == "jsonl" else "it.json"
        return name, "".join(json.dumps(each) + "\n" for each in objects).encode(), repr
    if form == "list":
        return "it.json", json.dumps(objects, indent=rng.choice([None, 1])).encode(), repr
    if form == "lists":
        return "it.json", json.dumps({step: [s for s, _ in rows], rate: [r for _, r in rows]}).encode(), repr
    history = [{"step": s, "learning_rate": r, "epoch": s / 10} for s, r in rows]
    return (
        "trainer_state.json",
        json.dumps({"log_history": history, "max_steps": 9999}, indent=2).encode(),
        repr,
    )


def _odd(rng: Random, name: str, content: bytes) -> tuple[str, bytes]:
    """A file, or a real one, with a piece cut, doubled or changed."""
    if chance(rng, 0.5):
        path = rng.choice(EXAMPLES)
        name, content = path.name, path.read_bytes()
    for _ in range(rng.randint(1, 4)):
        at, to = sorted(rng.randrange(len(content) + 1) for _ in range(2))
        content = rng.choice(
            [
                content[:to],
                content[:at] + rng.choice(PIECES) + content[at:],
                content[:at] + content[at + 1 :],
                content[:at] + rng.choice(PIECES) + content[to:] if to - at < 40 else content,
                content[:to] + content[at:],
            ]
        )
    return name, content


def _options(rng: Random) -> dict[str, Any]:
    return rng.choice(
        [{"every": rng.choice([1, 10])}, {"column": "loss"}, {"column": "lr"}, {"step_column": "epoch"}]
    )


def _check(log: Log) -> None:
    for column in log.columns:
        if not len(column.steps) == len(column.rates) == len(column.half) > 0:
            raise LawBrokenError("a row has a step, a rate and a precision")
        if not (np.isfinite(column.rates).all() and np.isfinite(column.half).all()):
            raise LawBrokenError("rates and their precision are finite")
        if (column.half < 0).any() or (column.steps < 0).any():
            raise LawBrokenError("steps and precision are not negative")
        if column.epochs is not None and len(column.epochs) != len(column):
            raise LawBrokenError("an epoch belongs to a row")


def _check_rows(log: Log, rows: Rows, text: Callable[[float], str]) -> None:
    column = log.columns[0]
    if column.steps.tolist() != [step for step, _ in rows]:
        raise LawBrokenError(f"{rows} are read back as steps {column.steps.tolist()}")
    if column.rates.tolist() != [float(text(rate)) for _, rate in rows]:
        raise LawBrokenError(f"{rows} are read back as rates {column.rates.tolist()}")
    gaps = np.abs(column.rates - np.array([rate for _, rate in rows]))
    if text is not PRINTED[3] and not (gaps <= column.half).all():  # six decimals of 1e-6 say nothing
        raise LawBrokenError(f"a rate is {gaps.max()} away, the precision is {column.written}")
