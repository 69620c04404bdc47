"""A real file of weights that was cut short is refused, wherever the cut was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.random_facenet import random_weights
from tracker.errors import WeightsInvalid
from tracker.vision.embedders import registry


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return random_weights(tmp_path_factory.mktemp("whole") / "whole.pt").read_bytes()


@pytest.mark.parametrize("share", [0.01, 0.5, 0.999])
def test_weights_that_were_cut_short_are_refused(
    share: float, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "short.pt"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(WeightsInvalid, match=r"short\.pt is no usable file of FaceNet weights"):
        registry.load("facenet-vggface2", weights=path, weights_dir=tmp_path)


def test_the_same_file_whole_is_taken(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "whole.pt"
    path.write_bytes(content)
    assert registry.load("facenet-vggface2", weights=path, weights_dir=tmp_path).dim == 512
