"""Which files of a followed folder are due, told with times and marks that the test makes up."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tracker.ingest.watch import (
    EMPTY_QUIET_S,
    LONGEST_WAIT_S,
    Mark,
    Settling,
    is_followed,
    mark_of,
)


class Folder:
    """Files with marks, and a settling that looks at them."""

    def __init__(self) -> None:
        self.files: dict[bytes, Mark] = {}
        self.settling = Settling(quiet_s=2.0)

    def write(self, name: bytes, size: int, at: float) -> None:
        self.files[name] = (size, int(at * 1e9), 1)
        self.settling.touch(name, at)

    def due(self, at: float) -> list[bytes]:
        self.settling.look(self.files.get, at)
        return self.settling.due(at)


@pytest.fixture
def folder() -> Folder:
    return Folder()


def test_a_photo_is_due_once_it_has_been_quiet_and_only_once(folder: Folder) -> None:
    folder.write(b"a.jpg", 100, 0.0)
    assert folder.due(0.1) == []
    assert folder.due(2.0) == []
    assert folder.due(2.2) == [b"a.jpg"]
    assert folder.due(10.0) == []


def test_a_photo_of_a_disk_that_was_away_is_due_again(folder: Folder) -> None:
    folder.write(b"/card/a.jpg", 100, 0.0)
    folder.write(b"/cards/b.jpg", 100, 0.0)
    folder.due(0.1)
    assert len(folder.due(2.2)) == 2
    folder.settling.forget(b"/card")  # it was pulled out as they were read
    for name in folder.files:
        folder.settling.touch(name, 10.0)
    folder.due(10.1)
    assert folder.due(13.0) == [b"/card/a.jpg"]


def test_a_photo_that_grows_is_waited_for_with_or_without_events(folder: Folder) -> None:
    folder.write(b"a.jpg", 100, 0.0)
    assert folder.due(1.9) == []
    folder.files[b"a.jpg"] = (200, 1, 1)  # nobody says so
    assert folder.due(2.5) == []
    folder.write(b"a.jpg", 300, 4.0)
    assert folder.due(4.6) == []
    assert folder.due(6.7) == [b"a.jpg"]


def test_an_event_restarts_the_wait_of_a_file_made_at_its_full_size(folder: Folder) -> None:
    folder.write(b"a.jpg", 100, 0.0)
    assert folder.due(0.1) == []
    folder.settling.touch(b"a.jpg", 1.9)
    assert folder.due(2.5) == []
    assert folder.due(4.0) == [b"a.jpg"]


def test_a_thousand_photos_one_after_another_are_one_batch(folder: Folder) -> None:
    for number in range(1000):
        folder.write(b"%04d.jpg" % number, 100, number * 0.01)
        assert folder.due(number * 0.01) == []
    assert folder.due(13.0) == [b"%04d.jpg" % number for number in range(1000)]


def test_what_is_whole_does_not_wait_for_ever_for_what_is_not(folder: Folder) -> None:
    folder.write(b"whole.jpg", 100, 0.0)
    at, due = 0.0, []
    while not due and at < 1000:
        at += 1.0
        folder.write(b"growing.mov.jpg", int(at), at)
        due = folder.due(at)
    assert due == [b"whole.jpg"]
    assert LONGEST_WAIT_S <= at <= LONGEST_WAIT_S + 5
    assert folder.due(at + 3) == [b"growing.mov.jpg"]


def test_an_empty_file_that_a_browser_reserved_holds_up_nothing(folder: Folder) -> None:
    folder.write(b"reserved.jpg", 0, 0.0)
    folder.write(b"whole.jpg", 100, 0.0)
    assert folder.due(0.1) == []
    assert folder.due(3.0) == [b"whole.jpg"]
    assert folder.due(20.0) == []
    assert folder.due(EMPTY_QUIET_S + 1) == [b"reserved.jpg"]


def test_a_file_that_is_gone_again_is_forgotten(folder: Folder) -> None:
    folder.write(b"a.jpg.part", 100, 0.0)
    folder.due(0.1)
    del folder.files[b"a.jpg.part"]
    assert folder.due(5.0) == []
    assert len(folder.settling) == 0


def test_the_same_file_touched_again_is_not_due_again_but_a_changed_one_is(folder: Folder) -> None:
    folder.write(b"a.jpg", 100, 0.0)
    folder.due(0.1)
    assert folder.due(3.0) == [b"a.jpg"]
    folder.settling.touch(b"a.jpg", 4.0)
    folder.due(4.1)
    assert folder.due(7.0) == []
    folder.write(b"a.jpg", 101, 8.0)
    folder.due(8.1)
    assert folder.due(11.0) == [b"a.jpg"]


@pytest.mark.parametrize(
    ("name", "followed"),
    [
        ("a.jpg", True), ("A.JPG", True), ("sub/deep/a.heic", True), ("\udcff.png", True),
        ("a.jpg.part", False), ("a.mov", False), (".a.jpg", False), (".trash/a.jpg", False),
        ("@eaDir/a.jpg", False), ("link/a.jpg", False), ("home/thumbnails/00/1.jpg", False),
    ],
)  # fmt: skip
def test_what_is_followed_is_what_a_walk_would_find(
    tmp_path: Path, name: str, followed: bool
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "tracker.duckdb").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    root = os.fsencode(tmp_path)
    assert is_followed(root + b"/" + os.fsencode(name), root) is followed


def test_nothing_of_a_workspace_that_is_followed_itself_is_a_photo(tmp_path: Path) -> None:
    (tmp_path / "tracker.duckdb").touch()
    root = os.fsencode(tmp_path)
    assert not is_followed(root + b"/a.jpg", root)


def test_only_files_have_a_mark(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"123")
    (tmp_path / "b.jpg").symlink_to(tmp_path / "a.jpg")
    mark = mark_of(os.fsencode(tmp_path / "a.jpg"))
    assert mark is not None and mark[0] == 3
    assert mark_of(os.fsencode(tmp_path)) is None
    assert mark_of(os.fsencode(tmp_path / "b.jpg")) is None
    assert mark_of(os.fsencode(tmp_path / "c.jpg")) is None
