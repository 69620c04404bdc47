"""Reading a folder of families: whose faces these are, who is whose parent, how old they are.

    families/F####/MID#/P#####_face#.jpg    family, person, source photo
    strangers/F####/MID#/…                  people of other families
    relations.tsv                           relation, person_a, person_b: fd, fs, md, ms are
                                            father or mother (a) and daughter or son (b)
    triplets.tsv                            father, mother, child, child_sex
    age_sex_predicted.csv                   face, predicted_age_years, predicted_sex,
                                            sex_confidence

One of the two tables of kinship is enough. Without strangers nothing can be centred or scored,
without ages everybody is of any age; both are said, and the rest is measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from tracker.errors import UsageError
from tracker.evaluation.face_pictures import Embed
from tracker.evaluation.families import Families

PARENTS = {"fd": ("m", "f"), "fs": ("m", "m"), "md": ("f", "f"), "ms": ("f", "m")}
"""Relation to the sexes of the parent and of the child."""

SEXES_OF_CHILD = {"daughter": "f", "son": "m", "f": "f", "m": "m"}
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
RELATIONS, TRIPLETS, GUESSES = "relations.tsv", "triplets.tsv", "age_sex_predicted.csv"
LAYOUT = "It takes families/FAMILY/PERSON/PHOTO_face0.jpg and relations.tsv; see docs/evidence.md."
SHOWN = 3


def read_families(folder: Path, embed: Embed) -> Families:
    """Read `folder`, its faces embedded by `embed`. See the module's docstring.

    What could not be read is left out and said in `Families.notes`. Raises UsageError where the
    folder is not one of families, or nobody in it is known to be somebody's child.
    """
    own, strangers = _pictures(folder, "families"), _pictures(folder, "strangers")
    if not own:
        raise UsageError(f"{folder} has no faces in families/FAMILY/PERSON/.", hint=LAYOUT)
    notes: list[str] = []
    if not strangers:
        notes.append(
            "there are no strangers/: nothing can be centred or scored without unrelated people"
        )
    kinship = _kinship(folder, notes)
    paths = [*own, *strangers]
    vectors, read = embed(paths)
    broken = [path for path, good in zip(paths, read.tolist(), strict=True) if not good]
    if broken:
        some = ", ".join(path.relative_to(folder).as_posix() for path in broken[:SHOWN])
        more = f" and {len(broken) - SHOWN} more" if len(broken) > SHOWN else ""
        notes.append(f"{len(broken)} of {len(paths)} pictures give no face: {some}{more}")
    paths = [path for path, good in zip(paths, read.tolist(), strict=True) if good]
    is_stranger = np.arange(len(read))[read] >= len(own)
    if is_stranger.all():
        raise UsageError(f"No picture in {folder / 'families'} can be read.", hint=LAYOUT)
    who = [path.parent.relative_to(folder).as_posix() for path in paths]
    everybody, people = np.unique(who, return_inverse=True)
    names = tuple(name.split("/", 1)[1] for name in everybody.tolist())
    _, family = np.unique([name.split("/")[0] for name in names], return_inverse=True)
    taken = [f"{path.parent.parent.name}/{path.stem.split('_')[0]}" for path in paths]
    _, photos = np.unique(taken, return_inverse=True)
    years, sexes = _ages_and_sexes(folder, paths, people, len(names), notes)
    inside = {
        name: code for code, name in enumerate(names) if everybody[code].startswith("families/")
    }
    pairs = set()
    for parent, child, parent_sex, child_sex in kinship:
        if parent in inside and child in inside and parent != child:
            sexes[inside[parent]] = parent_sex
            sexes[inside[child]] = child_sex or sexes[inside[child]]
            pairs.add((inside[parent], inside[child]))
    if not pairs:
        raise UsageError(
            f"{folder} names no parent and child who both have a face in families/.",
            hint=f"{RELATIONS} has rows such as: fd, F0001/MID1, F0001/MID3 (father and daughter).",
        )
    found = Families(
        vectors=np.asarray(vectors[read], dtype=np.float32),
        people=people,
        photos=photos,
        years=years,
        is_stranger=is_stranger,
        names=names,
        sexes=tuple(sexes),
        family=family,
        parents=np.array(sorted(pairs), dtype=np.int64),
    )
    return replace(found, notes=(*notes, *_about_families(found)))


def _pictures(folder: Path, part: str) -> list[Path]:
    """The pictures of a part, in order of their names. Hidden ones and others are passed over."""
    if not folder.is_dir():
        problem = "is not a folder" if folder.exists() else "is not there"
        raise UsageError(f"{folder} {problem}.", hint=LAYOUT)
    try:
        return sorted(
            path
            for path in (folder / part).glob("*/*/*")
            if path.suffix.lower() in SUFFIXES
            and not any(name.startswith(".") for name in path.relative_to(folder).parts)
            and path.is_file()
        )
    except OSError as error:
        raise UsageError(f"{folder / part} cannot be read: {error.strerror}.") from error


def _kinship(folder: Path, notes: list[str]) -> list[tuple[str, str, str, str]]:
    """Rows parent, child, sex of the parent, sex of the child ("" where not said)."""
    found: list[tuple[str, str, str, str]] = []
    problems: list[str] = []
    there = [name for name in (RELATIONS, TRIPLETS) if (folder / name).is_file()]
    for name in there:
        try:
            found += _relations(folder) if name == RELATIONS else _triplets(folder)
        except UsageError as error:
            problems.append(str(error))
    if not there:
        raise UsageError(f"{folder} has neither {RELATIONS} nor {TRIPLETS}.", hint=LAYOUT)
    if len(problems) == len(there):
        raise UsageError(problems[0], hint=LAYOUT)
    notes += problems
    return found


def _relations(folder: Path) -> Iterable[tuple[str, str, str, str]]:
    table = _table(folder / RELATIONS, "\t", ("relation", "person_a", "person_b"))
    rows = table[table["relation"].isin(list(PARENTS))]
    return [
        (parent, child, *PARENTS[relation])
        for relation, parent, child in zip(
            rows["relation"], rows["person_a"], rows["person_b"], strict=True
        )
    ]


def _triplets(folder: Path) -> Iterable[tuple[str, str, str, str]]:
    table = _table(folder / TRIPLETS, "\t", ("father", "mother", "child"))
    said = table["child_sex"] if "child_sex" in table else pd.Series("", index=table.index)
    rows = []
    for father, mother, child, sex in zip(
        table["father"], table["mother"], table["child"], said, strict=True
    ):
        of_child = SEXES_OF_CHILD.get(sex, "")
        rows += [(father, child, "m", of_child), (mother, child, "f", of_child)]
    return rows


def _table(path: Path, separator: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """A table of texts with at least these columns; UsageError where it is none."""
    try:
        table = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:  # parser and encoding errors are ValueErrors
        raise UsageError(f"{path} cannot be read as a table.") from error
    missing = [name for name in columns if name not in table]
    if missing:
        raise UsageError(f"{path} has no column {', '.join(missing)}.")
    return table


def _ages_and_sexes(
    folder: Path, paths: list[Path], people: np.ndarray, size: int, notes: list[str]
) -> tuple[np.ndarray, list[str]]:
    """Years per face, NaN where unknown, and the likelier sex per person, "" where unknown."""
    years = np.full(len(paths), np.nan)
    columns = ("face", "predicted_age_years", "predicted_sex", "sex_confidence")
    try:
        if not (folder / GUESSES).is_file():
            raise UsageError(f"there is no {GUESSES}")
        table = _table(folder / GUESSES, ",", columns)
    except UsageError as error:
        problem = str(error).rstrip(".")
        notes.append(f"{problem}: people of all ages, and strangers of both sexes, stand together")
        return years, [""] * size
    keys = [path.relative_to(folder).as_posix() for path in paths]
    known = table.drop_duplicates("face").set_index("face").reindex(keys)
    years = pd.to_numeric(known["predicted_age_years"], errors="coerce").to_numpy(np.float64)
    years = np.where(np.isfinite(years) & (years >= 0), years, np.nan)
    sure = pd.to_numeric(known["sex_confidence"], errors="coerce").to_numpy(np.float64)
    sign = known["predicted_sex"].map({"female": 1.0, "male": -1.0}).to_numpy(np.float64)
    lean = np.bincount(people, np.nan_to_num(sign * sure), minlength=size)
    return years, ["f" if x > 0 else "m" if x < 0 else "" for x in lean.tolist()]


def _about_families(families: Families) -> Iterable[str]:
    own = np.unique(families.family[families.parents])
    if len(own) < 2:
        yield "there is one family: nobody else's child can be put to its parents"
