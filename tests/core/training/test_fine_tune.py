"""Teaching a trained network some drawings without letting it forget the rest."""

from dataclasses import replace

import numpy as np
import pytest

from core.config import (
    Augmentation,
    CnnConfig,
    ConvBlock,
    MlpConfig,
    Network,
    TrainingConfig,
)
from core.config.fine_tuning import MILD, fine_tuning_of, num_repeats
from core.datasets.store import Dataset, Split
from core.errors import ConfigError, TrainingStopped
from core.training import fine_tune as module
from core.training.fine_tune import Drawn, fine_tune
from core.training.train import Trained, predict, train
from tests.small_data import RESIDUAL, SMALL, stop_after, stripes

BASE = replace(SMALL, epochs=6, learning_rate=3e-3)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Make 400 images of four classes."""
    return stripes(400)


@pytest.fixture(scope="module")
def trained(dataset: Dataset) -> Trained:
    """Train a network that knows them."""
    return train(dataset, BASE)


def other_hand(num: int, *, seed: int) -> Drawn:
    """Write class 3 as an upright stripe, which no training image has."""
    images = np.random.default_rng(seed).integers(0, 60, (num, 28, 28), dtype=np.uint8)
    images[:, :, 6] = 255
    return Drawn(images, np.full(num, 3, np.uint8))


def accuracy(model: object, split: Split) -> float:
    """Return the share of images that a model classifies correctly."""
    said = predict(model, split).probabilities  # type: ignore[arg-type]
    return float((said.argmax(axis=1) == split.labels).mean())


def test_a_new_hand_is_learned_and_the_old_one_is_not_forgotten(
    dataset: Dataset, trained: Trained
) -> None:
    """What is new is read on drawings that it has not seen."""
    unseen = other_hand(40, seed=2)
    before = accuracy(trained.model, Split(unseen.images, unseen.labels))

    tuned = fine_tune(
        dataset,
        replace(fine_tuning_of(BASE), learning_rate=1e-3, epochs=6),
        other_hand(20, seed=1),
        start=tuple(trained.model.get_weights()),
    )

    assert before < 0.6
    assert accuracy(tuned.model, Split(unseen.images, unseen.labels)) > 0.95
    lost = accuracy(trained.model, dataset.test) - accuracy(tuned.model, dataset.test)
    assert lost < 0.05


@pytest.mark.parametrize(
    "network",
    [
        MlpConfig(hidden=(8,), batch_norm=True, dropout=0.2),
        CnnConfig(blocks=(ConvBlock(filters=4),), dense=(8,), batch_norm=True),
        RESIDUAL,
    ],
    ids=["mlp", "cnn", "resnet"],
)
def test_it_begins_with_the_weights_that_it_is_given(
    dataset: Dataset, network: Network
) -> None:
    """With steps of next to nothing, any network says what it said, averaged too."""
    config = replace(BASE, network=network, epochs=1, weight_average=0.9)
    before = train(dataset, config)

    after = fine_tune(
        dataset,
        replace(config, learning_rate=1e-6, weight_decay=0.0),
        other_hand(5, seed=0),
        start=tuple(before.model.get_weights()),
    )

    # Batch norm's statistics follow the images whatever the steps are.
    close = np.abs(after.predictions.probabilities - before.predictions.probabilities)
    assert close.mean() < 0.1
    assert after.validation is not None
    assert before.validation is not None
    np.testing.assert_array_equal(after.validation.indices, before.validation.indices)


def test_the_way_back_is_taken_where_validation_asks_for_it(
    dataset: Dataset, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is good enough: the least of the way is gone."""
    monkeypatch.setattr(module, "TOLERANCE", -2.0)
    start = tuple(trained.model.get_weights())

    tuned = fine_tune(dataset, fine_tuning_of(BASE), other_hand(5, seed=0), start=start)

    assert tuned.way == module.WAYS[-1]
    moved = [
        np.abs(new - old).max()
        for new, old in zip(tuned.model.get_weights(), start, strict=True)
    ]
    assert 0 < max(moved) < 0.2


def test_a_stop_leaves_nothing(dataset: Dataset, trained: Trained) -> None:
    """Half a fine-tuning is not one."""
    with pytest.raises(TrainingStopped):
        fine_tune(
            dataset,
            fine_tuning_of(BASE),
            other_hand(5, seed=0),
            stop_after(1),
            start=tuple(trained.model.get_weights()),
        )


def test_drawings_of_another_shape_are_refused(
    dataset: Dataset, trained: Trained
) -> None:
    """They are from a run of another data set."""
    drawn = Drawn(np.zeros((5, 20, 20), np.uint8), np.zeros(5, np.uint8))

    with pytest.raises(ConfigError, match=r"shape \(28, 28\).*\(5, 20, 20\)"):
        fine_tune(
            dataset,
            fine_tuning_of(BASE),
            drawn,
            start=tuple(trained.model.get_weights()),
        )


@pytest.mark.parametrize(
    ("num_drawn", "num_rehearsed", "expected"),
    [(50, 9000, 20), (5, 9000, 20), (900, 9000, 2), (5000, 9000, 1), (3, 6, 1)],
)
def test_drawings_are_repeated_up_to_their_share(
    num_drawn: int, num_rehearsed: int, expected: int
) -> None:
    """A tenth of a pass are drawings, unless that repeats each too often."""
    assert num_repeats(num_drawn, num_rehearsed) == expected


def test_the_recipe_leaves_what_is_compiled_and_what_was_held_out() -> None:
    """Else a warm process would compile anew, or images held out would be learned."""
    parent = TrainingConfig(
        preset="lenet",
        epochs=20,
        batch_size=64,
        optimizer="adamw",
        learning_rate=5e-3,
        patience=3,
        emphasis=(1, 2),
        validation_fraction=0.2,
        seed=7,
    )

    config = fine_tuning_of(parent)

    assert (config.network, config.batch_size) == (parent.network, 64)
    assert (config.seed, config.validation_fraction) == (7, 0.2)
    assert config.learning_rate == pytest.approx(5e-4)
    assert (config.preset, config.patience, config.emphasis) == ("", 0, ())
    assert config.augmentation == MILD
    turned = replace(parent, augmentation=Augmentation(rotation=5.0))
    assert fine_tuning_of(turned).augmentation == turned.augmentation
    assert fine_tuning_of(config, is_again=True).learning_rate == config.learning_rate


def test_a_pinned_drawing_is_asked_about_after_each_epoch(
    dataset: Dataset, trained: Trained
) -> None:
    """Not after each chunk; the probabilities are those of one image."""
    reports = []
    pinned = other_hand(1, seed=0).images[0]

    fine_tune(
        dataset,
        fine_tuning_of(BASE),
        other_hand(5, seed=0),
        reports.append,
        start=tuple(trained.model.get_weights()),
        ask_pinned=lambda: pinned,
    )

    assert [bool(each.pinned) for each in reports] == [
        each.ends_epoch for each in reports
    ]
    assert sum(reports[-1].pinned) == pytest.approx(1, abs=1e-5)
    assert len(reports[-1].pinned) == 4
