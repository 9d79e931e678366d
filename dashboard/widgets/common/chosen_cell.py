"""The chosen cell of a confusion matrix, with what lets go of it."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard import words
from dashboard.state import Cell


def chosen_cell(
    cell: Cell, classes: Sequence[str], *, on_click: Callable[[None], None]
) -> str:
    """Show which cell is chosen, as a button that clears it.

    Args:
        cell: The chosen cell.
        classes: Names of the classes.
        on_click: Chooses another cell, or none.

    Returns:
        What was shown, as Markdown: "4 predicted as 9".
    """
    title = words.literal(
        f"{classes[cell.true]} predicted as {classes[cell.predicted]}"
    )
    st.button(
        title,
        icon=":material/close:",
        icon_position="right",
        key="remove_cell",
        help="Clear the selection",
        on_click=on_click,
        args=(None,),
    )
    return title
