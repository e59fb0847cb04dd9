"""Pages in a real browser: what is drawn, hovered, moved, pressed and printed, as a person would."""

import contextlib
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browser import Browser
from command import lrplot

from lrplot.schedules.cosine import Cosine
from lrplot.schedules.onecycle import OneCycle

pytestmark = pytest.mark.browser
LONG = "指数衰减的三种衰减率：从零点九到零点九九，学习率在三十轮训练之中怎样一步一步地变化，" * 2


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as made:
        yield made


@pytest.fixture(autouse=True)
def _silent(browser: Browser) -> Iterator[None]:
    """No page says anything on its console, nor asks anything of a network."""
    browser.size(1280, 900)
    browser.dark(False)
    yield
    assert browser.said == []
    assert [url for url in browser.asked if not url.startswith(("file:", "data:", "about:"))] == []


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some pages, made once."""
    here = tmp_path_factory.mktemp("pages")
    plan = "lr: 0.1\nsteps: 1000\nsteps_per_epoch: 100\nschedule: {type: cosine, warmup: {steps: 100}}\n"
    (here / "plan.yaml").write_text(plan)
    (here / "short.yaml").write_text("lr: 0.1\nsteps: 400\nschedule: cosine\n")
    rows = ((step, 0.001 * step) for step in range(0, 1000, 10))
    (here / "log.csv").write_text("step,lr\n" + "".join(f"{step},{rate!r}\n" for step, rate in rows))
    swept = ["--sweep", "gamma=0.9,0.95,0.99", "--epochs", "30", "--steps-per-epoch", "10"]
    made = {
        "two": ["compare", "cosine", "onecycle"],
        "sweep": ["render", "exponential", *swept, "--title", LONG, "--lang", "zh"],
        "stairs": ["render", "StepLR(optimizer, 30)", "--lr", "0.1", "--steps", "90"],
        "verified": ["verify", "plan.yaml", "log.csv"],
        "plateau": ["render", "plateau"],
        "trillion": ["render", "cosine_restarts", "--set", "T_0=1000", "--steps", "1e12"],
        "hostile": ["render", "cosine", "--title", "</script><script>document.title='taken'</script>"],
        "percent": ["compare", "short.yaml", "plan.yaml", "--xaxis", "percent"],
        "epochs": ["render", "plan.yaml", "--xaxis", "epochs", "--xlim", "2:4"],
        "fifty": ["render", "cosine", "--steps", "1e6", "--sweep", f"lr={','.join(map(str, range(1, 51)))}"],
    }
    for name, arguments in made.items():
        done = lrplot(*arguments, "-o", f"{name}.html", cwd=here)
        assert done.returncode in {0, 1}, done.stderr
        assert (here / f"{name}.html").is_file()
    return here


def box(browser: Browser, selector: str, number: int = 0) -> dict[str, float]:
    found = browser.ask(
        f"JSON.stringify(document.querySelectorAll({selector!r})[{number}].getBoundingClientRect())"
    )
    answer: dict[str, float] = json.loads(found)
    return answer


def at(browser: Browser, share: float, panel: int = 0, height: float = 0.5) -> tuple[float, float]:
    """A place in the window: a share of the width and height of a panel's drawing."""
    plot = box(browser, ".u-over", panel)
    return plot["x"] + share * plot["width"], plot["y"] + height * plot["height"]


def hover(browser: Browser, share: float, panel: int = 0) -> list[str]:
    """The lines that the tip beside the pointer shows."""
    browser.mouse("mouseMoved", *at(browser, share, panel))
    browser.frame()
    text: str = browser.ask("document.querySelector('.tip').innerText")
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def seen(browser: Browser) -> tuple[float, float]:
    """The steps that are shown."""
    low, high = browser.ask("['from', 'to'].map(n => Number(document.querySelector('.charts').dataset[n]))")
    return low, high


def pixels(browser: Browser, colour: str, panel: int = 0) -> int:
    """How many pixels of a panel have a colour, or nearly."""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    count: int = browser.ask(
        f"""(() => {{ const shown = document.querySelectorAll('.uplot canvas')[{panel}];
        const canvas = new OffscreenCanvas(shown.width, shown.height);
        const context = canvas.getContext('2d', {{ willReadFrequently: true }});
        context.drawImage(shown, 0, 0);
        const d = context.getImageData(0, 0, canvas.width, canvas.height).data;
        let n = 0;
        for (let i = 0; i < d.length; i += 4) {{
          if ({json.dumps(wanted)}.every((w, k) => Math.abs(d[i + k] - w) < 24) && d[i + 3] > 200) n++;
        }}
        return n; }})()"""
    )
    return count


def test_hovering_tells_the_step_and_the_exact_rate_of_every_curve(browser: Browser, pages: Path) -> None:
    browser.open(pages / "two.html")
    first, *rows = hover(browser, 0.4)
    step = int(first.removeprefix("step "))
    assert 380 < step < 420
    cosine, onecycle = Cosine(lr=0.1, T_max=1000), OneCycle(max_lr=0.1, total_steps=1000)
    assert onecycle.momentum is not None
    told = {name: float(value) for name, value in (row.rsplit(" ", 1) for row in rows)}
    assert told == {
        "cosine": float(cosine(step)),
        "onecycle": float(onecycle(step)),
        "momentum": float(onecycle.momentum(step)),
    }
    table = browser.ask("document.querySelector('.readout').innerText")
    assert repr(float(cosine(step))) in table
    hover(browser, 0.7, panel=1)  # the panels share their steps
    assert browser.ask("document.querySelector('.readout caption').textContent") != first


def test_at_a_jump_both_sides_are_told(browser: Browser, pages: Path) -> None:
    browser.open(pages / "stairs.html")
    browser.ask("document.querySelector('.charts').focus()")
    for _ in range(30):
        browser.key("ArrowRight")
    told = browser.ask("document.querySelector('.charts').getAttribute('aria-valuetext')")
    assert told == "step 30, StepLR 0.1 → 0.010000000000000002"
    assert browser.ask("document.querySelector('.charts').getAttribute('aria-valuenow')") == "30"


def test_a_stair_is_drawn_upright(browser: Browser, pages: Path) -> None:
    browser.open(pages / "stairs.html")
    column = browser.ask(
        """(() => { const c = document.querySelector('.uplot canvas'); const w = c.width;
        const d = c.getContext('2d').getImageData(0, 0, w, c.height).data; const n = new Array(w).fill(0);
        for (let i = 0; i < d.length; i += 4) if (d[i] < 60 && d[i + 2] > 140) n[(i / 4) % w]++;
        return n; })()"""
    )
    tall = np.flatnonzero(np.array(column) > 200)
    assert 1 <= len(tall) <= 4


def test_the_slider_tells_one_value_apart_by_keys_and_by_mouse(browser: Browser, pages: Path) -> None:
    browser.open(pages / "sweep.html")
    assert browser.ask("document.querySelector('.sliders output').textContent") == "0.9"
    browser.ask("document.querySelector('.sliders input').focus()")
    browser.key("ArrowRight")
    assert browser.ask("document.querySelector('.sliders output').textContent") == "0.95"
    assert (
        browser.ask("document.querySelector('.sliders input').getAttribute('aria-valuetext')") == "gamma 0.95"
    )
    chosen = "document.querySelector('.readout .chosen').innerText"
    assert browser.ask(chosen).split()[0] == "gamma=0.95"
    calls = "[...document.querySelectorAll('.texts[data-curve]')].filter(e => e.offsetHeight).map(e => e.innerText)"
    (shown,) = browser.ask(calls)
    assert "gamma=0.95" in shown
    slider = box(browser, ".sliders input")
    held = {"button": "left", "buttons": 1, "clickCount": 1}
    end = slider["right"] - 3, slider["y"] + slider["height"] / 2
    browser.mouse("mousePressed", *end, **held)
    browser.mouse("mouseReleased", *end, **held)
    browser.frame()
    assert browser.ask(chosen).split()[0] == "gamma=0.99"
    browser.ask("document.querySelectorAll('.sliders input')[1].click()")  # the other curves
    assert browser.ask("[...document.querySelectorAll('.readout input')].map(e => e.checked)") == [
        False,
        False,
        True,
    ]


def test_dragging_zooms_every_panel_and_shift_moves_it(browser: Browser, pages: Path) -> None:
    browser.open(pages / "two.html")
    whole = seen(browser)
    browser.drag(at(browser, 0.25), at(browser, 0.5))
    low, high = seen(browser)
    assert whole[0] < low < high < whole[1]
    assert high - low == pytest.approx(0.25 * (whole[1] - whole[0]), rel=0.02)
    browser.drag(at(browser, 0.5, 1), at(browser, 0.4, 1), modifiers=8)
    moved, to = seen(browser)
    assert to - moved == pytest.approx(high - low)
    assert moved == pytest.approx(low + 0.1 * (high - low), rel=0.02)
    browser.ask("document.querySelector('[data-do=whole]').click()")
    assert seen(browser) == whole


def test_a_drag_across_zooms_the_rates_too(browser: Browser, pages: Path) -> None:
    browser.open(pages / "two.html")
    before = pixels(browser, "#0072B2")
    browser.drag(at(browser, 0.0, 0, 0.9), at(browser, 0.3, 0, 0.5))
    assert pixels(browser, "#0072B2") < before / 2  # the cosine is above what is shown
    held = {"button": "left", "buttons": 1}
    for clicks in (1, 2):
        for kind in ("mousePressed", "mouseReleased"):
            browser.mouse(kind, *at(browser, 0.5), clickCount=clicks, **held)
    browser.frame()
    assert pixels(browser, "#0072B2") == pytest.approx(before, rel=0.05)


def test_a_page_is_used_by_keys_alone(browser: Browser, pages: Path) -> None:
    browser.open(pages / "two.html")
    reached = []
    for _ in range(40):
        browser.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", windowsVirtualKeyCode=9)
        browser.call("Input.dispatchKeyEvent", type="keyUp", key="Tab", windowsVirtualKeyCode=9)
        reached.append(
            browser.ask("document.activeElement.dataset.do || document.activeElement.className || ''")
        )
    assert {"log", "in", "out", "left", "right", "whole", "charts", "copy"} <= set(reached)
    browser.ask("document.querySelector('.charts').focus()")
    whole = seen(browser)
    browser.key("End")
    assert browser.ask("document.querySelector('.charts').getAttribute('aria-valuenow')") == "999"
    browser.key("+")
    low, high = seen(browser)
    assert high - low == pytest.approx((whole[1] - whole[0]) / 2)
    browser.key("0")
    assert seen(browser) == whole
    browser.key("l")
    assert browser.ask("document.querySelector('[data-do=log]').getAttribute('aria-pressed')") == "true"


def test_what_is_moved_and_pressed_has_a_name_for_screen_readers(browser: Browser, pages: Path) -> None:
    browser.open(pages / "sweep.html")
    tree = browser.call("Accessibility.getFullAXTree")["nodes"]
    used = [
        node for node in tree if node.get("role", {}).get("value") in {"slider", "button", "checkbox", "link"}
    ]
    assert len(used) > 8
    assert [node for node in used if not node.get("name", {}).get("value")] == []
    headings = [node["name"]["value"] for node in tree if node.get("role", {}).get("value") == "heading"]
    assert headings[0] == LONG
    assert browser.ask("document.documentElement.lang") == "zh-CN"


def test_a_long_title_stays_in_the_window(browser: Browser, pages: Path) -> None:
    browser.size(400, 800)
    browser.open(pages / "sweep.html")
    assert browser.ask("document.documentElement.scrollWidth") <= 400


def test_a_page_is_as_wide_as_its_window(browser: Browser, pages: Path) -> None:
    browser.open(pages / "two.html")
    before = box(browser, ".u-over")["width"]
    browser.size(700, 900)
    browser.wait(f"document.querySelector('.u-over').getBoundingClientRect().width < {before - 300}")
    assert browser.ask("document.documentElement.scrollWidth") <= 700


def test_a_curve_is_switched_off_and_on(browser: Browser, pages: Path) -> None:
    browser.open(pages / "two.html")
    before = pixels(browser, "#0072B2")
    assert before > 300
    browser.ask("document.querySelector('.readout input').click()")
    browser.frame()
    assert pixels(browser, "#0072B2") < before / 20
    assert not any(line.startswith("cosine") for line in hover(browser, 0.3))
    browser.ask("document.querySelector('.readout input').click()")
    browser.frame()
    assert pixels(browser, "#0072B2") > before / 2


def test_a_page_is_light_or_dark_as_its_reader_is(browser: Browser, pages: Path) -> None:
    browser.open(pages / "two.html")
    assert browser.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    browser.dark(True)
    browser.frame()
    assert browser.ask("getComputedStyle(document.body).backgroundColor") == "rgb(30, 34, 38)"
    assert pixels(browser, "#56B4E9") > 300
    assert pixels(browser, "#0072B2") == 0


def test_paper_shows_the_curves_in_the_light_and_no_buttons(
    browser: Browser, pages: Path, tmp_path: Path
) -> None:
    browser.dark(True)
    browser.open(pages / "two.html")
    browser.ask("window.addEventListener('afterprint', () => (window.done = true))")
    browser.paper(tmp_path / "page.pdf")
    drawn = b"".join(streams((tmp_path / "page.pdf").read_bytes()))
    assert b"0 .4471 .698 RG" in drawn  # a line in the light's first blue, as sharp as the printer is
    assert b".9255 .9255 .9255 RG" not in drawn  # the dark's text
    assert b"/Subtype /Image" not in drawn
    browser.wait("window.done === true")
    assert pixels(browser, "#56B4E9") > 300  # as it was


def streams(document: bytes) -> Iterator[bytes]:
    """The parts of a PDF in which something is drawn."""
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL):
        with contextlib.suppress(zlib.error):
            yield zlib.decompress(packed)


def test_the_rows_of_a_log_are_dots_and_are_found_by_the_pointer(browser: Browser, pages: Path) -> None:
    browser.open(pages / "verified.html")
    assert "parts at step" in browser.ask("document.querySelector('.says').textContent")
    step, plan, log = hover(browser, 0.5)
    row = int(step.split(" ")[1])
    assert row % 10 == 0
    assert log == f"log.csv {0.001 * row!r}"
    assert plan.startswith("plan 0.")


def test_a_metric_and_what_it_changed_are_drawn(browser: Browser, pages: Path) -> None:
    browser.open(pages / "plateau.html")
    assert browser.ask("document.querySelectorAll('.uplot').length") == 2
    assert any(line.startswith("metric ") for line in hover(browser, 0.5))


def test_runs_of_unequal_length_are_told_at_the_same_share(browser: Browser, pages: Path) -> None:
    browser.open(pages / "percent.html")
    first, *rows = hover(browser, 0.5)
    share = float(first.removesuffix("% of the run"))
    assert 49 < share < 51
    told = [re.fullmatch(r"(\w+) (\S+) \(step (\d+)\)", row) for row in rows]
    found = {each[1]: (int(each[3]), float(each[2])) for each in told if each is not None}
    assert found["plan"][0] == pytest.approx(10 * share, abs=1)
    step, rate = found["short"]
    assert step == pytest.approx(4 * share, abs=1)
    assert rate == float(Cosine(lr=0.1, T_max=400)(step))


def test_a_figures_unit_and_limits_are_where_a_page_begins(browser: Browser, pages: Path) -> None:
    browser.open(pages / "epochs.html")
    assert seen(browser) == (2, 4)
    (first, _) = hover(browser, 0.5)
    assert re.fullmatch(r"epoch (2\.9\d|3(\.\d\d)?) · step (29\d|30\d)", first)
    browser.ask("document.querySelector('[data-do=whole]').click()")
    assert seen(browser)[1] > 9.9


def test_a_trillion_steps_are_a_band(browser: Browser, pages: Path) -> None:
    browser.open(pages / "trillion.html")
    plot = box(browser, ".u-over")
    assert pixels(browser, "#0072B2") > 0.5 * plot["width"] * plot["height"]
    assert int(hover(browser, 0.5)[0].removeprefix("step ")) > 4e11


def test_text_that_looks_like_a_script_is_text(browser: Browser, pages: Path) -> None:
    browser.open(pages / "hostile.html")
    assert browser.ask("document.title") == "</script><script>document.title='taken'</script>"
    assert browser.ask("document.querySelector('h1').textContent").startswith("</script>")


@pytest.mark.parametrize("name", ["two", "sweep", "trillion", "fifty"])
def test_a_page_opens_within_a_second(browser: Browser, pages: Path, name: str) -> None:
    times = []
    for _ in range(3):
        browser.open(pages / f"{name}.html")
        times.append(browser.ask("performance.getEntriesByType('navigation')[0].loadEventEnd"))
    assert 0 < min(times) < 1000
    assert (pages / f"{name}.html").stat().st_size < 2_000_000


def test_without_scripts_the_tables_and_texts_are_there(browser: Browser, pages: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.call("Page.navigate", url=(pages / "two.html").as_uri())
        browser.wait("document.readyState === 'complete' && document.title.includes('onecycle')")
        text = browser.ask("document.body.innerText")
        assert "needs JavaScript" in text
        assert "onecycle\t1000\t0.1\t299" in text
        assert "CosineAnnealingLR(optimizer, T_max=1000)" in text
        assert browser.ask("document.querySelector('.drawing').offsetHeight") == 0
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


def test_a_gallery_draws_what_is_looked_at(browser: Browser, pages: Path) -> None:
    (pages / "configs").mkdir()
    for number in range(12):
        spec = f"title: number {number}\nlr: 0.1\nsteps: {20 + number}\nschedule: cosine\n"
        (pages / f"configs/{number:02}.yaml").write_text(spec)
    assert lrplot("gallery", "--html", "all.html", cwd=pages).returncode == 0
    browser.open(pages / "all.html")
    drawn = "[...document.querySelectorAll('section')].map(e => e.querySelectorAll('canvas').length)"
    assert browser.ask(drawn)[0] == 1
    assert browser.ask(drawn)[11] == 0
    browser.ask("document.querySelectorAll('nav a')[11].click()")
    browser.wait(f"({drawn})[11] === 1")
    heading = box(browser, "h2", 11)
    assert 0 <= heading["y"] < 900
    browser.wait("document.querySelectorAll('.readout')[11].innerText.includes('0.1')")


def test_a_text_is_copied(browser: Browser, pages: Path) -> None:
    browser.open(pages / "two.html")
    browser.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    browser.ask("document.querySelector('[data-do=copy]').click()")
    browser.wait("document.querySelector('[data-do=copy]').textContent === 'copied'")
    copied = browser.ask("navigator.clipboard.readText()")
    assert copied == browser.ask("document.querySelector('pre code').textContent")
