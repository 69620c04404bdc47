"""`tracker methods`: the classifiers and clusterers, a line each."""

from __future__ import annotations

import typer

from tracker.cli.context import Json
from tracker.cli.output import emit, say, table


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("methods")(methods)


def methods(json: Json = False) -> None:
    """List the methods that every report runs."""
    from tracker.methods.registry import describe

    rows = describe()
    if json:
        emit({"methods": [{"name": name, "line": line} for name, line in rows]})
        return
    say(table(["method", "what it does"], rows))
