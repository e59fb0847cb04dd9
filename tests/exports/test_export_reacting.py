"""What reacts to a metric, exported: calls read back on other metrics, callback classes run on stand-ins."""

import ast
import math
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from examples import make
from hypothesis import given, settings
from hypothesis import strategies as st

from lrplot.clock import Clock
from lrplot.errors import LrplotError
from lrplot.exports.code import Exported, export
from lrplot.frameworks.texts import read
from lrplot.run import Run
from lrplot.schedules.base import Context, Schedule

FLAT = [1.0] * 40
WAVES = [round(1 + math.sin(3 * t) / (1 + t / 9), 3) for t in range(60)]


def exported(schedule: Schedule, target: str, steps_per_epoch: int | None = 1) -> Exported:
    return export(Run("it", schedule, 40, steps_per_epoch), target)


def read_back(code: str, metrics: list[float]) -> Schedule:
    around = Context(None, len(metrics), Clock(len(metrics)), metrics=tuple(metrics))
    (reading,) = read(code, "export", around)
    return reading.schedule


@pytest.mark.parametrize(
    ("target", "kind", "parameters", "line"),
    [
        ("pytorch", "plateau", {"patience": 5}, "ReduceLROnPlateau(optimizer, patience=5)"),
        ("pytorch", "plateau", {}, "ReduceLROnPlateau(optimizer)"),
        (
            "pytorch",
            "plateau",
            {"rule": "timm", "factor": 0.5, "cooldown": 2},
            'ReduceLROnPlateau(optimizer, mode="max", factor=0.5, cooldown=2)',
        ),
        (
            "keras",
            "plateau",
            {"rule": "keras", "patience": 5, "min_lr": 1e-6},
            'keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience=5, min_lr=1e-6)',
        ),
        (
            "transformers",
            "plateau",
            {"threshold_mode": "abs", "threshold": 0.01},
            'get_reduce_on_plateau_schedule(optimizer, threshold=0.01, threshold_mode="abs")',
        ),
        (
            "transformers",
            "greedy",
            {"rise_cooldown": 3, "smooth": True, "max_lr": 0.5},
            "GreedyLR(optimizer, warmup=3, max_lr=0.5, smooth=True)",
        ),
        (
            "optax",
            "plateau",
            {"rule": "optax", "min_lr": 0.01, "threshold": 0.0, "atol": 0.5},
            "reduce_on_plateau(rtol=0, atol=0.5, min_scale=0.1)",
        ),
        (
            "timm",
            "plateau",
            {"rule": "timm", "mode": "min", "patience": 3, "min_lr": 0.01},
            'PlateauLRScheduler(optimizer, patience_t=3, lr_min=0.01, mode="min")',
        ),
        (
            "paddle",
            "plateau",
            {"rule": "paddle", "factor": 0.5, "cooldown": 1},
            "paddle.optimizer.lr.ReduceOnPlateau(0.1, factor=0.5, cooldown=1)",
        ),
        (
            "mmengine",
            "plateau",
            {"rule": "mmengine", "mode": "max", "patience": 3},
            'dict(type="ReduceOnPlateauLR", monitor="val_loss", rule="greater", patience=3)',
        ),
    ],
)
def test_a_frameworks_own_scheduler_is_called_with_what_differs_from_its_defaults(
    target: str, kind: str, parameters: dict[str, Any], line: str
) -> None:
    schedule = make(kind, lr=0.1, metrics=FLAT, **parameters)
    made = exported(schedule, target)
    ast.parse(made.code)
    assert line in made.code.replace("(\n    ", "(").replace("\n)", ")")
    assert made.exact
    given = {**parameters, "metrics": WAVES}
    expected = make(kind, lr=0.1, **given).table(60)
    np.testing.assert_allclose(read_back(made.code, WAVES).table(60), expected, rtol=1e-12)


@pytest.mark.parametrize("target", ["pytorch", "keras", "transformers", "optax"])
@pytest.mark.parametrize("rule", ["pytorch", "keras", "mmengine", "paddle", "optax"])
def test_another_rules_call_counts_as_far_and_says_that_it_is_another(rule: str, target: str) -> None:
    plateau = make("plateau", lr=0.1, metrics=FLAT, rule=rule, patience=4, cooldown=2)
    made = exported(plateau, target)
    same = (rule, target) in {
        ("pytorch", "pytorch"),
        ("pytorch", "transformers"),
        ("keras", "keras"),
        ("optax", "optax"),
    }
    assert made.exact == same
    assert any("has a rule of its own" in note for note in made.notes) != same
    # Optax has seen a step's own metric already.
    early = (target == "optax") - (rule == "optax")
    again = read_back(made.code, FLAT)
    steps = [change.step for change in plateau.changes(30)]  # type: ignore[attr-defined]
    assert [change.step + early for change in again.changes(30 - early)] == steps  # type: ignore[attr-defined]
    assert any("not the same curve: it differs from epoch" in note for note in made.notes) == (early != 0)


def test_a_metric_goes_with_the_scheduler_once_an_epoch_or_once_a_step() -> None:
    plateau = make("plateau", lr=0.1, metrics=FLAT)
    epochs = exported(plateau, "pytorch").code
    assert "def validate():\n    return 1.0  # yours: val_loss\n" in epochs
    assert epochs.endswith("    optimizer.step()\n    scheduler.step(validate())  # once an epoch\n")
    steps = exported(plateau, "pytorch", None).code
    assert steps.endswith("    optimizer.step()\n    scheduler.step(validate())  # once a step\n")
    inside = make("epochwise", schedule=plateau, steps_per_epoch=4)
    code = exported(inside, "pytorch", 4).code
    assert "for epoch in range(10):\n    for batch in range(4):\n" in code
    assert code.endswith("        optimizer.step()\n    scheduler.step(validate())  # once an epoch\n")


def test_keras_calls_back_once_an_epoch_and_says_so_where_a_run_counts_steps() -> None:
    plateau = make("plateau", lr=0.1, metrics=FLAT, rule="keras")
    note = "Keras calls it once an epoch; here an epoch is a step"
    assert note in exported(plateau, "keras", None).notes
    assert note not in exported(plateau, "keras").notes


def test_a_formula_of_the_metric_is_no_part_of_the_code() -> None:
    plateau = make("plateau", lr=0.1, formula="exp(-epoch / 7)", steps_per_epoch=2, patience=3)
    made = exported(plateau, "pytorch", None)
    assert made.exact
    assert "exp" not in made.code


@pytest.mark.parametrize(
    ("kind", "target", "parameters", "said"),
    [
        ("greedy", "keras", {}, "greedy is written --to transformers; keras cannot have it"),
        ("plateau", "deepspeed", {}, "plateau is written --to pytorch or --to keras or"),
        (
            "callback",
            "optax",
            {"rules": [{"when": "stalled", "multiply": 0.5}]},
            "callback is written --to pytorch or --to keras; optax cannot have it",
        ),
        ("plateau", "optax", {"mode": "max"}, "a metric that is to fall alone; negate it"),
        ("plateau", "optax", {"threshold": 1.5}, "rtol must be less than or equal to 1.0, got rtol = 1.5."),
        ("plateau", "optax", {"factor": 0.0}, "Factor must be in the range"),
    ],
)
def test_what_a_target_lacks_is_told(kind: str, target: str, parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(LrplotError) as caught:
        exported(make(kind, lr=0.1, metrics=FLAT, **parameters), target)
    assert said in str(caught.value)


def in_keras(code: str, metrics: list[float], monkeypatch: pytest.MonkeyPatch, lr: float) -> list[float]:
    """The rates of a stand-in for Keras that has what a callback touches."""
    keras: Any = ModuleType("keras")
    keras.callbacks = SimpleNamespace(Callback=object)
    keras.optimizers = SimpleNamespace(SGD=lambda learning_rate: SimpleNamespace(learning_rate=learning_rate))
    monkeypatch.setitem(sys.modules, "keras", keras)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 (our own exporter's code)
    callback, optimizer = names["callback"], names["optimizer"]
    assert optimizer.learning_rate == lr
    callback.model = SimpleNamespace(optimizer=optimizer)
    rates = [lr]
    for epoch, metric in enumerate(metrics):
        callback.on_epoch_end(epoch, {"val_loss": metric})
        rates.append(optimizer.learning_rate)
    return rates


def in_lightning(code: str, metrics: list[float], monkeypatch: pytest.MonkeyPatch, lr: float) -> list[float]:
    """The rates of a stand-in for Lightning: an optimizer of two groups, one ten times the other."""
    callbacks: Any = ModuleType("lightning.pytorch.callbacks")
    callbacks.Callback = object
    for name, module in {
        "lightning": ModuleType("lightning"),
        "lightning.pytorch": ModuleType("lightning.pytorch"),
        "lightning.pytorch.callbacks": callbacks,
    }.items():
        monkeypatch.setitem(sys.modules, name, module)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 (our own exporter's code)
    optimizer = SimpleNamespace(param_groups=[{"lr": lr}, {"lr": lr}])
    trainer = SimpleNamespace(sanity_checking=True, optimizers=[optimizer], callback_metrics={})
    # The check before training has a metric, which is not looked at.
    for metric in (0.0, 9.0, 0.0, 9.0):
        trainer.callback_metrics["val_loss"] = metric
        names["callback"].on_validation_end(trainer, None)
    trainer.sanity_checking = False
    rates = [lr]
    for metric in metrics:
        trainer.callback_metrics["val_loss"] = metric
        names["callback"].on_validation_end(trainer, None)
        rates.append(optimizer.param_groups[0]["lr"])
    assert optimizer.param_groups[0] == optimizer.param_groups[1]
    return rates


Host = Callable[[str, list[float], pytest.MonkeyPatch, float], list[float]]
hosts = pytest.mark.parametrize(("target", "host"), [("keras", in_keras), ("pytorch", in_lightning)])


@hosts
def test_a_callback_class_does_what_its_rules_say(
    target: str, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = [
        {"when": "oscillating", "window": 4, "multiply": 0.5},
        {"when": "improving", "window": 3, "by": 0.16, "hold": True},
        {"when": "stalled", "window": 3, "by": 0.16, "multiply": 0.1},
    ]
    metrics = [0.5, 0.3, 0.6, 0.2, 1.0, 0.9, 0.8, 0.75, 0.75, 0.75]
    callback = make("callback", lr=0.1, metrics=metrics, rules=rules, min_lr=0.01)
    made = exported(callback, target)
    # 0.5 0.3 0.6 0.2 swings; 1.0 0.9 0.8 improves; 0.9 0.8 0.75 is within 0.16, and so stalls, down to min_lr;
    # the window begins anew, and of 0.75 and 0.75 there are too few.
    expected = [0.1] * 4 + [0.05] * 4 + [0.01] * 3
    assert made.exact
    assert host(made.code, metrics, monkeypatch, 0.1) == pytest.approx(expected)


rates = st.sampled_from([0.5, 0.9, 1.0, 1.3, 2.0])
near = st.integers(0, 12).map(lambda i: round(0.3 + i * 0.05, 2))
numbers = st.one_of(near, near, near, st.sampled_from([math.nan, math.inf, -math.inf]))
rule = st.fixed_dictionaries(
    {
        "when": st.sampled_from(["improving", "stalled", "oscillating", "rising"]),
        "window": st.integers(3, 5),
        "by": st.sampled_from([0.0, 0.05, 0.1]),
    }
)
deed = st.one_of(rates.map(lambda multiply: {"multiply": multiply}), st.just({"hold": True}))


@hosts
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.builds(lambda when, what: {**when, **what}, rule, deed), min_size=1, max_size=4),
    st.lists(numbers, min_size=1, max_size=40),
    st.sampled_from(["min", "max"]),
    st.sampled_from([{}, {"min_lr": 0.04, "max_lr": 0.25}, {"max_lr": 0.3}, {"min_lr": 0.1}]),
)
def test_a_callback_class_gives_the_schedules_rates_on_any_metrics(
    target: str,
    host: Host,
    rules: list[dict[str, Any]],
    metrics: list[float],
    mode: str,
    limits: dict[str, float],
) -> None:
    callback = make("callback", lr=0.1, metrics=metrics, rules=rules, mode=mode, **limits)
    code = exported(callback, target).code
    with pytest.MonkeyPatch.context() as patched:
        np.testing.assert_array_equal(
            host(code, metrics, patched, 0.1), callback(np.arange(len(metrics) + 1)), err_msg=code
        )
