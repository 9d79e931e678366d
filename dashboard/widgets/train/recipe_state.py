"""The recipe that a viewer has chosen, and its way into the address and back.

With each click a browser sends all controls as it has them, also those that were
set by the click before and that it has not drawn yet. So a control that is set by
anything but the viewer's hand gets another key: what a browser still says under the
old one is nobody's choice any more.

The address has the recipe in one parameter (see `core.config.recipe_address`). So a
step back in the browser takes back one change, and a link shows the same recipe again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core.config import (
    TrainingConfig,
    known_presets,
    presets,
    recipe_address,
    settings_table,
)
from core.config.controls import SETTINGS
from core.config.setting import Value
from core.config.settings_table import Values
from core.datasets import catalog
from core.datasets.spec import DatasetSpec
from core.insight import network_cost
from core.types import InkStyle
from dashboard import state
from dashboard.widgets.common import dataset_picker


@dataclass(frozen=True)
class Chosen:
    """What was chosen.

    Attributes:
        preset: Name of the preset that it started from, which may be gone.
        values: A value for each key of `SETTINGS`.
        dataset: Name of the data set to learn from.
        ink_style: Its ink style, which is known even when it was deleted meanwhile.
    """

    preset: str
    values: Values
    dataset: str
    ink_style: InkStyle

    @property
    def config(self) -> TrainingConfig:
        """The configuration that it stands for.

        Raises:
            ConfigError: If the settings do not go together.
        """
        config = settings_table.config_of(
            self.values, preset=self.preset, dataset=self.dataset
        )
        network_cost.check_fits(config)
        return config

    @property
    def origin(self) -> str:
        """Name of the preset from which differences are told."""
        known = known_presets.find(self.preset)
        return known.name if known else presets.DEFAULT

    def original(self) -> Values:
        """Return what each setting is in the preset, for this data set."""
        return recipe_address.original_values(self.preset, self.ink_style)

    def on(self, spec: DatasetSpec) -> "Chosen":
        """Return the recipe for another data set.

        What is as the preset has it follows the data set, what was set stays.
        """
        before = self.original()
        after = recipe_address.original_values(self.preset, spec.ink_style)
        values = {
            key: after[key] if value == before[key] else value
            for key, value in self.values.items()
        }
        return Chosen(self.preset, values, spec.name, spec.ink_style)

    def differing(self) -> tuple[str, ...]:
        """List the settings in use that are not as the preset has them."""
        return recipe_address.differing(self.values, self.original())


def key_of(name: str) -> str:
    """Return the key of the control of a setting, or of the presets."""
    number = _rounds().get(name, 0)
    return f"{name}_{number}" if number else name


def as_sent() -> Chosen:
    """Return what the controls say, as the browser sent them last."""
    kept: Chosen = st.session_state[state.RECIPE]
    return replace(
        kept,
        values={
            name: st.session_state.get(key_of(name), value)
            for name, value in kept.values.items()
        },
    )


def current() -> Chosen:
    """Return what to show: what the address says if that is new, or the controls.

    If the controls say something new, the address follows.
    """
    written = state.text(state.RECIPE)
    # One of the two may have been made anew by what was clicked, never both.
    shown = (key_of(state.PRESET), key_of("epochs"))
    has_come = not any(key in st.session_state for key in shown)
    _begin(written)
    _follow_dataset()
    if has_come and written is None:
        # Who comes back to this page finds it as it was left.
        st.session_state[state.WITHOUT_ADDRESS] = st.session_state[state.RECIPE]
        st.session_state[state.SAID] = _describe(_preset(presets.DEFAULT))
    elif has_come or written != st.session_state[state.SEEN_ADDRESS]:
        _adopt(_read(written))
        st.session_state[state.SAID] = _describe(as_sent())
    chosen = st.session_state[state.RECIPE] = as_sent()
    said = _describe(chosen)
    if said != st.session_state[state.SAID]:
        is_default = said == _describe(_preset(presets.DEFAULT))
        state.remember(state.RECIPE, None if is_default else said)
        if is_default:
            st.session_state[state.WITHOUT_ADDRESS] = chosen
    st.session_state[state.SAID] = said
    st.session_state[state.SEEN_ADDRESS] = state.text(state.RECIPE)
    return chosen


def _begin(written: str | None) -> None:
    """Have a recipe, if this session has none yet."""
    if state.RECIPE in st.session_state:
        return
    first = _preset(presets.DEFAULT) if written is None else _read(written)
    st.session_state[state.RECIPE] = first
    st.session_state[state.WITHOUT_ADDRESS] = _preset(presets.DEFAULT)


def _follow_dataset() -> None:
    """Take the recipe over to the data set that is chosen now."""
    spec = dataset_picker.chosen_spec()
    kept: Chosen = st.session_state[state.RECIPE]
    if (kept.dataset, kept.ink_style) == (spec.name, spec.ink_style):
        return
    without: Chosen = st.session_state[state.WITHOUT_ADDRESS]
    st.session_state[state.WITHOUT_ADDRESS] = without.on(spec)
    _adopt(as_sent().on(spec))
    st.session_state[state.SAID] = _describe(as_sent())


def offered(key: str, value: Value, *, original: Value) -> Sequence[Value]:
    """Return what the control of a setting offers: its choices, and what was there.

    What a link or a run has may lie between them. It stays on offer, or a slider would
    become another one in the hand of the viewer.

    Args:
        key: Of the setting.
        value: What it is now.
        original: What it is in the preset.
    """
    kept: Chosen = st.session_state[state.RECIPE]
    adopted: Chosen = st.session_state.get(state.ADOPTED, kept)
    return SETTINGS[key].choices_with(value, original, adopted.values[key])


def choose_preset() -> None:
    """Set all controls to what the preset that was just clicked says."""
    clicked = st.session_state[key_of(state.PRESET)]
    st.session_state[state.RECIPE] = replace(as_sent(), preset=clicked)
    _adopt(_preset(clicked))


def name_preset(name: str) -> None:
    """Say that the recipe, as it is, starts from a preset."""
    _adopt(replace(as_sent(), preset=name))


def set_back(values: Values) -> None:
    """Set some settings."""
    now = as_sent()
    _adopt(replace(now, values={**now.values, **values}))


def adopt(config: TrainingConfig) -> None:
    """Set all controls to what a configuration says.

    Its data set is chosen too, for all pages, if there is one of its name.
    """
    # A study may be used again before the form was ever shown.
    _begin(state.text(state.RECIPE))
    chosen = _from(config)
    if chosen.dataset != dataset_picker.chosen_spec().name:
        dataset_picker.choose(chosen.dataset)
    _adopt(chosen)


def _from(config: TrainingConfig) -> Chosen:
    known = {spec.name: spec for spec in catalog.specs()}
    spec = known.get(config.dataset) or dataset_picker.chosen_spec()
    values = settings_table.values_of(config)
    return Chosen(config.preset, values, spec.name, spec.ink_style)


def _adopt(chosen: Chosen) -> None:
    """Take over a recipe; a control that may show something else is made anew."""
    rounds = dict(_rounds())
    # A browser may not have drawn yet what was set before, or not have told it yet.
    shown = [_all_of(st.session_state[state.RECIPE]), _all_of(as_sent())]
    for name, value in _all_of(chosen).items():
        if any(each[name] != value for each in shown):
            rounds[name] = rounds.get(name, 0) + 1
    st.session_state[state.ROUNDS] = rounds
    st.session_state[state.RECIPE] = st.session_state[state.ADOPTED] = chosen


def _all_of(chosen: Chosen) -> dict[str, Any]:
    return {state.PRESET: chosen.preset, **chosen.values}


def _rounds() -> dict[str, int]:
    """Count how often each control was made anew."""
    rounds: dict[str, int] = st.session_state.get(state.ROUNDS, {})
    return rounds


def _preset(name: str) -> Chosen:
    spec = dataset_picker.chosen_spec()
    values = recipe_address.original_values(name, spec.ink_style)
    return Chosen(name, values, spec.name, spec.ink_style)


def _describe(chosen: Chosen) -> str:
    """Write a recipe as the address has it."""
    return recipe_address.write(
        chosen.values, preset=chosen.preset, ink_style=chosen.ink_style
    )


def _read(written: str | None) -> Chosen:
    """Read what the address says; what cannot be is as in the preset."""
    if written is None:
        chosen: Chosen = st.session_state[state.WITHOUT_ADDRESS]
        return chosen
    spec = dataset_picker.chosen_spec()
    preset, values = recipe_address.read(written, spec.ink_style)
    return Chosen(preset, values, spec.name, spec.ink_style)
