"""What lrplot draws for a script against what the script trained with."""

import re
import tempfile
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError
from lrplot.run import spread
from lrplot.sources.reference import load

from .run_torch import TookTooLong, Truth, within

TOLERANCE = 1e-9
SINGLE = 2e-6
"""What float32 may differ by, where lrplot says that the text computes in it."""
SECONDS = 10.0
BEYOND = 1.5
"""A picture may go this much beyond the end of the training ("a little")."""
PER_EPOCH = "drawn with one step for several updates"
AXIS_WORDS = ("axis", "per epoch", "an epoch", "steps-per-epoch")
"""A note with one of these says that the picture does not count updates."""


@dataclass(frozen=True)
class Verdict:
    """``right``, ``answered``, ``refused``, ``wrong``, ``other axis``, ``crash`` or ``hang``, and why.

    ``answered`` is right once the options were given that lrplot asked for.
    """

    outcome: str
    reason: str = ""
    message: str = ""
    drawn: list[list[float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def judge(text: str, truth: Truth, answers: Mapping[str, str] | None = None) -> Verdict:
    """Ask lrplot for the script, as ``lrplot render script.py`` does, and compare.

    Where lrplot asks for an option that ``answers`` holds, it is given, and what is drawn then decides.
    """
    first = _asked(text, truth, {})
    if first.outcome not in {"refused", "other axis"}:
        return first
    said = " ".join([first.message, *first.notes])
    given = {name: value for name, value in (answers or {}).items() if "--" + name in said}
    if not given:
        return first
    second = _asked(text, truth, {name.replace("-", "_"): value for name, value in given.items()})
    if second.outcome == "refused":
        return replace(first, message=f"{first.message}\n\nand with {given}:\n{second.message}")
    outcome = "answered" if second.outcome == "right" else second.outcome
    return replace(second, outcome=outcome, reason=f"with {', '.join(given)}: {second.reason}")


def _asked(text: str, truth: Truth, settings: Mapping[str, str]) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "script.py")
        path.write_text(text, encoding="utf-8")
        try:
            with within(SECONDS):
                runs = spread(load(str(path), Overrides(settings=settings)))
                tables = [run.schedule.table(min(run.steps, 100_000)) for run in runs]
        except LrplotError as error:
            message = str(error).replace(folder + "/", "")
            return Verdict("refused", reason_of(message), message)
        except TookTooLong:
            return Verdict("hang", f"more than {SECONDS:g} s")
        except Exception:
            told = traceback.format_exc().replace(folder + "/", "")
            return Verdict("crash", told.strip().splitlines()[-1][:150], told)
    drawn = [table.tolist() for table in tables]
    notes = list(dict.fromkeys(note for run in runs for note in run.notes))
    if not all(run.label.split(", ")[-1].startswith("group ") for run in runs) and len(runs) != 1:
        return Verdict("wrong", f"{len(runs)} curves for one optimizer", "", drawn, notes)
    single = any("float32" in note for note in notes)
    outcomes = [
        _compared(table, run.steps, truth, single=single) for table, run in zip(tables, runs, strict=True)
    ]
    outcome, reason = next((each for each in outcomes if each[0] != "right"), outcomes[0])
    if reason == PER_EPOCH and any(word in note for note in notes for word in AXIS_WORDS):
        outcome = "other axis"
    return Verdict(outcome, reason, "", drawn, notes)


def _compared(drawn: np.ndarray, steps: int, truth: Truth, *, single: bool) -> tuple[str, str]:
    """The outcome and its reason; each curve must be that of a parameter group."""
    tolerance = SINGLE if single else TOLERANCE
    first, last = np.array(truth.first), np.array(truth.last)
    times, rest = divmod(len(first), steps)
    if times > 1 and not rest and (_agree(drawn, first[::times]) or _agree(drawn, last[::times])):
        return "wrong", PER_EPOCH
    if not (_agree(drawn, first, tolerance) or _agree(drawn, last, tolerance)):
        return "wrong", "rates differ" if _agree(drawn[:1], first) else "first rate differs"
    if steps < len(first):
        return "wrong", "rates agree, but the picture ends before the training"
    if steps > BEYOND * len(first) + 10:
        return "wrong", "rates agree, but the picture goes far beyond the training"
    return "right", "" if steps == len(first) else "and a little beyond"


def _agree(drawn: np.ndarray, true: np.ndarray, tolerance: float = TOLERANCE) -> bool:
    """Whether two curves are the same at every update both have."""
    both = min(len(drawn), len(true))
    peak = max(float(np.abs(true).max()), 1e-300)
    return bool((np.abs(drawn[:both] - true[:both]) <= tolerance * peak).all())


def reason_of(message: str) -> str:
    """A message without its place, its names and its numbers, so that like ones are counted together."""
    first = message.strip().splitlines()[0]
    first = re.sub(r"^[^ ]*script\.py:(\d+:\d+:)? ?", "", first)
    first = re.sub(r"(?<!\w)'[^']*'|\"[^\"]*\"", "'…'", first)
    first = re.sub(r"\b[A-Z]\w*(LR|Scheduler|Restarts)\b", "…", first)
    first = re.sub(r"--let [\w.]+=\S+", "--let …", first)
    return re.sub(r"\d+(\.\d+)?(e-?\d+)?", "N", first)[:110]
