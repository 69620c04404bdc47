"""What every method promises, whichever file it is in."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.made_up_faces import Shots, child, evidence, look, parents, unit
from tracker.errors import UsageError
from tracker.methods import registry
from tracker.methods.contract import CannotFit
from tracker.resemblance.evaluate import Evaluation, evaluate
from tracker.resemblance.evidence import Evidence
from tracker.resemblance.fitting import scores

ALL = registry.names()
DRAWN = frozenset({"linear", "mlp"})
"""Methods that begin with drawn weights: the relatives' order moves their numbers a little."""

Floats = npt.NDArray[np.float64]


def faces(
    people: int = 3, each: int = 8, *, seed: int = 0, dim: int = 48
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], list[Floats]]:
    """Photos of people who look well apart, who is on each, and the people's looks."""
    rng = np.random.default_rng(seed)
    looks = [look(rng, dim) for _ in range(people)]
    known = evidence(
        [Shots(str(p), looks[p], range(p * 100, p * 100 + each)) for p in range(people)], rng
    )
    return known.vectors, known.people.astype(np.int64), looks


def asked_about(looks: list[Floats], *, each: int = 10, seed: int = 1) -> Evidence:
    """New photos of the same people."""
    rng = np.random.default_rng(seed)
    return evidence([Shots(str(p), at, range(each)) for p, at in enumerate(looks)], rng)


def answers(
    name: str,
    X: npt.NDArray[np.float32],
    y: npt.NDArray[Any],
    probes: npt.NDArray[Any],
    seed: int = 0,
) -> Floats:
    return scores(registry.create(name, seed).fit(X, y), probes)


# --- the list -------------------------------------------------------------------------------------


def test_the_twelve_methods_are_there() -> None:
    assert set(ALL) >= {
        "knn", "cosine", "centroid", "logistic", "linear_svm", "rbf_svm", "lda", "linear", "mlp",
        "kmeans", "gaussian_mixture", "agglomerative",
    }  # fmt: skip


def test_a_method_is_listed_for_being_a_file_and_listing_imports_none() -> None:
    program = (
        "import sys\n"
        "from tracker.methods import registry\n"
        "registry.names(), registry.describe()\n"
        "print(*sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True, timeout=60
    )
    loaded = set(done.stdout.split())
    assert not loaded & {f"tracker.methods.{name}" for name in ALL}
    assert not loaded & {"torch", "sklearn", "scipy"}


def test_a_new_method_is_one_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "coin_toss.py").write_text('"""Coin toss: heads for the mother.\n\nMore."""\n')
    (tmp_path / "_helper.py").write_text('"""No method."""\n')
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    assert registry.names() == ("coin_toss",)
    assert registry.describe() == (("coin_toss", "Coin toss: heads for the mother."),)


def test_every_method_says_in_one_line_what_it_is() -> None:
    lines = dict(registry.describe())
    assert tuple(lines) == ALL
    for name, line in lines.items():
        assert 20 <= len(line) <= 100, name
        assert line.endswith("."), name
    assert len(set(lines.values())) == len(ALL)


def test_an_unknown_method_is_a_mistake_of_the_user_with_a_way_out() -> None:
    with pytest.raises(UsageError, match="no method called 'astrology'") as caught:
        registry.create("astrology")
    assert "tracker methods" in str(caught.value.hint)


# --- the shape of a method ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_building_a_method_only_stores_its_settings(name: str) -> None:
    assert vars(registry.create(name, seed=7)) == {"seed": 7}


@pytest.mark.parametrize("name", ALL)
def test_what_a_method_learned_ends_in_an_underscore(name: str) -> None:
    X, y, _ = faces()
    method = registry.create(name)
    assert method.fit(X, y) is method
    learned = set(vars(method)) - {"seed"}
    assert learned
    assert all(attribute.endswith("_") for attribute in learned)


@pytest.mark.parametrize("people", [2, 3, 4])
@pytest.mark.parametrize("name", ALL)
def test_every_face_gets_one_finite_number_per_relative(name: str, people: int) -> None:
    X, y, looks = faces(people)
    probes = asked_about(looks).vectors
    method = registry.create(name).fit(X, y)
    found = scores(method, probes)
    assert found.shape == (len(probes), people)
    assert np.isfinite(found).all()
    if registry.unit(method) == "share":
        assert found.min() >= 0
        assert found.sum(axis=1) == pytest.approx(1)
    assert scores(method, probes[:0]).shape == (0, people)


@pytest.mark.parametrize("dim", [128, 512])
@pytest.mark.parametrize("name", ALL)
def test_relatives_are_told_apart_on_photos_not_seen_before(name: str, dim: int) -> None:
    X, y, looks = faces(dim=dim)
    probes = asked_about(looks)
    assert (answers(name, X, y, probes.vectors).argmax(axis=1) == probes.people).mean() > 0.95


@pytest.mark.parametrize("name", ALL)
def test_the_child_is_nearer_to_whom_it_takes_after(name: str) -> None:
    X, y, looks = faces(2, 12)
    rng = np.random.default_rng(2)
    shares = np.linspace(0.2, 0.8, 13)
    blends = unit(np.outer(shares, looks[0]) + np.outer(1 - shares, looks[1]))
    own = unit(rng.standard_normal((13, blends.shape[1])))
    found = answers(name, X, y, unit(blends + 0.2 * own).astype(np.float32))
    assert np.corrcoef(shares, found[:, 0] - found[:, 1])[0, 1] > 0.75


@pytest.mark.parametrize("name", ALL)
def test_the_order_of_the_relatives_photos_does_not_matter(name: str) -> None:
    X, y, looks = faces()
    probes = asked_about(looks).vectors
    mixed = np.random.default_rng(3).permutation(len(X))
    found, again = answers(name, X, y, probes), answers(name, X[mixed], y[mixed], probes)
    np.testing.assert_allclose(again, found, atol=2e-3)


@pytest.mark.parametrize("name", ALL)
def test_a_face_is_judged_on_its_own_whatever_else_is_asked(name: str) -> None:
    X, y, looks = faces()
    probes = asked_about(looks).vectors
    method = registry.create(name).fit(X, y)
    found = scores(method, probes)
    mixed = np.random.default_rng(4).permutation(len(probes))
    np.testing.assert_allclose(scores(method, probes[mixed]), found[mixed], atol=1e-5)
    np.testing.assert_allclose(scores(method, probes[:1]), found[:1], atol=1e-5)


@pytest.mark.parametrize("name", ALL)
def test_nobody_gains_from_being_named_first(name: str) -> None:
    X, y, looks = faces(2)
    probes = asked_about(looks).vectors
    found, turned = answers(name, X, y, probes), answers(name, X, 1 - y, probes)
    limit = 0.1 if name in DRAWN else 2e-3
    np.testing.assert_allclose(turned[:, ::-1], found, atol=limit)


@pytest.mark.parametrize("name", ALL)
def test_the_same_seed_gives_the_same_numbers(name: str) -> None:
    X, y, looks = faces()
    probes = asked_about(looks).vectors
    found = answers(name, X, y, probes, seed=5)
    np.random.seed(1)
    np.testing.assert_array_equal(answers(name, X, y, probes, seed=5), found)


@pytest.mark.parametrize("name", ALL)
def test_a_method_throws_no_dice_but_its_own(name: str) -> None:
    import torch

    X, y, looks = faces()
    before = (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state())  # type: ignore[index]
    answers(name, X, y, asked_about(looks).vectors)
    assert random.getstate() == before[0]
    assert np.random.get_state()[1].tolist() == before[1]  # type: ignore[index]
    assert torch.equal(torch.get_rng_state(), before[2])


@pytest.mark.parametrize("name", ALL)
def test_a_method_leaves_the_faces_as_they_were(name: str) -> None:
    X, y, looks = faces()
    probes = asked_about(looks).vectors
    copies = X.copy(), y.copy(), probes.copy()
    answers(name, X, y, probes)
    for array, copy in zip((X, y, probes), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


# --- too little to go by --------------------------------------------------------------------------


@pytest.mark.parametrize("each", [1, 2])
@pytest.mark.parametrize("people", [2, 4])
@pytest.mark.parametrize("name", ALL)
def test_one_or_two_photos_of_each_are_enough_or_refused_with_the_reason(
    name: str, people: int, each: int
) -> None:
    X, y, looks = faces(people, each)
    probes = asked_about(looks)
    try:
        found = answers(name, X, y, probes.vectors)
    except CannotFit as problem:
        assert each == 1
        assert "photos of each relative" in str(problem)
        return
    assert found.shape == (len(probes), people)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("name", ALL)
def test_no_photos_at_all_are_refused_with_the_reason(name: str) -> None:
    with pytest.raises(CannotFit, match="no photos of the relatives"):
        registry.create(name).fit(np.empty((0, 8), np.float32), np.empty(0, np.int64))


@pytest.mark.parametrize("name", ALL)
def test_a_single_relative_gets_a_similarity_or_a_reason(name: str) -> None:
    X, y, looks = faces(1)
    try:
        found = answers(name, X, y, asked_about(looks).vectors)
    except CannotFit as problem:
        assert "relatives" in str(problem)
    else:
        assert np.isfinite(found).all()


@pytest.mark.parametrize("name", ALL)
def test_the_same_photo_again_and_again_gives_finite_numbers_or_a_reason(name: str) -> None:
    X, _, looks = faces(2, 1)
    X, y = np.repeat(X, 5, axis=0), np.repeat([0, 1], 5)
    try:
        found = answers(name, X, y, asked_about(looks).vectors)
    except CannotFit as problem:
        assert str(problem)
    else:
        assert np.isfinite(found).all()


@pytest.mark.parametrize("name", ALL)
def test_arrays_that_do_not_belong_together_are_a_fault(name: str) -> None:
    X, y, _ = faces()
    with pytest.raises(ValueError, match="do not belong together") as caught:
        registry.create(name).fit(X, y[1:])
    assert not isinstance(caught.value, CannotFit)


# --- trap 1: what was learned decides the answer --------------------------------------------------


class Untrained:
    """The script's linear layer as it was: drawn weights, and no training ever."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, X: npt.NDArray[Any], y: npt.NDArray[Any]) -> Untrained:
        dice = np.random.default_rng(self.seed)
        self.weights_ = dice.standard_normal((X.shape[1], int(y.max()) + 1))
        return self

    def decision_scores(self, X: npt.NDArray[Any]) -> Floats:
        return np.asarray(X @ self.weights_)


def depends_on_training(method: Any, again: Any, third: Any) -> bool:
    """Whether other labels, and other photos, change what a method says by what matters."""
    X, y, looks = faces(2)
    probes = asked_about(looks).vectors
    found = scores(method.fit(X, y), probes)
    typical = float(np.abs(found[:, 0] - found[:, 1]).mean())
    half = np.arange(len(y)) % 4 < 2  # half of each relative's photos change hands
    relabelled = scores(again.fit(X, np.where(half, 1 - y, y)), probes)
    others = scores(third.fit(faces(2, seed=9)[0], y), probes)
    moved = [float(np.abs(other - found).mean()) for other in (relabelled, others)]
    return typical > 0 and min(moved) > 0.1 * typical


@pytest.mark.parametrize("name", ALL)
def test_other_labels_or_other_photos_change_the_answer(name: str) -> None:
    assert depends_on_training(*(registry.create(name) for _ in range(3)))


def test_a_layer_that_was_never_trained_would_be_found_out() -> None:
    assert not depends_on_training(*(Untrained() for _ in range(3)))


# --- trap 2: whoever has more photos does not win -------------------------------------------------

FAMILIES = 10
STRANGERS = 50


@pytest.fixture(scope="module")
def families() -> Iterator[list[tuple[Evidence, Evidence]]]:
    """A mother with 40 photos, a father with 4, and children who are nobody's, again and again."""
    made = []
    for seed in range(FAMILIES):
        rng = np.random.default_rng([seed, 40])
        (anna, ben), _ = parents(rng)
        relatives = evidence(
            [
                Shots(anna.name, anna.look, range(20), 2),
                Shots(ben.name, ben.look, range(100, 104)),
            ],
            rng,
        )
        strangers = [child(Shots("?", look(rng), [900 + i]), rng) for i in range(STRANGERS)]
        made.append((relatives, together(strangers)))
    yield made


def together(parts: list[Evidence]) -> Evidence:
    count = sum(len(part) for part in parts)
    return Evidence(
        np.concatenate([part.vectors for part in parts]),
        np.arange(1_000_000, 1_000_000 + count),
        np.zeros(count, dtype=np.int64),
        np.concatenate([part.days for part in parts]),
        np.arange(1_000_000, 1_000_000 + count),
        np.zeros(count, dtype=np.int32),
        ("?",),
    )


@pytest.fixture(scope="module")
def judged(families: list[tuple[Evidence, Evidence]]) -> list[Evaluation]:
    return [evaluate(relatives, strangers, draws=6) for relatives, strangers in families]


@pytest.mark.parametrize("name", ALL)
def test_stranger_children_go_half_and_half_to_40_photos_and_to_4(
    name: str, judged: list[Evaluation]
) -> None:
    place = [method.name for method in judged[0].methods].index(name)
    assert {evaluation.photos_each for evaluation in judged} == {4}
    to_mother = []
    for evaluation in judged:
        lead = evaluation.values[place, :, 0] - evaluation.values[place, :, 1]
        to_mother.append(float(np.where(lead == 0, 0.5, lead > 0).mean()))
    noise = np.std(to_mother, ddof=1) / np.sqrt(FAMILIES)  # families differ, children share theirs
    assert abs(np.mean(to_mother) - 0.5) < max(0.05, 2.5 * noise)
    assert noise < 0.07


@pytest.mark.parametrize("name", ["logistic", "rbf_svm", "cosine", "knn"])
def test_without_equal_numbers_the_larger_album_would_win(
    name: str, families: list[tuple[Evidence, Evidence]]
) -> None:
    to_mother = []
    for relatives, strangers in families:
        found = answers(name, relatives.vectors, relatives.people, strangers.vectors)
        lead = found[:, 0] - found[:, 1]
        to_mother.append(np.where(lead == 0, 0.5, lead > 0).mean())
    assert np.mean(to_mother) > 0.62
