"""Logs as people have them: by hand, cut, resumed, in odd shapes, and what is no log at all."""

import contextlib
import gzip
import json
import pickle
import struct
import time
from pathlib import Path

import numpy as np
import pytest

from lrplot.errors import LrplotError
from lrplot.records.log import Log
from lrplot.records.reading import read_log

LOGS = Path(__file__).parent / "logs"
LINE = "{'loss': 1.0, 'learning_rate': %s, 'epoch': %s}"


def read(folder: Path, name: str, content: str | bytes, where: str = "", **options: object) -> Log:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_log(where or name, folder, **options)  # type: ignore[arg-type]


# name, content, unit, column → (steps, rates)
READ = [
    ("a.csv", "step,lr\n0,0.1\n10,0.05\n", "updates", {"lr": ([0, 10], [0.1, 0.05])}),
    ("a.csv", "\ufeffStep;Learning Rate\r\n0;0.1\r\n10;5e-2\r\n", "updates", {"Learning Rate": ([0, 10], [0.1, 0.05])}),
    ("a.csv", "step,lr\r0,0.1\r10,0.05\r", "updates", {"lr": ([0, 10], [0.1, 0.05])}),
    ("a.csv", b"\xff\xfe" + "step,lr\n0,0.1\n".encode("utf-16-le"), "updates", {"lr": ([0], [0.1])}),
    ("a.csv", 'step,lr,note\n0,0.1,"a\nb"\n10,0.05,"c, d"\n', "updates", {"lr": ([0, 10], [0.1, 0.05])}),
    ("a.csv", "0,0.1\n10,0.05\n", "updates", {"2": ([0, 10], [0.1, 0.05])}),
    ("a.csv", "epoch,lr\n1,0.1\n2,0.05\n", "epochs", {"lr": ([1, 2], [0.1, 0.05])}),
    ("a.csv", "lr,loss\n0.1,3\n0.05,2\n", "rows", {"lr": ([0, 1], [0.1, 0.05])}),
    ("a.csv", "step,lr,old_lr_factor,val_lr\n0,NA,1,3\n1,0.1,1,3\n2,-,1,3\n", "updates", {"lr": ([1], [0.1])}),
    ("a.csv", "step,lr\n0,0.1\nstep,lr\n10,0.05\n", "updates", {"lr": ([0, 10], [0.1, 0.05])}),
    ("a.csv", "Wall time,Step,Value\n1.7e9,0,0.1\n1.7e9,10,0.05\n", "updates", {"Value": ([0, 10], [0.1, 0.05])}),
    ("results.csv", "  epoch,  x/lr0,  x/lr1\n 0, 0.07, 0.003\n", "epochs", {"x/lr0": ([0], [0.07]), "x/lr1": ([0], [0.003])}),
    ("rates", "0 0.1\n10 0.05\n", "updates", {"2": ([0, 10], [0.1, 0.05])}),
    ("rates.txt", "# step lr\n0 0.1\n10 0.05\n", "updates", {"lr": ([0, 10], [0.1, 0.05])}),
    ("rates.txt", "0.1\n0.05\n", "rows", {"1": ([0, 1], [0.1, 0.05])}),
    ("a.jsonl", '{"step": 0, "lr": "1e-3"}\n\n{"loss": 1}\n{"step": 10, "lr": "9.5e-4"}\n', "updates", {"lr": ([0, 10], [1e-3, 9.5e-4])}),
    ("a.json", '{"step": 0, "lr": 0.1}\n{"step": 10, "lr": 0.05}\n', "updates", {"lr": ([0, 10], [0.1, 0.05])}),
    ("a.json", "[[0, 0.1], [10, 0.05]]", "updates", {"2": ([0, 10], [0.1, 0.05])}),
    ("a.json", '[{"iter": 0, "lr": 0.1}, {"iter": 10, "lr": 0.05}]', "updates", {"lr": ([0, 10], [0.1, 0.05])}),
    ("a.json", '{"lr": [[0.1, 0.01], [0.05, 0.005]]}', "rows", {"lr/0": ([0, 1], [0.1, 0.05]), "lr/1": ([0, 1], [0.01, 0.005])}),
    ("a.json", "[[1.7e9, 0, 0.1], [1.7e9, 10, 0.05]]", "updates", {"3": ([0, 10], [0.1, 0.05])}),
    ("a.jsonl", '{"_step": 0, "train/lr": 0.1, "train/global_step": 10}\n{"_step": 2, "train/lr": 0.05, "train/global_step": 20}\n', "updates", {"train/lr": ([10, 20], [0.1, 0.05])}),
    ("out.log", "\r 5%|\r" + LINE % ("1e-05", "0.05") + "\r\n" + LINE % ("2e-05", "0.1") + "\n", "rows", {"lr": ([0, 1], [1e-5, 2e-5])}),
    ("out.log", "\x1b[32mstep\x1b[0m 1/9: lr=0.1\nlr_mult 3\nstep 2/9: lr=0.05\n", "updates", {"lr": ([1, 2], [0.1, 0.05])}),
    ("out.log", "loss 3, learning rate 0.1, iter 5\nloss 2, learning rate 0.05, iter 10\n", "updates", {"lr": ([5, 10], [0.1, 0.05])}),
    ("out.log", "lr: 0.1\nlr: 0.05\n", "rows", {"lr": ([0, 1], [0.1, 0.05])}),
    ("out.log", "".join(f"Adjusting learning rate of group {g} to {r}.\n" for g, r in ((0, "1.0e-01"), (1, "1.0e-02"), (0, "5.0e-02"), (1, "5.0e-03"))), "rows", {"lr/0": ([0, 1], [0.1, 0.05]), "lr/1": ([0, 1], [0.01, 0.005])}),
    ("out.log", "x step=10, skipped=2, lr=[1e-05, 1e-06], mom=[1]\nx step=20, skipped=3, lr=[2e-05, 2e-06], mom=[1]\n", "updates", {"lr/0": ([10, 20], [1e-5, 2e-5]), "lr/1": ([10, 20], [1e-6, 2e-6])}),
    ("out.log", "Epoch [1][50/14659]\tlr: 1.070e-03, eta\nEpoch [2][50/14659]\tlr: 2.070e-03, eta\n", "updates", {"lr": ([50, 14709], [1.07e-3, 2.07e-3])}),
    ("out.log", "Train: 0 [  50/1251 (  4%)] Loss: 6 LR: 1.000e-04 Data\nTrain: 1 [   0/1251 (  0%)] LR: 2.000e-04 Data\n", "updates", {"lr": ([50, 1251], [1e-4, 2e-4])}),
    ("out.log", "Step 50/  100; acc: 1; lr: 0.00007; 1 s\nStep 100/  100; acc: 1; lr: 0.00010; 1 s\n", "updates", {"lr": ([50, 100], [7e-5, 1e-4])}),
    ("out.log", "| epoch 001: 100 / 1000 loss=3, lr=0.0001, num_updates=100\n| epoch 001: lr=0.0002, num_updates=200\n", "updates", {"lr": ([100, 200], [1e-4, 2e-4])}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "unit", "columns"), READ)
def test_a_log_is_read(
    tmp_path: Path,
    name: str,
    content: str | bytes,
    unit: str,
    columns: dict[str, tuple[list[int], list[float]]],
) -> None:
    log = read(tmp_path, name, content)
    assert log.unit == unit
    assert {c.name: (c.steps.tolist(), c.rates.tolist()) for c in log.columns} == columns
    data = content.encode() if isinstance(content, str) else content
    if name in {"out.log", "a.jsonl"}:
        assert read_log("-", Path(), data=data).columns[0].rates.tolist() == log.columns[0].rates.tolist()


NOTED = [
    ("a.jsonl", '{"step": 0, "lr": 0.1}\n{"step": 1, "l', "line 2 is cut: the last row is dropped"),
    ("a.csv", "step,lr,loss\n0,0.1,3\n10,0.0", "the last line is cut: dropped"),
    ("a.csv", "step,lr\n0,0.1\n10,0.0", "the last line has no end and may be cut: dropped"),
    ("a.log", "step 0 lr 0.1\nstep 10 lr 0.0", "the last line has no end and may be cut: dropped"),
    (
        "a.csv",
        "step,lr\n0,0.1\n1,nan\n2,inf\n",
        "lr: 2 rows without a finite rate dropped, the first at a.csv:3",
    ),
    ("a.csv", "step,lr\n0,0.1\n0,0.1\n", "1 row left out, the same as the row before"),
    ("a.csv", "step,lr\n0,0.1\n,0.05\n", "lr: 1 row without 'step' dropped"),
]


@pytest.mark.parametrize(("name", "content", "note"), NOTED)
def test_what_is_dropped_is_said(tmp_path: Path, name: str, content: str, note: str) -> None:
    log = read(tmp_path, name, content)
    assert log.columns[0].steps.tolist() == [0]
    assert note in " ".join(log.notes)


def test_rows_of_a_resumed_run_stay_in_order(tmp_path: Path) -> None:
    log = read(tmp_path, "a.csv", "step,lr\n10,0.9\n20,0.8\n10,0.9\n20,0.7\n20,0.6\n")
    assert log.columns[0].steps.tolist() == [10, 20, 10, 20, 20]
    assert "step 20 stands twice, with different rates" in log.notes
    assert any("steps go back from 20 to 10" in note for note in log.notes)


def test_a_table_by_hand_needs_no_end(tmp_path: Path) -> None:
    assert read(tmp_path, "rates.txt", "0 0.1\n10 0.05").columns[0].rates.tolist() == [0.1, 0.05]


EVENTS = (LOGS / "lightning/step_every5.tfevents").read_bytes()
REFUSED = [
    ("a.csv", "", "a.csv: empty"),
    ("a.txt", "\n \n", "a.txt: empty"),
    ("a.csv", "step,loss\n0,1\n", "a.csv: no column of rates is found (looked for lr, learning_rate"),
    ("a.csv", "epoch,loss,val_loss\n0,1,NA\n", "Keras logs a rate only with LearningRateScheduler"),
    ("a.csv", "step,lr\n0,0.1\n1,oops\n", "a.csv:3: lr: 'oops' is no number"),
    ("a.csv", "step,lr\n1_0,0.1\n", "a.csv:2: step: '1_0' is no number"),
    ("a.csv", "step;lr\n0;0,1\n", "a.csv:2: lr: '0,1' is no number"),
    ("a.csv", "lr\n0,1\n", "a.csv:2: more cells than the header has names (1): lr"),
    ("a.csv", "lr,lr\n1,2\n", "a.csv:1: two columns are called 'lr'"),
    ("a.csv", "step,lr\n0.5,0.1\n", "a.csv:2: step: 0.5 is no whole step"),
    ("a.csv", "step,lr\n-1,0.1\n", "a.csv:2: step: -1 is no whole step"),
    ("a.csv", "step,lr\n" + "9" * 400 + ",0.1\n", "a.csv:2: step: inf is no whole step"),
    ("a.csv", "step,lr\n0,nan\n", "a.csv: no rates in 'lr'"),
    ("a.csv", "step,a - train/lr,b - train/lr\n0,1,2\n", "which column? it has a - train/lr, b - train/lr"),
    ("a.txt", "1 2 3\n4 5 6\n", "which column? it has no header, and 3 columns; write a.txt#2"),
    ("a.jsonl", '{"step": ' + "9" * 400 + ', "lr": 0.1}\n', "a.jsonl:1: step: inf is no whole step"),
    ("a.jsonl", '{"step": ' + "9" * 5000 + ', "lr": 0.1}\n', "a.jsonl:1: not JSON that can be read"),
    ("a.jsonl", '{"step": 0, "lr": true}\n', "a.jsonl:1: lr: True is no number"),
    ("a.jsonl", '{"lr": 1}\n{"step": 1, "l\n{"lr": 2}\n', "a.jsonl:2: not JSON"),
    ("a.json", "[" * 100_000, "a.json: not JSON"),
    ("a.json", '{"model": "x"}', "a.json: no column of rates is found"),
    ("a.log", "hello\nworld\n", "a.log: no learning rate is found in it (looked for"),
    ("a.html", "<!DOCTYPE html><p>lr: 0.1", "a.html:1: a page of HTML, not a log"),
    ("a.bin", bytes(range(256)), "a.bin:1: not a text"),
    ("a.pkl", pickle.dumps({"lr": 0.1}), "a.pkl: a pickle; it is not read"),
    ("a.gz", gzip.compress(b"step,lr\n0,1\n", mtime=0), "a.gz: packed with gzip; unpack it first"),
    ("a.wandb", b":W&B\0\0", "a.wandb: an offline run of W&B"),
    ("events", EVENTS[:80], "events: no column of rates is found"),
    ("events", struct.pack("<Q", 1 << 62) + EVENTS[8:], "events:1: not a text"),
]


@pytest.mark.parametrize(("name", "content", "said"), REFUSED)
def test_what_is_no_log_is_refused(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    with pytest.raises(LrplotError) as refused:
        read(tmp_path, name, content)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("/dev/zero", "neither a file nor a folder"),
        ("no.csv", "no such file"),
        (".", "no log in this folder or below"),
        ("x" * 5000, "names no file"),
        ("\0", "no"),
    ],
)
def test_what_is_no_file_is_refused(tmp_path: Path, where: str, said: str) -> None:
    with pytest.raises(LrplotError, match=said):
        read_log(where, tmp_path)


def test_columns_are_named(tmp_path: Path) -> None:
    text = "count,rate,other\n0,0.1,7\n10,0.05,8\n"
    log = read(tmp_path, "a.csv", text, "a.csv#rate", step_column="count")
    assert (log.columns[0].name, log.columns[0].steps.tolist()) == ("rate", [0, 10])
    with pytest.raises(LrplotError, match=r"no column 'rates'; did you mean 'rate'\?"):
        read_log("a.csv#rates", tmp_path)
    with pytest.raises(LrplotError, match=r"no column 'counts'; did you mean 'count'\?"):
        read_log("a.csv", tmp_path, column="rate", step_column="counts")
    with pytest.raises(LrplotError, match="expected at least 1"):
        read_log("a.csv", tmp_path, column="rate", every=0)


def test_an_event_file_is_read_up_to_where_it_is_cut_or_damaged(tmp_path: Path) -> None:
    cut = read(tmp_path, "cut", EVENTS[:-60])
    assert (
        cut.columns[0].steps.tolist()
        == read_log("lightning/step_every5.tfevents", LOGS).columns[0].steps.tolist()[: len(cut.columns[0])]
    )
    assert "cut or damaged" in cut.notes[0]
    damaged = read(tmp_path, "damaged", EVENTS[:200] + b"\xff" * 50 + EVENTS[250:])
    assert damaged.columns[0].steps.tolist() == [4]


def test_an_event_may_hold_a_tensor(tmp_path: Path) -> None:
    # As Keras writes scalars: TensorProto with its dtype, its shape and its bytes, in Summary.Value.tensor.
    tensor = b"\x08\x01\x12\x00\x22\x04" + struct.pack("<f", 0.25)
    value = b"\x0a\x13epoch_learning_rate\x42" + bytes([len(tensor)]) + tensor
    summary = b"\x0a" + bytes([len(value)]) + value
    event = b"\x09" + struct.pack("<d", 1.7e9) + b"\x10\x03\x2a" + bytes([len(summary)]) + summary
    from lrplot.records.forms.events import _masked_crc

    length = struct.pack("<Q", len(event))
    frame = length + struct.pack("<I", _masked_crc(length)) + event + struct.pack("<I", _masked_crc(event))
    first = struct.unpack("<Q", EVENTS[:8])[0] + 16
    log = read(tmp_path, "events", EVENTS[:first] + frame)
    assert [(c.name, c.steps.tolist(), c.rates.tolist(), c.written) for c in log.columns] == [
        ("epoch_learning_rate", [3], [0.25], "float32")
    ]
    assert (log.unit, log.conventions[0].offset) == ("epochs", 1)


@pytest.mark.parametrize(
    "piece",
    [
        "step 1 ",
        "a/",
        "lr",
        "1",
        "lr: 1",
        "step " + " " * 50,
        "{",
        "'learning_rate': ",
        "Epoch [1][2/3] ",
        "num_updates",
    ],
)
def test_no_line_takes_more_than_linear_time(tmp_path: Path, piece: str) -> None:
    start = time.process_time()
    with contextlib.suppress(LrplotError):
        read(tmp_path, "a.log", piece * (300_000 // len(piece)))
    assert time.process_time() - start < 8


def test_many_rows_are_read_in_pieces(tmp_path: Path) -> None:
    rates = 0.1 * 0.99999 ** np.arange(100_000)
    cells = "".join(f",{rate!r},{step}\n" for step, rate in enumerate(rates.tolist()))
    log = read(tmp_path, "a.csv", "epoch,lr,step\n" + cells)
    lines = "".join(json.dumps({"lr": rate, "step": step}) + "\n" for step, rate in enumerate(rates.tolist()))
    for column in (log.columns[0], read(tmp_path, "a.jsonl", lines).columns[0]):
        assert (column.rates == rates).all()
        assert (column.steps == np.arange(100_000)).all()
        assert column.written == "float64"
    with pytest.raises(LrplotError, match=r"a\.csv:99504: lr: 'x' is no number"):
        read(tmp_path, "a.csv", "epoch,lr,step\n" + cells.replace(",99501\n", ",99501\n,x,7\n"))
