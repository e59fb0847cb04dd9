"""Things that show themselves in a notebook: schedules say that they can be shown, a lower room knows how.

Schedules lie far above the rooms that draw, so they do not import them. The façade names the room.
"""

from collections.abc import Callable
from typing import Any, Protocol


class Painter(Protocol):
    """A room that knows how things look."""

    def png(self, thing: Any) -> bytes | None:
        """The picture of a thing, None where it cannot be drawn."""

    def html(self, thing: Any, png: bytes | None) -> str:
        """The picture and the key figures of a thing, or why it cannot be drawn."""


painter: Callable[[], Painter] | None = None
"""Gives the painter when the first thing is shown; set by the façade."""


class Shown:
    """Shows its picture where it is the last line of a notebook's cell."""

    __slots__ = ()

    def _repr_png_(self) -> bytes | None:
        return None if painter is None else painter().png(self)

    def _repr_html_(self) -> str | None:
        return None if painter is None else painter().html(self, painter().png(self))

    def _repr_mimebundle_(self, **_asked: object) -> dict[str, Any]:
        """Both at once, drawn once."""
        if painter is None:
            return {}
        png = painter().png(self)
        shown = {"text/html": painter().html(self, png)}
        return shown if png is None else {"image/png": png, **shown}
