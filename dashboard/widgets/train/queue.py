"""The queue: what waits, in which order, and how to change it."""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from core.config import differing_settings
from core.config.controls import in_sentence
from core.insight import network_cost
from core.records import ENSEMBLE, TRAIN, Job, Run, RunStatus
from dashboard import run_snapshots, services, words
from dashboard.widgets.common import page_frame, read_only

REFRESH_SECONDS: Final = 3.0
SLOWEST_PACE: Final = 4.0
NUM_SHOWN: Final = 5
"""What comes next; the rest is a click away, or many would hide the page."""

TOLD: Final = ("epochs", "preset")
"""Settings that are told anyway, or that say nothing of the training itself."""

MAX_DIFFERENCES: Final = 4
EARLIER: Final = "Earlier"
LATER: Final = "Later"
FIRST: Final = "To the front"
LAST: Final = "To the end"
MOVES: Final = {FIRST: -sys.maxsize, EARLIER: -1, LATER: 1, LAST: sys.maxsize}
"""By how many places each moves a run; it stays within the queue."""


def queue(everything: Sequence[Job]) -> None:
    """Show what waits, and look again and again while a job is not over.

    Args:
        everything: All jobs.
    """
    if not all(job.status.is_over for job in everything):
        # In a fragment of its own, because the run that is shown above may be over,
        # and somebody else may ask for one while it is not.
        seconds = REFRESH_SECONDS * min(run_snapshots.pace(), SLOWEST_PACE)
        st.fragment(_refresh, run_every=seconds)(
            had_some=bool(services.waiting_jobs(everything))
        )


def _refresh(*, had_some: bool) -> None:
    with page_frame.plain_errors():
        everything = services.jobs()
        waiting = services.waiting_jobs(everything)
        if (had_some and not waiting) or all(job.status.is_over for job in everything):
            # The rest of the page shows what became of them.
            st.rerun()
        _analyses_at_work(everything)
        _adopted(everything)
        if not waiting:
            return
        st.subheader("Queue", anchor=False)
        descriptions = _descriptions(waiting)
        _rows(waiting, descriptions, first=1, last=NUM_SHOWN)
        if (num_more := len(waiting) - NUM_SHOWN) > 0:
            label = f"{num_more:,} more"
            with st.expander(label, key="more_waiting", on_change="rerun") as more:
                if more.open:
                    _rows(waiting, descriptions, first=NUM_SHOWN + 1, last=len(waiting))


def _analyses_at_work(everything: Sequence[Job]) -> None:
    """Name the work under way that has no curves to watch."""
    for job in everything:
        if job.status is RunStatus.RUNNING and not isinstance(job, Run):
            with st.container(horizontal=True, vertical_alignment="center"):
                doing = f", {words.literal(job.activity)}" if job.activity else ""
                text = f"{words.literal(job.name)}{doing}"
                st.progress(min(max(job.share or 0.0, 0.0), 1.0), text=text)
                _cancel_button(job)


def _adopted(everything: Sequence[Job]) -> None:
    """Say that what waited for a server that is gone goes on."""
    num = sum(job.is_adopted and not job.status.is_over for job in everything)
    if num:
        was = "was" if num == 1 else "were"
        resumes = "It continues now" if num == 1 else "They continue now, in order"
        st.info(
            f"{words.count(num, 'task')} {was} queued when Inklab was closed. "
            f"{resumes}. Cancel removes a task from the queue, Stop ends the running "
            "one.",
            icon=":material/history:",
        )


def _rows(
    waiting: Sequence[Job], descriptions: Mapping[str, str], *, first: int, last: int
) -> None:
    for number, run in enumerate(waiting[first - 1 : last], start=first):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", wrap=False
        ):
            st.markdown(f"{number}\\. {descriptions[run.id]}", width="stretch")
            _move(run, is_alone=len(waiting) == 1)
            _cancel_button(run)


def _cancel_button(job: Job) -> None:
    st.button(
        "Cancel",
        icon=":material/close:",
        **read_only.guard(f"Cancel {words.literal(job.name)}"),
        type="tertiary",
        key=f"cancel_{job.id}",
        on_click=_cancel,
        args=(job.id,),
    )


def _descriptions(waiting: Sequence[Job]) -> Mapping[str, str]:
    """Describe each job, by its id, so that those of one name can be told apart."""
    alike: defaultdict[str, list[Job]] = defaultdict(list)
    for job in waiting:
        alike[job.name].append(job)
    described = {}
    for jobs in alike.values():
        runs = [job for job in jobs if isinstance(job, Run)]
        trained = [run.config for run in runs if run.kind == TRAIN]
        differing = [each for each in differing_settings(trained) if each not in TOLD]
        for job in jobs:
            described[job.id] = _describe(job, differing)
    return described


def _describe(job: Job, differing: Sequence[str]) -> str:
    name = words.literal(job.name)
    if not isinstance(job, Run):
        return f"**{name}**"
    if job.kind == ENSEMBLE:
        return f"**{name}**, ensemble of {len(job.members)} runs"
    network = network_cost.describe_network(job.config, services.spec_of(job))
    title = f"**{name}**" if network == job.name else f"**{name}** ({network})"
    epochs = words.count(job.training.epochs, "epoch")
    settings = job.config.flat()
    told = [each for each in differing if each in settings]
    parts = [
        f"{in_sentence(each)} {words.literal(str(settings[each]))}"
        for each in told[:MAX_DIFFERENCES]
    ]
    more = ["..."] if len(told) > MAX_DIFFERENCES else []
    return ", ".join([title, epochs, *parts, *more])


def _move(run: Job, *, is_alone: bool) -> None:
    key = f"move_{run.id}"
    st.menu_button(
        "Move",
        MOVES,
        type="tertiary",
        key=key,
        **read_only.guard(f"Move {words.literal(run.name)}", disabled=is_alone),
        on_click=_shift,
        args=(run.id, key),
    )


def _shift(run_id: str, key: str) -> None:
    with page_frame.plain_errors():
        services.move_run(run_id, by=MOVES[st.session_state[key]])


def _cancel(run_id: str) -> None:
    with page_frame.plain_errors():
        services.cancel_run(run_id)
