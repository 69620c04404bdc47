"""Which photos are of one moment: the same picture again, or taken within seconds."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import photos
from db.moments import Looks
from tests.support.workspaces import DETECTOR, EMBEDDER, dated, new_workspace, photo_of, sha_of
from tracker.dating import names
from tracker.dating.clues import NAME
from tracker.ingest import alike, moments
from tracker.ingest.alike import ALIKE
from tracker.ingest.moments import GAP, SECOND, SPAN, STANDING

Connection = duckdb.DuckDBPyConnection
NOON = datetime(2024, 5, 4, 12, 20, 7)


@pytest.fixture
def con(tmp_path: Path) -> Iterator[Connection]:
    with new_workspace(tmp_path / "workspace") as made:
        yield made


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Connection]:
    """Another workspace."""
    with new_workspace(tmp_path / "another") as made:
        yield made


@dataclass(frozen=True)
class Shot:
    """A photo as far as its moment goes. `shutter`: the camera's time; `seed` and `bits`: the
    picture, and how many bits another saving of it changed."""

    name: str
    seed: int
    bits: int = 0
    shutter: datetime | None = None
    camera: str = "Phone 1"
    size: tuple[int, int] = (4000, 3000)
    folder: str = "/photos"


def looks_of(shot: Shot) -> bytes:
    bits = np.random.default_rng(shot.seed).integers(0, 2, 256).astype(np.uint8)
    changed = np.random.default_rng([shot.seed, 1]).permutation(256)[: shot.bits]
    bits[changed] ^= 1
    return np.packbits(bits).tobytes()


def store(con: Connection, shots: Sequence[Shot]) -> None:
    results = []
    for shot in shots:
        result = photo_of(shot.name, 0, path=f"{shot.folder}/{shot.name}.jpg".encode())
        width, height = shot.size
        photo = replace(
            result.photo,
            width=width,
            height=height,
            camera=shot.camera,
            looks=looks_of(shot),
            dated=dated(shot.shutter.date() if shot.shutter else None),
        )
        results.append(replace(result, photo=photo))
    photos.store_batch(con, results, [], detector=DETECTOR, embedder=EMBEDDER)
    clocks = {sha_of(shot.name): shot.shutter for shot in shots if shot.shutter is not None}
    con.execute(
        """
        INSERT INTO date_clues (photo_id, source, label, raw, taken_at)
        SELECT photo_id, 'exif', 'EXIF', '', taken.at
        FROM (SELECT unnest(?) AS sha256, unnest(?::TIMESTAMP[]) AS at) taken
        JOIN photos USING (sha256)
        """,
        [list(clocks), list(clocks.values())],
    )
    moments.update(con, [sha_of(shot.name) for shot in shots])


def found(con: Connection) -> dict[str, tuple[int, str]]:
    """Of every photo that shares its moment: (moment's id, kind) by sha256."""
    rows = con.execute(
        "SELECT sha256, moment_id, kind FROM moments JOIN photos USING (photo_id)"
    ).fetchall()
    return {sha256: (moment, kind) for sha256, moment, kind in rows}


def groups(con: Connection, shots: Sequence[Shot]) -> list[str]:
    """The moments as words: the names of the photos in each."""
    names = {sha_of(shot.name): shot.name for shot in shots}
    members = defaultdict(list)
    for sha256, (moment, _) in found(con).items():
        members[moment].append(names[sha256])
    return sorted(" ".join(sorted(group)) for group in members.values())


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


# --- the same picture -------------------------------------------------------------------------


def test_a_picture_saved_again_smaller_or_without_its_data_is_a_copy(con: Connection) -> None:
    shots = [
        Shot("original", 1, shutter=at(0)),
        Shot("whatsapp", 1, 8, camera="", size=(1600, 1200)),
        Shot("thumb", 1, 20, camera="", size=(320, 240), folder="/other"),
        Shot("another", 2, shutter=at(3600), size=(1600, 1200)),
    ]
    store(con, shots)
    assert groups(con, shots) == ["original thumb whatsapp"]
    assert {kind for _, kind in found(con).values()} == {"copy"}


def test_pictures_that_look_alike_are_not_copies_when_the_cameras_clock_went_on(
    con: Connection,
) -> None:
    shots = [
        Shot("one", 1, shutter=at(0)),
        Shot("two", 1, 2, shutter=at(2)),
        Shot("a crib from a tripod a day later", 1, 2, shutter=at(86_400)),
    ]
    store(con, shots)
    assert groups(con, shots) == ["one two"]
    assert {kind for _, kind in found(con).values()} == {"burst"}


def test_a_part_of_a_second_tells_two_pictures_apart_but_may_be_lost(con: Connection) -> None:
    parts = [
        Shot("one", 1, shutter=at(0.4), camera="Phone 1"),
        Shot("other", 1, 4, shutter=at(0.7), camera="Phone 2"),
    ]
    store(con, parts)
    assert groups(con, parts) == []
    edited = [
        Shot("as taken", 2, shutter=at(60.4)),
        Shot("edited", 2, 4, shutter=at(60), camera="Program"),
    ]
    store(con, edited)
    assert groups(con, edited) == ["as taken edited"]


def test_a_picture_of_another_shape_is_no_copy(con: Connection) -> None:
    shots = [Shot("whole", 1), Shot("square", 1, 2, size=(3000, 3000)), Shot("turned", 2)]
    store(con, shots)
    assert groups(con, shots) == []


def test_a_copy_without_a_time_does_not_tie_two_moments_together(con: Connection) -> None:
    shots = [
        Shot("monday", 1, 0, shutter=at(0)),
        Shot("tuesday", 1, 12, shutter=at(86_400)),
        Shot("sent", 1, 5, camera="", size=(1600, 1200)),
        Shot("sent on", 1, 7, camera="", size=(800, 600)),
    ]
    store(con, shots)
    assert groups(con, shots) == ["monday sent sent on"]


def test_photos_of_which_nothing_is_to_be_seen_are_no_copies(con: Connection) -> None:
    first, second = (photo_of(name, 0) for name in "ab")
    photos.store_batch(con, [first, second], [], detector=DETECTOR, embedder=EMBEDDER)
    assert moments.update(con, [first.photo.sha256, second.photo.sha256]) == 0
    assert found(con) == {}


# --- bursts -----------------------------------------------------------------------------------


def test_pictures_taken_within_seconds_by_one_camera_are_one_moment(con: Connection) -> None:
    shots = [
        Shot("a", 1, shutter=at(0)),
        Shot("b", 2, shutter=at(2)),
        Shot("c", 3, shutter=at(5)),
        Shot("d", 4, shutter=at(9)),  # four seconds later
        Shot("other phone", 5, shutter=at(1), camera="Phone 2"),
    ]
    store(con, shots)
    assert groups(con, shots) == ["a b c"]


def test_where_the_camera_is_not_known_the_folder_and_the_looks_stand_for_it(
    con: Connection,
) -> None:
    shots = [
        Shot("a", 1, shutter=at(0), camera="", folder="/mum"),
        Shot("b", 1, 60, shutter=at(1), camera="", folder="/mum"),
        Shot("c", 1, 90, shutter=at(1), camera="", folder="/dad"),
        Shot("d", 1, 30, shutter=at(1), camera="", folder="/mum/more"),
        Shot("sent in the same second", 2, shutter=at(2), camera="", folder="/mum"),
    ]
    store(con, shots)
    assert groups(con, shots) == ["a b"]


def test_an_hour_of_single_pictures_is_many_moments(con: Connection) -> None:
    shots = [Shot(f"p{n}", n, shutter=at(2 * n)) for n in range(200)]
    store(con, shots)
    sizes = [len(group.split()) for group in groups(con, shots)]
    assert max(sizes) == SPAN // (2 * SECOND) + 1 == 6
    assert sum(sizes) >= 198


def test_different_pictures_of_the_very_same_second_are_no_burst(con: Connection) -> None:
    dated_by_a_program = [Shot(f"scan {n}", n, shutter=at(0)) for n in range(3)]
    burst = [Shot(f"b{n}", 9, 40 * n, shutter=at(60)) for n in range(3)]
    cut_out = [Shot("whole", 20, shutter=at(120)), Shot("part", 21, shutter=at(120))]
    shots = [*dated_by_a_program, *burst, *cut_out]
    store(con, shots)
    assert groups(con, shots) == ["b0 b1 b2", "part whole"]


def test_one_date_written_into_a_whole_box_of_scans_is_no_burst(con: Connection) -> None:
    full_hour = [
        Shot(f"h{n}", n, shutter=NOON.replace(minute=0, second=0), camera="Scanner")
        for n in range(3)
    ]
    same_second = [Shot(f"s{n}", 50 + n, shutter=at(0)) for n in range(STANDING + 1)]
    store(con, [*full_hour, *same_second])
    assert groups(con, [*full_hour, *same_second]) == []


@pytest.mark.parametrize(
    ("source", "together"),
    [("filename", True), ("takeout", True), ("user", False), ("scan", False)],
)
def test_other_sources_tell_the_second_but_not_the_user_or_a_scanner(
    con: Connection, source: str, together: bool
) -> None:
    store(con, [Shot("a", 1, shutter=at(0)), Shot("b", 1, 60, shutter=at(1))])
    con.execute("UPDATE date_clues SET source = ?, label = ?", [source, NAME])
    moments.update(con, [sha_of("a")])
    assert len(found(con)) == (2 if together else 0)


def test_photos_saved_together_are_no_burst(con: Connection) -> None:
    store(con, [Shot("a", 1, shutter=at(0)), Shot("b", 1, 60, shutter=at(1))])
    (sent,) = names.clues("WhatsApp Image 2024-03-09 at 14.15.02 (1).jpeg")
    con.execute("UPDATE date_clues SET source = ?, label = ?", [sent.source, sent.label])
    moments.update(con, [sha_of("a")])
    assert found(con) == {}


def test_what_the_user_says_of_dates_does_not_take_a_burst_apart(con: Connection) -> None:
    shots = [Shot("a", 1, shutter=at(0)), Shot("b", 2, shutter=at(1))]
    store(con, shots)
    con.execute("UPDATE photos SET date_source = 'user', taken_at = NULL")
    moments.update(con, [sha_of("a")])
    assert groups(con, shots) == ["a b"]


def test_the_cameras_own_time_comes_before_that_of_a_file_name(con: Connection) -> None:
    shots = [Shot("a", 1, shutter=at(0)), Shot("b", 2, shutter=at(60))]
    store(con, shots)
    con.execute(
        """
        INSERT INTO date_clues (photo_id, source, label, raw, taken_at)
        SELECT photo_id, 'filename', '', '', ? FROM photos
        """,
        [at(0)],
    )
    moments.update(con, [sha_of("a")])
    assert groups(con, shots) == []


def test_a_copy_of_one_picture_of_a_burst_is_of_its_moment(con: Connection) -> None:
    shots = [
        Shot("a", 1, shutter=at(0)),
        Shot("b", 2, shutter=at(GAP / SECOND)),
        Shot("b sent", 2, 6, camera="", size=(1600, 1200)),
    ]
    store(con, shots)
    assert groups(con, shots) == ["a b b sent"]
    kinds = {name: found(con)[sha_of(name)][1] for name in ("a", "b", "b sent")}
    assert kinds == {"a": "burst", "b": "copy", "b sent": "copy"}


# --- whatever the order -----------------------------------------------------------------------


def library(seed: int) -> list[Shot]:
    """A hundred photos with bursts, long series, and copies of copies."""
    draw = random.Random(seed)
    shots = []
    second = 0.0
    for n in range(60):
        second += draw.choice([0.5, 1, 2, 3, 4, 7, 60, 4000])
        camera = draw.choice(["Phone 1", "Phone 2", ""])
        look = draw.choice([n, n, max(0, n - 1)])
        shots.append(
            Shot(f"p{n}", look, draw.choice([0, 3, 6]), at(second), camera, folder=f"/f{n % 3}")
        )
        for c in range(draw.choice([0, 0, 1, 2])):
            small = draw.choice([(1600, 1200), (800, 600), (640, 480)])
            bits = draw.choice([2, 7, 11, 20])
            shots.append(Shot(f"c{n}-{c}" + "x" * c, look, bits, None, "", small))
    return shots


@pytest.mark.parametrize("seed", range(4))
def test_the_moments_are_the_same_whatever_order_the_photos_come_in(
    con: Connection, fresh: Connection, seed: int
) -> None:
    shots = library(seed)
    store(con, shots)
    assert len(groups(con, shots)) > 10
    shuffled = list(shots)
    random.Random(seed + 100).shuffle(shuffled)
    begin = 0
    while begin < len(shuffled):
        size = random.Random(begin).choice([1, 5, 20])
        store(fresh, shuffled[begin : begin + size])
        begin += size
    assert found(fresh) == found(con)


def test_photos_that_an_interrupted_ingest_left_uncompared_are_compared_later(
    con: Connection,
) -> None:
    shots = [Shot("a", 1), Shot("b", 1, 4, size=(2000, 1500)), Shot("c", 5)]
    results = [photo_of(s.name, 0) for s in shots[:2]]
    results = [
        replace(r, photo=replace(r.photo, looks=looks_of(s), width=4000, height=3000))
        for r, s in zip(results, shots, strict=False)
    ]
    photos.store_batch(con, results, [], detector=DETECTOR, embedder=EMBEDDER)
    store(con, shots[2:])
    assert groups(con, shots) == ["a b"]


def test_with_nothing_new_nothing_is_written(con: Connection) -> None:
    shots = library(1)
    store(con, shots)
    before = found(con)
    assert moments.update(con, []) == 0
    assert moments.update(con, [sha_of("p1")]) == 0
    assert found(con) == before


# --- finding what looks alike -----------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 60), st.integers(0, 60))
def test_exactly_the_pictures_within_the_bits_are_found(seed: int, old: int, new: int) -> None:
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2, (old + new, 256)).astype(np.uint8)
    for row in range(1, len(bits)):  # most are near another: 0 to 40 bits
        if rng.random() < 0.7:
            bits[row] = bits[rng.integers(row)]
            bits[row, rng.permutation(256)[: rng.integers(41)]] ^= 1
    words = np.packbits(bits, axis=1).view(">u8").astype(np.uint64).reshape(-1, 4)
    ids = np.cumsum(rng.integers(1, 5, len(bits)))
    looks = Looks(ids, words)
    found = alike.find(looks, ids[old:])
    pairs = found.pairs
    distance = (bits[:, None] != bits[None]).sum(axis=2)
    expected = {
        (int(ids[i]), int(ids[j]), int(distance[i, j]))
        for i in range(len(bits))
        for j in range(max(i + 1, old), len(bits))
        if distance[i, j] <= ALIKE
    }
    got = list(zip(pairs.one.tolist(), pairs.other.tolist(), pairs.bits.tolist(), strict=True))
    assert len(got) == len(set(got))
    assert set(got) == expected
    near = (distance <= ALIKE) & ~np.eye(len(bits), dtype=bool)
    assert found.partners[old:].tolist() == near[old:].sum(axis=1).tolist()
    assert found.partners[:old].tolist() == near[:old, old:].sum(axis=1).tolist()


def test_many_savings_of_one_picture_are_looked_at_in_portions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alike, "AT_ONCE", 1000)
    monkeypatch.setattr(alike, "TOGETHER", 7)
    words = np.tile(np.arange(4, dtype=np.uint64), (60, 1))
    found = alike.find(Looks(np.arange(60), words), np.arange(60))
    assert len(found.pairs.one) == 60 * 59 / 2
    assert set(found.partners.tolist()) == {59}


@pytest.mark.parametrize("portion", [3, 40])
def test_nothing_follows_from_the_looks_of_the_pictures_of_a_film(
    con: Connection, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    monkeypatch.setattr(alike, "COMMON", 10)
    frames = [Shot(f"f{n}", 1, n % 5, size=(1920, 1080)) for n in range(30)]
    pair = [Shot("a", 2), Shot("b", 2, 4, size=(2000, 1500))]
    shots = [*frames[:15], *pair, *frames[15:]]
    for begin in range(0, len(shots), portion):
        store(con, shots[begin : begin + portion])
    assert groups(con, shots) == ["a b"]
    assert con.execute("SELECT count(*) FROM alike").fetchall() == [(1,)]
