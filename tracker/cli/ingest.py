"""`tracker ingest`: take photos in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.context import (
    DeviceOption,
    EmbedderOption,
    EngineOption,
    Json,
    WeightsOption,
    WorkersOption,
    given_path,
    settings_of,
    workspace,
)
from tracker.cli.output import count, emit, note, plain, say, warn_all
from tracker.cli.progress import download_bar, photo_bar
from tracker.cli.signals import sigterm_as_ctrl_c

if TYPE_CHECKING:
    from tracker.identity.settled import Settled
    from tracker.identity.tags import TagsSettled
    from tracker.ingest.choose import Choice
    from tracker.ingest.pipeline import Place
    from tracker.ingest.roots import RootsNoted
    from tracker.ingest.summary import IngestSummary
    from tracker.ingest.wish import Wish
    from tracker.vision.engines import Runtime

REJECTED_SHOWN = 20
SOME_REJECTED = 3


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("ingest")(ingest)


def ingest(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH…", parser=given_path, help="Photos, or folders of photos."),
    ],
    as_name: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="These photos show NAME.")
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(
            "--date",
            metavar="DATE",
            help="For photos that carry no date of their own: 2024-03-09, 2024-03 or 2024; 1972~ "
            "is about 1972, 197X the seventies, 1975/1980 some time between.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="Only photos certainly not older than DATE."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="Only photos certainly not newer than DATE."),
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option(
            "--include",
            metavar="GLOB",
            help='Only files or folders called so below PATH: "2024/**", "IMG_*". May be repeated.',
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude",
            metavar="GLOB",
            help='No files or folders called so: "Screenshots". May be repeated.',
        ),
    ] = None,
    album: Annotated[
        list[str] | None,
        typer.Option(
            "--album",
            metavar="NAME",
            help="Only folders of that name, or Takeout albums of that title. May be repeated.",
        ),
    ] = None,
    embedder: EmbedderOption = None,
    weights: WeightsOption = None,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    workers: WorkersOption = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="ray[://HOST:PORT]",
            help="Look at the photos with Ray: on this machine, or on a cluster, which the photos "
            "are then sent to.",
        ),
    ] = None,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Go on with what comes into the folders, until Ctrl-C."),
    ] = False,
    json: Json = False,
) -> None:
    """Find and embed every face in PATH…; photos already known cost nothing.

    Originals are only read. Interrupt it whenever you like: the same command goes on from there.
    """
    from tracker.ingest.wish import parse_wish
    from tracker.vision.engines import choose

    asked = Asked(
        as_name=as_name,
        wish=parse_wish(
            dated=date,
            since=since,
            until=until,
            include=include or (),
            exclude=exclude or (),
            albums=album or (),
        ),
        may_ask=not json and not watch,
        embedder=embedder,
        weights=weights,
        runtime=choose(engine, device),
        workers=workers,
        on=on,
    )

    def take_in(chosen: Sequence[Path | bytes]) -> Taken:
        return _take_in(context, chosen, asked)

    if watch:
        from tracker.cli.watch import follow

        raise typer.Exit(SOME_REJECTED if follow(paths, take_in, json=json) else 0)
    with sigterm_as_ctrl_c():
        taken = take_in(paths)
    show(taken, json=json)
    if taken.summary.photos_rejected:
        raise typer.Exit(SOME_REJECTED)


@dataclass(frozen=True, slots=True)
class Asked:
    """How photos are to be taken in: the command's options, read."""

    as_name: str | None
    wish: Wish
    may_ask: bool
    embedder: str | None
    weights: Path | None
    runtime: Runtime
    workers: int | None
    on: str | None


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
            f"{count(summary.photos_seen, 'photo')}: {summary.photos_new} new, "
            f"{summary.photos_known} known, "
            f"{summary.photos_rejected} rejected"
            f"{self._outside()}. {count(summary.faces_found, 'new face')}, "
            f"{summary.seconds:.1f} s."
        )

    def _outside(self) -> str:
        outside = self.summary.photos_outside
        return f", {outside} not certainly within the dates" if outside else ""


def _take_in(context: typer.Context, paths: Sequence[Path | bytes], asked: Asked) -> Taken:
    """One ingest, the workspace open for as long as it takes."""
    from db.connection import utc_now
    from db.overview import dateless
    from db.people import Person
    from db.tags import untried
    from tracker.identity.family import find, unread_note
    from tracker.identity.settle import settle
    from tracker.identity.tags import settle_tags
    from tracker.ingest.choose import choose_embedder
    from tracker.ingest.pipeline import ingest as run
    from tracker.ingest.roots import note as note_walk

    settings = settings_of(context)
    with workspace(context) as connection:
        name = asked.as_name
        person: Person | None = find(connection, name) if name is not None else None
        with download_bar("FaceNet weights") as advance:
            choice = choose_embedder(
                connection,
                settings,
                asked.embedder,
                asked.weights,
                say=note,
                on_bytes=advance,
                runtime=asked.runtime,
            )
        with photo_bar("Reading photos") as progress:
            summary = run(
                connection,
                settings.home,
                paths,
                embedder=choice,
                wish=replace(asked.wish, shows=person),
                on_progress=lambda p: progress(p.done, p.total, p.faces),
                workers=asked.workers,
                elsewhere=_elsewhere(asked, choice, offline=settings.offline),
            )
        noted = note_walk(
            connection,
            summary.walked.starts,
            summary.walked.met,
            filtered=not summary.walked.whole,
            now=utc_now(),
            confirm=_question(asked),
        )
        tagged = settle_tags(connection, [*summary.stored, *untried(connection)])
        settled = settle(connection, settings.home, summary.photos, person, choice.info.id)
        unread = unread_note(connection, choice.info.id)
        undated = dateless(connection) if summary.photos_new else 0
    warnings = (*choice.notes, *summary.warnings, *noted.warnings, *settled.warnings, *unread)
    return Taken(summary, settled, tagged, noted, undated, choice.info.id, warnings)


def _question(asked: Asked) -> Callable[[str], bool] | None:
    """How to ask the user, where there is one to ask."""
    if not asked.may_ask or not sys.stdin.isatty():
        return None
    return lambda question: typer.confirm(plain(question), err=True)


def _elsewhere(asked: Asked, choice: Choice, *, offline: bool) -> Place | None:
    """Where `--on` says. Raises UsageError where photos would leave a machine that is offline."""
    if asked.on is None:
        return None
    from tracker.errors import UsageError
    from tracker.ingest.ray_cluster import on_ray, parse_address

    address = parse_address(asked.on)
    if address.is_elsewhere:
        if offline:
            raise UsageError(
                f"{address} is another machine, and TRACKER_OFFLINE forbids the network.",
                hint="Unset TRACKER_OFFLINE, or leave --on out.",
            )
        note(f"New photos are sent to {address}; they leave this machine.")
    return on_ray(address, choice, asked.workers)


def show(taken: Taken, *, json: bool) -> None:
    """What the ingest came to, in full."""
    warn_all(taken.warnings)
    if json:
        emit(taken.as_dict())
        return
    summary = taken.summary
    say(taken.line())
    if summary.skipped:
        say(f"Skipped: {plain(summary.skipped_in_words)}.")
    for line in (*taken.noted.lines(), *taken.tagged.lines(), *taken.settled.lines()):
        say(plain(line))
    if taken.undated:
        are = "photo has" if taken.undated == 1 else "photos have"
        say(f"{taken.undated:,} {are} no date to go by. See which: tracker dates list --problems")
    _show_list("Not used beside photos:", summary.left)
    _show_list("Rejected:", summary.rejected, more="; `tracker status` lists them all")


def _show_list(title: str, rows: Sequence[tuple[str, str]], *, more: str = "") -> None:
    """Paths and what is the matter with each: the first of them."""
    if not rows:
        return
    say()
    say(title)
    for path, reason in rows[:REJECTED_SHOWN]:
        say(f"  {plain(path)}: {plain(reason)}")
    if len(rows) > REJECTED_SHOWN:
        say(f"  … and {len(rows) - REJECTED_SHOWN} more{more}.")
