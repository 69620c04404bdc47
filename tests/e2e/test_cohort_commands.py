"""`tracker cohort`: adding unrelated people, what they are good for, taking them out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.command import Outcome, tracker
from tests.support.drawn_photos import save
from tracker.demo.draw import Sitter, scene
from tracker.demo.genome import stranger

ANNA = 0
CLUB = tuple(range(1, 9))


def shoot(folder: Path, *people: int, seed: int, day: int = 1, taken: bool = True) -> Path:
    """Draw a photo of people, by number; women and men by turns."""
    folder.mkdir(parents=True, exist_ok=True)
    sitters = [Sitter(stranger(np.random.default_rng([n, 7])), 30.0, "fm"[n % 2]) for n in people]
    path = folder / f"{seed}.jpg"
    when = f"2024:03:{day:02} 12:00:00" if taken else None
    save(scene(sitters, size=(180 * (1 + len(people)), 300), seed=seed), path, taken=when)
    return path


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Anna's photos; a club with a folder for each person, and three folders that should not be
    there."""
    root = tmp_path_factory.mktemp("album")
    for k in range(8):
        shoot(root / "anna", ANNA, seed=100 + k, day=1 + k)
    for n in CLUB:
        for k in range(3):
            shoot(root / "club" / f"member {n}", n, seed=1000 * n + k, day=10 + k)
    shoot(root / "club" / "member 2", 31, 32, seed=778, day=25)
    for k in range(3):
        shoot(root / "club" / "a visitor", ANNA, seed=500 + k, day=20 + k)
    for k in range(4):
        shoot(root / "club" / "outing", 40 + k, seed=900 + k, day=26)
    for k in range(2):
        shoot(root / "club" / "pairs", 50 + k, 52 + k, seed=910 + k, day=26)
    return root


@pytest.fixture(scope="module")
def prepared(album: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A workspace that knows Anna and to which the club was added, and what that printed."""
    home = tmp_path_factory.mktemp("cohort") / "workspace"
    for words in (
        ("init", "--child", "Mia", "--born", "2024-01-30", "--sex", "f"),
        ("person", "add", "Anna", "--relation", "mother", "--born", "1994"),
        ("ingest", album / "anna", "--as", "Anna", "--embedder", "handcrafted"),
    ):
        assert tracker(*words, home=home).code == 0
    return home, tracker("cohort", "add", album / "club", "--born", "1994", "--json", home=home)


@pytest.fixture
def home(prepared: tuple[Path, Outcome], tmp_path: Path) -> Path:
    """A copy of the prepared workspace to change."""
    copy = tmp_path / "workspace"
    shutil.copytree(prepared[0], copy)
    return copy


Cohort = Callable[..., Outcome]


@pytest.fixture
def cohort(home: Path) -> Cohort:
    """`tracker cohort …` in the copy."""
    return lambda *words: tracker("cohort", *words, home=home)


def told(outcome: Outcome) -> dict[str, Any]:
    assert outcome.code == 0, outcome.err
    return outcome.values


def reasons(values: dict[str, Any]) -> dict[str, str]:
    """What was left out, by its last two names, and why."""
    return {"/".join(one["what"].split("/")[-2:]): one["reason"] for one in values["left_out"]}


def test_a_relative_among_them_is_refused_by_name_and_the_others_are_added(
    prepared: tuple[Path, Outcome],
) -> None:
    outcome = prepared[1]
    assert outcome.code == 3
    (refused,) = outcome.values["refused"]
    assert (refused["label"], refused["name"], refused["relation"]) == (
        "club/a visitor",
        "Anna",
        "mother",
    )
    assert 0.7 < refused["similarity"] <= 1
    assert outcome.values["people"] == len(CLUB)
    assert outcome.values["cohort"] == {"people": len(CLUB), "faces": outcome.values["faces"]}


def test_a_photo_of_several_is_left_out_where_it_cannot_be_told_who_is_meant(
    prepared: tuple[Path, Outcome],
) -> None:
    """Hand-made features cannot tell; a network can, see below."""
    values = prepared[1].values
    why = reasons(values)
    two = "2 people are in the photo, and it cannot be told who is meant"
    assert why["member 2/778.jpg"] == two
    assert why["club/pairs"] == "no photo shows one person alone"
    assert values["faces"] == 3 * len(CLUB)


def test_a_folder_of_several_people_is_left_out_with_what_to_do(
    prepared: tuple[Path, Outcome],
) -> None:
    assert "look like several people" in reasons(prepared[1].values)["club/outing"]


def test_what_came_of_it_is_said_in_words(cohort: Cohort, album: Path) -> None:
    outcome = cohort("add", album / "club", "--born", "1994")
    assert outcome.code == 3
    assert outcome.out.startswith("Added 8 people with 24 faces. The cohort has 8 people now.\n")
    assert (
        "Not added: photos in 'club/a visitor' look like Anna, the mother (similarity 0."
        in outcome.out
    )
    assert "tracker cohort status" in outcome.out


def test_status_counts_people_and_faces_by_sex_and_age(cohort: Cohort, album: Path) -> None:
    values = told(cohort("status", "--json"))
    assert (values["people"], values["faces"]) == (8, 24)
    assert values["cells"] == [{"sex": None, "band": "20 to 40", "people": 8, "faces": 24}]
    assert values["sources"] == [{"path": str(album / "club"), "people": 8, "faces": 24}]
    assert values["embedders"] == [{"embedder": "handcrafted", "faces": 24}]
    assert values["percentiles"] is False
    (need,) = values["needs"]
    assert (need["name"], need["people"], need["wanted"]) == ("Anna", 0, 200)
    assert (need["says"], need["stands_in"]) == ("no women 20 to 40", "people 20 to 40")


def test_status_reads_well_and_fits_a_terminal(cohort: Cohort) -> None:
    out = told_text(cohort("status"))
    assert "The cohort: 8 unrelated people, 24 faces (handcrafted).\n" in out
    assert "Percentiles are withheld: they need 30 people or more." in out
    assert "  Anna, mother: no women 20 to 40\n    people 20 to 40 stand in: 8\n" in out
    assert "Sex not known: 8." in out
    assert all(len(line) <= 80 for line in out.splitlines() if "album" not in line)


def told_text(outcome: Outcome) -> str:
    assert outcome.code == 0, outcome.err
    return outcome.out


def test_adding_the_same_again_corrects_it_and_embeds_nothing_twice(
    cohort: Cohort, album: Path
) -> None:
    values = cohort("add", album / "club", "--sex", "f", "--json").values
    assert (values["faces_embedded"], values["photos_new"]) == (0, 0)
    assert values["people"] == 8
    (cell,) = told(cohort("status", "--json"))["cells"]
    assert (cell["sex"], cell["band"]) == ("f", "20 to 40")  # what was not said again stays
    cohort("add", album / "club", "--age", "7.5")
    (cell,) = told(cohort("status", "--json"))["cells"]
    assert (cell["sex"], cell["band"], cell["people"]) == ("f", "6 to 13", 8)


def test_photos_that_are_gone_or_new_are_noticed_when_it_is_added_again(
    cohort: Cohort, album: Path, tmp_path: Path
) -> None:
    few = tmp_path / "few"
    for n in (3, 4):
        shutil.copytree(album / "club" / f"member {n}", few / f"member {n}")
    assert told(cohort("add", few, "--age", "40", "--sex", "m", "--json"))["people"] == 2
    shutil.rmtree(few / "member 3")
    shutil.copytree(album / "club" / "member 5", few / "member 5")
    assert told(cohort("add", few, "--json"))["people"] == 2
    assert told(cohort("remove", album / "club", "--yes", "--json"))["left"] == 2
    (cell,) = told(cohort("status", "--json"))["cells"]
    assert cell == {"sex": "m", "band": "40 to 60", "people": 2, "faces": 6}


def test_somebody_added_from_two_places_counts_once(
    cohort: Cohort, album: Path, tmp_path: Path
) -> None:
    shutil.copytree(album / "club" / "member 3", tmp_path / "copy" / "another name")
    values = told(cohort("add", tmp_path / "copy", "--json"))
    assert values["people"] == 1
    assert values["cohort"] == {"people": 8, "faces": 24}
    told(cohort("remove", tmp_path / "copy", "--yes", "--json"))
    assert told(cohort("status", "--json"))["people"] == 8


def test_single_photos_and_a_flat_folder_are_a_person_each(
    cohort: Cohort, album: Path, tmp_path: Path
) -> None:
    flat = tmp_path / "flat"
    for n in range(60, 63):
        shoot(flat, n, seed=n)
    shoot(flat, 63, 64, seed=63)
    photo = shoot(tmp_path, 65, seed=65)
    outcome = cohort("add", flat, photo, "--json")
    values = told(outcome)
    assert [one["people"] for one in values["sources"]] == [3, 1]
    assert list(reasons(values)) == ["flat/63.jpg"]


def test_one_persons_folder_given_by_itself_is_asked_about(cohort: Cohort, album: Path) -> None:
    told(cohort("remove", "--all", "--yes", "--json"))
    folders = [album / "club" / name for name in ("member 4", "member 6", "outing")]
    outcome = cohort("add", *folders, "--json")
    assert outcome.values["people"] == 10
    warnings = outcome.values["warnings"]
    assert warnings[0] == (
        "The 3 photos right in 'member 4' count as a person each, and look like one. If they are, "
        "put that folder into another, and add that one instead."
    )
    assert not any("outing" in warning for warning in warnings)


def test_folders_named_after_a_sex_say_it(cohort: Cohort, album: Path, tmp_path: Path) -> None:
    shutil.copytree(album / "club" / "member 3", tmp_path / "all" / "men" / "carl")
    shutil.copytree(album / "club" / "member 4", tmp_path / "all" / "F" / "dora")
    told(cohort("remove", "--all", "--yes", "--json"))
    told(cohort("add", tmp_path / "all", "--age", "30", "--json"))
    cells = told(cohort("status", "--json"))["cells"]
    assert [(cell["sex"], cell["people"]) for cell in cells] == [("f", 1), ("m", 1)]


def test_strangers_are_nobodys_family(cohort: Cohort, home: Path, album: Path) -> None:
    stock = told(tracker("status", "--json", home=home))
    assert [person["name"] for person in stock["people"]] == ["Mia", "Anna"]
    assert (stock["undated"], stock["unnamed"], stock["problems"]) == (0, 0, [])
    assert "Photos of unrelated people among them: 3" in tracker("status", home=home).out
    again = tracker("ingest", album / "club" / "member 3", "--json", home=home)
    assert (told(again)["proposed"], again.values["faces_of_nobody_known"]) == ({}, 0)


def test_removing_them_needs_a_yes_and_leaves_nothing_behind(cohort: Cohort, album: Path) -> None:
    assert cohort("remove", album / "club").code == 2
    assert (
        told_text(cohort("remove", album, "--yes")) == "8 people are out. Added people left: 0.\n"
    )
    outcome = cohort("status")
    assert outcome.out == "The cohort is empty.\n"
    assert "tracker cohort add FOLDER" in outcome.err
    assert told(cohort("status", "--json"))["people"] == 0


def test_a_face_that_has_a_relatives_name_is_refused(
    cohort: Cohort, home: Path, album: Path
) -> None:
    told(tracker("person", "add", "Ben", "--relation", "father", "--json", home=home))
    told(tracker("ingest", album / "club" / "member 3", "--as", "Ben", "--json", home=home))
    outcome = cohort("add", album / "club")
    assert outcome.code == 3
    assert "Not added: a face in 'club/member 3' is known here as Ben, the father." in outcome.out


def test_a_relative_who_is_named_later_leaves_the_cohort_by_name(
    cohort: Cohort, home: Path, album: Path
) -> None:
    told(tracker("person", "add", "Ben", "--relation", "father", "--json", home=home))
    told(tracker("ingest", album / "club" / "member 3", "--as", "Ben", "--json", home=home))
    outcome = cohort("status", "--json")
    assert told(outcome)["people"] == 7
    assert outcome.values["warnings"] == [
        "'club/member 3' of the unrelated people looks like Ben and is left out."
    ]


def test_people_marked_unrelated_in_ones_own_photos_are_in_the_cohort(
    cohort: Cohort, home: Path, tmp_path: Path
) -> None:
    for k in range(2):
        shoot(tmp_path / "kim", 70, seed=700 + k, day=3 + k)
    told(tracker("person", "add", "Kim", "--relation", "unrelated", "--json", home=home))
    told(tracker("ingest", tmp_path / "kim", "--as", "Kim", "--json", home=home))
    advice = " ".join(told_text(cohort("status")).split())  # no path of theirs can be added again
    assert "Age not known of Kim, marked in your own photos" in advice
    assert "tracker person set NAME --born DATE" in advice
    assert "Age not known: 1" not in advice
    told_text(tracker("person", "set", "Kim", "--born", "1950", "--sex", "f", home=home))
    values = told(cohort("status", "--json"))
    assert values["people"] == 9
    assert {"path": None, "people": 1, "faces": 2} in values["sources"]
    assert {"sex": "f", "band": "over 60", "people": 1, "faces": 2} in values["cells"]
    assert "people marked unrelated in your own photos" in told_text(cohort("status"))


def test_a_birth_after_the_photos_is_said(cohort: Cohort, album: Path) -> None:
    outcome = cohort("add", album / "club", "--born", "2025", "--json")
    assert outcome.values["warnings"] == [
        "24 photos are dated before the birth that was given: their age counts as unknown."
    ]


def test_undated_photos_have_an_age_only_when_it_is_given(cohort: Cohort, tmp_path: Path) -> None:
    shoot(tmp_path / "old", 80, seed=80, taken=False)
    told(cohort("remove", "--all", "--yes", "--json"))
    told(cohort("add", tmp_path / "old", "--born", "1994", "--json"))
    assert told(cohort("status", "--json"))["cells"][0]["band"] is None
    assert "Age not known: 1." in told_text(cohort("status"))
    told(cohort("add", tmp_path / "old", "--age", "3", "--json"))
    assert told(cohort("status", "--json"))["cells"][0]["band"] == "2 to 6"


def test_broken_files_of_strangers_are_said_once_and_are_not_the_familys(
    cohort: Cohort, home: Path, album: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(album / "club" / "member 3", folder / "carl")
    (folder / "carl" / "torn.jpg").write_bytes(b"\xff\xd8\xff")
    outcome = cohort("add", folder, "--json")
    assert outcome.code == 3
    assert outcome.values["rejected"][0]["path"].endswith("torn.jpg")
    stock = told(tracker("status", "--json", home=home))
    assert (stock["rejected"], stock["problems"]) == (0, [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no such folder",), "does not exist"),
        (("empty",), "There is no photo in"),
        (("workspace",), "is the workspace itself"),
        (("workspace/thumbnails",), "is the workspace itself"),
        (("empty", "--born", "1990", "--age", "30"), "--born and --age"),
        (("empty", "--age", "300"), "300 is not an age"),
        (("empty", "--age", "-1"), "-1 is not an age"),
        (("empty", "--sex", "x"), "is not a sex"),
        (("empty", "--born", "soon"), "is not a date"),
        (("empty", "--born", "2999"), "is in the future"),
    ],
)
def test_what_cannot_be_added_is_said_with_what_to_do(
    cohort: Cohort, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    outcome = cohort("add", tmp_path / words[0], *words[1:])
    assert outcome.code == 2
    assert said in outcome.err
    assert "hint:" in outcome.err


def test_photos_without_a_face_are_not_enough(cohort: Cohort, tmp_path: Path) -> None:
    (tmp_path / "sea").mkdir()
    save(np.full((200, 300, 3), 120, np.uint8), tmp_path / "sea" / "sea.jpg")
    outcome = cohort("add", tmp_path / "sea")
    assert outcome.code == 2
    assert "No face was found in" in outcome.err


def test_removing_what_was_never_added_is_said(cohort: Cohort, album: Path, tmp_path: Path) -> None:
    for words, hint in (
        ((), "tracker cohort remove --all"),
        ((album, "--all"), "tracker cohort remove --all"),
        ((tmp_path, "--yes"), "tracker cohort status"),
        ((album / "club" / "member 3", "--yes"), "was added as a whole"),
    ):
        outcome = cohort("remove", *words)
        assert outcome.code == 2
        assert hint in outcome.err


def test_without_a_workspace_it_says_how_to_make_one(tmp_path: Path, album: Path) -> None:
    outcome = tracker("cohort", "add", album / "club", home=tmp_path / "nowhere")
    assert outcome.code != 0
    assert "tracker init" in outcome.err


def test_an_empty_workspace_says_what_to_type(empty: Path) -> None:
    outcome = tracker("cohort", "status", home=empty)
    assert (outcome.code, outcome.out) == (0, "The cohort is empty.\n")
    assert "tracker cohort add FOLDER" in outcome.err


@pytest.mark.slow("a hundred real faces")
@pytest.mark.samples
def test_tiny_crops_of_real_strangers_make_a_cohort(samples: Path, tmp_path: Path) -> None:
    """112 pixels of nothing but a face: hardly one is not found."""
    home = tmp_path / "workspace"
    told(tracker("init", "--child", "Mia", "--born", "2020", "--json", home=home))
    folder = tmp_path / "strangers"
    folder.mkdir()
    for family in sorted((samples / "faces" / "strangers").iterdir())[:6]:
        shutil.copytree(family, folder / family.name)
    people = sorted(folder.glob("*/*"))
    number = len(list(folder.rglob("*.jpg")))
    album = next(person for person in people if len(list(person.iterdir())) >= 5)
    other = next(person for person in people if person.parent != album.parent)
    side_by_side(sorted(album.iterdir())[0], sorted(other.iterdir())[0])
    model = samples / "models" / "mobilefacenet-y1"
    outcome = tracker(
        "cohort", "add", folder, "--age", "30", "--embedder", model, "--json", home=home
    )
    values = outcome.values
    assert values["photos_new"] == number
    assert values["faces"] >= 0.95 * number
    assert values["people"] >= 0.95 * len(people)
    assert str(sorted(album.iterdir())[0]) not in {one["what"] for one in values["left_out"]}
    assert values["faces_found"] == values["faces"] + 1


def side_by_side(photo: Path, other: Path) -> None:
    """Make one photo of two."""
    from PIL import Image

    both = Image.new("RGB", (224, 112))
    for place, path in enumerate((photo, other)):
        with Image.open(path) as image:
            both.paste(image, (112 * place, 0))
    both.save(photo, quality=95)
