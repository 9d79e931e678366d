"""What finished runs and data sets come to, worked out once."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import ArtifactError
from core.predictions import Predictions
from core.runs.store import RunStore
from dashboard import results
from tests import small_data


def test_evaluation_counts_what_was_made_up(
    store: RunStore, finished_run: str, made_up: Predictions
) -> None:
    """250 of 10,000 are wrong, and a 4 is only ever taken for a 9."""
    evaluation = results.evaluation(store.get(finished_run))

    fours = np.count_nonzero(made_up.labels == 4)
    mistaken = np.count_nonzero(made_up.labels[::40] == 4)
    assert evaluation.accuracy.successes == 9_750
    assert len(evaluation.mistakes) == 250
    assert evaluation.matrix[4, 9] == mistaken
    assert evaluation.matrix[4, 4] == fours - mistaken
    assert evaluation.classes[4].recall == pytest.approx(1 - mistaken / fours)


def test_evaluation_is_computed_once(store: RunStore, finished_run: str) -> None:
    """Each click on a page asks for it again."""
    run = store.get(finished_run)

    assert results.evaluation(run) is results.evaluation(run)


@pytest.mark.parametrize("change", ["fewer", "in another order"])
def test_predictions_for_other_images_are_refused(
    change: str,
    store: RunStore,
    made_up: Predictions,
    finish_run: Callable[..., str],
    tmp_path: Path,
) -> None:
    """They would be shown beside the wrong images."""
    rows = slice(9_000) if change == "fewer" else slice(None, None, -1)
    other = Predictions(
        labels=made_up.labels[rows],
        probabilities=made_up.probabilities[rows],
        features=made_up.features[rows],
    )
    small_data.write_predictions(tmp_path / "files", other)
    run = store.get(finish_run(files=tmp_path / "files"))

    with pytest.raises(ArtifactError, match="tested on others"):
        results.evaluation(run)


@pytest.mark.parametrize(
    "damage",
    [
        lambda shares: shares * np.nan,
        lambda shares: shares[:100],
        lambda shares: shares[:, 0],
        lambda shares: np.repeat(shares, 2, axis=1)[:, ::-1],
    ],
    ids=["no numbers", "too few", "no classes", "other classes"],
)
def test_impossible_probabilities_are_refused(
    damage: Callable[[np.ndarray], np.ndarray],
    store: RunStore,
    made_up: Predictions,
    finish_run: Callable[..., str],
    tmp_path: Path,
) -> None:
    """A page must say so in words; it was a traceback."""
    bad = dataclasses.replace(made_up, probabilities=damage(made_up.probabilities))
    small_data.write_predictions(tmp_path / "files", bad)
    run = store.get(finish_run(files=tmp_path / "files"))

    with pytest.raises(ArtifactError, match="damaged"):
        results.evaluation(run)


def test_missing_model_is_refused_and_not_remembered(
    store: RunStore, finished_run: str, trained_model: Path
) -> None:
    """A file that is put back must work without a restart."""
    with pytest.raises(ArtifactError, match="missing"):
        results.predictor(finished_run)
    folder = store.artifact(finished_run, "predictions.npz").parent
    (folder / "model.tflite").write_bytes(trained_model.read_bytes())

    assert results.predictor(finished_run) is results.predictor(finished_run)
