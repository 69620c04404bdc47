"""What a reader must know beside the numbers: of the dates, the embedder and the photos."""

from __future__ import annotations

from collections import Counter

from db.records import Person
from tracker.study.evidence import Family
from tracker.study.own_faces import Sifted
from tracker.study.run import Results

NO_COHORT = (
    "Whether the resemblance is more than chance is not said: that needs a cohort of strangers, "
    "and there is none."
)


def born_note(child: Person) -> str:
    """How far ages may be off, or nothing."""
    if child.born_earliest is None or child.born_latest is None:
        return ""
    days = (child.born_latest - child.born_earliest).days
    return (
        f"the birth date is known to {days + 1} days: ages may be off by {days // 2 + 1}"
        if days
        else ""
    )


def embedder_note(embedder_id: str, licence: str, source: str) -> str:
    """What a reader must know of the embedder."""
    parts = [f"Licence of the weights in use: {licence}.", f"Source: {source}."]
    name, _, digest = embedder_id.partition("@")
    if digest and name.startswith("facenet"):
        parts.insert(0, f"These are not the published weights of {name} (hash {digest}).")
    if name == "handcrafted":
        parts.insert(0, "Hand-made features, weaker than a trained network.")
    return " ".join(part for part in parts if not part.endswith(": ."))


def warnings_of(
    family: Family, narrow: Results, wide: Results, sifted: Sifted, proposed: int
) -> list[str]:
    """What a reader must know before believing anything."""
    child = family.child.name
    found = [NO_COHORT]
    for reason, number in sorted(Counter(sifted.own.values()).items()):
        are = "is" if number == 1 else "are"
        found.append(f"{number} of the faces named {child} {are} left out: {reason}.")
    found += [f"Whose faces are whose was not checked: {why}." for why in sifted.unchecked]
    if proposed:
        found.append(
            f"{proposed} of {child}'s faces were recognised by the tracker, not named by anyone."
        )
    for results in (narrow, wide):
        found += results.warnings
        found += [f"{name} could not run: {reason}." for name, reason in results.failed.items()]
    return list(dict.fromkeys(found))
