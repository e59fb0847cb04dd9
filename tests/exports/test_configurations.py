"""A trainer's own configuration, written from a schedule and read again as the trainer would."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
from command import lrplot
from examples import EXAMPLES, REACTING, RECURSIVE

import lrplot as public
from lrplot.answers.exported import export
from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError, UsageError
from lrplot.exports.configurations import CONFIGURATIONS
from lrplot.frameworks.names import CONFIGURED, WRITTEN
from lrplot.run import Run
from lrplot.sources.reference import load

ENDING = {"axolotl": "yaml", "megatron": "sh", "torchtitan": "toml"}


def test_the_help_names_every_trainer_whose_configuration_isexport() -> None:
    assert set(CONFIGURED) == set(CONFIGURATIONS) == set(ENDING)


@pytest.mark.parametrize("target", [*WRITTEN, *CONFIGURED, "yaml"])
def test_python_takes_what_the_command_takes(tmp_path: Path, target: str) -> None:
    told = lrplot("export", "warmup_linear", "--to", target, "--steps", "100", cwd=tmp_path)
    (run,) = load("warmup_linear", Overrides(settings={"steps": "100"}))
    assert public.export(run, target).code.encode() == told.stdout


def test_a_target_that_is_none_is_told_all_that_are() -> None:
    with pytest.raises(UsageError, match=r"no target 'mxnet'; known are (?=.*axolotl)(?=.*pytorch).*yaml"):
        public.export(load("step")[0], "mxnet")


@pytest.mark.parametrize("target", CONFIGURED)
@pytest.mark.parametrize(
    "reference", ["warmup_cosine", "wsd", "linear", "cosine", "constant", "warmup_linear"]
)
def test_what_is_said_to_be_exact_is_drawn_the_same(tmp_path: Path, target: str, reference: str) -> None:
    path = tmp_path / f"it.{ENDING[target]}"
    result = lrplot("export", reference, "--to", target, "--steps", "100", "-o", str(path), cwd=tmp_path)
    assert result.returncode == 0
    (wanted,) = load(reference, Overrides(settings={"steps": "100"}))
    (found,) = load(str(path), Overrides(facts={"devices": 1}, trainer=target))
    greatest = np.abs(found.schedule.table(100) - wanted.schedule.table(100)).max()
    exact = b"not the same curve" not in result.stderr
    assert (greatest <= 1e-12) == exact
    assert exact or (target == "torchtitan" and "warmup" in reference)


def test_what_a_trainer_has_nothing_for_is_refused_with_another_way(tmp_path: Path) -> None:
    result = lrplot("export", "cyclic", "--to", "megatron", cwd=tmp_path)
    assert result.returncode == 2
    assert b"Megatron-LM's configuration has nothing for cyclic (--to pytorch" in result.stderr


def test_torchtitans_decay_starts_one_update_later_than_ours(tmp_path: Path) -> None:
    # torchtitan 0.2: (t + 1) / 11 up, 1 in update 11 still, then 1 - (t - 11) / 89.
    result = lrplot(
        "export", "warmup_linear", "--to", "torchtitan", "--steps", "100", "--strict", cwd=tmp_path
    )
    assert (result.returncode, b"warmup_steps = 11" in result.stdout) == (1, True)


@pytest.mark.parametrize("target", CONFIGURED)
def test_every_schedule_is_written_or_refused(target: str) -> None:
    written = 0
    for name in [each for each in EXAMPLES if each not in {*REACTING, *RECURSIVE}]:
        with contextlib.suppress(LrplotError):
            written += bool(export(Run(name, EXAMPLES[name], 150), target).code)
    assert written >= 4
