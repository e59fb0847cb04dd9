"""A matplotlib style sheet: what it says wins over the theme."""

import itertools
import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import matplotlib

from lrplot.errors import LrplotError
from lrplot.files import read_bytes
from lrplot.text.likeness import look_of_bytes

_LARGEST: Final = 1_000_000
"""Bytes of a style sheet; the largest of matplotlib's own has 24,591."""
_SAVED: Final = ("svg.", "pdf.", "savefig.")
"""Settings that matplotlib reads when it saves."""
_OURS: Final = frozenset({"text.usetex", "savefig.format", "savefig.directory", "savefig.bbox"})
"""Settings that stay ours: LaTeX would be run, and the format is that of the file's name."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The settings of a style sheet; none where there is no sheet.

    Parameters
    ----------
    settings
        The values by matplotlib's names, as its own reader of style files gives them.

    Examples
    --------
    >>> Sheet({"lines.linewidth": 3.0}).line(0, "#0072B2", (0, ()), 1.8)["linewidth"]
    3.0
    """

    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cycles(self) -> bool:
        """True where it has colours or dashes of its own for one curve after the other."""
        return "axes.prop_cycle" in self.settings

    def line(self, number: int, colour: str, dash: Any, width: float) -> dict[str, Any]:
        """The look of the curve of a number, as keywords of ``Axes.plot``: the theme's, then the sheet's."""
        look: dict[str, Any] = {
            "color": colour,
            "linestyle": dash,
            "linewidth": width,
            "solid_joinstyle": "round",
            "solid_capstyle": "butt",
        }
        for name in (*look, "marker", "markersize", "markeredgewidth", "dash_capstyle", "dash_joinstyle"):
            if f"lines.{name}" in self.settings:
                look[name] = self.settings[f"lines.{name}"]
        cycle = self.settings.get("axes.prop_cycle")
        if cycle is not None:
            look |= next(itertools.islice(itertools.cycle(cycle), number, None))
        return look

    def asks_for(self, name: str, ours: Any) -> Any:
        """The sheet's value of a setting, or ours where it says nothing of it."""
        return self.settings.get(name, ours)

    def saved(self, theme: Mapping[str, Any]) -> dict[str, Any]:
        """The settings that are read when a figure is saved: the theme's, and its own over them."""
        told = {**theme, **self.settings}
        return {name: each for name, each in told.items() if name.startswith(_SAVED)}


def read_sheet(path: str | None) -> Sheet:
    """The style sheet of a path; an empty one of None.

    Raises
    ------
    LrplotError
        When it cannot be read, or is none.
    """
    if path is None:
        return Sheet()
    _check(Path(path))
    told = _Told()
    log = logging.getLogger("matplotlib")
    log.addHandler(told)
    propagate, log.propagate = log.propagate, False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            settings = matplotlib.rc_params_from_file(path, use_default_template=False)
        if told.messages:
            raise LrplotError(f"{path}: not a matplotlib style sheet: {' '.join(told.messages[0].split())}")
        return Sheet({name: value for name, value in settings.items() if name not in _OURS})
    except OSError as error:
        raise LrplotError(f"{path}: style sheet cannot be read: {error.strerror or error}") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise LrplotError(f"{path}: not a matplotlib style sheet: {error}") from None
    finally:
        log.removeHandler(told)
        log.propagate = propagate


def _check(path: Path) -> None:
    """Refuse what matplotlib would read without end."""
    if path.exists() and not path.is_file():
        raise LrplotError(f"{path}: a style sheet is a file, and this is none")
    look = look_of_bytes(read_bytes(path, _LARGEST, f"style sheet {path}"))
    if look is not None:
        raise LrplotError(f"{path}: not a matplotlib style sheet; it looks like {look}")


class _Told(logging.Handler):
    """Keeps what matplotlib logs of a style sheet's bad lines."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self.messages.append(record.getMessage())
