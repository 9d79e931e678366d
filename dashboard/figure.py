"""Put a figure on a page, in our own look and without Plotly's toolbar."""

from collections.abc import Callable, Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

Points = Sequence[Mapping[str, object]]


def show(figure: go.Figure, *, key: str, alt: str) -> None:
    """Show a figure.

    Args:
        figure: Made by `dashboard.charts`.
        key: Its name on the page.
        alt: What it shows, for those who cannot see it.
    """
    st.plotly_chart(
        figure, key=key, theme=None, config={"displayModeBar": False}, alt=alt
    )


def show_changing(
    option: Mapping[str, object], *, height: int, key: str, alt: str
) -> None:
    """Show a chart that is drawn anew many times, in place and without flicker.

    Args:
        option: Made by `dashboard.charts.curves`.
        height: In pixels.
        key: Its name on the page.
        alt: What it shows, for those who cannot see it.
    """
    st.echarts_chart(dict(option), height=height, key=key, theme=None, alt=alt)


def clickable(
    figure: go.Figure, *, key: str, alt: str, on_click: Callable[[Points], None]
) -> None:
    """Show a figure in which a click chooses something.

    Args:
        figure: Made by `dashboard.charts`, with markers to hit.
        key: Its name on the page.
        alt: What it shows, for those who cannot see it.
        on_click: Called with the points that were hit; none of them means that
            nothing new was chosen.
    """
    st.plotly_chart(
        figure,
        key=key,
        # The figure that a click changes is a new element to Streamlit, with no
        # selection any more, so the click must be read before the page runs.
        on_select=lambda: on_click(st.session_state[key].selection.points),
        selection_mode="points",
        theme=None,
        config={"displayModeBar": False},
        alt=alt,
    )
