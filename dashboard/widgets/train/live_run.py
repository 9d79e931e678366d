"""How a run goes: progress and curves; alive while it trains."""

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

import streamlit as st

from core.config import TrainingConfig, known_presets
from core.datasets import catalog
from core.errors import UnknownRunError
from core.insight import network_cost
from core.insight.diagnosis import Severity
from core.proportion import percent
from core.records import ENSEMBLE, FINE_TUNE, History, LivePoints, Run, RunStatus
from dashboard import run_snapshots, services, state, words
from dashboard.run_snapshots import RunSnapshot
from dashboard.widgets.common import (
    clock,
    page_frame,
    read_only,
    run_curves,
    run_status,
)
from dashboard.widgets.draw import pin
from dashboard.widgets.train import pinned, run_result

REFRESH_SECONDS: Final = 0.8
"""Each look takes from the training what the browser needs to draw."""

IMPATIENT_SECONDS: Final = 0.4
SOON: Final = timedelta(seconds=3)
"""A process that is ready takes a run at once; one that has yet to be started needs
many seconds, and the looks would take them from it."""

CHANGED_PACE: Final = 2.0

Stage = Literal["starting", "waiting", "under way", "stopping", "over"]
_INTERVALS: Final[dict[Stage, float | None]] = {
    "starting": IMPATIENT_SECONDS,
    "waiting": REFRESH_SECONDS,
    "under way": REFRESH_SECONDS,
    "stopping": IMPATIENT_SECONDS,
    "over": None,
}


def start(config: TrainingConfig) -> None:
    """Queue a training, and turn to it.

    Args:
        config: What to train.
    """
    spec = catalog.spec(config.dataset)
    network = network_cost.describe_network(config, spec)
    name = known_presets.name_of(config, network=network, ink_style=spec.ink_style)
    run_id = services.start_run(config, name=name)
    pin.pin_to(run_id)
    state.remember(state.WATCHED_RUN, run_id)
    st.session_state[state.TAB] = state.LIVE


def newest(everything: Sequence[Run]) -> None:
    """Show the run to watch, or what will be here.

    Args:
        everything: All runs.
    """
    wanted = state.text(state.WATCHED_RUN)
    run = services.watched_run(everything, wanted)
    if run is None:
        st.info(
            "No training yet. Press Start training, and the curves of the first one "
            "appear here.",
            icon=":material/info:",
        )
        return
    if wanted and run.id != wanted:
        st.info(
            "The run in this address does not exist, or no longer does. This is "
            f"{words.literal(run.name)}.",
            icon=":material/info:",
        )
    live_view(run)
    run_result.continuation(run)


def live_view(run: Run) -> None:
    """Show a run; while it is not over, look again and again.

    Args:
        run: Any run.
    """
    stage = _stage(run)
    st.session_state[state.STAGE] = st.session_state[state.NEXT_STAGE] = stage
    interval = _INTERVALS[stage]
    pace = run_snapshots.pace()
    every = None if interval is None else interval * pace
    st.fragment(_refresh, run_every=every)(run.id, created=run.created, pace=pace)


def _stage(run: Run) -> Stage:
    if run.is_saving:
        return "under way"
    if run.status.is_over:
        return "over"
    if st.session_state.get(state.STOPPING) == run.id:
        return "stopping"
    if run.scores.epochs_done:
        return "under way"
    is_begun = run.status is RunStatus.RUNNING
    return "starting" if is_begun or _is_new(run.created) else "waiting"


def _is_new(created: datetime) -> bool:
    return clock.now() - created < SOON


def _refresh(run_id: str, *, created: datetime, pace: float) -> None:
    with page_frame.plain_errors():
        if not pace / CHANGED_PACE < run_snapshots.pace() < pace * CHANGED_PACE:
            # Many have come or gone; how often it looks is settled with the page.
            st.rerun()
        try:
            if st.session_state[state.NEXT_STAGE] == "starting" and _is_new(created):
                # Drawn at once, it is seen a whole look earlier.
                services.wait_for_first_point(run_id)
            seen = st.session_state.get(state.SEEN)
            seen_now = run_snapshots.latest(run_id, viewer=state.viewer(), seen=seen)
        except UnknownRunError:
            # It was deleted since: the page chooses another.
            st.rerun()
        st.session_state[state.SEEN] = seen_now
        _show(seen_now)


def _show(seen: RunSnapshot) -> None:
    run, history, live = seen.run, seen.history, seen.live
    with st.container(horizontal=True, vertical_alignment="center"):
        _status(run)
        if not run.status.is_over:
            st.button(
                "Stop",
                icon=":material/stop:",
                key="stop",
                **read_only.guard(),
                on_click=_stop,
                args=(run.id,),
            )
    if run.kind == ENSEMBLE:
        _members(run)
    else:
        _numbers(run, history)
        run_curves.show(run, history, live)
        pinned.show(run, seen.pinned)
        _remarks(run, history, live)
    run_result.show(run)
    turn_to(_stage(run))


def turn_to(stage: Stage) -> None:
    """Run the whole page again if a run has come to another stage.

    What was just drawn may not be sent any more then. So a first point is left to
    be seen, and the page is run at the next look.

    Args:
        stage: Where the run stands now.
    """
    seen_before = st.session_state[state.NEXT_STAGE]
    st.session_state[state.NEXT_STAGE] = stage
    if stage != st.session_state[state.STAGE] and stage in {
        "stopping",
        "over",
        seen_before,
    }:
        # The rest of the page shows which runs exist, so it looks again too.
        st.rerun()


def _stop(run_id: str) -> None:
    # Nothing needs to be done about a run that was deleted since: that stops it.
    with page_frame.plain_errors(), contextlib.suppress(UnknownRunError):
        services.stop_run(run_id)
        st.session_state[state.STOPPING] = run_id


def _status(run: Run) -> None:
    done = run.scores.epochs_done or 0.0
    # A training may also be over before its last epoch, by early stopping.
    is_finished = run.status is RunStatus.FINISHED
    share = 1.0 if is_finished else min(done / run_status.num_epochs(run), 1.0)
    st.progress(share, text=run_status.sentence(run))


def _members(run: Run) -> None:
    """Name the members of an ensemble; it has no curves, since it was not trained."""
    now = clock.now()
    found = services.members(run)
    num_deleted = len(run.members) - len(found)
    titles = [words.run_title(member, now=now) for member in found]
    lines = [f"- {words.literal(title)}" for title in titles]
    lines += [f"- {num_deleted} deleted since"] if num_deleted else []
    st.markdown(
        f"This ensemble predicts with the mean of {len(run.members)} networks. It was "
        "not trained, so it has no curves. Its members have theirs:\n"
        + "\n".join(lines)
    )


def _numbers(run: Run, history: History) -> None:
    speed = run.scores.images_per_second
    with st.grid(4, min_column_width=122, gap="small"):
        st.metric("Validation accuracy", _last(history.val_accuracy, as_percent=True))
        st.metric("Validation loss", _last(history.val_loss))
        st.metric("Training loss", _last(history.loss))
        st.metric("Images per second", f"{speed:,.0f}" if speed else "\u2013")


def _last(values: tuple[float, ...], *, as_percent: bool = False) -> str:
    if not values:
        return "\u2013"
    return percent(values[-1]) if as_percent else f"{values[-1]:.4f}"


def _remarks(run: Run, history: History, live: LivePoints) -> None:
    """Say the worst that can be seen in the curves, in a sentence."""
    if run.kind == FINE_TUNE:
        # A few passes with small steps are no training to be judged as one.
        return
    for remark in services.remarks(run, history, live)[:1]:
        text = f"{remark.finding} {remark.advice}"
        if remark.severity is Severity.NOTE:
            st.caption(text)
        else:
            st.warning(text, icon=":material/troubleshoot:")
