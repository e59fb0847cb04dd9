"""Optimizers written as code: read back, they are the optimizer that was asked for."""

import pytest

from lrplot.document.overrides import Overrides
from lrplot.exports.code import export
from lrplot.optimizers import optimizer_of
from lrplot.sources.reference import load

CALLS = (
    "torch.optim.SGD(w, 0.1, 0.9, 0.1, 0.01)",
    "torch.optim.Adagrad(w, 0.01, 0.1, 0.02, 0.3, 1e-3)",
    "torch.optim.RMSprop(w, 0.01, 0.9, 1e-3, 0.1, 0.5, True)",
    "torch.optim.Adam(w, 0.01, (0.8, 0.95), 1e-6, 0.1, True)",
    "torch.optim.AdamW(w, 0.01, (0.9, 0.95), weight_decay=0.1)",
    "keras.optimizers.SGD(0.1, 0.9, True)",
    "keras.optimizers.Adagrad(0.01, 0.2, 1e-4)",
    "keras.optimizers.RMSprop(0.01, 0.8, 0.5, 1e-3, True)",
    "keras.optimizers.Adam(learning_rate=0.001, beta_2=0.9, weight_decay=0.1)",
    "keras.optimizers.AdamW(weight_decay=0.1)",
)
GIVEN = Overrides(settings={"gradients": "0.5", "steps": "9"})


@pytest.mark.parametrize("call", CALLS)
def test_what_is_written_for_its_own_framework_reads_back_as_itself(call: str) -> None:
    (run,) = load(call, GIVEN)
    made = export(run, "pytorch" if call.startswith("torch") else "keras")
    (again,) = load(made.code, GIVEN)
    assert again.optimization is not None
    assert run.optimization is not None
    assert again.optimization.optimizer == run.optimization.optimizer
    assert again.schedule(5) == run.schedule(5)
    assert made.exact


def test_the_other_frameworks_formula_is_another_and_is_told() -> None:
    (run,) = load("keras.optimizers.Adam(0.01, epsilon=1e-5)", GIVEN)
    made = export(run, "pytorch")
    assert "torch.optim.Adam(model.parameters(), lr=0.01, eps=1e-5)" in made.code
    assert (made.exact, made.notes[-1]) == (False, "Adam computes other updates in the two frameworks")
    assert (
        "keras.optimizers.AdamW(learning_rate=0.001, weight_decay=0.01, epsilon=1e-8)"
        in export(load("adamw")[0], "keras").code
    )
    (run,) = load("torch.optim.RMSprop(w, 0.01)", GIVEN)
    assert export(run, "optax").notes[-1] == "RMSprop is not written for Optax; SGD stands in its place"
    (run,) = load("torch.optim.Adam(w, 0.01, amsgrad=True)", GIVEN)
    assert export(run, "optax").notes[-1] == "Adam's amsgrad is not written for Optax"


@pytest.mark.parametrize(
    ("call", "target", "note"),
    [
        ("torch.optim.SGD(w, 0.1)", "keras", None),
        ("torch.optim.SGD(w, 0.1, weight_decay=0.1)", "keras", None),
        ("keras.optimizers.SGD(0.1)", "pytorch", None),
        ("torch.optim.SGD(w, 0.1, 0.9)", "keras", "SGD computes other updates in the two frameworks"),
        (
            "torch.optim.Adam(w, 0.1)",
            "keras",
            "Adam computes the same updates within 3e-07 in the two frameworks",
        ),
        (
            "keras.optimizers.SGD(0.1, nesterov=True)",
            "pytorch",
            "PyTorch refuses it as it stands here: "
            "sgd: nesterov needs a momentum > 0 and no dampening, as in PyTorch",
        ),
    ],
)
def test_what_is_said_of_the_other_rule_is_measured(call: str, target: str, note: str | None) -> None:
    """Plain SGD's updates are the same in torch and in Keras; under momentum a falling rate parts them."""
    (run,) = load(call, GIVEN)
    made = export(run, target)
    assert made.exact == (note is None)
    said = [each for each in made.notes if "float32" not in each]
    assert said == ([] if note is None else [note])


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("optax", "optax.adamw(learning_rate=schedule, b2=0.95, weight_decay=0.01)"),
        ("timm", "torch.optim.AdamW(model.parameters(), lr=0.01, betas=(0.9, 0.95))"),
        ("mmengine", 'optim_wrapper = dict(optimizer=dict(type="AdamW", lr=0.01, betas=(0.9, 0.95)))'),
        ("paddle", "paddle.optimizer.AdamW("),
        ("paddle", "beta2=0.95"),
        ("composer", "torch.optim.AdamW(model.parameters(), lr=0.01, betas=(0.9, 0.95))"),
        ("deepspeed", '"type": "AdamW"'),
    ],
)
def test_every_target_has_the_runs_own_optimizer(target: str, text: str) -> None:
    (run,) = load("torch.optim.AdamW(w, 0.01, betas=(0.9, 0.95))", GIVEN)
    made = export(run, target)
    assert text in made.code
    assert not any("SGD" in note for note in made.notes)


def test_an_optimizers_numbers_are_floats() -> None:
    """PyTorch refuses betas of which one is whole, Paddle and Keras a whole rate."""
    (run,) = load("torch.optim.Adam(w, lr=1, betas=(0, 0.9))", GIVEN)
    assert "lr=1.0, betas=(0.0, 0.9)" in export(run, "pytorch").code
    assert "learning_rate=1.0" in export(run, "paddle").code


def test_paddles_momentum_is_an_optimizer_of_its_own() -> None:
    (run,) = load("torch.optim.SGD(w, 0.01, momentum=0.9)", GIVEN)
    assert "paddle.optimizer.Momentum(" in export(run, "paddle").code
    (run,) = load("torch.optim.SGD(w, 0.01)", GIVEN)
    assert "paddle.optimizer.SGD(" in export(run, "paddle").code


def test_a_schedule_stands_beside_its_optimizer() -> None:
    (run,) = load("o = torch.optim.Adam(w, lr=0.1, amsgrad=True)\ns = StepLR(o, 3)", GIVEN)
    code = export(run, "pytorch").code
    assert "torch.optim.Adam(model.parameters(), lr=0.1, amsgrad=True)" in code
    assert "StepLR(optimizer, step_size=3)" in code
    assert run.optimization is not None
    assert run.optimization.optimizer == optimizer_of("adam", amsgrad=True)


def test_a_pasted_scripts_optimizer_is_written_with_its_parameters() -> None:
    script = (
        "import torch\n"
        "o = torch.optim.AdamW(model.parameters(), lr=3e-4, betas=(0.9, 0.95), weight_decay=0.1)\n"
        "s = torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=50)\n"
    )
    (run,) = load(script, Overrides(settings={"steps": "50"}))
    assert run.optimization is None
    made = export(run, "mmengine")
    assert made.exact
    assert 'dict(type="AdamW", lr=0.0003, betas=(0.9, 0.95), weight_decay=0.1)' in made.code
    # What the optimizer does besides the rate is no part of the curve.
    (run,) = load(script.replace("AdamW", "Adam"), Overrides(settings={"steps": "50"}))
    made = export(run, "optax")
    assert (made.exact, made.notes[-1]) == (True, "Adam's weight_decay is not written for Optax")
    (run,) = load(script.replace("0.95", "beta2"), Overrides(settings={"steps": "50"}))
    assert "torch.optim.SGD(" in export(run, "pytorch").code
