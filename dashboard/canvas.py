"""The drawing canvas: the only module that knows streamlit-drawable-canvas.

It draws white on opaque black, so that what it returns is ink in the sense of
the models. To clear it, its key changes.
"""

from typing import Final

from core.datasets.spec import DatasetSpec
from core.errors import BlankDrawingError
from core.imaging.glyphs import steps_of_strokes
from core.imaging.normalise import NormalisationSteps

SIDE: Final = 280
MIN_PEN: Final = 8
MAX_PEN: Final = 40
DEFAULT_PEN: Final = 20


def drawing_input(
    spec: DatasetSpec, *, key: str, pen: int
) -> NormalisationSteps | None:
    """Show a canvas and return what is drawn on it, as a model would see it.

    Args:
        spec: The data set whose images the model learned from.
        key: Name of the canvas; another name is an empty canvas.
        pen: Width of a stroke in pixels.

    Returns:
        The ink on its way to a model's image, or None while there is none.
    """
    # The package registers its component while it is imported, which raises
    # outside a running app, so the import waits for a page that needs it.
    from streamlit_drawable_canvas import st_canvas  # noqa: PLC0415

    result = st_canvas(
        stroke_width=pen,
        stroke_color="#FFFFFF",
        background_color="#000000",
        width=SIDE,
        height=SIDE,
        return_image_data=True,
        key=key,
    )
    pixels = result.image_data
    if pixels is None:
        return None
    try:
        return steps_of_strokes(pixels, spec.ink_style, spec.image_shape)
    except BlankDrawingError:
        # All strokes were taken back.
        return None
