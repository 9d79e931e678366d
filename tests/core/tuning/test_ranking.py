"""Which trials are the best, worked out by hand."""

import pytest

from core.config import TrainingConfig
from core.tuning import ranking
from core.tuning.space import Range, SearchSpace
from core.tuning.spec import Objective, StudySpec
from core.tuning.study import State, TrialRecord


def spec(*objectives: Objective) -> StudySpec:
    """Make a study of some objectives."""
    return StudySpec(
        base=TrainingConfig(),
        space=SearchSpace(varied={"dropout": Range(low=0.0, high=0.5)}),
        objectives=objectives,
    )


def trials(*scores: tuple[float, ...]) -> list[TrialRecord]:
    """Make finished trials; one without a score was pruned."""
    return [
        TrialRecord(
            number=number,
            state=State.FINISHED if values else State.PRUNED,
            params={"dropout": 0.1},
            values=values,
            by_epoch=(),
            run_id="",
            started=None,
            ended=None,
            is_lost=False,
        )
        for number, values in enumerate(scores)
    ]


@pytest.mark.parametrize(
    ("objective", "order"),
    [("val_accuracy", [3, 0, 2]), ("val_loss", [2, 0, 3])],
    ids=["more is better", "less is better"],
)
def test_trials_without_a_score_are_not_ranked(
    objective: Objective, order: list[int]
) -> None:
    found = ranking.ranked(spec(objective), trials((0.9,), (), (0.8,), (0.95,)))

    assert [each.number for each in found] == order


def test_of_equal_trials_the_first_is_the_best() -> None:
    found = ranking.ranked(spec("val_accuracy"), trials((0.9,), (0.9,)))

    assert [each.number for each in found] == [0, 1]


def test_front_has_what_no_other_trial_beats_in_both() -> None:
    """Trial 2 is slower than 0 and less accurate; 3 is the fastest."""
    scores = ((0.97, 20.0), (0.98, 40.0), (0.96, 30.0), (0.90, 5.0), (0.97, 20.0))

    found = ranking.front(spec("val_accuracy", "seconds"), trials(*scores))

    assert [each.number for each in found] == [1, 0, 4, 3]


def test_trials_within_chance_of_the_best_are_counted() -> None:
    """With 10,000 images, 98.0 and 97.7 % differ by 1.96 standard errors at most."""
    scores = ((0.98,), (0.9770,), (0.9600,), (0.9795,))

    found = ranking.leader(spec("val_accuracy"), trials(*scores), num_images=10_000)

    assert found is not None
    assert (found.trial.number, found.num_equal, found.num_compared) == (0, 2, 3)
    assert (found.accuracy.successes, found.accuracy.total) == (9800, 10_000)


def test_fewer_images_leave_more_to_chance() -> None:
    scores = trials((0.98,), (0.96,))

    equal = [
        ranking.leader(spec("val_accuracy"), scores, num_images=each).num_equal
        for each in (200, 6000)
    ]

    assert equal == [1, 0]


def test_loss_has_no_interval() -> None:
    assert ranking.leader(spec("val_loss"), trials((0.1,)), num_images=100) is None
