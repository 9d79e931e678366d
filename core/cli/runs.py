"""Commands about runs that are there already."""

import argparse
import dataclasses
import json
from pathlib import Path

from core import settings
from core.cli import console
from core.cli.summary import in_short, summary
from core.handover import bundle
from core.records import Run
from core.runs import logs, open_store, queue_order


def list_runs(options: argparse.Namespace) -> int:
    """Print all runs, newest first."""
    jobs = open_store().jobs()
    places = {
        job_id: place.number for job_id, place in queue_order.places(jobs).items()
    }
    runs = [job for job in jobs if isinstance(job, Run)]
    rows = [summary(run) | {"place": places.get(run.id)} for run in runs]
    console.print_rows(
        rows if options.json else [in_short(row) for row in rows],
        name="runs",
        as_json=options.json,
    )
    return 0


def show_run(options: argparse.Namespace) -> int:
    """Print everything about one run."""
    store = open_store()
    run = store.get(options.id)
    config = json.loads(run.config.to_json())
    history = dataclasses.asdict(store.history(run.id))
    record = summary(run) | {"config": config, "history": history}
    console.print_record(record, as_json=options.json)
    return 0


def log_of_run(options: argparse.Namespace) -> int:
    """Print the log of a run."""
    store = open_store()
    run = store.job(options.id)
    text = logs.read(store, run.id)
    if options.json:
        console.print_record({"run_id": run.id, "log": text}, as_json=True)
    else:
        print(text, end="")
    return 0


@settings.changes
def delete_run(options: argparse.Namespace) -> int:
    """Delete one run."""
    store = open_store()
    run = store.get(options.id)
    store.delete(run.id)
    console.print_record({"deleted": run.id}, as_json=options.json)
    return 0


@settings.changes
def move_run(options: argparse.Namespace) -> int:
    """Move a queued run to another place in the queue."""
    store = open_store()
    run = store.job(options.id)
    queue_order.move(store, run.id, place=options.to)
    console.print_record({"moved": run.id, "place": options.to}, as_json=options.json)
    return 0


@settings.changes
def stop_run(options: argparse.Namespace) -> int:
    """Stop a run, or take a queued run out of the queue."""
    store = open_store()
    run = store.job(options.id)
    store.request_stop(run.id)
    status = str(store.job(run.id).status)
    console.print_record({"run_id": run.id, "status": status}, as_json=options.json)
    return 0


def export_run(options: argparse.Namespace) -> int:
    """Export a run with a model as a zip."""
    store = open_store()
    run = store.get(options.id)
    path = options.output or Path(bundle.file_name(run))
    bundle.write_bundle(store, run.id, path, replace=options.force)
    record = {"exported": run.id, "file": str(path), "bytes": path.stat().st_size}
    console.print_record(record, as_json=options.json)
    return 0
