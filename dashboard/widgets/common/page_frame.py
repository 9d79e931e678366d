"""What surrounds every page: navigation, heading, and errors in plain words."""

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping

import streamlit as st

from core import settings
from core.errors import InklabError
from dashboard import page_paths, services, words
from dashboard.widgets.common import read_only


def pages() -> Mapping[str, list[st.Page]]:
    """Return all pages by the group under which the navigation shows them."""
    return {
        "": [
            st.Page(
                page_paths.OVERVIEW,
                title="Overview",
                icon=":material/home:",
                default=True,
                url_path="start",
            ),
            # The first page has the address of the app; its name leads there too.
            st.Page(
                lambda: st.switch_page(page_paths.OVERVIEW),
                title="Overview",
                url_path="overview",
                visibility="hidden",
            ),
        ],
        "Data": [
            st.Page(page_paths.EXPLORE, title="Explore", icon=":material/grid_view:"),
            st.Page(
                page_paths.DATA_SETS, title="Data sets", icon=":material/database:"
            ),
        ],
        "Train": [
            st.Page(page_paths.TRAIN, title="Train", icon=":material/model_training:"),
            st.Page(page_paths.TUNE, title="Tune", icon=":material/tune:"),
            st.Page(page_paths.RUNS, title="Runs", icon=":material/table_rows:"),
            st.Page(
                page_paths.COMPARE, title="Compare", icon=":material/compare_arrows:"
            ),
        ],
        "Results": [
            st.Page(page_paths.EVALUATE, title="Evaluate", icon=":material/grid_on:"),
            st.Page(page_paths.MISTAKES, title="Mistakes", icon=":material/rule:"),
        ],
        "Try": [st.Page(page_paths.DRAW, title="Draw", icon=":material/draw:")],
    }


def run(page: st.Page) -> None:
    """Run a page; an error that is raised on purpose is shown as it reads."""
    with plain_errors():
        settings.check()
        services.wait_for_server()
        _warn_of_cluster()
        page.run()


def _warn_of_cluster() -> None:
    """Say why nothing is computed; all that was computed can be looked at."""
    state = services.cluster_state()
    if state is None:
        return
    for text in filter(None, (state.problem, *state.remarks)):
        st.warning(words.message(text), icon=":material/lan:")


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Show an error that is raised on purpose as it reads.

    `run` does it for a page; callbacks and fragments run outside of that.
    """
    try:
        yield
    except InklabError as error:
        show_error(str(error), title="This did not work")


def show_error(text: str, *, title: str) -> None:
    """Show what went wrong as it reads, whoever wrote it.

    Args:
        text: The message; what it has between backticks is shown as code.
        title: What did not work, in our words.
    """
    st.error(words.message(text), title=title, icon=":material/error:")


def fragment(body: Callable[[], None]) -> Callable[[], None]:
    """Make a part of a page run alone when its own controls change.

    Args:
        body: Shows the part; errors raised on purpose are shown as they read.
    """

    @functools.wraps(body)
    def with_plain_errors() -> None:
        with plain_errors():
            body()

    return st.fragment(with_plain_errors)


def heading(title: str, question: str) -> None:
    """Show the title of a page and the question that it answers."""
    st.title(title, anchor=False)
    st.caption(question)
    read_only.notice()
