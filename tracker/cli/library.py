"""`tracker library …`: the folders that photos come from, and files that are no longer there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.context import Json, given_path, workspace
from tracker.cli.output import count, emit, plain, say, table
from tracker.cli.person import Yes, confirm

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from db.roots import Place

library = typer.Typer(
    no_args_is_help=True,
    help="The folders photos come from: moved, offline, and files that are no longer there.",
)

SHOWN = 40
"""Files that are listed; the others are counted. `--json` gives all."""


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(library, name="library")


@library.command("list")
def list_roots(context: typer.Context, json: Json = False) -> None:
    """List the folders taken in, and whether they are there."""
    from db import roots as stored
    from db.text import shown
    from tracker.ingest.roots import state_of

    with workspace(context) as connection:
        rows = []
        for root in stored.all_roots(connection):
            known, missing = stored.count(connection, root.path)
            seen = root.seen_at.isoformat(timespec="seconds")
            state = state_of(connection, root)
            rows.append((shown(root.path), state, known, missing, seen))
    if json:
        names = ("path", "state", "files", "missing", "seen_at")
        emit({"roots": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    if not rows:
        say("No folder was taken in yet. Next: tracker ingest FOLDER")
        return
    say(
        table(
            ["folder", "is", "photos", "missing", "last seen"],
            [(*row[:-1], row[-1].partition("T")[0]) for row in rows],
        )
    )


@library.command("moved")
def moved(
    context: typer.Context,
    old: Annotated[
        Path, typer.Argument(metavar="OLD", parser=given_path, help="Where the folder was.")
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", parser=given_path, help="Where it is now.")],
    json: Json = False,
) -> None:
    """Say that a folder is elsewhere now.

    Nothing need be read again, and no file is touched. The same command the other way round takes
    it back.
    """
    from tracker.ingest.moving import move
    from tracker.ingest.scan import absolute
    from tracker.study.known_folder import known_folder

    with workspace(context) as connection:
        before = known_folder(connection, old)
        number = move(connection, before, absolute(new.expanduser()))
    if json:
        emit({"old": str(old), "new": str(new), "files": number})
        return
    say(f"Known at {plain(str(new))} now: {count(number, 'photo')} of {plain(str(old))}.")


@library.command("missing")
def missing(
    context: typer.Context,
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PATH]",
            parser=given_path,
            show_default=False,
            help="A folder to look through now. Default: what is known already.",
        ),
    ] = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """List the files that are no longer there.

    Their photos still count in every comparison, and nothing is forgotten.
    """
    from db import roots as stored
    from tracker.study.known_folder import known_folder

    with workspace(context) as connection:
        folder = None if path is None else known_folder(connection, path)
        unmarked = [] if folder is None else _look(connection, folder, yes=yes, json=json)
        marked = stored.places(connection, folder, missing=True)
    found = sorted([*marked, *unmarked], key=lambda place: place.path)
    if json:
        emit({"missing": [_as_dict(place) for place in found]})
    elif not found:
        say("No file is missing.")
    else:
        _show(found)
        say()
        if unmarked:
            are = count(len(unmarked), "file is", "files are")
            say(f"{are} not there now, and not marked. If no disk or card is left out: --yes")
        say("Moved? tracker library moved OLD NEW. Gone for good? tracker library forget PATH")


def _look(
    connection: duckdb.DuckDBPyConnection, folder: bytes, *, yes: bool, json: bool
) -> list[Place]:
    """Look for the known files below the folder, and mark those that are not there. Gives those
    that are not marked, as they are many and nobody said that they may be."""
    from db import roots as stored
    from db.connection import utc_now
    from db.text import shown
    from tracker.ingest.moving import look
    from tracker.ingest.roots import MOST_GONE

    looked = look(connection, folder)
    stored.mark(connection, looked.back, None)
    if len(looked.gone) > MOST_GONE * looked.known and not yes:
        if json or not sys.stdin.isatty():
            return looked.gone
        question = (
            f"{len(looked.gone):,} of the {count(looked.known, 'file')} known in "
            f"{plain(shown(folder))} are not there. Mark them as missing?"
        )
        if not typer.confirm(question, err=True):
            return looked.gone
    stored.mark(connection, [place.path for place in looked.gone], utc_now())
    return []


@library.command("forget")
def forget(
    context: typer.Context,
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", parser=given_path, help="A file, or all below a folder."),
    ],
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Forget where missing files were. The photos and their faces stay."""
    from db import roots as stored
    from tracker.study.known_folder import known_folder

    with workspace(context) as connection:
        folder = known_folder(connection, path)
        gone = [place.path for place in stored.places(connection, folder, missing=True)]
        if gone:
            are = count(len(gone), "missing file is", "missing files are")
            confirm(f"Forget where {are} said to be? The photos stay.", yes, json=json)
            stored.drop(connection, gone)
    if json:
        emit({"forgotten": len(gone)})
    elif gone:
        say(f"Forgot {count(len(gone), 'place')}. The photos and their faces are kept.")
    else:
        say(f"No file below {plain(str(path))} is marked as missing.")


def _show(found: Sequence[Place]) -> None:
    from db.text import shown

    say(table(["since", "missing"], [(_day(p), shown(p.path)) for p in found[:SHOWN]]))
    if len(found) > SHOWN:
        say(f"… and {len(found) - SHOWN:,} more; --json lists them all.")


def _day(place: Place) -> str:
    return "now" if place.missing_since is None else place.missing_since.date().isoformat()


def _as_dict(place: Place) -> dict[str, str]:
    from db.text import shown

    since = place.missing_since
    return {
        "path": shown(place.path),
        "since": "" if since is None else since.isoformat(timespec="seconds"),
    }
