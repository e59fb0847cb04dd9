"""``lrplot verify``: exit codes, the words, data and pictures of a verdict."""

import json
from pathlib import Path

import pytest
from command import lrplot

PLAN = "lr: 0.1\nsteps: 100\nschedule: {type: cosine, warmup: {steps: 10}}\n"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "plan.yaml").write_text(PLAN)
    return tmp_path


def written(here: Path, name: str, every: int = 1, times: int = 1) -> str:
    """A log of the plan, its clock ``times`` as fast, as ``at`` says its rates."""
    steps = range(0, 100, every)
    asked = [str(min(times * step, 99)) for step in steps]
    rates = json.loads(lrplot("at", "plan.yaml", *dict.fromkeys(asked), "--json", cwd=here).stdout)
    known = dict(zip(map(str, rates["steps"]), rates["curves"][0]["lr"], strict=True))
    lines = [f"{step},{known[at]!r}" for step, at in zip(steps, asked, strict=True)]
    (here / name).write_text("step,lr\n" + "\n".join(lines) + "\n")
    return name


def test_as_planned_exits_0_and_says_how_many_rows(here: Path) -> None:
    done = lrplot("verify", "plan.yaml", written(here, "log.csv"), cwd=here)
    assert done.returncode == 0
    assert "log.csv is as planned: 100 rows, steps 0~99, none apart (float64)" in done.stdout.decode()


def test_a_faster_clock_exits_1_and_is_named(here: Path) -> None:
    done = lrplot("verify", "plan.yaml", written(here, "log.csv", times=4), cwd=here)
    assert done.returncode == 1
    out = done.stdout.decode()
    assert "log.csv and plan.yaml part at step 1" in out
    assert "the schedule was stepped 4 times an update" in out


def test_json_has_the_cause_and_its_numbers(here: Path) -> None:
    done = lrplot("verify", "plan.yaml", written(here, "log.csv", times=4), "-f", "json", cwd=here)
    data = json.loads(done.stdout)
    assert data["as_planned"] is False
    (column,) = data["columns"]
    assert column["causes"][0]["kind"] == "clock"
    assert column["causes"][0]["values"] == {"times": 4}
    assert column["first"]["step"] == 1


def test_sarif_names_the_file(here: Path) -> None:
    done = lrplot("verify", "plan.yaml", written(here, "log.csv", times=4), "-f", "sarif", cwd=here)
    (run,) = json.loads(done.stdout)["runs"]
    (result,) = run["results"]
    assert result["ruleId"] == "verify/clock"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "log.csv"


def test_a_picture_is_written_and_the_words_are_said_too(here: Path) -> None:
    done = lrplot("verify", "plan.yaml", written(here, "log.csv", times=4), "-o", "out.svg", cwd=here)
    assert done.returncode == 1
    assert b"part at step 1" in done.stdout
    assert (here / "out.svg").read_bytes().startswith(b"<?xml")


def test_standard_input_is_a_log(here: Path) -> None:
    text = (here / written(here, "log.csv")).read_bytes()
    assert lrplot("verify", "plan.yaml", "-", cwd=here, input=text).returncode == 0


def test_a_tolerance_takes_what_was_averaged(here: Path) -> None:
    path = here / written(here, "log.csv")
    rows = [line.split(",") for line in path.read_text().splitlines()[1:]]
    path.write_text("step,lr\n" + "\n".join(f"{step},{float(rate) * 1.002!r}" for step, rate in rows))
    assert lrplot("verify", "plan.yaml", "log.csv", cwd=here).returncode == 1
    assert lrplot("verify", "plan.yaml", "log.csv", "--tolerance", "1%", cwd=here).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan.yaml", "none.csv"], "none.csv: no such file"),
        (["none.yaml", "log.csv"], "none.yaml"),
        (["-", "-"], "standard input is read once"),
        (["plan.yaml", "log.csv", "--tolerance", "two"], "--tolerance must be a share of the peak"),
        (["plan.yaml", "log.csv", "--steps-are", "miles"], "--steps-are must be updates or epochs"),
        (["plan.yaml", "plan.yaml"], "plan.yaml"),
        (["plan.yaml", "empty.csv"], "empty.csv: empty"),
        (["plan.yaml", "binary.csv"], "binary.csv"),
        (["plan.yaml", "words.csv"], "words.csv"),
    ],
)
def test_what_cannot_be_read_exits_2_and_says_why(here: Path, arguments: list[str], said: str) -> None:
    written(here, "log.csv")
    (here / "empty.csv").write_bytes(b"")
    (here / "binary.csv").write_bytes(b"\x80\x04\x95\x00\x00" * 40)
    (here / "words.csv").write_text("name,lr\na,$\\eta$\nb,[red]学习率\n")
    done = lrplot("verify", *arguments, cwd=here)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_a_log_is_dots_in_a_table_at_its_rows_alone(here: Path) -> None:
    written(here, "log.csv", every=25)
    out = lrplot("render", "log.csv", "-f", "table", cwd=here).stdout.decode()
    steps = [line.split()[0] for line in out.splitlines() if line.strip()[:1].isdigit()]
    assert steps == ["0", "25", "50", "75"]


def test_diff_holds_a_log_against_a_plan_at_its_rows(here: Path) -> None:
    written(here, "log.csv", every=25)
    assert lrplot("diff", "plan.yaml", "log.csv", cwd=here).returncode == 0
    assert lrplot("diff", "plan.yaml", written(here, "log.csv", every=25, times=2), cwd=here).returncode == 1


def test_the_folder_one_stands_in_is_called_by_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "metrics.csv").write_text("step,lr\n0,0.1\n1,0.05\n")
    done = lrplot("render", ".", "-f", "csv", "-o", ".", cwd=folder)
    assert (done.returncode, (folder / "run.csv").exists()) == (0, True)
