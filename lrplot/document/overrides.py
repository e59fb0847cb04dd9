"""The words of a command line over a spec, a call or a script."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Said:
    """A value for a dotted path, and which option said so."""

    path: str
    text: str
    option: str


@dataclass(frozen=True, slots=True)
class Overrides:
    """The words of a command line over a spec, a call or a script.

    Parameters
    ----------
    settings
        Keys of the spec itself (lr, steps, epochs, steps_per_epoch, update) and their text.
    changes
        Values at dotted paths.
    sweep
        Lists of values at dotted paths.
    bindings
        Values for names that a call or a script leaves open.
    facts
        What no configuration of a trainer holds (examples, devices …), by name.
    trainer
        The trainer a configuration is for, with its version: ``transformers@4.51``.
    simulated
        Whether the runs are for the quadratic model, whatever the spec says.
    relative
        Whether a run whose length nobody says may be had over shares of it.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[Said, ...] = ()
    sweep: tuple[Said, ...] = ()
    bindings: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)
    trainer: str = ""
    simulated: bool = False
    relative: bool = False
