"""What preprocessing is worth: the same character on several ways to a model input."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from core.imaging import preprocessings
from core.imaging.preprocessings import Preprocessing
from core.inference import Answer
from core.proportion import percent
from core.types import GrayImage
from dashboard import results, services, words
from dashboard.charts.mosaic import Grid, mosaic_figure
from dashboard.charts.tile_texts import TileText
from dashboard.figure import show
from dashboard.widgets.draw.character import Answered

TITLES: Final[Mapping[Preprocessing, str]] = {
    "naive": "Naive resize",
    "box": "Box only",
    "exact": "Exact",
    "strokes": "Stroke-aware",
}
MEANINGS: Final[Mapping[Preprocessing, str]] = {
    "naive": "The whole picture is resized",
    "box": "Cropped to the ink, and resized until it fills the image",
    "exact": "Background and contrast normalised, then cropped, scaled and centred as "
    "the data set did with its own images",
    "strokes": "Drawn anew with a pen as wide as those of the data set, then as exact",
}
TILE: Final = 150
_LETTERS: Final = 8  # of a class name that fit on a tile beside the confidence


def section(answered: Answered) -> None:
    """Show each model input with what the run predicts from it."""
    ways = _ways(answered)
    temperature = results.temperature(answered.run).value
    predictor = results.predictor(answered.run.id)
    answers = {
        way: predictor.answer(glyph, temperature=temperature)
        for way, glyph in ways.items()
    }
    st.caption(
        "The same character and the same model; only the preprocessing differs. The "
        f"prediction above uses {TITLES[_used(ways)].lower()}."
    )
    _tiles(answered, ways, answers)
    _table(answered, answers)


def _ways(answered: Answered) -> Mapping[Preprocessing, GrayImage]:
    material, spec = answered.character.material, answered.spec
    if material.strokes is not None:
        return preprocessings.of_strokes(
            material.strokes, spec.ink_style, spec.image_shape
        )
    if material.picture is not None:
        return preprocessings.of_picture(
            material.picture, spec.ink_style, spec.image_shape
        )
    return {"exact": answered.character.glyph}


def _used(ways: Mapping[Preprocessing, GrayImage]) -> Preprocessing:
    return "strokes" if "strokes" in ways else "exact"


def _tiles(
    answered: Answered,
    ways: Mapping[Preprocessing, GrayImage],
    answers: Mapping[Preprocessing, Answer],
) -> None:
    told = [
        f"{answered.classes[answer.best]}, {words.confidence(answer.confidence)}"
        for answer in answers.values()
    ]
    figure = mosaic_figure(
        np.stack([np.rint(glyph * 255).astype(np.uint8) for glyph in ways.values()]),
        captions=[
            f"{TITLES[way]}: {text}" for way, text in zip(ways, told, strict=True)
        ],
        grid=Grid(columns=len(ways), tile=TILE),
        selected=None,
        palette=services.palette(),
        texts=[_on_tile(answered, way, answers[way]) for way in ways],
    )
    alt = "; ".join(
        f"{TITLES[way].lower()}: {text}" for way, text in zip(ways, told, strict=True)
    )
    show(figure, key="preprocessings", alt=f"Model input and prediction, {alt}")


def _on_tile(answered: Answered, way: Preprocessing, answer: Answer) -> TileText:
    name = answered.classes[answer.best]
    name = name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"
    return TileText(
        above=TITLES[way],
        below=f"{name}, {percent(answer.confidence, decimals=1)}",
        is_marked=answer.best != answered.answer.best,
    )


def _table(answered: Answered, answers: Mapping[Preprocessing, Answer]) -> None:
    rows = [
        {
            "Preprocessing": TITLES[way],
            "Predicted class": words.literal(answered.classes[answer.best]),
            "Confidence": words.literal(percent(answer.confidence, decimals=1)),
            "What is done": MEANINGS[way],
        }
        for way, answer in answers.items()
    ]
    table = pd.DataFrame(rows).set_index("Preprocessing")
    st.table(table, alt="Predicted class and confidence of each preprocessing")
