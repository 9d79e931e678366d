"""The summary of a data set: computed once for everybody, at the first look."""

import streamlit as st

from core.datasets.arrays import Dataset
from core.datasets.exploring.summary import DatasetSummary
from core.errors import DatasetFileError
from core.jobs.kinds.summary import Summarise
from core.records import Job, RunStatus
from dashboard import results, services
from dashboard.widgets.common import analysis, read_only


def of(dataset: Dataset) -> DatasetSummary | None:
    """Return the summary of a data set, if it has been made."""
    folder = _task(dataset).result()
    if folder is None:
        return None
    try:
        return results.summary(folder)
    except DatasetFileError:
        # It is made again from the images, which are still there.
        if not read_only.is_on():
            _task(dataset).discard()
        return None


def make(dataset: Dataset) -> None:
    """Begin to make the summary at the first look, and show how far it is."""
    task, title = _task(dataset), dataset.spec.title
    known = services.dataset_result(task)
    is_lost = isinstance(known, Job) and known.status is RunStatus.FINISHED
    if read_only.is_on() and (known is None or is_lost):
        st.info(
            "The summary of this data set has not been made, and nothing can be "
            "computed in a read-only Inklab.",
            icon=":material/info:",
        )
        return
    if known is None or is_lost:
        services.submit(task, name=f"Summary of {title}")
    found = analysis.result_about(
        task,
        title=title,
        offer="Averages, orders, duplicates and the map need a look at every image. "
        "It takes some seconds, for a million images some minutes, and is kept.",
    )
    if found is not None:
        st.rerun()


def _task(dataset: Dataset) -> Summarise:
    return Summarise(subject=dataset.spec.name, fingerprint=dataset.fingerprint)
