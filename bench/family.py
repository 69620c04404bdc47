"""A family as faces in a workspace, of any size, without a photo being read.

Everybody is a point in a space of looks; a face is its person's point plus what the day and the
photo did to it. The child is a blend of the first two relatives that moves with age.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from db import cohort, people, storing
from db.cohort import Member
from db.connection import open_workspace
from db.ids import face_id
from db.records import Dated, Decision, EmbedderRow, Face, Photo, PhotoPath, PhotoResult

EMBEDDER = "made-up@00000001"
DETECTOR = "made-up-detector"
BORN = date(2018, 3, 9)
MONTH = 365.2425 / 12
AT_ONCE = 2000

Floats = npt.NDArray[np.float64]

RELATIVES = (
    ("Anna", "mother", "f", 1990),
    ("Ben", "father", "m", 1988),
    ("Rosa", "grandmother", "f", 1960),
    ("Karl", "grandfather", "m", 1958),
    ("Olga", "grandmother", "f", 1962),
    ("Emil", "grandfather", "m", 1961),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of everything. `young`: share of the first two relatives' photos that are
    of their own childhood, at the child's ages."""

    months: int = 60
    child_faces: int = 20_000
    relative_faces: int = 5_000
    relatives: int = 6
    days_a_month: int = 25
    strangers: int = 400
    dim: int = 512
    young: float = 0.3


SMALL = Size(6, 120, 60, 2, 8, 60, 64, 0.4)


def furnish(home: Path, size: Size = SMALL, *, seed: int = 0, flat: bool = False) -> None:
    """Make a workspace with a family of that size at `home`; `flat` never changes sides."""
    rng = np.random.default_rng(seed)
    with open_workspace(home, create=True) as con:
        child = people.add(con, "Mia", "child", born_earliest=BORN, sex="f")
        looks = unit(rng.standard_normal((size.relatives, size.dim)))
        for number, (name, relation, sex, year) in enumerate(RELATIVES[: size.relatives]):
            born = date(year, 6, 1)
            person = people.add(con, name, relation, born_earliest=born, sex=sex)
            count = size.relative_faces // size.relatives
            days = relative_days(born, count, size, rng, parent=number < 2)
            store(con, name, person.person_id, faces(looks[number], days, size.dim, rng), days)
        add_child(con, child.person_id, looks, size, rng, flat=flat)
        add_strangers(con, size, rng)


def unit(rows: Floats) -> Floats:
    """Rows at length 1."""
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True))


def faces(look: Floats, days: Sequence[date], dim: int, rng: np.random.Generator) -> Floats:
    """A face per day in `days` (a day may come often): what the day does is shared."""
    _, of = np.unique([day.toordinal() for day in days], return_inverse=True)
    light = 0.6 * rng.standard_normal((of.max() + 1, dim)) / np.sqrt(dim)
    moment = 0.6 * rng.standard_normal((len(days), dim)) / np.sqrt(dim)
    return unit(look + light[of] + moment)


def relative_days(
    born: date, count: int, size: Size, rng: np.random.Generator, *, parent: bool
) -> list[date]:
    """Days before the child's birth, one for each photo; some of a parent's own childhood."""
    young = int(size.young * count) if parent else 0
    grown = [BORN - timedelta(days=int(d)) for d in rng.integers(30, 2500, count - young)]
    small = [
        born + timedelta(days=int(d)) for d in rng.integers(0, int(size.months * MONTH), young)
    ]
    return sorted([*grown, *small])


def child_days(size: Size, rng: np.random.Generator) -> list[date]:
    """Days of the child's photos, evenly over its months."""
    each = size.child_faces // size.months
    days = []
    for month in range(size.months):
        first = BORN + timedelta(days=int(np.ceil(month * MONTH)) + 1)
        offsets = rng.permutation(27)[: size.days_a_month]
        days += [first + timedelta(days=int(offsets[k % len(offsets)])) for k in range(each)]
    return days


def add_child(
    con: duckdb.DuckDBPyConnection,
    child_id: int,
    looks: Floats,
    size: Size,
    rng: np.random.Generator,
    *,
    flat: bool = False,
) -> None:
    """The child's faces: from the second relative's looks to the first's, and some of its own."""
    days = child_days(size, rng)
    own = rng.standard_normal(size.dim) / np.sqrt(size.dim)
    share = np.linspace(0.15, 0.85, size.months) if not flat else np.full(size.months, 0.5)
    month = np.array([int((day - BORN).days / MONTH) for day in days]).clip(0, size.months - 1)
    look = share[month][:, None] * looks[0] + (1 - share[month])[:, None] * looks[1] + own
    store(con, "Mia", child_id, faces(look, days, size.dim, rng), days)


def add_strangers(con: duckdb.DuckDBPyConnection, size: Size, rng: np.random.Generator) -> None:
    """Half of them grown up and half children about as old as the child, two photos each."""
    members = []
    for number in range(size.strangers):
        look = unit(rng.standard_normal(size.dim))
        grown = number % 4 < 2
        years = rng.uniform(20, 60) if grown else rng.uniform(0, size.months / 12)
        days = [BORN + timedelta(days=int(d)) for d in rng.integers(0, 300, 2)]
        name = f"stranger {number}"
        ids = store(con, name, None, faces(look, days, size.dim, rng), days)
        members.append(Member(name, ids, sex="fm"[number % 2], years=float(years)))
    cohort.add(con, b"/made up/strangers", members)


def store(
    con: duckdb.DuckDBPyConnection,
    name: str,
    person_id: int | None,
    vectors: Floats,
    days: Sequence[date],
) -> tuple[int, ...]:
    """Store a photo with one face for each vector, and whose it is; gives the faces' ids."""
    row = EmbedderRow(EMBEDDER, vectors.shape[1], "box", "none", "drawn from a seed")
    results = list(photos(name, vectors, days))
    for start in range(0, len(results), AT_ONCE):
        storing.store_batch(
            con, results[start : start + AT_ONCE], [], detector=DETECTOR, embedder=row
        )
    ids = tuple(result.faces[0].face_id for result in results)
    if person_id is not None:
        people.decide(con, [Decision(face, person_id, "confirmed", "user") for face in ids])
    return ids


def photos(name: str, vectors: Floats, days: Sequence[date]) -> Iterator[PhotoResult]:
    """One photo with one face per vector."""
    import hashlib

    for number, (vector, day) in enumerate(zip(vectors, days, strict=True)):
        sha256 = hashlib.sha256(f"{name} {number} {day}".encode()).hexdigest()
        face = Face(
            face_id(sha256, DETECTOR, 0), sha256, DETECTOR, 0, (10.0, 10.0, 90.0, 110.0),
            ((30.0, 40.0), (70.0, 40.0), (50.0, 60.0), (35.0, 80.0), (65.0, 80.0)),
            0.99, 100.0, 200.0, 0.0,
        )  # fmt: skip
        yield PhotoResult(
            Photo(sha256, 1000 + number, 640, 480, "JPEG", Dated(day, day, "exif", 1.0)),
            PhotoPath(f"/made up/{name}/{number}.jpg".encode(), sha256, 1000, 7, number),
            (face,),
            vector[None].astype(np.float32),
        )
