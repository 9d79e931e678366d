"""What was decided about labels: how much, as a table, and as a new data set."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import streamlit as st

from core.datasets import label_review, store
from core.datasets.arrays import PARTS
from core.datasets.label_review import Verdict
from core.jobs.kinds.version import MakeVersion
from dashboard import services, words
from dashboard.widgets.common import analysis, page_frame, read_only
from dashboard.widgets.data_sets import links
from dashboard.widgets.mistakes.label_list import DoubtfulLabels

_VERDICTS: Final[Mapping[Verdict, str]] = {
    "keep": "kept",
    "remove": "to remove",
    "relabel": "to relabel",
}


def show(labels: DoubtfulLabels) -> None:
    """Show how much was decided about the data set, and offer what to do with it."""
    dataset, review = labels.dataset, labels.review
    st.subheader("Decisions", anchor=False)
    counts = Counter(
        each.verdict for part in PARTS for each in review.of(part).values()
    )
    if not counts:
        st.caption(
            "None yet. Decisions are kept with the data set, for all its viewers, and "
            "change nothing until you make a new version of it."
        )
        return
    listed = labels.found.indices[labels.found.listed].tolist()
    done = sum(index in labels.decisions for index in listed)
    told = ", ".join(f"{counts[each]:,} {text}" for each, text in _VERDICTS.items())
    st.markdown(
        f"**{done:,} of {len(listed):,}** listed labels decided. In both splits of "
        f"{words.literal(dataset.spec.title)}: {told}."
    )
    with st.container(horizontal=True):
        st.download_button(
            "Export as CSV",
            data=lambda: label_review.as_csv(review, dataset),
            file_name=f"labels-{dataset.spec.name}.csv",
            mime="text/csv",
            icon=":material/download:",
            key="export_labels",
            on_click="ignore",
            help="A line for each image: split, index, given class, decision, new "
            "class.",
        )
        if review.changing:
            _offer_version(labels)
    if review.changing:
        _show_version(labels)


def _offer_version(labels: DoubtfulLabels) -> None:
    dataset, review = labels.dataset, labels.review
    name = store.next_version(dataset.spec.name)
    st.button(
        f"Make a new version of the data set ({words.literal(name)})",
        icon=":material/content_cut:",
        key="make_reviewed_version",
        on_click=_ask,
        args=(MakeVersion.reviewed(dataset, review), dataset.spec.title),
        **read_only.guard(
            f"{len(review.changing):,} images are left out or relabelled; this data "
            "set stays as it is, and runs that used it too.",
            disabled=label_review.made_by(dataset, review) is not None,
        ),
    )


def _show_version(labels: DoubtfulLabels) -> None:
    """Show how far the new version is, or lead to it."""
    spec = label_review.made_by(labels.dataset, labels.review)
    if spec is None:
        analysis.show_job(MakeVersion.reviewed(labels.dataset, labels.review))
        return
    st.success(
        f"{words.literal(spec.title)} ({words.literal(spec.name)}) follows these "
        "decisions.",
        icon=":material/check:",
    )
    links.show(spec, is_main=True)


def _ask(task: MakeVersion, title: str) -> None:
    with page_frame.plain_errors():
        services.submit(task, name=f"{title}, labels reviewed")
