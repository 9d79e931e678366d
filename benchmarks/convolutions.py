"""The convolutions of LeNet one by one, and other ways to compute the same.

For a batch size of 128: oneDNN's kernels in a step (forward, gradient of the filters,
gradient of the inputs), and the same gradients as forward convolutions and as products
of patches. Median milliseconds of one call, and GFLOP/s. Each other way is first
checked against oneDNN's kernel.

    python benchmarks/convolutions.py [--json]
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import machine

import core.training  # noqa: F401 - before TensorFlow, for which it switches oneDNN on

# isort: split
import tensorflow as tf

REPEATS = 30
BATCH_SIZE = 128
TOLERANCE = 1e-4
ONE = [1, 1, 1, 1]
ONEDNN = "oneDNN"

Way = Callable[["Tensors"], tf.Tensor]


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A convolution without padding.

    Attributes:
        side: Height and width of its input, in pixels.
        channels: Channels of its input.
        kernel: Kernel size, in pixels.
        filters: Number of filters.
    """

    side: int
    channels: int
    kernel: int
    filters: int

    @property
    def out(self) -> int:
        """Height and width of its output, in pixels."""
        return self.side - self.kernel + 1

    @property
    def operations(self) -> int:
        """Floating-point operations of one pass over a batch."""
        products = (self.kernel * self.out) ** 2 * self.channels * self.filters
        return 2 * BATCH_SIZE * products


LAYERS = {
    "first, 1 to 16 channels": Layer(side=28, channels=1, kernel=5, filters=16),
    "second, 16 to 32 channels": Layer(side=12, channels=16, kernel=5, filters=32),
}


@dataclass(frozen=True, kw_only=True)
class Tensors:
    """Inputs of the parts of a step.

    Attributes:
        images: Input of the layer, float32 of shape (batch, side, side, channels).
        filters: float32 of shape (kernel, kernel, channels, filters).
        change: Gradient of its output, float32 of shape (batch, out, out, filters).
    """

    images: tf.Tensor
    filters: tf.Tensor
    change: tf.Tensor


def tensors_of(layer: Layer) -> Tensors:
    """Make seeded random tensors of a layer's shapes."""
    side, out, kernel = layer.side, layer.out, layer.kernel
    normal = tf.random.normal
    return Tensors(
        images=normal((BATCH_SIZE, side, side, layer.channels), seed=0),
        filters=normal((kernel, kernel, layer.channels, layer.filters), seed=1),
        change=normal((BATCH_SIZE, out, out, layer.filters), seed=2),
    )


def forward(given: Tensors) -> tf.Tensor:
    """Compute the output."""
    return tf.nn.conv2d(given.images, given.filters, 1, "VALID")


def filters_by_onednn(given: Tensors) -> tf.Tensor:
    """Compute the gradient of the filters with oneDNN's own kernel."""
    return tf.raw_ops.Conv2DBackpropFilter(
        input=given.images,
        filter_sizes=given.filters.shape,
        out_backprop=given.change,
        strides=ONE,
        padding="VALID",
    )


def filters_as_forward(given: Tensors) -> tf.Tensor:
    """Compute it with the batch and channel axes swapped."""
    images = tf.transpose(given.images, [3, 1, 2, 0])
    change = tf.transpose(given.change, [1, 2, 0, 3])
    return tf.transpose(tf.nn.conv2d(images, change, 1, "VALID"), [1, 2, 0, 3])


def filters_as_product(given: Tensors) -> tf.Tensor:
    """Compute it as one product of all patches and the gradient of the output."""
    kernel, _, channels, filters = given.filters.shape
    out = given.change.shape[1]
    patches = tf.concat(
        [
            given.images[:, top : top + out, left : left + out]
            for top in range(kernel)
            for left in range(kernel)
        ],
        axis=-1,
    )
    rows = tf.reshape(patches, (-1, kernel**2 * channels))
    columns = tf.reshape(given.change, (-1, filters))
    found = tf.matmul(rows, columns, transpose_a=True)
    return tf.reshape(found, given.filters.shape)


def inputs_by_onednn(given: Tensors) -> tf.Tensor:
    """Compute the gradient of the inputs with oneDNN's own kernel."""
    return tf.raw_ops.Conv2DBackpropInput(
        input_sizes=given.images.shape,
        filter=given.filters,
        out_backprop=given.change,
        strides=ONE,
        padding="VALID",
    )


def inputs_as_forward(given: Tensors) -> tf.Tensor:
    """Convolve the padded gradient of the output with rotated filters."""
    turned = tf.transpose(given.filters[::-1, ::-1], [0, 1, 3, 2])
    edge = [given.filters.shape[0] - 1] * 2
    padding = [[0, 0], edge, edge, [0, 0]]
    return tf.nn.conv2d(given.change, turned, 1, padding)


WAYS: dict[str, dict[str, Way]] = {
    "forward": {ONEDNN: forward},
    "gradient of the filters": {
        ONEDNN: filters_by_onednn,
        "as a forward convolution": filters_as_forward,
        "as a product of patches": filters_as_product,
    },
    "gradient of the inputs": {
        ONEDNN: inputs_by_onednn,
        "as a forward convolution": inputs_as_forward,
    },
}
"""The parts of a step, each with the ways to compute it, oneDNN's own first."""


def milliseconds(way: Way, given: Tensors) -> float:
    """Return the median time of one call, compiled."""
    compiled = tf.function(lambda: way(given))
    compiled()
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        compiled()
        seconds.append(time.perf_counter() - started)
    return 1000 * statistics.median(seconds)


def check(found: tf.Tensor, expected: tf.Tensor) -> None:
    """Make sure that another way gives the same result.

    Raises:
        AssertionError: If it does not.
    """
    error = float(tf.reduce_max(tf.abs(found - expected)))
    if error > TOLERANCE * float(tf.reduce_max(tf.abs(expected))):
        message = f"Expected the result of oneDNN, but it is {error:g} away."
        raise AssertionError(message)


def measure() -> list[dict[str, object]]:
    """Measure every way to compute every part of every layer."""
    rows = []
    for name, layer in LAYERS.items():
        given = tensors_of(layer)
        for part, ways in WAYS.items():
            for way, compute in ways.items():
                check(compute(given), ways[ONEDNN](given))
                taken = milliseconds(compute, given)
                speed = layer.operations / taken / 1e6
                rows.append(
                    {"layer": name, "part": part, "way": way}
                    | {"milliseconds": taken, "gflops": speed}
                )
    return rows


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    report = {"machine": machine.describe(), "rows": measure()}
    if options.json:
        print(json.dumps(report))
        return
    print(machine.line(report["machine"]))
    print(f"{'layer':26}{'part':25}{'way':26}{'ms':>8}{'GFLOP/s':>9}")
    for row in report["rows"]:
        print(
            f"{row['layer']:26}{row['part']:25}{row['way']:26}"
            f"{row['milliseconds']:8.2f}{row['gflops']:9.0f}"
        )


if __name__ == "__main__":
    main()
