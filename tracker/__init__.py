"""Tracker: whom does the child look like, month by month?"""

__version__ = "0.1.0"
