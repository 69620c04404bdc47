"""Whose face is whose, as it is typed: the answers hold, and can be taken back."""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from db.connection import open_workspace
from tests.e2e.conftest import Ingest
from tests.support.command import Outcome, tracker
from tests.support.drawn_photos import drawn, save
from tests.support.review_album import BORN, family

Told = dict[str, Any]


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """A copy of the album to change."""
    return Path(shutil.copytree(made, tmp_path / "workspace"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up album: Mia and her parents, a photo of two nobody knows, one of a long name."""
    where = tmp_path_factory.mktemp("album") / "workspace"
    with open_workspace(where, create=True) as con:
        album = family(con)
        album.photo("crowd", ["x", "y"], BORN)
        (face,) = album.photo("Anna again", ["Anna"], None)
        album.say(face, "Anna", "proposed")
        for waits in album.photo("a/" + "long-name-" * 20, ["Mia", "z"], BORN):
            album.say(waits, "Mia", "waiting")
    return where


def faces(home: Path, *options: str) -> list[Told]:
    told = tracker("faces", "list", "--limit", "1000", *options, "--json", home=home)
    assert told.code == 0, told.err
    return list(told.values["faces"])


def ids(home: Path, *options: str) -> list[str]:
    return [face["id"] for face in faces(home, *options)]


def refused(told: Outcome, *words: str) -> None:
    assert told.code == 2, told.out
    for word in (*words, "hint: "):
        assert word in told.err, told.err


def test_faces_are_listed_by_what_is_known_of_them(home: Path) -> None:
    assert len(faces(home)) == 24
    assert len(faces(home, "--person", "anna")) == 7
    assert [f["chance"] for f in faces(home, "--person", "Anna", "--proposed")] == [0.97]
    assert {f["name"] for f in faces(home, "--waiting")} == {"Mia"}
    assert [f["state"] for f in faces(home, "--unknown")] == ["", ""]
    assert len(faces(home, "--month", "3")) == 1
    told = tracker("faces", "list", "--limit", "5", "--offset", "5", "--json", home=home)
    assert (told.values["schema_version"], told.values["total"]) == (1, 24)
    assert [f["id"] for f in told.values["faces"]] == ids(home)[5:10]


def test_lists_fit_a_terminal_of_80_columns(home: Path) -> None:
    listed = tracker("faces", "list", home=home)
    shown = tracker("faces", "show", *ids(home), home=home)
    for told in (listed, shown, tracker("faces", "list", "--limit", "3", home=home)):
        assert told.code == 0, told.err
        assert max(map(len, told.out.splitlines())) <= 80
    assert "Anna? 97%" in listed.out and "waits for Mia" in listed.out


def test_an_answer_holds_and_is_taken_back_as_one(home: Path) -> None:
    both = [ids(home, "--unknown")[0], ids(home, "--proposed")[0]]
    told = tracker("faces", "assign", *both, "Ben", home=home)
    assert told.code == 0, told.err
    assert told.out == "Ben: 2 faces. Not what you meant? tracker faces undo\n"
    assert set(both) <= set(ids(home, "--person", "Ben"))
    again = tracker("faces", "assign", *both, "Ben", "--json", home=home).values
    assert (again["name"], again["faces"], again["unchanged"]) == ("Ben", 0, 2)
    assert again["person"] == faces(home, "--person", "Ben")[0]["person"]
    back = tracker("faces", "undo", home=home)
    assert back.out.startswith("Taken back: Ben: 2 faces.\n")
    assert "  1 face: nobody's yet again\n" in back.out
    assert [ids(home, "--unknown")[0], ids(home, "--proposed")[0]] == both


def test_what_is_said_of_people_is_taken_back_in_its_turn(home: Path) -> None:
    def told(*words: str) -> str:
        done = tracker(*words, home=home)
        assert done.code == 0, done.err
        return done.out

    told("person", "add", "Opa", "--relation", "father")
    told("faces", "assign", ids(home, "--proposed")[0], "Opa")
    assert "tracker faces undo" in told("person", "merge", "Ben", "Opa", "--yes")
    told("person", "rename", "Opa", "Papa")
    assert "tracker faces undo" in told("person", "remove", "Papa", "--yes")
    undone = [told("faces", "undo").split("\n")[0] for _ in range(5)]
    assert undone == [
        f"Taken back: {words}."
        for words in (
            "Papa is removed", "Opa is called Papa", "Ben is Opa", "Opa: 1 face", "Opa is added",
        )
    ]  # fmt: skip
    assert len(ids(home, "--person", "Ben")) == 6


def test_what_cannot_be_right_is_warned_of(home: Path) -> None:
    (face,) = ids(home, "--proposed")
    assert tracker("person", "set", "Mia", "--born", "2024-03-01", home=home).code == 0
    words = ("faces", "assign", ids(home, "--person", "Anna")[0], "Mia")
    assert "dated before Mia was born" in tracker(*words, home=home).err
    (said,) = tracker(*words, "--json", home=home).values["warnings"]
    assert "dated before Mia was born" in said
    tracker("person", "remove", "Ben", "--yes", home=home)
    gone = tracker("faces", "assign", face, "ben", home=home)
    refused(gone, "Ben was removed", "tracker person add Ben --relation father")


def test_two_faces_of_a_photo_are_not_one_person_s(home: Path) -> None:
    one, other = ids(home, "--unknown")
    refused(tracker("faces", "assign", one, other, "Ben", home=home), "in one photo")
    assert tracker("faces", "assign", one, "Ben", home=home).code == 0
    refused(tracker("faces", "assign", other, "Ben", home=home), "in that photo already")
    both = tracker("faces", "assign", one, other, "Ben", home=home)
    assert (both.code, both.out) == (0, "That was known from you already.\n")
    assert "1 face is left out, as nobody is in a photo twice" in both.err and other in both.err
    told = tracker("faces", "assign", one, other, "Ben", "--json", home=home).values
    assert (told["left_out"], told["unchanged"]) == ([other], 1)


def test_ids_go_from_one_command_to_the_next(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def typed(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    listed = tracker("faces", "list", "--ids", home=home).out
    assert listed.split() == ids(home) and len(listed.split()) == 24
    newest = tracker("faces", "list", "--ids", "--order", "newest", "--limit", "2", home=home)
    assert newest.out.split() == listed.split()[:-3:-1]
    unknown = tracker("faces", "list", "--ids", "--unknown", home=home).out
    typed(unknown)
    told = tracker("faces", "reject", "-", "Anna", "--json", home=home).values
    assert (told["state"], told["name"], told["faces"]) == ("rejected", "Anna", 2)
    typed(unknown)
    assert tracker("faces", "ignore", "-", home=home).out.startswith("2 faces ignored. ")
    assert ids(home, "--ignored") == unknown.split()
    typed(unknown.split()[0])
    assert tracker("faces", "assign", "-", "Ben", home=home).out.startswith("Ben: 1 face. ")
    typed(unknown)
    assert len(tracker("faces", "show", "-", "--json", home=home).values["faces"]) == 2
    for words in (("assign", "-", "Ben"), ("reject", "-"), ("reject", "-", "Ben"), ("ignore", "-")):
        typed("\n")
        done = tracker("faces", *words, home=home)
        assert (done.code, done.out) == (0, "No faces were given.\n")
    typed("ffff nonsense")
    refused(tracker("faces", "ignore", "-", home=home), "not the id of a face")
    refused(tracker("faces", "ignore", "-", "-", home=home), "once")
    refused(tracker("faces", "list", "--order", "best", home=home), "no order")


def test_a_no_is_to_a_name_or_to_everybody(home: Path) -> None:
    (face,) = ids(home, "--proposed")
    assert tracker("faces", "reject", face, "anna", home=home).code == 0
    assert face in ids(home, "--unknown")
    assert "is not  Anna" in tracker("faces", "show", face, home=home).out
    assert tracker("faces", "reject", face[:10], home=home).code == 0
    assert ids(home, "--rejected") == [face]


def test_a_poster_is_ignored(home: Path) -> None:
    both = ids(home, "--unknown")
    told = tracker("faces", "ignore", *both, "--json", home=home)
    assert told.values == {
        "schema_version": 1, "state": "ignored", "person": None, "name": "", "faces": 2,
        "unchanged": 0, "left_out": [], "warnings": [],
    }  # fmt: skip
    assert ids(home, "--ignored") == both
    before = tracker("status", "--json", home=home).values["unnamed"]
    tracker("faces", "undo", home=home)
    assert tracker("status", "--json", home=home).values["unnamed"] == before + 2


def test_a_face_is_shown_with_its_history(home: Path) -> None:
    face = ids(home, "--unknown")[0]
    tracker("faces", "assign", face, "Anna", home=home)
    tracker("faces", "undo", home=home)
    told = tracker("faces", "show", face, "--json", home=home).values["faces"][0]
    assert told["history"][0]["words"] == "you: it is Anna (said with tracker faces)"
    assert told["history"][0]["undone"] is True
    assert len(told["others"]) == 1
    assert "[taken back]" in tracker("faces", "show", face, home=home).out


def test_what_cannot_be_understood_is_refused_with_what_to_do(home: Path) -> None:
    face = ids(home)[0]
    refused(tracker("faces", "show", "nonsense", home=home), "not the id of a face")
    refused(tracker("faces", "show", "f" * 16, home=home), "no face")
    refused(tracker("faces", "show", "0" * 17, home=home), "not the id of a face")
    refused(tracker("faces", "assign", face, "Bem", home=home), "Did you mean 'Ben'?")
    refused(tracker("faces", "assign", "Ben", home=home), "tracker faces assign FACE… NAME")
    refused(tracker("faces", "reject", "Ben", home=home), "tracker faces reject FACE… NAME")
    refused(tracker("faces", "reject", face, "Bem", home=home), "Did you mean 'Ben'?")
    refused(tracker("faces", "list", "--person", "Bem", home=home), "Did you mean 'Ben'?")
    refused(tracker("faces", "list", "--waiting", "--unknown", home=home), "at once")
    refused(tracker("faces", "list", "--child", "Ben", home=home), "not a child")
    refused(tracker("faces", "undo", home=home), "nothing to undo")
    assert "No such faces." in tracker("faces", "list", "--ignored", home=home).out
    assert "only 24 faces" in tracker("faces", "list", "--offset", "99", home=home).out


def test_more_than_one_face_with_that_beginning_is_said(home: Path) -> None:
    first = [face[0] for face in ids(home)]
    twice = next(digit for digit in first if first.count(digit) > 1)
    refused(tracker("faces", "ignore", twice, home=home), "More than one face begins with")


def test_an_answer_survives_taking_the_folder_in_again(
    empty: Path, ingest: Ingest, tmp_path: Path
) -> None:
    folder = tmp_path / "anna"
    folder.mkdir()
    save(drawn(1), folder / "a.jpg", taken="2024:03:01 12:00:00")
    assert ingest(folder, "--as", "Anna").code == 0
    (face,) = ids(empty, "--person", "Anna")
    assert ids(empty, "--photo", str(folder)) == [face]
    tracker("faces", "assign", face, "Ben", home=empty)
    os.utime(folder / "a.jpg")
    again = ingest(folder, "--as", "Anna")
    assert again.code == 0
    assert "that stands" in again.err and "someone else" not in again.err
    assert ids(empty, "--person", "Ben") == [face]
    tracker("faces", "ignore", face, home=empty)
    assert ingest(folder, "--as", "Anna").code == 0
    assert ids(empty, "--ignored") == [face]
    for _ in range(2):
        assert tracker("faces", "undo", home=empty).code == 0
    assert ids(empty, "--person", "Anna") == [face]
