"""Grids: trials in their places, the best, and what is within chance of it."""

from datetime import datetime

import pytest

from core.config import TrainingConfig
from core.config.setting import Value
from core.tuning import grids
from core.tuning.space import Choices, SearchSpace
from core.tuning.spec import Objective, StudySpec
from core.tuning.trials import State, TrialRecord


def spec(
    objective: Objective = "val_accuracy", **varied: tuple[Value, ...]
) -> StudySpec:
    """Describe a grid study."""
    return StudySpec(
        base=TrainingConfig(),
        space=SearchSpace(
            varied={key: Choices(values=values) for key, values in varied.items()}
        ),
        objectives=(objective,),
        sampler="grid",
        prunes=False,
    )


def trial(
    number: int, score: float | None, state: State | None = None, **params: Value
) -> TrialRecord:
    """Make a trial that finished, if it has a score."""
    is_over = state is None and score is not None
    return TrialRecord(
        number=number,
        state=state or (State.FINISHED if is_over else State.WAITING),
        params=params,
        values=() if score is None else (score,),
        by_epoch=(),
        run_id=f"run {number}",
        started=None,
        ended=datetime(2026, 11, 30, 12, number) if is_over else None,  # noqa: DTZ001 - as Optuna
        is_lost=False,
    )


RATES = {"learning_rate": (0.01, 0.001, 0.1)}


def test_numbers_stand_in_their_order_and_words_as_they_were_given() -> None:
    study = spec(**RATES, optimizer=("sgd", "adam"))

    grid = grids.arrange(study, [])

    found = dict(zip(grid.keys, grid.values, strict=True))
    assert found["learning_rate"] == (0.001, 0.01, 0.1)
    assert found["optimizer"] == ("sgd", "adam")


def test_each_trial_has_the_place_of_its_values() -> None:
    study = spec(**RATES, batch_size=(32, 64))
    trials = [
        trial(0, 0.97, learning_rate=0.1, batch_size=32),
        trial(1, 0.98, learning_rate=0.001, batch_size=64),
        trial(2, None, State.RUNNING, learning_rate=0.01, batch_size=64),
        trial(3, None),
    ]

    grid = grids.arrange(study, trials)

    rate, batch = grid.keys.index("learning_rate"), grid.keys.index("batch_size")
    places = {
        each.number: (place[rate], place[batch]) for place, each in grid.trials.items()
    }
    assert places == {0: (2, 0), 1: (0, 1), 2: (1, 1)}
    assert sorted(grid.scores.values()) == [0.97, 0.98]
    assert grid.num_trials == 4


def test_a_trial_that_was_tried_again_counts_as_it_ended() -> None:
    study = spec(**RATES)
    lost = trial(0, None, State.FAILED, learning_rate=0.1)
    again = trial(1, 0.97, learning_rate=0.1)

    for order in ([lost, again], [again, lost]):
        grid = grids.arrange(study, order)
        assert grid.trials[2,] is again


def test_a_setting_without_effect_leaves_a_trial_in_all_its_places() -> None:
    """With adam there is no weight decay to tell trials apart."""
    study = spec(optimizer=("adam", "adamw"), weight_decay=(0.01, 0.1))
    trials = [trial(0, 0.97, optimizer="adam")]

    grid = grids.arrange(study, trials)

    assert set(grid.trials) == {(0, 0), (0, 1)}


@pytest.mark.parametrize(
    ("objective", "expected"), [("val_accuracy", (2,)), ("val_loss", (0,))]
)
def test_the_best_is_the_highest_accuracy_or_the_lowest_loss(
    objective: Objective, expected: tuple[int]
) -> None:
    study = spec(objective, **RATES)
    trials = [
        trial(number, 0.9 + number / 100, learning_rate=rate)
        for number, rate in enumerate((0.001, 0.01, 0.1))
    ]

    assert grids.best(grids.arrange(study, trials), study) == expected


def test_within_chance_is_what_two_standard_errors_cannot_tell_apart() -> None:
    """Of 6,000 images, 98.1 % and 97.7 % differ by 1.5 standard errors, 97.5 by 2.3."""
    study = spec(**RATES)
    trials = [
        trial(0, 0.981, learning_rate=0.001),
        trial(1, 0.977, learning_rate=0.01),
        trial(2, 0.975, learning_rate=0.1),
    ]
    grid = grids.arrange(study, trials)

    assert grids.within_chance(grid, study, num_images=6_000) == ((1,),)
    assert grids.within_chance(grid, study, num_images=0) == ()


def test_a_loss_says_nothing_of_chance() -> None:
    study = spec("val_loss", **RATES)
    trials = [trial(number, 0.1, learning_rate=0.1) for number in range(2)]

    grid = grids.arrange(study, trials)

    assert grids.within_chance(grid, study, num_images=6_000) == ()


def test_only_grids_of_one_or_two_settings_can_be_shown() -> None:
    study = spec(**RATES)
    three = spec(**RATES, batch_size=(32, 64), seed=(0, 1))

    assert grids.is_grid(study)
    assert not grids.is_grid(three)
    assert not grids.is_grid(study.model_copy(update={"sampler": "random"}))
