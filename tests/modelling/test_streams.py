"""Bits of many streams at once, against NumPy's, one by one."""

import numpy as np
import pytest

from qnet.modelling.streams import stream_bits

LARGE = 2**32


@pytest.mark.parametrize("count", [1, 2, 5])
def test_bits_are_those_of_seed_sequence(count):
    seeds = np.array([[0], [1], [77], [LARGE - 1], [LARGE], [2**53 - 1]])
    samples = np.array([0, 1, LARGE - 1, LARGE, 3 * LARGE + 5])
    bits = stream_bits(seeds.astype(float), samples.astype(float), count)
    for row, seed in enumerate(seeds[:, 0].tolist()):
        for column, sample in enumerate(samples.tolist()):
            stream = np.random.SeedSequence(seed, spawn_key=(sample,))
            expected = stream.generate_state(count, np.uint64)
            np.testing.assert_array_equal(bits[row, column], expected)


def test_a_lone_pair_gives_a_row_of_its_own():
    expected = np.random.SeedSequence(3, spawn_key=(4,)).generate_state(2, np.uint64)
    np.testing.assert_array_equal(stream_bits(3.0, 4.0, 2), expected)
