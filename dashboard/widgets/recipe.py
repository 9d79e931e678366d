"""The settings of a training: a preset, and sliders to change it."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final, get_args

import streamlit as st

from core import presets
from core.config import (
    Activation,
    CnnConfig,
    ConvBlock,
    MlpConfig,
    Schedule,
    TrainableNetwork,
    TrainingConfig,
    trainable,
)
from dashboard import words

UNITS: Final = (8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
FILTERS: Final = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128)
BATCH_SIZES: Final = (16, 32, 64, 128, 256, 512, 1024)
LEARNING_RATES: Final = (
    *(1e-4, 2e-4, 3e-4, 5e-4, 1e-3, 2e-3, 3e-3, 4e-3, 5e-3, 6e-3),
    *(8e-3, 1e-2, 2e-2, 3e-2, 5e-2, 1e-1),
)
MOST_LAYERS: Final = 4
MOST_BLOCKS: Final = 4
MOST_EPOCHS: Final = 50
ORDINALS: Final = ("First", "Second", "Third", "Fourth")
UNITS_OF_NEW_LAYER: Final = 64
PRESET: Final = "preset"
CHOICES: Final[Mapping[str, Sequence[object]]] = {
    "epochs": range(1, MOST_EPOCHS + 1),
    "layers": range(MOST_LAYERS + 1),
    **{f"units_{number}": UNITS for number in range(MOST_LAYERS)},
    **{f"filters_{number}": FILTERS for number in range(MOST_BLOCKS)},
    "dropout": tuple(step / 20 for step in range(17)),
    "learning_rate": LEARNING_RATES,
    "batch_size": BATCH_SIZES,
    "schedule": get_args(Schedule),
    "activation": get_args(Activation),
    "batch_norm": (True, False),
    "validation_percent": range(0, 51, 5),
    "seed": range(2**31),
}
"""What the address may set each control to."""


def recipe() -> TrainingConfig:
    """Show the settings and return what they say."""
    names = [preset.name for preset in presets.PRESETS]
    chosen = st.segmented_control(
        "Preset",
        names,
        default=presets.DEFAULT,
        required=True,
        key=PRESET,
        bind="query-params",
        on_change=_fill_in,
    )
    preset = presets.preset(chosen or presets.DEFAULT)
    _start_from(preset.config)
    st.caption(f"{preset.summary} {words.claim(preset.claim)}")
    with st.grid(2, min_column_width=130, gap="small"):
        epochs = _epochs()
        network = _network(trainable(preset.config.network))
        dropout = _dropout()
        learning_rate = _learning_rate()
        batch_size = _batch_size()
    with st.expander("Advanced"):
        base = dataclasses.replace(preset.config, network=network)
        advanced = _advanced(base)
    return dataclasses.replace(
        advanced,
        network=dataclasses.replace(trainable(advanced.network), dropout=dropout),
        epochs=epochs,
        learning_rate=learning_rate,
        batch_size=batch_size,
    )


def _epochs() -> int:
    return st.slider(
        "Epochs",
        1,
        MOST_EPOCHS,
        key="epochs",
        bind="query-params",
        help="Passes over all training images.",
    )


def _network(base: TrainableNetwork) -> TrainableNetwork:
    """Show a control for the size of each layer."""
    match base:
        case MlpConfig():
            return dataclasses.replace(base, hidden=_hidden())
        case CnnConfig():
            blocks = tuple(map(_block, range(len(base.blocks)), base.blocks))
            return dataclasses.replace(base, blocks=blocks, dense=_hidden())


def _block(number: int, block: ConvBlock) -> ConvBlock:
    filters = st.select_slider(
        f"{ORDINALS[number]} block, filters",
        FILTERS,
        key=f"filters_{number}",
        bind="query-params",
        help=f"Each looks for one pattern of {block.kernel} x {block.kernel} pixels.",
    )
    return dataclasses.replace(block, filters=filters)


def _hidden() -> tuple[int, ...]:
    layers = st.slider(
        "Hidden layers",
        0,
        MOST_LAYERS,
        key="layers",
        bind="query-params",
        help="Dense layers before the answer.",
    )
    return tuple(
        st.select_slider(
            f"{ORDINALS[number]} layer, units",
            UNITS,
            key=f"units_{number}",
            bind="query-params",
        )
        for number in range(layers)
    )


def _dropout() -> float:
    return st.slider(
        "Dropout",
        0.0,
        0.8,
        step=0.05,
        key="dropout",
        bind="query-params",
        help="Share of hidden units left out in each step, against overfitting.",
    )


def _learning_rate() -> float:
    return st.select_slider(
        "Learning rate",
        LEARNING_RATES,
        key="learning_rate",
        bind="query-params",
        format_func=lambda rate: f"{rate:g}",
        help="How far one step of the optimizer goes.",
    )


def _batch_size() -> int:
    return st.select_slider(
        "Batch size",
        BATCH_SIZES,
        key="batch_size",
        bind="query-params",
        help="Images per step of the optimizer.",
    )


def _advanced(base: TrainingConfig) -> TrainingConfig:
    schedule = st.segmented_control(
        "Learning rate over time",
        get_args(Schedule),
        required=True,
        key="schedule",
        bind="query-params",
        help="One-cycle rises to the rate, then falls to almost nothing.",
    )
    activation = st.segmented_control(
        "Activation",
        get_args(Activation),
        required=True,
        key="activation",
        bind="query-params",
    )
    batch_norm = st.toggle("Batch normalisation", key="batch_norm", bind="query-params")
    validation_percent = st.slider(
        "Held out for validation, % of the training images",
        0,
        50,
        step=5,
        key="validation_percent",
        bind="query-params",
        help="These images are not learned from; they show how it goes on new ones.",
    )
    seed = st.number_input(
        "Seed",
        min_value=0,
        max_value=2**31 - 1,
        step=1,
        key="seed",
        # Streamlit 1.67 raises if it is to read "inf" or "9e999" as a whole number.
        bind=None if _is_unreadable("seed") else "query-params",
        help="The same seed and settings give the same network.",
    )
    network = trainable(base.network)
    network = dataclasses.replace(
        network,
        activation=activation or network.activation,
        batch_norm=batch_norm,
    )
    return dataclasses.replace(
        base,
        network=network,
        schedule=schedule or base.schedule,
        validation_fraction=validation_percent / 100,
        seed=seed,
    )


def _fill_in() -> None:
    """Set all controls to what the preset that was just chosen says."""
    config = presets.preset(st.session_state[PRESET]).config
    for key, value in _values(config).items():
        st.session_state[key] = value


def _start_from(config: TrainingConfig) -> None:
    """Set each control that neither the viewer nor the address has set."""
    for key, value in _values(config).items():
        # Streamlit reads an impossible value in the address as the lowest one.
        if key in st.session_state:
            continue
        if key not in st.query_params or _is_unreadable(key):
            st.session_state[key] = value


def _is_unreadable(key: str) -> bool:
    """Tell whether the address asks for something that a control cannot be."""
    written, choices = st.query_params.get(key), CHOICES[key]
    if written is None:
        return False
    try:
        return type(choices[0])(written) not in choices  # type: ignore[call-arg]
    except ValueError:
        return True


def _values(config: TrainingConfig) -> dict[str, object]:
    network = trainable(config.network)
    match network:
        case MlpConfig(hidden=hidden):
            blocks: tuple[ConvBlock, ...] = ()
        case CnnConfig(blocks=blocks, dense=hidden):
            pass
    units = (*hidden, *[UNITS_OF_NEW_LAYER] * (MOST_LAYERS - len(hidden)))
    return {
        "epochs": config.epochs,
        "layers": len(hidden),
        **{f"units_{number}": size for number, size in enumerate(units)},
        **{f"filters_{number}": each.filters for number, each in enumerate(blocks)},
        "dropout": network.dropout,
        "learning_rate": config.learning_rate,
        "batch_size": config.batch_size,
        "schedule": config.schedule,
        "activation": network.activation,
        "batch_norm": network.batch_norm,
        "validation_percent": round(config.validation_fraction * 100),
        "seed": config.seed,
    }
