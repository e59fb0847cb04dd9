"""The keys and values that a training is started with, however they were written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

Kind = Literal["mapping", "flags", "toml", "python", "gin", "protobuf"]


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that stands in the text as an expression and is not computed."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Form:
    """Keys and values of one file or command line.

    Parameters
    ----------
    name
        What errors call it.
    kind
        How it is written: a mapping of YAML or JSON, flags of a command line, TOML, Python, gin, or
        protobuf's text format.
    values
        The values by key, nested as they stand; a flag without a value is True.
    places
        ``line:column`` of keys by their dotted path, as far as known.
    program
        The program that a command line starts (``train.py``, ``axolotl``); the call's name in Python.
    arguments
        What stands in a command line without a flag: subcommands, files, ``key=value``.
    devices
        How many processes train, where a launcher before the program says it.
    folder
        Where the files that it names are looked for; None where it may name none.
    text
        The text itself where a framework's own reader reads it again (Python).
    launcher
        The flags of the launcher before the program (``accelerate launch --config_file …``).
    repeated
        Keys that stand in the text twice with different values, and the ``line:column`` of the first.
    """

    name: str
    kind: Kind
    values: Mapping[str, Any]
    places: Mapping[str, str] = field(default_factory=dict)
    program: str = ""
    arguments: tuple[str, ...] = ()
    devices: int | None = None
    folder: Path | None = None
    text: str = ""
    launcher: Mapping[str, Any] = field(default_factory=dict)
    repeated: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, path: str) -> bool:
        return any(True for _ in self._found(path))

    def get(self, path: str, default: Any = None) -> Any:
        """The value at a dotted path (``trainer.max_epochs``), else ``default``."""
        return next(self._found(path), default)

    def place(self, path: str) -> str:
        """``file:line:column`` of a key, as far as known.

        >>> Form("a.yaml", "mapping", {"lr": 1}, {"lr": "3:1"}).place("lr")
        'a.yaml:3:1'
        """
        at = self.places.get(path)
        return f"{self.name}:{at}" if at else self.name

    def with_values(self, more: Mapping[str, Any]) -> "Form":
        """The form with further top-level values, which win."""
        return replace(self, values={**self.values, **more})

    def with_defaults(self, more: Mapping[str, Any]) -> "Form":
        """The form with top-level values where it has none, or null.

        >>> Form("it", "mapping", {"a": None, "b": 2}).with_defaults({"a": 1, "b": 1}).values
        {'a': 1, 'b': 2}
        """
        return self.with_values({k: v for k, v in more.items() if self.values.get(k) is None})

    def with_paths(self, changes: Mapping[str, Any]) -> "Form":
        """The form with values at dotted paths, which win.

        >>> Form("a", "mapping", {"a": {"b": 1}}).with_paths({"a.b": 2, "c": 3}).values
        {'a': {'b': 2}, 'c': 3}
        """
        values: dict[str, Any] = dict(self.values)
        for path, value in changes.items():
            inner = values
            *outer, last = [path] if path in values else path.split(".")
            for part in outer:
                held = inner.get(part)
                inner[part] = dict(held) if isinstance(held, Mapping) else {}
                inner = inner[part]
            inner[last] = value
        return replace(self, values=values)

    def _found(self, path: str) -> Iterator[Any]:
        if path in self.values:
            yield self.values[path]
            return
        inner: Any = self.values
        for part in path.split("."):
            if not isinstance(inner, Mapping) or part not in inner:
                return
            inner = inner[part]
        yield inner
