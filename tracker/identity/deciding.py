"""What the user answers of faces and people: stored as a batch, taken back as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from db import answers, people, reviewing
from db.connection import transaction
from db.decisions import decide as write
from db.decisions import labels, nobodies
from db.records import Decision, Person
from db.text import many
from tracker.errors import UsageError
from tracker.identity import family
from tracker.identity.review_records import Undo, Undone, face_key
from tracker.relations import UNRELATED

if TYPE_CHECKING:
    import duckdb

ANSWERS = ("confirmed", "rejected", "ignored")
"""What can be said of a face: it is somebody's, it is not somebody's (or nobody's that the user
knows), or it is no face to ask about."""

LISTED = 4
"""Sentences about what stands again, before the rest is counted."""

FROM_PAGE = "answered in the review"


@dataclass(frozen=True, slots=True)
class Answered(Undo):
    """What was stored. `left_out` are faces that were not, as nobody is in a photo twice;
    `warnings` are sentences about what cannot be right."""

    left_out: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "words": self.words,
            "faces": self.faces,
            "id": None if self.batch_id is None else str(self.batch_id),
            "left_out": [face_key(face) for face in self.left_out],
            "warnings": list(self.warnings),
        }


def decide(
    connection: duckdb.DuckDBPyConnection,
    face_ids: Sequence[int],
    person_id: int | None,
    state: str,
    words: str | None = None,
    *,
    reason: str = FROM_PAGE,
) -> Answered:
    """Store what the user says of these faces, all or nothing; one `undo` takes all of it back.

    "confirmed" needs a person; "rejected" is of a person, or of nobody the user knows (None);
    "ignored" has none. `words` say what was done, for the undo; None: made from the rest. What was
    confirmed of the faces to be somebody else's is denied. `Undo.faces` counts the faces of which
    something new is said, and is 0 where nothing is: then there is nothing to take back.

    Nobody is in a photo twice. That another face of the photo is the same person's is withdrawn,
    unless it is an answer, too: then, and where two of one photo are to be confirmed, these faces
    are left out.

    Raises UsageError for an answer that cannot be given, or where all are left out; Conflict for a
    face or a person that is not there.
    """
    faces = list(dict.fromkeys(int(face) for face in face_ids))
    if state not in ANSWERS:
        raise UsageError(f"{state!r} is no answer.", hint=f"Give one of: {', '.join(ANSWERS)}.")
    if not faces:
        raise UsageError("Say of which faces.", hint="`tracker faces list` shows their ids.")
    if (state == "confirmed" and person_id is None) or (state == "ignored" and person_id):
        raise UsageError(f"{state!r} needs {'a' if state == 'confirmed' else 'no'} person.")
    person = None if person_id is None else _person(connection, person_id)
    left: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    with transaction(connection):
        if person is not None and state == "confirmed":
            mates = reviewing.mates_of(connection, faces)
            left = _twice(faces, mates, person)
            faces = [face for face in faces if face not in set(left)]
            said = _confirmed(faces, mates, person, reason)
            warnings = _too_early(faces, mates, person)
        else:
            told = None if person is None else person.person_id
            said = [Decision(face, told, state, "user", reason) for face in faces]
        answer = words if words is not None else in_words(state, person, len(faces))
        batch = answers.open_batch(connection, answer)
        written = write(connection, said, batch=batch)
        if not written:
            answers.close_batch(connection, batch)
    number = batch if written else None
    return Answered(answer, len(set(written) & set(faces)), number, left, warnings)


def _twice(
    faces: Sequence[int], mates: Iterable[reviewing.Mate], person: Person
) -> tuple[int, ...]:
    """Those of `faces` that cannot be the person's: somebody is once in a photo.

    Raises UsageError where that is all of them.
    """
    asked = set(faces)
    chosen, answered = defaultdict(set), defaultdict(set)  # faces, by photo
    for mate in mates:
        if mate.face_id in asked:
            chosen[mate.photo_id].add(mate.face_id)
        if mate.answered and mate.person_id == person.person_id:
            answered[mate.photo_id].add(mate.face_id)
    out: set[int] = set()
    for photo, some in chosen.items():
        if answered[photo]:
            out |= some - answered[photo]
        elif len(some) > 1:
            out |= some
    if len(out) < len(faces):
        return tuple(face for face in faces if face in out)
    if any(answered.values()):
        raise UsageError(
            f"{person.name} is in that photo already, as you said of another face.",
            hint=f"Nobody is in a photo twice. Say first that the other face is not "
            f"{person.name}'s.",
        )
    raise UsageError(
        "Several of these faces are in one photo: they are several people's.",
        hint="Say it of each person's by themselves.",
    )


def _too_early(
    faces: Sequence[int], mates: Iterable[reviewing.Mate], person: Person
) -> tuple[str, ...]:
    """What cannot be right about the dates of these faces' photos."""
    born, here = person.born_earliest, set(faces)
    if born is None:
        return ()
    early = {
        mate.photo_id
        for mate in mates
        if mate.face_id in here and mate.latest is not None and mate.latest < born
    }
    return (family.before_birth(len(early), person),) if early else ()


def _confirmed(
    faces: Sequence[int],
    mates: Iterable[reviewing.Mate],
    person: Person,
    reason: str,
) -> list[Decision]:
    told = person.person_id
    here = set(faces)
    others = [
        Decision(mate.face_id, mate.person_id, "rejected", "user", f"{person.name} instead")
        for mate in mates
        if mate.face_id in here and mate.state == "confirmed" and mate.person_id != told
    ]
    said = [Decision(face, told, "confirmed", "user", reason) for face in faces]
    photos = {mate.photo_id for mate in mates if mate.face_id in here}
    withdrawn = [
        Decision(
            mate.face_id,
            told,
            "rejected",
            "user" if mate.state == "confirmed" else "match",
            f"another face of the photo is {person.name}'s",
        )
        for mate in mates
        if mate.person_id == told and mate.photo_id in photos and mate.face_id not in here
    ]
    return [*others, *said, *withdrawn]


def undo(connection: duckdb.DuckDBPyConnection) -> Undone | None:
    """Take back the last that stands of what was decided here; None where there is nothing.

    `Undone.photos` are photos whose date was set by it: their dates are to be worked out again (see
    `tracker.study.reviewing`, whose `undo` does). Raises Conflict where a name cannot come back.
    """
    with transaction(connection):
        batch = answers.undo(connection)
        if batch is None:
            return None
        family.take_back_impossible(connection)
    return Undone(batch.words, batch.faces, _back(connection, batch.faces), batch.photos)


def next_undo(connection: duckdb.DuckDBPyConnection) -> Undo | None:
    """What `undo` would take back."""
    batch = answers.last(connection)
    return None if batch is None else Undo(batch.words, len(batch.faces), batch.batch_id)


def rename(connection: duckdb.DuckDBPyConnection, person_id: int, name: str) -> Undo:
    """Give somebody another name. Raises Conflict where it is taken or cannot be one."""
    person = _person(connection, person_id)
    with transaction(connection):
        with _changing(connection, f"{person.name} renamed", person) as batch:
            now = people.rename(connection, person.person_id, name)
        answers.rename_batch(connection, batch, f"{person.name} is called {now.name}")
        answers.close_batch(connection, batch)
    return Undo(f"{person.name} is called {now.name}", 0)


@contextmanager
def _changing(connection: duckdb.DuckDBPyConnection, words: str, *persons: Person) -> Iterator[int]:
    """A step that can be taken back and changes these entries, all or nothing; gives its batch."""
    with transaction(connection):
        batch = answers.open_batch(connection, words)
        before = answers.entries(connection, [person.person_id for person in persons])
        yield batch
        answers.note_entries(connection, batch, before)


def merge(connection: duckdb.DuckDBPyConnection, gone_id: int, kept_id: int) -> Undo:
    """Two entries are one person, `kept_id`. Raises UsageError where they cannot be."""
    gone, kept = _person(connection, gone_id), _person(connection, kept_id)
    family.must_be_mergeable(connection, gone, kept)
    words = f"{gone.name} is {kept.name}"
    with _changing(connection, words, gone, kept):
        people.merge(connection, gone.person_id, kept.person_id)
        family.take_back_impossible(connection)
    return Undo(words, 0)


def add(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    relation: str,
    born: str | None,
    sex: str | None,
) -> tuple[Person, int, Undo]:
    """Add somebody: `family.add_person`, as a step that can be taken back."""
    words = f"{name.strip()} is added"
    with transaction(connection):
        before = people.removed(connection, name)
        was = {} if before is None else answers.entries(connection, [before.person_id])
        batch = answers.open_batch(connection, words)
        person, faces = family.add_person(connection, name, relation, born, sex)
        if was:
            answers.note_entries(connection, batch, was)
        else:
            answers.note_added(connection, person.person_id)
        words = f"{person.name} is added"
        answers.rename_batch(connection, batch, words)
    return person, faces, Undo(words, 0)


def remove(connection: duckdb.DuckDBPyConnection, person_id: int) -> Undo:
    """Take somebody out of every comparison."""
    person = _person(connection, person_id)
    words = f"{person.name} is removed"
    with _changing(connection, words, person):
        people.remove(connection, person.person_id)
    return Undo(words, 0)


def split(
    connection: duckdb.DuckDBPyConnection,
    face_ids: Sequence[int],
    name: str,
    relation: str,
    *,
    born: str | None = None,
    sex: str | None = None,
) -> tuple[Person, Undo]:
    """These faces are somebody else's, who is new here: added and named in one step.

    `undo` takes back both. Raises as `family.add_person` and `decide` do.
    """
    with transaction(connection):
        person, _ = family.add_person(connection, name, relation, born, sex)
        done = decide(connection, face_ids, person.person_id, "confirmed")
        answers.note_added(connection, person.person_id)
    return person, done


def unrelated(
    connection: duckdb.DuckDBPyConnection, face_ids: Sequence[int], name: str | None = None
) -> tuple[Person, Undo]:
    """These faces are one person's who is not of the family: a resemblance is held against them.

    Without a name they are called "Stranger 1" and so on. `undo` takes back both.
    """
    if name is None:
        taken = {people.name_key(p.name) for p in reviewing.living(connection)}
        name = next(
            n for n in map("Stranger {}".format, count(1)) if people.name_key(n) not in taken
        )
    return split(connection, face_ids, name, UNRELATED)


def in_words(state: str, person: Person | None, faces: int) -> str:
    """An answer in words: "Mia: 12 faces", "not Mia: 1 face"."""
    number = many(faces, "face")
    if state == "ignored":
        return f"{number} ignored"
    if person is None:
        return f"nobody you know: {number}"
    return f"{person.name}: {number}" if state == "confirmed" else f"not {person.name}: {number}"


def _back(connection: duckdb.DuckDBPyConnection, faces: Sequence[int]) -> tuple[str, ...]:
    """What stands of these faces now, the most frequent first."""
    if not faces:
        return ()
    known = {p.person_id: p.name for p in reviewing.living(connection)}
    now, silent = labels(connection, faces), nobodies(connection, faces)
    told: dict[str, int] = {}
    for face in faces:
        label = now.get(face)
        if label is None:
            what = "nobody you know" if face in silent else "nobody's yet"
        elif label.person_id is None:
            what = "ignored"
        else:
            name = known.get(label.person_id, "")
            what = {
                "confirmed": name,
                "proposed": f"proposed to be {name}",
                "waiting": f"waiting for {name}",
            }[label.state]
        told[what] = told.get(what, 0) + 1
    ranked = sorted(told.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"{many(number, 'face')}: {what} again" for what, number in ranked[:LISTED]]
    rest = sum(number for _, number in ranked[LISTED:])
    return (*lines, f"{many(rest, 'face')}: others") if rest else tuple(lines)


def _person(connection: duckdb.DuckDBPyConnection, person_id: int) -> Person:
    person = people.by_id(connection, person_id)
    if person is None:
        raise UsageError(
            f"There is no person with the number {person_id}.",
            hint="`tracker person list` shows everyone.",
        )
    return person
