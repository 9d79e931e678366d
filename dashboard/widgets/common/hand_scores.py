"""How well runs read My handwriting, as columns of tables."""

from collections.abc import Sequence
from typing import Final

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.proportion import Proportion, percent
from core.records import Run
from dashboard import results, words
from dashboard.results import HandScores
from dashboard.widgets.common import page_frame

TITLE: Final = "My handwriting"
INTERVAL: Final = "My handwriting, interval"
REFRESH_SECONDS: Final = 1.0


def of(runs: Sequence[Run]) -> HandScores:
    """Return what is known, and draw the page again when the rest is."""
    found = results.hand_scores(runs)
    _watch(runs, found.num_waiting)
    return found


def columns(runs: Sequence[Run], hand: HandScores) -> dict[str, list[object]]:
    """Return the columns of a table; none if no run has a score."""
    shares = [hand.shares.get(run.id) for run in runs]
    if not any(shares):
        return {}
    return {
        TITLE: [share and round(100 * share.value, 4) for share in shares],
        INTERVAL: [share and _interval(share) for share in shares],
    }


def config() -> dict[str, ColumnConfig]:
    """Return how these columns are shown."""
    return {
        TITLE: st.column_config.NumberColumn(
            format="%.2f %%",
            help="Accuracy on the drawings of My handwriting whose class the run "
            "knows and from which it has not learned.",
        ),
        INTERVAL: st.column_config.Column(
            help="95 % confidence interval (Wilson), and the number of drawings."
        ),
    }


def rows(runs: Sequence[Run], hand: HandScores) -> dict[str, tuple[str, ...]]:
    """Return the row of a table with a column for each run."""
    shares = [hand.shares.get(run.id) for run in runs]
    written = [
        f"{percent(share.value)} ({_interval(share)})" if share else ""
        for share in shares
    ]
    return {TITLE: tuple(written)}


def _interval(share: Proportion) -> str:
    return f"{words.interval(share)} %, n = {share.total:,}"


def _watch(runs: Sequence[Run], num_waiting: int) -> None:
    if not num_waiting:
        return

    def look() -> None:
        with page_frame.plain_errors():
            if results.hand_scores(runs).num_waiting < num_waiting:
                st.rerun()
        st.caption(f"{words.count(num_waiting, 'run')} still reading My handwriting.")

    st.fragment(look, run_every=REFRESH_SECONDS)()
