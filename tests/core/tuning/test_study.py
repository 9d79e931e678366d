"""Which trials a study asks for, and what it makes of what it is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.config import CnnConfig, MlpConfig, TrainingConfig
from core.errors import StudyError
from core.records import History
from core.tuning import storage, trials
from core.tuning.samplers import NUM_UNTOLD
from core.tuning.space import Choices, Range, SearchSpace
from core.tuning.spec import StudySpec
from core.tuning.study import Study
from core.tuning.trials import State, TrialRecord, busy_seconds

BASE = TrainingConfig(network=MlpConfig(hidden=(32,)), epochs=3, optimizer="adam")
SPACE = SearchSpace(
    varied={
        "learning_rate": Range(low=0.0003, high=0.03),
        "hidden": Choices(values=("64", "32,16", "16")),
        "dropout": Range(low=0.0, high=0.5),
        "batch_size": Range(low=16, high=128),
    }
)
NOON = datetime(2026, 1, 1, 12)  # noqa: DTZ001 - Optuna writes local time

pytestmark = pytest.mark.usefixtures("studies_home")


def spec(**changes: object) -> StudySpec:
    """Describe a study; without changes it draws six trials at random."""
    usual = StudySpec(base=BASE, space=SPACE, sampler="random", num_trials=6, seed=3)
    return usual.model_copy(update=changes)


def drawn(study: Study, num: int) -> list[tuple[int, dict[str, object]]]:
    """Ask for some trials that are told at once."""
    found = []
    for _ in range(num):
        asked = study.ask()
        assert asked is not None
        found.append((asked.number, dict(asked.params)))
        study.tell(asked.number, [0.9])
    return found


def rest(study: Study) -> list[int]:
    """Ask until the budget is used up."""
    found = []
    while (asked := study.ask()) is not None:
        found.append(asked.number)
    return found


def states(study: Study) -> list[State]:
    """Return where the trials stand."""
    return [each.state for each in study.trials()]


def test_a_trial_of_a_number_is_always_drawn_alike() -> None:
    """Whatever the others scored, and however many processes ask."""
    first, second = storage.create("a", spec()), storage.create("b", spec())
    expected = drawn(first, 6)

    asked = [second.ask() for _ in range(3)]
    second.tell(2, [0.1])
    second.tell_failed(0)
    again = storage.load("b")
    asked += [again.ask() for _ in range(3)]

    found = [(each.number, dict(each.params)) for each in asked if each]
    assert found == expected
    assert len({str(params) for _, params in expected}) == 6


def test_another_seed_draws_otherwise() -> None:
    first, second = (
        storage.create("a", spec()),
        storage.create("b", spec(seed=4)),
    )

    assert drawn(first, 1) != drawn(second, 1)


def test_a_sampler_that_learns_does_not_draw_the_same_twice() -> None:
    """Each process makes one anew, of the same seed."""
    storage.create("a", spec(sampler="tpe", num_trials=14))

    params = [str(drawn(storage.load("a"), 1)[0][1]) for _ in range(14)]

    assert len(set(params)) == 14


def test_what_is_drawn_is_what_is_trained_and_shown() -> None:
    """A number has three digits, and each is within its range."""
    study = storage.create("a", spec())

    for _ in range(6):
        asked = study.ask()
        assert asked is not None
        record = study.trials()[asked.number]
        assert record.params == asked.params
        assert asked.config.learning_rate == asked.params["learning_rate"]
        assert float(f"{asked.config.learning_rate:.3g}") == asked.config.learning_rate
        assert 0.0003 <= asked.config.learning_rate <= 0.03
        assert isinstance(asked.config.batch_size, int)


def test_a_narrow_range_is_not_rounded_away() -> None:
    """Weight averages lie between 0.99 and 0.9999, and choices are as somebody said."""
    varied = {
        "weight_average": Range(low=0.995, high=0.9999),
        "dropout": Choices(values=(0.12345, 0.5)),
    }
    study = storage.create("a", spec(space=SearchSpace(varied=varied)))

    found = [params for _, params in drawn(study, 6)]

    assert len({params["weight_average"] for params in found}) == 6
    assert {params["dropout"] for params in found} == {0.12345, 0.5}


def test_a_network_that_leaves_nothing_of_the_image_is_not_begun() -> None:
    """It counts as failed, and the next one is tried."""
    base = replace(BASE, network=CnnConfig(padding="valid"))
    kernels = {"kernels": Choices(values=("3,3", "11,11,11"))}
    study = storage.create(
        "a", spec(base=base, space=SearchSpace(varied=kernels), num_trials=12)
    )

    asked = [study.ask() for _ in range(3)]

    assert {each.params["kernels"] for each in asked if each} == {"3,3"}


def test_nothing_but_impossible_networks_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.tuning.study.MAX_IMPOSSIBLE", 5)
    base = replace(BASE, network=CnnConfig(padding="valid"))
    kernels = {"kernels": Choices(values=("11,11,11", "9,9,9"))}
    study = storage.create(
        "a", spec(base=base, space=SearchSpace(varied=kernels), num_trials=500)
    )

    with pytest.raises(StudyError, match=r"the latest 5 cannot\. The last problem: "):
        study.ask()


def test_a_grid_is_tried_once_and_ends() -> None:
    """All of it waits from the beginning."""
    varied = {"hidden": SPACE.varied["hidden"], "dropout": Choices(values=(0.0, 0.5))}
    study = storage.create(
        "a", spec(space=SearchSpace(varied=varied), sampler="grid", num_trials=None)
    )
    assert states(study) == [State.WAITING] * 6

    found = drawn(study, 6)

    assert len({str(params) for _, params in found}) == 6
    assert study.ask() is None


def test_of_a_grid_the_first_trials_are_tried_if_there_are_to_be_fewer() -> None:
    """One that is tried again does not count."""
    varied = {"hidden": SPACE.varied["hidden"], "dropout": Choices(values=(0.0, 0.5))}
    study = storage.create(
        "a", spec(space=SearchSpace(varied=varied), sampler="grid", num_trials=3)
    )
    drawn(study, 2)
    study.ask()
    study.tell_lost(2, is_stopped=True)

    assert len(rest(study)) == 1


def test_a_number_of_trials_is_a_budget() -> None:
    """Failed and pruned ones count, those that are tried again do not."""
    study = storage.create("a", spec())
    drawn(study, 2)
    for _ in range(3):
        study.ask()
    study.tell_failed(2)
    study.tell_pruned(3)
    study.tell_lost(4, is_stopped=False)

    assert rest(study) == [5, 6]


def test_minutes_are_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever is used up first ends the study."""
    took = 59.0
    monkeypatch.setattr("core.tuning.trials.busy_seconds", lambda _: took)
    both = storage.create("a", spec(minutes=1.0, num_trials=2))
    minutes = storage.create("b", spec(minutes=1.0, num_trials=None))
    drawn(minutes, 3)
    assert len(rest(both)) == 2

    took = 60.0

    assert minutes.ask() is None


def test_a_trial_that_waits_for_its_turn_uses_up_no_minutes() -> None:
    """A person's training of hours may go first."""
    waits = trial(0, None, state=State.RUNNING)
    worked = trial(0, 50)
    limited = spec(minutes=1.0, num_trials=None)

    assert trials.has_budget(limited, [worked, waits])
    assert not trials.has_budget(limited, [worked, trial(60, 70), waits])


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        ({"num_trials": 5001, "minutes": None}, "at most 5,000 trials"),
        ({"num_trials": None, "minutes": float("inf")}, "at most 100,000 minutes"),
    ],
)
def test_a_budget_that_could_not_be_read_again_is_refused(
    budget: dict[str, float | None], told: str
) -> None:
    """The study stays as it was."""
    study = storage.create("a", spec())

    with pytest.raises(StudyError, match=told):
        study.change_budget(**budget)

    assert storage.load("a").spec == spec()


def trial(start: float, end: float | None, **changes: object) -> TrialRecord:
    """Make a trial that was begun and ended some seconds after noon."""
    usual = TrialRecord(
        number=0,
        state=State.FINISHED,
        params={},
        values=(0.5,),
        by_epoch=(),
        run_id="",
        started=NOON + timedelta(seconds=start),
        ended=None if end is None else NOON + timedelta(seconds=end),
        is_lost=False,
    )
    return replace(usual, **changes)


@pytest.mark.parametrize(
    ("records", "seconds"),
    [
        pytest.param([], 0, id="none"),
        pytest.param([trial(0, 10), trial(10, 20)], 20, id="one after the other"),
        pytest.param([trial(0, 10), trial(5, 20)], 20, id="at once"),
        pytest.param([trial(0, 20), trial(5, 10)], 20, id="one within another"),
        pytest.param([trial(0, 10), trial(50, 60)], 20, id="with a pause"),
        pytest.param([trial(50, 60), trial(0, 10)], 20, id="in any order"),
        pytest.param([trial(0, 10), trial(10, 90, is_lost=True)], 10, id="lost"),
        pytest.param([trial(0, 10, started=None)], 0, id="waiting"),
        pytest.param([trial(0, 86_400, seconds=10.0)], 10, id="told a day later"),
    ],
)
def test_the_time_of_a_study_is_that_in_which_any_trial_ran(
    records: Sequence[TrialRecord], seconds: float
) -> None:
    """The budget of two processes is not used up twice as fast."""
    assert busy_seconds(records) == seconds


def test_a_combination_by_hand_is_tried_next() -> None:
    """What it leaves open is drawn."""
    study = storage.create("a", spec(num_trials=1))
    study.enqueue({"hidden": "16", "dropout": 0.25})

    asked = study.ask()

    assert asked is not None
    assert (asked.params["hidden"], asked.params["dropout"]) == ("16", 0.25)
    assert asked.config.network == MlpConfig(hidden=(16,), dropout=0.25)
    assert set(asked.params) == set(SPACE.varied)
    assert study.ask() is None


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"epochs": 3}, "this study varies .*, got 'epochs'"),
        ({"hidden": "128"}, "Hidden layers.* within the search space, got '128'"),
        ({"dropout": 0.6}, "Dropout within the search space, got 0.6"),
        ({"dropout": "much"}, "Dropout within the search space, got 'much'"),
        ({"dropout": True}, "Dropout within the search space, got True"),
        ({"batch_size": 1000}, "Batch size within the search space, got 1000"),
    ],
)
def test_a_combination_that_cannot_be_is_refused(
    params: dict[str, object], told: str
) -> None:
    """And nothing is enqueued."""
    study = storage.create("a", spec())

    with pytest.raises(StudyError, match=told):
        study.enqueue({"hidden": "16", **params})
    assert study.trials() == ()


def test_a_trial_whose_process_was_lost_is_tried_once_more_and_only_once() -> None:
    """With the same settings: it may have been its own doing."""
    study = storage.create("a", spec(num_trials=1))
    first = study.ask()
    study.tell_lost(0, is_stopped=False)

    second = study.ask()
    study.tell_lost(1, is_stopped=False)

    assert first is not None
    assert second is not None
    assert second.config == first.config
    assert [each.is_lost for each in study.trials()] == [True, True]
    third = study.ask()
    assert third is None or third.config != first.config


def test_a_trial_that_was_lost_before_it_was_drawn_is_drawn_alike() -> None:
    """Its process ended after it had a number."""
    expected = drawn(storage.create("a", spec()), 1)[0][1]
    study = storage.create("b", spec())
    study._optuna.ask()  # noqa: SLF001 - a process that ends right after
    study.tell_lost(0, is_stopped=False)

    asked = study.ask()

    assert asked is not None
    assert asked.params == expected


def test_a_trial_that_somebody_stopped_is_tried_again_however_often() -> None:
    """Nobody can say that it fails; and then a process is lost."""
    study = storage.create("a", spec(num_trials=1))
    configs = []
    for is_stopped in (True, True, True, False):
        asked = study.ask()
        assert asked is not None
        configs.append(asked.config)
        study.tell_lost(asked.number, is_stopped=is_stopped)
        study.tell_lost(asked.number, is_stopped=is_stopped)
    assert states(study).count(State.WAITING) == 1

    last = study.ask()

    assert last is not None
    assert {*configs, last.config} == {configs[0]}


def test_a_score_that_is_no_number_fails_a_trial() -> None:
    """Optuna would refuse it."""
    study = storage.create("a", spec())
    study.ask()

    study.tell(0, [float("nan")])

    assert states(study) == [State.FAILED]


def test_what_was_told_stays() -> None:
    """Two processes may look at the same run."""
    study = storage.create("a", spec())
    study.ask()
    study.tell(0, [0.75])

    study.tell(0, [0.5])
    study.tell_failed(0)
    study.tell_lost(0, is_stopped=True)

    assert [(each.state, each.values) for each in study.trials()] == [
        (State.FINISHED, (0.75,))
    ]


@pytest.mark.parametrize("objective", ["val_accuracy", "val_loss"])
def test_a_trial_without_promise_is_told_so(objective: str) -> None:
    """A high accuracy is good, and a low loss."""
    study = storage.create("a", spec(objectives=(objective,), num_trials=50))
    good, bad = (0.9, 0.1) if objective == "val_accuracy" else (0.1, 0.9)
    for _ in range(NUM_UNTOLD):
        asked = study.ask()
        assert asked is not None
        for epochs in (1, 2, 3):
            study.is_hopeless(asked.number, history(good, epochs))
        study.tell(asked.number, [good])
    hopes = []
    for score in (good, bad):
        asked = study.ask()
        assert asked is not None
        study.is_hopeless(asked.number, history(score, 1))
        hopes.append(study.is_hopeless(asked.number, history(score, 2)))

    assert hopes == [False, True]
    assert study.trials()[-1].by_epoch == (bad, bad)


def history(score: float, epochs: int) -> History:
    """Make scores of some epochs that are all alike."""
    scores = (score,) * epochs
    return History(loss=scores, accuracy=scores, val_loss=scores, val_accuracy=scores)


def test_nothing_is_pruned_that_cannot_be_judged() -> None:
    """Two objectives have no best trial, and training time is known in the end."""
    for objectives in (("val_accuracy", "seconds"), ("parameters",)):
        assert not spec(objectives=objectives).can_prune


def test_a_study_is_active_for_its_owner_until_it_says_why_not() -> None:
    storage.create("a", spec()).activate("here 1 2.0")

    study = storage.load("a")
    assert (study.is_active, study.owner) == (True, "here 1 2.0")
    study.deactivate("The data set is gone.")

    study = storage.load("a")
    assert (study.is_active, study.problem) == (False, "The data set is gone.")
    assert trials.busy_seconds(study.trials()) == 0
