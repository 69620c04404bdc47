"""A report over years of photos: all of it, with one month more, and with nothing new."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np

from bench import family
from bench.family import Size, furnish
from bench.figures import Figure
from bench.processes import Measured, timed
from db import people
from db.connection import open_workspace

DRAWS = 50
SIZE = Size()


def measure(folder: Path, _count: int) -> list[Figure]:
    """60 months, 6 relatives, 12 methods, 3 views, 50 draws, 20,000 and 5,000 faces."""
    home = folder / "years"
    furnish(home, SIZE)
    first = report(home)
    whole = json.loads(first.out)
    views = {row["view"] for row in whole["specifications"]}
    again = report(home)
    add_photos(home, month=30)
    more = report(home)
    computed = len(json.loads(more.out)["months_computed"])
    months = len(whole["months_computed"])
    how = (
        f"{months} months, {SIZE.relatives} relatives, {len(whole['methods'])} methods, "
        f"{len(views)} views, {DRAWS} draws, {SIZE.child_faces:,} and {SIZE.relative_faces:,} "
        "faces; the whole command, page and data included, pictures of charts left out; "
        f"{first.busy:.0f} s of a processor"
    )
    return [
        Figure("a report over years, everything new", f"{first.seconds:.0f} s", "60 s", how),
        Figure(
            "its peak memory",
            f"{first.peak_bytes / 2**30:.2f} GiB",
            "2 GB",
            "of the process and its children",
        ),
        Figure(
            "the same after photos of one month",
            f"{more.seconds:.0f} s, {computed} of {months} months computed",
            "1 month",
            "every method is still fitted once per draw",
        ),
        Figure("the same again, nothing new", f"{again.seconds:.1f} s", "2 s", "start-up included"),
    ]


def report(home: Path) -> Measured:
    """The command as a user types it, but with more draws than it makes by itself."""
    code = (
        "from tracker.study import asking, report; "
        f"report.make_report.__kwdefaults__['draws'] = {DRAWS}; "
        "from tracker.cli import main; main()"
    )
    return timed([sys.executable, "-c", code, "--home", home, "report", "--json", "--no-images"])


def add_photos(home: Path, *, month: int) -> None:
    """Some more photos of the child in one month of age."""
    rng = np.random.default_rng(1)
    with open_workspace(home) as con:
        child = people.get(con, "Mia")
        start = family.BORN + timedelta(days=int(month * family.MONTH) + 3)
        days = [start + timedelta(days=k) for k in range(5)]
        look = family.unit(rng.standard_normal(SIZE.dim))
        vectors = family.faces(look, days, SIZE.dim, rng)
        family.store(con, "more", child.person_id, vectors, days)
