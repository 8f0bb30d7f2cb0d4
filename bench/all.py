"""The whole table of speed as Markdown: `python bench/all.py`."""

from __future__ import annotations

import cards
import chain
import grid
import large
import noise
import probes
import startup
import strip
import sweep
import workers
from beside import HEAD


def main():
    print(HEAD)
    for bench in (
        sweep,
        large,
        chain,
        strip,
        cards,
        grid,
        probes,
        noise,
        startup,
        workers,
    ):
        for row in bench.rows():
            print(row.markdown(), flush=True)


if __name__ == "__main__":
    main()
