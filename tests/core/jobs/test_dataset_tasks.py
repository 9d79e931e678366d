"""Tasks about data sets: in a lane without TensorFlow, once, whole or not at all."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from mlflow.tracking import MlflowClient

from core import settings
from core.datasets import catalog, getting, store
from core.datasets.arrays import Dataset
from core.datasets.importing import make, uploads
from core.datasets.importing.source import ImportOptions
from core.datasets.versions import Change
from core.errors import DatasetNameError, DownloadError
from core.jobs import executor, kinds, worker
from core.jobs.kinds.download import Download
from core.jobs.kinds.export import Export
from core.jobs.kinds.image_map import MapImages
from core.jobs.kinds.importing import Import
from core.jobs.kinds.summary import Summarise
from core.jobs.kinds.version import MakeVersion
from core.jobs.tasks import DatasetTask, Task
from core.records import Lane, RunStatus
from core.runs.owner import Owner
from core.runs.store import RunStore
from tests.small_data import wait_until

SECONDS = 120
"""Far longer than it takes: other tests may need the processors too."""

OPTIONS = ImportOptions(split="bymerge", image_shape=(20, 24), transposed=False)

TASKS: dict[str, Task] = {
    each.kind: each
    for each in (
        Download(subject="emnist-letters"),
        Import(subject="signs", paths=("/data/a b.zip",), options=OPTIONS),
        Export(subject="mnist", fingerprint="f00", form="folders"),
        Summarise(subject="mnist", fingerprint="f00"),
        MapImages(subject="mnist", fingerprint="f00", part="test"),
        MakeVersion(
            subject="mnist",
            fingerprint="f00",
            changes={"train": Change(remove=(1, 2), relabel={3: 4})},
            reason="duplicates",
        ),
    )
}


def write_archive(path: Path, num_images: int) -> Path:
    """Write random images of two classes as `.npz`."""
    images = np.random.default_rng(0).integers(0, 256, (num_images, 8, 8), np.uint8)
    labels = np.arange(num_images, dtype=np.uint8) % 2
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)
    return path


@pytest.fixture
def archive(tmp_path: Path, small_mnist: Dataset) -> Path:
    """Write eight images of two classes."""
    assert small_mnist
    return write_archive(tmp_path / "signs.npz", 8)


@pytest.mark.parametrize("kind", kinds.DATASET_KINDS)
def test_a_task_is_read_back_as_it_was_written(kind: str) -> None:
    """It waits in the store, maybe for a server that is started tomorrow."""
    task = TASKS[kind]

    assert type(task).from_document(task.document()) == task
    assert task.lane is Lane.INPUT_OUTPUT
    assert task.record().key


def test_an_import_becomes_a_data_set(run_store: RunStore, archive: Path) -> None:
    task = Import(subject="signs", paths=(str(archive),))
    job_id = task.create(run_store, name="Import signs")

    worker.perform(job_id)

    job = run_store.job(job_id)
    assert (job.status, job.subject, job.kind) == (
        RunStatus.FINISHED,
        "signs",
        "import",
    )
    assert store.verify("signs").spec.num_train == 8
    assert archive.exists()


@pytest.mark.parametrize("content", ["images", "nonsense"])
def test_an_upload_is_removed_once_it_is_imported(
    run_store: RunStore, archive: Path, home: Path, content: str
) -> None:
    """After a failure one may try again, with other options."""
    if content == "nonsense":
        archive.write_bytes(b"nonsense")
    with archive.open("rb") as stream:
        kept = uploads.keep("signs.npz", stream)
    job_id = Import(subject="signs", paths=(str(kept),)).create(run_store, name="i")

    worker.perform(job_id)

    is_good = content == "images"
    expected = RunStatus.FINISHED if is_good else RunStatus.FAILED
    assert run_store.job(job_id).status is expected
    assert kept.exists() != is_good
    assert len(list((home / "uploads").iterdir())) == (not is_good)


def test_a_failure_says_why_and_about_what(run_store: RunStore, archive: Path) -> None:
    """The page of the data sets shows it."""
    archive.unlink()
    job_id = Import(subject="signs", paths=(str(archive),)).create(run_store, name="i")

    worker.perform(job_id)

    job = run_store.job(job_id)
    assert (job.status, job.subject) == (RunStatus.FAILED, "signs")
    assert str(archive) in job.reason


def test_of_two_imports_under_one_name_one_wins(
    run_store: RunStore, archive: Path, tmp_path: Path
) -> None:
    """Two sessions chose it at once; the second job tells its viewer."""
    other = write_archive(tmp_path / "other.npz", 12)
    jobs = [
        Import(subject="signs", paths=(str(path),)).create(run_store, name="i")
        for path in (archive, other)
    ]

    for job_id in jobs:
        worker.perform(job_id)

    first, second = map(run_store.job, jobs)
    assert (first.status, second.status) == (RunStatus.FINISHED, RunStatus.FAILED)
    assert "which there is already" in second.reason
    assert catalog.card("signs").spec.num_train == 8


def test_what_finishes_second_neither_replaces_nor_spoils_the_first(
    archive: Path, tmp_path: Path
) -> None:
    """The name was free for both when they began."""
    other = write_archive(tmp_path / "other.npz", 12)

    def overtake(_share: float, text: str) -> None:
        if "training" in text and not catalog.cards():
            make.import_dataset([other], "signs")

    with pytest.raises(DatasetNameError, match="there is already"):
        make.import_dataset([archive], "signs", report=overtake)

    assert store.verify("signs").spec.num_train == 12
    assert [each.name for each in catalog.root().glob(".signs*")] == []


def test_a_download_that_fails_tells_its_job(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        message = "Expected a zip, got a web page."
        raise DownloadError(message)

    monkeypatch.setattr(getting.emnist_zip, "get", fail)
    job_id = Download(subject="emnist-letters").create(run_store, name="get")

    worker.perform(job_id)

    assert run_store.job(job_id).reason == "Expected a zip, got a web page."


def test_a_version_is_made_of_what_was_looked_at(
    run_store: RunStore, archive: Path
) -> None:
    """Should another data set have the name by then, its images are not touched."""
    make.import_dataset([archive], "signs")
    parent = store.load("signs")
    task = MakeVersion.without(parent, train=(0, 1), test=(), reason="duplicates")
    stale = task.model_copy(update={"fingerprint": "0" * 64})
    jobs = [each.create(run_store, name="v") for each in (stale, task)]

    for job_id in jobs:
        worker.perform(job_id)

    assert "another data set now" in run_store.job(jobs[0]).reason
    assert store.load("signs@2").spec.num_train == 6
    assert catalog.card("signs@2").changes == (
        "Without 2 of 8 training images: duplicates.",
    )


@pytest.mark.parametrize("kind", [Export, Summarise, MapImages])
def test_nothing_is_found_out_about_another_data_set_of_that_name(
    run_store: RunStore, small_mnist: Dataset, kind: type[DatasetTask]
) -> None:
    """The result would lie with the one that was meant."""
    fields = {"part": "test"} if kind is MapImages else {}
    task = kind(subject="mnist", fingerprint="0" * 64, **fields)
    job_id = task.create(run_store, name="stale")

    worker.perform(job_id)

    assert "it is another data set now" in run_store.job(job_id).reason
    assert small_mnist.fingerprint in run_store.job(job_id).reason
    assert task.result() is None


def test_an_export_lies_in_the_home_under_a_name_of_its_own(
    run_store: RunStore, small_mnist: Dataset, home: Path
) -> None:
    """Two sessions may export two forms at once."""
    task = Export(subject="mnist", fingerprint=small_mnist.fingerprint, form="npz")
    job_id = task.create(run_store, name="export")

    worker.perform(job_id)

    assert run_store.job(job_id).reason == ""
    named = f"mnist-{small_mnist.fingerprint[:8]}.npz"
    assert task.path == home / "exports" / named
    with np.load(task.path) as found:
        np.testing.assert_array_equal(found["y_test"], small_mnist.test.labels)


NO_TENSORFLOW = """
import os
import sys
from core.jobs import worker
from core.records import Lane

worker.initialize_worker(os.getppid(), Lane.INPUT_OUTPUT)
for job_id in sys.argv[1:]:
    worker.perform(job_id)
print(sorted({"tensorflow", "keras", "umap", "numba"} & set(sys.modules)))
"""


def test_no_task_about_a_data_set_loads_tensorflow(
    run_store: RunStore, tmp_path: Path
) -> None:
    """Half a gigabyte and two seconds for nothing."""
    archive = write_archive(tmp_path / "signs.npz", 40)
    make.import_dataset([archive], "signs")
    signs = store.load("signs")
    about = {"subject": "signs", "fingerprint": signs.fingerprint}
    tasks: list[Task] = [
        Import(subject="other", paths=(str(archive),)),
        Summarise(**about),
        MapImages(part="train", **about),
        MakeVersion.without(signs, train=(0,), test=(), reason="odd"),
    ]
    jobs = [task.create(run_store, name=task.title) for task in tasks]

    done = subprocess.run(
        [sys.executable, "-c", NO_TENSORFLOW, *jobs],
        capture_output=True,
        check=False,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )

    assert [run_store.job(each).reason for each in jobs] == ["", "", "", ""]
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr


@pytest.fixture
def _fresh_pool() -> Iterator[None]:
    """Start with no process for files, and leave none."""
    executor.executor_of(Lane.INPUT_OUTPUT).shutdown(cancel_futures=True)
    yield
    executor.executor_of(Lane.INPUT_OUTPUT).shutdown(cancel_futures=True)


@pytest.mark.usefixtures("_fresh_pool")
def test_a_worker_killed_during_an_import_leaves_no_data_set(
    run_store: RunStore, tmp_path: Path
) -> None:
    """The job says so, and the same import works afterwards."""
    source = write_table(tmp_path / "signs.csv", num_images=150_000)
    task = Import(subject="signs", paths=(str(source),))
    job_id = executor.submit(run_store, task, name="Import signs")
    again = executor.submit(run_store, task, name="Import signs")
    wait_until(
        lambda: bool(list(catalog.root().glob(".signs-*/*.npy"))), seconds=SECONDS
    )

    kill_worker_of(job_id)
    wait_until(lambda: run_store.job(job_id).status.is_over, seconds=SECONDS)

    assert again == job_id
    assert run_store.job(job_id).status is RunStatus.FAILED
    assert "process" in run_store.job(job_id).reason
    assert catalog.cards() == ()
    assert make.import_dataset([write_archive(tmp_path / "s.npz", 8)], "signs")


def kill_worker_of(job_id: str) -> None:
    """Kill the process that does a job, as a full memory would."""
    tags = MlflowClient(settings.tracking_uri()).get_run(job_id).data.tags
    owner = Owner.from_text(tags["inklab.owner"])
    assert owner.pid != os.getpid()
    os.kill(owner.pid, signal.SIGKILL)


def write_table(path: Path, *, num_images: int) -> Path:
    """Write a CSV that takes some seconds to read."""
    row = ",".join(["7"] * 64)
    lines = (f"{number % 2},{row}\n" for number in range(num_images))
    path.write_text("".join(lines))
    return path
