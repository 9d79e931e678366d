"""Choose the data set that pages show, the same way on each of them."""

import streamlit as st

from core.datasets import catalog
from core.datasets.arrays import Dataset
from core.datasets.spec import DatasetSpec
from dashboard import page_paths, services, state, words


def pick() -> Dataset:
    """Let the viewer choose a data set, and open it.

    Raises:
        DatasetError: If it cannot be opened.
    """
    return services.dataset(pick_spec().name)


def pick_spec() -> DatasetSpec:
    """Let the viewer choose a data set."""
    specs = {spec.name: spec for spec in catalog.specs()}
    asked = st.query_params.get(state.DATA_SET)
    if asked is not None and asked not in specs:
        st.warning(
            f"There is no data set {words.literal(asked)} here. Shown is "
            f"{words.literal(next(iter(specs.values())).title)}.",
            icon=":material/warning:",
        )
        state.remember(state.DATA_SET, None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Data set",
            list(specs),
            format_func=lambda name: _title(specs[name]),
            key=state.DATA_SET,
            **state.LINKED,
            on_change=_start_over,
            width=340,
        )
        st.page_link(
            page_paths.DATA_SETS,
            label="Get EMNIST or import your own",
            icon=":material/database:",
        )
    return specs[chosen]


def _title(spec: DatasetSpec) -> str:
    return f"{spec.title}, {spec.num_train + spec.num_test:,} images"


def _start_over() -> None:
    """Drop what was chosen in another data set."""
    state.choose_image(None)
    state.choose_points(())
    st.session_state[state.PAGE] = 1
