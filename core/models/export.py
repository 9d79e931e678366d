"""Write a trained model to the files it is handed over in, and read its weights."""

import warnings
from pathlib import Path
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from core.errors import ArtifactError, ExportError
from core.files import DAMAGED
from core.inference import Predictor
from core.types import Probabilities

TOLERANCE: Final = 1e-4
ROUNDING: Final = 1e-6
"""Change of a pixel, as a share of it, that stands for the rounding of float32 sums."""
ROUNDINGS_ALLOWED: Final = 10.0
"""Up to 2.3 times what such changes do was measured between Keras and LiteRT."""


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
    path: Path, images: NDArray[np.float32], probabilities: Probabilities
) -> None:
    """See that a `.tflite` file computes what the trained model does.

    Where weights are huge, as after learning far too fast, an image between two
    classes falls to either by the rounding of a sum. So differences are allowed
    also if those of the exported model itself, when pixels are changed in their
    last digits, are in the mean about as large.

    Args:
        path: A file that `save_litert` wrote.
        images: Ink from 0.0 to 1.0, float32 of shape (n, 28, 28).
        probabilities: What the trained model says about them, of shape (n, classes).

    Raises:
        ExportError: If the two differ by more, or an answer is not a number.
    """
    predictor = Predictor(path)
    exported = predictor.predict(images)
    differences = np.abs(exported - probabilities)
    if differences.max() <= TOLERANCE:
        return
    changes = np.random.default_rng(0).uniform(-ROUNDING, ROUNDING, images.shape)
    changed = predictor.predict(images * (1 + changes).astype(np.float32))
    if differences.mean() <= ROUNDINGS_ALLOWED * np.abs(changed - exported).mean():
        return
    message = (
        "Expected the exported model to give the probabilities of the trained "
        f"one within {TOLERANCE:g}, but they differ by {differences.max():.2g}. "
        "This is a defect of the export: please report it with the run's config."
    )
    raise ExportError(message)
