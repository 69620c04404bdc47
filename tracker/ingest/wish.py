"""What an ingest is asked for: which photos, and what the user says of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from db.records import Clue, Person
from tracker.dating import clues, edtf
from tracker.errors import UsageError
from tracker.ingest.filters import EVERYTHING, Filters
from tracker.ingest.window import Window

Days = tuple[date | None, date]
"""The earliest (None: only the end is known) and the latest day, both included."""


@dataclass(frozen=True, slots=True)
class Wish:
    """`shows`: somebody who is in each photo. `dated`: for photos that carry no date.

    `since` and `until`: the first and the last day of what is wanted. `filters`: which names and
    folders.
    """

    shows: Person | None = None
    dated: Days | None = None
    since: date | None = None
    until: date | None = None
    filters: Filters = EVERYTHING

    @property
    def said(self) -> tuple[Clue, ...]:
        """What is said of each photo's date."""
        said = [] if self.dated is None else [clues.option(self.dated)]
        if self.shows is not None and self.shows.born_earliest is not None:
            said.append(clues.born(self.shows.name, self.shows.born_earliest))
        return tuple(said)

    def window(self, today: date) -> Window | None:
        """The days that are wanted, or None for all."""
        if self.since is None and self.until is None:
            return None
        return Window(self.since, self.until, today, self.said)


ALL_OF_THEM = Wish()


def parse_wish(
    *,
    dated: str | None = None,
    since: str | None = None,
    until: str | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    albums: Sequence[str] = (),
    today: date | None = None,
) -> Wish:
    """The options of a command line. Raises UsageError for what is no date or no pattern."""
    today = today or date.today()
    first = _bound("--since", since, today)
    last = _bound("--until", until, today)
    if first is not None and last is not None and first[0] > last[1]:
        raise UsageError(
            f"--since {since} is after --until {until}.", hint="Swap them, or leave one out."
        )
    days = None if dated is None else edtf.parse(dated)
    if days is not None and (days[0] or days[1]) > today:
        raise UsageError(
            f"{dated} lies in the future.", hint="Photos are dated in the past: --date 2024-03-09."
        )
    return Wish(
        dated=days,
        since=first and first[0],
        until=last and last[1],
        filters=Filters(tuple(include), tuple(exclude), tuple(albums)),
    )


def _bound(option: str, text: str | None, today: date) -> tuple[date, date] | None:
    if text is None:
        return None
    earliest, latest = edtf.parse(text)
    if earliest is None:
        raise UsageError(f"{option} {text} names no day.", hint=f"Write it as {option} 2024-03-09.")
    if earliest > today and option == "--since":
        raise UsageError(f"{option} {text} lies in the future.", hint="No photo can be from then.")
    return earliest, latest
