"""The report is made when somebody looks at it, and decisions go on meanwhile."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.review_page import Page, Reply, served
from tracker.review import reporting
from tracker.review.reporting import policy_of
from tracker.study import report as study_report


@pytest.fixture
def page(a_family: Path, tmp_path: Path) -> Iterator[Page]:
    home = tmp_path / "workspace"
    shutil.copytree(a_family, home)
    with served(home) as there:
        yield there


@contextmanager
def slowly(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Making a report waits, in its middle, for the event that is given."""
    go_on, real = threading.Event(), study_report.gather_family

    def gather_family(*words: object) -> object:
        assert go_on.wait(60)
        return real(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(study_report, "gather_family", gather_family)
    monkeypatch.setattr(reporting, "PATIENCE_S", 0.1)
    yield go_on
    go_on.set()


def when_made(page: Page) -> Reply:
    end = time.monotonic() + 120
    while b"being made" in (reply := page.get("/report/")).body:
        assert time.monotonic() < end
        time.sleep(0.2)
    return reply


def test_what_is_lacking_for_a_report_is_said_as_a_page(page: Page) -> None:
    reply = when_made(page)  # there is one parent
    assert reply.status == 409
    assert reply.headers["content-type"].startswith("text/html")
    assert b"No report yet" in reply.body


def test_decisions_go_on_while_a_report_is_made(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.post("/api/people", {"name": "Ben", "relation": "father"})
    with slowly(monkeypatch):
        first = page.get("/report/")
        assert (first.status, first.headers["content-type"][:9]) == (200, "text/html")
        assert b'http-equiv="refresh"' in first.body
        face = page.get("/api/faces?limit=1").values["faces"][0]["id"]
        begun = time.monotonic()
        said = {"faces": [face], "person": None, "state": "ignored"}
        assert page.post("/api/decide", said).status == 200
        assert page.get(f"/api/face/{face}").values["state"] == "ignored"
        assert time.monotonic() - begun < 5
    when_made(page)


def test_a_report_runs_in_a_sandbox_under_its_own_policy() -> None:
    page = (
        '<meta http-equiv="Content-Security-Policy" '
        'content="default-src &#39;none&#39;; script-src &#39;sha256-abc=&#39;">'
    )
    said = policy_of(page)
    assert said.startswith("default-src 'none'; script-src 'sha256-abc='; ")
    assert "frame-ancestors 'none'" in said
    assert "sandbox allow-scripts" in said and "allow-same-origin" not in said
    assert policy_of("<p>").startswith("default-src 'none'; ")
    assert "script-src" not in policy_of("<p>")
