"""The album is a family's ordinary dated photos, and the truth about it lies beside them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tracker.demo import album, family
from tracker.demo.album import Album
from tracker.demo.family import (
    BORN,
    CHILDREN,
    CIRCLES,
    CROSSING,
    GRANDPARENTS,
    PARENTS,
    Plan,
    circle,
    plan,
    share,
)
from tracker.demo.genome import NAMES
from tracker.errors import TrackerError, UsageError

ORIGINAL, ORIENTATION = 0x9003, 0x0112


@pytest.fixture(scope="module")
def whole() -> Plan:
    return plan(seed=0)


def thinned() -> Plan:
    """A month's plan with every sixth ordinary photo, every group photo and every oddity."""
    planned = plan(seed=0, months=1)
    kept = tuple(
        shot
        for i, shot in enumerate(planned.shots)
        if i % 6 == 0 or len(shot.sitters) != 1 or not shot.exif or shot.orientation != 1
    )
    return replace(planned, shots=kept)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Album, list[tuple[int, int]]]:
    """A thinned month's album, and the progress that was told."""
    told: list[tuple[int, int]] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(album, "plan", lambda **_: thinned())
        made = album.write(
            tmp_path_factory.mktemp("demo"),
            months=1,
            on_progress=lambda done, total: told.append((done, total)),
        )
    return made, told


def months_of(planned: Plan) -> Counter[int]:
    """How many dated photos of the child alone there are in each month."""
    found: Counter[int] = Counter()
    for shot in planned.shots:
        if shot.path.startswith("Mia/") and shot.sitters:
            day = shot.taken.date()
            month = (day.year - BORN.year) * 12 + day.month - BORN.month - (day.day < BORN.day)
            found[month] += 1
    return found


def test_the_same_seed_gives_the_same_family_and_another_seed_another() -> None:
    assert plan(seed=5) == plan(seed=5)
    first, second = plan(seed=5), plan(seed=6)
    assert first.relatives[0].genome != second.relatives[0].genome
    assert {shot.taken for shot in first.shots} != {shot.taken for shot in second.shots}


def test_the_family_is_two_parents_two_grandparents_strangers_and_a_child(
    whole: Plan,
) -> None:
    assert [m.relation for m in whole.relatives] == [
        "mother",
        "father",
        "grandmother",
        "grandfather",
    ]
    assert len(whole.strangers) == 120
    assert whole.child.relation == "child"
    assert len({m.name for m in (*whole.relatives, *whole.strangers, whole.child)}) == 125


def test_what_is_said_of_the_strangers_ages_is_so(whole: Plan) -> None:
    met = Counter(circle(person) for person in whole.strangers)
    assert (met[CHILDREN], met[PARENTS], met[GRANDPARENTS]) == (60, 40, 20)
    for shot in whole.shots:
        folder, _, name = shot.path.partition("/")
        if folder != "playground":
            continue
        (sitter,) = shot.sitters
        (option, said) = next(c.said for c in CIRCLES if Path(shot.path).is_relative_to(c.folder))
        assert name.split("/")[1] == sitter.sex
        if option == "--age":
            assert abs(sitter.years - float(said)) < 10
        else:
            assert f"{BORN:%Y-%m}" == said
            assert 0 <= sitter.years < 2 + 1 / 12


def test_every_month_of_two_years_has_photos_of_the_child_on_several_days(whole: Plan) -> None:
    assert all(months_of(whole)[month] >= 6 for month in range(24))
    days = {shot.taken.date() for shot in whole.shots if shot.path.startswith("Mia/")}
    assert len(days) >= 72


def test_nobody_is_photographed_before_birth(whole: Plan) -> None:
    for shot in whole.shots:
        for sitter in shot.sitters:
            assert sitter.years >= 0
        if shot.path.startswith("Mia/"):
            assert shot.taken.date() >= BORN


def test_the_album_has_group_photos_and_oddities(whole: Plan) -> None:
    assert sum(len(shot.sitters) > 1 for shot in whole.shots) >= 12
    assert sum(not shot.dated for shot in whole.shots) == 2
    assert sum(shot.dated and not shot.exif for shot in whole.shots) == 2
    assert sum(shot.orientation == 6 for shot in whole.shots) == 1
    assert sum(not shot.sitters for shot in whole.shots) == 1


def test_no_two_photos_have_one_name(whole: Plan) -> None:
    for seed in (0, 1, 2):
        paths = [shot.path for shot in plan(seed=seed).shots]
        assert len(set(paths)) == len(paths)
    assert 350 < len(whole.shots) < 450


def test_the_child_moves_from_the_father_to_the_mother_and_crosses_once(whole: Plan) -> None:
    assert list(whole.truth) == sorted(whole.truth)
    assert whole.truth[0] < 0.25
    assert whole.truth[-1] > 0.75
    assert whole.crossing_month == CROSSING
    assert share(CROSSING) == pytest.approx(0.5)


def test_the_child_in_a_photo_is_the_true_blend_of_that_day(whole: Plan) -> None:
    mother, father = (member.genome for member in whole.relatives[:2])
    apart = np.array([getattr(mother, n) - getattr(father, n) for n in NAMES])
    months, shares = [], []
    for shot in whole.shots:
        if shot.path.startswith("Mia/") and shot.sitters:
            from_father = np.array(
                [getattr(shot.sitters[0].genome, n) - getattr(father, n) for n in NAMES]
            )
            months.append((shot.taken.date() - BORN).days / family.DAYS_PER_MONTH)
            shares.append(float(from_father @ apart / (apart @ apart)))
    own = np.mean([s - share(m) for s, m in zip(shares, months, strict=True)])
    for s, m in zip(shares, months, strict=True):
        assert s - own == pytest.approx(share(m), abs=1e-6)
    assert abs(own) < 0.1


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_in_a_flat_family_nothing_changes_but_age(seed: int) -> None:
    flat = plan(seed=seed, flat=True)
    assert set(flat.truth) == {0.5}
    assert flat.crossing_month is None
    looks = {s.sitters[0].genome for s in flat.shots if s.path.startswith("Mia/") and s.sitters}
    assert len(looks) == 1


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_growing_up_does_not_lean_to_either_parent(seed: int) -> None:
    """What makes a face childlike differs little between the parents, and they differ otherwise."""
    mother, father = (member.genome for member in plan(seed=seed).relatives[:2])
    apart = {name: abs(getattr(mother, name) - getattr(father, name)) for name in NAMES}
    assert apart["face_width"] <= 0.45
    assert apart["eye_size"] <= 0.45
    assert apart["nose_length"] <= 0.45
    assert sum(value >= 0.5 for value in apart.values()) >= 12


def test_photos_lie_in_a_folder_per_person_and_can_be_opened(
    written: tuple[Album, list[tuple[int, int]]],
) -> None:
    made, _ = written
    photos = made.truth_path.parent / "photos"
    assert sorted(p.name for p in photos.iterdir()) == sorted(
        ["Mia", "Anna", "Ben", "Rosa", "Karl", "parties", "playground"]
    )
    files = sorted(photos.rglob("*.jpg"))
    assert len(files) == made.photos
    for path in files[::4]:
        with Image.open(path) as image:
            assert image.format == "JPEG"
            image.load()


def test_photos_carry_their_dates_as_a_cameras_do(
    written: tuple[Album, list[tuple[int, int]]],
) -> None:
    made, _ = written
    dated = undated = 0
    for shot in thinned().shots:
        path = made.truth_path.parent / "photos" / shot.path
        with Image.open(path) as image:
            given = image.getexif().get_ifd(0x8769).get(ORIGINAL)
            orientation = image.getexif().get(ORIENTATION, 1)
            width, height = image.size
        assert orientation == shot.orientation
        assert ((height, width) if orientation == 6 else (width, height)) == shot.size
        if shot.exif:
            assert datetime.strptime(given, "%Y:%m:%d %H:%M:%S") == shot.taken
            assert path.stat().st_mtime == pytest.approx(shot.taken.timestamp(), abs=1)
            dated += 1
        else:
            assert given is None
            undated += 1
    assert dated > 25
    assert undated == 4


def test_progress_is_told_for_every_photo(written: tuple[Album, list[tuple[int, int]]]) -> None:
    made, told = written
    assert told == [(done, made.photos) for done in range(1, made.photos + 1)]


def test_the_truth_lies_beside_the_photos_and_not_among_them(
    written: tuple[Album, list[tuple[int, int]]],
) -> None:
    made, _ = written
    truth = json.loads(made.truth_path.read_text())
    assert made.truth_path.name == "truth.json"
    assert not list((made.truth_path.parent / "photos").rglob("*.json"))
    assert truth["share_of_first_by_month"] == [round(value, 4) for value in made.truth]
    assert (truth["first"], truth["second"]) == ("Anna", "Ben")
    assert (truth["seed"], truth["flat"], truth["child"]) == (0, False, "Mia")
    assert truth["born"] == str(BORN)
    assert truth["in_words"] == made.truth_in_words


def test_the_album_says_who_is_who(written: tuple[Album, list[tuple[int, int]]]) -> None:
    made, _ = written
    assert (made.child, made.born, made.sex) == ("Mia", BORN, "f")
    assert [(p.name, p.relation) for p in made.people[:2]] == [
        ("Anna", "mother"),
        ("Ben", "father"),
    ]
    for person in made.people:
        assert person.folder.is_dir()
        assert person.born < date(2000, 1, 1)
    for strangers in made.strangers:
        assert (strangers.folder / "f").is_dir()


@pytest.mark.parametrize(
    ("flat", "months", "words"),
    [
        (False, 24, "85% Ben at birth and 87% Anna in month 23; Anna takes the lead at 11"),
        (True, 24, "half Anna and half Ben in every month"),
        (False, 6, "nearer to Ben in every month"),
    ],
)
def test_the_truth_is_told_in_words(flat: bool, months: int, words: str, tmp_path: Path) -> None:
    planned = plan(flat=flat, months=months)
    assert words in album._describe(tmp_path, planned, flat=flat).truth_in_words


def few(monkeypatch: pytest.MonkeyPatch, seed: int = 0) -> Plan:
    """Have only every fortieth photo drawn."""
    planned = plan(seed=seed, months=1)
    short = Plan(
        planned.child,
        planned.relatives,
        planned.strangers,
        planned.shots[seed::40],
        planned.truth,
        planned.crossing_month,
    )
    monkeypatch.setattr(album, "plan", lambda **_: short)
    return short


def test_another_family_takes_the_place_of_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch, seed=0)
    album.write(tmp_path, seed=0)
    own = tmp_path / "photos" / "Mia" / "my own.jpg"
    own.parent.mkdir(exist_ok=True)
    own.write_bytes(b"not the tracker's")
    second = few(monkeypatch, seed=1)
    album.write(tmp_path, seed=1)
    files = {str(p.relative_to(tmp_path / "photos")) for p in tmp_path.rglob("*.jpg")}
    assert files == {shot.path for shot in second.shots} | {"Mia/my own.jpg"}


@pytest.mark.parametrize(
    "files", [["../../precious.jpg", "/precious.jpg", "", 3, None, {}], "Mia", None]
)
def test_a_strange_truth_file_makes_nothing_else_disappear(
    files: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    precious = tmp_path / "precious.jpg"
    precious.write_bytes(b"mine")
    out = tmp_path / "demo"
    out.mkdir()
    (out / "truth.json").write_text(json.dumps({"files": files}))
    few(monkeypatch)
    album.write(out)
    assert precious.read_bytes() == b"mine"


def test_a_folder_that_cannot_be_written_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("a file")
    with pytest.raises(TrackerError, match="album cannot be written") as caught:
        album.write(tmp_path / "in the way" / "demo", months=1)
    assert "write to" in caught.value.hint


def test_a_photo_that_cannot_be_written_ends_the_drawing_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = few(monkeypatch)
    (tmp_path / "photos" / planned.shots[2].path).mkdir(parents=True)
    with pytest.raises(TrackerError, match="album cannot be written"):
        album.write(tmp_path)


@pytest.mark.parametrize("months", [0, -1, 25])
def test_only_as_many_months_as_were_thought_out_are_drawn(months: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"{months} months cannot be drawn"):
        album.write(tmp_path, months=months)
    assert not any(tmp_path.iterdir())


def test_the_dates_of_birthdays_move_by_themselves() -> None:
    assert family.replace_year(date(2000, 2, 29), 1971) == date(1971, 2, 28)
    assert family.replace_year(date(2000, 3, 1), 1971) == date(1971, 3, 1)
