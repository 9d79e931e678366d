"""What the terminal says of a run."""

from core.cli import console
from core.cli.console import Record
from core.config import Recipe, TrainingConfig
from core.errors import DatasetError, TrainingError
from core.insight import network_cost
from core.records import Run, RunStatus
from core.runs import checkpoint_files


def print_result(run: Run, *, as_json: bool) -> int:
    """Print a run that has finished.

    Returns:
        The exit code.

    Raises:
        TrainingError: If it ended in another way.
    """
    if run.status is not RunStatus.FINISHED:
        message = f"Run {run.id} has {run.status}. {run.reason}".strip()
        if checkpoint_files.file_of(run.id).exists():
            command = f"python -m core runs continue {run.id} --epochs N"
            message += f" `{command}` resumes from the last saved state."
        raise TrainingError(message)
    console.print_record(summary(run), as_json=as_json)
    return 0


def summary(run: Run) -> Record:
    """Return the facts about a run, by name."""
    config = run.config
    trained = config if isinstance(config, TrainingConfig) else None
    return {
        "run_id": run.id,
        "name": run.name,
        "status": str(run.status),
        "reason": run.reason,
        "created": run.created.isoformat(timespec="seconds"),
        "dataset": config.dataset,
        "preset": trained.preset if trained else "",
        "compiler": run.compiler,
        "parent": run.parent,
        "members": list(run.members),
        "epochs": trained.epochs if trained else None,
        "parameters": _num_parameters(config),
        "train_seconds": run.scores.train_seconds,
        "total_seconds": run.scores.total_seconds,
        "test_accuracy": run.scores.test_accuracy,
        "test_size": run.scores.test_size,
        "validation_accuracy": run.scores.validation_accuracy,
        "robustness": run.scores.robustness,
        "study": run.study,
        "trial": run.trial,
    }


def _num_parameters(config: Recipe) -> int | None:
    try:
        return network_cost.num_parameters(config)
    except DatasetError:
        return None


def in_short(row: Record) -> Record:
    """Return those facts that fit into a line of a table."""
    names = ("run_id", "name", "status", "study", "trial", "place", "test_accuracy")
    return {name: row[name] for name in (*names, "train_seconds", "created")}
