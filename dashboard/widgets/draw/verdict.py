"""Whether an answer is given, or the run is not sure, or it is none of the classes."""

import streamlit as st

from core.errors import ArtifactError
from core.evaluation.novelty import Judgement, Verdict
from core.proportion import percent
from dashboard import image_results, results
from dashboard.widgets.draw.character import Answered

WHERE = "When it answers"
"""The section that says how it is decided."""

WORDS = {
    Verdict.ANSWERED: "Answered",
    Verdict.NOT_SURE: "Not sure",
    Verdict.NONE_OF_THE_CLASSES: "None of the classes",
}


def judge(answered: Answered) -> Judgement | None:
    """Say whether an answer is given.

    Returns:
        None if that is not known: the run's novelty thresholds were not computed, or
        cannot be read.
    """
    try:
        reference = results.reference(answered.run)
        if reference is None:
            return None
        return image_results.judgement(
            answered.run, answered.image, answered.answer.confidence, reference
        )
    except ArtifactError:
        return None


def show(answered: Answered) -> None:
    """Say it below an answer."""
    found = judge(answered)
    if found is None:
        st.caption(
            f"It is not known yet when this run should not answer: see “{WHERE}” below."
        )
        return
    if found.verdict is not Verdict.ANSWERED:
        st.warning(in_words(found), icon=":material/help:")
    share = percent(found.thresholds.share, decimals=0)
    images = (
        "validation images"
        if found.thresholds.is_held_out
        else "training images set aside"
    )
    st.caption(f"Answers {share} of its {images}.", help=help_of(found))


def in_words(found: Judgement) -> str:
    """Write why an answer is not given, in Markdown; empty if it is."""
    limits = found.thresholds
    match found.verdict:
        case Verdict.NOT_SURE:
            return (
                "**Not sure**: for an answer, the confidence has to be at least "
                f"{percent(limits.confidence, decimals=1)}."
            )
        case Verdict.NONE_OF_THE_CLASSES:
            return (
                "**This looks like none of the classes**: its distance to the training "
                f"images is {found.novelty:.2f}, and for an answer it has to be at "
                f"most {limits.novelty:.2f}."
            )
        case Verdict.ANSWERED:
            return ""


def help_of(found: Judgement) -> str:
    """Write how it is decided."""
    limits = found.thresholds
    return (
        "An answer is given if the network has seen something like the drawing "
        f"(distance {found.novelty:.2f}, at most {limits.novelty:.2f}), and is "
        "confident enough (at least "
        f"{percent(limits.confidence, decimals=1)}). Both thresholds come from images "
        f"set aside in training, of which {percent(limits.share, decimals=0)} are "
        f"answered. “{WHERE}” below has more."
    )
