"""The data sets that are here, each with what is known of it."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.datasets import catalog, store
from core.datasets.importing.arrays import round_robin
from core.datasets.spec import DatasetCard, DatasetSpec
from core.datasets.store import Dataset
from core.errors import DatasetError
from dashboard import services, words
from dashboard.charts import previews
from dashboard.widgets.common import page_frame
from dashboard.widgets.data_sets import actions, links, wording

NUM_GLYPHS: Final = 24
STRIP_COLUMNS: Final = 12
STRIP_TILE: Final = 34
NUM_SHOWN: Final = 12
"""More data sets are a click away, or the page would take seconds."""


@dataclass(frozen=True)
class _Use:
    """Which runs have learned from a data set.

    Attributes:
        num_runs: How many.
        num_at_work: How many of them are not over.
    """

    num_runs: int
    num_at_work: int


def show() -> None:
    """Show all data sets."""
    specs = catalog.specs()
    everything = services.runs()
    used = Counter(run.config.dataset for run in everything)
    at_work = Counter(
        run.config.dataset for run in everything if not run.status.is_over
    )
    for number, spec in enumerate(_shown(specs)):
        with st.container(border=True, key=f"data_set_{number}"):
            _card(spec, _Use(used[spec.name], at_work[spec.name]))
    _damaged()


def _shown(specs: tuple[DatasetSpec, ...]) -> tuple[DatasetSpec, ...]:
    if len(specs) <= NUM_SHOWN or st.toggle(f"Show all {len(specs)}", key="show_all"):
        return specs
    return specs[:NUM_SHOWN]


def _card(spec: DatasetSpec, use: _Use) -> None:
    card = None if catalog.is_bundled(spec.name) else catalog.card(spec.name)
    try:
        dataset = services.dataset(spec.name)
    except DatasetError as error:
        st.subheader(words.literal(spec.title), anchor=False)
        page_frame.show_error(str(error), title="This data set is damaged")
        actions.delete(spec, use.num_runs, use.num_at_work)
        return
    text_column, strip_column = st.columns([3, 2], gap="medium")
    with text_column:
        _facts(dataset, use)
    with strip_column:
        st.image(
            _strip(dataset),
            width=STRIP_COLUMNS * STRIP_TILE,
            alt=f"Some training images of {spec.title}",
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        links.show(spec)
        actions.verify(dataset)
        actions.export(dataset)
        if spec.origin == "handwriting":
            links.to_handwriting()
        elif card is not None:
            actions.delete(spec, use.num_runs, use.num_at_work)
    actions.results(dataset)
    with st.expander("Details"):
        _details(dataset, card)


def _facts(dataset: Dataset, use: _Use) -> None:
    spec = dataset.spec
    st.subheader(words.literal(spec.title), anchor=False)
    st.markdown(wording.counts(spec))
    size = words.size(store.size_on_disk(spec.name))
    used = words.count(use.num_runs, "run") if use.num_runs else "no run yet"
    st.caption(
        f"Name: {words.literal(spec.name)}. {wording.ORIGINS[spec.origin]}. {size} on "
        f"disk. Used by {used}. Fingerprint {dataset.fingerprint[:12]}."
    )


def _strip(dataset: Dataset) -> bytes:
    dark = st.context.theme.type == "dark"
    return _drawn_strip(dataset.fingerprint, dark=dark, _dataset=dataset)


@st.cache_data(max_entries=200, show_spinner=False)
def _drawn_strip(fingerprint: str, *, dark: bool, _dataset: Dataset) -> bytes:  # noqa: ARG001 - the cache's key
    chosen = round_robin(_dataset.train.labels, NUM_GLYPHS)
    return previews.strip(
        _dataset.train.images[chosen],
        columns=min(STRIP_COLUMNS, len(chosen)),
        tile=STRIP_TILE,
        palette=services.palette(),
    )


def _details(dataset: Dataset, card: DatasetCard | None) -> None:
    spec = dataset.spec
    st.markdown(f"**Classes:** {wording.class_list(spec.classes)}")
    st.markdown(f"**Licence:** {words.literal(spec.licence) or 'not known'}")
    if spec.citation:
        st.markdown(f"**To cite:** {words.literal(spec.citation)}")
    if card is not None:
        _provenance(card)
    st.markdown(
        "**Fingerprint:**",
        help="SHA-256 of all images and labels. Data sets with one fingerprint are "
        "the same, whatever their names.",
    )
    st.code(dataset.fingerprint, language=None, wrap_lines=True)


def _provenance(card: DatasetCard) -> None:
    if card.source:
        st.markdown(f"**Made from:** {words.literal(card.source)}")
    st.markdown(f"**Made on:** {words.literal(card.created.partition('T')[0])}")
    if card.parent:
        st.markdown(
            f"**Version of:** {words.literal(card.parent)} "
            f"({card.parent_fingerprint[:12]})"
        )
    for change in card.changes:
        st.markdown(f"**Change:** {words.literal(change)}")
    if card.left_out:
        found = [(each.reason, each.count, each.examples) for each in card.left_out]
        st.markdown(
            f"**Left out:** {card.num_left_out:,} images\n\n{wording.problems(found)}"
        )
    for remark in card.remarks:
        st.caption(words.literal(remark))


def _damaged() -> None:
    for folder in catalog.damaged():
        page_frame.show_error(
            f"The card of the data set in {folder} cannot be read. Import the data set "
            "again under another name, or delete the folder.",
            title="A damaged folder",
        )
        actions.delete_folder(folder.name)
