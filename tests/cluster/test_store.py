"""A run store that is a server with an artifact proxy does all that a file does."""

import socket
from pathlib import Path

import numpy as np
import pytest

from core.config import TrainingConfig
from core.errors import ArtifactError, UnknownRunError
from core.records import TRAIN, Attachment, Lane, RunScores, RunStatus, TaskRecord
from core.runs import annotations, checkpoint_files, logs, open_store, queue_order
from core.runs.store import RunStore
from tests import small_data

CONFIG = TrainingConfig()


@pytest.fixture
def server_store(home: Path) -> RunStore:
    """Open the store, whether or not there are workers."""
    home.mkdir(exist_ok=True)
    return open_store()


@pytest.fixture
def run_id(server_store: RunStore, tmp_path: Path) -> str:
    """Put a finished run there, as a worker does."""
    made = server_store.create(CONFIG, name="from afar")
    assert server_store.start(made)
    server_store.log(made, [small_data.progress(0.5), small_data.progress(1.0)])
    small_data.write_predictions(tmp_path / "files", small_data.predictions())
    scores = RunScores(test_accuracy=0.75, test_size=3)
    server_store.save_results(made, scores=scores, files=tmp_path / "files")
    server_store.finish(made)
    return made


def test_run_is_read_as_it_was_written(server_store: RunStore, run_id: str) -> None:
    run = server_store.get(run_id)

    assert (run.status, run.name, run.config) == (
        RunStatus.FINISHED,
        "from afar",
        CONFIG,
    )
    assert run.scores.test_accuracy == 0.75
    assert run_id in {each.id for each in server_store.runs()}
    assert server_store.live_points(run_id).epochs == (0.5, 1.0)
    labels = server_store.predictions(run_id).labels
    np.testing.assert_array_equal(labels, small_data.predictions().labels)


def test_deleted_run_is_gone_and_can_be_restored(
    server_store: RunStore, run_id: str
) -> None:
    server_store.delete(run_id)
    with pytest.raises(UnknownRunError):
        server_store.get(run_id)

    server_store.restore(run_id)

    assert server_store.get(run_id).status is RunStatus.FINISHED


def test_attachment_that_is_replaced_is_read_anew(
    server_store: RunStore, run_id: str, tmp_path: Path
) -> None:
    """A copy of the old one is in the home."""
    for key, value in (("one", 1.0), ("two", 2.0)):
        folder = tmp_path / key
        folder.mkdir()
        np.savez(folder / "arrays.npz", value=np.array(value))
        made = Attachment(name="map", title="Map", key=key, metrics={})
        server_store.attach(run_id, made, folder)

        found = server_store.attachment(run_id, "map", key=key)

        assert found is not None
        assert server_store.arrays(run_id, found)["value"] == value
    assert server_store.attachment(run_id, "map", key="one") is None
    assert [each.name for each in server_store.attachments(run_id)] == ["map"]


def test_missing_file_is_told_from_a_server_that_is_gone(
    server_store: RunStore, run_id: str
) -> None:
    with pytest.raises(ArtifactError, match=r"Expected model\.keras among the files"):
        server_store.artifact(run_id, "model.keras")


def test_note_name_and_place_are_kept(server_store: RunStore) -> None:
    """They are tags, which anybody may change meanwhile."""
    # The queue of this process still looks after what earlier tests began, and would
    # begin these too, if they were in its lane.
    task = TaskRecord(kind=TRAIN, lane=Lane.SCREEN)
    first, second = (server_store.create(CONFIG, name=name, task=task) for name in "ab")
    annotations.note(server_store, first, "A note.")
    queue_order.move(server_store, second, place=1)

    places = queue_order.places(server_store.open_jobs())

    assert server_store.get(first).note == "A note."
    assert places[second].number < places[first].number
    for each in (first, second):
        server_store.request_stop(each)
        assert server_store.get(each).status is RunStatus.STOPPED


def test_job_of_a_process_that_ended_is_adopted_once(
    server_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two servers try at once; a parameter can be written once only."""
    run_id = server_store.create(CONFIG, name="left behind")
    gone = f"{socket.gethostname()} 999999999 1.0"
    server_store.annotate(run_id, tags={"inklab.owner": gone})
    job = server_store.job(run_id)

    assert server_store.adopt(job)

    monkeypatch.setattr("core.runs.owner._this_process", lambda _: "another 1 1.0")
    assert not server_store.adopt(job)
    server_store.request_stop(run_id)


def test_state_and_log_of_a_worker_are_there_before_its_run_is_over(
    server_store: RunStore, home: Path
) -> None:
    """And the state is removed again when nobody needs it."""
    run_id = server_store.create(CONFIG, name="at work")
    server_store.start(run_id)
    for path, text in (
        (checkpoint_files.file_of(run_id), "state"),
        (logs.file_of(run_id), "words"),
    ):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    server_store.save_state(run_id, checkpoint_files.file_of(run_id))
    assert logs.file_of(run_id).exists()
    logs.file_of(run_id).unlink()
    checkpoint_files.discard(run_id)

    assert logs.read(server_store, run_id) == "words"
    state = checkpoint_files.state_of(server_store, server_store.get(run_id))
    assert state.read_text() == "state"
    assert home in state.parents
    server_store.discard_state(run_id)
    with pytest.raises(ArtifactError):
        checkpoint_files.state_of(server_store, server_store.get(run_id))
    server_store.stop(run_id)
