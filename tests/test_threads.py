"""Runs in several threads at once: the bits that each run gives alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

import qnet

NETLISTS = Path(__file__).parents[1] / "netlists"
NAMES = (
    "02_fabry_perot", "03_point_contact", "04_ring_flux", "08_hall_bar",
    "12_mach_zehnder", "13_andreev", "16_spin_hall_six", "34_shot_noise_of_a_contact",
)  # fmt: skip
"""Different cards, models and analyses, so that caches are filled side by side."""


def bits(name):
    report = qnet.run(NETLISTS / f"{name}.qnet")
    measured = {key: q.values.tobytes() for key, q in report.measures.items()}
    for result in report.analyses:
        for key, quantity in result.quantities.items():
            if isinstance(quantity.values, np.ndarray):
                measured[f"{result.analysis} {key}"] = quantity.values.tobytes()
    return measured


def test_eight_threads_with_different_netlists_give_the_bits_of_one():
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(bits, NAMES))
    for name, found in zip(NAMES, together, strict=True):
        assert found == bits(name), name
        assert found
