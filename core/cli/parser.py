"""Which commands there are, and what each takes."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from core.cli import (
    analyse,
    compare,
    datasets,
    evaluate,
    flags,
    free,
    handwriting,
    runs,
    train,
    tune_parser,
)
from core.cli.predict import predict


def make_parser() -> argparse.ArgumentParser:
    """Make the parser; what it reads has the function to call as `command`."""
    parser = argparse.ArgumentParser(
        prog="python -m core",
        description="Train and use classifiers of handwritten characters.",
    )
    json_option = argparse.ArgumentParser(add_help=False)
    json_option.add_argument(
        "--json", action="store_true", help="print one JSON object on the last line"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, told: str | None) -> argparse.ArgumentParser:
        return commands.add_parser(name, parents=[json_option], help=told)

    datasets.add_to(commands, json_option)
    trainer = command("train", "train")
    flags.add_to(trainer)
    trainer.set_defaults(command=train.train)
    tune_parser.add_to(commands)
    _add_runs(commands, json_option)
    _add_evaluate(command("evaluate", evaluate.evaluate_run.__doc__))
    analyse.add_to(commands, json_option)
    handwriting.add_to(commands, json_option)
    tuner = command("fine-tune", train.fine_tune.__doc__)
    tuner.add_argument("--run", required=True, metavar="ID", help="run, or latest")
    tuner.set_defaults(command=train.fine_tune)
    _add_compare(command("compare", compare.compare_runs.__doc__))
    _add_predict(command("predict", "classify pictures"))
    return parser


def _add_runs(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    json_option: argparse.ArgumentParser,
) -> None:
    members = {
        "list": runs.list_runs,
        "show": runs.show_run,
        "log": runs.log_of_run,
        "delete": runs.delete_run,
        "move": runs.move_run,
        "stop": runs.stop_run,
        "continue": train.continue_run,
        "keep": train.keep_run,
        "export": runs.export_run,
    }
    group = _add_group(commands, "runs", "trained networks", json_option, members)
    _add_combine(
        group.add_parser(
            "combine", parents=[json_option], help=train.combine_runs.__doc__
        )
    )
    free.add_options(
        group.add_parser("free", parents=[json_option], help=free.free_runs.__doc__)
    )


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
        _add_options(parser, member)
    return group


def _add_options(parser: argparse.ArgumentParser, member: str) -> None:
    """Add what a command about runs takes."""
    if member != "list":
        parser.add_argument("id", metavar="ID", help="id of a run, or latest")
    if member == "continue":
        parser.add_argument(
            "--epochs", type=int, required=True, help="how many more epochs"
        )
    if member == "move":
        parser.add_argument(
            "--to",
            type=int,
            required=True,
            metavar="N",
            help="place in the queue, 1 is next",
        )
    if member == "export":
        parser.add_argument(
            "--output", type=Path, metavar="FILE.zip", help="where to write it"
        )
        parser.add_argument("--force", action="store_true", help="replace the file")


def _add_combine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", nargs="+", metavar="ID", help="ids of finished runs")
    parser.add_argument("--name", default="", help="name of the new run")
    parser.set_defaults(command=train.combine_runs)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run", required=True, metavar="ID", help="run, or latest")
    parser.add_argument(
        "--dataset",
        required=True,
        metavar="NAME",
        help="a data set whose classes the run knows",
    )
    parser.set_defaults(command=evaluate.evaluate_run)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "ids", nargs="+", metavar="ID", help="ids of 2 to 20 runs, or latest"
    )
    parser.set_defaults(command=compare.compare_runs)


def _add_predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run", required=True, metavar="ID", help="run, or latest")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument(
        "--labelled",
        action="store_true",
        help="also give the accuracy; the label is the file name up to the first __: a "
        "class, or any character of a merged one",
    )
    parser.add_argument(
        "--line",
        action="store_true",
        help="read numbers and words: each picture may have several characters, in "
        "several lines",
    )
    parser.set_defaults(command=predict)
