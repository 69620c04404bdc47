"""FaceNet's weights in ONNX form: made once of the `.pt`, kept, and checked before every use.

The file is named by what it was made of and by its own content,
`<16 hex of the .pt's sha256>-v<VERSION>-<16 hex of its own sha256>.onnx`, so whether it is the
right one and whole can be told from the file alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tracker.vision.embedders import _inception, _inception_onnx
from tracker.vision.weights import fingerprint

HEX = 16
ABANDONED_SECONDS = 3600


@contextlib.contextmanager
def converted(weights: Path, weights_dir: Path) -> Iterator[Path]:
    """The ONNX file for `weights`, there for as long as the block runs.

    It stays in `weights_dir` (made if need be, for its owner alone); where that cannot be written,
    in a temporary folder for this once. Raises WeightsInvalid where the weights are not FaceNet's.
    """
    prefix = f"{fingerprint(weights, weights_dir)[:HEX]}-v"
    kept = _kept(prefix, weights_dir)
    if kept is not None:
        yield kept
        return
    network = _inception.read(weights)
    with contextlib.ExitStack() as stack:
        try:
            weights_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept = _written(network, prefix, weights_dir)
        except OSError:  # no room, no right: it only costs a second or two again next time
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tracker-"))
            kept = _written(network, prefix, Path(folder))
        del network
        yield kept


def _kept(prefix: str, folder: Path) -> Path | None:
    """The whole file of this version; what is damaged or of another version is removed."""
    good = None
    for path in sorted(folder.glob(f"{prefix}*.onnx")):
        if good is None and path.name == _name(prefix, path):
            good = path
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    return good


def _name(prefix: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
    return f"{prefix}{_inception_onnx.VERSION}-{digest[:HEX]}.onnx"


def _written(network: object, prefix: str, folder: Path) -> Path:
    """Written under another name first: whoever looks finds all of it or nothing."""
    _sweep(folder)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".converting-", suffix=".part")  # 0600
    os.close(handle)
    fresh = Path(name)
    try:
        _inception_onnx.write(network, fresh)  # type: ignore[arg-type]
        target = folder / _name(prefix, fresh)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return target


def _sweep(folder: Path) -> None:
    """Remove what a conversion left that was killed: none takes an hour."""
    for path in folder.glob(".converting-*.part"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                path.unlink()
