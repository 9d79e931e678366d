"""What people do with runs that are there: name, note, star, delete, take back.

The note is the tag that MLflow's own pages show and edit.
"""

import contextlib
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from core.errors import RunTextError, UnknownRunError
from core.records import NOTE_TAG, STAR_TAG

if TYPE_CHECKING:
    from core.runs.store import RunStore

MAX_NAME: Final = 120
MAX_NOTE: Final = 5000

_LINE_BREAKS_AND_TABS: Final = "\n\r\t"
_INVISIBLE: Final = ("Cc", "Cs", "Zl", "Zp")
_TURNING: Final = ("LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
"""Characters that turn the direction of what follows can make a table lie."""


def rename(store: "RunStore", run_id: str, name: str) -> None:
    """Give a run another name.

    Args:
        store: Where the run is kept.
        run_id: Any run.
        name: 1 to 120 characters on one line; blanks around it are dropped.

    Raises:
        RunTextError: If it cannot be a name.
        UnknownRunError: If there is no such run.
    """
    store.annotate(run_id, name=checked_name(name))


def checked_name(name: str) -> str:
    """Return what somebody typed as the name of a run, without blanks around it.

    Raises:
        RunTextError: If it cannot be a name.
    """
    stripped = name.strip()
    if not any(unicodedata.category(each)[0] in "LNPS" for each in stripped):
        message = f"Expected a name with visible characters, got {name[:MAX_NAME]!r}."
        raise RunTextError(message)
    _check_length("name", stripped, MAX_NAME)
    _check_characters("name", stripped)
    return stripped


def note(store: "RunStore", run_id: str, text: str) -> None:
    """Keep a text with a run in the place of the last one.

    Args:
        store: Where the run is kept.
        run_id: Any run.
        text: Up to 5,000 characters on any number of lines; empty removes it.

    Raises:
        RunTextError: If it is too long or has control characters.
        UnknownRunError: If there is no such run.
    """
    stripped = text.strip()
    _check_length("note", stripped, MAX_NOTE)
    _check_characters("note", stripped, allowed=_LINE_BREAKS_AND_TABS)
    store.annotate(run_id, tags={NOTE_TAG: stripped})


def star(store: "RunStore", run_id: str, *, is_starred: bool) -> None:
    """Star a run, or take the star away.

    Raises:
        UnknownRunError: If there is no such run.
    """
    store.annotate(run_id, tags={STAR_TAG: "yes" if is_starred else ""})


def delete(store: "RunStore", run_ids: Iterable[str]) -> tuple[str, ...]:
    """Delete runs, and stop those that are not over.

    Returns:
        The ids of those deleted; somebody else may have deleted the others.
    """
    deleted = []
    for run_id in run_ids:
        with contextlib.suppress(UnknownRunError):
            store.delete(run_id)
            deleted.append(run_id)
    return tuple(deleted)


def restore(store: "RunStore", run_ids: Iterable[str]) -> tuple[str, ...]:
    """Bring deleted runs back; those that were not over are stopped.

    Returns:
        The ids of those that are back; the others may have been freed for good.
    """
    restored = []
    for run_id in run_ids:
        with contextlib.suppress(UnknownRunError):
            store.restore(run_id)
            restored.append(run_id)
    return tuple(restored)


def _check_length(what: str, text: str, limit: int) -> None:
    if len(text) > limit:
        message = (
            f"Expected a {what} of up to {limit:,} characters, got {len(text):,}. "
            "Shorten it."
        )
        raise RunTextError(message)


def _check_characters(what: str, text: str, *, allowed: str = "") -> None:
    bad = [each for each in text if each not in allowed and _is_control(each)]
    if bad:
        message = (
            f"Expected a {what} without control characters, got {bad[0]!r} in it. "
            "Remove it."
        )
        raise RunTextError(message)


def _is_control(character: str) -> bool:
    return (
        unicodedata.category(character) in _INVISIBLE
        or unicodedata.bidirectional(character) in _TURNING
    )
