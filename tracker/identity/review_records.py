"""What the review page and `tracker faces` are told, as plain records.

`as_dict` is for JSON: ids are text there, since a browser's numbers end at 2**53. A face's is the
16 hexadecimal digits that `tracker faces` shows, too, and that its thumbnail is called by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from tracker.errors import UsageError
from tracker.identity.candidates import Candidate

Day = date
"""A field of that name would stand for it."""

Box = tuple[float, float, float, float]


def face_key(face_id: int) -> str:
    """A face's id as people and addresses write it: 16 hexadecimal digits."""
    return f"{face_id:016x}"


def face_number(text: str) -> int:
    """The id that `face_key` gave. Raises UsageError for what is none."""
    if len(text) != 16 or any(c not in "0123456789abcdef" for c in text) or text[0] > "7":
        raise UsageError(
            f"{text!r} is not the id of a face.", hint="`tracker faces list` shows the ids."
        )
    return int(text, 16)


@dataclass(frozen=True, slots=True)
class FaceLine:
    """A face as it is listed.

    `state` is one of `db.reviewing.STATES`: "confirmed", "proposed", "waiting", "rejected" (nobody
    the user knows), "ignored", "unrelated" (of a cohort) or "" (nothing is said). `name` is whose
    it is, proposed to be or waits for, "" for nobody. `chance` is the proposal's, None where not
    known. `earliest` and `latest` bound the day, `date` says it in words. `age_months` is the
    child's complete months where they are certain; `age` is the child's age in words, "" where
    unknown. `box` is the face in its photo, as shares of the photo's width and height.
    """

    face_id: int
    photo_id: int
    moment: int
    state: str
    person_id: int | None
    name: str
    by_user: bool
    chance: float | None
    date: str
    earliest: Day | None
    latest: Day | None
    age_months: int | None
    age: str
    box: Box
    size_px: int
    path: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "id": face_key(self.face_id),
            "photo": str(self.photo_id),
            "state": self.state,
            "person": _id(self.person_id),
            "name": self.name,
            "by_user": self.by_user,
            "chance": _rounded(self.chance),
            "date": self.date,
            "age_months": self.age_months,
            "age": self.age,
            "box": [round(side, 5) for side in self.box],
            "size_px": self.size_px,
            "path": self.path,
        }


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody. `letter` is the key that names them on the page, "" for none; the counts are of
    faces, and of the distinct days on which a confirmed or proposed face was photographed.
    `portrait` is the largest confirmed face of the last photos, None where there is none."""

    person_id: int
    name: str
    relation: str
    letter: str
    born: str
    confirmed: int
    proposed: int
    waiting: int
    photo_days: int
    portrait: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        told = asdict(self)
        portrait = told.pop("portrait")
        return {
            "id": str(told.pop("person_id")),
            **told,
            "portrait": None if portrait is None else face_key(portrait),
        }


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the child's age, or of the calendar where there is no age.

    `photos`, `faces` and `days` count the family's photos, the faces in them and the days;
    `child_faces` and `photo_days` those of the child (confirmed or proposed, as the report counts
    them), `sure_days` the days with a confirmed one. `needs_days` are how many more days the report
    needs there. `open_faces` are faces that nobody answered for.
    """

    age_months: int
    label: str
    start: Day
    end: Day
    photos: int
    faces: int
    days: int
    child_faces: int
    photo_days: int
    sure_days: int
    needs_days: int
    open_faces: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "start": self.start.isoformat(), "end": self.end.isoformat()}


@dataclass(frozen=True, slots=True)
class Counts:
    """Faces of the family's photos by state, and photos."""

    faces: int
    photos: int
    confirmed: int
    proposed: int
    waiting: int
    rejected: int
    ignored: int
    unrelated: int
    unknown: int
    undated: int


@dataclass(frozen=True, slots=True)
class Undo:
    """Something that was done, or would be taken back next: in words, with how many faces.

    `batch_id` is its number, where that is known.
    """

    words: str
    faces: int
    batch_id: int | None = field(default=None, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"words": self.words, "faces": self.faces, "id": _id(self.batch_id)}


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, and in a sentence each what stands again."""

    words: str
    faces: tuple[int, ...]
    back: tuple[str, ...]
    photos: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "undone": self.words,
            "faces": [face_key(face) for face in self.faces],
            "back": list(self.back),
            "photos": len(self.photos),
        }


@dataclass(frozen=True, slots=True)
class State:
    """Where the review stands for a child."""

    child: str
    people: tuple[PersonLine, ...]
    progress: tuple[Month, ...]
    counts: Counts
    next_undo: Undo | None
    words: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "child": self.child,
            "people": [person.as_dict() for person in self.people],
            "progress": [month.as_dict() for month in self.progress],
            "counts": asdict(self.counts),
            "undo": None if self.next_undo is None else self.next_undo.as_dict(),
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask. `kind`:

    - "proposal": are `faces`, of one moment, the person's? `candidates` has them first;
    - "proposals": are all of these the person's? They are as good as certain, of many moments;
    - "waiting": which of `faces`, of one photo, is the person's, who is known to be in it?
    - "unknown": who is this? one face;
    - "group": who is this? `faces` look alike.

    `more` are faces that the question is about as well, and that are not listed. `unborn` are those
    of all its faces that were photographed before somebody's birth, by person. `person_id` is whom
    proposals or a waiting photo are about. `gain` orders the questions: by how much an answer helps
    the report. `words` ask, `why` says what an answer is good for.
    """

    question_id: str
    kind: str
    faces: tuple[FaceLine, ...]
    more: tuple[int, ...]
    person_id: int | None
    name: str
    candidates: tuple[Candidate, ...]
    gain: float
    words: str
    why: str
    unborn: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON. `all_faces` are the ids an answer is about, listed ones and others."""
        first = self.faces[0]
        return {
            "id": self.question_id,
            "kind": self.kind,
            "faces": [face.as_dict() for face in self.faces],
            "all_faces": [
                *(face_key(face.face_id) for face in self.faces),
                *map(face_key, self.more),
            ],
            "person": _id(self.person_id),
            "name": self.name,
            "candidates": [candidate_dict(c) for c in self.candidates],
            "photo": str(first.photo_id),
            "date": first.date,
            "age": first.age,
            "gain": round(self.gain, 4),
            "words": self.words,
            "why": self.why,
            "unborn": {
                str(person): [face_key(face) for face in early]
                for person, early in self.unborn.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list of faces: `total` in all, those from `offset` on here."""

    total: int
    offset: int
    faces: tuple[FaceLine, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "total": self.total,
            "offset": self.offset,
            "faces": [face.as_dict() for face in self.faces],
        }


@dataclass(frozen=True, slots=True)
class Library:
    """The family's photos by the child's month of age, gaps included, and the rest."""

    months: tuple[Month, ...]
    before_birth: int
    undated: int
    rough: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON. The numbers are of photos."""
        return {
            "months": [month.as_dict() for month in self.months],
            "before_birth": self.before_birth,
            "undated": self.undated,
            "rough": self.rough,
        }


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person's faces: by month, over time, and those that are least like the others first.

    `outliers` are (face id, closeness): the mean cosine to the nearest of the person's faces of
    other days, the lowest first; empty where there are no others.
    """

    person: PersonLine
    months: tuple[tuple[int, int], ...]
    outliers: tuple[tuple[FaceLine, float], ...]
    total: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "person": self.person.as_dict(),
            "months": [{"age_months": age, "faces": faces} for age, faces in self.months],
            "outliers": [
                {**face.as_dict(), "closeness": round(near, 4)} for face, near in self.outliers
            ],
            "total": self.total,
        }


@dataclass(frozen=True, slots=True)
class Said:
    """A line of what was said of a face; `at` is local time with its offset."""

    at: str
    words: str
    undone: bool


@dataclass(frozen=True, slots=True)
class FaceDetail:
    """A face with who it may be, who else is in the photo, and all that was said of it."""

    face: FaceLine
    candidates: tuple[Candidate, ...]
    others: tuple[FaceLine, ...]
    history: tuple[Said, ...]
    not_these: tuple[str, ...] = field(default_factory=tuple)
    date_source: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            **self.face.as_dict(),
            "candidates": [candidate_dict(c) for c in self.candidates],
            "others": [face.as_dict() for face in self.others],
            "not_these": list(self.not_these),
            "date_source": self.date_source,
            "history": [asdict(line) for line in self.history],
        }


def candidate_dict(candidate: Candidate) -> dict[str, Any]:
    """For JSON."""
    return {
        "person": str(candidate.person_id),
        "name": candidate.name,
        "chance": round(candidate.chance, 4),
        "why": candidate.why,
    }


def _id(person_id: int | None) -> str | None:
    return None if person_id is None else str(person_id)


def _rounded(chance: float | None) -> float | None:
    return None if chance is None else round(chance, 4)
