"""Bad input costs only itself: the good photos beside it are taken in, and the reason is listed."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from db import overview, photos
from tests.support.drawn_photos import CountedEmbedder, drawn, save
from tests.support.ingest_desk import Desk
from tests.tracker.ingest import reader_jobs
from tracker.errors import EmbedderError, EmbedderMismatch, PhotoRejected, UsageError
from tracker.ingest import look
from tracker.ingest.known import Task
from tracker.ingest.stages import Refused
from tracker.ingest.summary import Progress
from tracker.vision.embedders.contract import Embedder
from tracker.vision.records import Pixels


@pytest.fixture
def mixed(album: Path, tmp_path: Path) -> Path:
    """Two good photos among everything that can be wrong with a file."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    shutil.copy(album / "p0.jpg", folder / "a good.jpg")
    shutil.copy(album / "p1.jpg", folder / "z good.jpg")
    whole = (album / "p2.jpg").read_bytes()
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.jpg").write_text("Dear Grandma,\n")
    (folder / "cut short.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "page.png").write_bytes(b"<html><script>alert(1)</script></html>")
    bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\x02\0\0\0"
    (folder / "bomb.png").write_bytes(bomb + b"\0" * 100)
    return folder


BAD = {"empty.jpg", "text.jpg", "cut short.jpg", "page.png", "bomb.png"}


def test_each_bad_file_costs_only_itself_and_its_reason_is_listed(desk: Desk, mixed: Path) -> None:
    summary = desk.ingest(mixed, workers=2)
    assert (summary.photos_seen, summary.photos_new, summary.photos_rejected) == (7, 2, 5)
    reasons = {Path(path).name: reason for path, reason in summary.rejected}
    assert set(reasons) == BAD
    assert "no bytes" in reasons["empty.jpg"]
    assert "not a photo" in reasons["text.jpg"]
    assert "not a photo" in reasons["page.png"]
    assert "cut short" in reasons["cut short.jpg"]
    for reason in reasons.values():
        assert reason[0].isupper()
        assert reason.endswith(".")
        assert "Error" not in reason
    assert overview.counts(desk.con).photos == 2
    assert len(desk.face_at(mixed / "z good.jpg")) == 2


def test_bad_files_are_reported_again_without_being_opened(
    desk: Desk, mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.ingest(mixed)
    monkeypatch.setattr("tracker.ingest.workers.Workers.submit", None)  # would fail if called
    again = desk.ingest(mixed)
    assert sorted(again.rejected) == sorted(first.rejected)
    assert (again.photos_known, again.photos_rejected) == (2, 5)


def test_a_file_that_takes_too_long_twice_is_left_alone_until_it_changes(
    desk: Desk, tmp_path: Path
) -> None:
    """The first time the machine may have been busy. Each look at it takes five seconds."""
    path, tries = tmp_path / "markers.jpg", 0
    path.write_bytes(b"\xff\xd8" + b"\xff\xfe\x00\x02" * 100)

    @contextmanager
    def slow(tasks: Sequence[Task], *_: object) -> Iterator[Iterator[Refused]]:
        nonlocal tries
        tries += len(tasks)
        problem = PhotoRejected("too-slow", "It could not be read within 5 seconds.")
        yield iter([Refused(task.found, problem) for task in tasks])

    told = [desk.ingest(path, elsewhere=slow).rejected for _ in range(4)]
    assert tries == 2
    assert "within 5 seconds" in told[0][0][1]
    assert "twice" in told[1][0][1]
    assert told[1] == told[2] == told[3]
    os.utime(path, ns=(1, 1))
    desk.ingest(path, elsewhere=slow)
    assert tries == 3


def test_a_file_that_was_mended_is_taken_in_and_no_longer_listed(
    desk: Desk, mixed: Path, album: Path
) -> None:
    desk.ingest(mixed)
    shutil.copy(album / "p2.jpg", mixed / "cut short.jpg")
    again = desk.ingest(mixed)
    assert again.photos_new == 1
    assert {Path(path).name for path, _ in again.rejected} == BAD - {"cut short.jpg"}
    assert len(photos.known_rejections(desk.con)) == 4


def test_a_good_photo_that_is_damaged_later_keeps_its_faces(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    save(drawn(1, 4), path)
    desk.ingest(path)
    path.write_bytes(path.read_bytes()[:2000])
    assert desk.ingest(path).photos_rejected == 1
    assert overview.counts(desk.con).photos == 1
    assert overview.counts(desk.con).faces == 1


def test_copies_of_a_bad_file_are_each_listed(desk: Desk, tmp_path: Path) -> None:
    for name in ("one.jpg", "two.jpg"):
        (tmp_path / name).write_bytes(b"nothing")
    summary = desk.ingest(tmp_path)
    assert {Path(path).name for path, _ in summary.rejected} == {"one.jpg", "two.jpg"}


def test_a_folder_without_rights_is_listed_and_the_others_are_taken_in(
    desk: Desk, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / "top"
    for name in ("a", "b", "c"):
        (top / name).mkdir(parents=True)
        shutil.copy(album / f"p{'abc'.index(name)}.jpg", top / name)
    closed = os.fsencode(top / "b")
    (top / "b").chmod(0)
    if os.geteuid() == 0:  # root reads everything: let the system answer as for anybody else
        real = os.scandir

        def scandir(folder: bytes) -> object:
            if folder == closed:
                raise PermissionError(13, "Permission denied", folder)
            return real(folder)

        monkeypatch.setattr("os.scandir", scandir)
    summary = desk.ingest(top)
    (top / "b").chmod(0o755)
    assert summary.photos_new == 2
    assert summary.rejected == [(str(top / "b"), "There is no right to read this folder.")]
    monkeypatch.undo()


def test_a_path_that_does_not_exist_stops_everything_before_it_begins(
    desk: Desk, album: Path
) -> None:
    with pytest.raises(UsageError, match=r"nowhere does not exist"):
        desk.ingest(album, album / "nowhere")
    assert overview.counts(desk.con).photos == 0
    assert desk.searched == 0


# --- names ----------------------------------------------------------------------------------------

NAMES = [
    b"caf\xe9.jpg",  # Latin-1, not UTF-8
    b"\xff\xfe\x80.jpg",
    b'it\'s "quoted".jpg',
    b"two\nlines.jpg",
    b"<script>alert(1)<",
    "مرحبا \u202egpj.jpg".encode(),
    "👶🏽 Mia.jpg".encode(),
    b"-rf --help.jpg",
    b"; DROP TABLE photos;--.jpg",
    b"\x1b[2J\x07.jpg",
    b" .jpg",
    b"x" * 251 + b".jpg",
]


def test_any_name_that_the_disk_allows_is_taken_in_and_known_again(
    desk: Desk, tmp_path: Path
) -> None:
    folder = os.fsencode(tmp_path / "names")
    os.mkdir(folder)  # noqa: PTH102
    paths = [folder + b"/" + name for name in NAMES]
    for number, path in enumerate(paths):
        save(drawn(0, number, size=(64, 48)), path)
    summary = desk.ingest(folder, *paths)
    assert (summary.photos_new, summary.photos_rejected) == (len(NAMES), 0)
    assert set(photos.known_paths(desk.con)) == set(paths)
    assert desk.ingest(folder, *paths).photos_known == len(NAMES)


def test_a_bad_file_with_a_name_that_is_no_text_can_be_printed(desk: Desk, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xe9\xff.jpg"
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"x")
    ((name, _),) = desk.ingest(path).rejected
    assert name.encode("utf-8")  # no lone surrogates
    assert name.endswith(".jpg")


# --- processes and embedders that fail ------------------------------------------------------------


def test_a_photo_that_kills_the_decoder_is_rejected_and_the_others_go_on(
    desk: Desk, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        shutil.copy(album / f"p{number}.jpg", tmp_path / f"p{number}.jpg")
    save(drawn(1, 9), tmp_path / "p1 killer.jpg")
    monkeypatch.setattr(look, "work", reader_jobs.look_or_die)
    summary = desk.ingest(tmp_path / "p1 killer.jpg", *sorted(tmp_path.glob("p?.jpg")), workers=2)
    assert summary.photos_new == 4
    assert [(Path(p).name, why) for p, why in summary.rejected] == [
        ("p1 killer.jpg", "It makes the decoder crash.")
    ]
    monkeypatch.undo()  # say, the decoder was updated: the file is tried again
    assert desk.ingest(tmp_path / "p1 killer.jpg").photos_new == 1


def test_decoders_that_are_killed_from_outside_lose_no_photo(desk: Desk, album: Path) -> None:
    """As the system does when memory runs out."""

    def kill(progress: Progress) -> None:
        if progress.done == 1:
            for process in multiprocessing.active_children():
                assert process.pid is not None
                os.kill(process.pid, signal.SIGKILL)

    summary = desk.ingest(album, on_progress=kill, workers=2)
    assert (summary.photos_new, summary.photos_rejected) == (6, 0)


def test_after_an_ingest_no_process_is_left(desk: Desk, album: Path) -> None:
    before = set(multiprocessing.active_children())
    desk.ingest(album / "p0.jpg", workers=2)
    assert set(multiprocessing.active_children()) <= before


class Liar(CountedEmbedder):
    """An embedder whose vectors have another dimension than it says."""

    def load(self) -> Embedder:
        network = super().load()
        real = network.embed

        def embed(
            crops: Sequence[Pixels], landmarks: npt.NDArray[np.float32] | None = None
        ) -> npt.NDArray[np.float32]:
            return real(crops, landmarks)[:, :-1]

        network.embed = embed  # type: ignore[method-assign]
        return network


def test_an_embedder_of_another_dimension_is_refused_and_nothing_of_it_is_stored(
    desk: Desk, album: Path
) -> None:
    with pytest.raises(EmbedderMismatch, match="numbers a face"):
        desk.ingest(album, embedder=Liar())
    assert overview.counts(desk.con).faces == 0
    assert desk.ingest(album).photos_new == 6


def test_weights_that_change_while_they_are_loaded_are_noticed(desk: Desk, album: Path) -> None:
    class Changed(CountedEmbedder):
        def load(self) -> Embedder:
            network = super().load()
            network.id = "handcrafted@00000000"
            return network

    with pytest.raises(EmbedderError, match="turned out to be handcrafted@00000000"):
        desk.ingest(album, embedder=Changed())
    assert overview.counts(desk.con).faces == 0


def test_a_full_disk_stops_the_ingest_and_keeps_what_was_stored(
    desk: Desk, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from db.errors import DiskFull

    desk.ingest(album / "p0.jpg")

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tracker.ingest.thumbnails.os.open", full)
    with pytest.raises(DiskFull):
        desk.ingest(album)
    monkeypatch.undo()
    assert overview.counts(desk.con).photos == 1
    again = desk.ingest(album)
    assert (again.photos_known, again.photos_new) == (1, 5)


def test_tiny_huge_and_narrow_pictures_are_photos_too(desk: Desk, tmp_path: Path) -> None:
    for width, height in ((1, 1), (3, 2000), (9000, 11), (40, 40)):
        Image.new("RGB", (width, height), "grey").save(tmp_path / f"{width}x{height}.png")
    summary = desk.ingest(tmp_path / "1x1.png", *sorted(tmp_path.glob("*.png")))
    assert (summary.photos_seen, summary.photos_rejected, summary.faces_found) == (4, 0, 0)
