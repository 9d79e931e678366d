"""Choose which of all runs are listed."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.insight import network_cost
from core.records import Run, RunStatus
from dashboard import services, state


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a run must be like to be listed; what is empty asks for nothing.

    Attributes:
        find: Words that are all in its name, its network or its note.
        statuses: Where it may stand.
        data_sets: Titles of data sets of which it may be.
        studies: Names of studies of which it may be a trial.
        starred_only: Whether it must be starred.
    """

    find: str = ""
    statuses: tuple[RunStatus, ...] = ()
    data_sets: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()
    starred_only: bool = False

    def takes(self, run: Run) -> bool:
        """Whether a run is listed."""
        spec = services.spec_of(run)
        network = network_cost.describe_network(run.config, spec)
        words = f"{run.name}\n{network}\n{run.note}".casefold()
        return (
            all(word in words for word in self.find.casefold().split())
            and (not self.statuses or run.status in self.statuses)
            and (not self.data_sets or spec.title in self.data_sets)
            and (not self.studies or run.study in self.studies)
            and (run.is_starred or not self.starred_only)
        )


def filtered(everything: Sequence[Run], *, by_study: bool = False) -> tuple[Run, ...]:
    """Let the viewer choose which runs are listed, and return those.

    Args:
        everything: The runs to choose from.
        by_study: Whether there is a control for the studies, too.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        find = st.text_input(
            "Find",
            key=state.FIND,
            **state.LINKED,
            placeholder="Name, network or notes",
            icon=":material/search:",
            width=260,
        )
        statuses = st.pills(
            "Status",
            list(RunStatus),
            selection_mode="multi",
            format_func=str.capitalize,
            key=state.STATUS,
            **state.LINKED,
            wrap=True,
        )
        data_sets = _pick_data_sets(everything)
        studies = _pick_studies(everything) if by_study else ()
        starred_only = st.toggle("Starred only", key=state.STARRED, **state.LINKED)
    chosen = Filter(
        find=find,
        statuses=tuple(statuses),
        data_sets=data_sets,
        studies=studies,
        starred_only=starred_only,
    )
    return tuple(run for run in everything if chosen.takes(run))


def _pick_data_sets(everything: Sequence[Run]) -> tuple[str, ...]:
    titles = sorted({services.spec_of(run).title for run in everything})
    if len(titles) == 1:
        return ()
    return tuple(
        st.pills(
            "Data set",
            titles,
            selection_mode="multi",
            key=state.RUN_DATA_SETS,
            wrap=True,
            **state.LINKED,
        )
    )


def _pick_studies(everything: Sequence[Run]) -> tuple[str, ...]:
    names = sorted({run.study for run in everything} - {""})
    if not names:
        return ()
    return tuple(
        st.multiselect(
            "Study",
            names,
            key=state.STUDIES,
            placeholder="Any, or none",
            width=260,
            **state.LINKED,
        )
    )
