"""`tracker ingest`: take photos in."""

from __future__ import annotations

import sys
from collections.abc import Sequence
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
from tracker.cli.output import emit, note, plain, say, warn_all
from tracker.cli.progress import download_bar, photo_bar
from tracker.cli.signals import sigterm_as_ctrl_c

if TYPE_CHECKING:
    from tracker.study.taking_in import Taken, Telling

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
    from tracker.study import taking_in
    from tracker.vision.engines import choose

    asked = taking_in.Asked(
        as_name=as_name,
        wish=parse_wish(
            dated=date,
            since=since,
            until=until,
            include=include or (),
            exclude=exclude or (),
            albums=album or (),
        ),
        embedder=embedder,
        weights=weights,
        runtime=choose(engine, device),
        workers=workers,
        on=on,
    )

    settings, telling = settings_of(context), _telling(may_ask=not json and not watch)

    def take_in(chosen: Sequence[Path | bytes]) -> Taken:
        with workspace(context) as connection:
            return taking_in.take_in(connection, settings, chosen, asked, telling)

    if watch:
        from tracker.cli.watch import follow

        raise typer.Exit(SOME_REJECTED if follow(paths, take_in, json=json) else 0)
    with sigterm_as_ctrl_c():
        taken = take_in(paths)
    show(taken, json=json)
    if taken.summary.photos_rejected:
        raise typer.Exit(SOME_REJECTED)


def _telling(*, may_ask: bool) -> Telling:
    """On stderr; questions only where somebody is there to answer."""
    from tracker.study.taking_in import Telling

    asks = may_ask and sys.stdin.isatty()
    return Telling(
        note,
        lambda: download_bar("FaceNet weights"),
        lambda: photo_bar("Reading photos"),
        (lambda question: typer.confirm(plain(question), err=True)) if asks else None,
    )


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
