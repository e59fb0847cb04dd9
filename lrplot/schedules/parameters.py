"""The kinds of parameters that schedules have: what each may be, and what a spec reads it as."""

from typing import Annotated, Final

from pydantic import Field

from lrplot.clock import MOST_STEPS
from lrplot.schedules.fields import Kind

_AT_MOST: Final = float(MOST_STEPS)

Rate = Annotated[float, Field(ge=0), Kind("rate")]
"""A learning rate, ≥ 0."""
BaseRate = Annotated[float, Field(ge=0), Kind("rate", inherits="lr")]
"""A learning rate, inherited when left out."""
Factor = Annotated[float, Field(ge=0), Kind("number")]
"""A plain multiplier, ≥ 0."""
Positive = Annotated[float, Field(gt=0), Kind("number")]
"""A plain number > 0."""
Number = Annotated[float, Kind("number")]
"""Any finite number."""
Length = Annotated[float, Field(ge=1e-3, le=_AT_MOST), Kind("length")]
"""A number of steps, possibly fractional; a duration in a spec."""
WholeRun = Annotated[float, Field(ge=1e-3, le=_AT_MOST), Kind("length", inherits="length")]
"""A number of steps, the schedule's whole length when left out."""
Count = Annotated[int, Field(gt=0, le=MOST_STEPS), Kind("length", whole=True)]
"""A whole number of steps, > 0; a duration in a spec."""
WholeRunCount = Annotated[int, Field(gt=0, le=MOST_STEPS), Kind("length", inherits="length", whole=True)]
"""A whole number of steps, the schedule's whole length when left out."""
StepsPerEpoch = Annotated[
    int, Field(gt=0, le=MOST_STEPS), Kind("length", inherits="steps_per_epoch", whole=True)
]
"""Steps in an epoch, the run's when left out."""
Repeats = Annotated[int, Field(gt=0, le=MOST_STEPS), Kind("number", whole=True)]
"""How often something happens, > 0."""
Expr = Annotated[str, Kind("expression")]
"""Arithmetic in t, step and epoch."""
Milestones = Annotated[
    tuple[Annotated[float, Field(ge=0, le=_AT_MOST)], ...], Field(strict=False), Kind("lengths")
]
"""Steps at which something happens, in any order."""
Counts = Annotated[
    tuple[Annotated[int, Field(gt=0, le=MOST_STEPS)], ...], Field(strict=False), Kind("lengths", whole=True)
]
"""Whole numbers of steps."""
Points = Annotated[
    tuple[
        Annotated[
            tuple[Annotated[float, Field(ge=0, le=_AT_MOST)], Annotated[float, Field(ge=0)]],
            Field(strict=False),
        ],
        ...,
    ],
    Field(min_length=1, strict=False),
    Kind("points"),
]
"""Pairs of a step and the rate there."""
