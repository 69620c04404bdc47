"""Any face embedder in ONNX form, described by a `model.toml` beside it.

    name = "mobilefacenet-y1"       # letters, digits, . _ -
    file = "model.onnx"             # beside the model.toml
    licence = "MIT"                 # shown in the report
    source = "where it comes from"
    dim = 128                       # length of its vectors
    input_size = [112, 112]         # width, height of its crops
    colour = "BGR"                  # or "RGB": the order of the channels it wants
    mean = [0.0, 0.0, 0.0]          # per channel, in that order
    scale = 1.0                     # it is fed (pixel - mean) * scale, pixels 0-255
    alignment = "arcface-112"       # see `tracker.vision.align`

The model takes float32 `(n, 3, height, width)` and gives `(n, dim)`; the vectors are brought to
unit length here.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from tracker.errors import EmbedderError, EmbedderMismatch, WeightsInvalid, WeightsMissing
from tracker.vision import align
from tracker.vision.embedders._batches import Batches, unit
from tracker.vision.embedders._crops import stacked
from tracker.vision.embedders.contract import EmbedderInfo
from tracker.vision.engines import Graph, Runtime, choose_for_onnx, open_graph
from tracker.vision.records import Pixels
from tracker.vision.weights import fingerprint

DESCRIPTION = "model.toml"
BATCH = 8
LARGEST_SIDE = 1024
LARGEST_DIM = 16_384


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is done to a crop before the model sees it; `mean` and `scale` per channel."""

    input_size: tuple[int, int]
    colour: str
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]
    alignment: str


@dataclass(frozen=True, slots=True)
class Description:
    """A `model.toml`, read and checked."""

    name: str
    model: Path
    licence: str
    source: str
    dim: int
    preparation: Preparation


def read(toml: Path) -> Description:
    """Read and check a `model.toml`. Raises EmbedderError that names the line to mend."""
    try:
        given = tomllib.loads(toml.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise EmbedderError(
            f"{toml} cannot be read as TOML: {error}", hint="see the example in the README"
        ) from error
    name = _text(given, "name", toml)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", name):
        raise _bad(toml, "name", "a short word of letters, digits, . _ -")
    colour = _text(given, "colour", toml, default="RGB").upper()
    if colour not in ("RGB", "BGR"):
        raise _bad(toml, "colour", '"RGB" or "BGR"')
    alignment = _text(given, "alignment", toml, default="arcface-112")
    if alignment not in align.ALIGNMENTS:
        raise _bad(toml, "alignment", " or ".join(f'"{known}"' for known in align.ALIGNMENTS))
    size = given.get("input_size", [112, 112])
    if not (isinstance(size, list) and len(size) == 2) or not all(
        _whole(side, LARGEST_SIDE) for side in size
    ):
        raise _bad(toml, "input_size", "two whole numbers, [width, height]")
    dim = given.get("dim")
    if not _whole(dim, LARGEST_DIM):
        raise _bad(toml, "dim", "the length of the model's vectors, a whole number")
    return Description(
        name=name,
        model=toml.parent / _text(given, "file", toml),
        licence=_text(given, "licence", toml, default="not stated in its model.toml"),
        source=_text(given, "source", toml, default="not stated in its model.toml"),
        dim=dim,
        preparation=Preparation(
            input_size=(size[0], size[1]),
            colour=colour,
            mean=_channels(given, "mean", 0.0, toml),
            scale=_channels(given, "scale", 1.0, toml),
            alignment=alignment,
        ),
    )


def identify(toml: Path, *, weights_dir: Path) -> EmbedderInfo:
    """What the model would be, without loading it.

    The id is the name and eight hex digits over the model's bytes and the preparation: whatever
    would change a vector changes the id.
    """
    described = read(toml)
    if not described.model.is_file():
        raise WeightsMissing(
            f"{toml} names the model {described.model}, and there is no such file",
            hint="put the model there, or correct `file` in model.toml",
        )
    content = json.dumps(
        [fingerprint(described.model, weights_dir), asdict(described.preparation)], sort_keys=True
    )
    return EmbedderInfo(
        name=described.name,
        id=f"{described.name}@{hashlib.sha256(content.encode()).hexdigest()[:8]}",
        line=f"ONNX model described by {toml.name}",
        licence=described.licence,
        source=described.source,
        dim=described.dim,
        alignment=described.preparation.alignment,
        input_size=described.preparation.input_size,
        wants_landmarks=False,
        present=True,
        published=True,
        download_bytes=0,
    )


def load(toml: Path, *, weights_dir: Path, runtime: Runtime | None = None) -> OnnxEmbedder:
    """The embedder, ready; one black crop is run through it to see that it keeps its promises.

    It always runs in f32: nothing is known of a model's numbers. Where torch was chosen, which
    reads no ONNX, the fastest engine that does steps in. Raises WeightsInvalid where the model
    cannot be run, EmbedderMismatch where its vectors have another dimension than `dim`.
    """
    info = identify(toml, weights_dir=weights_dir)
    described = read(toml)
    embedder = OnnxEmbedder(info, described.preparation, _graph(described.model, runtime))
    width, height = described.preparation.input_size
    got = embedder.run(np.zeros((1, height, width, 3), dtype=np.uint8)).shape[1]
    if got != described.dim:
        raise EmbedderMismatch(
            f"{toml} promises vectors of {described.dim} numbers, and the model gives {got}",
            hint=f"write dim = {got} in model.toml, or name another file",
        )
    return embedder


class OnnxEmbedder:
    """A model run on the processor, in batches of one size: no vector depends on its company."""

    wants_landmarks = False

    def __init__(self, info: EmbedderInfo, preparation: Preparation, graph: Graph) -> None:
        """`graph` has one input; see `load`."""
        self.id = info.id
        self.dim = info.dim
        self.input_size = info.input_size
        self.alignment = info.alignment
        self.licence = info.licence
        self.source = info.source
        self._preparation = preparation
        self._graph = graph
        shape = graph.input_shapes[0]
        self._batches = Batches(self._one_batch, (shape[0] if shape else None) or BATCH)

    @property
    def batch(self) -> int:
        """How many crops are worked on at a time: multiples of it cost least."""
        return self._batches.size

    def embed(
        self, crops: Sequence[Pixels], landmarks: npt.NDArray[np.float32] | None = None
    ) -> npt.NDArray[np.float32]:
        """See `Embedder.embed`; `landmarks` are not looked at."""
        pixels = stacked(crops, self.input_size)
        if not len(pixels):
            return np.empty((0, self.dim), dtype=np.float32)
        vectors = self.run(pixels)
        if not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
            raise EmbedderError(
                f"the model of {self.id} gives vectors without a direction",
                hint="check colour, mean and scale in its model.toml",
            )
        return unit(vectors)

    def run(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """The model's own output for uint8 RGB `(n, h, w, 3)`: float32 `(n, whatever it gives)`."""
        return self._batches(pixels)

    def _one_batch(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        try:
            return np.asarray(self._graph.run(self._prepared(pixels))[0], dtype=np.float32)
        except ValueError as error:
            raise WeightsInvalid(
                f"the model of {self.id} cannot be run on crops of {self.input_size}",
                hint="check input_size in its model.toml",
            ) from error

    def _prepared(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        how = self._preparation
        ordered = pixels[..., ::-1] if how.colour == "BGR" else pixels
        scaled = (ordered - np.array(how.mean, np.float32)) * np.array(how.scale, np.float32)
        return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), dtype=np.float32)


def _graph(model: Path, runtime: Runtime | None) -> Graph:
    if runtime is None or runtime.engine == "torch":
        runtime = choose_for_onnx()
    graph = open_graph(model, runtime, precision="f32")
    if len(graph.input_shapes) != 1:
        raise WeightsInvalid(
            f"{model} takes {len(graph.input_shapes)} inputs; an embedder takes one, the crops",
            hint="name another file in model.toml",
        )
    return graph


def _bad(toml: Path, key: str, wanted: str) -> EmbedderError:
    return EmbedderError(f"`{key}` in {toml} cannot be used", hint=f"it should be {wanted}")


def _whole(value: object, largest: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= largest


def _text(given: dict[str, Any], key: str, toml: Path, *, default: str | None = None) -> str:
    value = given.get(key, default)
    if not isinstance(value, str) or not value.strip():
        raise _bad(toml, key, "text in quotes")
    return value.strip()


def _channels(
    given: dict[str, Any], key: str, default: float, toml: Path
) -> tuple[float, float, float]:
    value = given.get(key, default)
    numbers = value if isinstance(value, list) else [value] * 3
    if len(numbers) != 3 or not all(
        isinstance(v, (int, float)) and not isinstance(v, bool) and np.isfinite(v) for v in numbers
    ):
        raise _bad(toml, key, "one number, or three in a list")
    return float(numbers[0]), float(numbers[1]), float(numbers[2])
