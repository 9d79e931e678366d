"""Where the parts of the Draw page stand: on a phone the answer follows the canvas."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import services


@dataclass(frozen=True)
class Places:
    """Where on the page the parts stand.

    Attributes:
        canvas: The heading and the canvas.
        tools: The pen, and the way to open a picture.
        prediction: The answer.
    """

    canvas: DeltaGenerator
    tools: DeltaGenerator
    prediction: DeltaGenerator

    @classmethod
    def on_page(cls, widths: tuple[int, int] = (1, 1)) -> "Places":
        """Make the places in the order of reading.

        Args:
            widths: Of the canvas and the answer beside each other, in shares.
        """
        if services.is_phone():
            canvas, prediction, tools = (st.container() for _ in range(3))
            return cls(canvas, tools, prediction)
        left, prediction = st.columns(widths, gap="medium")
        return cls(left.container(), left.container(), prediction)
