"""Whatever is decided, merged and taken back: the same as if what was taken back never was."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import decisions, people, photos, reviewing
from db.connection import open_workspace
from db.errors import StoreError
from db.records import Decision
from tests.support.workspaces import DETECTOR, EMBEDDER, photo_of
from tracker.errors import TrackerError
from tracker.identity import deciding

Connection = duckdb.DuckDBPyConnection
Event = tuple[Any, ...]

PHOTOS = [photo_of(f"p{n}", 2) for n in range(3)]
FACES = [face.face_id for photo in PHOTOS for face in photo.faces]
PEOPLE = 3

some_faces = st.lists(st.sampled_from(FACES), min_size=1, max_size=4)
person = st.integers(1, PEOPLE)
answered = st.one_of(
    st.tuples(st.just("answer"), some_faces, person, st.sampled_from(["confirmed", "rejected"])),
    st.tuples(st.just("answer"), some_faces, st.none(), st.sampled_from(["ignored", "rejected"])),
)
said = st.tuples(
    st.just("say"),
    st.sampled_from(FACES),
    st.one_of(st.none(), person),
    st.sampled_from(["confirmed", "proposed", "waiting", "rejected"]),
    st.sampled_from(["user", "match", "tag"]),
)
people_events = st.one_of(
    st.tuples(st.just("merge"), person, person),
    st.tuples(st.just("rename"), person, st.sampled_from(["Xenia", "Yara", "Zoe"])),
    st.tuples(st.just("merge elsewhere"), person, person),
)
events = st.lists(
    st.one_of(answered, answered, said, people_events, st.just(("undo",))),
    min_size=1,
    max_size=14,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six faces in three photos, and three people."""
    home = tmp_path_factory.mktemp("template") / "workspace"
    with open_workspace(home, create=True) as con:
        photos.store_batch(con, PHOTOS, [], detector=DETECTOR, embedder=EMBEDDER)
        for name in ("Anna", "Rosa", "Oma"):
            people.add(con, name, "grandmother")
    return home


def happen(con: Connection, event: Event) -> bool | None:
    """Let it happen: True where it can be taken back, False where it cannot, None for no effect."""
    what, *rest = event
    try:
        if what == "answer":
            return deciding.decide(con, rest[0], rest[1], rest[2]).faces > 0 or None
        if what == "merge":
            deciding.merge(con, *rest)
            return True
        if what == "rename":
            before = people.by_id(con, rest[0])
            deciding.rename(con, *rest)
            return True if before != people.by_id(con, rest[0]) else None
        if what == "merge elsewhere":
            people.merge(con, *rest)
            return False
        if rest[1] is None or rest[3] != "user" or rest[2] in {"confirmed", "rejected"}:
            face, who, state, source = rest
            state = "rejected" if who is None else state
            decisions.decide(con, [Decision(face, who, state, source)])
            return False
    except (TrackerError, StoreError):
        pass
    return None


def stands(con: Connection) -> dict[str, Any]:
    """All that anybody can see of what was decided."""
    return {
        "labels": {f: (d.person_id, d.state) for f, d in decisions.labels(con, FACES).items()},
        "standing": {(d.face_id, d.person_id, d.state) for d in decisions.standing(con, FACES)},
        "nobodies": decisions.nobodies(con, FACES),
        "people": [(p.person_id, p.name) for p in reviewing.living(con)],
    }


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told=events)
def test_taking_back_is_as_if_it_had_never_been(
    template: Path, tmp_path_factory: pytest.TempPathFactory, told: list[Event]
) -> None:
    folder = tmp_path_factory.mktemp("told")
    kept: list[tuple[Event, bool]] = []
    with opened(template, folder / "one") as con:
        for event in told:
            if event == ("undo",):
                undone = deciding.undo(con)
                place = next((i for i in reversed(range(len(kept))) if kept[i][1]), None)
                assert (undone is None) == (place is None)
                if place is not None:
                    del kept[place]
                continue
            came = happen(con, event)
            if came is not None:
                kept.append((event, came))
        found = stands(con)
    with opened(template, folder / "other") as con:
        for event, _ in kept:
            happen(con, event)
        assert stands(con) == found
    shutil.rmtree(folder)


def opened(template: Path, home: Path) -> Any:
    shutil.copytree(template, home)
    return open_workspace(home)
