"""What small shifts, rotations and strokes do to the answer."""

from typing import Final

import numpy as np
import streamlit as st

from core.evaluation.variants import variants_of
from core.proportion import percent
from dashboard import figure, services, words
from dashboard.charts.explained import Tile, told_mosaic
from dashboard.charts.mosaic import Grid
from dashboard.charts.words import count_of
from dashboard.widgets.one_image.subject import Subject

GRID: Final = Grid(columns=4, tile=104)
"""Four in a row leave room for the words also where the card is narrow."""


def show(subject: Subject) -> None:
    """Show variants of the image, each with what it is taken for."""
    found = variants_of(subject.image)
    images = np.stack([each.image for each in found])
    probabilities = subject.predictor.predict(images)
    answers = probabilities.argmax(axis=1).tolist()
    usual = int(subject.predictor.answer(subject.image).best)
    tiles = [
        Tile(
            above=f"{subject.class_name(answer)}  {percent(row.max(), decimals=0)}",
            below=each.name,
            caption=f"{each.name}: predicted as {subject.class_name(answer)}, "
            f"{words.confidence(float(row.max()))}",
            is_marked=answer != usual,
        )
        for each, answer, row in zip(found, answers, probabilities, strict=True)
    ]
    kept = answers.count(usual)
    st.markdown(
        f"**{count_of(kept, len(found))}** small changes keep the answer "
        f"{words.literal(subject.class_name(usual))}."
    )
    figure.show(
        told_mosaic(
            np.round(images * 255).astype(np.uint8),
            tiles,
            grid=GRID,
            palette=services.palette(),
        ),
        key="card_variants",
        alt=f"{subject.name.capitalize()}, changed in {len(found)} ways, with the "
        f"predicted class of each; {kept} keep the answer",
    )
    st.caption(
        "Shifts, rotations and strokes; above each stands the predicted class with its "
        "confidence. Those with another answer are red."
    )
