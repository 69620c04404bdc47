"""A report about a family that does not exist: every number is drawn from a fixed seed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from reports.model import Exemplar, MethodInfo, Relative, ReportData
from tests.support.made_up_score import scored

METHODS: tuple[tuple[str, str, str], ...] = (
    ("centroid", "nearness to the average of each relative's faces", "share"),
    ("knn", "a vote among the nearest faces", "share"),
    ("cosine", "similarity to the best-matching face", "similarity"),
    ("logistic", "a logistic regression between the relatives", "share"),
    ("linear_svm", "a straight border with the widest margin", "share"),
    ("rbf_svm", "a bent border with the widest margin", "share"),
    ("lda", "linear discriminant analysis", "share"),
    ("linear", "a single trained layer", "share"),
    ("mlp", "a small neural network", "share"),
    ("kmeans", "one cluster per relative", "share"),
    ("gaussian_mixture", "a soft cluster per relative", "share"),
    ("agglomerative", "clusters grown from pairs", "share"),
)

HOSTILE: tuple[str, ...] = (
    "</script><script>window.hacked=1</script>",
    'Eve "Quote" O\'Neil\nSecond line & <b>bold</b>',
    "🦊 עברית أمي",
    "=HYPERLINK(1) {{ 7*7 }} ${x} '+datum.value+'",
)

RELATIONS = ("mother", "father", "grandmother", "grandfather", "aunt", "uncle")


def picture(shade: int, side: int = 128) -> bytes:
    """A small JPEG of a face of sorts."""
    image = Image.new("RGB", (side, side), (196, 208, 214))
    pen = ImageDraw.Draw(image)
    pen.ellipse((26, 16, 102, 118), fill=(150 + shade % 90, 120 + shade % 70, 100 + shade % 50))
    for x in (48, 80):
        pen.ellipse((x - 6, 52, x + 6, 62), fill=(40, 40, 50))
    pen.arc((48, 72, 80, 98), 20, 160, fill=(120, 40, 40), width=4)
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=85)
    return kept.getvalue()


def age_label(months: int) -> str:
    """An age in words, as the tracker puts it."""
    if months == 0:
        return "newborn"
    years, rest = divmod(months, 12)
    parts = [f"{n} {unit}{'s' * (n > 1)}" for n, unit in ((years, "year"), (rest, "month")) if n]
    return " ".join(parts)


def made_up(
    *,
    child: str = "Mia",
    names: Sequence[str] = ("Anna", "Ben"),
    months: int = 24,
    missing: Sequence[int] = (5, 14, 15),
    thin: Sequence[int] = (2, 9),
    methods: int = len(METHODS),
    exemplars: int = 18,
    points: int = 500,
    seed: int = 7,
    score: bool = True,
) -> ReportData:
    """A report on `months` months; those `missing` have no photos, those `thin` two days.

    Without `score` it is a report as they were before there was a resemblance score.
    """
    rng = np.random.default_rng(seed)
    chosen = METHODS[:methods]
    first, second = names[0], names[1]
    days = np.array(
        [0 if m in missing else 2 if m in thin else 3 + rng.poisson(2) for m in range(months)]
    )
    coverage = pd.DataFrame(
        {
            "age_months": np.arange(months),
            "age_label": [age_label(m) for m in range(months)],
            "faces": days * 4,
            "photo_days": days,
        }
    )
    truth = 1 / (1 + np.exp((np.arange(months) - months * 0.45) / (months / 8)))
    trend, leads, overall = [], [], []
    for method, _, unit in chosen:
        bias = rng.normal(0, 0.03)
        spread = 0.10 if unit == "share" else 0.05
        for month in np.flatnonzero(days):
            share = 0.5 + 0.3 * (truth[month] - 0.5) + bias + rng.normal(0, 0.02)
            half = np.nan if days[month] < 3 else 2.2 * spread / np.sqrt(days[month])
            counted = {
                "faces": days[month] * 4,
                "photo_days": days[month],
                "age_months": month,
                "age_label": age_label(int(month)),
                "method": method,
            }
            for comparison, people in (("parents", names[:2]), ("everyone", names)):
                if comparison == "everyone" and len(names) == 2:
                    continue
                rest = rng.dirichlet(np.full(max(len(people) - 2, 1), 8.0)) * 0.3
                for place, name in enumerate(people):
                    among = 1.0 if comparison == "parents" else 0.7
                    mine = (share, 1 - share)[place] * among if place < 2 else rest[place - 2]
                    value = mine if unit == "share" else 0.05 + 0.25 * mine
                    trend.append(
                        counted
                        | {
                            "comparison": comparison,
                            "relative": name,
                            "value": value,
                            "low": value - half,
                            "high": value + half,
                            "draws": 25,
                        }
                    )
            difference = 2 * share - 1
            low, high = difference - 2 * half, difference + 2 * half
            leads.append(
                counted
                | {
                    "first": first,
                    "second": second,
                    "difference": difference,
                    "low": low,
                    "high": high,
                    "lead": difference / 0.2,
                    "leader": first if low > 0 else second if high < 0 else "",
                }
            )
        lean = 0.3 * float((truth[days > 0] - 0.5).mean()) * 2 + 2 * bias
        overall.append(
            {
                "method": method,
                "first": first,
                "second": second,
                "difference": lean,
                "low": lean - 0.05,
                "high": lean + 0.05,
                "lead": lean / 0.2,
                "leader": first if lean > 0.05 else second if lean < -0.05 else "",
                "faces": int(days.sum() * 4),
                "photo_days": int(days.sum()),
            }
        )
    agreement = pd.DataFrame(
        [
            {"method_a": a, "method_b": b, "agree": rng.uniform(0.45, 1), "months": 21}
            for a, b in combinations([name for name, _, _ in chosen], 2)
        ]
    )
    projection, path = _pictures(rng, child, names, days, truth, points)
    data = ReportData(
        child=child,
        born=date(2022, 3, 9),
        born_note="",
        sex="f",
        embedder_id="facenet-vggface2",
        embedder_note="Weights by their authors under the MIT licence, trained on VGGFace2.",
        generated_on=date(2024, 4, 2),
        headline=f"{child} began as {first} and is turning into {second}",
        summary=(
            f"In 9 of {np.count_nonzero(days)} months {child} was nearer to {first}, in 8 nearer "
            f"to {second}; the rest were too close to call.",
            "8 of 12 methods see the change around the eleventh month.",
        ),
        relatives=tuple(
            Relative(name, RELATIONS[place % len(RELATIONS)], 40 - place, 22 - place)
            for place, name in enumerate(names)
        ),
        parents=(first, second),
        methods=tuple(
            MethodInfo(name, line, unit, round(float(rng.uniform(0.8, 1)), 2))
            for name, line, unit in chosen
        ),
        primary_method=chosen[0][0],
        coverage=coverage,
        trend=pd.DataFrame(trend),
        leads=pd.DataFrame(leads),
        overall=pd.DataFrame(overall),
        agreement=agreement,
        projection=projection,
        child_path=path,
        exemplars=tuple(
            Exemplar(
                age_months=int(rng.integers(0, months)),
                child_picture=picture(i * 13),
                relative=names[i % len(names)],
                relative_picture=picture(i * 29 + 7),
                similarity=float(rng.uniform(0.2, 0.6)),
            )
            for i in range(exemplars)
        ),
        left_out=pd.DataFrame(
            [
                {"what": "photo", "path": f"/photos/Mia/broken_{i}.jpg", "date": None, "who": "",
                 "reason": "the file ends too early"}
                for i in range(3)
            ]
            + [
                {"what": "face", "path": f"/photos/Mia/IMG_{i:04d}.jpg", "date": date(2023, 1, 1)
                 + timedelta(days=i), "who": child, "reason": "waiting for a decision"}
                for i in range(12)
            ]
            + [{"what": "photo", "path": "/photos/Mia/scan.png", "date": None, "who": child,
                "reason": "undated"}]
        ),
        warnings=(
            f"2 faces filed under {child} are {first}'s own; they were left out.",
            "3 months have no photos.",
        ),
        settings=(
            ("embedder", "facenet-vggface2"),
            ("primary method", chosen[0][0]),
            ("draws", "25"),
            ("photos of each relative in a draw", "22"),
            ("seed", "0"),
        ),
    )  # fmt: skip
    return scored(data) if score else data


def _pictures(
    rng: np.random.Generator,
    child: str,
    names: Sequence[str],
    days: np.ndarray,
    truth: np.ndarray,
    points: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    dots, path = [], []
    for projection in ("pca", "tsne"):
        for dimensions in (2, 3):
            homes = rng.normal(0, 2.2, (len(names), 3))
            homes[:, 2] *= dimensions == 3
            each = max(3, points // 2 // len(names))
            for place, name in enumerate(names):
                for number in range(each):
                    spot = homes[place] + rng.normal(0, 0.7, 3)
                    dots.append((projection, dimensions, *spot, name, False, np.nan, "", number))
            seen = np.flatnonzero(days)
            for month in seen:
                middle = truth[month] * homes[0] + (1 - truth[month]) * homes[1]
                middle = 0.6 * middle + rng.normal(0, 0.15, 3)
                label = age_label(int(month))
                path.append((projection, dimensions, month, label, *middle))
                for number in range(max(1, points // 2 // len(seen))):
                    spot = middle + rng.normal(0, 0.6, 3)
                    dots.append(
                        (projection, dimensions, *spot, child, True, month, label, 10**6 + number)
                    )
    frame = pd.DataFrame(
        dots,
        columns=[
            "projection", "dimensions", "x", "y", "z", "who", "is_child", "age_months",
            "age_label", "face_id",
        ],
    )  # fmt: skip
    steps = pd.DataFrame(
        path, columns=["projection", "dimensions", "age_months", "age_label", "x", "y", "z"]
    )
    frame.loc[frame["dimensions"] == 2, "z"] = np.nan
    steps.loc[steps["dimensions"] == 2, "z"] = np.nan
    return frame, steps


def hostile() -> ReportData:
    """A report whose every name and text tries to become something else than text."""
    data = made_up(child=HOSTILE[0], names=HOSTILE, months=8, missing=(3,), thin=(1,), points=80)
    bad = HOSTILE[0] + '<img src=x onerror="window.hacked=2">' + "\u2028\u2029"
    paths = pd.Series([bad + "\udcff"] * len(data.left_out), dtype=object)
    left_out = data.left_out.assign(path=paths, reason=bad, who=HOSTILE[1])
    return replace(
        data,
        headline=f"{bad} looks like {HOSTILE[1]}",
        summary=(bad, HOSTILE[2]),
        embedder_note=bad,
        born_note=bad,
        left_out=left_out,
        warnings=(bad,),
        settings=((bad, bad),),
    )


def nearly_empty() -> ReportData:
    """One relative, one month, nothing to compare."""
    data = made_up(months=1, missing=(), thin=(0,), methods=1, exemplars=0, score=False)
    return replace(
        data,
        headline="Too early to say",
        summary=("One relative alone cannot be compared.",),
        relatives=data.relatives[:1],
        parents=None,
        trend=data.trend.iloc[:0],
        leads=data.leads.iloc[:0],
        overall=data.overall.iloc[:0],
        agreement=data.agreement.iloc[:0],
        projection=data.projection.iloc[:0],
        child_path=data.child_path.iloc[:0],
        left_out=data.left_out.iloc[:0],
        warnings=(),
        settings=(),
    )
