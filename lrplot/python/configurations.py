"""Open names that hold no optimizer, though they are called like one: of settings, and of modules."""

from typing import Final

from lrplot.python.parameters import Path
from lrplot.python.registry import Registry
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


def is_a_module(value: Unknown | Path, registry: Registry) -> bool:
    """True where something open is a framework's own module, as ``torch.optim`` is."""
    return isinstance(value, Path) and registry.home(f"{value.name}.x") is not None
