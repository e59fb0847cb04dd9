"""Keras' ``fit``: the epochs that it runs, and what its callbacks make of the rate."""

import pytest

from lrplot import parse
from lrplot.errors import LrplotError

from .keras_fits import CASES, Case

_SGD = 'model.compile(keras.optimizers.SGD(0.1), "mse")\n'
_BEFORE = "import keras\nfrom keras.callbacks import Callback, LearningRateScheduler\n"
_OWN = """
class Own(Callback):
    def {hook}(self, epoch, logs=None):
        {does}

"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_update_has_the_rate_that_fit_gives_it(case: Case) -> None:
    run = parse(case.whole, steps_per_epoch=2)
    assert run.steps == len(case.rates)
    assert run.schedule.table(run.steps).tolist() == pytest.approx(case.rates, rel=1e-12)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_where_the_data_are_not_in_the_text_the_rates_are_the_same_or_asked_for(case: Case) -> None:
    text = case.whole.replace("np.zeros((8, 2)), np.zeros((8, 1))", "load()")
    run = parse(text, steps_per_epoch=2)
    assert run.schedule.table(len(case.rates)).tolist() == pytest.approx(case.rates, rel=1e-12)


def test_batches_are_counted_from_the_data() -> None:
    text = "x, y = np.zeros((70, 2)), np.zeros((70, 1))\ncb = keras.callbacks.LearningRateScheduler(lambda e: 0.1 / (1 + e))\n"
    fit = "model.fit(x, y, epochs=2, callbacks=[cb]{})"
    plain = parse("import numpy as np\nimport keras\n" + text + _SGD + fit.format(""))
    assert (plain.steps, plain.steps_per_epoch) == (6, 3)
    split = parse("import numpy as np\nimport keras\n" + text + _SGD + fit.format(", validation_split=0.1"))
    assert (split.steps, split.steps_per_epoch) == (4, 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_SGD + "model.fit(x, y, epochs=2, callbacks=[OwnWarmup(0.1)])", "what the callback OwnWarmup makes"),
        (
            "cb = LearningRateScheduler(lambda e: 0.1)\n" + _SGD + "model.fit(x, epochs=2, callbacks=chosen)",
            "'chosen' is not known here, and these callbacks may set the rate",
        ),
        (
            _OWN.format(hook="on_epoch_end", does="if logs['loss'] < 1: self.model.optimizer.lr = 0.01")
            + _SGD
            + "model.fit(x, epochs=2, callbacks=[Own()])",
            r"'logs\['loss'\]' is not known here",
        ),
        (
            _OWN.format(hook="on_epoch_end", does="self.model.stop_training = epoch == 1")
            + _SGD
            + "model.fit(x, epochs=4, callbacks=[Own()])\nmodel.fit(x, epochs=2)",
            "where this begins is not known: Own may end a fit before",
        ),
        (
            "opt = keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 9))\n"
            "model.compile(opt, 'mse')\nmodel.fit(x, epochs=2)\nopt.iterations.assign(0)\nmodel.fit(x, epochs=2)",
            "the batches that an optimizer counts are written over",
        ),
        (
            "opt = keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 9))\n"
            "model.compile(opt, 'mse')\n"
            "model.fit(x, epochs=2, callbacks=[LearningRateScheduler(lambda e: 0.1)])",
            "the optimizer's rate is a schedule, and a callback cannot set it beside that",
        ),
        (
            _SGD
            + "model.fit(x, epochs=2)\n"
            + "model.compile(keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 9)), 'mse')\n"
            + "model.fit(x, epochs=2)",
            "the trainer is given another optimizer after it has trained",
        ),
        (
            _SGD + "cb = LearningRateScheduler(lambda e: 0.1 / (1 + e))\nfor e in range(3):\n"
            "    cb.on_epoch_begin(e)\n    model.train_on_batch(x, y)",
            "LearningRateScheduler is called by hand here",
        ),
        (
            "cb = LearningRateScheduler(lambda e: 0.1 / (1 + e))\n"
            "model.fit(x, epochs=2, callbacks=[cb])\nmodel.fit(x, epochs=2, callbacks=[cb])",
            "the call that gives its optimizer is not in the text",
        ),
    ],
)
def test_what_the_text_does_not_say_is_refused_by_name(text: str, said: str) -> None:
    with pytest.raises(LrplotError, match=said):
        parse(_BEFORE + text, steps_per_epoch=2)


def test_what_nothing_trains_with_and_what_may_end_the_training_is_said() -> None:
    text = "cb = LearningRateScheduler(lambda e: 0.1)\n" + _SGD + "model.fit(x, epochs=2, callbacks=[{}])"
    run = parse(_BEFORE + text.format("keras.callbacks.EarlyStopping()"))
    assert "cb is made, and nothing trains with it" in run.notes
    assert "EarlyStopping may end the training before its epochs; drawn as if it did not" in run.notes
