"""Any ONNX face embedder works, described by a model.toml; a wrong one is named."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.support.tiny_onnx import DIM, SIDE, tiny_model
from tracker.errors import EmbedderError, EmbedderMismatch, WeightsInvalid, WeightsMissing
from tracker.vision.embedders import registry

Pixels = npt.NDArray[np.uint8]


def crops(count: int, side: int = SIDE) -> list[Pixels]:
    return list(np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8))


def test_a_model_is_named_by_its_toml_or_by_its_folder(tmp_path: Path) -> None:
    toml = tiny_model(tmp_path / "model")
    by_file = registry.load(str(toml), weights_dir=tmp_path)
    by_folder = registry.load(str(toml.parent), weights_dir=tmp_path)
    assert by_file.id == by_folder.id
    assert by_file.id.startswith("tiny@")
    assert (by_file.dim, by_file.input_size, by_file.licence) == (DIM, (SIDE, SIDE), "MIT")


def test_vectors_are_what_the_model_gives_for_its_own_order_of_colours(tmp_path: Path) -> None:
    """Worked out by hand: blue first, the means taken off, scaled, pooled, summed, unit length."""
    import onnx
    from onnx import numpy_helper

    toml = tiny_model(tmp_path)
    model = onnx.load(str(tmp_path / "model.onnx"))
    weights = numpy_helper.to_array(model.graph.initializer[0])
    (crop,) = crops(1)
    planes = (crop[..., ::-1].astype(float) - [100, 110, 120]) * 0.01
    pooled = planes.reshape(4, 8, 4, 8, 3).mean(axis=(1, 3)).transpose(2, 0, 1).ravel()
    expected = pooled @ weights
    expected /= np.linalg.norm(expected)
    (vector,) = registry.load(str(toml), weights_dir=tmp_path).embed([crop])
    np.testing.assert_allclose(vector, expected, atol=1e-5)


@pytest.mark.parametrize("batch", ["n", 1, 7])
def test_a_model_of_any_batch_size_gives_the_same_vectors(batch: int | str, tmp_path: Path) -> None:
    free = registry.load(str(tiny_model(tmp_path / "free")), weights_dir=tmp_path)
    fixed = registry.load(str(tiny_model(tmp_path / "fixed", batch=batch)), weights_dir=tmp_path)
    np.testing.assert_allclose(fixed.embed(crops(20)), free.embed(crops(20)), atol=1e-5)


@pytest.mark.parametrize(
    "line",
    ["scale = 0.02", 'colour = "RGB"', "mean = [1.0, 2.0, 3.0]", 'alignment = "facenet-box"'],
)
def test_whatever_changes_a_vector_changes_the_name(line: str, tmp_path: Path) -> None:
    plain = registry.identify(str(tiny_model(tmp_path / "a")), weights_dir=tmp_path)
    changed = registry.identify(str(tiny_model(tmp_path / "b", toml=line)), weights_dir=tmp_path)
    assert plain.id != changed.id


def test_words_about_the_model_do_not_change_its_name(tmp_path: Path) -> None:
    plain = registry.identify(str(tiny_model(tmp_path / "a")), weights_dir=tmp_path)
    toml = tiny_model(tmp_path / "b", toml='licence = "another"\nsource = "elsewhere"')
    assert registry.identify(str(toml), weights_dir=tmp_path).id == plain.id


def test_another_dimension_than_promised_is_a_mismatch_that_names_both(tmp_path: Path) -> None:
    toml = tiny_model(tmp_path, toml="dim = 512")
    with pytest.raises(EmbedderMismatch, match=rf"512 numbers, and the model gives {DIM}") as why:
        registry.load(str(toml), weights_dir=tmp_path)
    assert f"dim = {DIM}" in why.value.hint


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("name =", "name"),
        ('name = "../../etc"', "name"),
        ("name = 3", "name"),
        ("file =", "file"),
        ("dim =", "dim"),
        ("dim = 0", "dim"),
        ("dim = true", "dim"),
        ('dim = "many"', "dim"),
        ("input_size = [112]", "input_size"),
        ("input_size = [0, 112]", "input_size"),
        ("input_size = 112", "input_size"),
        ('colour = "CMYK"', "colour"),
        ("mean = [1.0, 2.0]", "mean"),
        ("scale = nan", "scale"),
        ('alignment = "sideways"', "alignment"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(line: str, key: str, tmp_path: Path) -> None:
    toml = tiny_model(tmp_path, toml=line)
    with pytest.raises(EmbedderError, match=f"`{key}` in .*model.toml cannot be used") as why:
        registry.identify(str(toml), weights_dir=tmp_path)
    assert why.value.hint.startswith("it should be")


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe\x00", b"= = ="])
def test_a_file_that_is_no_toml_is_told_as_such(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.toml").write_bytes(content)
    with pytest.raises(EmbedderError, match=r"model\.toml cannot be read as TOML"):
        registry.identify(str(tmp_path), weights_dir=tmp_path)


def test_a_folder_without_a_model_toml_is_no_embedder(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="there is no embedder") as why:
        registry.load(str(tmp_path), weights_dir=tmp_path)
    assert "model.toml" in why.value.hint


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    toml = tiny_model(tmp_path, toml='file = "elsewhere.onnx"')
    with pytest.raises(WeightsMissing, match=r"elsewhere\.onnx, and there is no such file"):
        registry.load(str(toml), weights_dir=tmp_path)


def test_a_file_that_is_no_model_is_told_as_such(tmp_path: Path) -> None:
    toml = tiny_model(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(WeightsInvalid, match="cannot be read as an ONNX model"):
        registry.load(str(toml), weights_dir=tmp_path)


def test_crops_of_a_size_that_the_model_does_not_take_are_an_error_in_words(
    tmp_path: Path,
) -> None:
    toml = tiny_model(tmp_path, toml="input_size = [64, 64]")
    with pytest.raises(WeightsInvalid, match=r"cannot be run on crops of \(64, 64\)"):
        registry.load(str(toml), weights_dir=tmp_path)


def test_vectors_without_a_direction_are_an_error_and_not_stored(tmp_path: Path) -> None:
    toml = tiny_model(tmp_path, toml="scale = 0.0")
    embedder = registry.load(str(toml), weights_dir=tmp_path)
    with pytest.raises(EmbedderError, match="vectors without a direction"):
        embedder.embed(crops(2))


def test_weights_do_not_go_with_a_model_that_names_its_own(tmp_path: Path) -> None:
    toml = tiny_model(tmp_path)
    with pytest.raises(EmbedderError, match="names its own model"):
        registry.load(str(toml), weights=toml, weights_dir=tmp_path)


def test_a_name_that_is_nearly_right_is_corrected(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="there is no embedder 'facenet-vgface2'") as why:
        registry.load("facenet-vgface2", weights_dir=tmp_path)
    assert "did you mean facenet-vggface2?" in why.value.hint


@pytest.mark.samples
def test_mobilefacenet_tells_the_same_person_from_others(samples: Path, tmp_path: Path) -> None:
    """AUC of 0.95 or more over pairs of photos of strangers, taken from different photos."""
    embedder = registry.load(str(samples / "models" / "mobilefacenet-y1"), weights_dir=tmp_path)
    people = sorted(p for p in (samples / "faces" / "strangers").glob("*/*") if p.is_dir())[:120]
    owners, paths = [], []
    for number, person in enumerate(people):
        for path in sorted(person.glob("*.jpg"))[:4]:
            owners.append(number)
            paths.append(path)
    vectors = embedder.embed([np.asarray(Image.open(p).convert("RGB")) for p in paths])
    similarity = vectors @ vectors.T
    families = [people[owner].parent.name for owner in owners]
    same, other = [], []
    for i, j in combinations(range(len(paths)), 2):
        if paths[i].name.split("_")[0] == paths[j].name.split("_")[0]:
            continue  # one photo: its light would give them away
        if owners[i] == owners[j]:
            same.append(similarity[i, j])
        elif families[i] != families[j]:
            other.append(similarity[i, j])
    order = np.sort(other)
    auc = np.mean(np.searchsorted(order, same) / len(order))
    assert len(same) > 100
    assert auc >= 0.95


def test_every_built_in_embedder_is_described_without_loading_it(tmp_path: Path) -> None:
    rows = {info.name: info for info in registry.describe(tmp_path)}
    assert set(rows) == {"facenet-vggface2", "facenet-casia", "handcrafted"}
    assert not rows["facenet-vggface2"].present
    assert rows["handcrafted"].present
    for info, key in product(rows.values(), ("line", "licence", "source", "alignment")):
        assert getattr(info, key)
