"""Text and numbers in tables that people open with a spreadsheet."""

from typing import Final

_BEGIN_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_JOINER: Final = "\u2060"
"""Takes no room, and nothing that begins with it is a formula."""


def text_cell(text: str) -> str:
    """Write text from outside so that no spreadsheet takes it for a formula.

    Some formulas ask addresses or start programs. A sign alone is none, and stays as it
    is: it may be the name of a class.
    """
    is_formula = len(text) > 1 and text.lstrip().startswith(_BEGIN_FORMULA)
    return f"{_JOINER}{text}" if is_formula else text


def number_cell(number: float) -> str:
    """Write a number with nine digits, which tell any two of 32 bits apart."""
    return f"{number:.9g}"
