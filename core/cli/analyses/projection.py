"""The feature map in a terminal: where its points are."""

import argparse
from collections.abc import Mapping

from core.cli import task_results
from core.jobs.kinds.projection import Project
from core.records import Run
from core.runs.store import RunStore


def analyse(
    store: RunStore,
    run: Run,
    options: argparse.Namespace,
) -> Mapping[str, object]:
    """Lay the test images out by the features of the last hidden layer."""
    made = task_results.result_of(store, run, Project(subject=run.id))
    files = [str(store.artifact(run.id, made.path_of(each))) for each in made.files]
    return {
        "analysis": made.title,
        # A list would be cut off in a table.
        "files": files if options.json else "\n".join(files),
    }
