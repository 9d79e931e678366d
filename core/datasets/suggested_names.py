"""Suggest a name for a new data set."""

import re
import unicodedata
from typing import Final

from core.datasets import store
from core.errors import DatasetNameError

_OTHER: Final = re.compile(r"[^\w.]+")
_MAX_LENGTH: Final = 40
_FALLBACK: Final = "data-set"


def suggested_name(title: str) -> str:
    """Return a name that is free and resembles a title.

    Args:
        title: Any text, such as "EMNIST ByMerge" or the name of a file.
    """
    composed = unicodedata.normalize("NFC", title).lower()
    base = _OTHER.sub("-", composed).strip("-._")[:_MAX_LENGTH].rstrip("-._")
    candidate, number = base or _FALLBACK, 1
    while not _is_free(candidate):
        number += 1
        candidate = f"{base or _FALLBACK}-{number}"
    return candidate


def _is_free(name: str) -> bool:
    try:
        store.check_free(name)
    except DatasetNameError:
        return False
    return True
