"""Dense networks: every pixel goes to every unit."""

from dataclasses import dataclass
from typing import ClassVar

from core.config.networks.base import Compiler, NetworkFamily, checked_units
from core.config.networks.graph import Dimensions, Graph, GraphBuilder
from core.config.networks.operations import Activation, Dense, Flatten


@dataclass(frozen=True, kw_only=True)
class MlpConfig(NetworkFamily):
    """A dense network: the pixels, hidden layers, one output per class.

    Attributes:
        hidden: Units of each hidden layer, 1 to 2,048 each; at most 6 layers.
            Empty is logistic regression.
        activation: Nonlinearity of the hidden layers.
        dropout: Share of hidden units left out in each training step, 0 to 0.9.
        batch_norm: Normalise each hidden layer over the batch.

    Raises:
        ConfigError: If a value is out of its range.
    """

    family: ClassVar[str] = "mlp"
    compiler: ClassVar[Compiler] = "XLA"
    is_convolutional: ClassVar[bool] = False

    hidden: tuple[int, ...] = (128, 64)
    activation: Activation = "relu"
    dropout: float = 0.0
    batch_norm: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", checked_units(self.hidden))
        self.check_common()

    def graph(self, dimensions: Dimensions) -> Graph:
        """Return the network as a graph, a chain."""
        graph = GraphBuilder(dimensions)
        graph.add("pixels", Flatten())
        for number, units in enumerate(self.hidden, start=1):
            graph.add(f"hidden_{number}", Dense(units))
            self.add_norm(graph, str(number))
            self.add_activation(graph, str(number))
            self.add_dropout(graph, number)
        return graph.finished()
