"""What can be copied beside curves: their spec, and each framework's call for them."""

from collections.abc import Iterator, Sequence
from typing import Final

from lrplot.describe.calls import COMMON, Call, calls, elsewhere, written_out
from lrplot.document.dump import dump
from lrplot.errors import LrplotError
from lrplot.render.html.section import Copied
from lrplot.run import Run, curves_of
from lrplot.texts import Language

_LONGEST: Final = 20_000
"""Characters of the longest spec that anybody reads."""
_FEW: Final = 2
"""Most curves for which every framework is asked."""
_MOST: Final = 6
"""Most curves for which the common ones are."""


def copied(runs: Sequence[Run]) -> tuple[Copied, ...]:
    """The spec of runs, or of each where no spec says all, then the calls of frameworks, curve by curve.

    What a training logged has none, nor has a run whose number of updates nobody says; of many curves
    nobody reads the calls.

    >>> from lrplot.schedules.step import Step
    >>> spec, call = copied([Run("step", Step(lr=0.1, step_size=30), 90)])[:2]
    >>> spec.name, call.text
    ('YAML', 'StepLR(optimizer, step_size=30)')
    """
    return (*_specs(runs), *_calls(runs))


def _specs(runs: Sequence[Run]) -> Iterator[Copied]:
    plans = [run for run in runs if _is_plan(run)]
    if len({(run.steps, run.steps_per_epoch) for run in plans}) == 1:
        whole = _spec(plans)
        if whole is not None:
            yield Copied("spec", "YAML", whole)
            return
    for number, run in enumerate(runs):
        own = _spec([run]) if _is_plan(run) else None
        if own is not None:
            yield Copied("spec", "YAML", own, curve=_first_curve(runs, number))


def _is_plan(run: Run) -> bool:
    """True for a schedule over a known number of steps: what its spec and its calls would say is so."""
    return run.logged is None and not run.relative


def _spec(runs: Sequence[Run]) -> str | None:
    """The spec, None where there is none that anybody reads."""
    try:
        text = dump(runs)
    except LrplotError:
        return None
    return text if len(text) <= _LONGEST else None


def _calls(runs: Sequence[Run]) -> Iterator[Copied]:
    plans = [(number, run) for number, run in enumerate(runs) if _is_plan(run)]
    if len(plans) > _MOST:
        return
    for number, run in plans:
        language: Language = "en" if run.style.lang == "en" else "zh"
        at = _first_curve(runs, number)
        for call in _found(run, everyone=len(plans) <= _FEW):
            says = _BETWEEN[language].join(note.said(language) for note in call.notes)
            yield Copied("call", call.title, call.call, says, at)


_BETWEEN: Final[dict[Language, str]] = {"en": "; ", "zh": "；"}


def _found(run: Run, *, everyone: bool) -> Iterator[Call]:
    """The common frameworks' calls, else the formula, then the others' where they are like it."""
    own = {call.framework: call for call in calls(run)}
    for name in COMMON:
        call = own.get(name) or written_out(run, name)
        if call is not None and call.call:
            yield call
    if everyone:
        yield from (call for call in elsewhere(run) if call.call)


def _first_curve(runs: Sequence[Run], number: int) -> int:
    """The position of a run's first curve where groups have curves of their own."""
    return sum(len(curves) for curves in curves_of(runs)[:number])
