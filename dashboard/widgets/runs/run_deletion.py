"""Delete runs after one question, and take the deletion back."""

from collections.abc import Sequence

import streamlit as st

from core.records import Run
from core.runs import annotations
from dashboard import services, state, words
from dashboard.widgets.common import page_frame, read_only


def delete(chosen: Sequence[Run]) -> None:
    """Offer to delete some runs; it asks once."""
    number = words.count(len(chosen), "run")
    with st.popover(f"Delete {number}", icon=":material/delete:"):
        at_work = sum(not run.status.is_over for run in chosen)
        stopped = f" {at_work} of them will be stopped first." if at_work else ""
        st.markdown(f"Delete {number}?{stopped} This can be undone.")
        st.button(
            "Delete",
            type="primary",
            key="delete",
            **read_only.guard(),
            on_click=delete_now,
            args=([run.id for run in chosen],),
        )


def delete_now(run_ids: Sequence[str]) -> None:
    """Delete runs, and keep which, so that it can be undone."""
    with page_frame.plain_errors():
        state.keep_deleted(annotations.delete(services.store(), run_ids))
        state.select_runs(())


def undo() -> None:
    """Offer to take the last deletion of this session back."""
    deleted = state.deleted_runs()
    if not deleted:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(
            f"{words.count(len(deleted), 'run')} deleted.", icon=":material/delete:"
        )
        st.button(
            "Undo",
            icon=":material/undo:",
            key="undo",
            **read_only.guard(),
            on_click=_restore,
            args=(deleted,),
        )


def _restore(deleted: tuple[str, ...]) -> None:
    with page_frame.plain_errors():
        restored = annotations.restore(services.store(), deleted)
        state.keep_deleted(())
        state.select_runs(restored)
        if len(restored) < len(deleted):
            lost = words.count(len(deleted) - len(restored), "run")
            st.warning(
                f"{lost} cannot be restored: the files have been freed for good."
            )
