"""The command line. This module alone turns errors into exit codes."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Annotated

import typer

from db.errors import StoreError
from tracker import __version__
from tracker.cli import (
    demo,
    doctor,
    embedders,
    ingest,
    init,
    methods,
    output,
    person,
    report,
    status,
)
from tracker.config import load
from tracker.errors import TrackerError

INTERRUPTED = 130

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
        typer.Option("--home", metavar="DIR", help="The workspace's folder. Or set TRACKER_HOME."),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Settings that every command shares."""
    context.obj = load(home)


for noun in (init, person, ingest, report, status, methods, embedders, doctor, demo):
    noun.register(app)


def fail(error: TrackerError | StoreError) -> int:
    """Print an error and its hint; as JSON on stdout too when that was asked for."""
    output.note(f"error: {output.plain(str(error))}")
    if error.hint:
        output.note(f"hint: {output.plain(as_sentence(error.hint))}")
    if "--json" in sys.argv:
        kind = type(error).__name__
        output.emit({"error": {"kind": kind, "message": str(error), "hint": error.hint}})
    return error.exit_code


def as_sentence(hint: str) -> str:
    """The hint with a capital, unless it begins with a command to be typed."""
    return hint if hint.startswith("tracker ") else hint[:1].upper() + hint[1:]


def unexpected(error: BaseException) -> int:
    """Say what happened without a traceback; keep the traceback for a report."""
    output.note(
        f"error: The tracker met something it did not expect: {type(error).__name__}, "
        f"{output.plain(str(error))}"
    )
    try:
        descriptor, log = tempfile.mkstemp(prefix="tracker-error-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"tracker {__version__}\n")
            traceback.print_exception(error, file=file)
        output.note(
            f"hint: What was stored before is kept. The details, with names of your files, are in "
            f"{output.plain(log)}"
        )
    except OSError:
        output.note("hint: What was stored before is kept. Try `tracker doctor`.")
    return 1


def main() -> None:
    """Run the command line and exit: 0 done, 2 usage, 3 some photos rejected, 4 in use,
    5 damaged, 130 interrupted, 1 anything else."""
    try:
        app()
    except (TrackerError, StoreError) as error:
        code = fail(error)
    except SystemExit as end:  # typer's own: usage errors, and Ctrl-C without a word
        if end.code == INTERRUPTED:
            output.note(
                "interrupted: What was stored so far is kept; the same command goes on from there."
            )
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:  # the outermost net: no traceback reaches a user
        code = unexpected(error)
    sys.exit(code)
