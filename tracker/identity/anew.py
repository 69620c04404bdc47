"""Names proposed anew where something was told since, or the program is another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import namings
from db.connection import transaction
from tracker.identity.proposing import propose_again
from tracker.identity.settle import question_of
from tracker.identity.strictness import strictness

if TYPE_CHECKING:
    import duckdb


def propose_if_told(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> bool:
    """Propose names for all faces of which nobody said anything, and take back what no longer
    holds, unless all that rests on is as it was when that was done last. Gives whether it was done.

    All or nothing. What is asked takes a few hundredths of a second, to propose names a second or
    two for 20,000 faces.
    """
    with transaction(connection):
        question = f"all anew: {question_of((), None, embedder_id, strictness(connection))}"
        before = namings.told(connection, embedder_id)
        if namings.load(connection, question, before) is not None:
            return False
        named = propose_again(connection, embedder_id)
        after = namings.told(connection, embedder_id)
        namings.keep(connection, question, after, {"named": len(named)})
    return True
