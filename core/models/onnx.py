"""Write a network as ONNX, which runs in browsers, phones and other languages.

Keras keeps the channels of an image last and ONNX wants them first, so kernels
are turned, and the numbers are put back in Keras' order before a dense layer.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import keras
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from core.errors import ExportError
from core.models import architectures

OPSET: Final = 20
"""The first with GELU; ONNX Runtime knows it since 1.17 (January 2024)."""

IR_VERSION: Final = 9
"""The file format that belongs to this opset."""

_ACTIVATIONS: Final = {
    "relu": "Relu",
    "tanh": "Tanh",
    "elu": "Elu",
    "gelu": "Gelu",
    "softmax": "Softmax",
}


def save_onnx(model: keras.Model, path: Path) -> None:
    """Write a model as an `.onnx` file.

    Its input `images` is float32 of shape (n, 28, 28), its output
    `probabilities` float32 of shape (n, classes), for any n.

    Args:
        model: A model made by `core.models.architectures.build`.
        path: Where to write it.

    Raises:
        ExportError: If the model has a layer that those models do not have.
    """
    graph = _Graph(model.input.name)
    members = [layer for layer in model.layers if isinstance(layer, keras.Model)]
    if members:
        answers = [
            model.get_layer(architectures.answer_name(number))
            for number in range(1, len(members) + 1)
        ]
        graph.add_mean(
            [
                [*member.layers, answer]
                for member, answer in zip(members, answers, strict=True)
            ]
        )
    else:
        graph.add_all(model.layers)
    made = helper.make_model(
        graph.finished(model),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="Inklab",
    )
    onnx.checker.check_model(made, full_check=True)
    path.write_bytes(made.SerializeToString())


class _Graph:
    """A chain of operations that grows at its end.

    Args:
        signal: Name of the input, and from then on of what the chain gives.
    """

    def __init__(self, signal: str) -> None:
        self._signal = signal
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def add_all(self, layers: Iterable[keras.Layer]) -> None:
        """Append layers that follow each other."""
        for layer in layers:
            self.add(layer)

    def add_mean(self, chains: Iterable[Iterable[keras.Layer]]) -> None:
        """Append chains that all read the same, and the mean of what they give."""
        start, ends = self._signal, []
        for layers in chains:
            self._signal = start
            self.add_all(layers)
            ends.append(self._signal)
        self._nodes.append(helper.make_node("Mean", ends, ["mean"], "mean"))
        self._signal = "mean"

    def add(self, layer: keras.Layer) -> None:
        """Append what a layer computes when a network is used, not trained."""
        match layer:
            case keras.layers.InputLayer():
                pass
            case keras.layers.Dropout() | keras.layers.Identity():
                pass
            case keras.layers.Reshape():
                self._add_channels_first(layer)
            case keras.layers.Conv2D(strides=(1, 1), dilation_rate=(1, 1), groups=1):
                self._add_convolution(layer)
            case keras.layers.MaxPooling2D(
                pool_size=(2, 2), strides=(2, 2), padding="valid"
            ):
                self._append("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
            case keras.layers.BatchNormalization():
                scales = (layer.gamma, layer.beta)
                measured = (layer.moving_mean, layer.moving_variance)
                weights = map(np.asarray, (*scales, *measured))
                self._append("BatchNormalization", *weights, epsilon=layer.epsilon)
            case keras.layers.Flatten():
                self._add_flat(layer)
            case keras.layers.Dense():
                self._append("Gemm", np.asarray(layer.kernel), np.asarray(layer.bias))
                self._activate(layer)
            case keras.layers.Activation():
                self._activate(layer)
            case _:
                raise _unknown(layer)

    def finished(self, model: keras.Model) -> onnx.GraphProto:
        """Return the graph, whose output is named like the model's last layer."""
        answer = model.layers[-1].name
        self._nodes[-1].output[0] = answer
        describe = helper.make_tensor_value_info
        kind = onnx.TensorProto.FLOAT
        return helper.make_graph(
            self._nodes,
            model.name,
            [describe(model.input.name, kind, ["n", *model.input.shape[1:]])],
            [describe(answer, kind, ["n", *model.output.shape[1:]])],
            initializer=self._weights,
        )

    def _add_channels_first(self, layer: keras.layers.Reshape) -> None:
        height, width, channels = layer.target_shape
        if channels != 1:
            raise _unknown(layer)
        self._append("Reshape", np.array([-1, channels, height, width]))

    def _add_convolution(self, layer: keras.layers.Conv2D) -> None:
        kernel = np.asarray(layer.kernel).transpose(3, 2, 0, 1)
        # Where an even side leaves one pixel over, Keras puts it at the end.
        lost = [side - 1 if layer.padding == "same" else 0 for side in kernel.shape[2:]]
        before, after = [one // 2 for one in lost], [one - one // 2 for one in lost]
        pads = [*before, *after]
        self._append("Conv", kernel, np.asarray(layer.bias), pads=pads)
        self._activate(layer)

    def _add_flat(self, layer: keras.layers.Flatten) -> None:
        has_channels = len(layer.input.shape) == 4  # noqa: PLR2004 - n, h, w, channels
        if has_channels:
            self._append("Transpose", perm=[0, 2, 3, 1])
        self._append("Flatten")

    def _activate(self, layer: keras.Layer) -> None:
        name = layer.activation.__name__
        if name == "linear":
            return
        if name not in _ACTIVATIONS:
            raise _unknown(layer)
        self._append(_ACTIVATIONS[name])

    def _append(
        self,
        operation: str,
        *weights: NDArray[np.generic],
        **options: float | list[int],
    ) -> None:
        place = f"{operation}_{len(self._nodes) + 1}"
        names = [f"{place}_{number}" for number in range(1, len(weights) + 1)]
        self._weights += [
            numpy_helper.from_array(np.ascontiguousarray(each), name)
            for each, name in zip(weights, names, strict=True)
        ]
        node = helper.make_node(operation, [self._signal, *names], [place], place)
        node.attribute.extend(
            helper.make_attribute(name, value) for name, value in options.items()
        )
        self._nodes.append(node)
        self._signal = place


def _unknown(layer: keras.Layer) -> ExportError:
    message = (
        "Expected a layer that the networks of Inklab have, got "
        f"{type(layer).__name__} {layer.name!r}. Teach it to core/models/onnx.py."
    )
    return ExportError(message)
