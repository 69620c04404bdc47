"""Real families: true parents against strangers, without the photos that give them away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from tests.support.made_up_cohort import DIM, photos
from tests.support.made_up_faces import unit
from tracker.evaluation import families as protocol
from tracker.evaluation.families import (
    AUCS,
    LEANS,
    MEASURES,
    UNIFORM,
    Families,
    evaluate_families,
    read_families,
)

Vectors = npt.NDArray[np.float32]
EACH = 4


def made_up(
    seed: int, *, likeness: float, families: int = 14, strangers: int = 120, together: float = 0.0
) -> Families:
    """Father, mother and child; `likeness` the parents' share in the child.

    With `together` every photo is of all three, who share so much of its light.
    """
    rng = np.random.default_rng(seed)
    vectors, people, taken, names, sexes, family = [], [], [], [], [], []
    parents = []
    for number in range(families):
        father, mother, own = unit(rng.standard_normal((3, DIM)))
        child = unit(likeness * (father + mother) + own)
        light = together * unit(rng.standard_normal((EACH, DIM)))
        for role, look in enumerate((father, mother, child)):
            person = len(names)
            shots = photos(look, EACH, rng)
            first = number * 100 + (0 if together else 10 * role)
            vectors.append(unit(shots + light).astype(np.float32))
            people += [person] * EACH
            taken += range(first, first + EACH)
            names.append(f"F{number:04}/MID{role + 1}")
            sexes.append("mf"[role] if role < 2 else "fm"[number % 2])
            family.append(number)
        parents += [(len(names) - 3, len(names) - 1), (len(names) - 2, len(names) - 1)]
    inside = len(people)
    for number in range(strangers):
        vectors.append(photos(unit(rng.standard_normal(DIM)), 3, rng))
        people += [len(names)] * 3
        taken += range(100_000 + 3 * number, 100_003 + 3 * number)
        names.append(f"F{5000 + number}/MID1")
        sexes.append("fm"[number % 2])
        family.append(families + number)
    return Families(
        np.concatenate(vectors), np.array(people), np.array(taken),
        np.full(len(people), 30.0), np.arange(len(people)) >= inside,
        tuple(names), tuple(sexes), np.array(family), np.array(parents),
    )  # fmt: skip


def test_each_step_is_put_to_the_same_pairs_and_the_score_gains() -> None:
    result = evaluate_families(made_up(0, likeness=0.6), draws=5)
    assert tuple(result.aucs.columns) == AUCS
    aucs = result.aucs.set_index("measure")
    assert tuple(aucs.index) == MEASURES
    assert set(aucs["kin"]) == {28}
    assert set(aucs["strangers"]) == {14 * 13 * 2}
    assert aucs.loc["score", "gain_low"] > 0
    assert aucs.loc["raw single", "gain"] == 0
    assert (aucs["low"] < aucs["auc"]).all()
    assert (aucs["auc"] < aucs["high"]).all()


def test_nobodys_children_are_nobodys_and_lean_to_nobody() -> None:
    result = evaluate_families(made_up(1, likeness=0.0), draws=5)
    aucs = result.aucs.set_index("measure")
    assert (aucs["low"] < 0.5).all()
    assert (aucs["high"] > 0.5).all()
    assert tuple(result.leans.columns) == LEANS
    score = result.leans.set_index("measure").loc["score"]
    assert score["low"] < 0.5 < score["high"]
    assert tuple(result.null.columns) == UNIFORM
    assert result.null["p_value"].iloc[0] > 0.01


def test_photos_of_parent_and_child_together_say_nothing() -> None:
    """All photos but one of each parent's are shared, and their light is all there is."""
    alike = made_up(2, likeness=0.0, together=2.0)
    taken = alike.photos.copy()
    for parent in alike.parents[:, 0]:
        last = alike.rows(int(parent))[-1]
        taken[last] = 50_000 + last
    vectors = alike.vectors.copy()
    rng = np.random.default_rng(22)
    lonely = np.flatnonzero(taken >= 50_000)
    lonely = lonely[~alike.is_stranger[lonely]]
    vectors[lonely] = unit(rng.standard_normal((len(lonely), DIM)))
    result = evaluate_families(replace(alike, photos=taken, vectors=vectors), draws=5)
    aucs = result.aucs.set_index("measure")
    assert set(aucs["kin"]) == {28}
    assert (aucs["low"] < 0.5).all()
    assert (aucs["high"] > 0.5).all()


def test_a_pair_seen_only_together_is_not_counted() -> None:
    result = evaluate_families(made_up(3, likeness=0.5, together=1.0, families=6), draws=3)
    assert set(result.aucs["kin"]) == {0}
    assert result.aucs["auc"].isna().all()


def test_the_auc_is_that_of_scikit_learn_within_the_parents_sex() -> None:
    """Also where a family is drawn twice and another not at all."""
    families = made_up(4, likeness=0.5, families=5, strangers=40)
    desk = protocol._Desk(families, protocol.Strangers.of(families.cohort()), 3, 0)
    pairs, _ = desk.pairs()
    weights = np.array([[1, 1, 1, 1, 1], [2, 0, 1, 1, 1]], dtype=float)
    for measure in ("raw single", "score"):
        found = protocol._auc(families, pairs[measure], weights)
        p = pairs[measure]
        sexes = np.array(families.sexes)[p.parent]
        for row, times in enumerate(weights):
            child, parent = times[families.family[p.child]], times[families.family[p.parent]]
            weight = p.weight * child * np.where(p.kin, 1, parent)
            won, of = 0.0, 0.0
            for sex in "fm":
                mine = (sexes == sex) & (weight > 0)
                auc = roc_auc_score(p.kin[mine], p.value[mine], sample_weight=weight[mine])
                size = weight[mine & p.kin].sum() * weight[mine & ~p.kin].sum()
                won, of = won + auc * size, of + size
            assert found[row] == pytest.approx(won / of)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One family of three and one stranger; the files hold no pictures."""
    faces = [
        "families/F0001/MID1/P00001_face0.jpg",
        "families/F0001/MID1/P00002_face0.jpg",
        "families/F0001/MID2/P00003_face1.jpg",
        "families/F0001/MID3/P00001_face1.jpg",
        "strangers/F0009/MID1/P00001_face0.jpg",
    ]
    for face in faces:
        (tmp_path / face).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / face).touch()
    (tmp_path / "relations.tsv").write_text(
        "relation\tperson_a\tperson_b\tn_a\tn_b\n"
        "fd\tF0001/MID1\tF0001/MID3\t2\t1\n"
        "md\tF0001/MID2\tF0001/MID3\t1\t1\n"
        "sibs\tF0001/MID2\tF0001/MID1\t1\t2\n"
        "fs\tF0001/MID1\tF0001/MID8\t2\t1\n"
    )
    guesses = [(face, 30.0 + n, "female", 0.6) for n, face in enumerate(faces[1:])]
    columns = ["face", "predicted_age_years", "predicted_sex", "sex_confidence"]
    pd.DataFrame(guesses, columns=columns).to_csv(tmp_path / "age_sex_predicted.csv", index=False)
    return tmp_path


def numbered(paths: Sequence[Path]) -> Vectors:
    return np.eye(len(paths), 8, dtype=np.float32)


def test_a_folder_is_read_with_its_people_photos_and_parents(folder: Path) -> None:
    found = read_families(folder, numbered)
    assert found.names == ("F0001/MID1", "F0001/MID2", "F0001/MID3", "F0009/MID1")
    assert found.sexes == ("m", "f", "f", "f")  # who is a father is no woman, whatever was guessed
    assert found.parents.tolist() == [[0, 2], [1, 2]]
    assert found.photos[0] == found.photos[3]  # one photograph of father and child
    assert found.photos[0] != found.photos[4]  # of another family, though of the same number
    assert found.is_stranger.tolist() == [False] * 4 + [True]
    assert np.isnan(found.years[0])
    assert found.typical_age(0) == 30
    assert found.cohort().size == 1
    assert found.evidence([0, 2], without=found.photos[[0]]).photos.tolist() == [found.photos[1]]


def test_a_folder_that_is_none_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="an embedder is needed"):
        evaluate_families(folder)
    for face in (folder / "strangers").glob("*/*/*.jpg"):
        face.unlink()
    with pytest.raises(ValueError, match="no faces"):
        read_families(folder, numbered)
    (folder / "relations.tsv").unlink()
    with pytest.raises(FileNotFoundError):
        read_families(folder, numbered)


@pytest.mark.samples
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_true_parents_of_real_families_are_told_better_than_by_raw_photos(samples: Path) -> None:
    """Embeds 3,700 faces, which takes a minute or two."""
    from PIL import Image

    from tracker.vision.embedders.registry import load

    model = load(str(samples / "models" / "mobilefacenet-y1"), weights_dir=samples)

    def embed(paths: Sequence[Path]) -> Vectors:
        parts = []
        for start in range(0, len(paths), 64):
            crops = [np.asarray(Image.open(p).convert("RGB")) for p in paths[start : start + 64]]
            parts.append(model.embed(crops))
        return np.concatenate(parts)

    result = evaluate_families(samples / "faces", embed)
    score = result.aucs.set_index("measure").loc["score"]
    assert score["gain"] >= 0.08
    assert score["gain_low"] > 0.04
    assert abs(result.leans.set_index("measure").loc["score", "to_mother"] - 0.5) <= 0.03
    assert result.null["p_value"].iloc[0] > 0.05
