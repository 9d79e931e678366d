"""Garbage in the address: whatever is typed there, a page is shown."""

import pytest

from tests.dashboard.app import open_app, title_of
from tests.serving import PAGES

LONG = "9" * 5000
"""More digits than Python agrees to read as a number."""


@pytest.mark.parametrize(
    "address",
    [
        {"cell": "99-99", "image": "10000", "run": "nonsense", "page": "99"},
        {"cell": "x", "image": "abc", "run": "", "split": "holiday", "class": "99"},
        {"cell": "-", "image": "-1", "run": "latest", "page": "0", "order": "?"},
        {"cell": f"{LONG}-1", "image": LONG, "run": LONG, "page": LONG, "pen": LONG},
        {"runs": f"{LONG},latest,..", "find": LONG, "status": "?", "data": "x"},
        {"cell": "4-9-9", "image": "²", "true": "4", "predicted": "9", "page": "2"},
        {"cell": "\u0664-\u0669", "image": "\u0663", "start": "true", "samples": "1"},
    ],
    ids=[
        *("too high", "no numbers", "signs", "too long"),
        *("no runs", "too many", "other digits"),
    ],
)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("usable_run")
def test_garbage_in_the_address_shows_the_page(
    page: str, address: dict[str, str]
) -> None:
    """Links are edited, cut and mistyped."""
    app = open_app(page, **address)

    assert not app.exception
    assert not app.error
    assert app.title[0].value == title_of(page)
