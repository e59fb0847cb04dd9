"""trainer_state.json: the curve through the rates that real trainings logged."""

import pytest
from known_rates import rows

from lrplot.errors import LrplotError
from lrplot.trainers import trainer_state
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form


def state(rates: list[float], lag: int, updates: int, every: int = 1) -> Form:
    history = [
        {"step": at + lag, "learning_rate": rate} for at, rate in enumerate(rates) if (at + lag) % every == 0
    ]
    values = {"global_step": updates, "max_steps": updates, "log_history": history}
    return Form("trainer_state.json", "mapping", values)


TRAINED = [
    row
    for _, row in rows("hf_trainer_v5.23.jsonl")
    if row.get("config", {}).get("lr_scheduler_type", "linear") in {"linear", "cosine"}
    and "error" not in row
    and not row["config"].get("lr_scheduler_kwargs")
    and row["sampled_at"] == list(range(row["steps"]))
    and row["steps"] > 5
]


@pytest.mark.parametrize("row", TRAINED, ids=[row["id"] for row in TRAINED])
@pytest.mark.parametrize("lag", [0, 1])
def test_a_log_of_a_real_training_gives_its_curve(row: dict[str, list[float]], lag: int) -> None:
    # The rate used is logged one step later; a next rate at its own step, without the first.
    rates = row["lr"] if lag else [row["lr"][0], *row["lr"][1:]]
    found = trainer_state.training(state(rates, lag, row["steps"]), Facts())  # type: ignore[arg-type]
    assert found.updates == row["steps"]
    assert found.schedule(row["sampled_at"]) == pytest.approx(row["lr"], rel=1e-9, abs=1e-9 * max(row["lr"]))


def test_what_no_plain_schedule_goes_through_is_refused() -> None:
    with pytest.raises(LrplotError, match="goes through the 4 logged rates"):
        trainer_state.training(state([1, 0.5, 0.9, 0.1], 1, 4), Facts())
    with pytest.raises(LrplotError, match="at least 2"):
        trainer_state.training(state([1], 1, 4), Facts())
