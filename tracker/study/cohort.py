"""The cohort of a workspace: unrelated people, ready to be compared against."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from db import cohort as stored
from db.cohort import CohortTable
from tracker.resemblance.acquainted import by_band, find_acquainted
from tracker.resemblance.cohort import Cohort
from tracker.resemblance.evidence import Codes, Evidence

if TYPE_CHECKING:
    import duckdb

SHORTEST = 0.5
"""A vector is of unit length; one below this is no face."""

LISTED = 5
"""Names in a sentence; of more the number is told."""

ADD = "tracker cohort add FOLDER"

NOBODY = (
    "Nobody unrelated is known here, so whether a likeness is more than chance is withheld, and "
    "so is how far the embedder leans to one of the family. A folder of faces of other people is "
    f"enough: {ADD}"
)


@dataclass(frozen=True, slots=True, eq=False)
class GatheredCohort:
    """`cohort`: unrelated people under one embedder. `warnings`: sentences on who is not in it
    and why. `fingerprint` changes with everything of the cohort that a number depends on."""

    cohort: Cohort
    warnings: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Alike:
    """Whom of the family somebody looks like, and how close: a mean cosine."""

    name: str
    similarity: float


def workspace_cohort(
    connection: duckdb.DuckDBPyConnection,
    embedder_id: str,
    *,
    known: Evidence,
    child: Evidence | None = None,
) -> GatheredCohort:
    """The people that were added, and those of the family's photos who are marked unrelated.

    `known` are the relatives' faces and `child` the child's: whoever of the cohort looks like
    one of them, or has a face that is said to be theirs, is left out. A person who was added from
    two places with a photo in common is one person. Faces without a usable vector are dropped.
    """
    table = stored.table(connection, embedder_id)
    dim = known.vectors.shape[1] if len(known) else table.vectors.shape[1]
    if not len(table):
        return GatheredCohort(
            Cohort.empty(dim), (_why_empty(connection, embedder_id),), _fingerprint(embedder_id)
        )
    warnings = []
    usable = usable_rows(table)
    broken = int((~usable).sum())
    if broken:
        verbs = "has no usable numbers and is" if broken == 1 else "have no usable numbers and are"
        warnings.append(f"{_count(broken, 'face')} of unrelated people {verbs} left out.")
    table = table.take(usable)
    people = united(table)
    out: dict[int, str] = {
        int(person): str(name)
        for person, name in zip(people, table.claimed.tolist(), strict=True)
        if name
    }
    alike = acquaintances(table.vectors, people, known, child)
    out = {**{person: like.name for person, like in alike.items()}, **out}
    warnings += _left_out(table, people, out)
    stay = ~np.isin(people, list(out))
    cohort, face_ids = as_cohort(table.take(stay), people[stay], dim)
    if not len(cohort):
        warnings.append(NOBODY)
    return GatheredCohort(cohort, tuple(warnings), _fingerprint(embedder_id, cohort, face_ids))


def usable_rows(table: CohortTable) -> npt.NDArray[np.bool_]:
    """Which rows have a finite vector of about unit length."""
    length = np.linalg.norm(table.vectors.astype(np.float64), axis=1)
    return np.asarray(np.isfinite(length) & (length > SHORTEST))


def united(table: CohortTable) -> Codes:
    """A number per row's person, from 0 in order of the rows; members who share a face are one."""
    members, first, place = np.unique(table.members, return_index=True, return_inverse=True)
    _, face = np.unique(table.face_ids, return_inverse=True)
    if not len(members):
        return np.empty(0, dtype=np.int64)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    # Members and faces are the nodes, a row joins one of each.
    nodes = len(members) + int(face.max()) + 1
    links = coo_array((np.ones(len(place)), (place, len(members) + face)), shape=(nodes, nodes))
    _, group = connected_components(links, directed=False)
    of_member = group[: len(members)]
    ranks: dict[int, int] = {}
    for member in np.argsort(first, kind="stable").tolist():
        ranks.setdefault(int(of_member[member]), len(ranks))
    return np.array([ranks[int(g)] for g in of_member[place]], dtype=np.int64)


def acquaintances(
    vectors: npt.NDArray[np.float32], people: Codes, known: Evidence, child: Evidence | None
) -> dict[int, Alike]:
    """Person of the cohort -> the relative or child whom they look like."""
    found: dict[int, Alike] = {}
    family = [(known, known.names)]
    if child is not None:
        split, who = by_band(child)
        family.append((split, tuple(child.names[person] for person in who.tolist())))
    for evidence, names in family:
        for one in find_acquainted(vectors, people, evidence):
            if one.member not in found or one.similarity > found[one.member].similarity:
                found[one.member] = Alike(names[one.person], one.similarity)
    return found


def as_cohort(table: CohortTable, people: Codes, dim: int) -> tuple[Cohort, npt.NDArray[np.int64]]:
    """The cohort of these rows, each face once, and the ids of its faces."""
    if not len(table):
        return Cohort.empty(dim), np.empty(0, dtype=np.int64)
    _, codes = np.unique(people, return_inverse=True)
    sexes, names = [""] * (codes.max() + 1), [""] * (codes.max() + 1)
    years: dict[int, float] = {}
    rows: dict[int, int] = {}
    for row, (code, face) in enumerate(zip(codes.tolist(), table.face_ids.tolist(), strict=True)):
        names[code] = names[code] or table.labels[row]
        sexes[code] = sexes[code] or table.sexes[row]
        rows.setdefault(face, row)
        if table.years[row] >= 0:
            years.setdefault(face, float(table.years[row]))
    chosen = np.array(list(rows.values()))
    cohort = Cohort(
        table.vectors[chosen],
        codes[chosen],
        np.array([years.get(face, np.nan) for face in rows]),
        tuple(sexes),
        tuple(names),
    )
    return cohort, np.array(list(rows), dtype=np.int64)


def _why_empty(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> str:
    sources = stored.sources(connection)
    if not any(source.faces for source in sources):
        return NOBODY
    people = _count(
        sum(source.people for source in sources), "unrelated person", "unrelated people"
    )
    return (
        f"{people} added here were not read with {embedder_id} yet, so whether a likeness is more "
        "than chance is withheld. Add the same folders again: tracker cohort add FOLDER "
        f"--embedder {embedder_id.partition('@')[0]}"
    )


def _left_out(table: CohortTable, people: Codes, out: dict[int, str]) -> list[str]:
    """A sentence for each of the family who was found among the unrelated people."""
    labels: dict[str, list[str]] = {}
    for person, name in sorted(out.items()):
        label = str(table.labels[np.flatnonzero(people == person)[0]])
        labels.setdefault(name, []).append(label)
    sentences = []
    for name, theirs in labels.items():
        listed = ", ".join(f"'{label}'" for label in theirs[:LISTED])
        more = f" and {len(theirs) - LISTED} more" if len(theirs) > LISTED else ""
        look, are = ("look", "are") if len(theirs) > 1 else ("looks", "is")
        sentences.append(
            f"{listed}{more} of the unrelated people {look} like {name} and {are} left out."
        )
    return sentences


def _fingerprint(
    embedder_id: str,
    cohort: Cohort | None = None,
    face_ids: npt.NDArray[np.int64] | None = None,
) -> str:
    """Vectors are named by face and embedder."""
    digest = hashlib.sha256(embedder_id.encode())
    if cohort is not None and face_ids is not None:
        for array in (face_ids, cohort.people):
            digest.update(np.ascontiguousarray(array, dtype="<i8").tobytes() + b"|")
        digest.update(np.ascontiguousarray(cohort.ages, dtype="<f8").tobytes() + b"|")
        digest.update(",".join(cohort.sexes).encode())
    return digest.hexdigest()


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
