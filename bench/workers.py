"""Two workers instead of one: sweeps of a hundred thousand points.

The clock is disturbed by whatever else the machine does. So the first row of each sweep
gives, in processor seconds, the way that cannot be shared: all of this process, and the
busier of its two workers; on two idle cores that is what the clock shows.
"""

from __future__ import annotations

import os
from multiprocessing import active_children
from pathlib import Path
from time import perf_counter

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from beside import Row, agree, processor_seconds, show
from sweep import netlist, rings

import qnet

POINTS, SCATTERERS = 100_000, 100

MAP = """
.title Current noise of a wire between two barriers, with a voltage probe
.param kL=1 g=0.3
T1 s V=10uV
T2 d V=0
B1 s u T={g}
W1 u v phi={kL}
B2 v p T=0.5
P1 p
B3 p d T=0.7
.step g lin 250 0.1 0.9
.step kL lin 400 0 7
.meas t S(T1,T2)
.noise
"""

TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(pid):
    """Processor seconds of another process."""
    told = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / TICKS


def alone(text):
    """Processor seconds and clock of one process, and its numbers."""
    clock, start = perf_counter(), processor_seconds()
    found = qnet.run(text).measures["t"].values
    return processor_seconds() - start, perf_counter() - clock, found


def shared(text, crew):
    """The same of two workers that are ready: unshared seconds, clock, numbers."""
    pids = [child.pid for child in active_children()]
    before = [seconds_of(pid) for pid in pids]
    clock, start = perf_counter(), processor_seconds()
    found = qnet.run(text, workers=crew).measures["t"].values
    clock, own = perf_counter() - clock, processor_seconds() - start
    busiest = max(seconds_of(pid) - old for pid, old in zip(pids, before, strict=True))
    return own + busiest, clock, found


def rows():
    sweeps = {
        f"{SCATTERERS} scatterers in rings, T": netlist(rings(SCATTERERS, 0), POINTS),
        "noise of a probed wire, 250 × 400": MAP,
    }
    with qnet.Workers(2) as crew:
        for name, text in sweeps.items():
            alone(text.replace("100000", "10000").replace("400", "40"))  # loads
            shared(text.replace("100000", "10000").replace("400", "40"), crew)
            one, by_clock, t = alone(text)
            two, clock, again = shared(text, crew)
            # NaN, where an answer is withheld, must be so for both.
            same = np.array_equal(t, again, equal_nan=True)
            apart = agree(0.0 if same else np.inf, name)
            note = "processor seconds that are not shared; ideal 2"
            yield Row(name, "one process", two, one, 1.8, apart, note)
            yield Row(name, "one process", clock, by_clock, None, apart, "by the clock")


if __name__ == "__main__":
    show(list(rows()))
