"""A home that the version before tasks wrote opens with all that is in it.

`tests/data/home_0_1.zip` was written by it on the small MNIST: two trainings, an
ensemble of them, one that goes on with the first, one that failed, one that was
stopped while it waited, and one that waits. Only the first has its state still.
"""

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from core.config import EnsembleConfig, MlpConfig, TrainingConfig
from core.handover import bundle
from core.inference import Predictor
from core.jobs import kinds, resume, worker
from core.jobs.kinds.train import Train
from core.records import Run, RunStatus
from core.runs import logs, open_store
from core.runs.owner import Owner
from core.runs.store import RunStore

CONFIG = TrainingConfig(network=MlpConfig(hidden=(8,)), epochs=2, batch_size=30, seed=1)

pytestmark = pytest.mark.usefixtures("small_mnist")


@pytest.fixture
def store(home: Path) -> RunStore:
    """Unpack the home in the place of that of this test, and open it."""
    with zipfile.ZipFile(Path(__file__).parents[1] / "data/home_0_1.zip") as archive:
        archive.extractall(home)
    return open_store()


def named(store: RunStore, name: str) -> Run:
    """Return the run of a name."""
    (run,) = (run for run in store.runs() if run.name == name)
    return run


def test_all_runs_are_listed_as_they_were(store: RunStore) -> None:
    told = {run.name: (run.status, run.scores.test_accuracy) for run in store.runs()}

    assert told == {
        "waits": (RunStatus.QUEUED, None),
        "stopped": (RunStatus.STOPPED, None),
        "too large": (RunStatus.FAILED, None),
        "784-8-10, to epoch 3": (RunStatus.FINISHED, 0.32),
        "both": (RunStatus.FINISHED, 0.355),
        "another seed": (RunStatus.FINISHED, 0.265),
        "784-8-10": (RunStatus.FINISHED, 0.22),
    }


def test_recipes_notes_and_reasons_are_there(store: RunStore) -> None:
    first, second, both = (
        named(store, name) for name in ("784-8-10", "another seed", "both")
    )

    assert first.config == CONFIG
    assert both.config == EnsembleConfig(members=(CONFIG.network,) * 2)
    assert both.members == (first.id, second.id)
    assert (second.note, second.is_starred) == ("A second seed.", True)
    assert named(store, "784-8-10, to epoch 3").parent == first.id
    assert "at most the 540 images" in named(store, "too large").reason


def test_curves_models_and_logs_are_there(store: RunStore) -> None:
    """Also where the home lay elsewhere when it was written."""
    run = named(store, "784-8-10, to epoch 3")

    assert store.history(run.id).num_epochs == 3
    assert len(store.live_points(run.id).loss) == 12
    predictor = Predictor(store.artifact(run.id, "model.tflite"))
    found = store.predictions(run.id)
    assert found.probabilities.shape == (200, 10)
    assert predictor.predict(found.features[:1].repeat(98, 1).reshape(-1, 28, 28)).any()
    assert "Epoch 3 of 3" in logs.read(store, run.id)
    assert store.attachments(run.id) == ()


@pytest.mark.parametrize("name", ["784-8-10", "both"])
def test_a_zip_can_be_made(store: RunStore, name: str, tmp_path: Path) -> None:
    bundle.write_bundle(store, named(store, name).id, tmp_path / "run.zip")

    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        assert archive.testzip() is None
        assert ("reproduce.py" in archive.namelist()) is (name != "both")


def test_a_run_goes_on_from_its_state(store: RunStore) -> None:
    """As that version itself would have gone on: the same weights."""
    first = named(store, "784-8-10")
    expected = store.history(named(store, "784-8-10, to epoch 3").id)
    task, name = resume.child_of(store, first.id, epochs=1)

    child = task.create(store, name=name)
    worker.perform(child)

    assert store.get(child).status is RunStatus.FINISHED
    assert store.history(child).loss == pytest.approx(expected.loss, rel=1e-3)


def test_what_waited_there_is_adopted(store: RunStore) -> None:
    """That version would have failed it."""
    waits = named(store, "waits")
    dead = replace(Owner.this_process(), pid=2**22)
    store.annotate(waits.id, tags={"inklab.owner": str(dead)})

    assert store.adopt(store.job(waits.id))
    task = kinds.task_of(store, store.job(waits.id))
    assert task == Train(config=replace(CONFIG, seed=3))
