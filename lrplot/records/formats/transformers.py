"""Transformers: its state, what it prints, and LLaMA-Factory's copy of it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from lrplot.records.formats.format import WHOLE, Format
from lrplot.records.forms.lines import RATE, by_pattern
from lrplot.records.log import Convention, Log
from lrplot.records.table import Table

JUST_USED: Final = Convention(-1, "Transformers ≥ 4.51: a row has the rate of the update just made")
NEXT_RATE: Final = Convention(0, "Transformers ≤ 4.50: a row has the next update's rate")
USUAL: Final = (JUST_USED, NEXT_RATE)


def told_by_rows(log: Log) -> Log:
    """The log with the convention first that its own first or last row shows.

    A schedule that ends at 0 has that rate only after its last update: a last row of 0 at the run's last
    step is the next update's rate. One that starts at 0 shows it in step 1 only where the row has the rate
    just used.
    """
    column = log.columns[0]
    if not len(column) or not column.rates.any():
        return log
    if column.steps[0] == 1 and column.rates[0] == 0:
        return replace(log, conventions=(JUST_USED, NEXT_RATE))
    if log.total is not None and column.steps[-1] == log.total and column.rates[-1] == 0:
        return replace(log, conventions=(NEXT_RATE, JUST_USED))
    return log


def _of_state(log: Log, table: Table) -> Log:
    total = table.facts.get("max_steps")
    log = replace(log, total=total if isinstance(total, int) and total > 0 else None)
    if _is_old(table.facts):
        log = replace(log, conventions=(NEXT_RATE, JUST_USED))
    return told_by_rows(log)


def _is_old(facts: Mapping[str, object]) -> bool:
    """True where a state lacks what all since 4.50 have; a file by hand lacks the rest too."""
    return {"global_step", "max_steps", "best_metric"} <= set(facts) and "best_global_step" not in facts


def _of_llamafactory(log: Log, table: Table) -> Log:
    totals = table.column("total_steps").numbers
    return told_by_rows(replace(log, total=int(totals[-1]) if len(totals) else None))


TRAINER_STATE: Final = Format(
    "Transformers' trainer_state.json",
    lambda table: "log_history" in table.facts,
    conventions=USUAL,
    is_rate=lambda name: name == "learning_rate",
    printed=WHOLE,
    epochs_done=True,
    step="step",
    finish=_of_state,
)
LLAMA_FACTORY: Final = Format(
    "LLaMA-Factory's trainer_log.jsonl",
    lambda table: table.has("current_steps", "total_steps", "lr"),
    conventions=USUAL,
    is_rate=lambda name: name == "lr",
    printed=WHOLE,
    epochs_done=True,
    step="current_steps",
    finish=_of_llamafactory,
)
STDOUT: Final = Format(
    "the text that Transformers 4 prints",
    unit="rows",
    conventions=USUAL,
    printed=WHOLE,
    read=by_pattern(
        re.compile(rf"\{{[^{{}}\n]*'learning_rate': (?P<lr>{RATE})(?:[^{{}}\n]*?'epoch': (?P<epoch>{RATE}))?")
    ),
    sign=b"'learning_rate': ",
)
STDOUT_5: Final = Format(
    "the text that Transformers 5 prints",
    unit="rows",
    conventions=USUAL,
    printed={"digits": 4},
    read=by_pattern(
        re.compile(
            rf"\{{[^{{}}\n]*'learning_rate': '(?P<lr>{RATE})'(?:[^{{}}\n]*?'epoch': '(?P<epoch>{RATE})')?"
        )
    ),
    sign=b"'learning_rate': '",
)
