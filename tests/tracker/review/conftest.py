from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.review_page import Page, family, served


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A family's page, shared by the tests of a file."""
    home = tmp_path_factory.mktemp("review") / "workspace"
    family(home).con.close()
    with served(home) as there:
        yield there


@pytest.fixture
def unchanged(page: Page) -> Iterator[None]:
    """Fails where anything in the workspace is another after the test."""
    before = page.fingerprint()
    yield
    assert page.fingerprint() == before
