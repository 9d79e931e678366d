"""What an ensemble of the compared runs would score, before one makes it."""

from typing import Final

import numpy as np
import streamlit as st

from core.config import EnsembleConfig
from core.evaluation.comparison import compare
from core.insight import verdicts
from core.proportion import Proportion
from dashboard import page_paths, results, services, state, words
from dashboard.widgets.common import page_frame, read_only
from dashboard.widgets.compare.comparable_runs import Compared

HELP: Final = (
    "It would predict with the mean of the runs' probabilities for the test images, "
    "which are known. Members that were chosen by their test accuracy look better "
    "here than they will on other images."
)


def show(compared: Compared) -> None:
    """Say what the mean of the runs would score, and offer to make it."""
    st.subheader("Ensemble", anchor=False)
    ensembles = [
        title
        for run, title in zip(compared.runs, compared.titles, strict=True)
        if isinstance(run.config, EnsembleConfig)
    ]
    if ensembles:
        st.caption(
            f"Not for ensembles: choose the members of "
            f"{words.literal(', '.join(ensembles))} to see what they would score "
            "together with others."
        )
        return
    st.markdown(_score(compared), help=HELP)
    if compared.dataset is None:
        st.caption("It cannot be made, because the images are not here any more.")
    elif st.button(
        "Make this ensemble",
        icon=":material/merge:",
        key="make_ensemble",
        **read_only.guard(),
    ):
        with page_frame.plain_errors():
            run_id = services.combine_runs([run.id for run in compared.runs])
            st.switch_page(page_paths.TRAIN, query_params={state.WATCHED_RUN: run_id})


def _score(compared: Compared) -> str:
    """Say what the ensemble would score, and whether that is more than its best run."""
    found = [results.answers(run) for run in compared.runs]
    labels, mean = found[0].labels, results.ensemble(compared.runs)
    num_right = [int(np.count_nonzero(each.predicted == labels)) for each in found]
    best = int(np.argmax(num_right))
    share = Proportion(int(np.count_nonzero(mean == labels)), len(labels))
    gained = compare(labels, found[best].predicted, mean)
    verdict = verdicts.verdict(
        gained,
        f"{words.literal(compared.titles[best])}, the best of them",
        "The ensemble",
        adjusted=gained.p_value,
        num_pairs=1,
    )
    return (
        f"The mean of these {len(compared.runs)} runs would score "
        f"**{words.accuracy(share)}**. {verdict}"
    )
