"""Every setting of a training as one flat value, with what it may be and its words.

A page shows a control for each; `values_of` and `config_of` go to and from the
configuration, so that what is shown is what is trained.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from core.config import (
    Activation,
    Augmentation,
    CnnConfig,
    ConvBlock,
    MlpConfig,
    Monitor,
    Network,
    OptimizerName,
    Padding,
    Schedule,
    TrainingConfig,
)
from core.errors import ConfigError

Values = Mapping[str, Any]

DENSE: Final = "dense"
CONVOLUTIONAL: Final = "convolutional"
MOST_LAYERS: Final = 6
MOST_BLOCKS: Final = 4
MOST_EPOCHS: Final = 100
UNITS: Final = (*(8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048),)
FILTERS: Final = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
ORDINALS: Final = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")
UNITS_OF_NEW_LAYER: Final = 64
NEW_BLOCK: Final = ConvBlock(filters=64)
AUGMENTATIONS: Final = tuple(each.name for each in dataclasses.fields(Augmentation))
_SHARES: Final = tuple(step / 20 for step in range(17))
_TENTHS: Final = tuple(step / 10 for step in range(11))


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _or_off(unit: str = "") -> Callable[[object], str]:
    return lambda value: f"{_plain(value)}{unit}" if value else "off"


def _yes_or_no(value: object) -> str:
    return "on" if value else "off"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One thing that can be chosen.

    Attributes:
        label: What it is called.
        choices: All that it may be; a range of numbers is chosen with a slider.
        help: What it does, in a sentence.
        text: Writes a value.
    """

    label: str
    choices: Sequence[Any]
    help: str = ""
    text: Callable[[Any], str] = _plain


def _numbered() -> dict[str, Setting]:
    """List the settings of each layer and of each block."""
    layers = {
        f"units_{number}": Setting(
            label=f"{ordinal} layer, units", choices=UNITS, help="Its neurons."
        )
        for number, ordinal in enumerate(ORDINALS)
    }
    blocks: dict[str, Setting] = {}
    for number, ordinal in enumerate(ORDINALS[:MOST_BLOCKS]):
        blocks |= {
            f"filters_{number}": Setting(
                label=f"{ordinal} block, filters",
                choices=FILTERS,
                help="Each looks for one small pattern everywhere in the image.",
            ),
            f"kernel_{number}": Setting(
                label=f"{ordinal} block, filter side",
                choices=range(1, 12),
                help="Pixels each way that a filter sees.",
                text=lambda side: f"{side} px",
            ),
            f"convolutions_{number}": Setting(
                label=f"{ordinal} block, convolutions",
                choices=range(1, 4),
                help="How many follow each other before the image is halved.",
            ),
        }
    return layers | blocks


SETTINGS: Final[Mapping[str, Setting]] = {
    "epochs": Setting(
        label="Epochs",
        choices=range(1, MOST_EPOCHS + 1),
        help="Passes over all training images.",
    ),
    "blocks": Setting(
        label="Blocks of convolutions",
        choices=range(1, MOST_BLOCKS + 1),
        help="After each block the image is halved.",
    ),
    "layers": Setting(
        label="Hidden layers",
        choices=range(MOST_LAYERS + 1),
        help="Dense layers before the answer.",
    ),
    **_numbered(),
    "learning_rate": Setting(
        label="Learning rate",
        choices=(
            *(1e-6, 1e-5, 1e-4, 2e-4, 3e-4, 5e-4, 1e-3, 2e-3, 3e-3, 4e-3, 5e-3),
            *(6e-3, 8e-3, 1e-2, 2e-2, 3e-2, 5e-2, 1e-1, 2e-1, 5e-1, 1.0),
        ),
        help="How far one step of the optimizer goes.",
    ),
    "batch_size": Setting(
        label="Batch size",
        choices=(8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096),
        help="Images per step of the optimizer.",
    ),
    "kind": Setting(
        label="Kind of network",
        choices=(DENSE, CONVOLUTIONAL),
        help="Convolutions look for the same patterns everywhere in the image.",
    ),
    "activation": Setting(
        label="Activation",
        choices=get_args(Activation),
        help="What makes a layer more than a weighted sum.",
    ),
    "padding": Setting(
        label="Edge of the image in a convolution",
        choices=get_args(Padding),
        help="Same keeps the size of the image; valid loses the edge.",
    ),
    "dropout": Setting(
        label="Dropout",
        choices=_SHARES,
        help="Share of hidden units left out in each step, against overfitting.",
        text=_or_off(),
    ),
    "batch_norm": Setting(
        label="Batch norm",
        choices=(False, True),
        help="Keeps what goes into each layer at the same scale.",
        text=_yes_or_no,
    ),
    "optimizer": Setting(
        label="Optimizer",
        choices=get_args(OptimizerName),
        help="How a step follows from the gradients. Weight decay needs another than "
        "adam, for example adamw.",
    ),
    "schedule": Setting(
        label="Learning rate over time",
        choices=get_args(Schedule),
        help="One-cycle rises to the rate, then falls to almost nothing; cosine rises "
        "sooner; step falls to a tenth twice.",
    ),
    "weight_decay": Setting(
        label="Weight decay",
        choices=(0.0, 1e-4, 1e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
        help="Pulls all weights towards 0, against overfitting; not with adam.",
        text=_or_off(),
    ),
    "label_smoothing": Setting(
        label="Label smoothing",
        choices=(0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3),
        help="Certainty that is given to all classes alike, against overconfidence.",
        text=_or_off(),
    ),
    "gradient_clip": Setting(
        label="Longest gradient",
        choices=(0.0, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0),
        help="Longer ones are shortened, so that no step goes astray.",
        text=_or_off(),
    ),
    "weight_average": Setting(
        label="Average of the weights",
        choices=(0.0, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995),
        help="How much of the running average stays in a step; the average is the "
        "result.",
        text=_or_off(),
    ),
    "rotation": Setting(
        label="Turn",
        choices=(0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0, 45.0),
        help="Most degrees, in either direction.",
        text=_or_off("\u00b0"),
    ),
    "shift": Setting(
        label="Move",
        choices=(0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 8.0),
        help="Most pixels, each way.",
        text=_or_off(" px"),
    ),
    "zoom": Setting(
        label="Grow or shrink",
        choices=(0.0, 0.04, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3, 0.5),
        help="Largest share, for width and height each.",
        text=_or_off(),
    ),
    "shear": Setting(
        label="Slant",
        choices=(0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0, 45.0),
        help="Most degrees by which upright strokes lean.",
        text=_or_off("\u00b0"),
    ),
    "elastic": Setting(
        label="Bend",
        choices=(0.0, 0.3, 0.5, 0.7, 0.8, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0),
        help="How far parts move against each other, in pixels.",
        text=_or_off(" px"),
    ),
    "thickness": Setting(
        label="Thicken or thin",
        choices=_TENTHS,
        help="Share of the way to strokes one pixel thicker or thinner.",
        text=_or_off(),
    ),
    "noise": Setting(
        label="Noise",
        choices=(0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5),
        help="Its standard deviation, as a share of full ink.",
        text=_or_off(),
    ),
    "erasing": Setting(
        label="Wipe out",
        choices=(0.0, 0.1, 0.2, 0.3, 0.4, 0.5),
        help="Side of the largest square that is wiped out, as a share of the image.",
        text=_or_off(),
    ),
    "validation_percent": Setting(
        label="Held out for validation, % of the training images",
        choices=range(0, 51, 5),
        help="These images are not learned from; they show how it goes on new ones.",
    ),
    "patience": Setting(
        label="Patience, epochs",
        choices=range(31),
        help="End after so many epochs without a better score, and keep the best "
        "epoch. 0 trains to the end and keeps the last.",
    ),
    "monitor": Setting(
        label="Score that decides which epoch is best",
        choices=get_args(Monitor),
        help="Of the images held out. Patience goes by it, and a run that is stopped "
        "keeps the weights of its best epoch.",
        text=lambda name: str(name).replace("val_", "validation "),
    ),
    "seed": Setting(
        label="Seed",
        choices=range(2**31),
        help="The same seed and settings give the same network.",
    ),
}
"""What the Train page can set, each under its key."""

_SAME_NAME: Final = (
    *("epochs", "learning_rate", "batch_size", "optimizer", "schedule"),
    *("weight_decay", "label_smoothing", "gradient_clip", "weight_average"),
    *("patience", "monitor", "seed"),
)


def write(value: object) -> str:
    """Write a value as an address has it."""
    return str(value).lower() if isinstance(value, bool) else _plain(value)


def read(key: str, written: str) -> Any | None:  # noqa: ANN401 - a value of any kind
    """Read a value as an address has it; None if the setting cannot be that."""
    choices = SETTINGS[key].choices
    if isinstance(choices, range):
        # Python refuses to read a number of thousands of digits.
        if len(written) > len(str(choices[-1])) or not written.isdecimal():
            return None
        return int(written) if int(written) in choices else None
    return {write(choice): choice for choice in choices}.get(written)


def is_switch(key: str) -> bool:
    """Tell whether a setting is either on or off."""
    return set(map(type, SETTINGS[key].choices[:2])) == {bool}


def has_controls(config: TrainingConfig) -> bool:
    """Tell whether the page has controls for this kind of network."""
    return isinstance(config.network, MlpConfig | CnnConfig)


def values_of(config: TrainingConfig) -> dict[str, Any]:
    """Say what each setting is in a configuration; what it lacks has a default.

    Raises:
        ConfigError: If there are no controls for its kind of network.
    """
    network = config.network
    match network:
        case CnnConfig(blocks=blocks, dense=hidden, padding=padding):
            kind = CONVOLUTIONAL
        case MlpConfig(hidden=hidden):
            kind, blocks, padding = DENSE, CnnConfig().blocks, CnnConfig().padding
        case _:
            message = f"Expected a network with controls, got {network}."
            raise ConfigError(message)
    units = (*hidden, *[UNITS_OF_NEW_LAYER] * (MOST_LAYERS - len(hidden)))
    all_blocks = (*blocks, *[NEW_BLOCK] * (MOST_BLOCKS - len(blocks)))
    return {
        **{name: getattr(config, name) for name in _SAME_NAME},
        **dataclasses.asdict(config.augmentation),
        "kind": kind,
        "blocks": len(blocks),
        "layers": len(hidden),
        **{f"units_{number}": size for number, size in enumerate(units)},
        **{
            f"{name}_{number}": value
            for number, block in enumerate(all_blocks)
            for name, value in dataclasses.asdict(block).items()
        },
        "padding": padding,
        "activation": network.activation,
        "dropout": network.dropout,
        "batch_norm": network.batch_norm,
        "validation_percent": round(config.validation_fraction * 100),
    }


def config_of(values: Values, *, preset: str, dataset: str) -> TrainingConfig:
    """Make the configuration that the settings say.

    Args:
        values: A value for each key of `SETTINGS`.
        preset: The preset that they started from.
        dataset: Name of the data set.

    Raises:
        ConfigError: If they do not go together, for example when the
            convolutions leave nothing of the image.
    """
    same = {name: values[name] for name in _SAME_NAME}
    if same["optimizer"] == "adam":
        same["weight_decay"] = 0.0
    if not values["validation_percent"]:
        same |= {"patience": 0, "monitor": TrainingConfig.monitor}
    return TrainingConfig(
        preset=preset,
        dataset=dataset,
        network=_network_of(values),
        augmentation=Augmentation(**{name: values[name] for name in AUGMENTATIONS}),
        validation_fraction=values["validation_percent"] / 100,
        **same,
    )


def is_used(key: str, values: Values) -> bool:
    """Tell whether a setting has an effect, given what the others are."""
    name, _, number = key.rpartition("_")
    is_convolutional = values["kind"] == CONVOLUTIONAL
    if name == "units":
        return int(number) < int(values["layers"])
    if name in {"filters", "kernel", "convolutions"}:
        return is_convolutional and int(number) < int(values["blocks"])
    needed = {
        "blocks": is_convolutional,
        "padding": is_convolutional,
        "weight_decay": values["optimizer"] != "adam",
        "patience": values["validation_percent"] > 0,
        "monitor": values["validation_percent"] > 0,
    }
    return bool(needed.get(key, True))


def _network_of(values: Values) -> Network:
    units = tuple(values[f"units_{number}"] for number in range(values["layers"]))
    common = {name: values[name] for name in ("activation", "dropout", "batch_norm")}
    if values["kind"] == DENSE:
        return MlpConfig(hidden=units, **common)
    names = [field.name for field in dataclasses.fields(ConvBlock)]
    blocks = tuple(
        ConvBlock(**{name: values[f"{name}_{number}"] for name in names})
        for number in range(values["blocks"])
    )
    return CnnConfig(blocks=blocks, dense=units, padding=values["padding"], **common)
