"""`tracker evaluate`: what it prints, what it writes, and what it says of a folder that is odd."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from tests.support.command import Outcome, tracker
from tests.support.family_pictures import family_folder
from tests.support.tiny_onnx import tiny_model

WIDTH = 80
FEW = ("--replicates", "6", "--jobs", "1", "--scenario", "linear crossing")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return family_folder(tmp_path_factory.mktemp("families"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def families(folder: Path, model: Path | str, *options: str | Path) -> Outcome:
    return tracker("evaluate", "families", folder, "--embedder", model, "--draws", "5", *options)


# --- synthetic ------------------------------------------------------------------------------------


def test_synthetic_prints_a_table_that_fits_a_terminal_and_counts_the_gates() -> None:
    done = tracker("evaluate", "synthetic", *FEW)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "linear crossing"
    assert lines[1].split() == ["measure", "value", "error", "has", "to", "be", "gate"]
    assert lines[-1].endswith("gates passed")
    assert max(map(len, lines)) <= WIDTH
    assert "1 of 1: linear crossing" in done.err
    assert "6 replicates a scenario is a glance, no proof: that takes 1,000" in done.err


def test_synthetic_json_says_by_what_it_was_made_and_repeats() -> None:
    one, again = (tracker("evaluate", "synthetic", *FEW, "--seed", "5", "--json") for _ in "ab")
    assert one.out == again.out
    values = one.values
    assert values["schema_version"] == 1
    assert (values["seed"], values["replicates"], values["scenarios"]) == (
        5, 6, ["linear crossing"],
    )  # fmt: skip
    assert len(values["code"]) == 12
    assert {"scenario", "measure", "value", "error", "replicates", "low", "high", "passed"} == set(
        values["gates"][0]
    )
    asked = [row for row in values["gates"] if row["passed"] is not None]
    assert values["gates_in_all"] == len(asked)
    assert values["gates_passed"] == sum(row["passed"] for row in asked)


def test_synthetic_out_holds_charts_data_and_a_page_without_scripts(tmp_path: Path) -> None:
    out = tmp_path / "new" / "evidence"
    done = tracker("evaluate", "synthetic", *FEW, "--out", out, "--json")
    written = {str(Path(file).relative_to(out)) for file in done.values["files"]}
    assert written == {
        "evidence.html", "data/gates.csv", "charts/coverage.svg", "charts/coverage.png",
        "charts/crossing.svg", "charts/crossing.png",
    }  # fmt: skip
    page = (out / "evidence.html").read_text()
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "gates passed" in page
    assert page.count("<figure>") == 2
    with (out / "data" / "gates.csv").open() as file:
        assert {row["scenario"] for row in csv.DictReader(file)} == {"linear crossing"}


def test_an_unknown_scenario_is_told_with_those_there_are() -> None:
    done = tracker("evaluate", "synthetic", "--scenario", "linear crossin")
    assert done.code == 2
    assert "There is no scenario 'linear crossin'" in done.err
    assert "Did you mean 'linear crossing'?" in done.err


@pytest.mark.parametrize("option", ["--replicates", "--jobs"])
def test_nothing_can_be_made_up_no_times(option: str) -> None:
    assert tracker("evaluate", "synthetic", option, "0").code == 2


# --- families -------------------------------------------------------------------------------------


def test_families_print_what_each_step_gains_the_lean_and_the_gates(
    folder: Path, model: Path
) -> None:
    done = families(folder, model)
    assert done.code == 0, done.err
    out = done.out
    assert out.startswith("8 families, 192 faces, 40 strangers; tiny@")
    for words in ("raw single", "centred", "templated", "score", "nearer to the mother"):
        assert words in out
    assert out.splitlines()[-1].endswith("of 3 gates passed")
    assert max(map(len, out.splitlines())) <= WIDTH
    assert "Reading faces: 192/192" in done.err


def test_families_json_has_every_number_with_its_range(
    folder: Path, model: Path, tmp_path: Path
) -> None:
    values = families(folder, model, "--json", "--seed", "3", "--out", tmp_path / "out").values
    assert (values["seed"], values["draws"], values["families"]) == (3, 5, 8)
    aucs = {row["measure"]: row for row in values["aucs"]}
    assert list(aucs) == ["raw single", "centred", "templated", "score"]
    for row in aucs.values():
        assert 0.5 < row["low"] <= row["auc"] <= row["high"] <= 1
        assert (row["kin"], row["strangers"]) == (16, 16 * 7)
    assert aucs["score"]["gain"] == pytest.approx(aucs["score"]["auc"] - aucs["raw single"]["auc"])
    assert {row["measure"] for row in values["stranger_bias"]} == set(aucs)
    assert [row["gate"] for row in values["gates"]] == [
        "gain over raw single, lower bound",
        "strangers nearer to the mother",
        "percentiles uniform, p-value",
    ]
    assert {Path(file).name for file in values["files"]} >= {
        "evidence.html", "parents_told.svg", "strangers_lean.png", "aucs.csv",
    }  # fmt: skip


def test_without_an_embedder_and_a_workspace_what_was_taken_instead_is_said(
    tmp_path: Path,
) -> None:
    small = family_folder(tmp_path, families=5, strangers=4, each=1)
    done = tracker("evaluate", "families", small, "--draws", "2", "--json")
    assert done.code == 0, done.err
    assert done.values["embedder"].startswith("handcrafted")
    assert done.values["aucs"][0]["auc"] is not None
    assert "FaceNet's weights are not here" in done.values["warnings"][0]


def test_one_family_gives_no_interval_and_says_so(copy: Path, model: Path) -> None:
    for family in (copy / "families").iterdir():
        if family.name != "F0001":
            shutil.rmtree(family)
    values = families(copy, model, "--json").values
    assert values["families"] == 1
    assert {row["auc"] for row in values["aucs"]} == {None}
    assert any("one family" in warning for warning in values["warnings"])
    assert any("needs 5 families" in warning for warning in values["warnings"])
    assert values["gates_in_all"] == 0
    assert "0 of 0 gates passed" in families(copy, model).out


def test_a_folder_with_broken_pictures_and_without_tables_but_one_is_measured(
    copy: Path, model: Path
) -> None:
    broken = copy / "families/F0001/MID1/P00110_face0.jpg"
    broken.write_bytes(broken.read_bytes()[:100])
    (copy / "families/F0001/MID1/.DS_Store").touch()
    (copy / "age_sex_predicted.csv").unlink()
    (copy / "relations.tsv").rename(copy / "not.tsv")
    rows = [f"F{n:04}/MID1\tF{n:04}/MID2\tF{n:04}/MID3\n" for n in range(1, 9)]
    (copy / "triplets.tsv").write_text("father\tmother\tchild\n" + "".join(rows))
    done = families(copy, model, "--json")
    assert done.code == 0, done.err
    assert done.values["faces"] == 191
    said = " ".join(done.values["warnings"])
    assert "1 of 192 pictures give no face: families/F0001/MID1/P00110_face0.jpg" in said
    assert "age_sex_predicted.csv" in said


def test_without_strangers_the_score_is_withheld_with_the_reason(copy: Path, model: Path) -> None:
    shutil.rmtree(copy / "strangers")
    values = families(copy, model, "--json").values
    aucs = {row["measure"]: row["auc"] for row in values["aucs"]}
    assert aucs["score"] is None
    assert aucs["raw single"] is not None
    assert any("no strangers/" in warning for warning in values["warnings"])


def test_vectors_that_are_not_finite_are_left_out(
    copy: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracker.vision.embedders import onnx

    real = onnx.OnnxEmbedder.embed

    def spoilt(self: object, *args: object, **more: object) -> object:
        vectors = real(self, *args, **more)  # type: ignore[arg-type]
        vectors[:2] = float("nan")
        return vectors

    monkeypatch.setattr(onnx.OnnxEmbedder, "embed", spoilt)
    done = families(copy, model, "--json")
    assert done.code == 0, done.err
    assert any("pictures give no face" in warning for warning in done.values["warnings"])
    assert done.values["faces"] < 192


@pytest.mark.parametrize(
    ("place", "said"),
    [("nowhere", "is not there"), ("relations.tsv", "is not a folder"), ("strangers", "no faces")],
)
def test_a_place_without_families_is_refused(
    folder: Path, model: Path, place: str, said: str
) -> None:
    done = families(folder / place, model, "--json")
    assert done.code == 2
    assert said in done.err
    assert "relations.tsv" in done.values["error"]["hint"]


def test_an_unknown_embedder_is_refused_with_those_there_are(folder: Path) -> None:
    done = families(folder, "handcraftd")
    assert done.code == 2
    assert "did you mean handcrafted" in done.err.lower()


def test_evaluating_leaves_no_workspace_behind(folder: Path, model: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = tracker(
        "evaluate", "families", folder, "--embedder", model, "--draws", "2", "--json", home=home
    )
    assert done.code == 0
    assert not home.exists()
