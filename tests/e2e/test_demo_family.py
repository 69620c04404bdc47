"""The main job on a family whose truth is known, with the commands that a user types."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr

from tests.support.command import Outcome, process, tracker
from tracker.demo import album
from tracker.demo.family import Plan, plan
from tracker.methods.registry import names

pytestmark = pytest.mark.slow("the whole demo, twice")


def test_the_demo_opens_with_the_report_what_it_says_and_the_truth(
    demo: Outcome, demo_folder: Path
) -> None:
    lines = demo.out.splitlines()
    assert lines[0] == f"Report:    {demo_folder / 'report' / 'index.html'}"
    assert lines[1].startswith("It says:   ")
    assert any(line.startswith("The truth: ") for line in lines)
    assert (demo_folder / "report" / "index.html").is_file()


def test_the_demo_prints_commands_that_work_when_they_are_typed(
    demo: Outcome, demo_folder: Path, tmp_path: Path
) -> None:
    typed = [line[2:] for line in demo.err.splitlines() if line.startswith("$ tracker ")]
    assert {words.split()[3] for words in typed} == {
        "init", "person", "ingest", "cohort", "report",
    }  # fmt: skip
    home = str(demo_folder / "workspace")
    for words in typed[:3]:  # the others take photos in and are the demo itself
        again = process(*(w.replace(home, str(tmp_path / "typed")) for w in words.split()[1:]))
        assert again.code == 0, again.err


def test_the_demo_says_in_one_line_that_it_makes_do_without_facenet(demo: Outcome) -> None:
    said = [line for line in demo.err.splitlines() if "FaceNet" in line]
    assert len(said) == 1
    assert "hand-made features" in said[0]
    assert len(said[0]) < 200


def test_most_methods_follow_the_truth(demo_folder: Path, reported: dict[str, Any]) -> None:
    truth = np.array(
        json.loads((demo_folder / "truth.json").read_text())["share_of_first_by_month"]
    )
    correlations = correlation_with(reported, truth)
    assert set(correlations) == set(names())
    following = [m for m, value in correlations.items() if value >= 0.8]
    assert len(following) > len(names()) / 2, correlations


def test_no_method_sees_a_change_in_a_child_that_stays_half_and_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(album, "plan", thinned)
    shown = tracker("demo", "--flat", "--months", "12", "--out", tmp_path / "flat", "--json")
    assert shown.code == 0, shown.err
    told = tracker("report", "--no-images", "--json", home=tmp_path / "flat" / "workspace")
    rising = np.arange(12.0)
    correlations = correlation_with(told.values, rising)
    assert len(correlations) == len(names())
    assert max(abs(value) for value in correlations.values()) < 0.8, correlations


def thinned(**asked: Any) -> Plan:
    """The family with all photos of the child, and as few of the others as a report needs.

    Half of the two parents', which the question is about, and every other stranger.
    """
    planned = plan(**asked)
    kept = {"Mia": 1, "Anna": 2, "Ben": 2, "Rosa": 3, "Karl": 3, "parties": 9, "playground": 2}
    shots = [s for i, s in enumerate(planned.shots) if i % kept[Path(s.path).parts[0]] == 0]
    return replace(planned, shots=tuple(shots))


def correlation_with(report: dict[str, Any], truth: np.ndarray) -> dict[str, float]:
    """Spearman's rank correlation of each method's monthly difference with `truth`."""
    found = {}
    for method in names():
        pairs = [
            (truth[month["age_months"]], month["difference"]["methods"][method]["value"])
            for month in report["months"]
            if method in month["difference"]["methods"]
        ]
        found[method] = float(spearmanr(*zip(*pairs, strict=True)).statistic)
    return found


def test_every_month_stands_beside_its_photo_days(reported: dict[str, Any]) -> None:
    assert [m["age_months"] for m in reported["months"]] == list(range(24))
    for month in reported["months"]:
        assert 0 < month["photo_days"] <= month["faces"]
        assert set(month["methods"]) == set(names())


def test_the_json_has_the_keys_that_programs_rely_on(reported: dict[str, Any]) -> None:
    assert {
        "schema_version", "child", "embedder", "relatives", "methods", "months", "trend",
        "verdict", "warnings",
    } <= set(reported)  # fmt: skip
    month = reported["months"][0]
    assert {"age_months", "faces", "photo_days", "methods", "resemblance", "difference"} <= set(
        month
    )
    for relatives in month["methods"].values():
        assert set(relatives) == {"Anna", "Ben", "Rosa", "Karl"}
        for value in relatives.values():
            assert set(value) == {"value", "low", "high"}
    assert set(month["resemblance"]["Anna"]) == {"percentile", "low", "high"}
    assert any("cohort" in warning for warning in reported["warnings"])


def test_a_report_after_the_cohort_is_out_is_one_that_never_had_it(
    family: Path, demo_folder: Path, tmp_path: Path
) -> None:
    def reported_without(folder: str) -> dict[str, Any]:
        out = tracker("cohort", "remove", "--all", "--yes", "--json", home=family)
        assert out.code == 0, out.err
        told = tracker("report", "--no-images", "--out", tmp_path / folder, "--json", home=family)
        return {**told.values, **dict.fromkeys(("out", "computed", "months_computed"))}

    never = reported_without("never")
    people = demo_folder / "photos/playground/children"
    added = tracker("cohort", "add", people, "--json", home=family)
    assert added.values["people"] >= 30
    assert reported_without("after") == never


def test_an_unchanged_workspace_is_not_computed_again(reported: dict[str, Any]) -> None:
    assert reported["computed"] is False


def test_a_report_is_a_page_with_its_charts_and_data(demo: Outcome, demo_folder: Path) -> None:
    folder = demo_folder / "report"
    assert {p.suffix for p in (folder / "charts").iterdir()} == {".svg", ".png"}
    assert {p.suffix for p in (folder / "data").iterdir()} == {".csv", ".parquet"}
    assert "https://" not in (folder / "index.html").read_text().split("<script", 1)[0]


def test_the_same_photos_again_embed_nothing(demo_folder: Path, family: Path) -> None:
    again = tracker("ingest", demo_folder / "photos", "--json", home=family)
    assert again.code == 0, again.err
    assert again.values["photos_new"] == 0
    assert again.values["faces_found"] == 0
    assert again.values["photos_known"] == again.values["photos_seen"] > 300
    assert again.values["seconds"] < 5  # 420 photos: nothing was read, let alone embedded


def test_moved_renamed_and_copied_photos_embed_nothing(
    demo_folder: Path, family: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "another disk"
    elsewhere.mkdir()
    for number, photo in enumerate(sorted((demo_folder / "photos" / "Anna").iterdir())):
        shutil.copy(photo, elsewhere / f"renamed {number}.jpg")
        shutil.copy(photo, elsewhere / f"copy of {number}.jpg")
    moved = tracker("ingest", elsewhere, "--json", home=family)
    assert moved.values["photos_new"] == 0
    assert moved.values["faces_found"] == 0
    assert moved.values["photos_seen"] == 56


def test_a_grandparent_added_later_is_a_new_class_and_the_parents_stay(
    demo_folder: Path, tmp_path: Path
) -> None:
    home = tmp_path / "growing"
    photos = demo_folder / "photos"
    for words in (
        ("init", "--child", "Mia", "--born", "2022-04-17"),
        ("person", "add", "Anna", "--relation", "mother"),
        ("person", "add", "Ben", "--relation", "father"),
        ("ingest", photos / "Anna", "--as", "Anna", "--embedder", "handcrafted"),
        ("ingest", photos / "Ben", "--as", "Ben"),
        ("ingest", photos / "Karl"),  # taken in before anybody said who he is
        ("ingest", *sorted((photos / "Mia").iterdir())[:40], "--as", "Mia"),
    ):
        assert tracker(*words, home=home).code == 0, words
    before = tracker("report", "--no-images", "--json", home=home).values
    assert [r["name"] for r in before["relatives"]] == ["Anna", "Ben"]

    assert tracker("person", "add", "Karl", "--relation", "grandfather", home=home).code == 0
    named = tracker("ingest", photos / "Karl", "--as", "Karl", "--json", home=home).values
    assert named["photos_new"] == 0
    assert named["faces_found"] == 0
    assert named["enrolled"] == 18

    after = tracker("report", "--no-images", "--json", home=home).values
    assert [r["name"] for r in after["relatives"]] == ["Anna", "Ben", "Karl"]
    assert after["parents"] == ["Anna", "Ben"]
    for month, was in zip(after["months"], before["months"], strict=True):
        assert month["difference"] == was["difference"]
        assert all(set(m) == {"Anna", "Ben", "Karl"} for m in month["methods"].values())


def test_the_mothers_own_face_among_the_childs_is_told_and_left_out(
    demo_folder: Path, family: Path
) -> None:
    hers = sorted((demo_folder / "photos" / "Anna").iterdir())
    for photo in hers:  # other bytes, another moment: a photo the workspace has not seen
        content = photo.read_bytes().replace(b"2022:", b"2023:").replace(b"2021:", b"2023:")
        (family / photo.name).write_bytes(content + b" ")
    mistaken = tracker(
        "ingest", *sorted(family.glob("*.jpg"))[:4], "--as", "Mia", "--json", home=family
    )
    assert mistaken.values["enrolled"] == 4, mistaken.err
    told = tracker("report", "--no-images", "--json", home=family)
    warnings = " ".join(told.values["warnings"])
    assert "Anna's own face" in warnings


def test_removing_someone_takes_them_out_and_adding_them_brings_them_back(family: Path) -> None:
    his = faces_of("Karl", family)
    assert tracker("person", "remove", "Karl", "--yes", home=family).code == 0
    without = tracker("report", "--no-images", "--json", home=family).values
    assert [r["name"] for r in without["relatives"]] == ["Anna", "Ben", "Rosa"]
    back = tracker("person", "add", "Karl", "--relation", "grandfather", home=family)
    assert f"{his} faces" in back.out
    again = tracker("report", "--no-images", "--json", home=family).values
    assert [r["name"] for r in again["relatives"]] == ["Anna", "Ben", "Rosa", "Karl"]


def test_renaming_and_merging_lose_no_face(family: Path) -> None:
    hers, his = faces_of("Rosa", family), faces_of("Karl", family)
    assert tracker("person", "rename", "Rosa", "Oma Rosa", home=family).code == 0
    assert tracker("person", "add", "Opa", "--relation", "grandfather", home=family).code == 0
    merged = tracker("person", "merge", "Karl", "Opa", "--yes", "--json", home=family)
    assert merged.values["faces"] == his
    assert faces_of("Oma Rosa", family) == hers
    assert faces_of("Opa", family) == his
    assert "Karl" not in tracker("person", "list", home=family).out


def faces_of(name: str, home: Path) -> int:
    """How many faces carry a name, given or proposed."""
    people = tracker("person", "list", "--json", home=home).values["people"]
    return next(p["faces"] + p["proposed"] for p in people if p["name"] == name)


def test_status_says_what_is_there_and_what_is_not_used(family: Path) -> None:
    stock = tracker("status", "--rejected", home=family)
    assert stock.code == 0
    assert "Mia by month of age" in stock.out
    assert "without a date" in stock.out
    values = tracker("status", "--json", home=family).values
    assert values["photos"] > 350
    assert any(p["reason"].startswith("the photo has no date") for p in values["problems"])
    assert max(map(len, stock.out.splitlines())) < 200


def test_doctor_finds_a_sound_workspace_in_order(family: Path) -> None:
    found = tracker("doctor", "--json", home=family)
    assert found.values["healthy"] is True, found.out
    assert any("gallery of handcrafted is in order" in f["what"] for f in found.values["findings"])


def test_doctor_rebuilds_a_damaged_gallery_and_answers_stay_the_same(
    family: Path, reported: dict[str, Any]
) -> None:
    for index in (family / "gallery").glob("*.faiss"):
        content = bytearray(index.read_bytes())
        content[len(content) // 2] ^= 0xFF
        index.write_bytes(content)
    told = tracker("report", "--no-images", "--json", home=family)
    assert told.values["months"] == reported["months"]
    found = tracker("doctor", "--json", home=family)
    assert found.values["healthy"] is True, found.out
