"""What the tracker knows of families, told on made-up faces."""

from __future__ import annotations

import numpy as np
import pytest

from tracker.identity.judge import Faces, Judge, Known, fit
from tracker.identity.rules import CLOSED, OPEN, Setting, see

DIM = 64
YEAR = 365.0


def unit(x: np.ndarray) -> np.ndarray:
    return (x / np.linalg.norm(x, axis=-1, keepdims=True)).astype(np.float32)


class Family:
    """People as directions; faces are these with some noise. Days count from a child's birth."""

    def __init__(self, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.photo = 0

    def person(self, like: np.ndarray | None = None, share: float = 0.0) -> np.ndarray:
        own = unit(self.rng.standard_normal(DIM))
        return own if like is None else unit(share * like + (1 - share) * own)

    def faces(self, who: np.ndarray, days: list[float], photos: list[int] | None = None) -> Faces:
        noise = 0.45 * unit(self.rng.standard_normal((len(days), DIM)))
        if photos is None:
            photos = [self.photo + 1 + i for i in range(len(days))]
            self.photo = photos[-1]
        keys = np.array(days, np.float64).astype(np.int64) * 2
        return Faces(
            unit(who + noise), np.array(days, np.float64), keys, np.array(photos, np.int64)
        )

    def burst(self, first: Faces, photo: int) -> Faces:
        """These faces, and the same a second later."""
        noise = 0.1 * unit(self.rng.standard_normal((len(first), DIM)))
        photos = np.full(len(first), photo)
        later = Faces(unit(first.vectors + noise), first.days, first.keys, photos)
        return together(first, later)


def setting(faces: Faces, people: int, **changes: np.ndarray) -> Setting:
    usual = {
        "photos": faces.photos,
        "moments": -faces.photos,
        "names": np.full(len(faces), OPEN),
        "ruled_out": np.zeros((len(faces), people), bool),
    }
    return Setting(**{**usual, **changes})


def together(*parts: Faces) -> Faces:
    return Faces(*(np.concatenate([getattr(p, n) for p in parts]) for n in Faces.__slots__))


@pytest.fixture
def made() -> tuple[Family, dict[str, np.ndarray], Judge]:
    """Mia (0), her mother Anna (1) whom she takes after, Ben (2), the twins Lea and Lia (3, 4)."""
    family = Family()
    anna, ben, lea = family.person(), family.person(), family.person()
    looks = {"anna": anna, "ben": ben, "mia": family.person(anna, 0.5), "lea": lea, "lia": lea}
    days = [7.0 * i for i in range(12)]
    order = ("mia", "anna", "ben", "lea", "lia")
    born = {"mia": 0.0, "lea": 0.0, "lia": 0.0}
    known = [Known(family.faces(looks[n], days), born.get(n, float("nan"))) for n in order]
    return family, looks, fit(known)


Made = tuple[Family, dict[str, np.ndarray], Judge]


def test_everybody_is_told_and_a_stranger_is_nobody(made: Made) -> None:
    family, looks, judge = made
    faces = together(*(family.faces(looks[n], [101.0, 102.0]) for n in ("mia", "anna", "ben")))
    seen = see(judge, faces, setting(faces, 5))
    assert seen.chances.argmax(axis=1).tolist() == [0, 0, 1, 1, 2, 2]
    assert (seen.chances.max(axis=1) > 0.9).all()
    strangers = family.faces(family.person(), [101.0, 103.0])
    assert see(judge, strangers, setting(strangers, 5)).chances.max() < 0.1


def test_twins_are_never_told_by_looks(made: Made) -> None:
    family, looks, judge = made
    assert judge.too_alike(3, 4)
    assert judge.doubles() == [3, 4]
    faces = family.faces(looks["lea"], [101.0 + i for i in range(20)])
    chances = see(judge, faces, setting(faces, 5)).chances
    assert chances[:, 3:].max() < 0.51, "the nearer one is mentioned first, and that is all"
    assert chances[:, 3:].sum(axis=1).min() > 0.8, "but that it is one of them is sure"


def test_the_other_twin_is_told_once_one_is_named(made: Made) -> None:
    family, looks, judge = made
    faces = together(
        family.faces(looks["lea"], [101.0], [900]), family.faces(looks["lia"], [101.0], [900])
    )
    names = np.array([3, OPEN])
    chances = see(judge, faces, setting(faces, 5, names=names)).chances
    assert chances[0, 3] == 1
    assert chances[1, 4] > 0.8
    assert chances[1, 3] == 0


def test_a_face_named_as_the_mother_is_not_the_child(made: Made) -> None:
    family, looks, judge = made
    faces = family.faces(looks["mia"], [101.0])
    assert see(judge, faces, setting(faces, 5)).chances[0, 0] > 0.9
    seen = see(judge, faces, setting(faces, 5, names=np.array([1])))
    assert seen.chances[0].tolist() == [0, 1, 0, 0, 0]


def test_nobody_is_what_was_ruled_out(made: Made) -> None:
    family, looks, judge = made
    faces = family.faces(looks["mia"], [101.0])
    out = np.array([[True, False, False, False, False]])
    assert see(judge, faces, setting(faces, 5, ruled_out=out)).chances[0, 0] == 0


def test_an_ignored_face_has_no_chances(made: Made) -> None:
    family, looks, judge = made
    faces = family.faces(looks["mia"], [101.0])
    seen = see(judge, faces, setting(faces, 5, names=np.array([CLOSED])))
    assert not seen.chances.any()


def test_a_child_is_not_sure_of_itself_years_later(made: Made) -> None:
    family, looks, judge = made
    near = family.faces(looks["mia"], [150.0])
    late = family.faces(looks["mia"], [4 * YEAR])
    assert see(judge, near, setting(near, 5)).chances[0, 0] > 0.9
    assert see(judge, late, setting(late, 5)).chances[0, 0] <= 0.5


def test_faces_of_a_burst_are_one_person(made: Made) -> None:
    family, looks, judge = made
    faces = family.burst(family.faces(looks["ben"], [101.0], [901]), 902)
    burst = np.array([5, 5])
    names = np.array([2, OPEN])
    seen = see(judge, faces, setting(faces, 5, moments=burst, names=names))
    assert seen.told.tolist() == [OPEN, 2]
    assert seen.chances[1, 2] > 0.98
    out = np.zeros((2, 5), bool)
    out[0, 2] = True
    rejected = see(judge, faces, setting(faces, 5, moments=burst, ruled_out=out))
    assert not rejected.chances[:, 2].any(), "what one of them is not, none of them is"
    both = see(judge, faces, setting(faces, 5, moments=burst)).chances
    np.testing.assert_array_equal(both[0], both[1])


def test_twins_in_a_burst_are_not_swapped(made: Made) -> None:
    family, looks, judge = made
    first = together(*(family.faces(looks[n], [101.0], [903]) for n in ("lea", "lia")))
    faces = family.burst(first, 904)
    names = np.array([3, 4, OPEN, OPEN])
    burst = np.full(4, 6)
    chances = see(judge, faces, setting(faces, 5, moments=burst, names=names)).chances
    assert chances[2:, 3:].max() < 0.9


def test_the_order_of_the_faces_changes_no_answer(made: Made) -> None:
    family, looks, judge = made
    parts = [
        family.faces(looks[n], [101.0], [910 + i % 3])
        for i, n in enumerate(("mia", "ben", "anna", "lea", "ben", "mia", "lia"))
    ]
    faces = together(*parts)
    moments = np.where(faces.photos < 912, 1, 2)
    order = np.array([4, 2, 6, 0, 5, 1, 3])
    there = see(judge, faces, setting(faces, 5, moments=moments)).chances
    turned = faces.take(order)
    again = see(judge, turned, setting(turned, 5, moments=moments[order])).chances
    np.testing.assert_allclose(again, there[order], atol=1e-6)


def test_photos_of_one_day_are_not_compared() -> None:
    family = Family(3)
    mia, ben = family.person(), family.person()
    same_day = Known(family.faces(mia, [5.0] * 6))
    judge = fit([same_day, Known(family.faces(ben, [7.0 * i for i in range(6)]))])
    assert np.isnan(judge.near(family.faces(mia, [5.0])).values[0, 0])
    assert not np.isnan(judge.near(family.faces(mia, [6.0])).values[0, 0])


def test_few_photos_give_no_certainty() -> None:
    family = Family(4)
    judge = fit([Known(family.faces(family.person(), [3.0]))])
    faces = family.faces(family.person(), [9.0])
    assert see(judge, faces, setting(faces, 1)).chances.max() < 0.9
    empty = fit([])
    assert see(empty, faces, setting(faces, 0)).chances.shape == (1, 0)
