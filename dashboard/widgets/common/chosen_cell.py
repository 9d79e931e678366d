"""The chosen cell, row or column of a confusion matrix, with what lets go of it."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard import words
from dashboard.state import Cell


def chosen_cell(
    cell: Cell, classes: Sequence[str], *, on_click: Callable[[None], None]
) -> str:
    """Show which cell is chosen, as a button that clears it.

    Args:
        cell: The chosen cell, row or column.
        classes: Names of the classes.
        on_click: Chooses another cell, or none.

    Returns:
        What was shown, as Markdown: "4 predicted as 9", "True class 4".
    """
    title = words.literal(name_of(cell, classes))
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


def name_of(cell: Cell, names: Sequence[str]) -> str:
    """Say in words what a cell, a row or a column of a matrix is.

    Args:
        cell: The cell.
        names: Of rows and columns.
    """
    if cell.true is None:
        return (
            "Any class"
            if cell.predicted is None
            else (f"Predicted class {names[cell.predicted]}")
        )
    if cell.predicted is None:
        return f"True class {names[cell.true]}"
    return f"{names[cell.true]} predicted as {names[cell.predicted]}"
