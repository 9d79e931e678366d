"""Why a run failed, in plain words: what happened, and what to do."""

import os
from collections.abc import Iterator
from errno import EDQUOT, EFBIG, ENOSPC
from typing import TYPE_CHECKING, Final

import psutil

from core.errors import InklabError

if TYPE_CHECKING:
    from core.jobs.tasks import Task

_FULL: Final = (
    *(os.strerror(number) for number in (ENOSPC, EDQUOT, EFBIG)),
    "database or disk is full",
)
"""What libraries say of a full disk; not all of them pass the number on."""

_NO_MEMORY: Final = ("RESOURCE_EXHAUSTED", "OOM when allocating", "bad_alloc")


def reason(error: BaseException, task: "Task | None") -> str:
    """Say why a job failed.

    Args:
        error: What was raised.
        task: What was to be done; None if that is not known.
    """
    if isinstance(error, InklabError):
        return str(error)
    if is_out_of_memory(error):
        total = psutil.virtual_memory().total / 1e9
        remedy = task.when_memory_runs_out if task else "close other programs"
        return f"Memory ran out on this machine, which has {total:.1f} GB: {remedy}."
    return f"Unexpected {type(error).__name__}: {error}"


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether there was no memory for something."""
    # TensorFlow has an error of its own, which only those who import it know.
    return isinstance(error, MemoryError) or (
        not isinstance(error, InklabError)
        and any(words in _said(error) for words in _NO_MEMORY)
    )


def is_disk_full(error: BaseException) -> bool:
    """Tell whether a file could not grow any more, here or where it came from."""
    return any(words in _said(each) for each in _chain(error) for words in _FULL)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
