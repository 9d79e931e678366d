"""The command `tune`: without another word it makes a study, with one it is about one.

What each does is imported when it is asked for: Optuna takes a quarter of a second.
"""

import argparse
from collections.abc import Mapping
from typing import Final

from core.cli import tune_flags
from core.errors import StudyError

Commands = argparse._SubParsersAction  # noqa: SLF001 - it has no public name

_HELP: Final[Mapping[str, str]] = {
    "list": "print all studies, newest first",
    "show": "print everything about one study",
    "resume": "go on with a study until its budget is used up",
    "stop": "begin no more trials of a study, and stop those under way",
    "add": "give a study more trials or minutes, and go on with it",
    "delete": "delete a study, and the runs of its trials that were not kept",
}


def add_to(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Add the commands to a parser."""
    parser = commands.add_parser(
        "tune",
        help="search for good settings",
        description="Make a study that varies settings, and do its trials; or, with a "
        "command at the end, do something with a study that is there.",
    )
    told = "print one JSON object on the last line"
    parser.add_argument("--json", action="store_true", help=told)
    tune_flags.add_to(parser)
    parser.set_defaults(command=_run, action="tune")
    group = parser.add_subparsers(metavar="COMMAND", title="studies that are there")
    for name, text in _HELP.items():
        member = group.add_parser(name, help=text)
        # Without a default, or it would undo what was said before the command.
        member.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help=told
        )
        member.set_defaults(action=name)
        if name != "list":
            member.add_argument("name", metavar="NAME", help="name of a study")
        if name == "add":
            member.add_argument("--trials", type=int, metavar="N", help="more trials")
            member.add_argument("--minutes", type=float, metavar="M", help="more time")


def _run(options: argparse.Namespace) -> int:
    from core.cli import tune  # noqa: PLC0415 - it imports Optuna

    if options.action != "tune" and (options.vary or options.space):
        message = (
            f"Expected either a new study or one that is there, got --vary or --space "
            f"and {options.action!r}. Leave one of them out."
        )
        raise StudyError(message)
    actions = {
        "tune": tune.tune,
        "list": tune.list_studies,
        "show": tune.show_study,
        "resume": tune.resume_study,
        "stop": tune.stop_study,
        "add": tune.add_to_study,
        "delete": tune.delete_study,
    }
    return actions[options.action](options)
