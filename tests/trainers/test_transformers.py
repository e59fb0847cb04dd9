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
