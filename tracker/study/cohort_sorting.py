"""Who of the people in some photos may stand in the cohort, and by which faces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from db import faces, people
from db.faces import FaceTable
from tracker.relations import CHILD, UNRELATED
from tracker.resemblance.evidence import Codes, Evidence, Vectors
from tracker.resemblance.one_person import are_several, excess, pick_theirs, usual_closeness
from tracker.study.cohort import Alike, acquaintances
from tracker.study.cohort_folders import Shown
from tracker.study.evidence import Coder

if TYPE_CHECKING:
    import duckdb

    from db.records import Person

NO_FACE = "no face was found"
SEVERAL_PEOPLE = (
    "its photos look like several people; give each of them a folder, or add the folder by itself"
)
MOST_OTHERS = 1000
"""Faces of others that somebody is held against; more change nothing but the time."""

MOST_EACH = 10
"""Of one of those others."""

SAME_FACE = 0.9999
"""Cosine: no two photos give so nearly the same vector."""

ALMOST = 0.75
"""Share of what photos of one person are nearer to each other by, above which a folder of single
photos is asked about. Real strangers of one sex and age reach .41 of it (girls under 6, with a
MobileFaceNet), grown-ups .06."""

WHOSE = "{n} people are in the photo, and it cannot be told who is meant"


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody who is not added because they are, or look like, one of the family.

    `similarity` is a mean cosine, None where a face of theirs has the name already.
    """

    label: str
    name: str
    relation: str
    similarity: float | None
    is_photo: bool = False

    def sentence(self) -> str:
        """Why, for a person."""
        whom = f"{self.name}, the {self.relation}"
        if self.similarity is None:
            return f"Not added: a face in '{self.label}' is known here as {whom}."
        looks = f"'{self.label}' looks" if self.is_photo else f"photos in '{self.label}' look"
        return f"Not added: {looks} like {whom} (similarity {self.similarity:.2f})."


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody, or one photo, that could not be used, and why."""

    what: str
    reason: str
    is_person: bool


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What was found in somebody's photos: where each photo is, and the rows of its faces."""

    shown: Shown
    photos: tuple[str, ...]
    rows: tuple[npt.NDArray[np.int64], ...]

    @property
    def singles(self) -> npt.NDArray[np.int64]:
        """Rows of the faces that are alone in their photo."""
        return np.array([rows[0] for rows in self.rows if len(rows) == 1], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Somebody who may be added, by these faces."""

    shown: Shown
    rows: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class SortedOut:
    """Everybody, each in one of three heaps; `left_out` holds single photos too, after the people.
    `warnings` are sentences on folders of single photos that look like one person."""

    kept: tuple[Kept, ...]
    refused: tuple[Refused, ...]
    left_out: tuple[LeftOut, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """The named people who are not marked unrelated, with their confirmed faces.

    `names` and `relations` by the person's id and by name.
    """

    names: dict[int, str]
    relations: dict[str, str]
    known: Evidence
    child: Evidence

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, embedder_id: str) -> Family:
        """The family as one embedder sees it."""
        family = [c.person for c in people.all_people(connection)]
        family = [person for person in family if person.relation != UNRELATED]
        enrolled = faces.enrolled(
            connection, embedder_id, person_ids=[person.person_id for person in family]
        )
        coder = Coder()
        return cls(
            {person.person_id: person.name for person in family},
            {person.name: person.relation for person in family},
            _evidence(coder, enrolled, [p for p in family if p.relation != CHILD]),
            _evidence(coder, enrolled, [p for p in family if p.relation == CHILD]),
        )

    def named(self, table: FaceTable, row: int) -> str | None:
        """Who of the family a face is said to be, by the user or the tracker."""
        if table.states[row] not in faces.CONFIRMED_AND_PROPOSED:
            return None
        return self.names.get(int(table.person_ids[row]))


def sort_out(
    seen: Sequence[Seen], table: FaceTable, family: Family, cohort: Vectors, members: Codes
) -> SortedOut:
    """Say of everybody whether they may be added.

    `table` holds the faces that `seen` speaks of; `cohort` `(n, d)` are the faces of those who
    were added before, `members` `(n,)` whose they are: neither they nor those of the family look
    like anybody who is unrelated to them.
    """
    refused: list[Refused] = []
    left_out: list[LeftOut] = []
    able = []
    for one in seen:
        if (name := _known_as(one, table, family)) is not None:
            refused.append(_refused(one.shown, name, None, family))
        else:
            able.append(one)
    others = _Others(able, table, family, cohort)
    usual = usual_closeness([table.vectors[one.singles] for one in able])
    usual_excess = _usual_excess(able, table, family, others)
    kept = []
    for number, one in enumerate(able):
        strangers = others.than(number)
        rows, missing = _theirs(one, table, family, strangers, usual)
        left_out += missing
        if len(rows) and are_several(table.vectors[one.singles], strangers, usual_excess):
            left_out.append(LeftOut(one.shown.label, SEVERAL_PEOPLE, is_person=True))
        elif len(rows):
            kept.append(Kept(one.shown, rows))
        elif not one.shown.alone:
            left_out.append(LeftOut(one.shown.label, _why_nothing(one), is_person=True))
    alike = _alike(kept, table, family, cohort, members)
    refused += [
        _refused(kept[number].shown, like.name, like.similarity, family)
        for number, like in alike.items()
    ]
    stay = [one for number, one in enumerate(kept) if number not in alike]
    return SortedOut(
        tuple(stay),
        tuple(refused),
        tuple(sorted(left_out, key=lambda one: not one.is_person)),
        tuple(_one_person_folders(stay, table, others, usual_excess)),
    )


class _Others:
    """Faces of everybody else: those alone in their photos, the family's, the cohort's."""

    def __init__(
        self, able: Sequence[Seen], table: FaceTable, family: Family, cohort: Vectors
    ) -> None:
        singles = [one.singles[:MOST_EACH] for one in able]
        rows = np.concatenate([*singles, np.empty(0, dtype=np.int64)])
        owner = np.repeat(np.arange(len(singles)), [len(theirs) for theirs in singles])
        some = _spread(len(rows))
        self._owner, self._vectors = owner[some], table.vectors[rows[some]]
        beside = (cohort, family.known.vectors, family.child.vectors)
        self._beside = [vectors[_spread(len(vectors))] for vectors in beside if len(vectors)]

    def than(self, number: int) -> Vectors:
        """Float32 `(n, d)`."""
        return np.concatenate([self._vectors[self._owner != number], *self._beside])

    def without(self, vectors: Vectors) -> Vectors:
        """The same less some faces."""
        everybody: Vectors = np.concatenate([self._vectors, *self._beside])
        if not len(vectors):
            return everybody
        nearest = (everybody @ vectors.T).max(axis=1, initial=-1.0)
        rest: Vectors = everybody[nearest <= SAME_FACE]
        return rest


def _spread(count: int) -> Codes:
    """At most `MOST_OTHERS` positions out of `count`."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_OTHERS)).astype(np.int64))


def _usual_excess(able: Sequence[Seen], table: FaceTable, family: Family, others: _Others) -> float:
    """How much nearer photos of one person are to each other than to others', over everybody and
    the relatives; 0 where nobody has photos enough to say."""
    found = [
        excess(table.vectors[one.singles], others.than(number)) for number, one in enumerate(able)
    ]
    for person in range(len(family.known.names)):
        theirs = family.known.vectors[family.known.people == person][:MOST_OTHERS]
        found.append(excess(theirs, others.without(theirs)))
    told = [value for value in found if np.isfinite(value)]
    return float(np.median(told)) if told else 0.0


def _one_person_folders(
    kept: Sequence[Kept], table: FaceTable, others: _Others, usual: float
) -> Iterator[str]:
    """A sentence for each folder whose photos count as a person each and look like one."""
    folders: dict[str, list[Kept]] = {}
    for one in kept:
        if one.shown.alone:
            folders.setdefault(one.shown.label.rpartition("/")[0], []).append(one)
    for folder, theirs in folders.items():
        rows = np.concatenate([one.rows for one in theirs])
        found = excess(table.vectors[rows], others.without(table.vectors[rows]))
        if usual > 0 and found > ALMOST * usual:
            yield (
                f"The {len(theirs)} photos right in '{folder}' count as a person each, and look "
                "like one. If they are, put that folder into another, and add that one instead."
            )


def _known_as(one: Seen, table: FaceTable, family: Family) -> str | None:
    names = [family.named(table, row) for row in one.singles.tolist()]
    return next((name for name in names if name is not None), None)


def _theirs(
    one: Seen, table: FaceTable, family: Family, strangers: Vectors, usual: float
) -> tuple[npt.NDArray[np.int64], list[LeftOut]]:
    """The rows of somebody's faces, and the photos in which there is none."""
    own = table.vectors[one.singles]
    rows, missing = one.singles.tolist(), []
    for photo, here in zip(one.photos, one.rows, strict=True):
        if len(here) == 0:
            missing.append(LeftOut(photo, NO_FACE, is_person=False))
        elif len(here) > 1:
            asked = np.array([row for row in here.tolist() if family.named(table, row) is None])
            picked = (
                pick_theirs(table.vectors[asked], own, strangers, usual) if len(asked) else None
            )
            if picked is None:
                reason = WHOSE.format(n=len(here))
                missing.append(LeftOut(photo, reason, is_person=False))
            else:
                rows.append(int(asked[picked]))
    return np.array(sorted(rows), dtype=np.int64), missing


def _why_nothing(one: Seen) -> str:
    if not one.photos:
        return "none of its photos could be read"
    if any(len(rows) for rows in one.rows):
        return "no photo shows one person alone"
    return NO_FACE


def _alike(
    kept: Sequence[Kept], table: FaceTable, family: Family, cohort: Vectors, members: Codes
) -> dict[int, Alike]:
    """Number of somebody who may not be added -> whom they look like."""
    if not kept:
        return {}
    vectors = np.concatenate([table.vectors[one.rows] for one in kept])
    owner = np.repeat(np.arange(len(kept)), [len(one.rows) for one in kept])
    if len(cohort):
        vectors = np.concatenate([vectors, cohort])
        owner = np.concatenate([owner, members + len(kept)])
    found = acquaintances(vectors, owner, family.known, family.child)
    return {number: like for number, like in sorted(found.items()) if number < len(kept)}


def _refused(shown: Shown, name: str, similarity: float | None, family: Family) -> Refused:
    return Refused(shown.label, name, family.relations[name], similarity, shown.alone)


def _evidence(coder: Coder, table: FaceTable, persons: Sequence[Person]) -> Evidence:
    place = {person.person_id: number for number, person in enumerate(persons)}
    mine = table.take(np.isin(table.person_ids, list(place)))
    owners = np.array([place[i] for i in mine.person_ids.tolist()], dtype=np.int64)
    return coder.evidence(mine, owners, tuple(person.name for person in persons))
