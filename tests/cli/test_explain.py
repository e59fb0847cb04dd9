"""list and explain on the command line."""

import json

import pytest
from rich.cells import cell_len

from lrplot.__main__ import run
from lrplot.optimizers import TYPES as OPTIMIZERS
from lrplot.schedules import CATALOGUE

NAMES = (*CATALOGUE, *OPTIMIZERS)


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(list(arguments)) == code
    shown = capfd.readouterr()
    return shown.out if code == 0 else shown.err


@pytest.mark.parametrize("columns", [40, 80, 160])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_list_names_everything_and_fits(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = said(capfd, "list", "--lang", lang)
    lines = text.splitlines()
    assert {line.split()[0] for line in lines if line} >= set(NAMES)
    assert max(cell_len(line) for line in lines) <= columns


def test_the_list_shows_shapes_and_who_has_what(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = {line.split()[0]: line for line in said(capfd, "list").splitlines() if line}
    assert lines["linear"] == "linear              ██▇▆▆▅▄▃▃▂▁▁  ● ● ● ● ●  Go straight to end_lr, then hold"
    assert "  ● ●   ● ○  " in lines["multistep"]


def test_the_list_compares_the_families_of_document_002(capfd: pytest.CaptureFixture[str]) -> None:
    text = said(capfd, "list", "--lang", "zh")
    for words in ("有序调整", "自适应调整", "自定义调整", "简单直观", "对超参数敏感", "工业级任务"):
        assert words in text


def test_one_family_alone(capfd: pytest.CaptureFixture[str]) -> None:
    text = said(capfd, "list", "--family", "adaptive")
    assert "adagrad" in text
    assert "cosine" not in text
    wrong = said(capfd, "list", "--family", "adaptiv", code=2)
    assert "no family 'adaptiv'; did you mean 'adaptive'?" in wrong


def test_the_page_of_calls_holds_every_method_in_both_frameworks(capfd: pytest.CaptureFixture[str]) -> None:
    text = said(capfd, "list", "--calls", "pytorch,keras")
    for call in (
        "StepLR(optimizer, step_size=30)",
        "ExponentialLR(optimizer, gamma=0.95)",
        "ExponentialDecay(0.1, decay_steps=1, decay_rate=0.95)",
        "CosineDecay(0.1, decay_steps=1000)",
        "torch.optim.Adagrad(model.parameters(), lr=0.01)",
        "keras.optimizers.RMSprop(learning_rate=0.01)",
        "ReduceLROnPlateau(optimizer)",
        "ReduceLROnPlateau(monitor='val_loss'",
        "LambdaLR(optimizer, lr_lambda=lambda step: 1.0 if step < 10 else 0.1 if step < 50 else 0.01)",
    ):
        assert call in text
    assert "timm" not in text
    assert "no framework 'mxnet'" in said(capfd, "list", "--calls", "mxnet", code=2)


def test_the_list_as_json_holds_shapes_and_calls(capfd: pytest.CaptureFixture[str]) -> None:
    data = json.loads(said(capfd, "list", "--json"))
    assert data["format"] == 1
    rows = {row["name"]: row for row in data["catalogue"]}
    assert set(rows) == set(NAMES)
    assert rows["constant"]["shape"] == [1.0] * 24
    assert {call["framework"]: call["same"] for call in rows["multistep"]["calls"]}["timm"] is False


@pytest.mark.parametrize("name", NAMES)
def test_explain_tells_everything_about_a_name_and_fits(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = said(capfd, "explain", name).splitlines()
    assert lines[0].startswith(name)
    for heading in ("Formula", "When to use it", "In the frameworks"):
        assert heading in lines
    assert any(line.startswith("Parameters") for line in lines)
    assert max(cell_len(line) for line in lines) <= 60


@pytest.mark.parametrize("name", ["余弦退火", "StepLR", "ReduceLROnPlateau", "AdamW", "1cycle"])
def test_a_name_may_be_a_frameworks_or_chinese(capfd: pytest.CaptureFixture[str], name: str) -> None:
    assert "When to use it" in said(capfd, "explain", name)


def test_a_ref_is_explained_with_its_numbers(capfd: pytest.CaptureFixture[str]) -> None:
    text = said(
        capfd, "explain", "torch.optim.lr_scheduler.StepLR(optimizer, 20, gamma=0.5)", "--steps", "40"
    )
    assert "steps 0–19: 0.1" in text
    assert "steps 20–39: 0.05" in text
    assert "here: lr(t) = 0.1 * 0.5 ** (t // 20)" in text


def test_a_name_with_options_is_explained_with_its_numbers(capfd: pytest.CaptureFixture[str]) -> None:
    assert "steps 0–9: 0.3" in said(capfd, "explain", "step", "--lr", "0.3", "--set", "step_size=10")


def test_an_optimizer_in_a_ref_is_part_of_the_page(capfd: pytest.CaptureFixture[str]) -> None:
    text = said(capfd, "explain", "torch.optim.RMSprop(model.parameters(), lr=0.01, alpha=0.95)")
    assert "Parameters of rmsprop" in text
    assert "PyTorch keeps 0.99 of the mean" in text


def test_latex_alone_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    lines = said(capfd, "explain", "exponential", "--latex").splitlines()
    # gamma and rate, each with and without a staircase
    assert len(lines) == 4
    assert all(line.startswith(r"\eta_{t} = \max") for line in lines)


def test_explain_as_json_holds_the_page(capfd: pytest.CaptureFixture[str]) -> None:
    (data,) = json.loads(said(capfd, "explain", "cosine", "--json", "--lang", "zh"))["explained"]
    assert (data["name"], data["family"]) == ("cosine", "scheduled")
    assert data["parts"][0]["parameters"][2]["text"] == "从 lr 到 eta_min 的步数（半个周期）"
    assert data["phases"] == ["第 0–999 步：余弦下降，从 0.1 到 2.467e-7"]
    assert any("T_max" in caution for caution in data["cautions"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explain", "cosin"], "'cosin' is not in the catalogue; did you mean 'cosine'?"),
        (["explain", "adm"], "did you mean 'adam'?"),
        (["explain", "nothing_of_the_kind"], "is not in the catalogue; known are constant, step"),
        (["explain", "no/such.yaml"], "cannot be read"),
        (["explain", "cosine", "--lang", "fr"], "--lang must be one of en, zh, got 'fr'"),
        (["list", "--lang", "zh-Hant"], "--lang must be one of en, zh"),
        (["list", "cosine"], "(cosine)"),
    ],
)
def test_bad_input_is_told(capfd: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    assert message in said(capfd, *arguments, code=2)


@pytest.mark.parametrize(
    "arguments",
    [["list"], *(["explain", name] for name in ("wsd", "onecycle", "adam", "plateau", "product"))],
)
def test_a_terminal_without_unicode_gets_plain_letters(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    # The Chinese names have no plain letters.
    assert [c for c in said(capfd, *arguments) if not c.isascii() and not "\u4e00" <= c <= "\u9fff"] == []
