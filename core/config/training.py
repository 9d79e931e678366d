"""The whole of a training in one value, and its record as JSON."""

import dataclasses
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import ValidationError
from pydantic.dataclasses import dataclass

from core.config import stored
from core.config.augmentation import Augmentation
from core.config.described import default_of, settings_of
from core.config.networks import MlpConfig, Network
from core.config.positions import Positions, PositionsSetting
from core.config.setting import CHECKED, Setting
from core.errors import ConfigError

OptimizerName = Literal["adam", "adamw", "sgd", "lion", "muon"]
Schedule = Literal["constant", "cosine", "one-cycle", "step"]
ClassWeights = Literal["off", "balanced"]
Monitor = Literal["val_loss", "val_accuracy"]

MAX_EPOCHS: Final = 500


def _is_some(value: float) -> bool:
    return value > 0


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class TrainingConfig:
    """Everything that decides what a training does; each field says what it is.

    Raises:
        ConfigError: If a value is out of its range, or two do not go together.
    """

    dataset: Annotated[
        str,
        Setting(
            title="Data set",
            help="Name of a data set in the catalogue.",
            is_compiled=False,
        ),
    ] = "mnist"
    preset: Annotated[
        str,
        Setting(
            title="Preset",
            help="The preset that the recipe is based on; empty if none.",
            is_compiled=False,
        ),
    ] = ""
    network: Annotated[Network, Setting(title="Network")] = field(
        default_factory=MlpConfig
    )
    epochs: Annotated[
        int,
        Setting(
            title="Epochs",
            help="Passes over all training images.",
            group="Basic",
            low=1,
            high=MAX_EPOCHS,
            choices=range(1, 101),
            is_compiled=False,
        ),
    ] = 10
    batch_size: Annotated[
        int,
        Setting(
            title="Batch size",
            help="Images per step of the optimizer.",
            group="Basic",
            low=1,
            high=8192,
            choices=(8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096),
        ),
    ] = 32
    optimizer: Annotated[
        OptimizerName,
        Setting(
            title="Optimizer",
            help="How gradients become steps. Weight decay needs an optimizer other "
            "than adam, for example adamw. sgd has Nesterov momentum of 0.9.",
            group="Optimizer",
            choices=get_args(OptimizerName),
        ),
    ] = "adam"
    learning_rate: Annotated[
        float,
        Setting(
            title="Learning rate",
            help="Size of the optimizer's steps; with a schedule, the largest.",
            group="Basic",
            low=1e-6,
            high=1.0,
            choices=(
                *(1e-6, 1e-5, 1e-4, 2e-4, 3e-4, 5e-4, 1e-3, 2e-3, 3e-3, 4e-3, 5e-3),
                *(6e-3, 8e-3, 1e-2, 2e-2, 3e-2, 5e-2, 1e-1, 2e-1, 5e-1, 1.0),
            ),
            is_logarithmic=True,
            is_compiled=False,
        ),
    ] = 1e-3
    schedule: Annotated[
        Schedule,
        Setting(
            title="Learning rate schedule",
            help="How the learning rate changes. One-cycle: warm-up over the first "
            "fifth, then decay to almost 0. Cosine: the same with a shorter warm-up. "
            "Step: divided by 10 after half and after three quarters.",
            group="Optimizer",
            choices=get_args(Schedule),
            is_compiled=False,
        ),
    ] = "constant"
    weight_decay: Annotated[
        float,
        Setting(
            title="Weight decay",
            help="Pulls all weights towards 0, against overfitting: each step takes "
            "this share of a weight, times the learning rate. Not with adam.",
            group="Optimizer",
            low=0.0,
            high=1.0,
            choices=(0.0, 1e-4, 1e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
            is_off_at_zero=True,
            is_logarithmic=True,
            used_if=("optimizer", lambda name: name != "adam"),
        ),
    ] = 0.0
    label_smoothing: Annotated[
        float,
        Setting(
            title="Label smoothing",
            help="Share of the target that is spread evenly over all classes, against "
            "overconfidence.",
            group="Optimizer",
            low=0.0,
            high=0.5,
            choices=(0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3),
            is_off_at_zero=True,
        ),
    ] = 0.0
    class_weights: Annotated[
        ClassWeights,
        Setting(
            title="Class weights",
            help="Balanced: rare classes count as much as frequent ones. In the "
            "training loss, each image has the weight n / (classes x n of its class), "
            "counted without the validation split. Reported losses are not weighted.",
            group="Optimizer",
            choices=get_args(ClassWeights),
        ),
    ] = "off"
    emphasis: Annotated[
        Positions,
        PositionsSetting(
            title="Emphasised images",
            help="Positions of training images from 0, at most 300. Those of them that "
            "are not held out for validation are shown several times in each epoch. "
            "Choose them on Mistakes among the training images.",
            group="Optimizer",
            choices=("",),
            is_compiled=False,
        ),
    ] = ()
    emphasis_factor: Annotated[
        int,
        Setting(
            title="Emphasis",
            help="How often the emphasised images are shown in each epoch.",
            group="Optimizer",
            unit="times",
            low=2,
            high=20,
            choices=range(2, 21),
            is_compiled=False,
            used_if=("emphasis", bool),
        ),
    ] = 4
    gradient_clip: Annotated[
        float,
        Setting(
            title="Gradient clipping (norm)",
            help="Gradients with a larger norm are scaled down to it, so that no step "
            "is extreme.",
            group="Optimizer",
            low=0.0,
            high=1000.0,
            choices=(0.0, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0),
            is_off_at_zero=True,
        ),
    ] = 0.0
    weight_average: Annotated[
        float,
        Setting(
            title="Weight averaging (EMA decay)",
            help="Share of the exponential moving average that stays in each step. The "
            "model gets the averaged weights.",
            group="Optimizer",
            low=0.0,
            high=0.9999,
            choices=(0.0, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995),
            is_off_at_zero=True,
        ),
    ] = 0.0
    augmentation: Annotated[
        Augmentation, Setting(title="Augmentation", is_compiled=False)
    ] = field(default_factory=Augmentation)
    validation_fraction: Annotated[
        float,
        Setting(
            title="Validation split",
            help="Share of the training images held out, stratified by class. The "
            "network is not trained on them: they show how good it is on new ones.",
            group="Validation",
            low=0.0,
            high=0.5,
            choices=range(0, 51, 5),
            is_percent=True,
            is_compiled=False,
            key="validation_percent",
        ),
    ] = 0.1
    patience: Annotated[
        int,
        Setting(
            title="Early stopping patience",
            help="Stops after this many epochs without improvement of the monitored "
            "metric, and uses the best epoch. 0 trains to the end and uses the last.",
            group="Validation",
            unit="epochs",
            low=0,
            high=MAX_EPOCHS,
            choices=range(31),
            is_off_at_zero=True,
            is_compiled=False,
            used_if=("validation_fraction", _is_some),
        ),
    ] = 0
    monitor: Annotated[
        Monitor,
        Setting(
            title="Monitored metric",
            help="Metric of the validation split that decides which epoch is best, for "
            "early stopping and for a run that you stop.",
            group="Validation",
            choices=get_args(Monitor),
            words={
                name: name.replace("val_", "validation ") for name in get_args(Monitor)
            },
            is_compiled=False,
            used_if=("validation_fraction", _is_some),
        ),
    ] = "val_loss"
    seed: Annotated[
        int,
        Setting(
            title="Seed",
            help="Determines initial weights, order of the images, dropout, "
            "augmentation and validation split: the same seed and settings give the "
            "same network.",
            group="Validation",
            low=0,
            high=2**31 - 1,
            choices=range(2**31),
            is_compiled=False,
        ),
    ] = 0

    def __post_init__(self) -> None:
        if self.weight_decay and self.optimizer == "adam":
            message = (
                f"Expected no weight decay with adam, got {self.weight_decay:g}. "
                "Use adamw."
            )
            raise ConfigError(message)
        if self.patience and not self.validation_fraction:
            message = (
                "Expected a validation split for early stopping, got none. Set one, or "
                "set the patience to 0."
            )
            raise ConfigError(message)

    def to_json(self) -> str:
        """Write as JSON text with a schema number."""
        record = dataclasses.asdict(self)
        if not self.emphasis and self.emphasis_factor == type(self).emphasis_factor:
            # Earlier versions read a recipe without any.
            del record["emphasis"], record["emphasis_factor"]
        network = stored.network_record(self.network)
        return stored.write(record | {"network": network})

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
        except (TypeError, KeyError, AttributeError, ValidationError) as error:
            raise stored.damaged(error) from error

    def flat(self) -> Mapping[str, str]:
        """List all values as text under dotted names, for tables and run stores."""
        record = dataclasses.asdict(self)
        del record["network"], record["emphasis_factor"]
        record["emphasis"] = self._emphasis_in_short()
        augmentation = record.pop("augmentation")
        network = stored.network_record(self.network)
        return {
            **{name: str(value) for name, value in record.items()},
            **{f"network.{name}": stored.in_short(v) for name, v in network.items()},
            **{f"augmentation.{name}": str(v) for name, v in augmentation.items()},
        }

    def _emphasis_in_short(self) -> str:
        """Say which images are emphasised and how much, in a few words."""
        setting = settings_of(type(self))["emphasis"]
        factor = f" x {self.emphasis_factor}" if self.emphasis else ""
        return f"{setting.text(self.emphasis)}{factor}"


def compiled_part(config: TrainingConfig) -> TrainingConfig:
    """Return what the compiled loop depends on: the rest has its default.

    What is left out is what says so itself. A setting that says nothing stays in, so
    that forgetting it costs a compilation, never a training with another value.
    """
    unseen = {
        name: default_of(TrainingConfig, name)
        for name, setting in settings_of(TrainingConfig).items()
        if not setting.is_compiled
    }
    return dataclasses.replace(config, **unseen)
