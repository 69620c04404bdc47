"""Who is like the child and has no name is asked about; a few photos do not fool the tracker."""

from __future__ import annotations

import numpy as np
import pytest

from tracker.identity.fitting import OWN_SPREAD, Side, _believed
from tracker.identity.judge import Faces, Judge, Known, fit
from tracker.identity.rules import OPEN, Setting, see
from tracker.identity.thresholds import levels

DIM = 64


def unit(x: np.ndarray) -> np.ndarray:
    return (x / np.linalg.norm(x, axis=-1, keepdims=True)).astype(np.float32)


class World:
    """People as directions; each of their faces is alone in a photo of a day of its own."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(5)
        self.photos = 0

    def like(self, who: np.ndarray | None = None, cosine: float = 0.0) -> np.ndarray:
        own = unit(self.rng.standard_normal(DIM))
        if who is None:
            return own
        apart = unit(own - (own @ who) * who)
        return unit(cosine * who + np.sqrt(1 - cosine**2) * apart)

    def faces(self, *people: np.ndarray, each: int = 1, noise: float = 0.25) -> Faces:
        middles = np.repeat(np.stack(people), each, axis=0)
        count = len(middles)
        photos = np.arange(self.photos, self.photos + count)
        self.photos += count
        vectors = unit(middles + noise * unit(self.rng.standard_normal((count, DIM))))
        return Faces(vectors, np.full(count, np.nan), photos, photos)


def together(*parts: Faces) -> Faces:
    return Faces(*(np.concatenate([getattr(p, n) for p in parts]) for n in Faces.__slots__))


def named(judge: Judge, faces: Faces) -> np.ndarray:
    """Whose name each face gets at the usual strictness, -1 for none."""
    nobody = np.zeros((len(faces), len(judge.known)), bool)
    seen = see(judge, faces, Setting(faces.photos, -1 - faces.photos, np.full(len(faces), OPEN),
                                     nobody))  # fmt: skip
    sure = seen.chances >= np.array(levels(judge, 0.01))
    return np.where(sure.any(axis=1), seen.chances.argmax(axis=1), -1)


@pytest.fixture(scope="module")
def family() -> tuple[World, list[np.ndarray], list[Known]]:
    """Mia, the only child, and two grown-ups, each with fifteen named photos."""
    world = World()
    people = [world.like() for _ in range(3)]
    return world, people, [Known(world.faces(who, each=15)) for who in people]


Made = tuple[World, list[np.ndarray], list[Known]]


def test_children_of_the_playground_are_asked_about_and_not_named_as_the_child(
    family: Made,
) -> None:
    world, people, known = family
    children = world.faces(*(world.like(people[0], 0.85) for _ in range(10)), each=4)
    own = world.faces(people[0], each=40)
    sample = together(children, own)
    judge = fit(known, sample=sample, nameless=np.ones(len(sample), bool))
    assert (named(judge, children) >= 0).mean() <= 0.01
    assert judge.chances(judge.near(own))[:, 0].min() > 0.95, (
        "of the child itself it is all but sure"
    )


def test_a_library_without_anybody_alike_names_as_many_as_before(family: Made) -> None:
    world, people, known = family
    own = world.faces(people[0], each=30)
    far = world.faces(*(world.like() for _ in range(30)))
    sample = together(own, far)
    learned = named(fit(known, sample=sample, nameless=np.ones(len(sample), bool)), sample)
    assert (learned[: len(own)] == 0).mean() >= 0.9
    assert (learned[len(own) :] == -1).all()


def test_the_few_faces_that_are_left_of_a_reviewed_library_get_their_names(family: Made) -> None:
    world, people, known = family
    left = world.faces(*people, each=2)
    judge = fit(known, sample=left, nameless=np.ones(len(left), bool))
    assert named(judge, left).tolist() == [0, 0, 1, 1, 2, 2]


def test_chances_sum_to_that_of_somebody_known(family: Made) -> None:
    world, people, known = family
    judge = fit(known)
    chances = judge.chances(judge.near(world.faces(*people, world.like())))
    assert (chances.sum(axis=1) <= 1).all()
    assert chances.sum(axis=1)[:3].min() > 0.99
    assert chances.sum(axis=1)[3] < 0.1


@pytest.mark.parametrize(("days", "low", "high"), [(3, 0.5, 1.0), (500, 0.1, 0.12)])
def test_how_much_faces_vary_is_learned_from_many_days_only(
    days: int, low: float, high: float
) -> None:
    usual = (OWN_SPREAD * 3.0) ** 2
    found = np.sqrt(_believed(0.1**2, [Side(3.0, 0.1**2, days)], usual))
    assert low < found < high
