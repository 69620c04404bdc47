"""The program's commands: one file per noun, gathered here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracker import __version__
from tracker.cli import (
    cohort,
    dates,
    demo,
    doctor,
    embedders,
    evaluate,
    export,
    faces,
    ingest,
    init,
    library,
    methods,
    output,
    person,
    report,
    review,
    status,
    strictness,
    tags,
)
from tracker.cli.context import given_path
from tracker.config import load

app = typer.Typer(
    name="tracker",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=(
        "Whom does the child look like, month by month?\n\n"
        "Takes in a family's dated photos, finds and compares the faces on this machine, and "
        "draws how the resemblance moves as the child grows. Nothing leaves the machine."
    ),
    epilog="Start with: tracker init --child NAME --born DATE. See it work first: tracker demo",
)


def show_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        output.say(f"tracker {__version__}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home",
            metavar="DIR",
            parser=given_path,
            help="The workspace's folder. Or set TRACKER_HOME.",
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Settings that every command shares."""
    context.obj = load(home)


for noun in (
    init,
    person,
    ingest,
    dates,
    faces,
    strictness,
    tags,
    cohort,
    review,
    report,
    export,
    evaluate,
    library,
    status,
    methods,
    embedders,
    doctor,
    demo,
):
    noun.register(app)
