"""Write a trained model to the files it is handed over in; check and read them."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from core.errors import ArtifactError, ExportError
from core.files import DAMAGED
from core.inference import MAX_BATCH, Predictor
from core.types import ByteImages, Probabilities

TOLERANCE: Final = 1e-4
ROUNDING: Final = 1e-6
"""Change of a pixel, as a share of it, that stands for the rounding of float32 sums."""
ROUNDINGS_ALLOWED: Final = 10.0
NUM_ROUNDINGS: Final = 5
MAX_DOUBTFUL: Final = 1000
"""So many images that differ are looked at more closely."""


def save_keras(model: keras.Model, path: Path) -> None:
    """Write a model as a `.keras` file, which plain Keras opens anywhere."""
    model.save(path)


def save_litert(model: keras.Model, path: Path) -> None:
    """Write a model as a `.tflite` file for LiteRT, with float32 weights."""
    model.export(path, format="litert", verbose=False)


def load_weights(model: keras.Model, path: Path) -> None:
    """Give a model the weights in a `.keras` file; nothing else of it is read.

    Keras leaves weights as they are that a file lacks. Whoever must be sure
    that none was lacking compares what the model answers.

    Args:
        model: A model like the one that was saved.
        path: A file that `save_keras` wrote.

    Raises:
        ArtifactError: If the file is missing, damaged, or of another network.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            model.load_weights(path)
    except (*DAMAGED, RuntimeError) as error:
        message = (
            f"Expected the weights of a network like {model.name} in {path}, but the "
            "file is missing, damaged, or of another network. Delete its run and "
            "train it again."
        )
        raise ArtifactError(message) from error


def check_litert(
    path: Path, *, images: ByteImages, probabilities: Probabilities
) -> None:
    """See that a `.tflite` file computes what the trained model does.

    Where weights are huge, as after learning far too fast, an image between two
    classes falls to either by the rounding of a sum. So an image may differ by
    more than usual if the exported model itself answers otherwise, to a tenth of
    that, as soon as the image's pixels are changed in their last digits. Of a
    network that knows no image better than that, nothing can be told.

    Args:
        path: A file that `save_litert` wrote.
        images: Grey levels, uint8 of shape (n, height, width).
        probabilities: What the trained model says about them, of shape (n, classes).

    Raises:
        ExportError: If the two differ by more, or an answer is not a number.
    """
    predictor = Predictor(path)
    differences = np.concatenate(
        [
            _furthest(predictor.predict(_ink(images[part])), probabilities[part])
            for part in _parts(len(images))
        ]
    )
    doubtful = np.flatnonzero(~(differences <= TOLERANCE))[:MAX_DOUBTFUL]
    by_rounding = _differences_by_rounding(predictor, _ink(images[doubtful]))
    if np.all(differences[doubtful] <= ROUNDINGS_ALLOWED * by_rounding):
        return
    message = (
        "Expected the exported model to give the probabilities of the trained "
        f"one within {TOLERANCE:g}, but they differ by {differences.max():.2g}. "
        "This is a defect of the export: please report it with the run's config."
    )
    raise ExportError(message)


def _parts(number: int) -> Iterator[slice]:
    return (slice(start, start + MAX_BATCH) for start in range(0, number, MAX_BATCH))


def _ink(images: ByteImages) -> NDArray[np.float32]:
    return images.astype(np.float32) / np.float32(255.0)


def _furthest(one: Probabilities, other: Probabilities) -> NDArray[np.float32]:
    furthest: NDArray[np.float32] = np.abs(one - other).max(axis=1)
    return furthest


def _differences_by_rounding(
    predictor: Predictor, images: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Tell how far the answer to each image moves by changes of its last digits."""
    furthest = np.zeros(len(images), np.float32)
    if not len(images):
        return furthest
    answers = predictor.predict(images)
    generator = np.random.default_rng(0)
    for _ in range(NUM_ROUNDINGS):
        changes = generator.uniform(-ROUNDING, ROUNDING, images.shape)
        changed = predictor.predict(images * (1 + changes).astype(np.float32))
        furthest = np.maximum(furthest, _furthest(changed, answers))
    return furthest
