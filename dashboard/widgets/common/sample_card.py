"""One image, large, with what is known of it."""

import streamlit as st

from core.datasets.store import Dataset
from core.types import GrayImage
from dashboard import figure, services, words
from dashboard.charts.bars import probability_bars
from dashboard.charts.glyphs import pixel_view
from dashboard.results import Evaluation


def sample_card(dataset: Dataset, evaluation: Evaluation, index: int) -> None:
    """Show a test image, its pixels, and the probabilities of all classes.

    Args:
        dataset: Where the image is from.
        evaluation: What a model said about it.
        index: Position among the test images.
    """
    classes = dataset.spec.classes
    probabilities = evaluation.predictions.probabilities[index]
    true = int(evaluation.predictions.labels[index])
    predicted = int(evaluation.predicted[index])
    with st.container(border=True):
        st.subheader(
            f"Test image {index:,}: {words.literal(classes[true])} predicted as "
            f"{words.literal(classes[predicted])}",
            anchor=False,
        )
        pixels, bars = st.columns(2)
        with pixels:
            large_glyph(dataset.test.images[index], key="card_pixels")
        with bars:
            figure.show(
                probability_bars(
                    probabilities,
                    classes=classes,
                    highlight=true,
                    palette=services.palette(),
                ),
                key="card_bars",
                alt=f"Probability of each class for test image {index}",
            )


def large_glyph(image: GrayImage, *, key: str) -> None:
    """Show one image with the value of each pixel on hover."""
    figure.show(
        pixel_view(image, palette=services.palette()),
        key=key,
        alt="The pixels of one image, white ink on black",
    )
