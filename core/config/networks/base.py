"""What every network can say of itself, and what the families have in common."""

import abc
import functools
from typing import Annotated, ClassVar, Final, Literal, get_args

from pydantic.dataclasses import dataclass

from core.config.networks.graph import Dimensions, Graph, GraphBuilder, Group, Layer
from core.config.networks.operations import Activate, Activation, BatchNorm, Dropout
from core.config.setting import CHECKED, Setting, SettingList

Compiler = Literal["XLA", "oneDNN"]

MAX_GRAPHS: Final = 512
"""So many are kept, since tables ask each run of a home for its parameters."""

Units = Annotated[
    int,
    Setting(
        title="Hidden units",
        help="Number of units (neurons) in the layer.",
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
    help="Dense layers before the output layer, and the units in each.",
    group="Basic",
    low=0,
    high=6,
    choices=range(7),
    key="layers",
    flag="hidden",
    item="layer",
    new=64,
)
FILTERS: Final = Setting(
    title="Filters",
    help="Number of filters in a convolution. Each detects one small pattern anywhere "
    "in the image.",
    group="Basic",
    low=1,
    high=256,
    choices=(4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256),
    is_logarithmic=True,
)
KERNEL: Final = Setting(
    title="Kernel size",
    help="Height and width of a filter, in pixels.",
    group="Network",
    unit="px",
    low=1,
    high=11,
    choices=range(1, 12),
    flag="kernels",
)


class LayeredNetwork(abc.ABC):
    """What is made of layers, and can say what they cost before they are built."""

    @abc.abstractmethod
    def layers(self, dimensions: Dimensions) -> tuple[Layer, ...]:
        """List the layers to show, from the image to the answer."""

    @abc.abstractmethod
    def num_outputs(self, dimensions: Dimensions) -> int:
        """Count the numbers that all layers give for one image."""

    def num_parameters(self, dimensions: Dimensions) -> int:
        """Count the trained numbers of the network without building it."""
        return sum(each.num_parameters for each in self.layers(dimensions))

    def num_macs(self, dimensions: Dimensions) -> int:
        """Count the multiply-adds with which the network classifies one image.

        Learning from an image takes about three times as many.
        """
        return sum(each.num_macs for each in self.layers(dimensions))

    def training_bytes(self, dimensions: Dimensions, *, batch_size: int) -> int:
        """Estimate the memory that a training step needs.

        Counted are weights, gradients and two moments of the optimizer, and
        for each image of the batch all outputs with their gradients, in float32.
        """
        numbers = 4 * self.num_parameters(dimensions)
        return 4 * (numbers + 2 * batch_size * self.num_outputs(dimensions))

    def describe(self, dimensions: Dimensions) -> str:
        """Name the layers the way the field does, like 784-128-64-10."""
        return "-".join(each.name for each in self.layers(dimensions))


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class NetworkFamily(LayeredNetwork):
    """A kind of network: its settings are fields, its layers follow from them.

    Attributes:
        family: Its short name, in stored configurations and as the model's name.
        compiler: What compiles the training loop on a processor: XLA is the faster
            for dense layers and up to 40 times the slower for convolutions, which
            oneDNN's kernels in one graph do best.
        is_convolutional: Whether it looks for patterns everywhere in the image.
        word: Its name on the screen and in addresses.
    """

    family: ClassVar[str]
    compiler: ClassVar[Compiler]
    is_convolutional: ClassVar[bool]
    word: ClassVar[str]

    activation: Annotated[
        Activation,
        Setting(
            title="Activation",
            help="The function after each hidden layer that makes the network "
            "nonlinear.",
            group="Network",
            choices=get_args(Activation),
        ),
    ] = "relu"
    dropout: Annotated[
        float,
        Setting(
            title="Dropout",
            help="Share of the hidden units dropped in each training step, against "
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
            help="Normalises the outputs of each hidden layer over the batch, before "
            "the activation.",
            group="Network",
            choices=(False, True),
        ),
    ] = False

    @abc.abstractmethod
    def add_layers(self, graph: GraphBuilder) -> None:
        """Add the layers between the images and the output to a graph."""

    def graph(self, dimensions: Dimensions) -> Graph:
        """Return the network as a graph.

        Raises:
            ConfigError: If the layers leave nothing of the image.
        """
        return _graph(self, dimensions)

    def layers(self, dimensions: Dimensions) -> tuple[Layer, ...]:
        """List the layers to show, from the image to the answer."""
        return self.graph(dimensions).layers

    def num_outputs(self, dimensions: Dimensions) -> int:
        """Count the numbers that all layers give for one image."""
        return self.graph(dimensions).num_outputs

    def add_norm(
        self, graph: GraphBuilder, name: str, *, group: Group | None = None
    ) -> None:
        """Add batch norm, if it is on."""
        if self.batch_norm:
            graph.add(f"norm_{name}", BatchNorm(), group=group)

    def add_activation(
        self, graph: GraphBuilder, name: str, *, group: Group | None = None
    ) -> str:
        """Add the nonlinearity, and return the name of its node."""
        operation = Activate(self.activation)
        return graph.add(f"activation_{name}", operation, group=group)

    def add_dropout(self, graph: GraphBuilder, number: int) -> None:
        """Add dropout, if it is on."""
        if self.dropout:
            graph.add(f"dropout_{number}", Dropout(self.dropout))


@functools.lru_cache(maxsize=MAX_GRAPHS)
def _graph(network: NetworkFamily, dimensions: Dimensions) -> Graph:
    graph = GraphBuilder(dimensions)
    network.add_layers(graph)
    return graph.finished()
