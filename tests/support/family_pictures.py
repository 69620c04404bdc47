"""A folder of families as aligned pictures: patterns that children mix of their parents'."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

SIDE = 112
FIELDS = 8


def picture(path: Path, pattern: np.ndarray, rng: np.random.Generator) -> None:
    """A photo of somebody's pattern `(fields, fields, 3)`, each with some noise of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noisy = 128 + 45 * (pattern + 0.5 * rng.standard_normal(pattern.shape))
    small = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    small.resize((SIDE, SIDE), Image.Resampling.BILINEAR).save(path, quality=95)


def family_folder(folder: Path, *, families: int = 8, strangers: int = 40, each: int = 3) -> Path:
    """Father, mother and child of each family, and strangers, as `tracker evaluate` takes them."""
    rng = np.random.default_rng(3)
    relations, guesses = [], []

    def person(part: str, family: int, number: int, pattern: np.ndarray, sex: str) -> None:
        for n in range(each):
            name = f"{part}/F{family:04}/MID{number}/P{family:03}{number}{n}_face0.jpg"
            picture(folder / name, pattern, rng)
            guesses.append((name, 20.0 + number, {"f": "female", "m": "male"}[sex], 0.9))

    for family in range(1, families + 1):
        father, mother, own = rng.standard_normal((3, FIELDS, FIELDS, 3))
        child = 0.6 * (father + mother) + 0.5 * own
        sex = "fm"[family % 2]
        for number, (pattern, its) in enumerate([(father, "m"), (mother, "f"), (child, sex)], 1):
            person("families", family, number, pattern, its)
        name = f"F{family:04}/MID"
        kinds = {"f": ("fd", "md"), "m": ("fs", "ms")}[sex]
        relations += [(kinds[0], f"{name}1", f"{name}3"), (kinds[1], f"{name}2", f"{name}3")]
    for number in range(strangers):
        pattern = rng.standard_normal((FIELDS, FIELDS, 3))
        person("strangers", 5000 + number, 1, pattern, "fm"[number % 2])
    pd.DataFrame(relations, columns=["relation", "person_a", "person_b"]).to_csv(
        folder / "relations.tsv", sep="\t", index=False
    )
    columns = ["face", "predicted_age_years", "predicted_sex", "sex_confidence"]
    pd.DataFrame(guesses, columns=columns).to_csv(folder / "age_sex_predicted.csv", index=False)
    return folder
