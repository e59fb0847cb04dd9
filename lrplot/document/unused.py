"""Options that changed nothing, recorded while a document is made and built."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lrplot.errors import LrplotError, UnusedBindingError


@dataclass(frozen=True, slots=True)
class Unused:
    """An option that changed nothing, and the error that says so.

    ``note`` says it where that is no mistake.
    """

    option: str
    error: LrplotError
    note: str = ""


class Bindings:
    """Values for names that texts leave open, and which of them were used.

    >>> bindings = Bindings({"epochs": "90"})
    >>> bindings.record((), ["epoch", "lr"])
    >>> [str(each.error) for each in bindings.unused()]
    ["--let epochs: the text has no such name left open; did you mean 'epoch'?"]
    """

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = dict(values or {})
        self._used: set[str] = set()
        self._unused: dict[str, UnusedBindingError] = {}

    def record(self, used: Iterable[str], names: Iterable[str]) -> None:
        """The bindings that one text used, which could have used any of its ``names``."""
        self._used.update(used)
        for name in self.values:
            if name not in self._used and name not in self._unused:
                self._unused[name] = UnusedBindingError(name, names)

    def unused(self) -> tuple[Unused, ...]:
        """The bindings that texts were given and none used."""
        return tuple(
            Unused(f"--let {name}", error) for name, error in self._unused.items() if name not in self._used
        )
