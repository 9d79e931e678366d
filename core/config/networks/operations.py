"""What the nodes of a network compute: each operation with its shapes and its costs.

An operation knows nothing of Keras; `core.models.architectures` has a layer for each.
"""

import math
from dataclasses import dataclass
from typing import Literal

Activation = Literal["relu", "tanh", "elu", "gelu"]
Padding = Literal["same", "valid"]
Shape = tuple[int, ...]
"""Shape of an output for one image: (height, width, channels), or (units,)."""


@dataclass(frozen=True)
class Operation:
    """What a node does with the outputs of its inputs."""

    def output_shape(self, *inputs: Shape) -> Shape:
        """Tell the shape of the output, given those of the inputs."""
        return inputs[0]

    def num_parameters(self, *_: Shape) -> int:
        """Count the trained numbers."""
        return 0

    def num_macs(self, *_: Shape) -> int:
        """Count the multiply-adds for one image."""
        return 0

    def name(self, *_: Shape) -> str:
        """Name it as the field does in a row of layers; empty if it has no place there.

        Args:
            _: Shape of the output.
        """
        return ""

    def title(self, *_: Shape) -> str:
        """Say in words what it is; empty if it has no place in a list of layers.

        Args:
            _: Shape of the output.
        """
        return ""


@dataclass(frozen=True)
class Images(Operation):
    """The images that come in, float32 ink of shape (height, width)."""

    height: int
    width: int

    def output_shape(self, *_: Shape) -> Shape:
        """Tell the shape of an image."""
        return (self.height, self.width)

    def name(self, *output: Shape) -> str:
        """Name it by its pixels: "784" as a row, "28x28" as an image."""
        return "x".join(map(str, output[0][:2]))

    def title(self, *_: Shape) -> str:
        """Say what it is."""
        return "Input"


@dataclass(frozen=True)
class Flatten(Operation):
    """All numbers in a row."""

    def output_shape(self, *inputs: Shape) -> Shape:
        """Tell how many numbers there are."""
        return (math.prod(inputs[0]),)


@dataclass(frozen=True)
class Reshape(Operation):
    """The same numbers in another shape."""

    shape: Shape

    def output_shape(self, *_: Shape) -> Shape:
        """Tell the new shape."""
        return self.shape


@dataclass(frozen=True)
class Conv(Operation):
    """A convolution with a bias: `filters` filters of `kernel` x `kernel` pixels."""

    filters: int
    kernel: int
    padding: Padding = "same"

    def output_shape(self, *inputs: Shape) -> Shape:
        """Tell the shape, which is smaller by the edge with `valid` padding."""
        height, width, _ = inputs[0]
        lost = 0 if self.padding == "same" else self.kernel - 1
        return (height - lost, width - lost, self.filters)

    def num_parameters(self, *inputs: Shape) -> int:
        """Count the trained numbers."""
        return self._num_weights(inputs[0]) + self.filters

    def num_macs(self, *inputs: Shape) -> int:
        """Count the multiply-adds for one image."""
        height, width, _ = self.output_shape(*inputs)
        return self._num_weights(inputs[0]) * height * width

    def name(self, *_: Shape) -> str:
        """Name it like 16C5."""
        return f"{self.filters}C{self.kernel}"

    def title(self, *_: Shape) -> str:
        """Say what it is."""
        return f"Convolution, {self.filters} filters, {self.kernel} x {self.kernel}"

    def _num_weights(self, input_shape: Shape) -> int:
        return self.kernel**2 * input_shape[-1] * self.filters


@dataclass(frozen=True)
class BatchNorm(Operation):
    """Normalisation over the batch, with a scale and a shift for each channel."""

    def num_parameters(self, *inputs: Shape) -> int:
        """Count the trained numbers; the running statistics are not trained."""
        return 2 * inputs[0][-1]


@dataclass(frozen=True)
class Activate(Operation):
    """A nonlinearity, number by number."""

    function: Activation


@dataclass(frozen=True)
class Dropout(Operation):
    """In training, a share of the numbers is left out at random."""

    share: float


@dataclass(frozen=True)
class Identity(Operation):
    """Nothing; it gives a place in the network a name."""


@dataclass(frozen=True)
class MaxPool(Operation):
    """The largest of each `size` x `size` pixels."""

    size: int = 2

    def output_shape(self, *inputs: Shape) -> Shape:
        """Tell the shape; pixels that fill no square are lost."""
        height, width, channels = inputs[0]
        return (height // self.size, width // self.size, channels)

    def name(self, *_: Shape) -> str:
        """Name it like P2."""
        return f"P{self.size}"

    def title(self, *_: Shape) -> str:
        """Say what it is."""
        return f"Max pooling, {self.size} x {self.size}"


@dataclass(frozen=True)
class GlobalAveragePool(Operation):
    """The mean of each channel over the whole image."""

    def output_shape(self, *inputs: Shape) -> Shape:
        """Tell how many channels there are."""
        return (inputs[0][-1],)

    def name(self, *_: Shape) -> str:
        """Name it."""
        return "GAP"

    def title(self, *_: Shape) -> str:
        """Say what it is."""
        return "Global average pooling"


@dataclass(frozen=True)
class Dense(Operation):
    """A dense layer with a bias, and with what turns its sums into shares."""

    units: int
    squash: Literal["linear", "sigmoid", "softmax"] = "linear"

    def output_shape(self, *_: Shape) -> Shape:
        """Tell how many units there are."""
        return (self.units,)

    def num_parameters(self, *inputs: Shape) -> int:
        """Count the trained numbers."""
        return (inputs[0][0] + 1) * self.units

    def num_macs(self, *inputs: Shape) -> int:
        """Count the multiply-adds for one image."""
        return inputs[0][0] * self.units

    def name(self, *_: Shape) -> str:
        """Name it by its units."""
        return str(self.units)

    def title(self, *_: Shape) -> str:
        """Say what it is; the softmax is the output."""
        if self.squash == "softmax":
            return f"Output, {self.units} classes"
        return f"Dense, {self.units} units"


@dataclass(frozen=True)
class Add(Operation):
    """The sum of its inputs, which have one shape."""


@dataclass(frozen=True)
class Scale(Operation):
    """Its first input, each channel times the number that the second has for it."""

    def num_macs(self, *inputs: Shape) -> int:
        """Count the multiply-adds for one image."""
        return math.prod(inputs[0])
