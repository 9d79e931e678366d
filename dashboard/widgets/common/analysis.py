"""What work has found out about a run or a data set, or how to get it."""

from pathlib import Path
from typing import Final

import streamlit as st

from core.errors import UnknownRunError
from core.jobs.tasks import DatasetTask, Task
from core.records import Attachment, Job, Run, RunStatus
from dashboard import services, words
from dashboard.widgets.common import page_frame, read_only, run_status

LOOK_SECONDS: Final = 0.8


def result_of(task: Task, run: Run, *, offer: str) -> Attachment | None:
    """Return what an analysis has found; show what to do or to wait for instead.

    Args:
        task: What makes it.
        run: The run that it is about.
        offer: What the viewer gets, and about how long it takes.

    Returns:
        The result; None if there is none yet.
    """
    found = services.analysis(run, task)
    if isinstance(found, Attachment):
        return found
    _show_way(task, found, offer=offer, name=run.name)
    return None


def result_about(task: DatasetTask, *, title: str, offer: str) -> Path | None:
    """Return what work about a data set has left; see `result_of`.

    Args:
        task: What makes it.
        title: Of the data set.
        offer: What the viewer gets, and about how long it takes.

    Returns:
        The folder of the result; None if there is none yet.
    """
    found = services.dataset_result(task)
    if isinstance(found, Path):
        return found
    _show_way(task, found, offer=offer, name=title)
    return None


def show_job(task: Task) -> Job | None:
    """Show how far work is that leaves no result here, or why it failed.

    Returns:
        The newest job for it; None if nobody has asked for it.
    """
    found = services.newest_job(task)
    if found is not None and not found.status.is_over:
        st.fragment(_progress, run_every=LOOK_SECONDS)(found.id)
    elif found is not None and found.status is RunStatus.FAILED:
        run_status.show_failure(found)
    return found


def _show_way(task: Task, found: Job | None, *, offer: str, name: str) -> None:
    """Show what to do or to wait for."""
    if found is not None and not found.status.is_over:
        st.fragment(_progress, run_every=LOOK_SECONDS)(found.id)
        return
    if found is not None and found.status is RunStatus.FAILED:
        run_status.show_failure(found)
    elif read_only.is_on():
        st.info(
            f"{task.title}: not computed yet. A read-only Inklab shows what was "
            "computed, and computes nothing.",
            icon=":material/info:",
        )
        return
    else:
        st.info(offer, icon=":material/info:")
    st.button(
        f"Compute the {task.title.lower()}",
        icon=":material/play_arrow:",
        key=f"make_{task.kind}",
        **read_only.guard(),
        on_click=_ask,
        args=(task, f"{task.title} of {name}"),
    )


def _progress(job_id: str) -> None:
    with page_frame.plain_errors():
        try:
            job = services.store().job(job_id)
        except UnknownRunError:
            st.rerun()
        if job.status.is_over:
            # The rest of the page shows what came of it.
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(min(max(job.share or 0.0, 0.0), 1.0), text=_stage(job))
            st.button(
                "Cancel",
                icon=":material/close:",
                type="tertiary",
                key=f"cancel_{job.id}",
                **read_only.guard(),
                on_click=_cancel,
                args=(job.id,),
            )


def _stage(job: Job) -> str:
    doing = words.literal(job.activity)
    return run_status.turn(job) or doing.capitalize() or "Starting"


def _ask(task: Task, name: str) -> None:
    with page_frame.plain_errors():
        services.submit(task, name=name)


def _cancel(job_id: str) -> None:
    with page_frame.plain_errors():
        services.cancel_run(job_id)
