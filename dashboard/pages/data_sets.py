"""Which data sets are there, and how to get more."""

import streamlit as st

from core.datasets import catalog
from dashboard import state
from dashboard.widgets.common import page_frame, read_only
from dashboard.widgets.data_sets import (
    cards,
    get_emnist,
    handwriting,
    import_form,
    working,
)

page_frame.heading("Data sets", "Which data sets do I have?")

working.show()

here_tab, emnist_tab, import_tab, handwriting_tab = st.tabs(
    [state.HERE, state.GET_EMNIST, state.IMPORT, state.HANDWRITING],
    key=state.SECTION,
    bind="query-params",
)
with here_tab:
    if here_tab.open:
        if len(catalog.specs()) == 1 and not read_only.is_on():
            st.info(
                "MNIST comes with Inklab. Get EMNIST for letters, or import your own "
                "pictures, a CSV table or other files: see the tabs above.",
                icon=":material/info:",
            )
        cards.show()
with emnist_tab:
    if emnist_tab.open:
        get_emnist.show()
with import_tab:
    if import_tab.open:
        import_form.show()
with handwriting_tab:
    if handwriting_tab.open:
        handwriting.show()
