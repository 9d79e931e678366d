"""What a study has found, in two sentences: what matters, and what to take."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.proportion import percent
from core.tuning import ranking, space
from core.tuning.importance import MIN_TRIALS, NUM_RESAMPLES, Importance
from core.tuning.ranking import Leader
from core.tuning.spec import TITLES, Objective
from core.tuning.study import State
from dashboard import studies, words
from dashboard.studies import StudySnapshot

HARDLY: Final = 0.1
SURE: Final = 0.9


def show(study: StudySnapshot) -> None:
    """Say what matters most and which network to take, with how sure that is."""
    found = studies.importances(study.name, study.version, study.study)
    with st.container(border=True):
        st.markdown(f"**What to take.** {which_to_take(study)}")
        num = study.count(State.FINISHED)
        st.markdown(f"**What matters.** {what_matters(found, num_finished=num)}")


def what_matters(found: Sequence[Importance], *, num_finished: int) -> str:
    """Say which setting matters most, and how sure that is.

    Args:
        found: What matters most first; empty if it is too early to tell.
        num_finished: How many trials it is from.
    """
    trials = words.count(num_finished, "finished trial")
    if not found:
        return f"Too early to tell: {trials}, and it takes {MIN_TRIALS}."
    first, *others = found
    if not others:
        return f"Only {_title(first)} is varied; the figures show how it matters."
    about = (
        f"about {_share(first.share)} of what sets the best quarter apart "
        f"({first.low * 100:.0f} to {_share(first.high)} in {NUM_RESAMPLES} resamples "
        f"of these {trials})"
    )
    if first.share_first < SURE:
        second = others[0]
        sentence = (
            f"Not clear yet: {_title(first)} seems to matter most, {about}, but it "
            f"comes first in only {_share(first.share_first)} of the resamples; then "
            f"{_title(second)} ({_share(second.share)})."
        )
    else:
        sentence = f"{_capital(_title(first))} matters most: {about}."
    little = [_title(each) for each in others if each.high < HARDLY]
    if little:
        sentence += f" Hardly any difference: {_listed(little)}."
    return sentence


def which_to_take(study: StudySnapshot) -> str:
    """Say which trial is the best, with its score, and which others are as good."""
    if len(study.spec.objectives) > 1:
        return _front(study)
    best = study.best()
    if best is None:
        return ""
    found = studies.leader(study)
    settings = _settings(study)
    if found is None:
        objective = study.spec.objectives[0]
        score = score_text(objective, best.values[0])
        num = studies.num_validated(study.spec)
        of = f" on {num:,} validation images" if num else ""
        return (
            f"Trial {best.number}: {TITLES[objective].lower()} {score}{of}, the best "
            f"of {words.count(study.count(State.FINISHED), 'trial')} ({settings})."
        )
    return f"Trial {best.number}: {_accuracy(found)} ({settings}). {_chance(found)}"


def _accuracy(found: Leader) -> str:
    return (
        f"{percent(found.accuracy.value)} of {found.accuracy.total:,} validation "
        f"images, 95 % interval {words.interval(found.accuracy)} %"
    )


def _chance(found: Leader) -> str:
    """Say how many other trials are as good as far as one can tell."""
    if not found.num_compared:
        return "It is the only one so far."
    others = (
        "the other finished trial"
        if found.num_compared == 1
        else f"the other {found.num_compared:,} finished trials"
    )
    if not found.num_equal:
        return f"It is better than {others} by more than chance."
    num = found.num_equal
    are = "is" if num == 1 else "are"
    smaller = "it may be the smaller or faster one"
    smaller = smaller if num == 1 else "one of them may be smaller or faster"
    return (
        f"Of {others}, {num:,} {are} within chance of it: {smaller}. As the best of "
        "several it is a little lucky; the test images tell what it is worth."
    )


def _front(study: StudySnapshot) -> str:
    front = ranking.front(study.spec, study.trials)
    first, last = front[0], front[-1]
    names = [TITLES[each].lower() for each in study.spec.objectives]
    text = (
        f"{words.count(len(front), 'trial')} of "
        f"{words.count(study.count(State.FINISHED), 'finished trial')} "
        f"{'is' if len(front) == 1 else 'are'} beaten by no other in both {names[0]} "
        f"and {names[1]}. "
    )
    if len(front) == 1:
        return f"{text}Trial {first.number} is the best in both: {_both(study, 0)}."
    return (
        f"{text}From trial {first.number} ({_both(study, 0)}) to trial {last.number} "
        f"({_both(study, -1)})."
    )


def _both(study: StudySnapshot, place: int) -> str:
    trial = ranking.front(study.spec, study.trials)[place]
    pairs = zip(study.spec.objectives, trial.values, strict=True)
    return ", ".join(score_text(each, value) for each, value in pairs)


def score_text(objective: Objective, value: float) -> str:
    """Write a score with its unit."""
    match objective:
        case "val_accuracy":
            return percent(value)
        case "seconds":
            return words.duration(value)
        case "parameters":
            return f"{value:,.0f} parameters"
        case _:
            return f"{value:.4f}"


def _settings(study: StudySnapshot) -> str:
    best = study.best()
    params = best.params if best else {}
    return words.literal(
        ", ".join(
            f"{space.title_of(key).lower()} {space.text_of(key, value)}"
            for key, value in params.items()
        )
    )


def _title(found: Importance) -> str:
    return space.title_of(found.key).lower()


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _share(share: float) -> str:
    return f"{share * 100:.0f} %"


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
