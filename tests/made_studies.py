"""Studies as they are after a while, made without training anything."""

import math
import tempfile
from pathlib import Path

from core.config import TrainingConfig, presets
from core.records import TRIAL, RunScores, TaskRecord
from core.runs.store import RunStore
from core.tuning import storage
from core.tuning.space import Choices, Params, Range, SearchSpace
from core.tuning.spec import Objective, StudySpec
from core.tuning.study import Study

NAME = "made up"
RATES = Range(low=0.001, high=0.1)
SPACE = SearchSpace(
    varied={
        "hidden": Choices(values=("32", "64,32")),
        "learning_rate": RATES,
        "dropout": Range(low=0.0, high=0.5),
    }
)


def spec(
    *objectives: Objective, space: SearchSpace = SPACE, num_trials: int = 12
) -> StudySpec:
    """Describe a study of the quickest preset; by accuracy unless said otherwise."""
    return StudySpec(
        base=presets.preset("fast-mlp").config,
        space=space,
        objectives=objectives or ("val_accuracy",),
        sampler="random",
        num_trials=num_trials,
    )


def score_of(params: Params) -> float:
    """Tell the validation accuracy of a trial: best at a learning rate of 0.01."""
    rate = math.log10(params["learning_rate"]) + 2
    return 0.98 - 0.02 * rate**2 - 0.004 * params.get("dropout", 0.0)


def make(
    store: RunStore,
    *,
    num_trials: int,
    described: StudySpec | None = None,
    name: str = NAME,
) -> Study:
    """Make a study with finished trials that have runs, the third of them pruned."""
    study = storage.create(name, described or spec())
    for number in range(num_trials):
        asked = study.ask()
        assert asked is not None
        run_id = make_run(store, asked.config, trial=(name, asked.number))
        study.note_run(asked.number, run_id)
        score = score_of(asked.params)
        if number == 2:
            study.tell_pruned(asked.number)
        elif len(study.spec.objectives) > 1:
            study.tell(asked.number, (score, 100.0 + 1000 * asked.params["dropout"]))
        else:
            study.tell(asked.number, (score,))
    return study


def make_run(store: RunStore, config: TrainingConfig, *, trial: tuple[str, int]) -> str:
    """Put the run of a trial into the store, as it is when the trial is over."""
    run_id = store.create(
        config,
        name=f"Trial {trial[1]}",
        trial=trial,
        task=TaskRecord(kind=TRIAL, is_background=True),
    )
    store.start(run_id)
    reached = RunScores(validation_accuracy=0.97, train_seconds=2.0)
    with tempfile.TemporaryDirectory() as files:
        store.save_results(run_id, scores=reached, files=Path(files))
    store.finish(run_id)
    return run_id
