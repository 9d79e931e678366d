"""What can be done with a data set: verify, export and delete it."""

from typing import Final

import streamlit as st

from core.datasets import export as file_export
from core.datasets import store
from core.datasets.export import Form
from core.datasets.spec import DatasetSpec
from core.datasets.store import Dataset
from core.errors import DatasetError
from core.jobs.kinds.export import Export
from dashboard import services, state, words
from dashboard.widgets.common import page_frame, read_only

FORMS: Final[dict[Form, str]] = {
    "idx": "IDX files in a zip, like MNIST's",
    "npz": "A NumPy archive (.npz)",
    "folders": "Pictures in a folder for each class, in a zip",
}
MAX_IN_BROWSER: Final = 20_000
"""Images of a data set that is written while its viewer waits, in some seconds."""


def verify(dataset: Dataset) -> None:
    """Offer to compare every byte with the fingerprint; see `results`."""
    name = dataset.spec.name
    if st.button(
        "Verify",
        icon=":material/fact_check:",
        key=f"verify_{name}",
        help="Compares every byte of its files with its fingerprint.",
    ):
        with st.spinner("Reading every byte", show_time=True):
            state.keep_checked(dataset.fingerprint, _verdict(name))


def export(dataset: Dataset) -> None:
    """Offer a data set as a file: a small one to the browser, a big one in the home."""
    name = dataset.spec.name
    with st.popover("Export", icon=":material/download:", key=f"export_{name}"):
        form = st.radio(
            "Form",
            tuple(FORMS),
            format_func=FORMS.__getitem__,
            key=f"form_{name}",
        )
        if dataset.spec.num_train + dataset.spec.num_test <= MAX_IN_BROWSER:
            st.download_button(
                "Download",
                # Made when it is asked for.
                data=lambda: services.exported(dataset, form),
                file_name=file_export.file_name(name, form),
                mime="application/octet-stream",
                icon=":material/download:",
                key=f"download_{name}",
                on_click="ignore",
            )
        else:
            _offer_file(
                Export(subject=name, fingerprint=dataset.fingerprint, form=form)
            )


def results(dataset: Dataset) -> None:
    """Show what came of verifying a data set in this session."""
    verdict = state.checked(dataset.fingerprint)
    if verdict == "":
        st.success(
            "Every byte is as it was when the data set was made.",
            icon=":material/check_circle:",
        )
    elif verdict is not None:
        page_frame.show_error(verdict, title="The data set has changed")


def delete(spec: DatasetSpec, num_runs: int, num_at_work: int) -> None:
    """Offer to delete a data set; it asks once.

    Args:
        spec: A data set in the home.
        num_runs: How many runs have learned from it.
        num_at_work: How many of them are not over.
    """
    with st.popover("Delete", icon=":material/delete:", key=f"delete_{spec.name}"):
        title = words.literal(spec.title)
        again = (
            "It can be downloaded again."
            if spec.origin == "download"
            else "It cannot be undone, but the files can be imported again."
        )
        st.markdown(f"Delete **{title}** with all its images? {again}")
        if num_runs:
            st.markdown(
                f"{words.count(num_runs, 'run')} used it. Their scores and models "
                "stay, but their images cannot be shown any more."
            )
        if num_at_work:
            st.warning(
                f"{words.count(num_at_work, 'run')} not over yet may fail without it.",
                icon=":material/warning:",
            )
        _delete_button(spec.name)


def delete_folder(name: str) -> None:
    """Offer to delete a damaged folder; it asks once."""
    with st.popover("Delete", icon=":material/delete:", key=f"delete_folder_{name}"):
        st.markdown(f"Delete {words.literal(name)} with all its images?")
        _delete_button(name)


def _delete_button(name: str) -> None:
    st.button(
        "Delete",
        type="primary",
        key=f"confirm_delete_{name}",
        **read_only.guard(),
        on_click=_delete,
        args=(name,),
    )


def _offer_file(task: Export) -> None:
    st.caption("It is large, so it is written on the machine that runs Inklab.")
    if task.path.exists():
        st.code(str(task.path), language=None, wrap_lines=True)
    st.button(
        "Write the file",
        icon=":material/save:",
        key=f"write_{task.subject}",
        **read_only.guard(),
        on_click=_write,
        args=(task,),
    )


def _write(task: Export) -> None:
    with page_frame.plain_errors():
        job_id = services.submit(task, name=f"Export of {task.subject}")
        state.remember(state.JOB, job_id)


def _delete(name: str) -> None:
    with page_frame.plain_errors():
        store.delete(name)


def _verdict(name: str) -> str:
    """Return what is wrong with a data set; empty if nothing is."""
    try:
        store.verify(name)
    except DatasetError as error:
        return str(error)
    return ""
