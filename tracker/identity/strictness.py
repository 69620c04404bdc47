"""How strict proposals are: which share of other people's faces may be taken for someone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import settings
from tracker.errors import UsageError

if TYPE_CHECKING:
    import duckdb

KEY = "strictness"
LEVELS = (0.005, 0.01, 0.05)
"""False-match targets that are offered."""

USUAL = 0.01
LEAST, MOST = 0.0001, 0.15


def strictness(connection: duckdb.DuckDBPyConnection) -> float:
    """The false-match target of this workspace, a share."""
    kept = settings.get(connection, KEY)
    return USUAL if kept is None else float(kept)


def set_strictness(connection: duckdb.DuckDBPyConnection, target: float) -> None:
    """Keep another target. Raises UsageError outside of LEAST to MOST."""
    if not LEAST <= target <= MOST:
        raise UsageError(
            f"A strictness of {target:g} cannot be used.",
            hint="Give the share of false matches to allow, such as 0.5%, 1% or 5%.",
        )
    settings.set_(connection, KEY, repr(float(target)))
