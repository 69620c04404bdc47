"""facenet-pytorch as a careful user writes it: a small decode, batches, no gradients.

Photos are decoded by Pillow's draft mode to about 1,000 pixels and searched in batches of equal
shape; every face is cut from the small image; FaceNet sees sixteen faces at a time; torch has as
many threads as there are cores.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.original import load_weights
from bench.processes import cores
from tracker.vision.torchvision_shim import facenet_pytorch

LONG_SIDE = 1000
PHOTOS = 8
"""Searched at once: more makes it no faster."""

FACES = 16


def small(path: Path) -> Image.Image:
    """The photo at the smallest scale of JPEG that leaves LONG_SIDE pixels."""
    image = Image.open(path)
    longer = max(image.size)
    size = tuple(max(1, side * LONG_SIDE // longer) for side in image.size)
    image.draft("RGB", (size[0], size[1]))
    return image.convert("RGB")


def embed_all(paths: Sequence[Path], mtcnn: Any, resnet: Any) -> Iterator[np.ndarray]:  # noqa: ANN401
    """Vectors `(n, 512)` of all faces, up to FACES at a time."""
    import torch

    waiting: list[Any] = []
    for _, group in itertools.groupby(map(small, paths), key=lambda image: image.size):
        for images in _in_batches(group, PHOTOS):
            waiting += [face for found in mtcnn(images) if found is not None for face in found]
            while len(waiting) >= FACES:
                yield resnet(torch.stack(waiting[:FACES])).numpy()
                del waiting[:FACES]
    if waiting:
        yield resnet(torch.stack(waiting)).numpy()


def _in_batches(items: Iterable[Image.Image], size: int) -> Iterator[list[Image.Image]]:
    items = iter(items)
    while batch := list(itertools.islice(items, size)):
        yield batch


def main() -> None:
    """`python -m bench.careful WEIGHTS PHOTO…`: seconds for the loop, loading left out."""
    import json
    import sys
    import time

    import torch

    weights, *photos = map(Path, sys.argv[1:])
    torch.set_num_threads(cores())
    library = facenet_pytorch()
    mtcnn = library.MTCNN(image_size=160, margin=0, keep_all=True)
    resnet = library.InceptionResnetV1(pretrained=None).eval()
    load_weights(resnet, weights)
    with torch.inference_mode():
        list(embed_all(photos[:1], mtcnn, resnet))  # the first call sets things up
        started, before = time.perf_counter(), time.process_time()
        found = sum(map(len, embed_all(photos, mtcnn, resnet)))
        seconds, busy = time.perf_counter() - started, time.process_time() - before
    print(json.dumps({"seconds": seconds, "busy": busy, "faces": found}))


if __name__ == "__main__":
    main()
