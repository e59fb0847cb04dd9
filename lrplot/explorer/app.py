from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

from rich.text import Text
from textual import on, work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.filter import LineFilter, NoColor
from textual.widgets import Footer, Static

from lrplot.curve import Curve
from lrplot.errors import LrplotError
from lrplot.explorer.chart_view import ChartView
from lrplot.explorer.curves_view import CurvesView
from lrplot.explorer.help import HELP
from lrplot.explorer.kept import SUFFIXES, lost
from lrplot.explorer.look import BROAD, CSS, WIDE
from lrplot.explorer.loss import loss_of
from lrplot.explorer.parameters_view import ParametersView
from lrplot.explorer.results import FORMS, code, overlay_text, picture, saved_text
from lrplot.explorer.screens import Ask, Page, Pick, Sure
from lrplot.explorer.state import State
from lrplot.explorer.words import cursor_line, finding_lines, findings, spelled
from lrplot.render.chart import Drawn
from lrplot.run import Run, spread
from lrplot.schedules import CATALOGUE

_NAMED: Final = 3
"""Curves after which a picture is named."""
_LONGEST_NAME: Final = 60
"""Characters of a label in a file's name: three of Latin letters stay below file systems' 255 bytes."""
_NOTHING: Final = {
    "momentum": "no momentum moves here; add a onecycle or a cyclic",
    "loss": "the expected loss stays where it is at these rates; it is shown as soon as it moves",
}
"""Why a panel that was asked for is not there."""


class Writer(Protocol):
    """Writes a file whole or not at all."""

    def __call__(self, path: Path, chunks: Iterable[bytes]) -> None:
        """Write it, or raise OutputError."""


class Explorer(App[None]):
    """The interactive explorer.

    Parameters
    ----------
    state
        What it begins with.
    write
        Writes its files.
    ascii_only
        Whether the terminal shows no Unicode.
    notes
        What should be known of the curves it begins with.
    """

    TITLE = "lrplot explore"
    CSS = CSS
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide"), (BROAD, "-broad")]  # noqa: RUF012 (App declares it so)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add"),
        Binding("d", "remove", "Del"),
        Binding("c", "copy", "Copy", show=False),
        Binding("n", "next", "Next", show=False),
        Binding("l", "log", "Log"),
        Binding("m", "panel('momentum')", "Mom"),
        Binding("s", "panel('loss')", "Sim"),
        Binding("u,ctrl+z", "undo", "Undo"),
        Binding("ctrl+r,ctrl+y", "redo", "Redo", show=False),
        Binding("w", "save", "Save"),
        Binding("W", "save_all", "Save all", show=False),
        Binding("e", "export", "Export"),
        Binding("p", "picture", "PNG"),
        Binding("g", "go", "Go to a step", show=False),
        Binding("left_square_bracket", "cursor(-1)", "Cursor left", show=False),
        Binding("right_square_bracket", "cursor(1)", "Cursor right", show=False),
        Binding("left_curly_bracket", "step(-1)", "One step left", show=False),
        Binding("right_curly_bracket", "step(1)", "One step right", show=False),
        Binding("question_mark,f1", "help", "Help"),
        Binding("q", "leave", "Quit"),
    ]

    def __init__(
        self,
        state: State,
        write: Writer,
        *,
        ascii_only: bool = False,
        notes: Sequence[str] = (),
        ignored: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        super().__init__()
        self.state = state
        self._saved = state.curves
        self._write = write
        self._ascii_only = ascii_only
        self._notes = notes
        self._ignored = ignored or {}
        self._panels: frozenset[str] = frozenset()
        self.animation_level = "none"

    @property
    def failure(self) -> BaseException | None:
        """The error that ended the program unforeseen, for whoever started it to tell."""
        return self._exception

    def _fatal_error(self) -> None:
        """Leave without Textual's traceback."""
        self._close_messages_no_wait()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Under NO_COLOR the terminal's own two colours, and what is bold or reversed."""
        return [NoColor()] if self.no_color else super().get_line_filters()

    def compose(self) -> ComposeResult:
        """Curves, charts, parameters; below them what is said about the curve."""
        with Horizontal(id="main"):
            yield CurvesView(self.state, ascii_only=self._ascii_only)
            with Vertical(id="charts"):
                yield ChartView("rate", ascii_only=self._ascii_only)
                yield ChartView("momentum", ascii_only=self._ascii_only)
                yield ChartView("loss", ascii_only=self._ascii_only)
            with VerticalScroll(id="side", can_focus=False):
                yield ParametersView(self.state.curve.controls(), ascii_only=self._ascii_only)
        yield Static(id="values")
        yield Static(id="findings")
        yield Static(id="status")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Show the first state."""
        self.theme = "ansi-dark"
        self.set_class(self._ascii_only, "ascii")
        self.query_one(ParametersView).focus()
        self._show("; ".join(self._notes))

    # Everything that is seen follows from the state.

    def _change(self, state: State, message: str = "") -> None:
        self.state = state
        self._show(message)

    def _show(self, message: str = "") -> None:
        state = self.state
        self._chart("rate", [Curve(run) for run in spread(state.runs)], log=state.log)
        self._chart("momentum", self._momenta() if "momentum" in self._panels else (), log=False)
        self._chart("loss", self._losses() if "loss" in self._panels else (), log=True)
        self.query_one(CurvesView).show(state)
        self.query_one(ParametersView).show(state.curve.controls())
        self.query_one("#values", Static).update(cursor_line(state), layout=False)
        most = 5 if self.size.width >= WIDE else 2
        found = findings(state.curve.run, self._ignored.get(state.curve.label, ()))
        lines = finding_lines(found, most, ascii_only=self._ascii_only)
        self.query_one("#findings", Static).update(Text("\n").join(lines))
        self._say(message)

    def _chart(self, name: str, drawn: Sequence[Drawn], *, log: bool) -> None:
        chart = self.query_one(f"#{name}", ChartView)
        chart.styles.display = "block" if drawn else "none"
        chart.show(drawn, log=log, cursor=self.state.cursor)

    def _momenta(self) -> list[Drawn]:
        pairs = ((run, run.schedule.momentum) for run in self.state.runs)
        moved = [replace(run, schedule=momentum) for run, momentum in pairs if momentum is not None]
        return [Curve(run) for run in _headed("momentum", moved)]

    def _losses(self) -> list[Drawn]:
        losses = (loss_of(run) for run in _headed("expected loss", self.state.runs))
        found = [loss for loss in losses if loss is not None]
        return [] if all(loss.flat for loss in found) else [*found]

    def _say(self, message: str) -> None:
        """The last line: what is wrong, what was done, or what the selected parameter is."""
        current = self.query_one(ParametersView).current
        error = self.state.curve.error
        text = error or message or (f"{current.name}: {current.text}" if current is not None else "")
        line = Text(self._spelled(text.replace("\n", "; ")), "bold red" if error else "")
        self.query_one("#status", Static).update(line, layout=False)

    def _spelled(self, text: str) -> str:
        return spelled(text, ascii_only=self._ascii_only)

    # What the widgets say.

    @on(ParametersView.Moved)
    def _moved(self, event: ParametersView.Moved) -> None:
        self._change(self.state.changed(event.path, event.value, drag=event.drag))

    @on(ParametersView.Released)
    def _released(self) -> None:
        self.state = self.state.released()

    @on(ParametersView.Selected)
    def _selected(self, event: ParametersView.Selected) -> None:
        if isinstance(event.rows, CurvesView):
            self._change(self.state.choose(event.index))
        else:
            self._say("")

    @on(ChartView.Pointed)
    def _pointed(self, event: ChartView.Pointed) -> None:
        self._change(self.state.at(event.step))

    @on(ParametersView.Asked)
    @work
    async def _asked(self, event: ParametersView.Asked) -> None:
        control = event.wanted
        fresh = event.text == control.typed
        question = self._spelled(f"{control.name}: {control.text}")
        text = await self.push_screen_wait(Ask(question, event.text, select=fresh))
        if text is not None:
            self._try(lambda: self._change(self.state.changed(control.path, control.read(text))))

    # What the keys do.

    @work
    async def action_add(self) -> None:
        """Add a schedule from the catalogue."""
        from lrplot.describe.docstring import page_of
        from lrplot.schedules import schedule_class

        choices = [
            (name, self._spelled(page_of(schedule_class(name)).summary) if entry.class_name else "")
            for name, entry in CATALOGUE.items()
        ]
        name = await self.push_screen_wait(Pick("Add a schedule", choices))
        if name is not None:
            self._try(lambda: self._change(self.state.added(name)))

    def action_remove(self) -> None:
        """Take the chosen curve away."""
        alone = len(self.state.curves) == 1
        self._change(self.state.removed(), "the last schedule stays; add another first" if alone else "")

    def action_copy(self) -> None:
        """Change a copy of the chosen curve beside it."""
        self._change(self.state.copied())

    def action_next(self) -> None:
        """Choose the next curve."""
        self._change(self.state.choose((self.state.chosen + 1) % len(self.state.curves)))

    def action_log(self) -> None:
        """Change between a linear and a logarithmic rate axis."""
        if not self.state.log and not any((Curve(run).sample().rates > 0).any() for run in self.state.runs):
            self._say("a log scale shows no zeros, and every rate is 0")
            return
        self._change(replace(self.state, log=not self.state.log))

    def action_panel(self, name: str) -> None:
        """Show or hide what goes below the rate."""
        self._panels ^= {name}
        drawn = {"momentum": self._momenta, "loss": self._losses}[name]
        empty = name in self._panels and not drawn()
        self._show(_NOTHING[name] if empty else "")

    def action_undo(self) -> None:
        """One change back."""
        self._change(self.state.undone(), "" if self.state.past else "nothing to undo")

    def action_redo(self) -> None:
        """One change forward again."""
        self._change(self.state.redone(), "" if self.state.future else "nothing to redo")

    def action_cursor(self, by: int) -> None:
        """Move the cursor by a column."""
        columns = max(1, self.query_one("#rate", ChartView).size.width)
        self._change(self.state.at(self.state.cursor + by * max(1, self.state.steps // columns)))

    def action_step(self, by: int) -> None:
        """Move the cursor by a step."""
        self._change(self.state.at(self.state.cursor + by))

    @work
    async def action_go(self) -> None:
        """Go to a step that is typed."""
        text = await self.push_screen_wait(
            Ask("Go to step (1234, 30%, 5 epochs, last)", str(self.state.cursor))
        )
        if text:
            self._try(lambda: self._change(self.state.at_text(text)))

    @work
    async def action_save(self) -> None:
        """Save the chosen curve as a spec."""
        curve = self.state.curve
        origin = Path(curve.origin)
        opened = origin.suffix in SUFFIXES and origin.is_file()
        name = str(origin) if opened else f"{_file_name(curve.label)}.yaml"
        path = await self._ask_where(f"Save {curve.label} as", name)
        if path is None:
            return
        where = path
        made = self._try(lambda: saved_text(self.state, where))
        if made is None:
            return
        text, kept = made
        if kept and opened and path.exists() and path.samefile(origin):
            sure = await self.push_screen_wait(Sure(f"Change {path}, and leave the rest of it as it is?"))
            self._save_at(path if sure else None, text)
        else:
            self._save_at(await self._ask_again(path, text), text)

    @work
    async def action_save_all(self) -> None:
        """Save all curves as one spec."""
        path = await self._ask_where("Save all as", "schedules.yaml")
        text = self._try(lambda: overlay_text(self.state)) if path is not None else None
        if path is not None and text is not None:
            self._save_at(await self._ask_again(path, text), text)

    def _save_at(self, path: Path | None, text: str) -> None:
        """Write a spec, and know that it is saved; None is no place."""
        if path is None:
            self._say("not written")
        elif self._try(lambda: self._written(path, text.encode)):
            self._saved = self.state.curves

    @work
    async def action_export(self) -> None:
        """Show the chosen curve as code; copy or save it."""
        form = await self.push_screen_wait(Pick("Export as", [(form, "") for form in FORMS]))
        made = self._try(lambda: code(self.state, form)) if form is not None else None
        if form is None or made is None:
            return
        text, notes = made
        told = "".join(f"# {note}\n" for note in notes)
        key = await self.push_screen_wait(Page(told + text, "c copy   w save   escape close", "cw"))
        if key == "c":
            self.copy_to_clipboard(text)
            self._say("copied, where the terminal lets programs copy")
        elif key == "w":
            name = f"{_file_name(self.state.curve.label)}{'.yaml' if form == 'yaml' else '.py'}"
            await self._save("Save the code as", name, text.encode)

    @work
    async def action_picture(self) -> None:
        """Write a PNG of all curves."""
        names = "_vs_".join(_file_name(curve.label) for curve in self.state.curves[:_NAMED])
        await self._save("Draw to", f"{names}.png", lambda: picture(self.state))

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(Page(HELP, "escape close"))

    @work
    async def action_leave(self) -> None:
        """Quit; ask where something was changed and not saved."""
        if self.state.curves == self._saved or await self.push_screen_wait(Sure("Quit without saving?")):
            self.exit()

    async def _ask_again(self, path: Path, text: str) -> Path | None:
        """Ask for the file again, having told what one that is there would lose."""
        if not path.exists():
            return path
        gone = lost(path, text)
        if gone:
            question = (
                f"{path} would lose {', '.join(gone)}. Another name keeps it; the same one overwrites it"
            )
            other = await self._ask_where(question, str(_another(path)))
            if other is None or not other.exists() or other == path:
                return other
            path = other
        return path if await self.push_screen_wait(Sure(f"{path} exists. Overwrite it?")) else None

    async def _ask_where(self, question: str, name: str) -> Path | None:
        """A path that is typed, ended as ``name`` is where it has no end; None where there is none."""
        given = await self.push_screen_wait(Ask(question, name))
        if not given or not given.strip():
            return None
        path, suffix = Path(given.strip()).expanduser(), Path(name).suffix
        path = path if path.suffix else path.with_name(path.name + suffix)
        if path.suffix != suffix and not {path.suffix, suffix} <= {".yaml", ".yml"}:
            self._say(f"{path}: end the name in {suffix}")
            return None
        return path

    async def _save(self, question: str, name: str, make: Callable[[], bytes]) -> bool:
        """Ask where to, and before anything is overwritten; whether the file was written."""
        path = await self._ask_where(question, name)
        if path is None:
            return False
        if path.exists() and not await self.push_screen_wait(Sure(f"{path} exists. Overwrite it?")):
            self._say("not written")
            return False
        return bool(self._try(lambda: self._written(path, make)))

    def _written(self, path: Path, make: Callable[[], bytes]) -> bool:
        self._write(path, [make()])
        self._say(f"wrote {path}")
        return True

    def _try(self, action: Callable[[], Any]) -> Any:
        """The answer of an action; where it cannot be done, say why and answer None."""
        try:
            return action()
        except (LrplotError, OSError, ValueError) as error:
            self._say(str(error).partition("\n")[0])
            return None


def _headed(what: str, runs: Sequence[Run]) -> Iterator[Run]:
    """The runs, the first's label saying what is drawn of all."""
    for index, run in enumerate(runs):
        yield replace(run, label=run.label if index else f"{what}: {run.label}")


def _another(path: Path) -> Path:
    """A name beside a file that is free."""
    number = 2
    while path.with_stem(f"{path.stem}_{number}").exists():
        number += 1
    return path.with_stem(f"{path.stem}_{number}")


def _file_name(label: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in label)[:_LONGEST_NAME] or "schedule"
