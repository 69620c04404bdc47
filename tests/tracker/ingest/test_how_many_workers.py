"""As many processes as there are cores, as far as memory goes round."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.ingest import pipeline
from tracker.vision.engines import cores


@pytest.mark.parametrize(
    ("cores", "bytes_there", "workers"),
    [(2, 16_000_000_000, 2), (64, 16_000_000_000, 8), (8, 1_000_000_000, 1), (1, 10**12, 1)],
)
def test_a_worker_has_a_core_and_two_gigabytes(
    monkeypatch: pytest.MonkeyPatch, cores: int, bytes_there: int, workers: int
) -> None:
    monkeypatch.setattr(pipeline, "cores", lambda: cores)
    monkeypatch.setattr(pipeline, "memory_bytes", lambda: bytes_there)
    assert pipeline.worker_count() == workers


@pytest.mark.parametrize(("said", "bound"), [("3000000000\n", True), ("max\n", False)])
def test_a_container_has_what_it_was_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, bound: bool
) -> None:
    there = tmp_path / "memory.max"
    monkeypatch.setattr(pipeline, "CONTAINER_BYTES", there)
    whole = pipeline.memory_bytes()  # without such a file
    there.write_text(said, encoding="ascii")
    assert pipeline.memory_bytes() == (min(whole, 3_000_000_000) if bound else whole)


@pytest.mark.parametrize(
    ("said", "least"), [("100000 100000\n", 1), ("50000 100000\n", 1), ("max 100000\n", None)]
)
def test_a_container_has_no_more_cores_than_it_may_keep_busy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, least: int | None
) -> None:
    monkeypatch.setattr(cores, "QUOTA", tmp_path / "cpu.max")
    there = cores.cores()  # without such a file
    (tmp_path / "cpu.max").write_text(said, encoding="ascii")
    assert cores.cores() == (there if least is None else least)
