"""The review page as it is served, in a thread of the test, and a client that sends any bytes."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from db import state
from tests.support.made_up_album import BORN, Album
from tracker.ingest.thumbnails import write_thumbnail
from tracker.review.app import application
from tracker.review.bench import Bench
from tracker.review.desk import Desk
from tracker.review.security import Keys, Place
from tracker.review.serving import listen, server_of

WAIT_S = 20


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `headers` have lower-case names; of one that is there twice, the last."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def values(self) -> dict[str, Any]:
        """The JSON object in the body."""
        return dict(json.loads(self.body))


@dataclass(slots=True)
class Page:
    """A page that is being served."""

    home: Path
    place: Place
    keys: Keys
    bench: Bench

    @property
    def port(self) -> int:
        return self.place.port

    @property
    def cookie(self) -> str:
        """What the browser sends once it was let in."""
        return f"{self.place.cookie}={self.keys.session}"

    def at(self, path: str) -> str:
        """The whole path of what the page calls "/api/state"; of the printed address, itself."""
        return path if path.startswith("/?") or path[:1] != "/" else self.place.path + path

    def address(self, path: str = "/") -> str:
        """What a browser that was let in may open."""
        return f"http://{self.host}{self.at(path)}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def own(self, method: str = "GET") -> dict[str, str]:
        """The headers of our own page's requests."""
        headers = {"Host": self.host, "Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        if method == "POST":
            headers |= {
                "Origin": f"http://{self.host}",
                "X-Tracker": "1",
                "Content-Type": "application/json",
            }
        return headers

    def get(self, path: str, **changes: str | None) -> Reply:
        """As our own page asks, but for what is changed (None: left out)."""
        return self.ask("GET", path, changes=changes)

    def post(self, path: str, said: object = None, **changes: str | None) -> Reply:
        return self.ask("POST", path, json.dumps(said or {}).encode(), changes=changes)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        changes: dict[str, str | None] | None = None,
    ) -> Reply:
        headers: dict[str, str | None] = {**self.own(method)}
        for name, value in (changes or {}).items():
            headers[name.replace("_", "-")] = value
        if body and "Content-Length" not in headers and "Transfer-Encoding" not in headers:
            headers["Content-Length"] = str(len(body))
        return self.send(self.request(method, path, headers, body))

    def request(
        self, method: str, path: str, headers: dict[str, str | None], body: bytes = b""
    ) -> bytes:
        """The bytes of a request for one of the page's own paths."""
        return request(method, self.at(path), headers, body)

    def send(self, data: bytes, *, timeout: float = WAIT_S) -> Reply:
        """Send these bytes and read one answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as client:
            client.sendall(data)
            return read_reply(client, no_body=data.startswith(b"HEAD "))

    def fingerprint(self) -> str:
        """Of every row that somebody put into the workspace."""
        return asyncio.run(self.bench.desk.decided(state.fingerprint))


def request(method: str, path: str, headers: dict[str, str | None], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def read_reply(client: socket.socket, *, no_body: bool = False) -> Reply:
    """One answer from a connection; status 0 where it was closed without one."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = client.recv(65536)
        if not part:
            return Reply(0, {}, data)
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    length = 0 if no_body else int(headers.get("content-length", 0))
    while len(body) < length:
        part = client.recv(65536)
        if not part:
            break
        body += part
    return Reply(int(first.split(" ")[1]), headers, body)


@contextmanager
def served(home: Path, *, desk: Desk | None = None) -> Iterator[Page]:
    """The page of a workspace, on a free port, until the block ends."""
    ready = threading.Event()
    bench = Bench(home, desk=desk)
    with listen(0) as listening:
        place, keys = Place(listening.getsockname()[1]), Keys()
        server = server_of(application(bench, place=place, keys=keys), ready=ready.set)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        assert ready.wait(WAIT_S)
        try:
            yield Page(home, place, keys, bench)
        finally:
            server.should_exit = True
            thread.join(WAIT_S)
            bench.close(WAIT_S)


def family(home: Path) -> Album:
    """A workspace in which Mia and her mother are known, with photos that nobody was asked about.

    Every face has a picture. Close its connection before the page opens it.
    """
    album = Album(home)
    album.enrol(album.mia)
    album.enrol(album.anna)
    days = [BORN + timedelta(days=40 + 20 * number) for number in range(12)]
    taken = [album.photo("Mia", "Ben", day=day) for day in days]
    album.settle(taken)
    for (face,) in album.con.execute("SELECT face_id FROM faces").fetchall():
        write_thumbnail(home / "thumbnails", face, b"\xff\xd8\xff a face")
    return album
