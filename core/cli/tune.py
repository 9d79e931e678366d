"""The commands about hyperparameter studies.

Trials are done where all other tasks are: by the processes of this machine or by a
cluster. This process hands them over, and waits.
"""

import argparse
import itertools
import threading
from typing import TYPE_CHECKING, Final

from core.cli import console, tune_flags
from core.cli.console import Record
from core.cli.train import INTERRUPTED, interrupting
from core.cli.tune_progress import Progress, study_bar
from core.cli.tune_summary import in_words, status_of, summary, trial_rows
from core.config import TrainingConfig
from core.errors import RunStoreError, StudyError, StudyStoreError
from core.jobs import studies
from core.runs import open_store
from core.tuning import storage
from core.tuning.trials import State

if TYPE_CHECKING:
    from core.runs.store import RunStore

POLL_SECONDS: Final = 0.5
FAILURE: Final = 1


def tune(options: argparse.Namespace) -> int:
    """Search for good settings: make a study, and do its trials."""
    spec = tune_flags.spec_of(options)
    store = open_store()
    study = studies.start(store, _name_of(options, spec.base), spec)
    return _follow(store, study.name, as_json=options.json)


def list_studies(options: argparse.Namespace) -> int:
    """Print all studies, newest first."""
    rows: list[Record] = []
    for study in storage.load_all():
        found = summary(study, study.trials())
        best = found["best"]
        rows.append(
            {
                "study": study.name,
                "status": found["status"],
                "trials": sum(found["trials"].values()),
                "objective": " and ".join(study.spec.objectives),
                "best": best and best["value"],
                "best_run": best and best["run_id"],
                "dataset": study.spec.base.dataset,
            }
        )
    console.print_rows(rows, name="studies", as_json=options.json)
    return 0


def show_study(options: argparse.Namespace) -> int:
    """Print everything about one study."""
    study = storage.load(options.name)
    trials = study.trials()
    rows = trial_rows(study, trials)
    record = summary(study, trials)
    if options.json:
        record["runs"] = rows
        record["spec"] = study.spec.model_dump(mode="json")
        console.print_record(record, as_json=True)
        return 0
    _print(record, as_json=False)
    told = [in_words(row) for row in rows]
    console.print_rows(told, name="trials", as_json=False)
    return 0


def resume_study(options: argparse.Namespace) -> int:
    """Go on with a study until its budget is used up."""
    store = open_store()
    _check_is_free(options.name)
    studies.resume(store, options.name)
    return _follow(store, options.name, as_json=options.json)


def add_to_study(options: argparse.Namespace) -> int:
    """Give a study more trials or minutes, and go on with it."""
    tune_flags.check_budget(options)
    store = open_store()
    _check_is_free(options.name)
    studies.add_trials(
        store, options.name, num_trials=options.trials, minutes=options.minutes
    )
    return _follow(store, options.name, as_json=options.json)


def stop_study(options: argparse.Namespace) -> int:
    """Begin no more trials of a study, and stop those under way."""
    studies.stop(open_store(), options.name)
    study = storage.load(options.name)
    _print(summary(study, study.trials()), as_json=options.json)
    return 0


def delete_study(options: argparse.Namespace) -> int:
    """Delete a study, and the runs of its trials that were not kept."""
    studies.delete(open_store(), options.name)
    console.print_record({"deleted": options.name}, as_json=options.json)
    return 0


def _name_of(options: argparse.Namespace, base: TrainingConfig) -> str:
    """Return the name of a new study: as it was given, or one that is free."""
    if options.name is not None:
        return str(options.name)
    taken = {each.name for each in storage.load_all()}
    stem = base.preset or base.network.word
    names = (f"{stem} {number}" for number in itertools.count(1))
    return next(name for name in names if name not in taken)


def _check_is_free(name: str) -> None:
    """See that no other process does the trials of a study."""
    study = storage.load(name)
    if not study.is_active or studies.is_left(study):
        return
    message = (
        f"Expected a study that has ended or was stopped, but another process does the "
        f"trials of {name!r}. `python -m core tune stop` stops it, or wait."
    )
    raise StudyError(message)


def _print(record: Record, *, as_json: bool) -> None:
    told = record if as_json else in_words(record)
    console.print_record(told, as_json=as_json)


def _follow(store: "RunStore", name: str, *, as_json: bool) -> int:
    """Wait until a study is over, and print what came of it."""
    interrupted = threading.Event()
    with study_bar() as show, interrupting(interrupted):
        is_stopped = False
        while not _is_over(store, name, show):
            # Without the first signal it waits the whole time.
            interrupted.wait(POLL_SECONDS)
            if interrupted.is_set() and not is_stopped:
                studies.stop(store, name)
                is_stopped = True
            elif is_stopped:
                threading.Event().wait(POLL_SECONDS)
    study = storage.load(name)
    trials = study.trials()
    _print(summary(study, trials), as_json=as_json)
    if is_stopped:
        return INTERRUPTED
    if study.problem:
        raise StudyError(study.problem)
    return 0 if any(each.values for each in trials) else FAILURE


def _is_over(store: "RunStore", name: str, show: Progress) -> bool:
    """Show how a study stands; tell whether it is over."""
    try:
        study = storage.load(name)
        trials = study.trials()
        running = [each for each in trials if each.state is State.RUNNING]
        if study.is_active and not running:
            # Nothing will end that would have it go on.
            studies.refill(store, name)
        show(store, study, trials)
    except (StudyStoreError, RunStoreError):
        # Whoever hands over trials asks again too.
        return False
    return status_of(study, trials) not in ("running", "stopping")
