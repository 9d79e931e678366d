"""Import what chatters on standard error, without its remarks.

TensorFlow's native code writes about the processor while it is imported, past
Python's `sys.stderr` and before its own settings for logging are read.
"""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


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
