"""What the routes work with: the desk, the photos, the report, all of one workspace."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tracker.review.desk import Desk


def say_nothing(text: str) -> None:
    """For whoever has nobody to tell."""


@dataclass(frozen=True, slots=True)
class Bench:
    """`tell` prints a line in the terminal."""

    home: Path
    desk: Desk
    tell: Callable[[str], None] = field(default=say_nothing)

    def trouble(self, error: Exception) -> None:
        """Tell of an error that nobody foresaw, and where it came from."""
        last = traceback.extract_tb(error.__traceback__)[-1:]
        where = f" ({Path(last[0].filename).name}:{last[0].lineno})" if last else ""
        self.tell(f"error: {type(error).__name__}: {error}{where}")
