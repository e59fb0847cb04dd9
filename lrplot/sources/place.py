"""A REF that names a Markdown document, or one of the schedules in it: ``doc.md``, ``doc.md#2``."""

from pathlib import Path
from typing import Final, NamedTuple

SUFFIXES: Final = frozenset({".md", ".markdown"})


class Place(NamedTuple):
    """A document, and the number of the schedule in it that is meant; None where none is named."""

    path: Path
    number: int | None
    spelled: str = ""
    """What stands there for a number, where it is none."""


def place_of(reference: str) -> Place | None:
    """The document that a REF names, with or without the number of a schedule in it; None for another REF.

    >>> place_of("README.md#2"), place_of("cosine")
    (Place(path=PosixPath('README.md'), number=2, spelled=''), None)
    """
    name, sharp, number = reference.rpartition("#")
    if sharp and Path(name).suffix.lower() in SUFFIXES:
        # What is no number is that of no block.
        return Place(Path(name), int(number)) if number.isdecimal() else Place(Path(name), 0, number)
    found = "\n" not in reference and "(" not in reference and Path(reference).suffix.lower() in SUFFIXES
    return Place(Path(reference), None) if found else None
