"""The decays that are tried, each fitted in the log's own step: a warm-up ends where it meets the decay."""

from collections.abc import Callable, Iterator
from typing import Final

from lrplot.identification.fitting import Decay
from lrplot.identification.powers import polynomial, rex
from lrplot.identification.ratios import exponential, inverse_sqrt, inverse_time
from lrplot.identification.rows import Rows
from lrplot.identification.straight import halving, line, root
from lrplot.identification.waves import half_cosine, tangent

Fit = Callable[[Rows, float | None], Iterator[Decay]]

DECAYS: Final[tuple[Fit, ...]] = (
    line,
    half_cosine,
    exponential,
    inverse_sqrt,
    inverse_time,
    polynomial,
    rex,
    tangent,
    root,
    halving,
)
"""The decays, the commonest first."""
