"""Between MLflow's words and ours: runs, metrics and errors."""

import contextlib
import functools
import json
import math
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, TypedDict

from mlflow.entities import Metric
from mlflow.entities import Run as MlflowRun
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from core import settings
from core.config import Recipe, recipe_from_json
from core.errors import RunStoreError
from core.records import (
    ENSEMBLE,
    NOTE_TAG,
    PLACE_TAG,
    STAR_TAG,
    TRAIN,
    History,
    Job,
    Lane,
    Progress,
    Report,
    Run,
    RunScores,
    RunStatus,
    TaskRecord,
)
from core.runs import server

STEPS_PER_EPOCH: Final = 1000
"""Points within an epoch are stored at thousandths of an epoch."""

LIVE_CURVES: Final = ("progress/loss", "progress/accuracy")

KIND_TAG: Final = "inklab.kind"
OWNER_TAG: Final = "inklab.owner"
ADOPTED_TAG: Final = "inklab.adopted"
ACTIVITY_TAG: Final = "inklab.activity"
FINGERPRINT_TAG: Final = "inklab.fingerprint"
SHARE: Final = "progress/share"
ROBUSTNESS: Final = "robustness/score"
"""Of the task that measures it, which leaves it with the run (see `attachments`)."""

STUDY_TAG: Final = "inklab.study"
TRIAL_TAG: Final = "inklab.trial"
PRUNED_TAG: Final = "inklab.pruned"
LOST_TAG: Final = "inklab.lost"
PINNED_TAG: Final = "inklab.pinned"
PINNED: Final = "pinned/"
"""What the names of metrics begin with that are about a pinned drawing."""

_STATUS: Final = {
    "SCHEDULED": RunStatus.QUEUED,
    "RUNNING": RunStatus.RUNNING,
    "FINISHED": RunStatus.FINISHED,
    "KILLED": RunStatus.STOPPED,
    "FAILED": RunStatus.FAILED,
}


def job_of(found: MlflowRun) -> Job:
    """Read one of our jobs; it is a run if it makes a model.

    Raises:
        RunStoreError: If another program made it.
        SchemaError: If its configuration is damaged or of another version.
        ConfigError: If its configuration has an impossible value.
    """
    tags, metrics = found.data.tags, found.data.metrics
    if "inklab.config" in tags:
        return _run_of(found)
    if KIND_TAG not in tags:
        message = (
            f"Expected run {found.info.run_id} to be one of Inklab, but it has neither "
            "a configuration nor a kind of task: another program made it."
        )
        raise RunStoreError(message)
    return Job(share=metrics.get(SHARE), **_common(found))


def _run_of(found: MlflowRun) -> Run:
    tags, metrics = found.data.tags, found.data.metrics
    return Run(
        config=_config_of(tags["inklab.config"]),
        compiler=tags.get("inklab.compiler", ""),
        fingerprint=tags.get(FINGERPRINT_TAG, ""),
        study=tags.get(STUDY_TAG, ""),
        trial=_number(tags.get(TRIAL_TAG, "")),
        parent=tags.get("inklab.parent", ""),
        members=tuple(filter(None, tags.get("inklab.members", "").split(","))),
        note=tags.get(NOTE_TAG, ""),
        is_starred=bool(tags.get(STAR_TAG)),
        scores=RunScores(
            test_accuracy=metrics.get("test_accuracy"),
            test_size=_whole(metrics.get("test_size")),
            validation_accuracy=metrics.get("validation_accuracy"),
            validation_loss=metrics.get("validation_loss"),
            robustness=metrics.get(ROBUSTNESS),
            train_seconds=metrics.get("train_seconds"),
            total_seconds=metrics.get("total_seconds"),
            best_epoch=_whole(metrics.get("best_epoch")),
            epochs_done=metrics.get("progress/epochs_done"),
            chunk=_whole(metrics.get("progress/chunk")),
            num_chunks=_whole(metrics.get("progress/num_chunks")),
            images_per_second=metrics.get("progress/images_per_second"),
            seconds_left=metrics.get("progress/seconds_left"),
        ),
        **_common(found),
    )


class _Common(TypedDict):
    id: str
    name: str
    status: RunStatus
    reason: str
    created: datetime
    kind: str
    subject: str
    key: str
    lane: Lane
    owner: str
    place: float | None
    is_adopted: bool
    activity: str
    is_lost: bool


def _common(found: MlflowRun) -> _Common:
    """Read what all jobs have; one without a kind is of the first version."""
    tags = found.data.tags
    return {
        "id": found.info.run_id,
        "name": found.info.run_name,
        "status": _status(found.info.status, is_pruned=PRUNED_TAG in tags),
        "reason": tags.get("inklab.reason", ""),
        "created": datetime.fromtimestamp(found.info.start_time / 1000, UTC),
        "kind": tags.get(KIND_TAG) or (ENSEMBLE if "inklab.members" in tags else TRAIN),
        "subject": tags.get("inklab.subject", ""),
        "key": tags.get("inklab.key", ""),
        "lane": _lane(tags.get("inklab.lane", "")),
        "owner": tags.get(OWNER_TAG, ""),
        "place": _place(tags.get(PLACE_TAG, "")),
        "is_adopted": ADOPTED_TAG in tags,
        "activity": tags.get(ACTIVITY_TAG, ""),
        "is_lost": LOST_TAG in tags,
    }


def _status(status: str, *, is_pruned: bool) -> RunStatus:
    """Read where a job stands; MLflow knows no pruning, so a tag tells that."""
    found = _STATUS[status]
    return RunStatus.PRUNED if is_pruned and found is RunStatus.STOPPED else found


def tags_of(task: TaskRecord) -> dict[str, str]:
    """Write what is read of a task without opening its document."""
    tags = {
        KIND_TAG: task.kind,
        "inklab.subject": task.subject,
        "inklab.key": task.key,
        "inklab.lane": "" if task.lane is Lane.COMPUTE else str(task.lane),
    }
    return {key: value for key, value in tags.items() if value}


def compact(text: str) -> str:
    """Write JSON without spaces: MLflow cuts a tag off at 8,000 characters."""
    return json.dumps(json.loads(text), separators=(",", ":"))


@functools.lru_cache(maxsize=4096)
def _config_of(text: str) -> Recipe:
    """Read a configuration, which is the same for many runs and for every look."""
    return recipe_from_json(text)


def _lane(text: str) -> Lane:
    """Read a lane; what a newer version calls otherwise is compute's."""
    return Lane(text) if text in tuple(Lane) else Lane.COMPUTE


def _place(text: str) -> float | None:
    """Read a place; MLflow's own pages let people write anything there."""
    with contextlib.suppress(ValueError):
        place = float(text)
        return place if math.isfinite(place) else None
    return None


def _number(text: str) -> int | None:
    """Read the number of a trial; MLflow's own pages let people write anything."""
    return int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004 - no study has so many


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def report_metrics(report: Progress | Report) -> list[Metric]:
    """Write as metrics what was reported."""
    if isinstance(report, Progress):
        return progress_metrics(report)
    now, step = now_ms(), round(report.share * STEPS_PER_EPOCH)
    values = {SHARE: report.share, **report.metrics}
    return [Metric(key, value, now, step) for key, value in values.items()]


def progress_metrics(progress: Progress) -> list[Metric]:
    """Write a progress as metrics within the epoch, and of an epoch that it ends."""
    now, step = now_ms(), round(progress.epochs_done * STEPS_PER_EPOCH)
    values = {
        "loss": progress.loss,
        "accuracy": progress.accuracy,
        "epochs_done": progress.epochs_done,
        "chunk": float(progress.chunk),
        "num_chunks": float(progress.num_chunks),
        "images_per_second": progress.images_per_second,
        "seconds_left": progress.seconds_left,
    }
    live = [
        Metric(f"progress/{key}", value, now, step)
        for key, value in values.items()
        if value is not None
    ]
    if not progress.ends_epoch:
        return live
    latest = progress.history.num_epochs
    return [
        *live,
        *(each for each in epoch_metrics(progress.history) if each.step == latest),
        *(
            Metric(f"{PINNED}{index}", probability, now, latest)
            for index, probability in enumerate(progress.pinned)
        ),
    ]


def epoch_metrics(history: History) -> list[Metric]:
    """Write the scores of all finished epochs as metrics."""
    scores = {
        "loss": history.loss,
        "accuracy": history.accuracy,
        "val_loss": history.val_loss,
        "val_accuracy": history.val_accuracy,
        "dead_units": history.dead_units,
    }
    return [
        Metric(key, value, now_ms(), epoch)
        for key, values in scores.items()
        for epoch, value in enumerate(values, start=1)
    ]


def score_metrics(scores: RunScores) -> list[Metric]:
    """Write the final scores of a run as metrics, without those that are None."""
    values = {
        "test_accuracy": scores.test_accuracy,
        "test_size": scores.test_size,
        "validation_accuracy": scores.validation_accuracy,
        "validation_loss": scores.validation_loss,
        "train_seconds": scores.train_seconds,
        "total_seconds": scores.total_seconds,
        "best_epoch": scores.best_epoch,
    }
    return [
        Metric(key, float(value), now_ms(), 0)
        for key, value in values.items()
        if value is not None
    ]


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Raise what goes wrong in the block as `RunStoreError`, in plain words."""
    try:
        yield
    except (MlflowException, SQLAlchemyError, sqlite3.Error, OSError) as error:
        problem = next(iter(str(error).splitlines()), type(error).__name__)
        if "out-of-date database schema" in problem:
            message = (
                "Expected a run store of this version of Inklab, got one of another "
                "version. Install that version again, or set INKLAB_HOME to another "
                f"folder; nothing was altered. ({problem})"
            )
        elif name := server.name_of(settings.named_store()):
            message = (
                f"Expected the tracking server {name} to answer, but: {problem}. "
                "Check that it runs, and that MLFLOW_TRACKING_URI is right."
            )
        else:
            message = (
                f"Expected the run store to answer, but: {problem}. Check that its "
                "disk is available and not full, and that its file is not damaged."
            )
        raise RunStoreError(message) from error


def now_ms() -> int:
    """Return the time as MLflow writes it, in milliseconds since 1970."""
    return int(time.time() * 1000)
