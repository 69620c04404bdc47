"""A page of another program of this machine, open in the same browser: the nearest enemy there is.

It has another port, so browsers take it for the same site: it can send this page requests with its
cookie, if it knew the path that the cookie is for. Here it does.
"""

from __future__ import annotations

import http.server
import json
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.chromium import chromium
from tests.support.made_up_report import made_up
from tests.support.review_page import Page, served
from tracker.review import reporting
from tracker.study.written_report import Written

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = pytest.mark.browser


ATTACK = """<!doctype html><title>attack</title><body><script>
const home = "http://127.0.0.1:PORTPATH", face = "FACE";
const said = JSON.stringify({faces: [face], person: "1", state: "ignored", name: "x",
    relation: "aunt"});
const told = {};
const note = (name, promise) => promise.then(
    (value) => { told[name] = String(value); }, () => { told[name] = "refused"; });
const load = (tag, address) => new Promise((done, failed) => {
  const one = document.createElement(tag);
  one.onload = () => done(tag === "img" ? one.width : "loaded");
  one.onerror = failed;
  if (tag === "object") one.data = address; else one.src = address;
  document.body.append(one);
});
const read = (options, path = "/api/state") =>
  fetch(home + path, options).then((reply) => reply.type === "opaque" ? "opaque" : reply.text());
const tries = [];
for (const path of ["/api/decide", "/api/undo", "/api/people"]) {
  for (const mode of ["no-cors", "cors"]) {
    const options = {method: "POST", mode, credentials: "include", body: said};
    tries.push(note(`post ${mode} ${path}`, read(options, path)));
    tries.push(note(`post json ${mode} ${path}`, read({...options,
        headers: {"Content-Type": "application/json", "X-Tracker": "1"}}, path)));
  }
  const form = document.createElement("form");
  form.method = "post"; form.enctype = "text/plain"; form.target = "f"; form.action = home + path;
  const field = document.createElement("input");
  field.name = said.slice(0, -1) + ', "'; field.value = '": 1}';
  form.append(field); document.body.append(form);
  tries.push(note(`form ${path}`, Promise.resolve(form.submit())));
  navigator.sendBeacon(home + path, said);
}
tries.push(note("read cors", read({credentials: "include"})));
tries.push(note("read no-cors", read({credentials: "include", mode: "no-cors"})));
tries.push(note("picture", load("img", `${home}/thumb/${face}.jpg`)));
tries.push(note("script", load("script", home + "/api/state")));
tries.push(note("module", import(home + "/static/api.js").then(() => "loaded")));
tries.push(note("frame", load("iframe", home + "/").then(() => {
  try { return document.querySelector("iframe").contentDocument.body.innerText; }
  catch { return "refused"; }
})));
tries.push(note("socket", new Promise((done, failed) => {
  const socket = new WebSocket(home.replace("http", "ws") + "/api/state");
  socket.onopen = () => done("open"); socket.onerror = failed;
})));
tries.push(note("events", new Promise((done, failed) => {
  const source = new EventSource(home + "/api/state", {withCredentials: true});
  source.onopen = () => done("open"); source.onerror = failed;
})));
Promise.allSettled(tries).then(() => setTimeout(() => {
  document.title = "done"; window.told = told;
}, 800));
</script><iframe name="f"></iframe>"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@contextmanager
def another_program(page: str, cookies: list[str], names: Sequence[str] = ()) -> Iterator[int]:
    """A server on another port of this machine, which sets cookies of these names.

    `cookies` gets those that it is sent.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            cookies.append(self.headers.get("Cookie", ""))
            self.send_response(200)
            for name in names:
                self.send_header("Set-Cookie", f"{name}=worthless; Path=/")
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *words: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


def let_in(browser: Chrome, page: Page) -> None:
    browser.get(f"http://{page.host}/?token={page.keys.token}")
    assert browser.current_url.split("#")[0] == page.address()


def logged(browser: Chrome) -> list[dict[str, Any]]:
    return list(browser.get_log("browser"))  # type: ignore[no-untyped-call]


def test_another_page_in_the_same_browser_gets_nothing_and_changes_nothing(
    page: Page, browser: Chrome, unchanged: None
) -> None:
    let_in(browser, page)
    face = next((page.home / "thumbnails").glob("*/*.jpg")).stem
    attack = ATTACK.replace("PORT", str(page.port)).replace("FACE", face)
    attack = attack.replace("PATH", page.place.path)
    with another_program(attack, []) as port:
        browser.get(f"http://127.0.0.1:{port}/")
        end = time.monotonic() + 60
        while browser.title != "done":
            assert time.monotonic() < end
            time.sleep(0.2)
        told = browser.execute_script("return window.told")  # type: ignore[no-untyped-call]
    assert set(told.values()) <= {"refused", "opaque", "undefined", "loaded", ""}, told
    for name in ("read cors", "picture", "script", "module", "socket", "events"):
        assert told[name] == "refused", (name, told)
    assert "Mia" not in json.dumps(told)
    let_in(browser, page)


def test_a_server_on_another_port_is_not_sent_the_cookie_and_cannot_put_one_in_its_place(
    a_family: Path, tmp_path: Path, page: Page, browser: Chrome
) -> None:
    shutil.copytree(a_family, tmp_path / "other")
    cookies: list[str] = []
    with served(tmp_path / "other") as second:
        let_in(browser, page)
        let_in(browser, second)
        names = [page.place.cookie, second.place.cookie]
        with another_program("<title>seen</title>", cookies, names) as port:
            for path in ("/", "/api/state", "/?token=x"):
                browser.get(f"http://127.0.0.1:{port}{path}")
                assert browser.title == "seen"
        assert len(cookies) >= 3
        assert not any(
            keys.session in sent for keys in (page.keys, second.keys) for sent in cookies
        )
        for one in (page, second):
            browser.get(one.address("/api/state"))
            assert "Mia" in browser.page_source


def test_the_report_draws_its_charts_in_its_sandbox(
    page: Page, browser: Chrome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from reports import page as report_page

    def written(*_words: object, **_more: object) -> Written:
        report_page.write(made_up(), tmp_path / "report", images=False)
        return Written(tmp_path / "report", {})

    monkeypatch.setattr(reporting, "written_report", written)
    let_in(browser, page)
    logged(browser)
    browser.get(page.address("/report/"))
    end = time.monotonic() + 60
    ask = browser.execute_script
    while not ask("return document.querySelectorAll('canvas, svg.marks').length"):  # type: ignore[no-untyped-call]
        assert time.monotonic() < end, logged(browser)
        time.sleep(0.3)
    assert ask("return self.origin") == "null"  # type: ignore[no-untyped-call]
    assert [line for line in logged(browser) if line["level"] == "SEVERE"] == []
