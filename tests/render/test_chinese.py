"""Pictures, tables and messages in Chinese: names of the catalogue, heads, what is told beside them."""

from pathlib import Path

import pytest
from command import lrplot
from rich.cells import cell_len

from lrplot.curve import Curve
from lrplot.document.overrides import Overrides, Said
from lrplot.render.figure import figure
from lrplot.schedules import CATALOGUE
from lrplot.sources.reference import load


def spoken(reference: str, language: str) -> list[Curve]:
    said = Overrides(changes=(Said("figure.lang", language, "--lang"),))
    return [Curve(run) for run in load(reference, said)]


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_figure_has_the_names_of_the_catalogue_and_keeps_those_of_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lrplot.render.fonts._cover", lambda _: ([], set()))
    made = figure([*spoken("cosine", "zh"), *spoken("Mine=onecycle", "zh")])
    assert made.axes[0].get_title(loc="left") == "余弦退火 · Mine"
    traditional = figure([*spoken("warmup_cosine", "zh-Hant")])
    assert traditional.axes[0].get_title(loc="left") == "預熱餘弦退火"
    assert figure(spoken("cosine", "en")).axes[0].get_title(loc="left") == "cosine"
    # Without a font the words are English, and so is the name.
    monkeypatch.setattr("lrplot.render.fonts._cover", lambda needed: ([], needed))
    with pytest.warns(UserWarning, match="no installed font"):
        made = figure(spoken("cosine", "zh"))
    assert made.axes[0].get_title(loc="left") == "cosine"
    assert made.axes[0].get_ylabel() == "learning rate"


def test_every_name_has_a_simplified_and_a_traditional_one() -> None:
    from lrplot.render.titles import called

    for name in CATALOGUE:
        assert name not in {called(name, "zh"), called(name, "zh-Hant")}
        assert called(name, "zh") in CATALOGUE[name].chinese


def test_tables_are_aligned_by_what_characters_take(tmp_path: Path) -> None:
    done = lrplot("compare", "cosine", "onecycle", "-f", "table", "--lang", "zh", cwd=tmp_path)
    head, *rows = done.stdout.decode().splitlines()
    assert head.split() == ["策略", "步数", "峰值", "位于", "末值", "均值", "预热", "高于", "½", "峰值"]
    assert [row.split()[0] for row in rows] == ["余弦退火", "单周期策略"]
    assert {cell_len(line) for line in (head, *rows)} == {cell_len(head)}
    done = lrplot("render", "warmup_cosine", "-f", "table", "--lang", "zh", cwd=tmp_path)
    text = done.stdout.decode()
    assert "峰值         0.1         第 1000 步" in text
    assert "warm-up" not in text


def test_notes_are_said_in_chinese_and_data_keeps_its_names(tmp_path: Path) -> None:
    asked = ("compare", "cosine", "StepLR(optimizer, 30)", "--lang", "zh", "--every", "100")
    done = lrplot(*asked, "-f", "csv", cwd=tmp_path)
    assert done.stdout.decode().splitlines()[0] == "step,cosine,StepLR"
    told = done.stderr.decode().splitlines()
    assert told[0] == "lrplot：提示：cosine：画 150 步，与旁边的训练一致（--steps 可改）"
    assert all(line.startswith("lrplot：提示：") for line in told)
    wrong = lrplot("render", "cosin", "--lang", "zh", cwd=tmp_path)
    assert wrong.stderr.decode().startswith("lrplot: 'cosin' is neither")
