"""Taking stock of a workspace."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db import embedders, faces, overview, people
from db.people import PersonCounts
from tracker.identity import births
from tracker.identity.family import unread_note
from tracker.ingest.own import STEPPED_IN_NOTE, own_embedder
from tracker.relations import CHILD
from tracker.study.evidence import choose_embedder_id

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


NOBODY = -1

LISTED_OTHERWISE = frozenset({"undated", "waiting", "not embedded"})
"""Of `db.faces.excluded`: what is listed for every photo, and what another embedder may have."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person as they are listed."""

    name: str
    relation: str
    born: str
    faces: int
    photo_days: int
    proposed: int
    waiting: int
    waiting_photos: int
    faces_by_embedder: dict[str, int]


@dataclass(frozen=True, slots=True)
class ChildLine:
    """A child's months: (age in months, faces, photo-days), gaps included with zeros."""

    name: str
    months: tuple[tuple[int, int, int], ...]
    two_months: int = 0  # photos whose date is so rough that it could be in two of them

    @property
    def months_shown(self) -> str:
        """ "0: 4, 1: 3, 2: -, …" """
        return ", ".join(f"{age}: {days or '-'}" for age, _, days in self.months)


@dataclass(frozen=True, slots=True)
class EmbedderLine:
    """An embedder with vectors here."""

    embedder_id: str
    dim: int
    faces: int
    licence: str
    own: bool  # what is used where none is named


@dataclass(frozen=True, slots=True)
class Stock:
    """What is in a workspace."""

    home: Path
    photos: int
    faces: int
    unnamed: int
    undated: int
    rejected: int
    waiting: int
    stranger_photos: int  # of the photos, those of unrelated people only
    set_aside: int  # of the faces, those of moments in which a better one counts
    missing: int  # files that are not where they were
    people: tuple[PersonLine, ...]
    children: tuple[ChildLine, ...]
    embedders: tuple[EmbedderLine, ...]
    problems: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            **asdict(self),
            "home": str(self.home),
            "children": [
                {
                    "name": child.name,
                    "months": [
                        {"age_months": age, "faces": found, "photo_days": days}
                        for age, found, days in child.months
                    ],
                    "photos_in_two_months": child.two_months,
                }
                for child in self.children
            ],
            "problems": [{"photo": path, "reason": reason} for path, reason in self.problems],
        }


def take_stock(connection: duckdb.DuckDBPyConnection, home: Path) -> Stock:
    """Count what is there and list what is not used."""
    counted = overview.counts(connection)
    listed = people.all_people(connection)
    licences = {row.embedder_id: row.licence for row in embedders.all_embedders(connection)}
    read = embedders.by_person(connection)
    own = own_embedder(connection)
    own_id = own.embedder_id if own is not None else None
    children = []
    for child in (c.person for c in listed if c.person.relation == CHILD):
        embedder_id = choose_embedder_id(connection, None, child.person_id)
        months: tuple[tuple[int, int, int], ...] = ()
        rough = 0
        if embedder_id is not None:
            covered = faces.month_coverage(connection, child.person_id, embedder_id)
            rows = covered[["age_months", "faces", "photo_days"]].itertuples(index=False)
            months = tuple((int(a), int(f), int(d)) for a, f, d in rows)
            out = faces.excluded(connection, child.person_id, embedder_id)
            rough = out["path"][out["code"] == "two months"].nunique()
        children.append(ChildLine(child.name, months, rough))
    return Stock(
        home=home,
        photos=counted.photos,
        faces=counted.faces,
        unnamed=counted.unnamed,
        undated=counted.undated,
        rejected=counted.rejected,
        waiting=counted.waiting,
        stranger_photos=counted.strangers,
        set_aside=counted.set_aside,
        missing=counted.missing,
        people=tuple(person_line(c, read.get(c.person.person_id)) for c in listed),
        children=tuple(children),
        embedders=tuple(
            EmbedderLine(name, dim, held, licences.get(name, ""), name == own_id)
            for name, dim, held in counted.vectors
        ),
        problems=problems(connection),
        warnings=(
            *births.warnings_about([c.person for c in listed]),
            *((STEPPED_IN_NOTE,) if own is not None and own.stepped_in else ()),
            *(unread_note(connection, own.embedder_id) if own is not None else ()),
        ),
    )


def problems(connection: duckdb.DuckDBPyConnection) -> tuple[tuple[str, str], ...]:
    """(photo, why it is not used), once each: what is unreadable, faceless, undated or
    waiting, and of the children's photos those that count in no month of age."""
    found = [
        *_listed(overview.left_out(connection, NOBODY)),
        *_listed(overview.undated(connection)),
        *(
            (path, f"waits: several faces, none surely {name}'s")
            for path, name in faces.waiting_photos(connection)
        ),
    ]
    for child in (c.person for c in people.all_people(connection) if c.person.relation == CHILD):
        embedder_id = choose_embedder_id(connection, None, child.person_id)
        if embedder_id is not None:
            out = faces.excluded(connection, child.person_id, embedder_id)
            found += [
                (path, f"{child.name}: {reason}")
                for (path, reason), code in zip(_listed(out), out["code"], strict=True)
                if code not in LISTED_OTHERWISE
            ]
    return tuple(dict.fromkeys(found))


def _listed(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(frame["path"], frame["reason"], strict=True))


def person_line(counted: PersonCounts, read: dict[str, int] | None = None) -> PersonLine:
    """A person and their counts as they are listed; `read` counts faces by embedder."""
    person = counted.person
    return PersonLine(
        person.name,
        person.relation,
        births.born(person),
        counted.confirmed,
        counted.photo_days,
        counted.proposed,
        counted.waiting,
        counted.waiting_photos,
        read or {},
    )
