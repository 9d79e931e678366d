"""Pictures to read: opened, dropped or pasted, one or several, each with its answer."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from core.handover.tables import text_cell
from core.imaging.pictures import SUFFIXES
from core.proportion import percent
from dashboard import paste, results, services, state, words
from dashboard.results.pictures import Glance, Reader
from dashboard.widgets.draw import crop, opened
from dashboard.widgets.draw.character import Material
from dashboard.widgets.draw.layout import Places
from dashboard.widgets.draw.opened import Opened

TABLE: Final = "picture_table"
ROW_PIXELS: Final = 56
MAX_ROWS: Final = 6
MAX_ROWS_ON_PHONE: Final = 3


def material(places: Places, reader: Reader) -> Material | None:
    """Let the viewer open pictures, and choose one if there are several.

    Args:
        places: Where on the page it stands.
        reader: What reads them.

    Returns:
        The chosen picture; None while none is open.
    """
    everything, chosen = opened.pictures(), opened.chosen()
    # On a phone the answer follows the picture, and what opens more comes after it.
    is_below = services.is_phone() and chosen is not None
    with places.tools if is_below else places.canvas:
        _openers()
    if chosen is None:
        return None
    with places.canvas:
        if len(everything) > 1:
            _table(everything, reader)
        return crop.part_of(
            chosen,
            reader,
            origin=f"the picture {words.literal(chosen.name)}",
            close_buttons=lambda: _close_buttons(chosen, len(everything)),
        )


def _close_buttons(chosen: Opened, num_open: int) -> None:
    st.button(
        "Close",
        icon=":material/close:",
        key="close_picture",
        on_click=opened.close,
        args=(chosen,),
    )
    if num_open > 1:
        st.button("Close all", key="close_pictures", on_click=opened.close_all)


def _openers() -> None:
    """Show the ways to open pictures."""
    key = f"picture_uploader_{state.number(state.PICTURE_UPLOADER)}"
    st.file_uploader(
        "Open pictures",
        sorted(suffix.removeprefix(".") for suffix in SUFFIXES),
        accept_multiple_files=True,
        max_upload_size=opened.MAX_MB,
        key=key,
        on_change=_take,
        args=(key,),
        help="Drawings, scans or photos; a phone offers its camera too. Background, "
        f"contrast and lines are removed first. Up to {opened.MAX_PICTURES} pictures.",
    )
    paste.paste_target(
        key="paste",
        max_bytes=opened.MAX_MB * 1024**2,
        on_paste=lambda pasted: opened.add([Opened(pasted.name, pasted.content)]),
    )
    if text := opened.refused():
        st.warning(text, icon=":material/inventory_2:")


def _take(key: str) -> None:
    """Take pictures over from the uploader, which is empty then."""
    files = st.session_state[key]
    if files:
        opened.add([Opened(file.name, file.getvalue()) for file in files])
        state.count_up(state.PICTURE_UPLOADER)


def _table(everything: Sequence[Opened], reader: Reader) -> None:
    """Show what a run says of each picture; a click chooses one."""
    glances = [
        results.glance(
            each.digest,
            each.content,
            name=each.name,
            crop=opened.crop_of(each),
            reader=reader,
        )
        for each in everything
    ]
    chosen = opened.chosen()
    row = next((n for n, each in enumerate(everything) if each == chosen), 0)
    st.session_state[TABLE] = {"selection": {"rows": [row]}}
    max_rows = MAX_ROWS_ON_PHONE if services.is_phone() else MAX_ROWS
    image, column = st.column_config.ImageColumn, st.column_config.Column
    st.dataframe(
        _rows(everything, glances),
        key=TABLE,
        on_select=lambda: _choose(everything),
        selection_mode="single-row-required",
        hide_index=True,
        row_height=ROW_PIXELS,
        height=min(len(everything), max_rows) * ROW_PIXELS + 38,
        column_config={
            "Picture": image(width=76),
            "Input": image(width=64, help="Model input"),
            "Prediction": column(width=110),
            "Confidence": column(
                width=90, help="Of several characters that of the least certain."
            ),
        },
        placeholder="",
        alt="The pictures with what the model predicts for each; select one to open it",
    )
    st.caption(_summary(glances))


def _rows(everything: Sequence[Opened], glances: Sequence[Glance]) -> pd.DataFrame:
    inputs = [each.glyph or None for each in glances]
    return pd.DataFrame(
        {
            "Picture": [each.thumbnail or None for each in glances],
            # Of a number or a word there are several.
            **({"Input": inputs} if any(inputs) else {}),
            "Prediction": [
                text_cell(each.text or "Cannot be read") for each in glances
            ],
            "Confidence": [
                "" if each.problem else percent(each.confidence, decimals=1)
                for each in glances
            ],
            "File": [text_cell(each.name) for each in everything],
            "Problem": [text_cell(each.problem) for each in glances],
        }
    )


def _summary(glances: Sequence[Glance]) -> str:
    num_unread = sum(bool(each.problem) for each in glances)
    read = f"{words.count(len(glances) - num_unread, 'picture')} read"
    return f"{read}, {num_unread:,} cannot be read." if num_unread else f"{read}."


def _choose(everything: Sequence[Opened]) -> None:
    rows = st.session_state[TABLE].selection.rows
    if rows and rows[0] < len(everything):
        opened.choose(everything[rows[0]])
