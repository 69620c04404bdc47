"""The folders that photos are taken from: whether they are there, and what left them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class RootsNoted:
    """What a walk through known folders showed. `warnings` are sentences for people.

    `moved`: paths that left because their content is met elsewhere now. `missing`: paths newly
    marked as missing. `unmarked`: paths that were not met and are not marked, as the walk was
    filtered, could not read everything, or nobody confirmed. `back`: missing ones met again.
    """

    moved: int = 0
    missing: int = 0
    unmarked: int = 0
    back: int = 0
    warnings: tuple[str, ...] = ()


def check(con: duckdb.DuckDBPyConnection, starts: Sequence[bytes]) -> tuple[str, ...]:
    """Warnings before a walk: a known folder that is empty now.

    Raises UsageError for a start that does not exist; of a known one it says that it is offline.
    """
    return ()


def note(
    con: duckdb.DuckDBPyConnection,
    starts: Sequence[bytes],
    met: Collection[bytes],
    *,
    filtered: bool,
    now: datetime,
    confirm: Callable[[str], bool] | None = None,
) -> RootsNoted:
    """Remember the folders that were walked, and what of them was not met.

    `met` is every path that the walk gave, photo or not: `Plan.same` and the others. `filtered`:
    the walk left files out, or could not read some folder. `confirm` asks a person a question.
    """
    return RootsNoted()
