"""The named stretches of a curve."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Phase:
    """A named stretch of a curve: steps ``start … stop-1``."""

    name: str
    start: int
    stop: int

    def shift(self, by: int) -> "Phase":
        """The same phase ``by`` steps later."""
        return replace(self, start=self.start + by, stop=self.stop + by)


def clip_phases(phases: Sequence[Phase], until: int) -> tuple[Phase, ...]:
    """Only what lies below ``until``."""
    cut = (replace(phase, stop=min(phase.stop, until)) for phase in phases)
    return tuple(phase for phase in cut if phase.start < phase.stop)
