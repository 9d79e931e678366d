"""Keep now and then where a training stands, in case its process is killed."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.errors import HomeError, RunStoreError
from core.files import creating_file
from core.runs import checkpoint_files

if TYPE_CHECKING:
    from core.runs.checkpoint import Checkpoint

INTERVAL_SECONDS: Final = 10.0
MAX_SHARE: Final = 0.02
"""Share of a training's time that keeping its state may take: after a state that took
3 s to write, the next one is written 150 s later."""


class Autosave:
    """Writes the state of one training to the home, the latest over the one before.

    Args:
        run_id: The run.
        say: Told, once, if nothing can be written: a training does not fail for it.
        publish: Called with the file each time, to keep a copy elsewhere.
    """

    def __init__(
        self,
        run_id: str,
        *,
        say: Callable[[str], None],
        publish: Callable[[Path], None] = lambda _: None,
    ) -> None:
        self._run_id = run_id
        self._say = say
        self._publish = publish
        self._next = time.monotonic() + INTERVAL_SECONDS
        self._has_failed = False

    def __call__(self, make: Callable[[], "Checkpoint"]) -> None:
        """Keep where the training stands, if the last time is long enough ago.

        Args:
            make: Makes what is to be kept.
        """
        started = time.monotonic()
        if started < self._next:
            return
        try:
            path = checkpoint_files.file_of(self._run_id)
            path.parent.mkdir(exist_ok=True)
            with creating_file(path) as temporary:
                make().save(temporary)
            self._publish(path)
        except (OSError, HomeError, RunStoreError) as error:
            self._note(error)
        now = time.monotonic()
        self._next = now + max(INTERVAL_SECONDS, (now - started) / MAX_SHARE)

    def _note(self, error: Exception) -> None:
        if not self._has_failed:
            self._say(f"The state of the training could not be saved: {error}")
        self._has_failed = True
