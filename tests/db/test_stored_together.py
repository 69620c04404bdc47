"""What belongs together is stored together, whichever functions store it."""

from __future__ import annotations

import duckdb
import pytest

from db import settings, sidecars
from db.connection import transaction


def test_what_is_stored_by_several_functions_is_there_as_a_whole(
    con: duckdb.DuckDBPyConnection,
) -> None:
    with transaction(con):
        settings.set_(con, "a", "1")
        sidecars.note(con, {b"/a.xmp": (10, 20)})
        assert sidecars.known(con) == {b"/a.xmp": (10, 20)}
    assert (settings.get(con, "a"), sidecars.known(con)) == ("1", {b"/a.xmp": (10, 20)})


def test_or_not_at_all(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(KeyboardInterrupt), transaction(con):
        sidecars.note(con, {b"/a.xmp": (10, 20)})
        raise KeyboardInterrupt
    assert sidecars.known(con) == {}
    sidecars.note(con, {b"/b.xmp": (1, 2)})
    assert sidecars.known(con) == {b"/b.xmp": (1, 2)}


def test_a_sidecar_that_was_read_again_is_known_as_it_was_then(
    con: duckdb.DuckDBPyConnection,
) -> None:
    sidecars.note(con, {b"/a.xmp": (10, 20), b"/\xff.xmp": (1, 2)})
    sidecars.note(con, {b"/a.xmp": (11, 21)})
    assert sidecars.known(con) == {b"/a.xmp": (11, 21), b"/\xff.xmp": (1, 2)}
