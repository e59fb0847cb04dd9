"""The part of runs that is written: all of it, or the steps that a table or a data file holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lrplot.clock import Clock
from lrplot.errors import DurationError, UsageError
from lrplot.run import Run, spread

if TYPE_CHECKING:
    from lrplot.curve import Curve
    from lrplot.render.html.section import Copied


@dataclass(frozen=True, slots=True)
class Selection:
    """The steps that ``--at``, ``--every`` and ``--all-steps`` ask for."""

    at: str | None = None
    every: int | None = None
    all_steps: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """Runs, and all that the options say of how to write them.

    ``warn`` tells what should be known of it; ``texts`` are what a page shows to be copied.
    """

    runs: Sequence[Run]
    selection: Selection
    width: int | None
    height: int | None
    warn: Callable[[str], None]
    texts: Callable[[], "Sequence[Copied]"] = tuple

    @property
    def spread(self) -> list[Run]:
        """The runs' curves as runs, parameter groups among them."""
        return spread(self.runs)

    @property
    def curves(self) -> "list[Curve]":
        """The runs' curves."""
        from lrplot.curve import Curve

        return [Curve(run) for run in self.spread]


def longest(runs: Sequence[Run]) -> Run:
    """The longest of runs: steps named together are its."""
    return max(runs, key=lambda run: run.steps)


def steps_named(runs: Sequence[Run], texts: Sequence[str]) -> list[int]:
    """The steps that texts name, of the longest of runs.

    >>> from lrplot.schedules.cosine import Cosine
    >>> steps_named([Run("cosine", Cosine(lr=0.1, T_max=100), 100)], ["0", "50%", "last"])
    [0, 50, 99]
    """
    run = longest(runs)
    return [step for text in texts for step in parse_steps(run, text, "")]


def are_shares(texts: Sequence[str]) -> bool:
    """True where steps are named by their shares of the run, so that its length need not be known.

    >>> are_shares(["0", "50%,last"]), are_shares(["50%", "30"])
    (True, False)
    """
    parts = [part.strip() for text in texts for part in text.split(",")]
    return all(part in {"0", "last"} or part.endswith("%") for part in parts)


def parse_steps(run: Run, text: str, option: str = "--at: ") -> tuple[int, ...]:
    """The steps a text names: durations, ``last`` among them; an error begins with ``option``."""
    clock = Clock(run.steps, run.steps_per_epoch)
    return tuple(_step(run, clock, part.strip(), option) for part in text.split(","))


def _step(run: Run, clock: Clock, part: str, option: str) -> int:
    if part == "last":
        return run.steps - 1
    if run.relative and part != "0" and not part.endswith("%"):
        raise UsageError(f"{option}how many updates {run.label} has is not known; name a share, as 10%")
    try:
        steps = clock.duration(part)
    except DurationError as error:
        raise UsageError(f"{option}{error}") from None
    if steps != steps.to_integral_value():
        raise UsageError(f"{option}'{part}' is not a whole step")
    if steps == run.steps and part.endswith("%"):
        return run.steps - 1
    if steps >= run.steps:
        raise UsageError(f"{option}step {part} is past the last, {run.steps - 1}, of {run.label}")
    return int(steps)
