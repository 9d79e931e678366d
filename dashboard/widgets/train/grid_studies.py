"""Grids that were started here, and how studies go whose trials run.

The storage of studies takes a moment to import: it is when there is a study.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from core import settings
from core.errors import StudyStoreError, UnknownStudyError
from core.records import TRIAL, Run
from core.tuning import space
from core.tuning.spec import MAX_NAME, StudySpec
from dashboard import page_paths, run_snapshots, services, state, words
from dashboard.widgets.common import clock, page_frame, read_only

if TYPE_CHECKING:
    from core.tuning.study import Study
    from core.tuning.trials import TrialRecord

Stages = tuple[tuple[int, bool], ...]

REFRESH_SECONDS: Final = 3.0
FAILURE_SECONDS: Final = 15.0
"""So long a storage that does not answer is not asked again, which takes seconds."""
MAX_SHOWN: Final = 3


@dataclass(frozen=True)
class _Found:
    """A study as it was at one moment."""

    study: "Study"
    trials: "Sequence[TrialRecord]"
    is_running: bool


def start(spec: StudySpec) -> None:
    """Make a grid study and begin with it.

    Raises:
        StudyError: If it cannot be made so.
        DatasetError: If its data set cannot be used.
    """
    from core.jobs import studies  # noqa: PLC0415 - see above
    from core.tuning import storage  # noqa: PLC0415

    taken = {study.name for study in storage.load_all()}
    study = studies.start(services.store(), _name(spec, taken), spec)
    st.session_state[state.TRIED] = study.name
    st.session_state[state.TAB] = state.LIVE
    state.remember(state.WATCHED_RUN, None)


def _name(spec: StudySpec, taken: set[str]) -> str:
    """Name a study after what it varies and when, like no other one."""
    titles = " x ".join(space.title_of(key).lower() for key in spec.space.varied)
    now = clock.now()
    when = f"{now.day} {now:%b %H:%M}"
    name = f"{titles[: MAX_NAME - 20]}, {when}"
    number = 1
    while (unique := name if number == 1 else f"{name} ({number})") in taken:
        number += 1
    return unique


def show(everything: Sequence[Run]) -> None:
    """Show each study that runs, and the one that was started here, also when it ended.

    Args:
        everything: All runs, the newest first.
    """
    names = _names(everything)
    if not names:
        return
    with page_frame.plain_errors():
        found = read(names)
        is_running = any(each.is_running for each in found)
        every = REFRESH_SECONDS * run_snapshots.pace() if is_running else None
        st.fragment(_refresh, run_every=every)(names, shown=_stages(found))


def _names(everything: Sequence[Run]) -> tuple[str, ...]:
    """Return the studies to look at: between two of its trials, none of one runs."""
    latest = [run.study for run in everything[:1] if run.kind == TRIAL]
    running = [
        run.study for run in everything if run.kind == TRIAL and not run.status.is_over
    ]
    tried = st.session_state.get(state.TRIED)
    names = dict.fromkeys([*([tried] if tried else []), *running, *latest])
    return tuple(names)[:MAX_SHOWN]


def _refresh(names: Sequence[str], *, shown: Stages) -> None:
    with page_frame.plain_errors():
        found = read(names)
        if _stages(found) != shown:
            # The rest of the page shows the next trial, or what became of them.
            st.rerun()
        tried = st.session_state.get(state.TRIED)
        for each in found:
            if each.is_running or each.study.name == tried:
                _show(each)


def read(names: Sequence[str]) -> tuple[_Found, ...]:
    """Return the studies as they are; one that was deleted is left out.

    Raises:
        StudyStoreError: If their storage does not answer, or did not a moment ago.
    """
    key = (tuple(names), settings.studies_uri())
    answer = _answer(*key)
    if isinstance(answer, str):
        raise StudyStoreError(answer)
    # Only a failure is remembered.
    _answer.clear(*key)
    return answer


@st.cache_resource(ttl=FAILURE_SECONDS, max_entries=20, show_spinner=False)
def _answer(
    names: tuple[str, ...],
    uri: str,  # noqa: ARG001 - what the answer depends on
) -> "tuple[_Found, ...] | str":
    """Return what `read` does, or why the storage does not answer."""
    try:
        return _ask(names)
    except StudyStoreError as error:
        return str(error)


def _ask(names: Sequence[str]) -> tuple[_Found, ...]:
    from core.jobs import studies  # noqa: PLC0415 - see above
    from core.tuning import storage  # noqa: PLC0415

    found = []
    for name in names:
        with contextlib.suppress(UnknownStudyError):
            study = storage.load(name)
            trials = study.trials()
            is_running = studies.is_running(study, trials)
            found.append(_Found(study, trials, is_running))
    return tuple(found)


def _stages(found: Sequence[_Found]) -> Stages:
    """Say how many trials of each have begun, and whether it runs."""
    return tuple(
        (sum(bool(trial.run_id) for trial in each.trials), each.is_running)
        for each in found
    )


def _show(found: _Found) -> None:
    from dashboard.widgets.tune import grid_view  # noqa: PLC0415 - see above

    study = found.study
    counted = [each for each in found.trials if not each.is_lost]
    num_over = sum(each.ended is not None for each in counted)
    total = len(counted)
    if study.spec.sampler != "grid":
        total = max(study.spec.num_trials or total, total)
    stands = ", done" if num_over == total else ", stopped"
    text = (
        f"{words.literal(study.name)}: {num_over:,} of "
        f"{words.count(total, 'training')}{'' if found.is_running else stands}"
    )
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(min(num_over / max(total, 1), 1.0), text=text)
            if found.is_running:
                st.button(
                    "Stop all",
                    icon=":material/stop:",
                    key=f"stop_study_{study.name}",
                    **read_only.guard(),
                    on_click=_stop,
                    args=(study.name,),
                )
        if study.problem:
            page_frame.show_error(study.problem, title="The study does not go on")
        if best := grid_view.sentence(study, found.trials):
            st.markdown(best)
        st.page_link(
            page_paths.TUNE,
            label="Show the result" if num_over else "Open on Tune",
            icon=":material/view_week:",
            query_params={state.STUDY: study.name},
        )


def _stop(name: str) -> None:
    from core.jobs import studies  # noqa: PLC0415 - see above

    with page_frame.plain_errors(), contextlib.suppress(UnknownStudyError):
        studies.stop(services.store(), name)
