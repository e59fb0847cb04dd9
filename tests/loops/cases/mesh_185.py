import jax.numpy as jnp
import optax


def schedule(warm, total, top, low):
    def rate(t):
        up = jnp.clip(t, 0, warm) / warm
        down = jnp.clip(t - warm, 0, total) / total
        return up * top - (top - low) * (1 - jnp.cos(jnp.pi * down)) / 2

    return rate


tx = optax.chain(
    optax.scale_by_adam(), optax.scale(-1), optax.scale_by_schedule(schedule(3000, 300000, 1.2e-4, 1.2e-5))
)
