"""The doubtful labels of a split as a mosaic, the most doubtful first."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st

from core.datasets.arrays import Dataset, Split
from core.datasets.label_review import Decision, Decisions, Review
from core.datasets.rejected_labels import RejectedLabel
from core.evaluation.suspicious_labels import Suspects
from core.proportion import percent
from core.types import Indices, Probabilities, SplitName
from dashboard import figure, services, state
from dashboard.charts.mosaic import Grid, mosaic_figure
from dashboard.charts.tile_texts import TileText
from dashboard.figure import Hit
from dashboard.widgets.common import image_captions

PARTS: Final[Mapping[SplitName, str]] = {"test": "test", "train": "training"}

PER_PAGE: Final = 60
PER_PAGE_ON_PHONE: Final = 30
GRID: Final = Grid(columns=10, tile=66)
PHONE_GRID: Final = Grid(columns=5, tile=66)

ALL: Final = "All"
UNDECIDED: Final = "Undecided"
DECIDED: Final = "Decided"
REJECTED: Final = "Rejected by people"


@dataclass(frozen=True, kw_only=True)
class DoubtfulLabels:
    """What is known of the labels of a split.

    Attributes:
        dataset: The data set.
        part: Its training or its test images.
        found: All of them, the most doubtful first.
        probabilities: By which they were ranked, float32 of shape (n, classes).
        review: What people decided so far.
        known: Labels that people rejected elsewhere, by the index of the image.
    """

    dataset: Dataset
    part: SplitName
    found: Suspects
    probabilities: Probabilities
    review: Review
    known: Mapping[int, RejectedLabel]

    @property
    def split(self) -> Split:
        """The images of the part."""
        return self.dataset.part(self.part)

    @property
    def decisions(self) -> Decisions:
        """What people decided about the images of the part."""
        return self.review.of(self.part)

    def seen_by_people(self, index: int) -> str | None:
        """Return what people saw where they rejected a label: "9"; None otherwise."""
        rejected = self.known.get(index)
        if rejected is None:
            return None
        if rejected.seen is None:
            return "none of the classes"
        return self.dataset.spec.classes[rejected.seen]


def pick(labels: DoubtfulLabels) -> Indices:
    """Let the viewer choose which to list.

    Returns:
        Their places in the ranking, from 0.
    """
    options = [ALL, UNDECIDED, DECIDED, *([REJECTED] if labels.known else [])]
    chosen = st.segmented_control(
        "Show",
        options,
        default=ALL,
        required=True,
        key=state.LABELS_SHOWN,
        **state.LINKED,
        wrap=True,
        on_change=state.start_over_labels,
    )
    found, listed = labels.found, labels.found.listed
    if chosen == REJECTED:
        return found.places_of(labels.known)
    decided = found.places_of(labels.decisions)
    if chosen == DECIDED:
        return decided
    return np.setdiff1d(listed, decided) if chosen == UNDECIDED else listed


def page_of(position: int) -> int:
    """Return the page, from 1, of a position in the list."""
    return position // _per_page() + 1


def _per_page() -> int:
    return PER_PAGE_ON_PHONE if services.is_phone() else PER_PAGE


def show(labels: DoubtfulLabels, places: Indices) -> Indices:
    """Show one page of the list; a click chooses an image.

    Args:
        labels: What is known of the labels.
        places: Which to list, by their places in the ranking.

    Returns:
        The places of those that are shown.
    """
    if not len(places):
        st.info("No label of this kind is in the list.", icon=":material/info:")
        return places
    size = _per_page()
    num_pages = math.ceil(len(places) / size)
    slot = st.empty()
    page = 1
    if num_pages > 1:
        page = st.pagination(num_pages, key=state.LABELS_PAGE, **state.LINKED)
    first = (min(page, num_pages) - 1) * size
    shown = places[first : first + size]
    with slot.container():
        _mosaic(labels, shown)
    st.caption(
        f"{first + 1:,} to {first + len(shown):,} of {len(places):,}. Below each "
        "image: its label, and the class that it may be; decided ones are dimmed."
        + (" Coloured: people rejected the label." if labels.known else "")
    )
    return shown


def _mosaic(labels: DoubtfulLabels, shown: Indices) -> None:
    indices = labels.found.indices[shown].tolist()
    chosen = state.image(len(labels.found))
    # The card shows the first one unless another is chosen.
    chosen = indices[0] if chosen is None else chosen

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < len(indices):
            state.choose_image(indices[hit.index])

    drawn = mosaic_figure(
        labels.split.images[indices],
        captions=[_caption(labels, place) for place in shown.tolist()],
        grid=PHONE_GRID if services.is_phone() else GRID,
        selected=indices.index(chosen) if chosen in indices else None,
        palette=services.palette(),
        texts=[_text(labels, place) for place in shown.tolist()],
    )
    figure.show(
        drawn,
        key="suspicious_labels",
        alt=f"{len(shown)} {PARTS[labels.part]} images with doubtful labels, the most "
        "doubtful first",
        on_click=choose,
    )


def _text(labels: DoubtfulLabels, place: int) -> TileText:
    classes = tuple(map(image_captions.cut, labels.dataset.spec.classes))
    found = labels.found
    index, given = int(found.indices[place]), classes[found.given[place]]
    decision = labels.decisions.get(index)
    text = f"{given}→{classes[found.suggested[place]]}"
    return TileText(
        text if decision is None else short(decision, given, classes),
        is_marked=index in labels.known,
        is_dimmed=decision is not None,
    )


def short(decision: Decision, given: str, classes: tuple[str, ...]) -> str:
    """Write a decision in a word or two: "keep 5", "remove", "now 6"."""
    if decision.label is not None:
        return f"now {classes[decision.label]}"
    return f"keep {given}" if decision.verdict == "keep" else "remove"


def _caption(labels: DoubtfulLabels, place: int) -> str:
    classes, found = labels.dataset.spec.classes, labels.found
    index, given = int(found.indices[place]), classes[found.given[place]]
    seen, decision = labels.seen_by_people(index), labels.decisions.get(index)
    parts = [
        f"{place + 1:,}. {PARTS[labels.part]} image {index:,}: labelled {given}",
        f"may be {classes[found.suggested[place]]}",
        f"probability of the label {percent(float(found.scores[place]))}",
    ]
    if seen is not None:
        parts.append(f"people saw {seen}")
    if decision is not None:
        parts.append(f"decided: {short(decision, given, classes)}")
    return ", ".join(parts)
