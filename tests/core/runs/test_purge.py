"""Deleted runs that are freed for good, and what happens when that is disturbed."""

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from core import addresses, settings
from core.config import TrainingConfig
from core.errors import RunStoreError, UnknownRunError
from core.records import RunScores, TaskRecord
from core.runs import (
    checkpoint_files,
    disk,
    freed_elsewhere,
    logs,
    open_store,
    purge,
    purge_rows,
)
from core.runs.store import RunStore

NOW = timedelta()
TABLES = ("runs", "tags", "metrics", "latest_metrics", "params")

MakeRun = Callable[[], str]


class KilledError(BaseException):
    """Stands for the end of a process."""


@pytest.fixture
def make_run(run_store: RunStore, tmp_path: Path) -> MakeRun:
    """Give a function that puts a finished run of 1,000 bytes into the store."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "model.keras").write_bytes(bytes(1000))

    def make() -> str:
        run_id = run_store.create(TrainingConfig(), name="run")
        run_store.start(run_id)
        scores = RunScores(test_accuracy=0.5, test_size=200)
        run_store.save_results(run_id, scores=scores, files=files)
        run_store.finish(run_id)
        return run_id

    return make


def folder_of(run_id: str) -> Path:
    """Return the folder of a run in the home of this test."""
    return settings.home() / "artifacts" / run_id


def num_rows() -> int:
    """Count the rows about runs in all tables."""
    with sqlite3.connect(settings.home() / "runs.db") as tables:
        counts = [
            tables.execute(f"SELECT count(*) FROM {each}").fetchone()[0]  # noqa: S608 - its own words
            for each in TABLES
        ]
    return sum(counts)


def test_a_freed_run_leaves_nothing(run_store: RunStore, make_run: MakeRun) -> None:
    """Rows, files, log and state go; another run keeps all of its own."""
    kept = make_run()
    rows = num_rows()
    gone = make_run()
    for path in (logs.file_of(gone), checkpoint_files.file_of(gone)):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"some")
    run_store.delete(gone)

    freed = purge.free(run_store, older_than=NOW)

    assert freed.run_ids == (gone,)
    assert freed.num_bytes == 1000
    assert num_rows() == rows
    left = {path.name for path in settings.home().rglob(f"*{gone}*")}
    assert left == set()
    assert run_store.artifact(kept, "model.keras").stat().st_size == 1000
    with pytest.raises(UnknownRunError):
        run_store.restore(gone)


def test_runs_are_spared_until_their_time_is_over(
    run_store: RunStore, make_run: MakeRun
) -> None:
    """A deletion by mistake is noticed after a night or two."""
    run_id = make_run()
    run_store.delete(run_id)

    found = purge.find(run_store)
    purge.free(run_store)
    run_store.restore(run_id)

    assert not found
    assert found.num_later == 1
    assert run_store.artifact(run_id, "model.keras").exists()


def test_a_run_that_is_not_deleted_is_never_freed(
    run_store: RunStore, make_run: MakeRun
) -> None:
    """Whatever its age."""
    make_run()

    assert not purge.find(run_store, older_than=NOW)
    assert purge.free(run_store, older_than=NOW).run_ids == ()


def test_a_run_at_work_is_freed_when_its_worker_must_have_noticed(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker asks whether to stop, and would write into what is gone."""
    run_id = run_store.create(TrainingConfig(), name="run")
    run_store.start(run_id)
    run_store.delete(run_id)

    at_once = purge.free(run_store, older_than=NOW).run_ids
    monkeypatch.setattr(purge, "WORKER_MS", 0)
    later = purge.free(run_store, older_than=NOW).run_ids

    assert at_once == ()
    assert later == (run_id,)


def test_a_run_that_is_restored_meanwhile_stays(
    run_store: RunStore, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the removal is time for a click on Undo."""
    run_id, other = make_run(), make_run()
    run_store.delete(run_id)
    run_store.delete(other)
    remove = purge_rows.remove

    def remove_late(*args: object, **options: object) -> frozenset[str]:
        open_store().restore(run_id)
        return remove(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(purge_rows, "remove", remove_late)
    freed = purge.free(run_store, older_than=NOW)

    assert freed.run_ids == (other,)
    assert run_store.get(run_id).has_model
    assert run_store.artifact(run_id, "model.keras").exists()
    assert [path.name for path in folder_of(run_id).iterdir()] == ["artifacts"]


@pytest.mark.parametrize("rows_are_gone", [False, True], ids=["before", "after"])
def test_killed_beside_the_removal_of_rows(
    run_store: RunStore,
    make_run: MakeRun,
    monkeypatch: pytest.MonkeyPatch,
    *,
    rows_are_gone: bool,
) -> None:
    """A run that can be restored has its files, and the next one frees the rest."""
    run_id = make_run()
    run_store.delete(run_id)
    remove = purge_rows.remove

    def be_killed(*args: object, **options: object) -> frozenset[str]:
        if rows_are_gone:
            remove(*args, **options)  # type: ignore[arg-type]
        raise KilledError

    monkeypatch.setattr(purge_rows, "remove", be_killed)
    with pytest.raises(KilledError):
        purge.free(run_store, older_than=NOW)
    monkeypatch.setattr(purge_rows, "remove", remove)
    files_are_there = (folder_of(run_id) / "artifacts" / "model.keras").exists()
    freed = purge.free(run_store, older_than=NOW)

    assert files_are_there
    assert freed.run_ids == (() if rows_are_gone else (run_id,))
    assert freed.num_bytes == 1000
    assert not folder_of(run_id).exists()


def test_killed_while_files_are_removed(
    run_store: RunStore, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a folder is found again, although nothing in it says what it was."""
    run_store.delete(make_run())

    def be_killed(folder: Path) -> None:
        next(folder.rglob("model.keras")).unlink()
        raise KilledError

    rmtree = shutil.rmtree
    monkeypatch.setattr(shutil, "rmtree", be_killed)
    with pytest.raises(KilledError):
        purge.free(run_store, older_than=NOW)
    monkeypatch.setattr(shutil, "rmtree", rmtree)
    purge.free(run_store, older_than=NOW)

    assert list((settings.home() / "artifacts").iterdir()) == []


def test_two_that_free_at_once_share_the_work(
    run_store: RunStore, make_run: MakeRun
) -> None:
    """Every run is freed, and none is counted twice."""
    run_ids = [make_run() for _ in range(30)]
    for run_id in run_ids:
        run_store.delete(run_id)
    stores = [open_store(), open_store()]
    barrier, freed = threading.Barrier(2), []

    def free(store: RunStore) -> None:
        barrier.wait()
        freed.append(purge.free(store, older_than=NOW))

    threads = [threading.Thread(target=free, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    counted = [run_id for each in freed for run_id in each.run_ids]
    assert sorted(counted) == sorted(run_ids)
    assert list((settings.home() / "artifacts").iterdir()) == []


def test_a_copied_home_spares_the_files_of_the_original(
    run_store: RunStore,
    make_run: MakeRun,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The copy of the tables names the folders of the original."""
    moved, left = make_run(), make_run()
    run_store.delete(moved)
    run_store.delete(left)
    copy = home.with_name("copy")
    shutil.copytree(home, copy, ignore=shutil.ignore_patterns(left))
    monkeypatch.setenv("INKLAB_HOME", str(copy))

    freed = purge.free(open_store(), older_than=NOW)
    found = purge.find(open_store(), older_than=NOW)

    assert freed.run_ids == (moved,)
    assert not (copy / "artifacts" / moved).exists()
    assert found.num_elsewhere == 1
    for run_id in (moved, left):
        assert (home / "artifacts" / run_id / "artifacts" / "model.keras").exists()


def test_an_id_that_is_a_path_leads_nowhere(
    run_store: RunStore, make_run: MakeRun, tmp_path: Path
) -> None:
    """A store may be somebody else's, with anything in its tables."""
    run_id = make_run()
    run_store.delete(run_id)
    precious = tmp_path / "precious"
    precious.mkdir()
    with sqlite3.connect(settings.home() / "runs.db") as tables:
        for table in TABLES:
            tables.execute(
                f"UPDATE {table} SET run_uuid = ? WHERE run_uuid = ?",  # noqa: S608 - its own words
                ("../../precious", run_id),
            )

    purge.free(run_store, older_than=NOW)

    assert precious.exists()


def test_another_store_of_the_same_home_keeps_its_runs(
    run_store: RunStore, make_run: MakeRun, tmp_path: Path, empty_database: Path
) -> None:
    """It has its files in the same folder, and this store does not know them."""
    shutil.copyfile(empty_database, tmp_path / "other.db")
    other = RunStore(addresses.of_database(tmp_path / "other.db"))
    run_id = other.create(TrainingConfig(), name="other")
    other.save_results(run_id, scores=RunScores(), files=tmp_path / "files")
    log = logs.file_of(run_id)
    log.parent.mkdir()
    log.write_text("begun")
    run_store.delete(make_run())

    purge.free(run_store, older_than=NOW)

    assert other.artifact(run_id, "model.keras").exists()
    assert log.exists()


def test_work_about_a_freed_run_goes_with_it(
    run_store: RunStore, make_run: MakeRun
) -> None:
    """Nobody can see it without the run."""
    run_id = make_run()
    task = TaskRecord(kind="projection", document="{}", subject=run_id, key="1")
    job = run_store.create_job(task, name="map")
    run_store.start(job)
    run_store.finish(job)
    run_store.delete(run_id)

    freed = purge.free(run_store, older_than=NOW)

    assert freed.run_ids == (run_id,)
    assert num_rows() == 0
    assert list((settings.home() / "artifacts").iterdir()) == []


def test_old_exports_and_caches_are_freed(run_store: RunStore) -> None:
    """What was used within the time stays."""
    home = settings.home()
    for age in (8, 6):
        export = home / "exports" / f"{age}.zip"
        cached = home / "cache" / "predictions" / f"{age}"
        export.parent.mkdir(exist_ok=True)
        cached.mkdir(parents=True)
        export.write_bytes(bytes(300))
        (cached / "labels.npy").write_bytes(bytes(70))
        then = time.time() - age * 24 * 3600
        os.utime(export, (then, then))
        os.utime(cached, (then, then))

    freed = purge.free(run_store)

    assert freed.num_bytes == 370
    assert freed.num_files == 2
    assert [path.name for path in (home / "exports").iterdir()] == ["6.zip"]
    assert [path.name for path in (home / "cache/predictions").iterdir()] == ["6"]


def test_a_store_that_cannot_be_written_keeps_its_runs(
    run_store: RunStore, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full refuses what SQLite has to note first."""
    run_id = make_run()
    run_store.delete(run_id)

    def refuse(*_: object, **__: object) -> frozenset[str]:
        message = "database or disk is full"
        raise sqlite3.OperationalError(message)

    monkeypatch.setattr(purge_rows, "remove", refuse)
    with pytest.raises(RunStoreError, match="another file"):
        purge.free(run_store, older_than=NOW)
    run_store.restore(run_id)

    assert run_store.artifact(run_id, "model.keras").exists()


def test_the_size_of_a_run_is_that_of_all_its_files(
    run_store: RunStore, make_run: MakeRun
) -> None:
    """Also of those that analyses add, when the size is remembered."""
    run_id = make_run()
    folder = folder_of(run_id) / "artifacts"
    long_ago = time.time() - 2 * disk.SETTLED_SECONDS
    os.utime(folder, (long_ago, long_ago))
    before = disk.sizes(run_store)
    (folder / "analyses" / "projection").mkdir(parents=True)
    (folder / "analyses" / "projection" / "arrays.npz").write_bytes(bytes(50))

    after = disk.sizes(run_store)
    files = disk.files_of(run_store, run_id)

    assert before == {run_id: 1000}
    assert after == {run_id: 1050}
    assert [(each.name, each.num_bytes) for each in files] == [
        ("model.keras", 1000),
        ("analyses/projection/arrays.npz", 50),
    ]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://me:secret@lab:5000", "--tracking-uri https://lab:5000 "),
        ("postgresql://me:secret@lab/runs", '"$MLFLOW_TRACKING_URI" --older-than 7d'),
    ],
    ids=["server", "database"],
)
def test_where_runs_of_a_server_are_freed(
    address: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command is told as it is typed, and without the password."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    store = cast("RunStore", SimpleNamespace(database=None))

    remark = freed_elsewhere.remark(store, older_than=purge.USUAL_AGE)

    assert told in remark
    assert "secret" not in remark


def test_a_server_keeps_its_runs_and_exports_in_the_home_are_freed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The home is that of this machine, wherever the runs are."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://lab:5000")
    export = settings.home() / "exports" / "old.zip"
    export.parent.mkdir()
    export.write_bytes(bytes(10))
    store = cast("RunStore", SimpleNamespace(database=None))

    freed = purge.free(store, older_than=NOW)

    assert freed == purge.Freed((), num_files=1, num_bytes=10)
    assert disk.sizes(store) is None
