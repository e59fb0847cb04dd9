"""Scripts that begin alike, read: the one curve of each, its rates, or the words that refuse it."""

from dataclasses import dataclass

import pytest

from lrplot.clock import Clock
from lrplot.errors import LrplotError
from lrplot.frameworks.texts import read
from lrplot.python.reading import Reading
from lrplot.schedules.base import Context


@dataclass(frozen=True)
class After:
    """What stands behind ``head``."""

    head: str = ""

    def one(self, text: str) -> Reading:
        """The one curve of a script."""
        (reading,) = read(self.head + text, "train.py", Context(None, None, Clock(None, None)))
        return reading

    def rates(self, text: str) -> list[float]:
        """The rate of each update of a script that says how long it trains."""
        reading = self.one(text)
        assert reading.horizon is not None
        return [float(rate) for rate in reading.schedule.table(reading.horizon)]

    def refused(self, text: str) -> str:
        """The message that refuses a script."""
        with pytest.raises(LrplotError) as caught:
            self.rates(text)
        return str(caught.value)
