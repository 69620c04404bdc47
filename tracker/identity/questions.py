"""The queue: what to ask, in the order of how much each answer helps the report.

1. An answer that may add a photo-day to a month of the child that has too few: the likelier it is
   the child, and the more the month lacks, the sooner.
2. Proposals, the most uncertain first; those of the child in months with few sure days before.
   Those that are as good as certain come many at once, person by person.
3. Photos that somebody is known to be in, and it cannot be told which face is theirs.
4. Faces that look alike and are nobody's, the largest group first, and single ones after them.

One question is one moment: of nine pictures of one smile the best is shown, and the answer counts
for all nine. What was said to be nobody's, or to be ignored, is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tracker.identity.album import Album
from tracker.identity.candidates import Candidate
from tracker.identity.review_months import days_of_child, needs
from tracker.identity.review_months import months as months_in
from tracker.identity.review_records import FaceLine, Month, Question, face_key
from tracker.identity.review_words import question_in_words, reason_in_words
from tracker.identity.worked_out import groups, look_up

if TYPE_CHECKING:
    import duckdb

LOOKED_AT = 300
"""Faces of nobody whose candidates are worked out to see whether they may be the child's."""

SHOWN = 12
"""Faces of a group that come with its question; the page fetches the others to look at them."""

SURE = 0.98
"""The chance from which proposals are asked about many at once."""

TOGETHER, MOST_TOGETHER = 3, 48
"""Moments that make such a question, and the most there are in one: what is looked at at once."""

JUDGED = 5
"""Faces of a group that its candidates are worked out from."""

AHEAD = 60
"""Questions after those that are asked for, whose candidates are worked out with them."""

HELPS = 3.0
"""The gain from which an answer may add a day to a month that lacks days."""

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
        """Those that come with it: which of a photo's faces is meant needs all of them."""
        return self.rows if self.kind == "waiting" else self.rows[:SHOWN]

    @property
    def judged(self) -> tuple[int, ...]:
        """Those that its candidates are worked out from."""
        return self.rows[:JUDGED] if self.kind in {"group", "proposals"} else self.rows


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
    told = sorted([*_proposals(album), *_waiting(album)], key=_by_gain)
    alike, alone = _nameless(connection, home, embedder_id, album, told[:limit], limit=limit)
    asked = (
        draft
        for draft in _one_a_moment(album, chain(sorted([*told, *alike], key=_by_gain), alone))
        if kind in (None, draft.kind)
    )
    chosen = list(islice(asked, max(limit, 0)))
    next_ones = list(islice(asked, AHEAD))
    return _looked_up(connection, home, embedder_id, album, chosen, next_ones=next_ones)


def _by_gain(draft: Draft) -> tuple[float, int]:
    return -draft.gain, draft.rows[0]


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
    certain: dict[int, list[Draft]] = {}
    for (_, person), here in by_moment.items():
        least = min(chances[row] for row in here)
        month = _month(album, here[0])
        lacks = short.get(month, 0) if person == child and month is not None else 0
        best = _best_first(album, here) if len(here) > 1 else here
        gain = 2 + 0.6 * (1 - abs(2 * least - 1)) + 0.1 * lacks
        draft = Draft("proposal", tuple(best), gain, person, month)
        if least >= SURE:
            certain.setdefault(person, []).append(draft)
        else:
            yield draft
    for mine in certain.values():
        yield from _many_at_once(mine, chances) if len(mine) >= TOGETHER else mine


def _many_at_once(mine: Sequence[Draft], chances: Sequence[float]) -> Iterator[Draft]:
    """Somebody's proposals, by time, so many at once: the least certain first, to be seen first."""
    parts = -(-len(mine) // MOST_TOGETHER)
    for part in range(parts):
        here = mine[part * len(mine) // parts : (part + 1) * len(mine) // parts]
        rows = sorted((row for one in here for row in one.rows), key=lambda row: chances[row])
        size = 1 - 1 / float(np.log2(2 + len(here)))
        gain = max(one.gain for one in here) + 0.5 * size
        yield Draft("proposals", tuple(rows), gain, here[0].person_id)


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
        gain = HELPS + 0.25 * adds + 0.7 / len(rows) if adds else 1 + 0.5 / len(rows)
        yield Draft("waiting", tuple(rows), gain, person, month)


def _nameless(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    embedder_id: str,
    album: Album,
    others: Sequence[Draft],
    *,
    limit: int,
) -> tuple[list[Draft], Iterator[Draft]]:
    """Faces of nobody: those that may help and the groups that look alike, and all others.

    Those that may be the child's in a month that lacks days come by how likely that is; then the
    largest groups, then the largest faces. `others` are the questions that may be among the first
    `limit` beside these: all candidates are worked out together, which takes little longer.
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
    rest = every.is_("")
    rest[list(group_of)] = False
    large = _alone(album, np.flatnonzero(rest))
    alike = [Draft("group", tuple(theirs), 0.0) for theirs in members[:limit]]
    ahead = _judged([*others, *alike, *islice(large, max(limit, 0))])
    helps = _helps(connection, home, embedder_id, album, ahead)
    found = []
    of_group: dict[int, float] = {}
    for row, gain in helps.items():
        if row in group_of:
            of_group[group_of[row]] = max(gain, of_group.get(group_of[row], 0.0))
        else:
            found.append(Draft("unknown", (row,), gain, month=_month(album, row)))
    for place, theirs in enumerate(members):
        size = 1 - 1 / float(np.log2(2 + len(theirs)))
        first = max(theirs, key=lambda row: helps.get(row, 0.0))
        gain = of_group.get(place, 0.2) + 0.8 * size
        found.append(Draft("group", tuple(theirs), gain, month=_month(album, first)))
    rest[list(helps)] = False
    return found, _alone(album, np.flatnonzero(rest))


def _alone(album: Album, rows: npt.NDArray[np.int64]) -> Iterator[Draft]:
    """Each by itself, the largest first, after all other questions."""
    sizes = album.everyone.size_px[rows]
    largest = float(sizes.max(initial=1.0))
    for place in np.argsort(-sizes, kind="stable").tolist():
        yield Draft("unknown", (int(rows[place]),), 0.15 * float(sizes[place]) / largest)


def _helps(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    embedder_id: str,
    album: Album,
    ahead: Sequence[int],
) -> dict[int, float]:
    """The nameless faces that may give the child a day where one lacks: position to gain.

    The candidates of those at the positions `ahead` are worked out with theirs."""
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
    rows = [row for _, row in worth]
    known = look_up(connection, home, embedder_id, album, rows, ahead=ahead)
    found = {}
    for adds, row in worth:
        chance = _chance_of(known.get(int(every.face_ids[row]), ()), album)
        if chance >= LIKELY:
            found[row] = HELPS + 0.25 * adds + 0.7 * chance
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
                unborn=_unborn(album, draft.rows),
                words=question_in_words(draft.kind, name, len(draft.rows)),
                why=_why(draft, name, here[0].chance if here else 0.0, told),
            )
        )
    return tuple(asked)


def _judged(drafts: Sequence[Draft]) -> list[int]:
    """The faces whose candidates are wanted."""
    return sorted({row for draft in drafts for row in draft.judged})


def _why(draft: Draft, name: str, chance: float, told: Mapping[int, Month]) -> str:
    month = told.get(draft.month) if draft.month is not None and draft.gain >= HELPS else None
    return reason_in_words(draft.kind, name, chance, month)


def _unborn(album: Album, rows: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Of several faces those that were photographed before somebody's birth, by person."""
    if len(rows) < 2:
        return {}
    every = album.everyone
    ids, latest = every.face_ids[list(rows)], every.latest[list(rows)]
    found = {}
    for person in album.people:
        if person.born_earliest is not None:
            early = ids[latest < np.datetime64(person.born_earliest)]  # an unknown day is not
            if len(early):
                found[person.person_id] = tuple(early.tolist())
    return found


def _together(
    found: Sequence[Sequence[Candidate]],
    person_id: int | None,
    name: str,
    faces: Sequence[FaceLine],
) -> tuple[Candidate, ...]:
    """The candidates of several faces, by their mean chance; the one asked about first.

    What a chance rests on is said of one face only: of others it may be something else."""
    total: dict[int, list[Candidate]] = {}
    for one in found:
        for candidate in one:
            total.setdefault(candidate.person_id, []).append(candidate)
    merged = [
        replace(
            mine[0],
            chance=sum(c.chance for c in mine) / max(len(found), 1),
            why=mine[0].why if len(found) == 1 else "",
        )
        for mine in total.values()
    ]
    merged.sort(key=lambda c: (c.person_id != person_id, -c.chance, c.person_id))
    if person_id is not None and all(c.person_id != person_id for c in merged):
        # Where others are likelier by now, what it was once taken for is a long shot.
        before = None if merged else faces[0].chance
        merged.insert(0, Candidate(person_id, name, before or 0.0, ""))
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
    return lacks if lacks and int(album.day_codes[row]) not in days_of_child(album) else 0


def _month(album: Album, row: int) -> int | None:
    month = int(album.months[row])
    return month if month >= 0 else None


def _best_first(album: Album, rows: Sequence[int]) -> list[int]:
    return sorted(rows, key=lambda row: (-album.everyone.size_px[row], row))


def _chance_of(found: Sequence[Candidate], album: Album) -> float:
    child = None if album.child is None else album.child.person_id
    return next((c.chance for c in found if c.person_id == child), 0.0)
