"""Logs of every format against the rates that their optimizers really had, or that were worked out by hand."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lrplot.records.formats.registry import TABLES, TEXTS
from lrplot.records.forms.events import read_events
from lrplot.records.log import Log
from lrplot.records.reading import read_log

LOGS = Path(__file__).parent / "logs"


def told(name: str) -> object:
    return json.loads((LOGS / name).read_text(encoding="utf-8"))


def agrees(log: Log, rate: Callable[[int], float], offset: int, column: int = 0) -> None:
    """Each row holds the rate of the update that its step names, to half a unit of what was written."""
    found = log.columns[column]
    assert len(found) == len(found.steps) == len(found.half) > 0
    true = np.array([rate(step + offset) for step in found.steps.tolist()])
    assert (np.abs(found.rates - true) <= found.half).all()


@pytest.mark.parametrize("name", ["base", "log5first", "accum2_odd", "epochlog", "cosine"])
@pytest.mark.parametrize(("version", "offset", "says"), [("hf", -1, "≥ 4.51"), ("hf449", 0, "≤ 4.50")])
def test_transformers_state_has_the_rates_of_its_optimizer(
    version: str, offset: int, says: str, name: str
) -> None:
    truth = told(f"{version}/{name}_truth.json")
    log = read_log(f"{version}/{name}_trainer_state.json", LOGS)
    assert isinstance(truth, dict)
    used = [*truth["used"], 0.0]  # the rate after the last update of these schedules
    agrees(log, used.__getitem__, log.conventions[0].offset)
    assert log.conventions[0].offset == offset
    assert says in log.conventions[0].says
    assert {convention.offset for convention in log.conventions} == {-1, 0}
    assert log.total == truth["max_steps"]
    assert log.columns[0].written == "float64"
    assert log.unit == "updates"
    assert log.steps_per_epoch == (6 if name == "accum2_odd" else 10)


def test_a_resumed_state_keeps_its_rows_in_order() -> None:
    truth = told("hf/resume10_noscheduler_truth.json")
    assert isinstance(truth, dict)
    column = read_log("hf/resume10_noscheduler_trainer_state.json", LOGS).columns[0]
    assert column.epochs is not None
    rows = zip(column.steps.tolist(), column.epochs.tolist(), column.rates.tolist(), strict=True)
    assert [list(row) for row in rows] == truth["log"]


def warmed_cosine(step: int) -> float:
    """What the examples by hand were made with: a ramp of 20 to 1e-3, a cosine over 180."""
    return 1e-3 * step / 20 if step < 20 else 5e-4 * (1 + math.cos(math.pi * (step - 20) / 180))


@pytest.mark.parametrize(
    ("name", "format_", "first", "last", "written"),
    [
        ("deepspeed/stdout.log", "DeepSpeed", 10, 200, "float64"),
        ("detectron2/metrics.json", "detectron2", 19, 199, "float64"),
        ("fairseq/train.log", "fairseq", 20, 200, "6 digits"),
        ("llamafactory/trainer_log.jsonl", "LLaMA-Factory", 10, 200, "float64"),
        ("megatron/stdout.log", "Megatron-LM", 10, 200, "7 digits"),
        ("mlxlm/stdout.txt", "mlx-lm", 10, 200, "4 digits"),
        ("mmcv1/20200101_000000.log.json", "mmcv", 10, 200, "5 decimals"),
        ("nanogpt/modified_stdout.txt", "step and a rate", 0, 190, "5 digits"),
        ("paddlenlp/stdout.txt", "PaddleNLP", 10, 200, "float64"),
        ("wandb_csv/export.csv", "W&B", 0, 190, "float64"),
    ],
)
def test_printed_and_exported_rows_are_of_the_update_of_their_step(
    name: str, format_: str, first: int, last: int, written: str
) -> None:
    log = read_log(name, LOGS)
    assert format_ in log.format
    agrees(log, warmed_cosine, log.conventions[0].offset)
    column = log.columns[0]
    assert (column.steps[0], column.steps[-1], column.written) == (first, last, written)


@pytest.mark.parametrize(
    ("name", "written"), [("hf_stdout/v4.txt", "float64"), ("hf_stdout/v5.txt", "4 digits")]
)
def test_what_transformers_prints_has_no_step(name: str, written: str) -> None:
    bare = read_log(name, LOGS)
    assert bare.unit == "rows"
    assert bare.columns[0].steps.tolist() == list(range(20))
    assert bare.columns[0].epochs is not None
    assert bare.columns[0].epochs[0] == 0.1
    counted = read_log(name, LOGS, every=10)
    assert counted.unit == "updates"
    assert counted.conventions[0].offset == -1
    assert counted.columns[0].written == written
    agrees(counted, warmed_cosine, -1)


LIGHTNING = [
    ("accum2", 10),
    ("default_log50", 1),
    ("epoch_interval", 2),
    ("epoch_interval_monitor_step", 4),
    ("groups2", 4),
    ("step_every1", 10),
    ("step_every5", 4),
    ("step_interval_monitor_epoch", 2),
]


@pytest.mark.parametrize(("name", "rows"), LIGHTNING)
def test_lightning_logs_the_rate_of_the_update_of_its_step(name: str, rows: int) -> None:
    used = told(f"lightning/{name}_used.json")
    assert isinstance(used, list)
    log = read_log(f"lightning/{name}_metrics.csv", LOGS)
    assert "Lightning" in log.format
    assert log.conventions[0].offset == 0
    for group, column in enumerate(log.columns):
        assert len(column) == rows
        agrees(log, lambda t, group=group: used[t][group], 0, group)
    assert len(log.columns) == len(used[0])


def test_accumulation_doubles_rows_which_are_left_out() -> None:
    log = read_log("lightning/accum2_metrics.csv", LOGS)
    assert log.notes == ("10 rows left out, the same as the row before (gradient accumulation?)",)
    assert log.steps_per_epoch == 5


def test_groups_are_columns() -> None:
    log = read_log("lightning/groups2_metrics.csv", LOGS)
    assert [column.name for column in log.columns] == ["lr-SGD/pg1", "lr-SGD/pg2"]
    one = read_log("lightning/groups2_metrics.csv#lr-SGD/pg2", LOGS)
    assert [column.name for column in one.columns] == ["lr-SGD/pg2"]


@pytest.mark.parametrize("name", ["lrscheduler_cb.csv", "lrscheduler_cb_history.json"])
def test_keras_counts_epochs_from_0(name: str) -> None:
    log = read_log(f"keras/{name}", LOGS)
    assert (log.unit, log.conventions[0].offset, log.columns[0].written) == ("epochs", 0, "float32")
    agrees(log, lambda epoch: 0.1 / 2**epoch, 0)


@pytest.mark.parametrize(
    ("name", "total", "length", "written"),
    [
        ("epoch_scalars.json", None, 10, "float64"),
        ("epoch.log", None, 10, "5 digits"),
        ("iter_scalars.json", None, None, "float64"),
        ("iter.log", 20, None, "5 digits"),
    ],
)
def test_mmengine_logs_the_rate_of_the_update_just_made(
    name: str, total: int | None, length: int | None, written: str
) -> None:
    used = told(f"mmengine/{name.partition('.')[0].partition('_')[0]}_used.json")
    assert isinstance(used, list)
    log = read_log(f"mmengine/{name}", LOGS)
    assert "MMEngine" in log.format
    agrees(log, used.__getitem__, log.conventions[0].offset)
    assert (log.total, log.steps_per_epoch) == (total, length)
    assert log.columns[0].written == written


def test_timm_logs_the_mean_over_groups() -> None:
    used = told("timm/used.json")
    assert isinstance(used, list)
    log = read_log("timm/summary.csv", LOGS)
    assert (log.unit, log.conventions[0].offset) == ("epochs", 0)
    assert any("mean over parameter groups" in note for note in log.notes)
    agrees(log, lambda epoch: sum(used[epoch]) / 2, 0)


def test_ultralytics_counts_epochs_from_1() -> None:
    log = read_log("ultralytics/results.csv", LOGS)
    assert [column.name for column in log.columns] == ["lr/pg0", "lr/pg1", "lr/pg2"]
    assert (log.unit, log.conventions[0].offset, log.columns[1].written) == ("epochs", -1, "6 digits")
    assert log.columns[2].rates[:4].tolist() == [0.0033, 0.00656766, 0.00976933, 0.009703]


ACCUMULATED: dict[str, dict[str, list[list[float]]]] = json.loads(
    (LOGS / "tensorboard" / "accumulated.json").read_text()
)
"""The scalars that tensorboard 2.21.0's EventAccumulator finds in files of its own writer and tensorboardX 2.6.5."""


@pytest.mark.parametrize("run", ACCUMULATED)
def test_event_files_are_read_as_tensorboard_reads_them(run: str) -> None:
    *before, last = [path.read_bytes() for path in sorted((LOGS / "tensorboard" / run).iterdir())]
    table = read_events(last, Path(run), lambda _: True, before)
    steps, found = table.columns["step"], {}
    for tag, values in table.columns.items():
        if tag == "step":
            continue
        _, at = steps.at(values.rows)
        found[tag] = list(map(list, zip(steps.numbers[at].tolist(), values.numbers.tolist(), strict=True)))
    assert str(found) == str(
        {tag: [[float(s), y] for s, y in rows] for tag, rows in ACCUMULATED[run].items()}
    )


def test_the_event_files_of_a_folder_are_one_run() -> None:
    log = read_log("tensorboard/purge", LOGS)
    assert log.columns[0].steps.tolist() == list(range(90))
    assert "2 event files" in log.notes[0]


def test_event_files_hold_float32() -> None:
    log = read_log("lightning/step_every5.tfevents", LOGS)
    used = told("lightning/step_every5_used.json")
    assert isinstance(used, list)
    agrees(log, lambda t: used[t][0], 0)
    assert (log.columns[0].name, log.columns[0].written) == ("lr-SGD", "float32")
    ignite = told("ignite/ITERATION_STARTED_used.json")
    assert isinstance(ignite, dict)
    agrees(read_log("ignite/ITERATION_STARTED.tfevents", LOGS), ignite["used"].__getitem__, -1)
    # torch's SummaryWriter, 30 steps of a cosine from 0.1
    cosine = read_log("tensorboard/run/lr_pg1", LOGS)
    agrees(cosine, lambda t: 0.005 * (1 + math.cos(math.pi * t / 30)), 0)


def test_mlflow_names_its_column_by_the_file() -> None:
    truth = told("hf/base_truth.json")
    assert isinstance(truth, dict)
    log = read_log("mlflow/metrics/lr", LOGS)
    assert (log.format, log.columns[0].name) == ("MLflow's metric file", "lr")
    agrees(log, truth["used"].__getitem__, 0)


def test_mmcv_restarts_its_iterations_and_says_what_is_taken() -> None:
    log = read_log("mmcv1/20200101_000000.log.json", LOGS)
    assert log.columns[0].steps.tolist() == list(range(10, 201, 10))
    assert any("50 iterations" in note and "up to 59" in note for note in log.notes)


def test_a_folder_is_searched(tmp_path: Path) -> None:
    text = (LOGS / "hf/base_trainer_state.json").read_text(encoding="utf-8")
    for step in (10, 20):
        (tmp_path / f"checkpoint-{step}").mkdir()
        (tmp_path / f"checkpoint-{step}/trainer_state.json").write_text(
            text.replace('"global_step": 20', f'"global_step": {step}'), encoding="utf-8"
        )
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs/metrics.csv").write_text("step,lr\n0,0.1\n", encoding="utf-8")
    log = read_log(str(tmp_path), Path())
    assert log.path == tmp_path / "checkpoint-20/trainer_state.json"
    assert "checkpoint-20/trainer_state.json of" in log.notes[0]
    assert "checkpoint-10/trainer_state.json, runs/metrics.csv" in log.notes[0]
    assert len(read_log("runs", tmp_path).columns[0]) == 1


@pytest.mark.parametrize(
    ("folder", "taken"), [("mlflow", "metrics/lr"), ("timm", "summary.csv"), ("ultralytics", "results.csv")]
)
def test_the_folder_of_one_program_has_one_log(folder: str, taken: str) -> None:
    log = read_log(folder, LOGS)
    assert log.path == LOGS / folder / taken
    assert not any("taken" in note for note in log.notes)


def test_the_page_of_logs_names_every_format() -> None:
    page = (Path(__file__).parents[2] / "docs/logs.md").read_text(encoding="utf-8")
    assert [form.title for form in (*TABLES, *TEXTS) if form.title not in page] == []
