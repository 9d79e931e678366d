"""Get EMNIST: one download for all six splits, and other ways if there is no way."""

from typing import Final

import streamlit as st

from core.datasets import catalog, emnist, emnist_zip, getting
from core.datasets.emnist import EmnistSplit
from core.datasets.emnist_zip import KeptZip
from core.jobs.kinds.download import Download
from dashboard import services, state, words
from dashboard.widgets.common import page_frame, read_only
from dashboard.widgets.data_sets import given, working

_SPLIT_HELP: Final = {
    "byclass": "All characters, as they were written: digits, upper and lower case.",
    "bymerge": "All characters; the cases of letters that look alike are one class.",
    "balanced": "The classes of ByMerge with the same number of images each.",
    "letters": "Letters only; both cases of a letter are one class.",
    "digits": "Digits only, equally many of each.",
    "mnist": "Digits only, as many as MNIST has.",
}


def show() -> None:
    """Show the six splits, with a button for each that is not here."""
    st.markdown(
        "EMNIST has 814,255 handwritten digits and letters from the collection of NIST "
        "that MNIST was made of, cut into classes in six ways."
    )
    kept = emnist_zip.kept()
    coming = working.subjects_at_work(Download.kind)
    _zip_state(kept, is_coming=bool(coming))
    here = {spec.name for spec in catalog.specs()}
    with st.container(border=True, gap="small"):
        for split in emnist.SPLITS.values():
            name = split.dataset_name
            _split_row(split, is_here=name in here, is_coming=name in coming)
    _by_hand(kept)


def _zip_state(kept: KeptZip, *, is_coming: bool) -> None:
    total = words.size(emnist.ZIP_SIZE)
    if kept.is_whole:
        text = f"The zip with all six splits is here ({words.size(kept.size)})."
    elif is_coming:
        text = f"One download of {total} serves all six splits. It is under way."
    elif kept.num_downloaded:
        text = (
            f"One download of {total} serves all six splits. "
            f"{words.size(kept.num_downloaded)} of it are here: it goes on from there, "
            "if the server lets it."
        )
    else:
        text = f"One download of {total} serves all six splits. It is not here yet."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(text, width="stretch")
        if kept.size and not is_coming:
            st.button(
                f"Delete what was downloaded, {words.size(kept.size)}",
                icon=":material/delete:",
                type="tertiary",
                key="delete_zip",
                **read_only.guard(
                    "The data sets that were made from it stay. Another split needs "
                    "another download then."
                ),
                on_click=_delete_zip,
            )


def _split_row(split: EmnistSplit, *, is_here: bool, is_coming: bool) -> None:
    total = split.num_train + split.num_test
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.markdown(
            f"**{split.title}**, {total:,} images, {len(split.classes)} classes. "
            f"{_SPLIT_HELP[split.name]}",
            width="stretch",
        )
        st.button(
            "Is here" if is_here else "Get",
            icon=":material/check:" if is_here else ":material/download:",
            key=f"get_{split.name}",
            **read_only.guard(
                f"Downloads EMNIST unless it is here, and imports {split.title}.",
                disabled=is_here or is_coming,
            ),
            on_click=_get,
            args=(split,),
        )


def _get(split: EmnistSplit) -> None:
    with page_frame.plain_errors():
        task = Download(subject=split.dataset_name)
        state.remember(state.JOB, services.submit(task, name=split.title))


def _delete_zip() -> None:
    with page_frame.plain_errors():
        emnist_zip.delete()


def _by_hand(kept: KeptZip) -> None:
    st.subheader("If the download does not work", anchor=False)
    address = getting.address()
    st.markdown(
        f"Download [{words.literal(address)}](<{address}>) in a browser, from "
        f"[NIST's page about EMNIST]({emnist.PAGE}), and put it on the machine that "
        "runs Inklab, here:"
    )
    st.code(str(kept.path), language=None, wrap_lines=True)
    st.markdown(
        "Then click Get. Or import it from where it is, also as a folder with the "
        "official files, Kaggle's CSV files, the MATLAB files, or torchvision's folder "
        "`raw`:"
    )
    with st.form("emnist_path", border=False):
        st.text_input(
            "Path on the machine that runs Inklab",
            key="emnist_path_typed",
            placeholder=str(kept.path),
        )
        st.form_submit_button(
            "Look at it",
            icon=":material/folder_open:",
            on_click=_look_at,
            **read_only.guard(),
        )
    st.caption("Or in a terminal:")
    st.code(
        "python -m core datasets import PATH --split bymerge --name emnist-bymerge",
        language="bash",
    )


def _look_at() -> None:
    given.name_path(st.session_state["emnist_path_typed"])
    st.session_state[state.SECTION] = state.IMPORT
