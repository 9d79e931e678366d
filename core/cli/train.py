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
from core.insight import network_cost
from core.jobs import worker
from core.jobs.kinds import ensemble, keep
from core.jobs.kinds.train import Train
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


def _train(task: Train, *, name: str, as_json: bool) -> int:
    store = open_store()
    run_id = task.create(store, name=name)
    interrupted = threading.Event()
    with console.training_bar(task.config.epochs) as show:

        def watch(report: Progress | Report) -> None:
            if isinstance(report, Progress):
                show(report)
            if interrupted.is_set():
                raise TrainingStopped

        with interrupting(interrupted):
            worker.perform(run_id, on_report=watch)
    run = store.get(run_id)
    if interrupted.is_set() and run.has_model:
        console.print_record(summary(run), as_json=as_json)
        return INTERRUPTED
    return print_result(run, as_json=as_json)


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
