"""The drawing canvas: the only module that knows streamlit-drawable-canvas.

It hands over paths, not pixels: they can be drawn anew at any pen width. To clear it,
its key changes.
"""

from typing import Final

from core.imaging import strokes
from core.imaging.strokes import Strokes

SIDE: Final = 280
MIN_PEN: Final = 8
MAX_PEN: Final = 40
DEFAULT_PEN: Final = 20


def drawing_input(
    *, key: str, pen: int, size: tuple[int, int] = (SIDE, SIDE)
) -> Strokes:
    """Show a canvas and return what is drawn on it.

    Args:
        key: Name of the canvas; another name is an empty canvas.
        pen: Width of a stroke in pixels.
        size: Height and width of the canvas in pixels.

    Returns:
        The strokes; none while nothing is drawn.
    """
    # The package registers its component while it is imported, which raises
    # outside a running app, so the import waits for a page that needs it.
    from streamlit_drawable_canvas import st_canvas  # noqa: PLC0415

    height, width = size
    result = st_canvas(
        stroke_width=pen,
        stroke_color="#FFFFFF",
        background_color="#000000",
        width=width,
        height=height,
        key=key,
    )
    objects = (result.json_data or {}).get("objects", [])
    return strokes.of_canvas(objects, size=size)
