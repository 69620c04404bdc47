"""A moment counts once as evidence: the best face of it, and the others are listed with that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from db import cohort, faces, moments, overview, people, photos
from db.cohort import Member
from db.gallery import Gallery
from db.moments import Moments
from db.records import Dated
from tests.support.workspaces import DETECTOR, EMBEDDER, OTHER, dated, photo_of, says, sha_of
from tracker.study.evidence import Coder
from tracker.study.kept import marks_of

Connection = duckdb.DuckDBPyConnection
ME = EMBEDDER.embedder_id
BORN = date(2023, 1, 30)
DAY = date(2023, 5, 4)


@pytest.fixture
def mia(con: Connection) -> int:
    return people.add(con, "Mia", "child", born_earliest=BORN).person_id


def show(
    con: Connection,
    name: str,
    *who: int,
    when: date | Dated | None = DAY,
    state: str = "confirmed",
    source: str = "user",
    size: tuple[int, int] = (640, 480),
    embedder: Any = EMBEDDER,
    **measured: Any,
) -> list[int]:
    """Store the photo `name` with a face of each person; the faces' ids."""
    taken = photo_of(name, len(who), when, embedder=embedder)
    taken = replace(
        taken,
        photo=replace(taken.photo, width=size[0], height=size[1]),
        faces=tuple(replace(face, **measured) for face in taken.faces),
    )
    photos.store_batch(con, [taken], [], detector=DETECTOR, embedder=embedder)
    ids = [face.face_id for face in taken.faces]
    people.decide(con, [says(f, p, state, source) for f, p in zip(ids, who, strict=True)])
    return ids


def one_moment(con: Connection, *names: str, number: int = 7) -> None:
    rows = con.execute(
        "SELECT photo_id FROM photos WHERE list_contains(?, sha256)", [list(map(sha_of, names))]
    ).fetchall()
    ids = np.array([photo for (photo,) in rows])
    together = Moments(ids, np.full(len(ids), number), np.zeros(len(ids), bool))
    moments.replace(con, np.empty(0, np.int64), together)


def counting(con: Connection, child: int) -> list[int]:
    return list(map(int, faces.child_by_month(con, child, ME).face_ids))


def test_of_a_burst_one_face_counts_in_every_place(con: Connection, mia: int, home: Path) -> None:
    (best,) = show(con, "b", mia, sharpness=900.0)
    others = show(con, "a", mia) + show(con, "c", mia)
    (elsewhere,) = show(con, "later that day", mia)
    assert len(counting(con, mia)) == 4
    one_moment(con, "a", "b", "c")
    assert sorted(counting(con, mia)) == sorted([best, elsewhere])
    assert sorted(faces.enrolled(con, ME).face_ids.tolist()) == sorted([best, elsewhere])
    coverage = faces.month_coverage(con, mia, ME)
    assert coverage[["age_months", "faces", "photo_days"]].to_numpy().tolist() == [[3, 2, 1]]
    out = faces.excluded(con, mia, ME)
    assert sorted(out.face_id) == sorted(others)
    assert set(out.code) == {"same moment"}
    assert set(out.reason) == {"another photo of the same moment counts: /photos/b.jpg"}
    assert overview.counts(con).set_aside == 2
    # Who it is may be asked of all of them, and none is lost.
    everyone = sorted([best, elsewhere, *others])
    assert sorted(faces.enrolled(con, ME, once=False).face_ids.tolist()) == everyone
    assert sorted(faces.by_ids(con, ME, everyone).face_ids.tolist()) == everyone
    assert sorted(Gallery.open(con, home, ME).ids.tolist()) == everyone


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"sharpness": 400.0}, {"sharpness": 60.0}),
        ({"yaw": 0.0}, {"yaw": -0.8}),
        ({"size_px": 140.0}, {"size_px": 60.0}),
        ({"size": (4000, 3000), "sharpness": 90.0}, {"size": (1600, 1200), "sharpness": 900.0}),
        ({"source": "user"}, {"source": "match", "size": (4000, 3000)}),
        ({"state": "confirmed"}, {"state": "proposed", "size": (4000, 3000)}),
        (
            {"when": Dated(DAY, DAY, "exif", 0.95), "state": "proposed", "source": "match"},
            {"when": Dated(DAY + timedelta(200), DAY + timedelta(200), "filename", 0.6)},
        ),
    ],
    ids=["sharper", "from the front", "larger", "the original", "the user's", "confirmed", "dated"],
)
@pytest.mark.parametrize("first", ["better", "worse"])
def test_the_best_face_of_the_moment_counts(
    con: Connection, mia: int, better: dict[str, Any], worse: dict[str, Any], first: str
) -> None:
    both = {"better": better, "worse": worse}
    given = {"source": "match", "sharpness": 100.0}
    found = {
        name: show(con, name, mia, **{**given, **both[name]})[0]
        for name in sorted(both, key=lambda name: name != first)
    }
    one_moment(con, "better", "worse")
    assert counting(con, mia) == [found["better"]]
    assert faces.excluded(con, mia, ME).face_id.tolist() == [found["worse"]]


def test_equal_faces_are_told_apart_the_same_way_each_time(con: Connection, mia: int) -> None:
    ids = show(con, "a", mia) + show(con, "b", mia) + show(con, "c", mia)
    one_moment(con, "a", "b", "c")
    assert counting(con, mia) == [min(ids)]


def test_a_face_that_cannot_count_does_not_take_the_place_of_one_that_can(
    con: Connection, mia: int
) -> None:
    large: dict[str, Any] = {"size": (8000, 6000), "sharpness": 900.0}
    (undated,) = show(con, "undated", mia, when=None, **large)
    (waiting,) = show(con, "waiting", mia, state="waiting", **large)
    (other,) = show(con, "read by another", mia, embedder=OTHER, **large)
    (counts,) = show(con, "small", mia, size=(100, 80))
    one_moment(con, "undated", "waiting", "read by another", "small")
    assert counting(con, mia) == [counts]
    out = faces.excluded(con, mia, ME)
    assert dict(zip(out.face_id, out.code, strict=True)) == {
        undated: "undated",
        waiting: "waiting",
        other: "not embedded",
    }


def test_everybody_in_a_moment_counts_once(con: Connection, mia: int, anna: int) -> None:
    a = show(con, "a", mia, anna)
    b = show(con, "b", mia, anna, sharpness=900.0)
    one_moment(con, "a", "b")
    assert counting(con, mia) == [b[0]]
    assert faces.enrolled(con, ME, person_ids=[anna]).face_ids.tolist() == [b[1]]
    # Whoever is not in the better photo counts where they are.
    people.decide(con, [says(b[1], None)])
    assert faces.enrolled(con, ME, person_ids=[anna]).face_ids.tolist() == [a[1]]


def test_two_moments_of_one_day_count_twice(con: Connection, mia: int) -> None:
    for name in "abcd":
        show(con, name, mia)
    one_moment(con, "a", "b")
    one_moment(con, "c", "d", number=8)
    assert len(counting(con, mia)) == 2


def test_a_part_of_the_months_shows_no_more_than_the_whole(con: Connection, mia: int) -> None:
    original = Dated(DAY, DAY, "exif", 0.95)
    sent = Dated(DAY + timedelta(200), DAY + timedelta(200), "filename", 0.6)
    (kept,) = show(con, "original", mia, when=original)
    show(con, "sent", mia, when=sent)
    one_moment(con, "original", "sent")
    assert counting(con, mia) == [kept]
    months = faces.child_by_month(con, mia, ME, from_month=4, to_month=20)
    assert months.face_ids.tolist() == []


def test_a_strangers_moment_counts_once_in_the_cohort(con: Connection, mia: int) -> None:
    a, b, c = (nameless(con, name) for name in "abc")
    first = Member("stranger", (*a, *b, *c), "f", years=30.0)
    alone = Member("the same, added from another place", tuple(a), "f", years=30.0)
    cohort.add(con, b"/club", [first])
    cohort.add(con, b"/other", [alone])
    one_moment(con, "a", "b")
    table = cohort.table(con, ME)
    number = {source: table.members[table.sources == source].tolist() for source in table.sources}
    assert len(number[b"/club"]) == 2
    assert table.face_ids[table.sources == b"/other"].tolist() == a


def nameless(con: Connection, name: str) -> list[int]:
    """Store a photo with a face of which nothing is said."""
    taken = photo_of(name, 1, DAY)
    photos.store_batch(con, [taken], [], detector=DETECTOR, embedder=EMBEDDER)
    return [taken.faces[0].face_id]


def test_a_month_that_is_kept_is_computed_anew_when_its_moments_change(
    con: Connection, mia: int
) -> None:
    for name in "abc":
        show(con, name, mia)
    show(con, "a month later", mia, when=DAY + timedelta(31))

    def marks() -> dict[int, str]:
        table = faces.child_by_month(con, mia, ME)
        owners = np.zeros(len(table), dtype=np.int64)
        return marks_of("same", Coder().evidence(table, owners, ("Mia",)))

    before = marks()
    one_moment(con, "a", "b")
    after = marks()
    assert before[3] != after[3]
    assert before[4] == after[4]


def test_only_a_bound_is_no_date_and_is_said(con: Connection, mia: int) -> None:
    (face,) = show(con, "scan", mia, when=Dated(None, date(2024, 2, 1), "file", 0.1))
    assert counting(con, mia) == []
    assert len(faces.month_coverage(con, mia, ME)) == 0
    assert faces.enrolled(con, ME).face_ids.tolist() == [face]
    out = faces.excluded(con, mia, ME).iloc[0]
    assert (out.code, out.date) == ("undated", "no later than 2024-02-01")
    assert "not newer than 2024-02-01" in out.reason
    assert "tracker dates accept" in out.reason
    assert "2024-02-01" in overview.undated(con).reason[0]
    assert overview.left_out(con, mia).date.tolist() == ["no later than 2024-02-01"]
    assert overview.counts(con).undated == 1


def test_a_rough_date_is_listed_as_such(con: Connection, mia: int) -> None:
    (rough,) = show(con, "may", mia, when=dated(date(2023, 5, 1), date(2023, 5, 31)))
    show(con, "within one month", mia, when=dated(date(2023, 5, 1), date(2023, 5, 29)))
    out = faces.excluded(con, mia, ME)
    assert dict(zip(out.face_id, out.code, strict=True)) == {rough: "two months"}
    assert faces.month_coverage(con, mia, ME).faces.sum() == 1
