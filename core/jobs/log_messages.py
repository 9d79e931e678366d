"""What Inklab writes into the log of a run, in plain lines."""

import os
import platform
import sys
from collections.abc import Iterator

from core.config import TrainingConfig
from core.datasets.spec import DatasetSpec
from core.insight import network_cost
from core.jobs.finalize import Result
from core.proportion import percent
from core.records import Job, Progress, Run


def beginning(job: Job) -> str:
    """Tell who works on which job, and with what."""
    # It is imported only where it may be; there, nobody need import it to ask.
    tensorflow = getattr(sys.modules.get("tensorflow"), "__version__", "not loaded")
    versions = f"Python {platform.python_version()}, TensorFlow {tensorflow}"
    return f"Run {job.id}, {job.name}: process {os.getpid()}, {versions}."


def what(run: Run, spec: DatasetSpec) -> Iterator[str]:
    """Tell which model is to be made."""
    images = f"{spec.num_train:,} training and {spec.num_test:,} test images"
    yield f"Data set: {spec.title} ({spec.name}), {images}."
    network = network_cost.describe_network(run.config, spec)
    parameters = network_cost.num_parameters(run.config, spec)
    yield f"Network: {network}, {parameters:,} parameters."


def plan(config: TrainingConfig, parent: str) -> Iterator[str]:
    """Tell how a training is to go, and which run it goes on with, if any."""
    yield (
        f"Plan: {config.epochs} epochs, "
        f"batch size {network_cost.images_per_step(config)}, "
        f"{config.optimizer}, learning rate {config.learning_rate:g}, "
        f"seed {config.seed}."
    )
    if parent:
        yield f"It continues run {parent}."


def epoch(progress: Progress) -> str:
    """Tell the scores of the epoch that a progress ends."""
    history = progress.history
    scores = {
        "loss": history.loss,
        "accuracy": history.accuracy,
        "validation loss": history.val_loss,
        "validation accuracy": history.val_accuracy,
    }
    words = [f"{name} {values[-1]:.4f}" for name, values in scores.items() if values]
    return f"Epoch {history.num_epochs} of {progress.num_epochs}: {', '.join(words)}."


def training(run: Run, result: Result) -> Iterator[str]:
    """Tell what came of a training, before it is saved."""
    if result.is_stopped:
        yield "Stopped on request."
    seconds = f"{result.train_seconds:.1f} s" if result.train_seconds else "no time"
    yield f"Trained in {seconds}, loop compiled by {result.compiler}."
    best, score = result.best_epoch, run.training.monitor.replace("val_", "validation ")
    if best and (run.training.patience or result.is_stopped):
        yield f"The model has the weights of epoch {best}, the best by {score}."
    elif best:
        yield f"The model has the latest weights. Best by {score}: epoch {best}."


def end(run: Run) -> str:
    """Tell the result of a run that was saved."""
    reached = run.scores.accuracy
    if reached is None:
        return "Saved."
    return (
        f"Saved. Test accuracy: {percent(reached.value)} of {reached.total:,} test "
        "images."
    )
