"""The review page in a real browser: what a parent does on it, and what is stored of that."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from db.ids import face_id
from db.photos import store_batch
from db.records import Dated, Face, Photo, PhotoPath, PhotoResult
from reports.theme import DARK, LIGHT
from tests.support.chromium import chromium
from tests.support.command import process, tracker
from tests.support.made_up_album import Album
from tests.support.review_browser import (
    DESK,
    PHONE,
    WALL,
    Visitor,
    day,
    drawn_family,
    picture,
)
from tests.support.review_page import Page, served
from tests.support.workspaces import DETECTOR, EMBEDDER, photo_of
from tracker.demo import album as drawn
from tracker.demo.family import plan
from tracker.ingest.thumbnails import thumbnail_path, write_thumbnail
from tracker.relations import CHILD, RELATIONS

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = pytest.mark.browser

VIEWS = (
    "questions", "library", "library/2", "people", "people/1", "faces", "faces/unknown", "report",
)  # fmt: skip
ENTER, LEFT, RIGHT, SPACE = "\ue007", "\ue012", "\ue014", " "


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A family's workspace, to be copied."""
    home = tmp_path_factory.mktemp("family") / "workspace"
    drawn_family(home)
    return home


@pytest.fixture(scope="module")
def looked_at(family: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A family's page on which nothing is answered."""
    with served(copied(family, tmp_path_factory.mktemp("looked-at"))) as page:
        yield page


@pytest.fixture
def looker(browser: Chrome, looked_at: Page) -> Visitor:
    return Visitor(browser, looked_at)


@pytest.fixture
def visitor(browser: Chrome, family: Path, tmp_path: Path) -> Iterator[Visitor]:
    """Somebody at a page of their own, where they may answer what they like."""
    with served(copied(family, tmp_path)) as page:
        yield Visitor(browser, page)


def copied(home: Path, folder: Path) -> Path:
    """A workspace just like it."""
    return shutil.copytree(home, folder / "workspace")


def empty_page(home: Path, *, photo: bool) -> None:
    """A workspace with a child alone, and perhaps a photo."""
    from db import people
    from db.connection import open_workspace

    with open_workspace(home, create=True) as con:
        people.add(con, "Mia", "child", born_earliest=day("2024-01-30"))
        if photo:
            store_batch(
                con, [photo_of("one", when=day("2024-02-03"))], [],
                detector=DETECTOR, embedder=EMBEDDER,
            )  # fmt: skip


def stored_face(album: Album, sha256: str, file: Path) -> int:
    """A photo of 900 pixels with a face in its middle; gives the face's id."""
    there = file.stat()
    face = Face(
        face_id(sha256, DETECTOR, 0), sha256, DETECTOR, 0, (200.0, 200.0, 650.0, 700.0),
        ((0.0, 0.0),) * 5, 0.99, 480.0, 300.0, 0.0,
    )  # fmt: skip
    result = PhotoResult(
        Photo(sha256, there.st_size, 900, 900, "JPEG", Dated(None, None, "none", 0.0)),
        PhotoPath(str(file).encode(), sha256, there.st_size, there.st_mtime_ns, there.st_ino),
        (face,),
        np.ones((1, EMBEDDER.dim), np.float32) / np.sqrt(EMBEDDER.dim, dtype=np.float32),
    )
    store_batch(album.con, [result], [], detector=DETECTOR, embedder=EMBEDDER)
    return face.face_id


def said_of(page: Page, face: str) -> tuple[str, str]:
    """Whose a face is, and in which state."""
    values = page.get(f"/api/face/{face}").values
    assert "name" in values, values
    return values["name"], values["state"]


def shown(visitor: Visitor) -> str:
    """The one face that is asked about, "" where it is several."""
    return str(visitor.js("document.querySelector('.look img')?.src ?? ''")).rsplit("/", 1)[-1][:16]


def at_a_face(visitor: Visitor, view: str = "", **how: Any) -> str:
    """Come to the page and go to a question about one face that may be Mia's; gives its id."""
    visitor.visit(view, **how)
    visitor.until("document.querySelector('.question')")
    return to_a_face(visitor)


def to_a_face(visitor: Visitor) -> str:
    """Step on to a question about one face that may be Mia's; gives its id."""
    for _ in range(40):
        if shown(visitor) and visitor.text("h1") == "Is this Mia?":
            return shown(visitor)
        visitor.press(RIGHT)
    raise AssertionError("nobody asks about a face of Mia's")


# --- what it asks of whom -------------------------------------------------------------------------


def test_the_page_asks_this_machine_alone_and_keeps_to_its_policy(looker: Visitor) -> None:
    asked = []
    for view in VIEWS:
        looker.visit(view)
        looker.until("[...document.images].every((image) => image.complete)")
        assert looker.complaints() == []
        asked += looker.asked_for()
    assert asked
    here = f"http://{looker.page.host}/"
    assert [url for url in asked if not url.startswith(here) and url != "about:blank"] == []


def test_the_token_is_gone_from_the_address_once_it_was_used(looker: Visitor) -> None:
    looker.visit()
    assert "token" not in looker.js("location.href")


def test_something_is_on_the_screen_within_half_a_second(looker: Visitor) -> None:
    looker.visit()
    first = looker.js("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert first < 500


def test_nothing_in_a_name_is_taken_for_markup(visitor: Visitor) -> None:
    name = '<img src=x onerror="document.title=1">"&\u202e\U0001f9d1'
    assert visitor.page.post("/api/people", {"name": name, "relation": "aunt"}).status == 200
    for view in ("questions", "people", "people/3"):
        visitor.visit(view)
        visitor.until_reads("<img src=x")
        assert visitor.js("document.querySelectorAll('img[src=x]').length") == 0
        assert visitor.complaints() == []


# --- answering ------------------------------------------------------------------------------------


def test_enter_says_yes_shows_the_next_question_and_is_stored(visitor: Visitor) -> None:
    face = at_a_face(visitor)
    visitor.press(ENTER)
    visitor.until_reads("Mia.", "#said")
    visitor.until(f"!document.querySelector('.look img').src.includes('{face}')")
    visitor.until("!document.querySelector('#undo').disabled")
    assert said_of(visitor.page, face) == ("Mia", "confirmed")


def test_the_next_question_does_not_wait_for_the_answer_to_be_stored(visitor: Visitor) -> None:
    at_a_face(visitor)
    took = visitor.browser.execute_async_script(
        """
        const done = arguments[0], was = document.querySelector(".look img").src;
        const began = performance.now();
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
        const look = () =>
          document.querySelector(".look img")?.src === was
            ? requestAnimationFrame(look) : done(performance.now() - began);
        look();
        """
    )
    assert took < 50


def test_letters_name_people_and_undo_asks_again(visitor: Visitor) -> None:
    face = at_a_face(visitor)
    visitor.press("a")
    visitor.until_reads("Anna.", "#said")
    visitor.until("!document.querySelector('#undo').disabled")
    assert said_of(visitor.page, face) == ("Anna", "confirmed")
    visitor.press("z")
    visitor.until_reads("Taken back", "#said")
    visitor.until(f"document.querySelector('.look img').src.includes('{face}')")
    assert said_of(visitor.page, face)[1] != "confirmed"


def test_quick_answers_are_all_stored(visitor: Visitor) -> None:
    visitor.visit()
    visitor.until("document.querySelector('.question')")
    visitor.press("a", "a", "a", "a")
    visitor.until("document.querySelector('#undo').title.includes('Anna')")
    visitor.until_reads("Anna", "#said")
    batches = 0
    while (back := visitor.page.post("/api/undo").values)["undone"] is not None:
        assert "Anna" in back["undone"]
        batches += 1
    assert batches == 4


def test_no_and_nobody_and_ignore_are_kept_apart(visitor: Visitor) -> None:
    first = at_a_face(visitor)
    visitor.press("n")
    visitor.until("!document.querySelector('#undo').disabled")
    assert said_of(visitor.page, first) == ("", "")
    second = to_a_face(visitor)
    visitor.press("u")
    visitor.until_reads("Nobody you know", "#said")
    visitor.until("!document.querySelector('#undo').title.includes('not Mia')")
    third = to_a_face(visitor)
    visitor.press("i")
    visitor.until_reads("Ignored", "#said")
    assert len({first, second, third}) == 3, (first, second, third)
    visitor.visit("faces/ignored")
    visitor.until("document.querySelectorAll('.cell').length === 1")
    assert said_of(visitor.page, second) == ("", "rejected")
    assert said_of(visitor.page, third) == ("", "ignored")


def test_arrows_look_ahead_and_back_without_answering(visitor: Visitor) -> None:
    before = visitor.page.fingerprint()
    first = at_a_face(visitor)
    visitor.press(RIGHT)
    assert shown(visitor) != first
    visitor.press(LEFT)
    assert shown(visitor) == first
    assert visitor.page.fingerprint() == before


def to_the_group(visitor: Visitor, faces: int) -> None:
    """Step on until a group of so many faces is asked about."""
    visitor.until("document.querySelector('.question')")
    for _ in range(20):
        if visitor.js("document.querySelectorAll('main .cell').length") == faces:
            return
        visitor.press(RIGHT)
    raise AssertionError("no such group is asked about")


def test_one_answer_names_a_group_and_those_left_out_stay(visitor: Visitor) -> None:
    visitor.visit()
    visitor.until("document.querySelector('.question')")
    to_the_group(visitor, 8)
    left_out = visitor.js("document.querySelectorAll('.cell')[2].dataset.face")
    chosen = visitor.js("[...document.querySelectorAll('.cell')].map((c) => c.dataset.face)")
    visitor.js("document.querySelectorAll('.cell')[2].click()")
    visitor.until_reads("7 of 8 chosen", "#chosen")
    visitor.click("Somebody new", "main")
    visitor.type_into("name", "Zoe")
    visitor.type_into("relation", "aunt")
    visitor.click("Add", "dialog")
    visitor.until_reads("Zoe, 7 faces", "#said")
    visitor.until(f"document.querySelector('.look img')?.src.includes('{left_out}')")
    visitor.until("document.querySelector('#undo').title.includes('Zoe')")
    assert said_of(visitor.page, left_out)[1] == ""
    assert {said_of(visitor.page, f) for f in chosen if f != left_out} == {("Zoe", "confirmed")}
    visitor.press("z")  # the name and the faces, in one step
    visitor.until_reads("Taken back", "#said")
    assert [p["name"] for p in visitor.page.get("/api/state").values["people"]] == ["Mia", "Anna"]
    assert {said_of(visitor.page, f)[1] for f in chosen} == {""}


def test_nobody_is_named_unseen_and_a_whole_group_can_be_seen(visitor: Visitor) -> None:
    visitor.visit()
    to_the_group(visitor, 15)
    visitor.until_reads("12 of 15 chosen, 3 below", "#chosen")
    visitor.press("a")
    visitor.until_reads("Anna, 12 faces.", "#said")
    visitor.until_reads("You have not seen these yet.")
    assert visitor.text("h1") == "Are these all Anna?"
    visitor.until("!document.querySelector('#undo').disabled")
    visitor.press("z")
    visitor.until_reads("12 of 15 chosen, 3 below", "#chosen")
    visitor.js("document.querySelector('.scroller').scrollTo(0, 9999)")
    visitor.until_reads("15 of 15 chosen", "#chosen")
    visitor.press("a")
    visitor.until_reads("Anna, 15 faces.", "#said")


def test_faces_from_before_a_birth_are_left_out_and_it_is_said_why(visitor: Visitor) -> None:
    visitor.visit()
    to_the_group(visitor, 15)
    visitor.js("document.querySelector('.scroller').scrollTo(0, 9999)")
    visitor.until_reads("15 of 15 chosen", "#chosen")
    visitor.press("m")
    visitor.until_reads("Mia, 14 faces. 1 face is left out: Mia was not born yet.", "#said")
    visitor.until_reads("You left this one out.")
    assert visitor.text("h1") == "Who is this?"


def test_one_key_confirms_many_certain_proposals_and_those_left_out_are_asked_by_themselves(
    visitor: Visitor,
) -> None:
    visitor.visit()
    to_the_group(visitor, 3)
    assert visitor.text("h1") == "Are these all Mia?"
    faces = visitor.js("[...document.querySelectorAll('.cell')].map((c) => c.dataset.face)")
    visitor.js("document.querySelectorAll('.cell')[1].click()")
    visitor.until_reads("2 of 3 chosen", "#chosen")
    visitor.press(ENTER)
    visitor.until_reads("Mia, 2 faces.", "#said")
    visitor.until_reads("You left this one out.")
    assert shown(visitor) == faces[1] and visitor.text("h1") == "Is this Mia?"
    visitor.until("document.querySelector('#undo').title.includes('2 faces')")
    assert [said_of(visitor.page, face)[1] for face in faces] == [
        "confirmed", "proposed", "confirmed",
    ]  # fmt: skip


def test_a_large_face_is_shown_as_sharp_as_its_photo_is(browser: Chrome, tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(picture(0))
    Image.open(file).resize((900, 900)).save(file, quality=90)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    made = Album(tmp_path / "workspace")
    face = stored_face(made, sha256, file)
    write_thumbnail(made.home / "thumbnails", face, picture(0))
    made.con.close()
    with served(made.home) as page:
        visitor = Visitor(browser, page)
        visitor.visit()
        visitor.until("document.querySelector('.look img')?.src.includes('/face/')")
        assert visitor.js("document.querySelector('.look img').naturalWidth") == 512
        assert visitor.complaints() == []


def test_the_space_bar_leaves_a_face_out_and_takes_it_back_in(visitor: Visitor) -> None:
    visitor.visit()
    to_the_group(visitor, 8)
    visitor.js("document.querySelector('.cell[tabindex=\"0\"]').focus()")
    visitor.press(RIGHT, SPACE)
    visitor.until_reads("7 of 8 chosen", "#chosen")
    assert visitor.js("document.activeElement.getAttribute('aria-selected')") == "false"
    visitor.press(SPACE)
    visitor.until_reads("8 of 8 chosen", "#chosen")


def test_many_faces_of_a_person_are_set_right_at_once(visitor: Visitor) -> None:
    visitor.visit("people/1")
    visitor.until("document.querySelectorAll('.cell').length > 5")
    visitor.js("document.querySelector('input[value=time]').click()")
    visitor.until("document.querySelectorAll('.cell').length === 13")
    faces = visitor.js(
        "[...document.querySelectorAll('.cell')].slice(0, 2).map((c) => c.dataset.face)"
    )
    visitor.js("[...document.querySelectorAll('.cell')].slice(0, 2).forEach((c) => c.click())")
    visitor.until_reads("2 faces chosen", "#chosen")
    visitor.press("n")
    visitor.until("document.querySelectorAll('.cell:not([hidden])').length === 11")
    assert [said_of(visitor.page, face)[0] for face in faces] == ["", ""]


# --- people and dates -----------------------------------------------------------------------------


def test_people_are_renamed_and_made_one_and_that_is_taken_back(visitor: Visitor) -> None:
    visitor.page.post("/api/people", {"name": "Mama", "relation": "mother"})
    visitor.visit("people/2")
    visitor.click("Rename", "main")
    visitor.type_into("name", "Anna Maria")
    visitor.click("Rename", "dialog")
    visitor.until_reads("Anna Maria", "main h1")
    visitor.visit("people/3")
    visitor.click("Same person as", "main")
    visitor.type_into("into", "2")
    visitor.click("Make them one", "dialog")
    visitor.until("location.hash === '#people/2'")
    assert [p["name"] for p in visitor.page.get("/api/state").values["people"]] == [
        "Mia", "Anna Maria",
    ]  # fmt: skip
    visitor.press("z")
    visitor.until_reads("Taken back", "#said")
    visitor.press("z")
    visitor.until_reads("Anna", "main h1")
    names = [p["name"] for p in visitor.page.get("/api/state").values["people"]]
    assert names == ["Mia", "Anna", "Mama"]


def test_a_date_is_set_and_what_is_no_date_is_refused_in_words(visitor: Visitor) -> None:
    face = at_a_face(visitor)
    visitor.press("d")
    visitor.type_into("date", "someday")
    visitor.click("Set the date", "dialog")
    visitor.until_reads("someday", "dialog .wrong")
    visitor.type_into("date", "2024-05")
    visitor.click("Set the date", "dialog")
    visitor.until("document.querySelector('dialog') === null")
    assert visitor.page.get(f"/api/face/{face}").values["date"] == "2024-05"


def test_a_photo_whose_disk_is_away_says_so(looker: Visitor) -> None:
    at_a_face(looker)
    looker.press("p")
    looker.until("document.querySelector('dialog [role=alert]')?.innerText.length > 20")
    assert ".jpg" in looker.text("dialog")


def test_with_two_children_it_is_chosen_whose_months_count(visitor: Visitor) -> None:
    assert visitor.page.post(
        "/api/people", {"name": "Tim", "relation": "child", "born": "2024-06-01"}
    ).status == 200  # fmt: skip
    visitor.visit("library")
    visitor.until_reads("photos of Mia")
    visitor.js(
        "(() => { const c = document.querySelector('#child select'); c.value = '3';"
        "c.dispatchEvent(new Event('change')); })()"
    )
    visitor.until_reads("photos of Tim")
    assert visitor.barriers() == []


def test_a_persons_page_shows_their_faces_over_time(looker: Visitor) -> None:
    looker.visit("people/1")
    looker.until_reads("Month by month of Mia’s age, from newborn to", ".over-time")
    assert looker.js("document.querySelectorAll('.sticks i').length") >= 5


# --- other tabs, other processes, failures --------------------------------------------------------


def test_an_answer_given_in_another_tab_is_not_asked_again(visitor: Visitor) -> None:
    face = at_a_face(visitor)
    visitor.page.post("/api/decide", {"faces": [face], "person": "1", "state": "confirmed"})
    visitor.js("window.dispatchEvent(new Event('focus'))")
    visitor.until_reads("answered elsewhere", "#said")
    visitor.until(f"!document.querySelector('.look img')?.src.includes('{face}')")


def test_an_answer_that_contradicts_another_tab_is_not_stored(visitor: Visitor) -> None:
    face = at_a_face(visitor)
    visitor.page.post("/api/decide", {"faces": [face], "person": "2", "state": "confirmed"})
    visitor.press(ENTER)
    visitor.until("document.querySelector('#said').classList.contains('failed')")
    assert said_of(visitor.page, face) == ("Anna", "confirmed")


HOLD = """
import sys
from pathlib import Path
from db.turns import open_in_turn
with open_in_turn(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_page_is_read_only_while_another_process_works_and_goes_on_after(
    visitor: Visitor,
) -> None:
    at_a_face(visitor)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(visitor.page.home), "ingest"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as other:  # fmt: skip
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"  # the page lets go of it when it is asked to
        visitor.press(ENTER)  # the page does not know yet: the answer comes back
        visitor.until_reads("here it is again", "#said")
        visitor.until("document.documentElement.dataset.frozen === 'yes'")
        visitor.until_reads("goes on by itself", "#held")
        assert visitor.js("[...document.querySelectorAll('.changes')].every((b) => b.disabled)")
        assert visitor.barriers() == []
        other.stdin.close()
        other.wait()
    visitor.until("document.documentElement.dataset.frozen === 'no'")
    visitor.until("document.querySelector('#held').hidden")
    visitor.until("!document.querySelector('.first.changes').disabled")
    visitor.press(ENTER)
    visitor.until("!document.querySelector('#undo').disabled")


def test_a_server_that_is_gone_is_told_with_what_to_do(
    browser: Chrome, family: Path, tmp_path: Path
) -> None:
    with served(copied(family, tmp_path)) as page:
        visitor = Visitor(browser, page)
        at_a_face(visitor)
    visitor.press(ENTER)
    visitor.until_reads("tracker review", "#held")
    assert visitor.js("document.querySelector('.look img') !== null")


# --- everybody can use it -------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK])
def test_no_view_has_a_barrier_or_scrolls_sideways(
    looker: Visitor, size: tuple[int, int], scheme: str
) -> None:
    for view in VIEWS:
        looker.visit(view, size, scheme)
        looker.until("[...document.images].every((image) => image.complete)")
        assert looker.barriers() == [], view
        wide = looker.js("document.documentElement.scrollWidth - document.body.clientWidth")
        assert wide <= 0, view


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_dialog_has_a_barrier(looker: Visitor, scheme: str) -> None:
    for keys in ("?", "p", "d", "+"):
        at_a_face(looker, scheme=scheme)
        looker.press(keys)
        looker.until("document.querySelector('dialog[open]')")
        assert looker.barriers() == [], keys
        looker.press("\ue00c")
        looker.until("document.querySelector('dialog') === null")


def test_everything_to_press_on_a_phone_is_44_pixels_high(looker: Visitor) -> None:
    for view in VIEWS:
        looker.visit(view, PHONE)
        looker.until("[...document.images].every((image) => image.complete)")
        small = looker.js(
            "[...document.querySelectorAll('button, a[href], select, input, [role=option]')]"
            ".filter((e) => e.checkVisibility())"
            ".filter((e) => !e.matches('.skip, li a, p > a:not(.button), .switch input'))"
            ".map((e) => [e.innerText, e.getBoundingClientRect().height])"
            ".filter(([, high]) => high < 43.5)"
        )
        assert small == [], view


def test_single_keys_can_be_turned_off(visitor: Visitor) -> None:
    before = visitor.page.fingerprint()
    at_a_face(visitor)
    visitor.press("?")
    visitor.js("document.querySelector('dialog input[type=checkbox]').click()")
    visitor.press("\ue00c")
    visitor.press("a", "n", "u", "i")
    assert visitor.js("document.querySelector('dialog') === null")
    assert visitor.page.fingerprint() == before
    visitor.js("localStorage.clear()")


def test_the_focus_goes_to_the_new_question_so_that_it_is_read_out(visitor: Visitor) -> None:
    at_a_face(visitor)
    visitor.press(ENTER)
    visitor.until("document.activeElement.tagName === 'H1'")
    assert visitor.js("document.querySelector('#said').getAttribute('role')") == "status"


def test_the_months_show_gaps_and_lead_to_their_faces(looker: Visitor) -> None:
    looker.visit("library")
    looker.until("document.querySelectorAll('.month').length >= 8")
    looker.until_reads("needs", "#progress")
    looker.js("document.querySelector('.month[href=\"#library/2\"]').click()")
    looker.until_reads("2 months", "#of-month")
    looker.until("document.querySelectorAll('.cell').length >= 3")


# --- where there is nothing -----------------------------------------------------------------------


def test_a_workspace_without_photos_says_the_next_command(browser: Chrome, tmp_path: Path) -> None:
    empty_page(tmp_path / "workspace", photo=False)
    with served(tmp_path / "workspace") as page:
        visitor = Visitor(browser, page)
        for view in ("questions", "library", "faces"):
            visitor.visit(view)
            visitor.until_reads("tracker ingest FOLDER")
        for view in VIEWS[:4]:
            visitor.visit(view)
            assert visitor.barriers() == []


def test_a_family_of_one_is_asked_for_its_parents(browser: Chrome, tmp_path: Path) -> None:
    empty_page(tmp_path / "workspace", photo=True)
    with served(tmp_path / "workspace") as page:
        visitor = Visitor(browser, page)
        visitor.visit()
        visitor.until_reads("Who is in the family?")
        assert visitor.barriers() == []
        visitor.click("Add the mother", "main")
        visitor.type_into("name", "Anna")
        visitor.click("Add", "dialog")
        visitor.until_reads("Anna is known now", "#said")
        assert [p["name"] for p in page.get("/api/state").values["people"]] == ["Mia", "Anna"]


# --- ten thousand faces ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many_faces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with 10,000 faces, each with a picture."""
    home = tmp_path_factory.mktemp("many") / "workspace"
    made = Album(home)
    found = [
        photo_of(f"{n}", faces=10, when=day(f"2024-{3 + n % 9:02}-{1 + n % 28:02}"))
        for n in range(1000)
    ]
    store_batch(made.con, found, [], detector=DETECTOR, embedder=EMBEDDER)
    made.con.close()
    pictures = home / "thumbnails"
    ids = [face.face_id for photo in found for face in photo.faces]
    for which in range(24):
        write_thumbnail(pictures, ids[which], picture(which % 12, which))
    for place, face in enumerate(ids[24:]):
        path = thumbnail_path(pictures, face)
        path.parent.mkdir(exist_ok=True)
        os.link(thumbnail_path(pictures, ids[place % 24]), path)
    with served(home) as page:
        yield page


SCROLL = """
const [step, done] = arguments;
const gaps = [];
let last = null;
const frame = (now) => {
  if (last !== null) gaps.push(now - last);
  last = now;
  window.scrollBy(0, step);
  if (gaps.length < 180) requestAnimationFrame(frame);
  else done(gaps.sort((a, b) => a - b));
};
requestAnimationFrame(frame);
"""


@pytest.mark.slow("how fast it is drawn, which other programs slow down")
@pytest.mark.parametrize("step", [40, 900])
def test_ten_thousand_faces_scroll_at_sixty_frames_a_second(
    browser: Chrome, many_faces: Page, step: int
) -> None:
    visitor = Visitor(browser, many_faces)
    visitor.visit("faces")
    visitor.until_reads("Faces 10,000")
    # Other programs of this machine can only make it slower: the best of three tries is the page's.
    tries = []
    while len(tries) < 3 and not (tries and tries[-1][162] < 34):
        visitor.js("window.scrollTo(0, 0)")
        tries.append(browser.execute_async_script(SCROLL, step))
    gaps = min(tries, key=lambda one: one[162])
    assert gaps[90] < 17.5, gaps[-10:]
    assert gaps[162] < 34, gaps[-10:]
    assert visitor.js("document.querySelectorAll('.cell').length") < 400
    visitor.js("window.scrollTo(0, document.documentElement.scrollHeight)")
    visitor.until(
        "[...document.querySelectorAll('.cell')]"
        ".filter((c) => c.getAttribute('aria-posinset') === '10000')"
        ".some((c) => c.querySelector('img').naturalWidth > 0)"
    )
    assert visitor.complaints() == []


# --- from nothing to the report ------------------------------------------------------------------

PHOTOS, SMALL = 500, 0.4
"""Photos of a family's first year, of these sizes compared with the demo's: each is drawn in a
fortieth of a second."""

WHO_IS_IT = """
const done = arguments[0];
const one = document.querySelector(".look img")?.src.split("/").pop().slice(0, 16);
const cells = [...document.querySelectorAll("main .cell:not([hidden])")];
const faces = one ? [one] : cells.map((cell) => cell.dataset.face).filter(Boolean);
fetch(`api/faces?limit=500&faces=${faces.join(",")}`).then((answer) => answer.json())
  .then((told) => done(told.faces.map((face) => [face.id, face.path.split("/").at(-2)])));
"""
CHOOSE = """(() => {
  const theirs = new Set(arguments[0]);
  for (const cell of document.querySelectorAll("main .cell:not([hidden])")) {
    const chosen = cell.getAttribute("aria-selected") === "true";
    if (chosen !== theirs.has(cell.dataset.face)) cell.click();
  }
})()"""
KEY_OF = {"Anna": "a", "Ben": "b", "Mia": "m"}


def small_album(photos: Path) -> None:
    """The demo's family in small, every one of its photos twice and a playground: 500 in all."""
    planned = [replace(shot, size=_smaller(shot.size)) for shot in plan(months=12).shots]
    family = [shot for shot in planned if not shot.path.startswith("playground")]
    again = [
        replace(
            shot, path=shot.path.replace(".jpg", "_2.jpg"), seed=shot.seed + 10_000,
            taken=shot.taken + timedelta(hours=1),
        )
        for shot in family
    ]  # fmt: skip
    everything = [*family, *again, *(shot for shot in planned if shot not in family)][:PHOTOS]
    assert len({shot.path for shot in everything}) == PHOTOS
    for shot in everything:
        (photos / shot.path).parent.mkdir(parents=True, exist_ok=True)
        drawn.save(shot, photos / shot.path)


def _smaller(size: tuple[int, int]) -> tuple[int, int]:
    return round(SMALL * size[0]), round(SMALL * size[1])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_from_an_empty_workspace_and_500_photos_to_the_report(
    browser: Chrome, tmp_path: Path
) -> None:
    """A parent who knows everybody: the folder a drawn photo lies in says who is in it."""
    small_album(tmp_path / "photos")
    home = tmp_path / "workspace"
    assert tracker("init", "--child", "Mia", "--born", "2022-04-17", home=home).code == 0
    with served(home) as page:
        visitor = Visitor(browser, page)
        visitor.visit()
        visitor.until_reads("tracker ingest FOLDER")
        taken = process("ingest", tmp_path / "photos", "--embedder", "handcrafted", home=home)
        assert taken.code in (0, 3), taken.err
        visitor.until_reads("Who is in the family?")  # without being told to look again
        visitor.click("Add the mother", "main")
        visitor.type_into("name", "Anna")
        visitor.click("Add", "dialog")
        visitor.until("document.querySelector('dialog') === null")
        visitor.click("People", ".views")
        visitor.click("Somebody new", "main")
        visitor.type_into("relation", "father")
        visitor.type_into("name", "Ben")
        visitor.click("Add", "dialog")
        visitor.until_reads("Ben", "main")
        visitor.click("Questions", ".views")
        visitor.until("document.querySelector('.question')")
        answers = answer_all(visitor)
        visitor.until_reads("Nothing is missing", "#progress")
        visitor.click("Report", ".views")
        visitor.until_reads("12 months can speak")
        browser.get(f"{visitor.address}report/")
        visitor.until("document.title.includes('Mia')", 120)
        visitor.until("document.documentElement.dataset.drawn === 'yes'", 60)
        assert {"Anna", "Ben"} <= set(re.findall(r"\w+", visitor.text("main")))
        assert visitor.complaints() == []
        state = page.get("/api/state").values
        lines = page.get(f"/api/faces?state=confirmed&limit={PHOTOS}").values["faces"]
    assert state["counts"]["photos"] >= PHOTOS - 20  # some show nobody
    assert answers < PHOTOS / 2
    wrong = [line["path"] for line in lines if line["name"] not in {line["path"].split("/")[-2]}]
    assert [path for path in wrong if "parties" not in path] == [], "nobody was named unseen"
    confirmed = {p["name"]: p["confirmed"] for p in state["people"]}
    assert min(confirmed.values()) >= 1, confirmed  # the queue ends when the months can speak


def answer_all(visitor: Visitor) -> int:
    """Answer until every month has its days; gives how many answers that took.

    Nobody answers this fast: names are guessed anew beside the page, so how many more are asked
    about depends on how busy the machine is.
    """
    for count in range(PHOTOS):
        visitor.until("document.querySelector('.question') || document.querySelector('.empty')")
        enough = "Nothing is missing" in visitor.text("#progress")
        if enough or not visitor.js("document.querySelector('.question')"):
            return count
        visitor.until(
            "[...document.querySelectorAll('main .cell:not([hidden])')]"
            ".every((c) => c.dataset.face && c.firstChild.complete)"
        )
        told = visitor.browser.execute_async_script(WHO_IS_IT)
        folders = [folder for _, folder in told]
        who = max(KEY_OF, key=folders.count)
        if who not in folders:
            visitor.press("u")
            continue
        if len(told) > 1:
            visitor.js(CHOOSE, [face for face, folder in told if folder == who])
        visitor.press(KEY_OF[who])
    raise AssertionError("an answer for each photo is not enough")


# --- what it shares with the rest of the program --------------------------------------------------


def test_the_page_has_the_colours_of_the_report(looker: Visitor) -> None:
    for scheme, palette in (("light", LIGHT), ("dark", DARK)):
        looker.visit("report", DESK, scheme)
        for name in ("paper", "card", "ink", "soft", "line", "gap"):
            shown = looker.js(
                "getComputedStyle(document.documentElement).getPropertyValue('--' + arguments[0])",
                name,
            )
            assert shown.strip() == getattr(palette, name)
        first = looker.js("getComputedStyle(document.documentElement).getPropertyValue('--first')")
        assert first.strip() == palette.relatives[0]


def test_every_relation_is_offered_to_somebody_new(looker: Visitor) -> None:
    looker.visit()
    offered = looker.js(
        "[...document.querySelector('#relations').content.querySelectorAll('option')]"
        ".map((option) => option.value)"
    )
    assert offered == [relation for relation in RELATIONS if relation != CHILD]


def test_it_reads_well_on_a_wall(looker: Visitor) -> None:
    looker.visit("questions", WALL)
    size = looker.js("getComputedStyle(document.documentElement).fontSize")
    assert float(re.sub("px", "", size)) >= 26
