"""Networks as values: what they are made of and what they cost, before one is built."""

import abc
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass as plain_dataclass
from typing import Annotated, ClassVar, Final, Literal, get_args

from pydantic.dataclasses import dataclass

from core.config.setting import CHECKED, Setting, SettingList
from core.errors import ConfigError

Activation = Literal["relu", "tanh", "elu", "gelu"]
Padding = Literal["same", "valid"]

IMAGE_SIDE: Final = 28
POOL: Final = 2


Units = Annotated[
    int,
    Setting(
        title="Hidden units",
        help="Units of the layer, its neurons.",
        group="Basic",
        low=1,
        high=2048,
        choices=(8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048),
        is_logarithmic=True,
        key="units",
        in_list="units",
    ),
]
HIDDEN: Final = SettingList(
    title="Hidden layers",
    help="Dense layers before the answer, and the units of each.",
    group="Basic",
    low=0,
    high=6,
    choices=range(7),
    key="layers",
    flag="hidden",
    item="layer",
    new=64,
)


@plain_dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class NetworkFamily(LayeredNetwork):
    """A kind of network: its settings are fields, its layers follow from them.

    Attributes:
        family: Its short name, in stored configurations.
        word: Its name on the screen and in addresses.
    """

    family: ClassVar[str]
    word: ClassVar[str]

    activation: Annotated[
        Activation,
        Setting(
            title="Activation",
            help="Nonlinearity of the hidden layers: what makes a layer more than a "
            "weighted sum.",
            group="Network",
            choices=get_args(Activation),
        ),
    ] = "relu"
    dropout: Annotated[
        float,
        Setting(
            title="Dropout",
            help="Share of hidden units left out in each training step, against "
            "overfitting.",
            group="Network",
            low=0.0,
            high=0.9,
            choices=tuple(step / 20 for step in range(17)),
            is_off_at_zero=True,
        ),
    ] = 0.0
    batch_norm: Annotated[
        bool,
        Setting(
            title="Batch norm",
            help="Normalises each hidden layer over the batch, so that what goes into "
            "the next one stays at the same scale.",
            group="Network",
            choices=(False, True),
        ),
    ] = False


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class MlpConfig(NetworkFamily):
    """A dense network: the 784 pixels, hidden layers, one output per class.

    Raises:
        ConfigError: If a value is out of its range.
    """

    family: ClassVar[str] = "mlp"
    word: ClassVar[str] = "dense"

    hidden: Annotated[tuple[Units, ...], HIDDEN] = (128, 64)

    def layers(self, *, num_classes: int) -> tuple[Layer, ...]:
        """List the layers from the image to the answer."""
        pixels = IMAGE_SIDE**2
        first = Layer(name=str(pixels), shape=(pixels,))
        dense = _dense_layers(
            (pixels, *self.hidden, num_classes), batch_norm=self.batch_norm
        )
        return (first, *dense)


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class ConvBlock:
    """Some convolutions in a row, after which the image is halved.

    Raises:
        ConfigError: If a value is out of its range.
    """

    filters: Annotated[
        int,
        Setting(
            title="Filters",
            help="Filters of each convolution of the block: each looks for one small "
            "pattern everywhere in the image.",
            group="Basic",
            low=1,
            high=256,
            choices=(4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256),
            is_logarithmic=True,
        ),
    ]
    kernel: Annotated[
        int,
        Setting(
            title="Kernel size",
            help="Pixels each way that a filter sees.",
            group="Network",
            unit="px",
            low=1,
            high=11,
            choices=range(1, 12),
            flag="kernels",
        ),
    ] = 3
    convolutions: Annotated[
        int,
        Setting(
            title="Convolutions per block",
            help="How many follow each other before the image is halved.",
            group="Network",
            low=1,
            high=3,
            choices=range(1, 4),
            in_list="convolutions",
        ),
    ] = 1


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class CnnConfig(NetworkFamily):
    """A convolutional network: blocks of convolutions, then dense layers.

    Raises:
        ConfigError: If a value is out of its range, or nothing is left of the image.
    """

    family: ClassVar[str] = "cnn"
    word: ClassVar[str] = "convolutional"

    blocks: Annotated[
        tuple[ConvBlock, ...],
        SettingList(
            title="Blocks of convolutions",
            help="After each block, the largest of 2 x 2 pixels goes on.",
            group="Network",
            low=1,
            high=4,
            choices=range(1, 5),
            item="block",
            new=ConvBlock(filters=64),
        ),
    ] = (
        ConvBlock(filters=16, kernel=5),
        ConvBlock(filters=32, kernel=5),
    )
    dense: Annotated[tuple[Units, ...], HIDDEN] = (128,)
    padding: Annotated[
        Padding,
        Setting(
            title="Padding",
            help="Same keeps the size of the image in a convolution; valid loses its "
            "edge, as LeNet did.",
            group="Network",
            choices=get_args(Padding),
        ),
    ] = "same"

    def __post_init__(self) -> None:
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
FAMILIES: Final[Mapping[str, type[Network]]] = {
    each.family: each for each in get_args(Network)
}
"""Each family by its short name."""


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
