"""`tracker faces …`: whose face is whose, said from the shell as on the review page."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.context import Json, given_path, given_word, settings_of, workspace
from tracker.cli.dates import middle_cut, wrapped
from tracker.cli.output import UNDO, count, emit, plain, say, table, warn, warn_all
from tracker.errors import TrackerError, UsageError

if TYPE_CHECKING:
    import duckdb

    from db.records import Person
    from tracker.identity.deciding import Answered
    from tracker.identity.review_records import FaceDetail, FaceLine, Page

WIDTH = 80
ID_WIDTH, DATE_WIDTH, WHO_WIDTH = 16, 10, 22
USUAL, ALL, STDIN = 50, 2**31 - 1, "-"
LISTED = 5
REASON = "said with tracker faces"

faces = typer.Typer(
    no_args_is_help=True,
    help="Whose face is whose: list faces, and say who they are.",
)

Faces = Annotated[
    list[str],
    typer.Argument(
        metavar="FACE…",
        help="Ids of faces, as `tracker faces list` shows them, or the beginning of one; - for "
        "those that the standard input holds.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(faces, name="faces")


@faces.command("list")
def list_(
    context: typer.Context,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="NAME", parser=given_word, help="Only NAME's."),
    ] = None,
    confirmed: Annotated[bool, typer.Option("--confirmed", help="Only named ones.")] = False,
    proposed: Annotated[
        bool, typer.Option("--proposed", help="Only those that the tracker recognised.")
    ] = False,
    waiting: Annotated[
        bool,
        typer.Option("--waiting", help="Only those of photos in which somebody is to be told."),
    ] = False,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Only those of which nothing is said.")
    ] = False,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Only those of nobody you know.")
    ] = False,
    ignored: Annotated[bool, typer.Option("--ignored", help="Only ignored ones.")] = False,
    unrelated: Annotated[
        bool, typer.Option("--unrelated", help="Only those that came with a cohort.")
    ] = False,
    photo: Annotated[
        Path | None,
        typer.Option(
            "--photo", metavar="PATH", parser=given_path, help="Only those in a photo or folder."
        ),
    ] = None,
    month: Annotated[
        int | None,
        typer.Option("--month", metavar="N", min=0, help="Only of that month of the child's age."),
    ] = None,
    child: Annotated[
        str | None,
        typer.Option(
            "--child", metavar="NAME", parser=given_word, help="Whose age. Default: the first."
        ),
    ] = None,
    order: Annotated[
        str,
        typer.Option(
            "--order",
            metavar="ORDER",
            parser=given_word,
            help="oldest, newest (photo first), surest or unsurest (proposal first).",
        ),
    ] = "oldest",
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            metavar="N",
            min=1,
            help=f"At most N. Default: {USUAL}; with --ids, all.",
        ),
    ] = None,
    offset: Annotated[
        int, typer.Option("--offset", metavar="N", min=0, help="Leave out the first N.")
    ] = 0,
    only_ids: Annotated[
        bool,
        typer.Option(
            "--ids", help="Only their ids, a line each: what `tracker faces ignore -` reads."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """List faces, the oldest photo first."""
    from tracker.identity import reviewing
    from tracker.identity.family import find

    state = _one_state(
        confirmed=confirmed,
        proposed=proposed,
        waiting=waiting,
        unknown=unknown,
        rejected=rejected,
        ignored=ignored,
        unrelated=unrelated,
    )
    if only_ids and json:
        raise UsageError("--ids and --json cannot be combined.", hint="--json has the ids, too.")
    with workspace(context) as connection:
        page = reviewing.listing(
            connection,
            person=None if person is None else find(connection, person).person_id,
            month=month,
            state=state,
            photos=None if photo is None else _photos(connection, photo),
            order=order,
            offset=offset,
            limit=limit or (ALL if only_ids else USUAL),
            child=_child(connection, child),
        )
    if json:
        emit(page.as_dict())
        return
    if only_ids:
        for face in page.faces:
            say(face_id(face))
        return
    for text in listed(page):
        say(text)


@faces.command("show")
def show(context: typer.Context, ids: Faces, json: Json = False) -> None:
    """Show where faces are from, who they may be, and all that was said of them."""
    from tracker.identity import reviewing
    from tracker.study.evidence import choose_embedder_id

    home = settings_of(context).home
    words = given(ids)
    with workspace(context) as connection:
        child = reviewing.child_of(connection)
        embedder = choose_embedder_id(connection, None, child.person_id if child else None)
        shown = [
            reviewing.face(connection, face, home=home, embedder_id=embedder)
            for face in _faces(connection, words)
        ]
    if json:
        emit({"faces": [detail.as_dict() for detail in shown]})
        return
    for place, detail in enumerate(shown):
        if place:
            say()
        for text in detail_lines(detail):
            say(text)


@faces.command("assign")
def assign(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(metavar="FACE… NAME", help="Ids of faces (or -), then whose they are."),
    ],
    json: Json = False,
) -> None:
    """Say whose faces these are."""
    from tracker.identity.family import find

    *ids, name = words
    if not ids:
        raise UsageError(
            "Say which faces, and whose they are.", hint="tracker faces assign FACE… NAME"
        )
    ids = given(ids)
    with workspace(context) as connection:
        chosen, person = _faces(connection, ids), find(connection, name)
        done = _decide(connection, chosen, person, "confirmed")
    _tell(done, len(chosen), "confirmed", person, json=json)


@faces.command("reject")
def reject(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="FACE… [NAME]",
            help="Ids of faces (or -), then who they are not. Without NAME: they are nobody you "
            "know.",
        ),
    ],
    json: Json = False,
) -> None:
    """Say whose faces these are not, or that they are nobody's you know."""
    ids = given(words)
    with workspace(context) as connection:
        ids, person = _with_name(connection, ids, may_be_none=STDIN in words)
        chosen = _faces(connection, ids)
        done = _decide(connection, chosen, person, "rejected")
    _tell(done, len(chosen), "rejected", person, json=json)


@faces.command("ignore")
def ignore(context: typer.Context, ids: Faces, json: Json = False) -> None:
    """Never ask about these again: a statue, a poster, somebody passing by."""
    words = given(ids)
    with workspace(context) as connection:
        chosen = _faces(connection, words)
        done = _decide(connection, chosen, None, "ignored")
    _tell(done, len(chosen), "ignored", None, json=json)


@faces.command("undo")
def undo(context: typer.Context, json: Json = False) -> None:
    """Take back what was last said here, with `tracker person` or on the review page; again for
    what was before."""
    from datetime import date

    from tracker.study import reviewing

    with workspace(context) as connection:
        undone = reviewing.undo(connection, today=date.today())
    if undone is None:
        raise UsageError(
            "There is nothing to undo.",
            hint="What is said with `tracker faces`, with `tracker person` (but for `set`) or on "
            "the review page can be undone.",
        )
    if json:
        emit(undone.as_dict())
        return
    say(f"Taken back: {plain(undone.words)}.")
    for text in undone.back:
        say(f"  {plain(text)}")


def given(words: Sequence[str]) -> list[str]:
    """The words, with those of the standard input in the place of "-".

    It is read to its end before the workspace is opened: what writes it may need that itself.
    """
    if STDIN not in words:
        return list(words)
    if words.count(STDIN) > 1:
        raise UsageError("The standard input can be read once.", hint="Give - once.")
    place = words.index(STDIN)
    try:
        read = sys.stdin.read() if sys.stdin is not None else ""
    except UnicodeDecodeError:
        raise UsageError(
            "The standard input holds something that is no text.",
            hint="Ids of faces are wanted there: tracker faces list --ids",
        ) from None
    return [*words[:place], *read.split(), *words[place + 1 :]]


def listed(page: Page) -> list[str]:
    """A line a face, 80 columns wide."""
    if not page.total:
        return ["No such faces."]
    if not page.faces:
        return [f"There are only {count(page.total, 'face')}."]
    rows = [
        (
            face_id(face),
            middle_cut(face.date or "-", DATE_WIDTH),
            middle_cut(plain(who(face)), WHO_WIDTH),
        )
        for face in page.faces
    ]
    left = WIDTH - ID_WIDTH - 3 * 2
    left -= max(len("date"), *(len(row[1]) for row in rows))
    left -= max(len("who"), *(len(row[2]) for row in rows))
    lines = table(
        ["face", "date", "who", "photo"],
        [
            (*row, middle_cut(plain(face.path), left))
            for row, face in zip(rows, page.faces, strict=True)
        ],
    ).split("\n")
    last = page.offset + len(page.faces)
    if page.total > len(page.faces):
        after = f" The next: --offset {last}" if last < page.total else ""
        lines.append(f"{page.offset + 1:,} to {last:,} of {count(page.total, 'face')}.{after}")
    return lines


def who(face: FaceLine) -> str:
    """Whose the face is, as far as that is known."""
    if face.state == "proposed":
        return f"{face.name}?" + ("" if face.chance is None else f" {face.chance:.0%}")
    return {
        "confirmed": face.name,
        "waiting": f"waits for {face.name}",
        "rejected": "nobody you know",
        "ignored": "ignored",
        "unrelated": "of the cohort",
    }.get(face.state, "-")


def detail_lines(detail: FaceDetail) -> list[str]:
    """A face with all that is known of it."""
    face = detail.face
    told = [f"{face_id(face)}  {plain(who(face)) if face.state else 'nobody yet'}"]
    path = face.path or "its file is not there now"
    told.append(f"  photo   {middle_cut(plain(path), WIDTH - 10)}")
    when = face.date or "not known"
    source = f" ({detail.date_source})" if face.date else ""
    age = f", child's age: {face.age}" if face.age else ""
    told += wrapped(f"date    {when}{source}{age}", " " * 10, first="  ")
    x0, y0, x1, y1 = face.box
    told.append(
        f"  face    {face.size_px} pixels, {x0:.0%} to {x1:.0%} across, {y0:.0%} to {y1:.0%} down"
    )
    if detail.candidates:
        named = ", ".join(f"{c.name} {c.chance:.0%} ({c.why})" for c in detail.candidates)
        told += wrapped(f"may be  {named}", " " * 10, first="  ")
    if detail.not_these:
        told += wrapped(f"is not  {', '.join(detail.not_these)}", " " * 10, first="  ")
    if detail.others:
        beside = ", ".join(f"{face_id(other)} {who(other)}" for other in detail.others)
        told += wrapped(f"beside  {beside}", " " * 10, first="  ")
    for line in detail.history:
        back = " [taken back]" if line.undone else ""
        told += wrapped(
            f"- {line.at.replace('T', ' ')[:16]} {line.words}{back}", "    ", first="  "
        )
    return told


def face_id(face: FaceLine) -> str:
    """The id of a face as it is typed."""
    from tracker.identity.review_records import face_key

    return face_key(face.face_id)


def _faces(connection: duckdb.DuckDBPyConnection, words: Sequence[str]) -> list[int]:
    from tracker.identity.face_ids import find_faces

    return find_faces(connection, words)


def _decide(
    connection: duckdb.DuckDBPyConnection, faces: Sequence[int], person: Person | None, state: str
) -> Answered:
    from tracker.identity.deciding import Answered, decide

    if not faces:  # the standard input was empty: nothing was asked for
        return Answered("", 0)
    who = None if person is None else person.person_id
    return decide(connection, faces, who, state, reason=REASON)


def _with_name(
    connection: duckdb.DuckDBPyConnection, words: Sequence[str], *, may_be_none: bool
) -> tuple[list[str], Person | None]:
    """The faces, and the person whose name the last word is, if it is one.

    `may_be_none`: there may be no faces.
    """
    from db import people
    from tracker.identity.family import find

    if not words:
        return [], None
    *ids, last = words
    person = people.find(connection, last)
    if person is None:
        try:
            _faces(connection, [last])
        except TrackerError:
            if not ids or _looks_like_id(last):
                raise
            find(connection, last)  # raises, with the names that are near
        return list(words), None
    if not ids and not may_be_none:
        raise UsageError(
            f"Say which faces are not {person.name}'s.", hint="tracker faces reject FACE… NAME"
        )
    return ids, person


def _looks_like_id(word: str) -> bool:
    return len(word) > 3 and all(c in "0123456789abcdef" for c in word.lower())


def _photos(connection: duckdb.DuckDBPyConnection, path: Path) -> list[int]:
    from db.reviewing import photos_of
    from tracker.study.photos_at import photos_at

    return photos_of(connection, list(photos_at(connection, [path]).values()))


def _child(connection: duckdb.DuckDBPyConnection, name: str | None) -> Person | None:
    from tracker.identity.family import find
    from tracker.relations import CHILD

    if name is None:
        return None
    child = find(connection, name)
    if child.relation != CHILD:
        raise UsageError(
            f"{child.name} is not a child here.", hint="`tracker person list` shows who is."
        )
    return child


def _one_state(**given: bool) -> str | None:
    chosen = [word for word, wanted in given.items() if wanted]
    if len(chosen) > 1:
        raise UsageError(
            f"A face is not {' and '.join(chosen)} at once.",
            hint="Give one of: " + ", ".join(f"--{word}" for word in given),
        )
    return chosen[0] if chosen else None


def _tell(done: Answered, asked: int, state: str, person: Person | None, *, json: bool) -> None:
    told = done.as_dict()
    warn_all(done.warnings)
    if json:
        emit(
            {
                "state": state,
                "person": None if person is None else str(person.person_id),
                "name": "" if person is None else person.name,
                "faces": done.faces,
                "unchanged": asked - done.faces - len(done.left_out),
                "left_out": told["left_out"],
                "warnings": told["warnings"],
            }
        )
        return
    if done.left_out and person is not None:
        are = count(len(done.left_out), "face is", "faces are")
        warn(
            f"{are} left out, as nobody is in a photo twice, and {plain(person.name)} is in that "
            f"one by another face: {', '.join(told['left_out'][:LISTED])}"
            + (" and others" if len(done.left_out) > LISTED else "")
        )
    if done.faces:
        say(f"{plain(done.words)}. {UNDO}")
    else:
        say("That was known from you already." if asked else "No faces were given.")
