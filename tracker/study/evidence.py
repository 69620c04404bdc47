"""From the workspace to arrays: whose faces are compared, under which embedder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from db import embedders, faces, people
from db import settings as stored
from db.faces import FaceTable
from db.records import Person
from tracker.errors import NotEnoughEvidence, UsageError
from tracker.identity.readings import usable_embedder
from tracker.relations import CHILD, UNRELATED, with_article
from tracker.resemblance.evidence import Codes, Evidence
from tracker.resemblance.plan import usable

if TYPE_CHECKING:
    import duckdb


LONGEST_SPAN = 10_000_000
"""Days; more than there are between the first and the last date of a calendar."""


@dataclass(frozen=True, slots=True)
class Family:
    """The child and the relatives that have faces, in the order they are drawn.

    `parents` are the two of the narrow comparison: the mother and the father where both are
    there, else the first two relatives.
    """

    child: Person
    relatives: tuple[Person, ...]
    parents: tuple[Person, Person]


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """The child's faces with an age and the relatives' faces, coded alike.

    `unusable`: how many faces of each person have an embedding that holds no usable numbers.
    """

    child: Evidence
    relatives: Evidence
    proposed: int  # of the child's faces, how many only the tracker named
    unusable: dict[str, int]


def choose_child(connection: duckdb.DuckDBPyConnection, name: str | None) -> Person:
    """The child to report on: the one named, or the only one."""
    from tracker.identity.family import find

    if name is not None:
        person = find(connection, name)
        if person.relation != CHILD:
            raise UsageError(
                f"{person.name} is {with_article(person.relation)}, not a child.",
                hint="Name a child: `tracker person list` shows them.",
            )
        return person
    children = [c.person for c in people.all_people(connection) if c.person.relation == CHILD]
    if not children:
        raise NotEnoughEvidence(
            "There is no child in this workspace.", hint="tracker init --child NAME --born DATE"
        )
    if len(children) > 1:
        raise UsageError(
            f"There are {len(children)} children here: {', '.join(c.name for c in children)}.",
            hint=f"Say which: tracker report --child {children[0].name}",
        )
    return children[0]


def choose_embedder_id(
    connection: duckdb.DuckDBPyConnection, spec: str | None, child_id: int | None
) -> str | None:
    """The id under which vectors are read; None where there are none at all.

    `spec` is what `--embedder` took. Without it: the workspace's own if the family can be
    compared under it, else the one under which it can; see `usable_embedder`.
    """
    known = [row.embedder_id for row in embedders.all_embedders(connection)]
    if spec is not None:
        return named_embedder(spec, known)
    if len(known) <= 1:
        return next(iter(known), None)
    relatives = [
        c.person.person_id
        for c in people.all_people(connection)
        if c.person.relation not in {CHILD, UNRELATED}
    ]
    own = stored.get(connection, "embedder_id")
    read = embedders.by_person(connection)
    usable_one = usable_embedder(read, own=own, child=child_id, relatives=relatives)
    return usable_one or (own if own in known else next(iter(known), None))


def named_embedder(spec: str, known: list[str]) -> str:
    """The known id that `spec` (an id, its name before the hash, or a model.toml) means."""
    wanted = spec
    if Path(spec).expanduser().exists():
        from tempfile import TemporaryDirectory

        from tracker.vision.embedders.registry import identify

        with TemporaryDirectory(prefix="tracker-") as nowhere:  # nothing need be remembered
            wanted = identify(spec, weights=None, weights_dir=Path(nowhere)).id
    matching = [name for name in known if wanted in {name, name.partition("@")[0]}]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise UsageError(
            f"{spec} could be {' or '.join(matching)}.", hint="Give the whole id with --embedder."
        )
    raise UsageError(
        f"No photos were read with the embedder {spec!r} yet.",
        hint=f"Read them: tracker ingest FOLDER --embedder {spec}. "
        + (f"Read so far: {', '.join(known)}." if known else ""),
    )


def gather_family(connection: duckdb.DuckDBPyConnection, child: Person, embedder_id: str) -> Family:
    """Who can be compared: relatives with at least one face of this embedder."""
    relatives = [
        c.person
        for c in people.all_people(connection)
        if c.person.relation not in {CHILD, UNRELATED}
    ]
    enrolled = faces.enrolled(connection, embedder_id)
    able = [p for p in relatives if (enrolled.person_ids == p.person_id).any()]
    if len(able) < 2:
        without = [p.name for p in relatives if p not in able]
        have = f"only {able[0].name} has" if able else "nobody has"
        raise NotEnoughEvidence(
            f"A comparison needs photos of two relatives; {have} any that were read with "
            f"{embedder_id}.",
            hint=f"tracker ingest FOLDER --as {without[0]}"
            if without
            else "tracker person add NAME --relation mother, then: tracker ingest FOLDER --as NAME",
        )
    mother = next((p for p in able if p.relation == "mother"), None)
    father = next((p for p in able if p.relation == "father"), None)
    first = mother or next(p for p in able if p is not father)
    second = father or next(p for p in able if p is not first)
    others = [p for p in able if p not in (first, second)]
    return Family(child, (first, second, *others), (first, second))


def gather(connection: duckdb.DuckDBPyConnection, family: Family, embedder_id: str) -> Gathered:
    """The evidence of a family."""
    child = faces.child_by_month(connection, family.child.person_id, embedder_id)
    ids = [p.person_id for p in family.relatives]
    relatives = faces.enrolled(connection, embedder_id, person_ids=ids)
    coder = Coder()
    names = tuple(p.name for p in family.relatives)
    place = {person_id: number for number, person_id in enumerate(ids)}
    owners = np.array([place[i] for i in relatives.person_ids.tolist()], dtype=np.int64)
    its = coder.evidence(child, np.zeros(len(child), dtype=np.int64), (family.child.name,))
    theirs = coder.evidence(relatives, owners, names)
    unusable = {
        name: int((~usable(faces))[faces.people == number].sum())
        for faces in (its, theirs)
        for number, name in enumerate(faces.names)
    }
    return Gathered(
        child=its.only(usable(its)),
        relatives=theirs.only(usable(theirs)),
        proposed=int((child.states == "proposed").sum()),
        unusable={name: count for name, count in unusable.items() if count},
    )


class Coder:
    """Gives faces that share a day or a photo the same number, across several tables.

    The numbers depend on nothing else, so that a photo more changes none of them.
    """

    def evidence(self, table: FaceTable, owners: Codes, names: tuple[str, ...]) -> Evidence:
        """The table as evidence. A date known to a span of days is one photo-day of its own."""
        photos = [int(photo[:15], 16) for photo in table.photos]
        days = [
            self._day(earliest, latest, photo)
            for earliest, latest, photo in zip(
                table.day_earliest.tolist(), table.day_latest.tolist(), photos, strict=True
            )
        ]
        return Evidence(
            vectors=table.vectors,
            face_ids=table.face_ids,
            people=owners,
            days=np.array(days, dtype=np.int64),
            photos=np.array(photos, dtype=np.int64),
            ages=table.age_months,
            names=names,
        )

    def _day(self, earliest: date | None, latest: date | None, photo: int) -> int:
        if earliest is None or latest is None:
            return -1 - photo
        if earliest == latest:
            return earliest.toordinal()  # positive for every year there is
        span = earliest.toordinal() * LONGEST_SPAN + (latest - earliest).days
        return date.max.toordinal() + 1 + span
