"""The bits of many random streams at once.

NumPy's `SeedSequence` turns a seed and a sample number into random bits, in one call
for each pair. A lattice has a hundred thousand seeds, so here the same sum runs over
whole columns of them; a test holds the two to the same bits.

References
----------
M. E. O'Neill, "Developing a seed_seq alternative" (2015): the mixing functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qnet.registry import Real

Words = NDArray[np.uint32]

_POOL: Final = 4
_SHIFT: Final = np.uint32(16)
_LEFT, _RIGHT = np.uint32(0xCA01F9DD), np.uint32(0x4973F715)
_WORD: Final = 2**32


def stream_bits(seed: Real, sample: Real, count: int) -> NDArray[np.uint64]:
    """Bits that `SeedSequence(seed, spawn_key=(sample,))` gives for each pair.

    Parameters
    ----------
    seed, sample : (...)
        Whole numbers from 0.
    count : int
        How many integers of 64 bits.

    Returns
    -------
    (..., count)
    """
    seeds, samples = np.broadcast_arrays(seed, sample)
    pool = _pool(seeds.ravel().astype(np.int64), samples.ravel().astype(np.int64))
    keys = _keys(0x8B51F9DD, 0x58F38DED)
    words = [_hashed(pool[k % _POOL], keys) for k in range(2 * count)]
    low, high = (np.stack(words[k::2], -1).astype(np.uint64) for k in (0, 1))
    return (low | high << np.uint64(32)).reshape(*seeds.shape, count)


def _pool(seeds: NDArray[np.int64], samples: NDArray[np.int64]) -> list[Words]:
    """The four words of entropy of each pair."""
    keys = _keys(0x43B0D7E5, 0x931E8875)
    low, high = _split(seeds)
    zero = np.zeros(len(seeds), np.uint32)
    pool = [_hashed(word, keys) for word in (low, high, zero, zero)]
    for source in range(_POOL):
        for target in range(_POOL):
            if source != target:
                pool[target] = _mixed(pool[target], _hashed(pool[source], keys))
    low, high = _split(samples)
    pool = [_mixed(word, _hashed(low, keys)) for word in pool]
    if high.any():  # a number of two words is mixed in twice
        longer = [_mixed(word, _hashed(high, keys)) for word in pool]
        pool = [np.where(high > 0, *pair) for pair in zip(longer, pool, strict=True)]
    return pool


def _split(numbers: NDArray[np.int64]) -> tuple[Words, Words]:
    """Lower and upper words."""
    return (numbers % _WORD).astype(np.uint32), (numbers // _WORD).astype(np.uint32)


def _keys(first: int, factor: int) -> Iterator[tuple[np.uint32, np.uint32]]:
    """Constants of a hash that change from call to call: what is added, a factor."""
    while True:
        second = first * factor % _WORD
        yield np.uint32(first), np.uint32(second)
        first = second


def _hashed(word: Words, keys: Iterator[tuple[np.uint32, np.uint32]]) -> Words:
    added, factor = next(keys)
    found = (word ^ added) * factor
    return found ^ (found >> _SHIFT)


def _mixed(left: Words, right: Words) -> Words:
    """Two words become one."""
    found = _LEFT * left - _RIGHT * right
    return found ^ (found >> _SHIFT)
