"""A real browser at the review page, and a family of drawn faces to look at."""

from __future__ import annotations

import io
import json
import time
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from db.decisions import decide
from db.records import Decision
from tests.support.drawn_photos import sitters
from tests.support.made_up_album import BORN, Album
from tests.support.review_page import Page
from tracker.demo.draw import portrait
from tracker.ingest.thumbnails import write_thumbnail

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

PHONE, DESK, WALL = (360, 740), (1280, 860), (3840, 2160)
LOOKS = ("Mia", "Anna", "Ben", "Zoe")


class Visitor:
    """Somebody at the page: looks, clicks and types as a person does."""

    def __init__(self, browser: Chrome, page: Page) -> None:
        self.browser = browser
        self.page = page

    @property
    def address(self) -> str:
        return self.page.address()

    def visit(
        self,
        view: str = "",
        size: tuple[int, int] = DESK,
        scheme: str = "light",
    ) -> None:
        """Come in through the printed address, as if for the first time, and see a view drawn."""
        width, height = size
        self.browser.get("about:blank")
        for kind in ("browser", "performance"):
            self.browser.get_log(kind)
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        self.cdp("Emulation.setTouchEmulationEnabled", enabled=width < 600)
        self.cdp(
            "Emulation.setEmulatedMedia",
            media="screen",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        self.browser.get(f"http://{self.page.host}/?token={self.page.keys.token}")
        if view:
            self.browser.get(f"{self.address}#{view}")
        self.until("document.documentElement.dataset.ready === 'yes'")
        self.until("document.querySelector('main h1') !== null")

    def cdp(self, command: str, **said: Any) -> Any:
        return self.browser.execute_cdp_cmd(command, said)

    def js(self, expression: str, *arguments: Any) -> Any:
        return self.browser.execute_script(f"return {expression}", *arguments)

    def until(self, expression: str, seconds: float = 20.0) -> None:
        """Wait for something to be so."""
        end = time.monotonic() + seconds
        while not self.js(expression):
            assert time.monotonic() < end, (expression, self.text(), self.complaints())
            time.sleep(0.02)

    def until_reads(self, words: str, selector: str = "main", seconds: float = 20.0) -> None:
        """Wait until these words are to be read somewhere."""
        self.until(
            f"(document.querySelector({json.dumps(selector)})?.innerText ?? '')"
            f".includes({json.dumps(words)})",
            seconds,
        )

    def text(self, selector: str = "body") -> str:
        return str(self.js("document.querySelector(arguments[0])?.innerText ?? ''", selector))

    def press(self, *keys: str) -> None:
        """Keys, one after the other, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains

        for key in keys:
            ActionChains(self.browser).send_keys(key).perform()

    def click(self, words: str, within: str = "body") -> None:
        """The button or link that has these words on it."""
        found = self.js(
            "[...document.querySelectorAll(arguments[0] + ' :is(button, a)')]"
            ".filter((e) => e.checkVisibility() && !e.disabled)"
            ".find((e) => e.innerText.includes(arguments[1]))",
            within,
            words,
        )
        assert found is not None, (words, self.text())
        found.click()

    def type_into(self, name: str, words: str) -> None:
        field = self.js(f"document.querySelector('dialog [name={name}]')")
        assert field is not None, self.text()
        if field.tag_name == "select":
            from selenium.webdriver.support.select import Select

            Select(field).select_by_value(words)
        else:
            field.clear()
            field.send_keys(words)

    def complaints(self) -> list[str]:
        """What the browser's console holds against the page."""
        return [str(entry["message"]) for entry in self.browser.get_log("browser")]

    def asked_for(self) -> list[str]:
        """Every address that was asked since the visit began."""
        return [
            json.loads(entry["message"])["message"]["params"]["request"]["url"]
            for entry in self.browser.get_log("performance")
            if '"Network.requestWillBeSent"' in entry["message"]
        ]

    def barriers(self) -> list[tuple[str, str]]:
        """What axe finds: (rule, the first element)."""
        import axe_core_python

        script = Path(axe_core_python.__file__).with_name("axe.min.js").read_text("utf-8")
        self.until("document.getAnimations().length === 0")
        self.browser.execute_script(script)
        found = self.browser.execute_async_script(
            "const done = arguments[0];"
            "axe.run(document).then((r) => done(r.violations), (e) => done(String(e)))"
        )
        assert isinstance(found, list), found
        return [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found]


@cache
def picture(looks: int, which: int = 0) -> bytes:
    """A thumbnail of somebody, a JPEG file."""
    pixels = portrait(sitters(12, seed=3)[looks], size=(150, 190), seed=which)
    made = io.BytesIO()
    Image.fromarray(pixels).crop((15, 30, 135, 150)).resize((128, 128)).save(made, "JPEG")
    return made.getvalue()


UNSURE = 4
"""Photos of Mia of which the tracker is not all but certain: it asks about them one by one."""


def drawn_family(home: Path) -> None:
    """Mia and her mother are known; Ben and Zoe, on many photos, are not yet."""
    album = Album(home)
    album.enrol(album.mia, count=6)
    album.enrol(album.anna, count=8)
    known = album.taken
    who = {1 + i: ("Mia",) for i in range(6)} | {7 + i: ("Anna",) for i in range(8)}
    taken = []
    for day in range(14):
        people = ("Mia", "Ben") if day % 2 else ("Ben", "Zoe")
        taken.append(album.photo(*people, day=BORN + timedelta(days=33 + 16 * day)))
        who[album.taken] = people
    for month in (2, 5):
        taken.append(album.photo("Mia", day=BORN + timedelta(days=31 * month)))
        who[album.taken] = ("Mia",)
    taken.append(album.photo("Zoe"))
    who[album.taken] = ("Zoe",)
    taken.append(album.photo("Ben", day=BORN - timedelta(days=30)))
    who[album.taken] = ("Ben",)
    assert album.taken > known
    album.settle(taken)
    mia = album.mia.person_id
    proposed = album.con.execute(
        "SELECT face_id FROM labels WHERE state = 'proposed' AND person_id = ? ORDER BY face_id",
        [mia],
    ).fetchall()
    unsure = [
        Decision(face, mia, "proposed", "match", "chance 0.930") for (face,) in proposed[:UNSURE]
    ]
    decide(album.con, unsure)
    rows = album.con.execute(
        """
        SELECT face_id, face_index, p.path::VARCHAR FROM faces
        JOIN (SELECT photo_id, min(path) AS path FROM photo_paths GROUP BY photo_id) p
        USING (photo_id)
        """
    ).fetchall()
    for face, index, path in rows:
        number = int(path.strip("/").removesuffix(".jpg"))
        looks = LOOKS.index(who[number][index])
        write_thumbnail(home / "thumbnails", face, picture(looks, number % 6))
    album.con.close()


def day(text: str) -> date:
    return date.fromisoformat(text)
