"""What is said to be doubtful about a date, and what is not."""

from __future__ import annotations

from datetime import date

import pytest

from db.records import Clue
from tracker.dating import clues, edtf, folders, names, read
from tracker.dating.clues import DIGITIZED, MODIFIED, ORIGINAL, XMP_CREATED
from tracker.dating.problems import Someone, may_have_problems, problems_of
from tracker.dating.resolve import Weighed, weigh

TODAY = date(2026, 6, 1)
MIA = Someone("Mia", (date(2024, 1, 30), date(2024, 1, 30)), child=True)
ANNA = Someone("Anna", (date(1990, 1, 1), date(1990, 12, 31)), child=False)


def kinds(*told: Clue, people: tuple[Someone, ...] = ()) -> list[str]:
    weighed = weigh(told, TODAY)
    found = problems_of(weighed, people)
    if {problem.kind for problem in found} & {"undated", "bound", "refused", "conflict", "weak"}:
        assert may_have_problems(weighed.dated) or weighed.dated.source == "user"
    return [problem.kind for problem in found]


def exif(text: str, label: str = ORIGINAL, source: str = "exif") -> Clue:
    return read.exif(text).clue(source, label, text)


SHUTTER = exif("2024:03:09 14:15:00")


def test_a_cameras_date_alone_is_beyond_doubt() -> None:
    assert kinds(SHUTTER, people=(MIA, ANNA)) == []


def test_no_date_and_only_a_bound_are_problems() -> None:
    assert kinds() == ["undated"]
    assert kinds(clues.file_time(1_709_990_000_000_000_000)) == ["bound"]
    assert kinds(clues.user("../1980", (None, date(1980, 12, 31)))) == ["bound"]


def test_what_is_refused_and_what_disagrees_are_problems() -> None:
    assert kinds(exif("2000:01:01 00:00:00"), *names.clues("2024-03-09.jpg")) == ["refused"]
    assert kinds(SHUTTER, *names.clues("2023-01-01.jpg")) == ["conflict"]
    assert kinds(SHUTTER, *folders.clues(["2021"])) == ["conflict"]


def test_problems_are_told_in_whole_sentences() -> None:
    (problem,) = problems_of(weigh([SHUTTER, *names.clues("2023-01-01.jpg")], TODAY), ())
    assert problem.words == "The file's name says 2023-01-01."


@pytest.mark.parametrize(
    "later",
    [
        exif("2025:01:01 10:00:00", MODIFIED, "modified"),
        exif("2025:01:01 10:00:00", DIGITIZED),
        exif("2025:01:01 10:00:00", XMP_CREATED, "xmp"),
        *names.clues("IMG-20250101-WA0001.jpg"),
        clues.file_time(1_750_000_000_000_000_000),
    ],
)
def test_that_a_photo_was_edited_scanned_or_sent_later_is_none(later: Clue) -> None:
    assert kinds(SHUTTER, later) == []


def test_that_it_was_edited_before_it_was_taken_is_one() -> None:
    assert kinds(SHUTTER, exif("2020:01:01 10:00:00", MODIFIED, "modified")) == ["conflict"]


def test_weak_sources_are_named() -> None:
    assert kinds(*names.clues("IMG-20240309-WA0001.jpg")) == ["weak"]
    assert kinds(*folders.clues(["2024"])) == ["weak"]
    assert kinds(exif("2024:03:09 14:15:00", MODIFIED, "modified")) == ["weak"]
    (problem,) = problems_of(weigh(folders.clues(["2024"]), TODAY), ())
    assert problem.words == "Only the folder's name tells."
    year = Clue("sidecar", "XMP", "1975", *edtf.parse("1975"))
    (problem,) = problems_of(weigh([year, *folders.clues(["1975-08"])], TODAY), ())
    assert problem.words == "Only the folder's name tells that it was 1975-08."


def test_what_the_user_said_for_undated_photos_is_not_called_weak() -> None:
    assert kinds(clues.option((date(2024, 3, 1), date(2024, 3, 31)))) == []


def test_a_child_that_may_be_in_two_months_of_age_is_named() -> None:
    year = Clue("sidecar", "XMP", "2025", *edtf.parse("2025"))
    assert kinds(year, people=(MIA,)) == ["two months"]
    assert kinds(year, people=(ANNA,)) == []
    (problem,) = problems_of(weigh([year], TODAY), (MIA,))
    words = "Mia may be 11 months to 1 year 11 months old in it, so it is in no month."
    assert problem.words == words
    month = Clue("sidecar", "XMP", "2025-04", *edtf.parse("2025-04"))
    (problem,) = problems_of(weigh([month], TODAY), (MIA,))
    assert problem.words.startswith("Mia may be 1 year 2 months or 1 year 3 months old in it")


def test_before_a_birth_nobody_can_be_in_it() -> None:
    early = exif("2019:03:09 14:15:00")
    assert kinds(early, people=(MIA, ANNA)) == ["before birth"]
    year = Clue("sidecar", "XMP", "2024", *edtf.parse("2024"))
    assert kinds(year, people=(MIA,)) == ["perhaps before birth"]
    assert kinds(clues.user("2019", (date(2019, 1, 1), date(2019, 12, 31))), people=(MIA,)) == [
        "before birth"
    ]


def test_midnight_of_a_first_of_january_may_stand_for_the_year() -> None:
    assert kinds(exif("1972:01:01 00:00:00")) == ["year"]
    assert kinds(exif("1998:01:01 00:00:00")) == ["year"]  # a clock that began anew, perhaps
    assert kinds(exif("1972:01:02 00:00:00")) == []


def test_what_the_user_decided_is_beyond_doubt() -> None:
    said = clues.user("1975", (date(1975, 1, 1), date(1975, 12, 31)))
    assert kinds(said, SHUTTER, *names.clues("2023-01-01.jpg"), exif("2000:01:01 00:00:00")) == []


def test_a_date_whose_clues_nobody_looked_at_has_no_problem() -> None:
    assert problems_of(Weighed(weigh([SHUTTER], TODAY).dated), (MIA,)) == ()
