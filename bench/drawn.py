"""Drawn families from their photos: is the crossing found where it was drawn, and none where not?

Each family is drawn, and its photos are taken in by the commands that a user types: the real
detector, an embedder, a cohort, and a report. The cohort is the 120 strangers of its playground, of
whom their sex and about how old they are is said: chance among 30, of whom nothing is said, moves a
crossing by up to three months.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.demo import album
from tracker.demo.album import Album

SEEDS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Family:
    """What a report says of one drawn family. `truth` and `found` are months, None without one.

    `certain` says whether the report names a crossing, `low` and `high` its bounds (None where
    unbounded). `verdict` is the report's answer, `embedder` the id of what it compared by.
    """

    seed: int
    flat: bool
    truth: float | None
    found: float | None
    low: float | None
    high: float | None
    certain: bool
    verdict: str
    embedder: str

    @property
    def months_off(self) -> float | None:
        """Found less true; None where either is missing."""
        return None if self.truth is None or self.found is None else self.found - self.truth

    @property
    def covered(self) -> bool | None:
        """Whether the range holds the truth; None where nothing was named."""
        if self.truth is None or not self.certain:
            return None
        above = self.low is None or self.low <= self.truth
        return above and (self.high is None or self.truth <= self.high)


def measure(folder: Path, embedder: str, *, seed: int, flat: bool, months: int = 24) -> Family:
    """Draw a family into `folder` and report on it."""
    drawn = album.write(folder, seed=seed, flat=flat, months=months)
    report = reported(folder / "workspace", drawn, embedder)
    return as_family(report, drawn.crossing_month, seed=seed, flat=flat)


def as_family(report: dict[str, Any], truth: float | None, *, seed: int, flat: bool) -> Family:
    """What a report says, beside the truth."""
    crossing = (report["trend"] or {}).get("crossover") or {}
    return Family(
        seed=seed,
        flat=flat,
        truth=truth,
        found=crossing.get("month"),
        low=crossing.get("low"),
        high=crossing.get("high"),
        certain=bool(crossing.get("certain")),
        verdict=(report["verdict"] or {}).get("answer", "nothing"),
        embedder=report["embedder"],
    )


def reported(home: Path, drawn: Album, embedder: str) -> dict[str, Any]:
    """Take the photos in and report, by the commands."""

    def run(*words: str) -> dict[str, Any]:
        return said(home, *words)

    run("init", "--child", drawn.child, "--born", str(drawn.born), "--sex", drawn.sex)
    for person in drawn.people:
        born, sex = str(person.born.year), person.sex
        run("person", "add", person.name, "--relation", person.relation, "--born", born,
            "--sex", sex)  # fmt: skip
    for person in drawn.people:
        run("ingest", str(person.folder), "--as", person.name, "--embedder", embedder)
    run("ingest", str(drawn.child_folder), "--as", drawn.child)
    for circle in drawn.strangers:
        run("cohort", "add", str(circle.folder), *circle.said)
    return run("report", "--no-images", "--out", str(home / "report"))


def said(home: Path, *words: str) -> dict[str, Any]:
    """What a command prints with `--json`."""
    from tracker.cli.commands import app
    from tracker.cli.demo import quietly

    return quietly(app, ["--home", str(home), *words, "--json"]) or {}


def of_all(embedder: str, seeds: Sequence[int] = SEEDS) -> list[Family]:
    """A crossing and a flat family for each seed."""
    found = []
    with tempfile.TemporaryDirectory(prefix="tracker-drawn-") as folder:
        for seed in seeds:
            for flat in (False, True):
                family = Path(folder) / f"{seed} {flat}"
                found.append(measure(family, embedder, seed=seed, flat=flat))
                print(found[-1], file=sys.stderr)
                shutil.rmtree(family)
    return found


def as_table(families: Sequence[Family]) -> str:
    """Markdown, a row for each family."""
    head = "| family | drawn crossing | found | 95% range | months off | verdict |"
    lines = [head, "|---|--:|--:|---|--:|---|"]
    for one in families:
        kind = "half and half" if one.flat else "turns"
        ends = [
            "first photos" if one.low is None else f"{one.low:.1f}",
            "last photos" if one.high is None else f"{one.high:.1f}",
        ]
        cells = (
            f"{one.seed}, {kind}",
            "none" if one.truth is None else f"{one.truth:.1f}",
            f"{one.found:.1f}" if one.certain and one.found is not None else "none",
            " to ".join(ends) if one.certain else "-",
            f"{one.months_off:+.1f}" if one.certain and one.months_off is not None else "-",
            one.verdict,
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.drawn", description=__doc__)
    parser.add_argument("embedder", metavar="ID|model.toml")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    options = parser.parse_args()
    print(as_table(of_all(options.embedder, options.seeds)))


if __name__ == "__main__":
    main()
