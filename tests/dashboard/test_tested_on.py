"""Evaluate and Mistakes on the test images of another data set, or of none any more."""

from pathlib import Path

import numpy as np
import pytest

from core.datasets import store as datasets
from core.datasets.arrays import Dataset
from core.datasets.spec import DatasetSpec
from core.errors import ArtifactError
from core.jobs import worker
from core.jobs.kinds.evaluate import Evaluate
from core.predictions import Predictions
from core.runs import unpacked
from core.runs.store import RunStore
from tests import small_data
from tests.dashboard.app import alerts, captions, figure, open_app, text

NUM_TEST = 40


@pytest.fixture
def few(usable_run: str, mnist: Dataset) -> Dataset:  # noqa: ARG001 - it makes the home
    """Make a data set of MNIST's fours and nines, in another order of classes."""
    spec = DatasetSpec(
        name="few",
        title="*Few*",
        classes=("9", "4"),
        image_shape=(28, 28),
        ink_style="emnist",
        num_train=1,
        num_test=1,
    )
    labels = np.asarray(mnist.test.labels)
    chosen = np.sort(np.flatnonzero(np.isin(labels, (4, 9)))[:NUM_TEST])
    own = (labels[chosen] == 4).astype(np.uint8)
    with datasets.create(spec) as draft:
        for part in ("train", "test"):
            draft.content.append(part, mnist.test.images[chosen], own)
    return datasets.load("few")


def evaluated(store: RunStore, run_id: str, dataset: Dataset) -> None:
    """Have the run evaluated on it as a worker does."""
    task = Evaluate.on(store.get(run_id), dataset)
    worker.perform(task.create(store, name="Evaluation"))


@pytest.mark.usefixtures("few")
def test_a_data_set_of_the_same_classes_is_offered() -> None:
    """One button evaluates the run there; until then the page says what to do."""
    app = open_app("evaluate", on="few")

    assert app.selectbox(key="tested_on").value == "few"
    assert "the 40 test images of \\*Few\\*" in alerts(app)[0]
    assert app.button(key="make_evaluate").label == "Compute the evaluation"


def test_the_whole_page_is_about_the_other_test_images(
    few: Dataset, store: RunStore, usable_run: str
) -> None:
    """The matrix, the classes and the images are by the classes of the run."""
    evaluated(store, usable_run, few)

    app = open_app("evaluate", on="few", cell="4-4")

    assert "of 40 test images" in text(app)
    assert "ink style mnist" in text(app)
    told = captions(app, "cell_4_4")
    assert all(each.startswith("4 predicted as 4, ") for each in told)
    assert (
        len(figure(app, "confusion_matrix")["layout"]["meta"]["cells"]["captions"])
        == 121
    )


def test_mistakes_are_those_on_the_other_test_images(
    few: Dataset, store: RunStore, usable_run: str
) -> None:
    evaluated(store, usable_run, few)

    app = open_app("mistakes", on="few")

    assert not app.exception
    assert "of 40 (" in text(app) or "no such mistake" in text(app)


@pytest.mark.parametrize("name", ["nowhere", "mnist"])
@pytest.mark.usefixtures("few")
def test_what_cannot_be_evaluated_on_shows_the_own_images(name: str) -> None:
    """A link may name what only somebody else has."""
    app = open_app("evaluate", on=name)

    assert "of 10,000 test images" in text(app)


@pytest.mark.parametrize("page", ["evaluate", "mistakes"])
def test_scores_stay_when_the_images_are_gone(
    page: str, store: RunStore, usable_run: str
) -> None:
    """A run remembers its classes, and no other images are shown in their place."""
    small_data.move_to_gone_dataset(store, usable_run)

    app = open_app(page, run=usable_run, cell="4-9")

    assert "10,000" in text(app)
    assert any("not here any more" in each for each in alerts(app))


def made_up() -> Predictions:
    """Make what a model says about 50 images of three classes."""
    generator = np.random.default_rng(0)
    probabilities = generator.dirichlet(np.ones(3), 50).astype(np.float32)
    return Predictions(
        labels=np.arange(50, dtype=np.uint8) % 3,
        probabilities=probabilities,
        features=np.ones((50, 4), np.float32),
    )


def test_predictions_are_mapped_and_the_same_to_the_bit(tmp_path: Path) -> None:
    """Twenty runs of EMNIST would not fit into the memory of a small machine."""
    made = made_up()
    made.save(tmp_path / "predictions.npz")

    for _ in range(2):
        found = unpacked.load(tmp_path / "predictions.npz")

        assert isinstance(found.probabilities, np.memmap)
        np.testing.assert_array_equal(found.probabilities, made.probabilities)
        np.testing.assert_array_equal(found.labels, made.labels)


def test_a_damaged_cache_is_made_again(tmp_path: Path, home: Path) -> None:
    """Whoever deletes half of it must not lose a result."""
    made = made_up()
    made.save(tmp_path / "predictions.npz")
    unpacked.load(tmp_path / "predictions.npz")
    (folder,) = (home / "cache" / "predictions").iterdir()
    (folder / "labels.npy").write_bytes(b"")

    found = unpacked.load(tmp_path / "predictions.npz")

    np.testing.assert_array_equal(found.labels, made.labels)


def test_the_cache_keeps_the_latest(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It must not fill the disk over the years."""
    monkeypatch.setattr(unpacked, "MAX_KEPT", 2)

    for number in range(4):
        made_up().save(tmp_path / f"{number}.npz")
        unpacked.load(tmp_path / f"{number}.npz")

    assert len(list((home / "cache" / "predictions").iterdir())) == 2


def test_missing_predictions_are_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="missing or damaged"):
        unpacked.load(tmp_path / "predictions.npz")
