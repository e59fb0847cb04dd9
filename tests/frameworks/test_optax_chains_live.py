"""Optax' chains and wrappers against the updates that the installed Optax makes. Run with: pytest -m live"""

import numpy as np
import pytest

from lrplot.clock import Clock
from lrplot.errors import LrplotError
from lrplot.frameworks.texts import read
from lrplot.schedules.base import Context

pytestmark = pytest.mark.live

FUNCTIONS = """
import jax.numpy as jnp
import numpy as np
import optax

def factory(warm, total, top, low):
    def rate(t):
        up = jnp.clip(t, 0, warm) / warm
        down = jnp.clip(t - warm, 0, total) / total
        return up * top - (top - low) * (1 - jnp.cos(jnp.pi * down)) / 2
    return rate

def clipped(t):
    return 0.1 * jnp.clip(1 - t / 30, min=0.1, max=0.9)

def chosen(t):
    return jnp.where(t < 10, 0.1 * jnp.minimum(1.0, (t + 1) / 5), jnp.maximum(0.01, 0.1 - 0.002 * t))
"""
COSINE = "cosine = optax.warmup_cosine_decay_schedule(0.0, 0.1, 7, 40, end_value=0.01)\n"
STEPS = 51


def whole(text: str) -> str:
    return FUNCTIONS + (COSINE if "cosine" in text else "") + text


def updates(text: str) -> np.ndarray:
    """The size of each update of a gradient of 1."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    names: dict[str, object] = {}
    exec(whole(text), names)  # noqa: S102 (our own text)
    tx = names["tx"]
    parameters = jnp.ones((), dtype=jnp.float64)
    state = tx.init(parameters)  # type: ignore[attr-defined]
    found = []
    for _ in range(STEPS):
        update, state = tx.update(jnp.ones((), dtype=jnp.float64), state, parameters)  # type: ignore[attr-defined]
        found.append(abs(float(update)))
    return np.array(found)


@pytest.mark.parametrize(
    "text",
    [
        "tx = optax.chain(optax.scale(-1), optax.scale_by_schedule(factory(9, 30, 0.1, 0.01)))",
        "tx = optax.chain(optax.scale_by_schedule(clipped), optax.scale(-0.5))",
        "tx = optax.chain(optax.scale_by_schedule(lambda t: -chosen(t)))",
        "tx = optax.chain(optax.scale_by_schedule(cosine), optax.scale(-1.0))",
        "tx = optax.chain(optax.scale_by_schedule(cosine), optax.scale_by_schedule(clipped), optax.scale(-2))",
        "tx = optax.scale_by_schedule(factory(5, 20, 0.2, 0.0))",
        "tx = optax.chain(optax.scale_by_learning_rate(cosine))",
        "tx = optax.scale_by_learning_rate(chosen)",
        "tx = optax.inject_hyperparams(optax.sgd)(learning_rate=cosine)",
        "tx = optax.inject_hyperparams(optax.sgd)(learning_rate=clipped)",
        "tx = optax.chain(optax.clip_by_global_norm(9.0), optax.sgd(chosen))",
    ],
)
def test_the_rate_is_what_updates_are_multiplied_by(text: str) -> None:
    (found,) = read(whole(text), "it", Context(None, STEPS, Clock(STEPS)))
    expected = updates(text)
    # Some of Optax' counts are float32 whatever is enabled.
    assert np.abs(found.schedule.table(STEPS) - expected).max() <= 2e-7 * expected.max()


def test_steps_are_updates_of_several_batches() -> None:
    text = "tx = optax.MultiSteps(optax.sgd(cosine), every_k_schedule=4)"
    (found,) = read(whole(text), "it", Context(None, STEPS, Clock(STEPS)))
    made = updates(text)
    expected = made[3::4]
    assert not made[np.arange(STEPS) % 4 != 3].any()
    assert np.abs(found.schedule.table(len(expected)) - expected).max() <= 2e-7 * expected.max()
    assert any("one update of 4 batches" in note for note in found.notes)


def test_a_chain_of_two_rates_is_refused() -> None:
    text = "tx = optax.chain(optax.sgd(0.1), optax.scale_by_schedule(cosine), optax.scale(2))"
    with pytest.raises(LrplotError, match="a chain of an optimizer and a schedule"):
        read(whole(text), "it", Context(None, STEPS, Clock(STEPS)))
