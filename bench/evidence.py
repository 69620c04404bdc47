"""Writes docs/evidence.md: what the comparison promises, measured by the program's own commands.

python -m bench.evidence                      everything, and into the document
python -m bench.evidence synthetic            one part: synthetic, families or drawn
python -m bench.evidence --embedder model.toml --samples DIR

Real faces and a network are not part of the project. `families` and `drawn` need the folder that
TRACKER_SAMPLES names (`faces/` and `models/*/model.toml`); without it they are passed over, and
what the document says of them stays.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from bench import drawn
from tracker.evaluation import tables
from tracker.evaluation.families import AUCS, LEANS, UNIFORM, FamilyResults
from tracker.evaluation.gates import GATES

DOCUMENT = Path(__file__).parents[1] / "docs" / "evidence.md"
PARTS = ("synthetic", "families", "drawn")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.evidence", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART")
    parser.add_argument("--samples", default=os.environ.get("TRACKER_SAMPLES", ""), metavar="DIR")
    parser.add_argument("--embedder", default="", metavar="ID|model.toml")
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    samples = Path(options.samples) if options.samples else None
    embedder = options.embedder or the_sample_model(samples)
    for part in options.parts or PARTS:
        block = measure(part, samples, embedder, options.replicates, options.seed)
        if block is None:
            print(f"{part}: passed over, for want of TRACKER_SAMPLES", file=sys.stderr)
            continue
        text = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(put(text, part, block), encoding="utf-8")
        print(f"{part}: written into {DOCUMENT}", file=sys.stderr)


def the_sample_model(samples: Path | None) -> str:
    """The first model of the samples, "" without any."""
    found = sorted((samples / "models").glob("*/model.toml")) if samples is not None else []
    return str(found[0]) if found else ""


def measure(
    part: str, samples: Path | None, embedder: str, replicates: int, seed: int
) -> str | None:
    """The block of a part, None where it cannot be measured here."""
    if part == "synthetic":
        words = ["synthetic", "--replicates", str(replicates), "--seed", str(seed)]
        return of_synthetic(evaluated(*words))
    if samples is None or not embedder:
        return None
    if part == "families":
        words = ["families", str(samples / "faces"), "--embedder", embedder, "--seed", str(seed)]
        return of_families(evaluated(*words))
    return of_drawn(drawn.of_all(embedder))


def evaluated(*words: str) -> dict[str, Any]:
    """What `tracker evaluate … --json` prints."""
    from tracker.cli.commands import app
    from tracker.cli.demo import quietly

    return quietly(app, ["evaluate", *words, "--json"]) or {}


def of_synthetic(values: Mapping[str, Any]) -> str:
    """The gate table from the command's JSON."""
    gates = frame(values["gates"], GATES)
    gates = gates.assign(passed=pd.Series([r["passed"] for r in values["gates"]], dtype=object))
    met, asked = tables.passed(gates)
    parts = [tables.markdown(one) for one in tables.of_gates(gates)]
    return "\n\n".join([
        f"{met} of {asked} gates passed. {values['replicates']:,} replicates of each scenario, "
        f"seed {values['seed']}, {values['trend_draws']} draws of each trend, code "
        f"{values['code']}.",
        *parts,
    ])  # fmt: skip


def of_families(values: Mapping[str, Any]) -> str:
    """The tables of the real families from the command's JSON."""
    results = FamilyResults(
        aucs=frame(values["aucs"], AUCS),
        leans=frame(values["stranger_bias"], LEANS),
        null=frame([values["uniform"]], UNIFORM),
        families=values["families"],
        faces=values["faces"],
        notes=tuple(values["warnings"]),
    )
    first = results.aucs.iloc[0]
    parts = [tables.markdown(one) for one in tables.of_families(results)]
    return "\n\n".join([
        f"{values['gates_passed']} of {values['gates_in_all']} gates passed. "
        f"{values['families']} families, {values['faces']:,} faces, {values['strangers']} "
        f"strangers; {int(first['kin'])} pairs of parent and child, {int(first['strangers']):,} "
        f"of strangers. Embedder {values['embedder']}, {values['draws']} draws of the parents' "
        f"photos, seed {values['seed']}, code {values['code']}.",
        *parts,
    ])  # fmt: skip


def of_drawn(families: Sequence[drawn.Family]) -> str:
    """The table of the drawn families."""
    off = [abs(one.months_off) for one in families if one.certain and one.months_off is not None]
    turning = [one for one in families if one.truth is not None]
    flat = [one for one in families if one.flat]
    claimed = sum(one.certain for one in flat)
    within = sum(months <= 2 for months in off)
    model = families[0].embedder
    return "\n\n".join([
        f"{within} of {len(turning)} crossings found within 2 months, the farthest "
        f"{max(off, default=math.nan):.1f} months off; {claimed} of {len(flat)} flat families "
        f"shown with one. Embedder {model}; the cohort is the 120 strangers of each album's "
        "playground.",
        drawn.as_table(families),
    ])  # fmt: skip


def frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """JSON rows as a frame; null numbers are NaN again."""
    made = pd.DataFrame(list(rows), columns=list(columns))
    texts = {"scenario", "measure", "passed"}
    return made.astype({name: "float64" for name in columns if name not in texts})


def put(text: str, part: str, block: str) -> str:
    """`text` with the block of `part` replaced."""
    begin, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    before, after = text.split(begin, maxsplit=1)[0], text.split(end)[1]
    return f"{before}{begin}\n{block}\n{end}{after}"


if __name__ == "__main__":
    main()
