"""Many glyphs at once, one of which can be chosen."""

from collections.abc import Sequence
from typing import Final

from core.datasets.store import Dataset
from core.types import ByteImages, Indices
from dashboard import services, state
from dashboard.charts.mosaic import Grid, mosaic_figure
from dashboard.figure import Hit, show

STRIP_GRID: Final = Grid(columns=10, tile=43)
PHONE_GRID: Final = Grid(columns=8, tile=56)


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
    shown, chosen = indices.tolist(), state.image(len(images))

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < len(shown):
            state.choose_image(shown[hit.index])

    figure = mosaic_figure(
        images[indices],
        captions=captions,
        grid=PHONE_GRID if services.is_phone() else grid,
        selected=shown.index(chosen) if chosen in shown else None,
        palette=services.palette(),
    )
    show(figure, key=key, alt=alt, on_click=choose)


def strip(dataset: Dataset, *, count: int, key: str) -> None:
    """Show a few training images, the same for everybody."""
    images, labels = dataset.train.images[:count], dataset.train.labels[:count]
    figure = mosaic_figure(
        images,
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
