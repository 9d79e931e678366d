"""What a recipe will do, shown before it is trained: cost, network, rate, images."""

from concurrent.futures import wait
from typing import Final

import numpy as np
import streamlit as st

from core.config import TrainingConfig
from core.config.schedules import learning_rates
from core.handover import commands
from core.insight import network_cost
from core.insight.expected_time import Expectation
from core.types import ByteImages
from dashboard import figure, previews, services, state, words
from dashboard.charts.glyphs import glyph_grid
from dashboard.charts.mosaic import Grid
from dashboard.charts.network import network_alt, network_diagram
from dashboard.charts.schedule import learning_rate_curve, schedule_alt
from dashboard.widgets.common import read_only

NUM_DIGITS: Final = 6
NUM_CHANGES: Final = 7
LOOK_SECONDS: Final = 0.5
MOMENT_SECONDS: Final = 0.3
"""A preview is there so soon if the process that makes it is; until then the one before
stays on the screen."""

_GRID: Final = Grid(columns=NUM_CHANGES + 1, tile=40)


def cost(config: TrainingConfig, expected: Expectation) -> None:
    """Show what a training will take.

    Args:
        config: What would be trained.
        expected: How long that is expected to take.
    """
    network = network_cost.describe_network(config)
    memory = words.size(network_cost.training_bytes(config))
    st.markdown(
        f"**{network}**, {network_cost.num_parameters(config):,} parameters, "
        f"{_time(expected)}"
    )
    st.caption(
        f"{network_cost.num_macs(config):,} multiply-adds (MACs) per image, about "
        f"{memory} of memory per step. {_grounds(expected)}"
    )


def network(config: TrainingConfig) -> None:
    """Draw the layers."""
    layers = network_cost.layers(config)
    figure.show(
        network_diagram(layers, palette=services.palette()),
        key="network_diagram",
        alt=network_alt(layers),
    )


def rate(config: TrainingConfig) -> None:
    """Draw the learning rate over the training."""
    num_steps = network_cost.num_steps(config)
    rates = learning_rates(config, num_steps=num_steps)
    figure.show(
        learning_rate_curve(rates, epochs=config.epochs, palette=services.palette()),
        key="schedule_curve",
        alt=schedule_alt(rates, epochs=config.epochs),
    )
    images = network_cost.images_per_step(config)
    st.caption(f"About {num_steps:,} steps of {images:,} images.")


def coming() -> None:
    """Say that a tab is being made: it is seen from the click until it is there."""
    st.caption("One moment ...")


def augmentation(config: TrainingConfig) -> None:
    """Show some training images as they are, and augmented versions of them."""
    if config.augmentation.is_none:
        st.info(
            "No augmentation: the network trains on the images as they are. Under "
            "Advanced, Augmentation, you can rotate, shift and distort them, so that "
            "each epoch sees new images.",
            icon=":material/info:",
        )
        return
    if read_only.is_on():
        st.info(
            "A read-only Inklab has no process that could augment images.",
            icon=":material/info:",
        )
        return
    coming = _preview(config, tries_again=state.take_failed_preview())
    waits = bool(wait([coming], timeout=MOMENT_SECONDS).not_done)
    refresh = st.fragment(_refresh, run_every=LOOK_SECONDS if waits else None)
    refresh(config, was_waiting=waits)


def _refresh(config: TrainingConfig, *, was_waiting: bool) -> None:
    coming = _preview(config)
    if not coming.done():
        st.caption(
            "The preview is being made. Its process takes a few seconds to start."
        )
        return
    if was_waiting:
        # So that nothing asks for it any more.
        st.rerun()
    if previews.has_failed(coming):
        st.warning("The preview could not be made. Change a setting to try again.")
        state.keep_failed_preview()
        return
    _show_preview(*coming.result())


def _preview(config: TrainingConfig, *, tries_again: bool = False) -> previews.Preview:
    return previews.preview(
        config,
        num_images=NUM_DIGITS,
        num_changes=NUM_CHANGES,
        tries_again=tries_again,
    )


def _show_preview(originals: ByteImages, changed: ByteImages) -> None:
    rows = np.concatenate([originals[:, np.newaxis], changed], axis=1)
    images = (rows.reshape(-1, *originals.shape[1:]) / 255).astype(np.float32)
    figure.show(
        glyph_grid(images, [""] * len(images), grid=_GRID, palette=services.palette()),
        key="previews",
        alt=f"{len(originals)} training images, each with {changed.shape[1]} augmented "
        "versions",
    )
    st.caption("Each row: the original, then seven augmented versions of it.")


def code(config: TrainingConfig) -> None:
    """Show how the same is trained from a terminal or a notebook."""
    st.caption("In a terminal, in Inklab's folder:")
    st.code(commands.as_command(config), language="bash", wrap_lines=True)
    st.caption("In Python or a notebook, in the same folder:")
    st.code(commands.as_python(config), language="python", wrap_lines=True)


def _time(expected: Expectation) -> str:
    return f"about {words.duration(expected.seconds)}"


def _grounds(expected: Expectation) -> str:
    low, high = (words.duration(each) for each in (expected.low, expected.high))
    if not expected.num_runs:
        return f"The time is a guess ({low} to {high}) until a first run has finished."
    runs = "run" if expected.num_runs == 1 else "runs"
    return f"{low} to {high}, judging by {expected.num_runs} {runs} on this computer."
