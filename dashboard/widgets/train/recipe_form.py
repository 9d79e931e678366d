"""The settings of a training: a preset, and a control for each of them."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import streamlit as st

from core.config import TrainingConfig, settings_table
from core.config.controls import SETTINGS
from core.config.setting import Group
from core.errors import ConfigError
from dashboard import words
from dashboard.widgets.common import page_frame
from dashboard.widgets.train import preset_choice
from dashboard.widgets.train.recipe_state import (
    Chosen,
    current,
    key_of,
    offered,
    set_back,
)

TABS: Final[Sequence[Group]] = ("Network", "Optimizer", "Augmentation", "Validation")
MAX_ON_A_SLIDER: Final = 1000


def recipe() -> TrainingConfig | None:
    """Show the settings and return what they say, or None if that cannot be."""
    chosen = current()
    preset_choice.pick(chosen)
    _controls(chosen, "Basic")
    with st.expander("Advanced"):
        _advanced(chosen)
    _changes(chosen)
    return _config(chosen)


def start_of_space() -> TrainingConfig | None:
    """Show the presets, and return the recipe of which a study varies some settings."""
    chosen = current()
    preset_choice.pick(chosen)
    _changes(chosen)
    return _config(chosen)


def fixed_settings(varied: Collection[str]) -> None:
    """Show a control for each setting that a study does not vary.

    Args:
        varied: The keys of those that it does.
    """
    chosen = current()
    groups: Sequence[Group] = ("Basic", *TABS)
    for tab, group in zip(st.tabs(groups), groups, strict=True):
        with tab:
            _controls(chosen, group, without=varied)


def _config(chosen: Chosen) -> TrainingConfig | None:
    try:
        return chosen.config
    except ConfigError as error:
        page_frame.show_error(str(error), title="These settings do not work together")
        return None


def _advanced(chosen: Chosen) -> None:
    for tab, group in zip(st.tabs(TABS), TABS, strict=True):
        with tab:
            _controls(chosen, group)


def _shown(chosen: Chosen, group: Group) -> Iterator[str]:
    """List what there is to set; what a layer or block lacks is not there."""
    for key, control in SETTINGS.items():
        if control.group != group:
            continue
        is_there = settings_table.is_of_network(key, chosen.values)
        if is_there and (control.counted_by is None or _is_used(key, chosen)):
            yield key


def _is_used(key: str, chosen: Chosen) -> bool:
    return settings_table.is_used(key, chosen.values)


def _controls(chosen: Chosen, group: Group, without: Collection[str] = ()) -> None:
    original = chosen.original()
    with st.grid(2, min_column_width=130, gap="small"):
        for key in _shown(chosen, group):
            if key in without:
                continue
            value = chosen.values[key]
            _control(
                key,
                value,
                original=original[key],
                is_used=_is_used(key, chosen),
            )


def _control(key: str, value: Any, *, original: Any, is_used: bool) -> None:  # noqa: ANN401 - values of any kind
    """Show what fits the choices; what the preset has otherwise is marked."""
    control = SETTINGS[key]
    options: dict[str, Any] = {
        "label": f"**{control.title}** :primary[\u25cf]"
        if value != original
        else control.title,
        "key": key_of(key),
        "help": control.setting.help,
        "disabled": not is_used,
    }
    choices = offered(key, value, original=original)
    if control.is_switch:
        st.toggle(value=value, **options)
    elif isinstance(choices, range) and len(choices) > MAX_ON_A_SLIDER:
        st.number_input(
            min_value=choices[0], max_value=choices[-1], step=1, value=value, **options
        )
    elif isinstance(choices, range):
        st.slider(
            min_value=choices[0],
            max_value=choices[-1],
            step=choices.step,
            value=value,
            format=control.number_format,
            **options,
        )
    elif isinstance(choices[0], str):
        st.selectbox(
            options=choices,
            index=choices.index(value),
            format_func=control.text,
            **options,
        )
    else:
        st.select_slider(
            options=choices, value=value, format_func=control.text, **options
        )


def _changes(chosen: Chosen) -> None:
    """Say what differs from the preset; one click sets it back."""
    differing = chosen.differing()
    if not differing:
        return
    original = chosen.original()
    origin = words.literal(chosen.origin)
    st.caption(f"Changed from {origin}. Click to reset:")
    with st.container(horizontal=True, gap="xsmall"):
        for key in differing:
            text = SETTINGS[key].text
            st.button(
                f"{SETTINGS[key].title}: {text(chosen.values[key])}",
                icon=":material/undo:",
                type="tertiary",
                key=f"reset_{key}",
                help=f"Reset to {text(original[key])}",
                on_click=set_back,
                args=({key: original[key]},),
            )
        if len(differing) > 1:
            st.button(
                "Reset all",
                icon=":material/undo:",
                type="tertiary",
                key="reset_all",
                help=f"Reset all settings to {origin}",
                on_click=set_back,
                args=(original,),
            )
