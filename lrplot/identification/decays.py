"""The decays that are tried, each fitted in the log's own step: a warm-up ends where it meets the decay."""

from typing import Final

from lrplot.identification.powers import polynomial, rex
from lrplot.identification.ratios import exponential, inverse_sqrt, inverse_time
from lrplot.identification.straight import halving, line, root
from lrplot.identification.waves import half_cosine, tangent

DECAYS: Final = (
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
