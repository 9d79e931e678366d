"""What hyperparameter studies find, and what pruning saves.

    python benchmarks/studies.py pruning [--seeds 0 1 2] [--trials 40] [--json]
    python benchmarks/studies.py pruners [--seeds 100 101 102] [--trials 40] [--json]
    python benchmarks/studies.py mlp [--minutes 15] [--trials 60] [--seed 0] [--json]
    python benchmarks/studies.py convolutional --dataset emnist-bymerge [--minutes 60]

`pruning` does each study twice, with and without pruning, with the same seed and
space. `pruners` does them without, and tells from the curves what each of some pruners
would have saved. `mlp` and `convolutional` do one study by time, keep its best trial,
which is chosen on the validation images, and print its accuracy on the test images.
Each has a home of its own, but data sets are those of INKLAB_HOME.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import optuna
from optuna.pruners import (
    BasePruner,
    HyperbandPruner,
    MedianPruner,
    PercentilePruner,
    SuccessiveHalvingPruner,
)

from core import settings
from core.config import TrainingConfig, presets
from core.jobs import executor, studies
from core.jobs.kinds import keep
from core.runs import open_store
from core.runs.store import RunStore
from core.tuning import storage
from core.tuning.space import Choices, Range, SearchSpace, Variation
from core.tuning.spec import StudySpec
from core.tuning.trials import State, TrialRecord

POLL_SECONDS = 1.0
PRUNERS: dict[str, Callable[[], BasePruner]] = {
    "median, after 5 trials and 1 epoch": lambda: MedianPruner(5, 1),
    "median, after 5 trials and 2 epochs": lambda: MedianPruner(5, 2),
    "best 40 %, after 5 trials and 1 epoch": lambda: PercentilePruner(40.0, 5, 1),
    "best 33 %, after 5 trials and 1 epoch": lambda: PercentilePruner(33.0, 5, 1),
    "best 25 %, after 5 trials and 1 epoch": lambda: PercentilePruner(25.0, 5, 1),
    "best 25 %, after 5 trials and 2 epochs": lambda: PercentilePruner(25.0, 5, 2),
    "halving by 2": lambda: SuccessiveHalvingPruner(1, 2),
    "halving by 3": lambda: SuccessiveHalvingPruner(1, 3),
    "halving by 4": lambda: SuccessiveHalvingPruner(1, 4),
    "hyperband by 3": lambda: HyperbandPruner(1, 8, 3),
}
AUGMENTATION: dict[str, Variation] = {
    "rotation": Range(low=0.0, high=15.0),
    "shift": Range(low=0.0, high=2.0),
    "zoom": Range(low=0.0, high=0.15),
    "elastic": Range(low=0.0, high=2.0),
}


def main() -> None:
    """Do what is asked for, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("pruning", "pruners", "mlp", "convolutional"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trials", type=int)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    described = machine.describe()
    with _home():
        if options.what == "pruning":
            figures = _pruning(options.seeds, num_trials=options.trials or 40)
        elif options.what == "pruners":
            figures = _pruners(options.seeds, num_trials=options.trials or 40)
        else:
            figures = _search(_spec(options))
    machine.print_figures(described, figures, as_json=options.json)


@contextmanager
def _home() -> Iterator[None]:
    """Use a new home that has the data sets of the old one."""
    old = settings.home() / "datasets"
    with tempfile.TemporaryDirectory() as folder:
        if old.exists():
            (Path(folder) / "datasets").symlink_to(old)
        os.environ["INKLAB_HOME"] = folder
        os.environ.pop("MLFLOW_TRACKING_URI", None)
        os.environ.pop("INKLAB_STUDIES", None)
        yield


def _small(num_trials: int) -> StudySpec:
    """Describe a study of trials of some seconds."""
    base = replace(presets.preset("fast-mlp").config, epochs=8, optimizer="adamw")
    varied: dict[str, Variation] = {
        "hidden": Choices(values=("64", "128", "128,64", "256,128")),
        "learning_rate": Range(low=0.0003, high=0.03),
        "dropout": Range(low=0.0, high=0.5),
        "weight_decay": Range(low=0.0, high=0.1),
    }
    return StudySpec(base=base, space=SearchSpace(varied=varied), num_trials=num_trials)


def _pruners(seeds: Sequence[int], *, num_trials: int) -> dict[str, float]:
    """Tell what pruners would have saved of studies that were not pruned."""
    studied = []
    for seed in seeds:
        spec = _small(num_trials).model_copy(update={"seed": seed, "prunes": False})
        store = open_store()
        trials = _done(store, f"seed {seed}", spec)
        studied.append(
            [store.history(each.run_id).val_accuracy for each in trials if each.values]
        )
    figures: dict[str, float] = {}
    for name, pruner in PRUNERS.items():
        found = [replayed(curves, pruner()) for curves in studied]
        lost = [
            max(c[-1] for c in curves) - best
            for curves, (_, best) in zip(studied, found, strict=True)
        ]
        figures[f"{name}: epochs saved, mean, %"] = 100 * statistics.mean(
            saved for saved, _ in found
        )
        figures[f"{name}: best score lost, mean, points"] = 100 * statistics.mean(lost)
    return figures


def replayed(
    curves: Sequence[Sequence[float]], pruner: BasePruner
) -> tuple[float, float]:
    """Return the share of epochs that a pruner saves, and the best score left."""
    study = optuna.create_study(direction="maximize", pruner=pruner)
    num_epochs, best = 0, 0.0
    for curve in curves:
        trial = study.ask()
        for step, score in enumerate(curve, start=1):
            num_epochs += 1
            if step == len(curve):
                study.tell(trial, score)
                best = max(best, score)
                break
            trial.report(score, step)
            if trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
    return 1 - num_epochs / sum(map(len, curves)), best


def _pruning(seeds: Sequence[int], *, num_trials: int) -> dict[str, float]:
    """Do the same studies with and without pruning."""
    spec = _small(num_trials)
    figures: dict[str, float] = {}
    saved, bests = [], {False: [0.0], True: [0.0]}
    for seed in seeds:
        took = {}
        for prunes in (False, True):
            changes = {"seed": seed, "prunes": prunes}
            name = f"seed {seed}, {'with' if prunes else 'without'} pruning"
            trials = _done(open_store(), name, spec.model_copy(update=changes))
            took[prunes] = _training_seconds(name)
            bests[prunes].append(max(each.values[0] for each in trials if each.values))
            figures |= {
                f"{name}: training, s": took[prunes],
                f"{name}: pruned": sum(each.state is State.PRUNED for each in trials),
                f"{name}: best validation accuracy, %": 100 * bests[prunes][-1],
            }
        saved.append(1 - took[True] / took[False])
    without, with_ = bests[False][1:], bests[True][1:]
    return figures | {
        "training time saved by pruning, mean, %": 100 * statistics.mean(saved),
        "best without pruning, mean, %": 100 * statistics.mean(without),
        "best without pruning, range, points": 100 * (max(without) - min(without)),
        "best with pruning, mean, %": 100 * statistics.mean(with_),
        "best with pruning, range, points": 100 * (max(with_) - min(with_)),
    }


def _training_seconds(name: str) -> float:
    """Add up the training loops of a study, also those that were pruned."""
    return sum(
        run.scores.train_seconds or 0.0
        for run in open_store().runs()
        if run.study == name
    )


def _spec(options: argparse.Namespace) -> StudySpec:
    """Describe a study by time."""
    if options.what == "mlp":
        base, varied = _mlp()
        minutes = options.minutes or 15.0
    else:
        base, varied = _convolutional()
        minutes = options.minutes or 60.0
    return StudySpec(
        base=replace(base, dataset=options.dataset),
        space=SearchSpace(varied=varied),
        num_trials=options.trials or (60 if options.what == "mlp" else None),
        minutes=minutes,
        seed=options.seed,
    )


def _mlp() -> tuple[TrainingConfig, dict[str, Variation]]:
    base = presets.preset("deep-mlp").config
    return replace(base, epochs=12), {
        "layers": Range(low=1, high=3),
        **{f"units_{number}": Range(low=128, high=1024) for number in range(3)},
        "learning_rate": Range(low=0.0005, high=0.01),
        "dropout": Range(low=0.0, high=0.4),
        **AUGMENTATION,
    }


def _convolutional() -> tuple[TrainingConfig, dict[str, Variation]]:
    base = presets.preset("lenet").config
    # Without padding, large filters leave nothing of the image.
    network = replace(base.network, padding="same")
    return replace(base, epochs=4, network=network), {
        "filters": Choices(values=("16,32", "24,48", "32,64", "16,32,64")),
        "hidden": Choices(values=("128", "256", "512")),
        "learning_rate": Range(low=0.0005, high=0.02),
        "dropout": Range(low=0.0, high=0.5),
        **{key: AUGMENTATION[key] for key in ("rotation", "shift")},
    }


def _search(spec: StudySpec) -> dict[str, float]:
    """Do a study, keep its best trial, and tell how that does in the test."""
    store = open_store()
    began = time.monotonic()
    trials = _done(store, "search", spec)
    took = time.monotonic() - began
    best = max((each for each in trials if each.values), key=lambda each: each.values)
    task, name = keep.keep_of(store, best.run_id)
    job_id = executor.submit(store, task, name=name)
    while not store.job(job_id).status.is_over:
        time.sleep(POLL_SECONDS)
    run = store.get(best.run_id)
    print(f"{run.name}", file=sys.stderr)
    return {
        "minutes": took / 60,
        "trials finished": sum(each.state is State.FINISHED for each in trials),
        "trials pruned": sum(each.state is State.PRUNED for each in trials),
        "trials failed": sum(each.state is State.FAILED for each in trials),
        "validation accuracy of the best trial, %": 100 * best.values[0],
        "test accuracy of the best trial, %": 100 * (run.scores.test_accuracy or 0.0),
        "training of the best trial, s": run.scores.train_seconds or 0.0,
    }


def _done(store: RunStore, name: str, spec: StudySpec) -> tuple[TrialRecord, ...]:
    """Do a study, and return its trials."""
    studies.start(store, name, spec)
    study = storage.load(name)
    while studies.is_running(study, trials := study.trials()):
        time.sleep(POLL_SECONDS)
    if study.problem:
        raise RuntimeError(study.problem)
    return trials


if __name__ == "__main__":
    main()
