"""A growing log held against its plan: the parting told as it shows, what is half written waited for."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from command import lrplot

from lrplot.checks.log import Verdict
from lrplot.checks.log import verify as verdicts_of
from lrplot.cli import follow
from lrplot.cli.follow import followed
from lrplot.cli.logs import LogOptions
from lrplot.cli.verify import _Answer
from lrplot.errors import LrplotError
from lrplot.records.log import Log
from lrplot.run import Run
from lrplot.schedules.linear import Linear

PLAN = Run("linear", Linear(lr=0.1, T_max=100), 100)
SOON = 0.02
SLEEP = time.sleep


def rate(step: int) -> str:
    return repr(float(PLAN.schedule(step)))


def row(step: int, another: float | None = None) -> str:
    return f"{step},{rate(step) if another is None else repr(another)}\n"


@contextmanager
def written(path: Path, *pieces: str | Callable[[], None]) -> Iterator[None]:
    """While it lasts, a piece is written to the file whenever the log is waited for."""
    rest = iter(pieces)

    def write(seconds: float) -> None:
        piece = next(rest, None)
        if piece is None:
            SLEEP(seconds)
        elif callable(piece):
            piece()
        else:
            with path.open("a") as file:
                file.write(piece)

    with mock.patch("lrplot.cli.follow.time.sleep", write):
        yield


def answer(path: Path, quiet: float = 60) -> _Answer:
    def held(log: Log) -> _Answer:
        return _Answer(PLAN, log, verdicts_of(PLAN, log), ("plan", "log"))

    return followed(str(path), LogOptions(), held, interval=SOON, quiet=quiet)


def one(found: _Answer) -> Verdict:
    (verdict,) = found.verdicts
    return verdict


def test_it_ends_at_the_plans_last_update(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    with written(path, "step,lr\n" + row(0), row(50) + row(60), row(99)):
        found = answer(path)
    assert found.as_planned
    assert one(found).column.steps.tolist() == [0, 50, 60, 99]


def test_a_thread_may_write_at_any_time(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"

    def train() -> None:
        with path.open("w") as file:
            for text in (
                "step,",
                "lr\n0,",
                *(f"{rate(step)}\n{step + 1}," for step in range(99)),
                f"{rate(99)}\n",
            ):
                file.write(text)
                file.flush()
                time.sleep(SOON / 20)

    thread = threading.Thread(target=train)
    thread.start()
    found = answer(path)
    thread.join()
    assert found.as_planned
    assert len(one(found).column) == 100


def test_a_parting_is_told_before_the_log_ends(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    with written(path, "step,lr\n" + row(0) + row(10) + row(20), row(30, 0.01) + row(40, 0.01), row(99)):
        found = answer(path)
    first = one(found).first
    assert first is not None
    assert (first.step, first.logged) == (30, 0.01)
    assert one(found).column.steps[-1] == 40


def test_a_row_of_which_half_is_written_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    whole = row(53)
    assert whole[:7] == "53,0.04"  # of 0.047: it would be a rate of its own
    with written(path, "st", "ep,lr\n", row(0) + row(1) + whole[:7], whole[7:] + row(99)):
        found = answer(path)
    assert found.as_planned
    assert len(one(found).column) == 4


def test_a_rate_cut_in_its_digits_is_no_parting_until_nobody_writes_on(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    start = "step,lr\n" + "".join(map(row, (0, 10, 20, 40)))
    with written(path, start + "43,0.05", "7\n" + row(99)):
        assert answer(path).as_planned
    path.write_text(start + "43,0.05")
    first = one(answer(path, quiet=3 * SOON)).first
    assert first is not None
    assert (first.step, first.logged) == (43, 0.05)


def test_a_file_that_is_not_there_yet_or_empty_is_waited_for_and_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "log.csv"
    with written(path, path.touch, lambda: None, "step,lr\n" + row(0) + row(99)):
        assert answer(path).as_planned
    said = capsys.readouterr().err
    assert said.count("waiting for the log") == 2
    assert "log.csv: empty" in said


def test_a_log_written_anew_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "trainer_state.json"

    def state(last: int) -> str:
        rows = [
            f'{{"step": {s + 1}, "learning_rate": {float(PLAN.schedule(s))!r}}}' for s in range(0, last, 3)
        ]
        return f'{{"global_step": {last}, "log_history": [{", ".join(rows)}]}}'

    def rewrite(last: int) -> None:
        path.write_text(state(last))

    with written(path, lambda: rewrite(30), lambda: rewrite(100)):
        assert len(one(answer(path)).column) == 34


def test_a_folder_is_searched_again_for_the_newest_state(tmp_path: Path) -> None:
    def state(last: int) -> None:
        folder = tmp_path / f"checkpoint-{last}"
        folder.mkdir()
        rows = [f'{{"step": {s + 1}, "learning_rate": {float(PLAN.schedule(s))!r}}}' for s in range(last)]
        text = f'{{"global_step": {last}, "log_history": [{", ".join(rows)}]}}'
        (folder / "trainer_state.json").write_text(text)

    with written(tmp_path / "none", lambda: state(50), lambda: state(100)):
        assert len(one(answer(tmp_path)).column) == 100


def test_a_log_that_has_no_room_for_another_row_is_whole_after_a_while(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("step,lr\n" + "".join(row(step) for step in range(0, 100, 10)))
    assert answer(path, quiet=3 * SOON).as_planned


def test_ctrl_c_answers_what_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(follow.time, "sleep", interrupted)
    path = tmp_path / "log.csv"
    with pytest.raises(LrplotError, match="no such file"):
        answer(path)
    path.write_text("step,lr\n" + row(0) + row(10))
    assert answer(path).as_planned
    spec = tmp_path / "plan.yaml"
    spec.write_text("lr: 0.1\nsteps: 100\nschedule: linear\n")
    done = lrplot("verify", "plan.yaml", "log.csv", "--follow", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"log.csv is as planned: 2 rows, steps 0~10" in done.stdout


def test_the_command_follows_until_they_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lrplot.cli.follow._INTERVAL", SOON)
    (tmp_path / "plan.yaml").write_text("lr: 0.1\nsteps: 100\nschedule: linear\n")
    (tmp_path / "log.csv").write_text(
        "step,lr\n" + "".join(row(s, 0.1 * (1 - s / 50)) for s in range(0, 40, 5))
    )
    done = lrplot("verify", "plan.yaml", "log.csv", "--follow", cwd=tmp_path)
    assert done.returncode == 1
    assert b"part at step 5" in done.stdout
    assert b"2 times an update" in done.stdout


def test_the_progress_is_for_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("step,lr\n" + row(0) + row(99))
    assert answer(path).as_planned
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert answer(path).as_planned
    assert "as planned until step 99" in capsys.readouterr().err


def test_a_stream_is_not_followed(tmp_path: Path) -> None:
    done = lrplot("verify", "cosine", "-", "--follow", cwd=tmp_path)
    assert done.returncode == 2
    assert b"standard input is read once" in done.stderr
