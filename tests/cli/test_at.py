"""``lrplot at``: values at steps, and the steps that have a value."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lrplot.__main__ import run

ROOT = Path(__file__).parents[2]


def said(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["at", *arguments]) == 0
    return capfd.readouterr().out


def test_every_spelling_of_a_step_is_a_row(capfd: pytest.CaptureFixture[str]) -> None:
    shown = said(capfd, str(ROOT / "configs/warmup_cosine.yaml"), "0", "1e3 steps", "2.5ep", "10%,last")
    steps = [line.split()[:2] for line in shown.splitlines()]
    assert steps == [
        ["step", "epoch"],
        ["0", "0"],
        ["1000", "0.19"],
        ["12513", "2.50"],
        ["45045", "9"],
        ["450449", "89.99"],
    ]


def test_a_run_of_one_step_an_epoch_counts_epochs(capfd: pytest.CaptureFixture[str]) -> None:
    shown = said(capfd, "step", "--epochs", "90", "30", "--when", "<0.05")
    assert shown.splitlines()[:2] == ["epoch  learning rate", "   30  0.01"]
    assert shown.splitlines()[4].split() == [
        "from",
        "epoch",
        "through",
        "steps",
        "first",
        "rate",
        "last",
        "rate",
    ]


def test_json_keeps_every_digit(capfd: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said(capfd, "step", "29", "30", "--when", "<=0.01", "--when", "crosses 0.05", "--json"))
    assert told["curves"] == [{"label": "step", "lr": [0.1, 0.010000000000000002]}]
    assert told["steps"] == [29, 30]
    below, crossed = told["when"]
    assert below["stretches"] == [{"first": 30, "last": 99, "lr": 0.010000000000000002}]
    assert (below["count"], below["steps"], below["exact"]) == (1, 70, True)
    assert crossed["crossings"] == [{"step": 30, "before": 0.1, "lr": 0.010000000000000002}]


def test_momentum_stands_beside_the_rate(capfd: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said(capfd, "onecycle", "0", "299", "--json"))
    assert told["curves"][0]["momentum"] == [0.95, 0.85]
    assert said(capfd, "onecycle", "299").splitlines()[1].split() == ["299", "0.1", "0.85"]


def test_a_sweep_has_a_column_each_and_blocks_where_they_do_not_fit(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("step", "--sweep", "gamma=0.5,0.25", "30", "60")
    assert said(capfd, *arguments).splitlines() == [
        "step  gamma=0.5  gamma=0.25",
        "  30  0.05       0.025",
        "  60  0.025      0.00625",
    ]
    monkeypatch.setenv("COLUMNS", "20")
    assert said(capfd, *arguments).splitlines() == [
        "gamma=0.5",
        "step  learning rate",
        "  30  0.05",
        "  60  0.025",
        "gamma=0.25",
        "step  learning rate",
        "  30  0.025",
        "  60  0.00625",
    ]


def test_the_first_step_below_a_level_is_found(capfd: pytest.CaptureFixture[str]) -> None:
    assert said(capfd, "step", "--when", "<0.05").splitlines() == [
        "step: rate < 0.05: 70 of 100 steps",
        "from step  through  steps  first rate  last rate",
        "       30       99     70  0.01        1e-4",
    ]


def test_more_crossings_than_are_listed_are_counted(capfd: pytest.CaptureFixture[str]) -> None:
    shown = said(
        capfd,
        "cosine_restarts",
        "--set",
        "T_mult=1",
        "--steps",
        "1e9",
        "--set",
        "T_0=10",
        "--when",
        "crosses 0.05",
        "--first",
        "3",
    )
    # A restart every 10 steps: each cycle falls below once, each but the first comes back once.
    assert shown.splitlines()[0] == "cosine_restarts: rate crosses 0.05: 199999999 times in 1000000000 steps"
    assert [line.split()[0] for line in shown.splitlines()[2:-1]] == ["6", "10", "16"]
    assert shown.splitlines()[-1] == "⋮ 199999996 more"


def test_a_level_never_reached_says_where_the_rate_lies(capfd: pytest.CaptureFixture[str]) -> None:
    assert said(capfd, "step", "--when", ">0.2", "--when", "crosses 1e-9").splitlines() == [
        "step: rate > 0.2: at no step of 100; it lies between 1e-4 and 0.1",
        "",
        "step: rate crosses 1e-9: never; it lies between 1e-4 and 0.1",
    ]


def test_what_is_not_exact_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ("lambda", "--set", "factor=exp(-t/1e9-1e-12*(t%7))", "--steps", "1e12", "--when", "<0.05")
    assert "≈999306852819 of 1000000000000 steps" in said(capfd, *arguments)
    assert not json.loads(said(capfd, *arguments, "--json"))["when"][0]["exact"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cosine"], "at wants steps, as 0 10% 5ep last, or --when '<1e-4'"),
        (["cosine", "1000"], "step 1000 is past the last, 999, of cosine"),
        (["cosine", "soon"], "'soon' is not a duration"),
        (["cosine", "3ep"], "'3ep' counts epochs, and none are known here"),
        (["cosine", "0.5"], "'0.5' is not a whole step"),
        (["cosine", "--when", "1e-4"], "'1e-4' is no condition on a rate"),
        (["cosin", "3"], "did you mean 'cosine'?"),
    ],
)
def test_bad_input_is_told_in_one_line_and_exits_2(
    arguments: list[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["at", *arguments]) == 2
    shown = capfd.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert len(shown.err.splitlines()) == 1


def test_json_needs_no_table(tmp_path: Path) -> None:
    code = "import sys; from lrplot.__main__ import run; run(sys.argv[1:]); sys.exit('rich' in sys.modules)"
    command = [sys.executable, "-c", code, "at", "step", "30", "--json"]
    done = subprocess.run(command, capture_output=True, check=False, cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["steps"]) == (0, [30])


def test_several_refs_are_columns_and_names_have_one_horizon(capfd: pytest.CaptureFixture[str]) -> None:
    assert said(capfd, "step", "exponential", "50%", "last", "-f", "csv").splitlines() == [
        "step,step lr,exponential",
        *(f"{t},{0.1 * 0.1 ** (t // 30)!r},{0.1 * 0.95**t!r}" for t in (50, 99)),
    ]


def test_conditions_are_shares_of_each_runs_own_peak(capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ("--sweep", "lr=0.1,0.4", "--when", ">50%", "--when", "peak", "--when", "= 10 %", "--json")
    told = json.loads(said(capfd, "step", *arguments))["when"]
    assert [each["condition"] for each in told] == ["> 0.05", "> 0.2", "= 0.1", "= 0.4", "= 0.01", "= 0.04"]
    assert [each["stretches"][0]["first"] for each in told] == [0, 0, 0, 0, 30, 30]
    assert [each["stretches"][0]["last"] for each in told] == [29, 29, 29, 29, 59, 59]
