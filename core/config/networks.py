"""Networks as values: what they are made of and what they cost, before one is built."""

import abc
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args

from core.config.checks import check_choice, check_kind, check_range, check_whole
from core.errors import ConfigError

Activation = Literal["relu", "tanh", "elu", "gelu"]
Padding = Literal["same", "valid"]

IMAGE_SIDE: Final = 28
MAX_LAYERS: Final = 6
MAX_UNITS: Final = 2048
MAX_BLOCKS: Final = 4
MAX_FILTERS: Final = 256
MAX_KERNEL: Final = 11
MAX_CONVOLUTIONS: Final = 3
MAX_DROPOUT: Final = 0.9
POOL: Final = 2


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer of a network, as it will be built.

    Attributes:
        name: What it is, in short: "16C5" is a convolution of 16 filters of 5 x 5
            pixels, "P2" takes the largest of 2 x 2, "128" is a dense layer.
        shape: Shape of its output for one image.
        num_parameters: Numbers that are trained.
        num_multiplications: Multiplications (each with an addition) for one image.
    """

    name: str
    shape: tuple[int, ...]
    num_parameters: int = 0
    num_multiplications: int = 0


class LayeredNetwork(abc.ABC):
    """What every kind of network can say of itself."""

    @abc.abstractmethod
    def layers(self, *, num_classes: int) -> tuple[Layer, ...]:
        """List the layers from the image to the answer."""

    def num_parameters(self, *, num_classes: int) -> int:
        """Count the trained numbers of the network without building it."""
        return sum(each.num_parameters for each in self.layers(num_classes=num_classes))

    def num_multiplications(self, *, num_classes: int) -> int:
        """Count the multiplications with which the network reads one image.

        Learning from an image takes about three times as many.
        """
        return sum(
            each.num_multiplications for each in self.layers(num_classes=num_classes)
        )

    def training_bytes(self, *, num_classes: int, batch_size: int) -> int:
        """Estimate the memory that a training step needs.

        Counted are weights, gradients and two moments of the optimizer, and
        for each image of the batch all outputs with their gradients, in float32.
        """
        layers = self.layers(num_classes=num_classes)
        outputs = sum(math.prod(each.shape) for each in layers)
        numbers = 4 * self.num_parameters(num_classes=num_classes)
        return 4 * (numbers + 2 * batch_size * outputs)

    def describe(self, *, num_classes: int) -> str:
        """Name the layers the way the field does, like 784-128-64-10."""
        return "-".join(each.name for each in self.layers(num_classes=num_classes))


@dataclass(frozen=True, kw_only=True)
class MlpConfig(LayeredNetwork):
    """A dense network: the 784 pixels, hidden layers, one output per class.

    Attributes:
        hidden: Units of each hidden layer, 1 to 2,048 each; at most 6 layers.
            Empty is logistic regression.
        activation: Nonlinearity of the hidden layers.
        dropout: Share of hidden units left out in each training step, 0 to 0.9.
        batch_norm: Normalise each hidden layer over the batch.

    Raises:
        ConfigError: If a value is out of its range.
    """

    hidden: tuple[int, ...] = (128, 64)
    activation: Activation = "relu"
    dropout: float = 0.0
    batch_norm: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", _checked_units(self.hidden))
        check_choice("activation", self.activation, get_args(Activation))
        check_range("dropout", self.dropout, 0.0, MAX_DROPOUT)
        _check_batch_norm(self.batch_norm)

    def layers(self, *, num_classes: int) -> tuple[Layer, ...]:
        """List the layers from the image to the answer."""
        pixels = IMAGE_SIDE**2
        first = Layer(name=str(pixels), shape=(pixels,))
        dense = _dense_layers(
            (pixels, *self.hidden, num_classes), batch_norm=self.batch_norm
        )
        return (first, *dense)


@dataclass(frozen=True, kw_only=True)
class ConvBlock:
    """Some convolutions in a row, after which the image is halved.

    Attributes:
        filters: Filters of each convolution, 1 to 256.
        kernel: Side of a filter in pixels, 1 to 11.
        convolutions: How many there are, 1 to 3.

    Raises:
        ConfigError: If a value is out of its range.
    """

    filters: int
    kernel: int = 3
    convolutions: int = 1

    def __post_init__(self) -> None:
        for name, value, most in (
            ("filters", self.filters, MAX_FILTERS),
            ("kernel", self.kernel, MAX_KERNEL),
            ("convolutions", self.convolutions, MAX_CONVOLUTIONS),
        ):
            check_whole(name, value)
            check_range(name, value, 1, most)


@dataclass(frozen=True, kw_only=True)
class CnnConfig(LayeredNetwork):
    """A convolutional network: blocks of convolutions, then dense layers.

    Attributes:
        blocks: The blocks, 1 to 4 of them; after each, the largest of 2 x 2
            pixels goes on.
        dense: Units of each dense layer before the answer.
        activation: Nonlinearity of all hidden layers.
        dropout: Share of the numbers left out in each training step, before
            each dense layer, 0 to 0.9.
        batch_norm: Normalise each hidden layer over the batch.
        padding: `same` keeps the size of the image in a convolution, `valid`
            loses the edge, as LeNet did.

    Raises:
        ConfigError: If a value is out of its range, or nothing is left of the image.
    """

    blocks: tuple[ConvBlock, ...] = (
        ConvBlock(filters=16, kernel=5),
        ConvBlock(filters=32, kernel=5),
    )
    dense: tuple[int, ...] = (128,)
    activation: Activation = "relu"
    dropout: float = 0.0
    batch_norm: bool = False
    padding: Padding = "same"

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", _checked_blocks(self.blocks))
        object.__setattr__(self, "dense", _checked_units(self.dense))
        check_choice("activation", self.activation, get_args(Activation))
        check_choice("padding", self.padding, get_args(Padding))
        check_range("dropout", self.dropout, 0.0, MAX_DROPOUT)
        _check_batch_norm(self.batch_norm)
        tuple(self._convolutions())

    def layers(self, *, num_classes: int) -> tuple[Layer, ...]:
        """List the layers from the image to the answer."""
        convolutions = tuple(self._convolutions())
        flat = math.prod(convolutions[-1].shape)
        widths = (flat, *self.dense, num_classes)
        return (
            Layer(name=f"{IMAGE_SIDE}x{IMAGE_SIDE}", shape=(IMAGE_SIDE, IMAGE_SIDE, 1)),
            *convolutions,
            *_dense_layers(widths, batch_norm=self.batch_norm),
        )

    def _convolutions(self) -> Iterator[Layer]:
        side, channels = IMAGE_SIDE, 1
        for block in self.blocks:
            for _ in range(block.convolutions):
                side -= 0 if self.padding == "same" else block.kernel - 1
                _check_side(side)
                weights = block.kernel**2 * channels * block.filters
                channels = block.filters
                yield Layer(
                    name=f"{channels}C{block.kernel}",
                    shape=(side, side, channels),
                    num_parameters=weights + channels * (3 if self.batch_norm else 1),
                    num_multiplications=weights * side**2,
                )
            side //= POOL
            _check_side(side)
            yield Layer(name=f"P{POOL}", shape=(side, side, channels))


Network = MlpConfig | CnnConfig


def _checked_units(units: tuple[int, ...]) -> tuple[int, ...]:
    check_kind("hidden units", units, list, tuple, expected="a list like (128, 64)")
    check_range("number of hidden layers", len(units), 0, MAX_LAYERS)
    for number in units:
        check_whole("hidden units", number)
        check_range("hidden units", number, 1, MAX_UNITS)
    return tuple(units)


def _checked_blocks(blocks: tuple[ConvBlock, ...]) -> tuple[ConvBlock, ...]:
    check_kind("blocks", blocks, list, tuple, expected="a list of blocks")
    check_range("number of blocks", len(blocks), 1, MAX_BLOCKS)
    for block in blocks:
        check_kind("block", block, ConvBlock, expected="a ConvBlock")
    return tuple(blocks)


def _check_batch_norm(value: object) -> None:
    check_kind("batch norm", value, bool, expected="true or false")


def _check_side(side: int) -> None:
    if side >= 1:
        return
    message = (
        f"Expected layers that leave something of {IMAGE_SIDE} x {IMAGE_SIDE} pixels, "
        "but these leave nothing. Use fewer blocks, smaller kernels, or `same` padding."
    )
    raise ConfigError(message)


def _dense_layers(widths: tuple[int, ...], *, batch_norm: bool) -> Iterator[Layer]:
    num_layers = len(widths) - 1
    for number, (ins, outs) in enumerate(itertools.pairwise(widths), start=1):
        normed = batch_norm and number < num_layers
        yield Layer(
            name=str(outs),
            shape=(outs,),
            num_parameters=(ins + (3 if normed else 1)) * outs,
            num_multiplications=ins * outs,
        )
