"""What the routes work with: the desk, the photos, the report, all of one workspace."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tracker.review.desk import GOODBYE_S, Desk
from tracker.review.learning import Learning
from tracker.review.photos import Photos
from tracker.review.reporting import Reporting


def say_nothing(text: str) -> None:
    """For whoever has nobody to tell."""


class Bench:
    """Use it as a context manager: it has a thread and processes to end."""

    def __init__(
        self,
        home: Path,
        *,
        tell: Callable[[str], None] = say_nothing,
        desk: Desk | None = None,
        learns_first: bool = False,
    ) -> None:
        """Opens nothing yet. `tell` prints a line in the terminal.

        `learns_first`: what was told elsewhere is learnt from when the page is first shown.
        """
        self.home = home
        self.tell = tell
        self.learns_first = learns_first
        self.desk = Desk(home) if desk is None else desk
        self.photos = Photos()
        self.ended = True
        """Whether no thread was left when it was closed."""
        self.reporting = Reporting(home, self.desk)
        self.learning = Learning(self.desk)

    @property
    def thumbnails(self) -> Path:
        """Where the pictures of faces are."""
        return self.home / "thumbnails"

    def trouble(self, error: Exception) -> None:
        """Tell of an error that nobody foresaw, and where it came from."""
        last = traceback.extract_tb(error.__traceback__)[-1:]
        where = f" ({Path(last[0].filename).name}:{last[0].lineno})" if last else ""
        self.tell(f"error: {type(error).__name__}: {error}{where}")

    def close(self, wait: float = GOODBYE_S) -> None:
        """End the processes, store what is to be stored, let the workspace go: `Desk.close`."""
        self.photos.close()
        self.ended = self.desk.close(wait)

    def __enter__(self) -> Bench:
        """The bench itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ends everything."""
        self.close()
