"""`lrplot identify`: what is printed and written, and the exit code."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from command import lrplot

from lrplot.schedules.cosine import Cosine
from lrplot.schedules.warmup import Warmup

LOGS = Path(__file__).parents[1] / "records" / "logs"
LINEAR = {"type": "linear", "T_max": 16, "warmup": {"steps": 4}}


def log_of(path: Path, offset: int = 0) -> None:
    """Every tenth rate of a cosine behind a warm-up, printed with four digits."""
    truth = Warmup(schedule=Cosine(lr=1e-3, T_max=900, eta_min=1e-5), steps=100)
    rows = [f"{u + offset},{truth(float(u)):.3e}" for u in range(0, 1000, 10)]
    path.write_text("\n".join(["step,lr", *rows]) + "\n")


def test_the_spec_and_what_is_not_told_are_printed(tmp_path: Path) -> None:
    log_of(tmp_path / "old.csv")
    done = lrplot("identify", "old.csv", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.decode().splitlines() == [
        "old.csv: 100 rows, steps 0~990, 4 digits",
        "lr: 0.001",
        "steps: 1000",
        "schedule:",
        "  type: cosine",
        "  eta_min: 1.0e-05",
        "  T_max: 900",
        "  warmup:",
        "    steps: 100",
        "a step: a row has the rate of the update of its number, counted from 0 (which makes the spec simplest)",
        "fits all 100 rows (worst 0.98 of half a digit)",
        "not told by the log: the floor: the log ends before it, which is at step 1000",
    ]


def test_the_written_spec_gives_the_rates_of_the_log(tmp_path: Path) -> None:
    log_of(tmp_path / "old.csv", offset=1)
    assert lrplot("identify", "old.csv", "-o", "spec.yaml", cwd=tmp_path).returncode == 0
    assert (tmp_path / "spec.yaml").read_text().startswith("# old.csv: 100 rows, steps 1~991, 4 digits\n")
    done = lrplot("render", "spec.yaml", "-f", "csv", "--every", "10", cwd=tmp_path)
    assert done.returncode == 0
    ours = [float(line.split(",")[1]) for line in done.stdout.decode().splitlines()[1:]]
    logged = [float(line.split(",")[1]) for line in (tmp_path / "old.csv").read_text().splitlines()[1:]]
    assert np.allclose(ours[: len(logged)], logged, rtol=5.1e-4)


@pytest.mark.parametrize(("version", "steps", "offset"), [("hf", 20, -1), ("hf449", 20, 0)])
def test_the_convention_of_the_step_is_said(version: str, steps: int, offset: int) -> None:
    done = lrplot("identify", f"{version}/base_trainer_state.json", "--json", cwd=LOGS)
    said = json.loads(done.stdout)
    assert done.returncode == 0
    assert said["spec"] == {"lr": 0.001, "steps": steps, "schedule": LINEAR}
    assert (said["log"]["offset"], said["log"]["offset_told"]) == (offset, True)


def test_columns_that_are_one_curve_are_told_with_their_ratio() -> None:
    done = lrplot("identify", "lightning/groups2_metrics.csv", cwd=LOGS)
    assert b"lr-SGD/pg2 is 0.1 \xc3\x97 lr-SGD/pg1 in every row" in done.stderr
    other = lrplot("identify", "lightning/groups2_metrics.csv", "--column", "lr-SGD/pg2", "--json", cwd=LOGS)
    assert json.loads(other.stdout)["spec"]["lr"] == 0.01


@pytest.mark.parametrize(
    ("name", "schedule"),
    [
        ("deepspeed/stdout.log", {"type": "cosine", "T_max": 180, "warmup": {"steps": 20}}),
        ("detectron2/metrics.json", {"type": "cosine", "T_max": 180, "warmup": {"steps": 20}}),
        ("wandb_csv/export.csv", {"type": "cosine", "T_max": 180, "warmup": {"steps": 20}}),
        ("hf/cosine_trainer_state.json", {"type": "cosine", "T_max": 46, "warmup": {"steps": 4}}),
        ("lightning/step_every5.tfevents", {"type": "exponential", "gamma": 0.9}),
    ],
)
def test_logs_of_trainings_give_their_schedules(name: str, schedule: dict[str, object]) -> None:
    said = json.loads(lrplot("identify", name, "--json", cwd=LOGS).stdout)
    assert said["spec"]["schedule"] == schedule


def test_nothing_that_fits_exits_1_and_writes_no_spec(tmp_path: Path) -> None:
    rates = np.random.default_rng(0).random(30)
    (tmp_path / "noise.csv").write_text("step,lr\n" + "".join(f"{i},{r}\n" for i, r in enumerate(rates)))
    done = lrplot("identify", "noise.csv", cwd=tmp_path)
    assert (done.returncode, b"no schedule lrplot knows fits all 30 rows" in done.stdout) == (1, True)
    done = lrplot("identify", "noise.csv", "-o", "spec.yaml", cwd=tmp_path)
    assert (done.returncode, (tmp_path / "spec.yaml").exists()) == (1, False)
    said = json.loads(lrplot("identify", "noise.csv", "--json", cwd=tmp_path).stdout)
    assert (said["fits"], said["spec"], said["worst"]) == (False, {}, None)


def test_two_rows_are_said_to_be_too_few(tmp_path: Path) -> None:
    (tmp_path / "two.csv").write_text("step,lr\n0,0.1\n2,0.05\n")
    done = lrplot("identify", "two.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert b"every curve fits two rows; more are needed to tell one" in done.stdout
    assert b"nearest" not in done.stdout


@pytest.mark.parametrize("text", ["", "step,lr\n0,-1\n1,2\n", "hello\n"])
def test_what_is_no_log_exits_2(tmp_path: Path, text: str) -> None:
    (tmp_path / "it.csv").write_text(text)
    done = lrplot("identify", "it.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(b"lrplot: ")


def test_a_log_is_read_from_standard_input_with_rows_that_count_no_steps(tmp_path: Path) -> None:
    text = "".join(f"lr: {0.1 * 0.9 ** (10 * i + 9):.4e}\n" for i in range(9))
    done = lrplot("identify", "-", "--every", "10", "-f", "yaml", cwd=tmp_path, input=text.encode())
    assert done.returncode == 0
    assert yaml.safe_load(done.stdout)["schedule"] == {"type": "exponential", "gamma": 0.9}
    assert lrplot("identify", "-", "--every", "0", cwd=tmp_path, input=text.encode()).returncode == 2
