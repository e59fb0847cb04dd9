"""The small screens that lie over the explorer: they ask one thing and answer it."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

_CANCEL: Binding = Binding("escape", "cancel", "Cancel", show=False)


class Ask(ModalScreen[str | None]):
    """Asks for a line of text; None when it is cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [_CANCEL]

    def __init__(self, question: str, text: str = "", *, select: bool = True) -> None:
        super().__init__()
        self._question = question
        self._text = text
        self._select = select

    def compose(self) -> ComposeResult:
        """The question and the line."""
        with Vertical(classes="box"):
            yield Static(Text(self._question))
            yield Input(self._text, select_on_focus=self._select)

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)

    def action_cancel(self) -> None:
        """Answer nothing."""
        self.dismiss(None)


class Sure(ModalScreen[bool]):
    """Asks a question that is answered with y or n."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape,enter", "answer(False)", "No"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """The question."""
        with Vertical(classes="box"):
            yield Static(Text(f"{self._question} (y/n)"))

    def action_answer(self, answer: bool) -> None:  # noqa: FBT001 (Textual's actions take no keywords)
        """Answer it."""
        self.dismiss(answer)


class Pick(ModalScreen[str | None]):
    """Asks for one of several; typing narrows them down."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _CANCEL,
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    def __init__(self, question: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._question = question
        self._choices = choices

    def compose(self) -> ComposeResult:
        """The question, a line to narrow down, and the list."""
        with Vertical(classes="box tall"):
            yield Static(Text(self._question))
            yield Input(placeholder="type to narrow down")
            yield OptionList(*self._options(""))

    def _options(self, part: str) -> list[Option]:
        """The choices in whose words ``part`` stands."""
        wanted = part.strip().casefold()
        shown = [(name, text) for name, text in self._choices if wanted in f"{name} {text}".casefold()]
        lines = [Text(f"{name:<20}").append(text, "dim") for name, text in shown]
        return [Option(line, id=name) for line, (name, _) in zip(lines, shown, strict=True)]

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        listed = self.query_one(OptionList)
        listed.set_options(self._options(event.value))
        listed.highlighted = 0 if listed.option_count else None

    @on(Input.Submitted)
    def _first(self) -> None:
        listed = self.query_one(OptionList)
        if listed.highlighted_option is not None:
            self.dismiss(listed.highlighted_option.id)

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def action_move(self, by: int) -> None:
        """Highlight another one while the line has the focus."""
        listed = self.query_one(OptionList)
        if by > 0:
            listed.action_cursor_down()
        else:
            listed.action_cursor_up()

    def action_cancel(self) -> None:
        """Answer nothing."""
        self.dismiss(None)


class Page(ModalScreen[str | None]):
    """Shows a text; answers the key of ``keys`` that was pressed, None when it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "cancel", "Close", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, text: str, foot: str, keys: str = "") -> None:
        super().__init__()
        self._text = text
        self._foot = foot
        self._keys = keys

    def compose(self) -> ComposeResult:
        """The text, and below what can be done."""
        with Vertical(classes="box page"):
            with VerticalScroll(can_focus=False):
                yield Static(Text(self._text))
            yield Static(Text(self._foot, "bold"), classes="foot")

    def on_key(self, event: Key) -> None:
        """Answer one of the keys."""
        if event.character is not None and event.character in self._keys:
            event.stop()
            self.dismiss(event.character)

    def action_scroll(self, by: int) -> None:
        """Scroll the text."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_cancel(self) -> None:
        """Close it."""
        self.dismiss(None)
