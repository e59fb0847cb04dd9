"""Transformers' Trainer: the rates of real trainings, and what the versions do differently."""

import re
from typing import Any

import pytest
from known_rates import agrees, rows

from lrplot.errors import LrplotError
from lrplot.trainers import transformers
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form

TRAINED = [(stem, row) for pattern in ("hf_trainer*", "hf_max*") for stem, row in rows(f"{pattern}.jsonl")]


def version(stem: str, row: dict[str, Any]) -> tuple[int, ...]:
    found = re.search(r"v(\d+(?:\.\d+)*)", stem) or re.search(r"_(\d+(?:\.\d+)+)", row["id"])
    assert found is not None
    return tuple(map(int, found[1].split(".")))


@pytest.mark.parametrize(("stem", "row"), TRAINED, ids=[f"{stem}-{row['id']}" for stem, row in TRAINED])
def test_a_training_has_the_rates_it_was_seen_to_have(stem: str, row: dict[str, Any]) -> None:
    facts = Facts(row["extra"]["examples"], row["extra"]["devices"], version=version(stem, row))
    form = Form(row["id"], "mapping", row["config"])
    if "error" in row or row["config"].get("lr_scheduler_type") == "reduce_lr_on_plateau":
        with pytest.raises(LrplotError):
            transformers.training(form, facts)
        return
    agrees(transformers.training(form, facts), row)


def test_flags_may_be_shortened_as_argparse_lets_them() -> None:
    flags = {"learning": 1e-4, "max_steps": 10, "lr_scheduler_type": "constant"}
    assert transformers.training(Form("it", "flags", flags), Facts()).schedule(0) == 1e-4
    with pytest.raises(LrplotError, match="may be --lr_scheduler_kwargs or --lr_scheduler_type"):
        transformers.training(Form("it", "flags", {"lr_sched": "cosine", "max_steps": 10}), Facts())


@pytest.mark.parametrize(
    ("values", "facts", "note"),
    [
        ({"num_train_epochs": 1}, Facts(examples=80), "one device is assumed"),
        ({"max_steps": 10, "warmup_steps": 10}, Facts(), "its rate is never reached"),
        ({"max_steps": 10, "learning_rate": "5e-5"}, Facts(), "is a text to PyYAML"),
    ],
)
def test_what_is_assumed_is_said(values: dict[str, Any], facts: Facts, note: str) -> None:
    found = transformers.training(Form("it", "mapping", values), facts)
    assert any(note in each for each in found.notes)


def test_a_schedule_is_spelled_as_its_enumeration_has_it() -> None:
    values = {"max_steps": 10, "lr_scheduler_type": "SchedulerType.COSINE"}
    assert transformers.training(Form("it", "python", values), Facts()).call == "cosine"
    with pytest.raises(LrplotError, match="COSINE"):
        transformers.training(Form("it", "mapping", values | {"lr_scheduler_type": "COSINE"}), Facts())


def test_a_loader_that_drops_its_only_batch_trains_nothing() -> None:
    values = {"num_train_epochs": 1, "dataloader_drop_last": True}
    with pytest.raises(LrplotError, match="7 examples fill no batch of 8"):
        transformers.training(Form("it", "mapping", values), Facts(examples=7))


@pytest.mark.parametrize(
    ("values", "version", "note"),
    [
        ({"warmup_steps": 2, "warmup_ratio": 0.5}, (4, 57), "warmup_steps wins over warmup_ratio"),
        ({"warmup_steps": 2, "warmup_ratio": 0.5}, (5, 0), "warmup_ratio wins over warmup_steps"),
        ({"num_train_epochs": 7}, (5, 23), "max_steps 10 wins over num_train_epochs 7"),
        ({"lr_scheduler_type": "cosine_with_restarts"}, (5, 23), "cosine_with_restarts never restarts"),
        (
            {"lr_scheduler_type": "cosine", "lr_scheduler_kwargs": {"num_cycles": 1}},
            (5, 23),
            "ends at its highest rate",
        ),
    ],
)
def test_a_trap_is_told_in_the_trainers_words(
    values: dict[str, Any], version: tuple[int, ...], note: str
) -> None:
    form = Form("it", "mapping", {"max_steps": 10, **values})
    found = transformers.training(form, Facts(version=version))
    assert [note in each for each in found.notes].count(True) == 1


def test_what_is_no_trap_is_not_told() -> None:
    values = {"max_steps": 10, "lr_scheduler_type": "cosine", "num_train_epochs": 3, "warmup_steps": 2}
    assert transformers.training(Form("it", "mapping", values), Facts()).notes == ()


def test_the_version_that_a_ratio_shows_is_the_one_that_is_assumed() -> None:
    values = {"max_steps": 10, "warmup_ratio": 0.1}
    assert (
        transformers.training(Form("it", "mapping", values), Facts()).assumed
        == "the newest version before 5.0"
    )
    assert transformers.training(Form("it", "mapping", values), Facts(version=(4, 57))).assumed == ""
