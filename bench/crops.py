"""Vectors of our crops beside those of facenet-pytorch's own crops at full size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from bench.figures import Figure
from bench.original import networks
from bench.photos import NO_SAMPLES, PhotoSet, facenet_weights, lively_weights, samples
from bench.reference import (
    LEAST,
    SURE,
    FullSize,
    Stored,
    counterparts,
    full_size,
    ingested,
    model_folders,
    photo_sets,
)
from tracker.vision import align
from tracker.vision.embedders import registry
from tracker.vision.records import Detection

MEDIAN, LOWEST = "0.98", "0.95"
BATCH = 16
SHIFT = (5, 3)
"""Columns and rows that a photo is cut by, to see how far MTCNN's own boxes move."""

Vectors = Callable[[Path, FullSize, np.ndarray], np.ndarray]
"""Vectors `(n, dim)` of the chosen faces, cut at full size."""


def measure(folder: Path, count: int) -> list[Figure]:
    """Cosines for FaceNet with random weights, and for every real model among the samples."""
    sets = photo_sets(folder, count)
    figures: list[Figure] = []
    for what, weights, wanted in (
        ("FaceNet, random weights (which prove little)", facenet_weights(folder), (MEDIAN, LOWEST)),
        ("FaceNet, random weights that spread faces", lively_weights(folder), ("-", "-")),
    ):
        ours = [ingested(folder, photos, "--weights", weights) for photos in sets]
        figures += _figures(what, sets, ours, _facenet(weights), wanted)
    models = model_folders(samples())
    for model in models:
        ours = [ingested(folder, photos, "--embedder", model) for photos in sets]
        vectors = _aligned(folder, model)
        figures += _figures(model.name, sets, ours, vectors, (MEDIAN, LOWEST))
        figures.append(_beside_itself(model.name, sets, vectors))
    if not models:
        figures.append(Figure("the same with a real model", "-", "-", NO_SAMPLES))
    return figures


def _facenet(weights: Path) -> Vectors:
    """facenet-pytorch's `extract_face` and its network in fp32."""
    import torch

    _, resnet = networks(weights)

    def vectors(_path: Path, reference: FullSize, chosen: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            crops = torch.from_numpy(reference.crops[chosen]).permute(0, 3, 1, 2).float()
            return np.concatenate(
                [resnet((part - 127.5) / 128.0).numpy() for part in torch.split(crops, BATCH)]
            )

    return vectors


def _aligned(folder: Path, model: Path) -> Vectors:
    """The model's own alignment on the whole photo, by the landmarks found at full size."""
    embedder = registry.load(str(model), weights_dir=folder / "kept weights")

    def vectors(path: Path, reference: FullSize, chosen: np.ndarray) -> np.ndarray:
        with Image.open(path) as file:
            image = np.asarray(file.convert("RGB"))
        return embedder.embed(
            [
                align.crop(
                    image,
                    Detection(
                        reference.boxes[i].astype(np.float32),
                        reference.landmarks[i].astype(np.float32),
                        float(reference.confidences[i]),
                    ),
                    embedder.alignment,
                    embedder.input_size,
                )
                for i in chosen
            ]
        )

    return vectors


def _beside_itself(what: str, sets: Sequence[PhotoSet], vectors: Vectors) -> Figure:
    """How near full-size crops are to each other when the photo loses a few pixels at its edge."""
    found = [np.empty(0)]
    for path in (path for photos in sets for path in photos.paths):
        whole, cut = full_size(path), full_size(path, SHIFT)
        asked = np.nonzero((whole.confidences >= SURE) & (whole.sizes >= LEAST))[0]
        match = counterparts(whole.boxes[asked], cut.boxes)
        chosen, same = asked[match >= 0], match[match >= 0]
        if len(chosen):
            found.append((vectors(path, whole, chosen) * vectors(path, cut, same)).sum(axis=1))
    cosines = np.concatenate(found)
    return Figure(
        f"the same between two full-size crops, {what}: 1 % quantile",
        f"{np.quantile(cosines, 0.01):.3f}" if len(cosines) else "-",
        "-",
        f"facenet-pytorch beside itself, once in the photo without its first {SHIFT[0]} columns "
        f"and {SHIFT[1]} rows: median {np.median(cosines) if len(cosines) else np.nan:.3f}, "
        f"{len(cosines)} faces",
    )


def _figures(
    what: str,
    sets: Sequence[PhotoSet],
    ours: Sequence[Sequence[Stored]],
    vectors: Vectors,
    wanted: tuple[str, str],
) -> list[Figure]:
    by_set: dict[str, np.ndarray] = {}
    strangers: list[float] = []
    for photos, stored in zip(sets, ours, strict=True):
        found = []
        for path, mine in zip(photos.paths, stored, strict=True):
            cosines, others = _cosines(path, mine, vectors)
            found.append(cosines)
            strangers += others
        by_set[photos.name] = np.concatenate(found)
    cosines = np.concatenate(list(by_set.values()))
    if not len(cosines):
        return [
            Figure(f"cosine of our crop to a full-size crop, {what}", "-", wanted[0], "no faces")
        ]
    each = "; ".join(
        f"{name} {_two(values)} ({len(values)})" for name, values in by_set.items() if len(values)
    )
    middle, low = np.quantile(cosines, [0.5, 0.01])
    return [
        Figure(
            f"cosine of our crop to a full-size crop, {what}: median",
            f"{middle:.3f}",
            wanted[0],
            f"{len(cosines)} faces of {LEAST:.0f} pixels or more at full size; median and 1 % "
            f"quantile by set: {each}; different faces of a photo have "
            f"{float(np.median(strangers)) if strangers else np.nan:.2f}",
        ),
        Figure(
            f"cosine of our crop to a full-size crop, {what}: 1 % quantile",
            f"{low:.3f}",
            wanted[1],
            f"the least is {cosines.min():.3f}",
        ),
    ]


def _cosines(path: Path, stored: Stored, vectors: Vectors) -> tuple[np.ndarray, list[float]]:
    """Of every sure face that both found; and between different faces of the photo."""
    reference = full_size(path)
    asked = np.nonzero((reference.confidences >= SURE) & (reference.sizes >= LEAST))[0]
    match = counterparts(reference.boxes[asked], stored.boxes)
    chosen, mine = asked[match >= 0], match[match >= 0]
    if not len(chosen):
        return np.empty(0), []
    table = vectors(path, reference, chosen) @ stored.vectors[mine].T
    return np.diag(table), table[~np.eye(len(table), dtype=bool)].tolist()


def _two(values: np.ndarray) -> str:
    middle, low = np.quantile(values, [0.5, 0.01])
    return f"{middle:.3f} and {low:.3f}"
