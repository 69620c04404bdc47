"""Whose a JSON file of a Google Takeout is, by the names in its folder alone.

What Google writes beside `IMG.jpg`, as people report it of real exports:

- `IMG.jpg.json`; since 2024 `IMG.jpg.supplemental-metadata.json`. All before `.json` is cut at 46
  characters: `.supplemental-met.json`, `.s.json`, `..json`, or within the photo's name itself.
- The second of a name is `IMG(1).jpg`, and its number stands at the end of the other's name:
  `IMG.jpg(1).json`, `IMG.jpg.supplemental-metadata(1).json`.
- `IMG-edited.jpg`, in the language of the account, has none of its own: it shares its original's.
- A photo without a suffix in Google Photos gets one in the export, its file does not: `IMG.json`.
- A live photo is `IMG.HEIC` and `IMG.MP4` with one file, mostly the photo's.

The file's own `title` is the photo's whole name; it is asked for where names leave a choice.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field

from db.text import folded, shown
from tracker.metadata.sidecars.names import (
    STILLS,
    VIDEOS,
    Media,
    Medium,
    composed,
    either,
    is_video_of_a_photo,
    split,
    unnumbered,
)

SUPPLEMENT = "supplemental-metadata"

LEAST_CUT = 43
"""Bytes in a name that may have been cut: it is at 46 characters, and an account in another
script counts in another way."""

ALBUMS = frozenset(
    folded(name)
    for name in (
        "metadata", "metadaten", "métadonnées", "metadatos", "metadati", "metadados",
        "metagegevens", "metadane", "метаданные", "метадані", "メタデータ", "元数据", "中繼資料",
        "메타데이터",
        "print-subscriptions", "shared_album_comments", "user-generated-memory-titles",
    )
)  # fmt: skip
"""Of these JSON files no photo is the subject."""

EDITED = tuple(
    folded(word)
    for word in (
        "-edited", "-effects", "-smile", "-mix", "-bearbeitet", "-modifié", "-editado",
        "-ha editado", "-editada", "-editat", "-bewerkt", "-edytowane", "-modificato",
        "-modificata", "-redigerad", "-redigeret", "-redigert", "-muokattu", "-szerkesztve",
        "-upraveno", "-upravené", "-editată", "-düzenlendi", "-измененный", "-изменено",
        "-відредаговано", "-編集済み", "-编辑", "-已修改", "-已編輯", "-수정됨",
    )
)  # fmt: skip

MOST_TITLED = 300
"""Photos of one beginning and other numbers among which a title is looked for."""

Told = Callable[[bytes], str]
"""What a sidecar of this name says of whose it is, "" for nothing. Reads the file."""


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON file. `whole` is its name before `.json`, composed; `stem` the same folded, without
    the `number` at its end."""

    name: bytes
    whole: str
    stem: str
    number: str

    @property
    def titles(self) -> tuple[str, ...]:
        """What the photo may be called: as it stands there, and without Google's supplement."""
        before, dot, last = self.stem.rpartition(".")
        return (self.stem, before) if dot and SUPPLEMENT.startswith(last) else (self.stem,)

    @property
    def may_be_cut(self) -> bool:
        """Whether the photo's name may be longer than what stands there."""
        return len(os.fsencode(self.stem)) >= LEAST_CUT


def json_of(name: bytes) -> Json:
    """The parts of a JSON file's name."""
    whole = composed(name)[: -len(".json")]
    stem, number = unnumbered(whole)
    return Json(name, whole, folded(stem), number)


def is_albums(name: bytes) -> bool:
    """Whether the file speaks of an album or an account instead of a photo."""
    return json_of(name).stem in ALBUMS


def names_a_file(name: bytes) -> bool:
    """Whether the name is made as Google makes it, of a photo's or a video's name."""
    return any(split(title)[1] in (STILLS | VIDEOS) for title in json_of(name).titles)


@dataclass(slots=True)
class Owners:
    """Whose each JSON file is. `of`: photo or video -> its files. `why`: those refused."""

    of: dict[bytes, tuple[bytes, ...]]
    why: dict[bytes, str]
    left: tuple[Json, ...]


def owners(names: Sequence[bytes], there: Media, told: Told) -> Owners:
    """Match the JSON files `names` to what is `there`. Each has one owner at most, whose edited
    versions share it; where names and titles leave a choice it has none."""
    claims = _Claims(told)
    shortened = []
    for one in map(json_of, names):
        tier, found = _named_so(one, there)
        if found:
            claims.lay(one, tier, found)
        elif one.may_be_cut:
            shortened.append(one)
        else:
            claims.left.append(one)
    beginnings = _Beginnings(there if shortened else Media())
    taken = set(claims.of)
    for one in shortened:
        same, others = beginnings.of(one, taken)
        claims.lay(one, _CUT, _originals(same, there) or _fitting(one, others, told))
    of = claims.settled()
    _share_with_edited(of, claims.left, there)
    _share_with_live(of, there)
    used = {name for files in of.values() for name in files}
    return Owners(of, claims.why, tuple(one for one in claims.left if one.name not in used))


_NAMED, _NUMBERED, _WITHOUT_SUFFIX, _CUT = range(4)


@dataclass(slots=True)
class _Claims:
    """What each JSON file was found to be of; `why`: those that are refused, `left`: of nothing."""

    told: Told
    of: dict[bytes, list[tuple[int, Json]]] = field(default_factory=lambda: defaultdict(list))
    why: dict[bytes, str] = field(default_factory=dict)
    left: list[Json] = field(default_factory=list)

    def lay(self, one: Json, tier: int, found: list[Medium]) -> None:
        """The file is of one of these."""
        if len(found) > 1:
            found = _fitting(one, found, self.told) or found
        if len(found) > 1:
            self.why[one.name] = either(found)
        elif found:
            self.of[found[0].name].append((tier, one))
        else:
            self.left.append(one)

    def settled(self) -> dict[bytes, tuple[bytes, ...]]:
        """The files of each photo and video: those that name it best.

        Of two exports there are several that name it equally well. A name that was cut says
        little: then two of them are none.
        """
        of = {}
        for name, wanting in self.of.items():
            best = min(tier for tier, _ in wanting)
            mine = [one for tier, one in wanting if tier == best]
            if best == _CUT and len(mine) > 1:
                mine = []
            if mine:
                of[name] = tuple(one.name for one in mine)
            for _, other in wanting:
                if other not in mine:
                    self.why[other.name] = (
                        f"It is one of several that could speak of {shown(name)}."
                    )
        return of


def _named_so(one: Json, there: Media) -> tuple[int, list[Medium]]:
    """The likeliest way in which the file names anything in full, and what it names so."""
    for title in one.titles:
        if not one.number and (found := there.by_name.get(title)):
            return _NAMED, _of_that_case(one, found)
        whole, number = (title, one.number) if one.number else unnumbered(title)
        stem, suffix = split(whole)
        if number and (
            found := [m for m in there.by_number.get((stem, number), ()) if m.suffix == suffix]
        ):
            return _NUMBERED, found
    for title in one.titles:
        if found := [m for m in there.by_number.get((title, one.number), ()) if m.is_still]:
            return _WITHOUT_SUFFIX, found
    return _CUT, []


def _of_that_case(one: Json, found: list[Medium]) -> list[Medium]:
    """Of names that differ in case alone, the one that is written the same."""
    if len(found) == 1:
        return found
    same = [m for m in found if one.whole.startswith(composed(m.name))]
    return same if len(same) == 1 else found


class _Beginnings:
    """What has a name that begins in some way: Google may have cut the name of its file there."""

    def __init__(self, there: Media) -> None:
        self._named: dict[str, list[Medium]] = defaultdict(list)
        for one in (m for some in there.by_name.values() for m in some):
            self._named[one.full].append(one)
            stem, number = one.numbered
            if number:  # in the file's name that stands behind all else
                self._named[stem + one.suffix].append(one)
        self._ordered = sorted(self._named)
        self._found: dict[str, dict[str, list[Medium]]] = {}

    def of(self, one: Json, taken: Container[bytes]) -> tuple[list[Medium], list[Medium]]:
        """Whatever the file's name, as it is or without the supplement, is the beginning of.

        First what has its number, then what has another, unless that is too much to choose from.
        Nothing of what is `taken`.
        """
        begun = next((found for title in one.titles if (found := self._begun(title))), {})
        same = [m for m in begun.get(one.number, ()) if m.name not in taken]
        if sum(map(len, begun.values())) > MOST_TITLED:
            return same, []
        others = (m for number, some in begun.items() if number != one.number for m in some)
        return same, [m for m in others if m.name not in taken]

    def _begun(self, title: str) -> dict[str, list[Medium]]:
        """By number."""
        if title not in self._found:
            at = bisect_left(self._ordered, title)
            found: dict[bytes, Medium] = {}
            while at < len(self._ordered) and self._ordered[at].startswith(title):
                found.update((m.name, m) for m in self._named[self._ordered[at]])
                at += 1
            by_number: dict[str, list[Medium]] = defaultdict(list)
            for one in found.values():
                by_number[one.numbered[1]].append(one)
            self._found[title] = by_number
        return self._found[title]


def _originals(found: list[Medium], there: Media) -> list[Medium]:
    """Without edited versions and photos' moving parts, where that leaves any."""
    return [
        m for m in found if not m.numbered[0].endswith(EDITED) and not is_video_of_a_photo(m, there)
    ] or found


def _fitting(one: Json, found: list[Medium], told: Told) -> list[Medium]:
    """Those that the title inside the file fits, in full where one does; none without a title."""
    title = _plain(folded(told(one.name))) if found else ""
    if not title:
        return []
    return [m for m in found if _plain(m.full) == title] or [m for m in found if _fits(title, m)]


def _fits(title: str, one: Medium) -> bool:
    """Whether a file of this name can be what Google made of the title."""
    stem, _ = one.numbered
    whole, suffix = split(title)
    if suffix not in STILLS | VIDEOS:
        whole = title
    elif suffix != one.suffix:
        return False
    plain = _plain(stem)
    return plain == whole or (len(os.fsencode(plain)) >= LEAST_CUT and whole.startswith(plain))


def _plain(text: str) -> str:
    """With `_` for what Google keeps out of the names of files."""
    return "".join("_" if c in "<>:\"/\\|?*&%'" else c for c in text)


def _share_with_edited(
    of: dict[bytes, tuple[bytes, ...]], left: Sequence[Json], there: Media
) -> None:
    """Give edited versions without a file of their own that of their original.

    Where the original is not there, the file is theirs alone.
    """
    orphans: dict[tuple[str, str], list[tuple[str, Json]]] = defaultdict(list)
    for one in left:
        for title in one.titles:
            stem, suffix = split(title)
            if suffix in STILLS:
                orphans[stem, one.number].append((suffix, one))
    inherited = {}
    for edited in [m for some in there.by_name.values() for m in some]:
        if not edited.is_still or edited.name in of:
            continue
        stem, number = _original(edited)
        if not stem:
            continue
        originals = [
            m for m in there.by_number.get((stem, number), ()) if m.is_still and m.name in of
        ]
        if len(originals) > 1:  # IMG.HEIC and IMG.jpg
            originals = [m for m in originals if m.suffix == edited.suffix]
        if len(originals) == 1:
            inherited[edited.name] = of[originals[0].name]
            continue
        files = orphans.get((stem, number), [])
        if len(files) > 1:
            files = [pair for pair in files if pair[0] == edited.suffix]
        if len(files) == 1 and not originals:
            inherited[edited.name] = (files[0][1].name,)
    of.update(inherited)


def _original(edited: Medium) -> tuple[str, str]:
    """Stem and number of what this is an edited version of; ("", "") where it is none."""
    stem, number = edited.numbered  # IMG-edited(1).jpg
    for word in EDITED:
        if stem.endswith(word):
            before, inner = unnumbered(stem[: -len(word)])  # IMG(1)-edited.jpg
            return before, number or inner
    if len(os.fsencode(stem)) >= LEAST_CUT:
        before, dash, tail = stem.rpartition("-")
        if dash and any(word.startswith(dash + tail) for word in EDITED):
            return before, number
    return "", ""


def _share_with_live(of: dict[bytes, tuple[bytes, ...]], there: Media) -> None:
    """Give a live photo without a file of its own that of its video."""
    for some in there.by_stem.values():
        stills = [m for m in some if m.is_still]
        if len(stills) == 1 and stills[0].name not in of:
            for video in some:
                if not video.is_still and video.name in of:
                    of[stills[0].name] = of.pop(video.name)
                    break
