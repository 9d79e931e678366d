"""A recipe with several seeds: what it reaches on average, and how much it varies."""

import statistics
from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.proportion import percent
from core.records import Run
from dashboard import page_paths, run_snapshots, services, state, studies, words
from dashboard.widgets.common import page_frame, read_only

REFRESH_SECONDS: Final = 2.0


def show(run: Run) -> None:
    """Offer to train the recipe of a run with other seeds, and tell the spread.

    Args:
        run: A trial that has a score.
    """
    found = studies.seeds_of(run.training, services.runs())
    is_waiting = not all(each.status.is_over for each in found)
    every = REFRESH_SECONDS * run_snapshots.pace() if is_waiting else None
    st.fragment(_refresh, run_every=every)(run, was_waiting=is_waiting)


def _refresh(run: Run, *, was_waiting: bool) -> None:
    with page_frame.plain_errors():
        found = studies.seeds_of(run.training, services.runs())
        is_waiting = not all(each.status.is_over for each in found)
        if is_waiting != was_waiting:
            # Whether it looks again is settled with the page.
            st.rerun()
        _show(run, found)


def _show(run: Run, found: Sequence[Run]) -> None:
    if found:
        st.markdown(sentence(found))
        tested = [each for each in found if each.has_model]
        if len(tested) > 1:
            st.page_link(
                page_paths.COMPARE,
                label="Compare these trainings",
                icon=":material/compare_arrows:",
                query_params={state.RUNS: ",".join(each.id for each in tested[:20])},
            )
    if all(each.status.is_over for each in found):
        st.button(
            f"Train it with {studies.NUM_SEEDS} more seeds"
            if found
            else f"Train it with {studies.NUM_SEEDS} seeds",
            icon=":material/casino:",
            key="train_seeds",
            on_click=_train,
            args=(run, [each.training.seed for each in found]),
            **read_only.guard(
                "Queues trainings of this recipe that differ by their seed only, and "
                "tells the mean and the spread of their test accuracies."
            ),
        )


def sentence(found: Sequence[Run]) -> str:
    """Say what trainings that differ by their seed reached.

    Args:
        found: They; some may not be over.
    """
    reached = [
        run.scores.test_accuracy
        for run in found
        if run.scores.test_accuracy is not None
    ]
    waiting = sum(not run.status.is_over for run in found)
    rest = f" {words.count(waiting, 'training')} to come." if waiting else ""
    if not reached:
        return f"With other seeds: no result yet.{rest}"
    mean = statistics.fmean(reached)
    num_test = max(run.scores.test_size or 0 for run in found)
    if len(reached) == 1:
        return f"With 1 seed: {percent(mean)} of {num_test:,} test images.{rest}"
    spread = statistics.stdev(reached)
    low, high = percent(min(reached)), percent(max(reached))
    return (
        f"With {len(reached)} seeds: mean **{percent(mean)}** of {num_test:,} test "
        f"images, from {low} to {high}, standard deviation "
        f"{spread * 100:.2f} percentage points.{rest}"
    )


def _train(run: Run, taken: Sequence[int]) -> None:
    with page_frame.plain_errors():
        studies.train_seeds(run.training, name=run.name, taken=taken)
