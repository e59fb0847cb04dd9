"""A curve in one line of a terminal."""

from collections.abc import Sequence
from typing import Final

_UNICODE: Final = "▁▂▃▄▅▆▇█"
_ASCII: Final = "_.-=+*#@"


def sparkline(levels: Sequence[float], *, ascii_only: bool = False) -> str:
    """Shares of a curve's peak, each as a bar.

    >>> sparkline([1.0, 0.5, 0.25, 0.0])
    '█▅▃▁'
    """
    marks = _ASCII if ascii_only else _UNICODE
    return "".join(marks[min(int(level * len(marks)), len(marks) - 1)] for level in levels)
