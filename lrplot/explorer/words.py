"""The explorer's sentences: values at the cursor, findings, what a key does."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from lrplot.checks.rules import RULES, Finding, Severity, lint
from lrplot.errors import LrplotError
from lrplot.explorer.state import State
from lrplot.render.table import epoch_text
from lrplot.run import Run
from lrplot.schedules.base import Schedule
from lrplot.text.numbers import short
from lrplot.text.plain import to_ascii

_DIGITS: Final = 10
"""Digits of a value at the cursor, with a line to itself."""
_STYLES: Final = {Severity.NOTE: "dim", Severity.WARNING: "yellow", Severity.ERROR: "bold red"}


def spelled(text: str, *, ascii_only: bool) -> str:
    """Text as the terminal can show it.

    >>> spelled("≥ 0, λ", ascii_only=True)
    '>= 0, lambda'
    """
    return to_ascii(text) if ascii_only else text


def cut(name: str, width: int, *, ascii_only: bool) -> str:
    """A name in so many columns, cut on the right where it has more.

    >>> cut("warmup.start_factor", 12, ascii_only=False), cut("lr", 12, ascii_only=True)
    ('warmup.star…', 'lr')
    """
    return set_cell_size(name, width - 1) + "…~"[ascii_only] if cell_len(name) > width else name


def rate_at(run: Run, step: int, digits: int = _DIGITS) -> str:
    """A run's rate at a step; nothing after its end."""
    return _value(run.schedule, step, digits) if step < run.steps else ""


def _value(schedule: Schedule, step: int, digits: int = _DIGITS) -> str:
    try:
        return short(float(schedule(step)), digits)
    except LrplotError:
        return ""


def cursor_line(state: State) -> Text:
    """``step 1234 (epoch 2.30): lr 0.0123, momentum 0.9``."""
    run, step = state.curve.run, state.cursor
    each = run.steps_per_epoch
    epoch = f" (epoch {epoch_text(step, each)})" if each is not None and each > 1 else ""
    line = Text(f"step {step}{epoch}: ")
    if step >= run.steps:
        return line.append("after its end")
    line.append(f"lr {rate_at(run, step)}", "bold")
    momentum = run.schedule.momentum
    return line if momentum is None else line.append(f", momentum {_value(momentum, step)}")


def findings(run: Run, ignored: Collection[str] = ()) -> Sequence[Finding]:
    """The findings, but for ``ignored`` codes; nothing where a run cannot be looked at."""
    try:
        return lint(run, [rule for rule in RULES if rule.code not in ignored])
    except LrplotError:
        return ()


def finding_lines(found: Sequence[Finding], most: int, *, ascii_only: bool) -> Iterator[Text]:
    """At most so many lines, the last saying how many more there are; notes are counted, as lint does."""
    notes = [finding.rule.severity for finding in found if finding.rule.severity < Severity.WARNING]
    found = [finding for finding in found if finding.rule.severity >= Severity.WARNING]
    counted = f"{len(notes)} note{'s' * (len(notes) > 1)} hidden" if notes else ""
    if not found:
        yield Text("; ".join(["lint: nothing found", *([counted] if counted else [])]), "dim")
        return
    shown = found if len(found) <= most else found[: max(1, most)]
    for index, finding in enumerate(shown):
        at = "" if finding.step is None else f" at step {finding.step}"
        line = Text().append(f"{finding.rule.code}{at}: ", _STYLES[finding.rule.severity])
        rest = len(found) - len(shown)
        untold = [f"+{rest} more"] if rest else []
        untold += [counted] if counted else []
        more = f"({', '.join(untold)}) " if untold and index == len(shown) - 1 else ""
        yield line.append(more).append(spelled(finding.sentence, ascii_only=ascii_only))
