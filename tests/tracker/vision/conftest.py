"""Detectors, loaded once, and pictures to search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tracker.demo.draw import Sitter, scene
from tracker.demo.genome import stranger
from tracker.vision.detector import PYRAMID_FACTOR, THRESHOLDS, Detector
from tracker.vision.torchvision_shim import facenet_pytorch

Pixels = npt.NDArray[np.uint8]


@pytest.fixture(scope="session")
def detector() -> Detector:
    return Detector()


@pytest.fixture(scope="session")
def original() -> Any:
    """facenet-pytorch's own MTCNN, giving every face."""
    return facenet_pytorch().MTCNN(
        keep_all=True, thresholds=list(THRESHOLDS), factor=PYRAMID_FACTOR, select_largest=False
    )


@pytest.fixture(scope="session")
def drawn() -> Pixels:
    """A drawn scene of four people, 1000 x 750."""
    rng = np.random.default_rng(4)
    ages = (1.0, 6.0, 34.0, 60.0)
    sitters = [Sitter(stranger(rng), age, "fm"[i % 2]) for i, age in enumerate(ages)]
    return scene(sitters, size=(1000, 750), seed=4)


@pytest.fixture(scope="session")
def scenes(samples: Path) -> list[Path]:
    """Ordinary photos of real people."""
    return sorted(p for p in (samples / "photos" / "scenes").iterdir() if p.suffix != ".txt")


def reduced(path: Path, long_side: int) -> Pixels:
    """A photo, no longer than `long_side`."""
    image = Image.open(path).convert("RGB")
    image.thumbnail((long_side, long_side), Image.Resampling.BOX)
    return np.asarray(image)
