"""What can be done with runs: export one, compare several, make an ensemble."""

from collections.abc import Sequence

import streamlit as st

from core.config import MAX_MEMBERS
from core.handover import bundle
from core.records import Run
from dashboard import page_paths, services, state
from dashboard.widgets.common import page_frame, read_only, report_button


def compare(chosen: Sequence[Run]) -> None:
    """Link to the comparison of several runs.

    Args:
        chosen: The selected runs, at least two.
    """
    st.subheader(f"{len(chosen):,} runs selected", anchor=False)
    st.page_link(
        page_paths.COMPARE,
        label="Compare these runs",
        icon=":material/compare_arrows:",
        query_params={state.RUNS: ",".join(run.id for run in chosen)},
    )


def export(chosen: Sequence[Run]) -> None:
    """Offer a single run as one zip, and its report.

    Args:
        chosen: The selected runs.
    """
    if len(chosen) != 1 or not chosen[0].has_model:
        return
    (run,) = chosen
    st.download_button(
        "Export",
        # Made when it is asked for.
        data=lambda: services.archive(run.id),
        file_name=bundle.file_name(run),
        mime="application/zip",
        icon=":material/download:",
        key="export",
        on_click="ignore",
        help="One zip: the model as Keras, LiteRT and ONNX, the recipe, curves and "
        "predictions, a model card, and a plain Keras script of the training.",
    )
    report_button.show(run)


def combine(chosen: Sequence[Run]) -> None:
    """Offer to make an ensemble of several runs.

    Args:
        chosen: The selected runs.
    """
    if not 1 < len(chosen) <= MAX_MEMBERS or not all(run.has_model for run in chosen):
        return
    if st.button(
        "Make an ensemble",
        icon=":material/merge:",
        key="combine",
        **read_only.guard(
            "Creates a run that predicts with the mean of their probabilities. It is "
            "often more accurate than each of them."
        ),
    ):
        with page_frame.plain_errors():
            run_id = services.combine_runs([run.id for run in chosen])
            st.switch_page(page_paths.TRAIN, query_params={state.WATCHED_RUN: run_id})
