"""The run store, on a real SQLite file."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mlflow.tracking import MlflowClient

from core import settings
from core.config import TrainingConfig
from core.errors import ArtifactError, HomeError, RunStoreError, UnknownRunError
from core.records import History, RunScores, RunStatus
from core.runs import mlflow_mapping, open_store, reader
from core.runs.owner import Owner
from core.runs.store import RunStore
from tests import small_data

CONFIG = TrainingConfig(epochs=2, seed=5)
SCORES = RunScores(
    test_accuracy=0.75, test_size=10_000, train_seconds=2.5, total_seconds=4.0
)
ONE_EPOCH = History(
    loss=(0.5,),
    accuracy=(0.8,),
    val_loss=(0.6,),
    val_accuracy=(0.7,),
    dead_units=(0.0,),
)

OPEN_WHEN_TOLD = """
import sys
from core.runs import open_store

print("ready", flush=True)
sys.stdin.readline()
store = open_store()
from core.config import TrainingConfig
print(store.create(TrainingConfig(), name="run"))
"""

CREATE_AND_END = """
from core.config import TrainingConfig
from core.runs import open_store

store = open_store()
for name in ("waiting", "started"):
    run_id = store.create(TrainingConfig(), name=name)
    print(run_id)
store.start(run_id)
"""


@pytest.fixture
def client(run_store: RunStore) -> MlflowClient:
    """Return MLflow's own client of the same store."""
    assert run_store
    return MlflowClient(tracking_uri=settings.tracking_uri())


@pytest.fixture
def running(run_store: RunStore) -> str:
    """Create a run that is being worked on, by this process."""
    run_id = run_store.create(CONFIG, name="running")
    assert run_store.start(run_id)
    return run_id


@pytest.fixture
def finished(run_store: RunStore, running: str, tmp_path: Path) -> str:
    """Create a finished run with predictions."""
    small_data.write_predictions(tmp_path / "files", small_data.predictions())
    run_store.save_results(running, scores=SCORES, files=tmp_path / "files")
    run_store.finish(running)
    return running


def test_a_new_run_waits_with_all_that_was_asked_for(run_store: RunStore) -> None:
    """The worker knows nothing but its id."""
    run = run_store.get(run_store.create(CONFIG, name="my run"))

    assert run.config == CONFIG
    assert run.name == "my run"
    assert run.status is RunStatus.QUEUED
    assert run.reason == ""
    assert run.scores == RunScores()
    assert run.created.tzinfo is not None


def test_runs_are_listed_newest_first(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was just started is what one looks for."""
    clock = iter(range(1_700_000_000, 1_700_001_000))
    monkeypatch.setattr("time.time", lambda: float(next(clock)))
    ids = [run_store.create(CONFIG, name=f"run {n}") for n in range(3)]

    assert [run.id for run in run_store.runs()] == ids[::-1]


def test_an_empty_store_has_no_runs(run_store: RunStore) -> None:
    """That is how everybody starts."""
    assert run_store.runs() == ()
    with pytest.raises(UnknownRunError, match=r"there is none\. Train one first"):
        run_store.get("latest")


def test_the_latest_is_the_newest_that_finished(
    run_store: RunStore, finished: str
) -> None:
    """One that still runs, failed or waits has no model."""
    run_store.create(CONFIG, name="waits")
    failed = run_store.create(CONFIG, name="failed")
    run_store.fail(failed, "reason")

    assert run_store.get("latest").id == finished


def test_a_run_that_is_started_runs(run_store: RunStore) -> None:
    """From then on the process that started it is responsible."""
    run_id = run_store.create(CONFIG, name="run")

    assert run_store.start(run_id)
    assert run_store.get(run_id).status is RunStatus.RUNNING


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda store, run: store.request_stop(run), id="stopped"),
        pytest.param(lambda store, run: store.fail(run, "reason"), id="failed"),
        pytest.param(lambda store, run: store.start(run), id="started"),
    ],
)
def test_a_run_that_no_longer_waits_is_not_started(
    run_store: RunStore, end: Callable[[RunStore, str], None]
) -> None:
    """What somebody stopped must not train after all, nor anything twice."""
    run_id = run_store.create(CONFIG, name="run")
    end(run_store, run_id)
    before = run_store.get(run_id).status

    assert not run_store.start(run_id)
    assert run_store.get(run_id).status is before


def test_the_points_within_an_epoch_come_back_in_order(
    run_store: RunStore, running: str
) -> None:
    """The live curve is drawn from them."""
    run_store.log(running, [small_data.progress(0.25), small_data.progress(0.5)])
    run_store.log(running, [small_data.progress(1.0, history=ONE_EPOCH)])

    points = run_store.live_points(running)

    assert points.epochs == (0.25, 0.5, 1.0)
    assert points.loss == (1.75, 1.5, 1.0)
    assert points.accuracy == (0.0625, 0.125, 0.25)
    scores = run_store.get(running).scores
    assert (scores.epochs_done, scores.images_per_second) == (1.0, 1000.0)
    assert scores.seconds_left == 3.0


def test_the_scores_by_epoch_come_back(run_store: RunStore, running: str) -> None:
    """Only reports that end an epoch count, each with its own last values."""
    two = History(
        loss=(0.5, 0.3),
        accuracy=(0.8, 0.9),
        val_loss=(0.6, 0.4),
        val_accuracy=(0.7, 1),
        dead_units=(0.0, 0.1),
    )
    run_store.log(
        running,
        [
            small_data.progress(0.5),
            small_data.progress(1.0, history=ONE_EPOCH),
            small_data.progress(2.0, history=two),
        ],
    )

    assert run_store.history(running) == two


def test_without_held_out_images_nothing_is_known_of_them(
    run_store: RunStore, running: str
) -> None:
    """Empty, not zero."""
    history = History(loss=(0.5,), accuracy=(0.8,))

    run_store.log(running, [small_data.progress(1.0, history=history)])

    assert run_store.history(running) == history


def test_a_long_silence_can_be_written_at_once(
    run_store: RunStore, running: str
) -> None:
    """MLflow takes a thousand values at a time; ours may be more after a pause."""
    many = [small_data.progress(n / 1000) for n in range(1, 501)]

    run_store.log(running, many)

    assert run_store.live_points(running).epochs == tuple(
        each.epochs_done for each in many
    )


def test_a_clock_that_is_set_back_does_not_shuffle_the_epochs(
    run_store: RunStore, running: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MLflow sorts by time, and computers correct theirs."""
    for epochs_done, now in ((0.5, 2e9), (1.0, 1.9e9), (1.5, 1.8e9)):
        with monkeypatch.context() as patch:
            patch.setattr(mlflow_mapping, "now_ms", lambda now=now: int(now))
            run_store.log(running, [small_data.progress(epochs_done)])

    assert run_store.live_points(running).epochs == (0.5, 1.0, 1.5)


def test_what_is_written_while_we_read_waits_for_the_next_time(
    run_store: RunStore, running: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Curves of two lengths cannot be drawn."""
    run_store.log(running, [small_data.progress(1.0, history=ONE_EPOCH)])
    read = MlflowClient.get_metric_history

    def read_then_write(client: MlflowClient, run_id: str, key: str) -> object:
        points = read(client, run_id, key)
        report = small_data.progress(1.0 + len(key) / 100, history=ONE_EPOCH)
        run_store.log(run_id, [report])
        return points

    monkeypatch.setattr(MlflowClient, "get_metric_history", read_then_write)

    points, history = run_store.live_points(running), run_store.history(running)

    assert len(points.accuracy) == len(points.loss)
    assert {len(values) for values in vars(history).values()} == {len(history.loss)}


def test_a_loss_that_is_no_number_comes_back_as_such(
    run_store: RunStore, running: str
) -> None:
    """SQL knows no NaN."""
    report = replace(small_data.progress(0.5), loss=float("nan"))

    run_store.log(running, [report])

    assert np.isnan(run_store.live_points(running).loss).tolist() == [True]


def test_a_finished_run_has_its_scores(run_store: RunStore, finished: str) -> None:
    """They stand in every list of runs."""
    run = run_store.get(finished)

    assert run.status is RunStatus.FINISHED
    assert run.scores == SCORES
    assert isinstance(run.scores.test_size, int)


def test_a_failed_run_says_why(run_store: RunStore, running: str) -> None:
    """The reason is shown as it is, however long it is."""
    run_store.fail(running, "It broke.\nTwice.")

    run = run_store.get(running)
    assert (run.status, run.reason) == (RunStatus.FAILED, "It broke.\nTwice.")


def test_a_very_long_reason_still_fails_the_run(
    run_store: RunStore, running: str
) -> None:
    """Errors of compilers fill pages; a run must not hang on one."""
    run_store.fail(running, "x" * 20_000)

    run = run_store.get(running)
    assert run.status is RunStatus.FAILED
    assert run.reason.startswith("xxx")


def test_a_waiting_run_is_stopped_at_once(run_store: RunStore) -> None:
    """There is nothing to wait for."""
    run_id = run_store.create(CONFIG, name="run")

    run_store.request_stop(run_id)

    assert run_store.get(run_id).status is RunStatus.STOPPED


def test_a_running_run_gets_a_request(run_store: RunStore, running: str) -> None:
    """Only the process that trains can end the training."""
    before = run_store.is_stop_requested(running)

    run_store.request_stop(running)

    assert not before
    assert run_store.is_stop_requested(running)
    assert run_store.get(running).status is RunStatus.RUNNING


def test_a_request_that_meets_the_start_is_not_lost(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker may start the run between our look and our word."""
    run_id = run_store.create(CONFIG, name="run")
    stop = run_store.stop

    def start_meanwhile(stopped: str) -> None:
        stop(stopped)
        MlflowClient(settings.tracking_uri()).update_run(stopped, status="RUNNING")

    monkeypatch.setattr(run_store, "stop", start_meanwhile)

    run_store.request_stop(run_id)

    assert run_store.get(run_id).status is RunStatus.RUNNING
    assert run_store.is_stop_requested(run_id)


def test_a_request_to_stop_what_is_over_changes_nothing(
    run_store: RunStore, finished: str
) -> None:
    """The button may be clicked a moment too late."""
    run_store.request_stop(finished)

    assert run_store.get(finished).status is RunStatus.FINISHED
    assert not run_store.is_stop_requested(finished)


def test_a_deleted_run_is_gone(run_store: RunStore, finished: str) -> None:
    """From the list and from its address."""
    run_store.delete(finished)

    assert run_store.runs() == ()
    with pytest.raises(UnknownRunError):
        run_store.get(finished)


def test_a_running_run_that_is_deleted_is_stopped(
    run_store: RunStore, running: str
) -> None:
    """Nobody can see it any more, so nobody could stop it later."""
    run_store.delete(running)

    assert run_store.is_stop_requested(running)


@pytest.mark.parametrize(
    "run_id", ["", "nonsense", "0" * 32, "../../etc", "a'; --", "é" * 40], ids=repr
)
def test_an_unknown_run_is_a_plain_error(run_store: RunStore, run_id: str) -> None:
    """An id comes from a link or a terminal, and may be anything."""
    for ask in (run_store.get, run_store.delete, run_store.start):
        with pytest.raises(UnknownRunError, match="Expected the id of a run"):
            ask(run_id)


def test_a_store_that_does_not_answer_is_not_an_unknown_run(
    run_store: RunStore, running: str, home: Path
) -> None:
    """Somebody would believe that the run is lost, and train it again."""
    database = sqlite3.connect(home / "runs.db")
    database.execute("ALTER TABLE runs RENAME TO hidden")
    database.close()

    with pytest.raises(RunStoreError, match="run store to answer") as caught:
        run_store.get(running)

    assert not isinstance(caught.value, UnknownRunError)


def test_predictions_come_back_as_they_were(run_store: RunStore, finished: str) -> None:
    """All of the evaluation is computed from them."""
    expected = small_data.predictions()

    found = run_store.predictions(finished)

    for name in ("labels", "probabilities", "features"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
        assert getattr(found, name).dtype == getattr(expected, name).dtype


def test_a_file_is_read_where_it_is(
    run_store: RunStore, finished: str, home: Path
) -> None:
    """A copy for each look at a page would fill the disk."""
    path = run_store.artifact(finished, "predictions.npz")

    assert path.is_relative_to(home / "artifacts")
    assert run_store.artifact(finished, "predictions.npz") == path


@pytest.mark.parametrize("copy", [True, False])
def test_runs_go_with_their_home(
    finished: str,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    copy: bool,
) -> None:
    """To another disk or computer; MLflow writes down where each file was."""
    other = tmp_path / "other home, 50 % off"
    shutil.copytree(home, other)
    if not copy:
        shutil.rmtree(home)
    monkeypatch.setenv("INKLAB_HOME", str(other))

    store = open_store()

    assert store.artifact(finished, "predictions.npz").is_relative_to(other)
    again = keep_a_run(store, tmp_path / "new")
    assert store.artifact(again, "predictions.npz").is_relative_to(other)


def test_files_of_a_store_that_is_not_at_home_stay_where_they_are(
    finished: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody names the store and has another home for the rest."""
    (tmp_path / "other" / "artifacts").mkdir(parents=True)
    monkeypatch.setenv("INKLAB_HOME", str(tmp_path / "other"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{home / 'runs.db'}")

    found = open_store().artifact(finished, "predictions.npz")

    assert found.is_relative_to(home)


def keep_a_run(store: RunStore, folder: Path) -> str:
    """Create a run with predictions."""
    run_id = store.create(CONFIG, name="kept")
    store.start(run_id)
    small_data.write_predictions(folder, small_data.predictions())
    store.save_results(run_id, scores=SCORES, files=folder)
    return run_id


def test_a_home_may_be_moved_before_it_has_a_run(
    run_store: RunStore, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one would write to where the home was."""
    assert run_store
    other = home.rename(tmp_path / "other")
    monkeypatch.setenv("INKLAB_HOME", str(other))
    store = open_store()

    run_id = keep_a_run(store, tmp_path / "new")

    assert store.artifact(run_id, "predictions.npz").is_relative_to(other)
    assert not home.exists()


def test_a_deleted_run_comes_back_where_its_home_is(
    run_store: RunStore,
    finished: str,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_store.delete(finished)
    other = home.rename(tmp_path / "other")
    monkeypatch.setenv("INKLAB_HOME", str(other))
    store = open_store()

    store.restore(finished)

    assert store.artifact(finished, "predictions.npz").is_relative_to(other)


def test_what_others_keep_in_the_same_store_stays_where_it_is(
    client: MlflowClient, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = client.create_experiment("theirs", (home / "artifacts").as_uri())
    run = client.create_run(theirs)
    other = home.rename(tmp_path / "other")
    (other / "artifacts" / run.info.run_id / "artifacts").mkdir(parents=True)
    monkeypatch.setenv("INKLAB_HOME", str(other))

    open_store()

    moved = MlflowClient(tracking_uri=settings.tracking_uri())
    assert moved.get_run(run.info.run_id).info.artifact_uri == run.info.artifact_uri
    found = moved.get_experiment(theirs).artifact_location
    assert found == (home / "artifacts").as_uri()


def test_another_name_of_a_home_is_no_move(
    finished: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has it open under the first name goes on, also when the second one goes."""
    (tmp_path / "link").symlink_to(home, target_is_directory=True)
    with monkeypatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(tmp_path / "link"))
        waiting = open_store().create(CONFIG, name="waits")
        open_store()

    for run_id in (finished, waiting):
        uri = MlflowClient(settings.tracking_uri()).get_run(run_id).info.artifact_uri
        assert uri.startswith((home / "artifacts").as_uri())


def test_a_store_without_its_files_still_knows_where_they_were(
    finished: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the database was copied, into a home that has files of other runs."""
    other = tmp_path / "other"
    (other / "artifacts").mkdir(parents=True)
    shutil.copyfile(home / "runs.db", other / "runs.db")
    monkeypatch.setenv("INKLAB_HOME", str(other))
    store = open_store()

    run_id = keep_a_run(store, tmp_path / "new")

    assert store.artifact(finished, "predictions.npz").is_relative_to(home)
    assert store.artifact(run_id, "predictions.npz").is_relative_to(other)


def test_a_store_that_is_named_needs_no_home(
    finished: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tracking server of a school, used from where nothing may be written."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{home / 'runs.db'}")
    monkeypatch.setenv("INKLAB_HOME", "/proc/nohome")

    assert open_store().get(finished).id == finished


def test_missing_predictions_are_a_plain_error(
    run_store: RunStore, running: str
) -> None:
    """A run that failed or was stopped has none."""
    with pytest.raises(ArtifactError, match=r"predictions\.npz .* but it is missing"):
        run_store.predictions(running)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"text" * 50, id="text"),
        pytest.param(lambda content: content[: len(content) // 2], id="cut"),
        pytest.param(lambda content: content[-100:], id="start lost"),
        pytest.param(
            lambda content: content[:60] + b"\xff" * 60 + content[120:],
            id="overwritten",
        ),
    ],
)
def test_damaged_predictions_are_a_plain_error(
    run_store: RunStore, finished: str, damage: Callable[[bytes], bytes]
) -> None:
    """A damaged archive raises half a dozen kinds of errors."""
    path = run_store.artifact(finished, "predictions.npz")
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(ArtifactError, match=r"or damaged\. Delete this run"):
        run_store.predictions(finished)


def test_predictions_without_probabilities_are_a_plain_error(
    run_store: RunStore, finished: str
) -> None:
    """A file of another program may have the same name."""
    path = run_store.artifact(finished, "predictions.npz")
    np.savez(path, labels=np.zeros(3))

    with pytest.raises(ArtifactError, match="or damaged"):
        run_store.predictions(finished)


def test_a_single_array_is_no_predictions(run_store: RunStore, finished: str) -> None:
    """NumPy opens both kinds of file with one function."""
    path = run_store.artifact(finished, "predictions.npz")
    with path.open("wb") as stream:
        np.save(stream, np.zeros(3))

    with pytest.raises(ArtifactError, match="or damaged"):
        run_store.predictions(finished)


def test_a_missing_file_is_a_plain_error(run_store: RunStore, finished: str) -> None:
    """Somebody tidied up the folder by hand."""
    with pytest.raises(ArtifactError, match=r"model\.tflite among the files"):
        run_store.artifact(finished, "model.tflite")


def test_a_run_of_another_program_is_left_out(
    run_store: RunStore, finished: str, client: MlflowClient
) -> None:
    """Others may log into the same experiment."""
    experiment = client.get_experiment_by_name("inklab").experiment_id
    stranger = client.create_run(experiment).info.run_id

    assert [run.id for run in run_store.runs()] == [finished]
    with pytest.raises(RunStoreError, match="another program made it"):
        run_store.get(stranger)


@pytest.mark.parametrize("change", [{"schema": 5}, {"epochs": 0}, {"network": None}])
def test_a_run_of_another_version_is_left_out(
    run_store: RunStore, finished: str, client: MlflowClient, change: dict[str, object]
) -> None:
    """One colleague with a newer Inklab must not take the list away from all."""
    newer = run_store.create(CONFIG, name="newer")
    config = json.dumps(json.loads(CONFIG.to_json()) | change)
    client.set_tag(newer, "inklab.config", config)

    assert [run.id for run in run_store.runs()] == [finished]


def test_a_run_at_work_whose_process_is_gone_fails_with_a_plain_reason(
    run_store: RunStore,
) -> None:
    """It would otherwise be at work for ever; one that waited is adopted."""
    command = [sys.executable, "-c", CREATE_AND_END]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)

    started, waiting = run_store.runs()

    assert [waiting.id, started.id] == ended.stdout.split()
    assert started.status is RunStatus.FAILED
    assert started.reason == reader.ABANDONED
    assert run_store.get(started.id) == started
    assert waiting.status is RunStatus.QUEUED


def test_a_run_that_finishes_while_we_look_is_not_failed(
    run_store: RunStore, finished: str, client: MlflowClient
) -> None:
    """We read "running", it finishes and its process ends, then we look for that."""
    gone = replace(Owner.this_process(), started=0.0)
    client.set_tag(finished, "inklab.owner", str(gone))
    client.update_run(finished, status="RUNNING")
    as_read = client.get_run(finished)
    client.update_run(finished, status="FINISHED")
    stale = mlflow_mapping.job_of(as_read)

    checked = run_store._checked(stale, as_read)  # noqa: SLF001

    assert checked.status is RunStatus.FINISHED
    assert run_store.get(finished).status is RunStatus.FINISHED


@pytest.mark.parametrize(
    ("silence", "expected"),
    [(30.0, RunStatus.RUNNING), (90.0, RunStatus.FAILED)],
    ids=["half a minute", "a minute and a half"],
)
def test_a_process_elsewhere_is_judged_by_its_silence(
    run_store: RunStore,
    running: str,
    client: MlflowClient,
    monkeypatch: pytest.MonkeyPatch,
    silence: float,
    expected: RunStatus,
) -> None:
    """The process number of another machine says nothing here."""
    elsewhere = replace(Owner.this_process(), host="elsewhere", started=0.0)
    client.set_tag(running, "inklab.owner", str(elsewhere))
    heard = float(client.get_run(running).data.tags["inklab.heartbeat"])

    monkeypatch.setattr("time.time", lambda: heard + silence)

    assert run_store.get(running).status is expected


def test_a_store_of_another_version_is_refused_and_left_alone(
    run_store: RunStore, home: Path
) -> None:
    """To alter it would take it away from the version that made it."""
    assert run_store
    database = sqlite3.connect(home / "runs.db")
    database.execute("UPDATE alembic_version SET version_num = 'other'")
    database.commit()
    database.close()
    copy = (home / "runs.db").replace(home / "other.db")
    before = hashlib.sha256(copy.read_bytes()).hexdigest()

    with pytest.raises(RunStoreError, match=r"of another version.*nothing was altered"):
        RunStore(f"sqlite:///{copy}")

    assert hashlib.sha256(copy.read_bytes()).hexdigest() == before


@pytest.mark.parametrize(
    "content",
    [b"no database" * 100, b"SQLite format 3\0" + b"\1" * 5000],
    ids=["text", "damaged"],
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(
    home: Path, content: bytes
) -> None:
    """It may be somebody's only copy of something."""
    home.mkdir()
    (home / "runs.db").write_bytes(content)

    with pytest.raises(RunStoreError, match="run store to answer, but"):
        open_store()

    assert (home / "runs.db").read_bytes() == content


def test_a_folder_in_the_place_of_the_database_is_a_plain_error(home: Path) -> None:
    """MLflow alone would try for two minutes."""
    (home / "runs.db").mkdir(parents=True)

    with pytest.raises(RunStoreError, match="unable to open database file"):
        open_store()


def test_a_home_that_cannot_be_written_is_a_plain_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the first thing that goes wrong on a shared computer."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("INKLAB_HOME", str(tmp_path / "file" / "home"))

    with pytest.raises(HomeError, match="set INKLAB_HOME"):
        open_store()


def test_a_new_store_may_be_opened_by_two_processes_at_once(home: Path) -> None:
    """The server and a terminal; MLflow's own migration breaks on that."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_WHEN_TOLD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(2)
    ]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 2
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()

    answers = {process.communicate(timeout=60)[0].strip() for process in processes}

    assert {run.id for run in open_store().runs()} == answers
    assert len(answers) == 2
    assert sorted(path.name for path in home.iterdir()) == ["runs.db", "runs.db.lock"]


def test_an_interrupted_first_start_leaves_no_half_store(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making the tables takes seconds, and people press Ctrl+C."""

    def interrupt(**_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.runs.database.MlflowClient", interrupt)

    with pytest.raises(KeyboardInterrupt):
        open_store()

    assert not (home / "runs.db").exists()


def test_a_store_may_be_used_by_several_threads(run_store: RunStore) -> None:
    """All viewers share one."""
    errors: list[BaseException] = []

    def use() -> None:
        try:
            run_id = run_store.create(CONFIG, name="run")
            run_store.start(run_id)
            run_store.log(run_id, [small_data.progress(0.5)])
            run_store.runs()
        except BaseException as error:  # noqa: BLE001 - the test reports it
            errors.append(error)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len(run_store.runs()) == 4


@pytest.mark.parametrize("written", ["", "soon", "elsewhere 1 2.5 x"])
@pytest.mark.parametrize("tag", ["owner", "heartbeat", "saving"])
def test_tag_that_somebody_changed_does_not_take_the_list_down(
    run_store: RunStore, tag: str, written: str
) -> None:
    """MLflow's own pages let people write anything there."""
    run_id = run_store.create(CONFIG, name="run")
    run_store.start(run_id)
    elsewhere = replace(Owner.this_process(), host="elsewhere")
    run_store.annotate(run_id, tags={"inklab.owner": str(elsewhere)})
    run_store.annotate(run_id, tags={f"inklab.{tag}": written})
    if tag == "saving":
        run_store.stop(run_id)

    assert [run.id for run in run_store.runs()] == [run_id]
    assert run_store.get(run_id).status.is_over
