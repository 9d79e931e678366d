"""What a viewer calls a new data set."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.datasets import store
from core.datasets.importing.source import Source
from core.datasets.suggested_names import suggested_name
from core.errors import DatasetNameError
from dashboard import words
from dashboard.widgets.data_sets import import_options


@dataclass(frozen=True)
class Named:
    """What a new data set is called.

    Attributes:
        name: Its name, which is free.
        title: Its title; empty to take the one that was recognised.
        licence: Licence of the data; empty likewise.
    """

    name: str
    title: str
    licence: str


def ask(paths: Sequence[Path], source: Source) -> Named | None:
    """Let the viewer name the new data set.

    Returns:
        The names; None while there can be no data set of that name.
    """
    about = import_options.key_of(source.facts.title, paths)
    name_column, title_column = st.columns(2, gap="medium")
    with title_column:
        title = st.text_input(
            "Title",
            value=source.facts.title,
            max_chars=80,
            key=f"title_of_{about}",
            persist_state="page",
            help="What the pages show.",
        )
    with name_column:
        name = st.text_input(
            "Name",
            value=_suggestion(about, source.facts.title),
            key=f"name_of_{about}",
            live=True,
            persist_state="page",
            help="Unique: a folder, a part of addresses, and what the terminal calls "
            "it. Letters, digits, '-', '_' and '.'.",
        )
        free = _checked(name or "")
    licence = st.text_input(
        "Licence",
        placeholder=source.facts.licence
        or "Whose the images are, and what others may do with them",
        max_chars=500,
        key=f"licence_of_{about}",
        persist_state="page",
    )
    return None if free is None else Named(free, title or "", licence or "")


def _suggestion(about: str, title: str) -> str:
    # Once: while the import runs, the name is taken, and the next one would stand here.
    key = f"suggested_for_{about}"
    if key not in st.session_state:
        st.session_state[key] = suggested_name(title)
    suggested: str = st.session_state[key]
    return suggested


def _checked(name: str) -> str | None:
    try:
        free = store.check_free(name)
    except DatasetNameError as error:
        st.caption(f":material/error: {words.message(str(error))}")
        return None
    st.caption(":material/check: This name is free.")
    return free
