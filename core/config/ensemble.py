"""Several networks that answer as one: the mean of their probabilities.

An ensemble is not trained. Its members are, each in a run of its own.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from core.config import stored
from core.config.checks import check_kind, check_range
from core.config.networks import (
    Dimensions,
    Layer,
    LayeredNetwork,
    Network,
    NetworkFamily,
)
from core.errors import ConfigError

MIN_MEMBERS: Final = 2
MAX_MEMBERS: Final = 20
MAX_KINDS_IN_NAME: Final = 2


@dataclass(frozen=True, kw_only=True)
class EnsembleConfig(LayeredNetwork):
    """Networks of which each reads the image; the answer is the mean of theirs.

    Attributes:
        dataset: Name of the data set in the catalogue that all have learned from.
        members: The networks, 2 to 20 of them; equal ones differ by their weights.

    Raises:
        ConfigError: If there are too few or too many, or one is itself an ensemble.
    """

    dataset: str = "mnist"
    members: tuple[Network, ...]

    def __post_init__(self) -> None:
        check_kind("dataset", self.dataset, str, expected="a name")
        check_kind("members", self.members, list, tuple, expected="a list of networks")
        object.__setattr__(self, "members", tuple(self.members))
        check_range("number of members", len(self.members), MIN_MEMBERS, MAX_MEMBERS)
        for member in self.members:
            check_kind("member", member, LayeredNetwork, expected="a network")
            if not isinstance(member, NetworkFamily):
                message = (
                    "Expected a single network, got an ensemble. Combine the runs of "
                    "its members."
                )
                raise ConfigError(message)

    def layers(self, dimensions: Dimensions) -> tuple[Layer, ...]:
        """List the layers of one member after the other, each from the image on."""
        return tuple(
            layer for member in self.members for layer in member.layers(dimensions)
        )

    def num_outputs(self, dimensions: Dimensions) -> int:
        """Count the numbers that all layers of all members give for one image."""
        return sum(member.num_outputs(dimensions) for member in self.members)

    def describe(self, dimensions: Dimensions) -> str:
        """Name the members, like 3 x 784-128-64-10; many kinds are only counted."""
        kinds = Counter(each.describe(dimensions) for each in self.members)
        if len(kinds) > MAX_KINDS_IN_NAME:
            return f"{len(self.members)} networks of {len(kinds)} kinds"
        return " + ".join(
            f"{count} x {name}" if count > 1 else name for name, count in kinds.items()
        )

    def to_json(self) -> str:
        """Write as JSON text with a schema number; `recipe_from_json` reads it."""
        members = [stored.network_record(each) for each in self.members]
        return stored.write({"dataset": self.dataset, "members": members})

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Make it of what `to_json` wrote, without the schema number.

        Raises:
            SchemaError: If the fields are others.
            ConfigError: If a value is out of its range.
        """
        try:
            members = tuple(map(stored.network_from, record["members"]))
            return cls(dataset=record["dataset"], members=members)
        except (TypeError, KeyError, AttributeError) as error:
            raise stored.damaged(error) from error

    def flat(self) -> Mapping[str, str]:
        """List all values as text under dotted names, for tables and run stores."""
        members = [stored.network_record(each) for each in self.members]
        return {
            "dataset": self.dataset,
            "network.kind": "ensemble",
            "network.members": stored.in_short(members),
        }
