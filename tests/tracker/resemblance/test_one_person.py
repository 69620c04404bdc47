"""Whether photos show one person, and which of several faces is theirs, from the photos alone."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.made_up_faces import Shots, evidence, look
from tracker.resemblance.one_person import (
    are_several,
    excess,
    pick_theirs,
    usual_closeness,
)
from tracker.resemblance.strangers import SAME_PERSON

DIM = 128


def faces(
    rng: np.random.Generator, looks: list[np.ndarray], each: int = 4, noise: float = 0.55
) -> list[np.ndarray]:
    """Photos of some people, float32 `(each, d)` of each."""
    shots = [Shots("", point, range(each)) for point in looks]
    made = evidence(shots, rng, day_noise=noise, photo_noise=noise)
    return [made.vectors[made.people == n] for n in range(len(looks))]


def crowd(rng: np.random.Generator, people: int = 12, **more: float) -> list[np.ndarray]:
    return faces(rng, [look(rng, DIM) for _ in range(people)], **more)  # type: ignore[arg-type]


def test_the_face_that_is_like_the_persons_other_photos_is_picked() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        jo, *others = crowd(rng)
        group = np.stack([others[0][0], jo[0], others[1][0]])
        strangers = np.concatenate(others[2:])
        usual = usual_closeness(others)
        assert pick_theirs(group, jo[1:], strangers, usual) == 1
        assert pick_theirs(group, jo[1:2], strangers, usual) == 1  # one photo is enough
        assert pick_theirs(group[[0, 2]], jo[1:], strangers, usual) is None


def test_of_two_who_both_could_be_nobody_is_picked() -> None:
    rng = np.random.default_rng(1)
    jo, *others = crowd(rng)
    assert pick_theirs(jo[:2], jo[2:], np.concatenate(others), 0.6) is None


def test_without_a_photo_of_them_alone_nobody_is_picked() -> None:
    rng = np.random.default_rng(2)
    jo, *others = crowd(rng)
    assert pick_theirs(jo, jo[:0], np.concatenate(others), 0.6) is None
    assert pick_theirs(jo[:0], jo, np.concatenate(others), 0.6) is None


def test_where_nobody_else_is_known_only_a_sure_face_is_picked() -> None:
    rng = np.random.default_rng(3)
    jo, kim = faces(rng, [look(rng, DIM), look(rng, DIM)])
    none = jo[:0]
    assert pick_theirs(np.stack([kim[0], jo[0]]), jo[1:], none, 0.6) == 1
    assert pick_theirs(kim[:1], jo, none, 0.6) is None


@pytest.mark.parametrize("photos", [3, 4, 8])
def test_a_folder_of_strangers_is_told_from_a_persons(photos: int) -> None:
    mixed = doubted = 0
    for seed in range(40):
        rng = np.random.default_rng([seed, photos])
        everybody = crowd(rng, 20, each=8)
        usual = float(np.median([excess(one, np.concatenate(everybody[1:])) for one in everybody]))
        strangers = np.concatenate(everybody[photos + 1 :])
        mixed += are_several(np.stack([one[0] for one in everybody[:photos]]), strangers, usual)
        doubted += are_several(everybody[0][:photos], strangers, usual)
    assert mixed >= 34
    assert doubted == 0


def test_an_embedder_that_hardly_tells_people_apart_doubts_nobody() -> None:
    doubted = 0
    for seed in range(40):
        rng = np.random.default_rng([seed, 9])
        everybody = crowd(rng, 20, each=3, noise=2.5)
        usual = float(np.median([excess(one, np.concatenate(everybody[1:])) for one in everybody]))
        doubted += are_several(everybody[0], np.concatenate(everybody[1:]), usual)
    assert doubted <= 2


def test_two_photos_or_hardly_anybody_else_prove_nothing() -> None:
    rng = np.random.default_rng(4)
    everybody = crowd(rng)
    strangers = np.concatenate(everybody[3:])
    two = np.stack([everybody[0][0], everybody[1][0]])
    three = np.stack([one[0] for one in everybody[:3]])
    assert not are_several(two, strangers, 0.5)
    assert not are_several(three, strangers[:5], 0.5)
    assert np.isnan(excess(two, strangers))


def test_how_alike_one_persons_photos_are_is_assumed_where_nobody_has_two() -> None:
    rng = np.random.default_rng(5)
    assert usual_closeness([one[:1] for one in crowd(rng)]) == SAME_PERSON
    assert usual_closeness(crowd(rng)) == pytest.approx(0.62, abs=0.05)
