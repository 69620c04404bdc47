"""What is stored of a photo depends on the photo alone: not on order, company or worker count."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from db.connection import open_workspace
from tests.support.drawn_photos import drawn, save
from tracker.ingest import pipeline, stages
from tracker.vision.embedders.contract import Embedder, EmbedderInfo
from tracker.vision.embedders.registry import identify, load
from tracker.vision.engines import Runtime, choose
from tracker.vision.torchvision_shim import facenet_pytorch

Rows = list[tuple[Any, ...]]


@dataclass
class Chosen:
    """FaceNet with random weights: every step of it but the meaning of its numbers."""

    weights: Path
    folder: Path
    runtime: Runtime

    @property
    def info(self) -> EmbedderInfo:
        found = identify("facenet-vggface2", weights=self.weights, weights_dir=self.folder)
        return replace(found, name="facenet")

    def load(self) -> Embedder:
        return load(
            "facenet-vggface2",
            weights=self.weights,
            weights_dir=self.folder,
            runtime=self.runtime,
        )

    def proven(self) -> None:
        """Nothing waits for it."""


pytestmark = pytest.mark.slow("the same large photos, taken in again and again")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(5)
    path = tmp_path_factory.mktemp("weights") / "random.pt"
    torch.save(facenet_pytorch().InceptionResnetV1(classify=False).state_dict(), path)
    return path


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Nine photos of none to four people, of three sizes."""
    folder = tmp_path_factory.mktemp("photos")
    sizes = ((900, 600), (1300, 900), (2600, 1800))
    for number in range(9):
        made = drawn(number % 5, number, size=sizes[number % 3])
        save(made, folder / f"p{number}.jpg", taken=f"2024:03:{number + 1:02d} 12:00:00")
    return sorted(folder.iterdir())


def stored(home: Path, photos: list[Path], chosen: Chosen, workers: int) -> dict[str, Rows]:
    """Every row of an ingest that depends on pixels, by table."""
    with open_workspace(home, create=True) as con:
        pipeline.ingest(con, home, photos, embedder=chosen, workers=workers)
        return {
            "faces": con.execute(
                "SELECT f.* EXCLUDE (photo_id), sha256 FROM faces f JOIN photos USING (photo_id) "
                "ORDER BY face_id"
            ).fetchall(),
            "vectors": con.execute("SELECT * FROM embeddings_1 ORDER BY face_id").fetchall(),
            "photos": con.execute(
                "SELECT * EXCLUDE (photo_id) FROM photos ORDER BY sha256"
            ).fetchall(),
        }


@pytest.fixture(scope="module")
def in_order(
    tmp_path_factory: pytest.TempPathFactory, photos: list[Path], weights: Path
) -> Iterator[tuple[Chosen, dict[str, Rows]]]:
    folder = tmp_path_factory.mktemp("in order")
    chosen = Chosen(weights, folder / "weights", choose(device="cpu"))
    yield chosen, stored(folder / "home", photos, chosen, workers=1)


@pytest.mark.parametrize(("batch_faces", "batch_photos", "workers"), [(3, 2, 2), (16, 64, 3)])
def test_shuffled_and_batched_otherwise_the_rows_are_the_same_to_the_last_bit(
    tmp_path: Path,
    photos: list[Path],
    in_order: tuple[Chosen, dict[str, Rows]],
    monkeypatch: pytest.MonkeyPatch,
    batch_faces: int,
    batch_photos: int,
    workers: int,
) -> None:
    chosen, expected = in_order
    monkeypatch.setattr(stages, "BATCH_FACES", batch_faces)
    monkeypatch.setattr(stages, "BATCH_PHOTOS", batch_photos)
    shuffled = list(photos)
    random.Random(batch_faces).shuffle(shuffled)
    assert shuffled != photos
    found = stored(tmp_path, shuffled, chosen, workers)
    assert len(found["faces"]) == len(found["vectors"]) >= 15
    assert found == expected


def test_a_photo_alone_has_the_rows_that_it_has_among_others(
    tmp_path: Path, photos: list[Path], in_order: tuple[Chosen, dict[str, Rows]]
) -> None:
    chosen, expected = in_order
    found = stored(tmp_path, [photos[3]], chosen, workers=1)
    ids = {row[0] for row in found["faces"]}
    assert len(ids) == 3
    assert found["vectors"] == [row for row in expected["vectors"] if row[0] in ids]
