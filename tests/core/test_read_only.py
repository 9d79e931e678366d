"""An Inklab that is read-only: what changes something is refused, in core."""

import inspect
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from core import cli, settings
from core.config import TrainingConfig, own_presets
from core.datasets import emnist_zip, getting, label_review, versions
from core.datasets import results as dataset_results
from core.datasets import store as datasets
from core.datasets.arrays import Dataset
from core.datasets.importing import uploads
from core.datasets.importing.make import import_dataset
from core.datasets.spec import BundledSpec
from core.errors import HomeError, ReadOnlyError, RunStoreError
from core.handwriting import collection, data_set
from core.jobs import executor, first_model, kinds, studies, worker

# Tests of pages put others in their place, for as long as all tests take.
from core.jobs.executor import adopt_on, warm_up
from core.records import (
    Attachment,
    History,
    RunScores,
    RunStatus,
    TaskRecord,
)
from core.runs import annotations, open_store, purge, reader, unpacked
from core.runs.store import RunStore
from core.tuning import storage
from core.tuning.study import Study
from tests import small_data

READS: Final = frozenset(
    {
        *("get", "job", "with_model", "runs", "jobs", "is_stop_requested"),
        *("requests", "pinned"),
        *("history", "live_points", "curves", "database", "experiment", "artifact"),
        *(
            "predictions",
            "validation",
            "document",
            "attachments",
            "attachment",
            "arrays",
        ),
        *("open_jobs", "has_had_runs", "heartbeat", "is_server"),
    }
)
HERE: Final = Path()
WRITES: Final[Mapping[str, Callable[[RunStore, str], object]]] = {
    "create": lambda store, _: store.create(TrainingConfig(), name="run"),
    "create_job": lambda store, _: store.create_job(TaskRecord(kind="x"), name="x"),
    "adopt": lambda store, run_id: store.adopt(store.job(run_id)),
    "delete": lambda store, run_id: store.delete(run_id),
    "restore": lambda store, run_id: store.restore(run_id),
    "annotate": lambda store, run_id: store.annotate(run_id, name="other"),
    "pin": lambda store, run_id: store.pin(run_id, np.zeros((28, 28), np.uint8)),
    "request_stop": lambda store, run_id: store.request_stop(run_id),
    "start": lambda store, run_id: store.start(run_id),
    "log": lambda store, run_id: store.log(run_id, []),
    "note_dataset": lambda store, run_id: store.note_dataset(run_id, "{}"),
    "inherit": lambda store, run_id: store.inherit(
        run_id, run_id, history=History(), epochs_done=0
    ),
    "save_results": lambda store, run_id: store.save_results(
        run_id, scores=RunScores(), files=HERE
    ),
    "save_state": lambda store, run_id: store.save_state(run_id, HERE),
    "discard_state": lambda store, run_id: store.discard_state(run_id),
    "save_log": lambda store, run_id: store.save_log(run_id),
    "finish": lambda store, run_id: store.finish(run_id),
    "fail": lambda store, run_id: store.fail(run_id, "reason"),
    "stop": lambda store, run_id: store.stop(run_id),
    "attach": lambda store, run_id: store.attach(
        run_id, Attachment(name="x", title="X", key="1"), HERE
    ),
}
"""All that writes; each is called with the id of a run that waits."""

OTHERS: Final[Mapping[str, Callable[[RunStore, str], object]]] = {
    "rename": lambda store, run_id: annotations.rename(store, run_id, "other"),
    "note": lambda store, run_id: annotations.note(store, run_id, "a note"),
    "star": lambda store, run_id: annotations.star(store, run_id, is_starred=True),
    "free": lambda store, _: purge.free(store),
    "train": lambda store, _: executor.train(store, TrainingConfig(), name="x"),
    "go on": lambda store, run_id: executor.go_on(store, run_id, epochs=1),
    "combine": lambda store, run_id: executor.combine(store, [run_id, run_id]),
    "adopt": lambda store, _: executor.adopt(store),
    "train a first model": lambda store, _: first_model.train(store),
    "adopt on": lambda *_: adopt_on(),
    "warm up": lambda *_: warm_up(),
    "preview": lambda *_: executor.preview(
        TrainingConfig(), num_images=1, num_changes=1
    ),
    "perform": lambda _, run_id: worker.perform(run_id),
    "get a data set": lambda *_: getting.get("emnist-letters"),
    "import": lambda *_: import_dataset([HERE], "mine"),
    "upload": lambda *_: uploads.keep("a.zip", io.BytesIO(b"a")),
    "discard an upload": lambda *_: uploads.discard([HERE]),
    "delete a data set": lambda *_: datasets.delete("mine"),
    "delete the download": lambda *_: emnist_zip.delete(),
    "discard results": lambda *_: dataset_results.discard("1"),
    "leave a result": lambda *_: dataset_results.save(
        "1", Attachment(name="x", title="X", key="1"), write=lambda _: None
    ),
    "decide about a label": lambda *_: label_review.decide(
        small_data.stripes(4), "test", 0, None
    ),
    "keep a drawing": lambda *_: collection.add(np.ones((28, 28)), label="1"),
    "relabel drawings": lambda *_: collection.relabel_all(["1"], "2"),
    "relabel a drawing": lambda *_: collection.relabel("1", "2"),
    "remove drawings": lambda *_: collection.remove(["1"]),
    "restore drawings": lambda *_: collection.restore([]),
    "make the data set of them": lambda *_: data_set.refresh(),
    "save a preset": lambda *_: own_presets.save("mine", TrainingConfig()),
    "delete a preset": lambda *_: own_presets.delete("mine"),
    "stop a study": lambda store, _: studies.stop(store, "mine"),
    "delete a study": lambda store, _: studies.delete(store, "mine"),
    "make a study": lambda *_: storage.create("mine", None),  # type: ignore[arg-type]
}
"""The ways to it from pages, terminal and worker."""


@pytest.fixture
def waiting(run_store: RunStore) -> str:
    """Put a run into the store that waits."""
    return run_store.create(TrainingConfig(), name="waiting")


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make Inklab read-only after all else was prepared."""
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")


def content() -> Mapping[str, tuple[int, int]]:
    """Return size and time of all that is in the home of this test."""
    home = settings.home()
    return {
        str(path.relative_to(home)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in home.rglob("*")
    }


def test_each_method_of_the_store_reads_or_is_refused() -> None:
    """A new one has to be sorted."""
    public = {
        name for name, _ in inspect.getmembers(RunStore) if not name.startswith("_")
    }

    assert public == READS | set(WRITES)


@pytest.mark.parametrize(
    "call", [*WRITES.values(), *OTHERS.values()], ids=[*WRITES, *OTHERS]
)
def test_what_changes_something_is_refused_and_changes_nothing(
    call: Callable[[RunStore, str], object],
    run_store: RunStore,
    waiting: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever asks: a page, a terminal, or a program of somebody's own."""
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")
    before = content()

    with pytest.raises(ReadOnlyError, match="INKLAB_READ_ONLY"):
        call(run_store, waiting)

    assert content() == before


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_each_kind_of_task_is_refused(
    kind: str,
    run_store: RunStore,
    waiting: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No process is started for it, and nothing waits."""
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")
    monkeypatch.setattr(executor, "executor_of", lambda _: pytest.fail("a process"))
    task = kinds.KINDS[kind].model_construct(subject=waiting)
    before = content()

    with pytest.raises(ReadOnlyError):
        executor.submit(run_store, task, name="work")

    assert content() == before


def test_all_that_changes_a_study_is_refused() -> None:
    """A study is changed by whoever has it, not only by its name."""
    changing = (
        *("activate", "deactivate", "change_budget", "ask", "note_run", "enqueue"),
        *("tell", "tell_pruned", "tell_failed"),
    )

    assert all(hasattr(getattr(Study, name), "__wrapped__") for name in changing)


@pytest.mark.usefixtures("small_mnist")
def test_new_versions_are_refused(
    small_mnist: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would be data sets."""
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")

    with pytest.raises(ReadOnlyError):
        versions.create(small_mnist, {}, reason="none")


@pytest.mark.parametrize(
    "command",
    [
        ["train"],
        ["runs", "delete", "ID"],
        ["runs", "stop", "ID"],
        ["runs", "move", "ID", "--to", "1"],
        ["runs", "continue", "ID", "--epochs", "1"],
        ["runs", "combine", "ID", "ID"],
        ["runs", "free"],
        ["datasets", "get", "emnist-letters"],
        ["datasets", "import", ".", "--name", "mine"],
        ["datasets", "delete", "mine"],
        ["handwriting", "add", "1.png", "--label", "1"],
        ["handwriting", "relabel", "ID", "--label", "1"],
        ["handwriting", "remove", "ID"],
    ],
    ids=" ".join,
)
def test_the_terminal_refuses_with_the_same_words(
    command: list[str],
    waiting: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It says what is read-only, and how to change that."""
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")

    code = cli.main([waiting if each == "ID" else each for each in command])

    assert code == 1
    assert f"error: {settings.READ_ONLY}. To change" in capsys.readouterr().err


def test_a_run_whose_process_is_gone_is_shown_as_failed_and_left_as_it_is(
    run_store: RunStore, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may write marks it."""
    run_store.start(waiting)
    monkeypatch.setattr(reader, "_is_worked_on", lambda _: False)
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")
    before = content()

    run = run_store.get(waiting)

    assert (run.status, run.reason) == (RunStatus.FAILED, reader.ABANDONED)
    assert content() == before


@pytest.mark.usefixtures("read_only")
def test_data_sets_can_be_opened_without_a_home(
    small_mnist_files: BundledSpec, home: Path
) -> None:
    """The decoded copy is a cache; without a place for it, it is in memory."""
    dataset = datasets.load_spec(small_mnist_files)

    assert dataset.train.images.shape == (600, 28, 28)
    assert not dataset.train.images.flags.writeable
    assert not home.exists()


def test_data_in_memory_is_the_data_of_the_cache(
    small_mnist: Dataset, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is computed of it is found by its fingerprint."""
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")
    monkeypatch.setenv("INKLAB_HOME", str(home.with_name("empty")))

    dataset = datasets.load("mnist")

    assert dataset.fingerprint == small_mnist.fingerprint
    np.testing.assert_array_equal(dataset.test.images, small_mnist.test.images)


def test_a_moved_home_that_cannot_be_written_has_its_files(
    run_store: RunStore, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the store says of folders cannot be put right there."""
    files = tmp_path / "files"
    small_data.write_predictions(files, small_data.predictions())
    run_id = run_store.create(TrainingConfig(), name="run")
    run_store.start(run_id)
    run_store.log(run_id, [])
    run_store.save_results(run_id, scores=RunScores(test_accuracy=0.5), files=files)
    run_store.finish(run_id)
    moved = home.rename(tmp_path / "moved")
    monkeypatch.setenv("INKLAB_HOME", str(moved))
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")
    before = content()

    path = open_store().artifact(run_id, "predictions.npz")
    found = unpacked.load(path)

    assert path.is_relative_to(moved)
    assert len(found.labels) == len(small_data.predictions().labels)
    assert content() == before


@pytest.mark.usefixtures("read_only")
def test_no_store_is_made(home: Path) -> None:
    """A wrong INKLAB_HOME is told, and nothing appears there."""
    with pytest.raises(RunStoreError, match="Expected a run store at"):
        open_store()

    assert not home.exists()


@pytest.mark.parametrize("value", ["", "0", " 0 "])
def test_nothing_is_refused_without_being_asked(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty variable is one that is not set."""
    monkeypatch.setenv("INKLAB_READ_ONLY", value)

    settings.check_writable()


@pytest.mark.parametrize("value", ["yes", "true", "2", "off"])
def test_a_value_that_says_neither_is_an_error(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guess would either refuse everything or protect nothing."""
    monkeypatch.setenv("INKLAB_READ_ONLY", value)

    with pytest.raises(HomeError, match=f"got '{value}'"):
        settings.check_writable()
