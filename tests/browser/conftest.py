"""One server, one home and one browser for a whole story."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.serving import COLD_APP, Server, browsing, serving

SECONDS = 120
"""Far longer than it takes: other tests may need the processors too."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start the app with a home that is new."""
    home = tmp_path_factory.mktemp("browser") / "home"
    with serving(home, command=COLD_APP) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium; without one the tests are skipped, unless it is required."""
    started = browsing()
    try:
        chromium = started.__enter__()
    except RuntimeError as error:
        if "INKLAB_REQUIRE_BROWSER" in os.environ:
            raise
        pytest.skip(str(error))
    expect.set_options(timeout=SECONDS * 1000)
    yield chromium
    started.__exit__(None, None, None)


@pytest.fixture(scope="module")
def desk(browser: Browser) -> BrowserContext:
    """Open a browser window; its tabs share what was loaded from the server."""
    return browser.new_context(viewport={"width": 1440, "height": 1000})


@pytest.fixture(scope="module")
def phone(browser: Browser) -> BrowserContext:
    """Open a browser window as wide as a phone, in the dark."""
    return browser.new_context(
        viewport={"width": 400, "height": 800}, color_scheme="dark"
    )


@pytest.fixture
def page(desk: BrowserContext) -> Iterator[Page]:
    """Open a tab, and fail if a script of the page did."""
    yield from _tab(desk)


@pytest.fixture
def phone_page(phone: BrowserContext) -> Iterator[Page]:
    """Open a tab on a phone, and fail if a script of the page did."""
    yield from _tab(phone)


@pytest.fixture
def finger(browser: Browser) -> Iterator[Page]:
    """Open a tab on a phone that is touched."""
    context = browser.new_context(
        viewport={"width": 400, "height": 800},
        has_touch=True,
        is_mobile=True,
        user_agent="Mozilla/5.0 (Linux; Android 14; Pixel 5) Mobile",
    )
    yield context.new_page()
    context.close()


def _tab(context: BrowserContext) -> Iterator[Page]:
    tab = context.new_page()
    tab.set_default_timeout(SECONDS * 1000)
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    tab.close()
    assert not errors
