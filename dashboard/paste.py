"""A place where a picture can be pasted: the component and what it hands over.

Streamlit's file uploader takes a pasted file only while its own button has the focus.
This one listens on the whole page, and has a button for whoever has no keyboard.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import streamlit as st

DEFAULT_NAME: Final = "pasted picture"
MAX_NAME: Final = 200

_show = st.components.v2.component(
    "inklab_paste",
    js=Path(__file__).with_name("paste.js").read_text("utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Pasted:
    """A file from the clipboard.

    Attributes:
        name: What the browser calls it.
        content: Its bytes, at most as many as were allowed; nobody has looked at them.
    """

    name: str
    content: bytes


def paste_target(
    *, key: str, max_bytes: int, on_paste: Callable[[Pasted], None]
) -> None:
    """Let the viewer paste a picture while this is on the page.

    Args:
        key: Its name on the page.
        max_bytes: Larger ones are refused.
        on_paste: Called with what was pasted, before the page is run.
    """

    def take() -> None:
        sent = st.session_state[key].get("pasted")
        found = read(sent, max_bytes) if isinstance(sent, Mapping) else None
        if found is not None:
            on_paste(found)

    _show(key=key, data={"max_bytes": max_bytes}, on_pasted_change=take)


def read(sent: Mapping[str, Any], max_bytes: int) -> Pasted | None:
    """Read what a browser sent as pasted; None if it is no such thing or too large."""
    match sent:
        case {"name": str(name), "content": str(text)}:
            # Four letters stand for three bytes.
            if len(text) > 4 * (max_bytes // 3 + 1):
                return None
            try:
                content = base64.b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                return None
            is_fit = 0 < len(content) <= max_bytes
            return Pasted(name[:MAX_NAME] or DEFAULT_NAME, content) if is_fit else None
        case _:
            return None
