"""What small shifts, rotations and strokes do to the answer."""

from typing import Final

import numpy as np
import streamlit as st

from core.evaluation.variants import variants_of
from core.proportion import percent
from dashboard import figure, services, words
from dashboard.charts.mosaic import Grid, mosaic_figure
from dashboard.charts.tile_texts import TileText
from dashboard.charts.words import count_of
from dashboard.widgets.common.image_captions import cut
from dashboard.widgets.one_image.subject import Subject

GRID: Final = Grid(columns=4, tile=104)
"""Four in a row leave room for the words also where the card is narrow."""

MAX_LETTERS: Final = 6
"""Of a class, beside its confidence."""


def show(subject: Subject) -> None:
    """Show variants of the image, each with what it is taken for."""
    found = variants_of(subject.image)
    images = np.stack([each.image for each in found])
    probabilities = subject.predictor.predict(images)
    usual = subject.class_name(int(subject.predictor.answer(subject.image).best))
    names = [subject.class_name(each) for each in probabilities.argmax(axis=1).tolist()]
    confidences = probabilities.max(axis=1).tolist()
    kept = names.count(usual)
    st.markdown(
        f"**{count_of(kept, len(found))}** small changes keep the answer "
        f"{words.literal(usual)}."
    )
    figure.show(
        mosaic_figure(
            np.round(images * 255).astype(np.uint8),
            captions=[
                f"{each.name}: predicted as {name}, {words.confidence(sure)}"
                for each, name, sure in zip(found, names, confidences, strict=True)
            ],
            grid=GRID,
            selected=None,
            palette=services.palette(),
            texts=[
                TileText(each.name, above=_answer(name, sure), is_marked=name != usual)
                for each, name, sure in zip(found, names, confidences, strict=True)
            ],
        ),
        key="card_variants",
        alt=f"{subject.name.capitalize()}, changed in {len(found)} ways, with the "
        f"predicted class of each; {kept} keep the answer",
    )
    st.caption(
        "Shifts, rotations and strokes; above each stands the predicted class with its "
        "confidence. Those with another answer are red."
    )


def _answer(name: str, confidence: float) -> str:
    return f"{cut(name, MAX_LETTERS)}, {percent(confidence, decimals=0)}"
