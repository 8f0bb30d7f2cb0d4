"""``python -m qnet`` is the command ``qnet``."""

import sys

from qnet.cli import main

sys.exit(main())
