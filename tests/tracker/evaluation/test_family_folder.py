"""A folder of families is read whatever is odd about it, and refused where it is none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from tracker.errors import UsageError
from tracker.evaluation.family_folder import read_families

Found = tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]

FACES = (
    "families/F0001/MID1/P00001_face0.jpg",
    "families/F0001/MID1/P00002_face0.jpg",
    "families/F0001/MID2/P00003_face1.jpg",
    "families/F0001/MID3/P00001_face1.jpg",
    "families/F0002/MID1/P00001_face0.jpg",
    "strangers/F0009/MID1/P00001_face0.jpg",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A family of three, a family of one, and a stranger; the files hold no pictures."""
    for face in FACES:
        (tmp_path / face).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / face).touch()
    (tmp_path / "relations.tsv").write_text(
        "relation\tperson_a\tperson_b\tn_a\tn_b\n"
        "fd\tF0001/MID1\tF0001/MID3\t2\t1\n"
        "md\tF0001/MID2\tF0001/MID3\t1\t1\n"
        "sibs\tF0001/MID2\tF0001/MID1\t1\t2\n"
        "fs\tF0001/MID1\tF0001/MID8\t2\t1\n"
    )
    guesses = [(face, 30.0 + n, "female", 0.6) for n, face in enumerate(FACES[1:])]
    columns = ["face", "predicted_age_years", "predicted_sex", "sex_confidence"]
    pd.DataFrame(guesses, columns=columns).to_csv(tmp_path / "age_sex_predicted.csv", index=False)
    return tmp_path


def numbered(paths: Sequence[Path]) -> Found:
    return np.eye(len(paths), 8, dtype=np.float32), np.ones(len(paths), dtype=bool)


def test_people_photos_and_parents_are_read(folder: Path) -> None:
    found = read_families(folder, numbered)
    assert found.names == ("F0001/MID1", "F0001/MID2", "F0001/MID3", "F0002/MID1", "F0009/MID1")
    assert found.sexes == ("m", "f", "f", "f", "f")  # a father is no woman, whatever was guessed
    assert found.parents.tolist() == [[0, 2], [1, 2]]
    assert found.photos[0] == found.photos[3]  # one photograph of father and child
    assert found.photos[0] != found.photos[4]  # of another family, though of the same number
    assert found.is_stranger.tolist() == [False] * 5 + [True]
    assert np.isnan(found.years[0])
    assert found.typical_age(0) == 30
    assert found.cohort().size == 1
    assert found.evidence([0, 2], without=found.photos[[0]]).photos.tolist() == [found.photos[1]]


def test_triplets_alone_tell_who_is_whose_child(folder: Path) -> None:
    (folder / "relations.tsv").unlink()
    (folder / "triplets.tsv").write_text(
        "father\tmother\tchild\tchild_sex\tn_father\nF0001/MID1\tF0001/MID2\tF0001/MID3\tson\t2\n"
    )
    found = read_families(folder, numbered)
    assert found.parents.tolist() == [[0, 2], [1, 2]]
    assert found.sexes[:3] == ("m", "f", "m")


def test_parents_named_in_both_tables_are_one_pair(folder: Path) -> None:
    (folder / "triplets.tsv").write_text(
        "father\tmother\tchild\nF0001/MID1\tF0001/MID2\tF0001/MID3\n"
    )
    assert read_families(folder, numbered).parents.tolist() == [[0, 2], [1, 2]]


def test_one_broken_table_is_said_where_the_other_serves(folder: Path) -> None:
    (folder / "triplets.tsv").write_text("what\tis\tthis\n1\t2\t3\n")
    found = read_families(folder, numbered)
    assert len(found.parents) == 2
    assert any("triplets.tsv has no column father" in note for note in found.notes)


def test_pictures_that_give_no_face_are_left_out_and_named(folder: Path) -> None:
    def first_is_broken(paths: Sequence[Path]) -> Found:
        vectors, read = numbered(paths)
        vectors[0], read[0] = np.nan, False
        return vectors, read

    found = read_families(folder, first_is_broken)
    assert len(found.vectors) == 5
    assert np.isfinite(found.vectors).all()
    assert any("1 of 6 pictures give no face: families/F0001/MID1" in n for n in found.notes)


def test_hidden_files_and_files_of_other_kinds_are_passed_over(folder: Path) -> None:
    person = folder / "families/F0001/MID1"
    for name in (".P00009_face0.jpg", "notes.txt", "Thumbs.db"):
        (person / name).touch()
    (person / "P00007_face0.jpg").mkdir()
    assert len(read_families(folder, numbered).vectors) == 6


def test_without_ages_and_strangers_what_is_missing_is_said(folder: Path) -> None:
    (folder / "age_sex_predicted.csv").unlink()
    (folder / "strangers/F0009/MID1/P00001_face0.jpg").unlink()
    found = read_families(folder, numbered)
    assert np.isnan(found.years).all()
    assert found.sexes == ("m", "f", "f", "")
    assert found.cohort().size == 0
    said = " ".join(found.notes)
    assert "age_sex_predicted.csv" in said
    assert "no strangers/" in said


def test_nonsense_in_the_table_of_ages_is_no_age(folder: Path) -> None:
    (folder / "age_sex_predicted.csv").write_text(
        "face,predicted_age_years,predicted_sex,sex_confidence\n"
        f"{FACES[1]},old,woman,very\n{FACES[2]},-3,female,0.5\n{FACES[2]},31,female,0.5\n"
    )
    found = read_families(folder, numbered)
    assert np.isnan(found.years).all()
    assert found.sexes[1] == "f"


def test_a_folder_that_is_none_is_refused_with_what_it_takes(folder: Path) -> None:
    with pytest.raises(UsageError, match="is not there"):
        read_families(folder / "nowhere", numbered)
    with pytest.raises(UsageError, match="is not a folder"):
        read_families(folder / "relations.tsv", numbered)
    with pytest.raises(UsageError, match="has no faces") as raised:
        read_families(folder / "strangers", numbered)
    assert "relations.tsv" in str(raised.value.hint)
    (folder / "relations.tsv").write_text("relation\tperson_a\tperson_b\n")
    with pytest.raises(UsageError, match="no parent and child"):
        read_families(folder, numbered)
    (folder / "relations.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=r"relations\.tsv"):
        read_families(folder, numbered)
    (folder / "relations.tsv").unlink()
    with pytest.raises(UsageError, match=r"neither relations\.tsv nor triplets\.tsv"):
        read_families(folder, numbered)


def test_pictures_that_all_fail_are_no_result(folder: Path) -> None:
    def none(paths: Sequence[Path]) -> Found:
        return np.full((len(paths), 8), np.nan, dtype=np.float32), np.zeros(len(paths), dtype=bool)

    with pytest.raises(UsageError, match="No picture"):
        read_families(folder, none)
