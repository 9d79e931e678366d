"""A training that goes on gives what one that was never interrupted gives."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.config import (
    Augmentation,
    CnnConfig,
    ConvBlock,
    MlpConfig,
    TrainingConfig,
)
from core.datasets.store import Dataset
from core.errors import ArtifactError, ConfigError, SchemaError
from core.records import History, Progress
from core.runs.checkpoint import Checkpoint
from core.training.train import Trained, train
from tests.small_data import RESIDUAL, SMALL, stop_after, stripes

RECIPES = [
    pytest.param(SMALL, id="plain"),
    pytest.param(
        replace(
            SMALL,
            network=MlpConfig(hidden=(16,), dropout=0.3, batch_norm=True),
            optimizer="adamw",
            weight_decay=0.01,
            weight_average=0.9,
        ),
        id="dropout, batch norm, averages",
    ),
    pytest.param(
        replace(
            SMALL,
            network=CnnConfig(blocks=(ConvBlock(filters=4),), dense=(), dropout=0.2),
            optimizer="sgd",
            augmentation=Augmentation(rotation=10, noise=0.1),
        ),
        id="convolutions, augmentation",
    ),
    pytest.param(replace(SMALL, network=RESIDUAL, optimizer="adamw"), id="residual"),
]


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Make 400 images that anybody can tell apart."""
    return stripes(400)


@pytest.fixture(scope="module")
def finished(dataset: Dataset) -> Trained:
    """Train once for all tests that go on from there."""
    return train(dataset, SMALL)


def assert_same(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> None:
    """Compare weights to the last bit."""
    for left, right in zip(one, other, strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("config", RECIPES)
def test_going_on_is_the_same_as_not_having_ended(
    dataset: Dataset, config: TrainingConfig, tmp_path: Path
) -> None:
    """Optimizer, averages, dropout and augmentation go on, through a file."""
    longer = replace(config, epochs=4)
    train(dataset, config).checkpoint.save(tmp_path / "state.npz")

    start = Checkpoint.load(tmp_path / "state.npz")
    continued = train(dataset, longer, start=start)

    whole = train(dataset, longer)
    assert_same(continued.model.get_weights(), whole.model.get_weights())
    assert continued.history == whole.history


@pytest.mark.parametrize(
    ("config", "num_chunks"),
    [
        pytest.param(SMALL, 1, id="plain, in the first epoch"),
        pytest.param(SMALL, 4, id="plain, at the end of an epoch"),
        *(pytest.param(*each.values, 6, id=each.id) for each in RECIPES),
    ],
)
def test_a_stop_within_an_epoch_loses_nothing(
    dataset: Dataset, config: TrainingConfig, num_chunks: int
) -> None:
    """The chunks of the epoch under way count too, for weights and for curves."""
    longer = replace(config, epochs=3)
    stopped = train(dataset, longer, stop_after(num_chunks))

    continued = train(dataset, longer, start=stopped.checkpoint)

    whole = train(dataset, longer)
    assert_same(continued.model.get_weights(), whole.model.get_weights())
    assert continued.history == whole.history


def test_what_the_chunks_added_up_to_is_under_its_first_name_in_the_file(
    dataset: Dataset, tmp_path: Path
) -> None:
    """Files of earlier versions are read by it."""
    stopped = train(dataset, SMALL, stop_after(1))
    stopped.checkpoint.save(tmp_path / "state.npz")

    with np.load(tmp_path / "state.npz") as arrays:
        facts = json.loads(str(arrays["facts"]))

    assert [each["num_images"] for each in facts["tallies"]] == [90]


def test_a_stopped_training_has_the_weights_of_its_best_epoch(dataset: Dataset) -> None:
    """By the score that was asked for, and not the latest ones."""
    config = replace(SMALL, epochs=12, learning_rate=0.05, monitor="val_accuracy")

    stopped = train(dataset, config, stop_after(45))
    best = stopped.history.best_epoch_by("val_accuracy")
    again = train(dataset, replace(config, epochs=best))

    assert stopped.is_stopped
    assert best < stopped.history.num_epochs == 11
    assert_same(stopped.model.get_weights(), again.model.get_weights())


def test_a_training_stopped_in_its_first_epoch_has_its_latest_weights(
    dataset: Dataset,
) -> None:
    """There is no best epoch yet, and something was learned all the same."""
    stopped = train(dataset, SMALL, stop_after(3))

    assert stopped.history.num_epochs == 0
    assert stopped.checkpoint.num_steps == 9
    assert_same(stopped.model.get_weights(), stopped.checkpoint.state.variables)


def test_progress_goes_on_where_it_stood(dataset: Dataset, finished: Trained) -> None:
    """A bar that starts at nothing would say that the work was lost."""
    reports: list[Progress] = []
    longer = replace(SMALL, epochs=4)

    train(dataset, longer, reports.append, start=finished.checkpoint)

    assert len(reports) == 8
    assert reports[0].epochs_done == pytest.approx(2.25, abs=0.05)
    assert reports[0].images_per_second == 0.0
    assert reports[-1].share == 1.0
    assert reports[0].history == finished.history != History()


def test_a_schedule_is_spread_over_all_epochs(
    dataset: Dataset, finished: Trained
) -> None:
    """After two of four epochs, one-cycle has the rate of its middle."""
    config = replace(SMALL, schedule="one-cycle", epochs=4)
    constant = replace(SMALL, epochs=4)

    cycled = train(dataset, config, start=finished.checkpoint)

    plain = train(dataset, constant, start=finished.checkpoint)
    moved, plainly = (
        np.abs(result.model.get_weights()[0] - finished.model.get_weights()[0]).sum()
        for result in (cycled, plain)
    )
    assert 0 < moved < plainly


def test_patience_counts_anew(dataset: Dataset) -> None:
    """Whoever asks for more epochs has seen that the last ones brought nothing."""
    config = replace(SMALL, epochs=40, learning_rate=0.05, patience=2)
    tired = train(dataset, config)
    before = tired.history.num_epochs
    longer = replace(config, epochs=before + 5)

    continued = train(dataset, longer, start=tired.checkpoint)

    assert continued.history.num_epochs >= before + 2


def test_a_state_of_another_network_is_refused(
    dataset: Dataset, finished: Trained
) -> None:
    config = replace(SMALL, network=MlpConfig(hidden=(33,)), epochs=4)

    with pytest.raises(ArtifactError, match="of this network and optimizer"):
        train(dataset, config, start=finished.checkpoint)


def test_a_state_of_another_optimizer_is_refused(
    dataset: Dataset, finished: Trained
) -> None:
    config = replace(SMALL, optimizer="sgd", epochs=4)

    with pytest.raises(ArtifactError, match="of this network and optimizer"):
        train(dataset, config, start=finished.checkpoint)


def test_other_images_under_the_same_name_are_refused(finished: Trained) -> None:
    """The curve would be continued with another task."""
    changed = replace(stripes(400), fingerprint="other stripes")

    with pytest.raises(ArtifactError, match="they have changed since"):
        train(changed, replace(SMALL, epochs=4), start=finished.checkpoint)


def test_no_epoch_left_is_refused(dataset: Dataset, finished: Trained) -> None:
    with pytest.raises(ConfigError, match=r"more than the 2 epochs .* got 2"):
        train(dataset, SMALL, start=finished.checkpoint)


def test_a_file_keeps_all_that_was_known(finished: Trained, tmp_path: Path) -> None:
    """Also the number of steps, which no array of weights tells."""
    path = tmp_path / "state.npz"
    finished.checkpoint.save(path)

    loaded = Checkpoint.load(path)

    assert loaded.num_steps == finished.checkpoint.num_steps == 24
    assert loaded.history == finished.history
    assert loaded.fingerprint == "stripes"
    assert_same(loaded.best, finished.checkpoint.best)
    assert_same(loaded.state.optimizer, finished.checkpoint.state.optimizer)


@pytest.mark.parametrize("kept", [0, 1, 1000], ids=["empty", "a byte", "truncated"])
def test_a_damaged_file_says_that_the_run_cannot_go_on(
    finished: Trained, tmp_path: Path, kept: int
) -> None:
    path = tmp_path / "state.npz"
    finished.checkpoint.save(path)
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(ArtifactError, match=r"cannot be resumed\. Train it again"):
        Checkpoint.load(path)


def test_a_file_of_a_newer_version_is_not_guessed_at(tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    np.savez(path, facts=np.array('{"schema": 99}'))

    with pytest.raises(SchemaError, match="schema 2, got 99"):
        Checkpoint.load(path)
