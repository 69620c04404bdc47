"""Every face of the family in brief, with whose it is and how old the child was: for reviewing.

Read once and kept until something in the workspace changes; all of it is arrays, so that a list of
ten thousand faces is a mask and a slice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from db import people, reviewing
from db.records import Person
from db.reviewing import STATES, Everyone, FaceRow
from tracker import ages
from tracker.dating import edtf
from tracker.identity.review_records import FaceLine

if TYPE_CHECKING:
    import duckdb

NO_MONTH = -(10**6)
"""In `Album.months` where the child's month of age is not certain."""

KEPT = 4
"""Albums that are kept: one for each child and workspace that is looked at."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Album:
    """All faces (see `db.reviewing.Everyone`), the living people, and the child's age.

    `months` int32 `(n,)`: the child's complete months on the photo's day where both ends of its
    date are in the same one, negative before the birth, NO_MONTH where not known. `day_codes` int64
    `(n,)`: a number per photo-day, -1 where there is no date.
    """

    everyone: Everyone
    people: tuple[Person, ...]
    child: Person | None
    months: npt.NDArray[np.int32]
    day_codes: npt.NDArray[np.int64]

    def name(self, person_id: int | None) -> str:
        """Somebody's name; "" for nobody."""
        return next((p.name for p in self.people if p.person_id == person_id), "")

    def of(self, person_id: int, *states: str) -> npt.NDArray[np.bool_]:
        """Which faces are that person's, in one of these states."""
        return np.asarray((self.everyone.person_ids == person_id) & self.everyone.is_(*states))

    def lines(
        self, connection: duckdb.DuckDBPyConnection, rows: npt.NDArray[np.int64]
    ) -> tuple[FaceLine, ...]:
        """The faces at these positions, as they are listed."""
        ids = self.everyone.face_ids[rows].tolist()
        found = reviewing.rows_of(connection, ids)
        return tuple(
            self.line(int(row), found[face])
            for row, face in zip(rows, ids, strict=True)
            if face in found
        )

    def line(self, row: int, face: FaceRow) -> FaceLine:
        """One of them, with what is stored of it."""
        every = self.everyone
        person = int(every.person_ids[row])
        chance = float(every.chances[row])
        return FaceLine(
            face_id=face.face_id,
            photo_id=face.photo_id,
            moment=int(every.moments[row]),
            state=STATES[every.states[row]],
            person_id=None if person < 0 else person,
            name=self.name(person),
            by_user=bool(every.by_user[row]),
            chance=None if np.isnan(chance) else chance,
            date=day_in_words(face.earliest, face.latest),
            earliest=face.earliest,
            latest=face.latest,
            age_months=int(self.months[row]) if self.months[row] >= 0 else None,
            age=age_in_words(self.child, face.earliest, face.latest),
            box=shares(face),
            size_px=round(face.size_px),
            path=face.path,
        )

    def positions(self, face_ids: Sequence[int]) -> npt.NDArray[np.int64]:
        """Where these faces are; ones that are not the family's are left out."""
        order = np.argsort(self.everyone.face_ids)
        ids = np.asarray(list(face_ids), np.int64)
        at = np.searchsorted(self.everyone.face_ids, ids, sorter=order)
        at = order[np.minimum(at, len(order) - 1)] if len(order) else np.empty(0, np.int64)
        if not len(at):
            return np.empty(0, np.int64)
        return np.asarray(at[self.everyone.face_ids[at] == ids])


_kept: OrderedDict[tuple[Any, ...], tuple[tuple[Any, ...], Album]] = OrderedDict()
_keeping = Lock()
"""Two threads may look at once: one answers, one works out what to ask next."""


def open_album(connection: duckdb.DuckDBPyConnection, child: Person | None) -> Album:
    """The album as it is now: the one kept, where nothing has changed since."""
    mark = reviewing.mark(connection)
    where = (workspace_of(connection), None if child is None else child.person_id)
    with _keeping:
        kept = _kept.get(where)
        if kept is not None and kept[0] == (mark, child):
            _kept.move_to_end(where)
            return kept[1]
    every = reviewing.everyone(connection)
    album = Album(
        everyone=every,
        people=tuple(reviewing.living(connection)),
        child=child,
        months=months_of(child, every.earliest, every.latest),
        day_codes=codes_of(every.earliest, every.latest),
    )
    with _keeping:
        _kept[where] = ((mark, child), album)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return album


def workspace_of(connection: duckdb.DuckDBPyConnection) -> str:
    """The workspace's file, by its path."""
    return reviewing.file_of(connection)


def child_of(connection: duckdb.DuckDBPyConnection) -> Person | None:
    """The child that is meant when none is named."""
    return people.primary_child(connection)


def months_of(
    child: Person | None,
    earliest: npt.NDArray[np.datetime64],
    latest: npt.NDArray[np.datetime64],
) -> npt.NDArray[np.int32]:
    """The child's complete months on these days `(n,)`, as `tracker.ages.bucket_of` counts them.

    Negative before the birth; NO_MONTH where a day is not known or the two ends differ.
    """
    if child is None or child.born_earliest is None or child.born_latest is None:
        return np.full(len(earliest), NO_MONTH, np.int32)
    born = ages.reference_birth(child.born_earliest, child.born_latest)
    first, last = (_complete_months(born, child.born_earliest, days) for days in (earliest, latest))
    same = (first == last) & ~np.isnat(earliest) & ~np.isnat(latest)
    before = (last < 0) & ~np.isnat(latest)
    return np.where(same, first, np.where(before, -1, NO_MONTH)).astype(np.int32)


def _complete_months(
    born: date, born_earliest: date, days: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.int64]:
    known = np.where(np.isnat(days), np.datetime64(born), days).astype("datetime64[D]")
    month = known.astype("datetime64[M]")
    day = (known - month.astype("datetime64[D]")).astype(np.int64) + 1
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    months = month.astype(np.int64) - ((born.year - 1970) * 12 + born.month - 1)
    months = months - ((day < born.day) & (day < length))
    before = known < np.datetime64(born)
    in_birth = before & (known >= np.datetime64(born_earliest))
    return np.asarray(np.where(in_birth, 0, np.where(before, np.minimum(months, -1), months)))


def codes_of(
    earliest: npt.NDArray[np.datetime64], latest: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.int64]:
    """A number per photo-day `(n,)`: a span of days is one of its own. -1 without a date."""
    known = ~np.isnat(earliest) & ~np.isnat(latest)
    first = np.where(known, earliest, np.datetime64(0, "D")).astype(np.int64) + 800_000
    span = np.where(known, latest, np.datetime64(0, "D")).astype(np.int64) + 800_000 - first
    return np.where(known, first * 1_000_000 + span, -1)


def day_in_words(earliest: date | None, latest: date | None) -> str:
    """A photo's date: EDTF, "" where nothing is known."""
    return edtf.text(earliest, latest)


def age_in_words(child: Person | None, earliest: date | None, latest: date | None) -> str:
    """The child's age on a photo: "7 weeks", "about 1 year" for a rough date, "" if not known."""
    if child is None or child.born_earliest is None or child.born_latest is None:
        return ""
    if earliest is None or latest is None:
        return ""
    born = ages.reference_birth(child.born_earliest, child.born_latest)
    middle = earliest + (latest - earliest) // 2
    said = ages.age_label_days(born, middle)
    return said if earliest == latest or said == "before birth" else f"about {said}"


def shares(face: FaceRow) -> tuple[float, float, float, float]:
    """The face's box as shares of the photo's width and height."""
    x0, y0, x1, y1 = face.box
    wide, high = max(face.width, 1), max(face.height, 1)
    return x0 / wide, y0 / high, x1 / wide, y1 / high
