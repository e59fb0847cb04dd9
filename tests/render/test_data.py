import csv
import io
import json
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest
from examples import make

from lrplot.errors import LrplotError
from lrplot.render.data import write_csv, write_json, write_npy
from lrplot.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

CYCLE = Run("one", make("onecycle", max_lr=0.1, total_steps=300), 300, 100)
WRITERS = {"csv": write_csv, "json": write_json, "npy": write_npy}
SHORT = Run("two, 余弦", make("cosine", lr=0.1, T_max=7.0), 7, 100)


def written(kind: str, runs: list[Run], steps: range | tuple[int, ...] | None = None) -> bytes:
    return b"".join(WRITERS[kind](runs, steps or range(max(run.steps for run in runs))))


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode())))


def test_one_schedule_is_step_epoch_lr_momentum() -> None:
    head, *body = rows(written("csv", [CYCLE]))
    assert head == ["step", "epoch", "lr", "momentum"]
    assert len(body) == 300
    assert body[250][:2] == ["250", "2"]
    assert [float(row[2]) for row in body] == CYCLE.schedule.table(300).tolist()
    assert CYCLE.schedule.momentum is not None
    assert [float(row[3]) for row in body] == CYCLE.schedule.momentum.table(300).tolist()


def test_several_are_a_column_a_label_and_empty_after_their_end() -> None:
    head, *body = rows(written("csv", [CYCLE, SHORT]))
    assert head == ["step", "epoch", "one", "one momentum", "two, 余弦"]
    assert float(body[6][4]) == SHORT.schedule(6)
    assert body[7][4] == ""


def test_without_epochs_there_is_no_column_for_them() -> None:
    head = rows(written("csv", [Run("x", make("constant", lr=0.1), 3)]))[0]
    assert head == ["step", "lr"]


def test_every_number_reads_back_to_the_same_float() -> None:
    run = Run("x", make("exponential", lr=0.1, gamma=0.37), 600)
    assert [float(row[1]) for row in rows(written("csv", [run]))[1:]] == run.schedule.table(600).tolist()
    assert json.loads(written("json", [run]))["curves"][0]["lr"] == run.schedule.table(600).tolist()


def test_json_has_the_documented_form() -> None:
    data = json.loads(written("json", [CYCLE, SHORT]))
    assert data["format"] == 1
    assert data["steps"] == list(range(300))
    one, two = data["curves"]
    assert (one["label"], two["label"]) == ("one", "two, 余弦")
    assert len(one["momentum"]) == 300
    assert "momentum" not in two
    assert len(two["lr"]) == 7


def test_npy_is_read_by_numpy() -> None:
    one = np.load(io.BytesIO(written("npy", [CYCLE])))
    np.testing.assert_array_equal(one, CYCLE.schedule.table(300))
    both = np.load(io.BytesIO(written("npy", [CYCLE, SHORT])))
    assert both.shape == (2, 300)
    assert np.isnan(both[1, 7:]).all()


def test_chosen_steps_are_the_only_rows() -> None:
    assert [row[0] for row in rows(written("csv", [CYCLE], range(0, 300, 100)))[1:]] == ["0", "100", "200"]
    assert [row[0] for row in rows(written("csv", [CYCLE], (3, 9)))[1:]] == ["3", "9"]


@pytest.mark.parametrize("kind", WRITERS)
def test_many_blocks_join_without_a_seam(kind: str) -> None:
    run = Run("x", make("linear", lr=0.1, T_max=150_000.0), 150_000)
    data = written(kind, [run])
    rates = run.schedule(np.arange(150_000))
    if kind == "csv":
        found = np.array([float(row[1]) for row in rows(data)[1:]])
    elif kind == "json":
        found = np.array(json.loads(data)["curves"][0]["lr"])
    else:
        found = np.load(io.BytesIO(data))
    np.testing.assert_allclose(found, rates, rtol=1e-14)


@pytest.mark.parametrize("kind", ["csv", "npy"])
def test_a_trillion_rows_begin_to_flow_at_once(kind: str) -> None:
    chunks: Iterator[bytes] = WRITERS[kind]([Run("x", make("constant", lr=0.1), 10**12)], range(10**12))
    assert len(next(chunks) + next(chunks)) < 4_000_000


def test_json_of_too_many_steps_is_refused() -> None:
    with pytest.raises(LrplotError, match="use CSV, npy or --every"):
        next(WRITERS["json"]([CYCLE], range(10**7 + 1)))


def test_level_stretches_are_written_as_each_of_their_rows_would_be() -> None:
    drops = Run("a, b", make("step", lr=0.1, step_size=1000.0), 5000, 300)
    moving = Run("c", make("exponential", lr=0.1, gamma=0.999), 3456, 300)
    for steps in (range(5000), range(0, 5000, 7), (0, 999, 1000, 3456, 4999)):
        head, *body = rows(written("csv", [drops, moving], steps))
        assert head == ["step", "epoch", "a, b", "c"]
        assert [[int(row[0]), int(row[1])] for row in body] == [[step, step // 300] for step in steps]
        assert [float(row[2]) for row in body] == [drops.schedule(step) for step in steps]
        known = [step for step in steps if step < 3456]
        assert [row[3] for row in body] == [repr(float(rate)) for rate in moving.schedule(known)] + [""] * (
            len(steps) - len(known)
        )
        data = json.loads(written("json", [drops, moving], steps))
        assert data["steps"] == list(steps)
        assert data["curves"][0]["lr"] == [drops.schedule(step) for step in steps]
        assert data["curves"][1]["lr"] == moving.schedule(known).tolist()


@pytest.mark.parametrize("kind", WRITERS)
def test_more_rows_take_no_more_memory(kind: str) -> None:
    def peak(steps: int) -> int:
        tracemalloc.start()
        for _ in WRITERS[kind]([Run("x", make("cosine", lr=0.1, T_max=float(steps)), steps)], range(steps)):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(150_000) < 1.1 * peak(75_000)
