"""From a data set to the pages where it is used."""

import streamlit as st

from core.datasets.spec import DatasetSpec
from dashboard import page_paths, state


def show(spec: DatasetSpec, *, is_main: bool = False) -> None:
    """Link to Explore and Train with a data set chosen.

    Args:
        spec: The data set.
        is_main: Whether that is the next step, and not one of several.
    """
    chosen = {state.DATA_SET: spec.name}
    with st.container(horizontal=True):
        st.page_link(
            page_paths.EXPLORE,
            label="Explore it" if is_main else "Explore",
            icon=":material/grid_view:",
            query_params=chosen,
        )
        st.page_link(
            page_paths.TRAIN,
            label="Train on it",
            icon=":material/model_training:",
            query_params=chosen,
        )


def to_handwriting() -> None:
    """Link to the drawings of which a data set is made."""
    st.page_link(
        page_paths.DATA_SETS,
        label="Change the drawings",
        icon=":material/draw:",
        query_params={state.SECTION: state.HANDWRITING},
    )
