"""`tracker report`: the month-by-month page and its data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli.context import EmbedderOption, Json, settings_of, workspace
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
    """Run every method for every month of the child's age and draw the result."""
    from tracker.study.report import make_report

    settings = settings_of(context)
    with workspace(context) as connection, step_bar("Comparing by every method") as advance:
        made = make_report(
            connection,
            settings.home,
            child_name=child,
            embedder=embedder,
            side=side,
            on_step=advance,
        )
    from reports.page import write

    folder = (out or settings.home / "report").absolute()
    files = write(made.data, folder, images=images)
    if json:
        emit(
            {
                **made.as_dict(),
                "out": str(folder),
                "files": [str(f.relative_to(folder)) for f in files],
            }
        )
        return
    for text in made.data.warnings:
        warn(plain(text))
    if made.data.side is not None:
        say(plain(made.data.side.cheer))
        for line in made.data.side.lines:
            say(f"  {plain(line)}")
        say(f"  {plain(made.data.side.honest)}")
        say()
    say(plain(made.data.headline))
    for line in made.data.summary:
        say(f"  {plain(line)}")
    say(f"Report: {plain(str(folder / 'index.html'))}")
