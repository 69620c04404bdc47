"""How soon the review page is there, and how soon what is decided on it is stored."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.figures import Figure
from bench.library import EMBEDDER, File, fill, name_faces, some, tree
from db import settings
from db.connection import open_workspace
from tracker.ingest.thumbnails import write_thumbnail
from tracker.review import pages
from tracker.vision.thumbnail import SIDE

FACES = 10_000
DECISIONS = 100
PICTURES = 1000
QUIET_S = 5.0
"""After which the workspace has been let go."""


class Browser:
    """One connection that is kept open, as a browser's."""

    def __init__(self, address: str) -> None:
        host, _, path = address.removeprefix("http://").partition("/")
        self.connection = http.client.HTTPConnection(host, timeout=120)
        self.headers: dict[str, str] = {}
        self.connection.request("GET", f"/{path}")
        reply = self.connection.getresponse()
        reply.read()
        self.home = str(reply.getheader("location")).rstrip("/")
        self.headers["Cookie"] = str(reply.getheader("set-cookie")).partition(";")[0]

    def get(self, path: str) -> bytes:
        self.connection.request("GET", self.home + path, headers=self.headers)
        reply = self.connection.getresponse()
        body = reply.read()
        if reply.status != 200:
            raise SystemExit(f"{path}: {reply.status} {body[:300]!r}")
        return body

    def told(self, path: str) -> dict[str, Any]:
        return dict(json.loads(self.get(path)))

    def post(self, path: str, said: object) -> None:
        headers = {**self.headers, "X-Tracker": "1", "Content-Type": "application/json"}
        self.connection.request("POST", self.home + path, json.dumps(said), headers)
        reply = self.connection.getresponse()
        body = reply.read()
        if reply.status != 200:
            raise SystemExit(f"{path}: {reply.status} {body[:300]!r}")


def measure(folder: Path, _count: int) -> list[Figure]:
    """A library of FACES faces."""
    home = folder / "review"
    large = _library(folder, home)
    size = f"{FACES:,} faces"
    begun = time.perf_counter()
    with _page(home) as address:
        started = time.perf_counter() - begun
        browser = Browser(address)
        parts = ["/", *(f"/static/{name}" for name in _static()), "/api/state"]
        first = _seconds(lambda: [browser.get(part) for part in parts])
        again = _median(lambda: [browser.get(part) for part in parts], 20)
        queue = _seconds(lambda: browser.get("/api/queue"))
        faces = [
            face["id"]
            for offset in range(0, 1000, 500)
            for face in browser.told(f"/api/faces?limit=500&offset={offset}")["faces"]
        ]
        listing = _median(lambda: browser.get("/api/faces?limit=200&offset=4000"), 1)
        pictures = _seconds(lambda: [browser.get(f"/thumb/{f}.jpg") for f in faces[:PICTURES]])
        browser.get(f"/photo/{_a_photo(browser)}.jpg")  # starts the process
        whole = _seconds(lambda: browser.get(f"/photo/{large}.jpg?size=1600"))
        times = sorted(_decisions(browser, faces[:DECISIONS]))
        after = _median(lambda: _one_more(browser, faces[DECISIONS]), 10)
        many = _seconds(lambda: _decide(browser, faces[200:700]))
        late = []
        for face in faces[-3:]:
            time.sleep(QUIET_S)
            late.append(_seconds(lambda face=face: _decide(browser, [face])))  # type: ignore[misc]
    return [
        Figure("from the command to its address", f"{started:.2f} s", "-", size),
        Figure(
            "the page, its script and style, and the state",
            f"{first:.3f} s",
            "0.5 s",
            f"{len(parts)} requests, one after the other, the first time; {size}",
        ),
        Figure("the same again", f"{again:.3f} s", "-", "the state from memory"),
        Figure(
            "the first forty questions, after that",
            f"{queue:.3f} s",
            "0.3 s",
            f"begun when the page is asked for, not counting the time above; {size}",
        ),
        Figure("two hundred faces of a list", f"{listing * 1e3:.0f} ms", "-", "from its middle"),
        Figure(
            "a decision stored",
            f"{statistics.median(times) * 1e3:.0f} ms",
            "50 ms",
            f"median of {DECISIONS}, by HTTP; 95 %: {times[int(0.95 * len(times))] * 1e3:.0f} ms",
        ),
        Figure(
            "a decision, after the workspace was let go",
            f"{statistics.median(late) * 1e3:.0f} ms",
            "50 ms",
            "opening it again included",
        ),
        Figure("500 faces in one decision", f"{many * 1e3:.0f} ms", "-", "one answer"),
        Figure("a decision and the state after it", f"{after * 1e3:.0f} ms", "-", size),
        Figure("a whole photo", f"{whole * 1e3:.0f} ms", "-", "12 megapixels, shown at 1600"),
        Figure("faces shown", f"{PICTURES / pictures:,.0f} /s", "-", "one connection"),
    ]


def _library(folder: Path, home: Path) -> str:
    """Makes the workspace; the sha256 of the one photo in it that is no tiny one."""
    files = tree(folder / "photos", FACES)
    large = _a_large_photo(folder / "photos" / "large.jpg")
    files.append(large)
    with open_workspace(home, create=True) as con:
        ids = fill(con, files, EMBEDDER)
        name_faces(con, some(ids))
        settings.set_(con, "embedder_id", EMBEDDER.embedder_id)
    picture = _a_picture()
    for face in ids:
        write_thumbnail(home / "thumbnails", face, picture)
    return large[2]


def _a_large_photo(path: Path) -> File:
    grain = np.random.default_rng(1).integers(60, 200, (750, 1000, 3)).astype(np.uint8)
    Image.fromarray(grain).resize((4000, 3000)).save(path, quality=92)
    return os.fsencode(path), path.stat(), hashlib.sha256(path.read_bytes()).hexdigest()


def _a_photo(browser: Browser) -> str:
    return str(browser.told("/api/faces?limit=1")["faces"][0]["photo"])


def _a_picture() -> bytes:
    grain = np.random.default_rng(0).integers(90, 160, (SIDE, SIDE, 3)).astype(np.uint8)
    held = io.BytesIO()
    Image.fromarray(grain).save(held, "JPEG", quality=70)
    return held.getvalue()


def _static() -> list[str]:
    folder = Path(str(pages.__file__)).parent / "static"
    return sorted(file.name for file in folder.iterdir() if file.suffix in pages.KINDS)


@contextmanager
def _page(home: Path) -> Iterator[str]:
    """The address of a page that is served, until the block ends."""
    program = "from tracker.cli import main; main()"
    running = subprocess.Popen(
        [sys.executable, "-c", program, "--home", str(home), "review", "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TRACKER_OFFLINE": "1"},
        text=True,
    )
    try:
        line = running.stdout.readline().strip() if running.stdout else ""
        if not re.fullmatch(r"http://\S+", line):
            raise SystemExit("the page did not start")
        yield line
        running.send_signal(signal.SIGINT)
        running.wait(30)
    finally:
        running.kill()


def _decisions(browser: Browser, faces: Sequence[str]) -> Iterator[float]:
    for face in faces:
        yield _seconds(lambda face=face: _decide(browser, [face]))  # type: ignore[misc]


def _decide(browser: Browser, faces: Sequence[str]) -> None:
    browser.post("/api/decide", {"faces": list(faces), "person": "2", "state": "confirmed"})


def _one_more(browser: Browser, face: str) -> None:
    _decide(browser, [face])
    browser.get("/api/state")
    browser.post("/api/undo", {})


def _median(do: Callable[[], object], times: int) -> float:
    return statistics.median(_seconds(do) for _ in range(times))


def _seconds(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started
