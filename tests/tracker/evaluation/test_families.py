"""Real families: true parents against strangers, without the photos that give them away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.support.made_up_cohort import DIM
from tests.support.made_up_faces import unit
from tests.support.made_up_kin import made_up
from tracker.evaluation import families as protocol
from tracker.evaluation.families import (
    AUCS,
    FAMILY_GATES,
    LEANS,
    MEASURES,
    UNIFORM,
    FamilyResults,
    evaluate_families,
    gates,
)


@pytest.fixture(scope="module")
def kin() -> FamilyResults:
    return evaluate_families(made_up(0, likeness=0.6), draws=5)


@pytest.fixture(scope="module")
def nobodys() -> FamilyResults:
    return evaluate_families(made_up(1, likeness=0.0), draws=5)


def test_each_step_is_put_to_the_same_pairs_and_the_score_gains(kin: FamilyResults) -> None:
    result = kin
    assert tuple(result.aucs.columns) == AUCS
    aucs = result.aucs.set_index("measure")
    assert tuple(aucs.index) == MEASURES
    assert set(aucs["kin"]) == {28}
    assert set(aucs["strangers"]) == {14 * 13 * 2}
    assert aucs.loc["score", "gain_low"] > 0
    assert aucs.loc["raw single", "gain"] == 0
    assert (aucs["low"] < aucs["auc"]).all()
    assert (aucs["auc"] < aucs["high"]).all()


def test_nobodys_children_are_nobodys_and_lean_to_nobody(nobodys: FamilyResults) -> None:
    result = nobodys
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


def test_the_gates_are_about_the_score_alone(kin: FamilyResults) -> None:
    result, table = kin, gates(kin)
    assert tuple(table.columns) == FAMILY_GATES
    assert table["value"].iloc[0] == result.aucs.set_index("measure").loc["score", "gain_low"]
    assert table["passed"].iloc[0] is True
    assert table["passed"].iloc[2] is True


def test_a_gate_is_missed_by_nobodys_children(nobodys: FamilyResults) -> None:
    assert gates(nobodys)["passed"].iloc[0] is False


def test_of_too_few_families_no_interval_is_given() -> None:
    result = evaluate_families(made_up(5, likeness=0.6, families=4), draws=3)
    assert result.aucs["auc"].notna().all()
    assert result.aucs[["low", "high", "gain_low"]].isna().all(axis=None)
    assert any("needs 5 families, and there are 4" in note for note in result.notes)
    assert gates(result)["passed"].iloc[0] is None


def test_one_family_alone_tells_nothing_and_makes_no_number_up() -> None:
    result = evaluate_families(made_up(6, likeness=0.6, families=1), draws=3)
    assert result.aucs["auc"].isna().all()
    assert result.leans["to_mother"].isna().all()
    assert result.null["p_value"].isna().all()
    assert set(gates(result)["passed"]) == {None}


@pytest.mark.parametrize("strangers", [0, 20])
def test_without_enough_strangers_the_score_is_withheld_and_photos_are_not(strangers: int) -> None:
    result = evaluate_families(made_up(7, likeness=0.6, strangers=strangers), draws=3)
    aucs = result.aucs.set_index("measure")["auc"]
    assert aucs[["centred", "score"]].isna().all()
    assert aucs[["raw single", "templated"]].notna().all()
    assert any("needs 30 unrelated people" in note for note in result.notes)
    assert gates(result)["passed"].iloc[1] is None
