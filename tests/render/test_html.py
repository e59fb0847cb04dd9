"""A page: one file that needs no network, whose data are the schedule's own numbers."""

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import lrplot

from lrplot.clock import Training
from lrplot.curve import Curve, simulated
from lrplot.errors import LrplotError
from lrplot.optimizers import Quadratic
from lrplot.render.html.data import section_data
from lrplot.render.html.page import page
from lrplot.render.html.points import points_of
from lrplot.render.html.section import Copied, Section, section_of
from lrplot.render.html.words import PAGE_WORDS
from lrplot.run import Run
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.onecycle import OneCycle
from lrplot.schedules.step import Step
from lrplot.sources.reference import load
from lrplot.style import CurveStyle, Style

HOSTILE = "</script><script>alert('x')</script> $\\eta_t$ [red]红[/red] \u2028 & <b>"


def run_of(schedule: Any, steps: int, label: str = "", **more: Any) -> Run:
    return Run(label or schedule.type, schedule, steps, **more)


def text_of(*runs: Run, **more: Any) -> str:
    return page([section_of([Curve(run) for run in runs], **more)]).decode()


def data_of(text: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text)
    assert found is not None
    return json.loads(found[1])


class Read:
    """A section's data as numbers again."""

    def __init__(self, text: str, number: int = 0) -> None:
        self.section = data_of(text)["sections"][number]

    def array(self, at: int) -> np.ndarray:
        return np.frombuffer(base64.b64decode(self.section["arrays"][at]), dtype="<f8")

    def series(self, curve: int, kind: str = "lr") -> dict[str, np.ndarray]:
        given = self.section["curves"][curve]["panels"][kind]
        return {name: self.array(at) for name, at in given.items() if isinstance(at, int)}


@pytest.fixture(scope="module")
def plain() -> str:
    return text_of(
        run_of(MultiStep(lr=0.1, milestones=(30, 60), gamma=0.5), 90), run_of(Cosine(lr=0.1, T_max=50), 50)
    )


def test_nothing_in_a_page_is_fetched(plain: str) -> None:
    markup = re.sub(r"<script>.*?</script>|<style>.*?</style>", "", plain, flags=re.DOTALL)
    assert not re.findall(r"""\b(?:src|srcset|data|action|poster)\s*=""", markup)
    assert not re.findall(r"""href="(?!#)|<(?:link|iframe|object|embed|base|form|img)\b""", markup)
    (style,) = re.findall(r"<style>(.*?)</style>", plain, re.DOTALL)
    assert not re.findall(r"url\(|@import|@font-face", style)
    (script,) = re.findall(r"<script>(.*?)</script>", plain, re.DOTALL)
    assert not re.findall(
        r"\b(?:fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|eval)\b", script
    )
    assert "new Function" not in script


def test_the_policy_of_a_page_allows_its_own_text_and_nothing_else(plain: str) -> None:
    found = re.search(r'Content-Security-Policy" content="(.*?)"', plain)
    assert found is not None
    for tag, name in (("style", "style-src"), ("script", "script-src")):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", plain, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in found[1]
    assert found[1].startswith("default-src 'none'; ")
    assert not re.findall(r'\sstyle="|\son[a-z]+="', plain.split("<script>", maxsplit=1)[0])


def test_the_licence_of_the_library_is_in_the_page(plain: str) -> None:
    assert "Copyright (c) 2022 Leon Sorokin" in plain
    assert "uPlot (v1.6.32)" in plain


def test_the_library_is_as_npm_has_it() -> None:
    text = files("lrplot.render.html.assets").joinpath("uplot.min.js").read_bytes()
    assert (
        hashlib.sha256(text).hexdigest() == "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f"
    )


def test_the_data_are_the_rates_to_the_last_bit(plain: str) -> None:
    read = Read(plain)
    for number, (schedule, steps) in enumerate(
        [(MultiStep(lr=0.1, milestones=(30, 60), gamma=0.5), 90), (Cosine(lr=0.1, T_max=50), 50)]
    ):
        series = read.series(number)
        assert series["x"].tolist() == list(range(steps))
        assert series["y"].tolist() == schedule(np.arange(steps)).tolist()


def test_both_sides_of_a_jump_are_in_the_data(plain: str) -> None:
    series = Read(plain).series(0)
    at = series["jumps"].astype(int)
    assert series["x"][at].tolist() == [30, 60]
    assert series["before"].tolist() == [0.1, 0.05]
    assert series["y"][at].tolist() == [0.05, 0.025]
    assert "jumps" not in Read(plain).series(1)


def test_at_every_step_that_one_curve_has_all_have_their_exact_rate() -> None:
    runs = [run_of(Cosine(lr=0.1, T_max=10**6), 10**6), run_of(Step(lr=0.3, step_size=123_457), 10**6)]
    read = Read(text_of(*runs))
    one, other = read.series(0), read.series(1)
    assert read.section["curves"][0]["panels"]["lr"]["x"] == read.section["curves"][1]["panels"]["lr"]["x"]
    assert {123_456, 123_457, 999_999} <= set(one["x"].astype(int).tolist())
    for series, run in ((one, runs[0]), (other, runs[1])):
        assert series["y"].tolist() == run.schedule(series["x"].astype(np.int64)).tolist()


def test_near_a_knot_of_a_long_run_there_are_points_to_look_at_closer() -> None:
    (run,) = load("warmup_cosine")
    steps = set(Read(text_of(Run("long", run.schedule, 10**9))).series(0)["x"].astype(int).tolist())
    knot = run.schedule.knots(10**9).few[0]
    assert {knot + 1, knot + 2, knot + 4, knot + 1024, 1, 2, 4} <= steps


def test_a_trillion_steps_are_a_band_and_a_small_file() -> None:
    text = text_of(run_of(CosineRestarts(lr=0.1, T_0=1000), 10**12))
    assert len(text) < 400_000
    read = Read(text)
    band = read.section["curves"][0]["panels"]["lr"]["band"]
    assert read.array(band["high"]).max() == 0.1
    assert read.section["last"] == 10**12 - 1
    series = read.series(0)
    assert series["x"][-1] == 10**12 - 1


def test_fifty_curves_of_a_million_steps_are_below_two_megabytes() -> None:
    runs = [run_of(Step(lr=0.1, step_size=10_000 + 777 * i), 10**6, f"{i}") for i in range(50)]
    section = section_of([Curve(run) for run in runs])
    data = section_data(section, points_of(section))
    assert len(json.dumps(data)) < 1_850_000  # beside the script and the tables
    numbers = [np.frombuffer(base64.b64decode(text), dtype="<f8") for text in data["arrays"]]
    for curve, run in zip(data["curves"], runs, strict=True):
        series = curve["panels"]["lr"]
        steps = numbers[series["x"]].astype(np.int64)
        assert numbers[series["y"]].tolist() == run.schedule(steps).tolist()


def test_more_curves_than_anybody_tells_apart_are_refused() -> None:
    run = run_of(Constant(lr=1), 1)
    with pytest.raises(LrplotError, match="at most 400 curves, got 401"):
        text_of(*[run] * 401)


def test_no_label_ends_the_script_or_becomes_markup() -> None:
    style = Style(title=HOSTILE, ylabel=HOSTILE)
    run = run_of(Constant(lr=1), 3, HOSTILE, style=style, notes=(HOSTILE,), derivation=(HOSTILE,))
    text = text_of(run, texts=[Copied("call", HOSTILE, HOSTILE, HOSTILE, 0)], says=[HOSTILE])
    assert text.count("</script") == 2
    assert "<script>alert" not in text
    assert "<b>" not in text.replace("<figcaption><b>", "").split("<script>")[0]
    section = data_of(text)["sections"][0]
    assert section["curves"][0]["label"] == HOSTILE.replace("\u2028", "\N{REPLACEMENT CHARACTER}")
    title = re.search(r"<title>(.*?)</title>", text)
    assert title is not None
    assert html.unescape(title[1]).endswith("& <b>")


def test_a_page_says_its_language_and_has_every_word_in_each() -> None:
    assert len({frozenset(words) for words in PAGE_WORDS.values()}) == 1
    text = text_of(run_of(Cosine(lr=0.1, T_max=9), 9, style=Style(lang="zh", title="余弦退火")))
    assert '<html lang="zh-CN"' in text
    assert "关键数值" in text
    assert "<h1" in text
    assert "余弦退火</h1>" in text


def test_a_sweep_has_a_slider_with_its_values() -> None:
    from lrplot.document.overrides import Overrides, Said

    sweep = (Said("gamma", "0.9,0.95,0.99", "--sweep"), Said("lr", "0.1,0.2", "--sweep"))
    read = Read(text_of(*load("exponential", Overrides(sweep=sweep))))
    assert read.section["sliders"] == [
        {"name": "gamma", "values": ["0.9", "0.95", "0.99"]},
        {"name": "lr", "values": ["0.1", "0.2"]},
    ]
    assert read.section["curves"][3]["swept"] == [["gamma", "0.95"], ["lr", "0.2"]]


def test_curves_that_are_no_sweep_have_no_slider(plain: str) -> None:
    assert Read(plain).section["sliders"] == []


def test_momentum_and_loss_have_panels_of_their_own() -> None:
    run = simulated(
        Run("onecycle", OneCycle(max_lr=0.1, total_steps=60), 60, model=Quadratic(dimension=3, momentum=0.9))
    )
    read = Read(text_of(run))
    assert [panel["kind"] for panel in read.section["panels"]] == ["lr", "momentum", "loss"]
    assert run.simulation is not None
    assert run.schedule.momentum is not None
    assert read.series(0, "momentum")["y"].tolist() == run.schedule.momentum(np.arange(60)).tolist()
    assert read.series(0, "loss")["y"].tolist() == run.simulation.losses.tolist()


def test_what_a_metric_changed_is_marked_and_told() -> None:
    text = text_of(*load("plateau"))
    read = Read(text)
    assert read.section["panels"][1]["kind"] == "metric"
    changes = read.section["curves"][0]["changes"]
    assert changes
    assert f">{html.escape(changes[0]['cause'])}</td>" in text


def test_a_log_axis_has_a_line_for_zero_and_none_where_all_is_zero() -> None:
    log = Read(text_of(run_of(Cosine(lr=0.1, T_max=9), 12))).section["panels"][0]["log"]
    assert log["zero"] == "0"
    assert log["low"] < log["nothing"] < log["floor"]
    assert Read(text_of(run_of(Constant(lr=0), 9))).section["panels"][0]["log"] is None


def test_a_page_obeys_what_is_said_of_a_figure() -> None:
    look = {"cos*": CurveStyle(color="crimson", dash="dotted", width=3)}
    style = Style(curves=look, xlim=(10, None), ylim=(0, 0.05), xlabel="updates", grid=False, panels=())
    runs = [
        run_of(Cosine(lr=0.1, T_max=90), 90, style=style),
        run_of(OneCycle(max_lr=0.1, total_steps=90), 90),
    ]
    section = Read(text_of(*runs)).section
    cosine, onecycle = section["curves"]
    assert (cosine["light"], cosine["dark"], cosine["width"], cosine["dash"]) == (
        "#dc143c",
        "#dc143c",
        3,
        [1.2, 1.2],
    )
    assert onecycle["light"] == "#D55E00"
    assert [panel["kind"] for panel in section["panels"]] == ["lr"]
    assert (section["panels"][0]["linear"]["low"], section["panels"][0]["linear"]["high"]) == (0, 0.05)
    assert (section["view"], section["axis"], section["grid"]) == ([10, None], "updates", False)
    with pytest.raises(LrplotError, match="no curve is called 'sine'"):
        text_of(run_of(Cosine(lr=0.1, T_max=9), 9, style=Style(curves={"sine": CurveStyle(width=2)})))


@pytest.mark.parametrize(
    ("unit", "more", "size", "last"),
    [
        ("epochs", {"steps_per_epoch": 50}, 0.02, 1.98),
        ("percent", {}, 1, 100),
        ("tokens", {"training": Training(batch_size=8, sequence_length=1024)}, 8192, 8192 * 99),
    ],
)
def test_steps_are_counted_in_the_unit_that_a_figure_has(
    unit: Any, more: dict[str, Any], size: float, last: float
) -> None:
    section = Read(text_of(run_of(Cosine(lr=0.1, T_max=99), 100, style=Style(xaxis=unit), **more))).section
    assert (section["unit"], section["size"], section["last"]) == (unit, size, last)


def test_percent_aligns_runs_of_unequal_length_each_with_its_own_steps() -> None:
    style = Style(xaxis="percent")
    runs = [run_of(Cosine(lr=0.1, T_max=steps), steps, f"{steps}", style=style) for steps in (200, 10**6)]
    read = Read(text_of(*runs))
    assert read.section["size"] is None
    assert [curve["size"] for curve in read.section["curves"]] == [0.5, 1e-4]
    assert read.series(0)["x"].tolist() == list(range(200))
    assert read.series(1)["x"][-1] == 10**6 - 1


def test_no_level_of_headings_is_left_out() -> None:
    run = run_of(Cosine(lr=0.1, T_max=9), 9, derivation=("9 updates",))
    texts = [Copied("call", "PyTorch", "Call()", curve=number) for number in (0, 1)]
    section = section_of([Curve(run), Curve(run)], texts)
    for text in (page([section]), page([section, section])):
        levels = [int(level) for level in re.findall(rb"<h(\d)", text.split(b"<script>", 1)[0])]
        assert levels[0] == 1
        assert max(np.diff(levels)) == 1


def test_several_sections_have_contents_and_headings_below_the_title() -> None:
    curve = Curve(run_of(Cosine(lr=0.1, T_max=9), 9))
    text = page([Section(name, [curve], Style()) for name in ("one", "two")], "Both").decode()
    assert "<h1>Both</h1>" in text
    assert '<li><a href="#section-2">two</a></li>' in text
    assert '<h2 id="section-2-title">two</h2>' in text
    assert len(data_of(text)["sections"]) == 2


def test_render_writes_a_page_with_the_spec_and_the_calls(tmp_path: Path) -> None:
    done = lrplot(
        "render", "StepLR(optimizer, 30)", "--lr", "0.1", "--steps", "90", "-o", "x.html", cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.endswith(b"wrote x.html\n")
    text = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert "<pre><code>StepLR(optimizer, step_size=30)</code></pre>" in text
    spec = re.search(r"<b>YAML</b>.*?<pre><code>(.*?)</code>", text, re.DOTALL)
    assert spec is not None
    (tmp_path / "again.yaml").write_text(html.unescape(spec[1]))
    (again,) = load(str(tmp_path / "again.yaml"))
    assert again.schedule == Step(lr=0.1, step_size=30)


def test_the_same_input_is_the_same_page(tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        assert lrplot("render", "cosine", "-o", name, cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_compare_writes_a_page_and_prints_the_table(tmp_path: Path) -> None:
    done = lrplot("compare", "cosine", "step", "-f", "html", cwd=tmp_path)
    assert done.returncode == 0
    assert b"cosine" in done.stdout
    assert (tmp_path / "cosine_vs_step.html").stat().st_size > 50_000


def test_verify_writes_a_page_that_marks_the_parting(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("lr: 0.1\nsteps: 40\nschedule: {type: step, step_size: 10}\n")
    rates = Step(lr=0.1, step_size=20)(np.arange(40)).tolist()
    rows = "".join(f"{step},{rate!r}\n" for step, rate in enumerate(rates))
    (tmp_path / "log.csv").write_text("step,lr\n" + rows)
    done = lrplot("verify", "plan.yaml", "log.csv", "-o", "v.html", cwd=tmp_path)
    assert done.returncode == 1
    text = (tmp_path / "v.html").read_text(encoding="utf-8")
    read = Read(text)
    assert read.section["mark"] == 10
    assert [curve["dots"] for curve in read.section["curves"]] == [False, True]
    assert read.series(1)["y"].tolist() == rates
    assert "parts at step 10" in text
    assert "<td>0.01</td><td>0.1</td>" in text  # planned and logged


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["render", "cosine", "-o", "kept.html", "--at", "3"], "a page holds the whole run"),
        (["render", "cosine", "--set", "lr=.nan", "-o", "kept.html"], "lr"),
        (["render", "cosine", "-o", "no/kept.html"], "there is no folder no"),
        (["render", "cosine", "-o", "/dev/full", "-f", "html"], "/dev/full: cannot be written"),
        (
            ["render", "cosine", "--sweep", f"lr={','.join(map(str, range(1, 402)))}", "-o", "kept.html"],
            "401",
        ),
    ],
)
def test_what_cannot_be_a_page_is_told_and_leaves_the_file(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "kept.html").write_text("mine")
    done = lrplot(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert (tmp_path / "kept.html").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["kept.html"]


def test_a_gallery_is_a_page_of_all_its_specs(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    written = "title: 余弦 <退火>\nlr: 0.1\nepochs: 9\nschedule: cosine  # as I wrote it\n"
    (tmp_path / "configs/a.yaml").write_text(written, encoding="utf-8")
    (tmp_path / "configs/b.yaml").write_text("lr: 0.1\nsteps: 9\nschedule: {type: step, step_size: 3}\n")
    done = lrplot("gallery", "--html", "all.html", cwd=tmp_path)
    assert done.returncode == 0
    text = (tmp_path / "all.html").read_text(encoding="utf-8")
    assert "<h1>configs</h1>" in text
    assert f"<pre><code>{html.escape(written.rstrip())}</code></pre>" in text
    assert Read(text, 1).series(0)["y"].tolist() == Step(lr=0.1, step_size=3)(np.arange(9)).tolist()
    (tmp_path / "doc.md").write_text(
        "# One\n\n```lrplot\nrender StepLR(optimizer, 3) --lr 0.1 --steps 9\n```\n"
    )
    assert lrplot("gallery", "doc.md", "--html", "doc.html", cwd=tmp_path).returncode == 0
    document = (tmp_path / "doc.html").read_text(encoding="utf-8")
    assert "<b>doc.md:4</b>" in document
    assert "<pre><code>render StepLR(optimizer, 3) --lr 0.1 --steps 9</code></pre>" in document
    (tmp_path / "configs/b.yaml").write_text("schedule: cosin\n")
    broken = lrplot("gallery", "--html", "all.html", cwd=tmp_path)
    assert broken.returncode == 2
    assert len(data_of((tmp_path / "all.html").read_text(encoding="utf-8"))["sections"]) == 1
    assert lrplot("gallery", "--html", "all.html", "--check", cwd=tmp_path).returncode == 2


def test_a_run_of_unknown_length_has_shares_and_neither_spec_nor_calls(tmp_path: Path) -> None:
    written = "output_dir: out\nlearning_rate: 2e-5\nnum_train_epochs: 3\nlr_scheduler_type: cosine\n"
    (tmp_path / "sft.yaml").write_text(written)
    done = lrplot("render", "sft.yaml", "--trainer", "transformers", "-o", "x.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert Read(text).section["relative"] is True
    assert Read(text).section["axis"] == "share of the run"
    assert "<pre>" not in text


def test_each_frameworks_own_call_stands_beside_its_curve(tmp_path: Path) -> None:
    assert lrplot("compare", "--as", "pytorch,keras", "cosine", "-o", "x.html", cwd=tmp_path).returncode == 0
    text = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert re.findall(r"<pre><code>(.*?)</code>", text) == [
        "CosineAnnealingLR(optimizer, T_max=1000)",
        "CosineDecay(0.1, decay_steps=1000)",
    ]


def test_a_page_without_a_title_has_a_name_all_the_same() -> None:
    text = text_of(run_of(Cosine(lr=0.1, T_max=9), 9, style=Style(title="")))
    assert "<title>cosine</title>" in text
    assert 'class="unseen">cosine</h1>' in text


def test_the_help_lists_pages_among_the_formats(tmp_path: Path) -> None:
    assert b"png, svg, pdf, html, table" in lrplot("render", "--help", cwd=tmp_path).stdout


def test_a_curve_has_the_colour_and_the_dash_that_are_said_of_it() -> None:
    style = Style(curves={"Ours": {"color": "crimson", "dash": [4, 2]}})  # type: ignore[dict-item]
    runs = [run_of(Cosine(lr=0.1, T_max=9), 9, label, style=style) for label in ("Ours", "Theirs")]
    ours, theirs = Read(text_of(*runs)).section["curves"]
    assert (ours["light"], ours["dark"], ours["dash"]) == ("#dc143c", "#dc143c", [4, 2])
    assert theirs["light"] != "#dc143c"
