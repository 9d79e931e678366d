"""What the pages of an Inklab say and offer that may not be changed."""

from typing import TypedDict

import streamlit as st

from core import settings


class Guard(TypedDict):
    """What a control needs that changes something."""

    disabled: bool
    help: str | None


def guard(
    tip: str | None = None,
    *,
    disabled: bool = False,
) -> Guard:
    """Return what makes a control that changes something say why it cannot.

    Args:
        tip: Its help text where it can.
        disabled: Whether it cannot for another reason.
    """
    if settings.is_read_only():
        return {"disabled": True, "help": f"{settings.READ_ONLY}."}
    return {"disabled": disabled, "help": tip}


def notice() -> None:
    """Say once on a page that nothing can be changed here, if that is so."""
    if settings.is_read_only():
        st.caption(
            ":material/lock: Read-only: look at everything and try the networks. "
            "Training, importing, editing and deleting are switched off."
        )


def is_on() -> bool:
    """Tell whether nothing can be changed here."""
    return settings.is_read_only()
