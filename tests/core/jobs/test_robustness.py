"""Robustness as a task: what it leaves, and where its score is read."""

import json

import numpy as np
import pytest

from core import cli
from core.datasets.store import Dataset
from core.jobs import worker
from core.jobs.kinds import robustness
from core.jobs.kinds.projection import Project
from core.jobs.kinds.robustness import MeasureRobustness
from core.records import RunStatus
from core.runs.store import RunStore
from tests.small_data import SMALL


@pytest.fixture
def run_id(run_store: RunStore, small_mnist: Dataset) -> str:  # noqa: ARG001
    """Train a small network."""
    worker.perform(made := run_store.create(SMALL, name="run"))
    return made


def test_a_run_gets_its_score_and_the_list_of_runs_has_it(
    run_store: RunStore, run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the images that are taken, strength 0 is what the run said of them."""
    assert run_store.get(run_id).scores.robustness is None
    options = ["--run", run_id, "--max-images", "50", "--json"]
    assert cli.main(["analyse", "robustness", *options]) == 0

    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    task = MeasureRobustness(subject=run_id, max_images=50)
    made = run_store.attachment(run_id, task.kind, key=task.key)
    assert made is not None
    found = robustness.read(run_store, run_id, made)
    arrays = run_store.arrays(run_id, made)
    said = run_store.predictions(run_id)
    is_right = said.probabilities.argmax(axis=1) == said.labels
    assert found.clean.successes == is_right[arrays["indices"]].sum()
    assert (found.clean.total, found.num_test) == (50, 200)
    assert printed["score"] == found.score
    assert list(printed["corruptions"]) == [key for key, _ in found.worst_first]
    (listed,) = run_store.runs()
    assert listed.scores.robustness == pytest.approx(found.score)
    assert run_store.get(run_id).scores.robustness == pytest.approx(found.score)
    assert arrays["right"][:15].mean() == pytest.approx(found.score)

    run_store.artifact(run_id, "model.tflite").write_bytes(b"x")
    job = MeasureRobustness(subject=run_id).create(run_store, name="again")
    worker.perform(job)
    assert run_store.job(job).status is RunStatus.FAILED
    assert "Expected a LiteRT model" in run_store.job(job).reason


def test_a_map_of_some_images_says_which(run_store: RunStore, run_id: str) -> None:
    """Each class by its share; the same seed gives the same map."""
    task = Project(subject=run_id, max_points=60)

    worker.perform(task.create(run_store, name="map"))

    made = run_store.attachment(run_id, task.kind, key=task.key)
    assert made is not None
    arrays = run_store.arrays(run_id, made)
    assert arrays["points"].shape == (60, 2)
    assert np.isfinite(arrays["points"]).all()
    labels = run_store.predictions(run_id).labels
    shares = np.bincount(labels, minlength=10) * 60 / len(labels)
    taken = np.bincount(labels[arrays["indices"]], minlength=10)
    assert (np.abs(taken - shares) < 1).all()


@pytest.mark.parametrize("number", ["0", "-1", "x"])
def test_a_number_of_images_that_makes_no_sense_is_refused(
    number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli.main(["analyse", "robustness", "--run", "1", "--max-images", number])

    assert "--max-images" in capsys.readouterr().err
