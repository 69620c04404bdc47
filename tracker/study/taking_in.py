"""One ingest, from what the user asks for to what it came to: photos, roots, tags, names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from db.connection import utc_now
from db.overview import dateless
from db.tags import untried
from db.text import many
from tracker.config import Settings
from tracker.errors import UsageError
from tracker.identity.family import find, unread_note
from tracker.identity.settle import settle
from tracker.identity.settled import Settled
from tracker.identity.tags import TagsSettled, settle_tags
from tracker.ingest import pipeline, roots
from tracker.ingest.choose import Choice, choose_embedder
from tracker.ingest.roots import RootsNoted
from tracker.ingest.summary import IngestSummary
from tracker.ingest.wish import Wish

if TYPE_CHECKING:
    import duckdb

    from tracker.vision.engines import Runtime


@dataclass(frozen=True, slots=True)
class Asked:
    """How photos are to be taken in."""

    as_name: str | None
    wish: Wish
    embedder: str | None
    weights: Path | None
    runtime: Runtime
    workers: int | None
    on: str | None


@dataclass(frozen=True, slots=True)
class Telling:
    """How the user hears of it meanwhile: `say` takes a line, `downloading` and `reading` give
    what is told (bytes done, of all) and (photos done, of all, faces) while they are entered.
    `confirm` asks a question; None where there is nobody to ask."""

    say: Callable[[str], None]
    downloading: Callable[[], AbstractContextManager[Callable[[int, int | None], None]]]
    reading: Callable[[], AbstractContextManager[Callable[[int, int, int | None], None]]]
    confirm: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What one ingest came to."""

    summary: IngestSummary
    settled: Settled
    tagged: TagsSettled
    noted: RootsNoted
    undated: int
    embedder: str
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return {
            **self.summary.as_dict(),
            **self.settled.as_dict(),
            **self.tagged.as_dict(),
            **self.noted.as_dict(),
            "undated": self.undated,
            "embedder": self.embedder,
            "warnings": self.warnings,
        }

    def line(self) -> str:
        """The numbers, in a line."""
        summary = self.summary
        return (
            f"{many(summary.photos_seen, 'photo')}: {summary.photos_new} new, "
            f"{summary.photos_known} known, "
            f"{summary.photos_rejected} rejected"
            f"{self._outside()}. {many(summary.faces_found, 'new face')}, "
            f"{summary.seconds:.1f} s."
        )

    def _outside(self) -> str:
        outside = self.summary.photos_outside
        return f", {outside} not certainly within the dates" if outside else ""


def take_in(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    paths: Sequence[Path | bytes],
    asked: Asked,
    telling: Telling,
) -> Taken:
    """Read the photos, note which folders they are in, then whom tags and looks name.

    Raises UsageError for a name or path that is not known, and what `pipeline.ingest` raises.
    """
    person = find(connection, asked.as_name) if asked.as_name is not None else None
    with telling.downloading() as advance:
        choice = choose_embedder(
            connection,
            settings,
            asked.embedder,
            asked.weights,
            say=telling.say,
            on_bytes=advance,
            runtime=asked.runtime,
        )
    with telling.reading() as progress:
        summary = pipeline.ingest(
            connection,
            settings.home,
            paths,
            embedder=choice,
            wish=replace(asked.wish, shows=person),
            on_progress=lambda p: progress(p.done, p.total, p.faces),
            workers=asked.workers,
            elsewhere=_elsewhere(asked, choice, telling, offline=settings.offline),
        )
    noted = roots.note(
        connection,
        summary.walked.starts,
        summary.walked.met,
        filtered=not summary.walked.whole,
        now=utc_now(),
        confirm=telling.confirm,
    )
    tagged = settle_tags(connection, [*summary.stored, *untried(connection)])
    settled = settle(connection, settings.home, summary.photos, person, choice.info.id)
    unread = unread_note(connection, choice.info.id)
    undated = dateless(connection) if summary.photos_new else 0
    warnings = (*choice.notes, *summary.warnings, *noted.warnings, *settled.warnings, *unread)
    return Taken(summary, settled, tagged, noted, undated, choice.info.id, warnings)


def _elsewhere(
    asked: Asked, choice: Choice, telling: Telling, *, offline: bool
) -> pipeline.Workplace | None:
    """Where `--on` says. Raises UsageError where photos would leave a machine that is offline."""
    if asked.on is None:
        return None
    from tracker.ingest.ray_cluster import on_ray, parse_address

    address = parse_address(asked.on)
    if address.is_elsewhere:
        if offline:
            raise UsageError(
                f"{address} is another machine, and TRACKER_OFFLINE forbids the network.",
                hint="Unset TRACKER_OFFLINE, or leave --on out.",
            )
        telling.say(f"New photos are sent to {address}; they leave this machine.")
    return on_ray(address, choice, asked.workers)
