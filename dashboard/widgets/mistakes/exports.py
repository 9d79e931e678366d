"""The images of a selection as files: each is made when somebody asks for it."""

import mimetypes
from collections.abc import Callable

import streamlit as st

from core.datasets.arrays import Dataset
from core.handover import selection
from core.handover.selection import MAX_IMAGES, Selected
from core.types import Indices
from dashboard import words
from dashboard.charts.mosaic import max_in_file, mosaic_file
from dashboard.charts.theme import LIGHT
from dashboard.widgets.mistakes.image_source import Source


def show(source: Source, dataset: Dataset, found: Indices) -> None:
    """Offer all images of a selection as a table, as IDX files and as one picture.

    Args:
        source: Where they are from.
        dataset: Whose images they are.
        found: Their positions in the split, in the order of the gallery.
    """
    split = dataset.part(source.part)
    num_drawn = min(len(found), max_in_file(split.images))
    fits = len(found) <= MAX_IMAGES
    name = f"{source.run.id[:8]}-{source.part}-images"

    def selected() -> Selected:
        return Selected(
            indices=found,
            part=source.part,
            judged=source.evaluation.judged,
            classes=source.classes,
            unusualness=source.unusualness(),
            held_out=source.held_out,
        )

    with st.popover(
        f"Export {words.count(len(found), 'image')}", icon=":material/download:"
    ):
        if not fits:
            st.caption(
                f"Up to {MAX_IMAGES:,} images can be exported at once. Choose a class, "
                "or export the data set on Data sets."
            )
        _file(
            "CSV",
            lambda: selection.table(selected()).encode(),
            name=f"{name}.csv",
            icon=":material/table:",
            fits=fits,
            about="A line for each image: its split and position, true and predicted "
            "class, confidence, margin, loss and unusualness.",
        )
        _file(
            "IDX",
            lambda: selection.idx_zip(selected(), split),
            name=f"{name}-idx.zip",
            icon=":material/folder_zip:",
            fits=fits,
            about="Images and true labels in the format of MNIST, and the table, in a "
            "zip.",
        )
        _file(
            "PNG",
            lambda: mosaic_file(split.images[found[:num_drawn]], palette=LIGHT),
            name=f"{name}.png",
            icon=":material/image:",
            about=f"The first {num_drawn:,} of {len(found):,} images as one picture, "
            "in this order.",
        )


def _file(
    kind: str,
    made: Callable[[], bytes],
    *,
    name: str,
    icon: str,
    about: str,
    fits: bool = True,
) -> None:
    st.download_button(
        kind,
        data=made,
        file_name=name,
        mime=mimetypes.guess_type(name)[0],
        icon=icon,
        key=f"export_{kind.lower()}",
        on_click="ignore",
        disabled=not fits,
        help=about,
    )
