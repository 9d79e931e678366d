"""Dense networks: every pixel goes to every unit."""

from typing import Annotated, ClassVar

from pydantic.dataclasses import dataclass

from core.config.networks.base import HIDDEN, Compiler, NetworkFamily, Units
from core.config.networks.graph import GraphBuilder
from core.config.networks.operations import Dense, Flatten
from core.config.setting import CHECKED


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class MlpConfig(NetworkFamily):
    """A dense network: the pixels, hidden layers, one output per class.

    Raises:
        ConfigError: If a value is out of its range.
    """

    family: ClassVar[str] = "mlp"
    compiler: ClassVar[Compiler] = "XLA"
    is_convolutional: ClassVar[bool] = False
    word: ClassVar[str] = "dense"

    hidden: Annotated[tuple[Units, ...], HIDDEN] = (128, 64)

    def add_layers(self, graph: GraphBuilder) -> None:
        """Add the layers, a chain."""
        graph.add("pixels", Flatten())
        for number, units in enumerate(self.hidden, start=1):
            graph.add(f"hidden_{number}", Dense(units))
            self.add_norm(graph, str(number))
            self.add_activation(graph, str(number))
            self.add_dropout(graph, number)
