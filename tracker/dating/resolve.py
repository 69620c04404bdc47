"""What all clues to a photo's date come to.

The most trusted clue that can be believed decides (`clues.TRUST`), whatever order they come in. A
less trusted one narrows it down where it lies wholly inside: a sidecar says 1975, the folder
August 1975. The user's own word is never narrowed. Everything refused, and everything that
disagrees, is kept in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from db.records import Clue, Dated
from tracker.dating import edtf
from tracker.dating.clues import (
    BORN,
    BOUNDS,
    PASSED_ON,
    confidence,
    label_rank,
    rank,
)
from tracker.dating.doubts import Birth, births_among, why_doubted
from tracker.dating.read import zone_between

UNDATED = Dated(None, None, "none", 0.0)

NARROWS = frozenset(
    {"sidecar", "exif", "gps", "iptc", "xmp", "video", "takeout", "filename", "option", "folder"}
)
"""Sources that may narrow a wider date: not those that tell of the file rather than the photo."""


PASS_ON = frozenset({"sidecar", "iptc", "xmp", "takeout"})
"""Sources that programs fill in with what the file's own date says."""

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The date, and what became of each clue.

    `decided`: whose date it is, the most trusted first, then what narrowed it. `refused`: what
    cannot be true, each with the reason. `disagrees`: what could be true and says otherwise.
    """

    dated: Dated
    decided: tuple[Clue, ...] = ()
    refused: tuple[tuple[Clue, str], ...] = ()
    disagrees: tuple[Clue, ...] = ()


def resolve(clues: Iterable[Clue], today: date) -> Dated:
    """The date that the clues come to: earliest <= latest, or `earliest` None, or both.

    The order of the clues does not matter. Nothing after `today` is believed, but for one day of
    grace: the photo may come from the other side of the date line.
    """
    return weigh(clues, today).dated


def weigh(clues: Iterable[Clue], today: date) -> Weighed:
    """As `resolve`, with what became of each clue."""
    ordered = sorted(_without_echoes({_ordered(clue) for clue in clues}), key=_trusted)
    births = births_among(ordered)
    believed, refused = _sorted_out([c for c in ordered if c.source != BORN], births, today)
    dating = [clue for clue in believed if clue.earliest is not None and clue.source not in BOUNDS]
    bounds = [clue for clue in believed if clue not in dating]
    decided: tuple[Clue, ...] = ()
    dated = UNDATED
    if bounds and bounds[0].source == "user":  # "no later than", by the one who knows best
        decided, dated = (bounds[0],), _bound(bounds[0])
    elif dating:
        decided = _decide(dating)
        dated = _dated(decided, believed)
    elif bounds:
        tightest = min(bounds, key=lambda clue: (clue.latest, _trusted(clue)))
        decided, dated = (tightest,), _bound(tightest)
    disagrees = tuple(c for c in believed if c not in decided and _disagrees(c, dated))
    said = [f"{clue.label} {clue.raw!r}: {why}" for clue, why in refused]
    said += [in_words(clue) for clue in disagrees]
    whole = Dated(
        dated.earliest,
        dated.latest,
        dated.source,
        dated.confidence,
        dated.taken_at,
        dated.raw,
        tuple(dict.fromkeys(said)),
        dated.zone,
    )
    return Weighed(whole, decided, tuple(refused), disagrees)


def in_words(clue: Clue) -> str:
    """What a clue says: "the file's name says 2023-01-01"."""
    if clue.earliest is None and clue.latest is not None:
        return f"{clue.label} says no later than {clue.latest}"
    return f"{clue.label} says {edtf.text(clue.earliest, clue.latest) or repr(clue.raw)}"


def _without_echoes(clues: set[Clue]) -> set[Clue]:
    """Programs pass the day of a scan on as the photo's: such a clue is of the scan as well."""
    scans = {clue.latest for clue in clues if clue.source == "scan"}
    return {_of_the_scan(clue) if _repeats(clue, scans) else clue for clue in clues}


def _repeats(clue: Clue, scans: set[date | None]) -> bool:
    if clue.source not in PASS_ON or clue.earliest is None or clue.latest is None:
        return False
    if clue.latest - clue.earliest > A_DAY:  # of a moment in UTC the day is known to two
        return False
    return any(day is not None and clue.earliest <= day <= clue.latest for day in scans)


def _of_the_scan(clue: Clue) -> Clue:
    return Clue("scan", f"{clue.label} of the scan", clue.raw, None, clue.latest)


def _ordered(clue: Clue) -> Clue:
    """The clue with its ends in order, whoever made it."""
    if clue.earliest is None or clue.latest is None or clue.earliest <= clue.latest:
        return clue
    return Clue(
        clue.source, clue.label, clue.raw, clue.latest, clue.earliest, clue.taken_at, clue.zone
    )


def _trusted(clue: Clue) -> tuple[Any, ...]:
    """The place in the order of trust; two clues that differ never have the same.

    Of two file names, and of two of any source that are alike otherwise, the earlier day is
    first: a copy is named after the day it was made or sent.
    """
    first, last = clue.earliest or date.min, clue.latest or date.max
    by_label = (0 if clue.source == "filename" else label_rank(clue), -confidence(clue))
    day: tuple[Any, ...] = (first, last)
    place = (*day, *by_label) if clue.source == "filename" else (*by_label, *day)
    at = clue.taken_at.isoformat() if clue.taken_at is not None else "~"  # after every digit
    return (rank(clue), *place, at, clue.zone or "~", clue.label, clue.raw, clue.source)


def _sorted_out(
    ordered: Sequence[Clue], births: Sequence[Birth], today: date
) -> tuple[list[Clue], list[tuple[Clue, str]]]:
    believed: list[Clue] = []
    refused: list[tuple[Clue, str]] = []
    for clue in ordered:
        if why := why_doubted(clue, today, births):
            refused.append((clue, why))
        else:
            believed.append(clue)
    return believed, refused


def _decide(dating: Sequence[Clue]) -> tuple[Clue, ...]:
    """The first, and those after it that narrow it down, each inside the one before."""
    decided = [dating[0]]
    if dating[0].source == "user":
        return tuple(decided)
    for clue in dating[1:]:
        if clue.source in NARROWS and clue.label not in PASSED_ON and _inside(clue, decided[-1]):
            decided.append(clue)
    return tuple(decided)


def _inside(clue: Clue, wider: Clue) -> bool:
    """Whether it is narrower, or the same and tells the time that the other lacks."""
    first, last, at = wider.earliest, wider.latest, wider.taken_at
    if clue.earliest is None or clue.latest is None or first is None or last is None:
        return False
    if not (first <= clue.earliest and clue.latest <= last):
        return False
    if (clue.earliest, clue.latest) != (first, last):
        return True
    return first == last and at is None and clue.taken_at is not None


def _dated(decided: Sequence[Clue], believed: Sequence[Clue]) -> Dated:
    first, narrowest = decided[0], decided[-1]
    timed = [c for c in reversed(decided) if c.taken_at is not None and c.label not in PASSED_ON]
    taken_at: datetime | None = timed[0].taken_at if timed else None
    zone = timed[0].zone if timed else None
    if taken_at is not None and zone is None:
        zone = _zone(taken_at, believed)
    return Dated(
        narrowest.earliest,
        narrowest.latest,
        first.source,
        min(confidence(clue) for clue in decided),
        taken_at,
        "; ".join(dict.fromkeys(clue.raw for clue in decided)),
        (),
        zone,
    )


def _zone(taken_at: datetime, believed: Sequence[Clue]) -> str | None:
    """The zone of the camera's clock: whoever tells the same time may have it, else satellites."""
    second = taken_at.replace(microsecond=0)
    local = [c for c in believed if c.taken_at is not None and c.earliest == c.latest and c.zone]
    for clue in local:
        if clue.taken_at is not None and clue.taken_at.replace(microsecond=0) == second:
            return clue.zone
    instants = [c.taken_at for c in believed if c.source == "gps" and c.taken_at is not None]
    return zone_between(taken_at, instants[0]) if instants else None


def _bound(clue: Clue) -> Dated:
    return Dated(None, clue.latest, clue.source, confidence(clue), None, clue.raw)


def _disagrees(clue: Clue, dated: Dated) -> bool:
    """Whether the two have no day in common. Of two bounds, both hold."""
    if clue.latest is None or dated.latest is None:
        return False
    if dated.earliest is not None and clue.latest < dated.earliest:
        return _is_certain(clue, dated)
    return clue.earliest is not None and clue.earliest > dated.latest


def _is_certain(clue: Clue, dated: Dated) -> bool:
    """A file's own time may be a day behind: the clocks that wrote it knew no zones."""
    if clue.source != "file" or clue.latest is None or dated.earliest is None:
        return True
    return clue.latest + timedelta(days=1) < dated.earliest
