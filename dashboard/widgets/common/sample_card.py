"""One image, large, with what is known of it."""

import streamlit as st

from core.datasets.store import Dataset
from core.types import GrayImage, Probabilities, SplitName
from dashboard import figure, services, words
from dashboard.charts.bars import OTHERS, other_classes, probability_bars
from dashboard.charts.glyphs import pixel_view
from dashboard.results import Evaluation
from dashboard.widgets.common.image_captions import SHOWN


def sample_card(
    dataset: Dataset, evaluation: Evaluation, index: int, *, part: SplitName = "test"
) -> None:
    """Show an image, its pixels, and the probabilities of all classes.

    Args:
        dataset: Where the image is from.
        evaluation: What a model said about it.
        index: Position among the images of the split.
        part: The split.
    """
    classes = dataset.spec.classes
    probabilities = evaluation.predictions.probabilities[index]
    true = int(evaluation.predictions.labels[index])
    predicted = int(evaluation.predicted[index])
    with st.container(border=True):
        st.subheader(
            f"{SHOWN[part].capitalize()} image {index:,}: "
            f"{words.literal(classes[true])} predicted as "
            f"{words.literal(classes[predicted])}",
            anchor=False,
        )
        pixels, bars = st.columns(2)
        with pixels:
            large_glyph(dataset.part(part).images[index], key="card_pixels")
        with bars:
            likely_classes(
                probabilities,
                classes,
                true=true,
                key="card_bars",
                alt=f"Probability of each class for {SHOWN[part]} image {index}",
            )


def likely_classes(
    probabilities: Probabilities,
    classes: tuple[str, ...],
    *,
    true: int | None,
    key: str,
    alt: str,
) -> None:
    """Show the ten likeliest classes of one image, and what all others have together.

    Args:
        probabilities: float32 of shape (classes,).
        classes: Names of the classes.
        true: The true class, if it is known.
        key: Of the figure.
        alt: What it shows, for those who cannot see it.
    """
    bars = probability_bars(
        probabilities, classes=classes, highlight=true, palette=services.palette()
    )
    figure.show(bars, key=key, alt=alt)
    others = other_classes(probabilities, highlight=true)
    if others:
        st.caption(f"{OTHERS} {others}")


def large_glyph(image: GrayImage, *, key: str) -> None:
    """Show one image with the value of each pixel on hover."""
    figure.show(
        pixel_view(image, palette=services.palette()),
        key=key,
        alt="The pixels of one image, white ink on black",
    )
