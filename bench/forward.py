"""FaceNet's forward: the program's own embedder beside torch in fp32, batch by batch."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median

import numpy as np

from bench.figures import Figure
from bench.original import networks
from bench.photos import TRIAL, facenet_weights, lively_weights, trial_face
from bench.processes import answered, cores, python

BATCH = 16
BATCHES = 4
ROUNDS = 12


def measure(folder: Path, _count: int) -> list[Figure]:
    """Time a face, and how far the vectors are from those of fp32."""
    plain = compare(folder, facenet_weights(folder))
    lively = compare(folder, lively_weights(folder))
    fast = has_bf16()
    return [
        Figure(
            "FaceNet forward against torch fp32, per face",
            f"{plain['torch'] / plain['ours']:.1f} x",
            "2.5 x" if fast else "1.6 x",
            f"batches of {BATCH} on {cores()} cores in turn, medians: {plain['torch'] * 1000:.1f} "
            f"ms a face by torch, {plain['ours'] * 1000:.1f} ms by the program's embedder "
            f"({'this processor has bf16' if fast else 'no bf16 here'}); in processor time "
            f"{plain['torch cpu'] / plain['ours cpu']:.1f} x",
        ),
        _cosine("its cosine to fp32", plain, "0.9995"),
        _cosine("the same with random weights that spread faces", lively, "-"),
    ]


def _cosine(what: str, values: dict[str, float], wanted: str) -> Figure:
    return Figure(
        what,
        f"{values['least']:.5f}",
        wanted,
        f"the least of {BATCH * BATCHES} drawn faces, weights of random numbers; median "
        f"{values['median']:.5f}; two different faces have {values['others']:.2f}",
    )


def compare(folder: Path, weights: Path) -> dict[str, float]:
    """Seconds a face of both, and cosines; in a process of its own."""
    values: dict[str, float] = answered(python("bench.forward", weights, folder))
    return values


def has_bf16() -> bool:
    """Whether the processor multiplies bf16 (as far as Linux says it)."""
    about = Path("/proc/cpuinfo")
    return about.exists() and "bf16" in about.read_text(encoding="utf-8")


def main() -> None:
    """`python -m bench.forward WEIGHTS FOLDER`."""
    import sys
    import time

    import torch

    from tracker.vision.embedders import registry

    weights, folder = map(Path, sys.argv[1:])
    torch.set_num_threads(cores())
    _, resnet = networks(weights)
    embedder = registry.load(
        "facenet-vggface2", weights=weights, weights_dir=folder / "kept weights"
    )
    faces = [trial_face(TRIAL + number) for number in range(BATCH * BATCHES)]
    batches = [faces[start : start + BATCH] for start in range(0, len(faces), BATCH)]

    def by_torch(batch: list[np.ndarray]) -> np.ndarray:
        pixels = torch.from_numpy(np.stack(batch)).permute(0, 3, 1, 2).float()
        return np.asarray(resnet((pixels - 127.5) / 128.0).numpy())

    seconds: dict[str, list[float]] = {"torch": [], "ours": []}
    busy: dict[str, list[float]] = {"torch": [], "ours": []}
    with torch.inference_mode():
        exact = np.concatenate([by_torch(batch) for batch in batches])
        own = np.concatenate([embedder.embed(batch) for batch in batches])
        for number in range(ROUNDS):
            batch = batches[number % BATCHES]
            for name, run in (("torch", by_torch), ("ours", embedder.embed)):
                run(batch)  # the other's threads come to rest
                started, spent = time.perf_counter(), time.process_time()
                run(batch)
                seconds[name].append((time.perf_counter() - started) / BATCH)
                busy[name].append((time.process_time() - spent) / BATCH)
    cosines = np.sum(exact * own, axis=1)
    others = (exact @ exact.T)[np.triu_indices(len(exact), 1)]
    print(
        json.dumps(
            {
                **{name: median(values) for name, values in seconds.items()},
                **{f"{name} cpu": median(values) for name, values in busy.items()},
                "least": float(cosines.min()),
                "median": float(np.median(cosines)),
                "others": float(np.median(others)),
            }
        )
    )


if __name__ == "__main__":
    main()
