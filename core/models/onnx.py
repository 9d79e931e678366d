"""Write a network as ONNX, which runs in browsers, phones and other languages.

Keras keeps the channels of an image last and ONNX wants them first, so kernels
are turned, and the numbers are put back in Keras' order before a dense layer.
"""

from collections.abc import Sequence
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
    "sigmoid": "Sigmoid",
    "softmax": "Softmax",
}
_FOLDS: Final = {keras.layers.Add: "Add", keras.layers.Multiply: "Mul"}


def save_onnx(model: keras.Model, path: Path) -> None:
    """Write a model as an `.onnx` file.

    Its input `images` is float32 of shape (n, height, width), its output
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
        graph.add_mean(members, model)
    else:
        graph.add_all(model)
    made = helper.make_model(
        graph.finished(model),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="Inklab",
    )
    onnx.checker.check_model(made, full_check=True)
    path.write_bytes(made.SerializeToString())


class _Graph:
    """Operations that grow as layers are added; the last one has the answer.

    Args:
        images: Name of the input.
    """

    def __init__(self, images: str) -> None:
        self._images = images
        self._signals: dict[int, str] = {}
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def add_all(self, model: keras.Model) -> None:
        """Append the layers of a model, each after those that it takes."""
        self._signals[id(model.input)] = self._images
        for layer in model.layers[1:]:
            self.add(layer)

    def add_mean(self, members: Sequence[keras.Model], ensemble: keras.Model) -> None:
        """Append models up to their features, their answers, and the mean of these."""
        ends = []
        for number, member in enumerate(members, start=1):
            self.add_all(member)
            answer = ensemble.get_layer(architectures.answer_name(number))
            # It takes its share of what the ensemble has put side by side.
            self._signals[id(answer.input)] = self._signals[id(member.output)]
            self.add(answer)
            ends.append(self._signals[id(answer.output)])
        self._append("Mean", *ends)

    def add(self, layer: keras.Layer) -> None:
        """Append what a layer computes when a network is used, not trained.

        Raises:
            ExportError: If it is not known how.
        """
        taken = layer.input if isinstance(layer.input, list) else [layer.input]
        given = [self._signals[id(each)] for each in taken]
        self._signals[id(layer.output)] = self._added(layer, *given)

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

    def _added(self, layer: keras.Layer, *given: str) -> str:  # noqa: C901, PLR0911
        """Append a layer, and return the name of what it gives."""
        match layer:
            case keras.layers.Dropout() | keras.layers.Identity():
                return given[0]
            case keras.layers.Reshape():
                return self._channels_first(layer, *given)
            case keras.layers.Conv2D(strides=(1, 1), dilation_rate=(1, 1), groups=1):
                return self._convolution(layer, *given)
            case keras.layers.MaxPooling2D(
                pool_size=(2, 2), strides=(2, 2), padding="valid"
            ):
                options = {"kernel_shape": [2, 2], "strides": [2, 2]}
                return self._append("MaxPool", *given, **options)
            case keras.layers.GlobalAveragePooling2D(keepdims=False):
                return self._append(
                    "Flatten", self._append("GlobalAveragePool", *given)
                )
            case keras.layers.BatchNormalization():
                scales = (layer.gamma, layer.beta)
                weights = (*scales, layer.moving_mean, layer.moving_variance)
                epsilon = layer.epsilon
                operation = "BatchNormalization"
                return self._append(operation, *given, *weights, epsilon=epsilon)
            case keras.layers.Flatten():
                return self._flat(layer, *given)
            case keras.layers.Dense():
                sums = self._append("Gemm", *given, layer.kernel, layer.bias)
                return self._activated(layer, sums)
            case keras.layers.Activation():
                return self._activated(layer, *given)
            case keras.layers.Add() | keras.layers.Multiply():
                return self._folded(_FOLDS[type(layer)], *given)
        raise _unknown(layer)

    def _channels_first(self, layer: keras.layers.Reshape, given: str) -> str:
        height, width, channels = layer.target_shape
        # Of more of each, the numbers would have to change places.
        if channels != 1 and (height, width) != (1, 1):
            raise _unknown(layer)
        return self._append("Reshape", given, np.array([-1, channels, height, width]))

    def _convolution(self, layer: keras.layers.Conv2D, given: str) -> str:
        kernel = np.asarray(layer.kernel).transpose(3, 2, 0, 1)
        # Where an even side leaves one pixel over, Keras puts it at the end.
        lost = [side - 1 if layer.padding == "same" else 0 for side in kernel.shape[2:]]
        before, after = [one // 2 for one in lost], [one - one // 2 for one in lost]
        pads = [*before, *after]
        sums = self._append("Conv", given, kernel, layer.bias, pads=pads)
        return self._activated(layer, sums)

    def _flat(self, layer: keras.layers.Flatten, given: str) -> str:
        has_channels = len(layer.input.shape) == 4  # noqa: PLR2004 - n, h, w, channels
        if has_channels:
            given = self._append("Transpose", given, perm=[0, 2, 3, 1])
        return self._append("Flatten", given)

    def _activated(self, layer: keras.Layer, given: str) -> str:
        name = layer.activation.__name__
        if name == "linear":
            return given
        if name not in _ACTIVATIONS:
            raise _unknown(layer)
        return self._append(_ACTIVATIONS[name], given)

    def _folded(self, operation: str, first: str, *others: str) -> str:
        for other in others:
            first = self._append(operation, first, other)
        return first

    def _append(
        self,
        operation: str,
        *given: str | NDArray[np.generic] | keras.Variable,
        **options: float | list[int],
    ) -> str:
        """Append an operation on named outputs and on weights, and return its name."""
        place = f"{operation}_{len(self._nodes) + 1}"
        names = []
        for number, each in enumerate(given):
            names.append(each if isinstance(each, str) else f"{place}_{number}")
            if not isinstance(each, str):
                values = np.ascontiguousarray(np.asarray(each))
                self._weights.append(numpy_helper.from_array(values, names[-1]))
        node = helper.make_node(operation, names, [place], place)
        node.attribute.extend(
            helper.make_attribute(name, value) for name, value in options.items()
        )
        self._nodes.append(node)
        return place


def _unknown(layer: keras.Layer) -> ExportError:
    message = (
        "Expected a layer that the networks of Inklab have, got "
        f"{type(layer).__name__} {layer.name!r}. Teach it to core/models/onnx.py."
    )
    return ExportError(message)
