"""The settings of a training: a preset, and a control for each of them."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import streamlit as st

from core.config import TrainingConfig, presets
from core.errors import ConfigError
from dashboard import state, words
from dashboard.widgets import settings
from dashboard.widgets.common import page_frame
from dashboard.widgets.settings import SETTINGS, Values
from dashboard.widgets.train.recipe_state import (
    Chosen,
    choose_preset,
    key_of,
    original_values,
    set_back,
    take_up,
)

SEED: Final = "seed"
_OPTIMISATION: Final = (
    *("optimizer", "schedule", "weight_decay", "label_smoothing"),
    *("gradient_clip", "weight_average"),
)
_VALIDATION: Final = ("validation_percent", "patience", "monitor", SEED)


def recipe() -> TrainingConfig | None:
    """Show the settings and return what they say, or None if that cannot be."""
    chosen = take_up()
    preset = presets.preset(chosen.preset)
    st.pills(
        "Preset",
        [each.name for each in presets.PRESETS],
        default=preset.name,
        required=True,
        key=key_of(state.PRESET),
        on_change=choose_preset,
    )
    st.caption(f"{preset.summary} {words.claim(preset.claim)}")
    _controls(chosen, _basic(chosen.values))
    with st.expander("Advanced"):
        _advanced(chosen)
    _changes(chosen)
    try:
        return chosen.config
    except ConfigError as error:
        page_frame.show_error(str(error), title="This cannot be trained")
        return None


def _basic(values: Values) -> Iterator[str]:
    """Give what a newcomer sees."""
    yield "epochs"
    yield from _numbered("filters", values)
    yield "layers"
    yield from _numbered("units", values)
    yield from ("learning_rate", "batch_size")


def _advanced(chosen: Chosen) -> None:
    parts = {
        "Network": _network(chosen.values),
        "Optimizer": _OPTIMISATION,
        "Changed images": settings.AUGMENTATIONS,
        "Validation": _VALIDATION,
    }
    for tab, keys in zip(st.tabs(list(parts)), parts.values(), strict=True):
        with tab:
            _controls(chosen, keys)


def _network(values: Values) -> Iterator[str]:
    yield from ("kind", "blocks")
    yield from _numbered("kernel", values)
    yield from _numbered("convolutions", values)
    yield from ("padding", "activation", "dropout", "batch_norm")


def _numbered(name: str, values: Values) -> Iterator[str]:
    keys = (key for key in SETTINGS if key.rpartition("_")[0] == name)
    return (key for key in keys if settings.is_used(key, values))


def _controls(chosen: Chosen, keys: Iterable[str]) -> None:
    original = original_values(chosen.preset)
    with st.grid(2, min_column_width=130, gap="small"):
        for key in keys:
            value = chosen.values[key]
            _control(
                key,
                value,
                is_changed=value != original[key],
                is_used=settings.is_used(key, chosen.values),
            )


def _control(key: str, value: Any, *, is_changed: bool, is_used: bool) -> None:  # noqa: ANN401 - a value of any kind
    """Show what fits the choices; what the preset has otherwise is marked."""
    setting = SETTINGS[key]
    options: dict[str, Any] = {
        "label": f"**{setting.label}** :primary[\u25cf]"
        if is_changed
        else setting.label,
        "key": key_of(key),
        "help": setting.help or None,
        "disabled": not is_used,
    }
    choices = setting.choices
    if key == SEED:
        st.number_input(
            min_value=0, max_value=choices[-1], step=1, value=value, **options
        )
    elif settings.is_switch(key):
        st.toggle(value=value, **options)
    elif isinstance(choices, range):
        st.slider(
            min_value=choices[0],
            max_value=choices[-1],
            step=choices.step,
            value=value,
            **options,
        )
    elif isinstance(choices[0], str):
        st.selectbox(
            options=choices,
            index=choices.index(value),
            format_func=setting.text,
            **options,
        )
    else:
        st.select_slider(
            options=choices, value=value, format_func=setting.text, **options
        )


def _changes(chosen: Chosen) -> None:
    """Say what differs from the preset; one click sets it back."""
    differing = chosen.differing()
    if not differing:
        return
    original = original_values(chosen.preset)
    st.caption(f"Changed from {chosen.preset}; a click sets it back:")
    with st.container(horizontal=True, gap="xsmall"):
        for key in differing:
            text = SETTINGS[key].text
            st.button(
                f"{SETTINGS[key].label}: {text(chosen.values[key])}",
                icon=":material/undo:",
                type="tertiary",
                key=f"reset_{key}",
                help=f"Back to {text(original[key])}",
                on_click=set_back,
                args=({key: original[key]},),
            )
        if len(differing) > 1:
            st.button(
                "All",
                icon=":material/undo:",
                type="tertiary",
                key="reset_all",
                help=f"Back to {chosen.preset} as it is defined",
                on_click=set_back,
                args=(original,),
            )
