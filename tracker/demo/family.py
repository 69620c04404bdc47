"""The drawn family: who they are, and which photos there are of them over the child's months."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from tracker.demo.draw import Camera, Sitter, camera
from tracker.demo.features import Mood
from tracker.demo.genome import NAMES, Genome, blend, moved, stranger
from tracker.demo.hair import Cut
from tracker.demo.view import Pose

BORN = date(2022, 4, 17)
DAYS_PER_MONTH = 365.2425 / 12
CROSSING = 11.0
"""Month of age at which the child is as much the mother's as the father's."""

PACE = 4.0
"""Months in which the odds of the mother's share grow by e around the crossing."""

OWN = 0.10
"""Spread of what the child has from neither parent."""

STRANGERS = 120
LANDSCAPE, UPRIGHT = (960, 720), (720, 960)


@dataclass(frozen=True, slots=True)
class Member:
    """One drawn person. `relation` is to the child; strangers are "unrelated"."""

    name: str
    relation: str
    sex: str
    born: date
    genome: Genome
    cut: Cut

    def years(self, day: date) -> float:
        """Age in years, not below 0."""
        return max(0.0, (day - self.born).days / 365.2425)


@dataclass(frozen=True, slots=True)
class Circle:
    """Strangers of one generation. `folder` is relative to the photos' folder, in an album that
    is written absolute, and has folders f and m, and in them one for each person; `said` are the
    words with which `cohort add` is told their age.
    """

    folder: Path
    said: tuple[str, str]


CHILDREN = Circle(Path("playground/children"), ("--born", f"{BORN:%Y-%m}"))
PARENTS = Circle(Path("playground/parents"), ("--age", "35"))
GRANDPARENTS = Circle(Path("playground/grandparents"), ("--age", "65"))
CIRCLES = (CHILDREN, PARENTS, GRANDPARENTS)


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo of the album. `path` is relative to the photos' folder.

    `dated` tells whether the file says when it was taken; `exif` whether in its EXIF or only in
    its name. `orientation` is the EXIF orientation it is stored with, 1 or 6.
    """

    path: str
    taken: datetime
    sitters: tuple[Sitter, ...]
    camera: Camera
    size: tuple[int, int]
    seed: int
    exif: bool = True
    dated: bool = True
    orientation: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole album before it is drawn.

    `truth[m]` is the first relative's (the mother's) share in the child's looks in month m of
    age; `crossing_month` where it passes one half, None when it never does.
    """

    child: Member
    relatives: tuple[Member, ...]
    strangers: tuple[Member, ...]
    shots: tuple[Shot, ...]
    truth: tuple[float, ...]
    crossing_month: float | None


def share(age_months: float, *, flat: bool = False) -> float:
    """The mother's share in the child's looks at an age: half throughout when `flat`."""
    if flat:
        return 0.5
    return 0.1 + 0.8 / (1 + math.exp(-(age_months - CROSSING) / PACE))


def plan(*, seed: int = 0, flat: bool = False, months: int = 24) -> Plan:
    """The album of one family; the same arguments give the same one."""
    rng = np.random.default_rng([seed, 1])
    mother, father = _parents(rng, first=seed == 0)
    relatives = (
        mother,
        father,
        _older(
            mother, "Rosa", "grandmother", years=30, cut=Cut(0.30, 0.16, 0.10, 0.2, 0.7), rng=rng
        ),
        _older(
            father,
            "Karl",
            "grandfather",
            years=31,
            cut=Cut(0.02, 0.05, 0.0, 0.2, bald=0.8),
            rng=rng,
        ),
    )
    child = Member("Mia", "child", "f", BORN, blend(mother.genome, father.genome, 0.5), Cut())
    own = beside(moved(Genome(**dict.fromkeys(NAMES, 0.0)), rng, OWN), mother.genome, father.genome)
    strangers = tuple(_stranger(i, rng) for i in range(STRANGERS))
    family = _Family(child, own, relatives, strangers, flat, months, seed)
    shots = tuple(sorted(family.shots(), key=lambda shot: shot.path))
    truth = tuple(share(month + 0.5, flat=flat) for month in range(months))
    crosses = not flat and truth[0] < 0.5 < truth[-1]
    return Plan(child, relatives, strangers, shots, truth, CROSSING if crosses else None)


def _parents(rng: np.random.Generator, *, first: bool) -> tuple[Member, Member]:
    """Two parents who differ in nearly everything but in what makes a face childlike."""
    apart = {
        "skin": -0.34, "undertone": -0.45, "hair": -0.55, "red": 0.55, "iris": -0.50,
        "iris_hue": -0.25, "face_width": -0.20, "jaw": -0.30, "eye_spacing": 0.55, "eye_size": 0.20,
        "eye_slant": 0.60, "brow_thickness": -0.65, "brow_slant": 0.50, "brow_height": 0.45,
        "nose_length": -0.20, "nose_width": -0.65, "mouth_width": 0.65, "mouth_height": -0.40,
        "lips": 0.60, "ears": -0.50, "freckles": 0.70,
    }  # fmt: skip
    middle = {
        "skin": -0.42,
        "hair": 0.30,
        "red": -0.30,
        "iris": 0.05,
        "iris_hue": 0.05,
        "freckles": -0.4,
    }
    sides = dict.fromkeys(apart, 1.0)
    if not first:
        sides = {name: float(rng.choice([-1, 1])) for name in apart}
        middle = {name: value + float(rng.normal(0, 0.12)) for name, value in middle.items()}
    half = {name: sides[name] * size for name, size in apart.items()}
    anna = Genome(**{name: middle.get(name, 0.0) + half[name] for name in NAMES})
    ben = Genome(**{name: middle.get(name, 0.0) - half[name] for name in NAMES})
    return (
        Member("Anna", "mother", "f", date(1990, 8, 3), anna, Cut(1.35, 0.12, 0.02, 0.30)),
        Member("Ben", "father", "m", date(1988, 2, 21), ben, Cut(0.04, 0.12, 0.04, -0.30)),
    )


def beside(own: Genome, first: Genome, second: Genome) -> Genome:
    """What is left of `own` when nothing of it leans to either of the two.

    Else the child would have more of one of them than its drawn share, and the drawn share would
    not be the truth.
    """
    apart = np.array(astuple(first)) - np.array(astuple(second))
    mine = np.array(astuple(own))
    return Genome(*(mine - apart * float(mine @ apart) / float(apart @ apart)).tolist())


def _older(
    parent: Member, name: str, relation: str, *, years: int, cut: Cut, rng: np.random.Generator
) -> Member:
    """A grandparent: half of what the parent has, the other half from elsewhere."""
    genome = blend(parent.genome, stranger(rng), 0.55)
    born = replace_year(parent.born, parent.born.year - years) + timedelta(int(rng.integers(200)))
    return Member(name, relation, parent.sex, born, moved(genome, rng, 0.1), cut)


def replace_year(day: date, year: int) -> date:
    """The same day of another year; 29 February becomes the 28th where there is none."""
    return day.replace(year=year, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _stranger(index: int, rng: np.random.Generator) -> Member:
    """Half of them children of the child's own month, the others of the age of parents or of
    grandparents; as many women as men of each."""
    sex = "fm"[index % 2]
    generation = index // 2 % 6
    if generation < 3:
        born = BORN - timedelta(days=int(rng.integers(BORN.day)))
    else:
        years = rng.uniform(58, 72) if generation == 5 else rng.uniform(27, 43)
        born = BORN - timedelta(days=int(365.2425 * years))
    return Member(
        f"stranger {index + 1:03d}", "unrelated", sex,
        born, stranger(rng), _some_cut(sex, generation >= 3, rng),
    )  # fmt: skip


def circle(member: Member) -> Circle:
    """In which of the circles a stranger is."""
    years = member.years(BORN)
    return CHILDREN if years < 1 else PARENTS if years < 50 else GRANDPARENTS


def _some_cut(sex: str, grown: bool, rng: np.random.Generator) -> Cut:
    volume, fringe, parting = (
        rng.uniform(0.07, 0.16),
        rng.uniform(-0.04, 0.16),
        rng.uniform(-0.4, 0.4),
    )
    curl = float(rng.choice([0.0, 0.0, 0.5, 1.0]))
    if not grown:
        return Cut(0.0, volume * 0.7, fringe * 0.3, parting, curl * 0.5, rng.uniform(0.6, 1))
    if sex == "m":
        return Cut(
            rng.uniform(0, 0.12),
            volume,
            fringe * 0.5,
            parting,
            curl,
            bald=max(0.0, rng.normal(0, 0.4)),
        )
    return Cut(
        float(rng.choice([0.2, 0.9, 1.2, 1.5])),
        volume,
        fringe,
        parting,
        curl * 0.6,
        bun=bool(rng.random() < 0.2),
    )


@dataclass(frozen=True, slots=True)
class _Family:
    """Draws up the list of photos."""

    child: Member
    own: Genome
    relatives: tuple[Member, ...]
    strangers: tuple[Member, ...]
    flat: bool
    months: int
    seed: int

    def shots(self) -> Iterator[Shot]:
        """Every photo, in no particular order."""
        child_days = sorted(self._child_days())
        for day in child_days:
            yield from self._day(self.child, day, 2, f"{self.child.name}")
        taken = set(child_days)
        for member, days in zip(self.relatives, (14, 14, 9, 9), strict=True):
            for day in self._other_days(member.name, days, taken):
                yield from self._day(member, day, 2, member.name)
        for person in self.strangers:
            folder = (circle(person).folder / person.sex / person.name).as_posix()
            (day,) = self._other_days(person.name, 1, set(), since=0)
            yield from self._day(person, day, 1, folder)
        yield from self._parties(taken)
        yield from self._oddities(child_days)

    def sitter(self, member: Member, day: date, rng: np.random.Generator) -> Sitter:
        """`member` as they look in one photo of a day."""
        years = member.years(day)
        small = years < 6
        mood = Mood(
            smile=float(np.clip(rng.normal(0.35, 0.35), -0.4, 1)),
            surprise=float(max(0.0, rng.normal(-0.2, 0.3))),
            gaze=(
                float(np.clip(rng.normal(0, 0.4), -1, 1)),
                float(np.clip(rng.normal(0, 0.3), -1, 1)),
            ),
        )
        pose = Pose(*(float(x) for x in np.clip(rng.normal(0, [0.13, 0.07, 0.07]), -0.3, 0.3)))
        cut, genome = member.cut, member.genome
        if member is self.child:
            months = (day - member.born).days / DAYS_PER_MONTH
            genome = self.looks(months)
            cut = Cut(0.02, 0.07 + 0.001 * months, 0.0, 0.2, 0.0, min(1.0, 0.80 + 0.008 * months))
        return Sitter(
            genome,
            years,
            member.sex,
            cut,
            mood,
            pose if not small else replace(pose, roll=pose.roll * 1.3),
        )

    def looks(self, months: float) -> Genome:
        """The child's genome at an age in months: the true blend, and what is her own."""
        mother, father = self.relatives[0], self.relatives[1]
        mixed = blend(mother.genome, father.genome, share(months, flat=self.flat))
        return Genome(*(a + b for a, b in zip(astuple(mixed), astuple(self.own), strict=True)))

    def _rng(self, *words: str | int) -> np.random.Generator:
        """Random numbers of one purpose, the same whatever else is drawn."""
        codes = [sum(ord(c) * 31**i for i, c in enumerate(str(word))) % 2**32 for word in words]
        return np.random.default_rng([self.seed, 2, *codes])

    def _child_days(self) -> list[date]:
        rng = self._rng("child days")
        days = []
        for month in range(self.months):
            first, after = _month_start(month), _month_start(month + 1)
            count = int(np.clip(rng.poisson(4), 3, 6))
            span = (after - first).days
            days += [first + timedelta(days=int(d)) for d in rng.choice(span, count, replace=False)]
        return days

    def _other_days(
        self, name: str, count: int, taken: set[date], *, since: int = -365
    ) -> list[date]:
        """Days from `since` days after the birth to the end, none of them in `taken`."""
        rng = self._rng("days", name)
        span = (_month_start(self.months) - BORN).days
        free = [d for d in (BORN + timedelta(days=i) for i in range(since, span)) if d not in taken]
        chosen = [free[int(i)] for i in rng.choice(len(free), min(count, len(free)), replace=False)]
        return sorted(chosen)

    def _day(self, member: Member, day: date, photos: int, folder: str) -> Iterator[Shot]:
        """Photos of one person on one day: one place and light, moods and poses of their own."""
        rng = self._rng(member.name, day.toordinal())
        shot = camera(rng)
        for k in range(photos):
            taken = _at(day, rng)
            nudged = replace(shot.light, exposure=shot.light.exposure + float(rng.normal(0, 0.05)))
            yield Shot(
                path=f"{folder}/{_file_name(taken)}",
                taken=taken,
                sitters=(self.sitter(member, day, rng),),
                camera=replace(shot, light=nudged, blur=float(rng.uniform(0.2, 0.9))),
                size=LANDSCAPE if (k + day.day) % 3 == 0 else UPRIGHT,
                seed=int(rng.integers(2**31)),
            )

    def _parties(self, taken: set[date]) -> Iterator[Shot]:
        """Group photos, with the child in most and a stranger in some."""
        count = max(1, round(self.months * 0.75))
        for i, day in enumerate(self._other_days("parties", count, taken | {BORN})):
            rng = self._rng("party", day.toordinal())
            guests = [
                self.relatives[int(k)] for k in rng.permutation(4)[: 1 + int(rng.integers(1, 4))]
            ]
            if day >= BORN:
                guests.insert(int(rng.integers(len(guests) + 1)), self.child)
            if i % 3 == 0:
                guests.append(self.strangers[int(rng.integers(len(self.strangers)))])
            guests = [guest for guest in guests if guest.born <= day]
            taken_at = _at(day, rng)
            yield Shot(
                path=f"parties/{_file_name(taken_at)}",
                taken=taken_at,
                sitters=tuple(self.sitter(guest, day, rng) for guest in guests),
                camera=camera(rng),
                size=(1280, 960),
                seed=int(rng.integers(2**31)),
            )

    def _oddities(self, child_days: list[date]) -> Iterator[Shot]:
        """What every album has: no date, a date only in the name, a turned camera, no face."""
        rng = self._rng("oddities")
        folder = self.child.name
        few = len(child_days) < 6  # in the first month some days have two
        days = [child_days[int(i)] for i in rng.choice(len(child_days), 6, replace=few)]
        for k, day in enumerate(days):
            taken = _at(day, rng)
            shot = Shot(
                path=f"{folder}/{_file_name(taken)}", taken=taken,
                sitters=(self.sitter(self.child, day, rng),), camera=camera(rng), size=UPRIGHT,
                seed=int(rng.integers(2**31)),
            )  # fmt: skip
            if k < 2:
                yield replace(
                    shot, path=f"{folder}/from grandma {k + 1}.jpg", exif=False, dated=False
                )
            elif k < 4:
                yield replace(shot, path=f"{folder}/IMG-{taken:%Y%m%d}-WA000{k}.jpg", exif=False)
            elif k == 4:
                yield replace(shot, orientation=6)
            else:
                yield replace(shot, sitters=())


def _month_start(month: int) -> date:
    years, of_year = divmod(BORN.month - 1 + month, 12)
    return BORN.replace(year=BORN.year + years, month=of_year + 1)


def _at(day: date, rng: np.random.Generator) -> datetime:
    """Some second of the day, between eight and twenty o'clock."""
    return datetime(day.year, day.month, day.day, 8) + timedelta(
        seconds=int(rng.integers(12 * 3600))
    )


def _file_name(taken: datetime) -> str:
    return f"IMG_{taken:%Y%m%d_%H%M%S}.jpg"
