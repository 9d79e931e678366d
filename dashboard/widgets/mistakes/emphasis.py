"""From training images that were found to a recipe that gives them more weight."""

from dataclasses import replace

import streamlit as st

from core.config import TrainingConfig
from core.config.positions import MAX_POSITIONS
from core.types import Indices
from dashboard import page_paths
from dashboard.widgets.common import recipe_link
from dashboard.widgets.mistakes.image_source import Source


def offer(source: Source, found: Indices) -> None:
    """Link to Train with the recipe of the run, and the images that were found.

    Only training images can be given more weight: the test images take no part in any
    choice, and what is held out for validation is not learned from.

    Args:
        source: Where the images are from.
        found: Their positions in the split.
    """
    if source.part != "train":
        return
    config = source.run.config
    if not isinstance(config, TrainingConfig):
        st.caption(
            "An ensemble has no recipe to train again: choose one of its members to "
            "train with more weight on these images."
        )
        return
    learned = [each for each in found.tolist() if each not in source.held_out]
    _link(config, learned, num_held_out=len(found) - len(learned))


def _link(config: TrainingConfig, learned: list[int], *, num_held_out: int) -> None:
    fits = 0 < len(learned) <= MAX_POSITIONS
    emphasis = tuple(learned) if fits else ()
    st.page_link(
        page_paths.TRAIN,
        label=f"Train with more weight on {_these(len(learned))}",
        icon=":material/model_training:",
        query_params=recipe_link.query_of(replace(config, emphasis=emphasis)),
        disabled=not fits,
        help=f"The recipe of this run, in which each of these images is shown "
        f"{config.emphasis_factor} times in each epoch. Train lets you change how "
        "often. Whether it helps, the validation accuracy tells, not these images.",
    )
    told = []
    if len(learned) > MAX_POSITIONS:
        told.append(
            f"Up to {MAX_POSITIONS} images can be given more weight, these are "
            f"{len(learned):,}: select fewer."
        )
    if num_held_out:
        told.append(
            f"Without the {num_held_out:,} of them that are held out for validation: "
            "the network does not learn from these."
        )
    if told:
        st.caption(" ".join(told))


def _these(number: int) -> str:
    return "this image" if number == 1 else f"these {number:,} images"
