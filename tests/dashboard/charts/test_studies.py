"""Figures of a study: each point tells its trial, with the words of the settings."""

import math

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from core.tuning.importance import Importance
from core.tuning.spec import Objective
from dashboard.charts import studies, study_settings
from dashboard.charts.theme import DARK, LIGHT

TITLES = {
    "learning_rate": "Learning rate",
    "dropout": "Dropout",
    "hidden": "Hidden layers",
}
SPACE = {
    "learning_rate": FloatDistribution(0.001, 0.1, log=True),
    "dropout": FloatDistribution(0.0, 0.5),
    "hidden": CategoricalDistribution(("128,64", "64")),
}
ONE: tuple[Objective, ...] = ("val_accuracy",)
TWO: tuple[Objective, ...] = ("val_accuracy", "seconds")


def trial(number: int, *values: float, epochs: int = 3) -> FrozenTrial:
    """Make a trial; it was pruned if it has no score."""
    params = {
        "learning_rate": 0.001 * 1.3**number,
        "dropout": 0.5 - 0.05 * number,
        "hidden": ("128,64", "64")[number % 2],
    }
    return create_trial(
        state=TrialState.COMPLETE if values else TrialState.PRUNED,
        values=values or None,
        params=params,
        distributions=SPACE,
        intermediate_values=dict.fromkeys(range(1, epochs + 1), 0.9),
    )


@pytest.fixture
def study() -> optuna.Study:
    """Make a study in which trial 1 was pruned and trial 3 is the best."""
    trials = [trial(0, 0.9), trial(1), trial(2, 0.8), trial(3, 0.95), trial(4, 0.94)]
    return studies.readable(trials, objectives=ONE, titles=TITLES)


def test_history_leaves_pruned_trials_out_and_keeps_the_numbers(
    study: optuna.Study,
) -> None:
    drawn = studies.history(study, objectives=ONE, place=0, palette=LIGHT)

    points, best = drawn.data
    assert list(points.customdata) == [0, 2, 3, 4]
    assert list(points.y) == [0.9, 0.8, 0.95, 0.94]
    assert list(best.y) == [0.9, 0.9, 0.9, 0.95, 0.95]


def test_best_curve_stands_out_on_top(study: optuna.Study) -> None:
    drawn = studies.intermediate(study, objective="val_accuracy", best=3, palette=LIGHT)

    assert drawn.data[-1].customdata == (3, 3, 3)
    assert drawn.data[-1].line.color == LIGHT.validation
    assert {trace.line.dash for trace in drawn.data if 1 in trace.customdata} == {"dot"}


def test_failed_and_unstarted_trials_have_no_curve() -> None:
    failed = create_trial(
        state=TrialState.FAIL,
        params={"dropout": 0.1},
        distributions={"dropout": SPACE["dropout"]},
        intermediate_values={1: 0.5},
    )
    trials = [failed, trial(1, 0.9), create_trial(state=TrialState.WAITING)]
    study = studies.readable(trials, objectives=ONE, titles=TITLES)

    drawn = studies.intermediate(study, objective="val_accuracy", best=1, palette=LIGHT)

    assert [trace.customdata[0] for trace in drawn.data] == [1]


def test_of_many_curves_the_best_and_the_latest_are_drawn() -> None:
    trials = [trial(0, 1 - number / 1000) for number in range(200)]
    study = studies.readable(trials, objectives=ONE, titles=TITLES)

    drawn = studies.intermediate(study, objective="val_accuracy", best=0, palette=LIGHT)

    numbers = {trace.customdata[0] for trace in drawn.data}
    assert numbers == {*range(30), *range(170, 200)}


def test_slice_of_words_has_no_quotes(study: optuna.Study) -> None:
    drawn = study_settings.one_slice(
        study, "Hidden layers", objectives=ONE, place=0, palette=LIGHT
    )

    (points,) = drawn.data
    pairs = dict(zip(points.customdata, points.x, strict=True))
    assert pairs == {0: "128,64", 2: "128,64", 3: "64", 4: "128,64"}
    assert drawn.layout.xaxis.title.text == "Hidden layers"


def test_points_of_a_contour_stand_at_their_own_values(study: optuna.Study) -> None:
    """Optuna sorts the two settings, and the surface is on a coarse grid."""
    drawn = study_settings.contour(
        study,
        "Learning rate",
        "Dropout",
        objectives=ONE,
        place=0,
        palette=LIGHT,
    )

    points = drawn.data[1]
    place = list(points.customdata).index(3)
    assert math.isclose(points.x[place], 0.35)
    assert math.isclose(points.y[place], 0.001 * 1.3**3)
    assert drawn.layout.xaxis.title.text == "Dropout"


def test_contour_of_many_trials_stays_small() -> None:
    """Each pair of 300 different values would be 90,000 cells."""
    trials = []
    for number in range(300):
        params = {
            "learning_rate": 0.001 * 1.01**number,
            "dropout": number / 600,
            "hidden": "64",
        }
        made = create_trial(value=0.9, params=params, distributions=SPACE)
        trials.append(made)
    study = studies.readable(trials, objectives=ONE, titles=TITLES)

    drawn = study_settings.contour(
        study, "Dropout", "Learning rate", objectives=ONE, place=0, palette=LIGHT
    )

    assert max(len(drawn.data[0].x), len(drawn.data[0].y)) <= 43
    assert len(drawn.data[1].x) == 300


def test_pareto_front_is_drawn_in_order() -> None:
    scores = ((0.95, 30.0), (0.90, 10.0), (0.93, 40.0), (0.92, 15.0))
    trials = [trial(number, *each) for number, each in enumerate(scores)]
    study = studies.readable(trials, objectives=TWO, titles=TITLES)

    drawn = studies.pareto(study, objectives=TWO, palette=DARK)

    beaten, front = drawn.data
    assert list(beaten.customdata) == [2]
    assert list(front.customdata) == [1, 3, 0]
    assert front.line.shape == "vh"
    assert drawn.layout.yaxis.title.text == "Training time (s)"


def test_front_promises_nothing_that_no_trial_reached() -> None:
    """From a loss of 0.1 in 30 s it goes across to 0.2, and only there down."""
    objectives: tuple[Objective, ...] = ("val_loss", "seconds")
    trials = [trial(0, 0.1, 30.0), trial(1, 0.2, 10.0)]
    study = studies.readable(trials, objectives=objectives, titles=TITLES)

    drawn = studies.pareto(study, objectives=objectives, palette=LIGHT)

    assert list(drawn.data[1].x) == [0.1, 0.2]
    assert drawn.data[1].line.shape == "hv"


def test_each_of_two_objectives_has_a_history() -> None:
    trials = [trial(0, 0.9, 30.0), trial(1, 0.8, 20.0)]
    study = studies.readable(trials, objectives=TWO, titles=TITLES)

    drawn = studies.history(study, objectives=TWO, place=1, palette=LIGHT)

    assert list(drawn.data[0].y) == [30.0, 20.0]
    assert drawn.layout.yaxis.title.text == "Training time (s)"


def test_importance_is_drawn_with_how_sure_it_is() -> None:
    found = [
        Importance(key="learning_rate", share=0.7, low=0.5, high=0.8, share_first=1.0),
        Importance(key="dropout", share=0.3, low=0.1, high=0.4, share_first=0.0),
    ]

    drawn = study_settings.importance(found, TITLES, palette=LIGHT)

    (bars,) = drawn.data
    assert list(bars.y) == ["Learning rate", "Dropout"]
    assert [round(each, 6) for each in bars.error_x.array] == [0.1, 0.1]
    assert [round(each, 6) for each in bars.error_x.arrayminus] == [0.2, 0.2]


def test_figures_have_our_look(study: optuna.Study) -> None:
    """Optuna's own are titled, white, and in other colours."""
    for drawn in (
        studies.history(study, objectives=ONE, place=0, palette=DARK),
        studies.intermediate(study, objective="val_accuracy", best=3, palette=DARK),
        study_settings.one_slice(
            study, "Dropout", objectives=ONE, place=0, palette=DARK
        ),
    ):
        assert drawn.layout.title.text is None
        assert drawn.layout.template.layout.font.color == DARK.text
        assert drawn.layout.meta["paper"] == DARK.paper
