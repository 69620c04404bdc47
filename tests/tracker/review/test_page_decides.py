"""What is decided on the page is stored at once, in order, once, and can be taken back."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.review_page import Page, read_reply, served


@pytest.fixture
def page(a_family: Path, tmp_path: Path) -> Iterator[Page]:
    home = tmp_path / "workspace"
    shutil.copytree(a_family, home)
    with served(home) as there:
        yield there


def faces(page: Page, query: str = "limit=500") -> list[dict[str, Any]]:
    reply = page.get(f"/api/faces?{query}")
    assert reply.status == 200, reply.body
    return list(reply.values["faces"])


def now(page: Page, face: str) -> tuple[str | None, str]:
    told = page.get(f"/api/face/{face}").values
    return told["person"], told["state"]


def an_open_face(page: Page) -> dict[str, Any]:
    return next(face for face in faces(page) if not face["by_user"])


def test_the_address_that_is_printed_opens_the_page_and_leaves_the_token_behind(
    page: Page,
) -> None:
    reply = page.get(f"/?token={page.keys.token}", Cookie=None, Sec_Fetch_Site="none")
    assert (reply.status, reply.headers["location"]) == (303, page.place.home)
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    assert f"Path={page.place.home};" in f"{cookie};" and len(page.place.path) > 20
    assert page.keys.token not in cookie
    opened = page.get("/", Cookie=cookie.partition(";")[0], Sec_Fetch_Site="none")
    assert opened.status == 200
    assert page.keys.token.encode() not in opened.body


def test_the_ticket_for_the_browser_that_is_started_opens_it_once(page: Page) -> None:
    address = f"/?token={page.keys.ticket()}"
    assert page.get(address, Cookie=None).status == 303
    assert page.get(address, Cookie=None).status == 404


def test_no_answer_waits_for_the_browser_to_acknowledge_its_head(page: Page) -> None:
    """Nagle's algorithm and delayed acknowledgements together cost 40 ms an answer."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as client:
        took = []
        for _ in range(30):
            begun = time.perf_counter()
            client.sendall(page.request("GET", "/static/api.js", {**page.own()}))
            assert read_reply(client).status == 200
            took.append(time.perf_counter() - begun)
    assert sorted(took)[15] < 0.03


def test_cookies_of_other_programs_do_not_shut_anybody_out(page: Page) -> None:
    jar = f'username-localhost-8888="2|1:0|10:17"; x={{"a": 1}}; =; ; {page.cookie}; y'
    assert page.get("/api/state", Cookie=jar).status == 200


def test_the_page_is_there_under_both_names_of_this_machine(page: Page) -> None:
    host = f"localhost:{page.port}"
    assert page.get("/api/state", Host=host).status == 200
    assert page.post("/api/undo", Host=host, Origin=f"http://{host}").status == 200


def test_a_decision_is_stored_and_can_be_taken_back(page: Page) -> None:
    before = page.fingerprint()
    face = an_open_face(page)
    reply = page.post("/api/decide", {"faces": [face["id"]], "person": "2", "state": "confirmed"})
    assert (reply.status, reply.values["faces"]) == (200, 1)
    assert now(page, face["id"]) == ("2", "confirmed")
    assert page.get("/api/state").values["undo"]["words"] == reply.values["words"]
    assert page.fingerprint() != before
    assert page.post("/api/undo").values["undone"] == reply.values["words"]
    assert now(page, face["id"]) == (face["person"], face["state"])
    assert page.get("/api/state").values["undo"] is None
    assert page.post("/api/undo").values["undone"] is None


def test_one_answer_names_many(page: Page) -> None:
    some = [face["id"] for face in faces(page) if not face["by_user"]]
    reply = page.post("/api/decide", {"faces": some, "person": None, "state": "ignored"})
    assert reply.values["faces"] == len(some) > 5
    assert page.get("/api/state").values["counts"]["ignored"] == len(some)
    page.post("/api/undo")
    assert page.get("/api/state").values["counts"]["ignored"] == 0


@pytest.mark.parametrize(
    ("person", "state", "stands"),
    [
        ("1", "confirmed", ("1", "confirmed")),
        (None, "rejected", (None, "rejected")),
        (None, "ignored", (None, "ignored")),
    ],
)
def test_every_answer_can_be_given(
    page: Page, person: str | None, state: str, stands: tuple[str | None, str]
) -> None:
    face = an_open_face(page)["id"]
    body = {"faces": [face], "person": person, "state": state}
    assert page.post("/api/decide", body).status == 200
    assert now(page, face) == stands


def test_a_stranger_becomes_somebody_unrelated(page: Page) -> None:
    face = an_open_face(page)["id"]
    body = {"faces": [face], "person": None, "state": "unrelated"}
    made = page.post("/api/decide", body).values["person"]
    assert now(page, face) == (made["id"], "confirmed")
    people = {p["id"]: p for p in page.get("/api/state").values["people"]}
    assert people[made["id"]]["relation"] == "unrelated"


def test_what_another_tab_decided_is_told_and_not_overruled_unseen(page: Page) -> None:
    face = an_open_face(page)
    seen = {face["id"]: {"person": face["person"], "state": face["state"]}}
    mine = {"faces": [face["id"]], "person": "2", "state": "confirmed", "seen": seen}
    assert page.post("/api/decide", mine).status == 200
    theirs = {**mine, "person": "1"}
    reply = page.post("/api/decide", theirs)
    assert reply.status == 409
    assert reply.values["faces"] == [{"id": face["id"], "person": "2", "state": "confirmed"}]
    assert "somewhere else" in reply.values["error"]
    assert now(page, face["id"]) == ("2", "confirmed")
    assert page.post("/api/decide", mine).status == 200  # the same answer twice is no quarrel
    shown = {face["id"]: {"person": "2", "state": "confirmed"}}
    assert page.post("/api/decide", {**theirs, "seen": shown}).status == 200
    assert now(page, face["id"]) == ("1", "confirmed")


def test_a_no_from_another_tab_is_told_too(page: Page) -> None:
    face = next(face for face in faces(page) if face["state"] == "proposed")
    seen = {face["id"]: {"person": face["person"], "state": "proposed"}}
    denial = {"faces": [face["id"]], "person": face["person"], "state": "rejected", "seen": seen}
    assert page.post("/api/decide", denial).status == 200
    assert page.post("/api/decide", denial).status == 200
    assert page.post("/api/decide", {**denial, "state": "confirmed"}).status == 409
    assert page.post("/api/decide", {**denial, "state": "confirmed", "seen": None}).status == 200


def test_a_face_of_a_group_that_was_not_shown_is_not_overruled_unseen_either(page: Page) -> None:
    alone = {face["photo"]: face["id"] for face in faces(page) if not face["by_user"]}
    shown, hidden = list(alone.values())[:2]
    page.post("/api/decide", {"faces": [hidden], "person": None, "state": "ignored"})
    group = {"faces": [shown, hidden], "person": "2", "state": "confirmed"}
    seen = {shown: {"person": None, "state": ""}}
    reply = page.post("/api/decide", {**group, "seen": seen})
    assert (reply.status, [face["id"] for face in reply.values["faces"]]) == (409, [hidden])
    assert page.post("/api/decide", {**group, "seen": {}}).status == 409
    assert now(page, shown) != ("2", "confirmed")
    assert page.post("/api/decide", group).status == 200


def test_who_is_in_a_photo_already_is_not_in_it_twice(page: Page) -> None:
    one, other = [face["id"] for face in faces(page) if not face["by_user"]][:2]
    page.post("/api/decide", {"faces": [one], "person": "2", "state": "confirmed"})
    both = {"faces": [one, other], "person": "2", "state": "confirmed"}
    assert page.post("/api/decide", both).values["left_out"] == [other]
    reply = page.post("/api/decide", {**both, "faces": [other]})
    assert (reply.status, now(page, other)[0]) == (400, None)
    assert "Anna is in that photo already" in reply.values["error"]


def test_adding_somebody_is_what_is_taken_back_after_it(page: Page) -> None:
    page.post("/api/people", {"name": "Zed", "relation": "uncle"})
    assert page.get("/api/state").values["undo"]["words"] == "Zed is added"
    assert page.post("/api/undo").values["undone"] == "Zed is added"
    assert "Zed" not in [p["name"] for p in page.get("/api/state").values["people"]]


def test_undo_takes_back_what_the_page_shows_or_says_that_it_is_something_else(page: Page) -> None:
    one, other = [face["id"] for face in faces(page) if not face["by_user"]][:2]
    first = page.post("/api/decide", {"faces": [one], "person": "1", "state": "confirmed"})
    page.post("/api/decide", {"faces": [other], "person": None, "state": "ignored"})
    reply = page.post("/api/undo", {"words": first.values["words"]})
    assert (reply.status, now(page, other)) == (409, (None, "ignored"))
    assert page.post("/api/undo", {"words": reply.values["undo"]["words"]}).status == 200
    assert now(page, one) == ("1", "confirmed")


def test_undo_takes_back_one_s_own_answer_where_another_tab_gave_one_in_the_same_words(
    page: Page,
) -> None:
    one, other = [face["id"] for face in faces(page) if not face["by_user"]][:2]
    mine = page.post("/api/decide", {"faces": [one], "person": None, "state": "ignored"}).values
    page.post("/api/decide", {"faces": [other], "person": None, "state": "ignored"})
    reply = page.post("/api/undo", {"words": mine["words"], "id": mine["id"]})
    assert (reply.status, now(page, other)) == (409, (None, "ignored"))
    last = reply.values["undo"]
    assert last["words"] == mine["words"] and last["id"] != mine["id"]
    assert page.post("/api/undo", last).values["undone"] == mine["words"]
    assert page.get("/api/state").values["undo"]["id"] == mine["id"]


def test_only_a_child_has_months(page: Page) -> None:
    assert page.get("/api/state?child=1").values["child"] == "Mia"
    assert page.get("/api/state?child=2").status == 404
    assert page.get("/api/library?child=2").status == 404


def test_two_tabs_at_once_lose_nothing(page: Page) -> None:
    alone = {face["photo"]: face["id"] for face in faces(page) if not face["by_user"]}
    some = list(alone.values())  # one of each photo: nobody is in a photo twice

    def tab(person: str) -> set[int]:
        bodies = ({"faces": [face], "person": person, "state": "confirmed"} for face in some)
        return {page.post("/api/decide", body).status for body in bodies}

    with ThreadPoolExecutor(2) as tabs:
        assert list(tabs.map(tab, ["1", "2"])) == [{200}, {200}]
    said = page.get(f"/api/face/{some[0]}").values["history"]
    assert len([line for line in said if line["words"].startswith("you: it is ")]) >= 2
    assert all(now(page, face)[1] == "confirmed" for face in some)


def test_people_are_added_renamed_and_merged(page: Page) -> None:
    made = page.post("/api/people", {"name": "Opa Karl", "relation": "grandfather", "born": "1957"})
    person = made.values["person"]["id"]
    assert page.post(f"/api/people/{person}/rename", {"name": "Karl"}).status == 200
    assert page.post("/api/people", {"name": "karl", "relation": "uncle"}).status == 409
    assert page.post("/api/people", {"name": "Eva", "relation": "robot"}).status == 400
    assert page.post(f"/api/people/{person}/merge", {"into": "1"}).status == 400  # no child
    other = page.post("/api/people", {"name": "K.", "relation": "grandfather"}).values["person"]
    assert page.post(f"/api/people/{other['id']}/merge", {"into": person}).status == 200
    names = [p["name"] for p in page.get("/api/state").values["people"]]
    assert names == ["Mia", "Anna", "Karl"]
    assert page.post("/api/people/999/rename", {"name": "X"}).status == 404


def test_faces_are_split_off_to_somebody_new(page: Page) -> None:
    face = an_open_face(page)["id"]
    body = {"faces": [face], "name": "Tom", "relation": "brother", "born": "2021"}
    made = page.post("/api/split", body).values["person"]
    assert now(page, face) == (made["id"], "confirmed")


def test_a_date_is_set_right(page: Page) -> None:
    face = an_open_face(page)
    assert page.post("/api/date", {"photo": face["photo"], "date": "2024-05"}).status == 200
    assert page.get(f"/api/face/{face['id']}").values["date"] == "2024-05"
    assert page.post("/api/date", {"photo": face["photo"], "date": "soon"}).status == 400
    assert page.post("/api/date", {"photo": "99999", "date": "2024"}).status == 400
    page.post("/api/undo")
    assert page.get(f"/api/face/{face['id']}").values["date"] == face["date"]


def test_names_from_outside_stay_data(page: Page) -> None:
    name = "</script><img src=x onerror=alert(1)>"
    made = page.post("/api/people", {"name": name, "relation": "aunt"})
    assert made.values["person"]["name"] == name
    reply = page.get("/api/state")
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert name.encode() not in page.get("/").body


def test_faces_are_kept_by_the_browser_and_by_nobody_in_between(page: Page) -> None:
    face = faces(page)[0]["id"]
    reply = page.get(f"/thumb/{face}.jpg")
    assert (reply.status, reply.headers["content-type"]) == (200, "image/jpeg")
    assert reply.headers["cache-control"].startswith("private, ")
    assert "immutable" in reply.headers["cache-control"]
    assert page.get(f"/thumb/{face}.jpg", Cookie=None).status == 404


def test_a_link_in_the_place_of_a_picture_is_not_followed(page: Page, tmp_path: Path) -> None:
    face = faces(page)[0]["id"]
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    picture = page.home / "thumbnails" / face[-2:] / f"{face}.jpg"
    picture.unlink()
    picture.symlink_to(secret)
    assert page.get(f"/thumb/{face}.jpg").status == 404
