"""Many glyphs at once, one or several of which can be chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from core.datasets.store import Dataset
from core.types import ByteImages, Indices
from dashboard import services, state
from dashboard.charts.mosaic import Grid, let_select, mosaic_figure
from dashboard.charts.tile_texts import TileText
from dashboard.figure import Hit, Selection, show

STRIP_GRID: Final = Grid(columns=10, tile=43)
PHONE_GRID: Final = Grid(columns=8, tile=56)


@dataclass(frozen=True, eq=False)
class Tiles:
    """Which images a gallery shows.

    Attributes:
        indices: Their positions in the split, int64 of shape (n,), in this order.
        captions: What hovering over each tells, as plain text.
        texts: What is written on the tile of each; nothing if there are none.
    """

    indices: Indices
    captions: Sequence[str]
    texts: Sequence[TileText] = ()


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
    show_tiles(images, Tiles(indices, captions), key=key, grid=grid, alt=alt)


def show_tiles(
    images: ByteImages,
    tiles: Tiles,
    *,
    key: str,
    grid: Grid,
    alt: str,
    on_select: Callable[[Sequence[int]], None] | None = None,
) -> None:
    """Show some images of a split; a click chooses one, a box or a lasso several.

    Args:
        images: All images of the split, uint8 of shape (n, height, width).
        tiles: Which of them to show.
        key: Name of the gallery on its page.
        grid: How the images are laid out, except on a phone.
        alt: What the gallery shows, for those who cannot see it.
        on_select: Called with the positions in the split of several chosen ones.
    """
    shown, chosen = tiles.indices.tolist(), state.image(len(images))
    grid = PHONE_GRID if services.is_phone() else grid
    figure = mosaic_figure(
        images[tiles.indices],
        captions=tiles.captions,
        grid=grid,
        selected=shown.index(chosen) if chosen in shown else None,
        palette=services.palette(),
        texts=tiles.texts,
    )
    # On a phone a finger scrolls the page.
    selects = on_select is not None and not services.is_phone()
    if selects:
        let_select(figure, len(shown), grid)

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < len(shown):
            state.choose_image(shown[hit.index])

    def select(selection: Selection) -> None:
        places = sorted({each for each in selection.indices if 0 <= each < len(shown)})
        if on_select is not None and places:
            on_select([shown[place] for place in places])

    show(
        figure,
        key=key,
        alt=alt,
        on_click=choose,
        on_select=select if selects else None,
    )


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
