"""The commands that analyse a run: a module for each kind in `core.cli.analyses`."""

import argparse
from collections.abc import Mapping
from types import ModuleType
from typing import Final

from core.cli import console
from core.cli.analyses import (
    calibration,
    labels,
    learning,
    projection,
    robustness,
    scores,
)
from core.runs import open_store

ANALYSES: Final[Mapping[str, ModuleType]] = {
    "calibration": calibration,
    "labels": labels,
    "learning": learning,
    "projection": projection,
    "robustness": robustness,
    "scores": scores,
}
"""Each module has `analyse`, which returns what is printed, and may have
`add_options`."""


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    json_option: argparse.ArgumentParser,
) -> None:
    """Add the commands to a parser."""
    group = commands.add_parser("analyse", help="analyse a run").add_subparsers(
        required=True, metavar="KIND"
    )
    for kind, module in ANALYSES.items():
        # A percent sign in a help text begins a placeholder.
        told = module.analyse.__doc__.replace("%", "%%")
        parser = group.add_parser(kind, parents=[json_option], help=told)
        parser.add_argument("--run", required=True, metavar="ID", help="run, or latest")
        if hasattr(module, "add_options"):
            module.add_options(parser)
        parser.set_defaults(command=_analyse, analysis=module)


def _analyse(options: argparse.Namespace) -> int:
    store = open_store()
    run = store.with_model(options.run)
    found = options.analysis.analyse(store, run, options)
    console.print_record({"run_id": run.id, **found}, as_json=options.json)
    return 0
