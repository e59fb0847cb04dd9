"""Trainings of unknown length: over % of the run where all else is relative, else what is missing is asked for."""

from pathlib import Path

import pytest
from command import lrplot

from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError
from lrplot.sources.reference import load
from lrplot.trainers.facts import MissingFactsError

CONFIG = (
    "output_dir: out\nlearning_rate: 2.0e-5\nnum_train_epochs: {epochs}\nper_device_train_batch_size: 4\n"
    "lr_scheduler_type: {kind}\nwarmup_steps: {warmup}\n"
)
RELATIVE = Overrides(relative=True)


def config(folder: Path, **values: object) -> str:
    path = folder / "sft.yaml"
    path.write_text(
        CONFIG.format(**{"epochs": 3, "kind": "cosine", "warmup": 0.03} | values), encoding="utf-8"
    )
    return str(path)


@pytest.mark.parametrize("epochs", [1, 3, 2.5, 7, 90])
def test_the_curve_over_shares_is_that_of_any_number_of_examples(tmp_path: Path, epochs: float) -> None:
    (run,) = load(config(tmp_path, epochs=epochs), RELATIVE)
    assert run.relative
    assert run.steps % 100 == 0
    # 2e-5 at 3 %; then half a cosine: at 51.5 % it is at its middle.
    assert float(run.schedule(run.steps * 3 // 100)) == pytest.approx(2e-5, rel=1e-3)
    assert float(run.schedule(run.steps * 515 // 1000)) == pytest.approx(1e-5, rel=1e-3)
    (real,) = load(config(tmp_path, epochs=epochs), Overrides(facts={"examples": 52002}))
    for share in (0.25, 0.5, 0.75):
        over = float(run.schedule(round(share * run.steps)))
        assert float(real.schedule(round(share * real.steps))) == pytest.approx(over, rel=1e-3)


@pytest.mark.parametrize(
    "values", [{"warmup": 3}, {"warmup": 100}, {"kind": "inverse_sqrt", "warmup": 0}, {"warmup": 5000}]
)
def test_what_is_counted_in_updates_changes_the_shape_and_is_asked_for(
    tmp_path: Path, values: dict[str, object]
) -> None:
    with pytest.raises(MissingFactsError, match="--examples N"):
        load(config(tmp_path, **values), RELATIVE)


def test_several_missing_facts_are_asked_for() -> None:
    with pytest.raises(MissingFactsError, match="--classes"):
        load("tests/trainers/examples/ultralytics/args.yaml", RELATIVE)


def test_a_command_that_counts_updates_asks(tmp_path: Path) -> None:
    name = config(tmp_path)
    for words in (
        ("export", name, "--to", "pytorch"),
        ("lint", name),
        ("at", name, "37"),
        ("at", name, "--when", "<1e-6"),
        ("compare", name, "cosine", "-f", "table"),
    ):
        done = lrplot(*words, cwd=tmp_path)
        assert done.returncode == 2, words
        assert b"give --examples N" in done.stderr


def test_tables_charts_and_data_count_percent(tmp_path: Path) -> None:
    name = config(tmp_path)

    def said(*words: str) -> str:
        done = lrplot(*words, cwd=tmp_path)
        assert done.returncode == 0
        assert "drawn over % of the run: --examples N says how many updates it has" in done.stderr.decode()
        return done.stdout.decode()

    assert said("at", name, "3%", "51.5%").split() == [
        "%",
        "of",
        "run",
        "learning",
        "rate",
        "3",
        "2e-5",
        "51.5",
        "1e-5",
    ]
    table = said("render", name, "-f", "table")
    assert "warm-up       3% of the run" in table
    assert "step" not in table
    assert said("render", name, "-f", "csv", "--at", "0,3%") == "percent,lr\n0.0,0.0\n3.0,0.00002\n"
    assert '"percent": [3.0]' in said("render", name, "-f", "json", "--at", "3%")
    assert " 50% " in said("render", name, "-f", "chart", "--width", "80").splitlines()[-1]
    assert "100%" in said("compare", name, name, "-f", "table")
    done = lrplot("render", name, "-f", "table", "--at", "37", cwd=tmp_path)
    assert done.returncode == 2
    assert b"name a share, as 10%" in done.stderr


def test_a_python_caller_is_asked(tmp_path: Path) -> None:
    with pytest.raises(LrplotError, match="--examples N"):
        load(config(tmp_path))
