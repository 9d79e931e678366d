"""The convolutions of LeNet one by one, and other ways to compute the same.

For batches of 128 images: what oneDNN does in a step (forward, gradient of the
filters, gradient of the inputs), and the same gradients as forward convolutions and
as products of gathered patches. Median milliseconds of one call, and GFLOP/s. Each
other way is checked against oneDNN's own first.

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

Step = Callable[[], tf.Tensor]


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A convolution without padding.

    Attributes:
        side: Pixels each way of its input.
        channels: Channels of its input.
        kernel: Side of a filter.
        filters: How many there are.
    """

    side: int
    channels: int
    kernel: int
    filters: int

    @property
    def out(self) -> int:
        """Pixels each way of its output."""
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


def steps_of(layer: Layer) -> dict[str, dict[str, Step]]:
    """List what is computed, each with the ways to do it, oneDNN's own first."""
    size, kernel = layer.side, layer.kernel
    images = tf.random.normal((BATCH_SIZE, size, size, layer.channels), seed=0)
    filters = tf.random.normal((kernel, kernel, layer.channels, layer.filters), seed=1)
    change = tf.random.normal((BATCH_SIZE, layer.out, layer.out, layer.filters), seed=2)
    common = {"out_backprop": change, "strides": ONE, "padding": "VALID"}

    def filters_as_forward() -> tf.Tensor:
        """Take channels for images, and images for channels."""
        found = tf.nn.conv2d(
            tf.transpose(images, [3, 1, 2, 0]),
            tf.transpose(change, [1, 2, 0, 3]),
            strides=1,
            padding="VALID",
        )
        return tf.transpose(found, [1, 2, 0, 3])

    def filters_as_product() -> tf.Tensor:
        patches = tf.concat(
            [
                images[:, top : top + layer.out, left : left + layer.out]
                for top in range(kernel)
                for left in range(kernel)
            ],
            axis=-1,
        )
        rows = tf.reshape(patches, (-1, kernel**2 * layer.channels))
        columns = tf.reshape(change, (-1, layer.filters))
        found = tf.matmul(rows, columns, transpose_a=True)
        return tf.reshape(found, filters.shape)

    def inputs_as_forward() -> tf.Tensor:
        turned = tf.transpose(filters[::-1, ::-1], [0, 1, 3, 2])
        edge = [kernel - 1, kernel - 1]
        return tf.nn.conv2d(
            change, turned, strides=1, padding=[[0, 0], edge, edge, [0, 0]]
        )

    return {
        "forward": {
            "oneDNN": lambda: tf.nn.conv2d(images, filters, 1, "VALID"),
        },
        "gradient of the filters": {
            "oneDNN": lambda: tf.raw_ops.Conv2DBackpropFilter(
                input=images, filter_sizes=filters.shape, **common
            ),
            "as a forward convolution": filters_as_forward,
            "as a product of patches": filters_as_product,
        },
        "gradient of the inputs": {
            "oneDNN": lambda: tf.raw_ops.Conv2DBackpropInput(
                input_sizes=images.shape, filter=filters, **common
            ),
            "as a forward convolution": inputs_as_forward,
        },
    }


def milliseconds(step: Step) -> float:
    """Return the median time of one call of a compiled step."""
    compiled = tf.function(step)
    compiled()
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        compiled()
        seconds.append(time.perf_counter() - started)
    return 1000 * statistics.median(seconds)


def check(step: Step, own: Step) -> None:
    """Make sure that another way gives the same.

    Raises:
        AssertionError: If it does not.
    """
    expected, found = own(), step()
    error = float(tf.reduce_max(tf.abs(found - expected)))
    if error > TOLERANCE * float(tf.reduce_max(tf.abs(expected))):
        message = f"Expected the result of oneDNN, but it is {error:g} away."
        raise AssertionError(message)


def measure() -> list[dict[str, object]]:
    """Measure every way to compute every part of every layer."""
    rows = []
    for name, layer in LAYERS.items():
        for part, ways in steps_of(layer).items():
            for way, step in ways.items():
                check(step, ways["oneDNN"])
                taken = milliseconds(step)
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
