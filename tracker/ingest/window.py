"""`--since` and `--until`: which photos an ingest is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from db.records import Clue, Dated
from tracker.dating.resolve import resolve
from tracker.errors import PhotoRejected

OUTSIDE = "outside"
"""The code of a photo that is not wanted. It is nobody's fault, and is not remembered."""


@dataclass(frozen=True, slots=True)
class Window:
    """Photos that were certainly taken from `since` to `until`, both included, None for no bound.

    A photo whose date is not known, or only so roughly that it may lie outside, is not wanted.
    `clues` are those from around one photo (its name, folders and sidecars), of which a window of
    dates knows nothing yet: see `for_photo`.
    """

    since: date | None
    until: date | None
    today: date
    clues: tuple[Clue, ...] = ()

    def for_photo(self, clues: Iterable[Clue]) -> Window:
        """The same window, with what is known from around a photo."""
        return replace(self, clues=tuple(clues))

    def holds(self, dated: Dated) -> bool:
        """Whether a photo of that date is wanted."""
        earliest, latest = dated.earliest, dated.latest
        if earliest is None or latest is None:
            return False
        return (self.since is None or self.since <= earliest) and (
            self.until is None or latest <= self.until
        )

    def must_hold(self, clues: Iterable[Clue]) -> None:
        """Raises PhotoRejected with the code OUTSIDE for a photo that is not wanted.

        `clues` are those in the photo itself.
        """
        if not self.holds(resolve((*self.clues, *clues), self.today)):
            raise PhotoRejected(OUTSIDE, "It was not certainly taken within the dates asked for.")
