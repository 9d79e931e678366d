"""Make one model of trained ones: it answers with the mean of their probabilities.

Nothing is learned. The members are built from their configurations, and only
their weights are read from the files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras

from core.config import EnsembleConfig
from core.datasets.store import Dataset
from core.models import architectures, export
from core.predictions import Predictions
from core.training.train import predict


@dataclass(frozen=True, kw_only=True)
class Combined:
    """What came of combining.

    Attributes:
        model: The ensemble as one network.
        predictions: What it says about the test images.
    """

    model: keras.Model
    predictions: Predictions


def combine(
    dataset: Dataset,
    config: EnsembleConfig,
    files: Sequence[Path],
    check: Callable[[], None] = lambda: None,
) -> Combined:
    """Combine trained networks to one.

    Args:
        dataset: What all of them learned from; the ensemble is tested on it.
        config: The members.
        files: The `.keras` file of each member, in the same order.
        check: Called after each file; it may raise, for example
            `TrainingStopped`, to end the work.

    Raises:
        ArtifactError: If a file is missing, damaged, or of another network.
    """
    members = []
    for member, path in zip(config.members, files, strict=True):
        model = architectures.build(member, dataset.spec.dimensions)
        export.load_weights(model, path)
        members.append(model)
        check()
    model = architectures.mean_of(members)
    return Combined(model=model, predictions=predict(model, dataset.test))
