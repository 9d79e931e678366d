"""The compiled epoch: one call runs many batches of a plain Keras model.

Keras' own loop returns to Python after each step, and for a small network
most of the time goes there. Here the loop itself is compiled: a chunk of
shuffled images goes in, and the summed loss and number of hits come out.
"""

import contextlib
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.config import Compiler, Network, TrainingConfig
from core.config.optimizers import AVERAGE_WARM_UP
from core.datasets.splits import balanced_weights
from core.models import architectures
from core.runs.training_state import BatchMetrics, EngineState
from core.types import ByteImages, Labels, Probabilities

# Five networks in one process are five graphs, which it takes for a mistake.
tf.get_logger().setLevel("ERROR")

EVALUATION_BATCH: Final = 2000
EVALUATION_BYTES: Final = 128_000_000
"""At most so much has the largest output of a layer for the images read at once."""


def compiler_for(network: Network) -> Compiler:
    """Choose what compiles the loop, by the family and by what runs it.

    On a graphics card XLA is the faster for all.
    """
    if tf.config.list_physical_devices("GPU"):
        return "XLA"
    return network.compiler


def evaluation_batch(model: keras.Model) -> int:
    """Tell how many images a model reads at once when it does not learn.

    Args:
        model: A model made by `architectures.build`.

    Returns:
        2,000, or fewer if a wide layer would need too much memory; at least 1.
    """
    fitting = EVALUATION_BYTES // (4 * _largest_output(model))
    return max(1, min(EVALUATION_BATCH, fitting))


class Engine:
    """A model with its optimizer, compiled for chunks of one size.

    Args:
        model: Any Keras model from images (n, height, width) to probabilities.
        optimizer: Any Keras optimizer with a settable learning rate.
        config: Gives the batch size; label smoothing and class weights, without
            which losses are told; and how much of the running average of the
            weights stays in a step. In the first steps less of it stays, or a short
            training would end near its random first weights.
        chunk_batches: Batches that one call runs at most; each call is padded
            to it, so there is one shape to compile.
        compiler: What compiles the loop; see `compiler_for`.
    """

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        config: TrainingConfig,
        *,
        chunk_batches: int,
        compiler: Compiler,
    ) -> None:
        self.model = model
        self.optimizer = optimizer
        batch_size = self._batch_size = config.batch_size
        self._label_smoothing = config.label_smoothing
        self._weight_average = config.weight_average
        num_classes = model.output_shape[-1]
        self._class_weights = (
            tf.Variable(tf.ones(num_classes))
            if config.class_weights == "balanced"
            else None
        )
        self._evaluation_batch = evaluation_batch(model)
        self._averages = [
            (tf.Variable(variable.value), variable)
            for variable in model.variables
            # Batch norm's statistics belong to the weights; dropout's seeds do not.
            if config.weight_average and keras.backend.is_float_dtype(variable.dtype)
        ]
        side = model.input_shape[1:]
        self._images = np.zeros((chunk_batches * batch_size, *side), np.uint8)
        self._labels = np.zeros(chunk_batches * batch_size, np.uint8)
        self._rates = np.zeros(chunk_batches, np.float32)
        optimizer.build(model.trainable_variables)
        self._run_chunk = tf.function(self._chunk, jit_compile=compiler == "XLA")
        self._run_evaluation = tf.function(
            self._evaluation,
            input_signature=[
                tf.TensorSpec((None, *side), tf.uint8),
                tf.TensorSpec((None,), tf.uint8),
            ],
        )

    def compile(self) -> None:
        """Compile now, without learning anything."""
        nothing = np.empty(0, np.float32)
        self.learn(self._images[:0], self._labels[:0], nothing)
        self.evaluate(self._images[:1], self._labels[:1])

    def reset(self, *, seed: int) -> None:
        """Start over: fresh weights, and an optimizer that remembers nothing."""
        architectures.initialise(self.model, seed=seed)
        for variable in self.optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        self._start_averages()

    def begin_with(self, weights: Sequence[NDArray[Any]], *, seed: int) -> None:
        """Start over with the weights of a network that was trained before.

        Args:
            weights: As the model's `get_weights` gives them.
            seed: Of what is random in the network, like dropout.

        Raises:
            ValueError: If they are not those of this network.
        """
        self.reset(seed=seed)
        self.model.set_weights(weights)
        self._start_averages()

    def weigh_classes(self, labels: Labels) -> None:
        """Count by which classes are balanced, if they are.

        Args:
            labels: Of all images to learn from, uint8 of shape (n,).
        """
        if self._class_weights is not None:
            num_classes = self._class_weights.shape[0]
            weights = balanced_weights(labels, num_classes=num_classes)
            self._class_weights.assign(weights)

    def state(self) -> EngineState:
        """Return a copy of all that learning has changed."""
        return EngineState(
            variables=_copies(self.model.variables),
            optimizer=_copies(self.optimizer.variables),
            averages=_copies([average for average, _ in self._averages]),
        )

    def restore(self, state: EngineState) -> None:
        """Go back to a state.

        Args:
            state: Of an engine with the same network and the same optimizer.

        Raises:
            ValueError: If it does not fit.
        """
        for variables, values in (
            (self.model.variables, state.variables),
            (self.optimizer.variables, state.optimizer),
            ([average for average, _ in self._averages], state.averages),
        ):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)

    def learn(
        self, images: ByteImages, labels: Labels, rates: NDArray[np.float32]
    ) -> BatchMetrics:
        """Run one chunk of batches and update the weights.

        Args:
            images: Shuffled images, uint8 of shape (n, height, width); n is the
                number of batches times the batch size.
            labels: Their classes, uint8 of shape (n,).
            rates: Learning rate of each batch, float32 of shape (batches,).

        Returns:
            Loss and accuracy as they were while learning, before each update.
        """
        num_images, num_batches = len(labels), len(rates)
        loss, hits = self._run_chunk(
            _padded(images, self._images),
            _padded(labels, self._labels),
            _padded(rates, self._rates),
            tf.constant(num_batches),
        )
        return BatchMetrics(
            float(loss) / max(num_batches, 1),
            int(hits) / max(num_images, 1),
            num_images,
        )

    @contextlib.contextmanager
    def averaged(self) -> Iterator[None]:
        """Put the running averages in the place of the weights, if there are any."""
        latest = [np.array(variable) for _, variable in self._averages]
        for average, variable in self._averages:
            variable.assign(average)
        try:
            yield
        finally:
            for (_, variable), value in zip(self._averages, latest, strict=True):
                variable.assign(value)

    def evaluate(
        self, images: ByteImages, labels: Labels
    ) -> tuple[BatchMetrics, Labels]:
        """Measure loss and accuracy without learning.

        Args:
            images: uint8 of shape (n, height, width), n at least 1.
            labels: uint8 of shape (n,).

        Returns:
            Loss and accuracy, and the predicted classes, uint8 of shape (n,).
        """
        loss, predicted = 0.0, np.empty_like(labels)
        for start in range(0, len(labels), self._evaluation_batch):
            part = slice(start, start + self._evaluation_batch)
            part_loss, predicted[part] = self._run_evaluation(
                images[part], labels[part]
            )
            loss += float(part_loss)
        hits = int(np.count_nonzero(predicted == labels))
        metrics = BatchMetrics(loss / len(labels), hits / len(labels), len(labels))
        return metrics, predicted

    def probabilities(self, images: ByteImages) -> Probabilities:
        """Return what the model says of a few images.

        Args:
            images: uint8 of shape (n, height, width).

        Returns:
            float32 of shape (n, classes).
        """
        said: Probabilities = self.model(scaled(images), training=False).numpy()
        return said

    def _start_averages(self) -> None:
        for average, variable in self._averages:
            average.assign(variable.value)

    def _chunk(
        self, images: tf.Tensor, labels: tf.Tensor, rates: tf.Tensor, num: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        batch, loss, hits = tf.constant(0), tf.constant(0.0), tf.constant(0)
        # Over tf.range(num), XLA would compile anew for every value of num.
        while batch < num:
            start, size = batch * self._batch_size, self._batch_size
            batch_loss, batch_hits = self._step(
                tf.slice(images, [start, 0, 0], [size, *images.shape[1:]]),
                tf.slice(labels, [start], [size]),
                rates[batch],
            )
            loss += batch_loss
            hits += batch_hits
            batch += 1
        return loss, hits

    def _step(
        self, images: tf.Tensor, labels: tf.Tensor, rate: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        variables = self.model.trainable_variables
        with tf.GradientTape() as tape:
            losses, guesses, logs = self._losses(images, labels, training=True)
            loss = tf.reduce_mean(losses)
            if self._class_weights is None:
                goal = self._smoothed(loss, -tf.reduce_mean(logs))
            else:
                each = self._smoothed(losses, -tf.reduce_mean(logs, axis=-1))
                truth = tf.cast(labels, tf.int32)
                goal = tf.reduce_mean(tf.gather(self._class_weights, truth) * each)
        gradients = tape.gradient(goal, variables)
        self.optimizer.learning_rate = rate
        self.optimizer.apply(gradients, variables)
        self._update_averages()
        hits = guesses == tf.cast(labels, tf.int32)
        return loss, tf.reduce_sum(tf.cast(hits, tf.int32))

    def _smoothed(self, loss: tf.Tensor, evenness: tf.Tensor) -> tf.Tensor:
        share = self._label_smoothing
        return (1 - share) * loss + share * evenness if share else loss

    def _update_averages(self) -> None:
        steps = tf.cast(self.optimizer.iterations.value, tf.float32)
        stays = tf.minimum(self._weight_average, steps / (AVERAGE_WARM_UP + steps))
        for average, variable in self._averages:
            average.assign(stays * average + (1.0 - stays) * variable.value)

    def _evaluation(
        self, images: tf.Tensor, labels: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        losses, guesses, _ = self._losses(images, labels, training=False)
        return tf.reduce_sum(losses), tf.cast(guesses, tf.uint8)

    def _losses(
        self, images: tf.Tensor, labels: tf.Tensor, *, training: bool
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Return the loss and the guess of each image, and all log probabilities."""
        probabilities = self.model(scaled(images), training=training)
        truth = tf.cast(labels, tf.int32)
        losses = keras.losses.sparse_categorical_crossentropy(truth, probabilities)
        guesses = tf.argmax(probabilities, axis=-1, output_type=tf.int32)
        logs = tf.math.log(tf.maximum(probabilities, keras.config.epsilon()))
        return losses, guesses, logs


def _largest_output(model: keras.Model) -> int:
    """Count the numbers that the widest layer, also of a member, has for one image."""
    return max(
        _largest_output(layer)
        if isinstance(layer, keras.Model)
        else math.prod(layer.output.shape[1:])
        for layer in model.layers
    )


def _copies(variables: Iterable[Any]) -> tuple[NDArray[Any], ...]:
    return tuple(np.array(variable) for variable in variables)


def _padded(values: np.ndarray, buffer: np.ndarray) -> tf.Tensor:
    """Return the values followed by what is left in the buffer from before."""
    if len(values) == len(buffer):
        return tf.constant(values)
    buffer[: len(values)] = values
    return tf.constant(buffer)


def scaled(images: tf.Tensor) -> tf.Tensor:
    """Turn bytes 0 to 255 into the ink strength 0.0 to 1.0 that models take."""
    return tf.cast(images, tf.float32) / 255.0
