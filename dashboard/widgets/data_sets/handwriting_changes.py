"""Relabel and delete drawings of My handwriting, and undo that once."""

from collections.abc import Sequence

import streamlit as st

from core.handwriting import collection, data_set
from core.handwriting.collection import Drawing
from dashboard import state, words
from dashboard.widgets.common import page_frame, read_only


def offer(drawings: Sequence[Drawing], shown: Sequence[Drawing]) -> None:
    """Offer to change the chosen drawings.

    Args:
        drawings: All drawings.
        shown: Those that the filter shows, on any page.
    """
    wanted = set(state.chosen_drawings())
    chosen = tuple(each for each in drawings if each.id in wanted)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            f"Select all {len(shown):,}",
            icon=":material/select_all:",
            key="select_drawings",
            on_click=state.choose_drawings,
            args=([each.id for each in shown],),
        )
        if not chosen:
            return
        st.button(
            f"{len(chosen):,} selected",
            icon=":material/close:",
            icon_position="right",
            key="clear_drawings",
            help="Clear the selection",
            on_click=state.choose_drawings,
            args=((),),
        )
        label = st.selectbox(
            "New label",
            data_set.classes_of(drawings),
            index=None,
            accept_new_options=True,
            placeholder="Choose or type one",
            key=f"new_label_{len(drawings)}_{chosen[0].id}",
            width=180,
        )
        st.button(
            "Relabel",
            icon=":material/label:",
            key="relabel_drawings",
            on_click=_relabel,
            args=(chosen, label),
            **read_only.guard(disabled=label is None),
        )
        st.button(
            "Delete",
            icon=":material/delete:",
            key="delete_drawings",
            on_click=_delete,
            args=(chosen,),
            **read_only.guard("You can undo it."),
        )


def undo() -> None:
    """Offer to take the last change back."""
    before = state.changed_drawings()
    if not before:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{words.count(len(before), 'drawing')} changed.", width="content")
        st.button(
            "Undo",
            icon=":material/undo:",
            key="undo_drawings",
            type="tertiary",
            on_click=_take_back,
            args=(before,),
            **read_only.guard("Puts them back as they were."),
        )


def _relabel(chosen: Sequence[Drawing], label: str) -> None:
    with page_frame.plain_errors():
        collection.relabel_all([each.id for each in chosen], label)
        state.keep_changed_drawings(chosen)
        state.choose_drawings(())


def _delete(chosen: Sequence[Drawing]) -> None:
    with page_frame.plain_errors():
        state.keep_changed_drawings(collection.remove([each.id for each in chosen]))
        state.choose_drawings(())


def _take_back(before: Sequence[Drawing]) -> None:
    with page_frame.plain_errors():
        collection.restore(before)
        state.keep_changed_drawings(())
