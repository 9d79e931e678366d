"""Pictures that a viewer has opened; they stay while one looks at other pages."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import streamlit as st

from core.imaging.crop import Crop
from dashboard import state

MAX_MB: Final = 20
MAX_PICTURES: Final = 20
MAX_TOTAL_MB: Final = 100
_MB: Final = 1_000_000


@dataclass(frozen=True)
class Opened:
    """A picture file as it came, which may be broken.

    Attributes:
        name: Of the file, as somebody called it.
        content: Its bytes.
    """

    name: str
    content: bytes

    @cached_property
    def digest(self) -> str:
        """What tells it from others."""
        return hashlib.sha256(self.content).hexdigest()


def pictures() -> Sequence[Opened]:
    """Return the pictures that are open, the oldest first."""
    found: tuple[Opened, ...] = st.session_state.get(state.OPENED_PICTURES, ())
    return found


def add(new: Iterable[Opened]) -> None:
    """Open more pictures, and choose the first of them; what is too much is said."""
    kept, refused = list(pictures()), []
    known = {each.digest for each in kept}
    arrived = list(new)
    for each in arrived:
        if each.digest in known:
            continue
        if _is_room(kept, each):
            kept.append(each)
            known.add(each.digest)
        else:
            refused.append(each)
    st.session_state[state.OPENED_PICTURES] = tuple(kept)
    st.session_state[state.REFUSED_PICTURES] = len(refused)
    chosen = next((each for each in arrived if each.digest in known), None)
    if chosen is not None:
        choose(chosen)


def refused() -> str:
    """Say that some pictures were not opened; empty if all were."""
    number = st.session_state.get(state.REFUSED_PICTURES, 0)
    if not number:
        return ""
    return (
        f"Expected at most {MAX_PICTURES} pictures of at most {MAX_MB} MB each and "
        f"{MAX_TOTAL_MB} MB in all, got {number:,} too many. Close those that are "
        "open, then open the rest."
    )


def chosen() -> Opened | None:
    """Return the picture to read; None if none is open."""
    digest = st.session_state.get(state.CHOSEN_PICTURE)
    found = [each for each in pictures() if each.digest == digest]
    return next(iter((*found, *pictures())), None)


def choose(picture: Opened) -> None:
    """Choose the picture to read; the tool that crops another one is put away."""
    if picture.digest != st.session_state.get(state.CHOSEN_PICTURE):
        st.session_state[state.CROPPING] = False
    st.session_state[state.CHOSEN_PICTURE] = picture.digest


def close_all() -> None:
    """Close all pictures."""
    st.session_state[state.OPENED_PICTURES] = ()
    st.session_state[state.REFUSED_PICTURES] = 0


def close(picture: Opened) -> None:
    """Close one picture."""
    others = tuple(each for each in pictures() if each != picture)
    st.session_state[state.OPENED_PICTURES] = others
    st.session_state[state.REFUSED_PICTURES] = 0


def crop_of(picture: Opened) -> Crop:
    """Return the part of a picture that is meant."""
    crops: Mapping[str, Crop] = st.session_state.get(state.CROPS, {})
    return crops.get(picture.digest, Crop())


def keep_crop(picture: Opened, crop: Crop) -> None:
    """Keep the part of a picture that is meant."""
    st.session_state.setdefault(state.CROPS, {})[picture.digest] = crop


def _is_room(kept: Sequence[Opened], picture: Opened) -> bool:
    total = sum(len(each.content) for each in (*kept, picture))
    return (
        len(kept) < MAX_PICTURES
        and len(picture.content) <= MAX_MB * 1024**2
        and total <= MAX_TOTAL_MB * _MB
    )
