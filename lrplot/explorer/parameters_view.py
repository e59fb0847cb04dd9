from dataclasses import dataclass
from typing import Any, ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Key, MouseDown, MouseMove, MouseUp
from textual.message import Message

from lrplot.explorer.controls import Control
from lrplot.explorer.rows import Rows
from lrplot.explorer.words import cut, spelled
from lrplot.text.plain import printable

_NARROWEST_SLIDER: Final = 5
"""Columns of the narrowest slider: fewer places are none."""
_LONGEST_NAME: Final = 20
"""Columns of a name: a parameter of a nested schedule is cut, and its line keeps its slider."""
_BEGINS_A_NUMBER: Final = frozenset("0123456789.")


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters that sliders are made of."""

    before: str
    knob: str
    after: str
    left: str
    right: str


UNICODE: Final = Glyphs("━", "●", "─", "‹ ", " ›")
ASCII: Final = Glyphs("=", "o", "-", "< ", " >")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a line's name, slider and value."""

    name: int
    slider: int

    @property
    def start(self) -> int:
        """The slider's first column."""
        return self.name + 1

    def share(self, column: int) -> float | None:
        """The share of the slider before a column, None where the column is beside it."""
        inside = column - self.start
        return inside / (self.slider - 1) if 0 <= inside < self.slider else None


class ParametersView(Rows):
    """The parameters of a curve, each with a slider; moved by keys and by the mouse."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Less", show=False),
        Binding("right", "move(1)", "More", show=False),
        Binding("shift+left", "move(-1, True)", "A little less", show=False),
        Binding("shift+right", "move(1, True)", "A little more", show=False),
        Binding("space", "move(1)", "Next choice", show=False),
        Binding("enter", "ask", "Type a value", show=False),
        Binding("backspace,delete", "reset", "Default", show=False),
    ]

    class Moved(Message):
        """A parameter was moved; to its default where ``value`` is None."""

        def __init__(self, path: str, value: Any, *, drag: bool = False) -> None:
            super().__init__()
            self.path = path
            self.value = value
            self.drag = drag

    class Released(Message):
        """A drag is over."""

    class Asked(Message):
        """An exact value is to be typed; ``text`` is what was typed already."""

        def __init__(self, wanted: Control, text: str) -> None:
            super().__init__()
            self.wanted = wanted
            self.text = text

    def __init__(self, controls: tuple[Control, ...], *, ascii_only: bool) -> None:
        super().__init__(id="parameters")
        self._controls = controls
        self._glyphs = ASCII if ascii_only else UNICODE
        self._dragged: Control | None = None

    def show(self, controls: tuple[Control, ...]) -> None:
        """Show other parameters; the one selected stays so where it is still there."""
        paths = [control.path for control in controls]
        if self.current is not None and self.current.path in paths:
            self.selected = paths.index(self.current.path)
        lines = len(self._controls)
        self._controls = controls
        self.selected = min(self.selected, max(0, len(controls) - 1))
        self.refresh(layout=lines != len(controls))

    @property
    def current(self) -> Control | None:
        """The selected parameter."""
        return self._controls[self.selected] if self.selected < len(self._controls) else None

    def count(self) -> int:
        """The number of parameters."""
        return len(self._controls)

    def line(self, index: int, width: int) -> Text:
        """Name, slider or choice, and value; dim where the spec leaves it out."""
        control, columns = self._controls[index], self._columns(width)
        name = cut(control.name, columns.name, ascii_only=self._glyphs is ASCII)
        line = Text(f"{name:<{columns.name}} ")
        value = spelled(printable(control.shown), ascii_only=self._glyphs is ASCII)
        if control.choices:
            line.append(f"{self._glyphs.left}{value}{self._glyphs.right}")
        elif control.slider is None or not isinstance(control.value, int | float):
            line.append(value)
        else:
            line.append(self._track(control.slider.share(control.value), columns.slider), "cyan")
            line.append(f" {value}")
        if control.written is None:
            line.stylize("dim", columns.start)
        line.truncate(width, overflow="ellipsis" if self._glyphs is UNICODE else "crop")
        return line

    def _columns(self, width: int) -> Columns:
        name = min(max((cell_len(control.name) for control in self._controls), default=0), _LONGEST_NAME)
        name = min(name, width * 9 // 20)
        return Columns(name, max(_NARROWEST_SLIDER, (width - name) // 2 - 2))

    def _track(self, share: float, width: int) -> str:
        at = round(share * (width - 1))
        return self._glyphs.before * at + self._glyphs.knob + self._glyphs.after * (width - 1 - at)

    def action_move(self, by: int, fine: bool = False) -> None:  # noqa: FBT001, FBT002 (Textual's actions take no keywords)
        """Move the selected parameter."""
        control = self.current
        if control is None:
            return
        if control.slider is None and not control.choices:
            self.action_ask()
        else:
            self.post_message(self.Moved(control.path, control.moved(by, fine=fine)))

    def action_reset(self) -> None:
        """Leave the selected parameter to its default, or to what it inherits."""
        if self.current is not None:
            self.post_message(self.Moved(self.current.path, None))

    def action_ask(self) -> None:
        """Ask for an exact value."""
        if self.current is not None:
            self.post_message(self.Asked(self.current, self.current.typed))

    def on_key(self, event: Key) -> None:
        """A digit begins a value."""
        if event.character in _BEGINS_A_NUMBER and self.current is not None and self.current.slider:
            event.stop()
            self.post_message(self.Asked(self.current, event.character or ""))

    def on_mouse_down(self, event: MouseDown) -> None:
        """Select a parameter; take hold of its slider, or go to its next choice."""
        self.focus()
        again = event.y == self.selected
        self.select(event.y)
        control = self.current
        if control is None or event.y >= self.count():
            return
        share = self._columns(self.size.width).share(event.x)
        if control.choices and event.x > self._columns(self.size.width).name:
            self.action_move(1)
        elif control.slider is not None and share is not None:
            self._dragged = control
            self.capture_mouse()
            self._drag(event.x)
        elif again and event.x > self._columns(self.size.width).name:
            self.action_ask()

    def on_mouse_move(self, event: MouseMove) -> None:
        """Drag the slider."""
        if self._dragged is not None:
            self._drag(event.x)

    def on_mouse_up(self, _event: MouseUp) -> None:
        """Let it go."""
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()
            self.post_message(self.Released())

    def _drag(self, column: int) -> None:
        """The slider under the mouse keeps the range it had when it was taken hold of."""
        control, columns = self._dragged, self._columns(self.size.width)
        if control is None or control.slider is None:
            return
        share = columns.share(min(max(columns.start, column), columns.start + columns.slider - 1))
        self.post_message(self.Moved(control.path, control.slider.at(share or 0.0), drag=True))
