"""What the images of a run are compared with later, to tell those that are like none.

See `core.evaluation.novelty`.
"""

from typing import Final

import keras
import numpy as np

from core.datasets.splits import balanced_sample
from core.datasets.store import Dataset, Split
from core.errors import ConfigError
from core.evaluation import novelty, temperature
from core.evaluation.novelty import Reference
from core.training.train import predict
from core.types import Indices

MAX_ASIDE: Final = 2_000
"""Training images that are set aside where none were held out."""


def reference_of(model: keras.Model, dataset: Dataset, held_out: Indices) -> Reference:
    """Compare images of a run that were held out with those that it learned from.

    Args:
        model: Its trained network.
        dataset: Its data set.
        held_out: Positions of the training images that it was validated with. Of fewer
            than 100, training images are set aside in their place, which it learned
            from.

    Raises:
        ConfigError: If there are too few images, or it gives numbers that are none.
    """
    train = dataset.train
    is_held_out = len(held_out) >= novelty.MIN_ASIDE
    if is_held_out:
        labels = train.labels[held_out]
        aside = held_out[balanced_sample(labels, size=novelty.MAX_IMAGES)]
    else:
        spare = min(MAX_ASIDE, len(train.labels) // 2)
        aside = balanced_sample(train.labels, size=spare)
    said = predict(model, _part(train, aside))
    rest = np.setdiff1d(np.arange(len(train.labels)), np.append(aside, held_out))
    size = novelty.num_known(said.features.shape[1])
    chosen = rest[balanced_sample(train.labels[rest], size=size)]
    scale = temperature.fit(said.labels, said.probabilities) if is_held_out else 1.0
    confidence = temperature.scaled(said.probabilities, scale).max(axis=1)
    try:
        known = predict(model, _part(train, chosen)).features
        return novelty.fit(known, said.features, confidence, is_held_out=is_held_out)
    except ValueError as error:
        message = (
            f"Expected at least {novelty.MIN_ASIDE} validation images, or "
            f"{2 * novelty.MIN_ASIDE} training images of which half can be set aside, "
            f"and a network that gives finite numbers. {dataset.spec.title} has "
            f"{len(train.labels):,} training images: {error} Import more images, or "
            "train again with a smaller learning rate."
        )
        raise ConfigError(message) from error


def _part(train: Split, indices: Indices) -> Split:
    return Split(train.images[indices], train.labels[indices])
