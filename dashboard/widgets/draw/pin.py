"""Keep a drawing pinned while networks train: what they say of it, epoch by epoch."""

import contextlib

import numpy as np
import streamlit as st

from core.errors import InklabError
from core.records import ENSEMBLE, Run, RunStatus
from core.types import ByteImages
from dashboard import page_paths, services, state, words
from dashboard.widgets.common import page_frame, read_only
from dashboard.widgets.draw.character import Answered, Character, Material


def show(answered: Answered | None) -> None:
    """Let the viewer pin what is drawn, or let it go.

    Args:
        answered: What a run says of it; None if nothing is drawn.
    """
    pinned: Material | None = state.pinned_drawing()
    if answered is not None and not _is_same(pinned, answered.character.material):
        st.button(
            "Pin while training" if pinned is None else "Pin this one instead",
            icon=":material/keep:",
            key="pin",
            type="tertiary",
            **read_only.guard(
                "After each epoch of a training, the network is asked about this "
                "drawing. Train shows the probability of each class, for trainings "
                "that you start from now on, and for one that is going on."
            ),
            on_click=_pin,
            args=(answered.character.material,),
        )
    if pinned is not None:
        _show_pinned(pinned)


def _show_pinned(pinned: Material) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        what = words.literal(pinned.origin)
        st.caption(f":material/keep: Pinned: {what}", width="content")
        st.page_link(page_paths.TRAIN, label="Train", icon=":material/model_training:")
        st.button(
            "Unpin",
            icon=":material/keep_off:",
            key="clear_pin",
            type="tertiary",
            help="Trainings that it is pinned to already keep what they have.",
            on_click=state.keep_pinned_drawing,
            args=(None,),
        )


def pin_to(run_id: str) -> None:
    """Pin the drawing of this session, if there is one, to a run that was started.

    Whatever is wrong with it never keeps a training from starting.
    """
    material: Material | None = state.pinned_drawing()
    if material is None:
        return
    try:
        run = services.store().get(run_id)
        services.store().pin(run.id, _glyph(material, run))
    except InklabError as error:
        st.toast(f"The drawing was not pinned. {words.message(str(error))}")


def offer(run: Run) -> None:
    """Offer to pin the drawing of this session to a training that is going on.

    Args:
        run: A run that is watched.
    """
    material: Material | None = state.pinned_drawing()
    if material is None or run.status.is_over or run.kind == ENSEMBLE:
        return
    with contextlib.suppress(InklabError):
        _glyph(material, run)
        st.button(
            "Pin your drawing to this training",
            icon=":material/keep:",
            key="pin_here",
            type="tertiary",
            **read_only.guard(),
            on_click=pin_to,
            args=(run.id,),
        )


def _is_same(pinned: Material | None, other: Material) -> bool:
    """Tell whether what is pinned is what is drawn or opened now."""
    if pinned is None:
        return False
    if pinned.strokes is not None and other.strokes is not None:
        return pinned.strokes.document() == other.strokes.document()
    if pinned.picture is not None and other.picture is not None:
        return np.array_equal(pinned.picture, other.picture)
    return False


def _pin(material: Material) -> None:
    state.keep_pinned_drawing(material)
    with page_frame.plain_errors():
        for run in services.runs():
            is_free = run.status is RunStatus.RUNNING and run.kind != ENSEMBLE
            if is_free and services.store().pinned(run.id) is None:
                pin_to(run.id)


def _glyph(material: Material, run: Run) -> ByteImages:
    """Return a drawing as the network of a run takes it, uint8 of its image's shape."""
    character = Character.of(material, services.spec_of(run))
    return np.rint(character.glyph * 255).astype(np.uint8)
