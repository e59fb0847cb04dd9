"""Exported code, read back, is the schedule it came from."""

import ast
import json
import re
from functools import cache

import pytest
from examples import EXAMPLES, REACTING, RECURSIVE, make

from lrplot.clock import Clock
from lrplot.curve import difference
from lrplot.errors import LrplotError
from lrplot.exports.code import Exported, export
from lrplot.exports.scripts import ALL, FRAMEWORKS, TARGETS
from lrplot.exports.versions import versions
from lrplot.frameworks.texts import read
from lrplot.run import Run
from lrplot.schedules.base import Context

STEPS = 150
WITH_FORMULAS = tuple(
    name
    for name in TARGETS
    if any(ALL[each].spellings.formulas for each in (name, ALL[name].spellings.falls_back_on or name))
)
"""The targets that have code for any function of the step."""


@cache
def exported(name: str, target: str) -> Exported | LrplotError:
    """The code of an example, or why there is none: made once for all that is asked of it."""
    try:
        return export(Run(name, EXAMPLES[name], STEPS), target)
    except LrplotError as refused:
        return refused


@pytest.mark.parametrize("target", WITH_FORMULAS)
@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in {*REACTING, *RECURSIVE}])
def test_code_read_back_draws_the_same_curve(name: str, target: str) -> None:
    schedule = EXAMPLES[name]
    made = exported(name, target)
    assert isinstance(made, Exported)
    ast.parse(made.code)
    (reading,) = read(made.code, "code.py", Context(None, STEPS, Clock(STEPS)))
    inner = schedule
    length = STEPS
    if schedule.type == "epochwise" and target != "optax":
        # The scheduler is stepped once an epoch, and counts epochs.
        inner, length = schedule.schedule, -(-STEPS // schedule.steps_per_epoch)  # type: ignore[attr-defined]
    assert difference(inner, reading.schedule, length).first is None
    assert made.exact or "the momentum that moves with the rate is not in it" in made.notes


@pytest.mark.parametrize("target", WITH_FORMULAS)
@pytest.mark.parametrize("name", ["warmup, of plateau", "sequence, of plateau", *RECURSIVE])
def test_what_reacts_or_recurs_inside_another_is_not_exported(name: str, target: str) -> None:
    with pytest.raises(LrplotError, match=f"is no function of the step .*; {target} cannot have it"):
        export(Run(name, EXAMPLES[name], 20), target)


def code(
    kind: str, target: str, steps: int = 100, steps_per_epoch: int | None = None, **parameters: object
) -> str:
    return export(Run("it", make(kind, **parameters), steps, steps_per_epoch), target).code


def on_one_line(text: str) -> str:
    return "".join(text.split()).replace(",)", ")")


@pytest.mark.parametrize(
    ("target", "line", "schedule", "parameters"),
    [
        ("pytorch", "StepLR(optimizer, step_size=30)", "step", {"lr": 0.1, "step_size": 30.0}),
        ("pytorch", "ExponentialLR(optimizer, gamma=0.95)", "exponential", {"lr": 0.1, "gamma": 0.95}),
        ("pytorch", "CosineAnnealingLR(optimizer, T_max=100)", "cosine", {"lr": 0.1, "T_max": 100.0}),
        (
            "pytorch",
            "OneCycleLR(optimizer, max_lr=0.1, total_steps=100)",
            "onecycle",
            {"max_lr": 0.1, "total_steps": 100},
        ),
        (
            "pytorch",
            "MultiStepLR(optimizer, milestones=[60, 80], gamma=0.2)",
            "multistep",
            {"lr": 0.1, "milestones": [60, 80], "gamma": 0.2},
        ),
        ("keras", "CosineDecay(0.1, decay_steps=100)", "cosine", {"lr": 0.1, "T_max": 100.0}),
        (
            "keras",
            "PiecewiseConstantDecay(boundaries=[59, 79], values=[0.1, 0.02, 0.004])",
            "multistep",
            {"lr": 0.1, "milestones": [60, 80], "gamma": 0.2},
        ),
        (
            "keras",
            "ExponentialDecay(0.1, decay_steps=20, decay_rate=0.96, staircase=True)",
            "exponential",
            {"lr": 0.1, "gamma": 0.96, "period": 20.0, "staircase": True},
        ),
        (
            "transformers",
            "get_polynomial_decay_schedule_with_warmup(optimizer, num_warmup_steps=0, num_training_steps=50, lr_end=0.01, power=2)",
            "polynomial",
            {"lr": 0.1, "end_lr": 0.01, "power": 2.0, "T_max": 50.0},
        ),
        ("optax", "optax.cosine_decay_schedule(0.1, decay_steps=100)", "cosine", {"lr": 0.1, "T_max": 100.0}),
        # MMEngine's window is at its end a step earlier, and timm's milestone acts a step early.
        (
            "mmengine",
            'dict(type="PolyLR", power=2, eta_min=0.01, end=51, by_epoch=False)',
            "polynomial",
            {"lr": 0.1, "end_lr": 0.01, "power": 2.0, "T_max": 50.0},
        ),
        (
            "timm",
            "MultiStepLRScheduler(optimizer, decay_t=[61, 81], decay_rate=0.2, t_in_epochs=False)",
            "multistep",
            {"lr": 0.1, "milestones": [60, 80], "gamma": 0.2},
        ),
        (
            "paddle",
            "PiecewiseDecay(boundaries=[10, 50], values=[0.1, 0.02, 0.004])",
            "piecewise",
            {"points": [(0, 0.1), (10, 0.02), (50, 0.004)]},
        ),
        (
            "composer",
            'CosineAnnealingScheduler(t_max="100ba", alpha_f=0.1)',
            "cosine",
            {"lr": 0.1, "T_max": 100.0, "eta_min": 0.01},
        ),
    ],
)
def test_a_frameworks_own_class_is_taken_where_it_gives_the_curve(
    target: str, line: str, schedule: str, parameters: dict[str, object]
) -> None:
    assert on_one_line(line) in on_one_line(code(schedule, target, **parameters))


def test_a_class_that_rises_where_the_schedule_holds_is_not_taken() -> None:
    inside = code("cosine", "pytorch", 51, lr=0.1, T_max=50.0)
    beyond = code("cosine", "pytorch", 101, lr=0.1, T_max=50.0)
    assert "CosineAnnealingLR" in inside
    assert "CosineAnnealingLR" not in beyond
    assert "def lr_at(step):" in beyond


def test_a_schedule_that_counts_epochs_is_stepped_once_an_epoch() -> None:
    epochs = code("step", "pytorch", 90, 1, lr=0.1, step_size=30.0)
    assert "for epoch in range(90):" in epochs
    assert "    scheduler.step()  # once an epoch" in epochs
    inside = make("step", lr=0.1, step_size=30.0)
    epochwise = make("epochwise", schedule=inside, steps_per_epoch=5)
    wrapped = export(Run("it", epochwise, 450, 5), "pytorch").code
    assert "for epoch in range(90):\n    for batch in range(5):" in wrapped
    assert "LearningRateScheduler(lr_at)  # once an epoch" in code(
        "step", "keras", 90, 1, lr=0.1, step_size=30.0
    )


def test_a_moving_momentum_that_is_lost_is_told() -> None:
    made = export(Run("it", make("onecycle", max_lr=0.1, total_steps=100), 100), "optax")
    assert not made.exact
    assert "the momentum that moves with the rate is not in it" in made.notes
    assert export(Run("it", make("onecycle", max_lr=0.1, total_steps=100), 100), "pytorch").exact


@pytest.mark.parametrize("target", TARGETS)
def test_what_nobody_has_a_class_for_is_a_formula_or_refused(target: str) -> None:
    rex = make("rex", lr=0.1, T_max=50.0)
    if target in WITH_FORMULAS:
        assert export(Run("it", rex, 50), target).exact
    else:
        with pytest.raises(LrplotError, match=rf"has no class for rex .*; {target} cannot have it"):
            export(Run("it", rex, 50), target)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("steps_per_epoch", [None, 1])
def test_a_rate_that_stays_needs_no_scheduler(target: str, steps_per_epoch: int | None) -> None:
    made = export(Run("it", make("constant", lr=0.03), 90, steps_per_epoch), target)
    assert made.exact
    assert "0.03" in made.code


@pytest.mark.parametrize(
    ("schedule", "parameters"),
    [
        ("constant", {"lr": 1}),
        ("multistep", {"lr": 1, "milestones": [], "gamma": 0.5}),
        ("piecewise", {"points": [(5, 1)]}),
    ],
)
@pytest.mark.parametrize("steps_per_epoch", [None, 1])
def test_kerass_rate_is_a_float_and_what_never_changes_needs_no_class(
    schedule: str, parameters: dict[str, object], steps_per_epoch: int | None
) -> None:
    """Keras refuses learning_rate=1, and its PiecewiseConstantDecay fails where it has no boundary."""
    made = code(schedule, "keras", steps_per_epoch=steps_per_epoch, **parameters)
    assert made.splitlines()[-1] == "optimizer = keras.optimizers.SGD(learning_rate=1.0)"


@pytest.mark.parametrize("factor", ["min(1, t ** -0.5)", "1 / (1 + exp(t * 20))"])
def test_a_formula_at_which_python_raises_is_refused_with_its_reason(factor: str) -> None:
    """Arrays have infinity there, where Python's own arithmetic stops."""
    assert code("lambda", "optax", lr=0.1, factor=factor)
    with pytest.raises(
        LrplotError, match=r"it: the function raises at step \d+: .*; pytorch cannot have it$"
    ):
        code("lambda", "pytorch", lr=0.1, factor=factor)


def test_kerass_callback_gives_floats() -> None:
    """LearningRateScheduler refuses 0 and True: "should be a float"."""
    made = code("lambda", "keras", steps_per_epoch=1, lr=1, factor="2 if t < 2 else t if t < 4 else t < 9")
    assert re.findall("return .*", made) == ["return 2.0", "return float(epoch)", "return float(epoch < 9)"]


def test_deepspeeds_code_is_the_json_of_its_configuration() -> None:
    made = export(Run("it", make("linear", lr=0.001, end_lr=0.1, T_max=99.0), 100), "deepspeed")
    assert made.exact
    assert json.loads(made.code) == {
        "optimizer": {"type": "SGD", "params": {"lr": 0.1}},
        "scheduler": {
            "type": "LRRangeTest",
            "params": {"lr_range_test_step_size": 99, "lr_range_test_step_rate": 99},
        },
    }


def test_the_trainers_arguments_are_written_where_they_say_the_schedule() -> None:
    warm = make("warmup", schedule=make("cosine", lr=2e-5, T_max=900.0), steps=100)
    made = export(Run("it", warm, 1000), "trainer")
    assert made.exact
    assert made.code == (
        "from transformers import TrainingArguments\n\n"
        "arguments = TrainingArguments(\n"
        '    output_dir="out",\n'
        "    learning_rate=2e-5,\n"
        '    lr_scheduler_type="cosine",\n'
        "    warmup_steps=100,\n"
        "    max_steps=1000,\n"
        ")\n"
        "# trainer = Trainer(model, arguments, ...)\n"
    )
    cut = export(Run("it", make("linear", lr=0.1, T_max=50.0), 100), "trainer")
    assert not cut.exact


def test_a_warmup_leads_into_any_call() -> None:
    warm = make("warmup", schedule=make("step", lr=0.1, step_size=30.0), steps=10, start_factor=0.1)
    assert (
        'dict(type="LinearLR", start_factor=0.1, end=11, by_epoch=False),\n'
        '    dict(type="StepLR", step_size=30, begin=10, by_epoch=False),\n'
    ) in export(Run("it", warm, 100), "mmengine").code
    assert (
        "paddle.optimizer.lr.StepDecay(0.1, step_size=30), warmup_steps=10, start_lr=0.01, end_lr=0.1"
    ) in export(Run("it", warm, 100), "paddle").code
    assert export(Run("it", warm, 100), "pytorch").exact


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in REACTING])
def test_no_line_is_longer_than_people_write(name: str) -> None:
    for target in TARGETS:
        made = exported(name, target)
        if isinstance(made, LrplotError):
            continue
        code = made.code
        assert max(map(len, code.splitlines())) <= 100, target
        # No 0.010000000000000002, no 1e-07.
        assert not re.search(r"\d(0{7}|9{7})\d+\b|e-0", code), target


def test_no_such_target() -> None:
    with pytest.raises(LrplotError, match="no target 'mxnet'"):
        export(Run("it", make("constant", lr=0.1), 10), "mxnet")


def test_one_intent_in_five_frameworks() -> None:
    warm = make("warmup", schedule=make("cosine", lr=0.1, T_max=90.0), steps=10)
    found, missing = versions(Run("it", warm, 131), ["pytorch", "keras", "transformers", "optax", "timm"])
    assert missing == ()
    parts = {version.run.label: difference(warm, version.run.schedule, 131) for version in found}
    assert (parts["PyTorch"].first, parts["PyTorch"].at) == (0, 130)
    assert parts["Keras"].first is None
    assert (parts["Transformers"].first, parts["Transformers"].at) == (101, 130)
    assert parts["Optax"].first is None
    assert parts["timm"].first == 10


def test_every_framework_says_an_intent_in_its_words() -> None:
    found, missing = versions(Run("it", make("cosine", lr=0.1, T_max=90.0), 90), FRAMEWORKS)
    # DeepSpeed's cosine is never without a warm-up.
    assert missing == ("DeepSpeed",)
    assert {version.run.label: version.call for version in found}["Composer"] == (
        "CosineAnnealingScheduler(t_max='90ba')"
    )


def test_a_framework_without_a_class_is_named() -> None:
    with pytest.raises(LrplotError, match="none of PyTorch, timm has a class for rex"):
        versions(Run("it", make("rex", lr=0.1, T_max=50.0), 50), ["pytorch", "timm"])
    found, missing = versions(Run("it", make("tanh", lr=0.1, T_max=50.0), 50), ["pytorch", "timm"])
    assert ([version.call.partition("(")[0] for version in found], missing) == (
        ["TanhLRScheduler"],
        ("PyTorch",),
    )


@pytest.mark.parametrize("multiple", [1, 2])
def test_restarts_without_end_are_not_cut_short_in_timm(multiple: float) -> None:
    endless = make("cosine_restarts", lr=0.1, T_0=10, T_mult=multiple)
    found, missing = versions(Run("it", endless, 200), ["timm"])
    assert not missing
    assert difference(endless, found[0].run.schedule, 200).first is None


def test_a_warmup_over_a_running_schedule_is_timms() -> None:
    over = make("warmup", schedule=make("cosine", lr=0.1, T_max=90.0), steps=10, prefix=False)
    made = export(Run("it", over, 90), "timm")
    assert made.exact
    assert "CosineLRScheduler(optimizer, t_initial=90, warmup_t=10, t_in_epochs=False)" in made.code
    # Elsewhere a warm-up goes before what follows.
    assert "lr_at" in export(Run("it", over, 90), "transformers").code
    with pytest.raises(LrplotError, match="MMEngine has no class for warmup"):
        export(Run("it", over, 90), "mmengine")
