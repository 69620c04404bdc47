"""`tracker init`: make a workspace for a child."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.context import Json, settings_of, workspace
from tracker.cli.output import emit, plain, say, warn_all


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("init")(init)


def init(
    context: typer.Context,
    child: Annotated[str, typer.Option("--child", metavar="NAME", help="The child's name.")],
    born: Annotated[
        str,
        typer.Option(
            "--born", metavar="DATE", help="2024-03-09; or 2024-03 if the day is unknown."
        ),
    ],
    sex: Annotated[
        str | None,
        typer.Option("--sex", metavar="f|m", help="Used only to compare like with like."),
    ] = None,
    json: Json = False,
) -> None:
    """Make a workspace for a child's photos."""
    from tracker.identity import births
    from tracker.identity.family import add_child, must_be_addable, warnings_about

    must_be_addable(child, born, sex)  # before a workspace is made for a slip of the keys
    with workspace(context, create=True) as connection:
        person, is_new = add_child(connection, child, born, sex)
        warnings = warnings_about(connection, person)
    warn_all(warnings)
    home = settings_of(context).home
    if json:
        emit(
            {
                "home": str(home),
                "child": person.name,
                "born": births.born(person),
                "new": is_new,
                "warnings": warnings,
            }
        )
        return
    say(
        f"{plain(person.name)}'s workspace is {'ready' if is_new else 'already there'}: "
        f"{plain(str(home))}"
    )
    say("Next, tell it who is who and give it photos:")
    say("  tracker person add NAME --relation mother")
    say("  tracker ingest FOLDER --as NAME")
