"""Photos and weights to measure with, drawn and made anew for every run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tracker.demo.draw import Sitter, scene
from tracker.demo.genome import stranger
from tracker.vision.torchvision_shim import facenet_pytorch

TWELVE_MEGAPIXELS = (4000, 3000)
MOST_FACES = 4


def twelve_megapixels(folder: Path, count: int) -> list[Path]:
    """`count` drawn photos of 4000 x 3000 pixels with 0 to 4 faces; those of before are kept."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{number:03}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        if path.exists():
            continue
        rng = np.random.default_rng([number, 12])
        sitters = [
            Sitter(stranger(rng), float(rng.choice([1, 6, 34])), "fm"[i % 2])
            for i in range(number % (MOST_FACES + 1))
        ]
        Image.fromarray(scene(sitters, size=TWELVE_MEGAPIXELS, seed=number)).save(path, quality=90)
    return paths


def facenet_weights(folder: Path) -> Path:
    """A file of FaceNet's layout with random numbers: it takes the same time as the published."""
    import torch

    path = folder / "weights.pt"
    if not path.exists():
        network = facenet_pytorch().InceptionResnetV1(classify=True, num_classes=8631)
        torch.save(network.state_dict(), path)
    return path


def workspace(folder: Path, name: str) -> Path:
    """A new workspace with a child."""
    from bench.processes import tracker

    home = folder / name
    tracker(home, "init", "--child", "Mia", "--born", "2022")
    return home
