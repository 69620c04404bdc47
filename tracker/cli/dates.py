"""`tracker dates …`: when photos were taken, how that is known, and what the user says of it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.context import Json, given_path, workspace
from tracker.cli.output import count, emit, plain, say, table
from tracker.cli.progress import photo_bar

if TYPE_CHECKING:
    from tracker.study.dates import ClueLine, DateLine, Group
    from tracker.study.deciding_dates import Decided, TakenBack

WIDTH = 80
PATH_WIDTH = 38
RAW_WIDTH = 26
OF_A_KIND = 3
"""Photos of a folder that are told one by one where the same is the matter with all of them;
`--json` gives all."""

COMMON = frozenset({"undated", "bound", "weak"})
"""Problems that a photo shares with its neighbours: it is not worth a look of its own."""

UNDO = "Not what you meant? tracker dates undo"

dates = typer.Typer(
    no_args_is_help=True,
    help="When photos were taken: list what is known and doubtful, and set it right.",
)

Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH…", parser=given_path, help="Photos, or folders with all photos below them."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(dates, name="dates")


@dates.command("list")
def list_(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH…]", parser=given_path, help="Photos or folders. Default: all photos."
        ),
    ] = None,
    problems: Annotated[
        bool, typer.Option("--problems", help="Only dates that are missing or doubtful, and why.")
    ] = False,
    json: Json = False,
) -> None:
    """List when each photo was taken, and where that is known from."""
    from tracker.study.dates import grouped, list_dates

    with workspace(context) as connection:
        lines = list_dates(connection, paths or [], problems=problems, today=date.today())
        groups = grouped(connection, lines) if problems and not json else []
    if json:
        emit({"photos": [line.as_dict() for line in lines]})
    elif problems:
        for text in problem_lines(groups):
            say(text)
    else:
        say(dates_table(lines) if lines else "No photos yet. Next: tracker ingest FOLDER")


@dates.command("show")
def show(context: typer.Context, paths: Paths, json: Json = False) -> None:
    """Show every clue to a photo's date, and what became of it."""
    from tracker.study.dates import show_dates

    with workspace(context) as connection:
        shown = show_dates(connection, paths, today=date.today())
    if json:
        emit(
            {
                "photos": [
                    {**line.as_dict(), "clues": [clue.as_dict() for clue in clues]}
                    for line, clues in shown
                ]
            }
        )
        return
    for place, (line, clues) in enumerate(shown):
        if place:
            say()
        for text in clue_lines(line, clues):
            say(text)


@dates.command("set")
def set_(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH… DATE",
            help="Photos or folders, then when they were taken: 2024-03-09, 2024-03, 2024, 1972~ "
            "(about), 197X (the seventies), 1975/1980 (between), ../1980 (no later than).",
        ),
    ],
    json: Json = False,
) -> None:
    """Say when photos were taken. Nothing outranks your word."""
    from tracker.errors import UsageError
    from tracker.study.deciding_dates import parse_decision, set_dates

    *paths, day = words
    if not paths:
        raise UsageError(
            "Say of which photos, and when they were taken.", hint="tracker dates set PATH… DATE"
        )
    today = date.today()
    _date_comes_last(paths, day, today)
    parse_decision(day, today)  # before a workspace is looked for
    with workspace(context) as connection, _bar() as told:
        decided = set_dates(
            connection, [given_path(path) for path in paths], day, today=today, on_progress=told
        )
    said = plain(day.strip())
    what = said if said == decided.date else f"{said} ({decided.date})"
    _tell(decided, f"{what} is the date of", json=json)


@dates.command("accept")
def accept(context: typer.Context, paths: Paths, json: Json = False) -> None:
    """Say that doubtful dates are right. Of "no later than", that day becomes the date."""
    from tracker.study.deciding_dates import accept_dates

    with workspace(context) as connection, _bar() as told:
        decided = accept_dates(connection, paths, today=date.today(), on_progress=told)
    _tell(decided, "You vouch for the date of", json=json)


@dates.command("undo")
def undo(context: typer.Context, json: Json = False) -> None:
    """Take back the last `set` or `accept`; again for the one before."""
    from tracker.study.deciding_dates import undo_dates

    with workspace(context) as connection, _bar() as told:
        back = undo_dates(connection, today=date.today(), on_progress=told)
    if json:
        emit(
            {
                "undone": back.raw,
                "photos": back.photos,
                "back": [{"date": d, "source": s, "photos": n} for d, s, n in back.back],
            }
        )
        return
    for text in undone_lines(back):
        say(text)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    with photo_bar("Working out dates") as advance:
        yield lambda done, total: advance(done, total, None)


def dates_table(lines: Sequence[DateLine]) -> str:
    """One line a photo, 80 columns wide but for unusual dates."""
    return table(
        ["photo", "date", "source", "trust"],
        [
            (
                middle_cut(_path(line), PATH_WIDTH),
                line.edtf or "-",
                line.source or "-",
                f"{line.dated.confidence:.0%}" if line.dated.latest else "-",
            )
            for line in lines
        ],
    )


def problem_lines(groups: Sequence[Group]) -> list[str]:
    """Each doubtful photo, or folder of them, with what is wrong and the commands that mend it."""
    if not groups:
        return ["Every date is known, and nothing speaks against any."]
    told: list[str] = []
    kinds = [_kind(group) for group in groups]
    of_kind, so_far = Counter(kinds), Counter[tuple[object, ...]]()
    for group, kind in zip(groups, kinds, strict=True):
        so_far[kind] += 1
        if so_far[kind] <= OF_A_KIND:
            told += [*_problem(group), ""]
        elif so_far[kind] == OF_A_KIND + 1:
            more = f"… and {of_kind[kind] - OF_A_KIND:,} more for the same reason in "
            told += [f"{more}{middle_cut(_folder(group), WIDTH - len(more))}", ""]
    lines = [line for group in groups for line in group.lines]
    undated = sum(line.dated.earliest is None for line in lines)
    told.append(f"{count(len(lines), 'photo')} to look at, {undated:,} with no date to go by.")
    told.append("A folder does as well as a photo: tracker dates set FOLDER DATE")
    return told


def _kind(group: Group) -> tuple[object, ...]:
    """What is the same of groups of which a few stand for all: a messenger's folder has thousands
    that may be older than the day they were sent."""
    line = group.lines[0]
    kinds = tuple(problem.kind for problem in line.problems)
    if len(group.lines) > 1 or not COMMON.issuperset(kinds):
        return (group.path,)
    return _folder(group), line.source, kinds


def _folder(group: Group) -> str:
    from db.text import shown

    return plain(os.path.dirname(shown(group.path)))  # noqa: PTH120


def _problem(group: Group) -> Iterator[str]:
    from db.text import shown
    from tracker.study.dates import accept_command, set_command

    first, many = group.lines[0], len(group.lines)
    all_of_it = f", all {many:,} photos" if many > 1 else ""
    yield middle_cut(plain(shown(group.path)), WIDTH - len(all_of_it)) + all_of_it
    known = [f"{first.edtf}, {first.source}."] if first.edtf else []
    yield from wrapped(" ".join([*known, *(problem.words for problem in first.problems)]), "  ")
    accept, mend = plain(accept_command(group.path)), plain(set_command(group.path))
    if not first.accept:
        yield f"  {mend}"
    elif first.dated.earliest is None:
        yield f"  {mend}"
        yield f"  on that very day?  {accept}"
    else:
        yield f"  right?  {accept}"
        yield f"  wrong?  {mend}"


def clue_lines(line: DateLine, clues: Sequence[ClueLine]) -> list[str]:
    """A photo's date and every clue to it."""
    time = line.dated.taken_at
    at = f" {time:%H:%M:%S}{line.dated.zone or ''}" if time is not None else ""
    told = [
        middle_cut(_path(line), WIDTH),
        f"  {line.edtf}{at}, {line.source}, trusted {line.dated.confidence:.0%}"
        if line.edtf
        else "  no date",
    ]
    if not clues:
        return [*told, "  Nothing tells of its date."]
    for one in clues:
        said = one.as_dict()["date"] or "no date"
        raw = f" ({middle_cut(plain(one.clue.raw), RAW_WIDTH)})" if one.clue.raw != said else ""
        told += wrapped(f"- {one.clue.label}: {said}{raw}: {one.outcome}", "    ", first="  ")
    for problem in line.problems:
        told += wrapped(f"! {problem.words}", "    ", first="  ")
    told += [f"  {plain(command)}" for command in (line.accept, line.mend) if command]
    return told


def undone_lines(back: TakenBack) -> list[str]:
    """What was taken back and what came back."""
    from tracker.study.dates import SOURCES

    what = f" ({back.raw})" if back.raw else ""
    told = [f"Taken back for {count(back.photos, 'photo')}{plain(what)}."]
    for day, source, photos in back.back[:10]:
        again = f"{day} ({SOURCES.get(source, source)})" if day else "no date"
        told.append(f"  {count(photos, 'photo')}: {again} again")
    if len(back.back) > 10:
        told.append(f"  … and {len(back.back) - 10} other dates.")
    return told


def middle_cut(text: str, width: int) -> str:
    """The text, without its middle where it is too long for a line."""
    if len(text) <= width:
        return text
    end = (width - 1) * 2 // 3
    return f"{text[: width - 1 - end]}…{text[-end:]}"


def wrapped(text: str, indent: str, *, first: str | None = None) -> list[str]:
    """Lines of 80 columns."""
    import textwrap

    return textwrap.wrap(
        plain(text),
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _path(line: DateLine) -> str:
    from db.text import shown

    return plain(shown(line.path))


def _tell(decided: Decided, what: str, *, json: bool) -> None:
    if json:
        emit(
            {
                "date": decided.date,
                "photos": decided.photos,
                "unchanged": decided.unchanged,
                "undated": decided.undated,
                "sound": decided.sound,
            }
        )
        return
    if decided.photos:
        say(f"{what} {count(decided.photos, 'photo')}. {UNDO}")
    if decided.unchanged:
        say(f"{count(decided.unchanged, 'photo')} had it from you already.")
    if decided.sound:
        say(f"{count(decided.sound, 'photo')} had a date that nothing speaks against.")
    if decided.undated:
        say(f"{count(decided.undated, 'photo')} without a date: tracker dates set PATH… DATE")


def _date_comes_last(paths: Sequence[str], day: str, today: date) -> None:
    """Raises UsageError where the words are in the wrong order."""
    from tracker.errors import UsageError
    from tracker.study.deciding_dates import parse_decision

    try:
        parse_decision(day, today)
    except UsageError:
        try:
            parse_decision(paths[0], today)
        except UsageError:
            return
        raise UsageError(
            f"{day!r} is not a date.", hint="The date comes last: tracker dates set PATH… DATE"
        ) from None
