"""Where a run stands and why it failed, in words: the same on every page."""

import streamlit as st

from core.jobs.kinds import KINDS
from core.records import ENSEMBLE, Job, Run, RunStatus
from dashboard import services, words
from dashboard.widgets.common import page_frame, run_curves


def label(job: Job) -> str:
    """Say it in one word, for tables and lists."""
    is_saving = isinstance(job, Run) and job.is_saving
    return "Saving" if is_saving else str(job.status).capitalize()


def turn(job: Job) -> str:
    """Say where a job stands in the queue: "Queued: 2nd of 3"; empty if it does not."""
    place = services.place(job)
    if place is None:
        return ""
    return f"Queued: {words.ordinal(place.number)} of {place.total:,}"


def sentence(run: Run) -> str:
    """Say what is being done with a run, in Markdown, beside its progress bar."""
    done, epochs = run.scores.epochs_done or 0.0, num_epochs(run)
    name = words.literal(run.name)
    match run.status:
        case RunStatus.QUEUED if queued := turn(run):
            return f"{name} is {queued[0].lower()}{queued[1:]}"
        case RunStatus.RUNNING if run.kind == ENSEMBLE:
            return f"{name} is being built, tested and saved"
        case RunStatus.QUEUED | RunStatus.RUNNING if not done:
            return f"{name} is starting"
        case RunStatus.RUNNING if done >= epochs or run.scores.seconds_left == 0:
            return f"{name} is being tested and saved"
        case RunStatus.RUNNING:
            left = run.scores.seconds_left
            rest = "" if left is None else f", {words.duration(left)} left"
            return f"{name}, {_part(run)}{rest}"
        case status:
            return f"{name} has {status}"


def show_end(run: Run) -> None:
    """Show how a run ended, unless it finished or is not over."""
    match run.status:
        case RunStatus.FAILED:
            show_failure(run, can_continue=state_kept(run))
        case RunStatus.STOPPED if run.is_saving:
            st.info(
                "Stopped. The model is being tested and saved.", icon=":material/save:"
            )
        case RunStatus.STOPPED if run.has_model:
            best = run_curves.best(run, services.history(run))[0]
            kept = f"the weights of epoch {best}" if best else "the latest weights"
            st.info(
                f"Stopped on request. The model has {kept}.", icon=":material/stop:"
            )
        case RunStatus.STOPPED:
            text = f"Stopped on request, without a model.{state_kept(run)}"
            st.info(text, icon=":material/stop:")


def show_failure(job: Job, *, can_continue: str = "") -> None:
    """Show why a job failed.

    Args:
        job: A job that failed.
        can_continue: What to say of how it can be continued; see `state_kept`.
    """
    kind = KINDS[job.kind].title.lower() if job.kind in KINDS else "task"
    page_frame.show_error(f"{job.reason}{can_continue}", title=f"The {kind} failed")


def state_kept(run: Run) -> str:
    """Say from where a run without a model can be continued; empty if it cannot.

    Returns:
        A sentence to follow others, with a space before it.
    """
    finished = None if run.has_model else services.epochs_kept(run)
    if finished is None:
        return ""
    return (
        f" Its state in epoch {finished + 1} of {run.training.epochs} was saved: "
        "Continue, on Train, resumes from there."
    )


def num_epochs(run: Run) -> int:
    """Return how many epochs a run takes; an ensemble is made in one go."""
    return 1 if run.kind == ENSEMBLE else run.training.epochs


def _part(run: Run) -> str:
    """Say which part of the training is under way."""
    done, epochs = run.scores.epochs_done or 0.0, run.training.epochs
    chunk, num_chunks = run.scores.chunk, run.scores.num_chunks
    if not chunk or not num_chunks:
        return f"epoch {min(int(done) + 1, epochs)} of {epochs}"
    # An epoch ends with a full batch, and so a little before the whole number.
    finished = round(done) if chunk == num_chunks else int(done)
    epoch = min(finished + 1, epochs)
    return f"epoch {epoch} of {epochs}, chunk {chunk % num_chunks + 1} of {num_chunks}"
