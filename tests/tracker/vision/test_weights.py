"""Weights come whole or not at all, are checked, and go on from where a break left them."""

from __future__ import annotations

import hashlib
import socket
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tracker.errors import DownloadFailed
from tracker.vision import weights
from tracker.vision.weights import PUBLISHED, WeightsEntry, fetch, fingerprint, is_published

CONTENT = bytes(range(256)) * 8000
HASH = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Server:
    """A server on this machine. What goes wrong is chosen by the test."""

    content: bytes = CONTENT
    cut_after: int | None = None
    stall_after: int | None = None
    ranges: bool = True
    status: int = 200
    asked: list[str | None] = field(default_factory=list)
    port: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/weights.pt"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    chosen = Server()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            chosen.asked.append(wanted)
            start = 0
            if chosen.status != 200:
                self.send_error(chosen.status)
                return
            if wanted and chosen.ranges:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
                if start >= len(chosen.content):
                    self.send_error(416)
                    return
                self.send_response(206)
                last = len(chosen.content) - 1
                self.send_header("Content-Range", f"bytes {start}-{last}/{len(chosen.content)}")
            else:
                self.send_response(200)
            body = chosen.content[start:]
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if chosen.cut_after is not None:
                self.wfile.write(body[: chosen.cut_after])
            elif chosen.stall_after is not None:
                self.wfile.write(body[: chosen.stall_after])
                self.wfile.flush()
                chosen.done.wait(20)
            else:
                self.wfile.write(body)
            self.close_connection = True

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    chosen.port = httpd.server_address[1]
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield chosen
    chosen.done.set()
    httpd.shutdown()
    httpd.server_close()


def entry(server: Server, **changes: object) -> WeightsEntry:
    known = WeightsEntry("facenet-test", "weights.pt", server.url, len(CONTENT), HASH, "MIT")
    return replace(known, **changes)  # type: ignore[arg-type]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_weights_are_fetched_once_for_their_owner_alone(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "weights"
    path = fetch(entry(server), folder)
    assert path == folder / "weights.pt"
    assert path.read_bytes() == CONTENT
    assert (mode(folder), mode(path), mode(folder / "hashes.json")) == (0o700, 0o600, 0o600)
    assert sorted(p.name for p in folder.iterdir()) == ["hashes.json", "weights.pt"]
    assert fetch(entry(server), folder) == path
    assert server.asked == [None]


def test_progress_is_told_from_the_first_byte_to_the_last(server: Server, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    fetch(entry(server), tmp_path, lambda done, total: told.append((done, total)))
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_broken_download_is_kept_and_goes_on_from_there(server: Server, tmp_path: Path) -> None:
    server.cut_after = 700_000
    with pytest.raises(DownloadFailed, match=r"facenet-test could not be downloaded") as caught:
        fetch(entry(server), tmp_path)
    assert "--weights FILE" in caught.value.hint
    assert not (tmp_path / "weights.pt").exists()
    kept = (tmp_path / "weights.pt.part").stat()
    assert 0 < kept.st_size <= 700_000
    assert mode(tmp_path / "weights.pt.part") == 0o600
    server.cut_after = None
    assert fetch(entry(server), tmp_path).read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={kept.st_size}-"]
    assert not (tmp_path / "weights.pt.part").exists()


def test_a_server_that_cannot_go_on_sends_it_all_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "weights.pt.part").write_bytes(b"something old")
    server.ranges = False
    assert fetch(entry(server), tmp_path).read_bytes() == CONTENT


def test_a_part_that_is_already_whole_needs_no_network(server: Server, tmp_path: Path) -> None:
    (tmp_path / "weights.pt.part").write_bytes(CONTENT)
    assert fetch(entry(server), tmp_path).read_bytes() == CONTENT
    assert server.asked == []


def test_a_part_longer_than_the_file_is_thrown_away(server: Server, tmp_path: Path) -> None:
    (tmp_path / "weights.pt.part").write_bytes(CONTENT * 2)
    assert fetch(entry(server), tmp_path).read_bytes() == CONTENT


def test_a_part_as_long_as_a_file_of_unknown_size_is_fetched_again(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "weights.pt.part").write_bytes(CONTENT)
    unknown = entry(server, byte_size=None, sha256=None)
    assert fetch(unknown, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "content", [CONTENT[:-1] + b"x", CONTENT + b"more"], ids=["wrong hash", "too long"]
)
def test_another_file_than_the_published_one_is_removed(
    content: bytes, server: Server, tmp_path: Path
) -> None:
    server.content = content
    with pytest.raises(DownloadFailed, match="not the published file, and was removed"):
        fetch(entry(server), tmp_path)
    assert not any(p.name.startswith("weights.pt") for p in tmp_path.iterdir())


def test_a_shorter_file_than_the_published_one_never_gets_its_name(
    server: Server, tmp_path: Path
) -> None:
    server.content = CONTENT[:-100]
    with pytest.raises(DownloadFailed, match=r"only 2,047,900 of 2,048,000 bytes came"):
        fetch(entry(server), tmp_path)
    assert not (tmp_path / "weights.pt").exists()


def test_an_empty_answer_is_no_weights(server: Server, tmp_path: Path) -> None:
    server.content = b""
    with pytest.raises(DownloadFailed):
        fetch(entry(server, byte_size=None, sha256=None), tmp_path)
    assert not (tmp_path / "weights.pt").exists()


def test_a_server_that_stops_sending_is_given_up(server: Server, tmp_path: Path) -> None:
    server.stall_after = 300_000
    started = time.monotonic()
    with pytest.raises(DownloadFailed, match="the server stopped sending"):
        fetch(entry(server), tmp_path, read_timeout=0.3)
    assert time.monotonic() - started < 5
    assert not (tmp_path / "weights.pt").exists()


def test_a_download_may_be_given_so_much_time_and_no_more(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match="it takes too long; what came is kept"):
        fetch(entry(server), tmp_path, patience=0.0)
    assert (tmp_path / "weights.pt.part").exists()
    assert fetch(entry(server), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(("status", "words"), [(404, "404 Not Found"), (503, "503 Service")])
def test_a_server_that_refuses_is_quoted(
    status: int, words: str, server: Server, tmp_path: Path
) -> None:
    server.status = status
    with pytest.raises(DownloadFailed, match=f"the server answered {words}"):
        fetch(entry(server), tmp_path)


def test_no_server_at_all_is_an_error_in_words(server: Server, tmp_path: Path) -> None:
    nobody = entry(server, url="http://127.0.0.1:9/weights.pt")
    with pytest.raises(DownloadFailed, match="the server cannot be reached"):
        fetch(nobody, tmp_path)


@pytest.mark.parametrize("wait", [0.0, 10.0], ids=["no such name", "no answer"])
def test_a_name_that_cannot_be_looked_up_is_an_error_in_words_and_no_long_wait(
    wait: float, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(*_asked: object, **_named: object) -> list[object]:
        server.done.wait(wait)
        raise socket.gaierror("nobody knows it")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    nobody = entry(server, url="https://example.invalid/weights.pt")
    started = time.monotonic()
    with pytest.raises(DownloadFailed, match=r"example\.invalid cannot be found"):
        fetch(nobody, tmp_path, connect_timeout=0.2)
    assert time.monotonic() - started < 3


def test_a_folder_that_cannot_be_made_is_an_error_in_words(server: Server, tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("a file")
    with pytest.raises(DownloadFailed, match="cannot be written"):
        fetch(entry(server), tmp_path / "in the way" / "weights")


def test_weights_without_a_published_hash_are_what_came_first(
    server: Server, tmp_path: Path
) -> None:
    """Trusted on first use: a file that is put in its place later is another one."""
    unknown = entry(server, byte_size=None, sha256=None)
    path = fetch(unknown, tmp_path)
    assert is_published(unknown, path, tmp_path)
    path.write_bytes(b"another file")
    assert not is_published(unknown, path, tmp_path)


def test_a_changed_file_is_fetched_again(server: Server, tmp_path: Path) -> None:
    path = fetch(entry(server), tmp_path)
    path.write_bytes(b"damaged")
    assert fetch(entry(server), tmp_path).read_bytes() == CONTENT
    assert len(server.asked) == 2


def test_a_hash_is_counted_once_for_as_long_as_the_file_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "weights.pt"
    path.write_bytes(CONTENT)
    assert fingerprint(path, tmp_path) == HASH

    def unasked(_path: Path) -> str:
        raise AssertionError("counted again")

    with monkeypatch.context() as patched:
        patched.setattr(weights, "_sha256", unasked)
        assert fingerprint(path, tmp_path) == HASH
    path.write_bytes(CONTENT[::-1])
    assert fingerprint(path, tmp_path) != HASH


@pytest.mark.parametrize("text", ["", "[1, 2]", "{", '{"a": 3}', "\x00"])
def test_a_damaged_record_of_hashes_only_costs_time(text: str, tmp_path: Path) -> None:
    (tmp_path / "weights.pt").write_bytes(CONTENT)
    (tmp_path / "hashes.json").write_text(text)
    assert fingerprint(tmp_path / "weights.pt", tmp_path) == HASH


def test_the_published_vggface2_weights_are_pinned_to_the_byte() -> None:
    published = PUBLISHED["facenet-vggface2"]
    assert published.byte_size == 111_898_327
    assert published.sha256 is not None
    assert len(published.sha256) == 64
    for known in PUBLISHED.values():
        assert known.url.startswith("https://")
        assert known.licence
