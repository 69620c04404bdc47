"""What a reader must know beside the numbers: of the dates, the embedder and the photos."""

from __future__ import annotations

import shlex
from collections import Counter

import pandas as pd

from db.records import Person
from db.text import many
from tracker.identity.births import warnings_about
from tracker.resemblance.intervals import LEAST_DAYS
from tracker.resemblance.strangers import ENOUGH
from tracker.study.asking import Answers
from tracker.study.evidence import Family


def born_note(child: Person) -> str:
    """How far ages may be off, or nothing."""
    if child.born_earliest is None or child.born_latest is None:
        return ""
    days = (child.born_latest - child.born_earliest).days
    off = many(days // 2 + 1, "day")
    return f"the birth date is known to {days + 1} days: ages may be off by {off}" if days else ""


def embedder_note(embedder_id: str, licence: str, source: str) -> str:
    """What a reader must know of the embedder."""
    parts = [f"Licence of the weights in use: {licence}.", f"Source: {source}."]
    name, _, digest = embedder_id.partition("@")
    if digest and name.startswith("facenet"):
        parts.insert(0, f"These are not the published weights of {name} (hash {digest}).")
    if name == "handcrafted":
        parts.insert(0, "Hand-made features, weaker than a trained network.")
    return " ".join(part for part in parts if not part.endswith(": ."))


def warnings_of(family: Family, main: Answers, *, few: list[str], leaking: bool) -> list[str]:
    """What a reader must know before believing anything; `few` are those of the pair with photos
    of too few days."""
    child = family.child.name
    found = [*main.cohort.warnings]
    for name in few:
        days = main.everyone.compared.photo_days.get(name, 0)
        seen = "1 day" if days == 1 else f"{days} days"
        found.append(
            f"There are photos of {name} from {seen} only, so there are neither ranges nor a "
            f"verdict: a day's light is not a face. Add photos of {name} from at least "
            f"{LEAST_DAYS} days: tracker ingest FOLDER --as {shlex.quote(name)}"
        )
    if leaking:
        found.append("Nothing is claimed before what is mixed up in these photos is put right.")
    found += warnings_about([family.child, *family.relatives], [family.child])
    for reason, number in sorted(Counter(main.sifted.own.values()).items()):
        are = "is" if number == 1 else "are"
        found.append(f"{number} of the faces named {child} {are} left out: {reason}.")
    found += [f"Whose faces are whose was not checked: {why}." for why in main.sifted.unchecked]
    for name, number in main.gathered.unusable.items():
        faces = "face is" if number == 1 else "faces are"
        found.append(
            f"{number} of {name}'s {faces} not usable: the embedding holds no numbers. Take the "
            "photos in again with another embedder, or run: tracker doctor"
        )
    if main.gathered.proposed:
        faces = "face was" if main.gathered.proposed == 1 else "faces were"
        found.append(
            f"{main.gathered.proposed} of {child}'s {faces} recognised by the tracker, not named "
            "by anyone."
        )
    if main.cohort.cohort.size:
        found += [sentence(text) for text in main.pair.scored.warnings]
        found += lacking(main.pair.scored.used, child)
    for part in (main.pair, main.everyone):
        found += [sentence(text) for text in part.said.warnings]
        found += [f"{name} could not run: {why}." for name, why in part.said.failed.items()]
    return list(dict.fromkeys(found))


def lacking(used: pd.DataFrame, child: str) -> list[str]:
    """Who is compared with too few strangers alike, in one sentence; nothing where nobody is."""
    few = used[used["in_cell"] < ENOUGH]
    if not len(few):
        return []
    said = ", ".join(
        f"{row['in_cell']} like {child if row['who'] == 'the child' else row['who']} "
        f"({row['band']})"
        for row in few.to_dict("records")
    )
    return [
        f"Of {ENOUGH} strangers alike in sex and age that each should be compared with, there are "
        f"{said}. Others stand in and are trusted less; tracker cohort status says who is missing."
    ]


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
