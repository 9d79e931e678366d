"""Several networks that answer as one: the mean of their probabilities.

An ensemble is not trained. Its members are, each in a run of its own.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import ValidationError
from pydantic.dataclasses import dataclass

from core.config import stored
from core.config.networks import (
    Dimensions,
    Layer,
    LayeredNetwork,
    MlpConfig,
    Network,
)
from core.config.setting import CHECKED, Setting, SettingList

MIN_MEMBERS: Final = 2
MAX_MEMBERS: Final = 20
MAX_KINDS_IN_NAME: Final = 2


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class EnsembleConfig(LayeredNetwork):
    """Networks of which each reads the image; the answer is the mean of theirs.

    Raises:
        ConfigError: If there are too few or too many, or one is itself an ensemble.
    """

    dataset: Annotated[str, Setting(title="Data set")] = "mnist"
    members: Annotated[
        tuple[Network, ...],
        SettingList(
            title="Members",
            help="The networks of the ensemble; equal ones differ in their weights.",
            low=MIN_MEMBERS,
            high=MAX_MEMBERS,
            item="network",
            new=MlpConfig(),
        ),
    ]

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
        except (TypeError, KeyError, AttributeError, ValidationError) as error:
            raise stored.damaged(error) from error

    def flat(self) -> Mapping[str, str]:
        """List all values as text under dotted names, for tables and run stores."""
        members = [stored.network_record(each) for each in self.members]
        return {
            "dataset": self.dataset,
            "network.kind": "ensemble",
            "network.members": stored.in_short(members),
        }
