"""The picture that is read: shown, with what there is to say of it, and cropped."""

from collections.abc import Callable
from typing import Final, Literal

import streamlit as st

from core.errors import PictureError
from core.imaging.crop import Crop
from core.imaging.pictures import RgbaImage
from dashboard import figure, results, services, state, words
from dashboard.charts.crop import crop_figure
from dashboard.results.pictures import Reader
from dashboard.widgets.draw import opened
from dashboard.widgets.draw.character import Material
from dashboard.widgets.draw.opened import Opened

HEIGHT: Final = 220
PHONE_HEIGHT: Final = 130
STEP: Final = 0.5


def part_of(
    picture: Opened,
    reader: Reader,
    *,
    origin: str,
    is_shown: bool = True,
    close_buttons: Callable[[], None] = lambda: None,
) -> Material:
    """Show a picture and let the viewer crop it.

    Args:
        picture: What was opened.
        reader: What reads it.
        origin: What it is, as text for the screen.
        is_shown: Whether to show the picture while it is not cropped; a camera does.
        close_buttons: Shows the buttons that close it, beside those for its part.

    Returns:
        The part to read, or why there is none.
    """
    try:
        whole = results.picture(picture.digest, picture.content, picture.name)
    except PictureError as error:
        with st.container(horizontal=True, gap="small"):
            close_buttons()
        return Material(origin=origin, problem=error)
    is_cropping = bool(st.session_state.get(state.CROPPING))
    if is_cropping:
        _tool(picture, whole)
    crop = opened.crop_of(picture)
    part = whole if crop.is_whole else crop.of(whole)
    if not is_cropping and (is_shown or not crop.is_whole):
        _show(part, name=picture.name, is_whole=crop.is_whole)
    key = f"{picture.digest} {crop}"
    _remarks(reader, key, part)
    with st.container(horizontal=True, gap="small"):
        _buttons(picture, is_cropping=is_cropping, is_whole=crop.is_whole)
        close_buttons()
    return Material(origin=origin, picture=part, key=key)


def _show(part: RgbaImage, *, name: str, is_whole: bool) -> None:
    height, width = part.shape[:2]
    # Of a tall picture the answer beside it, or below it, would be far away.
    shown = PHONE_HEIGHT if services.is_phone() else HEIGHT
    st.image(
        part,
        width=min(max(round(shown * width / height), 1), 600),
        alt=f"{'The picture' if is_whole else 'The chosen part of the picture'} {name}",
    )


def _remarks(reader: Reader, key: str, part: RgbaImage) -> None:
    """Say what was removed, and what cannot be told."""
    try:
        found = reader.ink(key, part)
    except PictureError:
        # It is said where the answer would be.
        return
    if found.remarks:
        st.caption(words.literal(" ".join(found.remarks)))
    if found.doubt:
        st.warning(words.message(found.doubt), icon=":material/crop:")


def _buttons(picture: Opened, *, is_cropping: bool, is_whole: bool) -> None:
    if is_cropping:
        st.button("Done", icon=":material/check:", key="crop_done", on_click=_end)
    else:
        st.button(
            "Crop",
            icon=":material/crop:",
            key="crop",
            help="Choose the part of the picture to read.",
            on_click=_begin,
        )
    if not is_whole:
        st.button(
            "Whole picture",
            icon=":material/fullscreen:",
            key="crop_undo",
            help="Read all of the picture again.",
            on_click=_take_back,
            args=(picture,),
        )


def _begin() -> None:
    st.session_state[state.CROPPING] = True


def _end() -> None:
    st.session_state[state.CROPPING] = False


def _take_back(picture: Opened) -> None:
    opened.keep_crop(picture, Crop())


def _tool(picture: Opened, whole: RgbaImage) -> None:
    """Let the viewer choose a part with a box or, with a keyboard, by two ranges."""
    crop = opened.crop_of(picture)

    def take(selection: figure.Selection) -> None:
        if selection.box is not None:
            across, down = selection.box
            opened.keep_crop(picture, Crop.between(across, down))

    figure.show(
        crop_figure(whole, crop, palette=services.palette()),
        key="crop_picture",
        alt="The picture; draw a box around what is to be read",
        on_select=take,
    )
    st.caption("Draw a box around what is to be read, or set its edges here.")
    _range(picture, "across", crop.left, crop.right)
    _range(picture, "down", crop.top, crop.bottom)


def _range(
    picture: Opened, way: Literal["across", "down"], low: float, high: float
) -> None:
    key = f"crop_{way}_{picture.digest[:12]}"
    st.session_state[key] = (_percent(low), _percent(high))

    def take() -> None:
        start, end = (each / 100 for each in st.session_state[key])
        crop = opened.crop_of(picture)
        across, down = (crop.left, crop.right), (crop.top, crop.bottom)
        if way == "across":
            across = (start, end)
        else:
            down = (start, end)
        opened.keep_crop(picture, Crop.between(across, down))

    st.slider(
        "From left to right" if way == "across" else "From top to bottom",
        0.0,
        100.0,
        step=STEP,
        format="%.0f %%",
        key=key,
        on_change=take,
    )


def _percent(share: float) -> float:
    return round(100 * share / STEP) * STEP
