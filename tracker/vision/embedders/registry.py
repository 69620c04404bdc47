"""Which embedders there are, and how to get one."""

from __future__ import annotations

import difflib
from pathlib import Path
from types import ModuleType

from tracker.errors import EmbedderError
from tracker.vision.embedders import facenet, handcrafted, onnx
from tracker.vision.embedders.contract import Embedder, EmbedderInfo
from tracker.vision.engines import Runtime

DEFAULT = "facenet-vggface2"

_BUILT_IN: dict[str, ModuleType] = {
    name: module for module in (facenet, handcrafted) for name in module.NAMES
}


def names() -> tuple[str, ...]:
    """The embedders that come with the program. None of the heavy libraries is imported."""
    return tuple(_BUILT_IN)


def describe(weights_dir: Path) -> list[EmbedderInfo]:
    """Every built-in embedder as it stands, with the weights that are in `weights_dir`."""
    return [identify(name, weights=None, weights_dir=weights_dir) for name in _BUILT_IN]


def identify(spec: str, *, weights: Path | None = None, weights_dir: Path) -> EmbedderInfo:
    """What `load` with the same arguments would give, without loading it.

    `spec` is a name, or the path of a `model.toml` or of its folder. Raises EmbedderError where
    there is no such embedder, WeightsMissing where `weights` is not there.
    """
    if spec in _BUILT_IN:
        built_in = _BUILT_IN[spec]
        info: EmbedderInfo = built_in.identify(spec, weights=weights, weights_dir=weights_dir)
        return info
    return onnx.identify(_described(spec, weights), weights_dir=weights_dir)


def load(
    spec: str,
    *,
    weights: Path | None = None,
    weights_dir: Path,
    runtime: Runtime | None = None,
) -> Embedder:
    """The embedder, ready to embed, on `runtime` (None: what is fastest here).

    Nothing is downloaded. Raises EmbedderError where there is no such embedder, WeightsMissing,
    WeightsInvalid, EmbedderMismatch where a `model.toml` promises another dimension than its model
    gives, or EngineError where nothing that is installed runs it.
    """
    if spec in _BUILT_IN:
        built: Embedder = _BUILT_IN[spec].load(
            spec, weights=weights, weights_dir=weights_dir, runtime=runtime
        )
        return built
    return onnx.load(_described(spec, weights), weights_dir=weights_dir, runtime=runtime)


def _described(spec: str, weights: Path | None) -> Path:
    """The `model.toml` that `spec` means."""
    path = Path(spec).expanduser()
    toml = path / onnx.DESCRIPTION if path.is_dir() else path
    if not toml.is_file():
        near = difflib.get_close_matches(spec, _BUILT_IN, n=1, cutoff=0.4)
        did_you_mean = f"did you mean {near[0]}? " if near else ""
        raise EmbedderError(
            f"there is no embedder {spec!r}",
            hint=f"{did_you_mean}there are {', '.join(_BUILT_IN)}, "
            "and any ONNX model with a model.toml",
        )
    if weights is not None:
        raise EmbedderError(
            f"{toml} names its own model; --weights does not go with it",
            hint="leave --weights out, or name the file in model.toml",
        )
    return toml
