"""`tracker ingest --watch`, as a process of its own on a real folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import program, tracker
from tests.support.drawn_photos import drawn, save

LIMIT_S = 60.0


class Watch:
    """A watch under way. Its output is read from files: nothing waits for a pipe."""

    def __init__(self, home: Path, folder: Path, *words: str) -> None:
        self.out, self.err = home.parent / "out.txt", home.parent / "err.txt"
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.running = subprocess.Popen(
                [*program(), "--home", str(home), "ingest", str(folder), "--watch",
                 "--embedder", "handcrafted", *words],
                stdout=out, stderr=err, env={**os.environ, "OMP_NUM_THREADS": "1"},
            )  # fmt: skip

    def wait_for(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT_S
        while not done():
            assert self.running.poll() is None, self.err.read_text()
            assert time.monotonic() < end, self.out.read_text() + self.err.read_text()
            time.sleep(0.1)

    def says(self, words: str) -> None:
        self.wait_for(lambda: words in self.err.read_text())

    def batches(self, number: int) -> list[dict[str, Any]]:
        self.wait_for(lambda: len(self.out.read_text().splitlines()) >= number)
        return [json.loads(line) for line in self.out.read_text().splitlines()]

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.running.send_signal(number)
        return self.running.wait(timeout=LIMIT_S)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    save(drawn(1, 0), made / "first.jpg")
    return made


@pytest.fixture
def watch(empty: Path, folder: Path) -> Iterator[Watch]:
    started = Watch(empty, folder, "--json")
    yield started
    if started.running.poll() is None:
        started.running.kill()
        started.running.wait()


def test_photos_are_taken_in_as_they_come_and_ctrl_c_ends_it(
    watch: Watch, empty: Path, folder: Path, tmp_path: Path
) -> None:
    watch.says("Watching")
    save(drawn(2, 1), tmp_path / "second.jpg")
    whole = (tmp_path / "second.jpg").read_bytes()
    (folder / "sub").mkdir()
    with (folder / "sub" / "second.jpg").open("wb") as slow:
        for piece in range(4):  # as a slow disk copies it
            slow.write(whole[piece * len(whole) // 4 : (piece + 1) * len(whole) // 4])
            slow.flush()
            time.sleep(0.8)
    first, second = watch.batches(2)
    assert first["schema_version"] == second["schema_version"] == 1
    assert (first["photos_new"], second["photos_new"]) == (1, 1)
    assert second["photos_rejected"] == 0
    assert second["faces_found"] == 2
    # The workspace is free meanwhile.
    assert tracker("status", home=empty).code == 0
    assert watch.end() == 0
    assert "Stopped watching." in watch.err.read_text()
    assert len(watch.batches(0)) == 2


def test_a_workspace_in_use_is_waited_for_and_nothing_is_lost(
    watch: Watch, empty: Path, folder: Path, tmp_path: Path
) -> None:
    watch.says("Watching")
    holder = subprocess.Popen(
        [program()[0], "-c", "import sys; from pathlib import Path\n"
         "from db.connection import open_workspace\n"
         f"with open_workspace(Path({str(empty)!r})): print('open', flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    (folder / "broken.jpg").write_bytes(b"no photo")
    save(drawn(1, 2), folder / "third.jpg")
    watch.says(f"{holder.pid}")
    assert len(watch.out.read_text().splitlines()) == 1
    holder.communicate("")
    taken = watch.batches(2)[1]
    assert (taken["photos_new"], taken["photos_rejected"]) == (1, 1)
    assert watch.err.read_text().count(f"{holder.pid}") == 1
    assert watch.end(signal.SIGTERM) == 3  # as every ingest that rejected a photo


def test_only_folders_can_be_watched(empty: Path, folder: Path) -> None:
    told = tracker("ingest", folder / "first.jpg", "--watch", home=empty)
    assert told.code == 2
    assert "folder" in told.err
    assert "hint: " in told.err
    assert tracker("ingest", folder / "nowhere", "--watch", home=empty).code == 2
