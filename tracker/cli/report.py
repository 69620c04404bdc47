"""`tracker report`: the month-by-month page and its data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from tracker.cli.context import EmbedderOption, Json, given_path, settings_of, workspace
from tracker.cli.output import emit, plain, say, warn
from tracker.cli.progress import step_bar


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("report")(report)


def report(
    context: typer.Context,
    child: Annotated[
        str | None,
        typer.Option("--child", metavar="NAME", help="Which child, if there are several."),
    ] = None,
    embedder: EmbedderOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            parser=given_path,
            help="Where to write. Default: a folder `report` in the workspace.",
        ),
    ] = None,
    side: Annotated[
        str | None,
        typer.Option(
            "--side", metavar="NAME", help="Take NAME's side, loudly. It changes no number."
        ),
    ] = None,
    images: Annotated[bool, typer.Option(help="Also write every chart as SVG and PNG.")] = True,
    json: Json = False,
) -> None:
    """Whom does the child look like? The verdict, every method month by month, and the page."""
    from tracker.identity.proposing import propose_if_told
    from tracker.study.evidence import choose_embedder_id
    from tracker.study.written_report import written_report

    with workspace(context) as connection:
        own = choose_embedder_id(connection, None, None)
        if own is not None:
            propose_if_told(connection, own)  # what is counted rests on what is known now
        written = written_report(
            connection,
            settings_of(context).home,
            child=child,
            embedder=embedder,
            side=side,
            images=images,
            out=out,
            progress=lambda: step_bar("Comparing by every method"),
        )
    if json:
        emit(written.printed)
    else:
        show(written.printed, written.folder)


def show(printed: Mapping[str, Any], folder: Path) -> None:
    """The report in words."""
    for text in printed["warnings"]:
        warn(plain(text))
    if printed["side"] is not None:
        say(plain(printed["side"]["cheer"]))
        for line in (*printed["side"]["lines"], printed["side"]["honest"]):
            say(f"  {plain(line)}")
        say()
    say(plain(printed["headline"]))
    for line in printed["summary"]:
        say(f"  {plain(line)}")
    say(f"Report: {plain(str(folder / 'index.html'))}")
