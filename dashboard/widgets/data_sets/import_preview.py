"""Some of the images as they would be imported, each beside the picture it is from."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.datasets.importing.source import Sample
from dashboard import words
from dashboard.charts import previews
from dashboard.charts.theme import Palette
from dashboard.imports import Recognised

PAIR_WIDTH = 115
GLYPH_WIDTH = 58


def show(found: Recognised, *, palette: Palette) -> None:
    """Show the samples of a source with their classes."""
    st.subheader("Preview", anchor=False)
    if found.has_pictures:
        st.caption("Left the picture, right the image that it becomes.")
    if not found.samples:
        st.warning("None of the first images can be used.", icon=":material/rule:")
        return
    pairs(found.samples, palette=palette)


def pairs(samples: Sequence[Sample], *, palette: Palette) -> None:
    """Show pictures and their glyphs."""
    with st.container(horizontal=True, gap="small"):
        for sample in samples:
            st.image(
                previews.pair(sample.picture, sample.glyph, palette=palette),
                caption=words.literal(sample.class_name),
                width=GLYPH_WIDTH if sample.picture is None else PAIR_WIDTH,
                alt=f"{sample.name}: {sample.class_name}",
            )


def both_ways(samples: Sequence[Sample], *, palette: Palette) -> None:
    """Show some glyphs as they are, and with rows and columns exchanged."""
    as_now, turned = st.columns(2)
    for column, title, is_turned in (
        (as_now, "As now", False),
        (turned, "Rows and columns exchanged", True),
    ):
        with column:
            st.markdown(f"**{title}**")
            turned_if_asked = [
                replace(each, glyph=each.glyph.T) if is_turned else each
                for each in samples
            ]
            pairs(turned_if_asked, palette=palette)
