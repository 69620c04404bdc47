"""Which embedder is the workspace's own: chosen by success, changed by a command, mended."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from db import settings
from db.connection import open_workspace
from tests.support.command import Outcome, tracker
from tests.support.drawn_photos import drawn, save
from tests.support.random_facenet import random_weights
from tests.support.tiny_onnx import tiny_model


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_weights(tmp_path_factory.mktemp("weights") / "facenet.pt")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    save(drawn(1, seed=3), tmp_path / "a.jpg")
    return tmp_path / "a.jpg"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    save(drawn(1, seed=4), tmp_path / "b.jpg")
    return tmp_path / "b.jpg"


def own(home: Path) -> str | None:
    """The id of the embedder that is remembered."""
    with open_workspace(home) as con:
        return settings.get(con, "embedder_id")


def findings(home: Path) -> list[dict[str, Any]]:
    return list(tracker("doctor", "--json", home=home).values["findings"])


def hinted(told: Outcome, *words: str) -> None:
    assert told.code == 2, (told.code, told.err)
    for word in words:
        assert word in told.err, told.err


def test_an_embedder_that_cannot_be_loaded_is_not_remembered(
    empty: Path, photo: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"no weights")
    hinted(tracker("ingest", photo, "--as", "Anna", "--weights", broken, home=empty), "broken.pt")
    assert own(empty) is None
    told = tracker("ingest", photo, "--as", "Anna", "--json", home=empty)
    assert told.code == 0, told.err
    assert told.values["embedder"].startswith("handcrafted")


def test_a_first_ingest_that_fails_stores_no_fallback(empty: Path, tmp_path: Path) -> None:
    assert tracker("ingest", tmp_path / "nothing here", home=empty).code == 2
    assert own(empty) is None


@pytest.mark.slow("FaceNet's whole network, converted and run")
def test_what_stepped_in_is_said_until_weights_take_its_place(
    empty: Path, photo: Path, other: Path, weights: Path
) -> None:
    first = tracker("ingest", photo, "--as", "Anna", "--json", home=empty).values
    stock = tracker("status", "--json", home=empty).values
    for told in (first, stock):
        assert any("hand-made features" in w and "tracker " in w for w in told["warnings"])
    assert first["embedder"] == "handcrafted"
    again = tracker("ingest", other, "--as", "Anna", "--json", home=empty).values
    assert again["embedder"] == "handcrafted"
    told = tracker("ingest", photo, "--as", "Anna", "--weights", weights, "--json", home=empty)
    assert told.code == 0, told.err
    assert told.values["embedder"].startswith("facenet-vggface2@")
    assert own(empty) == told.values["embedder"]
    later = tracker("ingest", other, "--as", "Anna", "--json", home=empty)
    assert later.values["embedder"] == told.values["embedder"]
    stock = tracker("status", "--json", home=empty).values
    assert not any("hand-made" in w for w in stock["warnings"])


@pytest.mark.slow("FaceNet's whole network, converted and run")
def test_weights_are_facenets_even_where_the_features_were_chosen(
    empty: Path, photo: Path, weights: Path
) -> None:
    chosen = tracker("ingest", photo, "--embedder", "handcrafted", "--json", home=empty)
    told = tracker("ingest", photo, "--weights", weights, "--json", home=empty)
    assert told.values["embedder"].startswith("facenet-vggface2@")
    assert own(empty) == chosen.values["embedder"], "a choice stays"


def test_the_default_is_set_by_a_command(empty: Path, photo: Path, tmp_path: Path) -> None:
    tracker("ingest", photo, "--as", "Anna", "--embedder", "handcrafted", home=empty)
    model = tiny_model(tmp_path / "tiny")
    told = tracker("embedders", "use", model, "--json", home=empty)
    assert told.code == 0, told.err
    assert told.values["embedder"].startswith("tiny@")
    assert (told.values["faces"], told.values["faces_not_read"]) == (0, 1)
    assert own(empty) == told.values["embedder"]
    words = tracker("embedders", "use", model, home=empty).out
    assert "1 face is not read by it yet" in words
    assert "tracker ingest FOLDER" in words
    read = tracker("ingest", photo, "--as", "Anna", "--json", home=empty).values
    assert read["embedder"] == told.values["embedder"]


def test_an_embedder_that_cannot_be_loaded_is_not_set(empty: Path, tmp_path: Path) -> None:
    model = tiny_model(tmp_path / "tiny", toml="dim = 7")
    hinted(tracker("embedders", "use", model, home=empty), "dim = 24")
    hinted(tracker("embedders", "use", "facenet", home=empty), "facenet-vggface2")
    hinted(tracker("embedders", "use", "facenet-vggface2", home=empty), "--weights FILE")
    assert own(empty) is None


@pytest.mark.slow("FaceNet's whole network, converted and run")
def test_a_moved_weights_file_is_found_by_the_doctor_and_given_again(
    empty: Path, photo: Path, other: Path, weights: Path, tmp_path: Path
) -> None:
    here, there = tmp_path / "here.pt", tmp_path / "there.pt"
    shutil.copy(weights, here)
    first = tracker("ingest", photo, "--weights", here, "--json", home=empty).values["embedder"]
    assert any(f["level"] == "good" and first in f["what"] for f in findings(empty))
    here.rename(there)
    (bad,) = [f for f in findings(empty) if f["level"] == "bad"]
    assert "here.pt" in bad["what"]
    assert bad["mend"].startswith("tracker embedders use facenet-vggface2 --weights FILE")
    hinted(
        tracker("ingest", other, home=empty),
        "here.pt",
        "tracker embedders use facenet-vggface2 --weights FILE",
    )
    assert tracker("ingest", photo, "--weights", there, home=empty).code == 0  # all is known
    told = tracker("ingest", other, "--json", home=empty)
    assert told.code == 0, told.err
    assert told.values["embedder"] == first
    assert not [f for f in findings(empty) if f["level"] == "bad"]


def test_a_moved_model_is_found_by_the_doctor_and_given_again(
    empty: Path, photo: Path, other: Path, tmp_path: Path
) -> None:
    model = tiny_model(tmp_path / "tiny")
    assert tracker("ingest", photo, "--embedder", model, home=empty).code == 0
    (tmp_path / "tiny").rename(tmp_path / "moved")
    (bad,) = [f for f in findings(empty) if f["level"] == "bad"]
    assert "tiny/model.toml" in bad["what"]
    assert "tracker embedders use" in bad["mend"]
    hinted(tracker("ingest", other, home=empty), "tracker embedders use")
    moved = tmp_path / "moved" / "model.toml"
    assert tracker("embedders", "use", moved, home=empty).code == 0
    assert tracker("ingest", other, home=empty).code == 0


def test_the_doctor_says_what_stepped_in(empty: Path, photo: Path) -> None:
    assert tracker("ingest", photo, home=empty).code == 0
    assert any(
        f["level"] == "note" and "hand-made" in f["what"] and "tracker embedders use" in f["mend"]
        for f in findings(empty)
    )


def test_who_has_no_faces_under_an_embedder_is_said(
    empty: Path, photo: Path, other: Path, tmp_path: Path
) -> None:
    tracker("ingest", photo, "--as", "Anna", "--embedder", "handcrafted", home=empty)
    model = tiny_model(tmp_path / "tiny")
    words = ("ingest", other, "--as", "Mia", "--embedder", model)
    told = tracker(*words, "--json", home=empty).values
    (warning,) = [w for w in told["warnings"] if "Anna" in w]
    assert "ingest" in warning
    stock = tracker("status", "--json", home=empty).values
    by_name = {p["name"]: p["faces_by_embedder"] for p in stock["people"]}
    assert by_name["Anna"] == {"handcrafted": 1} or list(by_name["Anna"].values()) == [1]
    assert list(by_name["Mia"].values()) == [1]
    assert [e["own"] for e in stock["embedders"]] == [True, False]
    shown = tracker("status", home=empty).out
    assert "faces by embedder" in shown


def test_the_model_toml_in_the_readme_is_a_good_one(tmp_path: Path) -> None:
    from tracker.vision.embedders.onnx import read

    text = (Path(__file__).parents[2] / "README.md").read_text()
    (tmp_path / "model.toml").write_text(text.partition("```toml\n")[2].partition("```")[0])
    described = read(tmp_path / "model.toml")
    assert (described.name, described.dim) == ("my-embedder", 128)
    assert described.preparation.alignment == "arcface-112"
