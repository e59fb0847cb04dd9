"""The names of what holds a text's settings."""

from typing import Final

from lrplot.python.parameters import Path
from lrplot.python.values import Unknown

_NAMES: Final = frozenset(
    {"config", "configs", "cfg", "conf", "args", "hparams", "hp", "params", "flags", "settings", "options"}
)
"""What people call what holds their settings: its ``optimizer.lr`` is a number of theirs."""


def is_of_configuration(value: Unknown | Path) -> bool:
    """True where something open is a part of the settings, as ``config.optimizer`` is.

    >>> is_of_configuration(Path("config.optimizer", None)), is_of_configuration(Path("self.optimizer", None))
    (True, False)
    """
    text = value.name if isinstance(value, Path) else value.text
    return any(part.lower().strip("_") in _NAMES for part in text.split(".")[:-1])
