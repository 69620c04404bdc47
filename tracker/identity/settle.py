"""Giving names to the faces of an ingest: what the user said, then what the gallery says."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from db import cohort, faces, namings, people
from db.decisions import standing
from db.faces import FaceTable
from db.gallery import Gallery
from db.records import Decision, Person
from tracker.identity import match
from tracker.identity.births import born, set_command
from tracker.identity.family import take_back_impossible
from tracker.identity.settled import Settled, from_kept
from tracker.relations import CHILD, UNRELATED
from tracker.vision.detector import DETECTOR_ID

if TYPE_CHECKING:
    import duckdb

WINDOW = np.timedelta64(183, "D")
"""A child is compared with itself within half a year: it changes too much for more."""

LEAST_IN_WINDOW = 5
"""With fewer references than this inside the window, all of the child's are used."""

PROBES_AT_ONCE = 32768
"""Faces whose vectors are in memory together: 64 MB of 512 numbers each."""

CALIBRATION_FACES = 300
"""Faces per side that a calibration looks at; more change nothing but the time."""


def settle(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    photos: Sequence[str],
    person: Person | None,
    embedder_id: str,
) -> Settled:
    """Name the faces of `photos` (their sha256s). `person` is whom the user said they show.

    One face in the photo: it is the person's, because the user said so. Several: the one the
    gallery tells, else the photo waits for a decision. Everyone else is proposed when the
    gallery is sure, and nobody is named twice in a photo. Photos that had come here with the
    cohort are the family's from now on.

    Asked the same again when nothing was told since, it says what it said: a library is ingested
    again and again, mostly for nothing new.
    """
    question = question_of(photos, person, embedder_id)
    before = namings.told(connection, embedder_id)
    kept = namings.load(connection, question, before)
    if kept is not None:
        return from_kept(kept)
    settled = name(connection, home, photos, person, embedder_id)
    after = namings.told(connection, embedder_id)
    if after.but_guesses == before.but_guesses:  # else asking again could tell more
        namings.keep(connection, question, after, asdict(settled))
    return settled


def question_of(photos: Sequence[str], person: Person | None, embedder_id: str) -> str:
    """A fingerprint of what is asked, and of the program that answers."""
    digest = _program().copy()
    digest.update(repr((person, embedder_id)).encode())
    digest.update("".join(photos).encode())
    return digest.hexdigest()


@cache
def _program() -> hashlib._Hash:
    digest = hashlib.sha256()
    for module in (match, sys.modules[__name__]):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest


def name(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    photos: Sequence[str],
    person: Person | None,
    embedder_id: str,
) -> Settled:
    """Do what `settle` promises."""
    take_back_impossible(connection)
    cohort.take_back(connection, photos)
    table = faces_in(connection, photos, embedder_id)
    groups = by_photo(table)
    faceless = len(set(photos)) - len(groups)
    if person is None:
        told_again, waiting_for = ask_again(connection, home, table, embedder_id)
        proposed = propose(connection, home, faces_in(connection, photos, embedder_id), embedder_id)
        return Settled(
            None, faceless=faceless, told_again=told_again, waiting_for=waiting_for, **proposed
        )

    mine = table.person_ids == person.person_id
    named = {
        photo
        for photo, rows in groups.items()
        if (mine[rows] & (table.states[rows] == "confirmed")).any()
    }
    singles = [rows[0] for photo, rows in groups.items() if len(rows) == 1 and photo not in named]
    taken = [i for i in singles if table.states[i] == "confirmed" and not mine[i]]
    people.decide(
        connection,
        [
            Decision(
                int(table.face_ids[i]),
                person.person_id,
                "confirmed",
                "user",
                "the only face, given with --as",
            )
            for i in singles
        ],
    )
    crowds = [rows for photo, rows in groups.items() if len(rows) > 1 and photo not in named]
    matched, waiting = pick_in_crowds(
        connection, home, table, crowds, person=person, embedder_id=embedder_id
    )
    told_again, waiting_for = ask_again(connection, home, table, embedder_id, but=person)
    proposed = propose(connection, home, faces_in(connection, photos, embedder_id), embedder_id)
    return Settled(
        person.name,
        enrolled=len(singles),
        matched=matched,
        waiting_for={**waiting_for, **({person.name: waiting} if waiting else {})},
        told_again=told_again,
        already=len(named),
        faceless=faceless,
        warnings=(*_given_before(person, len(taken)), *_before_birth(person, table)),
        **proposed,
    )


def _given_before(person: Person, number: int) -> Iterator[str]:
    if number:
        was, they, are = ("was", "it", "is") if number == 1 else ("were", "they", "are")
        yield (
            f"{number} of these photos {was} given as someone else's before; {they} {are} "
            f"{person.name}'s now."
        )


def _before_birth(person: Person, table: FaceTable) -> Iterator[str]:
    early = set(table.photos[before_birth(person, table)].tolist())
    if early:
        yield (
            f"{len(early)} of these photos {'is' if len(early) == 1 else 'are'} dated before "
            f"{person.name} was born ({born(person)}). Look at the dates: tracker status "
            f"--rejected; or was the birth mistyped? {set_command(person, '--born', 'DATE')}"
        )


def before_birth(person: Person, table: FaceTable) -> npt.NDArray[np.bool_]:
    """Which faces `(faces,)` are of photos certainly taken before the person's birth."""
    if person.born_earliest is None:
        return np.zeros(len(table), dtype=bool)
    return np.asarray(table.day_latest < np.datetime64(person.born_earliest))  # NaT is not


def faces_in(
    connection: duckdb.DuckDBPyConnection, photos: Sequence[str], embedder_id: str
) -> FaceTable:
    """Every embedded face of these photos, named or not, without vectors: photos may be many."""
    return faces.of_photos(connection, embedder_id, photos, DETECTOR_ID)


def by_photo(table: FaceTable) -> dict[str, npt.NDArray[np.int64]]:
    """Row numbers of each photo's faces."""
    groups: dict[str, list[int]] = {}
    for row, photo in enumerate(table.photos.tolist()):
        groups.setdefault(photo, []).append(row)
    return {photo: np.array(rows) for photo, rows in groups.items()}


def pick_in_crowds(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    table: FaceTable,
    crowds: Sequence[npt.NDArray[np.int64]],
    *,
    person: Person,
    embedder_id: str,
) -> tuple[int, int]:
    """Find the person among several faces, photo by photo: (photos told, photos waiting).

    A face that is known to be another's is not among those asked about.
    """
    others = (table.states == "confirmed") & (table.person_ids != person.person_id)
    crowds = [crowd[~others[crowd]] for crowd in crowds]
    if not crowds:
        return 0, 0
    rows = np.concatenate(crowds)
    known, chances = chances_of(connection, home, table.take(rows), embedder_id, named=person)
    column = [p.person_id for p in known].index(person.person_id) if person in known else None
    decisions, start, told = [], 0, 0
    for crowd in crowds:
        here = chances[start : start + len(crowd), column] if column is not None else np.empty(0)
        start += len(crowd)
        winner = match.pick_one(here)
        if winner is None:
            decisions += [
                Decision(
                    int(table.face_ids[i]),
                    person.person_id,
                    "waiting",
                    "match",
                    "several faces, none surely the one named",
                )
                for i in crowd
            ]
        else:
            told += 1
            decisions.append(
                Decision(
                    int(table.face_ids[crowd[winner]]),
                    person.person_id,
                    "confirmed",
                    "match",
                    f"named with --as; the likeliest of {len(crowd)} faces",
                    embedder_id=embedder_id,
                )
            )
    people.decide(connection, decisions)
    return told, len(crowds) - told


def ask_again(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    table: FaceTable,
    embedder_id: str,
    *,
    but: Person | None = None,
) -> tuple[dict[str, int], dict[str, int]]:
    """Ask once more about the photos that wait: photos (told, still waiting) by name.

    `but` is whom they were asked about a moment ago.
    """
    photo_of = dict(zip(table.face_ids.tolist(), table.photos.tolist(), strict=True))
    stands = standing(connection, list(photo_of))
    known = {(photo_of[d.face_id], d.person_id) for d in stands if d.state == "confirmed"}
    waits = {(photo_of[d.face_id], d.person_id) for d in stands if d.state == "waiting"} - known
    groups = by_photo(table)
    told: dict[str, int] = {}
    waiting: dict[str, int] = {}
    for person in (counted.person for counted in people.all_people(connection) if waits):
        crowds = [rows for photo, rows in groups.items() if (photo, person.person_id) in waits]
        if not crowds or person == but:
            continue
        found, left = pick_in_crowds(
            connection, home, table, crowds, person=person, embedder_id=embedder_id
        )
        told |= {person.name: found} if found else {}
        waiting |= {person.name: left} if left else {}
    return told, waiting


def propose(
    connection: duckdb.DuckDBPyConnection, home: Path, table: FaceTable, embedder_id: str
) -> dict[str, Any]:
    """Propose a name for every face that has none, where the gallery is sure.

    Those that the user added as somebody unrelated are nobody's.
    """
    # A face that waits for one question is not used to answer another.
    asked = (table.states == "") | (table.states == "proposed")
    nameless = np.flatnonzero(asked & ~np.isin(table.face_ids, cohort.face_ids(connection)))
    if not len(nameless):
        return {"proposed": {}, "unknown": 0}
    part = table.take(nameless)
    known, chances = chances_of(connection, home, part, embedder_id)
    settled_here = {
        (photo, owner)
        for photo, owner, state in zip(table.photos, table.person_ids, table.states, strict=True)
        if state == "confirmed"
    }
    for column, someone in enumerate(known):
        there = [(photo, someone.person_id) in settled_here for photo in part.photos]
        chances[np.array(there, dtype=bool), column] = 0.0
    pairs = match.assign(chances, part.photos)
    people.decide(
        connection,
        [
            Decision(
                int(part.face_ids[row]),
                known[column].person_id,
                "proposed",
                "match",
                f"chance {chances[row, column]:.3f}",
                embedder_id=embedder_id,
            )
            for row, column in pairs
        ],
    )
    return {
        "proposed": dict(Counter(known[column].name for _, column in pairs)),
        "unknown": len(nameless) - len(pairs),
    }


def chances_of(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    probes: FaceTable,
    embedder_id: str,
    *,
    named: Person | None = None,
) -> tuple[list[Person], npt.NDArray[np.floating[Any]]]:
    """(people who can be judged, chance `(faces, people)` that each face is each of them).

    Nobody is in a photo taken before their birth, but whom the user `named`: then it is the
    photo's date that is wrong.
    """
    enrolled = faces.enrolled(connection, embedder_id, with_vectors=False, once=False)
    family = [c.person for c in people.all_people(connection) if c.person.relation != UNRELATED]
    known = [p for p in family if (enrolled.person_ids == p.person_id).any()]
    if not known or not len(probes):
        return [], np.zeros((len(probes), 0))
    gallery = Gallery.open(connection, home, embedder_id)
    nearness = np.full((len(probes), len(known)), np.nan)
    by_day = np.argsort(probes.day_earliest, kind="stable")
    for start in range(0, len(probes), PROBES_AT_ONCE):
        rows = by_day[start : start + PROBES_AT_ONCE]
        part = probes.take(rows)
        part = replace(part, vectors=faces.vectors_of(connection, embedder_id, part.face_ids))
        for column, person in enumerate(known):
            own = enrolled.take(np.flatnonzero(enrolled.person_ids == person.person_id))
            nearness[rows, column] = closeness_to(person, own, part, gallery)
    crowds = [rows for rows in by_photo(probes).values() if len(rows) > 1]
    columns = []
    for column, person in enumerate(known):
        odds = log_odds_of(person, enrolled, nearness[:, column], crowds, gallery)
        if person != named:
            odds[before_birth(person, probes)] = np.nan
        columns.append(odds)
    return known, match.posterior(np.stack(columns, axis=1))


def log_odds_of(
    person: Person,
    enrolled: FaceTable,
    nearness: npt.NDArray[np.floating[Any]],
    crowds: Iterable[npt.NDArray[np.int64]],
    gallery: Gallery,
) -> npt.NDArray[np.floating[Any]]:
    """Log-odds `(faces,)` that each probe is `person`, from its closeness `nearness` `(faces,)`;
    NaN throughout if the person cannot be judged."""
    is_own = enrolled.person_ids == person.person_id
    own, others = enrolled.take(np.flatnonzero(is_own)), enrolled.take(np.flatnonzero(~is_own))
    some = own.take(thinned(len(own)))
    rest = gallery.vectors(others.face_ids[thinned(len(others))])
    similarity, found = gallery.search(rest, match.NEAREST, own.face_ids)
    closest = match.mean_of_largest(np.where(found < 0, np.nan, similarity), match.NEAREST)
    # Of several faces in one photo at most one is this person: all but the nearest are not.
    not_mine = [np.sort(nearness[rows])[:-1] for rows in crowds]
    fitted = match.calibrate(
        match.own_closeness(gallery.vectors(some.face_ids), day_codes(some)),
        np.concatenate([closest, *not_mine]),
    )
    return fitted.log_odds(nearness) if fitted is not None else np.full(len(nearness), np.nan)


def closeness_to(
    person: Person, own: FaceTable, probes: FaceTable, gallery: Gallery
) -> npt.NDArray[np.floating[Any]]:
    """Closeness `(faces,)` of each probe to the person, a child only to itself near that age."""
    nearness = np.full(len(probes), np.nan)
    for rows, among in windows(person, own, probes.day_earliest):
        similarity, ids = gallery.search(probes.vectors[rows], match.NEAREST + 1, among)
        # A probe that is enrolled already would find itself.
        similarity = np.where((ids < 0) | (ids == probes.face_ids[rows, None]), np.nan, similarity)
        nearness[rows] = match.mean_of_largest(similarity, match.NEAREST)
    return nearness


def windows(
    person: Person, own: FaceTable, days: npt.NDArray[np.datetime64]
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Row numbers of probes taken on these `days`, with the person's faces they are compared
    with: every row once."""
    if person.relation != CHILD:
        yield np.arange(len(days)), own.face_ids
        return
    distinct, code = np.unique(days, return_inverse=True)  # NaT is one of them
    order = np.argsort(code, kind="stable")
    for day, rows in zip(distinct, np.split(order, np.cumsum(np.bincount(code))[:-1]), strict=True):
        near = ~np.isnat(own.day_earliest) & (np.abs(own.day_earliest - day) <= WINDOW)
        yield rows, own.face_ids[near] if near.sum() >= LEAST_IN_WINDOW else own.face_ids


def day_codes(table: FaceTable) -> npt.NDArray[np.int64]:
    """A number per photo-day; photos of unknown day stand alone."""
    days = table.day_earliest.astype(np.int64)
    unknown = np.isnat(table.day_earliest)
    _, photo = np.unique(table.photos.astype(str), return_inverse=True)
    return np.where(unknown, -1 - photo, days)


def thinned(count: int) -> npt.NDArray[np.int64]:
    """At most CALIBRATION_FACES row numbers, spread evenly."""
    return (
        np.unique(np.linspace(0, count - 1, min(count, CALIBRATION_FACES)).astype(np.int64))
        if count
        else np.empty(0, np.int64)
    )
