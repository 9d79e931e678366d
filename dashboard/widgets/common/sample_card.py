"""One image, large, with what is known of it."""

import streamlit as st

from core.datasets.store import Dataset
from core.records import Run
from core.types import GrayImage, Probabilities, SplitName
from dashboard import figure, services, words
from dashboard.charts.bars import OTHERS, other_classes, probability_bars
from dashboard.charts.glyphs import pixel_view
from dashboard.results import Evaluation
from dashboard.widgets.common import tested_on
from dashboard.widgets.one_image import sections
from dashboard.widgets.one_image.subject import TITLES, Subject


def sample_card(
    run: Run,
    dataset: Dataset | None,
    evaluation: Evaluation,
    index: int,
    *,
    split: SplitName = "test",
) -> None:
    """Show an image, the probabilities of all classes, and why they are what they are.

    Args:
        run: What predicted it.
        dataset: Where the image is from; None if it is not here any more.
        evaluation: What the run said about the images of that split.
        index: Position in the split.
        split: Which images they are.
    """
    classes = services.spec_of(run).classes
    probabilities = evaluation.predictions.probabilities[index]
    true = int(evaluation.predictions.labels[index])
    predicted = int(evaluation.predicted[index])
    name = f"{TITLES[split]} image {index:,}"
    with st.container(border=True):
        st.subheader(
            f"{name}: {words.literal(classes[true])} predicted as "
            f"{words.literal(classes[predicted])}",
            anchor=False,
        )
        pixels, bars = st.columns(2)
        with pixels:
            if dataset is None:
                tested_on.no_images(run)
            else:
                large_glyph(dataset.part(split).images[index], key="card_pixels")
        with bars:
            likely_classes(
                probabilities,
                classes,
                true=true,
                key="card_bars",
                alt=f"Probability of each class for {name.lower()}",
            )
        if dataset is not None:
            explain(run, dataset, evaluation, index, split=split)


def explain(
    run: Run,
    dataset: Dataset,
    evaluation: Evaluation,
    index: int,
    *,
    split: SplitName = "test",
) -> None:
    """Show why a run predicts an image as it does, one section at a time.

    Args are those of `sample_card`.
    """
    own = services.images_of(run)
    sections.show(
        Subject(
            run=run,
            dataset=dataset,
            classes=services.spec_of(run).classes,
            part=split,
            index=index,
            true=int(evaluation.predictions.labels[index]),
            probabilities=evaluation.predictions.probabilities[index],
            is_own=own is not None and own.fingerprint == dataset.fingerprint,
        )
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
