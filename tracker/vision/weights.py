"""The published weights: what they are, fetching them, and telling them from other files.

Only `fetch` reaches for the network, and only when it is called.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tracker.errors import DownloadFailed

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there and the bytes in all (None: not known)."""

CHUNK = 1 << 18
LARGEST = 1 << 30
HASHES = "hashes.json"


@dataclass(frozen=True, slots=True)
class WeightsEntry:
    """A published file of weights. `byte_size` and `sha256` are None where nobody published them:
    the first download is then trusted, and what came is recorded beside it."""

    name: str
    file: str
    url: str
    byte_size: int | None
    sha256: str | None
    licence: str


_RELEASE = "https://github.com/timesler/facenet-pytorch/releases/download/v2.2.9/"

PUBLISHED: dict[str, WeightsEntry] = {
    entry.name: entry
    for entry in (
        WeightsEntry(
            name="facenet-vggface2",
            file="20180402-114759-vggface2.pt",
            url=_RELEASE + "20180402-114759-vggface2.pt",
            byte_size=111_898_327,
            sha256="281cebca8662831adb987a874bdcb36e73f5b1c6dc5ee5878f305e985625d99b",
            licence="code MIT; weights trained on VGGFace2, a data set for research use; "
            "no licence of their own was published with the weights",
        ),
        WeightsEntry(
            name="facenet-casia",
            file="20180408-102900-casia-webface.pt",
            url=_RELEASE + "20180408-102900-casia-webface.pt",
            byte_size=None,
            sha256=None,
            licence="code MIT; weights trained on CASIA-WebFace, a data set for research use; "
            "no licence of their own was published with the weights",
        ),
    )
}


def fetch(
    entry: WeightsEntry,
    folder: Path,
    progress: Progress | None = None,
    *,
    connect_timeout: float = 5.0,
    read_timeout: float = 15.0,
    patience: float | None = None,
) -> Path:
    """Download `entry` into `folder` (made if need be, for its owner alone); gives the file.

    A file that is already there and is the published one is left as it is. What came before a
    break stays in a `.part` file, and the next call goes on from there. Size and sha256 are
    checked before the file gets its name. `connect_timeout` seconds to be answered at all,
    `read_timeout` between two pieces, `patience` for the whole (None: as long as it takes).

    Raises DownloadFailed, with what to do about it.
    """
    target = folder / entry.file
    if target.is_file() and is_published(entry, target, folder):
        return target
    part = target.with_name(target.name + ".part")
    deadline = None if patience is None else time.monotonic() + patience
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _resolve(entry, connect_timeout)
        _download(entry, part, progress or _silent, (connect_timeout, read_timeout), deadline)
        digest = _verify(entry, part)
        part.chmod(0o600)
        part.replace(target)
        _record(folder, target, digest)
    except requests.RequestException as error:
        raise _failed(entry, _in_words(error)) from error
    except OSError as error:
        reason = (
            "there is no room left on the disk"
            if error.errno == errno.ENOSPC
            else f"{folder} cannot be written ({error.strerror or error})"
        )
        raise _failed(entry, reason) from error
    return target


def is_published(entry: WeightsEntry, path: Path, folder: Path) -> bool:
    """Whether `path` holds the published weights.

    Where no hash was published: whether it is what was first downloaded into `folder`.
    """
    expected = entry.sha256 or _recorded(folder).get(entry.file, {}).get("sha256")
    return expected is not None and fingerprint(path, folder) == expected


def fingerprint(path: Path, folder: Path) -> str:
    """sha256 of the file, in hex. Kept in `folder` (if it exists) until size or time change."""
    path = path.absolute()
    stat = path.stat()
    stamp = {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "inode": stat.st_ino}
    key = os.fsencode(path).hex()
    known = _recorded(folder).get(key, {})
    if known.get("sha256") and {name: known.get(name) for name in stamp} == stamp:
        return str(known["sha256"])
    digest = _sha256(path)
    _update(folder, key, {**stamp, "sha256": digest})
    return digest


def noted(folder: Path, key: str) -> dict[str, object]:
    """What `take_note` kept in `folder` under `key`; empty where there is nothing."""
    return _recorded(folder).get(key, {})


def take_note(folder: Path, key: str, row: dict[str, object]) -> None:
    """Keep `row`, which only saves time, beside the weights."""
    _update(folder, key, row)


def _silent(_done: int, _total: int | None) -> None:
    pass


def _failed(entry: WeightsEntry, reason: str) -> DownloadFailed:
    return DownloadFailed(
        f"the weights of {entry.name} could not be downloaded: {reason}",
        hint=f"try again later, or download {entry.url} elsewhere and pass it with --weights FILE",
    )


def _in_words(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "the server did not answer in time"
    if isinstance(error, requests.exceptions.Timeout) or "timed out" in str(error).lower():
        return "the server stopped sending"
    if isinstance(error, requests.exceptions.SSLError):
        return "the connection is not secure"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(error, requests.exceptions.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code} {error.response.reason}"
    return "the server cannot be reached"


def _resolve(entry: WeightsEntry, timeout: float) -> None:
    """Look the server's name up within `timeout`: the system's own wait can be a minute."""
    proxy = requests.utils.select_proxy(entry.url, requests.utils.get_environ_proxies(entry.url))
    parts = urlsplit(proxy or entry.url)
    answers: list[object] = []

    def look_up() -> None:
        with contextlib.suppress(OSError):
            answers.append(socket.getaddrinfo(parts.hostname, parts.port or 443))

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(timeout)
    if not answers:
        raise _failed(entry, f"the server {parts.hostname} cannot be found")


def _download(
    entry: WeightsEntry,
    part: Path,
    progress: Progress,
    timeout: tuple[float, float],
    deadline: float | None,
) -> None:
    """Bring `part` to its whole length, going on from what is there."""
    done = part.stat().st_size if part.exists() else 0
    if entry.byte_size is not None and done >= entry.byte_size:
        if done == entry.byte_size:
            return  # whole, but not yet checked and named
        part.unlink()
        done = 0
    headers = {"Accept-Encoding": "identity"}
    if done:
        headers["Range"] = f"bytes={done}-"
    with requests.get(entry.url, headers=headers, stream=True, timeout=timeout) as answer:
        if answer.status_code == requests.codes.requested_range_not_satisfiable and done:
            part.unlink()
            return _download(entry, part, progress, timeout, deadline)
        answer.raise_for_status()
        goes_on = answer.status_code == requests.codes.partial_content and answer.headers.get(
            "Content-Range", ""
        ).startswith(f"bytes {done}-")
        if not goes_on:
            done = 0
        length = answer.headers.get("Content-Length", "")
        total = entry.byte_size or (done + int(length) if length.isdigit() else None)
        limit = entry.byte_size or LARGEST
        progress(done, total)
        with open(part, "ab" if goes_on else "wb", opener=_private) as out:
            for chunk in answer.iter_content(CHUNK):
                out.write(chunk)
                done += len(chunk)
                progress(done, total)
                if done > limit:
                    break
                if deadline is not None and time.monotonic() > deadline:
                    raise _failed(entry, "it takes too long; what came is kept")
    return None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _verify(entry: WeightsEntry, part: Path) -> str:
    """sha256 of a whole download; one that is not what was published is removed."""
    size = part.stat().st_size
    if entry.byte_size is not None and size < entry.byte_size:
        raise _failed(entry, f"only {size:,} of {entry.byte_size:,} bytes came; they are kept")
    digest = _sha256(part)
    wrong = (entry.byte_size is not None and size != entry.byte_size) or (
        entry.sha256 is not None and digest != entry.sha256
    )
    if wrong or size == 0 or size > LARGEST:
        part.unlink()
        raise _failed(entry, "what came is not the published file, and was removed")
    return digest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _record(folder: Path, target: Path, digest: str) -> None:
    _update(folder, target.name, {"sha256": digest, "size": target.stat().st_size})


def _recorded(folder: Path) -> dict[str, dict[str, object]]:
    try:
        kept = json.loads((folder / HASHES).read_text())
    except (OSError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {key: row for key, row in kept.items() if isinstance(row, dict)}


def _update(folder: Path, key: str, row: dict[str, object]) -> None:
    """Keep `row`. The record only saves time, so where it cannot be written it is left out."""
    if not folder.is_dir():
        return
    kept = {**_recorded(folder), key: row}
    fresh = folder / f"{HASHES}.{os.getpid()}"
    with contextlib.suppress(OSError):
        with open(fresh, "w", opener=_private) as out:
            json.dump(kept, out, indent=1, sort_keys=True)
        fresh.replace(folder / HASHES)
