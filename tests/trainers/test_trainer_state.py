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


KINDS = {"linear", "cosine", "cosine_with_min_lr", "warmup_stable_decay", "inverse_sqrt", "polynomial"}
TRAINED = [
    row
    for _, row in rows("hf_trainer_v5.23.jsonl")
    if row.get("config", {}).get("lr_scheduler_type", "linear") in KINDS
    and "error" not in row
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


def test_a_state_whose_rows_may_mean_either_is_said_to_and_the_version_settles_it() -> None:
    # cosine_warmup_with_min_lr begins at peak / warm-up, as others do at their second update.
    (row,) = [row for _, row in rows("hf_trainer_v5.23.jsonl") if row["id"] == "cosine_warmup_with_min_lr"]
    logged = state(row["lr"], 1, row["steps"])
    assert any(
        "--trainer trainer_state@VERSION" in note for note in trainer_state.training(logged, Facts()).notes
    )
    found = trainer_state.training(logged, Facts(version=(4, 57)))
    assert found.schedule(row["sampled_at"]) == pytest.approx(row["lr"], rel=1e-9, abs=1e-9 * max(row["lr"]))
