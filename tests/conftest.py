"""What every test gets: a workspace of its own and no way out to the network."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

# Before numpy is loaded. The tests run in a process per core already, and OpenBLAS's threads wait
# by spinning: several processes of several threads each take up to four times the processor time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A shell starts what it runs in the background without Ctrl-C, and so would all our children be.
with contextlib.suppress(ValueError):  # not the main thread
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)

SLOW_S = 900
LONG_FILES_FIRST = (
    "tests/e2e", "tests/reports", "tests/tracker/ingest", "tests/tracker/evaluation",
    "tests/tracker/vision", "tests/tracker/review",
)  # fmt: skip

_real_connect = socket.socket.connect


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The folders with long files come first, so that no process is left alone with one.

    What is slow by nature may take long on a busy machine.
    """
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_S))

    def place(item: pytest.Item) -> int:
        folder = item.path.parent.relative_to(item.config.rootpath).as_posix()
        later = len(LONG_FILES_FIRST)
        return LONG_FILES_FIRST.index(folder) if folder in LONG_FILES_FIRST else later

    items.sort(key=place)


def _is_local(address: Any) -> bool:
    if isinstance(address, (str, bytes)):  # a Unix socket
        return True
    host = str(address[0])
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _guarded_connect(self: socket.socket, address: Any) -> None:
    if not _is_local(address):
        raise AssertionError(f"a test tried to reach the network: {address!r}")
    _real_connect(self, address)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only loopback may be connected to; child processes are told to stay offline."""
    monkeypatch.setattr(socket.socket, "connect", _guarded_connect)
    monkeypatch.setenv("TRACKER_OFFLINE", "1")


@pytest.fixture(autouse=True)
def workspace_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test touches the workspace of the person who runs it."""
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "tracker-home"))


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real photos, faces and models named by TRACKER_SAMPLES."""
    named = os.environ.get("TRACKER_SAMPLES", "")
    if not named or not Path(named).is_dir():
        pytest.skip("set TRACKER_SAMPLES to a folder of real photos to run this test")
    return Path(named)
