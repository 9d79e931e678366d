"""What goes wrong with trainings, done for real: each run ends, and says how.

One program stands for a server. It and its workers are killed and run out of memory
once; the facts about that are read by several tests.
"""

import resource
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from core import addresses
from core.config import MlpConfig, TrainingConfig
from core.errors import RunStoreError
from core.jobs import resume, worker
from core.records import DATASET, Progress, Run, RunScores, RunStatus
from core.runs import checkpoint_files, logs, reader
from core.runs.owner import Owner, is_gone
from core.runs.store import RunStore
from tests.small_data import SMALL, no_room, wait_until

QUICK = TrainingConfig(network=MlpConfig(hidden=(16,)), epochs=1, batch_size=512)
ROOM = 100_000_000
"""Bytes that a worker gets: less than the large network needs."""

SERVER = """
import os, sys
from core.config import MlpConfig, TrainingConfig
from core.jobs import autosave, executor, worker
from core.records import Lane
from core.runs import open_store

QUICK = TrainingConfig(network=MlpConfig(hidden=(16,)), epochs=1, batch_size=512)
LONG = TrainingConfig(network=MlpConfig(hidden=(16,)), epochs=500, batch_size=64)
LARGE = TrainingConfig(
    network=MlpConfig(hidden=(2048,) * 6), epochs=1, batch_size=512
)

def calm():
    worker.warm_up = lambda: None  # it compiles for whoever comes next
    autosave.INTERVAL_SECONDS = 0.5
    return os.getpid()

store = open_store()
print(executor.executor_of(Lane.COMPUTE).submit(calm).result(), flush=True)
for line in sys.stdin:
    name = line.strip()
    config = {"long": LONG, "large": LARGE}.get(name, QUICK)
    print(executor.train(store, config, name=name), flush=True)
"""

# It cannot tell the store that its run is over: nothing can be written any more.
LAST_WRITE = """
import resource, sys
from core.jobs import worker

def fill_the_disk(*_):
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    raise OSError(28, "No space left on device")

worker._work = fill_the_disk
worker.perform_queued(sys.argv[1])
"""


@dataclass(frozen=True)
class Faults:
    """What became of runs whose server or worker was harmed.

    Attributes:
        home: Their home.
        store: Their store.
        runs: Each run by its name, as it was seen after the end.
        seen_by_another: What a second server saw while the first one worked.
        alive: Processes of the server that outlived it.
    """

    home: Path
    store: RunStore
    runs: dict[str, Run]
    seen_by_another: dict[str, RunStatus]
    alive: list[psutil.Process]


@pytest.fixture(scope="module")
def faults(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[Faults]:
    """Harm a server and its workers, one fault after the other."""
    home = tmp_path_factory.mktemp("faults")
    (home / "runs.db").write_bytes(empty_database.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(home))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        store = RunStore(addresses.of_database(home / "runs.db"))
        with subprocess.Popen(
            [sys.executable, "-c", SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as server:
            try:
                yield harm(home, store, server)
            finally:
                server.kill()


def harm(home: Path, store: RunStore, server: "subprocess.Popen[str]") -> Faults:
    """Do one thing after the other to a server, and note what came of each run."""

    def submit(name: str) -> str:
        server.stdin.write(f"{name}\n")
        server.stdin.flush()
        return server.stdout.readline().strip()

    def wait_for(run_id: str) -> None:
        wait_until(lambda: store.get(run_id).status.is_over, seconds=180)

    first_worker = int(server.stdout.readline())
    # What this one compiles needs memory where the lack of it ends the process.
    wait_for(submit("quick"))
    run_out_of_memory(first_worker, lambda: wait_for(submit("large")))
    long, _ = submit("long"), submit("waits")
    wait_until(checkpoint_files.file_of(long).exists, seconds=180)
    worker.perform(store.create(QUICK, name="other server"))
    seen = {run.name: run.status for run in store.runs()}
    ours = [psutil.Process(server.pid), *psutil.Process(server.pid).children()]
    server.kill()
    server.wait(20)
    _, alive = psutil.wait_procs(ours, timeout=20)
    return Faults(home, store, {run.name: run for run in store.runs()}, seen, alive)


def make_child(store: RunStore, run_id: str) -> str:
    """Ask for one epoch more of a run."""
    task, name = resume.child_of(store, run_id, epochs=1)
    return task.create(store, name=name)


def run_out_of_memory(pid: int, action: Callable[[], None]) -> None:
    """Let a process have little more memory than now, while something is done."""
    now = psutil.Process(pid).memory_info().vms
    before = resource.prlimit(pid, resource.RLIMIT_AS)
    resource.prlimit(pid, resource.RLIMIT_AS, (now + ROOM, before[1]))
    action()
    resource.prlimit(pid, resource.RLIMIT_AS, before)


def test_a_lack_of_memory_is_said_plainly(faults: Faults) -> None:
    """And what to do about it; the log tells where it ran out."""
    run = faults.runs["large"]

    assert run.status is RunStatus.FAILED
    assert "Memory ran out on this machine" in run.reason
    assert "smaller batch size (it was 512) or a smaller network" in run.reason
    assert "Traceback" in logs.read(faults.store, run.id)


def test_a_lack_of_memory_ends_one_run_only(faults: Faults) -> None:
    """What came before it has its result, and what came after it was at work."""
    assert faults.runs["quick"].status is RunStatus.FINISHED
    assert faults.runs["long"].created > faults.runs["large"].created
    assert faults.seen_by_another["long"] is RunStatus.RUNNING


def test_the_log_of_a_killed_worker_is_with_its_run(faults: Faults) -> None:
    path = faults.store.artifact(faults.runs["long"].id, logs.LOG)

    assert "Network: 784-16-10" in path.read_text()


def test_two_servers_work_on_one_home(faults: Faults) -> None:
    """Neither takes the runs of the other for lost."""
    assert faults.seen_by_another["other server"] is RunStatus.FINISHED
    assert faults.seen_by_another["long"] is RunStatus.RUNNING
    assert faults.seen_by_another["waits"] is RunStatus.QUEUED


def test_the_run_at_work_of_a_killed_server_has_failed(faults: Faults) -> None:
    """It would be "running" for ever; it can be continued."""
    run = faults.runs["long"]

    assert run.status is RunStatus.FAILED
    assert run.reason == reader.ABANDONED


def test_what_waited_for_a_killed_server_waits_for_the_next_one(
    faults: Faults,
) -> None:
    """A restart of the machine loses no evening's plan."""
    assert faults.runs["waits"].status is RunStatus.QUEUED
    assert is_gone(faults.runs["waits"].owner, since=faults.runs["waits"].created)


@pytest.mark.usefixtures("no_litert")
def test_a_run_of_a_killed_server_goes_on_from_what_was_kept(
    faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hours of training are not lost with the power."""
    monkeypatch.setenv("INKLAB_HOME", str(faults.home))
    broken = faults.runs["long"]

    child = make_child(faults.store, broken.id)
    worker.perform(child)

    assert faults.store.get(child).status is RunStatus.FINISHED
    finished = faults.store.history(child).num_epochs
    assert finished == faults.store.get(child).config.epochs
    assert faults.store.live_points(child).epochs[-1] == finished


def test_no_process_is_left_of_a_killed_server(faults: Faults) -> None:
    assert faults.alive == []


@pytest.mark.usefixtures("small_mnist")
def test_a_full_disk_loses_the_model_and_keeps_the_curves(
    run_store: RunStore, home: Path
) -> None:
    """It says where room is needed, and how much; nothing half-written stays."""
    config = replace(SMALL, network=MlpConfig(hidden=(1024,)))
    run_id = run_store.create(config, name="run")

    with no_room(beyond=2_000_000):
        worker.perform(run_id)

    run = run_store.get(run_id)
    assert run.status is RunStatus.FAILED
    assert f"Expected about 47 MB of free space in {home}" in run.reason
    assert "its disk is full" in run.reason
    assert run_store.history(run_id).num_epochs == 2
    assert not run.has_model
    assert list(home.glob(".run-*")) == []
    folder = run_store.artifact(run_id, logs.LOG).parent
    assert sorted(path.name for path in folder.iterdir()) == [DATASET, logs.LOG]
    assert "Traceback" in logs.read(run_store, run_id)


def test_a_disk_that_fills_up_keeps_no_half_of_a_result(
    run_store: RunStore, tmp_path: Path, home: Path
) -> None:
    """Files are copied one after the other: the last may not fit."""
    run_id = run_store.create(SMALL, name="run")
    run_store.start(run_id)
    files = tmp_path / "files"
    files.mkdir()
    (files / "card.md").write_text("small")
    (files / "model.keras").write_bytes(bytes(3_000_000))

    with (
        no_room(beyond=2_000_000),
        pytest.raises(RunStoreError, match="not full"),
    ):
        run_store.save_results(run_id, scores=RunScores(test_accuracy=0.5), files=files)

    assert [path for path in home.glob("artifacts/**/*") if path.is_file()] == []
    assert not run_store.get(run_id).has_model


def test_a_run_whose_end_cannot_be_told_is_not_running_for_ever(
    run_store: RunStore,
) -> None:
    """Its worker would live on, and everybody would believe it."""
    run_id = run_store.create(SMALL, name="run")

    ended = subprocess.run(
        [sys.executable, "-c", LAST_WRITE, run_id],
        capture_output=True,
        timeout=180,
        check=False,
    )

    assert ended.returncode == 1
    assert run_store.get(run_id).status is RunStatus.FAILED


def test_a_full_disk_does_not_hide_what_is_gone(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page shows all runs, though it cannot write down that one has ended."""
    run_id = run_store.create(SMALL, name="run")
    run_store.start(run_id)
    monkeypatch.setattr(Owner, "is_alive", False)

    with no_room():
        (run,) = run_store.runs()

    assert run.status is RunStatus.FAILED
    assert run.reason == reader.ABANDONED


@pytest.mark.usefixtures("small_mnist", "no_litert")
def test_a_store_that_is_locked_for_seconds_loses_nothing(
    run_store: RunStore, home: Path
) -> None:
    """A backup or another program; who looks meanwhile waits, and gets an answer."""
    run_id = run_store.create(SMALL, name="run")
    lock = sqlite3.connect(home / "runs.db", check_same_thread=False)
    waited: list[float] = []

    def lock_for_seconds(_: Progress) -> None:
        if waited:
            return
        lock.execute("BEGIN EXCLUSIVE")
        threading.Timer(2.0, lock.rollback).start()
        started = time.monotonic()
        assert len(run_store.runs()) == 1
        waited.append(time.monotonic() - started)

    worker.perform(run_id, on_report=lock_for_seconds)

    lock.close()
    run = run_store.get(run_id)
    assert waited[0] > 1
    assert (run.status, run.has_model) == (RunStatus.FINISHED, True)
    assert run_store.history(run_id).num_epochs == 2


def test_a_clock_that_is_set_back_changes_no_run(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one at work goes on, the one whose process is gone is found."""
    working, gone = [run_store.create(SMALL, name=name) for name in ("one", "two")]
    run_store.start(working)
    run_store.start(gone)
    dead = replace(Owner.this_process(), pid=2**22)
    run_store.annotate(gone, tags={"inklab.owner": str(dead)})
    now, booted = time.time(), psutil.boot_time()
    monkeypatch.setattr(time, "time", lambda: now - 3600)
    for module in ("psutil", "psutil._psplatform"):
        monkeypatch.setattr(f"{module}.boot_time", lambda: booted - 3600)

    assert run_store.get(working).status is RunStatus.RUNNING
    assert run_store.get(gone).status is RunStatus.FAILED
    run_store.finish(working)
    assert run_store.get(working).status is RunStatus.FINISHED


@pytest.mark.parametrize(
    ("hours", "is_adopted"), [(23, False), (25, True)], ids=["a night", "a day"]
)
def test_what_waits_for_a_machine_that_is_called_otherwise_now_waits_a_day(
    run_store: RunStore, *, hours: int, is_adopted: bool
) -> None:
    """A container has another name after each start: nobody would ever begin it."""
    run_id = run_store.create(SMALL, name="run")
    elsewhere = replace(Owner.this_process(), host="before")
    run_store.annotate(run_id, tags={"inklab.owner": str(elsewhere)})
    run = run_store.get(run_id)
    created = run.created - timedelta(hours=hours)

    assert run_store.adopt(replace(run, created=created)) is is_adopted
    assert run_store.get(run_id).status is RunStatus.QUEUED
