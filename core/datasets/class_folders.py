"""Names of folders for classes, whatever a class is called, and back.

A folder cannot be called "C/c" or ".", and where a file system folds cases "a" and "A"
are the same one. So what cannot stand in a name is written as in a web address
("C%2Fc"), and letters of which there are both cases have the case in words ("a_lower").
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote

_ESCAPE: Final = re.compile(r"%[0-9A-F]{2}")
_CASE: Final = re.compile(r"(.)_(upper|lower)(?:case)?", re.IGNORECASE | re.DOTALL)
_UNSAFE: Final = frozenset('<>:"/\\|?*%')
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[1-9]|lpt[1-9])", re.IGNORECASE)
"""Names that Windows has for devices, also with an ending."""


def folder_names(classes: Sequence[str]) -> tuple[str, ...]:
    """Return a folder for each class, all different where cases are folded too.

    Args:
        classes: Names of classes, all different.
    """
    folded = Counter(name.casefold() for name in classes)
    return tuple(
        _with_case(name) if folded[name.casefold()] > 1 else _safe(name)
        for name in classes
    )


def class_of(folder: str) -> str:
    """Return the class that a folder is for."""
    match = _CASE.fullmatch(folder)
    if match is not None:
        letter, case = match[1], match[2].lower()
        return letter.upper() if case == "upper" else letter.lower()
    if not _ESCAPE.search(folder):
        return folder
    try:
        return unquote(folder, errors="strict")
    except UnicodeDecodeError:
        return folder


def _with_case(name: str) -> str:
    """Return a name that differs from those in which only the case is another."""
    if len(name) == 1 and name in (name.lower(), name.upper()) and name.isalpha():
        folder = f"{name}_{'upper' if name.isupper() else 'lower'}"
        if class_of(folder) == name:
            return folder
    return "".join(
        each if each.islower() and each.isascii() else _escaped(each) for each in name
    )


def _safe(name: str) -> str:
    last = len(name) - 1
    folder = "".join(
        _escaped(each)
        if each in _UNSAFE
        or not each.isprintable()
        or (each in "._ " and index in (0, last))
        else each
        for index, each in enumerate(name)
    )
    is_reserved = _RESERVED.fullmatch(name.partition(".")[0]) is not None
    if is_reserved or class_of(folder) != name:
        # It would mean something else: "a_lower" is the class "a".
        return _escaped(name[0]) + folder[1:]
    return folder


def _escaped(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())
