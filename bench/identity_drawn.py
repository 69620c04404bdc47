"""Drawn families whose faces are found, read and named as in a real workspace, and the truth.

A family has a child who takes after the mother, an older brother, two parents, a grandmother and an
aunt; in every second one the child is a twin. Of the faces, 15 % are strangers' whom nobody named.
Everybody is in photos alone and in groups, over the child's first two years, some photos in bursts.

The real detector finds the faces, a real embedder reads them, and everything from the database on
is the program's own.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from db import moments, people, photos
from db.ids import face_id
from db.records import Dated, Decision, EmbedderRow, Face, Person, Photo, PhotoPath, PhotoResult
from tracker.demo import draw
from tracker.demo.draw import Camera, Place, Sitter
from tracker.demo.features import Mood
from tracker.demo.genome import Genome, blend, moved, stranger
from tracker.demo.hair import Cut
from tracker.demo.view import Pose
from tracker.vision import align
from tracker.vision.detector import DETECTOR_ID, Detector
from tracker.vision.embedders.contract import Embedder

BORN = date(2022, 4, 17)
MONTHS, DAYS_A_MONTH = 24, 4
STRANGERS, UNLABELLED = 24, 0.15
TAKES_AFTER_MOTHER, OWN, TWINS_DIFFER = 0.82, 0.12, 0.02
BURSTS = 0.2
TOGETHER = (0.45, 0.30, 0.15, 0.10)
"""Shares of photos with one, two, three and four people."""

SIZES = {1: (384, 480), 2: (640, 480), 3: (640, 480), 4: (800, 480)}
LEAST_FACE = 40.0
LONG = Cut(1.3, 0.12, 0.02, 0.30)
SHORT = Cut(0.04, 0.12, 0.04, -0.30)
BABY = Cut(0.02, 0.08, 0.0, 0.2, 0.0, 0.85)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody drawn. `relation` is to the child, `often` how often they are in photos."""

    name: str
    relation: str
    sex: str
    born: date
    genome: Genome
    cut: Cut
    often: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A photo that was drawn, and who is in it, where."""

    taken: datetime
    who: tuple[str, ...]
    sitters: tuple[Sitter, ...]
    places: tuple[Place, ...]
    camera: Camera
    size: tuple[int, int]
    seed: int
    burst: int


@dataclass(slots=True)
class Album:
    """A workspace full of a family's faces, and who each of them is: "" for a false face."""

    con: duckdb.DuckDBPyConnection
    home: Path
    embedder_id: str
    members: dict[str, Person]
    truth: dict[int, str]
    photo_of: dict[int, str]
    twins: frozenset[str] = frozenset()
    enrolled: list[int] = field(default_factory=list)


def family(seed: int, *, twins: bool) -> list[Member]:
    """The people who have names."""
    rng = np.random.default_rng([seed, 31])
    anna, ben = stranger(rng), stranger(rng)
    mia = moved(blend(anna, ben, TAKES_AFTER_MOTHER), rng, OWN)
    leo = moved(blend(anna, ben, 0.35), rng, OWN)
    lea = moved(mia, rng, TWINS_DIFFER)
    rosa = moved(blend(anna, stranger(rng), 0.55), rng, OWN)
    eva = moved(blend(anna, stranger(rng), 0.5), rng, OWN)
    found = [
        Member("Mia", "child", "f", BORN, mia, BABY, 0.40),
        Member("Leo", "child", "m", date(2019, 11, 2), leo, BABY, 0.2),
        Member("Anna", "mother", "f", date(1990, 8, 3), anna, LONG, 0.2),
        Member("Ben", "father", "m", date(1988, 2, 21), ben, SHORT, 0.15),
        Member("Rosa", "grandmother", "f", date(1960, 2, 1), rosa, replace(LONG, length=0.3), 0.06),
        Member("Eva", "aunt", "f", date(1993, 6, 9), eva, replace(LONG, length=0.9), 0.06),
    ]
    if twins:
        found.insert(1, Member("Lea", "child", "f", BORN, lea, BABY, 0.30))
    return found


def strangers(seed: int) -> list[Member]:
    """People nobody named, half of them children."""
    rng = np.random.default_rng([seed, 32])
    found = []
    for number in range(STRANGERS):
        grown = number % 2 == 0
        sex = "fm"[number // 2 % 2]
        born = BORN + timedelta(
            days=int(-365 * rng.uniform(24, 62) if grown else rng.uniform(-900, 200))
        )
        cut = (LONG if sex == "f" else SHORT) if grown else BABY
        cut = replace(
            cut, length=cut.length * rng.uniform(0.5, 1.2), parting=rng.uniform(-0.4, 0.4)
        )
        found.append(Member(f"stranger {number}", "", sex, born, stranger(rng), cut, 1.0))
    return found


def shots(members: Sequence[Member], seed: int) -> Iterator[Drawn]:
    """Every photo, by day."""
    rng = np.random.default_rng([seed, 33])
    others = strangers(seed)
    burst = 0
    for month in range(MONTHS):
        first = BORN + timedelta(days=int(month * 30.44))
        for offset in sorted(rng.choice(30, DAYS_A_MONTH, replace=False).tolist()):
            day = first + timedelta(days=int(offset))
            camera = draw.camera(rng)
            for _ in range(1 + int(rng.integers(1, 4))):
                burst += 1
                yield from _scene(members, others, day, camera, burst, rng)


def _scene(  # noqa: PLR0917  what a photo is made of
    members: Sequence[Member],
    others: Sequence[Member],
    day: date,
    camera: Camera,
    burst: int,
    rng: np.random.Generator,
) -> Iterator[Drawn]:
    count = 1 + int(rng.choice(4, p=TOGETHER))
    free, who = [m for m in members if m.born <= day], []
    for _ in range(count):
        if rng.random() < UNLABELLED:
            pool = [m for m in others if m.born <= day and m not in who]
            who.append(pool[int(rng.integers(len(pool)))])
        elif free:
            weights = np.array([m.often for m in free])
            who.append(free.pop(int(rng.choice(len(free), p=weights / weights.sum()))))
    size = SIZES[len(who)]
    taken = datetime(day.year, day.month, day.day, 9) + timedelta(seconds=int(rng.integers(36_000)))
    sitters = tuple(_sitter(member, day, rng) for member in who)
    places = tuple(draw.arrange(len(who), size, rng))
    nudged = replace(camera.light, exposure=camera.light.exposure + float(rng.normal(0, 0.05)))
    shot = replace(camera, light=nudged, blur=float(rng.uniform(0.2, 0.9)))
    names = tuple(member.name for member in who)
    yield Drawn(taken, names, sitters, places, shot, size, int(rng.integers(2**31)), burst)
    if rng.random() < BURSTS:
        later = tuple(
            replace(one, pose=_pose(rng, 0.05, one.pose), mood=_mood(rng)) for one in sitters
        )
        yield Drawn(
            taken + timedelta(seconds=1),
            names,
            later,
            places,
            shot,
            size,
            int(rng.integers(2**31)),
            burst,
        )


def _sitter(member: Member, day: date, rng: np.random.Generator) -> Sitter:
    years = max(0.0, (day - member.born).days / 365.2425)
    return Sitter(member.genome, years, member.sex, member.cut, _mood(rng), _pose(rng, 0.11))


def _mood(rng: np.random.Generator) -> Mood:
    smile, surprise = rng.normal(0.35, 0.35), max(0.0, rng.normal(-0.2, 0.3))
    return Mood(smile=float(np.clip(smile, -0.4, 1)), surprise=float(surprise))


def _pose(rng: np.random.Generator, spread: float, around: Pose | None = None) -> Pose:
    around = around or Pose()
    steps = np.clip(rng.normal(0, [spread, spread / 2, spread / 2]), -0.3, 0.3)
    return Pose(
        *(float(a + b) for a, b in zip((around.yaw, around.pitch, around.roll), steps, strict=True))
    )


def furnish(
    con: duckdb.DuckDBPyConnection, home: Path, embedder: Embedder, seed: int, *, twins: bool
) -> Album:
    """Draw a family and put its faces into an empty workspace. Nobody is named yet."""
    members = family(seed, twins=twins)
    known = {
        m.name: people.add(con, m.name, m.relation, born_earliest=m.born, sex=m.sex)
        for m in members
    }
    row = EmbedderRow(embedder.id, embedder.dim, embedder.alignment, "", "")
    detector = Detector(threads=1)
    album = Album(con, home, embedder.id, known, {}, {}, frozenset({"Mia", "Lea"} if twins else ()))
    results, bursts = [], []
    for number, drawn in enumerate(shots(members, seed)):
        sha256 = hashlib.sha256(f"{seed} {twins} {number}".encode()).hexdigest()
        pixels = draw.scene(
            drawn.sitters, size=drawn.size, seed=drawn.seed, shot=drawn.camera, places=drawn.places
        )
        results.append(_read(pixels, sha256, drawn, detector, embedder, album, number))
        bursts.append(drawn.burst)
    photos.store_batch(con, results, [], detector=DETECTOR_ID, embedder=row)
    _store_bursts(con, [result.photo.sha256 for result in results], bursts)
    return album


def _read(  # noqa: PLR0917
    pixels: npt.NDArray[np.uint8],
    sha256: str,
    drawn: Drawn,
    detector: Detector,
    embedder: Embedder,
    album: Album,
    number: int,
) -> PhotoResult:
    found = detector.detect(pixels, LEAST_FACE)
    crops = [align.crop(pixels, one, embedder.alignment, embedder.input_size) for one in found]
    marks = [
        align.crop_landmarks(pixels, one, embedder.alignment, embedder.input_size) for one in found
    ]
    vectors = np.empty((0, embedder.dim), np.float32)
    if found:
        vectors = embedder.embed(crops, np.stack(marks))
    made = []
    for index, one in enumerate(found):
        face = face_id(sha256, DETECTOR_ID, index)
        left, top, right, bottom = map(float, one.box)
        box = (left, top, right, bottom)
        marked = tuple((float(x), float(y)) for x, y in one.landmarks)
        size = max(box[2] - box[0], box[3] - box[1])
        made.append(
            Face(
                face,
                sha256,
                DETECTOR_ID,
                index,
                box,
                marked,
                float(one.confidence),
                size,
                100.0,
                0.0,
            )
        )
        album.truth[face] = _who_is_there(box, drawn)
        album.photo_of[face] = sha256
    day = drawn.taken.date()
    dated = Dated(day, day, "exif", 0.95, drawn.taken)
    photo = Photo(sha256, 1000, *drawn.size, "JPEG", dated)
    path = PhotoPath(f"/drawn/{number}.jpg".encode(), sha256, 1000, 7, number)
    return PhotoResult(photo, path, tuple(made), vectors)


def _who_is_there(box: Sequence[float], drawn: Drawn) -> str:
    """The name of the head in that box, "" where there is none."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    width, height = drawn.size
    for name, place in zip(drawn.who, drawn.places, strict=True):
        if np.hypot(x - place.x * width, y - place.y * height) < place.size * height:
            return name
    return ""


def _store_bursts(
    con: duckdb.DuckDBPyConnection, sha256s: Sequence[str], bursts: Sequence[int]
) -> None:
    """Which photos are of one moment; the ingest finds that out from looks and clocks."""
    numbers = dict(con.execute("SELECT sha256, photo_id FROM photos").fetchall())
    ids = np.array([numbers[sha256] for sha256 in sha256s], np.int64)
    moment = np.array(bursts, np.int64)
    counts = np.bincount(moment)
    several = counts[moment] > 1
    rows = moments.Moments(ids[several], moment[several], np.zeros(int(several.sum()), bool))
    moments.replace(con, np.empty(0, np.int64), rows)


def enrol(album: Album, each: int = 6) -> None:
    """What a user does first: names everybody in some photos, spread over the time."""
    alone = Counter(album.photo_of.values())
    order = [row[0] for row in album.con.execute(
        "SELECT face_id FROM faces JOIN photos USING (photo_id) ORDER BY taken_at, face_index"
    ).fetchall()]  # fmt: skip
    decisions = []
    for name, person in album.members.items():
        mine = [face for face in order if album.truth[face] == name]
        by_itself = [face for face in mine if alone[album.photo_of[face]] == 1]
        pool = by_itself if len(by_itself) >= each else mine
        chosen = sorted({pool[int(i)] for i in np.linspace(0, len(pool) - 1, min(each, len(pool)))})
        decisions += [
            Decision(face, person.person_id, "confirmed", "user", "drawn") for face in chosen
        ]
        album.enrolled += chosen
    people.decide(album.con, decisions)
