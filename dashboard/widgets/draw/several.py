"""The same drawing, answered by several runs, each in the style of its data set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
import streamlit as st

from core.errors import InklabError
from core.proportion import percent
from core.records import Run
from dashboard import services, state, words
from dashboard.widgets.common import clock
from dashboard.widgets.common.sample_card import likely_classes
from dashboard.widgets.draw import verdict
from dashboard.widgets.draw.character import Answered
from dashboard.widgets.draw.classify import classify

MAX_RUNS: Final = 6
NUM_AT_FIRST: Final = 4
COLUMNS: Final = 3


@dataclass(frozen=True)
class _Said:
    """What a run says, or why it says nothing."""

    title: str
    answered: Answered | None
    problem: str = ""


def section(answered: Answered) -> None:
    """Let the viewer choose runs, and show what each says."""
    runs = _pick(answered.run)
    if len(runs) == 1:
        st.info(
            "Choose other runs to see what they say of the same drawing.",
            icon=":material/info:",
        )
    said = [_said(run, answered) for run in runs]
    if not services.is_phone():
        # There it would be all lines; the bars say the same.
        _table(said)
    _bars([each for each in said if each.answered is not None])
    for each in said:
        if each.problem:
            st.warning(
                f"{words.literal(each.title)}: {words.message(each.problem)}",
                icon=":material/error:",
            )


def _pick(run: Run) -> tuple[Run, ...]:
    """Let the viewer choose runs; that of the page is always the first."""
    runs = {each.id: each for each in services.finished_runs(services.runs())}
    runs.setdefault(run.id, run)
    others = [
        each.id
        for each in runs.values()
        if each.config.dataset == run.config.dataset and each.id != run.id
    ]
    at_first: list[str] | None = [run.id, *others[: NUM_AT_FIRST - 1]]
    if state.ANSWERING_RUNS in st.session_state:
        # One that was deleted since is no option any more.
        kept = [each for each in st.session_state[state.ANSWERING_RUNS] if each in runs]
        st.session_state[state.ANSWERING_RUNS], at_first = kept, None
    now = clock.now()
    chosen = st.multiselect(
        "Runs",
        list(runs),
        default=at_first,
        format_func=lambda run_id: words.run_title(runs[run_id], now=now),
        key=state.ANSWERING_RUNS,
        **state.LINKED,
        max_selections=MAX_RUNS,
    )
    return tuple(runs[each] for each in dict.fromkeys([run.id, *chosen]))


def _said(run: Run, shown: Answered) -> _Said:
    now = clock.now()
    title = words.run_title(run, now=now)
    if run.id == shown.run.id:
        return _Said(title, shown)
    try:
        material = shown.character.material
        return _Said(title, classify(run, services.spec_of(run), material))
    except InklabError as error:
        return _Said(title, None, str(error))


def _table(said: Sequence[_Said]) -> None:
    table = pd.DataFrame([_row(each) for each in said]).set_index("Run")
    st.table(table, alt="Predicted class, confidence and verdict of each run")


def _row(said: _Said) -> dict[str, str]:
    found = said.answered
    row = {"Run": words.literal(said.title)}
    if found is None:
        return row | dict.fromkeys(
            ("Data set", "Predicted class", "Confidence", "Next", "Verdict"), "\u2013"
        )
    return row | {
        "Data set": words.literal(found.spec.title),
        "Predicted class": words.literal(found.class_name(found.predicted)),
        "Confidence": words.literal(percent(found.answer.confidence, decimals=1)),
        "Next": _next(found),
        "Verdict": _verdict(found),
    }


def _next(found: Answered) -> str:
    second = found.answer.runner_up
    if second is None:
        return "\u2013"
    share = percent(float(found.probabilities[second]), decimals=1)
    return f"{words.literal(found.class_name(second))}, {share}"


def _in_short(found: Answered) -> str:
    """Write what a run says in one line of Markdown."""
    share = percent(found.answer.confidence, decimals=1)
    name = words.literal(found.class_name(found.predicted))
    return f"**{name}**, {share}. {_verdict(found)}"


def _verdict(found: Answered) -> str:
    judged = verdict.judge(found)
    return "Not known" if judged is None else verdict.WORDS[judged.verdict]


def _bars(said: Sequence[_Said]) -> None:
    for start in range(0, len(said), COLUMNS):
        for place, (column, each) in enumerate(
            zip(st.columns(COLUMNS), said[start : start + COLUMNS], strict=False),
            start,
        ):
            found = each.answered
            if found is None:
                continue
            with column:
                st.caption(words.literal(each.title))
                st.markdown(_in_short(found))
                likely_classes(
                    found.probabilities,
                    found.classes,
                    true=None,
                    key=f"several_bars_{place}",
                    alt=f"Probability of each class, {each.title}",
                )
