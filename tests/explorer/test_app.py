"""The explorer's screen under Textual's pilot: keys and mouse, at 80 x 24 unless said."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import pytest
from textual.events import MouseDown, MouseMove, MouseUp, Paste
from textual.pilot import Pilot
from textual.widgets import Static

from lrplot.__main__ import run as lrplot
from lrplot.cli.output import write_file
from lrplot.explorer.app import Explorer
from lrplot.explorer.state import State
from lrplot.sources.reference import load

Script = Callable[[Pilot[None], Explorer], Awaitable[None]]


def explore(
    script: Script, *references: str, size: tuple[int, int] = (80, 24), ascii_only: bool = False
) -> Explorer:
    """Run the explorer on these REFs while ``script`` presses its keys."""
    runs = tuple(run for reference in references or ("cosine",) for run in load(reference))
    app = Explorer(State.opened(runs), write, ascii_only=ascii_only)

    async def session() -> None:
        async with app.run_test(size=size) as pilot:
            for _ in range(500):  # the keys are shown last, and late on a busy machine
                await pilot.pause(0.01)
                if seen(app)[-1]:
                    break
            await script(pilot, app)

    asyncio.run(session())
    return app


def write(path: Path, chunks: Iterable[bytes]) -> None:
    write_file(path, chunks, quiet=True)


def seen(app: Explorer) -> list[str]:
    """The lines of the screen that lies on top."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    assert len(lines) == height
    return ["".join(segment.text for segment in line)[:width].rstrip() for line in lines]


def dots(line: str) -> str:
    """The braille of a line alone."""
    return re.sub("[^\u2801-\u28ff]", " ", line).rstrip()


def status(app: Explorer) -> str:
    return str(app.query_one("#status", Static).content)


async def paste(pilot: Pilot[None], text: str) -> None:
    """The text at once, as a terminal sends what is pasted: the pilot waits some 40 ms after each key."""
    pilot.app.post_message(Paste(text))
    await pilot.press("enter")
    await pilot.pause()


def test_three_parameters_are_changed_saved_and_drawn_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    before: list[str] = []

    async def script(pilot: Pilot[None], app: Explorer) -> None:
        before.extend(seen(app))
        await pilot.press("right")  # lr
        await pilot.press("down", "down", "5", "e", "minus", "3", "enter")  # eta_min
        await pilot.pause()
        await pilot.press("down", "down", "shift+right")  # exponent
        assert seen(app) != before
        await pilot.press("w")
        await paste(pilot, "mine")
        assert status(app) == "wrote mine.yaml"
        width, height = app.query_one("#rate").size
        size.extend([str(width), str(height)])
        shown.extend(dots(line[:width]) for line in seen(app)[:height])

    size: list[str] = []
    shown: list[str] = []
    explore(script)
    (run,) = load("mine.yaml")
    assert run.schedule.model_dump() == {
        "type": "cosine", "lr": 0.11, "eta_min": 0.005, "T_max": 1000.0, "exponent": 1.01, "after": "hold",
    }  # fmt: skip
    assert lrplot(["render", "mine.yaml", "-f", "chart", "--width", size[0], "--height", size[1]]) == 0
    assert [dots(line) for line in capfd.readouterr().out.splitlines()] == shown


def test_undo_and_redo_bring_back_the_very_screen() -> None:
    async def script(pilot: Pilot[None], app: Explorer) -> None:
        screens = [seen(app)]
        for _ in range(3):
            await pilot.press("left")
            await pilot.pause()
            screens.append(seen(app))
        assert len({tuple(screen) for screen in screens}) == 4
        for screen in reversed(screens[:-1]):
            await pilot.press("u")
            await pilot.pause()
            assert seen(app) == screen
        for screen in screens[1:]:
            await pilot.press("ctrl+r")
            await pilot.pause()
            assert seen(app) == screen

    explore(script)


def test_a_slider_is_dragged_and_the_chart_clicked() -> None:
    async def script(pilot: Pilot[None], app: Explorer) -> None:
        parameters = app.query_one("#parameters")
        left = parameters.line(0, parameters.size.width).plain.index("━")  # type: ignore[attr-defined]
        await pilot._post_mouse_events([MouseDown], parameters, offset=(left + 3, 0), button=1)
        for column in range(left, left + 3):
            await pilot._post_mouse_events([MouseMove], parameters, offset=(column, 0), button=1)
        await pilot._post_mouse_events([MouseUp], parameters, offset=(left, 0), button=1)
        await pilot.pause()
        assert 0 < app.state.curve.spec["lr"] < 1e-4
        await pilot.press("u")
        assert app.state.curve.spec["lr"] == 0.1
        chart = app.query_one("#rate")
        await pilot.click(chart, offset=(chart.size.width - 1, 5))
        assert app.state.cursor == 999
        assert "step 999: lr 2.467" in "\n".join(seen(app))

    explore(script)


def test_a_wrong_value_is_told_below_and_the_curve_stays() -> None:
    async def script(pilot: Pilot[None], app: Explorer) -> None:
        chart = seen(app)[:20]
        await pilot.press("down", "down", "down", "enter")
        await paste(pilot, "0.0001")
        assert status(app) == "cosine: T_max must be ≥ 0.001, got 0.0001"
        assert [line[:45] for line in seen(app)[:20]] == [line[:45] for line in chart]
        await pilot.press("enter")
        await paste(pilot, "10 parsecs")
        assert "'10 parsecs' is not a duration" in status(app)
        await pilot.press("backspace")
        assert seen(app)[:20] == chart

    explore(script)


def test_findings_follow_the_parameters() -> None:
    async def script(pilot: Pilot[None], app: Explorer) -> None:
        assert "lint: nothing found" in "\n".join(seen(app))
        await pilot.press("down", "down", "down", "5", "0", "0", "enter")
        await pilot.pause()
        assert "LR008 at step 500" in "\n".join(seen(app))

    explore(script)


def test_a_schedule_is_added_and_panels_are_shown() -> None:
    async def script(pilot: Pilot[None], app: Explorer) -> None:
        await pilot.press("m")
        assert status(app).startswith("no momentum moves here")
        await pilot.press("a")
        await pilot.pause()
        await paste(pilot, "1cycle")
        await pilot.press("s", "l")
        lines = seen(app)
        assert lines[0].startswith("● cosine   ■ onecycle")
        assert any(line.startswith("momentum: onecycle") for line in lines)
        assert any(line.startswith("● expected loss: cosine") for line in lines)
        assert lines[-2].startswith("lr: ")
        await pilot.press("d", "d")
        assert status(app) == "the last schedule stays; add another first"

    explore(script)


def test_nothing_is_overwritten_or_lost_without_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cosine.yaml").write_text("precious")

    async def script(pilot: Pilot[None], app: Explorer) -> None:
        await pilot.press("right", "w", "enter")
        await pilot.pause()
        assert any("cosine.yaml exists. Overwrite it? (y/n)" in line for line in seen(app))
        await pilot.press("n")
        await pilot.pause()
        assert (status(app), Path("cosine.yaml").read_text()) == ("not written", "precious")
        await pilot.press("w")
        await paste(pilot, "nowhere/x")
        assert status(app) == "there is no folder nowhere; make it first"
        await pilot.press("q")
        await pilot.pause()
        assert any("Quit without saving? (y/n)" in line for line in seen(app))
        await pilot.press("n")
        await pilot.pause()
        assert app.is_running

    explore(script)


def test_code_is_shown_and_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def script(pilot: Pilot[None], app: Explorer) -> None:
        await pilot.press("e")
        await paste(pilot, "optax")
        assert any("optax.cosine_decay_schedule" in line for line in seen(app))
        await pilot.press("w")
        await paste(pilot, "")
        assert status(app) == "wrote cosine.py"

    explore(script)
    (run,) = load("cosine.py")
    assert run.schedule([500]).round(9).tolist() == [0.05]


@pytest.mark.parametrize("size", [(160, 50), (40, 12)])
def test_a_terminal_without_unicode_is_shown_ascii_alone(size: tuple[int, int]) -> None:
    async def script(pilot: Pilot[None], app: Explorer) -> None:
        await pilot.press("m", "s")
        assert all(line.isascii() for line in seen(app)), seen(app)
        await pilot.press("a")
        await pilot.pause()
        assert all(line.isascii() for line in seen(app)), seen(app)

    explore(script, "onecycle", "warmup_linear", size=size, ascii_only=True)


def test_no_color_leaves_the_terminals_own_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def script(_pilot: Pilot[None], app: Explorer) -> None:
        styles = [segment.style for line in app.screen._compositor.render_strips() for segment in line]
        colours = {
            str(colour) for style in styles if style for colour in (style.color, style.bgcolor) if colour
        }
        assert {name for name in colours if "default" not in name} == set()
        assert any(style is not None and style.reverse for style in styles)

    explore(script, "cosine", "step")


def test_a_wide_terminal_lists_the_curves_and_every_key_is_on_the_help_page() -> None:
    async def script(pilot: Pilot[None], app: Explorer) -> None:
        await pilot.press("shift+tab", "down")
        assert app.state.chosen == 1
        assert seen(app)[1].startswith("■ step")
        await pilot.press("g")
        await paste(pilot, "30")
        assert seen(app)[1].split()[:3] == ["■", "step", "0.01"]
        await pilot.press("question_mark")
        await pilot.pause()
        page = "\n".join(seen(app))
        for binding in Explorer.BINDINGS:
            key = binding.key.split(",")[0]  # type: ignore[union-attr]
            names = {"left_square_bracket": "[", "right_square_bracket": "]", "question_mark": "?"}
            names |= {"left_curly_bracket": "{", "right_curly_bracket": "}"}
            assert f" {names.get(key, key)} " in page, key

    explore(script, "cosine", "step", size=(160, 50))


def test_a_trillion_steps_are_moved_as_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(pilot: Pilot[None], app: Explorer) -> None:
        await pilot.press("s", "right", "down", "down", "right")
        await pilot.press("g")
        await paste(pilot, "50%")
        assert "step 500000000000: lr" in "\n".join(seen(app))
        assert app.state.steps == 10**12

    runs = State.typical("cosine").changed("steps", 10**12)
    monkeypatch.setattr(State, "opened", classmethod(lambda *_: runs))
    explore(script)


def test_a_missing_textual_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lrplot.cli.explore.find_spec", lambda _: None)
    assert lrplot(["explore"]) == 2
    told = capfd.readouterr()
    assert told.err == "lrplot: explore needs Textual; install it: pip install 'lrplot[explore]'\n"
    assert told.out == ""


def test_a_pipe_is_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    assert lrplot(["explore", "cosine"]) == 2
    assert capfd.readouterr().err == "lrplot: explore needs a terminal; use render or export in a pipe\n"


def test_an_opened_file_is_changed_where_it_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "# mine\nlr: 0.1  # base\nepochs: 100\nschedule: {type: cosine}\n"
    Path("mine.yaml").write_text(text)

    async def script(pilot: Pilot[None], app: Explorer) -> None:
        await pilot.press("right", "w", "enter")
        await pilot.pause()
        assert any("Change mine.yaml, and leave the rest of it as it is?" in line for line in seen(app))
        await pilot.press("y")
        await pilot.pause()
        assert status(app) == "wrote mine.yaml"

    explore(script, "mine.yaml")
    assert Path("mine.yaml").read_text() == text.replace("0.1", "0.11")


def test_what_would_be_lost_is_told_and_another_name_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "# mine\nlr: 0.1\nepochs: 9\nschedules: {a: cosine, b: linear}\n"
    Path("mine.yaml").write_text(text)

    async def script(pilot: Pilot[None], app: Explorer) -> None:
        await pilot.press("right", "w", "enter")
        await pilot.pause()
        assert any("mine.yaml would lose its comments" in line for line in seen(app))
        await pilot.press("enter")
        await pilot.pause()
        assert status(app) == "wrote mine_2.yaml"

    explore(script, "mine.yaml", size=(120, 30))
    assert Path("mine.yaml").read_text() == text
    assert load("mine_2.yaml")[0].steps == 9
