"""The words of a command line over a spec, a call or a script."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

FACTS: Final = (
    "examples",
    "devices",
    "batches_per_epoch",
    "classes",
    "images",
    "tokens",
    "warmup_steps",
)
"""What no configuration of a trainer holds, as options and keywords name it."""

_SERIES: Final = frozenset({"metrics", "gradients"})
"""Settings that show a schedule numbers, and do not change it."""


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

    @property
    def as_it_was(self) -> "Overrides":
        """The words that read the same REF before it is changed: open names and facts of the training stay.

        Facts alone are the change themselves.

        >>> said = Overrides(settings={"lr": "0.1"}, facts={"examples": 100})
        >>> said.as_it_was.facts, Overrides(facts={"devices": 8}).as_it_was.facts
        ({'examples': 100}, {})
        """
        metrics = {name: text for name, text in self.settings.items() if name in _SERIES}
        if not (self.changes or self.sweep or self.settings.keys() - _SERIES):
            return Overrides(metrics, bindings=self.bindings)
        return Overrides(metrics, bindings=self.bindings, facts=self.facts, trainer=self.trainer)
