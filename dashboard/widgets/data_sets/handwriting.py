"""My handwriting: all drawings that were kept, to look at, relabel, delete, export."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st

from core.datasets import catalog
from core.handwriting import collection, data_set, storage
from core.handwriting.collection import Drawing
from core.proportion import percent
from dashboard import figure, page_paths, services, state, words
from dashboard.charts.mosaic import Grid, let_select, mosaic_figure
from dashboard.charts.tile_texts import TileText
from dashboard.figure import Hit, Selection
from dashboard.widgets.common import class_picker, image_captions, page_frame
from dashboard.widgets.data_sets import actions, handwriting_changes, links

ALL: Final = "All"
WRONG: Final = "Read wrong"
PAGE_SIZE: Final = 84
GRID: Final = Grid(columns=12, tile=66)
PHONE_GRID: Final = Grid(columns=5, tile=66)


def show() -> None:
    """Show the drawings, and what can be done with them."""
    for problem in storage.damaged():
        page_frame.show_error(problem, title="A damaged drawing")
    drawings = collection.drawings()
    handwriting_changes.undo()
    if not drawings:
        st.info(
            "No drawings yet. Draw a character, and click what it is: it is kept here, "
            "and every run is scored on it.",
            icon=":material/info:",
        )
        st.page_link(page_paths.DRAW, label="Draw", icon=":material/draw:")
        return
    _facts(drawings)
    _data_set(drawings)
    _gallery(drawings)


def _facts(drawings: Sequence[Drawing]) -> None:
    num_test = sum(each.part == "test" for each in drawings)
    classes = data_set.classes_of(drawings)
    plural = "class" if len(classes) == 1 else "classes"
    st.markdown(
        f"**{words.count(len(drawings), 'drawing')}** of {len(classes)} {plural}: "
        f"{len(drawings) - num_test:,} to learn from and {num_test:,} held out.",
        help="Of each class, every fifth drawing is held out: runs that learn from "
        "your hand are tested on these.",
    )


def _data_set(drawings: Sequence[Drawing]) -> None:
    """Offer the data set that is made of them, or say why there is none."""
    if not data_set.is_free():
        st.warning(
            f"Another data set is called {data_set.NAME}. Delete it to have one of "
            "your drawings.",
            icon=":material/warning:",
        )
        return
    names = {spec.name for spec in catalog.specs()}
    if data_set.NAME not in names or not data_set.is_enough(drawings):
        st.caption(
            "From two classes with a drawing to learn from each and one held out at "
            "all, they are a data set too, to explore, export and train on."
        )
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        links.show(catalog.spec(data_set.NAME))
        actions.export(services.dataset(data_set.NAME))


def _gallery(drawings: Sequence[Drawing]) -> None:
    chosen_class = _pick_class(drawings)
    which = st.segmented_control(
        "Show",
        [ALL, WRONG],
        default=ALL,
        required=True,
        key=state.HAND_SHOWN,
        **state.LINKED,
        help=f"{WRONG}: the run that was asked gave another answer.",
        on_change=state.turn_to_first,
        args=(state.HAND_PAGE,),
    )
    found = [
        each
        for each in drawings
        if chosen_class in (None, each.label)
        and (which != WRONG or (each.answer and not each.was_right))
    ]
    if not found:
        st.info("No drawing matches. Change the filter.", icon=":material/info:")
        return
    slot = st.container()
    page, num_pages = 1, -(-len(found) // PAGE_SIZE)
    if num_pages > 1:
        page = min(
            st.pagination(num_pages, key=state.HAND_PAGE, **state.LINKED), num_pages
        )
    with slot:
        _mosaic(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    handwriting_changes.offer(drawings, found)


def _pick_class(drawings: Sequence[Drawing]) -> str | None:
    labels = sorted({each.label for each in drawings})
    at = class_picker.pick_class(
        labels,
        key=state.HAND_CLASS,
        on_change=lambda: state.turn_to_first(state.HAND_PAGE),
    )
    return None if at is None else labels[at]


def _mosaic(shown: Sequence[Drawing]) -> None:
    grid = PHONE_GRID if services.is_phone() else GRID
    chosen = set(state.chosen_drawings())
    drawn = mosaic_figure(
        np.array(collection.glyphs(shown, "mnist", data_set.SHAPE)),
        captions=[_caption(each) for each in shown],
        grid=grid,
        selected=None,
        palette=services.palette(),
        texts=[
            TileText(
                _below(each),
                is_marked=each.id in chosen,
                is_dimmed=bool(chosen) and each.id not in chosen,
            )
            for each in shown
        ],
    )

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < len(shown):
            state.choose_drawings(chosen ^ {shown[hit.index].id})

    def select(selection: Selection) -> None:
        inside = {shown[at].id for at in selection.indices if 0 <= at < len(shown)}
        if inside:
            state.choose_drawings(chosen | inside)

    selects = not services.is_phone()
    if selects:
        let_select(drawn, len(shown), grid)
    figure.show(
        drawn,
        key="handwriting",
        alt=f"{words.count(len(shown), 'drawing')} of My handwriting with their labels",
        on_click=choose,
        on_select=select if selects else None,
    )
    st.caption(
        "Below each drawing: its label, and after an arrow what the run said if that "
        "differs. "
        + (
            "Tap some to change them."
            if services.is_phone()
            else "Click some, or drag a box around them, to change them."
        )
    )


def _below(drawing: Drawing) -> str:
    label = image_captions.cut(drawing.label)
    if not drawing.answer or drawing.was_right:
        return label
    return f"{label}→{image_captions.cut(drawing.answer)}"


def _caption(drawing: Drawing) -> str:
    parts = [drawing.label, "held out" if drawing.part == "test" else "to learn from"]
    if drawing.answer:
        sure = percent(drawing.confidence, decimals=1)
        parts.append(f"predicted as {drawing.answer}, confidence {sure}")
    return ", ".join([*parts, f"{drawing.created:%Y-%m-%d}"])
