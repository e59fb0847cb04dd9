"""Normal draws as PyTorch's CPU generator makes them, one by one, from nothing but the seed.

``torch.Generator().manual_seed(seed)`` is the Mersenne Twister MT19937 (Matsumoto & Nishimura, 1998);
``torch.randn(1)`` then takes two 53-bit uniforms u, v and gives √(-2 log(1 - v)) · cos 2πu, and the next call
the sine that goes with it (Box & Muller, 1958). Rounded to float32, as the tensor is.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Words = NDArray[np.uint32]

_SIZE: Final = 624
"""Words of the Mersenne Twister's state, n of MT19937 (Matsumoto & Nishimura, 1998)."""
_SHIFT: Final = 397
"""Its m: a new word is made of the old one, the next, and the one that stands m further on."""
_BLOCK: Final = 4096
"""Seeds drawn together: 10 MB of states."""
_KEPT: Final = 1024
"""Blocks whose draws are kept, 32 MB: a curve's figures look at all its steps several times."""
_FEW: Final = 32
"""Seeds up to which NumPy's generator, seeded one by one, is quicker than 623 steps of all of them."""
# The first words of a generator need no state that it has already changed.
_QUICK: Final = _SIZE - _SHIFT


def limited_normals(seeds: NDArray[np.int64], std: float, limit: float) -> Array:
    """Of each seed's generator the first normal draw, times ``std``, that is smaller than ``limit``.

    Parameters
    ----------
    seeds
        One seed a draw.
    std
        Standard deviation.
    limit
        What the draw is smaller than, without its sign; > 0.

    Examples
    --------
    >>> limited_normals(np.array([42]), 1.0, 0.67).round(6).tolist()
    [0.33669]
    """
    found = np.empty(len(seeds))
    for low in range(0, len(seeds), _BLOCK):
        block = seeds[low : low + _BLOCK]
        first, count = int(block[0]), len(block)
        in_order = count == _BLOCK and (np.diff(block) == 1).all()
        found[low : low + count] = (
            _in_order(first, count, std, limit) if in_order else _of_block(block, std, limit)
        )
    return found


@lru_cache(_KEPT)
def _in_order(first: int, count: int, std: float, limit: float) -> Array:
    """The draws of the seeds ``first``, ``first + 1``, …; nobody writes into them."""
    return _of_block(np.arange(first, first + count), std, limit)


def _of_block(seeds: NDArray[np.int64], std: float, limit: float) -> Array:
    found = np.full(len(seeds), np.nan)
    left = np.arange(len(seeds))
    for draws in _draws(_states(seeds)):
        scaled = draws[left] * std
        fits = np.abs(scaled) < limit
        found[left[fits]] = scaled[fits]
        left = left[~fits]
        if not len(left):
            return found
    for i in left:
        found[i] = _by_itself(int(seeds[i]), std, limit)
    return found


def _states(seeds: NDArray[np.int64]) -> Words:
    """The seeded states, a word a row."""
    if len(seeds) <= _FEW:
        return np.stack(
            [_seeded(seed).get_state(legacy=False)["state"]["key"] for seed in seeds.tolist()], axis=1
        )
    states = np.empty((_SIZE, len(seeds)), dtype=np.uint32)
    states[0] = (seeds & 0xFFFFFFFF).astype(np.uint32)
    for i in range(1, _SIZE):
        before = states[i - 1]
        states[i] = np.uint32(1812433253) * (before ^ (before >> np.uint32(30))) + np.uint32(i)
    return states


def _seeded(seed: int) -> np.random.RandomState:
    return np.random.RandomState(seed & 0xFFFFFFFF)


def _word(states: Words, i: int) -> Words:
    """The tempered word ``i`` of every generator, ``i`` < 227."""
    mixed = (states[i] & np.uint32(0x80000000)) | (states[i + 1] & np.uint32(0x7FFFFFFF))
    y = states[i + _SHIFT] ^ (mixed >> np.uint32(1)) ^ (mixed & np.uint32(1)) * np.uint32(0x9908B0DF)
    y = y ^ (y >> np.uint32(11))
    y = y ^ ((y << np.uint32(7)) & np.uint32(0x9D2C5680))
    y = y ^ ((y << np.uint32(15)) & np.uint32(0xEFC60000))
    tempered: Words = y ^ (y >> np.uint32(18))
    return tempered


def _draws(states: Words) -> Iterator[Array]:
    """The draws of every generator, one after another, as far as the first words go."""
    for i in range(0, _QUICK - 3, 4):
        words = [_word(states, i + k).astype(np.uint64) for k in range(4)]
        yield from _pair(_uniform(words[0], words[1]), _uniform(words[2], words[3]))


def _uniform(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> Array:
    both = (high << np.uint64(32)) | low
    return (both & np.uint64(2**53 - 1)).astype(np.float64) * 2.0**-53


def _pair(u: Array, v: Array) -> tuple[Array, Array]:
    radius, angle = np.sqrt(-2 * np.log1p(-v)), 2 * math.pi * u
    return _rounded(radius * np.cos(angle)), _rounded(radius * np.sin(angle))


def _rounded(draws: Array) -> Array:
    return draws.astype(np.float32).astype(np.float64)


def _by_itself(seed: int, std: float, limit: float) -> float:
    """The same for one seed that needs many draws."""
    generator = _seeded(seed)
    while True:
        words = generator.randint(0, 2**32, size=(2048, 4), dtype=np.uint32).astype(np.uint64).T
        draws = (
            np.stack(_pair(_uniform(words[0], words[1]), _uniform(words[2], words[3])), axis=1).ravel() * std
        )
        fits = np.abs(draws) < limit
        if fits.any():
            return float(draws[fits.argmax()])
