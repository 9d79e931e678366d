"""Links to Train with the recipe of a run or a trial, as it is."""

from collections.abc import Mapping

import streamlit as st

from core.config import TrainingConfig, recipe_address, settings_table
from core.datasets import catalog
from core.errors import DatasetError
from core.types import InkStyle
from dashboard import page_paths, state


def address_of(config: TrainingConfig) -> str:
    """Return what the parameter `recipe` has for a configuration.

    The data set has a parameter of its own; see `query_of`.
    """
    values = settings_table.values_of(config)
    return recipe_address.write(
        values, preset=config.preset, ink_style=_ink_style(config.dataset)
    )


def query_of(config: TrainingConfig) -> Mapping[str, str]:
    """Return the parameters of a link to Train with a configuration."""
    return {state.RECIPE: address_of(config), state.DATA_SET: config.dataset}


def open_in_train(config: TrainingConfig) -> None:
    """Link to Train with a configuration."""
    st.page_link(
        page_paths.TRAIN,
        label="Open in Train",
        icon=":material/tune:",
        query_params=query_of(config),
        help="Train with exactly this recipe in its controls, to change or repeat it.",
    )


def _ink_style(dataset: str) -> InkStyle:
    """Return the ink style that Train reads an address with."""
    try:
        return catalog.spec(dataset).ink_style
    except DatasetError:
        return catalog.specs()[0].ink_style
