"""Who is who: drawn families before and after 30 answers, and real families among strangers.

python -m bench identity            the figures, as a part of all measurements
python -m bench.identity --write    the tables of docs/identity.md
python -m bench.identity --tuning   the drawn families that constants may be tried on

What is reported is HELD_OUT: no constant was chosen on those families. Whoever changes how faces
are told looks at TUNING, and at the held-out ones once, at the end.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import identity_real
from bench.figures import Figure, replaced
from bench.identity_answers import ANSWERS, Standing, answer, standing
from bench.identity_drawn import enrol, furnish
from bench.identity_real import METHODS, TARGETS
from db.connection import open_workspace
from tracker.identity.proposing import propose_again
from tracker.identity.strictness import USUAL
from tracker.vision.embedders import registry

TUNING = tuple((seed, seed % 2 == 1) for seed in (1, 2, 3, 4, 11, 12, 13, 14))
HELD_OUT = tuple((seed, seed % 2 == 1) for seed in range(101, 107))
"""Seeds, and whether the child is a twin."""

DOCUMENT = Path(__file__).parents[1] / "docs" / "identity.md"
WRONG, TOLD = 0.005, 0.90

Stages = dict[str, tuple[Standing, Standing]]


def drawn(folder: Path, families: Sequence[tuple[int, bool]] = HELD_OUT) -> tuple[str, Stages]:
    """(embedder, by stage: how all faces stand, and those but the twins')."""
    here = identity_real.samples()
    embedder = registry.load(str(here[1]) if here else "handcrafted", weights_dir=folder)
    found: Stages = {}
    for seed, twins in families:
        home = folder / f"drawn-{seed}"
        with open_workspace(home, create=True) as con:
            album = furnish(con, home, embedder, seed, twins=twins)
            enrol(album)
            propose_again(con, embedder.id)
            _note(found, "before", standing(album), standing(album, album.twins))
            answer(album)
            _note(found, "after", standing(album), standing(album, album.twins))
    return embedder.id, found


def _note(found: Stages, stage: str, every: Standing, but: Standing) -> None:
    before = found.get(stage)
    found[stage] = (every, but) if before is None else (before[0] + every, before[1] + but)


def real(folder: Path) -> dict[str, identity_real.Floats] | None:
    """What `identity_real.measure` gives, None without samples."""
    here = identity_real.samples()
    if here is None:
        return None
    families, others = (identity_real.read(*here, part, folder) for part in identity_real.PARTS)
    return identity_real.measure(families, others)


def measure(folder: Path, _count: int) -> list[Figure]:
    """The figures for `python -m bench`."""
    embedder, stages = drawn(folder)
    figures = []
    for stage, (every, but) in stages.items():
        when = f"{stage} {ANSWERS} answers"
        figures += [
            Figure(f"faces named wrongly, {when}", _share(every.wrong, every.named), "< 0.5 %",
                   f"drawn families, {embedder}"),
            Figure(f"the family's faces named, {when}", _share(but.right, but.family), "90 % after",
                   "without the twins, who are asked about"),
            Figure(f"somebody twice in a photo, {when}", f"{every.doubles}", "0", "photos"),
        ]  # fmt: skip
    for method, row in (real(folder) or {}).items():
        if method in METHODS:
            figures.append(
                Figure(f"FNIR at FPIR 1 %: {method}", _interval(row), "-", "40 real families")
            )
    return figures


def table_of_drawn(
    embedder: str, stages: Stages, families: Sequence[tuple[int, bool]] = HELD_OUT
) -> str:
    """Before and after, as Markdown."""
    head = [
        "| | before | after 30 answers | without the twins: before | after |",
        "|---|--:|--:|--:|--:|",
    ]  # fmt: skip
    columns = [stages[stage][part] for part in (0, 1) for stage in ("before", "after")]
    rows = {
        "faces": [f"{one.faces:,}" for one in columns],
        "of the family": [f"{one.family:,}" for one in columns],
        "first candidate right (rank 1)": [_share(one.first, one.family) for one in columns],
        "confirmed or proposed, and right": [_share(one.right, one.family) for one in columns],
        "**wrong among confirmed or proposed**": [
            f"**{_share(one.wrong, one.named)}** ({one.wrong} of {one.named:,})" for one in columns
        ],
        "of the faces in groups, not the one person's of most": [
            _share(one.mixed, one.grouped) for one in columns
        ],
        "questions left": [f"{one.questions}" for one in columns],
        "photos with somebody twice": [f"{one.doubles}" for one in columns],
    }
    lines = [f"| {what} | {' | '.join(values)} |" for what, values in rows.items()]
    return "\n".join([
        *head, *lines, "",
        f"{len(families)} families, {sum(twins for _, twins in families)} of them with twins, "
        f"{'held out: nothing was chosen on them' if families == HELD_OUT else 'for tuning'}; "
        f"embedder {embedder}; strictness {USUAL:.1%}; at the start six faces of everybody have a "
        "name.",
    ])  # fmt: skip


def table_of_real(found: Mapping[str, identity_real.Floats]) -> str:
    """FNIR at FPIR, and the thresholds in force, as Markdown."""
    lines = [
        "| how | FNIR at FPIR 1 % (95 %) | of which told as another | more than by cosine (95 %) |",
        "|---|---|--:|---|",
        *(
            f"| {m} | {_interval(found[m])} | {found[m][3]:.1%} | {_more(found[m], n > 0)} |"
            for n, m in enumerate(METHODS)
        ),
        "",
        "| strictness | strangers named (FPIR) | family faces named rightly | names wrong |",
        "|--:|--:|--:|--:|",
        *(
            "| {:.1%} | {:.2%} | {:.1%} | {:.2%} |".format(t, *found[f"{t:g}"].tolist())
            for t in TARGETS
        ),
    ]
    return "\n".join(lines)


def _interval(row: identity_real.Floats) -> str:
    return f"{row[0]:.1%} ({row[1]:.1%} to {row[2]:.1%})"


def _more(row: identity_real.Floats, compared: bool) -> str:
    return f"{100 * row[4]:+.1f} to {100 * row[5]:+.1f} points" if compared else "-"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.identity", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/identity.md")
    parser.add_argument("--tuning", action="store_true", help="other drawn families, only shown")
    options = parser.parse_args()
    if options.tuning:
        with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
            print(table_of_drawn(*drawn(Path(folder), TUNING), TUNING))
        return
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        found = real(Path(folder))
        blocks = {"drawn": table_of_drawn(*drawn(Path(folder)))}
    if found is not None:
        blocks["real"] = table_of_real(found)
    for name, block in blocks.items():
        print(f"{block}\n", flush=True)
        if options.write:
            text = DOCUMENT.read_text(encoding="utf-8")
            DOCUMENT.write_text(replaced(text, name, block), encoding="utf-8")


if __name__ == "__main__":
    main()
