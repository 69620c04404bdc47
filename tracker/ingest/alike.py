"""Which pictures look alike: pairs whose 256 bits differ in few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from db.moments import Ids, Looks, Pairs, Words

ALIKE = 24
"""Bits, of 256, by which two pictures may differ that are the same.

Measured by `python -m bench moments` on 103 photos of many cameras, on drawn ones, and on faces:

    the same picture again, bits it differs by                  median   95 %    most
    JPEG quality 30 to 95                                            0      4      10
    0.1 to 0.9 times the size, quality 70 or 85                      4     12      20
    1600 pixels at quality 65, as messengers send it                 4     10      20
    a screenshot 1080 pixels wide                                    4     14      14
    10 % darker or brighter                                          2     10      20
    a fifth less or a quarter more contrast                          2     12      16
    25 % brighter                                                   12     22      42
    1 % cut off on every side                                       16     28      52
    2 % cut off on every side                                       34     50      56

    two different pictures, bits they differ by                  least  median
    real photos                                                     88     128
    drawn photos of people, often in front of the same               36     116
    3,000 faces, each cut out and turned alike: the hardest          36     116
    a drawn photo and one a second later, everybody moved a little   18      48

So 24 lies between what is done to one picture and what tells two apart, and a burst lies on both
sides of it: whether two pictures of one camera are one is for the camera's clock to say.
"""

COMMON = 100
"""A picture that looks like more others than this is one of a film, or of a screen: nothing follows
from its looks. It also bounds what is kept, which else grows with the square of such pictures."""

BANDS = 16
"""Parts of 16 bits. Of 24 differing bits some part has no more than one."""

NEAR = np.concatenate([[0], 1 << np.arange(16)]).astype(np.uint16)
"""What a part may be changed by: nothing, or one bit."""

TOGETHER = 256
AT_ONCE = 1_000_000
"""Pictures whose partners are sought together, and candidates looked at together: 50 MB."""

Places = npt.NDArray[np.intp]
Parts = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """What new pictures look like. `pairs`: each once, of pictures that are not common among the
    new ones. `partners` `(n,)`, aligned with all looks: of a new picture how many others are alike,
    of one that was there before how many new ones."""

    pairs: Pairs
    partners: Ids


def find(looks: Looks, new: Ids) -> Alike:
    """Every pair of pictures within ALIKE bits of which at least one is `new`.

    It costs 0.1 s for 256 new among 100,000.
    """
    is_new = np.isin(looks.ids, new)
    bands = looks.words.view(np.uint16).reshape(len(looks.words), BANDS)
    index = [_sorted(bands[:, band]) for band in range(BANDS)]
    partners = np.zeros(len(looks.ids), np.int64)
    found = [np.empty((0, 3), np.int64)]
    fresh = np.flatnonzero(is_new)
    for begin in range(0, len(fresh), TOGETHER):
        rows = _partners_of(fresh[begin : begin + TOGETHER], looks.words, bands, index)
        one, other = rows[:, 0], rows[:, 1]
        np.add.at(partners, one, 1)
        np.add.at(partners, other[~is_new[other]], 1)
        once = (one < other) | ~is_new[other]  # two new ones find each other
        found.append(rows[once & (partners[one] <= COMMON)])
    rows = np.concatenate(found)
    low, high = rows[:, :2].min(axis=1), rows[:, :2].max(axis=1)
    return Alike(Pairs(looks.ids[low], looks.ids[high], rows[:, 2].astype(np.int16)), partners)


def distances(one: Words, other: Words) -> npt.NDArray[np.int64]:
    """By how many bits each of `one` `(n, 4)` differs from each of `other` `(n, 4)`: `(n,)`."""
    bits: npt.NDArray[np.int64] = np.bitwise_count(one ^ other).sum(axis=1, dtype=np.int64)
    return bits


def _partners_of(
    some: Places, words: Words, bands: Parts, index: Sequence[tuple[Places, Places]]
) -> Ids:
    """Rows (place of one of `some`, place of a picture alike, bits), each pair once."""
    found = [np.empty((0, 3), np.int64)]
    for band, (order, starts) in enumerate(index):
        for which, candidate in _candidates(bands[some, band], order, starts):
            bits = distances(words[some[which]], words[candidate])
            near = (bits <= ALIKE) & (some[which] != candidate)
            one, other = some[which[near]], candidate[near]
            parts = np.bitwise_count(bands[one] ^ bands[other]) <= 1
            first = parts.argmax(axis=1) == band  # else an earlier part has found it
            found.append(np.stack([one, other, bits[near]], axis=1)[first])
    return np.concatenate(found)


def _sorted(keys: npt.NDArray[np.uint16]) -> tuple[Places, Places]:
    """The places of `keys` in their order, and where in that each key begins `(65537,)`."""
    order = np.argsort(keys, kind="stable")
    starts = np.zeros((1 << 16) + 1, np.intp)
    np.cumsum(np.bincount(keys, minlength=1 << 16), out=starts[1:])
    return order, starts


def _candidates(
    keys: npt.NDArray[np.uint16], order: Places, starts: Places
) -> Iterator[tuple[Places, Places]]:
    """(place among `keys`, place among all) of those that share a key or nearly, in portions."""
    probes = (keys[:, None] ^ NEAR).astype(np.intp).ravel()
    first, count = starts[probes], starts[probes + 1] - starts[probes]
    whose = np.repeat(np.arange(len(keys)), len(NEAR))
    before = np.concatenate([[0], np.cumsum(count)])
    begin = 0
    while begin < len(probes):
        end = int(np.searchsorted(before, before[begin] + AT_ONCE, side="right")) - 1
        end = max(end, begin + 1)
        some = count[begin:end]
        within = np.arange(some.sum()) - np.repeat(before[begin:end] - before[begin], some)
        yield (
            np.repeat(whose[begin:end], some),
            order[np.repeat(first[begin:end], some) + within],
        )
        begin = end
