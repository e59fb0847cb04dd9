"""Axolotl: the rates of its own schedules, and how it counts."""

from typing import Any

import pytest
from known_rates import agrees, rows

from lrplot.errors import LrplotError
from lrplot.trainers import axolotl
from lrplot.trainers.facts import Facts, MissingFactsError
from lrplot.trainers.form import Form

RUN = [row for _, row in rows("axolotl.jsonl")]
BASE = {"base_model": "m", "micro_batch_size": 2, "learning_rate": "1e-4"}


def form(**values: Any) -> Form:
    return Form("a.yml", "mapping", {**BASE, **values})


@pytest.mark.parametrize("row", RUN, ids=[row["id"] for row in RUN])
def test_a_schedule_has_the_rates_it_was_seen_to_have(row: dict[str, Any]) -> None:
    facts = Facts(row["extra"]["examples"], row["extra"]["devices"])
    agrees(axolotl.training(Form(row["id"], "mapping", row["config"]), facts), row)


def test_a_warm_up_of_one_step_is_two() -> None:
    found = axolotl.training(form(max_steps=20, warmup_ratio=0.05), Facts(examples=1000))
    assert found.schedule([0, 1, 2]).tolist() == pytest.approx([0, 5e-5, 1e-4])
    assert "of which Axolotl makes 2" in found.derivation[-1]


def test_a_quadratic_warm_up() -> None:
    found = axolotl.training(form(max_steps=14, warmup_steps=4, lr_quadratic_warmup=True), Facts())
    assert found.schedule([0, 2, 4, 9]).tolist() == pytest.approx([0, 2.5e-5, 1e-4, 5e-5])


def test_rex_begins_at_one_and_ends_at_its_least() -> None:
    values = {"lr_scheduler": "rex", "cosine_min_lr_ratio": 0.1, "max_steps": 12, "warmup_steps": 2}
    found = axolotl.training(form(**values), Facts()).schedule
    # z = 0.5 at s = 5 of R = 10: 0.1 + 0.9 · 0.5 / 0.55
    assert found([0, 1, 6, 11]).tolist() == pytest.approx([5e-5, 1e-4, 1e-4 * (0.1 + 0.9 * 0.5 / 0.55), 1e-5])


def test_jagged_restarts_ramp_from_a_least_share() -> None:
    values = {"lr_scheduler": "constant", "max_steps": 100, "warmup_steps": 0, "jagged_restart_steps": 20}
    found = axolotl.training(form(**values), Facts()).schedule
    assert found([0, 19, 20, 25, 30, 39, 40]).tolist() == pytest.approx(
        [1e-4, 1e-4, 1e-7, 1e-4 * (0.001 + 0.999 * 0.5), 1e-4, 1e-4, 1e-7]
    )


def test_packed_samples_ask_for_the_updates() -> None:
    with pytest.raises(MissingFactsError) as asked:
        axolotl.training(form(sample_packing=True), Facts())
    assert asked.value.names == ("steps",)
    found = axolotl.training(form(sample_packing=True, sequence_len=100), Facts(tokens=100_000))
    # 0.99 · 100000 / 100 / 2 = 495, less 1
    assert found.updates == 494


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"warmup_steps": 5, "warmup_ratio": 0.1}, "exclude each other"),
        ({"batch_size": 8, "gradient_accumulation_steps": 4}, "give the latter"),
        ({"learning_rate": None}, "needs a learning_rate"),
    ],
)
def test_contradictions_are_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(LrplotError, match=said):
        axolotl.training(form(**values), Facts(examples=100))
