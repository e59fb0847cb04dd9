"""What the records of the frameworks say, held against what is said of them elsewhere."""

from typing import get_args

import pytest

from lrplot.clock import Clock
from lrplot.explorer.help import HELP
from lrplot.exports.scripts import ALL, FRAMEWORKS, TARGETS
from lrplot.frameworks.names import SPELLED, WRITTEN
from lrplot.frameworks.registry import REGISTRY
from lrplot.frameworks.texts import read
from lrplot.optimizers import TYPES
from lrplot.optimizers.base import Rule
from lrplot.python import read as reader
from lrplot.python.framework import Framework
from lrplot.python.loop_words import Loop
from lrplot.python.optimizer_calls import OptimizerCall, Optimizers
from lrplot.python.parameters import Base
from lrplot.python.registry import Registry
from lrplot.python.source import parse
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.plateau import Plateau


def test_the_rules_of_the_optimizers_are_the_frameworks_whose_updates_are_computed() -> None:
    told = {
        each.name for each in REGISTRY.frameworks if each.optimizers and each.optimizers.rule == each.name
    }
    assert set(get_args(Rule)) == told


@pytest.mark.parametrize("rule", get_args(Rule))
def test_every_type_of_optimizer_has_a_call_whose_parameters_are_its_own(rule: Rule) -> None:
    for name, model in TYPES.items():
        _, call = REGISTRY.optimizers_of(rule).of_type(name)
        assert call.lr == REGISTRY.default_lr(model(type=name, rule=rule))
        assert {ours.partition(".")[0] for _, ours in call.parameters} <= set(model.model_fields)


@pytest.mark.parametrize(
    ("call", "rate"),
    [
        ("bnb.optim.Adam8bit(model.parameters(), lr=0.3)", 0.3),
        ("DeepSpeedCPUAdam(model.parameters())", 1e-3),
        ("timm.optim.create_optimizer_v2(model, 'adamw', 0.2)", 0.2),
        ("timm.optim.Lamb(model.parameters(), 0.4)", 0.4),
        ("tf.keras.optimizers.Adam(0.5)", 0.5),
        ("SGD(lr=0.6)", 0.6),
        ("Adam(learning_rate=0.7)", 0.7),
        ("Adam()", 0.001),
    ],
)
def test_an_optimizer_says_its_rate_as_its_framework_does(call: str, rate: float) -> None:
    around = Context(None, 9, Clock(9))
    (reading,) = read(f"optimizer = {call}\nscheduler = StepLR(optimizer, 3)", "it", around)
    assert float(reading.schedule(0)) == rate


def test_the_rules_of_plateaus_are_the_records() -> None:
    rules = Plateau.model_fields["rule"].annotation
    assert set(get_args(rules)) == {each.plateau for each in REGISTRY.frameworks} - {None}


def test_the_light_names_are_those_of_the_frameworks_that_are_written() -> None:
    assert WRITTEN == TARGETS
    assert FRAMEWORKS == SPELLED
    assert all(ALL[name].framework.title in HELP for name in WRITTEN)


def test_no_two_frameworks_answer_to_one_name_or_root() -> None:
    names = [name for each in REGISTRY.frameworks for name in (each.name, *each.aliases)]
    roots = [root for each in REGISTRY.frameworks for root in each.roots]
    assert len(set(names)) == len(names)
    assert len(set(roots)) == len(roots)


def halving(optimizer: Base, every: float) -> Schedule:
    return Exponential(lr=optimizer.lr, gamma=0.5, period=every, staircase=True)


NEW = Framework(
    name="new",
    title="New",
    roots=("new",),
    calls={"HalvingLR": halving},
    optimizers=Optimizers(first=("weights", "lr"), calls={"SpeedyOpt": OptimizerCall(0.03)}),
    loop=Loop(updates=frozenset({"go"}), steps=frozenset({"tick"})),
)
SCRIPT = """
from new import HalvingLR, SpeedyOpt
optimizer = SpeedyOpt(model.weights)
scheduler = HalvingLR(optimizer, every=10)
for epoch in range(30):
    for batch in range(500):
        loss = model(batch)
        optimizer.go()
    scheduler.tick()
"""


def test_a_framework_is_read_by_its_record_alone_whatever_words_its_loops_use() -> None:
    registry = Registry((*REGISTRY.frameworks, NEW))
    (found,) = reader.read(parse(SCRIPT, "it"), Context(None, None, Clock(None)), registry)
    assert (found.horizon, found.by_epoch, found.steps_per_epoch) == (30, True, 500)
    assert found.schedule([0, 9, 10, 29]).tolist() == [0.03, 0.03, 0.015, 0.0075]
