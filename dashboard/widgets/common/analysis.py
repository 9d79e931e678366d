"""What an analysis has found out about a run, or how to get it."""

from typing import Final

import streamlit as st

from core.errors import UnknownRunError
from core.jobs.tasks import Task
from core.records import Attachment, Job, Run, RunStatus
from dashboard import services, words
from dashboard.widgets.common import page_frame, run_status

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
    if found is not None and not found.status.is_over:
        st.fragment(_progress, run_every=LOOK_SECONDS)(found.id)
        return None
    if found is not None and found.status is RunStatus.FAILED:
        run_status.show_failure(found)
    else:
        st.info(offer, icon=":material/info:")
    st.button(
        f"Compute the {task.title.lower()}",
        icon=":material/play_arrow:",
        key=f"make_{task.kind}",
        on_click=_ask,
        args=(run, task),
    )
    return None


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
                on_click=_cancel,
                args=(job.id,),
            )


def _stage(job: Job) -> str:
    doing = words.literal(job.activity)
    return run_status.turn(job) or doing.capitalize() or "Starting"


def _ask(run: Run, task: Task) -> None:
    with page_frame.plain_errors():
        services.analyse(run, task)


def _cancel(job_id: str) -> None:
    with page_frame.plain_errors():
        services.cancel_run(job_id)
