"""What becomes of trainings when the program that queued them ends."""

import subprocess
import sys

from core.records import RunStatus
from core.runs.store import RunStore

# A run that works and one that waits, when the program comes to its end.
PROGRAM = """
import time
from core.config import MlpConfig, TrainingConfig
from core.jobs import executor, worker
from core.records import RunStatus
from core.runs import open_store
# What it imports for a training takes longer than to see that one has begun.
worker.initialize_worker = lambda server, lane: None
store = open_store()
config = TrainingConfig(network=MlpConfig(hidden=(16,)), epochs=500, batch_size=64)
runs = [executor.train(store, config, name=name) for name in ("works", "waits")]
while store.get(runs[0]).status is RunStatus.QUEUED:
    time.sleep(0.1)
"""


def test_a_program_that_ends_does_not_wait_for_its_trainings(
    run_store: RunStore,
) -> None:
    """Who presses Ctrl+C wants the prompt back, and a true reason in the list."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    waits, works = run_store.runs()
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    assert (works.status, waits.status) == (RunStatus.FAILED, RunStatus.QUEUED)
    assert "Inklab was closed" in works.reason
