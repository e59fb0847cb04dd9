"""The curves of turns that train anew: one of those that are alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lrplot.python.anew import Anew
from lrplot.python.reading import Reading
from lrplot.python.source import Source

_Read = Sequence[tuple[Reading, Any]]


def one_of_each(
    source: Source, found: Iterable[Anew], readings: Mapping[int, _Read]
) -> tuple[frozenset[int], dict[int, str]]:
    """The optimizers whose curve is that of the first turn, by identity, and the notes at those of the first.

    Raises
    ------
    NotationError
        Where some turns stand for all, and their curves differ.
    """
    dropped: set[int] = set()
    notes: dict[int, str] = {}
    for each in found:
        turns = [[made for made in turn if id(made) in readings] for turn in each.turns]
        first = turns[0]
        alike = all(
            len(turn) == len(first)
            and all(_alike(readings[id(a)], readings[id(b)]) for a, b in zip(first, turn, strict=True))
            for turn in turns[1:]
        )
        line = getattr(each.statement, "lineno", "?")
        if not alike and not each.complete:
            raise source.refuse(
                "each turn of this loop trains anew, and their curves differ; take the loop off the turn "
                "that is meant",
                each.statement,
            )
        if alike and len(turns) > 1:
            dropped |= {id(made) for turn in turns[1:] for made in turn}
            told = f"each turn of the loop in line {line} trains anew, and with the same curve: one is drawn"
            notes |= {id(made): told for made in first}
    return frozenset(dropped), notes


def _alike(a: _Read, b: _Read) -> bool:
    return len(a) == len(b) and all(
        replace(one, label="") == replace(other, label="") for (one, _), (other, _) in zip(a, b, strict=True)
    )
