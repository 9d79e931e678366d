"""What to train and how, as values that pages, terminal and worker all build.

A configuration is checked once, when it is built, so whoever holds one may
trust it. It is stored as JSON with a schema number.
"""

import dataclasses
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Self, get_args

from core.errors import ConfigError, SchemaError

Activation = Literal["relu", "tanh", "elu", "gelu"]
Schedule = Literal["constant", "one-cycle"]

SCHEMA: Final = 1
IMAGE_SIDE: Final = 28
MAX_LAYERS: Final = 6
MAX_UNITS: Final = 2048
MAX_EPOCHS: Final = 500
MAX_BATCH_SIZE: Final = 8192
MAX_VALIDATION_FRACTION: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class MlpConfig:
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
        object.__setattr__(self, "hidden", tuple(self.hidden))
        _check_range("number of hidden layers", len(self.hidden), 0, MAX_LAYERS)
        for units in self.hidden:
            _check_whole("hidden units", units)
            _check_range("hidden units", units, 1, MAX_UNITS)
        _check_choice("activation", self.activation, get_args(Activation))
        _check_range("dropout", self.dropout, 0.0, 0.9)

    def num_parameters(self, *, num_classes: int) -> int:
        """Count the trained numbers of the network without building it."""
        widths = (IMAGE_SIDE**2, *self.hidden, num_classes)
        dense = sum((ins + 1) * outs for ins, outs in itertools.pairwise(widths))
        return dense + (2 * sum(self.hidden) if self.batch_norm else 0)

    def describe(self, *, num_classes: int) -> str:
        """Name the layer widths the way the field does, like 784-128-64-10."""
        return "-".join(map(str, (IMAGE_SIDE**2, *self.hidden, num_classes)))


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """Everything that decides what a training does.

    Attributes:
        dataset: Name of a data set in the catalogue.
        preset: The preset these values started from; empty if none.
        network: The network to train.
        epochs: Passes over the training images, 1 to 500.
        batch_size: Images per step of the optimizer, 1 to 8,192.
        learning_rate: Adam's (highest) learning rate, above 0 and at most 1.
        schedule: How the learning rate moves: `constant`, or `one-cycle`: up
            to `learning_rate` in the first part, then down to almost nothing.
        validation_fraction: Share of the training images held out to watch
            the training with, 0 to 0.5; stratified and seeded.
        seed: Decides initial weights, order of images, dropout and hold-out.

    Raises:
        ConfigError: If a value is out of its range.
    """

    dataset: str = "mnist"
    preset: str = ""
    network: MlpConfig = field(default_factory=MlpConfig)
    epochs: int = 10
    batch_size: int = 32
    learning_rate: float = 1e-3
    schedule: Schedule = "constant"
    validation_fraction: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "seed"):
            _check_whole(name.replace("_", " "), getattr(self, name))
        _check_range("epochs", self.epochs, 1, MAX_EPOCHS)
        _check_range("batch size", self.batch_size, 1, MAX_BATCH_SIZE)
        _check_range("learning rate", self.learning_rate, 1e-6, 1.0)
        _check_choice("schedule", self.schedule, get_args(Schedule))
        _check_range(
            "validation fraction",
            self.validation_fraction,
            0.0,
            MAX_VALIDATION_FRACTION,
        )
        _check_range("seed", self.seed, 0, 2**31 - 1)

    def to_json(self) -> str:
        """Write as JSON text with a schema number."""
        return json.dumps({"schema": SCHEMA, **dataclasses.asdict(self)}, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            SchemaError: If the text is not such JSON, or of a newer program.
            ConfigError: If a value is out of its range.
        """
        try:
            record = json.loads(text)
            schema = record.pop("schema")
        except (ValueError, AttributeError, KeyError, TypeError) as error:
            message = (
                "Expected a training configuration as JSON with a schema number, "
                f"got {text[:60]!r}. The record of this run is damaged."
            )
            raise SchemaError(message) from error
        if schema != SCHEMA:
            message = (
                f"Expected a training configuration of schema {SCHEMA}, got {schema!r}."
                " It comes from another version of Inklab: use that one to read it."
            )
            raise SchemaError(message)
        return cls._from_record(record)

    @classmethod
    def _from_record(cls, record: dict[str, object]) -> Self:
        try:
            network = record.pop("network")
            return cls(network=MlpConfig(**network), **record)  # type: ignore[arg-type]
        except (TypeError, KeyError) as error:
            message = (
                "Expected a training configuration with the fields of schema "
                f"{SCHEMA}, but {error}. The record of this run is damaged."
            )
            raise SchemaError(message) from error

    def flat(self) -> Mapping[str, str]:
        """List all values as text under dotted names, for tables and run stores."""
        record = dataclasses.asdict(self)
        network = record.pop("network")
        network["hidden"] = ",".join(map(str, network["hidden"]))
        nested = {f"network.{name}": value for name, value in network.items()}
        return {name: str(value) for name, value in (record | nested).items()}


def _check_whole(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        message = f"Expected a whole number as {name}, got {value!r}."
        raise ConfigError(message)


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        message = f"Expected {name} from {low:,} to {high:,}, got {value:,}."
        raise ConfigError(message)


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        message = f"Expected {name} to be one of {', '.join(choices)}, got {value!r}."
        raise ConfigError(message)
