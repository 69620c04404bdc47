"""Tracker: whom does the child look like, month by month?"""

import os

__version__ = "0.1.0"

# OpenMP's threads spin while they wait. Beside any other busy program that makes the networks
# four times slower, and on an idle machine it gains nothing. It is read when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
