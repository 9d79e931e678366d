"""How long a training is expected to take."""

import dataclasses
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from core.config import Augmentation, CnnConfig, MlpConfig, TrainingConfig, presets
from core.datasets import catalog
from core.insight.expected_time import (
    ALONE_FACTOR,
    NUM_NEIGHBOURS,
    Expectation,
    expected_seconds,
)
from core.records import Run, RunScores, RunStatus

CLASSIC = TrainingConfig()
LENET = TrainingConfig(network=CnnConfig(), batch_size=128)
IMAGES = 54_000
"""Of an epoch of MNIST with a tenth held out."""


def run(
    config: TrainingConfig = CLASSIC,
    *,
    speed: float | None = 54_000.0,
    startup: float = 2.0,
    status: RunStatus = RunStatus.FINISHED,
    **scores: Any,  # noqa: ANN401 - any field of the scores
) -> Run:
    """Return a run that took its start and a second for each `speed` images."""
    epochs = scores.pop("epochs_done", config.epochs)
    seconds = startup + epochs * IMAGES / (speed or 54_000.0)
    return Run(
        id="1",
        name="",
        config=config,
        status=status,
        reason="",
        created=datetime(2026, 11, 22, tzinfo=UTC),
        scores=RunScores(
            **{
                "train_seconds": seconds,
                "epochs_done": epochs,
                "images_per_second": speed,
            }
            | scores
        ),
    )


def expect(config: TrainingConfig, *runs: Run) -> Expectation:
    return expected_seconds(config, runs, spec=catalog.spec("mnist"))


def with_epochs(config: TrainingConfig, epochs: int) -> TrainingConfig:
    return dataclasses.replace(config, epochs=epochs)


def test_the_same_again_takes_as_long_again() -> None:
    """Ten epochs of a second each after two seconds."""
    expected = expect(CLASSIC, run())

    assert expected.seconds == pytest.approx(12.0)
    assert expected.num_runs == 1


def test_more_epochs_take_longer_but_start_once() -> None:
    expected = expect(with_epochs(CLASSIC, 30), run())

    assert expected.seconds == pytest.approx(32.0)


def test_fewer_images_take_less() -> None:
    """Half of them held out: 30,000 instead of 54,000 in an epoch."""
    half = dataclasses.replace(CLASSIC, validation_fraction=0.5)

    assert expect(half, run()).seconds == pytest.approx(2 + 10 * 30 / 54)


def test_a_run_that_ended_early_tells_its_speed_as_well() -> None:
    """By its patience: four epochs of ten."""
    expected = expect(CLASSIC, run(epochs_done=4.0))

    assert expected.seconds == pytest.approx(12.0)


def test_a_run_without_a_speed_is_taken_to_start_as_usual() -> None:
    assert expect(CLASSIC, run(speed=None)).seconds == pytest.approx(12.0)


def test_one_slow_run_of_three_does_not_matter() -> None:
    """Somebody else used the machine."""
    runs = (run(), run(speed=5_400.0), run())

    assert expect(CLASSIC, *runs).seconds == pytest.approx(12.0)


def test_the_most_similar_runs_decide() -> None:
    dense = [run() for _ in range(NUM_NEIGHBOURS)]
    convolutional = [run(LENET, speed=2_700.0) for _ in range(NUM_NEIGHBOURS)]

    assert expect(CLASSIC, *convolutional, *dense).seconds == pytest.approx(12.0)
    assert expect(LENET, *dense, *convolutional).seconds == pytest.approx(202.0)


def test_a_slow_machine_is_slow_with_another_network_too() -> None:
    """What was learned with one recipe is carried over to the next."""
    other = dataclasses.replace(CLASSIC, network=MlpConfig(hidden=(256,)))
    fast, slow = (
        expect(other, run(speed=speed, startup=0.0)) for speed in (40_000, 4_000)
    )

    assert slow.seconds == pytest.approx(10 * fast.seconds)


@pytest.mark.parametrize(
    "useless",
    [
        pytest.param(run(status=RunStatus.STOPPED), id="stopped"),
        pytest.param(run(status=RunStatus.FAILED), id="failed"),
        pytest.param(run(status=RunStatus.RUNNING), id="running"),
        pytest.param(run(train_seconds=None), id="no time"),
        pytest.param(run(train_seconds=0.0), id="zero"),
        pytest.param(run(TrainingConfig(dataset="gone")), id="unknown data set"),
    ],
)
def test_runs_that_tell_nothing_are_left_out(useless: Run) -> None:
    assert expect(CLASSIC, useless) == expect(CLASSIC)


def test_without_runs_it_is_a_guess_and_says_so() -> None:
    expected = expect(CLASSIC)

    assert expected.num_runs == 0
    assert expected.low == pytest.approx(expected.seconds / ALONE_FACTOR)
    assert expected.high == pytest.approx(expected.seconds * ALONE_FACTOR)


@pytest.mark.parametrize("preset", presets.PRESETS, ids=lambda preset: preset.name)
def test_the_guess_is_near_what_presets_were_measured_to_take(
    preset: presets.Preset,
) -> None:
    """Their claims were measured on two cores."""
    expected = expect(preset.config)

    assert expected.low < preset.claims[0].seconds < expected.high


def test_the_guess_for_a_large_dense_network_is_close() -> None:
    """The claim is of the machine that the guess is fitted to."""
    deep = presets.preset("deep-mlp")

    assert expect(deep.config).seconds == pytest.approx(deep.claims[0].seconds, rel=0.2)


def test_more_runs_make_it_surer() -> None:
    ranges = [
        expected.high / expected.low
        for expected in (expect(CLASSIC, *[run()] * num) for num in (0, 1, 2, 5))
    ]

    assert all(after < before for before, after in pairwise(ranges))


def test_runs_that_differ_make_it_less_sure() -> None:
    alike = expect(CLASSIC, *[run()] * 3)
    apart = expect(CLASSIC, run(speed=20_000), run(), run(speed=150_000))

    assert apart.high / apart.low > alike.high / alike.low


def test_no_more_than_the_nearest_count() -> None:
    assert expect(CLASSIC, *[run()] * 9).num_runs == NUM_NEIGHBOURS


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"epochs": 11}, id="epochs"),
        pytest.param({"batch_size": 16}, id="smaller batches"),
        pytest.param({"network": MlpConfig(hidden=(512, 64))}, id="wider"),
        pytest.param({"network": MlpConfig(dropout=0.5)}, id="dropout"),
        pytest.param({"network": CnnConfig()}, id="convolutions"),
        pytest.param({"optimizer": "muon"}, id="optimizer"),
        pytest.param({"augmentation": Augmentation(rotation=9.0)}, id="changes"),
        pytest.param({"validation_fraction": 0.0}, id="more images"),
    ],
)
def test_more_work_takes_longer(change: dict[str, Any]) -> None:
    more = dataclasses.replace(CLASSIC, **change)

    assert expect(more).seconds > expect(CLASSIC).seconds


def test_an_impossible_speed_gives_no_negative_start() -> None:
    """Speeds are measured after the first chunk, and machines pause."""
    expected = expect(CLASSIC, run(images_per_second=1_000.0))

    assert expected.seconds == pytest.approx(12.0)
