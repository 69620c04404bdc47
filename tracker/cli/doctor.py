"""`tracker doctor`: what is wrong, and the command that mends it."""

from __future__ import annotations

import typer

from tracker.cli.context import Json, settings_of
from tracker.cli.output import emit, plain, say

MARKS = {"good": "ok  ", "note": "note", "bad": "BAD "}


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("doctor")(doctor)


def doctor(context: typer.Context, json: Json = False) -> None:
    """Check the installation and the workspace; exit 1 if something must be mended."""
    from tracker.study.checkup import examine

    findings = examine(settings_of(context))
    bad = any(f.level == "bad" for f in findings)
    if json:
        emit({"healthy": not bad, "findings": [f.as_dict() for f in findings]})
    else:
        for finding in findings:
            say(f"{MARKS[finding.level]} {plain(finding.what)}")
            if finding.mend:
                say(f"     mend: {plain(finding.mend)}")
    if bad:
        raise typer.Exit(1)
