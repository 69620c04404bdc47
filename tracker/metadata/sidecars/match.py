"""Which of a folder's files speak of which of its photos, by their names.

Pure: names in, names out. `told` is asked only where names leave a choice; it reads the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from db.text import folded
from tracker.metadata.sidecars import takeout_names
from tracker.metadata.sidecars.names import RAW, Media, Medium, composed, either, media
from tracker.metadata.sidecars.takeout_names import Told

PICASA = frozenset((b".picasa.ini", b"picasa.ini"))
"""In lower case. The first is hidden, and read all the same."""


@dataclass(frozen=True, slots=True)
class Matches:
    """What becomes of each sidecar in a folder: it is in one of these.

    `of`: a photo's name -> the names of its sidecars, XMP first. Only a photo and its edited
    versions have one in common. `shared`: they speak of every photo. `refused` -> why: it could be
    several photos'. `others` -> what it is instead: a video's, an album's, or of a photo that is
    not there.
    """

    of: Mapping[bytes, tuple[bytes, ...]] = field(default_factory=dict)
    shared: tuple[bytes, ...] = ()
    refused: Mapping[bytes, str] = field(default_factory=dict)
    others: Mapping[bytes, str] = field(default_factory=dict)


def kind_of(name: bytes) -> str:
    """One of `records.KINDS` for a name such as sidecars have, "" for any other."""
    ending = name[-5:].lower()
    if ending == b".json":
        return "takeout"
    if ending[1:] == b".xmp":
        return "xmp"
    return "picasa" if name.lower() in PICASA else ""


def nothing_told(name: bytes) -> str:
    """Where only names are known."""
    return ""


def match(names: Iterable[bytes], told: Told = nothing_told) -> Matches:
    """Match the sidecars among the names of a folder's files to the photos among them.

    `told` gives what a sidecar says of whose it is: the title in a Takeout JSON, the suffix
    (without its dot) that an XMP sidecar says it is for.
    """
    all_names = sorted(set(names))
    by_kind: dict[str, list[bytes]] = {"xmp": [], "takeout": [], "picasa": []}
    for name in all_names:
        if kind := kind_of(name):
            by_kind[kind].append(name)
    there = media(all_names)
    others: dict[bytes, str] = {}
    of, refused = _xmp(by_kind["xmp"], there, told, others)
    json = []
    for name in by_kind["takeout"]:
        if takeout_names.is_albums(name):
            others[name] = "album's description"
        else:
            json.append(name)
    takeout = takeout_names.owners(json, there, told)
    videos = {m.name for some in there.by_name.values() for m in some if not m.is_still}
    for owner, files in takeout.of.items():
        if owner in videos:
            others.update(dict.fromkeys(files, OF_A_VIDEO))
        else:
            of[owner] = of.get(owner, ()) + files
    for one in takeout.left:
        others[one.name] = WITHOUT if takeout_names.names_a_file(one.name) else ".json"
    return Matches(of, tuple(by_kind["picasa"]), {**refused, **takeout.why}, others)


OF_A_VIDEO = "sidecar of a video"
WITHOUT = "sidecar without its photo"


def _xmp(
    names: Iterable[bytes], there: Media, told: Told, others: dict[bytes, str]
) -> tuple[dict[bytes, tuple[bytes, ...]], dict[bytes, str]]:
    """`IMG.jpg.xmp` (digiKam, darktable, Immich) and `IMG.xmp` (Adobe).

    Of a RAW photo and the JPEG that the camera made of it, the RAW photo has the sidecar: into
    the JPEG Adobe's programs write what they have to say.
    """
    of: dict[bytes, tuple[bytes, ...]] = {}
    refused: dict[bytes, str] = {}
    for name in names:
        whole = composed(name)[: -len(".xmp")]
        called = folded(whole)
        found = there.by_name.get(called) or there.by_stem.get(called, [])
        stills = [m for m in found if m.is_still]
        if len(stills) > 1:
            stills = _told_apart(name, whole, stills, told)
        if len(stills) > 1:
            refused[name] = either(stills)
        elif stills:
            of[stills[0].name] = (*of.get(stills[0].name, ()), name)
        else:
            others[name] = OF_A_VIDEO if found else WITHOUT
    return of, refused


def _told_apart(name: bytes, whole: str, stills: list[Medium], told: Told) -> list[Medium]:
    written_so = [m for m in stills if composed(m.name).startswith(whole)]
    stills = written_so or stills  # IMG.jpg and img.jpg
    raw = [m for m in stills if m.suffix in RAW]
    if len(stills) == 1 or len(raw) == 1:
        return raw if len(raw) == 1 else stills
    suffix = f".{folded(told(name))}"
    return [m for m in stills if m.suffix == suffix] or stills
