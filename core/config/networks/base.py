"""What every network can say of itself, and what the families have in common."""

import abc
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal, Self, get_args

from core.config.checks import check_choice, check_kind, check_range, check_whole
from core.config.networks.graph import Dimensions, Graph, GraphBuilder, Group, Layer
from core.config.networks.operations import Activate, Activation, BatchNorm, Dropout

Compiler = Literal["XLA", "oneDNN"]

MAX_LAYERS: Final = 6
MAX_UNITS: Final = 2048
MAX_FILTERS: Final = 256
MAX_KERNEL: Final = 11
MAX_DROPOUT: Final = 0.9


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


class NetworkFamily(LayeredNetwork):
    """A kind of network: its settings are fields, its layers follow from them.

    Attributes:
        family: Its short name, in stored configurations and as the model's name.
        compiler: What compiles the training loop on a processor: XLA is the faster
            for dense layers and up to 40 times the slower for convolutions, which
            oneDNN's kernels in one graph do best.
        is_convolutional: Whether it looks for patterns everywhere in the image.
        activation: Nonlinearity of the hidden layers.
        dropout: Share of hidden numbers left out in each training step, 0 to 0.9.
        batch_norm: Whether hidden layers are normalised over the batch.
    """

    family: ClassVar[str]
    compiler: ClassVar[Compiler]
    is_convolutional: ClassVar[bool]
    activation: Activation
    dropout: float
    batch_norm: bool

    @abc.abstractmethod
    def graph(self, dimensions: Dimensions) -> Graph:
        """Return the network as a graph.

        Raises:
            ConfigError: If the layers leave nothing of the image.
        """

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Make it of its fields as JSON has them.

        Raises:
            ConfigError: If a value is out of its range.
        """
        return cls(**record)

    def layers(self, dimensions: Dimensions) -> tuple[Layer, ...]:
        """List the layers to show, from the image to the answer."""
        return self.graph(dimensions).layers

    def num_outputs(self, dimensions: Dimensions) -> int:
        """Count the numbers that all layers give for one image."""
        return self.graph(dimensions).num_outputs

    def check_common(self) -> None:
        """Check the settings that all families have.

        Raises:
            ConfigError: If one is out of its range.
        """
        check_choice("activation", self.activation, get_args(Activation))
        check_range("dropout", self.dropout, 0.0, MAX_DROPOUT)
        check_switch("batch norm", self.batch_norm)

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


def checked_units(units: tuple[int, ...]) -> tuple[int, ...]:
    """Return the units of dense layers as a tuple.

    Raises:
        ConfigError: If there are too many layers, or units.
    """
    check_kind("hidden units", units, list, tuple, expected="a list like (128, 64)")
    check_range("number of hidden layers", len(units), 0, MAX_LAYERS)
    for number in units:
        check_whole("hidden units", number)
        check_range("hidden units", number, 1, MAX_UNITS)
    return tuple(units)


def check_count(name: str, value: int, most: int) -> None:
    """Check a whole number of at least 1.

    Raises:
        ConfigError: If it is another thing, or more than `most`.
    """
    check_whole(name, value)
    check_range(name, value, 1, most)


def check_switch(name: str, value: object) -> None:
    """Check that a value is true or false.

    Raises:
        ConfigError: If it is neither.
    """
    check_kind(name, value, bool, expected="true or false")
