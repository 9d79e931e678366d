"""Predict with a run's exported model, through LiteRT and without TensorFlow.

It loads in a millisecond and answers one image in a fraction of one, and what
a page answers with is the very file that one can download.
"""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import ArtifactError
from core.evaluation import temperature as temperatures
from core.types import GrayImage, Probabilities

MAX_BATCH: Final = 500


@dataclass(frozen=True)
class Answer:
    """What a model says about one image.

    Attributes:
        probabilities: Of each class, float32 of shape (classes,).
        ranking: Class indices, most probable first, int64 of shape (classes,).
    """

    probabilities: Probabilities
    ranking: NDArray[np.int64]

    @property
    def best(self) -> int:
        """The most probable class."""
        return int(self.ranking[0])

    @property
    def runner_up(self) -> int | None:
        """The class after that; None if there is only one."""
        return int(self.ranking[1]) if len(self.ranking) > 1 else None

    @property
    def confidence(self) -> float:
        """Probability of the most probable class, 0 to 1."""
        return float(self.probabilities[self.best])


class Predictor:
    """A model that is ready to answer; safe to share between threads.

    Args:
        path: A `.tflite` file written by `core.models.export`.

    Raises:
        ArtifactError: If the file is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        # The import takes a tenth of a second, which a page without a model saves.
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415

        try:
            self._runner = Interpreter(
                model_content=path.read_bytes(), num_threads=1
            ).get_signature_runner()
        except (OSError, ValueError, RuntimeError) as error:
            message = (
                f"Expected a LiteRT model in {path}, but it is missing or damaged. "
                "Delete this run and train it again."
            )
            raise ArtifactError(message) from error
        shape = self._runner.get_input_details()["images"]["shape"]
        self._image_shape = tuple(map(int, shape[1:]))
        self._lock = threading.Lock()

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Height and width of the images that it takes, in pixels."""
        return self._image_shape

    def predict(self, images: NDArray[np.float32]) -> Probabilities:
        """Give the class probabilities of images.

        Args:
            images: Ink from 0.0 to 1.0, float32 of shape (n, height, width), as the
                model takes them.

        Returns:
            float32 of shape (n, classes); each row sums to 1.

        Raises:
            ValueError: If the images have another shape.
        """
        if images.shape[1:] != self._image_shape:
            expected = ", ".join(map(str, self._image_shape))
            message = f"Expected images of shape (n, {expected}), got {images.shape}."
            raise ValueError(message)
        parts = [
            self._run(images[start : start + MAX_BATCH].astype(np.float32))
            for start in range(0, len(images), MAX_BATCH)
        ]
        return np.concatenate(parts)

    def answer(
        self, glyph: GrayImage, *, temperature: float = temperatures.NONE
    ) -> Answer:
        """Say what one image shows.

        Args:
            glyph: Ink from 0.0 to 1.0, float32 of shape (height, width).
            temperature: Scales the probabilities, and never changes their ranking; see
                `core.evaluation.temperature`.
        """
        probabilities = self.predict(glyph[np.newaxis])[0]
        # Before they are scaled and rounded: afterwards two might be equal.
        ranking = np.argsort(-probabilities, kind="stable")
        scaled = temperatures.scaled(probabilities, temperature)
        return Answer(scaled, ranking)

    def _run(self, images: NDArray[np.float32]) -> Probabilities:
        with self._lock:
            (answers,) = self._runner(images=images).values()
        return np.array(answers)
