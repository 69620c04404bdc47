"""Giving names to the faces of an ingest: what the user said, then what the faces tell."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from db import cohort, faces, namings, people
from db.decisions import denied, standing
from db.faces import FaceTable
from db.records import Decision, Person
from tracker.identity import match, seeing
from tracker.identity.family import before_birth, take_back_impossible
from tracker.identity.program import fingerprint
from tracker.identity.proposing import propose
from tracker.identity.settled import Settled, from_kept
from tracker.identity.strictness import strictness
from tracker.vision.detector import DETECTOR_ID

if TYPE_CHECKING:
    import duckdb


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
    question = question_of(photos, person, embedder_id, strictness(connection))
    before = namings.told(connection, embedder_id)
    kept = namings.load(connection, question, before)
    if kept is not None:
        return from_kept(kept)
    settled = name(connection, home, photos, person, embedder_id)
    after = namings.told(connection, embedder_id)
    if after.but_guesses == before.but_guesses:  # else asking again could tell more
        namings.keep(connection, question, after, asdict(settled))
    return settled


def question_of(
    photos: Sequence[str], person: Person | None, embedder_id: str, target: float
) -> str:
    """A fingerprint of what is asked, and of the program that answers."""
    digest = hashlib.sha256(fingerprint().encode())
    digest.update(repr((person, embedder_id, target)).encode())
    digest.update("".join(photos).encode())
    return digest.hexdigest()


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
        proposed = _proposed(connection, photos, embedder_id)
        return Settled(
            None, faceless=faceless, told_again=told_again, waiting_for=waiting_for, **proposed
        )

    mine = table.person_ids == person.person_id
    no = _answered_no(connection, table, person)
    named = {
        photo
        for photo, rows in groups.items()
        if (mine[rows] & (table.states[rows] == "confirmed")).any()
    }
    single = [rows[0] for photo, rows in groups.items() if len(rows) == 1 and photo not in named]
    singles = [i for i in single if not no[i]]
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
    proposed = _proposed(connection, photos, embedder_id)
    return Settled(
        person.name,
        enrolled=len(singles),
        matched=matched,
        waiting_for={**waiting_for, **({person.name: waiting} if waiting else {})},
        told_again=told_again,
        already=len(named),
        faceless=faceless,
        warnings=(
            *_given_before(person, len(taken)),
            *_answered_before(person, len(single) - len(singles)),
            *_before_birth(person, table),
        ),
        **proposed,
    )


def _given_before(person: Person, number: int) -> Iterator[str]:
    if number:
        was, they, are = ("was", "it", "is") if number == 1 else ("were", "they", "are")
        yield (
            f"{number} of these photos {was} given as someone else's before; {they} {are} "
            f"{person.name}'s now."
        )


def _answered_before(person: Person, number: int) -> Iterator[str]:
    if number:
        photos = "1 of these photos" if number == 1 else f"{number} of these photos"
        yield (
            f"You said before of the face in {photos} that it is not {person.name}'s: that stands. "
            f"See `tracker faces list`."
        )


def _answered_no(
    connection: duckdb.DuckDBPyConnection, table: FaceTable, person: Person
) -> npt.NDArray[np.bool_]:
    """Which faces `(faces,)` the user answered are not the person's."""
    no = denied(connection, table.face_ids.tolist(), person.person_id)
    return np.isin(table.face_ids, list(no))


def _before_birth(person: Person, table: FaceTable) -> Iterator[str]:
    early = set(table.photos[seeing.before_birth([person], table)[:, 0]].tolist())
    if early:
        yield before_birth(len(early), person)


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
    others |= _answered_no(connection, table, person)
    crowds = [asked for crowd in crowds if len(asked := crowd[~others[crowd]])]
    if not crowds:
        return 0, 0
    asked = table.face_ids[np.concatenate(crowds)]
    chances = chances_of(connection, asked.tolist(), person, embedder_id)
    decisions, told = [], 0
    for crowd in crowds:
        here = np.array([chances.get(face, np.nan) for face in table.face_ids[crowd].tolist()])
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


def chances_of(
    connection: duckdb.DuckDBPyConnection, face_ids: Sequence[int], person: Person, embedder_id: str
) -> dict[int, float]:
    """How likely each of these faces is the person, by looks; empty if that cannot be judged."""
    found: dict[int, float] = {}
    for glance in seeing.glances(connection, embedder_id, face_ids, named=person):
        place = glance.known.place(person.person_id)
        if place is not None and glance.known.judge.odds[place] is not None:
            chances = glance.seen.alone[:, place]
            found |= dict(zip(glance.table.face_ids.tolist(), chances.tolist(), strict=True))
    return found


def _proposed(
    connection: duckdb.DuckDBPyConnection, photos: Sequence[str], embedder_id: str
) -> dict[str, Any]:
    """Propose names for the faces of these photos: proposals by name, and how many are nobody's."""
    table = faces_in(connection, photos, embedder_id)
    asked = (table.states == "") | (table.states == "proposed")
    asked &= ~np.isin(table.face_ids, cohort.face_ids(connection))
    named = propose(connection, table.face_ids[asked].tolist(), embedder_id)
    mine = [named[face] for face in table.face_ids[asked].tolist() if face in named]
    return {"proposed": dict(Counter(mine)), "unknown": int(asked.sum()) - len(mine)}
