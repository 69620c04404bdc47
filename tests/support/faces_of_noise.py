"""Crops that no network has an opinion of, and a random FaceNet that tells them apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.support.random_facenet import random_network

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


def patchy(count: int, side: int = 160, seed: int = 5) -> list[Pixels]:
    """Uint8 `(side, side, 3)` crops of coarse and fine patches of colour."""
    from PIL import Image

    rng, crops = np.random.default_rng(seed), []
    for _ in range(count):
        sum_ = np.full((side, side, 3), -127.5)
        for patches, share in ((3, 1.0), (9, 0.6), (27, 0.4)):
            coarse = Image.fromarray(rng.integers(0, 256, (patches, patches, 3), dtype=np.uint8))
            sum_ += share * np.asarray(coarse.resize((side, side), Image.Resampling.BICUBIC))
        crops.append(np.clip(sum_, 0, 255).astype(np.uint8))
    return crops


def settled_weights(path: Path, seed: int = 1) -> Path:
    """Random weights whose normalisations have seen some pictures, as a trained network's have.

    Without that the vectors of all pictures are nearly the same, and any engine would pass for
    exact.
    """
    import torch

    network = random_network(seed).train()
    for module in network.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.momentum = None
        elif isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    with torch.no_grad():
        network(prepared(patchy(16, seed=9)))
    torch.save(network.eval().state_dict(), path)
    return path


def facenet_pytorch_vectors(weights: Path, crops: list[Pixels]) -> Floats:
    """What facenet-pytorch's own network gives for them."""
    import torch

    network = random_network()
    network.load_state_dict(torch.load(weights, weights_only=True))
    network.classify = False
    with torch.no_grad():
        vectors: Floats = network.eval()(prepared(crops)).numpy()
    return vectors


def prepared(crops: list[Pixels]):  # type: ignore[no-untyped-def]  # noqa: ANN201
    import torch

    return (torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float() - 127.5) / 128.0
