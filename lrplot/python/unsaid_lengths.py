"""Lengths of loops that a text does not say."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from lrplot.errors import NotationError, OpenNameError
from lrplot.python.open_names import let
from lrplot.python.source import Source


@dataclass(slots=True)
class Lengths:
    """Lengths of loops that the text does not say.

    Parameters
    ----------
    batches
        Batches in an epoch, None where nobody says.
    stand_in
        What stands in for the batches of an epoch, and for the turns of another loop. A curve that depends
        on a stand-in is not drawn.
    used
        Which stand-ins were needed, and the first place of each.
    """

    batches: int | None = None
    stand_in: tuple[int, int] = (7, 5)
    used: dict[Literal["batches", "turns"], tuple[ast.AST, str]] = field(default_factory=dict)
    asked: bool = False
    """True where the batches of an epoch were asked for."""
    told: int | None = None
    """What ``len(loader)`` is where it stands in for more batches than are followed."""
    reach: float = 0.0
    """The largest number with which something was compared, or by which it was divided, while it trained."""
    most: int = 1 << 53
    """Most turns of an outer loop that are followed: few where it is only asked what hangs on a turn."""
    said: bool = False
    """True where a stand-in was asked for as a number, as ``len(loader)`` does."""

    def of_loader(self, node: ast.AST, text: str) -> int:
        """Batches in an epoch."""
        self.asked = True
        if self.batches is not None:
            return self.batches
        self.used.setdefault("batches", (node, text))
        return self.stand_in[0]

    def number(self, node: ast.AST, text: str) -> int:
        """Batches in an epoch as the text computes with them."""
        batches = self.of_loader(node, text)
        if self.batches is not None:
            return batches
        self.said = True
        return batches if self.told is None else self.told

    @contextmanager
    def aside(self) -> Iterator["Lengths"]:
        """While something is read that nothing hangs on: what it asks for is not asked for."""
        used, asked, said = self.used, self.asked, self.said
        self.used = {}
        try:
            yield self
        finally:
            self.used, self.asked, self.said = used, asked, said

    def stood_in(self) -> bool:
        """True where something stood in for a length, in what is read aside."""
        return bool(self.used)

    def wanted(self, source: Source) -> NotationError:
        """The error that asks how many batches an epoch has."""
        node, text = self.used["batches"]
        inner = text if text.startswith("len(") else f"len({text})"
        message = (
            "how many batches an epoch has decides this curve, and the text does not say it; give "
            f"--steps-per-epoch N or {let(inner)}"
        )
        return OpenNameError.of(source.refuse(message, node), inner)

    def of_turns(self, node: ast.AST, text: str) -> int:
        """Turns of a loop that is no loader's."""
        self.used.setdefault("turns", (node, text))
        return self.stand_in[1]
