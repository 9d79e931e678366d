"""The command line: what the pages do, from a shell."""

import argparse
import contextlib
import dataclasses
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core import console, estimates, flags, presets, reading
from core.config import TrainingConfig
from core.console import Record
from core.datasets import catalog
from core.errors import (
    InklabError,
    TrainingError,
    TrainingStopped,
    UnknownDatasetError,
)
from core.inference import Predictor
from core.jobs import combining, worker
from core.runs import bundle, logs, open_store, waiting
from core.runs.records import Progress, Run, RunStatus

if TYPE_CHECKING:
    from core.runs.store import RunStore

FAILURE: Final = 1
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Words after the program's name; those of this process if None.

    Returns:
        The exit code: 0 if all went well, 1 after an error, 130 when interrupted.
    """
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except InklabError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILURE
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


def list_datasets(options: argparse.Namespace) -> int:
    """Print the data sets that can be used."""
    rows = [
        {
            "name": spec.name,
            "title": spec.title,
            "classes": len(spec.classes),
            "train": spec.num_train,
            "test": spec.num_test,
            "licence": spec.licence,
        }
        for spec in catalog.specs()
    ]
    console.print_rows(rows, name="datasets", as_json=options.json)
    return 0


def train(options: argparse.Namespace) -> int:
    """Train a network in this process and store it as a run."""
    config = flags.config_of(options)
    name = presets.name_of(config, network=estimates.describe_network(config))
    store = open_store()
    run_id = store.create(config, name=name)
    return _train(store, run_id, as_json=options.json)


def continue_run(options: argparse.Namespace) -> int:
    """Train a run for more epochs, as a new run."""
    from core.runs.lineage import create_child  # noqa: PLC0415 - it imports MLflow

    store = open_store()
    run_id = create_child(store, options.id, epochs=options.epochs)
    return _train(store, run_id, as_json=options.json)


def _train(store: "RunStore", run_id: str, *, as_json: bool) -> int:
    interrupted = threading.Event()
    with console.training_bar(store.get(run_id).config.epochs) as show:

        def watch(progress: Progress) -> None:
            show(progress)
            if interrupted.is_set():
                raise TrainingStopped

        with _interrupting(interrupted):
            worker.train_run(run_id, also=watch)
    run = store.get(run_id)
    if interrupted.is_set() and run.has_model:
        console.print_record(_summary(run), as_json=as_json)
        return INTERRUPTED
    return _print_result(run, as_json=as_json)


@contextlib.contextmanager
def _interrupting(interrupted: threading.Event) -> Iterator[None]:
    """Let the first Ctrl+C be noted, and only the second one end the program."""

    def note(*_: object) -> None:
        interrupted.set()
        signal.signal(signal.SIGINT, usual)
        print("Stopping; what it learned is kept. Ctrl+C ends it.", file=sys.stderr)

    usual = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


def combine_runs(options: argparse.Namespace) -> int:
    """Combine finished runs to one that answers with their mean."""
    store = open_store()
    run_id = combining.create(store, options.ids, name=options.name)
    worker.train_run(run_id)
    return _print_result(store.get(run_id), as_json=options.json)


def list_runs(options: argparse.Namespace) -> int:
    """Print all runs, newest first."""
    runs = open_store().runs()
    places = {run_id: place.number for run_id, place in waiting.places(runs).items()}
    rows = [_summary(run) | {"place": places.get(run.id)} for run in runs]
    console.print_rows(
        rows if options.json else [_in_short(row) for row in rows],
        name="runs",
        as_json=options.json,
    )
    return 0


def show_run(options: argparse.Namespace) -> int:
    """Print all that is known of one run."""
    store = open_store()
    run = store.get(options.id)
    config = json.loads(run.config.to_json())
    history = dataclasses.asdict(store.history(run.id))
    record = _summary(run) | {"config": config, "history": history}
    console.print_record(record, as_json=options.json)
    return 0


def log_of_run(options: argparse.Namespace) -> int:
    """Print what was said while a run was worked on."""
    store = open_store()
    run = store.get(options.id)
    text = logs.read(store, run.id)
    if options.json:
        console.print_record({"run_id": run.id, "log": text}, as_json=True)
    else:
        # A terminal may not know every character that was said.
        encoding = sys.stdout.encoding or "utf-8"
        print(text.encode(encoding, "replace").decode(encoding), end="")
    return 0


def delete_run(options: argparse.Namespace) -> int:
    """Delete one run."""
    store = open_store()
    run = store.get(options.id)
    store.delete(run.id)
    console.print_record({"deleted": run.id}, as_json=options.json)
    return 0


def move_run(options: argparse.Namespace) -> int:
    """Let a waiting run have its turn earlier or later."""
    store = open_store()
    run = store.get(options.id)
    waiting.move(store, run.id, place=options.to)
    console.print_record({"moved": run.id, "place": options.to}, as_json=options.json)
    return 0


def stop_run(options: argparse.Namespace) -> int:
    """Stop one run; one that waits is taken out of the queue."""
    store = open_store()
    run = store.get(options.id)
    store.request_stop(run.id)
    status = str(store.get(run.id).status)
    console.print_record({"run_id": run.id, "status": status}, as_json=options.json)
    return 0


def export_run(options: argparse.Namespace) -> int:
    """Pack one finished run into a zip."""
    store = open_store()
    run = store.get(options.id)
    path = options.output or Path(bundle.file_name(run))
    bundle.write_bundle(store, run.id, path, replace=options.force)
    record = {"exported": run.id, "file": str(path), "bytes": path.stat().st_size}
    console.print_record(record, as_json=options.json)
    return 0


def predict(options: argparse.Namespace) -> int:
    """Say what pictures of single characters show."""
    store = open_store()
    run = store.with_model(options.run)
    classes = catalog.spec(run.config.dataset).classes
    predictor = Predictor(store.artifact(run.id, "model.tflite"))
    answers = [
        reading.answer(predictor, path, classes, labelled=options.labelled)
        for path in reading.pictures_in(options.paths)
    ]
    result: Record = {"run_id": run.id, "n": len(answers), "answers": answers}
    if options.labelled and answers:
        right = sum(answer["answer"] == answer["label"] for answer in answers)
        result["accuracy"] = right / len(answers)
    if options.json:
        console.print_record(result, as_json=True)
    else:
        console.print_rows(answers, name="answers", as_json=False)
        console.print_record(
            {key: result[key] for key in result if key != "answers"}, as_json=False
        )
    return FAILURE if any("error" in answer for answer in answers) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core", description="Train and use character classifiers."
    )
    json_option = argparse.ArgumentParser(add_help=False)
    json_option.add_argument(
        "--json", action="store_true", help="print one JSON object on the last line"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_group(commands, "datasets", "data sets", json_option, {"list": list_datasets})
    trainer = commands.add_parser("train", parents=[json_option], help="train")
    flags.add_to(trainer)
    trainer.set_defaults(command=train)
    runs = {
        "list": list_runs,
        "show": show_run,
        "log": log_of_run,
        "delete": delete_run,
        "move": move_run,
        "stop": stop_run,
        "continue": continue_run,
        "export": export_run,
    }
    group = _add_group(commands, "runs", "trained networks", json_option, runs)
    _add_combine(
        group.add_parser("combine", parents=[json_option], help=combine_runs.__doc__)
    )
    _add_predict(
        commands.add_parser("predict", parents=[json_option], help="read pictures")
    )
    return parser


def _add_group(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    title: str,
    json_option: argparse.ArgumentParser,
    members: Mapping[str, Callable[[argparse.Namespace], int]],
) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    group = commands.add_parser(name, help=title).add_subparsers(
        required=True, metavar="COMMAND"
    )
    for member, command in members.items():
        parser = group.add_parser(member, parents=[json_option], help=command.__doc__)
        parser.set_defaults(command=command)
        if member != "list":
            parser.add_argument("id", metavar="ID", help="id of a run, or latest")
        if member == "continue":
            parser.add_argument("--epochs", type=int, required=True)
        if member == "move":
            parser.add_argument(
                "--to", type=int, required=True, metavar="N", help="1 is the next turn"
            )
        if member == "export":
            parser.add_argument("--output", type=Path, metavar="FILE.zip")
            parser.add_argument("--force", action="store_true", help="replace the file")
    return group


def _add_combine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", nargs="+", metavar="ID", help="ids of finished runs")
    parser.add_argument("--name", default="", help="what to call the new run")
    parser.set_defaults(command=combine_runs)


def _add_predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run", required=True, metavar="ID", help="run, or latest")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument(
        "--labelled",
        action="store_true",
        help="the label is the file name up to the first __",
    )
    parser.set_defaults(command=predict)


def _print_result(run: Run, *, as_json: bool) -> int:
    if run.status is not RunStatus.FINISHED:
        message = f"Run {run.id} has {run.status}. {run.reason}".strip()
        raise TrainingError(message)
    console.print_record(_summary(run), as_json=as_json)
    return 0


def _summary(run: Run) -> Record:
    config = run.config
    return {
        "run_id": run.id,
        "name": run.name,
        "status": str(run.status),
        "reason": run.reason,
        "created": run.created.isoformat(timespec="seconds"),
        "dataset": config.dataset,
        "preset": config.preset,
        "compiler": run.compiler,
        "parent": run.parent,
        "members": list(run.members),
        "epochs": None if run.members else config.epochs,
        "parameters": _num_parameters(config),
        "train_seconds": run.scores.train_seconds,
        "total_seconds": run.scores.total_seconds,
        "test_accuracy": run.scores.test_accuracy,
        "test_size": run.scores.test_size,
    }


def _num_parameters(config: TrainingConfig) -> int | None:
    try:
        return estimates.num_parameters(config)
    except UnknownDatasetError:
        return None


def _in_short(row: Record) -> Record:
    names = ("run_id", "name", "status", "place", "test_accuracy", "train_seconds")
    return {name: row[name] for name in (*names, "created")}
