"""Write a trained model to the files it is handed over in."""

from pathlib import Path

import keras


def save_keras(model: keras.Model, path: Path) -> None:
    """Write a model as a `.keras` file, which plain Keras opens anywhere."""
    model.save(path)


def save_litert(model: keras.Model, path: Path) -> None:
    """Write a model as a `.tflite` file for LiteRT, with float32 weights."""
    model.export(path, format="litert", verbose=False)
