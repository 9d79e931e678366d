"""Import TensorFlow and Keras without their remarks, and without what they do not need.

TensorFlow's native code writes about the processor while it is imported, past
Python's `sys.stderr` and before its own settings for logging are read. Keras imports
scikit-learn, if it is installed, for wrappers that nothing here uses.
"""

import contextlib
import importlib
import os
import sys
import tempfile
from collections.abc import Iterator


def import_training() -> None:
    """Import it now; it takes seconds, and only a process that computes needs it."""
    if "core.training.train" in sys.modules:
        # What it says is hidden from the whole process, which may be training.
        return
    with without_remarks(), without_library("sklearn"):
        importlib.import_module("core.training.train")


@contextlib.contextmanager
def without_library(name: str) -> Iterator[None]:
    """Let what is imported in the block take a library for not installed.

    It holds for the whole process and all its threads, so only for moments in
    which nothing else happens. What is imported already stays.

    Args:
        name: The library, like `sklearn`.
    """
    if name in sys.modules:
        yield
        return
    # Python raises ImportError for a module that is None.
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


@contextlib.contextmanager
def without_remarks() -> Iterator[None]:
    """Keep what is written to standard error back, unless an error is raised.

    It holds for the whole process and all its threads, so only for moments in
    which nothing else happens.
    """
    sys.stderr.flush()
    real = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except BaseException:
            kept.seek(0)
            os.write(real, kept.read())
            raise
        finally:
            os.dup2(real, 2)
            os.close(real)
