"""A run that learns one's own hand: a child run, with what came of it."""

import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from core.config.fine_tuning import fine_tuning_of as recipe_of
from core.datasets import catalog
from core.datasets.spec import DatasetSpec
from core.datasets.store import Dataset
from core.errors import ConfigError
from core.handover import bundle
from core.handwriting import collection, fine_tuned, learned
from core.handwriting.drawing import Drawing, png_of
from core.handwriting.examples import Examples
from core.imaging import packed
from core.jobs import kinds, resume, worker
from core.jobs.kinds.fine_tune import FineTune, fine_tuning_of, name_of
from core.jobs.kinds.label_check import CheckLabels
from core.records import ENSEMBLE, FINE_TUNE, Run, RunStatus, TaskRecord
from core.runs import open_store
from core.runs.store import RunStore
from tests.small_data import SMALL, copy_runs

pytestmark = pytest.mark.usefixtures("no_litert")


@pytest.fixture(scope="module")
def trained_home(
    tmp_path_factory: pytest.TempPathFactory,
    empty_database: Path,
    small_mnist_files: DatasetSpec,
) -> Path:
    """Make a home with a small trained run."""
    home = tmp_path_factory.mktemp("trained") / "home"
    home.mkdir()
    shutil.copyfile(empty_database, home / "runs.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(home))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setattr(catalog, "_SPECS", (small_mnist_files,))
        patch.setattr("core.models.export.save_litert", lambda _, path: path.touch())
        patch.setattr("core.models.export.check_litert", lambda *_, **__: None)
        worker.perform(open_store().create(SMALL, name="run"))
    return home


@pytest.fixture
def run_store(home: Path, trained_home: Path, small_mnist: Dataset) -> RunStore:
    """Open a run store that has the trained run."""
    assert small_mnist
    copy_runs(trained_home, home)
    return open_store()


def examples(dataset: Dataset, start: int, stop: int) -> Examples:
    """Take some test images as if somebody had drawn them."""
    part = slice(start, stop)
    return Examples(
        ids=tuple(f"drawing-{number}" for number in range(start, stop)),
        labels=tuple(dataset.test.labels[part].tolist()),
        pixels=packed.pack(dataset.test.images[part]),
    )


def fine_tuned_run(store: RunStore, parent: Run, dataset: Dataset) -> Run:
    """Fine-tune a run on six drawings; three are held out."""
    task = FineTune(
        config=replace(recipe_of(parent.training), epochs=1),
        parent=parent.id,
        learned=examples(dataset, 0, 6),
        held_out=examples(dataset, 6, 9),
    )
    run_id = task.create(store, name=name_of(parent))
    worker.perform(run_id)
    return store.get(run_id)


def test_a_child_run_tells_what_it_learned_and_lost(
    run_store: RunStore, small_mnist: Dataset, tmp_path: Path
) -> None:
    """And so does a child of the child, which has learned the drawings of both."""
    parent = run_store.runs()[0]

    child = fine_tuned_run(run_store, parent, small_mnist)
    second = fine_tuned_run(run_store, child, small_mnist)

    assert (child.status, child.kind) == (RunStatus.FINISHED, FINE_TUNE), child.reason
    assert (child.parent, child.name) == (parent.id, "run, my hand")
    assert (second.parent, second.name) == (child.id, "run, my hand")
    found = fine_tuned.read(run_store, child)
    assert found is not None
    assert len(found.learned) == 6
    assert found.drawings.total == 3
    assert found.test.before is not None
    assert found.test.after is not None
    assert found.test.before.value == pytest.approx(parent.scores.test_accuracy)
    assert found.test.after.value == pytest.approx(child.scores.test_accuracy)
    assert learned.ids_of(run_store, second) == {f"drawing-{n}" for n in range(6)}
    bundle.write_bundle(run_store, child.id, tmp_path / "run.zip")
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        names = archive.namelist()
        card = archive.read("card.md").decode()
    assert "handwriting.json" in names
    assert "reproduce.py" not in names
    assert f"began with the weights of run {parent.id}" in card
    assert "`reproduce.py`" not in card
    with pytest.raises(ConfigError, match="was fine-tuned"):
        resume.child_of(run_store, child.id, epochs=1)
    with pytest.raises(ConfigError, match="was fine-tuned"):
        CheckLabels(subject=child.id).recipe(child)
    assert kinds.task_of(run_store, child) == kinds.task_of(
        run_store, run_store.job(child.id)
    )


def drawings(num: int) -> tuple[Drawing, ...]:
    """Make drawings of a stroke; every fifth is held out."""
    ink = np.zeros((40, 40), np.float32)
    ink[5:35, 18:22] = 1
    return tuple(
        Drawing(
            id=f"{number:032x}",
            label=str(number % 10),
            part="test" if number % 5 == 0 else "train",
            answer="",
            confidence=0.0,
            run_id="",
            created=datetime.now(UTC),
            ink_png=png_of(ink),
        )
        for number in range(num)
    )


def test_what_is_learned_are_the_drawings_that_are_not_held_out(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task carries them: a worker on another machine has none."""
    monkeypatch.setattr(collection, "drawings", lambda: drawings(20))
    parent = run_store.runs()[0]

    task, name = fine_tuning_of(run_store, parent.id)

    assert name == "run, my hand"
    assert len(task.learned.ids) == 16
    assert task.held_out.labels == (0, 5, 0, 5)
    assert FineTune.from_document(task.document()) == task


@pytest.mark.parametrize("num", [0, 5])
def test_too_few_drawings_are_said(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch, num: int
) -> None:
    """Of five, four are to learn from."""
    monkeypatch.setattr(collection, "drawings", lambda: drawings(num))

    with pytest.raises(ConfigError, match="at least 5 drawings"):
        fine_tuning_of(run_store, run_store.runs()[0].id)


def test_an_ensemble_names_its_members(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no weights of its own to move."""
    run = run_store.runs()[0]
    ensemble = replace(run, kind=ENSEMBLE)
    monkeypatch.setattr(run_store, "with_model", lambda _: ensemble)

    with pytest.raises(ConfigError, match="Fine-tune its members"):
        fine_tuning_of(run_store, run.id)


def test_a_pinned_drawing_is_asked_about_while_a_run_trains(
    run_store: RunStore, small_mnist: Dataset
) -> None:
    """From page to worker and back, through the store alone."""
    run_id = run_store.create(SMALL, name="pinned", task=TaskRecord(kind="train"))
    run_store.pin(run_id, small_mnist.test.images[0])

    worker.perform(run_id)

    found = run_store.pinned(run_id)
    assert found is not None
    assert found.epochs[-1] == SMALL.epochs
    assert found.probabilities.shape[1] == 10
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, atol=1e-4)
