"""How a run learned, epoch by epoch, and which images it learned late."""

from typing import Final

import numpy as np
import streamlit as st

from core.datasets.store import Dataset
from core.evaluation import learning
from core.evaluation.learning import Kind, Learning
from core.evaluation.metrics import confusion_matrix
from core.predictions import Validation
from core.records import Run
from core.types import ByteImages, Indices, Labels
from dashboard import figure, results, services, state, words
from dashboard.charts.class_curves import class_curves
from dashboard.charts.confusion import Reading, confusion_figure
from dashboard.charts.mosaic import Grid, mosaic_figure
from dashboard.figure import Hit
from dashboard.state import Cell
from dashboard.widgets.common import tested_on
from dashboard.widgets.common.chosen_cell import chosen_cell
from dashboard.widgets.common.tested_on import Tested

FRAME_SECONDS: Final = 0.7
MAX_IMAGES: Final = 72
GRID: Final = Grid(columns=18, tile=48)
PHONE_GRID: Final = Grid(columns=8, tile=40)
TITLES: Final[dict[Kind, str]] = {
    "learned late": "classified correctly to the end only from a later epoch on, the "
    "latest first",
    "forgotten": "correct after some epoch, and wrong after the last one, those that "
    "changed most often first",
    "never learned": "wrong after each epoch",
}


def section(run: Run, tested: Tested) -> None:
    """Show how a run learned, if it has kept that."""
    said = results.validation(run.id)
    if said is None or not len(said.by_epoch):
        st.info(_why_none(run), icon=":material/info:")
        return
    num_epochs = services.history(run).num_epochs
    first = max(num_epochs - len(said.by_epoch), 0) + 1
    st.caption(
        f"Predictions for the {len(said.labels):,} validation images after each epoch"
        f"{'' if first == 1 else f' from epoch {first} on'}: the network did not learn "
        "from these images."
    )
    last = first + len(said.by_epoch) - 1
    is_playing = first < last and _pick_playing(first, last)
    st.fragment(_by_epoch, run_every=FRAME_SECONDS if is_playing else None)(
        services.images_of(run), said, tested.classes, first
    )
    _images(run, tested, said)


def _why_none(run: Run) -> str:
    if run.members:
        return (
            "An ensemble has no epochs: it is made of trained runs. Open one of its "
            "members to see how that learned."
        )
    if not run.training.validation_fraction:
        return (
            "This run held no image out for validation, so nothing was predicted after "
            "its epochs. Train it with a validation split to see how it learns."
        )
    return (
        "This run kept no predictions after its epochs: an earlier version of Inklab "
        "trained it. Train it again to see how it learns."
    )


def _by_epoch(
    dataset: Dataset | None, said: Validation, classes: tuple[str, ...], first: int
) -> None:
    """Show the classes and the confusions after the chosen epoch."""
    last = first + len(said.by_epoch) - 1
    chosen = _pick_epoch(first, last)
    curves, matrix = st.columns(2, gap="medium")
    with curves:
        figure.show(
            class_curves(
                learning.class_accuracy(
                    said.labels, said.by_epoch, num_classes=len(classes)
                ),
                classes=classes,
                first_epoch=first,
                chosen=chosen,
                palette=services.palette(),
            ),
            key="class_curves",
            alt="Validation accuracy of each class after each epoch",
        )
    predicted = said.by_epoch[chosen - first]
    cell = state.learned_cell(len(classes))
    with matrix:
        _matrix(said, predicted, classes, epoch=chosen, cell=cell)
    if cell is not None:
        _cell_images(dataset, said, predicted, classes, cell)


def _matrix(
    said: Validation,
    predicted: Labels,
    classes: tuple[str, ...],
    *,
    epoch: int,
    cell: Cell | None,
) -> None:
    num = len(classes)

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < num**2:
            state.choose_learned_cell(Cell(*divmod(hit.index, num)))

    figure.show(
        confusion_figure(
            confusion_matrix(said.labels, predicted, num),
            classes=classes,
            reading=Reading(hide_diagonal=True),
            selected=(cell.true, cell.predicted) if cell else None,
            palette=services.palette(),
        ),
        key=f"matrix_by_epoch_{num}",
        alt=f"Confusion matrix of the validation images after epoch {epoch}, without "
        "its diagonal",
        on_click=choose,
    )
    wrong = int(np.count_nonzero(predicted != said.labels))
    st.caption(
        f"After epoch {epoch}: {words.count(wrong, 'mistake')} on "
        f"{len(said.labels):,} validation images. Click a cell for its images."
    )


def _cell_images(
    dataset: Dataset | None,
    said: Validation,
    predicted: Labels,
    classes: tuple[str, ...],
    cell: Cell,
) -> None:
    """Show the images of a cell after the chosen epoch."""
    title = chosen_cell(cell, classes, on_click=state.choose_learned_cell)
    found = np.flatnonzero((said.labels == cell.true) & (predicted == cell.predicted))
    if dataset is None or not len(found):
        st.caption(f"No {title} after this epoch." if dataset else "")
        return
    captions = [f"training image {index:,}" for index in said.indices[found].tolist()]
    _mosaic(
        dataset.train.images[said.indices[found[:MAX_IMAGES]]],
        captions[:MAX_IMAGES],
        key="learned_cell",
    )


def _pick_playing(first: int, last: int) -> bool:
    """Let the viewer play all epochs, or pause."""
    is_playing = bool(st.session_state.get(state.PLAYING))
    st.button(
        "Pause" if is_playing else "Play",
        icon=":material/pause:" if is_playing else ":material/play_arrow:",
        key="play_epochs",
        on_click=_pause if is_playing else _play,
        args=() if is_playing else (first, last),
    )
    return is_playing


def _play(first: int, last: int) -> None:
    st.session_state[state.PLAYING] = True
    if st.session_state.get(state.SHOWN_EPOCH, last) >= last:
        st.session_state[state.SHOWN_EPOCH] = first - 1


def _pause() -> None:
    st.session_state[state.PLAYING] = False


def _pick_epoch(first: int, last: int) -> int:
    """Let the viewer choose an epoch; while it plays, each look is at the next one."""
    if first == last:
        return first
    step = 1 if st.session_state.get(state.PLAYING) else 0
    now = min(max(st.session_state.get(state.SHOWN_EPOCH, last) + step, first), last)
    st.session_state[state.SHOWN_EPOCH] = now
    chosen: int = st.slider("Epoch", first, last, key=state.SHOWN_EPOCH, **state.LINKED)
    if step and chosen == last:
        _pause()
        st.rerun()
    return chosen


def _images(run: Run, tested: Tested, said: Validation) -> None:
    """Show images that were learned late, forgotten, or never learned."""
    followed = results.learning(run.id)
    counts = [f"{len(followed.of(kind)):,} {kind}" for kind in learning.KINDS]
    st.markdown(f"**Images**: {', '.join(counts)}")
    chosen = _pick_kind()
    found = followed.of(chosen)
    if not len(found):
        st.info(f"No validation image was {chosen}.", icon=":material/check:")
        return
    shown = found[:MAX_IMAGES]
    st.caption(f"{len(shown):,} of {len(found):,} validation images {TITLES[chosen]}.")
    dataset = services.images_of(run)
    if dataset is None:
        tested_on.no_images(run)
        return
    _mosaic(
        dataset.train.images[said.indices[shown]],
        _captions(said, followed, shown, tested.classes),
        key="learned_images",
    )


def _mosaic(images: ByteImages, captions: list[str], *, key: str) -> None:
    figure.show(
        mosaic_figure(
            images,
            captions=captions,
            grid=PHONE_GRID if services.is_phone() else GRID,
            selected=None,
            palette=services.palette(),
        ),
        key=key,
        alt=f"{len(images):,} validation images",
    )


def _pick_kind() -> Kind:
    chosen = st.segmented_control(
        "Images",
        [kind.capitalize() for kind in learning.KINDS],
        default=learning.KINDS[0].capitalize(),
        required=True,
        key=state.LEARNED,
        **state.LINKED,
        wrap=True,
        label_visibility="collapsed",
    )
    # An address with an empty choice chooses none.
    return next(
        (kind for kind in learning.KINDS if kind.capitalize() == chosen),
        learning.KINDS[0],
    )


def _captions(
    said: Validation, followed: Learning, shown: Indices, classes: tuple[str, ...]
) -> list[str]:
    first = followed.num_epochs - len(said.by_epoch) + 1
    return [
        f"training image {said.indices[at]:,}: {classes[said.labels[at]]}, "
        f"predicted as {classes[said.by_epoch[-1, at]]} in the end; correct in "
        f"{followed.num_correct[at]:,} of {followed.num_epochs:,} epochs"
        + (
            f", for good from epoch {followed.learned_at[at] + first} on"
            if followed.learned_at[at] < followed.num_epochs
            else ""
        )
        for at in shown.tolist()
    ]
