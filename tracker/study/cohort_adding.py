"""Adding people to the cohort: their photos are ingested as all are, and nobody is named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from db import cohort as stored
from db import faces, photos
from db.cohort import CohortTable, Member
from db.faces import FaceTable
from db.text import shown
from tracker.ages import Interval, parse_birth_argument
from tracker.errors import UsageError
from tracker.ingest.pipeline import EmbedderChoice, ingest
from tracker.ingest.scan import Found, absolute, scan
from tracker.ingest.summary import IngestSummary, Progress
from tracker.relations import UNRELATED, parse_sex
from tracker.study.cohort import SHORTEST, united, usable_rows
from tracker.study.cohort_folders import Shown, who_is_where
from tracker.study.cohort_sorting import Family, LeftOut, Refused, Seen, sort_out
from tracker.vision.detector import DETECTOR_ID

if TYPE_CHECKING:
    import duckdb

OLDEST = 120.0
"""Years."""

NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class About:
    """What the user says of the people added. `years` is their age in all of the photos."""

    sex: str | None = None
    born: Interval | None = None
    years: float | None = None


@dataclass(frozen=True, slots=True)
class SourceAdded:
    """What came of one of the paths."""

    path: str
    people: int
    faces: int


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding. `total_people` and `total_faces` are of the whole cohort now."""

    sources: tuple[SourceAdded, ...]
    refused: tuple[Refused, ...]
    left_out: tuple[LeftOut, ...]
    summary: IngestSummary
    total_people: int
    total_faces: int
    warnings: tuple[str, ...]

    @property
    def people(self) -> int:
        """How many people were added."""
        return sum(source.people for source in self.sources)

    @property
    def faces(self) -> int:
        """How many faces they have."""
        return sum(source.faces for source in self.sources)

    @property
    def is_whole(self) -> bool:
        """Whether nobody and no file was turned away."""
        people = any(one.is_person for one in self.left_out)
        return not (self.refused or people or self.summary.photos_rejected)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "people": self.people,
            "faces": self.faces,
            "sources": [
                {"path": one.path, "people": one.people, "faces": one.faces}
                for one in self.sources
            ],
            "refused": [
                {
                    "label": one.label,
                    "name": one.name,
                    "relation": one.relation,
                    "similarity": None if one.similarity is None else round(one.similarity, 4),
                }
                for one in self.refused
            ],
            "left_out": [
                {"what": one.what, "kind": "person" if one.is_person else "photo",
                 "reason": one.reason}
                for one in self.left_out
            ],
            "cohort": {"people": self.total_people, "faces": self.total_faces},
            **self.summary.as_dict(),
        }  # fmt: skip


def parse_about(
    sex: str | None, born: str | None, age: float | None, *, today: date | None = None
) -> About:
    """`--sex`, `--born` and `--age` as given; UsageError for what cannot be."""
    if born is not None and age is not None:
        raise UsageError(
            "--born and --age say the same thing twice.",
            hint="give --born where photos carry their dates, else --age, their age in the photos.",
        )
    if age is not None and not 0 <= age <= OLDEST:
        raise UsageError(
            f"{age:g} is not an age in years.", hint="Give years: --age 34, or --age 0.5."
        )
    return About(
        parse_sex(sex, UNRELATED),
        None if born is None else parse_birth_argument(born, today or date.today()),
        age,
    )


def look_around(
    paths: Sequence[str | bytes | os.PathLike[str]], home: Path
) -> dict[bytes, list[Shown]]:
    """Who should be at each of `paths`, absolute, by the names of folders alone.

    Raises UsageError for a path that does not exist, holds no photo or is the workspace's own.
    """
    return {source: _layout(source, home) for source in dict.fromkeys(map(absolute, paths))}


def add_cohort(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    shown_at: dict[bytes, list[Shown]],
    about: About,
    *,
    embedder: EmbedderChoice,
    on_progress: Callable[[Progress], None] | None = None,
    workers: int | None = None,
) -> Added:
    """Add the people that `look_around` found; a path added before is looked at anew.

    What is not said of them now stays as it was said. Nobody of the family is added: see
    `tracker.resemblance.acquainted`. Raises UsageError where no face is found.
    """
    sources = list(shown_at)
    with _listed_apart(connection, sources):
        summary = ingest(
            connection,
            home,
            sources,
            embedder=embedder,
            on_progress=on_progress,
            workers=workers,
        )
    everyone = [one for here in shown_at.values() for one in here]
    table, seen = _seen(connection, embedder.info.id, everyone)
    if not len(table):
        raise UsageError(
            f"No face was found in {', '.join(map(shown, sources))}.",
            hint="Give photos in which a face can be seen.",
        )
    family = Family.of(connection, embedder.info.id)
    cohort = stored.table(connection, embedder.info.id)
    cohort = cohort.take(usable_rows(cohort) & ~np.isin(cohort.sources, sources))
    sorted_out = sort_out(seen, table, family, cohort.vectors, united(cohort))
    ids = {id(one.shown): table.face_ids[one.rows] for one in sorted_out.kept}
    added = []
    for source, here in shown_at.items():
        theirs = [(one, ids[id(one)]) for one in here if id(one) in ids]
        before = stored.members(connection, source)
        stored.add(connection, source, [_member(*one, about, before) for one in theirs])
        number = len(np.unique(np.concatenate([face_ids for _, face_ids in theirs] or [NONE])))
        added.append(SourceAdded(shown(source), len(theirs), number))
    whole = stored.table(connection, embedder.info.id)
    return Added(
        tuple(added),
        sorted_out.refused,
        sorted_out.left_out,
        summary,
        len(np.unique(united(whole))),
        len(np.unique(whole.face_ids)),
        (*sorted_out.warnings, *_before_birth(whole, sources)),
    )


def _layout(source: bytes, home: Path) -> list[Shown]:
    """Who should be where, before anything is read."""
    own, there = os.path.realpath(os.fsencode(home)), os.path.realpath(source)
    if there == own or there.startswith(own + os.fsencode(os.sep)):
        raise UsageError(
            f"{shown(source)} is the workspace itself.",
            hint="Give a folder with photos of people who are not of the family.",
        )
    entries = list(scan([source]))
    if not any(hasattr(entry, "byte_size") for entry in entries):
        raise UsageError(
            f"There is no photo in {shown(source)}.",
            hint="Give a folder of photos, with a folder for each person, or single photos.",
        )
    return who_is_where(source, [entry.path for entry in entries if isinstance(entry, Found)])


@contextmanager
def _listed_apart(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[bytes]
) -> Iterator[None]:
    """What an ingest inside takes in is not the family's, also when it is interrupted."""
    before = photos.searched(connection, None)
    rejected = photos.known_rejections(connection).keys()
    try:
        yield
    finally:
        stored.set_aside(connection, photos.searched(connection, None) - before)
        ours = [os.path.join(source, b"") for source in sources]  # noqa: PTH118
        stored.forget_rejections(
            connection,
            [
                path
                for path in photos.known_rejections(connection).keys() - rejected
                if path in sources or any(path.startswith(folder) for folder in ours)
            ],
        )


def _seen(
    connection: duckdb.DuckDBPyConnection, embedder_id: str, everyone: Sequence[Shown]
) -> tuple[FaceTable, list[Seen]]:
    """The usable faces of all these photos, and which of them are in each of somebody's photos."""
    contents = {path: content for path, (*_, content) in photos.known_paths(connection).items()}
    hashes = {
        person: list(dict.fromkeys(contents[path] for path in one.photos if path in contents))
        for person, one in enumerate(everyone)
    }
    asked = sorted({content for theirs in hashes.values() for content in theirs})
    found = photos.faces_of_photos(connection, asked, DETECTOR_ID)
    ids = [face.face_id for here in found.values() for face in here]
    table = faces.by_ids(connection, embedder_id, ids)
    length = np.linalg.norm(table.vectors.astype(np.float64), axis=1)
    table = table.take(np.isfinite(length) & (length > SHORTEST))
    rows: dict[str, list[int]] = {}
    for row, content in enumerate(table.photos.tolist()):
        rows.setdefault(content, []).append(row)
    where = {content: shown(path) for path, content in contents.items()}
    return table, [
        Seen(
            one,
            tuple(where[content] for content in hashes[person]),
            tuple(np.array(rows.get(content, []), dtype=np.int64) for content in hashes[person]),
        )
        for person, one in enumerate(everyone)
    ]


def _member(
    one: Shown, face_ids: npt.NDArray[np.int64], about: About, before: Sequence[Member]
) -> Member:
    """Somebody as they are stored: what was said of them before, where nothing is said now."""
    member = Member(one.label, tuple(face_ids.tolist()))
    known = [old for old in before if old.label == one.label] or [
        # Somebody new in a folder of which one thing was said of all.
        old
        for old in before[:1]
        if all(_said(other) == _said(old) for other in before)
    ]
    if known:
        old = known[0]
        member = replace(
            member,
            sex=old.sex,
            born_earliest=old.born_earliest,
            born_latest=old.born_latest,
            years=old.years,
        )
    if about.born is not None:
        earliest, latest = about.born
        member = replace(member, born_earliest=earliest, born_latest=latest, years=None)
    if about.years is not None:
        member = replace(member, born_earliest=None, born_latest=None, years=about.years)
    return replace(member, sex=about.sex or one.sex or member.sex)


def _said(member: Member) -> tuple[object, ...]:
    return member.sex, member.born_earliest, member.born_latest, member.years


def _before_birth(table: CohortTable, sources: Sequence[bytes]) -> Iterator[str]:
    """A sentence where photos are older than the birth that was given."""
    wrong = np.unique(table.photos[np.isin(table.sources, sources) & (table.years < 0)])
    if len(wrong):
        yield (
            f"{len(wrong)} {'photo is' if len(wrong) == 1 else 'photos are'} dated before the "
            "birth that was given: their age counts as unknown."
        )
