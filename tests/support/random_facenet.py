"""A file of the published FaceNet weights' layout, with random numbers in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

CLASSES = 10


def random_network(seed: int = 0) -> Any:
    """facenet-pytorch's own InceptionResnetV1, in evaluation mode."""
    import torch

    from tracker.vision.torchvision_shim import facenet_pytorch

    torch.manual_seed(seed)
    return facenet_pytorch().InceptionResnetV1(classify=True, num_classes=CLASSES).eval()


def random_weights(path: Path, seed: int = 0) -> Path:
    """Save such a network as the published files were saved, `logits.*` included."""
    import torch

    torch.save(random_network(seed).state_dict(), path)
    return path
