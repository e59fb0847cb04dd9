"""Optax' optimizers, which are functions: how long the loops train that update by them."""

import pytest

from lrplot import parse

_BEGIN = """
import jax, optax
from flax.training.train_state import TrainState
num_iterations, epochs, batches = 10, 4, 3
schedule = optax.linear_schedule(0.12, 0.0, 500)
"""
_STATE = "state = TrainState.create(apply_fn=None, params=params, tx=optax.adam(schedule))\n"
_UPDATE = """
@jax.jit
def update(state, batch):
    for _ in range(epochs):
        for _ in range(batches):
            state = state.apply_gradients(grads=jax.grad(loss)(state.params, batch))
    return state
"""
_CHAIN = """
tx = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule))
opt_state = tx.init(params)
def train(params, opt_state, batch):
    updates, opt_state = tx.update(jax.grad(loss)(params, batch), opt_state, params)
    return optax.apply_updates(params, updates), opt_state
{compiled}
for i in range(77):
    params, opt_state = compiled(params, opt_state, next(data))
"""


@pytest.mark.parametrize(
    ("text", "updates"),
    [
        (f"{_STATE}{_UPDATE}for i in range(num_iterations):\n    state = update(state, rollout())\n", 120),
        (
            f"{_STATE}state = jax_utils.replicate(checkpoints.restore_checkpoint('x', state))\n"
            "for step in range(250):\n    state = state.apply_gradients(grads=g(state.params))\n",
            250,
        ),
        (_CHAIN.format(compiled="compiled = jax.jit(train)"), 77),
        (_CHAIN.format(compiled="compiled = train"), 77),
    ],
)
def test_the_horizon_is_the_turns_round_the_update(text: str, updates: int) -> None:
    run = parse(_BEGIN + text)
    assert run.steps == updates
    assert run.schedule(updates - 1) == pytest.approx(0.12 * (1 - (updates - 1) / 500))
    assert not any("not counted" in note for note in run.notes)


def test_epochs_of_a_loader_are_counted_once_their_length_is_said() -> None:
    loop = "for epoch in range(5):\n    for batch in loader:\n        state = update(state, batch)\n"
    text = f"{_BEGIN}{_STATE}{_UPDATE}{loop}"
    assert any("not counted" in note for note in parse(text).notes)
    run = parse(text, steps_per_epoch=7)
    assert run.steps == 5 * 7 * 12


@pytest.mark.parametrize(
    "text",
    [
        f"{_STATE}def step(state, batch):\n    return state.apply_gradients(grads=g), 0\n"
        "state, _ = jax.lax.scan(step, state, batches)\n",
        _CHAIN.format(compiled="compiled = jax.jit(train)").replace(
            "optax.adamw(schedule)", "optax.MultiSteps(optax.adamw(schedule), 4)"
        ),
    ],
)
def test_updates_that_are_not_counted_are_said_so(text: str) -> None:
    assert any("not counted" in note for note in parse(_BEGIN + text).notes)


def test_an_optimizer_with_a_number_trains_as_long_as_its_loop() -> None:
    chain = _CHAIN.format(compiled="compiled = jax.jit(train)").replace("adamw(schedule)", "adamw(3e-4)")
    text = f"import jax, optax\n{chain}"
    run = parse(text)
    assert (run.steps, run.schedule(0)) == (77, 3e-4)
