"""`tracker export …`: what is known here, for other programs to read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from db.text import shown
from tracker.cli.context import Json, given_path, workspace
from tracker.cli.output import count, emit, note, plain, say
from tracker.errors import UsageError

SHOWN = 20
"""Files that are named one by one; `--json` names all."""

export = typer.Typer(no_args_is_help=True, help="Write what is known here for other programs.")


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(export, name="export")


@export.command("tags")
def export_tags(
    context: typer.Context,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", parser=given_path, help="Write them below this folder."
        ),
    ] = None,
    beside: Annotated[
        bool, typer.Option("--beside", help="Write each beside its photo; photos are not touched.")
    ] = False,
    json: Json = False,
) -> None:
    """Write whose faces are where as .xmp sidecars, for digiKam, Lightroom, Immich and others."""
    from tracker.study.exporting_tags import export_tags as write

    if (out is None) != beside:
        raise UsageError(
            "Say where the sidecars are to go, one of the two.",
            hint="tracker export tags --out DIR, or tracker export tags --beside",
        )
    with workspace(context) as connection:
        exported = write(connection, out)
    if json:
        emit(exported.as_dict())
    else:
        lines = exported.lines()
        for line in lines[:SHOWN]:
            say(plain(line))
        if len(lines) > SHOWN:
            say(f"… and {len(lines) - SHOWN} more; --json names all.")
        for left in exported.failed[:SHOWN]:
            note(plain(f"error: {shown(left.path)} could not be written: {left.reason}"))
    if exported.failed:
        note(f"error: {count(len(exported.failed), 'sidecar')} could not be written")
        raise typer.Exit(1)
