"""The embedder that a family is compared under."""

from __future__ import annotations

from tracker.identity.readings import usable_embedder

MIA, ANNA, BEN, ROSA = 1, 2, 3, 4
FAMILY = (ANNA, BEN, ROSA)


def test_the_workspaces_own_is_kept_to_while_it_can_compare() -> None:
    read = {MIA: {"a": 3, "b": 90}, ANNA: {"a": 1, "b": 50}, BEN: {"a": 1, "b": 50}}
    assert usable_embedder(read, own="a", child=MIA, relatives=FAMILY) == "a"


def test_one_folder_read_with_another_embedder_does_not_hide_the_family() -> None:
    read = {MIA: {"a": 20, "b": 5}, ANNA: {"a": 10}, BEN: {"a": 10}}
    assert usable_embedder(read, own="b", child=MIA, relatives=FAMILY) == "a"
    read = {MIA: {"b": 5}, ANNA: {"a": 10}, BEN: {"a": 10}}
    assert usable_embedder(read, own="b", child=MIA, relatives=FAMILY) == "b", "none can compare"


def test_of_several_that_can_compare_the_one_with_the_most_faces_is_taken() -> None:
    read = {MIA: {"a": 2, "b": 9}, ANNA: {"a": 1, "b": 1}, BEN: {"a": 1, "b": 1}}
    assert usable_embedder(read, own="gone", child=MIA, relatives=FAMILY) == "b"
    assert usable_embedder(read, own=None, child=MIA, relatives=FAMILY) == "b"


def test_nobody_has_a_face() -> None:
    assert usable_embedder({}, own="a", child=MIA, relatives=FAMILY) is None
    assert usable_embedder({}, own=None, child=None, relatives=()) is None
