"""A curve as a figure draws it."""

from dataclasses import dataclass
from typing import Any

from lrplot.curve import Curve, Panel, Sample
from lrplot.render.step_axis import StepAxis


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sampled curve and how it is drawn."""

    label: str
    curve: Curve
    rate: Sample
    panels: tuple[Panel, ...]
    look: dict[str, Any]
    axis: StepAxis

    def across(self, steps: Any) -> Any:
        """The places of its steps on the step axis."""
        return self.axis.across(self.curve.run, steps)
