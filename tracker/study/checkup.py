"""`tracker doctor`: what is wrong with the installation or the workspace, and what mends it."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.errors import StoreError, WorkspaceMissing
from db.text import many
from tracker.config import Settings
from tracker.errors import TrackerError

if TYPE_CHECKING:
    import duckdb

LEAST_FREE_BYTES = 500_000_000
LIBRARIES = {
    "torch": "the networks",
    "facenet_pytorch": "finding faces",
    "onnxruntime": "ONNX embedders",
    "faiss": "the gallery",
    "duckdb": "the database",
    "sklearn": "the methods",
    "skimage": "the hand-made features",
    "altair": "the charts",
    "vl_convert": "the charts as pictures",
    "PIL": "reading photos",
    "pi_heif": "reading HEIC and HEIF photos",
}
REINSTALL = "make setup, or: pip install -c constraints.txt -e ."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `level` is "good", "note" or "bad"; `mend` the command, or ""."""

    level: str
    what: str
    mend: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a check that itself fails becomes a finding."""
    findings: list[Finding] = []
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        installation,
        engines,
        room,
        weights,
        workspace,
    )
    for check in checks:
        try:
            findings += check(settings)
        except (TrackerError, StoreError) as error:
            findings.append(Finding("bad", str(error), error.hint or ""))
        except Exception as error:
            findings.append(
                Finding("bad", f"The check of {check.__name__} failed: {error}", REINSTALL)
            )
    return findings


def installation(_: Settings) -> Iterator[Finding]:
    """Python and every library, imported for real."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("good", f"Python {version}")
    broken = []
    for name, what_for in LIBRARIES.items():
        try:
            _imported(name)
        except Exception as error:
            broken.append(name)
            yield Finding("bad", f"{name} ({what_for}) cannot be imported: {error}", REINSTALL)
    if not broken:
        yield Finding("good", f"{len(LIBRARIES)} libraries import")


def _imported(name: str) -> None:
    if name == "facenet_pytorch":
        from tracker.vision.torchvision_shim import facenet_pytorch

        facenet_pytorch()
    else:
        importlib.import_module(name)


def engines(_: Settings) -> Iterator[Finding]:
    """What runs the networks, what else could, and where."""
    from tracker.vision.engines import SHOWN, choose, survey
    from tracker.vision.engines.openvino import imported

    there = survey()
    for name, version in there.engines.items():
        if version is None:
            yield Finding(
                "note", f"the engine {SHOWN[name]} is not installed", f"pip install {name}"
            )
    if there.engines["openvino"] is not None:
        try:
            imported()
        except Exception as error:
            yield Finding("bad", f"openvino (the networks) cannot be imported: {error}", REINSTALL)
    told = [f"{SHOWN[name]} {version}" for name, version in there.engines.items() if version]
    yield Finding("good", f"engines that could run the networks: {', '.join(told) or 'none'}")
    yield Finding("good", f"devices: {there.devices_in_words()}")
    auto = choose()
    precision = f", FaceNet in {auto.precision}" if auto.on_processor else ""
    yield Finding(
        "good",
        f"the networks run on {SHOWN[auto.engine]}, device {auto.device}{precision}: {auto.why}",
    )


def room(settings: Settings) -> Iterator[Finding]:
    """Rights and space where the workspace is or would be."""
    there = settings.home
    while not there.exists():
        there = there.parent
    if not os.access(there, os.W_OK):
        yield Finding(
            "bad",
            f"There is no right to write in {there}.",
            "choose another folder: tracker --home DIR …",
        )
        return
    free = shutil.disk_usage(there).free
    if free < LEAST_FREE_BYTES:
        yield Finding(
            "bad", f"Only {free / 1e6:.0f} MB are free at {there}.", "make room on that disk"
        )
    else:
        yield Finding("good", f"{free / 1e9:.0f} GB free at {there}")


def weights(settings: Settings) -> Iterator[Finding]:
    """Which embedders could be used now."""
    from tracker.vision.embedders.registry import describe

    for info in describe(settings.weights):
        if info.present:
            yield Finding("good", f"embedder {info.name} is here")
        else:
            yield Finding(
                "note",
                f"embedder {info.name}: its weights are not on this machine",
                f"tracker embedders fetch {info.name}",
            )


def workspace(settings: Settings) -> Iterator[Finding]:
    """The database, the gallery, the photos it points at."""
    from db import check, overview, photos
    from db.gallery import Gallery
    from db.turns import open_in_turn

    try:
        connection = open_in_turn(settings.home)
    except WorkspaceMissing as error:
        yield Finding("note", str(error), error.hint or "")
        return
    with connection:
        problems = check.problems(connection)
        for problem in problems:
            yield Finding(
                "bad", problem, "keep a copy of the workspace, then ingest your photos again"
            )
        counted = overview.counts(connection)
        if not problems:
            yield Finding(
                "good",
                f"the database holds {many(counted.photos, 'photo')} and "
                f"{many(counted.faces, 'face')}",
            )
        yield from _own_embedder(connection, settings)
        for embedder_id, _, _ in counted.vectors:
            gallery = Gallery.open(connection, settings.home, embedder_id)
            state = "was out of date and has been built again" if gallery.rebuilt else "is in order"
            yield Finding(
                "good", f"the gallery of {embedder_id} {state} ({many(len(gallery), 'face')})"
            )
        paths = photos.known_paths(connection)
        gone = sum(not os.path.lexists(path) for path in paths)
        if gone:
            yield Finding(
                "note",
                f"{gone:,} of {many(len(paths), 'photo file')} "
                f"{'is not where it was' if gone == 1 else 'are not where they were'}",
                "nothing is lost. Ingest the folder they are in now; it costs nothing.",
            )
        if counted.undated:
            yield Finding(
                "note",
                many(counted.undated, "photo has", "photos have") + " no date: in no month",
                "tracker ingest PHOTO… --date 2024-03-09",
            )
        if counted.waiting:
            yield Finding(
                "note",
                many(counted.waiting, "face waits", "faces wait")
                + ": of several in a photo, it cannot be told which is the one named",
                "enrol more photos of that person alone, then ingest the photos again",
            )
        yield from _open_to_others(settings.home)


def _own_embedder(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[Finding]:
    """The workspace's own embedder: which it is, and whether its file is there, unchanged."""
    from tracker.ingest.choose import identify_own
    from tracker.ingest.own import STEPPED_IN_NOTE, own_embedder

    own = own_embedder(connection)
    if own is None:
        return
    try:
        info = identify_own(own, settings)
    except TrackerError as error:
        yield Finding("bad", str(error), own.give_again)
        return
    if not info.present:
        what = f"the workspace's own embedder {own.embedder_id}: its weights are gone"
        yield Finding("bad", what, own.give_again)
    elif info.id != own.embedder_id:
        yield Finding(
            "bad",
            f"the file of the workspace's own embedder {own.embedder_id} has changed: it is "
            f"{info.id} now",
            f"put the old file back, or keep to the new one: tracker embedders use {own.spec}",
        )
    else:
        yield Finding("good", f"the workspace's own embedder is {own.embedder_id}")
    if own.stepped_in:
        yield Finding("note", STEPPED_IN_NOTE, "tracker embedders use facenet-vggface2")


def _open_to_others(home: Path) -> Iterator[Finding]:
    """Files that others on this machine may read."""
    loose = [
        p
        for p in home.rglob("*")
        if p.is_file() and not p.is_symlink() and p.stat().st_mode & 0o077
    ]
    if loose and os.name == "posix":
        yield Finding(
            "note",
            many(len(loose), "file") + " of the workspace may be read by others on this machine",
            f"chmod -R go= {home}",
        )
