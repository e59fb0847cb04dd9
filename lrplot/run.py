"""The central noun: one schedule over one horizon, with all that is needed to draw it."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from lrplot.schedules.base import Schedule

Theme = Literal["light", "dark", "print", "transparent"]
Scale = Literal["linear", "log"]


class Style(BaseModel):
    """How a figure looks: the ``figure`` of a spec.

    >>> Style(yscale="log").yscale
    'log'
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    title: str | None = None
    """Title above the figure; the spec's own title when left out."""
    xlabel: str | None = None
    """Label of the step axis."""
    ylabel: str | None = None
    """Label of the rate axis."""
    yscale: Scale = "linear"
    """Scale of the rate axis."""
    size: Annotated[
        tuple[Annotated[float, Field(ge=1, le=60)], Annotated[float, Field(ge=1, le=60)]], Field(strict=False)
    ] = (8.0, 4.5)
    """Width and height in inches."""
    dpi: Annotated[int, Field(ge=20, le=1200)] = 150
    """Pixels an inch."""
    theme: Theme = "light"
    """Colours: ``print`` is safe in greyscale."""
    output: Annotated[str, Field(pattern=r"^[^/\\\x00]+\.(png|svg|pdf)$")] | None = None
    """File name of the picture, without a folder."""


@dataclass(frozen=True, slots=True)
class Run:
    """A labelled schedule over steps ``0 … steps-1``.

    Parameters
    ----------
    label
        What a legend calls it.
    schedule
        The schedule.
    steps
        Horizon, 1 … 2^53.
    steps_per_epoch
        Steps in an epoch, None where the run knows no epochs.
    style
        How its figure looks.
    origin
        Where it was written: a file name, a catalogue name.
    """

    label: str
    schedule: Schedule
    steps: int
    steps_per_epoch: int | None = None
    style: Style = field(default_factory=Style)
    origin: str = ""
