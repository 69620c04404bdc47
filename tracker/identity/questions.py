"""The queue: what to ask, in the order of how much each answer helps the report.

1. An answer that may add a photo-day to a month of the child that has too few: the likelier it is
   the child, and the more the month lacks, the sooner.
2. Proposals, the most uncertain first; those of the child in months with few sure days before.
3. Photos that somebody is known to be in, and it cannot be told which face is theirs.
4. Faces that look alike and are nobody's, the largest group first, and single ones after them.

One question is one moment: of nine pictures of one smile the best is shown, and the answer counts
for all nine. What was said to be nobody's, or to be ignored, is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from db.text import many
from tracker.identity.album import Album
from tracker.identity.candidates import Candidate
from tracker.identity.review_months import month_in_words, needs
from tracker.identity.review_months import months as months_in
from tracker.identity.review_records import Month, Question, face_key
from tracker.identity.worked_out import groups, look_up

if TYPE_CHECKING:
    import duckdb

LOOKED_AT = 300
"""Faces of nobody whose candidates are worked out to see whether they may be the child's."""

SHOWN = 12
"""Faces of a group that are shown with its question; the answer is about all of them."""

JUDGED = 5
"""Faces of a group that its candidates are worked out from."""

AHEAD = 60
"""Questions after those that are asked for, whose candidates are worked out with them."""

LIKELY = 0.05
"""Below this chance of being the child, a face is not asked about for a month's sake."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question before it is looked up: positions in the album, and how much it helps."""

    kind: str
    rows: tuple[int, ...]
    gain: float
    person_id: int | None = None
    month: int | None = None

    @property
    def shown(self) -> tuple[int, ...]:
        """Those that are shown with it: which of a photo's faces is meant needs all of them."""
        return self.rows if self.kind == "waiting" else self.rows[:SHOWN]


def questions(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    embedder_id: str,
    album: Album,
    limit: int,
    *,
    kind: str | None = None,
) -> tuple[Question, ...]:
    """The first `limit` questions, of one kind or of all."""
    drafts = [
        *_proposals(album),
        *_waiting(album),
        *_nameless(connection, home, embedder_id, album),
    ]
    drafts.sort(key=lambda draft: (-draft.gain, draft.rows[0]))
    asked = (d for d in _one_a_moment(album, drafts) if kind in (None, d.kind))
    chosen = list(islice(asked, max(limit, 0)))
    next_ones = list(islice(asked, AHEAD))
    return _looked_up(connection, home, embedder_id, album, chosen, next_ones=next_ones)


def _proposals(album: Album) -> Iterator[Draft]:
    """Proposals by moment and person; of a moment the least certain one counts."""
    every = album.everyone
    short = _short(album, sure=True)
    chances = np.clip(np.nan_to_num(every.chances.astype(np.float64), nan=0.5), 0, 1).tolist()
    by_moment: dict[tuple[int, int], list[int]] = {}
    rows = np.flatnonzero(every.is_("proposed"))
    owners = every.person_ids[rows].tolist()
    for row, moment, owner in zip(rows.tolist(), every.moments[rows].tolist(), owners, strict=True):
        by_moment.setdefault((moment, owner), []).append(row)
    child = None if album.child is None else album.child.person_id
    for (_, person), here in by_moment.items():
        unsure = 1 - abs(2 * min(chances[row] for row in here) - 1)
        month = _month(album, here[0])
        lacks = short.get(month, 0) if person == child and month is not None else 0
        best = _best_first(album, here) if len(here) > 1 else here
        yield Draft("proposal", tuple(best), 2 + 0.6 * unsure + 0.1 * lacks, person, month)


def _waiting(album: Album) -> Iterator[Draft]:
    """Photos that wait, by moment and person: the photo of a moment with the largest faces."""
    every = album.everyone
    short = _short(album)
    by_photo: dict[tuple[int, int, int], list[int]] = {}
    for row in np.flatnonzero(every.is_("waiting")).tolist():
        key = (int(every.moments[row]), int(every.person_ids[row]), int(every.photo_ids[row]))
        by_photo.setdefault(key, []).append(row)
    best: dict[tuple[int, int], list[int]] = {}
    for (moment, person, _), rows in by_photo.items():
        there = best.get((moment, person))
        if there is None or every.size_px[rows].max() > every.size_px[there].max():
            best[moment, person] = rows
    for (_, person), rows in best.items():
        month = _month(album, rows[0])
        adds = _adds(album, person, rows[0], month, short)
        gain = 3 + 0.25 * adds + 0.7 / len(rows) if adds else 1 + 0.5 / len(rows)
        yield Draft("waiting", tuple(rows), gain, person, month)


def _nameless(
    connection: duckdb.DuckDBPyConnection, home: Path, embedder_id: str, album: Album
) -> Iterator[Draft]:
    """Faces of nobody: groups that look alike, and the others by themselves.

    Those that may be the child's in a month that lacks days come by how likely that is; then the
    largest groups, then the largest faces.
    """
    every = album.everyone
    group_of: dict[int, int] = {}
    members: list[list[int]] = []
    for group in groups(connection, home, embedder_id):
        rows = album.positions(group.face_ids)
        rows = rows[every.is_("")[rows]]
        if len(rows) > 1:
            group_of.update(dict.fromkeys(rows.tolist(), len(members)))
            members.append(rows.tolist())
    helps = _helps(connection, home, embedder_id, album)
    of_group: dict[int, float] = {}
    for row, gain in helps.items():
        if row in group_of:
            of_group[group_of[row]] = max(gain, of_group.get(group_of[row], 0.0))
        else:
            yield Draft("unknown", (row,), gain, month=_month(album, row))
    for place, theirs in enumerate(members):
        size = 1 - 1 / np.log2(2 + len(theirs))
        first = max(theirs, key=lambda row: helps.get(row, 0.0))
        gain = of_group.get(place, 0.2) + 0.8 * float(size)
        yield Draft("group", tuple(theirs), gain, month=_month(album, first))
    rest = [
        row
        for row in np.flatnonzero(every.is_("")).tolist()
        if row not in group_of and row not in helps
    ]
    largest = max((float(every.size_px[row]) for row in rest), default=1.0)
    for row in rest:
        yield Draft("unknown", (row,), 0.15 * float(every.size_px[row]) / largest)


def _helps(
    connection: duckdb.DuckDBPyConnection, home: Path, embedder_id: str, album: Album
) -> dict[int, float]:
    """The nameless faces that may give the child a day where one lacks: position to gain."""
    every, child = album.everyone, album.child
    if child is None:
        return {}
    short = _short(album)
    worth = [
        (adds, row)
        for row in np.flatnonzero(every.is_("") & np.isin(album.months, list(short))).tolist()
        if (adds := _adds(album, child.person_id, row, _month(album, row), short))
    ]
    worth.sort(key=lambda one: (-one[0], -every.size_px[one[1]], one[1]))
    worth = worth[:LOOKED_AT]
    known = look_up(connection, home, embedder_id, album, [row for _, row in worth])
    found = {}
    for adds, row in worth:
        chance = _chance_of(known.get(int(every.face_ids[row]), ()), album)
        if chance >= LIKELY:
            found[row] = 3 + 0.25 * adds + 0.7 * chance
    return found


def _one_a_moment(album: Album, drafts: Iterable[Draft]) -> Iterator[Draft]:
    """The drafts, best first: no face twice, and of the nameless of a moment one."""
    every = album.everyone
    moments: set[int] = set()
    faces: set[int] = set()
    for draft in drafts:
        if faces.intersection(draft.rows):
            continue
        if draft.kind == "unknown":
            moment = int(every.moments[draft.rows[0]])
            if moment in moments:
                continue
            moments.add(moment)
        faces.update(draft.rows)
        yield draft


def _looked_up(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    embedder_id: str,
    album: Album,
    drafts: Sequence[Draft],
    *,
    next_ones: Sequence[Draft],
) -> tuple[Question, ...]:
    known = look_up(connection, home, embedder_id, album, _judged(drafts), ahead=_judged(next_ones))
    rows = sorted({row for draft in drafts for row in draft.shown})
    lines = dict(zip(rows, album.lines(connection, np.array(rows, np.int64)), strict=True))
    told = {month.age_months: month for month in months_in(album)}
    asked = []
    for draft in drafts:
        faces = tuple(lines[row] for row in draft.shown)
        name = album.name(draft.person_id)
        here = _together(
            [known.get(line.face_id, ()) for line in faces[:JUDGED]], draft.person_id, name, faces
        )
        if draft.kind != "waiting" and not draft.person_id:
            here = tuple(c for c in here if c.chance > 0)
        asked.append(
            Question(
                question_id=f"{draft.kind}-{face_key(faces[0].face_id)}",
                kind=draft.kind,
                faces=faces,
                more=tuple(album.everyone.face_ids[list(draft.rows[len(draft.shown) :])].tolist()),
                person_id=draft.person_id,
                name=name,
                candidates=here,
                gain=draft.gain,
                words=_words(draft, name),
                why=_why(draft, told),
            )
        )
    return tuple(asked)


def _judged(drafts: Sequence[Draft]) -> list[int]:
    """The faces whose candidates are wanted."""
    judged = {
        row
        for draft in drafts
        for row in (draft.rows[:JUDGED] if draft.kind == "group" else draft.rows)
    }
    return sorted(judged)


def _words(draft: Draft, name: str) -> str:
    if draft.kind == "proposal":
        return f"Is this {name}?"
    if draft.kind == "waiting":
        return f"Which of these is {name}?"
    if draft.kind == "group":
        return f"Who is this? {many(len(draft.rows), 'face')} look alike."
    return "Who is this?"


def _why(draft: Draft, told: dict[int, Month]) -> str:
    month = told.get(draft.month) if draft.month is not None else None
    if draft.gain >= 3 and month is not None:
        return month_in_words(month)
    if draft.kind == "proposal":
        return "The tracker is not sure."
    if draft.kind == "waiting":
        return "You said who is in this photo, and it cannot be told which face that is."
    if draft.kind == "group":
        return "One answer names all of them."
    return "Nobody said anything of this face yet."


def _together(
    found: Sequence[Sequence[Candidate]],
    person_id: int | None,
    name: str,
    faces: Sequence[object],
) -> tuple[Candidate, ...]:
    """The candidates of several faces, by their mean chance; the one asked about first."""
    total: dict[int, list[Candidate]] = {}
    for one in found:
        for candidate in one:
            total.setdefault(candidate.person_id, []).append(candidate)
    merged = [
        replace(mine[0], chance=sum(c.chance for c in mine) / max(len(found), 1))
        for mine in total.values()
    ]
    merged.sort(key=lambda c: (c.person_id != person_id, -c.chance, c.person_id))
    if person_id is not None and all(c.person_id != person_id for c in merged):
        chance = getattr(faces[0], "chance", None)
        merged.insert(0, Candidate(person_id, name, chance or 0.0, "asked about"))
    return tuple(merged)


def _short(album: Album, *, sure: bool = False) -> dict[int, int]:
    """Months of the child that lack days, and how many."""
    return {
        month.age_months: lacks
        for month in months_in(album)
        if (lacks := needs(month.sure_days if sure else month.photo_days))
    }


def _adds(album: Album, person_id: int, row: int, month: int | None, short: dict[int, int]) -> int:
    """How many days the month lacks, if this face of the child's would add one; else 0."""
    if album.child is None or person_id != album.child.person_id or month is None:
        return 0
    lacks = short.get(month, 0)
    if not lacks:
        return 0
    return 0 if int(album.day_codes[row]) in _days_of_child(album) else lacks


def _days_of_child(album: Album) -> frozenset[int]:
    key = id(album)
    if key not in _days:
        _days.clear()
        assert album.child is not None  # noqa: S101  asked by `_adds` only
        mine = album.of(album.child.person_id, "confirmed", "proposed")
        _days[key] = frozenset(np.unique(album.day_codes[mine]).tolist())
    return _days[key]


_days: dict[int, frozenset[int]] = {}


def _month(album: Album, row: int) -> int | None:
    month = int(album.months[row])
    return month if month >= 0 else None


def _best_first(album: Album, rows: Sequence[int]) -> list[int]:
    return sorted(rows, key=lambda row: (-album.everyone.size_px[row], row))


def _chance_of(found: Sequence[Candidate], album: Album) -> float:
    child = None if album.child is None else album.child.person_id
    return next((c.chance for c in found if c.person_id == child), 0.0)
