"""The runs that wait for their turn: their order, and how to change it."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core import estimates
from core.config import differing_settings
from core.runs.records import Run
from dashboard import services, watching, words
from dashboard.widgets import frame

REFRESH_SECONDS: Final = 3.0
NUM_SHOWN: Final = 5
"""What comes next; the rest is a click away, or many would hide the page."""

TOLD: Final = ("epochs", "preset")
"""Settings that are told anyway, or that say nothing of the training itself."""

EARLIER: Final = "Earlier"
LATER: Final = "Later"
FIRST: Final = "To the front"
LAST: Final = "To the end"
MOVES: Final = (FIRST, EARLIER, LATER, LAST)


def queue(everything: Sequence[Run]) -> None:
    """Show what waits, and look again and again while a run is not over.

    Args:
        everything: All runs.
    """
    if not all(run.status.is_over for run in everything):
        # In a fragment of its own, because the run that is shown above may be over,
        # and somebody else may ask for one while it is not.
        seconds = REFRESH_SECONDS * watching.pace()
        st.fragment(_look, run_every=seconds)(
            had_some=bool(services.waiting_runs(everything))
        )


def _look(*, had_some: bool) -> None:
    with frame.plain_errors():
        everything = services.runs()
        waiting = services.waiting_runs(everything)
        if (had_some and not waiting) or all(run.status.is_over for run in everything):
            # The rest of the page shows what became of them.
            st.rerun()
        if not waiting:
            return
        st.subheader("Queue", anchor=False)
        _rows(waiting, first=1, last=NUM_SHOWN)
        if (num_more := len(waiting) - NUM_SHOWN) > 0:
            _more(waiting, num_more)


def _more(waiting: Sequence[Run], num_more: int) -> None:
    label = f"{num_more:,} more"
    with st.expander(label, key="more_waiting", on_change="rerun") as more:
        if more.open:
            _rows(waiting, first=NUM_SHOWN + 1, last=len(waiting))


def _rows(waiting: Sequence[Run], *, first: int, last: int) -> None:
    for number, run in enumerate(waiting[first - 1 : last], start=first):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", wrap=False
        ):
            st.markdown(f"{number}\\. {_describe(run, waiting)}", width="stretch")
            _move(run, num_waiting=len(waiting))
            st.button(
                "Cancel",
                icon=":material/close:",
                help=f"Cancel {words.literal(run.name)}",
                type="tertiary",
                key=f"cancel_{run.id}",
                on_click=_cancel,
                args=(run.id,),
            )


def _describe(run: Run, waiting: Sequence[Run]) -> str:
    name = words.literal(run.name)
    if run.members:
        return f"**{name}**, combines {len(run.members)} runs"
    network = estimates.describe_network(run.config)
    title = f"**{name}**" if network == run.name else f"**{name}** ({network})"
    epochs = words.count(run.config.epochs, "epoch")
    return ", ".join([title, epochs, *_differences(run, waiting)])


def _differences(run: Run, waiting: Sequence[Run]) -> list[str]:
    """Say in what a run differs from others that have its name."""
    alike = [run, *(each for each in waiting if each.name == run.name)]
    differing = differing_settings([each.config for each in alike])
    return [
        f"{words.setting(name).lower()} {values[0]}"
        for name, values in differing.items()
        if name not in TOLD and values[0]
    ]


def _move(run: Run, *, num_waiting: int) -> None:
    key = f"move_{run.id}"
    st.menu_button(
        "Move",
        MOVES,
        help=f"Move {words.literal(run.name)}",
        type="tertiary",
        key=key,
        disabled=num_waiting == 1,
        on_click=_shift,
        args=(run.id, key, num_waiting),
    )


def _shift(run_id: str, key: str, num_waiting: int) -> None:
    places = {EARLIER: -1, LATER: 1, FIRST: -num_waiting, LAST: num_waiting}
    with frame.plain_errors():
        services.move_run(run_id, by=places[st.session_state[key]])


def _cancel(run_id: str) -> None:
    with frame.plain_errors():
        services.cancel_run(run_id)
