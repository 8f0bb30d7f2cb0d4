"""Start-up, beside the imports that no route can do without."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from beside import Row, median, show

HALL_BAR = Path(__file__).parents[1] / "netlists" / "08_hall_bar.qnet"
IMPORTS = "import numpy, scipy.sparse.linalg, networkx, lark"


def seconds(*arguments):
    command = [sys.executable, *arguments]

    def start():
        subprocess.run(command, capture_output=True, check=True)

    start()  # fills the caches of byte code and of the disk
    return median(start, 7)[0]


def rows():
    nothing = seconds("-c", "pass")
    usage = seconds("-m", "qnet", "--help")
    imports = seconds("-c", IMPORTS)
    hall = seconds("-m", "qnet", "run", str(HALL_BAR))
    return [
        Row("qnet --help", "python -c pass", usage, nothing, 1 / 6),
        Row("qnet run 08_hall_bar.qnet", "bare imports", hall, imports, 1 / 1.4),
    ]


if __name__ == "__main__":
    show(rows())
