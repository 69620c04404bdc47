"""Tracker: whom does the child look like, month by month?"""

import os

__version__ = "0.1.0"

# OpenMP's threads spin while they wait, and so do OpenBLAS's (for 2^26 ticks; 4 is the least).
# Beside any other busy program that makes the networks four times slower and small products twice,
# and on an idle machine it gains nothing. They are read when torch and numpy are imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
