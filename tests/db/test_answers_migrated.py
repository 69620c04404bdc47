"""Workspaces from before answers could be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import answers, check, decisions, migrations, people
from db.connection import open_workspace, transaction
from db.records import Decision

BEFORE = 9
"""The last migration before there were answers."""

FACES = {
    10: [(1, "confirmed", "user")],
    11: [(1, "proposed", "match")],
    12: [(1, "proposed", "match"), (1, "rejected", "user")],
    13: [(2, "confirmed", "user")],
    14: [(1, "confirmed", "user"), (None, "rejected", "user")],
    15: [(1, "waiting", "match")],
    16: [(3, "confirmed", "user")],
}
"""What was said of faces, in its order, of Anna (1), Mum who is Anna (2), and Gone (3)."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home, now = tmp_path / "home", migrations.known()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "known", lambda: now[:BEFORE])
        with open_workspace(home, create=True) as con:
            for name in ("Anna", "Mum", "Gone"):
                people.add(con, name, "mother")
            con.execute(
                "INSERT INTO photos BY NAME SELECT 1 AS photo_id, 'a' AS sha256, 1 AS byte_size, "
                "1 AS width, 1 AS height, 'JPEG' AS format, 'none' AS date_source, "
                "0 AS date_confidence, '' AS date_raw, [] AS date_conflicts"
            )
            for place, (face, said) in enumerate(FACES.items()):
                con.execute(
                    f"INSERT INTO faces VALUES ({face}, 1, 'd', {place}, [0, 0, 1, 1], "
                    "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1, 1, 1, 0)"
                )
                for person, state, source in said:
                    con.execute(
                        "INSERT INTO decisions VALUES (nextval('decision_ids'), ?, ?, ?, ?, '', "
                        "NULL, NULL, now()::TIMESTAMP)",
                        [face, person, state, source],
                    )
            con.execute("UPDATE people SET merged_into = 1 WHERE person_id = 2")
            con.execute("UPDATE people SET removed = true WHERE person_id = 3")
    return home


def test_all_that_was_said_stands_as_it_did(home: Path) -> None:
    with open_workspace(home) as con:
        told = {f: (d.person_id, d.state) for f, d in decisions.labels(con, list(FACES)).items()}
        assert told == {10: (1, "confirmed"), 11: (1, "proposed"), 13: (1, "confirmed")}
        assert decisions.nobodies(con, list(FACES)) == {14: "rejected"}
        assert [(d.face_id, d.state) for d in decisions.standing(con, [12, 15])] == [
            (12, "rejected"),
            (15, "waiting"),
        ]
        assert check.problems(con) == []


def test_none_of_it_is_taken_back_and_an_answer_is(home: Path) -> None:
    with open_workspace(home) as con:
        assert answers.undo(con) is None
        with transaction(con):
            batch = answers.open_batch(con, "ignored")
            decisions.decide(con, [Decision(10, None, "ignored", "user")], batch=batch)
        assert decisions.labels(con, [10])[10].state == "ignored"
        assert answers.undo(con) is not None
        assert decisions.labels(con, [10])[10].person_id == 1
