"""Learn my hand: teach the run the drawings of My handwriting, as a new run."""

import contextlib
from typing import Final

import streamlit as st

from core.datasets.spec import DatasetSpec
from core.errors import InklabError, UnknownRunError
from core.handwriting import collection
from core.jobs.kinds import fine_tune
from core.jobs.kinds.fine_tune import MIN_DRAWINGS
from core.records import ENSEMBLE, FINE_TUNE, Run, RunStatus
from dashboard import page_paths, services, state, words
from dashboard.widgets.common import fine_tuned, page_frame, read_only, run_status
from dashboard.widgets.draw import pin

LOOK_SECONDS: Final = 0.8
SAVING_SECONDS: Final = 4.0
"""What testing and saving a run takes, roughly, after it has learned."""


def show(run: Run, spec: DatasetSpec) -> None:
    """Offer to fine-tune a run, show how far that is, and what came of it.

    Args:
        run: A run with a model.
        spec: The data set that it learned from.
    """
    num_learned, num_held_out = _counts(spec)
    child = _child(run)
    if not num_learned + num_held_out and child is None and run.kind != FINE_TUNE:
        return
    st.subheader("Learn my hand", anchor=False)
    if run.kind == FINE_TUNE:
        fine_tuned.show(run)
    if child is not None and not child.status.is_over:
        st.fragment(_progress, run_every=LOOK_SECONDS)(child.id)
        return
    if child is not None:
        _result(child)
    _offer(run, num_learned, num_held_out, is_again=child is not None)


def _counts(spec: DatasetSpec) -> tuple[int, int]:
    """Count the drawings of the classes of a run: to learn from, and held out."""
    known, _ = collection.labelled(collection.drawings(), spec.classes)
    num_learned = sum(each.part == "train" for each in known)
    return num_learned, len(known) - num_learned


def _child(run: Run) -> Run | None:
    """Return the run that was fine-tuned last from this one, if there is one."""
    child_id = state.learning_of(run.id)
    if child_id is None:
        # Another session, or this one before it was opened again, may have asked.
        found = (
            each.id
            for each in services.runs()
            if each.kind == FINE_TUNE and each.parent == run.id
        )
        child_id = next(found, "")
        state.keep_learning(run.id, child_id)
    try:
        return services.store().get(child_id) if child_id else None
    except UnknownRunError:
        # It was deleted since.
        state.keep_learning(run.id, "")
        return None


def _offer(run: Run, num_learned: int, num_held_out: int, *, is_again: bool) -> None:
    name = words.literal(run.name)
    if run.kind == ENSEMBLE:
        st.caption(
            f"{name} is an ensemble, the mean of {len(run.members)} networks. "
            "Fine-tune one of its members: choose it above."
        )
        return
    if num_learned < MIN_DRAWINGS:
        st.caption(
            f"{num_learned} of {MIN_DRAWINGS} drawings to learn from are there "
            f"({num_held_out} more are held out for a test). Say under the prediction "
            f"what your drawings are; then {name} can be fine-tuned on them in seconds."
        )
        return
    drawings = words.count(num_learned, "drawing")
    st.caption(
        f"Fine-tunes {name} on {drawings} of My handwriting, "
        f"as a new run; {name} stays as it is. {num_held_out:,} more are held out for "
        "a test, and original training images are mixed in so that the rest is not "
        f"forgotten.{_expected(run.id, num_learned, run)}"
    )
    st.button(
        "Learn my hand again" if is_again else "Learn my hand",
        icon=":material/school:",
        key="learn_hand",
        type="secondary" if is_again else "primary",
        **read_only.guard(disabled=not services.has_images(run)),
        on_click=_start,
        args=(run.id,),
    )
    if not services.has_images(run):
        st.caption(
            f"The images that {name} learned from are not in this home, and without "
            "them it would forget: get or import that data set again."
        )


# Not after each stroke: it looks at all runs and all drawings.
@st.cache_data(max_entries=100, show_spinner=False)
def _expected(run_id: str, num_learned: int, _run: Run) -> str:  # noqa: ARG001 - the key
    """Say how long it will take; nothing where that is not known."""
    with contextlib.suppress(InklabError):
        seconds = services.expected_fine_tuning(_run) + SAVING_SECONDS
        return f" About {words.duration(seconds)}."
    return ""


def _start(run_id: str) -> None:
    with page_frame.plain_errors():
        task, name = fine_tune.fine_tuning_of(services.store(), run_id)
        child_id = services.submit(task, name=name)
        state.keep_learning(run_id, child_id)
        pin.pin_to(child_id)


def _progress(run_id: str) -> None:
    with page_frame.plain_errors():
        try:
            run = services.store().get(run_id)
        except UnknownRunError:
            st.rerun()
        if run.status.is_over and not run.is_saving:
            # The rest of the page can choose it now.
            st.rerun()
        done = (run.scores.epochs_done or 0.0) / run_status.num_epochs(run)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(min(done, 1.0), text=run_status.sentence(run))
            st.button(
                "Cancel",
                icon=":material/close:",
                type="tertiary",
                key=f"cancel_{run.id}",
                **read_only.guard(),
                on_click=services.cancel_run,
                args=(run.id,),
            )


def _result(child: Run) -> None:
    if child.status is RunStatus.FAILED:
        run_status.show_failure(child)
        return
    if not child.has_model:
        st.info("Stopped on request, without a model.", icon=":material/stop:")
        return
    fine_tuned.show(child)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Use it now",
            icon=":material/check:",
            key="use_learned",
            type="primary",
            help=f"Chooses {words.literal(child.name)} on this page and the others.",
        ):
            state.choose_run(child.id)
            st.rerun()
        st.page_link(
            page_paths.RUNS,
            label=words.literal(child.name),
            icon=":material/list:",
            query_params={state.RUNS: child.id},
        )
