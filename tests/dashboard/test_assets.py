"""The scripts of figures are served whole, where the page looks, and kept."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.applications import Starlette

from dashboard import assets


@dataclass(frozen=True)
class Answer:
    """What a browser gets."""

    status: int
    headers: dict[str, str]
    text: str


def get(path: str) -> Answer:
    """Ask the routes as a server would, without one."""
    sent: list[dict[str, object]] = []
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    app = Starlette(routes=list(assets.routes()))
    asyncio.run(app(scope | {"query_string": b""}, asyncio.Event().wait, send))
    head, *bodies = sent
    headers = {name.decode(): value.decode() for name, value in head["headers"]}
    body = b"".join(part.get("body", b"") for part in bodies)
    return Answer(head["status"], headers, body.decode())


def test_plotly_is_that_of_the_package_and_kept_for_good() -> None:
    """4.8 MB at each visit would be felt over a network."""
    answer = get(f"/{assets.plotly_js()}")

    assert answer.status == 200
    assert answer.text.startswith("/**\n* plotly.js v")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]


def test_another_version_has_another_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept for good must never be what is out of date."""
    before = assets.figure_js()
    changed = tmp_path / "figure.js"
    changed.write_text("export const draw = 0", encoding="utf-8")
    monkeypatch.setattr(assets, "FIGURE_JS", changed)

    assert assets.figure_js() != before
    assert get(f"/{assets.figure_js()}").text == "export const draw = 0"


def test_missing_plotly_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mended installation must work without emptying the browser's cache."""
    monkeypatch.setattr(assets, "plotly_file", lambda: Path("/nowhere/plotly.min.js"))

    answer = get(f"/{assets.plotly_js()}")

    assert answer.status == 404
    assert "cache-control" not in answer.headers
