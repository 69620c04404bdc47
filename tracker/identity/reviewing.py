"""What the review page and `tracker faces` ask of a workspace, and tell it.

Reading: `state`, `queue`, `listing`, `library`, `person_page`, `face`. Telling: `decide`, `split`,
`unrelated`, `rename`, `merge`, `undo` (from `tracker.identity.deciding`). Where dates or births are
touched, `tracker.study.reviewing` has what works the dates out anew.

Everything is of the family's own photos; `child` is the child whose months are counted.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from db import answers, people, reviewing
from db.decisions import standing
from db.records import Person
from tracker.errors import UsageError
from tracker.identity import closeness
from tracker.identity.album import NO_MONTH, Album, child_of, open_album
from tracker.identity.births import born
from tracker.identity.candidates import Candidate, candidates
from tracker.identity.deciding import (
    decide,
    merge,
    next_undo,
    rename,
    split,
    undo,
    unrelated,
)
from tracker.identity.questions import questions
from tracker.identity.review_months import months, needs_in_words
from tracker.identity.review_records import (
    Counts,
    FaceDetail,
    FaceLine,
    Library,
    Month,
    Page,
    PersonLine,
    PersonPage,
    Question,
    Said,
    State,
    Undo,
    Undone,
    face_key,
    face_number,
)
from tracker.identity.worked_out import are_coming, look_for_groups, times_found

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "Album",
    "Candidate",
    "Counts",
    "FaceDetail",
    "FaceLine",
    "Library",
    "Month",
    "Page",
    "PersonLine",
    "PersonPage",
    "Question",
    "Said",
    "State",
    "Undo",
    "Undone",
    "child_of",
    "decide",
    "face",
    "face_key",
    "face_number",
    "library",
    "listing",
    "look_ahead",
    "merge",
    "more_coming",
    "next_undo",
    "person_page",
    "queue",
    "rename",
    "split",
    "state",
    "times_found",
    "undo",
    "unrelated",
]

RESERVED_KEYS = frozenset("nuipzd")
"""Keys with a meaning of their own on the page, which name nobody: not this one, nobody I know,
ignore, photo, undo, date."""

ORDERS = ("oldest", "newest", "surest", "unsurest")

OUTSIDE = ("undated", "before", "rough")
"""Photos of no month of the child's: without a date, from before the birth, dated too roughly."""
MOST_OUTLIERS = 60

LATELY = 20
"""Photos of somebody that a portrait is taken from: people like to see themselves as they are."""


def state(connection: duckdb.DuckDBPyConnection, child: Person | None) -> State:
    """Where the review stands: people, progress by month, counts, and what `undo` would take back.

    `child` None: the workspace's first (see `child_of`).
    """
    album = _album(connection, child)
    found = months(album)
    return State(
        child=album.child.name if album.child else "",
        people=_people(connection, album),
        progress=found,
        counts=_counts(album),
        next_undo=next_undo(connection),
        words=needs_in_words(found),
    )


def queue(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    embedder_id: str,
    limit: int = 20,
    *,
    child: Person | None = None,
    kind: str | None = None,
) -> tuple[Question, ...]:
    """The questions (of that kind) whose answers help the report the most, first.

    See `tracker.identity.questions`.
    """
    album = _album(connection, child)
    return questions(connection, home, embedder_id, album, limit, kind=kind)


def more_coming(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> bool:
    """Whether `queue` will soon give more, though nothing is answered: groups are looked for."""
    return are_coming(connection, embedder_id)


def look_ahead(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> None:
    """What later questions need and takes seconds, begun beside everything else; call it once the
    first ones are on the screen. See `tracker.identity.worked_out`."""
    look_for_groups(connection, embedder_id)


def listing(
    connection: duckdb.DuckDBPyConnection,
    *,
    person: int | None = None,
    month: int | None = None,
    state: str | None = None,
    photo: int | None = None,
    photos: Collection[int] | None = None,
    faces: Collection[int] | None = None,
    outside: str | None = None,
    order: str = "oldest",
    offset: int = 0,
    limit: int = 100,
    child: Person | None = None,
) -> Page:
    """Faces that fulfil everything that is given.

    A person's (by id; waiting ones included), of one month of the child's age, in one state
    ("unknown": nothing is said of them), of one photo or several (by number), or of these (a
    group's), or `outside` the months (see OUTSIDE). `order`: "oldest" or "newest" first, "surest"
    or "unsurest" proposals first.

    Raises UsageError for a state, an order or a kind of photos that there is not.
    """
    album = _album(connection, child)
    every = album.everyone
    chosen = np.ones(len(every), dtype=bool)
    if person is not None:
        chosen &= every.person_ids == person
    if month is not None:
        chosen &= album.months == month
    if state is not None:
        word = "" if state == "unknown" else state
        if word not in reviewing.STATES:
            raise UsageError(
                f"{state!r} is no state of a face.",
                hint=f"Use one of: {', '.join(reviewing.STATES[1:])}, unknown.",
            )
        chosen &= every.is_(word)
    if photo is not None:
        chosen &= every.photo_ids == photo
    if photos is not None:
        chosen &= np.isin(every.photo_ids, np.array(list(photos), np.int64))
    if faces is not None:
        chosen &= np.isin(every.face_ids, np.array(list(faces), np.int64))
    if outside is not None:
        chosen &= _outside(album, outside)
    rows = _ordered(album, np.flatnonzero(chosen), order)
    first = max(offset, 0)
    return Page(len(rows), first, album.lines(connection, rows[first : first + max(limit, 0)]))


def library(connection: duckdb.DuckDBPyConnection, child: Person | None = None) -> Library:
    """The photos by the child's month of age, from the first to the last, gaps included."""
    album = _album(connection, child)

    def photos(which: str) -> int:
        return len(np.unique(album.everyone.photo_ids[_outside(album, which)]))

    return Library(months(album), photos("before"), photos("undated"), photos("rough"))


def _outside(album: Album, which: str) -> npt.NDArray[np.bool_]:
    undated = np.isnat(album.everyone.latest) | np.isnat(album.everyone.earliest)
    if which == "undated":
        return np.asarray(undated & (album.months == NO_MONTH))
    if which == "before":
        return np.asarray((album.months < 0) & (album.months != NO_MONTH))
    if which == "rough":  # without a child there are no months to be too rough for
        return np.asarray(~undated & (album.months == NO_MONTH) & (album.child is not None))
    raise UsageError(f"{which!r} is no kind of photos.", hint=f"Use one of: {', '.join(OUTSIDE)}.")


def person_page(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    person_id: int,
    *,
    embedder_id: str | None = None,
    child: Person | None = None,
) -> PersonPage:
    """A person's faces over time, and those that are least like the others first.

    `embedder_id` None: no outliers are looked for. Raises UsageError where there is no such person.
    """
    album = _album(connection, child)
    line = next((p for p in _people(connection, album) if p.person_id == person_id), None)
    if line is None:
        raise UsageError(
            f"There is no person with the number {person_id}.",
            hint="`tracker person list` shows everyone.",
        )
    mine = album.of(person_id, "confirmed", "proposed")
    ages, counts = np.unique(album.months[mine & (album.months >= 0)], return_counts=True)
    far: list[tuple[int, float]] = []
    if embedder_id is not None:
        far = closeness.outliers(connection, embedder_id, album, np.flatnonzero(mine))
    rows = np.array([row for row, _ in far[:MOST_OUTLIERS]], np.int64)
    lines = {f.face_id: f for f in album.lines(connection, rows)}
    ids = album.everyone.face_ids
    return PersonPage(
        person=line,
        months=tuple(zip(ages.tolist(), counts.tolist(), strict=True)),
        outliers=tuple(
            (lines[int(ids[row])], near)
            for row, near in far[:MOST_OUTLIERS]
            if int(ids[row]) in lines
        ),
        total=int(mine.sum()),
    )


def face(
    connection: duckdb.DuckDBPyConnection,
    face_id: int,
    *,
    home: Path | None = None,
    embedder_id: str | None = None,
    child: Person | None = None,
) -> FaceDetail:
    """A face with all that is known of it; candidates only with `home` and `embedder_id`.

    Raises UsageError for a face that is not among the family's photos.
    """
    album = _album(connection, child)
    rows = album.positions([face_id])
    if not len(rows):
        raise UsageError(
            f"There is no face {face_key(face_id)} in the family's photos.",
            hint="`tracker faces list` shows the ids.",
        )
    line = album.lines(connection, rows)[0]
    found: tuple[Candidate, ...] = ()
    if home is not None and embedder_id is not None:
        found = candidates(connection, home, embedder_id, [face_id])[face_id]
    beside = np.flatnonzero(album.everyone.photo_ids == line.photo_id)
    stored = reviewing.rows_of(connection, [face_id])[face_id]
    return FaceDetail(
        face=line,
        candidates=found,
        others=tuple(f for f in album.lines(connection, beside) if f.face_id != face_id),
        history=tuple(_said(said) for said in answers.history(connection, face_id)),
        not_these=tuple(
            album.name(d.person_id)
            for d in standing(connection, [face_id])
            if d.state == "rejected" and album.name(d.person_id)
        ),
        date_source=stored.date_source,
    )


def _album(connection: duckdb.DuckDBPyConnection, child: Person | None) -> Album:
    return open_album(connection, child if child is not None else child_of(connection))


def _ordered(album: Album, rows: npt.NDArray[np.int64], order: str) -> npt.NDArray[np.int64]:
    if order not in ORDERS:
        raise UsageError(f"{order!r} is no order.", hint=f"Use one of: {', '.join(ORDERS)}.")
    if order == "newest":
        return rows[::-1]
    if order == "oldest":
        return rows
    chances = album.everyone.chances[rows].astype(np.float64)
    known = np.where(np.isnan(chances), np.inf, -chances if order == "surest" else chances)
    return rows[np.argsort(known, kind="stable")]


def _people(connection: duckdb.DuckDBPyConnection, album: Album) -> tuple[PersonLine, ...]:
    letters = _letters([p.name for p in album.people])
    lines = []
    for person, letter in zip(album.people, letters, strict=True):
        named = album.of(person.person_id, "confirmed", "proposed")
        days = np.unique(album.day_codes[named])
        lines.append(
            PersonLine(
                person_id=person.person_id,
                name=person.name,
                relation=person.relation,
                letter=letter,
                born=born(person),
                confirmed=int(album.of(person.person_id, "confirmed").sum()),
                proposed=int(album.of(person.person_id, "proposed").sum()),
                waiting=int(album.of(person.person_id, "waiting").sum()),
                photo_days=int((days >= 0).sum()),
                portrait=_portrait(album, person.person_id),
            )
        )
    return tuple(lines)


def _portrait(album: Album, person_id: int) -> int | None:
    every = album.everyone
    mine = np.flatnonzero(album.of(person_id, "confirmed"))[-LATELY:]
    return int(every.face_ids[mine[every.size_px[mine].argmax()]]) if len(mine) else None


def _letters(names: list[str]) -> list[str]:
    """A key for each name: its first letter that is free, else a digit, else none."""
    taken = set(RESERVED_KEYS)
    found = []
    for name in names:
        keys = [c for c in people.name_key(name) if c.isalpha() and len(c) == 1]
        key = next((c for c in [*keys, *"123456789"] if c not in taken), "")
        taken.add(key)
        found.append(key)
    return found


def _counts(album: Album) -> Counts:
    every = album.everyone

    def of(word: str) -> int:
        return int(every.is_(word).sum())

    return Counts(
        faces=len(every),
        photos=len(np.unique(every.photo_ids)),
        confirmed=of("confirmed"),
        proposed=of("proposed"),
        waiting=of("waiting"),
        rejected=of("rejected"),
        ignored=of("ignored"),
        unrelated=of("unrelated"),
        unknown=of(""),
        undated=int(np.isnat(every.latest).sum()),
    )


SAID_BY = {
    "user": "you",
    "match": "the tracker",
    "tag": "a tag of another program",
    "rule": "a rule",
}
"""Whose word a decision is, for people."""


def _said(line: answers.Line) -> Said:
    what = {
        "confirmed": f"it is {line.name}",
        "proposed": f"it may be {line.name}",
        "waiting": f"it may be {line.name}, who is in the photo",
        "rejected": f"it is not {line.name}" if line.name else "it is nobody known here",
        "ignored": "it is no face to ask about",
    }[line.state]
    by = SAID_BY.get(line.source, line.source)
    why = f" ({line.reason})" if line.reason else ""
    at = line.made_at.replace(tzinfo=UTC).astimezone().isoformat(timespec="seconds")
    return Said(at, f"{by}: {what}{why}", line.undone)
