"""Work about data sets: what is under way, what has failed, and what came of it.

It lies in the store, so it survives a reload, and all sessions see the same.
"""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.datasets import catalog
from core.datasets.spec import DatasetSpec
from core.errors import DatasetError
from core.jobs import kinds
from core.jobs.kinds.download import Download
from core.jobs.kinds.export import Export
from core.jobs.kinds.importing import Import
from core.records import Job, RunStatus
from core.runs import annotations
from dashboard import job_pace, services, state, words
from dashboard.widgets.common import page_frame, read_only, run_status
from dashboard.widgets.data_sets import links, wording

MAKING: Final = frozenset({Import.kind, Download.kind})
"""The kinds whose subject is a data set that they make."""

LOOK_SECONDS: Final = 1.0
IDLE_SECONDS: Final = 5.0
MAX_FAILURES: Final = 5


def show() -> None:
    """Show work about data sets, and look again and again."""
    jobs = _jobs()
    is_at_work = any(not job.status.is_over for job in jobs)
    seconds = LOOK_SECONDS if is_at_work else IDLE_SECONDS
    st.fragment(_look, run_every=seconds)(_stages(jobs))


def subjects_at_work(kind: str) -> frozenset[str]:
    """Return what work of a kind is about that waits or is being done."""
    return frozenset(
        job.subject for job in _jobs() if job.kind == kind and not job.status.is_over
    )


def _look(seen: dict[str, RunStatus]) -> None:
    with page_frame.plain_errors():
        jobs = _jobs()
        if _stages(jobs) != seen:
            # The rest of the page shows what became of them.
            st.rerun()
        for job in jobs:
            if not job.status.is_over:
                _progress(job)
        for job in _failures(jobs)[:MAX_FAILURES]:
            _failure(job)
        _result(jobs)


def _jobs() -> tuple[Job, ...]:
    return tuple(job for job in services.jobs() if job.kind in kinds.DATASET_KINDS)


def _stages(jobs: Sequence[Job]) -> dict[str, RunStatus]:
    return {job.id: job.status for job in jobs}


def _failures(jobs: Sequence[Job]) -> list[Job]:
    """Return the failed jobs that no later one has made up for, newest first."""
    found: list[Job] = []
    seen: set[tuple[str, str]] = set()
    for job in jobs:
        what = (job.kind, job.subject)
        if job.status is RunStatus.FAILED and what not in seen:
            found.append(job)
        seen.add(what)
    return found


def _progress(job: Job) -> None:
    share = min(max(job.share or 0.0, 0.0), 1.0)
    left = job_pace.seconds_left(job.id, share)
    doing = run_status.turn(job) or words.literal(job.activity) or "starting"
    rest = "" if left is None else f", {words.duration(left)} left"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, text=f"**{words.literal(job.name)}**: {doing}{rest}")
        st.button(
            "Cancel",
            icon=":material/close:",
            type="tertiary",
            key=f"cancel_{job.id}",
            **read_only.guard(),
            on_click=_cancel,
            args=(job.id,),
        )


def _failure(job: Job) -> None:
    page_frame.show_error(job.reason, title=f"{words.literal(job.name)} failed")
    with st.container(horizontal=True):
        st.button(
            "Try again",
            icon=":material/refresh:",
            key=f"again_{job.id}",
            **read_only.guard(),
            on_click=_again,
            args=(job.id,),
        )
        st.button(
            "Dismiss",
            icon=":material/close:",
            type="tertiary",
            key=f"dismiss_{job.id}",
            **read_only.guard(),
            on_click=_dismiss,
            args=(job.id,),
        )


def _result(jobs: Sequence[Job]) -> None:
    """Show what came of the work that this viewer asked for."""
    wanted = state.text(state.JOB)
    job = next((each for each in jobs if each.id == wanted), None)
    if job is None or not job.status.is_over or job.status is RunStatus.FAILED:
        return
    with st.container(border=True):
        spec = None
        if job.status is RunStatus.STOPPED:
            st.info(
                f"{words.literal(job.name)} was cancelled. Nothing is left of it but "
                "what was downloaded.",
                icon=":material/cancel:",
            )
        elif job.kind in MAKING:
            spec = _made(job)
        elif job.kind == Export.kind:
            _written(job)
        with st.container(horizontal=True, vertical_alignment="center"):
            if spec is not None:
                links.show(spec, is_main=True)
            st.button(
                "Close",
                icon=":material/close:",
                type="tertiary",
                key="close_result",
                on_click=state.remember,
                args=(state.JOB, None),
            )


def _made(job: Job) -> DatasetSpec | None:
    """Show what is known of a data set that was made, if it is still there."""
    try:
        card = catalog.card(job.subject)
    except DatasetError as error:
        page_frame.show_error(str(error), title="The data set is not there any more")
        return None
    st.success(
        f"**{words.literal(card.spec.title)}** is here: {wording.counts(card.spec)}.",
        icon=":material/check_circle:",
    )
    left_out = [(each.reason, each.count, each.examples) for each in card.left_out]
    if left_out:
        st.markdown(
            f"Left out: {words.count(card.num_left_out, 'image')}\n\n"
            f"{wording.problems(left_out)}"
        )
    for remark in card.remarks:
        st.caption(words.literal(remark))
    return card.spec


def _written(job: Job) -> None:
    task = kinds.task_of(services.store(), job)
    if isinstance(task, Export):
        st.success(
            f"{words.literal(job.name)} is ready, on the machine that runs Inklab:",
            icon=":material/check_circle:",
        )
        st.code(str(task.path), language=None, wrap_lines=True)


def _cancel(job_id: str) -> None:
    with page_frame.plain_errors():
        services.cancel_run(job_id)


def _again(job_id: str) -> None:
    with page_frame.plain_errors():
        state.remember(state.JOB, services.submit_again(job_id))


def _dismiss(job_id: str) -> None:
    with page_frame.plain_errors():
        annotations.delete(services.store(), [job_id])
