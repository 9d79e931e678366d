"""What matters in a study whose scores are known to depend on one setting."""

import math
import random
from typing import NamedTuple

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from core.tuning.importance import MIN_TRIALS, Importance, importances

SPACE = {
    "learning_rate": FloatDistribution(1e-4, 1e-1, log=True),
    "dropout": FloatDistribution(0.0, 0.5),
    "optimizer": CategoricalDistribution(("adam", "sgd")),
}


class MadeSpec(NamedTuple):
    """What is asked of the description of a study."""

    objectives: tuple[str, ...]


class MadeStudy(NamedTuple):
    """What is asked of a study."""

    trials: list[FrozenTrial]
    spec: MadeSpec = MadeSpec(("val_accuracy",))

    def frozen(self) -> list[FrozenTrial]:
        """Return its trials."""
        return self.trials


def trials(num: int) -> list[FrozenTrial]:
    """Make trials whose accuracy depends on the learning rate, and a little on luck."""
    draw = random.Random(0)  # noqa: S311 - no secret
    found = []
    for number in range(num):
        params = {
            "learning_rate": 10 ** draw.uniform(-4, -1),
            "dropout": draw.uniform(0, 0.5),
            "optimizer": draw.choice(("adam", "sgd")),
        }
        rate = math.log10(params["learning_rate"]) + 2
        score = 0.98 - 0.03 * rate**2 + draw.gauss(0, 0.001)
        trial = create_trial(params=params, distributions=SPACE, value=score)
        trial._trial_id = number  # noqa: SLF001 - as a storage does
        found.append(trial)
    return found


def of(num: int) -> dict[str, Importance]:
    """Return the importances in a study of so many trials, by setting."""
    return {each.key: each for each in importances(MadeStudy(trials(num)))}


def test_setting_that_decides_the_score_matters_most() -> None:
    found = importances(MadeStudy(trials(60)))

    assert found[0].key == "learning_rate"
    assert found[0].share > 0.7
    assert found[0].share_first == 1.0
    assert math.isclose(sum(each.share for each in found), 1.0)


def test_fewer_trials_are_less_sure() -> None:
    few, many = of(12)["learning_rate"], of(120)["learning_rate"]

    assert few.high - few.low > 2 * (many.high - many.low)


def test_range_contains_the_share() -> None:
    for each in of(20).values():
        assert 0 <= each.low <= each.share <= each.high <= 1


def test_same_trials_tell_the_same() -> None:
    assert of(20) == of(20)


@pytest.mark.parametrize("num", [0, MIN_TRIALS - 1])
def test_too_few_trials_tell_nothing(num: int) -> None:
    assert importances(MadeStudy(trials(num))) == ()


def test_trials_that_have_not_finished_do_not_count() -> None:
    failed = [
        create_trial(state=TrialState.FAIL, params=each.params, distributions=SPACE)
        for each in trials(MIN_TRIALS)
    ]

    assert importances(MadeStudy(failed)) == ()


def test_setting_that_some_trials_lack_is_weighed_too() -> None:
    """As one that has an effect with one optimizer only."""
    made = trials(40)
    for trial in made[::2]:
        trial._params.pop("dropout")  # noqa: SLF001 - as a conditional one
        trial._distributions = {  # noqa: SLF001 - as a conditional one
            key: each for key, each in SPACE.items() if key != "dropout"
        }

    found = importances(MadeStudy(made))

    assert {each.key for each in found} == set(SPACE)


def test_two_objectives_are_weighed_together() -> None:
    made = trials(40)
    for trial in made:
        trial.values = [trial.values[0], 100 * trial.params["dropout"]]
    study = MadeStudy(made, MadeSpec(("val_accuracy", "seconds")))

    found = importances(study)

    assert {each.key for each in found[:2]} == {"learning_rate", "dropout"}
