"""`tracker ingest`: take photos in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as date_type
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

if TYPE_CHECKING:
    from tracker.identity.settled import Settled
    from tracker.ingest.choose import Choice
    from tracker.ingest.pipeline import Place
    from tracker.ingest.summary import IngestSummary
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
            help="For photos that carry no date of their own: 2024-03-09, 2024-03 or 2024.",
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
    from tracker.ingest.choose import parse_option_date
    from tracker.vision.engines import choose

    asked = Asked(
        as_name=as_name,
        date=parse_option_date(date),
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
    taken = take_in(paths)
    show(taken, json=json)
    if taken.summary.photos_rejected:
        raise typer.Exit(SOME_REJECTED)


@dataclass(frozen=True, slots=True)
class Asked:
    """How photos are to be taken in: the command's options, read."""

    as_name: str | None
    date: tuple[date_type, date_type] | None
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
    embedder: str
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return {
            **self.summary.as_dict(),
            **self.settled.as_dict(),
            "embedder": self.embedder,
            "warnings": self.warnings,
        }

    def line(self) -> str:
        """The numbers, in a line."""
        summary = self.summary
        return (
            f"{count(summary.photos_seen, 'photo')}: {summary.photos_new} new, "
            f"{summary.photos_known} known, "
            f"{summary.photos_rejected} rejected. {count(summary.faces_found, 'new face')}, "
            f"{summary.seconds:.1f} s."
        )


def _take_in(context: typer.Context, paths: Sequence[Path | bytes], asked: Asked) -> Taken:
    """One ingest, the workspace open for as long as it takes."""
    from db.people import Person
    from tracker.identity.family import find, unread_note
    from tracker.identity.settle import settle
    from tracker.ingest.choose import choose_embedder
    from tracker.ingest.pipeline import ingest as run

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
                option_date=asked.date,
                on_progress=lambda p: progress(p.done, p.total, p.faces),
                workers=asked.workers,
                elsewhere=_elsewhere(asked, choice, offline=settings.offline),
            )
        settled = settle(connection, settings.home, summary.photos, person, choice.info.id)
        unread = unread_note(connection, choice.info.id)
    warnings = (*choice.notes, *summary.warnings, *settled.warnings, *unread)
    return Taken(summary, settled, choice.info.id, warnings)


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
    for line in taken.settled.lines():
        say(plain(line))
    if summary.rejected:
        say()
        say("Rejected:")
        for path, reason in summary.rejected[:REJECTED_SHOWN]:
            say(f"  {plain(path)}: {plain(reason)}")
        if len(summary.rejected) > REJECTED_SHOWN:
            say(
                f"  … and {len(summary.rejected) - REJECTED_SHOWN} more; `tracker status` "
                "lists them all."
            )
