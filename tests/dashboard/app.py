"""The app as a user meets it, without a browser: open a page, read what it shows."""

import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.serving import ROOT

FOLDER = Path("dashboard/pages")


def open_app(page: str = "overview", /, **address: str | list[str]) -> AppTest:
    """Open a page in a new session, with parameters in the address."""
    app = AppTest.from_file(ROOT / "streamlit_app.py", default_timeout=30)
    app.query_params.update(address)
    # The first page is there without going to it, under an address of its own.
    return app.run() if page == "overview" else go_to(app, page)


def go_to(app: AppTest, page: str) -> AppTest:
    """Go to another page of a session."""
    return app.switch_page(str(FOLDER / f"{page}.py")).run()


def alerts(app: AppTest) -> list[str]:
    """Read all that is said in boxes, and fail if a traceback is among it."""
    assert not app.exception
    boxes = (*app.error, *app.warning, *app.info, *app.success)
    return [box.value for box in boxes]


def text(app: AppTest) -> str:
    """Read all words of a page that are not labels of controls."""
    words = (app.title, app.subheader, app.caption, app.markdown, app.metric)
    return "\n".join([*alerts(app), *(each.value for part in words for each in part)])


def key_in(app: AppTest, name: str) -> str:
    """Return the key of a control, which changes when it is set by another one."""
    rounds = app.session_state.get("rounds", {})
    number = rounds.get(name, 0)
    return f"{name}_{number}" if number else name


def figure(app: AppTest, key: str) -> dict[str, Any]:
    """Return the figure that a browser was given to draw."""
    return json.loads(_sent(app, key)["figure"])


def alt_of(app: AppTest, key: str) -> str:
    """Return what a figure says to those who cannot see it."""
    return _sent(app, key)["alt"]


def _sent(app: AppTest, key: str) -> dict[str, str]:
    return json.loads(app.get_by_key(key).proto.json)


def captions(app: AppTest, key: str) -> list[str]:
    """Return what is told of each cell of a grid."""
    return figure(app, key)["layout"]["meta"]["cells"]["captions"]


def title_of(page: str) -> str:
    """Return the title of a page by the name of its file."""
    return "Inklab" if page == "overview" else page.capitalize().replace("_", " ")
