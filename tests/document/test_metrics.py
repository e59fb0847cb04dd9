"""Metrics beside a schedule, and where they come from."""

from pathlib import Path

import numpy as np
import pytest

from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError
from lrplot.sources.reference import load, load_all

PLATEAU = "lr: 0.1\nsteps: 20\nschedule: {type: plateau, patience: 1}\n"


def rates(folder: Path, text: str, overrides: Overrides | None = None) -> list[float]:
    (folder / "spec.yaml").write_text(text)
    (run,) = load(str(folder / "spec.yaml"), overrides)
    return run.schedule.table(run.steps).round(9).tolist()


def changes(values: list[float]) -> list[int]:
    return (np.flatnonzero(np.diff(values)) + 1).tolist()


def test_a_list_a_formula_and_a_file_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("epoch,val_loss\n" + "".join(f"{i},1.0\n" for i in range(20)))
    spelled = [str([1] * 20), "1 + 0 * t", "a.csv#val_loss"]
    found = [changes(rates(tmp_path, PLATEAU + f"metrics: {text}\n")) for text in spelled]
    assert found == [[3, 5, 7, 9, 11, 13, 15]] * 3  # then a change would be within eps, 1e-8


def test_a_schedule_that_begins_later_sees_the_later_metrics(tmp_path: Path) -> None:
    falling = [20 - i for i in range(10)] + [5] * 10
    plain = rates(tmp_path, PLATEAU + f"metrics: {falling}\n")
    phases = "lr: 0.1\nsteps: 20\nschedule: [{type: constant, for: 10}, {type: plateau, patience: 1}]\n"
    assert changes(plain) == [13, 15, 17, 19]
    assert changes(rates(tmp_path, phases + f"metrics: {falling}\n")) == [13, 15, 17, 19]
    warm = "lr: 0.1\nsteps: 20\nschedule: {type: plateau, patience: 1, warmup: {steps: 10}}\n"
    formula = "metrics: 20 - t if t < 10 else 5\n"
    assert changes(rates(tmp_path, warm + formula))[10:] == [13, 15, 17, 19]


def test_the_command_line_wins_and_its_own_series_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.csv").write_text("loss\n" + "1\n" * 20)
    falling = [20 - i for i in range(20)]
    over = Overrides(settings={"metrics": "b.csv"})
    assert changes(rates(tmp_path, PLATEAU + f"metrics: {falling}\n", over))[0] == 3
    own = PLATEAU.replace("patience: 1", f"patience: 1, metrics: {falling}")
    assert changes(rates(tmp_path, own, over)) == []


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ("nofile.csv", "no such file"),
        ("true", "must be a list"),
        ("[1, x]", "must be a number"),
        ("{a: 1}", "must be a list"),
    ],
)
def test_bad_metrics_are_told(tmp_path: Path, metrics: str, said: str) -> None:
    with pytest.raises(LrplotError, match=said):
        rates(tmp_path, PLATEAU + f"metrics: {metrics}\n")


def test_metrics_that_nothing_reacts_to_are_a_mistake_not_a_wish() -> None:
    said = Overrides(settings={"metrics": "1"})
    with pytest.raises(LrplotError, match="--metrics changes nothing"):
        load("cosine", said)
    with pytest.raises(LrplotError, match="--metrics changes nothing"):
        load_all(["cosine", "step"], said)
    assert [len(runs) for runs in load_all(["cosine", "plateau"], said)] == [1, 1]
