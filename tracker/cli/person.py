"""`tracker person …`: the people in the workspace."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.context import Json, workspace
from tracker.cli.output import UNDO, count, emit, note, plain, say, table, warn_all
from tracker.errors import UsageError

if TYPE_CHECKING:
    import duckdb

    from tracker.study.status import PersonLine

people = typer.Typer(
    no_args_is_help=True, help="Add, list, correct, rename, merge or remove people."
)

Name = Annotated[str, typer.Argument(metavar="NAME")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(people, name="person")


@people.command("add")
def add(
    context: typer.Context,
    name: Name,
    relation: Annotated[
        str,
        typer.Option(
            "--relation", metavar="RELATION", help="mother, father, grandmother, sister, child, …"
        ),
    ],
    born: Annotated[
        str | None, typer.Option("--born", metavar="DATE", help="2024-03-09, 2024-03 or 2024.")
    ] = None,
    sex: Annotated[str | None, typer.Option("--sex", metavar="f|m")] = None,
    json: Json = False,
) -> None:
    """Add a relative, another child, or someone unrelated."""
    from tracker.identity import deciding
    from tracker.identity.family import warnings_about

    with workspace(context) as connection:
        person, faces_kept, _ = deciding.add(connection, name, relation, born, sex)
        warnings = warnings_about(connection, person)
    warn_all(warnings)
    if json:
        emit(
            {
                "name": person.name,
                "relation": person.relation,
                "faces": faces_kept,
                "warnings": warnings,
            }
        )
        return
    say(f"Added {plain(person.name)} ({person.relation}).")
    if faces_kept:
        say(f"Welcome back: {count(faces_kept, 'face')} from before still carry this name.")
    else:
        say(f"Next: tracker ingest FOLDER --as {shell_word(person.name)}")


@people.command("set")
def set_person(
    context: typer.Context,
    name: Name,
    born: Annotated[
        str | None, typer.Option("--born", metavar="DATE", help="2024-03-09, 2024-03 or 2024.")
    ] = None,
    sex: Annotated[str | None, typer.Option("--sex", metavar="f|m")] = None,
    relation: Annotated[
        str | None,
        typer.Option("--relation", metavar="RELATION", help="mother, father, grandmother, …"),
    ] = None,
    json: Json = False,
) -> None:
    """Correct someone's birth, sex or relation; faces stay theirs."""
    from datetime import date

    from tracker.identity import births
    from tracker.identity.family import correct, find, warnings_about
    from tracker.study.deciding_dates import person_changed

    with workspace(context) as connection:
        before = find(connection, name)
        person = correct(connection, before, relation=relation, born=born, sex=sex)
        person_changed(connection, before, person, today=date.today())
        warnings = warnings_about(connection, person)
    warn_all(warnings)
    if json:
        emit(
            {
                "name": person.name,
                "relation": person.relation,
                "born": births.born(person),
                "sex": person.sex,
                "warnings": warnings,
            }
        )
        return
    known = [person.relation]
    known += [f"born {births.born(person)}"] if person.born_earliest else []
    known += [f"sex {person.sex}"] if person.sex else []
    say(f"{plain(person.name)}: {', '.join(known)}.")


@people.command("list")
def list_people(context: typer.Context, json: Json = False) -> None:
    """Who is known, with how many faces and photo-days."""
    from db import people as stored
    from db.embedders import by_person
    from tracker.study.status import person_line

    with workspace(context) as connection:
        read = by_person(connection)
        rows = [
            person_line(counted, read.get(counted.person.person_id))
            for counted in stored.all_people(connection)
        ]
    if json:
        emit({"people": [asdict(row) for row in rows]})
        return
    if not rows:
        say("Nobody yet. Add the child with: tracker init --child NAME --born DATE")
        return
    say(people_table(rows))


@people.command("rename")
def rename(
    context: typer.Context,
    name: Name,
    new_name: Annotated[str, typer.Argument()],
    json: Json = False,
) -> None:
    """Give someone another name; faces stay theirs."""
    from datetime import date

    from db import people as stored
    from tracker.identity.family import find
    from tracker.study import reviewing

    with workspace(context) as connection:
        person = find(connection, name)
        reviewing.rename(connection, person.person_id, new_name, today=date.today())
        renamed = stored.by_id(connection, person.person_id) or person
    if json:
        emit({"before": person.name, "name": renamed.name})
        return
    say(f"{plain(person.name)} is now {plain(renamed.name)}.")


@people.command("merge")
def merge(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who goes away.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="Who gets all the faces.")],
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Two names for one person: give all faces to INTO."""
    from datetime import date

    from tracker.identity.family import find, must_be_mergeable
    from tracker.study import reviewing

    with workspace(context) as connection:
        source, target = find(connection, name), find(connection, into)
        must_be_mergeable(connection, source, target)
        confirm(
            f"Give all of {plain(source.name)}'s faces to {plain(target.name)}?", yes, json=json
        )
        before = faces_of(connection, target.person_id)
        reviewing.merge(connection, source.person_id, target.person_id, today=date.today())
        moved = faces_of(connection, target.person_id) - before
    if json:
        emit({"merged": source.name, "into": target.name, "faces": moved})
        return
    say(
        f"{plain(target.name)} has {count(moved, 'more face')}; {plain(source.name)} is no "
        f"longer listed. {UNDO}"
    )


@people.command("remove")
def remove(context: typer.Context, name: Name, yes: Yes = False, json: Json = False) -> None:
    """Take someone out of every comparison. Photos and names of faces are kept."""
    from datetime import date

    from tracker.identity.family import find
    from tracker.study import reviewing

    with workspace(context) as connection:
        person = find(connection, name)
        confirm(f"Take {plain(person.name)} out of every comparison?", yes, json=json)
        faces = faces_of(connection, person.person_id)
        reviewing.remove(connection, person.person_id, today=date.today())
    if json:
        emit({"removed": person.name, "faces_kept": faces})
        return
    say(
        f"{plain(person.name)} is out. {count(faces, 'face')} kept: add the same name again "
        f"and they are back. {UNDO}"
    )


def faces_of(connection: duckdb.DuckDBPyConnection, person_id: int) -> int:
    """How many faces carry someone's name."""
    from db import people as stored

    counted = next(c for c in stored.all_people(connection) if c.person.person_id == person_id)
    return counted.confirmed + counted.proposed


def people_table(rows: Sequence[PersonLine]) -> str:
    """The people as a table."""
    return table(
        ["name", "relation", "born", "faces", "photo-days", "proposed"],
        [(r.name, r.relation, r.born, r.faces, r.photo_days, r.proposed) for r in rows],
    )


def confirm(question: str, yes: bool, *, json: bool) -> None:
    """Ask on the terminal unless the user said yes beforehand; a no stops the command.

    Where nobody can be asked, or the answer would stand among JSON, yes must have been said.
    """
    if yes:
        return
    if json or not sys.stdin.isatty():
        raise UsageError(
            f"This needs a yes: {question}", hint="Add --yes to the command, if you are sure."
        )
    if not typer.confirm(question, err=True):
        note("Nothing was changed.")
        raise typer.Exit(1)


def shell_word(name: str) -> str:
    """The name as it must be typed in a shell."""
    import shlex

    return shlex.quote(plain(name))
