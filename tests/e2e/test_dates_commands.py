"""`tracker dates …` as a user types it."""

from __future__ import annotations

import os
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from db import photos
from db.connection import open_workspace
from db.records import Clue
from tests.support.command import Outcome, tracker
from tests.support.workspaces import DETECTOR, EMBEDDER, photo_of, sha_of
from tracker.dating import clues, folders, names, read
from tracker.ingest.redating import refresh
from tracker.study.deciding_dates import set_dates

TODAY = date.today()
LONG = "a folder with a name that is too long for any line/and another one in it"


def exif(text: str) -> Clue:
    return read.exif(text).clue("exif", "EXIF DateTimeOriginal", text)


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of six photos, which need not be there: the disk may be unplugged."""
    return tmp_path_factory.mktemp("disk") / "album"


@pytest.fixture
def home(tmp_path: Path, made: Path) -> Path:
    """A workspace with photos that are dated in all ways."""
    return Path(shutil.copytree(made, tmp_path / "home"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, album: Path) -> Path:
    home = tmp_path_factory.mktemp("made") / "home"
    here = os.fsencode(album)
    told = {
        "camera": (here + b"/camera.jpg", [exif("2024:03:09 14:15:00")]),
        "sent": (here + b"/IMG-20240310-WA0001.jpg", names.clues("IMG-20240310-WA0001.jpg")),
        "folder": (here + b"/Dias 1975/dia.jpg", folders.clues(["Dias 1975"])),
        "scan": (here + b"/Dias/scan.jpg", [clues.file_time(1_551_500_000_000_000_000)]),
        "nothing": (here + b"/Dias/nothing.jpg", []),
        "zero": (
            here + f"/{LONG}/zero.jpg".encode(),
            [exif("2000:01:01 00:00:00"), *names.clues("2019-05-06.jpg")],
        ),
    }
    with open_workspace(home, create=True) as con:
        results = [photo_of(name, path=path) for name, (path, _) in told.items()]
        photos.store_batch(con, results, [], detector=DETECTOR, embedder=EMBEDDER)
        copy = photo_of("camera", path=here + b"/Dias/copy of camera.jpg")
        photos.add_paths(con, [copy.path])
        refresh(con, {sha_of(name): list(said) for name, (_, said) in told.items()}, TODAY)
    return home


Dates = Callable[..., Outcome]


@pytest.fixture
def dates(home: Path) -> Dates:
    def run(*words: str | Path) -> Outcome:
        return tracker("dates", *words, home=home)

    return run


def listed(dates: Dates, *words: str | Path) -> dict[str, str]:
    """File name -> date, of what `dates list --json` gives."""
    told = dates("list", *words, "--json")
    assert told.code == 0, told.err
    return {Path(photo["path"]).name: photo["date"] for photo in told.values["photos"]}


# --- list -----------------------------------------------------------------------------------------


def test_every_photo_is_listed_with_its_date_source_and_trust(dates: Dates) -> None:
    told = dates("list")
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0].split() == ["photo", "date", "source", "trust"]
    assert len(lines) == 7
    assert any(line.split()[-4:] == ["2024-03-09", "camera", "(EXIF)", "95%"] for line in lines)
    assert any("../2019-03-02" in line and "file time" in line for line in lines)


def test_lists_are_eighty_columns_wide_and_paths_lose_their_middle(
    dates: Dates, album: Path
) -> None:
    for words in ((), ("--problems",)):
        for line in dates("list", *words).out.splitlines():
            assert len(line) <= 80 or "tracker dates" in line, line
    assert "…" in dates("list").out
    assert "zero.jpg" in dates("list").out


def test_problems_are_named_with_the_command_that_mends_them(dates: Dates, album: Path) -> None:
    told = dates("list", "--problems")
    assert told.code == 0
    text = " ".join(told.out.split())
    assert "camera.jpg" not in text.replace("copy of camera.jpg", "")
    assert "There is no date." in text
    assert f"tracker dates set {album}/Dias/nothing.jpg DATE" in text
    assert "no later than 2019-03-02 (the file's own time)" in text
    assert f"tracker dates accept {album}/Dias/scan.jpg" in text
    assert "EXIF DateTimeOriginal '2000:01:01 00:00:00' is not believed" in text
    assert "the photo may be older" in text
    assert "Only the folder's name tells." in text
    assert "5 photos to look at, 2 with no date to go by." in text


def test_of_very_many_photos_with_the_same_problem_a_few_are_told(
    home: Path, dates: Dates, album: Path
) -> None:
    sent = [f"IMG-202404{day:02}-WA0001.jpg" for day in range(1, 31)]
    with open_workspace(home) as con:
        more = [photo_of(name, path=os.fsencode(album / "Chat" / name)) for name in sent]
        other = photo_of("other", path=os.fsencode(album / "Chat" / "camera.jpg"))
        photos.store_batch(con, [*more, other], [], detector=DETECTOR, embedder=EMBEDDER)
        told = {sha_of(name): list(names.clues(name)) for name in sent}
        refresh(con, {**told, sha_of("other"): [exif("2024:03:09 14:15:00")]}, TODAY)
    text = dates("list", "--problems", album / "Chat").out
    assert [name for name in sent if f"Chat/{name}\n" in text] == sent[:3]
    assert "… and 27 more for the same reason in " in text
    assert "30 photos to look at" in text
    assert len(dates("list", "--problems", "--json", album / "Chat").values["photos"]) == 30


def test_a_folder_of_which_all_photos_have_the_same_problem_is_told_once(
    home: Path, dates: Dates, album: Path
) -> None:
    with open_workspace(home) as con:
        more = [
            photo_of(f"dia {n}", path=os.fsencode(album / "Dias 1975" / f"dia {n}.jpg"))
            for n in range(30)
        ]
        photos.store_batch(con, more, [], detector=DETECTOR, embedder=EMBEDDER)
        refresh(con, {sha_of(f"dia {n}"): folders.clues(["Dias 1975"]) for n in range(30)}, TODAY)
    told = dates("list", "--problems").out
    assert "Dias 1975, all 31 photos\n" in told
    assert "dia 7.jpg" not in told
    assert f"  right?  tracker dates accept '{album}/Dias 1975'\n" in told
    assert "35 photos to look at" in told


def test_nothing_doubtful_is_said_in_words(dates: Dates, album: Path) -> None:
    told = dates("list", "--problems", album / "camera.jpg")
    assert told.out == "Every date is known, and nothing speaks against any.\n"


def test_json_has_everything(dates: Dates, album: Path) -> None:
    values = dates("list", album / "camera.jpg", "--json").values
    assert values["schema_version"] == 1
    (photo,) = values["photos"]
    assert photo == {
        "path": str(album / "camera.jpg"),
        "date": "2024-03-09",
        "earliest": "2024-03-09",
        "latest": "2024-03-09",
        "taken_at": "2024-03-09T14:15:00",
        "zone": None,
        "source": "exif",
        "confidence": 0.95,
        "raw": "2024:03:09 14:15:00",
        "conflicts": [],
        "problems": [],
        "accept": "",
        "mend": "",
    }
    (photo,) = dates("list", album / "Dias" / "scan.jpg", "--json").values["photos"]
    assert (photo["earliest"], photo["latest"]) == (None, "2019-03-02")
    assert [problem["kind"] for problem in photo["problems"]] == ["bound"]


def test_an_empty_workspace_says_what_is_next(tmp_path: Path) -> None:
    home = tmp_path / "new"
    with open_workspace(home, create=True):
        pass
    told = tracker("dates", "list", home=home)
    assert (told.code, told.out) == (0, "No photos yet. Next: tracker ingest FOLDER\n")


# --- set, accept, undo ----------------------------------------------------------------------------


def test_a_date_is_set_and_taken_back(dates: Dates, album: Path) -> None:
    photo = album / "Dias" / "nothing.jpg"
    told = dates("set", photo, "1972~")
    assert (told.code, told.err) == (0, "")
    assert told.out == (
        "1972~ (1971/1973) is the date of 1 photo. Not what you meant? tracker dates undo\n"
    )
    assert listed(dates, photo) == {"nothing.jpg": "1971/1973"}
    back = dates("undo")
    assert back.out == "Taken back for 1 photo (1972~).\n  1 photo: no date again\n"
    assert listed(dates, photo) == {"nothing.jpg": ""}


def test_of_thousands_of_photos_it_is_told_how_many_are_done(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    with open_workspace(tmp_path / "w", create=True) as con:
        many = [photo_of(f"{n}", path=f"/far/{n}.jpg".encode()) for n in range(2001)]
        photos.store_batch(con, many, [], detector=DETECTOR, embedder=EMBEDDER)

        def told(done: int, total: int) -> None:
            steps.append((done, total))

        decided = set_dates(con, [Path("/far")], "1975", today=TODAY, on_progress=told)
    assert decided.photos == 2001
    assert steps == [(1000, 2001), (2000, 2001)]


def test_a_folder_means_all_photos_below_it_and_copies_have_one_date(
    dates: Dates, album: Path
) -> None:
    told = dates("set", album / "Dias", "1975-08")
    assert told.out.startswith("1975-08 is the date of 3 photos.")
    found = listed(dates)
    assert {name for name, day in found.items() if day == "1975-08"} >= {"scan.jpg", "nothing.jpg"}
    assert listed(dates, album / "camera.jpg") == {"camera.jpg": "1975-08"}
    assert listed(dates, album / "Dias 1975") == {"dia.jpg": "1975"}


def test_the_last_word_stands_and_undo_goes_back_word_by_word(dates: Dates, album: Path) -> None:
    photo = album / "camera.jpg"
    dates("set", photo, "2019")
    dates("set", photo, album / "Dias 1975", "2020-05-01")
    assert listed(dates, photo) == {"camera.jpg": "2020-05-01"}
    first = dates("undo")
    assert "Taken back for 2 photos (2020-05-01)." in first.out
    assert "1 photo: 2019 (you) again" in first.out
    assert "1 photo: 1975 (folder name) again" in first.out
    assert "2024-03-09 (camera (EXIF)) again" in dates("undo").out
    nothing = dates("undo", "--json")
    assert nothing.code == 2
    assert nothing.err.startswith("error: There is nothing to undo.")


def test_the_same_word_again_changes_nothing(dates: Dates, album: Path) -> None:
    dates("set", album / "camera.jpg", "2019")
    told = dates("set", album / "camera.jpg", "2019")
    assert told.out == "1 photo had it from you already.\n"
    dates("undo")
    assert listed(dates, album / "camera.jpg") == {"camera.jpg": "2024-03-09"}


def test_the_end_becomes_the_date_when_it_is_accepted(dates: Dates, album: Path) -> None:
    told = dates("accept", album / "Dias")
    assert told.code == 0
    assert "You vouch for the date of 1 photo." in told.out
    assert "1 photo had a date that nothing speaks against." in told.out
    assert "1 photo without a date: tracker dates set PATH… DATE" in told.out
    assert listed(dates, album / "Dias" / "scan.jpg") == {"scan.jpg": "2019-03-02"}
    assert "scan.jpg" not in dates("list", "--problems").out
    assert "../2019-03-02 (file time) again" in dates("undo").out


def test_a_doubtful_date_that_is_accepted_is_doubtful_no_more(dates: Dates, album: Path) -> None:
    dates("accept", album / LONG)
    assert "zero.jpg" not in dates("list", "--problems").out
    assert listed(dates, album / LONG) == {"zero.jpg": "2019-05-06"}


def test_what_is_beyond_doubt_needs_no_word(dates: Dates, album: Path) -> None:
    told = dates("accept", album / "camera.jpg")
    assert (told.code, told.out) == (0, "1 photo had a date that nothing speaks against.\n")
    assert dates("undo").code == 2


def test_where_there_is_nothing_to_accept_it_says_so(dates: Dates, album: Path) -> None:
    told = dates("accept", album / "Dias" / "nothing.jpg")
    assert told.code == 2
    assert "There is no date to accept." in told.err


def test_json_says_how_many(dates: Dates, album: Path) -> None:
    assert dates("set", album, "2019", "--json").values == {
        "schema_version": 1,
        "date": "2019",
        "photos": 6,
        "unchanged": 0,
        "undated": 0,
        "sound": 0,
    }
    assert dates("undo", "--json").values["photos"] == 6


# --- what cannot be used --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "what"),
    [
        ("yesterday", "'yesterday' is not a date"),
        ("2024-02-30", "There is no such day as '2024-02-30'"),
        ("2999", "'2999' is in the future"),
        ("../2999", "'../2999' is in the future"),
        ("1825", "'1825' is before there were photos"),
        ("1980/1975", "ends before it begins"),
        ("", "'' is not a date"),
    ],
)
def test_dates_that_cannot_be_used_are_refused(
    dates: Dates, album: Path, day: str, what: str
) -> None:
    told = dates("set", album / "camera.jpg", day)
    assert told.code == 2
    assert what in told.err
    assert "hint:" in told.err
    assert listed(dates, album / "camera.jpg") == {"camera.jpg": "2024-03-09"}


def test_this_year_ends_today(dates: Dates, album: Path) -> None:
    assert dates("set", album / "camera.jpg", f"{TODAY.year}").code == 0
    (photo,) = dates("list", album / "camera.jpg", "--json").values["photos"]
    assert photo["latest"] == TODAY.isoformat()


def test_a_path_where_no_photo_is_known_is_refused_and_nothing_is_changed(
    dates: Dates, album: Path, tmp_path: Path
) -> None:
    gone = dates("set", album / "camera.jpg", album / "nowhere.jpg", "2019")
    assert gone.code == 2
    assert "there is no such file or folder" in gone.err
    new = tmp_path / "new.jpg"
    new.write_bytes(b"new")
    told = dates("show", new)
    assert told.code == 2
    assert f"No photo is known at {new}" in told.err
    assert "tracker ingest" in told.err
    assert "No photo is known in the folder" in dates("list", tmp_path / "home").err
    assert listed(dates, album / "camera.jpg") == {"camera.jpg": "2024-03-09"}


def test_words_in_the_wrong_order_are_told_apart(dates: Dates, album: Path) -> None:
    told = dates("set", "2019", album / "camera.jpg")
    assert told.code == 2
    assert "The date comes last" in told.err
    alone = dates("set", album)
    assert alone.code == 2
    assert "tracker dates set PATH… DATE" in alone.err


# --- paths ----------------------------------------------------------------------------------------


def test_paths_are_found_however_they_are_spelt(dates: Dates, album: Path) -> None:
    assert listed(dates, album.parent / "ALBUM" / "Camera.JPG") == {"Camera.JPG": "2024-03-09"} or (
        listed(dates, album.parent / "ALBUM" / "Camera.JPG") == {"camera.jpg": "2024-03-09"}
    )
    assert set(listed(dates, f"{album}/dias/")) == {"scan.jpg", "nothing.jpg", "copy of camera.jpg"}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_may_be_of_one_piece_or_two(tmp_path: Path, form: str) -> None:
    home = tmp_path / "home"
    stored = unicodedata.normalize("NFD", str(tmp_path / "Österreich" / "é.jpg"))
    with open_workspace(home, create=True) as con:
        result = photo_of("a", path=os.fsencode(stored), when=date(2024, 3, 9))
        photos.store_batch(con, [result], [], detector=DETECTOR, embedder=EMBEDDER)
    asked = unicodedata.normalize(form, str(tmp_path / "Österreich"))  # type: ignore[arg-type]
    told = tracker("dates", "set", asked, "2019", home=home)
    assert told.out.startswith("2019 is the date of 1 photo.")


def test_names_that_are_no_text_can_be_dated(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = os.fsencode(tmp_path) + b"/\xff\n.jpg"
    with open_workspace(home, create=True) as con:
        photos.store_batch(
            con, [photo_of("a", path=path)], [], detector=DETECTOR, embedder=EMBEDDER
        )
    told = tracker("dates", "set", os.fsdecode(path), "2019", home=home)
    assert told.code == 0, told.err
    assert "\\xff\\n.jpg" in tracker("dates", "list", home=home).out
    assert tracker("dates", "undo", home=home).code == 0
    command = next(
        line.strip()
        for line in tracker("dates", "list", "--problems", home=home).out.splitlines()
        if "tracker dates set" in line
    )
    typed = command.replace("tracker dates set", "printf %s").removesuffix(" DATE")
    done = subprocess.run(["bash", "-c", typed], capture_output=True, check=True)
    assert done.stdout == path


# --- show -----------------------------------------------------------------------------------------


def test_every_clue_is_shown_with_what_became_of_it(dates: Dates, album: Path) -> None:
    told = dates("show", album / LONG)
    text = " ".join(told.out.split())
    assert "2019-05-06, file name, trusted 80%" in text
    assert "the file's name: 2019-05-06: decides" in text
    assert "not believed: a clock that was never set" in text
    dates("set", album / LONG, "2018")
    text = " ".join(dates("show", album / LONG).out.split())
    assert "you: 2018: decides" in text
    assert "the file's name: 2019-05-06: disagrees" in text
    (photo,) = dates("show", album / LONG, "--json").values["photos"]
    assert [clue["source"] for clue in photo["clues"]] == ["user", "exif", "filename"]


def test_a_photo_without_any_clue_says_so(dates: Dates, album: Path) -> None:
    told = dates("show", album / "Dias" / "nothing.jpg").out
    assert "no date" in told
    assert "Nothing tells of its date." in told


@pytest.mark.parametrize(
    "command",
    [
        ("set", "Mia", "--born", "2024-01-30"),
        ("remove", "Mia", "--yes"),
        ("merge", "Mia", "Zoe", "--yes"),
    ],
)
def test_a_birth_that_is_corrected_brings_back_the_dates_it_spoke_against(
    home: Path, dates: Dates, album: Path, command: tuple[str, ...]
) -> None:
    for name, born in (("Mia", ("--born", "2025-01-30")), ("Zoe", ())):
        words = ("person", "add", name, "--relation", "cousin", *born)
        assert tracker(*words, home=home).code == 0
    with open_workspace(home) as con:
        refresh(con, {sha_of("camera"): [clues.born("Mia", date(2025, 1, 30))]}, TODAY)
    photo = album / "camera.jpg"
    assert listed(dates, photo) == {"camera.jpg": ""}
    assert "before Mia was born" in " ".join(dates("show", photo).out.split())
    if command[0] == "set":  # whatever she is called by then
        assert tracker("person", "rename", "Mia", "Mia Rosa", home=home).code == 0
        command = ("set", "Mia Rosa", *command[2:])
    told = tracker("person", *command, home=home)
    assert told.code == 0, told.err
    if command[0] == "merge":  # Zoe has Mia's birth now
        assert tracker("person", "set", "Zoe", "--born", "2024-01-30", home=home).code == 0
    assert listed(dates, photo) == {"camera.jpg": "2024-03-09"}
