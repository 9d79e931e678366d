"""The runs that wait for their turn: their order, and how to change it."""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from core.config import differing_settings
from core.insight import network_cost
from core.records import Run
from dashboard import run_snapshots, services, words
from dashboard.widgets.common import page_frame

REFRESH_SECONDS: Final = 3.0
SLOWEST_PACE: Final = 4.0
NUM_SHOWN: Final = 5
"""What comes next; the rest is a click away, or many would hide the page."""

TOLD: Final = ("epochs", "preset")
"""Settings that are told anyway, or that say nothing of the training itself."""

MOST_DIFFERENCES: Final = 4
EARLIER: Final = "Earlier"
LATER: Final = "Later"
FIRST: Final = "To the front"
LAST: Final = "To the end"
MOVES: Final = {FIRST: -sys.maxsize, EARLIER: -1, LATER: 1, LAST: sys.maxsize}
"""By how many places each moves a run; it stays within the queue."""


def queue(everything: Sequence[Run]) -> None:
    """Show what waits, and look again and again while a run is not over.

    Args:
        everything: All runs.
    """
    if not all(run.status.is_over for run in everything):
        # In a fragment of its own, because the run that is shown above may be over,
        # and somebody else may ask for one while it is not.
        seconds = REFRESH_SECONDS * min(run_snapshots.pace(), SLOWEST_PACE)
        st.fragment(_look, run_every=seconds)(
            had_some=bool(services.waiting_runs(everything))
        )


def _look(*, had_some: bool) -> None:
    with page_frame.plain_errors():
        everything = services.runs()
        waiting = services.waiting_runs(everything)
        if (had_some and not waiting) or all(run.status.is_over for run in everything):
            # The rest of the page shows what became of them.
            st.rerun()
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


def _rows(
    waiting: Sequence[Run], descriptions: Mapping[str, str], *, first: int, last: int
) -> None:
    for number, run in enumerate(waiting[first - 1 : last], start=first):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", wrap=False
        ):
            st.markdown(f"{number}\\. {descriptions[run.id]}", width="stretch")
            _move(run, is_alone=len(waiting) == 1)
            st.button(
                "Cancel",
                icon=":material/close:",
                help=f"Cancel {words.literal(run.name)}",
                type="tertiary",
                key=f"cancel_{run.id}",
                on_click=_cancel,
                args=(run.id,),
            )


def _descriptions(waiting: Sequence[Run]) -> Mapping[str, str]:
    """Describe each run, by its id, so that those of one name can be told apart."""
    alike: defaultdict[str, list[Run]] = defaultdict(list)
    for run in waiting:
        alike[run.name].append(run)
    described = {}
    for runs in alike.values():
        trained = [run.config for run in runs if not run.members]
        differing = [each for each in differing_settings(trained) if each not in TOLD]
        for run in runs:
            described[run.id] = _describe(run, differing)
    return described


def _describe(run: Run, differing: Sequence[str]) -> str:
    name = words.literal(run.name)
    if run.members:
        return f"**{name}**, combines {len(run.members)} runs"
    network = network_cost.describe_network(run.config)
    title = f"**{name}**" if network == run.name else f"**{name}** ({network})"
    epochs = words.count(run.config.epochs, "epoch")
    settings = run.config.flat()
    told = [each for each in differing if each in settings]
    parts = [
        f"{words.setting(each).lower()} {words.literal(str(settings[each]))}"
        for each in told[:MOST_DIFFERENCES]
    ]
    more = ["..."] if len(told) > MOST_DIFFERENCES else []
    return ", ".join([title, epochs, *parts, *more])


def _move(run: Run, *, is_alone: bool) -> None:
    key = f"move_{run.id}"
    st.menu_button(
        "Move",
        MOVES,
        help=f"Move {words.literal(run.name)}",
        type="tertiary",
        key=key,
        disabled=is_alone,
        on_click=_shift,
        args=(run.id, key),
    )


def _shift(run_id: str, key: str) -> None:
    with page_frame.plain_errors():
        services.move_run(run_id, by=MOVES[st.session_state[key]])


def _cancel(run_id: str) -> None:
    with page_frame.plain_errors():
        services.cancel_run(run_id)
