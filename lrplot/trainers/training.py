"""A training: how many updates, at which rate, after which schedule, and how that came about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

from lrplot.clock import MOST_STEPS
from lrplot.errors import LrplotError, UsageError
from lrplot.run import Group
from lrplot.schedules.base import Schedule
from lrplot.text.secrets import masked
from lrplot.trainers.facts import Facts, MissingFactsError
from lrplot.trainers.form import Form, Unread

Version: TypeAlias = tuple[int, ...]

_LARGEST: Final = 1e300
"""Numbers are at most so large, so that what is reckoned with them stays one of float64."""


@dataclass(frozen=True, slots=True)
class Training:
    """The training that a trainer makes of its configuration.

    Parameters
    ----------
    schedule
        The rate of each optimizer update.
    updates
        Optimizer updates of the run.
    steps_per_epoch
        Updates of an epoch, where the training counts epochs.
    derivation
        How updates and warm-up came about, a line each, as arithmetic.
    notes
        What the reader of the curve should know; those that are a :class:`Trap` are findings of lint too.
    call
        The scheduler's call, or its name in the trainer's words.
    framework
        Whose call that is; empty where the trainer has a formula of its own.
    groups
        Parameter groups that have rates of their own; one with the very schedule names it.
    momentum
        The momentum that the trainer moves itself, None where it does not.
    assumed
        The version that is assumed where nobody says one, where it is not the newest.
    """

    schedule: Schedule
    updates: int
    steps_per_epoch: int | None = None
    derivation: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    call: str = ""
    framework: str = ""
    groups: tuple[Group, ...] = ()
    momentum: Schedule | None = None
    assumed: str = ""

    @property
    def traps(self) -> tuple[str, ...]:
        """The notes on keys that do not what they seem to."""
        return tuple(str(note) for note in self.notes if isinstance(note, Trap))

    def __post_init__(self) -> None:
        for name in ("derivation", "notes"):
            hidden = ((type(each), masked(each)) for each in getattr(self, name))
            object.__setattr__(self, name, tuple(kind(text) for kind, text in hidden))
        object.__setattr__(self, "call", masked(self.call))
        if not 1 <= self.updates <= MOST_STEPS:
            raise ConfigurationError(f"the run would have {self.updates:.6g} updates; it needs 1 to 2^53")


class Trap(str):
    """A note on keys by which a trainer trains at another rate than they seem to say, as they stand."""

    __slots__ = ()


class Confidence(NamedTuple):
    """The confidence that a form is a trainer's: 0 not at all, 1 likely, 2 surely; ties are asked."""

    level: int
    keys: int = 0
    """Keys that speak for it, which decides between two likely ones."""


@dataclass(frozen=True, slots=True)
class Trainer:
    """A program that is started with keys and values.

    Parameters
    ----------
    name
        What ``--trainer`` calls it.
    title
        What people call it.
    recognise
        How sure a form is this trainer's.
    training
        What it makes of a form, given the facts.
    read_otherwise
        Whether a form alone is read without it too: a schedule in a framework's words, or Python.
    versions
        The oldest and the newest version that is known, where versions differ; of what is built on another
        trainer, that one's.
    versioned
        Whose versions these are, where they are not its own.
    """

    name: str
    title: str
    recognise: Callable[[Form], Confidence]
    training: Callable[[Form, Facts], Training]
    read_otherwise: Callable[[Form], bool] = lambda _: False
    versions: tuple[Version, Version] | None = None
    versioned: str = ""

    def version(self, said: str) -> Version | None:
        """The version that a person says, None where nobody says one.

        Raises
        ------
        UsageError
            When it is none, or none that is known.

        Examples
        --------
        >>> trainer = Trainer("it", "It", lambda _: Confidence(0), print, versions=((4, 28), (5, 23)))
        >>> trainer.version("4.51"), trainer.version("v5"), trainer.version("")
        ((4, 51), (5,), None)
        """
        if not said:
            return None
        whose = self.versioned or self.title
        if self.versions is None:
            raise UsageError(
                f"--trainer {self.name}@{said}: of {whose} one version is known; leave @{said} out"
            )
        oldest, newest = ((".".join(map(str, each))) for each in self.versions)
        parts = said.removeprefix("v").split(".")
        if not all(part.isdecimal() for part in parts):
            raise UsageError(f"--trainer {self.name}@{said}: a version is numbers, as {self.name}@{newest}")
        found = tuple(map(int, parts))
        first, last = self.versions
        near = oldest if found < first[: len(found)] else newest
        if found < first[: len(found)] or found[: len(last)] > last:
            told = f"of {whose} {oldest} to {newest} are known; the nearest is {self.name}@{near}"
            raise UsageError(f"--trainer {self.name}@{said}: {told}")
        return found


class ConfigurationError(LrplotError):
    """A trainer refuses a configuration, or what it does with it is not known."""


def refuse(form: Form, path: str, message: str) -> ConfigurationError:
    """The error for a key, at its place."""
    return ConfigurationError(f"{form.place(path)}: {message}")


def ask(form: Form, title: str, **facts: Any) -> None:
    """Raise the error that asks for all facts that are None, at once.

    Raises
    ------
    MissingFactsError
        When one is.
    """
    missing = tuple(name for name, value in facts.items() if value is None)
    if missing:
        raise MissingFactsError(form.name, title, missing)


def number(form: Form, path: str, default: Any) -> Any:
    """A number, or ``default`` where the key is left out or null.

    YAML's ``5e-5`` is a text to PyYAML and a number to people; it is read as one.

    Raises
    ------
    ConfigurationError
        When the value is no number.
    """
    value = form.get(path)
    if value is None or value in ("null", "None", "none", ""):
        return default
    if isinstance(value, Unread):
        raise refuse(
            form, path, f"{path} is '{value}', which is not computed here; give it: --set {path}=VALUE"
        )
    if isinstance(value, str):
        try:
            value = float(value.replace("_", ""))
        except ValueError:
            raise refuse(form, path, f"{path} must be a number, got '{value}'") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(form, path, f"{path} must be a number, got {value!r}")
    # A whole number of hundreds of digits is no float.
    if not -_LARGEST <= value <= _LARGEST:
        raise refuse(form, path, f"{path} must be a finite number below {_LARGEST:g}")
    return int(value) if float(value).is_integer() and isinstance(default, int) else value


def whole(form: Form, path: str, default: Any, *, least: int = 1) -> Any:
    """A whole number of at least ``least``, or ``default`` where the key is left out.

    Raises
    ------
    ConfigurationError
        When the value is none.
    """
    value = number(form, path, default)
    if value is default:
        return default
    if not float(value).is_integer() or value < least:
        raise refuse(form, path, f"{path} must be a whole number of at least {least}, got {value:g}")
    return int(value)


def word(form: Form, path: str, default: str = "") -> str:
    """A text, or ``default`` where the key is left out, null or empty.

    Raises
    ------
    ConfigurationError
        When the value is no text.
    """
    value = form.get(path)
    if value is None or value in ("", "null", "None"):
        return default
    if isinstance(value, Unread):
        raise refuse(
            form, path, f"{path} is '{value}', which is not computed here; give it: --set {path}=VALUE"
        )
    if not isinstance(value, str):
        raise refuse(form, path, f"{path} must be a text, got {value!r}")
    return value


def switch(form: Form, path: str, *, default: bool = False) -> bool:
    """A yes or no, however it is spelled.

    Raises
    ------
    ConfigurationError
        When the value is neither.
    """
    value = form.get(path)
    if value is None:
        return default
    if isinstance(value, bool):
        return value
    if isinstance(value, Unread):
        raise refuse(
            form, path, f"{path} is '{value}', which is not computed here; give it: --set {path}=true"
        )
    text = str(value).casefold()
    if text in {"true", "1", "yes", "on", "y", "t"}:
        return True
    if text in {"false", "0", "no", "off", "n", "f"}:
        return False
    raise refuse(form, path, f"{path} must be true or false, got '{value}'")


def too_long(warmup: int, updates: int) -> tuple[str, ...]:
    """A note for a warm-up that the run does not see the end of.

    >>> too_long(100, 100), too_long(3, 100)
    (('the warm-up of 100 steps is longer than the run: its rate is never reached',), ())
    """
    if warmup < updates:
        return ()
    return (f"the warm-up of {warmup} steps is longer than the run: its rate is never reached",)
