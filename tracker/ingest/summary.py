"""What an ingest reports: while it runs, and at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from itertools import repeat

from db.records import Rejection
from db.text import many
from tracker.ingest.entries import FILTERED, WORKSPACE_KIND
from tracker.ingest.scan import PHOTO_SUFFIXES, Skipped, shown

SEVERAL = {
    "album's description": "albums' descriptions",
    "ambiguous sidecar": "ambiguous sidecars",
    "another program's catalogue": "other programs' catalogues",
    "link": "links",
    "live photo's video": "live photos' videos",
    "sidecar": "sidecars",
    "sidecar of a video": "sidecars of videos",
    "sidecar without its photo": "sidecars without their photos",
    "the film of a motion photo": "films of motion photos",
    "video": "videos",
    "workspace": "workspaces",
}
"""What is skipped, where there is more than one of it; suffixes and the like stay as they are."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` photos are through; `faces` new faces so far; `path` the last one."""

    done: int
    total: int
    faces: int
    path: str


@dataclass(frozen=True, slots=True)
class Walked:
    """Where an ingest went: the absolute paths it started from, and every photo it met there.

    `whole` unless something was left out, or could not be read.
    """

    starts: tuple[bytes, ...] = ()
    met: Set[bytes] = frozenset()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """`photos_seen` is the sum of new, known, rejected and outside.

    `photos_new`: contents not known before. `photos_known`: contents known before, or met twice
    in this ingest, at whatever path. `faces_found`: faces of photos searched in this ingest.
    `faces_embedded`: vectors computed in it. `rejected`: (path as text, reason). `photos`: the
    sha256 of every good photo in this ingest, new or known, each once. `skipped`: entries that
    are no photos, by what they are. `photos_outside`: photos of other days than were asked for.
    `not_read`: what of photos is not looked at ("the video of a motion photo"), and of how many.
    `left`: files beside photos that are nobody's or might be several's: (path as text, why).
    `warnings`: what to know beside the numbers. `stored`: the photos (sha256s) of which something
    is new. `walked`: where it went.
    """

    photos_seen: int
    photos_new: int
    photos_known: int
    photos_rejected: int
    faces_found: int
    faces_embedded: int
    seconds: float
    rejected: list[tuple[str, str]] = field(default_factory=list)
    photos: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    photos_outside: int = 0
    not_read: Counter[str] = field(default_factory=Counter)
    left: list[tuple[str, str]] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    stored: tuple[str, ...] = field(default=(), repr=False)
    walked: Walked = field(default=Walked(), repr=False)

    @property
    def skipped_in_words(self) -> str:
        """ "3 .gif, 1 hidden, 2 .mp4", or ""."""
        parts = sorted((self.skipped + self.not_read).items())
        return ", ".join(many(number, kind, SEVERAL.get(kind, kind)) for kind, number in parts)

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "photos_seen": self.photos_seen,
            "photos_new": self.photos_new,
            "photos_known": self.photos_known,
            "photos_rejected": self.photos_rejected,
            "faces_found": self.faces_found,
            "faces_embedded": self.faces_embedded,
            "seconds": round(self.seconds, 3),
            "rejected": [{"path": path, "reason": reason} for path, reason in self.rejected],
            "skipped": dict(sorted(self.skipped.items())),
            "photos_outside": self.photos_outside,
            "not_read": dict(sorted(self.not_read.items())),
            "sidecars_left": [{"path": path, "reason": reason} for path, reason in self.left],
        }


def nothing_found(skipped: list[Skipped]) -> str:
    """What to say where there was not one photo."""
    if not skipped:
        return "There is nothing in there: no photo, and no other file."
    if any(entry.kind == WORKSPACE_KIND for entry in skipped) and len(skipped) == 1:
        return (
            f"{shown(skipped[0].path)} belongs to a workspace of this program: what is in there "
            "are its own pictures of faces, and no photos."
        )
    if left_out := sum(entry.kind == FILTERED for entry in skipped):
        are = many(left_out, "photo is", "photos are")
        return (
            f"Nothing is left to look at: {are} not what was asked for with --include, --exclude "
            "or --album. What they name is below the folder that is taken in."
        )
    taken = " ".join(sorted(suffix.decode() for suffix in PHOTO_SUFFIXES))
    return (
        "No photos were found. Taken are files whose names end in "
        f"{taken}; a photo of another name is tried when it is named itself."
    )


@dataclass(slots=True)
class Tally:
    """Counts outcomes as they come and tells `on_progress` of each, of unchanged files at once."""

    total: int
    on_progress: Callable[[Progress], None]
    new: int = 0
    known: int = 0
    faces_found: int = 0
    faces_embedded: int = 0
    outside: int = 0
    not_read: Counter[str] = field(default_factory=Counter)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    photos: dict[str, None] = field(default_factory=dict)

    def count_rejected(self, rejection: Rejection) -> None:
        """A file that cannot be used."""
        self.rejected.append((shown(rejection.path), rejection.reason))
        self._through(rejection.path)

    def count_known(self, sha256: str, path: bytes) -> None:
        """A file whose content is known."""
        self.known += 1
        self.photos[sha256] = None
        self._through(path)

    def count_outside(self, path: bytes) -> None:
        """A photo of another day than was asked for."""
        self.outside += 1
        self._through(path)

    def count_unchanged(self, contents: Sequence[str], last: bytes, *, among: int) -> None:
        """Files that are as they were, all at once; `last` is the path of the last one.

        `contents` are those that were asked for `among` so many.
        """
        self.known += len(contents)
        self.outside += among - len(contents)
        self.photos.update(zip(contents, repeat(None), strict=False))
        self._through(last)

    def count_finished(
        self,
        sha256: str,
        path: bytes,
        *,
        new: bool,
        faces: int,
        afresh: bool,
        notes: Iterable[str] = (),
    ) -> None:
        """A photo that was embedded; `new` content or not, its faces found `afresh` or not.

        `notes` are what of it is not read.
        """
        self.not_read.update(notes)
        self.new += new
        self.known += not new
        self.faces_found += faces if afresh else 0
        self.faces_embedded += faces
        self.photos[sha256] = None
        self._through(path)

    def summary(
        self,
        seconds: float,
        skipped: list[Skipped],
        *,
        no_thumbnails: str = "",
        warnings: Iterable[str] = (),
        stored: Iterable[str] = (),
        walked: Walked = Walked(),
    ) -> IngestSummary:
        """The ingest as a whole; `warnings` that were met on the way come first."""
        warnings = list(warnings)
        if self.total == 0:
            warnings.append(nothing_found(skipped))
        if no_thumbnails:
            warnings.append(
                f"{no_thumbnails} The report will show no pictures of these faces; all else is "
                "stored."
            )
        return IngestSummary(
            photos_seen=self._done,
            photos_new=self.new,
            photos_known=self.known,
            photos_rejected=len(self.rejected),
            faces_found=self.faces_found,
            faces_embedded=self.faces_embedded,
            seconds=seconds,
            rejected=self.rejected,
            photos=list(self.photos),
            skipped=Counter(entry.kind for entry in skipped),
            photos_outside=self.outside,
            not_read=self.not_read,
            left=[(shown(entry.path), entry.why) for entry in skipped if entry.why],
            warnings=tuple(warnings),
            stored=tuple(sorted(stored)),
            walked=walked,
        )

    def _through(self, path: bytes) -> None:
        self.on_progress(Progress(self._done, self.total, self.faces_found, shown(path)))

    @property
    def _done(self) -> int:
        return self.new + self.known + self.outside + len(self.rejected)
