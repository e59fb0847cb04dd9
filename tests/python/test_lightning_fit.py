"""What Lightning's Trainer makes of ``configure_optimizers``."""

import pytest

from lrplot import parse
from lrplot.errors import LrplotError

from .lightning_fits import CASES, Case


@pytest.mark.parametrize("case", [case for case in CASES if not case.refused], ids=lambda case: case.name)
def test_each_epoch_has_the_rate_that_the_trainer_gives_it(case: Case) -> None:
    run = parse(case.text)
    assert (run.steps, run.steps_per_epoch) == (len(case.rates) * case.batches, case.batches)
    assert run.schedule.table(run.steps)[:: case.batches].tolist() == pytest.approx(case.rates)


@pytest.mark.parametrize("case", [case for case in CASES if case.refused], ids=lambda case: case.name)
def test_what_the_method_alone_does_not_say_is_refused(case: Case) -> None:
    with pytest.raises(LrplotError, match=case.refused):
        parse(case.text)


def test_where_automatic_optimization_is_off_nothing_is_stepped() -> None:
    text = CASES[0].text.replace(
        "super().__init__()", "super().__init__()\n        self.automatic_optimization = False"
    )
    with pytest.raises(LrplotError, match="steps no scheduler where automatic_optimization is off"):
        parse(text)


@pytest.mark.parametrize(
    "limit", ["overfit_batches=2, ", "fast_dev_run=True, ", "limit_train_batches=some, "]
)
def test_batches_that_are_not_known_are_not_counted(limit: str) -> None:
    run = parse(CASES[0].text.replace("max_epochs=3, ", "max_epochs=3, " + limit))
    assert run.steps == 3
