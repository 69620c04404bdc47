"""The fast search finds the faces that facenet-pytorch's own finds in the whole photo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image

from tracker.vision import cascade
from tracker.vision.detector import SMALLEST_FACE, Detector
from tracker.vision.engines import Runtime, choose
from tracker.vision.halvings import Halvings
from tracker.vision.mtcnn import convert, networks
from tracker.vision.torchvision_shim import facenet_pytorch

Pixels = npt.NDArray[np.uint8]

SURE = 0.9
"""Below this lie the edges of jackets, in facenet-pytorch's own search as in ours."""

SAME = 0.7
"""Overlap from which two boxes are the same face, cut a little differently."""


def overlaps(boxes: npt.NDArray[Any], box: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    width = np.minimum(boxes[:, 2], box[2]) - np.maximum(boxes[:, 0], box[0])
    height = np.minimum(boxes[:, 3], box[3]) - np.maximum(boxes[:, 1], box[1])
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return np.asarray(shared / (areas + (box[2] - box[0]) * (box[3] - box[1]) - shared))


def held_against(
    original: Any, detector: Detector, image: Pixels, *, reduced: int, min_face: float
) -> tuple[int, int, int]:
    """Faces facenet-pytorch is sure of, how many of them we find, and how many we make up."""
    original.min_face_size = 20
    theirs, sure = original.detect(image)
    theirs = np.empty((0, 4)) if theirs is None else np.asarray(theirs, float)
    height, width = image.shape[:2]
    small = Image.fromarray(image).reduce(reduced)
    ours = detector.detect(small, min_face, size=(width, height))
    boxes = np.array([face.box for face in ours]).reshape(-1, 4)
    wanted = [
        box
        for box, p in zip(theirs, sure, strict=True)
        if p is not None and p >= SURE and max(box[2:] - box[:2]) >= min_face
    ]
    found = sum(bool(len(boxes)) and overlaps(boxes, box).max() >= SAME for box in wanted)
    made_up = sum(
        face.confidence >= SURE and (not len(theirs) or overlaps(theirs, face.box).max() < 0.3)
        for face in ours
    )
    return len(wanted), int(found), int(made_up)


@pytest.mark.parametrize("reduced", [1, 2, 4])
def test_a_drawn_scene_has_the_same_faces_at_every_reduction(
    drawn: Pixels, reduced: int, detector: Detector, original: Any
) -> None:
    large = np.asarray(Image.fromarray(drawn).resize((3000, 2250), Image.Resampling.BICUBIC))
    wanted, found, made_up = held_against(
        original, detector, large, reduced=reduced, min_face=SMALLEST_FACE
    )
    assert wanted == found == 4
    assert made_up == 0


@pytest.mark.samples
@pytest.mark.slow("many real photos in full size")
def test_real_photos_have_the_same_faces(
    scenes: list[Path], detector: Detector, original: Any
) -> None:
    results = []
    for path in scenes:
        image = np.asarray(Image.open(path).convert("RGB"))
        results.append(held_against(original, detector, image, reduced=1, min_face=SMALLEST_FACE))
    wanted, found, made_up = np.array(results).sum(axis=0)
    assert wanted == found >= 20
    assert made_up == 0


@pytest.mark.samples
def test_a_face_at_the_edge_of_the_photo_is_the_same(
    scenes: list[Path], detector: Detector, original: Any
) -> None:
    (path,) = (p for p in scenes if "two_people" in p.name)
    image = np.asarray(Image.open(path).convert("RGB"))
    left = int(detector.detect(image, 80.0)[0].box[0])
    edge = np.ascontiguousarray(image[:, left + 20 :])
    wanted, found, made_up = held_against(original, detector, edge, reduced=1, min_face=40.0)
    assert wanted == found >= 1
    assert made_up == 0


def test_noise_has_no_faces(detector: Detector) -> None:
    rng = np.random.default_rng(1)
    coarse = Image.fromarray(rng.integers(0, 256, (60, 80, 3), dtype=np.uint8))
    noise = np.asarray(coarse.resize((640, 480), Image.Resampling.BICUBIC))
    assert [face for face in detector.detect(noise, 20.0) if face.confidence >= SURE] == []


# --- the networks -------------------------------------------------------------------------------


@pytest.fixture(params=["openvino", "onnxruntime", "torch"])
def nets(request: pytest.FixtureRequest) -> networks.Networks:
    return networks.load(Runtime(request.param, "cpu", "f32", "asked for by the test"), threads=1)


def standard(pixels: Pixels) -> torch.Tensor:
    return (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() - 127.5) * 0.0078125


@pytest.mark.parametrize(("name", "side", "count"), [("RNet", 24, 5), ("ONet", 48, 70)])
def test_every_engine_says_of_a_candidate_what_facenet_pytorch_says(
    nets: networks.Networks, name: str, side: int, count: int
) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    said = (nets.refinement if name == "RNet" else nets.output)(pixels)
    with torch.inference_mode():
        corrections, *shares, both = getattr(facenet_pytorch(), name)().eval()(standard(pixels))
    np.testing.assert_allclose(1 / (1 + np.exp(-said[:, 0])), both[:, 1], atol=1e-5)
    np.testing.assert_allclose(said[:, 1:], torch.cat([corrections, *shares], 1), atol=1e-4)


def test_every_engine_says_of_an_image_what_facenet_pytorch_says(nets: networks.Networks) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (61, 90, 3), dtype=np.uint8)
    said = nets.proposal(pixels)
    with torch.inference_mode():
        corrections, both = facenet_pytorch().PNet().eval()(standard(pixels[None]))
    np.testing.assert_allclose(1 / (1 + np.exp(-said[0])), both[0, 1], atol=1e-5)
    np.testing.assert_allclose(said[1:], corrections[0], atol=1e-4)


@pytest.mark.parametrize("engine", ["onnxruntime", "torch"])
def test_every_engine_finds_the_same_faces(drawn: Pixels, engine: str, detector: Detector) -> None:
    other = Detector(choose(engine, "cpu"), threads=1)
    here, there = detector.detect(drawn, 60.0), other.detect(drawn, 60.0)
    assert len(here) == len(there) >= 4
    for a, b in zip(here, there, strict=True):
        assert overlaps(a.box[None], b.box).item() > 0.85


def test_the_files_of_the_networks_are_those_that_the_weights_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert, "FOLDER", tmp_path)
    convert.main()
    for name in ("proposal", "refinement", "output"):
        kept = (networks.FOLDER / f"{name}.onnx").read_bytes()
        assert (tmp_path / f"{name}.onnx").read_bytes() == kept


# --- the parts ----------------------------------------------------------------------------------


def averaged(image: Pixels, box: list[int], side: int) -> npt.NDArray[np.float64]:
    """The exact mean over each of `side` x `side` parts of a box that `side` divides."""
    x0, y0, x1, y1 = box
    part = image[y0:y1, x0:x1].astype(float)
    step_y, step_x = (y1 - y0) // side, (x1 - x0) // side
    return part.reshape(side, step_y, side, step_x, 3).mean(axis=(1, 3))


def test_a_cut_is_the_average_over_areas_whatever_it_is_taken_from() -> None:
    image = np.random.default_rng(0).integers(0, 256, (384, 480, 3), dtype=np.uint8)
    boxes = [[0, 0, 384, 384], [96, 96, 288, 288], [24, 48, 72, 96], [456, 360, 480, 384]]
    halvings = Halvings(Image.fromarray(image), (480, 384))
    cuts = halvings.cuts(np.array(boxes, float), 24)
    for cut, box in zip(cuts, boxes, strict=True):
        np.testing.assert_allclose(cut, averaged(image, box, 24), atol=2)


def test_a_cut_is_the_same_from_a_photo_that_was_decoded_at_half() -> None:
    smooth = Image.fromarray(
        np.random.default_rng(0).integers(0, 256, (24, 30, 3), dtype=np.uint8)
    ).resize((480, 384), Image.Resampling.BICUBIC)
    box = np.array([[101.0, 57.0, 301.0, 257.0]])
    whole = Halvings(smooth, (480, 384)).cuts(box, 24)
    half = Halvings(smooth.reduce(2), (480, 384)).cuts(box, 24)
    np.testing.assert_allclose(whole.astype(int), half.astype(int), atol=4)


def test_a_candidate_outside_of_the_image_is_passed_over() -> None:
    """facenet-pytorch's own search stops with an error there."""
    image = Halvings(Image.new("RGB", (60, 50)), (60, 50))
    boxes = np.array([[70, 10, 90, 30], [-30, -30, 0, 0], [10, 60, 30, 80], [5, 5, 25, 25.0]])
    kept, places = cascade._inside(image, boxes)
    np.testing.assert_array_equal(kept, boxes[3:])
    np.testing.assert_array_equal(places, [[4, 4, 25, 25]])
