"""Many glyphs at once, one of which can be chosen."""

from collections.abc import Sequence
from typing import Final

from core.datasets.store import Dataset
from core.types import ByteImages, Indices
from dashboard import services, state
from dashboard.charts.mosaic import Grid, mosaic_figure, selected_index
from dashboard.figure import Points, clickable, show

STRIP_GRID: Final = Grid(columns=10, tile=43)
PHONE_GRID: Final = Grid(columns=8, tile=42)


def gallery(
    images: ByteImages,
    indices: Indices,
    *,
    captions: Sequence[str],
    key: str,
    grid: Grid,
    alt: str,
) -> None:
    """Show some images of a split; a click chooses one for the whole page.

    Args:
        images: All images of the split, uint8 of shape (n, height, width).
        indices: Which of them to show, in this order.
        captions: What hovering over each shown one tells.
        key: Name of the gallery on its page.
        grid: How the images are laid out, except on a phone.
        alt: What the gallery shows, for those who cannot see it.
    """
    chosen = state.image(len(images))
    figure = mosaic_figure(
        images[indices],
        indices=indices.tolist(),
        captions=captions,
        grid=PHONE_GRID if services.is_phone() else grid,
        selected=chosen,
        palette=services.palette(),
    )
    clickable(figure, key=key, alt=alt, on_click=_choose)


def _choose(points: Points) -> None:
    chosen = selected_index(points)
    if chosen is not None:
        state.choose_image(chosen)


def strip(dataset: Dataset, *, count: int, key: str) -> None:
    """Show a few training images, the same for everybody."""
    images, labels = dataset.train.images[:count], dataset.train.labels[:count]
    figure = mosaic_figure(
        images,
        indices=range(count),
        captions=[dataset.spec.classes[label] for label in labels],
        grid=PHONE_GRID if services.is_phone() else STRIP_GRID,
        selected=None,
        palette=services.palette(),
    )
    show(
        figure,
        key=key,
        alt=f"The first {count} training images of {dataset.spec.title}",
    )
