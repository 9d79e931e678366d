"""Some of the images as they would be imported, each beside the picture it is from."""

from collections.abc import Sequence

import streamlit as st

from core.datasets.importing.source import Sample
from dashboard import words
from dashboard.charts import previews
from dashboard.charts.theme import Palette
from dashboard.imports import Recognised

PAIR_WIDTH = 114
GLYPH_WIDTH = 56


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
    st.image(
        [
            previews.pair(sample.picture, sample.glyph, palette=palette)
            for sample in samples
        ],
        caption=[words.literal(sample.class_name) for sample in samples],
        width=PAIR_WIDTH if samples[0].picture is not None else GLYPH_WIDTH,
        alt=[f"{sample.name}: {sample.class_name}" for sample in samples],
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
            glyphs = [each.glyph.T if is_turned else each.glyph for each in samples]
            st.image(
                [previews.pair(None, glyph, palette=palette) for glyph in glyphs],
                caption=[words.literal(each.class_name) for each in samples],
                width=GLYPH_WIDTH,
                alt=[f"{title}: {each.class_name}" for each in samples],
            )
