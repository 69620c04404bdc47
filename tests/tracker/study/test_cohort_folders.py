"""Who is in which photo, by the names of folders alone."""

from __future__ import annotations

import pytest

from tracker.study.cohort_folders import Shown, who_is_where


def people(source: bytes, *below: bytes) -> dict[str, tuple[int, str | None]]:
    """Label -> (photos, sex) of the photos at these paths below a source."""
    found = who_is_where(source, [source + b"/" + path for path in below])
    return {one.label: (len(one.photos), one.sex) for one in found}


def test_a_folder_is_a_person_with_all_that_is_below_it() -> None:
    assert people(b"/a/club", b"jo/1.jpg", b"jo/2.jpg", b"jo/holiday/3.jpg", b"kim/1.jpg") == {
        "club/jo": (3, None),
        "club/kim": (1, None),
    }


def test_a_photo_right_in_the_folder_is_a_person() -> None:
    assert people(b"/a/club", b"1.jpg", b"2.jpg", b"jo/3.jpg") == {
        "club/1.jpg": (1, None),
        "club/2.jpg": (1, None),
        "club/jo": (1, None),
    }


def test_folders_of_folders_hold_a_person_each() -> None:
    assert people(b"/a/f", b"F1/MID1/1.jpg", b"F1/MID2/1.jpg", b"F1/MID2/2.jpg") == {
        "f/F1/MID1": (1, "f"),
        "f/F1/MID2": (2, "f"),
    }


@pytest.mark.parametrize(
    ("folder", "sex"),
    [(b"f", "f"), (b"M", "m"), (b"Women", "f"), (b"boys", "m"), (b"friends", None)],
)
def test_the_folder_above_the_people_may_say_their_sex(folder: bytes, sex: str | None) -> None:
    below = people(b"/a/all", folder + b"/jo/1.jpg", folder + b"/jo/2.jpg")
    assert list(below.values()) == [(2, sex)]
    assert list(people(b"/a/" + folder, b"jo/1.jpg").values()) == [(1, sex)]


def test_photos_right_in_a_folder_that_says_the_sex_are_a_person_each() -> None:
    assert people(b"/a/all", b"girls/1.jpg", b"girls/2.jpg") == {
        "all/girls/1.jpg": (1, "f"),
        "all/girls/2.jpg": (1, "f"),
    }


def test_a_single_photo_is_a_person() -> None:
    assert who_is_where(b"/a/jo.jpg", [b"/a/jo.jpg"]) == [
        Shown("jo.jpg", (b"/a/jo.jpg",), alone=True)
    ]


def test_names_of_no_text_are_kept_readable() -> None:
    (one,) = who_is_where(b"/a/club", [b"/a/club/caf\xe9/1.jpg"])
    assert one.label == "club/caf\\xe9"
