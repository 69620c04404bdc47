"""Printing: results to stdout, everything else to stderr, nothing that could drive a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

SCHEMA_VERSION = 1
UNDO = "Not what you meant? tracker faces undo"

WIDEST_COLUMN = 120
"""Letters for which a table's other lines make room; what is longer pushes on its own line only."""


class Unwritable(Exception):
    """The result could not be written. `reason` is what the operating system says."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(str(reason))
        self.reason = reason


def plain(text: str) -> str:
    """The text with control characters and undecodable bytes made visible.

    A file name may hold a newline, an escape sequence or bytes of no encoding; printed as it is
    it could break a line, colour the terminal or crash the encoder.
    """
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)


def say(text: str = "") -> None:
    """A line of the result, on stdout. Raises Unwritable."""
    try:
        sys.stdout.write(f"{text}\n")
    except OSError as error:
        raise Unwritable(error) from error


def note(text: str = "") -> None:
    """A line about the work, on stderr. Where nobody can be told, the work goes on."""
    with suppress(OSError, AttributeError):
        sys.stderr.write(f"{text}\n")


def warn(text: str) -> None:
    """Something the user should know, on stderr."""
    note(f"warning: {text}")


def warn_all(texts: Iterable[str]) -> None:
    """Several warnings, a line each, whatever names are in them."""
    for text in texts:
        warn(plain(text))


def flush() -> None:
    """Let who reads the result have it now. Raises Unwritable."""
    try:
        sys.stdout.flush()
    except OSError as error:
        raise Unwritable(error) from error


_emitted = False


def has_emitted() -> bool:
    """Whether JSON was printed: a reader of one object would not expect another."""
    return _emitted


def emit(values: dict[str, Any], *, in_one_line: bool = False) -> None:
    """One JSON object on stdout, with the schema's version first."""
    global _emitted  # noqa: PLW0603  a process has one stdout
    _emitted = True
    say(
        json.dumps(
            {"schema_version": SCHEMA_VERSION, **values},
            ensure_ascii=True,
            indent=None if in_one_line else 2,
            allow_nan=False,
        )
    )


def count(number: int, one: str, many: str | None = None) -> str:
    """ "1 photo", "3 photos"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Left-aligned columns, numbers to the right, two spaces between."""
    body = [[plain(str(cell)) for cell in row] for row in rows]
    numeric = [
        bool(body)
        and all(
            row[i].replace(",", "").replace(".", "").strip("-–%").isdigit() or row[i] in {"", "-"}
            for row in body
        )
        for i in range(len(header))
    ]
    widths = [
        min(WIDEST_COLUMN, max(len(row[i]) for row in [list(header), *body]))
        for i in range(len(header))
    ]

    def line(row: Sequence[str]) -> str:
        cells = (
            c.rjust(w) if n else c.ljust(w) for c, w, n in zip(row, widths, numeric, strict=True)
        )
        return "  ".join(cells).rstrip()

    return "\n".join([line(list(header)), *map(line, body)])
