"""Choose the data set that pages show, the same way on each of them."""

from typing import Final

import streamlit as st

from core.datasets import catalog
from core.datasets.arrays import Dataset
from core.datasets.spec import DatasetSpec
from dashboard import page_paths, services, state, words
from dashboard.widgets.common import read_only

_PICKER: Final = "dataset_picker"


def pick() -> Dataset:
    """Let the viewer choose a data set, and open it.

    Raises:
        DatasetError: If it cannot be opened.
    """
    return services.dataset(pick_spec().name)


def pick_spec() -> DatasetSpec:
    """Let the viewer choose a data set."""
    specs = {spec.name: spec for spec in catalog.specs()}
    wanted = state.dataset_name()
    if wanted is not None and wanted not in specs:
        st.warning(
            f"There is no data set {words.literal(wanted)} here. Shown is "
            f"{words.literal(next(iter(specs.values())).title)}.",
            icon=":material/warning:",
        )
        wanted = None
    default = next(iter(specs))
    chosen = wanted or default
    st.session_state[_PICKER] = chosen
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Data set",
            list(specs),
            format_func=lambda name: _title(specs[name]),
            key=_PICKER,
            on_change=_choose,
            args=(default,),
            width=340,
        )
        st.page_link(
            page_paths.DATA_SETS,
            label=(
                "All data sets"
                if read_only.is_on()
                else "Get EMNIST or import your own"
            ),
            icon=":material/database:",
        )
    state.keep_dataset(chosen, default=default)
    return specs[chosen]


def chosen_spec() -> DatasetSpec:
    """Return the data set that was chosen last; the first one if none was."""
    specs = {spec.name: spec for spec in catalog.specs()}
    return specs.get(state.dataset_name() or "") or next(iter(specs.values()))


def choose(name: str) -> None:
    """Choose a data set that there is, for all pages."""
    default = next(iter(catalog.specs())).name
    state.choose_dataset(name, default=default)


def _title(spec: DatasetSpec) -> str:
    return f"{spec.title}, {spec.num_train + spec.num_test:,} images"


def _choose(default: str) -> None:
    state.choose_dataset(st.session_state[_PICKER], default=default)
