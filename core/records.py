"""What is known of a run, as values that do not change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

import numpy as np

from core.config import EnsembleConfig, Monitor, Recipe, TrainingConfig
from core.errors import ConfigError
from core.proportion import Proportion
from core.types import ByteImages, Probabilities

DATASET: Final = "dataset.json"
"""The file of a run that describes the data set that it learned from."""

CHECKPOINT: Final = "checkpoint.npz"
"""The file of a run that says where its training stood."""

ANALYSES: Final = "analyses"
"""The folder of a run for what work about it has left there."""

ARRAYS: Final = "arrays.npz"
"""The file of an analysis for the arrays that it leaves."""

NOTE_TAG: Final = "mlflow.note.content"
"""Where a note is kept; MLflow's own pages show it from there."""

STAR_TAG: Final = "inklab.star"

PLACE_TAG: Final = "inklab.place"
"""Where a run's place in the queue is kept; empty once it has had its turn."""

TRAIN: Final = "train"
"""The kind of work that makes a model by learning."""

TRIAL: Final = "trial"
"""The kind of work that makes a model by learning, for a hyperparameter study."""

ENSEMBLE: Final = "ensemble"
"""The kind of work that makes a model of others."""

FINE_TUNE: Final = "fine-tune"
"""The kind of work that teaches a model one's own handwriting, as a new run."""

HANDWRITING: Final = "handwriting.json"
"""The file of a run that says which drawings it was fine-tuned on."""


class Lane(StrEnum):
    """What one process does, one thing after the other."""

    COMPUTE = "compute"
    INPUT_OUTPUT = "input-output"
    SCREEN = "screen"


class RunStatus(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    PRUNED = "pruned"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Whether it learns no more; its results may still be being saved."""
        return self not in (RunStatus.QUEUED, RunStatus.RUNNING)


@dataclass(frozen=True, kw_only=True)
class History:
    """Scores by epoch; each tuple has one value per finished epoch.

    Attributes:
        loss: Mean cross-entropy in nats on the training images, while learning.
        accuracy: Share of training images right while learning, 0 to 1.
        val_loss: The same loss on the held-out images after the epoch; empty
            if none were held out.
        val_accuracy: The same share on the held-out images; empty if none.
        dead_units: Share of the hidden units, 0 to 1, that answer 0 to each of
            some training images; NaN where it was not measured, empty if the
            network has no rectified units.
    """

    loss: tuple[float, ...] = ()
    accuracy: tuple[float, ...] = ()
    val_loss: tuple[float, ...] = ()
    val_accuracy: tuple[float, ...] = ()
    dead_units: tuple[float, ...] = ()

    @property
    def num_epochs(self) -> int:
        """How many epochs are finished."""
        return len(self.loss)

    def validation_at(self, epoch: int) -> tuple[float, float] | None:
        """Return validation accuracy and loss after an epoch; None if not measured.

        Args:
            epoch: From 1.
        """
        if not 1 <= epoch <= len(self.val_loss):
            return None
        return self.val_accuracy[epoch - 1], self.val_loss[epoch - 1]

    @property
    def best_epoch(self) -> int | None:
        """The epoch (from 1) with the lowest validation loss; None if unknown."""
        if not self.val_loss or np.isnan(self.val_loss).all():
            return None
        return int(np.nanargmin(self.val_loss)) + 1

    def best_epoch_by(self, monitor: Monitor) -> int:
        """Return the first epoch (from 1) with the best score.

        Args:
            monitor: The score; there must be some, and a number among them.
        """
        if monitor == "val_accuracy":
            return int(np.nanargmax(self.val_accuracy)) + 1
        return int(np.nanargmin(self.val_loss)) + 1


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a training stands after a chunk.

    Attributes:
        epochs_done: Passes made so far, with fractions, above 0.
        num_epochs: Passes to make in all.
        chunk: Which chunk of its epoch this was, from 1; where a training that
            goes on begins within an epoch, of what was left of it.
        num_chunks: How many chunks that epoch has.
        loss: Mean training loss of the latest chunk.
        accuracy: Training accuracy of the latest chunk, 0 to 1.
        images_per_second: Images learned per second since the first chunk
            (which includes the compilation); 0.0 right after that one.
        seconds_left: Expected time to the end; None right after the first chunk.
        ends_epoch: Whether an epoch is finished with this chunk.
        history: Scores of the epochs finished so far.
        pinned: Probability of each class for the pinned drawing after the epoch that
            is finished with this chunk; empty if there is none.
    """

    epochs_done: float
    num_epochs: int
    chunk: int
    num_chunks: int
    loss: float
    accuracy: float
    images_per_second: float
    seconds_left: float | None
    ends_epoch: bool
    history: History
    pinned: tuple[float, ...] = ()

    @property
    def share(self) -> float:
        """Share of the training done, above 0 and at most 1."""
        return self.epochs_done / self.num_epochs


@dataclass(frozen=True, kw_only=True)
class Report:
    """Where a piece of work stands that is no training.

    Attributes:
        share: Share of it done, 0 to 1.
        text: What is being done, as a short clause.
        metrics: Numbers known so far, by name.
    """

    share: float
    text: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Requests:
    """What people ask of work that is being done.

    Attributes:
        stop: Whether it is to stop.
        pinned: A drawing to ask the network about after each epoch, as
            `core.runs.pinned` writes it; empty if there is none.
    """

    stop: bool = False
    pinned: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pinned:
    """A drawing that was pinned to a training, and what the network said of it.

    Attributes:
        image: As the network takes it, uint8 of shape (height, width).
        epochs: After which epochs it was asked, from 1, ascending.
        probabilities: Of each class after each of these epochs, float32 of shape
            (epochs, classes).
    """

    image: ByteImages
    epochs: tuple[int, ...]
    probabilities: Probabilities


@dataclass(frozen=True, kw_only=True)
class TaskRecord:
    """A piece of work as it is written down; `core.jobs.tasks` reads it.

    Attributes:
        kind: Which work, like `train`.
        document: All that decides it, as JSON; empty if the tags of its run tell it.
        subject: Id of the run that its result belongs to; empty if it is its own.
        key: Equal for work that would come to the same result; empty if no other does.
        lane: Which process does it.
        is_background: Whether it lets all go first that a person asked for.
    """

    kind: str
    document: str = ""
    subject: str = ""
    key: str = ""
    lane: Lane = Lane.COMPUTE
    is_background: bool = False


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """What a piece of work left with the run that it is about.

    Attributes:
        name: Of the analysis, and of the folder of its files.
        title: What it is, in words.
        key: Of the work that made it; see `TaskRecord`.
        metrics: Numbers by name.
        files: Names of its files.
    """

    name: str
    title: str
    key: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    def path_of(self, file: str) -> str:
        """Return under which name one of its files is among those of its run."""
        return f"{ANALYSES}/{self.name}/{file}"


@dataclass(frozen=True, kw_only=True)
class LivePoints:
    """Scores within the epochs, one value per chunk.

    Attributes:
        epochs: Position of each point, in epochs since the start.
        loss: Mean training loss of each chunk.
        accuracy: Training accuracy of each chunk, 0 to 1.
    """

    epochs: tuple[float, ...] = ()
    loss: tuple[float, ...] = ()
    accuracy: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RunScores:
    """Numbers of a run; None where not known, or not known yet.

    Attributes:
        test_accuracy: Share of the test images right, 0 to 1.
        test_size: Number of test images.
        validation_accuracy: Share of the validation images right, 0 to 1, with the
            weights that were kept.
        validation_loss: Cross-entropy in nats on the same images, likewise.
        robustness: Mean accuracy on corrupted test images, 0 to 1; None until it was
            measured.
        train_seconds: Time of the training loop, with compilation unless the
            process had compiled the same network before, and with that of the runs
            it goes on with.
        total_seconds: Time from start to the last file written.
        best_epoch: The epoch (from 1) with the best score on the held-out images.
        epochs_done: Passes made so far, with fractions.
        chunk: Which chunk of its epoch was the latest, from 1.
        num_chunks: How many chunks that epoch has.
        images_per_second: Images learned per second.
        seconds_left: Expected time to the end of the training loop.
    """

    test_accuracy: float | None = None
    test_size: int | None = None
    validation_accuracy: float | None = None
    validation_loss: float | None = None
    robustness: float | None = None
    train_seconds: float | None = None
    total_seconds: float | None = None
    best_epoch: int | None = None
    epochs_done: float | None = None
    chunk: int | None = None
    num_chunks: int | None = None
    images_per_second: float | None = None
    seconds_left: float | None = None

    @property
    def accuracy(self) -> Proportion | None:
        """The test accuracy with its interval; None if not known yet."""
        if self.test_accuracy is None or self.test_size is None:
            return None
        return Proportion(round(self.test_accuracy * self.test_size), self.test_size)


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work that takes long: what was asked for, and where it stands.

    Attributes:
        id: Its name in the store, 32 hexadecimal digits.
        name: What people call it.
        status: Where it stands.
        reason: Why it failed, in plain words; empty otherwise.
        created: When it was asked for, with time zone.
        kind: Which work, like `train`.
        subject: Id of the run that its result belongs to; empty if it is its own.
        key: Equal for work that comes to the same; empty if no other does.
        lane: Which process does it.
        owner: The process that has it in its queue or does it; see `owner`.
        place: What orders it among those that wait, lowest first; None once it has
            had its turn.
        is_adopted: Whether it waited when the server that it was asked of ended.
        share: Share of the work done, 0 to 1; None where that is not known.
        activity: What is being done, as a short clause; may be empty.
        is_lost: Whether it failed because the process that worked on it is gone.
    """

    id: str
    name: str
    status: RunStatus
    reason: str
    created: datetime
    kind: str = TRAIN
    subject: str = ""
    key: str = ""
    lane: Lane = Lane.COMPUTE
    owner: str = ""
    place: float | None = None
    is_adopted: bool = False
    share: float | None = None
    activity: str = ""
    is_lost: bool = False


@dataclass(frozen=True, kw_only=True)
class Run(Job):
    """A job that makes a model: what was asked for and what became of it.

    Attributes:
        config: What was asked for.
        compiler: What compiled its training loop; empty until that is over.
        parent: Id of the run that this one goes on with; empty if none.
        is_saving: Whether it was stopped, and what it learned is being saved.
        note: What people wrote about it; empty if nothing.
        is_starred: Whether people marked it.
        scores: Numbers known so far.
        members: Ids of the runs whose mean it is; empty unless it is an ensemble.
        fingerprint: Of the data set that it learned from; empty if nobody noted it.
        study: Name of the hyperparameter study that it is a trial of; empty if none.
        trial: Its number in the study, from 0; None unless it is a trial.
    """

    config: Recipe
    scores: RunScores
    fingerprint: str = ""
    study: str = ""
    trial: int | None = None
    compiler: str = ""
    parent: str = ""
    is_saving: bool = False
    members: tuple[str, ...] = ()
    note: str = ""
    is_starred: bool = False

    @property
    def has_model(self) -> bool:
        """Whether it left a model that can be used, with its predictions."""
        return self.status.is_over and self.scores.test_accuracy is not None

    @property
    def training(self) -> TrainingConfig:
        """What was to be trained.

        Raises:
            ConfigError: If it is an ensemble, which is made of trained runs.
        """
        if isinstance(self.config, EnsembleConfig):
            message = (
                f"Expected a run that was trained, but {self.name} ({self.id}) is an "
                "ensemble. Choose one of its members."
            )
            raise ConfigError(message)
        return self.config
