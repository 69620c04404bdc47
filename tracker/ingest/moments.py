"""Which photos are of one moment: the same picture again, or a burst.

**The same picture** ("copy") looks the same (see `alike`), has the same shape, and its camera's
clock, where the file still has it, shows the same time. Each copy belongs to one photo only: to
the nearest that is more of an original, which is one with the camera's time before one without,
then the larger. So a picture of which the time is lost cannot tie two moments together.

**A burst** was taken by one camera within seconds. A gap of more than GAP ends it, and after SPAN
the next one begins: a child filmed for an hour in single pictures is many moments. Where the files
do not tell the camera and its time themselves, it lies in one folder with times from elsewhere, and
one picture does not look UNLIKE the next: photos that were sent together were saved together.

What comes out follows from the photos alone, never from the order they came in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from db import moments
from db.moments import Facts, Ids, Looks, Moments, Pairs
from tracker.dating.clues import NAME
from tracker.ingest import alike

if TYPE_CHECKING:
    import duckdb

SECOND = 1_000_000
HOUR = 3600 * SECOND

GAP = 3 * SECOND
"""The longest time between two pictures of a burst."""

SPAN = 10 * SECOND
"""The longest time from the first picture of a burst to its last."""

UNLIKE = 96
"""Bits from which two pictures do not look like the same people a second later; see `alike`."""

STANDING = 30
"""More pictures than this at the very same time of one camera: that is not a clock, but a program
that wrote one date into a box of scans. So is a full hour, to the second, and a second in which
three pictures are that look UNLIKE each other."""

TELL_THE_SECOND = (
    ("exif", ""),
    ("sidecar", ""),
    ("gps", ""),
    ("iptc", ""),
    ("xmp", ""),
    ("video", ""),
    ("takeout", ""),
    ("filename", NAME),
)
"""Clues to a date that come from the moment of the picture: source, and label where it matters. Not
the user's word, which dates a box of prints to one hour, nor names that say when it was sent."""

SHAPE = 0.03
"""Two shapes (width by height) that differ by less are the same, rounded or cut a little."""

Places = npt.NDArray[np.intp]
"""Where photos are in `Facts`: `(n,)`."""

Edges = npt.NDArray[np.intp]
"""Pairs of places `(n, 2)` that belong together."""


def update(con: duckdb.DuckDBPyConnection, photos: Sequence[str]) -> int:
    """Work out the moments anew after these photos (sha256s) came or got another date.

    Gives the number of photos whose moment is another now. Photos that came before and were not
    compared, as the program was interrupted, are compared too. With nothing new it costs one
    query.
    """
    new = moments.uncompared(con)
    if len(new):
        _compare(con, new)
    elif not photos:
        return 0
    looks = moments.looks(con)
    wanted = group(moments.facts(con, TELL_THE_SECOND), moments.alike(con), looks)
    stored = moments.load(con)
    gone, come = _differing(stored, wanted), _differing(wanted, stored)
    if gone.any() or come.any():
        moments.replace(
            con,
            stored.photos[gone],
            Moments(wanted.photos[come], wanted.moments[come], wanted.copies[come]),
        )
    return len(np.union1d(stored.photos[gone], wanted.photos[come]))


def _compare(con: duckdb.DuckDBPyConnection, new: Ids) -> None:
    """Hold the looks of new photos against all."""
    looks = moments.looks(con)
    found = alike.find(looks, new)
    before, had = moments.partners(con)
    place, known = _places(before, looks.ids)
    partners = found.partners.copy()
    partners[known] += had[place[known]]
    changed = (found.partners > 0) | np.isin(looks.ids, new)
    common = looks.ids[changed & (partners > alike.COMMON)]
    moments.add_alike(con, looks.ids[changed], partners[changed], found.pairs, common)


def group(facts: Facts, pairs: Pairs, looks: Looks) -> Moments:
    """The moments of two photos or more, by ascending photo."""
    copies = same_pictures(facts, pairs)
    edges = np.concatenate([copies, bursts(facts, looks)])
    if not len(edges):
        none = np.empty(0, np.int64)
        return Moments(none, none, np.empty(0, bool))
    together, label = np.unique(edges), _components(edges, len(facts.ids))
    order = np.lexsort((facts.content[together], label[together]))
    member, of = together[order], label[together[order]]
    _, first, group_of = np.unique(of, return_index=True, return_inverse=True)
    found = facts.content[member][first][group_of]
    back = np.argsort(member)
    return Moments(facts.ids[member][back], found[back], np.isin(member[back], copies))


def same_pictures(facts: Facts, pairs: Pairs) -> Edges:
    """Each copy with what it is a copy of."""
    one, known = _places(facts.ids, pairs.one)
    other, known_too = _places(facts.ids, pairs.other)
    there = known & known_too
    one, other, bits = one[there], other[there], pairs.bits[there]
    alike_too = _same_shape(facts, one, other) & _same_time(facts, one, other)
    one, other, bits = one[alike_too], other[alike_too], bits[alike_too]
    rank = np.empty(len(facts.ids), np.intp)  # 0 is most of an original
    rank[np.lexsort((facts.content, -facts.pixels, facts.shutter < 0))] = np.arange(len(rank))
    copy = np.where(rank[one] > rank[other], one, other)
    original = one + other - copy
    order = np.lexsort((rank[original], bits, copy))
    copy, original = copy[order], original[order]
    _, nearest = np.unique(copy, return_index=True)
    return np.stack([copy[nearest], original[nearest]], axis=1)


def bursts(facts: Facts, looks: Looks) -> Edges:
    """Each picture of a burst with the one before it."""
    timed = _by_clock(facts, looks)
    by, clock, sure = facts.by[timed], facts.clock[timed], facts.sure[timed]
    begins = np.ones(len(timed), bool)
    begins[1:] = (by[1:] != by[:-1]) | (clock[1:] - clock[:-1] > GAP)
    asked = np.flatnonzero(~begins & ~(sure & np.roll(sure, 1)))
    begins[asked] = _unlike(facts, looks, timed[asked - 1], timed[asked])
    firsts = np.flatnonzero(begins)
    after = np.append(firsts, len(timed))[1:]
    for k in np.flatnonzero(clock[after - 1] - clock[firsts] > SPAN):
        begins[firsts[k] + _cuts(clock[firsts[k] : after[k]])] = True
    follows = np.flatnonzero(~begins)
    return np.stack([timed[follows - 1], timed[follows]], axis=1)


def _by_clock(facts: Facts, looks: Looks) -> Places:
    """The places of those whose clock goes, camera by camera in the order of their times."""
    timed = np.flatnonzero((facts.clock >= 0) & (facts.clock % HOUR != 0))
    timed = timed[np.lexsort((facts.content[timed], facts.clock[timed], facts.by[timed]))]
    by, clock = facts.by[timed], facts.clock[timed]
    moves = np.ones(len(timed), bool)
    moves[1:] = (by[1:] != by[:-1]) | (clock[1:] != clock[:-1])
    at, first = np.cumsum(moves) - 1, np.flatnonzero(moves)
    count = np.bincount(at)
    several = np.flatnonzero((count[at] > 2) & (clock % SECOND == 0))
    unlike = several[_unlike(facts, looks, timed[first[at[several]]], timed[several])]
    stands = (count > STANDING) | (np.bincount(at[unlike], minlength=len(count)) > 1)
    return np.asarray(timed[~stands[at]])


def _unlike(facts: Facts, looks: Looks, one: Places, other: Places) -> npt.NDArray[np.bool_]:
    """Whether two pictures look unlike each other, or it is not known."""
    if not len(one) or not len(looks.ids):
        return np.ones(len(one), bool)
    a, known = _places(looks.ids, facts.ids[one])
    b, known_too = _places(looks.ids, facts.ids[other])
    far = alike.distances(looks.words[a], looks.words[b]) > UNLIKE
    return np.asarray(far | ~known | ~known_too)


def _cuts(clock: Ids) -> Places:
    """Where a long series begins anew, after the time of a burst."""
    cuts = [0]
    while (after := int(np.searchsorted(clock, clock[cuts[-1]] + SPAN, "right"))) < len(clock):
        cuts.append(after)
    return np.array(cuts, np.intp)


def _same_shape(facts: Facts, one: Places, other: Places) -> npt.NDArray[np.bool_]:
    return np.asarray(np.abs(np.log(facts.shape[one] / facts.shape[other])) < SHAPE)


def _same_time(facts: Facts, one: Places, other: Places) -> npt.NDArray[np.bool_]:
    """A program that edits a photo may lose the part of a second; two pictures have two times."""
    a, b = facts.shutter[one], facts.shutter[other]
    finely = (a % SECOND != 0) & (b % SECOND != 0)
    same = (a == b) | (~finely & (a // SECOND == b // SECOND))
    return np.asarray((a < 0) | (b < 0) | same)


def _components(edges: Edges, count: int) -> Places:
    """A label `(count,)` for each place: the same for those that are tied together."""
    label = np.arange(count)
    one, other = edges.T
    while (label[one] != label[other]).any():
        low = np.minimum(label[one], label[other])
        np.minimum.at(label, label[one], low)
        np.minimum.at(label, label[other], low)
        while (label[label] != label).any():
            label = label[label]
    return label


def _places(ids: Ids, asked: Ids) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Where among the ascending `ids` each of `asked` is, and whether it is there."""
    if not len(ids):
        return np.zeros(len(asked), np.intp), np.zeros(len(asked), bool)
    place = np.minimum(np.searchsorted(ids, asked), len(ids) - 1)
    return place, ids[place] == asked


def _differing(one: Moments, other: Moments) -> npt.NDArray[np.bool_]:
    """Which rows of `one` are not the same in `other`."""
    place, there = _places(other.photos, one.photos)
    if not there.any():
        return np.ones(len(one.photos), bool)
    same = (other.moments[place] == one.moments) & (other.copies[place] == one.copies)
    return np.asarray(~(there & same))
