"""Import files: what was recognised, a preview, the options, and the button."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import streamlit as st

from core.datasets.importing.make import About
from core.datasets.importing.source import ImportOptions, Source
from core.errors import DatasetError, SeveralSetsError
from core.jobs.kinds.importing import Import
from dashboard import imports, services, state, words
from dashboard.widgets.common import page_frame, read_only
from dashboard.widgets.data_sets import (
    given,
    import_names,
    import_options,
    import_preview,
    wording,
)
from dashboard.widgets.data_sets.import_names import Named


def show() -> None:
    """Let the viewer choose files, look at what they are, and import them."""
    if read_only.is_on():
        st.info("Nothing can be imported into a read-only Inklab.")
        return
    paths = given.choose()
    if not paths:
        st.info(
            "Upload files or name a path. You see what was recognised and a preview "
            "before anything is imported.",
            icon=":material/info:",
        )
        return
    options = import_options.chosen(paths, _pick_split(paths))
    try:
        found = imports.recognised(paths, options)
    except SeveralSetsError as error:
        _offer_splits(paths, error.names)
    except DatasetError as error:
        page_frame.show_error(str(error), title="These files cannot be imported")
        return
    _facts(found.source)
    import_preview.show(found, palette=services.palette())
    with st.container(border=True):
        named = import_names.ask(paths, found.source)
        import_options.ask(paths, found, options)
        import_options.ask_about_problems(paths)
        _import_button(paths, options, named)


def _facts(source: Source) -> None:
    facts = source.facts
    num_train, num_test = source.num_expected("train"), source.num_expected("test")
    height, width = facts.image_shape
    st.markdown(
        f"**{words.literal(facts.form)}**: {num_train:,} training and {num_test:,} "
        f"test images, {len(facts.classes)} classes, {width} x {height} pixels"
    )
    st.caption(f"Classes: {wording.class_list(facts.classes)}")
    for remark in facts.remarks:
        st.caption(words.literal(remark))
    found = source.problems()
    for each in found:
        if each.consequence != "left-out":
            st.caption(
                f"{each.consequence.capitalize()}: "
                f"{wording.problem(each.reason, each.count, each.examples)}"
            )
    left_out = [
        (each.reason, each.count, each.examples)
        for each in found
        if each.consequence == "left-out"
    ]
    if left_out:
        st.warning(
            wording.problems(left_out),
            title="Not everything can be used",
            icon=":material/rule:",
        )


def _import_button(
    paths: Sequence[Path], options: ImportOptions, named: Named | None
) -> None:
    st.button(
        "Import",
        type="primary",
        icon=":material/upload:",
        key="import",
        disabled=named is None,
        on_click=_start,
        args=(tuple(map(str, paths)), options, named),
    )


def _start(paths: tuple[str, ...], options: ImportOptions, named: Named) -> None:
    with page_frame.plain_errors():
        task = Import(
            subject=named.name,
            paths=paths,
            options=options,
            about=About(title=named.title, licence=named.licence),
        )
        job_id = services.submit(task, name=f"Import of {named.name}")
        state.remember(state.JOB, job_id)
        given.clear()


def _pick_split(paths: Sequence[Path]) -> str | None:
    """Let the viewer choose one of several data sets, once it is known that there are.

    Ends the page while none is chosen.
    """
    names: tuple[str, ...] = st.session_state.get(_names_key(paths), ())
    if not names:
        return None
    chosen = st.selectbox(
        "Several data sets lie here. Which one?",
        names,
        index=None,
        key=f"split_{_names_key(paths)}",
        placeholder="Choose one",
        width=420,
        persist_state="page",
    )
    if chosen is None:
        st.stop()
    return chosen


def _offer_splits(paths: Sequence[Path], names: Sequence[str]) -> NoReturn:
    st.session_state[_names_key(paths)] = tuple(names)
    st.rerun()


def _names_key(paths: Sequence[Path]) -> str:
    return f"sets_in_{'|'.join(map(str, paths))}"
