"""How ink becomes an image like those that the model learned from."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st

from core.datasets.spec import DatasetSpec
from core.imaging import paper, strokes
from core.imaging.styles import PEN_SHARES
from core.types import ByteImages, GrayImage, InkStyle
from dashboard import services, state, words
from dashboard.charts.mosaic import Grid, mosaic_figure
from dashboard.charts.thumbnails import thumbnail
from dashboard.charts.tile_texts import TileText
from dashboard.figure import Hit, show
from dashboard.widgets.common.sample_card import large_glyph
from dashboard.widgets.draw.character import Answered, Material

TILE: Final = 112
LARGE_WIDTH: Final = 420

WAYS: Final[dict[InkStyle, str]] = {
    "mnist": "is cropped to its ink, scaled until it fills five sevenths of the image, "
    "and centred by its mass",
    "emnist": "is cropped to its ink, blurred a little, scaled until it fills six "
    "sevenths of the image, and centred by its box",
    "plain": "is cropped to its ink, scaled until it fills six sevenths of the image, "
    "and centred by its box",
}
"""What becomes of a drawing in each ink style."""


@dataclass(frozen=True, eq=False)
class Step:
    """One image on the way from a drawing or a picture to the model input.

    Attributes:
        title: Of a word or two.
        image: float32 of shape (height, width) in [0, 1].
        meaning: What has been done.
    """

    title: str
    image: GrayImage
    meaning: str


def what_will_happen(spec: DatasetSpec) -> str:
    """Say what becomes of a drawing for the images of a data set."""
    return (
        f"Your drawing {WAYS[spec.ink_style]} in {size(spec)}, like the images "
        f"of {words.literal(spec.title)}, which the model was trained on."
    )


def size(spec: DatasetSpec) -> str:
    """Write the size of the images of a data set."""
    height, width = spec.image_shape
    return f"{height} x {width}"


def section(answered: Answered) -> None:
    """Show each step to the model input, and the chosen one enlarged."""
    steps = _steps(answered)
    last = len(steps) - 1
    kept = st.session_state.get(state.STEP, last)
    chosen = kept if 0 <= kept <= last else last

    def choose(hit: Hit) -> None:
        if 0 <= hit.index <= last:
            st.session_state[state.STEP] = hit.index

    figure = mosaic_figure(
        np.stack([thumbnail(step.image, TILE) for step in steps]),
        captions=[f"{step.title}: {step.meaning}" for step in steps],
        grid=Grid(columns=3 if services.is_phone() else len(steps), tile=TILE),
        selected=chosen,
        palette=services.palette(),
        texts=[TileText(below=step.title) for step in steps],
    )
    titles = ", ".join(step.title.lower() for step in steps)
    show(
        figure, key="steps", alt=f"Steps to the model input: {titles}", on_click=choose
    )
    _enlarged(answered, steps[chosen], is_model_input=chosen == last)


def _enlarged(answered: Answered, step: Step, *, is_model_input: bool) -> None:
    st.markdown(f"**{step.title}**: {step.meaning}")
    if is_model_input:
        large_glyph(answered.character.glyph, key="seen")
        st.caption("Hover over a pixel for its value, from 0 to 1.")
        return
    shown: ByteImages = thumbnail(step.image, LARGE_WIDTH)
    picture = answered.character.material.picture
    if step.title == "Picture" and picture is not None:
        shown = picture
    st.image(
        shown,
        width=LARGE_WIDTH,
        alt=f"{step.title}: {step.meaning}",
    )


def _steps(answered: Answered) -> list[Step]:
    way, spec = answered.character.steps, answered.spec
    material = answered.character.material
    centred = "by its mass" if spec.ink_style == "mnist" else "by its box"
    return [
        _source(material),
        Step("Ink", way.ink, _of_ink(material, spec.ink_style)),
        Step("Crop", way.box, "Cropped to its ink."),
        Step("Box", way.square, "In the middle of a square."),
        Step("Centred", way.centred, f"At its place in the image, centred {centred}."),
        Step("Model input", way.glyph, f"{size(spec)} pixels, as the model takes it."),
    ]


def _of_ink(material: Material, style: InkStyle) -> str:
    if material.strokes is None:
        return "Told from its background, at full contrast."
    if PEN_SHARES[style] is None:
        return "With the pen that you chose."
    return "Drawn anew, with a pen as wide as those of the data set."


def _source(material: Material) -> Step:
    if material.strokes is not None:
        return Step("Canvas", strokes.ink(material.strokes), "As you drew it.")
    if material.picture is not None:
        return Step("Picture", paper.brightness(material.picture), "As it came.")
    return Step("Canvas", np.zeros((1, 1), np.float32), "Nothing was drawn.")
