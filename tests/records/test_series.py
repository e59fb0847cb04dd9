"""Metrics and gradients read from the files that training leaves behind."""

import contextlib
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrplot.errors import LrplotError
from lrplot.records.series import read_series, read_vectors

LIGHTNING = "epoch,step,train_loss,val_loss\n0,9,0.9,\n0,9,,0.8\n1,19,0.7,\n1,19,,0.6\n"
STATE = {"log_history": [{"loss": 1.5, "step": 1}, {"eval_loss": 1.25, "step": 1}, {"loss": 1, "step": 2}]}

READ = [
    ("a.csv", "val_loss\n0.5\n0.25\n", "a.csv", (0.5, 0.25)),
    ("a.csv", "epoch;loss\n0;0.5\n1;1e-3\n", "a.csv#loss", (0.5, 0.001)),
    ("a.tsv", "\ufeffepoch\tloss\n0\t0.5\n\n1\t-inf\n", "a.tsv", (0.5, -math.inf)),
    ("a.csv", '"my, loss",x\n"0.5",1\n', "a.csv#my, loss", (0.5,)),
    ("a.csv", "1,2\n3,4\n", "a.csv#2", (2.0, 4.0)),
    ("a.csv", LIGHTNING, "a.csv", (0.8, 0.6)),
    ("a.csv", LIGHTNING, "a.csv#train_loss", (0.9, 0.7)),
    ("a#b.csv", "loss\n1\n", "a#b.csv", (1.0,)),
    ("a#b.csv", "loss\n1\n", "a#b.csv#loss", (1.0,)),
    ("a.jsonl", '{"epoch": 0, "loss": 0.5}\n\n{"lr": 1}\n{"loss": Infinity}\n', "a.jsonl", (0.5, math.inf)),
    ("a.jsonl", "0.5\n1\n", "a.jsonl", (0.5, 1.0)),
    ("a.json", "[0.5, 2, 1e999]", "a.json", (0.5, 2.0, math.inf)),
    ("a.json", '{"loss": [3, 2], "acc": [0.1, 0.2], "name": "x"}', "a.json#acc", (0.1, 0.2)),
    ("trainer_state.json", json.dumps(STATE), "trainer_state.json", (1.25,)),
    ("trainer_state.json", json.dumps(STATE), "trainer_state.json#loss", (1.5, 1.0)),
    ("a.txt", "# a loss\n0.5\n\n 2e-1 \n", "a.txt", (0.5, 0.2)),
    ("losses", "1\n2", "losses", (1.0, 2.0)),
]


@pytest.mark.parametrize(("name", "text", "where", "series"), READ)
def test_a_file_is_read(tmp_path: Path, name: str, text: str, where: str, series: tuple[float, ...]) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_series(where, tmp_path) == series
    assert read_series(str(tmp_path / where), Path("elsewhere")) == series


REFUSED = [
    ("losses.csv", "loss\n1\n", "loses.csv", "loses.csv: no such file; did you mean 'losses.csv'?"),
    (
        "a.csv",
        "train_loss,val_loss\n1,2\n",
        "a.csv#val_los",
        "a.csv: no column 'val_los'; did you mean 'val_loss'?",
    ),
    ("a.csv", "a,b\n1,2\n", "a.csv#loss", "a.csv: no column 'loss'; it has a, b"),
    ("a.csv", "a,b\n1,2\n", "a.csv", "a.csv: which column? it has a, b; write a.csv#b"),
    ("a.csv", "epoch,loss\n0,0.5\n1,oops\n", "a.csv", "a.csv:3: loss: 'oops' is no number"),
    ("a.csv", "loss\n", "a.csv", "a.csv: no numbers in 'loss'"),
    ("a.csv", "", "a.csv", "a.csv: no numbers"),
    ("a.csv", "loss\n1_0\n", "a.csv", "a.csv:2: loss: '1_0' is no number"),
    ("a.jsonl", '{"loss": 1}\n{"loss": "x"}\n', "a.jsonl", 'a.jsonl:2: loss: "x" is no number'),
    ("a.jsonl", '{"loss": 1}\n{oops\n', "a.jsonl", "a.jsonl:2: not JSON"),
    ("a.jsonl", '{"loss": 1}\n', "a.jsonl#lss", "did you mean 'loss'?"),
    ("a.json", '{"model": "x"}', "a.json", "a.json: neither a list of numbers, a list of objects"),
    ("a.json", "[1, true]", "a.json", "a.json: entry 1: true is no number"),
    ("a.json", "[" * 100_000, "a.json", "not JSON"),
    ("a.json", "[]", "a.json", "a.json: no numbers"),
    ("a.txt", "1\n2 3\n", "a.txt", "a.txt:2: '2 3' is no number"),
    ("a.txt", "1\n", "a.txt#loss", "a.txt: no column 'loss'; it has no columns"),
    ("a.npy", "not an array", "a.npy", "a.npy: not a .npy of numbers"),
]


@pytest.mark.parametrize(("name", "text", "where", "said"), REFUSED)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, text: str, where: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(LrplotError) as refused:
        read_series(where, tmp_path)
    assert said in str(refused.value)


def test_a_folder_and_a_file_of_bytes_are_no_series(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe1\x00")
    (tmp_path / "b.txt").write_bytes(b"1\n\0\n")
    for where, said in {
        ".": "a folder, not a file",
        "a.txt": "UTF-8",
        "b.txt": "b.txt:2: not a text",
    }.items():
        with pytest.raises(LrplotError, match=said):
            read_series(where, tmp_path)


def test_an_array_is_read(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([1, 2], dtype=np.int32))
    np.save(tmp_path / "b.npy", np.array([[1.0, 2.0], [3.0, np.nan]], order="F"))
    assert read_series("a.npy", tmp_path) == (1.0, 2.0)
    assert read_series("b.npy#1", tmp_path) == (1.0, 3.0)
    np.testing.assert_array_equal(read_vectors("b.npy", tmp_path), [[1, 2], [3, np.nan]])
    np.testing.assert_array_equal(read_vectors("a.npy", tmp_path), [[1], [2]])
    np.testing.assert_array_equal(read_vectors("b.npy#1", tmp_path), [[1], [3]])
    for where, said in {
        "b.npy": "which column",
        "b.npy#3": "it has 1 to 2",
        "a.npy#1": "one dimension",
    }.items():
        with pytest.raises(LrplotError, match=said):
            read_series(where, tmp_path)


def test_an_array_that_would_execute_something_or_holds_no_numbers_is_refused(tmp_path: Path) -> None:
    arrays = {
        "object": np.array([print], dtype=object),
        "text": np.array(["a"]),
        "complex": np.array([1j]),
        "deep": np.zeros((2, 2, 2)),
        "empty": np.zeros(0),
    }
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array, allow_pickle=True)
        with pytest.raises(LrplotError):
            read_series(f"{name}.npy", tmp_path)
        with pytest.raises(LrplotError):
            read_vectors(f"{name}.npy", tmp_path)


def test_the_columns_of_a_table_are_vectors(tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text("w,b\n1,2\n3,4\n")
    assert read_vectors("g.csv", tmp_path).tolist() == [[1, 2], [3, 4]]
    assert read_vectors("g.csv#b", tmp_path).tolist() == [[2], [4]]
    (tmp_path / "h.csv").write_text("w,b\n1,2\n3,\n")
    with pytest.raises(LrplotError, match=r"h.csv:3: b: an empty cell"):
        read_vectors("h.csv", tmp_path)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=60), st.sampled_from(["csv", "tsv", "json", "jsonl", "npy", "txt"]))
def test_any_bytes_are_numbers_or_a_clear_error(tmp_path: Path, content: bytes, suffix: str) -> None:
    (tmp_path / f"a.{suffix}").write_bytes(content)
    for read in (read_series, read_vectors):
        with contextlib.suppress(LrplotError):
            assert len(read(f"a.{suffix}", tmp_path)) > 0


def test_a_device_is_no_missing_file() -> None:
    with pytest.raises(LrplotError, match="neither a file nor a folder"):
        read_series("/dev/null", Path())
