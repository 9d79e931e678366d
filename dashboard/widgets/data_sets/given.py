"""Which files somebody wants to import: uploaded, or lying on the server's machine."""

import os
from pathlib import Path
from typing import Final

import streamlit as st

from core.datasets.importing import uploads
from dashboard import imports, state, words
from dashboard.widgets.common import page_frame

MAX_UPLOAD_MB: Final = 100

_PATH: Final = "import_path"
_TEST_PATH: Final = "import_test_path"
_UNDERSTOOD: Final = (
    "A zip of pictures with one folder for each class; IDX files; a CSV table with a "
    "label and the pixels of an image in each row; a NumPy archive (.npz); a MATLAB "
    "file like EMNIST's. Several files of one data set can be given together."
)


def choose() -> tuple[Path, ...]:
    """Let the viewer upload files or name their path.

    Returns:
        The files and folders; none if nothing is chosen.
    """
    uploaded = uploads.find(state.text(state.UPLOAD) or "")
    if uploaded:
        _show_uploaded(uploaded)
        return uploaded
    _uploader()
    return _typed()


def clear() -> None:
    """Choose nothing, for another import."""
    state.remember(state.UPLOAD, None)
    state.count_up(state.UPLOADER)
    for key in (_PATH, _TEST_PATH):
        st.session_state[key] = ""


def name_path(path: str) -> None:
    """Choose a path, in the place of what was chosen before."""
    clear()
    st.session_state[_PATH] = path


def _show_uploaded(uploaded: tuple[Path, ...]) -> None:
    listed = ", ".join(
        f"{words.literal(path.name)} ({words.size(path.stat().st_size)})"
        for path in uploaded
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Uploaded:** {listed}", width="stretch")
        st.button(
            "Choose other files",
            icon=":material/close:",
            key="clear_upload",
            on_click=clear,
        )


def _uploader() -> None:
    # Another one, which is empty, once its files lie in the home: in here they would
    # stay in memory.
    key = f"upload_{state.number(state.UPLOADER)}"
    st.file_uploader(
        f"Upload files of up to {MAX_UPLOAD_MB} MB",
        accept_multiple_files=True,
        key=key,
        max_upload_size=MAX_UPLOAD_MB,
        help=_UNDERSTOOD,
        on_change=_keep,
        args=(key,),
    )


def _keep(key: str) -> None:
    given = st.session_state[key]
    if not given:
        return
    with page_frame.plain_errors():
        kept = [uploads.keep(each.name, each) for each in given]
        state.remember(state.UPLOAD, uploads.token(kept))
        state.count_up(state.UPLOADER)


def _typed() -> tuple[Path, ...]:
    path_column, test_column = st.columns([3, 2], gap="medium")
    with path_column:
        path = st.text_input(
            "Or a path on the machine that runs Inklab",
            key=_PATH,
            bind="query-params",
            placeholder="/home/me/letters.zip",
            help="A file or a folder of any size, on the computer on which Inklab was "
            f"started, with its full path. {_UNDERSTOOD}",
        )
    with test_column:
        test_path = st.text_input(
            "Path of the test images, if they lie elsewhere",
            key=_TEST_PATH,
            bind="query-params",
            help="For two folders or files, the first of which is for training.",
        )
    if path and st.button(
        "Look again", icon=":material/refresh:", key="look_again", type="tertiary"
    ):
        imports.forget()
    # No file system has a name with a zero in it, and Python refuses to ask.
    written = [
        each.replace("\0", "").strip().strip("\"'")
        for each in (path or "", test_path or "")
    ]
    if not written[0]:
        return ()
    # A tilde with the name of nobody stays as it is, and is not found.
    return tuple(
        Path(os.path.expanduser(each)).absolute()  # noqa: PTH111 - Path would raise
        for each in written
        if each
    )
