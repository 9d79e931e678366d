"""Why something cannot be read, where its answer would be."""

import contextlib
from collections.abc import Iterator

from core.errors import PictureError
from dashboard.widgets.common import page_frame
from dashboard.widgets.draw.character import Material


@contextlib.contextmanager
def in_its_place(material: Material | None) -> Iterator[None]:
    """Show what is wrong with a picture or a drawing, and go on with the page."""
    try:
        yield
    except PictureError as error:
        is_drawn = material is not None and material.strokes is not None
        thing = "drawing" if is_drawn else "picture"
        page_frame.show_error(str(error), title=f"This {thing} cannot be read")
