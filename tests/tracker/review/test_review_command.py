"""`tracker review` as a process of its own: what it prints, and how it begins and ends."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import process, program, tracker

LIMIT_S = 60
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/\?token=([A-Za-z0-9_-]{43})\n")


class Review:
    """A page under way. Its output is read from files: nothing waits for a pipe."""

    def __init__(self, home: Path, *words: str, **environment: str) -> None:
        self.out = home.parent / f"out-{time.monotonic_ns()}.txt"
        self.err = self.out.with_suffix(".err")
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.running = subprocess.Popen(
                [*program(), "--home", str(home), "review", *words],
                stdout=out,
                stderr=err,
                env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
            )
        end = time.monotonic() + LIMIT_S
        while "\n" not in self.out.read_text():
            assert self.running.poll() is None, self.err.read_text()
            assert time.monotonic() < end
            time.sleep(0.05)
        said = self.out.read_text()
        printed = ADDRESS.fullmatch(
            f"{json.loads(said)['address']}\n" if "--json" in words else said
        )
        assert printed is not None, said
        self.port, self.token = int(printed.group(1)), printed.group(2)
        self.home = ""  # the page's path, once it was opened

    def get(self, path: str, cookie: str = "") -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        whole = path if path.startswith("/?") else self.home + path
        connection.request("GET", whole, headers={"Cookie": cookie} if cookie else {})
        reply = connection.getresponse()
        headers = {name.lower(): value for name, value in reply.getheaders()}
        return reply.status, headers, reply.read()

    def cookie(self) -> str:
        _, headers, _ = self.get(f"/?token={self.token}")
        self.home = headers["location"].rstrip("/")
        return headers["set-cookie"].partition(";")[0]

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.running.send_signal(number)
        return self.running.wait(timeout=LIMIT_S)


@contextlib.contextmanager
def reviewing(home: Path, *words: str, **environment: str) -> Iterator[Review]:
    there = Review(home, *(words or ("--no-browser",)), **environment)
    try:
        yield there
    finally:
        if there.running.poll() is None:
            there.running.kill()
            there.running.wait()


@pytest.fixture
def home(a_family: Path, tmp_path: Path) -> Path:
    made = tmp_path / "workspace"
    shutil.copytree(a_family, made)
    return made


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_address_on_one_line_and_ends_as_if_nothing_were_wrong(
    home: Path, number: signal.Signals
) -> None:
    with reviewing(home) as there:
        cookie = there.cookie()
        status, _, body = there.get("/api/state", cookie)
        assert status == 200 and b"Mia" in body
        assert there.get("/api/state")[0] == 404
        assert there.end(number) == 0
        said = there.err.read_text()
        assert "Traceback" not in said and there.token not in said
        assert "Ctrl-C ends it" in said
    assert tracker("status", home=home).code == 0


def test_a_script_can_have_the_address_as_json(home: Path) -> None:
    with reviewing(home, "--no-browser", "--json") as there:
        assert there.get("/", there.cookie())[0] == 200
        assert json.loads(there.out.read_text())["port"] == there.port


def test_it_listens_on_this_machine_alone(home: Path) -> None:
    with reviewing(home) as there:
        assert listening_at(there.port) == {"127.0.0.1"}
        with contextlib.closing(socket.socket()) as other:
            other.settimeout(5)
            host = socket.gethostbyname(socket.gethostname())
            if not host.startswith("127."):
                with pytest.raises(AssertionError, match="network"):  # what every test is held to
                    other.connect((host, there.port))


def listening_at(port: int) -> set[str]:
    """The addresses that something listens at, of Linux's own tables."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            words = line.split()
            address, _, its_port = words[1].partition(":")
            if words[3] == "0A" and int(its_port, 16) == port:
                found.add(".".join(str(b) for b in reversed(bytes.fromhex(address)[:4])))
    return found


def test_a_port_can_be_chosen_and_one_in_use_is_said(home: Path) -> None:
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with reviewing(home, "--no-browser", "--port", str(port)) as there:
        assert there.port == port
        second = process("review", "--no-browser", "--port", str(port), home=home)
        assert second.code == 1 and second.out == ""
        assert f"Port {port} is used by another program" in second.err
        assert "Leave out --port" in second.err
    assert process("review", "--port", "70000", home=home).code == 2


def test_two_of_them_side_by_side_see_what_the_other_decides(home: Path) -> None:
    with reviewing(home) as one, reviewing(home) as other:
        assert one.port != other.port
        first, second = one.cookie(), other.cookie()
        face = one.get("/api/faces?limit=1", first)[2].partition(b'"id":"')[2][:16].decode()
        connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=30)
        body = f'{{"faces":["{face}"],"person":"2","state":"confirmed"}}'
        headers = {"Cookie": first, "X-Tracker": "1", "Content-Type": "application/json"}
        connection.request("POST", f"{one.home}/api/decide", body, headers)
        assert connection.getresponse().status == 200
        status, _, told = other.get(f"/api/face/{face}", second)  # waits until it is let go
        assert status == 200 and b'"state":"confirmed","person":"2"' in told
        assert other.get("/api/state", first)[0] == 404  # one's cookie does not open the other


def test_the_workspace_is_free_a_moment_after_the_last_question(home: Path) -> None:
    with reviewing(home) as there:
        there.get("/api/state", there.cookie())
        end = time.monotonic() + 15
        while tracker("status", home=home).code == 4:
            assert time.monotonic() < end
            time.sleep(0.2)


def test_it_can_begin_while_another_command_works(home: Path) -> None:
    hold = (
        "import sys; from pathlib import Path; from db.connection import open_workspace\n"
        "with open_workspace(Path(sys.argv[1])): print('held', flush=True); sys.stdin.readline()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(home), "ingest"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    try:
        with reviewing(home) as there:
            cookie = there.cookie()
            assert there.get("/", cookie)[0] == 200
            status, _, told = there.get("/api/state", cookie)
            assert status == 423 and f"Process {holder.pid}".encode() in told
            holder.communicate("\n", timeout=30)
            assert there.get("/api/state", cookie)[0] == 200
    finally:
        holder.kill()


def test_without_a_workspace_it_does_not_begin(tmp_path: Path) -> None:
    done = process("review", "--no-browser", home=tmp_path / "none")
    assert (done.code, done.out) == (2, "")
    assert "tracker init" in done.err


def test_a_damaged_workspace_is_said_and_not_served(home: Path) -> None:
    (home / "tracker.duckdb").write_bytes(b"no database at all" * 3000)
    done = process("review", "--no-browser", home=home)
    assert (done.code, done.out) == (5, "")
    assert "damaged" in done.err


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="they always have a screen")
def test_a_browser_is_opened_only_where_there_is_a_screen(home: Path, tmp_path: Path) -> None:
    shown = tmp_path / "shown.txt"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {shown}\n')
    browser.chmod(0o755)
    with reviewing(home, "--browser", BROWSER=str(browser), DISPLAY="", WAYLAND_DISPLAY=""):
        time.sleep(0.5)
    assert not shown.exists()
    with reviewing(home, "--browser", BROWSER=str(browser), DISPLAY=":99") as there:
        end = time.monotonic() + 20
        while not shown.exists():
            assert time.monotonic() < end
            time.sleep(0.1)
        time.sleep(0.2)
        address = shown.read_text().strip()
        assert there.token not in address  # every user of the machine can read a command line
        path = address.partition(str(there.port))[2]
        assert there.get(path)[0] == 303
        assert there.get(path)[0] == 404
    assert not any(p.name.startswith("core") for p in home.iterdir())
