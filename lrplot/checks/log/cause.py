"""A cause: one sentence that explains every row of a log."""

from dataclasses import dataclass, field

from lrplot.checks.log.evidence import Prediction


@dataclass(frozen=True, slots=True)
class Cause:
    """A reason for the difference between plan and log, which fits every row.

    Parameters
    ----------
    kind
        Its name in data: ``clock``, ``scale``, ``resumed``, ``parameter`` …
    says
        The sentence: "the schedule was stepped 4 times an update".
    predict
        The rate it predicts for each update, for every row and for a picture.
    advice
        What usually brings it about, and what to do; may be empty.
    values
        Its numbers, by name.
    odd
        Whether nobody would have chosen its number: of causes that say the same, it is told after the others.

    Examples
    --------
    >>> Cause("scale", "every rate is half the planned one", lambda u: u * 0.5, values={"factor": 0.5}).kind
    'scale'
    """

    kind: str
    says: str
    predict: Prediction
    advice: str = ""
    values: dict[str, float | int | str | None] = field(default_factory=dict)
    odd: bool = False
