"""`tracker strictness`: from when a name is proposed, and how often that is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.context import Json, settings_of, workspace
from tracker.cli.dates import WIDTH, middle_cut, wrapped
from tracker.cli.output import count, emit, plain, say, table
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.identity.thresholds import PersonRates, Rate, Thresholds


HEADS = ("from chance", "others named so", "own missed")
LEAST = 1e-5
"""A share that is printed as more than none."""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("strictness")(strictness)


def strictness(
    context: typer.Context,
    share: Annotated[
        str | None,
        typer.Argument(
            metavar="SHARE",
            help="Of other people's faces, how many may get a name that is not theirs: 0.5%, 1% or "
            "5%. Left out: show what it is.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show or set how sure the tracker must be before it proposes a name, with each person's
    rates: others' faces that would get the name, and own faces that would not."""
    from db import people
    from tracker.identity import strictness as kept
    from tracker.identity.proposing import propose_again
    from tracker.identity.thresholds import Thresholds, thresholds
    from tracker.study.evidence import choose_embedder_id

    target = None if share is None else parse_share(share)
    settings = settings_of(context)
    with workspace(context) as connection:
        if target is not None:
            kept.set_strictness(connection, target)
        child = people.primary_child(connection)
        embedder = choose_embedder_id(connection, None, child.person_id if child else None)
        named = 0
        if embedder is None:
            shown = Thresholds(kept.strictness(connection), ())
        else:
            if target is not None:
                named = len(propose_again(connection, embedder))
            shown = thresholds(connection, settings.home, embedder)
    if json:
        emit({**_as_json(shown), "embedder": embedder, "proposed": named if share else None})
        return
    say(f"Strictness {_percent(shown.strictness)}.")
    if target is not None:
        say(f"Recognised {count(named, 'face')} that nobody named.")
    if not shown.people:
        say("Nobody has a named face yet: tracker ingest FOLDER --as NAME")
        return
    rows = [_row(line) for line in shown.people]
    left = WIDTH - sum(2 + max(len(head), *map(len, cells)) for head, cells in _columns(rows))
    say(table(["person", *HEADS], [(middle_cut(plain(name), left), *rest) for name, *rest in rows]))
    say("In brackets what is likely, counted in days: few days tell little.")
    for line in shown.people:
        if line.too_like:
            like = " and ".join(line.too_like)
            for text in wrapped(
                f"{line.name} cannot be told from {like}: always asked.", "  ", first=""
            ):
                say(text)


def parse_share(text: str) -> float:
    """ "0.5%", "0.5 %" and "0.005" as a share; UsageError for what is none."""
    words = text.strip().replace(",", ".")
    number = words.removesuffix("%").strip()
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(f"{text!r} is no share.", hint="Give it like 0.5%, 1% or 5%.")
    return value / 100 if words.endswith("%") else value


def _row(line: PersonRates) -> tuple[str, ...]:
    level = f"{line.threshold:.3f}" if line.threshold <= 1 else "never"
    return (line.name, level, _rate(line.false_match), _rate(line.false_non_match))


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The heads and cells of the columns after the names."""
    return zip(HEADS, list(zip(*rows, strict=True))[1:], strict=True)


def _rate(rate: Rate) -> str:
    if not rate.days:
        return "-"
    return f"{_percent(rate.value)} ({_percent(rate.low)} to {_percent(rate.high)})"


def _percent(share: float) -> str:
    if share < LEAST:
        return "0 %"
    return f"{100 * share:.2g} %" if share < 0.0995 else f"{100 * share:.0f} %"


def _as_json(shown: Thresholds) -> dict[str, object]:
    """As it is, with null for what cannot be known."""
    found = shown.as_dict()
    for person in found["people"]:
        person["threshold"] = person["threshold"] if person["threshold"] <= 1 else None
        for rate in ("false_match", "false_non_match"):
            person[rate] = {
                key: None if math.isnan(value) else round(value, 6)
                for key, value in person[rate].items()
            }
    return found
