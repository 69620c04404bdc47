"""Whether a network bears bf16: its vectors must stay as good as those worked out in f32.

bf16 keeps eight bits of a number. Networks trained as FaceNet was bear that, their vectors turn by
less than a hundredth; that these weights do is tried out once for each file and each version of
the engine, and written down beside the file.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from tracker.vision.embedders._batches import unit
from tracker.vision.engines import Runtime, open_graph
from tracker.vision.engines.openvino import imported
from tracker.vision.records import Pixels
from tracker.vision.weights import noted, take_note

LEAST_COSINE = 0.9997
"""Of the vectors in bf16 and in f32, over the pictures tried. Faces are asked for 0.9995."""

OCTAVES = ((3, 1.0), (6, 0.6), (12, 0.35), (24, 0.2), (48, 0.1))
CONTRASTS = (0.8, 0.4)


def bearable(onnx: Path, runtime: Runtime, folder: Path, side: int, batch: int) -> Runtime:
    """`runtime`, in f32 where the network in `onnx` does not bear its bf16.

    The network takes uint8 `(batch, side, side, 3)`. What was found is kept in `folder`.
    """
    if runtime.precision != "bf16":
        return runtime
    plain = replace(runtime, precision="f32")
    key, version = f"bf16 {onnx.name}", imported().__version__
    known = noted(folder, key)
    cosine = known.get("cosine") if known.get("openvino") == version else None
    if not isinstance(cosine, float):
        crops = pictures(batch, side)
        exact, rounded = (unit(open_graph(onnx, one).run(crops)[0]) for one in (plain, runtime))
        cosine = float((exact * rounded).sum(axis=1).min())
        take_note(folder, key, {"cosine": cosine, "openvino": version})
    return runtime if cosine >= LEAST_COSINE else plain


def pictures(count: int, side: int) -> Pixels:
    """uint8 `(count, side, side, 3)`: coarse and fine patches of colour, strong and faint."""
    rng = np.random.default_rng(0)
    made = np.zeros((count, side, side, 3))
    for number in range(count):
        contrast = CONTRASTS[number % len(CONTRASTS)]
        for patches, share in OCTAVES:
            coarse = Image.fromarray(rng.integers(0, 256, (patches, patches, 3), dtype=np.uint8))
            fine = coarse.resize((side, side), Image.Resampling.BICUBIC)
            made[number] += contrast * share * (np.asarray(fine, dtype=np.float64) - 127.5)
    return np.asarray(np.clip(made + 127.5, 0, 255), dtype=np.uint8)
