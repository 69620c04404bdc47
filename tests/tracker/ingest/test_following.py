"""Following real folders: what comes into them is told, in batches, however it comes."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from tracker.ingest import follow
from tracker.ingest.follow import OF_OTHERS, Follower, file_system


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    return made


class Crowded(type(Observer())):  # type: ignore[misc]
    """The system's observer, on a system that has no watch left."""

    def schedule(self, *_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")


def polling() -> BaseObserver:
    return PollingObserver(timeout=0.2)


@contextmanager
def followed(
    *folders: Path, observer: Callable[[], BaseObserver] = Observer
) -> Iterator[tuple[Callable[[], list[str]], list[str]]]:
    """(the names in the next batch, what was said)."""
    said: list[str] = []
    roots = [os.fsencode(folder) for folder in folders]
    with Follower(roots, said.append, quiet_s=0.4, observer=observer, polling=polling) as there:
        yield lambda: [os.fsdecode(path) for path in there.batch()], said


def later(seconds: float, do: Callable[[], object]) -> None:
    threading.Timer(seconds, do).start()


@pytest.mark.parametrize("observer", [Observer, polling])
def test_photos_come_in_one_batch_however_they_come(
    folder: Path, tmp_path: Path, observer: Callable[[], BaseObserver]
) -> None:
    (tmp_path / "moved.jpg").write_bytes(b"1")
    deep = tmp_path / "album" / "day"
    deep.mkdir(parents=True)
    (deep / "in a moved folder.jpg").write_bytes(b"1")
    with followed(folder, observer=observer) as (batch, _):
        (folder / "written.jpg").write_bytes(b"1")
        (folder / "loading.jpg.part").write_bytes(b"1")
        (folder / "loading.jpg.part").rename(folder / "loaded.jpg")
        (tmp_path / "moved.jpg").rename(folder / "moved.jpg")
        (tmp_path / "album").rename(folder / "album")
        (folder / "new" / "newer").mkdir(parents=True)
        (folder / "new" / "newer" / "in a new folder.jpg").write_bytes(b"1")
        (folder / "notes.txt").write_bytes(b"1")
        names = sorted(Path(path).name for path in batch())
    assert names == [
        "in a moved folder.jpg", "in a new folder.jpg", "loaded.jpg", "moved.jpg", "written.jpg",
    ]  # fmt: skip


def test_a_thousand_photos_at_once_are_one_batch(folder: Path) -> None:
    with followed(folder) as (batch, _):
        for number in range(1000):
            (folder / f"{number}.jpg").write_bytes(b"1")
        assert len(batch()) == 1000


def test_a_folder_behind_a_link_keeps_the_name_it_was_given(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    with followed(link) as (batch, _):
        (folder / "a.jpg").write_bytes(b"1")
        assert batch() == [str(link / "a.jpg")]


def test_a_folder_that_goes_and_comes_back_is_followed_again(folder: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"

    def come_back() -> None:
        (away / "taken meanwhile.jpg").write_bytes(b"1")
        away.rename(folder)

    with followed(folder) as (batch, said):
        folder.rename(away)
        later(1.5, come_back)
        assert batch() == [str(folder / "taken meanwhile.jpg")]
        assert "not there any more" in said[0]
        assert "is back" in said[1]
        (folder / "afterwards.jpg").write_bytes(b"1")
        assert batch() == [str(folder / "afterwards.jpg")]


def test_photos_are_told_again_when_their_folder_was_away(folder: Path, tmp_path: Path) -> None:
    """Whoever read them may have been interrupted by that: a card that was pulled out."""
    with followed(folder) as (batch, _):
        (folder / "a.jpg").write_bytes(b"1")
        assert batch() == [str(folder / "a.jpg")]
        folder.rename(tmp_path / "away")
        later(1.5, lambda: (tmp_path / "away").rename(folder))
        later(6.0, lambda: (folder / "b.jpg").write_bytes(b"1"))
        assert batch() == [str(folder / "a.jpg")]


def test_another_folder_in_the_place_of_one_is_followed(folder: Path) -> None:
    with followed(folder) as (batch, _):
        shutil.rmtree(folder)
        folder.mkdir()
        (folder / "a.jpg").write_bytes(b"1")
        assert batch() == [str(folder / "a.jpg")]
        (folder / "b.jpg").write_bytes(b"1")
        assert batch() == [str(folder / "b.jpg")]


def test_where_the_system_has_no_watch_left_the_folders_are_walked(folder: Path) -> None:
    with followed(folder, observer=Crowded) as (batch, said):
        assert len(said) == 1
        assert "max_user_watches" in said[0]
        (folder / "new").mkdir()
        (folder / "new" / "a.jpg").write_bytes(b"1")
        assert batch() == [str(folder / "new" / "a.jpg")]


def test_a_folder_on_another_machine_is_known(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/vda / ext4 rw 0 0\n//nas/photos /mnt/our\\040photos cifs rw 0 0\n"
        "tmpfs /mnt/our\\040photos/cache tmpfs rw 0 0\n"
    )
    assert file_system(b"/mnt/our photos/2024", mounts) in OF_OTHERS
    assert file_system(b"/mnt/our photos", mounts) in OF_OTHERS
    assert file_system(b"/mnt/our photos/cache/x", mounts) == "tmpfs"
    assert file_system(b"/mnt/our photos elsewhere", mounts) == "ext4"
    assert file_system(b"/mnt", tmp_path / "none") == ""


def test_a_folder_that_other_machines_write_to_is_walked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "file_system", lambda _: "nfs4")
    with followed(folder) as (batch, said):
        assert "Other machines" in said[0]
        (folder / "a.jpg").write_bytes(b"1")
        assert batch() == [str(folder / "a.jpg")]


def test_what_the_kernel_did_not_tell_is_looked_for(folder: Path) -> None:
    import logging

    (folder / "missed.jpg").write_bytes(b"1")
    with followed(folder) as (batch, _):
        logging.getLogger("watchdog.observers.inotify_c").warning(
            "Inotify queue overflowed; filesystem events were lost"
        )
        assert batch() == [str(folder / "missed.jpg")]


def test_what_another_program_writes_beside_a_photo_brings_the_photo_again(folder: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(b"1")
    with followed(folder) as (batch, _):
        (folder / "a.jpg.xmp").write_text("<x/>")
        (folder / "nobody.xmp").write_text("<x/>")
        assert batch() == [str(folder / "a.jpg")]
        (folder / ".picasa.ini").write_text("[a.jpg]\n")
        assert sorted(batch()) == [str(folder / "a.jpg"), str(folder / "b.jpg")]
