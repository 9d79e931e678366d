"""Where the log of a run is: in the home while it is worked on, then with the run."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.config import TrainingConfig
from core.errors import ArtifactError
from core.records import RunStatus
from core.runs import logs
from core.runs.owner import Owner
from core.runs.store import RunStore

DIE = """
import os, sys
from core.jobs.run_log import RunLog
from core.runs import open_store
store = open_store()
store.start(sys.argv[1])
with RunLog(sys.argv[1], captures_streams=True) as log:
    log.say("It began.")
    os.write(2, b"out of luck")
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def run_id(run_store: RunStore) -> str:
    """Create a run that nobody has begun."""
    return run_store.create(TrainingConfig(), name="run")


def write(run_id: str, text: str) -> Path:
    """Write a log the way a worker does."""
    path = logs.file_of(run_id)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_run_that_has_not_begun_has_no_log(run_store: RunStore, run_id: str) -> None:
    with pytest.raises(ArtifactError, match=r"there is none: the run has not started"):
        logs.read(run_store, run_id)


def test_the_log_can_be_read_while_the_run_is_worked_on(
    run_store: RunStore, run_id: str
) -> None:
    """Somebody wonders why it takes so long."""
    write(run_id, "Epoch 1 of 9\n")

    assert logs.read(run_store, run_id) == "Epoch 1 of 9\n"


def test_the_log_of_a_run_that_is_over_is_one_of_its_files(
    run_store: RunStore, run_id: str
) -> None:
    """It is shared, exported and removed with the run."""
    path = write(run_id, "Half a letter: \u00e9\n")
    path.write_bytes(path.read_bytes()[:-2])

    run_store.save_log(run_id)

    assert not path.exists()
    assert run_store.artifact(run_id, "log.txt").is_file()
    assert logs.read(run_store, run_id) == "Half a letter: \ufffd"


def test_a_log_that_cannot_be_kept_is_read_where_it_is(
    run_store: RunStore, run_id: str, home: Path
) -> None:
    """A file in the place of the folder stands for a full disk."""
    write(run_id, "the whole log")
    (home / "artifacts").write_text("in the way")

    run_store.save_log(run_id)

    assert logs.read(run_store, run_id) == "the whole log"


def test_half_a_log_does_not_hide_the_whole_one(
    run_store: RunStore, run_id: str
) -> None:
    """A disk that is full keeps what there was room for."""
    write(run_id, "half")
    run_store.save_log(run_id)
    write(run_id, "half and half")

    assert logs.read(run_store, run_id) == "half and half"


def test_whoever_finds_the_process_gone_keeps_its_log(
    run_store: RunStore, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_store.start(run_id)
    path = write(run_id, "It began.\n")
    monkeypatch.setattr(Owner, "is_alive", False)

    run = run_store.get(run_id)

    assert run.status is RunStatus.FAILED
    assert not path.exists()
    assert logs.read(run_store, run_id) == "It began.\n"


def test_a_killed_process_leaves_its_last_words(
    run_store: RunStore, run_id: str
) -> None:
    """They may be the only thing that tells why."""
    subprocess.run([sys.executable, "-c", DIE, run_id], check=False, timeout=60)

    run = run_store.get(run_id)

    assert run.status is RunStatus.FAILED
    assert "It began." in logs.read(run_store, run_id)
    assert logs.read(run_store, run_id).endswith("out of luck")
