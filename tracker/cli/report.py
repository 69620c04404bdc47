"""`tracker report`: the month-by-month page and its data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.context import EmbedderOption, Json, given_path, settings_of, workspace
from tracker.cli.folders import report_folder
from tracker.cli.output import emit, plain, say, warn
from tracker.cli.progress import step_bar

if TYPE_CHECKING:
    import duckdb


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
    from tracker.study.unchanged import already_there, keep, mark_of

    home = settings_of(context).home
    asked = {"child": child, "embedder": embedder, "side": side, "images": images}
    with workspace(context) as connection:
        folder = out.absolute() if out is not None else default_folder(connection, home, child)
        mark = mark_of(connection, asked)
        printed = already_there(connection, folder, mark)
        if printed is None:
            from reports.page import write
            from tracker.study.report import make_report

            with step_bar("Comparing by every method") as advance:
                made = make_report(
                    connection,
                    home,
                    child_name=child,
                    embedder=embedder,
                    side=side,
                    on_step=advance,
                )
            files = write(made.data, folder, images=images)
            printed = {
                **made.as_dict(),
                "out": str(folder),
                "files": [str(file.relative_to(folder)) for file in files],
            }
            again = {**printed, "computed": False, "months_computed": []}
            keep(connection, folder, mark, printed=again, files=files)
    if json:
        emit(printed)
    else:
        show(printed, folder)


def default_folder(connection: duckdb.DuckDBPyConnection, home: Path, child: str | None) -> Path:
    """Where the report goes when nobody says."""
    from db import people
    from tracker.relations import CHILD
    from tracker.study.evidence import choose_child

    names = [c.person.name for c in people.all_people(connection) if c.person.relation == CHILD]
    return report_folder(home, choose_child(connection, child).name, names).absolute()


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
