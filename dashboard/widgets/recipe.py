"""The settings of a training: a preset, and a control for each of them."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import streamlit as st

from core import presets
from core.config import TrainingConfig
from core.errors import ConfigError
from core.presets import Preset
from dashboard import state, words
from dashboard.widgets import filling, settings
from dashboard.widgets.settings import SETTINGS, Values

SEED: Final = "seed"
_OPTIMISATION: Final = (
    *("optimizer", "schedule", "weight_decay", "label_smoothing"),
    *("gradient_clip", "weight_average"),
)
_VALIDATION: Final = ("validation_percent", "patience", "monitor", SEED)


def recipe() -> TrainingConfig | None:
    """Show the settings and return what they say, or None if that cannot be."""
    names = [preset.name for preset in presets.PRESETS]
    chosen = st.pills(
        "Preset",
        names,
        default=presets.DEFAULT,
        required=True,
        key=state.PRESET,
        **state.LINKED,
        on_change=_fill_in,
    )
    preset = presets.preset(chosen or presets.DEFAULT)
    values = _values(preset)
    st.caption(f"{preset.summary} {words.claim(preset.claim)}")
    _controls(preset, values, _basic(values))
    with st.expander("Advanced"):
        _advanced(preset, values)
    _changes(preset, values)
    try:
        return settings.config_of(
            values, preset=preset.name, dataset=preset.config.dataset
        )
    except ConfigError as error:
        st.error(str(error), title="This cannot be trained", icon=":material/error:")
        return None


def as_sent() -> TrainingConfig:
    """Return what the settings say that the browser sent with a click.

    Raises:
        ConfigError: If they do not go together.
    """
    preset = presets.preset(st.session_state[state.PRESET] or presets.DEFAULT)
    return settings.config_of(
        _values(preset), preset=preset.name, dataset=preset.config.dataset
    )


def _values(preset: Preset) -> Values:
    _start_from(preset)
    filling.keep(preset=preset.name)
    return {key: st.session_state[key] for key in SETTINGS}


def _basic(values: Values) -> Iterator[str]:
    """Give what a newcomer sees."""
    yield "epochs"
    yield from _numbered("filters", values)
    yield "layers"
    yield from _numbered("units", values)
    yield from ("learning_rate", "batch_size")


def _advanced(preset: Preset, values: Values) -> None:
    parts = {
        "Network": _network(values),
        "Optimizer": _OPTIMISATION,
        "Changed images": settings.AUGMENTATIONS,
        "Validation": _VALIDATION,
    }
    for tab, keys in zip(st.tabs(list(parts)), parts.values(), strict=True):
        with tab:
            _controls(preset, values, keys)


def _network(values: Values) -> Iterator[str]:
    yield from ("kind", "blocks")
    yield from _numbered("kernel", values)
    yield from _numbered("convolutions", values)
    yield from ("padding", "activation", "dropout", "batch_norm")


def _numbered(name: str, values: Values) -> Iterator[str]:
    keys = (key for key in SETTINGS if key.rpartition("_")[0] == name)
    return (key for key in keys if settings.is_used(key, values))


def _controls(preset: Preset, values: Values, keys: Iterable[str]) -> None:
    original = settings.values_of(preset.config)
    with st.grid(2, min_column_width=130, gap="small"):
        for key in keys:
            _control(
                key,
                is_changed=values[key] != original[key],
                is_used=settings.is_used(key, values),
            )


def _control(key: str, *, is_changed: bool, is_used: bool) -> None:
    """Show what fits the choices; what the preset has otherwise is marked."""
    setting = SETTINGS[key]
    options: dict[str, Any] = {
        "label": f"**{setting.label}** :primary[\u25cf]"
        if is_changed
        else setting.label,
        "key": key,
        "help": setting.help or None,
        **state.LINKED,
        "disabled": not is_used,
    }
    choices = setting.choices
    if key == SEED:
        # Streamlit 1.67 raises if it is to read "inf" or "9e999" as a whole number.
        if _is_unreadable(key):
            del options["bind"]
        st.number_input(min_value=0, max_value=choices[-1], step=1, **options)
    elif settings.is_switch(key):
        st.toggle(**options)
    elif isinstance(choices, range):
        st.slider(
            min_value=choices[0], max_value=choices[-1], step=choices.step, **options
        )
    elif isinstance(choices[0], str):
        st.selectbox(options=choices, format_func=setting.text, **options)
    else:
        st.select_slider(options=choices, format_func=setting.text, **options)


def _changes(preset: Preset, values: Values) -> None:
    """Say what differs from the preset; one click sets it back."""
    original = settings.values_of(preset.config)
    changed = [
        key
        for key in SETTINGS
        if values[key] != original[key] and settings.is_used(key, values)
    ]
    if not changed:
        return
    st.caption(f"Changed from {preset.name}; a click sets it back:")
    with st.container(horizontal=True, gap="xsmall"):
        for key in changed:
            text = SETTINGS[key].text
            st.button(
                f"{SETTINGS[key].label}: {text(values[key])}",
                icon=":material/undo:",
                type="tertiary",
                key=f"reset_{key}",
                help=f"Back to {text(original[key])}",
                on_click=filling.fill_in,
                args=({key: original[key]},),
            )
        if len(changed) > 1:
            st.button(
                "All",
                icon=":material/undo:",
                type="tertiary",
                key="reset_all",
                help=f"Back to {preset.name} as it is defined",
                on_click=filling.fill_in,
                args=(original,),
            )


def _fill_in() -> None:
    """Set all controls to what the preset that was just chosen says."""
    filling.fill_in(
        settings.values_of(presets.preset(st.session_state[state.PRESET]).config)
    )


def _start_from(preset: Preset) -> None:
    """Set each control that the viewer has not: as the address says, or the preset."""
    for key, value in settings.values_of(preset.config).items():
        if key not in st.session_state:
            written = settings.read(key, st.query_params.get(key, ""))
            st.session_state[key] = value if written is None else written


def _is_unreadable(key: str) -> bool:
    """Tell whether the address asks for something that a control cannot be."""
    written = st.query_params.get(key)
    return written is not None and settings.read(key, written) is None
