"""The temperature of a run, or why it has none."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.config import EnsembleConfig, MlpConfig, Recipe, TrainingConfig
from core.errors import ArtifactError
from core.predictions import VALIDATION, Validation
from core.records import RunScores
from core.runs import temperatures
from core.runs.store import RunStore
from tests.small_data import predictions, write_predictions

TOO_CONFIDENT = Validation(
    indices=np.arange(100),
    labels=np.array([0, 0, 0, 1] * 25, np.uint8),
    probabilities=np.array([[0.9, 0.1]] * 100, np.float32),
    by_epoch=np.zeros((0, 100), np.uint8),
)
"""It says 0.9 and is right in 3 of 4 cases: ln 9 / T = ln 3, so T is 2."""

ALL_RIGHT = Validation(
    indices=np.arange(3),
    labels=np.zeros(3, np.uint8),
    probabilities=np.array([[0.9, 0.1]] * 3, np.float32),
    by_epoch=np.zeros((0, 3), np.uint8),
)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Write predictions for three images."""
    write_predictions(tmp_path / "files", predictions())
    return tmp_path / "files"


def finished(
    store: RunStore,
    files: Path,
    *,
    said: Validation | None = None,
    config: Recipe | None = None,
    members: Sequence[str] = (),
    validation_accuracy: float | None = None,
) -> str:
    """Put a finished run into the store."""
    run_id = store.create(config or TrainingConfig(), name="run", members=members)
    store.start(run_id)
    scores = RunScores(
        test_accuracy=0.5, test_size=3, validation_accuracy=validation_accuracy
    )
    store.save_results(run_id, scores=scores, files=files)
    store.finish(run_id)
    if said is not None:
        said.save(store.artifact(run_id, "predictions.npz").parent / VALIDATION)
    return run_id


def reason_of(store: RunStore, run_id: str) -> str:
    found = temperatures.of_run(store, store.get(run_id))
    assert found.value == 1.0
    assert not found.is_fitted
    return found.reason


def test_the_temperature_is_fitted_on_the_validation_images(
    run_store: RunStore, files: Path
) -> None:
    run = run_store.get(finished(run_store, files, said=TOO_CONFIDENT))

    found = temperatures.of_run(run_store, run)

    assert found.is_fitted
    assert found.value == pytest.approx(2.0, abs=1e-3)
    assert found.n == 100
    assert found.loss_after < found.loss_before


def test_a_run_without_validation_images_says_so(
    run_store: RunStore, files: Path
) -> None:
    """The test images must not choose anything."""
    assert "without a validation split" in reason_of(
        run_store, finished(run_store, files)
    )


def test_a_run_of_an_earlier_version_says_so(run_store: RunStore, files: Path) -> None:
    """It had validation images, and kept only their scores."""
    run_id = finished(run_store, files, validation_accuracy=0.9)

    assert "did not keep" in reason_of(run_store, run_id)


def test_few_validation_images_give_no_temperature(
    run_store: RunStore, files: Path
) -> None:
    """Whatever is fitted on them may make the probabilities worse."""
    few = {name: array[..., :99] for name, array in vars(TOO_CONFIDENT).items()}
    few["probabilities"] = TOO_CONFIDENT.probabilities[:99]
    run_id = finished(run_store, files, said=Validation(**few))

    found = temperatures.of_run(run_store, run_store.get(run_id))

    assert found.value == 1
    assert "Only 99 images were held out" in found.reason


def test_a_run_that_makes_no_mistake_has_no_temperature(
    run_store: RunStore, files: Path
) -> None:
    run_id = finished(run_store, files, said=ALL_RIGHT)

    assert "all 3 validation images" in reason_of(run_store, run_id)


@pytest.mark.parametrize("damage", ["file", "labels"])
def test_damaged_validation_predictions_are_named(
    damage: str, run_store: RunStore, files: Path
) -> None:
    """Draw answers all the same, as the model does."""
    run_id = finished(run_store, files, said=TOO_CONFIDENT)
    path = run_store.artifact(run_id, VALIDATION)
    if damage == "file":
        path.write_bytes(path.read_bytes()[:200])
    else:
        Validation(**vars(TOO_CONFIDENT) | {"labels": np.full(100, 7, np.uint8)}).save(
            path
        )

    assert "is damaged" in reason_of(run_store, run_id)


@pytest.mark.parametrize(
    "damage",
    [
        {"by_epoch": np.zeros((2, 3), np.uint8)},
        {"by_epoch": np.full((2, 4), 2, np.uint8)},
        {"by_epoch": np.array(1)},
        {"indices": np.arange(3)},
        {"labels": np.zeros(4)},
    ],
    ids=["fewer images", "unknown class", "no array", "fewer positions", "no classes"],
)
def test_validation_predictions_of_other_shapes_are_refused(
    damage: dict[str, NDArray[Any]], run_store: RunStore, files: Path
) -> None:
    """Otherwise a page would end in an error that names no file and no remedy."""
    run_id = finished(run_store, files, said=TOO_CONFIDENT)
    path = run_store.artifact(run_id, VALIDATION)
    Validation(**vars(TOO_CONFIDENT) | damage).save(path)

    with pytest.raises(ArtifactError, match="is damaged: Expected"):
        run_store.validation(run_id)


@pytest.mark.parametrize(
    ("said", "expected"),
    [(TOO_CONFIDENT, "validated with different images"), (None, "has kept nothing")],
    ids=["each its own", "none"],
)
def test_an_ensemble_says_what_its_members_lack(
    said: Validation | None, expected: str, run_store: RunStore, files: Path
) -> None:
    """A member that learned from another one's images would flatter the ensemble."""
    members = [finished(run_store, files, said=said) for _ in range(2)]
    config = EnsembleConfig(members=(MlpConfig(), MlpConfig()))

    run_id = finished(run_store, files, config=config, members=members)

    assert expected in reason_of(run_store, run_id)
