"""The child's months: what is there, and what the report still needs. Pure but for its records."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from tracker import ages
from tracker.identity.album import Album
from tracker.identity.review_records import Month

NEEDED = 3
"""Photo-days below which a month has no interval, and no verdict."""

BEYOND = 10**13
"""More than any number of a photo or code of a day."""

OPEN = ("", "proposed", "waiting")
"""States of faces that can be asked about."""


def needs(photo_days: int) -> int:
    """How many more days a month needs."""
    return max(0, NEEDED - photo_days)


_counted: WeakKeyDictionary[Album, tuple[Month, ...]] = WeakKeyDictionary()


def months(album: Album) -> tuple[Month, ...]:
    """Every month of the child's age from the first photo since the birth to the last; none
    where the child's birth is not known."""
    if album not in _counted:
        _counted[album] = _count(album)
    return _counted[album]


def _count(album: Album) -> tuple[Month, ...]:
    child, every = album.child, album.everyone
    if child is None or child.born_earliest is None or child.born_latest is None:
        return ()
    aged = album.months >= 0
    if not aged.any():
        return ()
    born = ages.reference_birth(child.born_earliest, child.born_latest)
    last = int(album.months[aged].max())
    first = int(album.months[aged].min())
    count = last - first + 1
    mine = album.of(child.person_id, "confirmed", "proposed")
    sure = album.of(child.person_id, "confirmed")

    def faces(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        return np.bincount(album.months[mask & aged] - first, minlength=count)

    def distinct(mask: npt.NDArray[np.bool_], what: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        chosen = mask & aged
        both = np.unique(album.months[chosen].astype(np.int64) * BEYOND + what[chosen])
        return np.bincount(both // BEYOND - first, minlength=count)

    everybody = np.ones(len(every), dtype=bool)
    columns = (
        distinct(everybody, every.photo_ids),
        faces(everybody),
        distinct(everybody, album.day_codes),
        faces(mine),
        distinct(mine, album.day_codes),
        distinct(sure, album.day_codes),
        faces(every.is_(*OPEN)),
    )
    return tuple(
        Month(
            age_months=first + place,
            label=ages.age_label(first + place),
            start=ages.add_months(born, first + place),
            end=ages.add_months(born, first + place + 1),
            photos=photos,
            faces=found,
            days=days,
            child_faces=own,
            photo_days=own_days,
            sure_days=sure_days,
            needs_days=needs(own_days),
            open_faces=unanswered,
        )
        for place, (photos, found, days, own, own_days, sure_days, unanswered) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True)
        )
    )


_days: WeakKeyDictionary[Album, frozenset[int]] = WeakKeyDictionary()


def days_of_child(album: Album) -> frozenset[int]:
    """The photo-days (see `Album.day_codes`) that the child is known from; none without a child."""
    if album not in _days:
        child = -1 if album.child is None else album.child.person_id
        mine = album.of(child, "confirmed", "proposed")
        _days[album] = frozenset(album.day_codes[mine].tolist())
    return _days[album]


def needs_in_words(found: tuple[Month, ...]) -> str:
    """The first months that need more days, in a sentence; "" where there are none to tell of."""
    short = [m for m in found if m.needs_days and m.open_faces]
    if not found:
        return ""
    if not short:
        lacking = sum(bool(m.needs_days) for m in found)
        if not lacking:
            return "Every month has the days that the report needs."
        return f"{lacking} months need more photos: nobody is left to be named in them."
    return month_in_words(short[0]) + (
        f" So do {len(short) - 1} other months." if len(short) > 1 else ""
    )


def month_in_words(month: Month) -> str:
    """ "Month 7 needs 2 more days." """
    return f"Month {month.age_months} needs {month.needs_days} more " + (
        "day." if month.needs_days == 1 else "days."
    )
