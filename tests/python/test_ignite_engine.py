"""Ignite's ``Engine``: its run followed as the loop that it is, its handlers at their events."""

import pytest

from lrplot import parse
from lrplot.errors import LrplotError

from .ignite_runs import BEGIN, CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_update_has_the_rate_that_the_run_gives_it(case: Case) -> None:
    run = parse(case.whole, lr=None)
    assert run.steps == len(case.rates)
    assert run.schedule.table(run.steps).tolist() == pytest.approx(case.rates, rel=1e-12)


def test_without_the_length_of_an_epoch_it_is_drawn_over_epochs() -> None:
    run = parse(CASES[0].whole.replace("[0] * 4", "load()"))
    assert (run.steps, run.schedule.table(3).tolist()) == (3, pytest.approx([0.1, 0.05, 0.025]))
    assert any("over epochs" in note for note in run.notes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("trainer.run(loader, max_epochs=2)\ntrainer.run(loader, max_epochs=4)", "run once more"),
        ("trainer.run(loader, max_iters=7)", "max_iters"),
        ("", "no run of this engine was read"),
        ("trainer.add_event_handler(events(), down)\ntrainer.run(loader, max_epochs=2)", "which event"),
        ("if ready():\n    trainer.run(loader, max_epochs=2)", "ready\\(\\)"),
    ],
)
def test_a_run_that_is_not_followed_is_refused(text: str, said: str) -> None:
    down = (
        "scheduler = ExponentialLR(optimizer, 0.5)\n@trainer.on(Events.EPOCH_COMPLETED)\n"
        "def down(engine):\n    scheduler.step()\n"
    )
    with pytest.raises(LrplotError, match=said):
        parse(f"{BEGIN}{down}{text}\n")


def test_what_decides_whether_a_handler_is_attached_is_asked_for() -> None:
    text = (
        f"{BEGIN}scheduler = ExponentialLR(optimizer, 0.5)\nif flag:\n"
        "    trainer.add_event_handler(Events.EPOCH_COMPLETED, lambda: scheduler.step())\n"
        "trainer.run(loader, max_epochs=2)\n"
    )
    with pytest.raises(LrplotError, match="whether this is attached depends on it; bind it with --let flag="):
        parse(text)
    assert parse(text, let={"flag": True}).schedule.table(8).tolist() == [0.1] * 4 + [0.05] * 4


def test_an_engine_that_is_ended_in_a_turn_is_refused_there() -> None:
    ends = "@trainer.on(Events.EPOCH_COMPLETED(once=2))\ndef enough(engine):\n    engine.terminate()\n"
    with pytest.raises(LrplotError, match=r"(?s)max_epochs.*engine\.terminate\(\)"):
        parse(f"{BEGIN}{ends}trainer.run(loader, max_epochs=9)\n")


def test_a_handler_of_an_engine_made_elsewhere_is_refused() -> None:
    text = BEGIN.replace("trainer = Engine(update)", "from engines import trainer")
    down = "scheduler = ExponentialLR(optimizer, 0.5)\n@trainer.on(Events.EPOCH_COMPLETED)\ndef down():\n    scheduler.step()\n"
    with pytest.raises(LrplotError, match="not made in this text"):
        parse(f"{text}{down}trainer.run(loader, max_epochs=9)\n")


def test_what_only_shows_the_rate_changes_nothing() -> None:
    shows = (
        'logger.attach(trainer, log_handler=OptimizerParamsHandler(optimizer, "lr"), event_name=Events.EPOCH_STARTED)\n'
        "logger.attach_opt_params_handler(trainer, Events.EPOCH_STARTED, optimizer=optimizer)\n"
        "trainer.add_event_handler(Events.EPOCH_COMPLETED, checkpoint, {'optimizer': optimizer})\n"
    )
    first, _, last = CASES[0].whole.rpartition("trainer.run")
    text = f"from ignite.handlers import OptimizerParamsHandler\n{first}{shows}trainer.run{last}"
    run = parse(text)
    assert run.schedule.table(run.steps).tolist() == pytest.approx(CASES[0].rates)
