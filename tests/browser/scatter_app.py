"""An app of one figure: says what a lasso and a zoom in it leave."""

import numpy as np
import streamlit as st

from dashboard import assets, figure
from dashboard.charts import scatter
from dashboard.charts.theme import LIGHT

NUM_POINTS = 2000

if __name__ == "__main__":

    def select(selection: figure.Selection) -> None:
        st.session_state["said"] = f"{len(selection.indices)} selected, " + (
            f"from {min(selection.indices)} to {max(selection.indices)}"
            if selection.indices
            else "none"
        )

    def change(changed: figure.Change) -> None:
        st.session_state["said"] = f"changed {sorted(changed.values)}"

    st.title("Scatter")
    st.markdown(st.session_state.get("said", "Nothing yet"))
    across = np.arange(NUM_POINTS, dtype=np.float32)
    figure.show(
        scatter.class_scatter(
            np.stack([across, across % 100], axis=1),
            (across % 2).astype(np.uint8),
            classes=("even", "odd"),
            indices=10_000 + np.arange(NUM_POINTS),
            axis_titles=("x", "y"),
            palette=LIGHT,
        ),
        key="scatter",
        alt="Points",
        on_select=select,
        on_change=change,
    )
else:
    app = st.App(__file__, routes=assets.routes())
