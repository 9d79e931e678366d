"""What is too small, too large or too much to be imported."""

import unicodedata
from typing import Final

from core.datasets.spec import MAX_CLASSES, MAX_SIDE, MIN_CLASSES, MIN_SIDE
from core.errors import DatasetFileError

MAX_FILES: Final = 1_000_000
"""So many files may lie in one place."""

_MAX_CLASS_NAME: Final = 100
_NOT_TEXT: Final = ("Cc", "Cs")  # controls, which a terminal obeys; half characters


def check_image_shape(shape: tuple[int, int], what: str) -> None:
    """Refuse images that are too small or too large.

    Raises:
        DatasetFileError: If a side is not 8 to 64 pixels long.
    """
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in shape):
        message = (
            f"Expected {what} to be {MIN_SIDE} to {MAX_SIDE} pixels a side, got "
            f"{shape[0]} x {shape[1]}. Scale the images, or give them as pictures."
        )
        raise DatasetFileError(message)


def check_classes(classes: tuple[str, ...], what: str) -> None:
    """Refuse too few or too many classes, and names that stand for two or for none.

    Raises:
        DatasetFileError: If there are not 2 to 256, or two of the same name, or one
            whose name cannot be shown.
    """
    if not MIN_CLASSES <= len(classes) <= MAX_CLASSES:
        some = ", ".join(name[:_MAX_CLASS_NAME] for name in classes[:5]) or "none"
        message = (
            f"Expected {MIN_CLASSES} to {MAX_CLASSES} classes in {what}, got "
            f"{len(classes):,} ({some}). A class is a folder, or a label."
        )
        raise DatasetFileError(message)
    unusable = [name for name in classes if not _can_be_shown(name)]
    if unusable:
        message = (
            f"Expected names of classes of 1 to {_MAX_CLASS_NAME} characters, none of "
            f"them a control character, in {what}, got "
            f"{unusable[0][:_MAX_CLASS_NAME]!a}. Rename that class."
        )
        raise DatasetFileError(message)
    composed = [unicodedata.normalize("NFC", name) for name in classes]
    twice = [name for name in composed if composed.count(name) > 1]
    if twice:
        message = (
            f"Expected classes of different names in {what}, got {twice[0]!r} twice. "
            "Rename one of them."
        )
        raise DatasetFileError(message)


def _can_be_shown(name: str) -> bool:
    return (
        bool(name.strip())
        and len(name) <= _MAX_CLASS_NAME
        and not any(unicodedata.category(each) in _NOT_TEXT for each in name)
    )
