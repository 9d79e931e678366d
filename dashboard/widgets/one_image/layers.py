"""How an image flows through a network, layer by layer."""

from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.config.ensemble import EnsembleConfig
from core.network_view import LayerOutput
from core.proportion import percent
from core.records import Run
from core.types import GrayImage
from dashboard import figure, image_results, services, state, words
from dashboard.charts.layers import value_mosaic
from dashboard.charts.mosaic import Grid
from dashboard.widgets.one_image.subject import Subject

MAX_CHANNELS: Final = 32
MAX_UNITS: Final = 256
MAPS: Final = Grid(columns=16, tile=44)
PHONE_MAPS: Final = Grid(columns=8, tile=44)
UNITS: Final = Grid(columns=32, tile=18)
PHONE_UNITS: Final = Grid(columns=16, tile=22)


def of_subject(subject: Subject) -> None:
    """Show what each layer gives for the image of the sample card."""
    flow(
        subject.run,
        subject.image,
        subject.classes,
        member=pick_member(subject.run),
        key="card_layer",
    )


def flow(
    run: Run, image: GrayImage, classes: tuple[str, ...], *, member: int, key: str
) -> None:
    """Show what each layer of a run's network gives for an image.

    Args:
        run: A run with a model.
        image: Ink, float32 of shape (height, width), values in [0, 1].
        classes: Names of the classes.
        member: Which network of an ensemble, from 0; see `pick_member`.
        key: How the keys of the figures begin.
    """
    outputs = image_results.network_view(run, member).outputs(image)
    st.caption(
        "From the first layer to the answer. The brighter, the larger; where there are "
        "negative values, blue is above zero and red below. All tiles of a layer have "
        "one scale."
    )
    for number, output in enumerate(outputs[:-1], start=1):
        st.markdown(f"**{output.layer.title}**: {_told(output)}")
        _tiles(output, key=f"{key}_{number}")
    answer = outputs[-1].values
    best = int(answer.argmax())
    st.markdown(
        f"**{outputs[-1].layer.title}**: predicted as {words.literal(classes[best])}, "
        f"to which the softmax gives {percent(float(answer[best]), decimals=1)}"
    )


def pick_member(run: Run, *, key: str = state.MEMBER) -> int:
    """Let the viewer choose a network of an ensemble; any other run has only one.

    Args:
        run: The run.
        key: Of the control and in the address.

    Returns:
        Which one, from 0.
    """
    if not isinstance(run.config, EnsembleConfig):
        return 0
    dimensions = services.spec_of(run).dimensions
    layers = {
        f"Network {number}": member.describe(dimensions)
        for number, member in enumerate(run.config.members, start=1)
    }
    names = list(layers)
    chosen = st.selectbox(
        f"Which of the {len(names)} networks",
        names,
        format_func=lambda name: f"{name}: {layers[name]}",
        key=key,
        **state.LINKED,
        width=420,
        help="An ensemble answers with the mean of its networks, and each of them has "
        "layers of its own.",
    )
    return names.index(chosen)


def _told(output: LayerOutput) -> str:
    values = output.values
    active = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0) > 0
    kind = "channels" if values.ndim > 1 else "units"
    text = f"{int(active.sum()):,} of {len(active):,} {kind} are active"
    limit = MAX_CHANNELS if values.ndim > 1 else MAX_UNITS
    return f"{text}, the strongest {limit} are shown" if len(active) > limit else text


def _tiles(output: LayerOutput, *, key: str) -> None:
    values = output.values
    is_map = values.ndim > 1
    maps = np.moveaxis(values, -1, 0) if is_map else values.reshape(-1, 1, 1)
    chosen = _strongest(maps, limit=MAX_CHANNELS if is_map else MAX_UNITS)
    kind = "channel" if is_map else "unit"
    grids = (PHONE_MAPS, MAPS) if is_map else (PHONE_UNITS, UNITS)
    figure.show(
        value_mosaic(
            maps[chosen],
            captions=[
                f"{kind} {number + 1}: {_range(maps[number])}"
                for number in chosen.tolist()
            ],
            grid=grids[0 if services.is_phone() else 1],
            palette=services.palette(),
        ),
        key=key,
        alt=f"Output of {len(chosen)} {kind}s of the layer {output.layer.title}",
    )


def _strongest(maps: NDArray[np.float32], *, limit: int) -> NDArray[np.int64]:
    """Choose the tiles with the largest values, in their order."""
    if len(maps) <= limit:
        return np.arange(len(maps))
    size = np.abs(maps).reshape(len(maps), -1).max(axis=1)
    return np.sort(np.argsort(-size, kind="stable")[:limit])


def _range(values: NDArray[np.float32]) -> str:
    if values.size == 1:
        return f"{float(values.item()):.3g}"
    return f"{float(values.min()):.3g} to {float(values.max()):.3g}"
