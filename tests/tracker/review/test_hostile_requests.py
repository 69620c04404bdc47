"""Whatever another page, another program or another user sends: it is refused, nothing changed."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.review_page import Page, Reply, read_reply, request
from tracker.review import asked, serving
from tracker.review.security import HEADERS, NOT_FOUND

pytestmark = pytest.mark.usefixtures("unchanged")

PATHS = ("/", "/api/state", "/static/api.js", "/thumb/0000000000000000.jpg", "/report/", "/no")
STRANGE_HOSTS = (
    "evil.example",
    "evil.example:{port}",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1.evil.example:{port}",
    "127.0.0.1:{port}.evil.example",
    "localhost.evil.example:{port}",
    "user@127.0.0.1:{port}",
    "[::1]:{port}",
    "0.0.0.0:{port}",
    "127.1:{port}",
    "2130706433:{port}",
    "127.0.0.1:{port}, evil.example",
    "",
)
STRANGE_ORIGINS = (
    "http://evil.example",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "http://localhost:{port}",  # ours by another name, and so another origin
    "http://127.0.0.1:{port}.evil.example",
    "null",
    "file://",
    "",
)


def is_refused_to_strangers(reply: Reply) -> bool:
    """Refused, and not told whether there is anything."""
    return (
        reply.status == 404
        and NOT_FOUND.encode() in reply.body
        and "set-cookie" not in reply.headers
    )


@pytest.mark.parametrize("path", PATHS)
def test_without_the_cookie_nothing_is_there(page: Page, path: str) -> None:
    assert is_refused_to_strangers(page.get(path, Cookie=None))


@pytest.mark.parametrize("path", PATHS)
def test_strangers_cannot_tell_what_is_there_from_what_is_not(page: Page, path: str) -> None:
    seen, unseen = page.get(path, Cookie=None), page.get("/never" + path, Cookie=None)
    if path.startswith("/api/"):
        unseen = page.get("/api/never", Cookie=None)
    assert (seen.status, seen.body, seen.headers) == (unseen.status, unseen.body, unseen.headers)


@pytest.mark.parametrize(
    "cookie",
    [
        "tracker-{port}=",
        "tracker-{port}=wrong",
        "tracker-{port}={session}x",
        "tracker-{port}={short}",
        "tracker={session}",
        "Tracker-{port}={session}",
        "tracker-1={session}",
        "tracker-{port}={token}",
        "{session}",
        'tracker-{port}="\\',
        "tracker-{port}=\xff\xfe",
    ],
)
def test_a_wrong_cookie_opens_nothing(page: Page, cookie: str) -> None:
    keys = page.keys
    made = cookie.format(
        port=page.port, session=keys.session, short=keys.session[:-1], token=keys.token
    )
    assert is_refused_to_strangers(page.get("/api/state", Cookie=made))


@pytest.mark.parametrize(
    "path", ["/", "/api/state", "{short}/", "{path}", "/x{path}/", "//{path}/"]
)
def test_the_cookie_opens_nothing_but_the_page_s_own_path(page: Page, path: str) -> None:
    made = path.format(path=page.place.path, short=page.place.path[:-1])
    reply = page.send(request("GET", made, {**page.own()}))
    assert is_refused_to_strangers(reply)


@pytest.mark.parametrize("token", ["", "wrong", "{token}x", "{short}", "{session}", "%00", "%ff"])
def test_a_wrong_token_gives_no_cookie(page: Page, token: str) -> None:
    keys = page.keys
    made = token.format(token=keys.token, short=keys.token[:-1], session=keys.session)
    assert is_refused_to_strangers(page.get(f"/?token={made}", Cookie=None))


@pytest.mark.parametrize(
    "query", ["?token={t}&token={t}", "?Token={t}", "?x={t}", "?token[]={t}", "?" + "a=1&" * 500]
)
def test_a_token_shown_in_another_way_gives_no_cookie(page: Page, query: str) -> None:
    assert is_refused_to_strangers(page.get("/" + query.format(t=page.keys.token), Cookie=None))


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS", "PUT"])
def test_only_getting_the_printed_address_gives_the_cookie(page: Page, method: str) -> None:
    reply = page.ask(method, f"/?token={page.keys.token}", changes={"Cookie": None})
    assert reply.status == 404 and "set-cookie" not in reply.headers


@pytest.mark.parametrize("path", ["/api/state", "/thumb/0000000000000000.jpg", "/report/", "/x"])
def test_the_token_opens_no_other_address(page: Page, path: str) -> None:
    assert is_refused_to_strangers(page.get(f"{path}?token={page.keys.token}", Cookie=None))


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_another_page_cannot_have_the_token_exchanged(page: Page, origin: str) -> None:
    address = f"/?token={page.keys.token}"
    assert is_refused_to_strangers(page.get(address, Origin=origin))
    assert is_refused_to_strangers(page.get(address, Sec_Fetch_Site="cross-site"))


@pytest.mark.parametrize("host", STRANGE_HOSTS)
def test_a_name_that_was_rebound_leads_nowhere(page: Page, host: str) -> None:
    named = host.format(port=page.port)
    assert is_refused_to_strangers(page.get("/api/state", Host=named))
    assert is_refused_to_strangers(page.get(f"/?token={page.keys.token}", Host=named))
    assert page.post("/api/decide", Host=named, Origin=f"http://{named}").status == 404


@pytest.mark.parametrize("origin", STRANGE_ORIGINS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_other_origin_is_answered(page: Page, origin: str, method: str) -> None:
    named = origin.format(port=page.port)
    reply = page.ask(method, "/api/state", b"{}", changes={"Origin": named})
    assert reply.status == 404
    assert not any(name.startswith("access-control") for name in reply.headers)


@pytest.mark.parametrize(
    "site", ["cross-site", "same-site", "", "same-origin, none", "SAME-ORIGIN"]
)
def test_what_a_browser_says_came_from_elsewhere_is_refused(page: Page, site: str) -> None:
    assert is_refused_to_strangers(page.get("/api/state", Sec_Fetch_Site=site))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"X_Tracker": None}, 403),
        ({"X_Tracker": ""}, 403),
        ({"X_Tracker": "0"}, 403),
        ({"Content_Type": None}, 415),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content_Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content_Type": "application/json; charset=utf-7"}, 415),
        ({"Content_Type": "text/plain; application/json"}, 415),
        ({"Content_Type": "application/jsonp"}, 415),
    ],
)
@pytest.mark.parametrize("path", ["/api/decide", "/api/undo", "/api/people", "/api/date"])
def test_no_form_and_no_simple_request_changes_anything(
    page: Page, path: str, changes: dict[str, str | None], status: int
) -> None:
    headers = {name.replace("_", "-"): value for name, value in changes.items()}
    reply = page.ask("POST", path, _confirmation(page), changes=headers)
    assert reply.status == status
    assert reply.values["error"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/decide",
        "/api/undo",
        "/api/people",
        "/api/people/1/rename",
        "/api/people/1/merge",
        "/api/date",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_getting_changes_nothing(page: Page, path: str, method: str) -> None:
    assert page.ask(method, f"{path}?faces=1&person=1&state=confirmed&name=X&into=2").status == 405


@pytest.mark.parametrize(
    "method",
    ["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "get", "X" * 900],
)
@pytest.mark.parametrize("path", ["/", "/api/decide", "/api/state"])
def test_other_verbs_are_refused(page: Page, method: str, path: str) -> None:
    reply = page.ask(method, path)
    assert reply.status in (400, 405)
    assert not any(name.startswith("access-control") for name in reply.headers)


@pytest.mark.parametrize(
    "there",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/..\\app.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/api.js%00.css",
        "/static/.",
        "/static/..",
        "/static/",
        "//evil.example/",
        "/thumb/../../tracker.duckdb.jpg",
        "/thumb/..%2f..%2ftracker.duckdb",
        "/thumb/%2e%2e%2ftracker.duckdb.jpg",
        "/thumb/-1.jpg",
        "/thumb/0x10.jpg",
        "/thumb/1e3.jpg",
        "/thumb/ffffffffffffffff.jpg",
        "/thumb/FFFFFFFFFFFFFFFF.jpg",
        "/thumb/" + "9" * 5000 + ".jpg",
        "/thumb/٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣.jpg",
        "/photo/../../../../etc/passwd.jpg",
        "/photo/%2fetc%2fpasswd.jpg",
        "/photo/-1.jpg",
        "/photo/1;ls.jpg",
        "/photo/1'--.jpg",
        "/photo/999999999999999999999.jpg",
        "/photo/99999999.jpg?size=1600",
        "/api/face/../state",
        "/api/face/1%20OR%201=1",
        "/api/person/1'",
        "/api/person/99999999999999999999",
        "/api/person/-1",
        "/report/../tracker.duckdb",
        "/report/data/months.csv",
        "/report/%2e%2e%2ftracker.duckdb",
        "/tracker.duckdb",
        "/.git/config",
    ],
)
def test_nothing_that_is_asked_for_becomes_a_path(page: Page, there: str) -> None:
    reply = page.send(
        page.request("GET", "", {**page.own()}).replace(
            b"GET  ", b"GET " + page.at(there).encode() + b" "
        )
    )
    assert reply.status in (400, 404, 414)
    assert b"root:" not in reply.body and b"import" not in reply.body


@pytest.mark.parametrize("path", ["/api/decide", "/api/people"])
def test_a_body_that_says_it_is_too_large_is_not_read(page: Page, path: str) -> None:
    reply = page.ask("POST", path, b"{}", changes={"Content-Length": str(64 * 1024 + 1)})
    assert reply.status == 413
    assert reply.headers["connection"] == "close"


def test_a_body_that_goes_on_is_cut_off(page: Page) -> None:
    head = page.request("POST", "/api/decide", {**page.own("POST"), "Transfer-Encoding": "chunked"})
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as client:
        client.sendall(head)
        sent = 0
        try:
            for _ in range(200):
                client.sendall(b"1000\r\n" + b" " * 4096 + b"\r\n")
                sent += 4096
        except OSError:
            pass
        else:
            assert read_reply(client).status == 413
    assert page.get("/api/state").status == 200


def test_who_sends_a_body_slowly_is_sent_away(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "BODY_S", 0.4)
    head = page.request("POST", "/api/decide", {**page.own("POST"), "Content-Length": "2000"})
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as client:
        client.sendall(head + b'{"faces"')
        begun = time.monotonic()
        assert read_reply(client).status == 408
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize("sent", [b"", b"GET /api/state HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"G"])
def test_who_does_not_say_what_it_wants_is_hung_up_on(
    page: Page, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(serving, "HEAD_S", 0.3)
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as client:
        client.sendall(sent)
        begun = time.monotonic()
        assert read_reply(client).status == 0
        assert time.monotonic() - begun < 5


def test_who_dawdles_with_a_second_request_is_hung_up_on(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "HEAD_S", 0.3)
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as client:
        client.sendall(page.request("GET", "/api/state", {**page.own()}))
        assert read_reply(client).status == 200
        client.sendall(b"GET /api/st")
        assert client.recv(100) == b""


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\x00",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"{" + b'"a":1,' * 10_000,
        b"NaN",
        b'{"faces":[NaN],"state":"confirmed"}',
        b"[]",
        b"null",
        b"1" * 60_000,
        b'"text"',
        b"{}",
        b'{"faces":[]}',
        b'{"faces":["../../x"],"person":"1","state":"confirmed"}',
        b'{"faces":[true],"person":"1","state":"confirmed"}',
        b'{"faces":[1.5],"person":"1","state":"confirmed"}',
        b'{"faces":{"a":1},"person":"1","state":"confirmed"}',
        b'{"faces":["0000000000000000"],"person":"1","state":"confirmed"}',
        b'{"faces":["FACE"],"person":"999","state":"confirmed"}',
        b'{"faces":["FACE"],"person":"1; DROP TABLE people","state":"confirmed"}',
        b'{"faces":["FACE"],"person":null,"state":"confirmed"}',
        b'{"faces":["FACE"],"person":"1","state":"deleted"}',
        b'{"faces":["FACE"],"person":"1","state":["confirmed"]}',
        b'{"faces":["FACE"],"person":"1","state":null}',
    ],
    ids=range(23),
)
def test_what_cannot_be_understood_is_refused_in_a_sentence(page: Page, body: bytes) -> None:
    reply = page.ask("POST", "/api/decide", body.replace(b"FACE", a_face(page).encode()))
    assert reply.status in (400, 404, 409)
    assert len(reply.values["error"]) > 10


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\nCookie: COOKIE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: HOST\r\n Folded: yes\r\nCookie: COOKIE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : HOST\r\nCookie: COOKIE\r\n\r\n",
        b"GET / HTTP/1.1\nHost: evil\n\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: HOST\r\nCookie: COOKIE\r\n\r\n",
        b"GET http://HOST/api/state HTTP/1.1\r\nHost: HOST\r\nCookie: COOKIE\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: HOST\r\nCookie: COOKIE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: HOST\r\nX: \x00\r\nCookie: COOKIE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: HOST\r\nX: " + b"x" * 40_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: HOST\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: HOST\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
    ids=range(18),
)
def test_broken_http_gets_no_further(page: Page, data: bytes) -> None:
    made = data.replace(b"HOST", page.host.encode()).replace(b"COOKIE", page.cookie.encode())
    made = made.replace(b" / ", f" {page.place.home} ".encode())
    assert page.send(made).status in (0, 400, 404, 431)
    assert page.get("/api/state").status == 200


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 400\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 0x10\r\n",
        b"Content-Length: 1_0\r\n",
        b"Content-Length: +5\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: \x0bchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
    ],
)
def test_no_second_request_is_smuggled_in_a_body(page: Page, lengths: bytes) -> None:
    hidden = page_post(page, b'{"faces":["%s"],"person":"1","state":"ignored"}')
    head = page.request("POST", "/api/undo", {**page.own("POST")})[:-2] + lengths + b"\r\n"
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as client:
        client.sendall(head + b"0\r\n\r\n" + hidden)
        assert read_reply(client).status in (0, 400)
        client.settimeout(2)
        rest = b""
        try:
            while part := client.recv(65536):
                rest += part
        except OSError:
            pass
        assert b"HTTP/1.1 200" not in rest


def test_a_websocket_is_not_opened(page: Page) -> None:
    wish: dict[str, str | None] = {
        **page.own(),
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
    }
    for path in ("/", "/api/state", "/ws"):
        assert page.send(page.request("GET", path, wish)).status in (200, 404)
        assert page.send(page.request("GET", path, {**wish, "Cookie": None})).status == 404


def test_no_proxy_can_say_who_somebody_is(page: Page) -> None:
    reply = page.get(
        "/api/state",
        Cookie=None,
        X_Forwarded_For="127.0.0.1",
        X_Forwarded_Host=page.host,
        X_Forwarded_Proto="https",
        Forwarded=f"host={page.host}",
    )
    assert is_refused_to_strangers(reply)


@pytest.mark.parametrize(
    "path", ["/", "/api/state", "/static/api.js", "/nothing", "/api/nothing", "/?token=wrong"]
)
@pytest.mark.parametrize("cookie", [True, False])
def test_every_answer_carries_the_headers(page: Page, path: str, cookie: bool) -> None:
    reply = page.get(path) if cookie else page.get(path, Cookie=None)
    for name, value in HEADERS.items():
        assert reply.headers[name] == value
    assert "server" not in reply.headers and "date" not in reply.headers
    assert "unsafe" not in reply.headers["content-security-policy"]


def test_two_hundred_at_once_are_all_answered(page: Page) -> None:
    wanted = page.request("GET", "/api/state", {**page.own()})
    clients = [socket.create_connection(("127.0.0.1", page.port), timeout=60) for _ in range(200)]
    try:
        for client in clients:
            client.sendall(wanted)
        assert [read_reply(client).status for client in clients] == [200] * 200
    finally:
        for client in clients:
            client.close()


def test_beyond_what_it_can_hold_it_says_so_and_goes_on(page: Page) -> None:
    clients = []
    try:
        for _ in range(serving.MOST_CONNECTIONS + 20):
            clients.append(socket.create_connection(("127.0.0.1", page.port), timeout=60))
        assert page.get("/api/state").status == 503
    finally:
        for client in clients:
            client.close()
    time.sleep(0.2)
    assert page.get("/api/state").status == 200


def test_ten_thousand_requests_leave_it_as_it_was(page: Page) -> None:
    """By twenty clients at once, strangers among them."""
    own = page.request("GET", "/api/state", {**page.own()})
    strange = page.request("POST", "/api/decide", {"Host": page.host, "Content-Length": "2"}, b"{}")

    def many(number: int) -> set[int]:
        found = set()
        with socket.create_connection(("127.0.0.1", page.port), timeout=60) as client:
            for _ in range(500):
                client.sendall(own if number % 2 else strange)
                found.add(read_reply(client).status)
        return found

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(many, range(20))) == [{404}, {200}] * 10


def test_nothing_is_written_outside_the_workspace(page: Page, tmp_path: Path) -> None:
    before = {p.name for p in page.home.parent.iterdir()}
    page.get("/")
    page.get("/api/state")
    page.get(f"/thumb/{a_face(page)}.jpg")
    assert {p.name for p in page.home.parent.iterdir()} == before


def a_face(page: Page) -> str:
    return next((page.home / "thumbnails").glob("*/*.jpg")).stem


def page_post(page: Page, body: bytes) -> bytes:
    made = body.replace(b"%s", a_face(page).encode())
    return page.request(
        "POST", "/api/decide", {**page.own("POST"), "Content-Length": str(len(made))}, made
    )


def _confirmation(page: Page) -> bytes:
    return json.dumps({"faces": [a_face(page)], "person": "1", "state": "confirmed"}).encode()
