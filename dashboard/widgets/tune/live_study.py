"""How a study goes: progress, what it has found, figures, trials; alive while it runs.

What is shown is asked for again and again while more is to come.
"""

from typing import Final

import streamlit as st

from core.errors import UnknownStudyError
from core.records import Run
from core.tuning.study import State, TrialRecord, busy_seconds
from dashboard import run_snapshots, studies, words
from dashboard.studies import StudySnapshot
from dashboard.widgets.common import page_frame, run_status
from dashboard.widgets.tune import (
    findings,
    study_actions,
    study_figures,
    trial_card,
    trial_table,
)

REFRESH_SECONDS: Final = 1.2


def show(name: str) -> None:
    """Show a study; while it runs, look again and again."""
    is_running = studies.snapshot(name).is_running
    every = REFRESH_SECONDS * run_snapshots.pace() if is_running else None
    st.fragment(_refresh, run_every=every)(name, was_running=is_running)


def _refresh(name: str, *, was_running: bool) -> None:
    with page_frame.plain_errors():
        try:
            study = studies.snapshot(name)
        except UnknownStudyError:
            # It was deleted since: the page says so.
            studies.names.clear()
            st.rerun()
        if study.is_running != was_running:
            # How often it looks, and what can be done, is settled with the page.
            st.rerun()
        _progress(study)
        study_actions.show(study)
        _problem(study)
        if study.best() is None:
            _nothing_yet(study)
        else:
            findings.show(study)
            study_figures.show(study)
        shown = trial_table.select(study)
        trial_card.show(study, shown or study.best())


def _progress(study: StudySnapshot) -> None:
    num_over = study.count(State.FINISHED) + study.count(State.PRUNED)
    num_over += study.count(State.FAILED)
    total = _num_planned(study)
    share = num_over / total if total else _share_of_time(study)
    parts = [f"{num_over:,} of {words.count(total, 'trial')}" if total else ""]
    parts[0] = parts[0] or words.count(num_over, "trial")
    seconds = busy_seconds(study.trials)
    parts.append(f"{words.duration(seconds)} so far")
    for state_, word in ((State.PRUNED, "pruned"), (State.FAILED, "failed")):
        if num := study.count(state_):
            parts.append(f"{num:,} {word}")
    stands = _now(study)
    if not study.is_running and total and num_over >= total:
        stands = "all done"
    text = f"{', '.join(parts)}. {stands[0].upper()}{stands[1:]}."
    st.progress(min(share, 1.0), text=text)


def _num_planned(study: StudySnapshot) -> int | None:
    waiting = study.count(State.WAITING)
    if study.spec.sampler == "grid":
        num = sum(not each.is_lost for each in study.trials)
        return min(num, study.spec.num_trials or num)
    if study.spec.num_trials is None:
        return None
    begun = sum(not each.is_lost for each in study.trials) - waiting
    return max(study.spec.num_trials, begun + waiting)


def _share_of_time(study: StudySnapshot) -> float:
    minutes = study.spec.minutes or 0.0
    return busy_seconds(study.trials) / 60 / minutes if minutes else 0.0


def _now(study: StudySnapshot) -> str:
    """Say what is being done; of trials that wait for their turn only if all do."""
    trials = [each for each in study.trials if each.state is State.RUNNING]
    runs = [(each, studies.run_of(each)) for each in trials]
    begun = [(each, run) for each, run in runs if run and run.scores.epochs_done]
    if begun:
        return "; ".join(_epoch(trial, run) for trial, run in begun)
    for trial, run in runs:
        turn = run_status.turn(run) if run is not None else ""
        return f"trial {trial.number} is {turn.lower() or 'starting'}"
    return "starting the next trial" if study.is_active else "not running"


def _epoch(trial: TrialRecord, run: Run) -> str:
    done, epochs = run.scores.epochs_done or 0.0, run.training.epochs
    epoch = min(int(done) + 1, epochs)
    return f"trial {trial.number} is in epoch {epoch} of {epochs}"


def _problem(study: StudySnapshot) -> None:
    if study.problem:
        page_frame.show_error(study.problem, title="The study does not go on")


def _nothing_yet(study: StudySnapshot) -> None:
    if study.is_running:
        text = "The first result appears here when the first trial is over."
    elif study.trials:
        text = "No trial has finished. The table shows what became of each."
    else:
        text = "No trial was begun. Resume the study to begin."
    st.info(text, icon=":material/info:")
