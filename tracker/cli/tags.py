"""`tracker tags …`: names that other programs gave to faces, and who they are."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.context import Json, given_path, given_word, workspace
from tracker.cli.dates import WIDTH, middle_cut
from tracker.cli.output import count, emit, note, plain, say, table
from tracker.errors import TrackerError, UsageError

if TYPE_CHECKING:
    import duckdb

    from db.records import Person
    from db.tag_answers import NameLine
    from tracker.identity.tags import TagsSettled
    from tracker.study.tag_names import ListedName

UNDO = "Not what you meant? tracker tags undo"
WORDS = ("new", "ignore", "later", "quit")

tags = typer.Typer(
    no_args_is_help=True,
    help="Names that Picasa, digiKam, Lightroom and others gave to faces: say who they are.",
)

Name = Annotated[
    str, typer.Argument(metavar="NAME", parser=given_word, help="As the other program wrote it.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(tags, name="tags")


@tags.command("list")
def list_(
    context: typer.Context,
    problems: Annotated[
        bool, typer.Option("--problems", help="The tags that name nobody, photo by photo, and why.")
    ] = False,
    json: Json = False,
) -> None:
    """List the names, by how many photos have them, and who they are."""
    from tracker.study import tag_names

    with workspace(context) as connection:
        lines = tag_names.listed(connection)
        troubled = tag_names.problems(connection) if problems or json else []
    if json:
        emit(
            {
                "names": [line.as_dict() for line in lines],
                "problems": [
                    {
                        "path": tag.path,
                        "name": tag.name,
                        "program": tag_names.written_by(tag),
                        "problem": tag.outcome,
                    }
                    for tag in troubled
                ],
            }
        )
    elif problems:
        for tag in troubled:
            by, why = tag_names.written_by(tag), tag_names.PROBLEMS[tag.outcome]
            say(plain(f"{tag.path}: {tag.name} ({by}): {why}"))
        if not troubled:
            say("Every tag whose name was answered for names a face.")
    elif not lines:
        say("No photo here was tagged by another program. Next: tracker ingest FOLDER")
    else:
        say(names_table(lines))
        if any(line.state == "unanswered" for line in lines):
            say("Say who the others are: tracker tags ask")


def names_table(lines: Sequence[ListedName]) -> str:
    """A name in a line, as wide as a terminal: what programs are called gives way."""
    header = ("name", "written by", "photos", "faces found", "who it is")
    rows = [
        [plain(str(cell)) for cell in (
            named.line.name, ", ".join(named.line.programs), named.line.photos, named.line.faces,
            named.who,
        )]
        for named in lines
    ]  # fmt: skip
    rest = sum(max(len(row[i]) for row in (header, *rows)) + 2 for i in (0, 2, 3, 4))
    left = max(len(header[1]), WIDTH - rest)
    for row in rows:
        row[1] = middle_cut(row[1], left)
    return table(header, rows)


@tags.command("ask")
def ask(
    context: typer.Context, json: Annotated[bool, typer.Option("--json", hidden=True)] = False
) -> None:
    """Go through the names that nobody answered for, one question each."""
    from db import tag_answers as stored

    if json:
        raise UsageError(
            "Questions are for people, and have no JSON.",
            hint="Programs answer with tracker tags is NAME PERSON --json, or tracker tags ignore "
            "NAME --json. tracker tags list --json gives the names.",
        )
    if not sys.stdin.isatty():
        raise UsageError(
            "Nobody is here to be asked.",
            hint="Answer in so many words: tracker tags is NAME PERSON, or tracker tags ignore "
            "NAME. tracker tags list shows the names.",
        )
    with workspace(context) as connection:
        open_ = [line for line in stored.names(connection) if line.answer is None]
        if not open_:
            say("Every name is answered for. tracker tags list shows who they are.")
            return
        note(f"{count(len(open_), 'name')} to answer for. What you say counts at once.")
        for place, line in enumerate(open_, 1):
            try:
                if not _ask_about(connection, line, f"{place} of {len(open_)}"):
                    break
            except typer.Abort:
                note()
                break
    say("Done. tracker tags list shows who they are; tracker tags undo takes back the last answer.")


@tags.command("is")
def is_(
    context: typer.Context,
    name: Name,
    person: Annotated[
        str, typer.Argument(metavar="PERSON", parser=given_word, help="Who that is here.")
    ],
    json: Json = False,
) -> None:
    """Say that NAME is PERSON, in the photos here and in those to come."""
    from tracker.identity.family import find
    from tracker.identity.tags import answer

    with workspace(context) as connection:
        who = find(connection, person)
        settled = answer(connection, name, who)
    if json:
        emit({"name": name, "person": who.name, **settled.as_dict()})
        return
    say(f"{plain(name)} is {plain(who.name)}.")
    _tell(settled)
    say(UNDO)


@tags.command("ignore")
def ignore(context: typer.Context, name: Name, json: Json = False) -> None:
    """Say that NAME is nobody of this family: it is not asked about again."""
    from tracker.identity.tags import answer

    with workspace(context) as connection:
        settled = answer(connection, name, None)
    if json:
        emit({"name": name, "person": None, **settled.as_dict()})
        return
    say(f"{plain(name)} is left out.")
    _tell(settled)
    say(UNDO)


@tags.command("undo")
def undo(context: typer.Context, json: Json = False) -> None:
    """Take back the last answer, with all names it gave to faces."""
    from tracker.identity.tags import undo as take_back

    with workspace(context) as connection:
        taken, settled = take_back(connection)
    if json:
        emit({"name": taken.name, **settled.as_dict()})
        return
    say(f"Taken back: what you said last about {plain(taken.name)}.")
    _tell(settled)


@tags.command("import")
def import_(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", parser=given_path, help="JSON from Immich's or PhotoPrism's interface."
        ),
    ],
    root: Annotated[
        Path | None,
        typer.Option(
            "--root", metavar="DIR", parser=given_path, help="Only photos here below DIR."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Read who is in which photo from Immich or PhotoPrism."""
    from tracker.study.importing_tags import import_tags

    with workspace(context) as connection:
        imported = import_tags(connection, files, root)
    if json:
        emit(imported.as_dict())
        return
    for line in imported.lines():
        say(plain(line))


def _tell(settled: TagsSettled) -> None:
    lines = settled.lines(asks=False)
    for line in lines or ["No face changed its name."]:
        say(plain(line))


def _ask_about(connection: duckdb.DuckDBPyConnection, line: NameLine, place: str) -> bool:
    """One question, asked until it is answered; False where the user wants no more of them."""
    from tracker.identity.tags import answer
    from tracker.study import tag_names

    same = tag_names.namesake(connection, line)
    note()
    note(plain(f"[{place}] {tag_names.in_words(line)}"))
    note(plain(f"For example: {line.example}"))
    while True:
        said = typer.prompt(
            f"Who is this? A person's name, or {', '.join(WORDS)}",
            default="later" if same is None else plain(same.name),
            err=True,
        ).strip()
        word = said.casefold()
        if word in {"later", ""}:
            return True
        if word == "quit":
            return False
        try:
            who = None if word == "ignore" else _person(connection, said, line)
        except TrackerError as error:
            note(plain(str(error)))
            if error.hint:
                note(plain(error.hint))
            continue
        _tell(answer(connection, line.name, who))
        return True


def _person(connection: duckdb.DuckDBPyConnection, said: str, line: NameLine) -> Person:
    """Whom the user means; someone new is added. Raises TrackerError."""
    from db import people
    from db.errors import Conflict
    from tracker.identity.family import add_person, find

    if people.find(connection, said) is not None or said.casefold() != "new":
        return find(connection, said)
    name = typer.prompt("Their name", default=plain(line.name), err=True)
    relation = typer.prompt("Who are they? mother, grandfather, aunt, unrelated …", err=True)
    try:
        person, _ = add_person(connection, name, relation, None, None)
    except Conflict as error:
        raise UsageError(str(error), hint=error.hint) from error
    return person
