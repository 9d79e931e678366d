"""Trials of hyperparameter studies, folded under their study in the list of runs."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from core.records import Run
from dashboard import page_paths, services, state, words


def listed(everything: Sequence[Run]) -> tuple[Run, ...]:
    """Say how many trials are folded, and let the viewer unfold those of a study.

    Args:
        everything: All runs.

    Returns:
        Those to list: what is no trial, or was kept, selected or unfolded.
    """
    own = {run.id for run in services.without_trials(everything)}
    sizes = Counter(run.study for run in everything if run.id not in own)
    if not sizes:
        return tuple(everything)
    total = words.count(sizes.total(), "trial")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unfolded = st.selectbox(
            f"{_studies(len(sizes))} with {total}",
            list(sizes),
            index=None,
            format_func=lambda name: f"{name} ({sizes[name]:,})",
            placeholder="Choose a study to list its trials",
            key=state.UNFOLDED,
            width=420,
            **state.LINKED,
        )
        st.page_link(
            page_paths.TUNE,
            label="Tune",
            icon=":material/tune:",
            query_params={state.STUDY: unfolded} if unfolded else None,
        )
    chosen = set(state.selected_runs())
    return tuple(
        run
        for run in everything
        if run.id in own or run.study == unfolded or run.id in chosen
    )


def _studies(number: int) -> str:
    return "1 study" if number == 1 else f"{number:,} studies"
