"""Commands that make a new run: train, continue, combine."""

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Final

from core import settings
from core.cli import console, flags, task_results
from core.cli.summary import print_result, summary
from core.config import known_presets
from core.datasets import catalog
from core.errors import TrainingError, TrainingStopped
from core.handwriting import fine_tuned
from core.insight import network_cost
from core.jobs import worker
from core.jobs.kinds import ensemble, keep
from core.jobs.kinds import fine_tune as fine_tuning
from core.jobs.kinds.fine_tune import FineTune
from core.jobs.kinds.train import Train
from core.proportion import Proportion
from core.records import Progress, Report
from core.runs import open_store

INTERRUPTED: Final = 130
"""The exit code of a program that Ctrl+C ended."""


@settings.changes
def train(options: argparse.Namespace) -> int:
    """Train a network in this process and store it as a run."""
    config = flags.config_of(options)
    spec = catalog.spec(config.dataset)
    network = network_cost.describe_network(config, spec)
    name = known_presets.name_of(config, network=network, ink_style=spec.ink_style)
    return _train(Train(config=config), name=name, as_json=options.json)


@settings.changes
def continue_run(options: argparse.Namespace) -> int:
    """Train a run for more epochs, as a new run."""
    from core.jobs.resume import child_of  # noqa: PLC0415 - it imports MLflow

    task, name = child_of(open_store(), options.id, epochs=options.epochs)
    return _train(task, name=name, as_json=options.json)


@settings.changes
def fine_tune(options: argparse.Namespace) -> int:
    """Teach a run the drawings of My handwriting, as a new run."""
    store = open_store()
    task, name = fine_tuning.fine_tuning_of(store, options.run)
    run_id, code = _perform(task, name=name)
    run = store.get(run_id)
    found = fine_tuned.read(store, run) if run.has_model else None
    if found is None:
        return print_result(run, as_json=options.json) or code
    console.print_record(
        {
            **summary(run),
            "drawings_learned": len(found.learned),
            "drawings_tested": found.drawings.total,
            "drawings_accuracy_before": _value(found.drawings.before),
            "drawings_accuracy_after": _value(found.drawings.after),
            "test_accuracy_before": _value(found.test.before),
            "test_accuracy_after": _value(found.test.after),
        },
        as_json=options.json,
    )
    return code


def _value(accuracy: Proportion | None) -> float | None:
    return accuracy.value if accuracy else None


def _train(task: Train, *, name: str, as_json: bool) -> int:
    run_id, code = _perform(task, name=name)
    run = open_store().get(run_id)
    if code and run.has_model:
        console.print_record(summary(run), as_json=as_json)
        return code
    return print_result(run, as_json=as_json)


def _perform(task: Train | FineTune, *, name: str) -> tuple[str, int]:
    """Do a task here, with a bar; return the id of its run and the code to exit by."""
    run_id = task.create(open_store(), name=name)
    interrupted = threading.Event()
    with console.training_bar(task.config.epochs) as show:

        def watch(report: Progress | Report) -> None:
            if isinstance(report, Progress):
                show(report)
            if interrupted.is_set():
                raise TrainingStopped

        with interrupting(interrupted):
            worker.perform(run_id, on_report=watch)
    return run_id, INTERRUPTED if interrupted.is_set() else 0


@contextlib.contextmanager
def interrupting(interrupted: threading.Event) -> Iterator[None]:
    """Let the first Ctrl+C be noted, and only the second one end the program."""

    def note(*_: object) -> None:
        interrupted.set()
        signal.signal(signal.SIGINT, usual)
        print("Stopping and saving. Press Ctrl+C again to quit.", file=sys.stderr)

    usual = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


@settings.changes
def keep_run(options: argparse.Namespace) -> int:
    """Test and export a trial of a study, so that it is a whole run."""
    store = open_store()
    task, name = keep.keep_of(store, options.id)
    job_id = task.create(store, name=name)
    task_results.perform(job_id)
    run = store.get(task.subject)
    if not run.has_model:
        job = store.job(job_id)
        message = f"The trial could not be kept: it has {job.status}. {job.reason}"
        raise TrainingError(message.strip())
    console.print_record(summary(run), as_json=options.json)
    return 0


@settings.changes
def combine_runs(options: argparse.Namespace) -> int:
    """Make an ensemble of finished runs, which predicts with their mean."""
    store = open_store()
    task, name = ensemble.ensemble_of(store, options.ids, name=options.name)
    run_id = task.create(store, name=name)
    worker.perform(run_id)
    return print_result(store.get(run_id), as_json=options.json)
