"""One intent as several frameworks read it: their own calls with the same numbers, and their curves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lrplot.clock import Clock
from lrplot.errors import StepError, UsageError
from lrplot.exports import keras, optax, pytorch, timm, transformers
from lrplot.frameworks.registry import REGISTRY
from lrplot.frameworks.texts import read
from lrplot.run import Run
from lrplot.schedules.base import Schedule, Surroundings

SPELLINGS: Final[Mapping[str, Callable[[Schedule], str | None]]] = {
    "pytorch": pytorch.spell,
    "keras": keras.spell,
    "transformers": transformers.spell,
    "optax": optax.spell,
    "timm": timm.spell,
}
"""How each framework's users would call for a schedule."""


@dataclass(frozen=True, slots=True)
class Version:
    """One framework's curve of an intent, and the call that makes it."""

    run: Run
    call: str


def versions(run: Run, frameworks: Sequence[str]) -> tuple[tuple[Version, ...], tuple[str, ...]]:
    """The intent of ``run`` in each framework's words, and the titles of those that have none for it.

    Raises
    ------
    UsageError
        When a framework is not known, or none of them has words for it.

    Examples
    --------
    >>> from lrplot.schedules.cosine import Cosine
    >>> (first, second), _ = versions(Run("cosine", Cosine(lr=1, T_max=50), 101), ["pytorch", "keras"])
    >>> first.call, first.run.schedule(100).round(6), second.run.schedule(100).round(6)
    ('CosineAnnealingLR(optimizer, T_max=50)', np.float64(1.0), np.float64(0.0))
    """
    frameworks = [REGISTRY.aliases.get(name, name) for name in frameworks]
    wrong = next((name for name in frameworks if name not in SPELLINGS), None)
    if wrong is not None:
        raise UsageError(f"--as: no framework '{wrong}'; known are {', '.join(SPELLINGS)}")
    titles = {each.name: each.title for each in REGISTRY.frameworks}
    found: list[Version] = []
    missing: list[str] = []
    for name in dict.fromkeys(frameworks):
        call = SPELLINGS[name](run.schedule)
        if call is None:
            missing.append(titles[name])
            continue
        around = Surroundings(pytorch.base_rate(run.schedule), run.steps, Clock(run.steps))
        text = pytorch.with_path(call) if name == "pytorch" else f"{name}.{call}"
        (reading,) = read(text, "call", around)
        own = replace(
            run,
            label=titles[name],
            schedule=reading.schedule,
            steps=_lasting(reading.schedule, run.steps),
            notes=(*run.notes, *reading.notes),
        )
        found.append(Version(own, call))
    if not found:
        raise UsageError(f"--as: none of {', '.join(missing)} has a class for {run.schedule.type}")
    return tuple(found), tuple(missing)


def _lasting(schedule: Schedule, steps: int) -> int:
    """As many of the steps as the schedule has a rate for: PyTorch's one-cycle ends by an error."""
    length = schedule.length
    for last in (steps, *(() if length is None else (int(length) + 1, int(length)))):
        try:
            schedule(min(last, steps) - 1)
        except StepError:
            continue
        return int(min(last, steps))
    return steps
