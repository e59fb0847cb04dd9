"""sentence-transformers' fit: its rates, and how its scheduler is shorter than its run."""

from typing import Any

import pytest
from known_rates import ROWS, agrees, rows

from lrplot.errors import LrplotError
from lrplot.trainers import sentence_transformers
from lrplot.trainers.facts import Facts, MissingFactsError
from lrplot.trainers.form import Form
from lrplot.trainers.forms import forms_of
from lrplot.trainers.registry import read_training

RUN = [row for _, row in rows("sentence_transformers_fit.jsonl")]
EXAMPLES = ROWS.parent / "examples"
SCRIPT = """
loader = DataLoader(examples, batch_size=16)
warm = math.ceil(len(loader) * num_epochs * 0.1)
model.fit(train_objectives=[(loader, loss)], epochs=num_epochs, warmup_steps=warm, scheduler="WarmupCosine")
"""


@pytest.mark.parametrize("row", RUN, ids=[row["id"] for row in RUN])
def test_a_fit_has_the_rates_it_was_seen_to_have(row: dict[str, Any]) -> None:
    form = Form(row["id"], "python", row["config"], program="model.fit")
    agrees(sentence_transformers.training(form, Facts(row["extra"]["examples"])), row)


def test_a_script_needs_what_it_leaves_open() -> None:
    with pytest.raises(LrplotError, match="--set epochs=VALUE"):
        read_training(SCRIPT, "it", Facts(examples=1003))
    found = read_training(SCRIPT.replace("epochs=num_epochs", "epochs=2"), "it", Facts(examples=1003))
    assert found is not None
    name, training = found[0].name, found[2]
    # 63 batches an epoch, of which the scheduler counts 62; ceil(63 · 2 · 0.1) = 13 warm up.
    assert (name, training.updates) == ("sentence_transformers", 126)
    assert training.schedule([13, 124]).tolist() == pytest.approx([2e-5, 0])
    # A cosine climbs back beyond its end.
    assert training.schedule(125) > 0


def test_versions_count_differently() -> None:
    two = {"train_objectives": [1, 2], "epochs": 1, "warmup_steps": 0, "batch_size": 10}
    form = Form("it", "python", two, program="model.fit")
    assert sentence_transformers.training(form, Facts(100)).schedule(10) == pytest.approx(1e-5)
    before = sentence_transformers.training(form, Facts(100, version=(5, 1)))
    assert (before.updates, before.schedule(10)) == (20, 0)


def test_without_a_batch_size_the_batches_are_asked_for() -> None:
    form = Form("it", "python", {"train_objectives": [1]}, program="model.fit")
    with pytest.raises(MissingFactsError) as asked:
        sentence_transformers.training(form, Facts(100))
    assert asked.value.names == ("batches_per_epoch",)


def test_the_example_is_drawn_once_its_epochs_are_given() -> None:
    path = EXAMPLES / "sentence_transformers" / "fit.py"
    form = next(each for each in forms_of(path.read_text(), path.name) if each.kind == "python")
    found = sentence_transformers.training(form.with_values({"epochs": 4}), Facts(examples=1003))
    # ceil(63 batches · 4 epochs · 0.1) = 26 warm up.
    assert (found.updates, found.schedule(26)) == (252, 2e-5)
