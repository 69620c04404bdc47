"""facenet-pytorch works whatever state torchvision is in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tracker.vision.torchvision_shim import batched_nms, to_tensor

FIND = """
import numpy as np
from tracker.demo.draw import Sitter, scene
from tracker.demo.genome import Genome
from tracker.vision.detector import Detector
pixels = scene([Sitter(Genome(), 30.0, "f")], size=(320, 240), seed=1)
print([face.box.round(2).tolist() for face in Detector().detect(pixels, 40.0)])
"""

ABSENT = """
import sys
class Nowhere:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torchvision":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Nowhere())
"""

AFTERWARDS = """
import sys
assert not [name for name in sys.modules if name.partition(".")[0] == "torchvision"]
try:
    import torchvision
except ImportError as error:
    print("absent:", error)
else:
    print("there:", torchvision.__version__)
"""


def run(code: str, folder: Path | None = None) -> list[str]:
    before = f"import sys; sys.path.insert(0, {str(folder)!r})\n" if folder else ""
    done = subprocess.run(
        [sys.executable, "-c", before + code],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def pretended(folder: Path, text: str) -> Path:
    (folder / "torchvision").mkdir()
    (folder / "torchvision" / "__init__.py").write_text(text)
    return folder


def test_faces_are_found_without_a_torchvision_with_a_broken_one_and_with_a_working_one(
    tmp_path: Path,
) -> None:
    absent = run(ABSENT + FIND + AFTERWARDS)
    (tmp_path / "broken").mkdir()
    (tmp_path / "working").mkdir()
    failing = "raise RuntimeError('operator torchvision::nms does not exist')"
    broken = run(FIND, pretended(tmp_path / "broken", failing))
    working = run(FIND + AFTERWARDS, pretended(tmp_path / "working", "__version__ = '9.9'"))
    assert absent[0] == broken[0] == working[0] != "[]"
    assert absent[1].startswith("absent: No module named 'torchvision'")
    assert working[1] == "there: 9.9"


def test_a_torchvision_that_is_already_loaded_stays_loaded(tmp_path: Path) -> None:
    code = """
import torchvision
from tracker.vision.torchvision_shim import facenet_pytorch
facenet_pytorch()
import sys
print(sys.modules["torchvision"] is torchvision, torchvision.__version__)
"""
    assert run(code, pretended(tmp_path, "__version__ = '9.9'")) == ["True 9.9"]


def test_of_overlapping_boxes_the_surest_is_kept_as_in_torchvision() -> None:
    boxes = torch.tensor([[0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30], [0, 0, 10, 9.0]])
    scores = torch.tensor([0.8, 0.9, 0.5, 0.7])
    one, two = torch.zeros(4, dtype=torch.int64), torch.tensor([0, 1, 0, 0])
    assert batched_nms(boxes, scores, one, 0.5).tolist() == [1, 2]
    assert batched_nms(boxes, scores, two, 0.5).tolist() == [1, 0, 2]
    assert batched_nms(boxes[:0], scores[:0], one[:0], 0.5).tolist() == []


def test_many_boxes_are_thinned_out_exactly_as_defined() -> None:
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 80, (60, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(5, 40, (60, 2))], axis=1)
    scores = rng.uniform(size=60)
    kept: list[int] = []
    for i in np.argsort(-scores):
        overlaps = []
        for k in kept:
            sides = np.minimum(boxes[i, 2:], boxes[k, 2:]) - np.maximum(boxes[i, :2], boxes[k, :2])
            shared = np.prod(np.maximum(sides, 0))
            both = np.prod(boxes[i, 2:] - boxes[i, :2]) + np.prod(boxes[k, 2:] - boxes[k, :2])
            overlaps.append(shared / (both - shared))
        if all(overlap <= 0.5 for overlap in overlaps):
            kept.append(int(i))
    group = torch.zeros(60, dtype=torch.int64)
    found = batched_nms(torch.from_numpy(boxes), torch.from_numpy(scores), group, 0.5)
    assert found.tolist() == kept


@pytest.mark.parametrize(("dtype", "expected"), [(np.uint8, 1.0), (np.float32, 255.0)])
def test_pixels_become_a_tensor_as_in_torchvision(dtype: type, expected: float) -> None:
    tensor = to_tensor(np.full((4, 5, 3), 255, dtype=dtype))
    assert tensor.shape == (3, 4, 5)
    assert float(tensor.max()) == expected
