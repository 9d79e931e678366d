"""Write text from outside so that Markdown shows it as it is.

Names, notes, reasons, file names and messages are somebody's words. In Markdown they
could be a formula, a link, or a picture whose address a browser asks for.
"""

import re
from typing import Final

_JOINER: Final = "\u2060"
"""Takes no room, and keeps two letters from meaning something together."""

_MEANT: Final = re.compile(r"([:@](?=\S)|&|www(?=\.))")
_MARKS: Final = re.compile(r"([\\`*\[\]<>$~#|]|(?<![^\W_])_|_(?![^\W_]))")
"""Underscores within words mean nothing."""

_LIST: Final = re.compile(r"^(\s*)(\d+(?=[.)](?:\s|$))|(?=[-+=](?!\d)))")
"""What would begin a list, or underline a heading."""

_CODE: Final = re.compile(r"`([^`\n]+)`")


def literal(text: str) -> str:
    """Write what people typed so that Markdown shows it as it is, on one line."""
    # Emoji, icons, addresses and entities are made of what Markdown leaves alone.
    parted = _MEANT.sub(f"\\1{_JOINER}", " ".join(text.splitlines()))
    escaped = _MARKS.sub(r"\\\1", parted)
    return _LIST.sub(r"\1\2\\", escaped)


def message(text: str) -> str:
    """Write an error message so that Markdown shows it as it is, but for its code.

    Between backticks ours have commands. What people typed may have backticks too:
    whatever these enclose is shown as code, which means nothing either.
    """
    return "\n\n".join(
        _line(line.strip()) for line in text.splitlines() if line.strip()
    )


def _line(text: str) -> str:
    parts = _CODE.split(text)
    # Text and code take turns.
    return "".join(
        f"`{part}`" if number % 2 else literal(part)
        for number, part in enumerate(parts)
    )
