"""`--engine` and `--device`: used where they can be had, else refused before a photo is read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from db.connection import open_workspace
from tests.support.command import tracker
from tests.support.drawn_photos import drawn, save
from tests.support.random_facenet import random_weights
from tests.support.tiny_onnx import tiny_model


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_weights(tmp_path_factory.mktemp("weights") / "facenet.pt")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("photos")
    paths = [folder / f"{number}.jpg" for number in range(2)]
    for number, path in enumerate(paths):
        save(drawn(1 + number, seed=number), path)
    return paths


COMMANDS = [("ingest",), ("cohort", "add"), ("evaluate", "families")]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--engine", "openvino", "--device", "cuda"), ("OpenVINO", "--engine torch")),
        (("--device", "cuda:99"), ("no device cuda:99", "hint:")),
        (("--engine", "tensorrt"), ("no engine 'tensorrt'", "onnxruntime")),
        (("--device", "tpu"), ("no device 'tpu'", "mps")),
        (("--engine", ""), ("empty",)),
    ],
)
def test_what_cannot_be_had_is_said_before_a_photo_is_read(
    command: tuple[str, ...],
    options: tuple[str, ...],
    words: tuple[str, ...],
    empty: Path,
    tmp_path: Path,
) -> None:
    told = tracker(*command, tmp_path, *options, home=empty)
    assert told.code == 2, told.err
    for word in words:
        assert word.lower() in told.err.lower(), told.err


def vectors(home: Path) -> np.ndarray[Any, Any]:
    with open_workspace(home) as con:
        rows = con.execute("SELECT vector FROM embeddings_1 ORDER BY face_id").fetchall()
    return np.array([row[0] for row in rows], dtype=np.float32)


@pytest.fixture(scope="module")
def homes(
    three_people: Path,
    weights: Path,
    photos: list[Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    """A workspace for each engine that took the photos in."""
    made = {}
    for engine in ("torch", "onnxruntime", "openvino"):
        home = made[engine] = tmp_path_factory.mktemp("by") / engine
        shutil.copytree(three_people, home)
        told = tracker(
            "ingest", *photos, "--weights", weights, "--engine", engine, "--json", home=home
        )
        assert told.code == 0, told.err
    return made


@pytest.mark.slow("FaceNet's whole network, converted and run")
def test_every_engine_finds_the_same_faces_and_gives_like_vectors(homes: dict[str, Path]) -> None:
    found = {engine: vectors(home) for engine, home in homes.items()}
    assert len(found["torch"]) == 3
    for engine in ("onnxruntime", "openvino"):
        assert (found[engine] * found["torch"]).sum(axis=1).min() >= 0.9995


def modules_of(*arguments: str | Path) -> tuple[set[str], str]:
    """The modules that a command imports in a process of its own, and what it prints."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('MODULES', *sys.modules, file=sys.stderr))\n"
        "from tracker.cli import main\n"
        "main()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
        timeout=200,
    )
    assert ran.returncode == 0, ran.stderr
    (line,) = [line for line in ran.stderr.splitlines() if line.startswith("MODULES ")]
    return set(line.split()[1:]), ran.stdout


@pytest.mark.slow("FaceNet's whole network, converted and run")
def test_later_ingests_import_no_torch(
    homes: dict[str, Path], weights: Path, photos: list[Path], tmp_path: Path
) -> None:
    """The first one read the weights with torch; a known photo needs no engine at all."""
    home = shutil.copytree(homes["openvino"], tmp_path / "home")
    given = ("--home", home, "ingest", "--weights", weights, "--device", "cpu", "--json")
    save(drawn(1, seed=7), tmp_path / "new.jpg")
    later, told = modules_of(*given, tmp_path / "new.jpg")
    assert '"photos_new": 1' in told
    assert "openvino" in later
    assert not {"torch", "facenet_pytorch", "onnx", "onnxruntime"} & later
    known, told = modules_of(*given, *photos)
    assert '"photos_known": 2' in told
    assert not {"torch", "openvino", "onnxruntime"} & known


def test_an_onnx_model_beside_torch_is_run_by_another_engine_and_that_is_said(
    photos: list[Path], empty: Path, tmp_path: Path
) -> None:
    toml = tiny_model(tmp_path / "tiny")
    told = tracker(
        "ingest", photos[0], "--embedder", toml, "--engine", "torch", "--json", home=empty
    )
    assert told.code == 0, told.err
    assert any("torch opens no ONNX models" in warning for warning in told.values["warnings"])


def test_the_doctor_says_what_runs_the_networks_and_why(empty: Path) -> None:
    said = [f["what"] for f in tracker("doctor", "--json", home=empty).values["findings"]]
    (line,) = [what for what in said if what.startswith("the networks run on ")]
    assert ":" in line
    assert any(what.startswith("engines that could run the networks: ") for what in said)
    assert any(what.startswith("devices: cpu (") for what in said)


def test_the_doctor_tells_of_an_engine_that_is_not_installed(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracker.vision.engines import choosing

    real = choosing._is_installed
    monkeypatch.setattr(choosing, "_is_installed", lambda name: name != "openvino" and real(name))
    findings = tracker("doctor", "--json", home=empty).values["findings"]
    (missing,) = [f for f in findings if "OpenVINO is not installed" in f["what"]]
    assert missing["level"] == "note"
    assert missing["mend"] == "pip install openvino"
    assert any("the networks run on ONNX Runtime" in f["what"] for f in findings)
