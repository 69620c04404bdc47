"""The promises on real faces and on whole drawn albums: minutes long, so only `make evidence` runs
them (`pytest -m evidence`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import drawn, evidence
from tests.support.command import tracker

pytestmark = [pytest.mark.evidence, pytest.mark.samples]


@pytest.fixture(scope="module")
def model(samples: Path) -> str:
    found = evidence.the_sample_model(samples)
    if not found:
        pytest.skip("TRACKER_SAMPLES has no models/*/model.toml")
    return found


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn.draw_strangers(tmp_path_factory.mktemp("strangers"))


@pytest.mark.timeout(900)
def test_true_parents_of_real_families_are_told_better_than_by_raw_photos(
    samples: Path, model: str
) -> None:
    done = tracker("evaluate", "families", samples / "faces", "--embedder", model, "--json")
    assert done.code == 0, done.err
    score = next(row for row in done.values["aucs"] if row["measure"] == "score")
    assert score["gain"] >= 0.08
    assert score["gain_low"] > 0.04
    lean = next(row for row in done.values["stranger_bias"] if row["measure"] == "score")
    assert abs(lean["to_mother"] - 0.5) <= 0.03
    assert done.values["gates_passed"] == done.values["gates_in_all"] == 3


@pytest.mark.timeout(1200)
def test_a_drawn_crossing_is_found_within_two_months_from_the_photos(
    model: str, strangers: Path, tmp_path: Path
) -> None:
    family = drawn.measure(tmp_path / "family", model, strangers, seed=2, flat=False)
    assert family.certain
    assert family.months_off is not None
    assert abs(family.months_off) <= 2
    assert family.covered


@pytest.mark.timeout(1200)
def test_a_flat_drawn_family_shows_no_crossing(model: str, strangers: Path, tmp_path: Path) -> None:
    assert not drawn.measure(tmp_path / "family", model, strangers, seed=2, flat=True).certain
