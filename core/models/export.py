"""Write a trained model to the files it is handed over in, and read its weights."""

import warnings
from pathlib import Path

import keras

from core.errors import ArtifactError
from core.files import DAMAGED


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
