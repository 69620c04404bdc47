"""Who is compared with whom, and how: the same faces put in several ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from db.records import Person
from tracker.resemblance.cohort import BAND_NAMES, band_of
from tracker.resemblance.evidence import Codes, Evidence
from tracker.resemblance.intervals import LEAST_DAYS

PARENTS = "parents"
EVERYONE = "everyone"
SAME_AGE = "same age"


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A child put to some relatives. `view` is one of `PARENTS`, `EVERYONE`, `SAME_AGE`; `name`
    tells apart the age bands of the last, each of which is a comparison of its own. `sexes` and
    `years` (typical age in their photos, NaN unknown) are per relative."""

    view: str
    name: str
    relatives: Evidence
    child: Evidence
    sexes: tuple[str, ...]
    years: tuple[float, ...]

    @property
    def shared_days(self) -> Codes:
        """The days that both have photos of."""
        return np.intersect1d(self.relatives.days, self.child.days)

    @property
    def photo_days(self) -> dict[str, int]:
        """Photo-days of each relative."""
        return {
            name: len(np.unique(self.relatives.days[self.relatives.people == number]))
            for number, name in enumerate(self.relatives.names)
        }


def comparisons(
    relatives: Evidence, child: Evidence, people: tuple[Person, ...], pair: tuple[str, str]
) -> list[Comparison]:
    """The pair; everyone, if there are more; and the pair at the child's own age, band by band,
    where both have photos of at least three days at that age."""
    sexes = {person.name: person.sex or "" for person in people}

    def made(view: str, name: str, theirs: Evidence, its: Evidence) -> Comparison:
        return Comparison(
            view, name, theirs, its, tuple(sexes[n] for n in theirs.names), typical_years(theirs)
        )

    both = of_people(relatives, pair)
    found = [made(PARENTS, PARENTS, both, child)]
    if len(relatives.names) > 2:
        found.append(made(EVERYONE, EVERYONE, relatives, child))
    of_child, of_both = _bands(child), _bands(both)
    for band in np.unique(of_child[of_child >= 0]).tolist():
        then = both.only(of_both == band)
        days = [len(np.unique(then.days[then.people == person])) for person in (0, 1)]
        if min(days) >= LEAST_DAYS:
            its = child.only(of_child == band)
            found.append(made(SAME_AGE, f"{SAME_AGE}: {BAND_NAMES[band]}", then, its))
    return found


def of_people(relatives: Evidence, names: tuple[str, ...]) -> Evidence:
    """The evidence of some of the relatives, numbered in the order of `names`."""
    place = {relatives.names.index(name): number for number, name in enumerate(names)}
    part = relatives.only(np.isin(relatives.people, list(place)))
    return Evidence(
        vectors=part.vectors,
        face_ids=part.face_ids,
        people=np.array([place[p] for p in part.people.tolist()], dtype=np.int64),
        days=part.days,
        photos=part.photos,
        ages=part.ages,
        names=names,
    )


def typical_years(relatives: Evidence) -> tuple[float, ...]:
    """The median age of each relative in their photos, in years; NaN where it is not known."""
    found = []
    for person in range(len(relatives.names)):
        ages = relatives.ages[(relatives.people == person) & (relatives.ages >= 0)]
        found.append(float(np.median(ages)) / 12 if len(ages) else float("nan"))
    return tuple(found)


def _bands(faces: Evidence) -> Codes:
    return band_of(np.where(faces.ages >= 0, faces.ages / 12, np.nan))
