from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.review_page import Page, family, served


@pytest.fixture(scope="session")
def a_family(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A family's workspace, to be copied."""
    home = tmp_path_factory.mktemp("family") / "workspace"
    family(home).con.close()
    return home


@pytest.fixture(scope="module")
def page(a_family: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A family's page, shared by the tests of a file."""
    home = tmp_path_factory.mktemp("review") / "workspace"
    shutil.copytree(a_family, home)
    with served(home) as there:
        yield there


@pytest.fixture
def unchanged(page: Page) -> Iterator[None]:
    """Fails where anything in the workspace is another after the test."""
    before = page.fingerprint()
    yield
    assert page.fingerprint() == before
