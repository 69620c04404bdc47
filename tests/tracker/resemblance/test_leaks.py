"""What works without likeness is found, and what is honest is left in peace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support.made_up_faces import Floats, Shots, child, evidence, look, parents
from tracker.methods.registry import names
from tracker.resemblance import fitting, leaks
from tracker.resemblance.evidence import Evidence
from tracker.resemblance.leaks import deal_days, find_leaks


def family(seed: int) -> tuple[Evidence, Evidence]:
    rng = np.random.default_rng(seed)
    people, looks = parents(rng)
    likeness = (looks[0] + looks[1]) / 2 + look(rng)
    its = Shots("Mia", likeness / np.linalg.norm(likeness), range(500, 530))
    return evidence(people, rng), child(its, rng)


def test_nothing_is_found_in_an_honest_comparison_by_any_method() -> None:
    assert find_leaks(*family(0), methods=names()) == ()


def test_days_that_both_were_seen_on_are_told_and_do_not_stop() -> None:
    relatives, its = family(1)
    days = its.days.copy()
    days[:3] = relatives.days[0]
    (leak,) = find_leaks(relatives, replace(its, days=days))
    assert (leak.kind, leak.stops) == ("together", False)
    assert leak.face_ids == tuple(its.face_ids[:3])
    assert "3 of the child's faces" in leak.sentence


def test_a_relatives_own_face_among_the_childs_stops() -> None:
    relatives, its = family(2)
    rng = np.random.default_rng(20)
    people, _ = parents(np.random.default_rng(2))
    anna = evidence([replace(people[0], days=[600, 601])], rng, first=2_000_000)
    joined = Evidence(
        np.concatenate([its.vectors, anna.vectors]),
        np.concatenate([its.face_ids, anna.face_ids]),
        np.zeros(len(its) + len(anna), dtype=int),
        np.concatenate([its.days, anna.days]),
        np.concatenate([its.photos, anna.photos]),
        np.concatenate([its.ages, anna.ages]),
        its.names,
    )
    (leak,) = find_leaks(relatives, joined)
    assert (leak.kind, leak.stops, leak.who) == ("own face", True, ("Anna",))
    assert set(leak.face_ids) == set(anna.face_ids)


def test_one_picture_under_two_names_stops() -> None:
    relatives, its = family(3)
    vectors = relatives.vectors.copy()
    ben = np.flatnonzero(relatives.people == 1)
    vectors[ben[0]] = vectors[0]
    (leak,) = find_leaks(replace(relatives, vectors=vectors), its)
    assert (leak.kind, leak.stops, leak.who) == ("duplicate", True, ("Anna", "Ben"))
    assert leak.face_ids == (int(relatives.face_ids[ben[0]]),)


class Deaf:
    """A method whose weights are random and stay so, as in the first tracker."""

    def fit(self, X: Floats, y: Floats) -> Deaf:
        """Look away."""
        self.people = int(y.max()) + 1
        return self

    def decision_scores(self, X: Floats) -> Floats:
        """Whatever the random weights make of the face."""
        return np.asarray(X @ np.random.default_rng(0).standard_normal((X.shape[1], self.people)))


def test_a_method_that_never_learned_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    known = fitting.create
    monkeypatch.setattr(
        fitting, "create", lambda name, seed: Deaf() if name == "deaf" else known(name, seed)
    )
    found = find_leaks(*family(4), methods=("deaf", "cosine"))
    assert [(leak.kind, leak.stops, leak.who) for leak in found] == [("untrained", True, ("deaf",))]


class Peeping:
    """A method that has seen whom every face is said to be."""

    seen: Evidence

    def fit(self, X: Floats, y: Floats) -> Peeping:
        """Learn nothing that was not known before."""
        self.people = int(y.max()) + 1
        return self

    def decision_scores(self, X: Floats) -> Floats:
        """Look the face up."""
        row = (X @ self.seen.vectors.T).argmax(axis=1)
        return np.eye(self.people)[self.seen.people[row]]


def test_a_method_that_knows_days_dealt_out_at_random_stops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    relatives, its = family(5)
    known, deal = fitting.create, leaks.deal_days
    # It knows faces by their numbers, so it must see them as they are.
    monkeypatch.setattr(fitting, "turned", lambda relatives, _rows, asked: (relatives, asked))

    def dealt(faces: Evidence, rng: np.random.Generator) -> Evidence:
        Peeping.seen = deal(faces, rng)
        return Peeping.seen

    Peeping.seen = relatives
    monkeypatch.setattr(leaks, "deal_days", dealt)
    monkeypatch.setattr(
        fitting, "create", lambda name, seed: Peeping() if name == "peeping" else known(name, seed)
    )
    found = find_leaks(relatives, its, methods=("peeping", "centroid"))
    assert ("shuffled", True, ("peeping",)) in [(k.kind, k.stops, k.who) for k in found]
    assert not any("centroid" in leak.who for leak in found)


def test_dealing_days_keeps_days_whole_and_everybody_as_many() -> None:
    relatives, _ = family(6)
    dealt = deal_days(relatives, np.random.default_rng(0))
    for day in np.unique(relatives.days):
        assert len(set(dealt.people[relatives.days == day])) == 1
    assert sorted(dealt.people) == sorted(relatives.people)
    assert not np.array_equal(dealt.people, relatives.people)
