"""The original script's loop, kept as it was: one photo at a time, at full size.

facenet-pytorch as its README shows it. Two liberties: the weights of FaceNet are random, which
costs exactly the same time, and torch's threads sleep while they wait (see `processes.timed`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tracker.vision.torchvision_shim import facenet_pytorch


def networks(weights: Path | None = None) -> tuple[Any, Any]:
    """MTCNN and InceptionResnetV1 as the script made them."""
    library = facenet_pytorch()
    mtcnn = library.MTCNN(image_size=160, margin=0)
    resnet = library.InceptionResnetV1(pretrained=None).eval()
    if weights is not None:
        load_weights(resnet, weights)
    return mtcnn, resnet


def load_weights(resnet: Any, weights: Path) -> None:  # noqa: ANN401
    """As facenet-pytorch loads them."""
    import torch

    state = torch.load(weights, weights_only=True)
    resnet.load_state_dict({k: v for k, v in state.items() if not k.startswith("logits.")})


def embed_all(paths: Sequence[Path], mtcnn: Any, resnet: Any) -> Iterator[np.ndarray | None]:  # noqa: ANN401
    """One vector `(512,)` per photo, of its most probable face; None where there is none."""
    for path in paths:
        image = Image.open(path).convert("RGB")
        cropped = mtcnn(image)
        if cropped is None:
            yield None
            continue
        yield resnet(cropped.unsqueeze(0)).detach().numpy()[0]


def main() -> None:
    """`python -m bench.original WEIGHTS PHOTO…`: seconds for the loop, loading left out."""
    import json
    import sys
    import time

    weights, *photos = map(Path, sys.argv[1:])
    both = networks(weights)
    started, before = time.perf_counter(), time.process_time()
    found = sum(vector is not None for vector in embed_all(photos, *both))
    seconds, busy = time.perf_counter() - started, time.process_time() - before
    print(json.dumps({"seconds": seconds, "busy": busy, "faces": found}))


if __name__ == "__main__":
    main()
