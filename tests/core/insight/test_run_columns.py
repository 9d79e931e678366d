"""Settings and scores of runs as columns of numbers and words."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from core.config import (
    CnnConfig,
    EnsembleConfig,
    MlpConfig,
    Recipe,
    TrainingConfig,
)
from core.datasets import catalog
from core.insight.run_columns import MAX_CATEGORIES, Column, columns
from core.proportion import Proportion
from core.records import Run, RunScores, RunStatus

MNIST = catalog.spec("mnist")


def run(config: Recipe, *, study: str = "", **scores: Any) -> Run:  # noqa: ANN401 - any field of the scores
    return Run(
        id="1",
        name="",
        config=config,
        status=RunStatus.FINISHED,
        reason="",
        created=datetime(2026, 11, 22, tzinfo=UTC),
        scores=RunScores(**scores),
        study=study,
    )


def found(*runs: Run) -> dict[str, Column]:
    return {each.key: each for each in columns(runs, [MNIST] * len(runs))}


def test_scores_are_in_the_unit_of_their_title_and_gaps_are_no_number() -> None:
    made = found(
        run(TrainingConfig(), test_accuracy=0.975, test_size=10_000),
        run(TrainingConfig(), validation_loss=0.25, robustness=0.8),
    )

    assert made["test_accuracy"].title == "Test accuracy (%)"
    np.testing.assert_allclose(made["test_accuracy"].numbers, [97.5, np.nan])
    np.testing.assert_allclose(made["validation_loss"].numbers, [np.nan, 0.25])
    np.testing.assert_allclose(made["robustness"].numbers, [np.nan, 80])
    assert made["parameters"].numbers.tolist() == [109_386, 109_386]
    assert "train_seconds" not in made


def test_my_handwriting_is_a_column_once_there_are_drawings() -> None:
    """Also while nothing is scored yet: a link may name it as an axis."""
    runs = [run(TrainingConfig(), test_accuracy=0.9, test_size=10)] * 2
    shares = {"1": Proportion(3, 4)}

    without, waiting, known = (
        {each.key: each for each in columns(runs, [MNIST] * 2, hand=hand)}
        for hand in (None, {}, shares)
    )

    assert "handwriting" not in without
    assert np.isnan(waiting["handwriting"].numbers).all()
    np.testing.assert_allclose(known["handwriting"].numbers, [75, 75])


def test_only_settings_that_differ_are_columns() -> None:
    made = found(
        run(TrainingConfig(learning_rate=0.1)), run(TrainingConfig(learning_rate=0.001))
    )

    assert made["learning_rate"].numbers.tolist() == [0.1, 0.001]
    assert made["learning_rate"].title == "Learning rate"
    assert "batch_size" not in made


def test_words_are_their_place_among_all_words() -> None:
    """And where a network has no such setting, there is a gap."""
    made = found(
        run(TrainingConfig(network=MlpConfig(hidden=(64, 32)))),
        run(TrainingConfig(network=MlpConfig(hidden=(128,)))),
        run(TrainingConfig(network=CnnConfig())),
    )

    # Some widths are one number, but not all.
    assert made["network.hidden"].categories == ("128", "64,32")
    # The hidden layers of a convolutional network are on the same axis.
    np.testing.assert_array_equal(made["network.hidden"].numbers, [1, 0, 0])
    np.testing.assert_array_equal(made["network.blocks"].numbers, [np.nan, np.nan, 0])
    assert made["kind"].categories == ("convolutional", "dense")


def test_ensembles_have_scores_and_a_size() -> None:
    recipe = EnsembleConfig(members=(MlpConfig(), MlpConfig()))

    made = found(run(recipe, test_accuracy=0.5, test_size=10), run(TrainingConfig()))

    assert made["parameters"].numbers.tolist() == [218_772, 109_386]
    np.testing.assert_array_equal(made["epochs"].numbers, [np.nan, 10])


def test_study_is_a_column_as_soon_as_there_is_one() -> None:
    assert "study" not in found(run(TrainingConfig()))
    assert found(run(TrainingConfig(), study="widths"))["study"].categories == (
        "widths",
    )


def test_column_of_too_many_words_is_left_out() -> None:
    many = [
        run(TrainingConfig(network=MlpConfig(hidden=(width, 9))))
        for width in range(1, MAX_CATEGORIES + 2)
    ]

    assert "network.hidden" in found(*many[:-1])
    assert "network.hidden" not in found(*many)


@pytest.mark.parametrize(
    ("values", "is_log"),
    [((0.1, 2.0), True), ((0.1, 1.0), False), ((0.0, 2.0), False)],
    ids=["wide", "narrow", "with zero"],
)
def test_wide_ranges_above_zero_are_logarithmic(
    values: tuple[float, ...], *, is_log: bool
) -> None:
    runs = [run(TrainingConfig(), train_seconds=each) for each in values]

    assert found(*runs)["train_seconds"].is_log is is_log


def test_accuracies_are_never_logarithmic() -> None:
    runs = [
        run(TrainingConfig(), test_accuracy=each, test_size=100) for each in (0.01, 0.9)
    ]

    assert not found(*runs)["test_accuracy"].is_log


def test_column_knows_whether_it_tells_runs_apart() -> None:
    same = found(run(TrainingConfig()), run(TrainingConfig()))["parameters"]
    differs = dataclasses.replace(same, numbers=np.array([1.0, np.nan, 2.0]))

    assert same.is_constant
    assert not differs.is_constant


def test_no_runs_have_no_columns() -> None:
    assert columns((), ()) == ()
