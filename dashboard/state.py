"""Every session key and query parameter, in one place.

Choices that a link should carry are query parameters. Widgets that can bind
theirs do so themselves; this module has the others: the run (chosen by id, so
that a renamed run keeps its links), what was clicked on in a figure, which
Streamlit cannot bind, and the recipe (see `dashboard.widgets.train.recipe_state`).
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypedDict

import streamlit as st

from core.handwriting.drawing import Drawing


class _Linked(TypedDict):
    bind: Literal["query-params"]
    persist_state: Literal["session"]


LINKED: Final[_Linked] = {"bind": "query-params", "persist_state": "session"}
"""What a control is given whose choice a link carries.

The choice has to persist because a browser that has not drawn a control yet, when
the page is run again, draws it with its default otherwise, and sends that back as
the viewer's choice.
"""

RUN: Final = "run"
WATCHED_RUN: Final = "watch"
RUNS: Final = "runs"
DELETED: Final = "deleted_runs"
FREE_AFTER: Final = "free_after_days"
FIND: Final = "find"
STATUS: Final = "status"
DATA_SET: Final = "data"
RUN_DATA_SETS: Final = "data_sets"
TESTED_ON: Final = "on"
SHOW: Final = "show"
SELECTED: Final = "Selected runs"
ALL_RUNS: Final = "All runs"
SCATTER_X: Final = "x"
SCATTER_Y: Final = "y"
AXES: Final = "axes"
BRUSH: Final = "brush"
OPENED: Final = "opened_run"
LEFT: Final = "left_compare"
STUDIES: Final = "studies"
STARRED: Final = "starred"
CURVES: Final = "curves"
CURVE_IMAGES: Final = "images"
CURVE_AXIS: Final = "axis"
SMOOTHING: Final = "smoothing"
OVER_SEEDS: Final = "over_seeds"
PAIR: Final = "pair"
PAIR_MEASURE: Final = "pairs"
CHANGED: Final = "changed"
CHANGED_PAGE: Final = "changed_page"
CELL: Final = "cell"
CELL_PAGE: Final = "cell_page"
BLOCK: Final = "block"
MATRIX: Final = "matrix"
ANALYSIS: Final = "analysis"
BINNING: Final = "bins"
ABOVE: Final = "above"
ANSWERED: Final = "answered"
ANSWERED_PAGE: Final = "answered_page"
SHOWN_EPOCH: Final = "epoch"
PLAYING: Final = "playing"
LEARNED: Final = "learned"
LEARNED_CELL: Final = "learned_cell"
CHANGE: Final = "change"
STYLE_BIN: Final = "bin"
COLOURED_BY: Final = "colour"
MAP_VIEW: Final = "map_view"
IMAGE: Final = "image"
CARD: Final = "card"
CHOSEN_CLASS: Final = "for"
RIVAL_CLASS: Final = "against"
MEMBER: Final = "member"
SECTION_MEMBER: Final = "network"
EXPLAINED_RUN: Final = "why"
ABOUT_DRAWING: Final = "drawing"
ANSWERING_RUNS: Final = "answers_of"
POINTS: Final = "points"
LASSO: Final = "lasso"
DRAWINGS: Final = "drawings"
DRAW_FROM: Final = "from"
PICTURE_UPLOADER: Final = "picture_uploader_number"
OPENED_PICTURES: Final = "opened_pictures"
REFUSED_PICTURES: Final = "refused_pictures"
CHOSEN_PICTURE: Final = "chosen_picture"
CROPS: Final = "crops"
CROPPING: Final = "cropping"
STEP: Final = "preprocessing_step"
PINNED: Final = "pinned_drawing"
LEARNING: Final = "learning_runs"
KEPT: Final = "kept_drawings"
KEPT_NUMBER: Final = "kept_number"
PROMPTS: Final = "handwriting_round"
CHOSEN_DRAWINGS: Final = "chosen_drawings"
CHANGED_DRAWINGS: Final = "changed_drawings"
HAND_CLASS: Final = "written"
HAND_SHOWN: Final = "hand"
HAND_PAGE: Final = "hand_page"
HANDWRITING: Final = "My handwriting"
READ_AS: Final = "read"
CHARACTER: Final = "character"
SAMPLE: Final = "sample"
SPLIT: Final = "split"
ORDER: Final = "order"
PAGE: Final = "page"
WHICH: Final = "which"
PART: Final = "part"
TRUE_CLASS: Final = "true"
PREDICTED_CLASS: Final = "predicted"
VIEW: Final = "view"
AVERAGE: Final = "average"
FIRST_CLASS: Final = "first"
SECOND_CLASS: Final = "second"
MEASURE: Final = "measure"
PAIR_KIND: Final = "pair_kind"
PAIR_FILTER: Final = "pair_labels"
MAP_KIND: Final = "projection"
STAGE: Final = "stage"
NEXT_STAGE: Final = "next_stage"
STOPPING: Final = "stopping"
SEEN: Final = "seen"
VIEWER: Final = "viewer"
FAILED_PREVIEW: Final = "failed_preview"
TAB: Final = "tab"
PRESET: Final = "preset"
RECIPE: Final = "recipe"
ROUNDS: Final = "rounds"
ADOPTED: Final = "adopted_recipe"
SAID: Final = "said"
SEEN_ADDRESS: Final = "seen_address"
WITHOUT_ADDRESS: Final = "without_address"
STUDY: Final = "study"
TRIAL: Final = "trial"
TRIED: Final = "tried_study"
UNFOLDED: Final = "unfolded"
STUDY_FORM: Final = "study_form"
STUDY_TAB: Final = "study_tab"
IMPORT_PROBLEM: Final = "import_problem"
CONTINUED: Final = "continued_runs"
LIVE: Final = "Live"
UPLOAD: Final = "upload"
UPLOADER: Final = "uploader_number"
JOB: Final = "job"
CHECKED: Final = "checked_data_sets"
PACE: Final = "pace_of_jobs"
SECTION: Final = "section"
HERE: Final = "On this machine"
MISTAKES_VIEW: Final = "mistakes_view"
LABELS_OF: Final = "labels"
LABELS_SHOWN: Final = "shown"
LABELS_PAGE: Final = "labels_page"
EXPLAIN_LABEL: Final = "explain"
REVIEWED: Final = "reviewed_labels"
GET_EMNIST: Final = "Get EMNIST"
IMPORT: Final = "Import your own"

MAX_TRIAL: Final = 1_000_000
MAX_KEPT: Final = 100
"""Drawings that a session remembers to have kept."""

_SHOWN_CONTROLS: Final = (SHOW, SCATTER_X, SCATTER_Y, AXES)

_FACTORIES: Final[dict[str, Callable[[], int]]] = {
    PICTURE_UPLOADER: int,
    KEPT_NUMBER: int,
    SAMPLE: int,
    UPLOADER: int,
}


@dataclass(frozen=True)
class Cell:
    """A cell of a confusion matrix, or all cells of a row or a column.

    Attributes:
        true: Index of the true class; None for those of a whole column.
        predicted: Index of the predicted class; None for those of a whole row.
    """

    true: int | None
    predicted: int | None

    @property
    def place(self) -> tuple[int, int] | None:
        """Row and column of a cell; None of a whole row or column."""
        if self.true is None or self.predicted is None:
            return None
        return self.true, self.predicted

    def __str__(self) -> str:
        """Write it as an address has it: `4-9`, the row `4-` or the column `-9`."""
        parts = (self.true, self.predicted)
        return "-".join("" if part is None else str(part) for part in parts)


@dataclass(frozen=True)
class Kept:
    """A drawing that this viewer has kept last.

    Attributes:
        drawing_id: Its id in My handwriting.
        key: What tells its model input from others.
        label: Name of its class.
    """

    drawing_id: str
    key: str
    label: str


@dataclass(frozen=True)
class Round:
    """A round of prompts to write something.

    Attributes:
        prompts: Names of the classes to write.
        classes: All classes from which these were chosen.
        place: The prompt whose turn it is, from 0; as many as there are at the end.
        kept: Id of the drawing that was kept, by the place of its prompt.
    """

    prompts: tuple[str, ...]
    classes: tuple[str, ...]
    place: int = 0
    kept: Mapping[int, str] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether all prompts had their turn."""
        return self.place >= len(self.prompts)


def text(name: str) -> str | None:
    """Return a query parameter, or None if the address has none."""
    return st.query_params.get(name)


def remember(name: str, value: str | None) -> None:
    """Set a query parameter, or remove it."""
    if value is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


def run_id() -> str | None:
    """Return the chosen run: of the address, else the last one of this session."""
    chosen: str | None = text(RUN) or st.session_state.get(RUN)
    return chosen


def keep_run(chosen: str) -> None:
    """Keep the run that a page shows, for other pages and in the address."""
    st.session_state[RUN] = chosen
    remember(RUN, chosen)


def choose_run(chosen: str) -> None:
    """Choose another run for all pages; what was selected in the last is dropped."""
    keep_run(chosen)
    remember(CELL, None)
    remember(BLOCK, None)
    remember(POINTS, None)
    remember(IMAGE, None)
    remember(TESTED_ON, None)
    remember(LEARNED_CELL, None)


def dataset_name() -> str | None:
    """Return the chosen data set: of the address, else the last one of this session."""
    chosen: str | None = text(DATA_SET) or st.session_state.get(DATA_SET)
    return chosen


def keep_dataset(chosen: str, *, default: str) -> None:
    """Keep the data set that a page shows, for other pages and in the address.

    Args:
        chosen: Its name.
        default: The one that is meant by an address that names none.
    """
    st.session_state[DATA_SET] = chosen
    remember(DATA_SET, None if chosen == default else chosen)


def choose_dataset(chosen: str, *, default: str) -> None:
    """Choose another data set for all pages; what was chosen in the last is dropped.

    See `keep_dataset`.
    """
    keep_dataset(chosen, default=default)
    remember(POINTS, None)
    remember(IMAGE, None)
    st.session_state[PAGE] = 1


def test_on(dataset: str) -> None:
    """Look at a run on the test images of a data set; on its own if empty."""
    remember(TESTED_ON, dataset or None)
    remember(CELL, None)
    remember(POINTS, None)
    remember(IMAGE, None)


def study_name() -> str | None:
    """Return the chosen study: of the address, else the last one of this session.

    Returns:
        Its name; empty if a new one shall be made; None if nobody chose.
    """
    chosen: str | None = text(STUDY) or st.session_state.get(STUDY)
    return chosen


def choose_study(chosen: str) -> None:
    """Choose another study, or to make a new one if empty."""
    keep_study(chosen)
    choose_trial(None)
    remember(BRUSH, None)


def keep_study(chosen: str) -> None:
    """Keep the study that is shown, for who comes back and in the address."""
    st.session_state[STUDY] = chosen
    remember(STUDY, chosen or None)


def trial_number() -> int | None:
    """Return the number of the chosen trial, if the address has a valid one."""
    return _position(text(TRIAL) or "", MAX_TRIAL)


def choose_trial(chosen: int | None) -> None:
    """Choose a trial by its number, or none."""
    remember(TRIAL, None if chosen is None else str(chosen))


def selected_runs() -> tuple[str, ...]:
    """Return the ids that are selected among all runs; some may not exist."""
    return tuple(dict.fromkeys(filter(None, (text(RUNS) or "").split(","))))


def select_runs(chosen: Sequence[str]) -> None:
    """Select some of all runs."""
    remember(RUNS, ",".join(chosen) or None)


def open_run(chosen: str) -> None:
    """Ask for a page about a run; a callback cannot go there itself.

    What Compare shows is kept, for whoever comes back.
    """
    st.session_state[OPENED] = chosen
    controls = {name: st.session_state.get(name) for name in _SHOWN_CONTROLS}
    texts = {name: text(name) for name in (RUNS, BRUSH)}
    st.session_state[LEFT] = controls, texts


def take_opened() -> str | None:
    """Return the run that was asked for, and forget it."""
    chosen: str | None = st.session_state.pop(OPENED, None)
    return chosen


def come_back() -> None:
    """Show on Compare what it showed when a run was opened, unless a link says what.

    A browser that goes back shows the selected runs: it sends no choice of the view.
    """
    controls, texts = st.session_state.pop(LEFT, ({}, {}))
    if text(RUNS) or text(SHOW):
        return
    for name, value in controls.items():
        if value is not None:
            st.session_state[name] = value
    for name, value in texts.items():
        remember(name, value)


def pair(known: Sequence[str]) -> tuple[str, str] | None:
    """Return the ids of the two runs to look at, if the address has two known ones."""
    first, _, second = (text(PAIR) or "").partition(",")
    if first == second or not {first, second} <= {*known}:
        return None
    return first, second


def choose_pair(first: str, second: str) -> None:
    """Choose the two runs to look at among those that are compared."""
    remember(PAIR, f"{first},{second}")
    st.session_state[CHANGED_PAGE] = 1


def deleted_runs() -> tuple[str, ...]:
    """Return the ids of the runs that this session deleted last."""
    deleted: tuple[str, ...] = st.session_state.get(DELETED, ())
    return deleted


def keep_deleted(deleted: tuple[str, ...]) -> None:
    """Keep which runs were deleted last, so that it can be undone."""
    st.session_state[DELETED] = deleted


def keep_failed_preview() -> None:
    """Keep that this viewer was told that a preview has failed."""
    st.session_state[FAILED_PREVIEW] = True


def take_failed_preview() -> bool:
    """Tell whether this viewer was told so at the last look, and forget it."""
    was_told: bool = st.session_state.pop(FAILED_PREVIEW, False)
    return was_told


def cell(num_classes: int) -> Cell | None:
    """Return the chosen cell, row or column, if the address has a valid one.

    They are written like `4-9`, `4-` and `-9`.
    """
    return _cell(CELL, num_classes)


def learned_cell(num_classes: int) -> Cell | None:
    """Return the cell that is chosen in the matrix of an epoch; see `cell`."""
    return _cell(LEARNED_CELL, num_classes)


def choose_learned_cell(chosen: Cell | None) -> None:
    """Choose a cell in the matrix of an epoch, or none."""
    remember(LEARNED_CELL, str(chosen) if chosen else None)


def block(num_groups: int) -> Cell | None:
    """Return the chosen groups, if the address has valid ones; see `cell`."""
    return _cell(BLOCK, num_groups)


def choose_block(chosen: Cell | None) -> None:
    """Choose a pair of groups, all of a row or a column, or none."""
    remember(BLOCK, str(chosen) if chosen else None)


def choose_cell(chosen: Cell | None) -> None:
    """Choose a cell, a row or a column, or none; the image of another is dropped."""
    remember(CELL, str(chosen) if chosen else None)
    remember(IMAGE, None)
    turn_to_first(CELL_PAGE)


def turn_to_first(pages: str) -> None:
    """Go to the first of some pages, if there have been several."""
    if pages in st.session_state:
        st.session_state[pages] = 1


def image(num_images: int) -> int | None:
    """Return the position of the chosen image, if the address has a valid one."""
    return _position(text(IMAGE) or "", num_images)


def choose_image(chosen: int | None) -> None:
    """Choose an image of a split by its position, or none."""
    remember(IMAGE, None if chosen is None else str(chosen))


def chosen_points(num_images: int) -> tuple[int, ...]:
    """Return the positions of images that were chosen on a map, the valid ones."""
    written = (text(POINTS) or "").split(",")
    found = (_position(each, num_images) for each in written)
    return tuple(each for each in found if each is not None)


def choose_points(chosen: Sequence[int], *, of: int = 0) -> None:
    """Choose some images of a map, or none.

    Args:
        chosen: Their positions.
        of: How many were in the lasso, if these are only some of them.
    """
    remember(POINTS, ",".join(map(str, chosen)) or None)
    st.session_state[LASSO] = tuple(chosen), of


def map_view(name: str) -> Mapping[str, tuple[float, float]]:
    """Return what is in view of a map: the range of each axis, `x` and `y`.

    Returns:
        Nothing of an axis in which nobody has zoomed in.
    """
    kept, view = st.session_state.get(MAP_VIEW, ("", {}))
    found: Mapping[str, tuple[float, float]] = view if kept == name else {}
    return found


def keep_map_view(name: str, changed: Mapping[str, object]) -> None:
    """Keep to what somebody zoomed in a map; see `map_view`.

    Args:
        name: Of the map.
        changed: What plotly.js reports: ranges of axes, or that they are reset.
    """
    view = dict(map_view(name))
    for axis in ("x", "y"):
        low, high = (changed.get(f"{axis}axis.range[{end}]") for end in (0, 1))
        if isinstance(low, int | float) and isinstance(high, int | float):
            view[axis] = min(low, high), max(low, high)
        elif changed.get(f"{axis}axis.autorange"):
            view.pop(axis, None)
    st.session_state[MAP_VIEW] = name, view


def num_in_lasso(chosen: Sequence[int]) -> int:
    """Return of how many images these were chosen; 0 if nobody knows, as by a link."""
    kept, total = st.session_state.get(LASSO, ((), 0))
    return total if kept == tuple(chosen) else 0


def checked(fingerprint: str) -> str | None:
    """Return what verifying a data set has found.

    Returns:
        Empty if all is well; None if nobody did.
    """
    verdicts: dict[str, str] = st.session_state.get(CHECKED, {})
    return verdicts.get(fingerprint)


def keep_checked(fingerprint: str, verdict: str) -> None:
    """Keep what verifying a data set has found; see `checked`."""
    st.session_state.setdefault(CHECKED, {})[fingerprint] = verdict


def start_over_labels() -> None:
    """Go to the first of the suspicious labels, and drop the chosen image."""
    st.session_state[LABELS_PAGE] = 1
    choose_image(None)


def keep_reviewed(step: object) -> None:
    """Keep what this viewer decided last about a label, so that it can be undone."""
    st.session_state.setdefault(REVIEWED, []).append(step)


def last_reviewed() -> object | None:
    """Return what this viewer decided last, if anything that was not undone."""
    steps = st.session_state.get(REVIEWED, [])
    return steps[-1] if steps else None


def drop_reviewed() -> None:
    """Forget what this viewer decided last."""
    st.session_state[REVIEWED].pop()


def pinned_drawing() -> Any:  # noqa: ANN401 - what widgets make is above this module
    """Return what this session has pinned while networks train; None if nothing."""
    return st.session_state.get(PINNED)


def keep_pinned_drawing(material: object) -> None:
    """Pin a drawing in this session, or let it go if None."""
    st.session_state[PINNED] = material


def learning_of(run_id: str) -> str | None:
    """Return the id of the run that was fine-tuned last from a run.

    Returns:
        Empty if there is none; None if nobody has looked for one in this session.
    """
    found: dict[str, str] = st.session_state.get(LEARNING, {})
    return found.get(run_id)


def keep_learning(run_id: str, child_id: str) -> None:
    """Keep which run was fine-tuned last from a run; see `learning_of`."""
    st.session_state.setdefault(LEARNING, {})[run_id] = child_id


def kept_drawing(place: str, key: str | None) -> Kept | None:
    """Return what this viewer has kept in My handwriting of late.

    Args:
        place: Where on the page.
        key: What tells the character from others; None for the last that was kept.
    """
    kept: dict[str, tuple[Kept, ...]] = st.session_state.get(KEPT, {})
    found = [each for each in kept.get(place, ()) if key in (None, each.key)]
    return found[-1] if found else None


def note_kept(place: str, new: Kept) -> None:
    """Note that this viewer has kept a drawing at a place of the page."""
    kept: dict[str, tuple[Kept, ...]] = st.session_state.setdefault(KEPT, {})
    kept[place] = (*kept.get(place, ()), new)[-MAX_KEPT:]


def forget_kept(place: str, old: Kept) -> None:
    """Forget a drawing that was not kept after all."""
    kept: dict[str, tuple[Kept, ...]] = st.session_state.setdefault(KEPT, {})
    kept[place] = tuple(each for each in kept.get(place, ()) if each != old)


def chosen_drawings() -> tuple[str, ...]:
    """Return the ids of the drawings that are selected; some may not exist."""
    chosen: tuple[str, ...] = st.session_state.get(CHOSEN_DRAWINGS, ())
    return chosen


def choose_drawings(ids: Iterable[str]) -> None:
    """Select drawings of My handwriting by their ids."""
    st.session_state[CHOSEN_DRAWINGS] = tuple(ids)


def changed_drawings() -> tuple[Drawing, ...]:
    """Return the drawings that this viewer changed last, as they were before."""
    before: tuple[Drawing, ...] = st.session_state.get(CHANGED_DRAWINGS, ())
    return before


def keep_changed_drawings(before: Iterable[Drawing]) -> None:
    """Keep drawings as they were before a change, so that it can be undone."""
    st.session_state[CHANGED_DRAWINGS] = tuple(before)


def handwriting_round() -> Round | None:
    """Return the round of prompts of this viewer, if there is one."""
    found: Round | None = st.session_state.get(PROMPTS)
    return found


def keep_handwriting_round(now: Round | None) -> None:
    """Keep how a round of prompts stands; None if there is none."""
    st.session_state[PROMPTS] = now


def number(name: str) -> int:
    """Return a counter of this session, which starts at 0."""
    value: int = st.session_state.setdefault(name, _FACTORIES[name]())
    return value


def count_up(name: str) -> None:
    """Add 1 to a counter of this session."""
    st.session_state[name] = number(name) + 1


def viewer() -> str:
    """Return a name of this session that no other has."""
    name: str = st.session_state.setdefault(VIEWER, uuid.uuid4().hex)
    return name


def _cell(name: str, num_rows: int) -> Cell | None:
    true, dash, predicted = (text(name) or "").partition("-")
    found = Cell(_position(true, num_rows), _position(predicted, num_rows))
    is_read = (found.true is not None or not true) and (
        found.predicted is not None or not predicted
    )
    return found if dash and is_read and (true or predicted) else None


def _position(written: str, end: int) -> int | None:
    # Python refuses to read a number of thousands of digits: the length comes first.
    if len(written) > len(str(end)) or not written.isdecimal():
        return None
    position = int(written)
    return position if position < end else None
