"""Numbers and words as a run reads them."""

import streamlit as st

from core import reading
from core.imaging.strokes import Strokes
from core.reading import Reading
from core.records import Run
from core.types import GrayImage
from dashboard import services
from dashboard.results.calibrated import temperature
from dashboard.results.evaluations import predictor


def read(run: Run, material: GrayImage | Strokes, *, key: str) -> Reading:
    """Read all characters of a picture or a drawing with a run.

    Args:
        run: A run with a model.
        material: All ink of a picture, or what a pen drew.
        key: Tells the material from others.

    Raises:
        BlankDrawingError: If there is no ink, or only dust.
        PictureError: If there are far too many marks.
    """
    return _read(run.id, key, run, material)


@st.cache_resource(max_entries=50, show_spinner=False)
def _read(
    run_id: str,
    key: str,  # noqa: ARG001 - what the cache tells materials by
    _run: Run,
    _material: GrayImage | Strokes,
) -> Reading:
    spec = services.spec_of(_run)
    return reading.read(
        _material,
        predict=predictor(run_id).predict,
        style=spec.ink_style,
        shape=spec.image_shape,
        temperature=temperature(_run).value,
    )
