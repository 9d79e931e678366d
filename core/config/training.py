"""The whole of a training in one value, and its record as JSON."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self, get_args

from core.config import stored
from core.config.augmentation import Augmentation
from core.config.checks import check_choice, check_kind, check_range, check_whole
from core.config.networks import FAMILIES, MlpConfig, Network
from core.errors import ConfigError

OptimizerName = Literal["adam", "adamw", "sgd", "lion", "muon"]
Schedule = Literal["constant", "cosine", "one-cycle", "step"]
Monitor = Literal["val_loss", "val_accuracy"]

MAX_EPOCHS: Final = 500
MAX_BATCH_SIZE: Final = 8192
MAX_VALIDATION_FRACTION: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """Everything that decides what a training does.

    Attributes:
        dataset: Name of a data set in the catalogue.
        preset: The preset these values started from; empty if none.
        network: The network to train.
        epochs: Passes over the training images, 1 to 500.
        batch_size: Images per step of the optimizer, 1 to 8,192.
        optimizer: `adam`, `adamw` (with weight decay), `sgd` (with Nesterov
            momentum of 0.9), `lion` or `muon`.
        learning_rate: The (highest) learning rate, 0.000001 to 1.
        schedule: How the learning rate moves: `constant`; `cosine`: up in the
            first twentieth, then down to almost nothing; `one-cycle`: up in the
            first fifth, then down; `step`: to a tenth after half and three quarters.
        weight_decay: Share of each weight taken away in a step, times the
            learning rate, 0 to 1; not with `adam`.
        label_smoothing: Share of certainty given to all classes alike, 0 to 0.5.
        gradient_clip: Longest gradient of a step; longer ones are shortened. 0 is off.
        weight_average: How much of the running average of the weights stays in
            each step, 0 to 0.9999; the average is the result. 0 is off.
        augmentation: How training images are changed at random.
        validation_fraction: Share of the training images held out to watch
            the training with, 0 to 0.5; stratified and seeded.
        patience: End after so many epochs without a better score, and take the
            weights of the best epoch; 0 trains to the end and takes the last.
        monitor: The score of the held-out images that decides which epoch is best, for
            `patience` and for a run that is stopped.
        seed: Decides initial weights, order of images, dropout, augmentation
            and hold-out.

    Raises:
        ConfigError: If a value is out of its range, or two do not go together.
    """

    dataset: str = "mnist"
    preset: str = ""
    network: Network = field(default_factory=MlpConfig)
    epochs: int = 10
    batch_size: int = 32
    optimizer: OptimizerName = "adam"
    learning_rate: float = 1e-3
    schedule: Schedule = "constant"
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    gradient_clip: float = 0.0
    weight_average: float = 0.0
    augmentation: Augmentation = field(default_factory=Augmentation)
    validation_fraction: float = 0.1
    patience: int = 0
    monitor: Monitor = "val_loss"
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "patience", "seed"):
            check_whole(name.replace("_", " "), getattr(self, name))
        for name, low, high in (
            ("epochs", 1, MAX_EPOCHS),
            ("batch_size", 1, MAX_BATCH_SIZE),
            ("learning_rate", 1e-6, 1.0),
            ("weight_decay", 0.0, 1.0),
            ("label_smoothing", 0.0, 0.5),
            ("gradient_clip", 0.0, 1000.0),
            ("weight_average", 0.0, 0.9999),
            ("validation_fraction", 0.0, MAX_VALIDATION_FRACTION),
            ("patience", 0, MAX_EPOCHS),
            ("seed", 0, 2**31 - 1),
        ):
            check_range(name.replace("_", " "), getattr(self, name), low, high)
        for name in ("dataset", "preset"):
            check_kind(name, getattr(self, name), str, expected="a name")
        check_kind(
            "network",
            self.network,
            *FAMILIES.values(),
            expected="a configuration of a network",
        )
        check_kind(
            "augmentation", self.augmentation, Augmentation, expected="an Augmentation"
        )
        check_choice("schedule", self.schedule, get_args(Schedule))
        check_choice("optimizer", self.optimizer, get_args(OptimizerName))
        check_choice("monitor", self.monitor, get_args(Monitor))
        self._check_that_all_goes_together()

    def to_json(self) -> str:
        """Write as JSON text with a schema number."""
        network = stored.network_record(self.network)
        return stored.write(dataclasses.asdict(self) | {"network": network})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote, also in an earlier version.

        Raises:
            SchemaError: If the text is not such JSON, or of a newer program.
            ConfigError: If a value is out of its range.
        """
        return cls.from_record(stored.read(text))

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Make it of what `to_json` wrote, without the schema number.

        Raises:
            SchemaError: If the fields are others.
            ConfigError: If a value is out of its range.
        """
        values = dict(record)
        try:
            network = stored.network_from(values.pop("network"))
            augmentation = Augmentation(**values.pop("augmentation", {}))
            return cls(network=network, augmentation=augmentation, **values)
        except (TypeError, KeyError, AttributeError) as error:
            raise stored.damaged(error) from error

    def flat(self) -> Mapping[str, str]:
        """List all values as text under dotted names, for tables and run stores."""
        record = dataclasses.asdict(self)
        del record["network"]
        augmentation = record.pop("augmentation")
        network = stored.network_record(self.network)
        return {
            **{name: str(value) for name, value in record.items()},
            **{f"network.{name}": stored.in_short(v) for name, v in network.items()},
            **{f"augmentation.{name}": str(v) for name, v in augmentation.items()},
        }

    def _check_that_all_goes_together(self) -> None:
        if self.weight_decay and self.optimizer == "adam":
            message = (
                f"Expected no weight decay with adam, got {self.weight_decay:g}. "
                "Use adamw."
            )
            raise ConfigError(message)
        if self.patience and not self.validation_fraction:
            message = (
                "Expected images held out for validation, by which to end early, got "
                "none. Hold some out, or set the patience to 0."
            )
            raise ConfigError(message)


SINGLE_VALUES: Final = tuple(
    field.name
    for field in dataclasses.fields(TrainingConfig)
    if field.name not in {"preset", "network", "augmentation"}
)
"""The settings of a training that are one value each, in their order."""
