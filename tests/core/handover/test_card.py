"""The page that travels with a model."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import numpy as np

from core.config import Augmentation, EnsembleConfig, MlpConfig, TrainingConfig
from core.config.controls import title_of
from core.datasets import catalog
from core.datasets.arrays import Dataset, Split
from core.handover.card import ensemble_card, model_card
from core.predictions import Predictions
from core.records import History, Run, RunScores, RunStatus

WRONG = 229


def ten_thousand() -> Predictions:
    """Make 1,000 images of each class, of which 229 zeros are taken for ones."""
    labels = np.repeat(np.arange(10, dtype=np.uint8), 1000)
    said = labels.copy()
    said[:WRONG] = 1
    sure = np.eye(10, dtype=np.float32)[said]
    features = np.zeros((10_000, 1), np.float32)
    return Predictions(labels=labels, probabilities=sure, features=features)


def mnist(**changes: str) -> Dataset:
    """Describe MNIST, or what differs from it; a card reads no images."""
    spec = replace(catalog.spec("mnist"), **cast("Any", changes))
    nothing = Split(np.empty((0, 28, 28), np.uint8), np.empty(0, np.uint8))
    return Dataset(spec, nothing, nothing, fingerprint="0123456789ab" + "f" * 52)


def make_card(config: TrainingConfig, dataset: Dataset | None = None) -> str:
    """Write the card of a run that read 9,771 of 10,000 images right."""
    return model_card(
        config,
        dataset or mnist(),
        predictions=ten_thousand(),
        history=History(loss=(0.3, 0.2), accuracy=(0.9, 0.95)),
        compiler="XLA",
        train_seconds=4.25,
    )


def test_the_result_is_given_with_its_interval_and_size() -> None:
    """An accuracy without them is advertising."""
    card = make_card(TrainingConfig())

    assert card.startswith("# 784-128-64-10 on MNIST\n")
    assert "Test accuracy: 97.71 % of 10,000 images" in card
    assert "interval 97.40 % to 97.99 %" in card
    assert "109,386 parameters, 2 epochs of 10, trained in 4.2 s (loop compiled" in card


def test_every_value_of_the_recipe_is_on_the_card() -> None:
    """Somebody else can train the same again."""
    config = TrainingConfig(network=MlpConfig(hidden=(7,), dropout=0.3), seed=42)
    card = make_card(config)

    for name, value in config.flat().items():
        assert f"| {title_of(name)} | {value} |\n" in card


def test_the_data_come_with_licence_and_citation() -> None:
    """Without them the data are passed on illegally."""
    spec = catalog.spec("mnist")
    card = make_card(TrainingConfig())

    assert spec.licence in card
    assert spec.citation in card
    assert "60,000 training and 10,000 test images" in card


def test_the_data_are_named_so_that_no_other_version_is_taken_for_them() -> None:
    """Two versions have one title, and other images."""
    own = mnist(name="digits@2", title="My digits", licence="", citation="")
    card = make_card(TrainingConfig(), own)

    assert "My digits (`digits@2`, fingerprint `0123456789ab`): 60,000" in card
    assert "Licence: unknown.\n" in card


def test_the_input_and_the_limits_are_stated() -> None:
    """A model is misused where nobody said what it expects."""
    card = make_card(TrainingConfig())

    assert "(28, 28), 0.0 for paper and 1.0 for full ink" in card
    assert "0, 1, 2, 3, 4, 5, 6, 7, 8, 9" in card
    assert "for any input" in card


def test_early_end_is_told_with_the_epoch_that_was_kept() -> None:
    """Who reads 12 epochs thinks that it is the twelfth."""
    config = TrainingConfig(epochs=40, patience=2)
    history = History(
        loss=(1.0,) * 5,
        accuracy=(0.5,) * 5,
        val_loss=(3, 2, 1, 2, 2),
        val_accuracy=(0.25,) * 5,
    )

    text = model_card(
        config,
        mnist(),
        predictions=ten_thousand(),
        history=history,
        train_seconds=3.0,
        compiler="oneDNN",
    )

    assert "5 epochs of 40 (weights of epoch 3), trained in 3.0 s" in text
    assert "with oneDNN" in text
    assert "validation accuracy 25.00 %." in text


def test_each_class_has_its_share_with_interval_and_number() -> None:
    """A model that is right on average may be useless for one class."""
    card = make_card(TrainingConfig())

    # Wilson's interval of 771 in 1,000, worked out by hand.
    assert "| 0 | 77.10 % (74.39 % to 79.60 %) | 1,000 |" in card
    assert "| 9 | 100.00 % (99.62 % to 100.00 %) | 1,000 |" in card
    # The 229 sure mistakes cost 15.94 nats each (float32), the rest nothing.
    assert "the mean cross-entropy is 0.3651 nats" in card


def test_the_card_says_how_validation_and_test_were_kept_apart() -> None:
    """An accuracy on images that chose something is too high."""
    without = make_card(TrainingConfig(validation_fraction=0.0))

    assert "validation split is 10 % of the training images" in make_card(
        TrainingConfig()
    )
    assert "There was no validation split" in without


def test_the_card_says_what_the_model_is_not_for() -> None:
    """The interval is read as if it held for any handwriting."""
    plain = make_card(TrainingConfig())
    changed = make_card(TrainingConfig(augmentation=Augmentation(rotation=5)))

    assert "It was trained on MNIST only." in plain
    assert "Do not use it for decisions about people" in plain
    assert "trained without augmentation" in plain
    assert "trained without augmentation" not in changed


def member(name: str, *, accuracy: float | None) -> Run:
    """Make a finished run of the classic network."""
    return Run(
        id=f"id of {name}",
        name=name,
        config=TrainingConfig(),
        status=RunStatus.FINISHED,
        reason="",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        scores=RunScores(test_accuracy=accuracy),
    )


def test_an_ensemble_is_told_to_be_the_mean_of_named_runs() -> None:
    """And nothing of a training that it never had; a name must not break the table."""
    members = [member("first", accuracy=0.975), member("a|b", accuracy=None)]
    networks = tuple(MlpConfig() for _ in members)

    card = ensemble_card(
        EnsembleConfig(members=networks),
        mnist(),
        predictions=ten_thousand(),
        members=members,
    )

    assert card.startswith("# 2 x 784-128-64-10 on MNIST\n")
    assert "218,772 parameters, the mean of 2 networks." in card
    assert "| first | id of first | 784-128-64-10 | 97.50 % |\n" in card
    assert "| a\\|b | id of a" in card
    assert "learning_rate" not in card


def test_name_of_a_member_is_no_markdown() -> None:
    """A card is opened where pictures are loaded from their addresses."""
    run = Run(
        id="0",
        name="a$x$b **bold** ![i](http://127.0.0.1:9/pix.png)",
        config=TrainingConfig(),
        status=RunStatus.FINISHED,
        reason="",
        created=datetime.now(UTC),
        scores=RunScores(),
    )
    card = ensemble_card(
        EnsembleConfig(members=(run.training.network,) * 2),
        mnist(),
        predictions=ten_thousand(),
        members=(run, run),
    )

    assert "a\\$x\\$b \\*\\*bold\\*\\* !\\[i\\](http:\u2060//" in card


def test_split_that_comes_to_no_image_is_not_called_held_out() -> None:
    """A thousandth of a thousandth of 60,000 images is none."""
    card = make_card(TrainingConfig(validation_fraction=1e-6))

    assert "There was no validation split" in card
    assert "a share of 1e-06 comes to no image" in card
