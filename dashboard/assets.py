"""The scripts that browsers need for figures, served from where they are installed.

plotly.js is part of the Plotly package (4.8 MB), so nothing is copied and no other
machine is asked. Each address changes with its file, so a browser keeps it for good.
"""

import hashlib
from collections.abc import Sequence
from importlib import metadata, util
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit import config

FOLDER: Final = "figures"
FIGURE_JS: Final = Path(__file__).with_name("figure.js")

_KEPT_FOR_GOOD: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


def figure_js() -> str:
    """Return the address of our own script, relative to the app's."""
    digest = hashlib.sha256(FIGURE_JS.read_bytes()).hexdigest()
    return f"{FOLDER}/figure-{digest[:12]}.js"


def plotly_js() -> str:
    """Return the address of plotly.js, relative to the app's."""
    return f"{FOLDER}/plotly-{metadata.version('plotly')}.min.js"


def routes() -> Sequence[Route]:
    """Return what the server answers besides the pages, below its base path."""
    base = config.get_option("server.baseUrlPath").strip("/")
    prefix = f"/{base}" if base else ""
    return [
        _route(f"{prefix}/{figure_js()}", FIGURE_JS),
        _route(f"{prefix}/{plotly_js()}", plotly_file()),
    ]


def plotly_file() -> Path:
    """Return where plotly.js is installed, or would be."""
    # Without importing the package, which takes long before the first page.
    spec = util.find_spec("plotly")
    folders = spec.submodule_search_locations if spec else None
    return Path(next(iter(folders or ("plotly",))), "package_data", "plotly.min.js")


def _route(address: str, file: Path) -> Route:
    def answer(_: Request) -> Response:
        if not file.is_file():
            message = f"Expected {file.name} of an installed package, found none."
            return PlainTextResponse(message, status_code=404)
        return FileResponse(
            file, media_type="text/javascript", headers=dict(_KEPT_FOR_GOOD)
        )

    return Route(address, answer)
