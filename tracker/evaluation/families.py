"""Real families: are true parents told from strangers, and does the embedder lean?

The strangers of the folder are the cohort; nothing is fitted to the families, whose trees are
only read to count right answers. See `family_folder` for how families are read.

Every child is put to its own parents and to the parents of all other families. Photos that hold
both the child and the parent are left out of the parent's, in all four measures alike, for faces
of one photograph share light and camera. Each step is measured by itself:

- *raw single*: cosine of one photo and another, every pair of photos counting;
- *centred*: the same after what people of that sex and age share was taken off;
- *templated*: cosine of the child's centred photos to the mean of all of the parent's;
- *score*: the resemblance score itself, as a report uses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from tracker.resemblance.bias import LEAST_STRANGERS
from tracker.resemblance.cells import unit
from tracker.resemblance.cohort import Cohort, band_of
from tracker.resemblance.evidence import Codes, Evidence, Mask, Vectors
from tracker.resemblance.intervals import Array
from tracker.resemblance.score import Scores, score
from tracker.resemblance.strangers import Strangers

MEASURES = ("raw single", "centred", "templated", "score")
AUCS = ("measure", "auc", "low", "high", "gain", "gain_low", "gain_high", "kin", "strangers")
LEANS = ("measure", "to_mother", "low", "high", "children", "couples")
UNIFORM = ("children", "faces", "statistic", "p_value")
FAMILY_GATES = ("gate", "value", "low", "high", "passed")
NEED_STRANGERS = ("centred", "score")

BOOTSTRAPS = 2000
CONFIDENCE = 0.95

LEAST_FAMILIES = 5
"""Below that a bootstrap of families is no interval: it is withheld."""

BIAS = (0.47, 0.53)
"""Where the share of stranger children who are nearer to a mother has to lie."""

LEAST_P = 0.01
"""Kolmogorov's and Smirnov's p-value below which percentiles are not called uniform."""


class Pair(NamedTuple):
    """A parent and a child, people by number; `kin` says whether they are."""

    parent: int
    child: int
    kin: bool


@dataclass(frozen=True, slots=True, eq=False)
class Families:
    """Faces of families and strangers as aligned arrays of length n.

    `vectors` float32 `(n, d)`; `people` int `(n,)` index into `names` ("F0063/MID1"); `photos` int
    `(n,)`; `years` float `(n,)`; `is_stranger` bool `(n,)`. `sexes` and `family` per person.
    `parents`: rows (parent, child) int `(p, 2)` of people. `notes`: what could not be read.
    """

    vectors: Vectors
    people: Codes
    photos: Codes
    years: Array
    is_stranger: Mask
    names: tuple[str, ...]
    sexes: tuple[str, ...]
    family: Codes
    parents: Codes
    notes: tuple[str, ...] = ()

    def rows(self, person: int) -> Codes:
        """The rows of a family member's faces."""
        return np.flatnonzero((self.people == person) & ~self.is_stranger)

    def cohort(self) -> Cohort:
        """The strangers."""
        mine = self.is_stranger
        return Cohort(
            self.vectors[mine], self.people[mine], self.years[mine], self.sexes, self.names
        )

    def evidence(self, people: Sequence[int], without: Codes | None = None) -> Evidence:
        """Faces of some people, each photo a day of its own, `without` some photos."""
        rows = [self.rows(person) for person in people]
        if without is not None:
            rows = [mine[~np.isin(self.photos[mine], without)] for mine in rows]
        chosen = np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)
        months = np.where(np.isnan(self.years), -1, self.years * 12)[chosen]
        return Evidence(
            self.vectors[chosen],
            chosen,
            np.repeat(np.arange(len(people)), [len(mine) for mine in rows]),
            self.photos[chosen],
            self.photos[chosen],
            months.astype(np.int32),
            tuple(self.names[person] for person in people),
        )

    def typical_age(self, person: int) -> float:
        """Median age in years over a person's photos, NaN where none is known."""
        years = self.years[self.rows(person)]
        known = years[~np.isnan(years)]
        return float(np.median(known)) if len(known) else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class FamilyResults:
    """What came out, with 95 % intervals from `families` drawn anew (NaN below five of them).

    `aucs`, columns `AUCS`: the chance that a true parent is nearer than a stranger of the same
    sex is; `gain` is over *raw single* on the same draws of families; `kin` and `strangers` are
    pairs. `leans`, columns `LEANS`: the share of stranger children nearer to a mother than to the
    father beside her. `null`, columns `UNIFORM`: Kolmogorov and Smirnov's test that percentiles
    of strangers are uniform, one face each of children that are put to one stranger each.
    `faces` were read; `notes` say what could not be read or is withheld.
    """

    aucs: pd.DataFrame
    leans: pd.DataFrame
    null: pd.DataFrame
    families: int
    faces: int
    notes: tuple[str, ...]


def evaluate_families(families: Families, *, draws: int = 25, seed: int = 0) -> FamilyResults:
    """Run the whole protocol. `draws` are of the relatives' photos, as in a report."""
    strangers = Strangers.of(families.cohort())
    desk = _Desk(families, strangers, draws, seed)
    pairs, percentiles = desk.pairs()
    count = _own_families(families)[1]
    weights = _multiplicities(count, seed)
    aucs = _aucs(families, pairs, weights)
    leans = _leans(families, desk.couples(), weights)
    null = _null(percentiles, seed)
    notes = list(families.notes)
    if count < LEAST_FAMILIES:
        notes.append(
            f"an interval needs {LEAST_FAMILIES} families, and there are {count}: it is withheld"
        )
    if strangers.size < LEAST_STRANGERS:
        notes.append(
            f"the score needs {LEAST_STRANGERS} unrelated people, and there are "
            f"{strangers.size}: it is withheld"
        )
        without = {"auc": np.nan, "low": np.nan, "high": np.nan}
        without |= {"gain": np.nan, "gain_low": np.nan, "gain_high": np.nan}
        aucs = _withheld(aucs, without)
        leans = _withheld(leans, {"to_mother": np.nan, "low": np.nan, "high": np.nan})
    return FamilyResults(aucs, leans, null, count, len(families.vectors), tuple(notes))


def _withheld(frame: pd.DataFrame, values: dict[str, float]) -> pd.DataFrame:
    """`frame` without the measures that need strangers."""
    needs = frame["measure"].isin(NEED_STRANGERS)
    return frame.assign(**{name: frame[name].mask(needs, value) for name, value in values.items()})


def gates(results: FamilyResults) -> pd.DataFrame:
    """What has to hold of the score, columns `FAMILY_GATES`; `passed` None where not measured."""
    scored = results.aucs["measure"] == "score"
    leaning = results.leans["measure"] == "score"
    rows = [
        ("gain over raw single, lower bound", results.aucs["gain_low"][scored].item(), 0.0, 1.0),
        ("strangers nearer to the mother", results.leans["to_mother"][leaning].item(), *BIAS),
        ("percentiles uniform, p-value", results.null["p_value"].item(), LEAST_P, 1.0),
    ]
    frame = pd.DataFrame(rows, columns=list(FAMILY_GATES[:-1]))
    met = [None if np.isnan(v) else bool(low < v <= high) for _, v, low, high in rows]
    return frame.assign(passed=pd.Series(met, dtype=object))


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """What one measure says: one `value` per comparison, of weight `weight` (1 in all per pair),
    and which of the pairs (parent, child) it is of. `kin` bool per comparison."""

    value: Array
    weight: Array
    parent: Codes
    child: Codes
    kin: Mask


@dataclass(frozen=True, slots=True, eq=False)
class _Desk:
    families: Families
    strangers: Strangers
    draws: int
    seed: int

    @property
    def children(self) -> Codes:
        """Everybody who is somebody's child."""
        return np.unique(self.families.parents[:, 1])

    def centred(self) -> Array:
        """All faces less what their cell shares."""
        all_sexes = np.array(self.families.sexes, dtype="<U1")[self.families.people]
        bands = band_of(self.families.years)
        return self.strangers.cells.centre(self.families.vectors, all_sexes, bands)

    def pairs(self) -> tuple[dict[str, _Pairs], pd.DataFrame]:
        """Every measure of every pair, and the percentiles of strangers face by face."""
        families = self.families
        found: dict[str, list[tuple[Array, Pair]]] = {name: [] for name in MEASURES}
        vectors = {"raw single": families.vectors.astype(np.float64), "centred": self.centred()}
        scored, percentiles = self._scored()
        for pair, value in scored.items():
            child, parent = self._apart(pair)
            for name, space in vectors.items():
                found[name].append(((space[child] @ space[parent].T).ravel(), pair))
            template = unit(vectors["centred"][parent].mean(axis=0))
            near = vectors["centred"][child] @ template
            found["templated"].append((np.array([near.mean()]), pair))
            found["score"].append((np.array([value]), pair))
        return {name: _collected(parts) for name, parts in found.items()}, percentiles

    def couples(self) -> dict[str, pd.DataFrame]:
        """Stranger children put to couples: mother, child, and how much nearer to the mother."""
        spaces = {"raw single": self.families.vectors.astype(np.float64), "centred": self.centred()}
        rows: dict[str, list[tuple[int, int, float]]] = {name: [] for name in MEASURES}
        for father, mother in self._couples():
            both = [self.families.rows(mother), self.families.rows(father)]
            for sex, children in self._stranger_children(mother):
                for child in children:
                    mine = self.families.rows(child)
                    for name, space in spaces.items():
                        near = [float((space[mine] @ space[rows].T).mean()) for rows in both]
                        rows[name].append((mother, child, near[0] - near[1]))
                    space = spaces["centred"]
                    near = [
                        float((space[mine] @ unit(space[rows].mean(axis=0))).mean())
                        for rows in both
                    ]
                    rows["templated"].append((mother, child, near[0] - near[1]))
                result, who = self._score([mother, father], children, sex)
                names = (self.families.names[mother], self.families.names[father])
                nearer = _by_person(result.face_differences(*names), who)
                rows["score"] += [(mother, c, d) for c, d in nearer]
        columns = ["mother", "child", "difference"]
        return {name: pd.DataFrame(found, columns=columns) for name, found in rows.items()}

    def _scored(self) -> tuple[dict[Pair, float], pd.DataFrame]:
        families = self.families
        scored, percentiles = {}, []
        for parent in np.unique(families.parents[:, 0]).tolist():
            for sex, children in self._stranger_children(parent):
                result, who = self._score([parent], children, sex)
                for child, z in _by_person(result.z[:, 0], who):
                    scored[Pair(parent, child, False)] = z
                percentiles.append(
                    pd.DataFrame(
                        {"parent": parent, "child": who, "percentile": result.percentile[:, 0]}
                    )
                )
        for parent, child in families.parents.tolist():
            pair = Pair(parent, child, True)
            if min(map(len, self._apart(pair))):
                shared = families.photos[families.rows(child)]
                sex = families.sexes[child]
                result, _ = self._score([parent], [child], sex, without=shared)
                scored[pair] = float(result.z.mean())
        columns = ["parent", "child", "percentile"]
        empty = pd.DataFrame(columns=columns, dtype=np.float64)
        return scored, pd.concat([*percentiles] or [empty], ignore_index=True)

    def _score(
        self,
        relatives: Sequence[int],
        children: Sequence[int],
        sex: str,
        without: Codes | None = None,
    ) -> tuple[Scores, Codes]:
        """The score, and whose face each scored face is."""
        families = self.families
        result = score(
            families.evidence(relatives, without),
            families.evidence(children),
            self.strangers,
            sexes=tuple(families.sexes[r] for r in relatives),
            years=tuple(families.typical_age(r) for r in relatives),
            child_sex=sex,
            draws=self.draws,
            seed=self.seed,
        )
        # Face numbers are rows of the families' arrays.
        return result, families.people[result.face_ids]

    def _apart(self, pair: Pair) -> tuple[Codes, Codes]:
        """Rows of the child, and of the parent in photos without the child."""
        child, parent = self.families.rows(pair.child), self.families.rows(pair.parent)
        shared = np.isin(self.families.photos[parent], self.families.photos[child])
        return child, parent[~shared]

    def _stranger_children(self, parent: int) -> list[tuple[str, list[int]]]:
        """Children of other families by sex."""
        family = self.families.family
        others = [c for c in self.children.tolist() if family[c] != family[parent]]
        groups = [(s, [c for c in others if self.families.sexes[c] == s]) for s in ("f", "m", "")]
        return [(sex, children) for sex, children in groups if children]

    def _couples(self) -> list[tuple[int, int]]:
        """Father and mother of the same child."""
        families = self.families
        couples = set()
        for child in self.children.tolist():
            parents = families.parents[families.parents[:, 1] == child, 0].tolist()
            fathers = [p for p in parents if families.sexes[p] == "m"]
            mothers = [p for p in parents if families.sexes[p] == "f"]
            couples |= {(f, m) for f in fathers for m in mothers}
        return sorted(couples)


def _by_person(values: Array, who: Codes) -> list[tuple[int, float]]:
    """People with the mean over their faces."""
    people, of = np.unique(who, return_inverse=True)
    means = np.bincount(of, values) / np.bincount(of)
    return list(zip(people.tolist(), means.tolist(), strict=True))


def _collected(parts: list[tuple[Array, Pair]]) -> _Pairs:
    sizes = [len(values) for values, _ in parts]
    table = np.array([pair for _, pair in parts], dtype=np.int64).repeat(sizes, axis=0)
    return _Pairs(
        np.concatenate([values for values, _ in parts]),
        np.repeat([1 / size for size in sizes], sizes),
        table[:, 0],
        table[:, 1],
        table[:, 2] == 1,
    )


def _own_families(families: Families) -> tuple[Codes, int]:
    """Per person the number of their family among those with parents, and how many these are.

    Whoever belongs to none has a number too, which is never asked for.
    """
    own = np.unique(families.family[families.parents])
    return np.minimum(np.searchsorted(own, families.family), max(len(own) - 1, 0)), len(own)


def _multiplicities(count: int, seed: int) -> Array:
    """How often each family is drawn: float64 `(1 + BOOTSTRAPS, count)`, the first all ones.

    Of too few families there are no drawings.
    """
    if count < LEAST_FAMILIES:
        return np.ones((1, count))
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=BOOTSTRAPS)
    return np.concatenate([np.ones((1, count)), drawn])


def _aucs(families: Families, measures: dict[str, _Pairs], weights: Array) -> pd.DataFrame:
    values = {name: _auc(families, pairs, weights) for name, pairs in measures.items()}
    base = values[MEASURES[0]]
    rows = []
    for name, auc in values.items():
        pairs = measures[name]
        kin, strangers = pairs.weight[pairs.kin].sum(), pairs.weight[~pairs.kin].sum()
        gain = auc - base
        rows.append((
            name, auc[0], *_interval(auc), gain[0], *_interval(gain),
            round(float(kin)), round(float(strangers)),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(AUCS))


def _auc(families: Families, pairs: _Pairs, weights: Array) -> Array:
    """The AUC for each row of `weights` (drawings x families).

    A pair of the families c and p counts as often as both were drawn. So the wins of kin over
    strangers are first summed by family of the kin, and of the stranger's child and parent.
    """
    sexes = np.array(families.sexes)
    own, count = _own_families(families)
    of_child, of_parent = own[pairs.child], own[pairs.parent]
    won, all_of = np.zeros(len(weights)), np.zeros(len(weights))
    for sex in ("f", "m"):
        of_sex = sexes[pairs.parent] == sex
        kin, others = of_sex & pairs.kin, of_sex & ~pairs.kin
        wins = np.zeros((count, count, count))
        number = np.zeros((count, count))
        np.add.at(number, (of_child[others], of_parent[others]), pairs.weight[others])
        block = of_child * count + of_parent
        order = np.lexsort((pairs.value, block))
        order = order[others[order]]
        starts = np.flatnonzero(np.r_[True, np.diff(block[order]) > 0])
        for rows in np.split(order, starts[1:]) if len(order) else ():
            total = np.r_[0.0, np.cumsum(pairs.weight[rows])]
            below = total[np.searchsorted(pairs.value[rows], pairs.value[kin], side="left")]
            upto = total[np.searchsorted(pairs.value[rows], pairs.value[kin], side="right")]
            won_by = pairs.weight[kin] * (below + upto) / 2
            place = (slice(None), of_child[rows[0]], of_parent[rows[0]])
            wins[place] = np.bincount(of_child[kin], won_by, minlength=count)
        kin_count = np.bincount(of_child[kin], pairs.weight[kin], minlength=count)
        by_pair = (weights @ wins.reshape(count, -1)).reshape(-1, count, count)
        won += ((by_pair @ weights[:, :, None])[:, :, 0] * weights).sum(axis=1)
        all_of += (weights @ kin_count) * ((weights @ number) * weights).sum(axis=1)
    return _ratio(won, all_of)


def _leans(families: Families, measures: dict[str, pd.DataFrame], weights: Array) -> pd.DataFrame:
    own, count = _own_families(families)
    rows = []
    for name, table in measures.items():
        mother, child = table["mother"].to_numpy(dtype=int), table["child"].to_numpy(dtype=int)
        nearer = (1 + np.sign(table["difference"].to_numpy(dtype=np.float64))) / 2
        sums, counts = np.zeros((count, count)), np.zeros((count, count))
        place = (own[mother], own[child])
        np.add.at(sums, place, nearer)
        np.add.at(counts, place, 1.0)
        share = _ratio(
            ((weights @ sums) * weights).sum(axis=1), ((weights @ counts) * weights).sum(axis=1)
        )
        rows.append((name, share[0], *_interval(share), len(np.unique(child)), len(set(mother))))
    return pd.DataFrame(rows, columns=list(LEANS))


def _null(percentiles: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One face of each child, of one parent each: as independent as families allow."""
    from scipy.stats import kstest

    rng = np.random.default_rng(seed)
    mixed = percentiles.sample(frac=1, random_state=rng).drop_duplicates(["parent", "child"])
    parents: set[int] = set()
    kept = []
    for child, rows in mixed.groupby("child", sort=False):
        free = rows[~rows["parent"].isin(parents)]
        if len(free):
            parents.add(int(free["parent"].iloc[0]))
            kept.append((child, float(free["percentile"].iloc[0]) / 100))
    values = np.array([value for _, value in kept])
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return pd.DataFrame([(len(kept), 0, np.nan, np.nan)], columns=list(UNIFORM))
    found = kstest(known, "uniform")
    row = (len(kept), len(percentiles), float(found.statistic), float(found.pvalue))
    return pd.DataFrame([row], columns=list(UNIFORM))


def _ratio(part: Array, whole: Array) -> Array:
    """NaN where there is nothing."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def _interval(drawn: Array) -> tuple[float, float]:
    """The 95 % percentile interval of the bootstrap draws, which follow the first entry."""
    tail = 100 * (1 - CONFIDENCE) / 2
    known = drawn[1:][~np.isnan(drawn[1:])]
    if len(known) < BOOTSTRAPS / 2:
        return float("nan"), float("nan")
    low, high = np.percentile(known, [tail, 100 - tail])
    return float(low), float(high)
