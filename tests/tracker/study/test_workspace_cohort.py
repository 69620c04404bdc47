"""The cohort that a report is held against: who is in it, who is not, and when it has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from db import cohort as stored
from db import faces, people, photos
from db.cohort import Member
from db.records import Person
from tests.support.made_up_faces import Shots, evidence, look
from tests.support.workspaces import DETECTOR, EMBEDDER, OTHER, dated, new_workspace, photo_of, says
from tracker.resemblance.evidence import Evidence
from tracker.study.cohort import GatheredCohort, workspace_cohort

Connection = duckdb.DuckDBPyConnection
NAME = EMBEDDER.embedder_id
DIM = EMBEDDER.dim
DAY = date(2024, 3, 9)


@pytest.fixture
def con(tmp_path: Path) -> Iterator[Connection]:
    with new_workspace(tmp_path / "workspace") as connection:
        yield connection


def no_one() -> Evidence:
    """A family without a face."""
    none = np.empty(0, np.int64)
    return Evidence(np.empty((0, DIM), np.float32), none, none, none, none, none, ())


def photo(con: Connection, name: str, vector: np.ndarray | None = None) -> int:
    """Store a photo of one face, of the look `vector`; the face's id."""
    taken = photo_of(name, 1, dated(DAY))
    if vector is not None:
        taken = replace(taken, vectors=np.asarray(vector, np.float32).reshape(1, DIM))
    photos.store_batch(con, [taken], [], detector=DETECTOR, embedder=EMBEDDER)
    return taken.faces[0].face_id


def add(con: Connection, source: bytes = b"/club", count: int = 10) -> list[int]:
    """Strangers with two photos each; their faces."""
    ids = [photo(con, f"{source!r} {n}") for n in range(2 * count)]
    members = [
        Member(f"stranger {n}", (ids[2 * n], ids[2 * n + 1]), "fm"[n % 2], years=30.0)
        for n in range(count)
    ]
    stored.add(con, source, members)
    return ids


def gathered(con: Connection, known: Evidence | None = None) -> GatheredCohort:
    return workspace_cohort(con, NAME, known=known if known is not None else no_one())


def test_without_strangers_one_warning_says_what_is_withheld_and_what_to_type(
    con: Connection,
) -> None:
    photo(con, "somebody")
    found = gathered(con)
    assert (len(found.cohort), found.cohort.vectors.shape) == (0, (0, DIM))
    (warning,) = found.warnings
    assert "withheld" in warning and "tracker cohort add FOLDER" in warning


def test_everybody_who_was_added_is_in_it_with_sex_and_age(con: Connection) -> None:
    ids = add(con)
    found = gathered(con)
    assert found.warnings == ()
    assert (found.cohort.size, len(found.cohort)) == (10, len(ids))
    assert found.cohort.names == tuple(f"stranger {n}" for n in range(10))
    assert found.cohort.sexes == tuple("fm" * 5)
    assert set(found.cohort.ages.tolist()) == {30.0}


def test_strangers_not_read_by_this_embedder_are_named_with_the_command(con: Connection) -> None:
    add(con)
    found = workspace_cohort(con, "another", known=no_one())
    assert len(found.cohort) == 0
    (warning,) = found.warnings
    assert warning.startswith("10 unrelated people added here were not read with another yet")
    assert "--embedder another" in warning


def test_people_with_a_photo_in_common_are_one(con: Connection) -> None:
    ids = add(con)
    third = photo(con, "third")
    stored.add(con, b"/elsewhere", [Member("a copy", (ids[1], third))])
    found = gathered(con)
    assert found.cohort.size == 10
    assert len(found.cohort) == 21
    owner = dict(zip(range(21), found.cohort.people.tolist(), strict=True))
    assert sorted(np.bincount(list(owner.values())).tolist()) == [2] * 9 + [3]
    stored.remove(con, b"/elsewhere")
    assert len(gathered(con).cohort) == 20


@pytest.mark.parametrize("value", [np.nan, 0.0, np.inf])
def test_a_face_without_usable_numbers_is_left_out_and_said(con: Connection, value: float) -> None:
    add(con)
    broken = photo(con, "broken")
    # Storing refuses such numbers: this is a workspace that something else has written in.
    con.execute(
        f"UPDATE embeddings_1 SET vector = ?::FLOAT[{DIM}] WHERE face_id = ?",
        [[value] * DIM, broken],
    )
    stored.add(con, b"/more", [Member("broken", (broken,))])
    found = gathered(con)
    assert len(found.cohort) == 20
    assert np.isfinite(found.cohort.vectors).all()
    assert found.warnings == ("1 face of unrelated people has no usable numbers and is left out.",)


def anna(con: Connection) -> tuple[Evidence, np.ndarray]:
    """Twelve photos of Anna on as many days, and how she looks."""
    rng = np.random.default_rng(5)
    hers = look(rng, DIM)
    return evidence([Shots("Anna", hers, range(12))], rng, day_noise=0.3, photo_noise=0.3), hers


def test_whoever_looks_like_a_relative_is_left_out_by_name(con: Connection) -> None:
    add(con, count=40)
    known, hers = anna(con)
    ids = [photo(con, f"visitor {n}", vector) for n, vector in enumerate([hers, hers])]
    stored.add(con, b"/party", [Member("visitor", tuple(ids))])
    before = gathered(con)
    assert before.cohort.size == 41
    found = gathered(con, known)
    assert found.cohort.size == 40
    assert found.warnings == ("'visitor' of the unrelated people looks like Anna and is left out.",)
    assert found.fingerprint != before.fingerprint


def test_whoever_looks_like_the_child_is_left_out_too(con: Connection) -> None:
    add(con, count=40)
    child, its = anna(con)
    child = replace(child, names=("Mia",), ages=np.arange(12, dtype=np.int64))
    stored.add(con, b"/party", [Member("baby", (photo(con, "baby", its),))])
    found = workspace_cohort(con, NAME, known=no_one(), child=child)
    assert found.cohort.size == 40
    assert "looks like Mia" in found.warnings[0]


def test_a_face_that_is_known_as_a_relative_takes_its_owner_out(con: Connection) -> None:
    ids = add(con)
    ben = people.add(con, "Ben", "father").person_id
    people.decide(con, [says(ids[0], ben)])
    found = gathered(con)
    assert found.cohort.size == 9
    assert found.warnings == (
        "'stranger 0' of the unrelated people looks like Ben and is left out.",
    )
    people.remove(con, ben)
    assert gathered(con).cohort.size == 10


def marked(con: Connection, relation: str = "unrelated") -> Person:
    """Kim, with two photos among the family's own."""
    born = DAY - timedelta(days=365 * 40)
    kim = people.add(con, "Kim", relation, born_earliest=born, born_latest=born, sex="f")
    ids = [photo(con, f"kim {n}") for n in range(2)]
    people.decide(con, [says(face, kim.person_id) for face in ids])
    return kim


def test_people_marked_unrelated_are_in_it_and_relatives_are_not(con: Connection) -> None:
    kim = marked(con)
    found = gathered(con)
    assert (found.cohort.names, found.cohort.sexes) == (("Kim",), ("f",))
    assert found.cohort.ages == pytest.approx(40, abs=0.1)
    people.update(con, replace(kim, relation="aunt"))
    assert len(gathered(con).cohort) == 0


def test_the_fingerprint_changes_with_all_that_matters_and_nothing_else(con: Connection) -> None:
    ids = add(con)
    seen = [gathered(con).fingerprint]
    assert gathered(con).fingerprint == seen[0]

    members = stored.members(con, b"/club")
    stored.add(con, b"/club", members)  # the same again
    photo(con, "of the family")
    assert gathered(con).fingerprint == seen[0]

    for change in (
        [replace(members[0], sex="m"), *members[1:]],
        [replace(members[0], years=7.0), *members[1:]],
        members[1:],
        [replace(members[0], face_ids=(ids[0],)), *members[1:]],
    ):
        stored.add(con, b"/club", change)
        seen.append(gathered(con).fingerprint)
    kim = marked(con)
    seen.append(gathered(con).fingerprint)
    assert len(set(seen)) == len(seen)
    people.remove(con, kim.person_id)
    stored.add(con, b"/club", members)
    assert gathered(con).fingerprint == seen[0]


def test_after_all_are_taken_out_it_is_as_if_they_never_were(con: Connection) -> None:
    photo(con, "of the family")
    before = gathered(con)
    add(con)
    stored.remove(con, None)
    after = gathered(con)
    assert (after.fingerprint, after.warnings) == (before.fingerprint, before.warnings)
    assert len(after.cohort) == 0


def test_vectors_of_two_embedders_are_never_mixed(con: Connection) -> None:
    ids = add(con)
    other = photo_of("b'/club' 0", 1, dated(DAY), embedder=OTHER)
    photos.store_batch(con, [other], [], detector=DETECTOR, embedder=OTHER)
    assert other.faces[0].face_id == ids[0]
    found = workspace_cohort(con, OTHER.embedder_id, known=no_one())
    assert found.cohort.vectors.shape == (1, OTHER.dim)
    assert faces.by_ids(con, NAME, ids).vectors.shape == (20, DIM)
