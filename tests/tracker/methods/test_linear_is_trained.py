"""The old script never trained its linear layer. This one is, and stays so."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.made_up_faces import Shots, evidence, look
from tracker.methods._torch_training import initial_layers, shares, train
from tracker.methods.linear import Linear
from tracker.methods.mlp import Mlp
from tracker.resemblance.evidence import Evidence


@pytest.fixture(scope="module")
def known() -> Evidence:
    rng = np.random.default_rng(0)
    return evidence([Shots(name, look(rng), range(12)) for name in ("Anna", "Ben")], rng)


def loss(answers: np.ndarray, people: np.ndarray) -> float:
    return float(-np.log(answers[np.arange(len(people)), people]).mean())


@pytest.mark.parametrize(("method", "sizes"), [(Linear, [64, 2]), (Mlp, [64, 32, 2])])
def test_training_moves_the_weights_away_from_how_they_were_drawn(
    method: type[Linear] | type[Mlp], sizes: list[int], known: Evidence
) -> None:
    drawn = [(weights.numpy(), bias.numpy()) for weights, bias in initial_layers(sizes, seed=3)]
    before = loss(shares(known.vectors, drawn), known.people)
    trained = method(seed=3).fit(known.vectors, known.people)
    after = loss(trained.predict_proba(known.vectors), known.people)
    assert before > 0.4  # drawn weights know nobody
    assert after < before / 2
    for (old, _), (new, _) in zip(drawn, trained.layers_, strict=True):
        assert np.linalg.norm(new - old) > 0.1 * np.linalg.norm(old)


@pytest.mark.parametrize("method", [Linear, Mlp])
def test_what_the_layer_says_comes_from_the_photos_and_not_from_its_first_weights(
    method: type[Linear] | type[Mlp], known: Evidence
) -> None:
    """Ten ways to draw the first weights, one answer: the script celebrated just one of them."""
    rng = np.random.default_rng(1)
    people = [
        Shots(n, look(np.random.default_rng([2, i])), range(50, 60)) for i, n in enumerate("ab")
    ]
    probes = evidence(people, rng).vectors
    answers = np.array(
        [
            method(seed=seed).fit(known.vectors, known.people).predict_proba(probes)[:, 0]
            for seed in range(10)
        ]
    )
    assert answers.std(axis=0).mean() < 0.12
    assert np.corrcoef(answers)[0].min() > 0.5


def test_training_also_works_where_gradients_were_turned_off(known: Evidence) -> None:
    import torch

    wanted = Linear().fit(known.vectors, known.people).predict_proba(known.vectors)
    with torch.no_grad():
        found = Linear().fit(known.vectors, known.people).predict_proba(known.vectors)
    np.testing.assert_array_equal(found, wanted)


def test_training_gives_torch_its_threads_back(known: Evidence) -> None:
    import torch

    before = torch.get_num_threads()
    train(known.vectors, known.people, [64, 2], seed=0, steps=2, rate=0.01, decay=0.0)
    assert torch.get_num_threads() == before
