"""How it is decided whether an answer is given, with stricter thresholds too."""

from typing import Final

import pandas as pd
import streamlit as st

from core.evaluation import novelty
from core.evaluation.novelty import Judgement, Reference
from core.jobs.kinds.novelty import FitNovelty
from core.proportion import percent
from dashboard import image_results, results, services, words
from dashboard.widgets.common import analysis, tested_on
from dashboard.widgets.draw import verdict
from dashboard.widgets.draw.character import Answered

SHARES: Final = (0.9, 0.95, 0.97, 0.99, 1.0)

_OFFER: Final = (
    "Find out when this run should not answer: how far its validation images are from "
    "the images that it learned from, and how confident it is of them. A training does "
    "this at its end; this run is an ensemble, or of an earlier version of Inklab. "
    "It takes a few seconds, and needs the data set."
)


def section(answered: Answered) -> None:
    """Show the numbers of a drawing beside the thresholds."""
    run = answered.run
    reference = results.reference(run)
    if reference is None and not services.has_images(run):
        tested_on.no_images(run)
        return
    if analysis.result_of(FitNovelty(subject=run.id), run, offer=_OFFER) is None:
        return
    if reference is None:
        return
    found = image_results.judgement(
        run, answered.image, answered.answer.confidence, reference
    )
    if found is None:
        st.info(
            "The features that this run has kept are of another kind than those of its "
            "model, so distances cannot be compared. Train it again.",
            icon=":material/info:",
        )
        return
    st.markdown(
        f"Confidence **{percent(answered.answer.confidence, decimals=1)}**, distance "
        f"to the training images **{found.novelty:.2f}**."
    )
    _table(found, answered.answer.confidence, reference)
    st.caption(_explanation(reference))


def _table(found: Judgement, confidence: float, reference: Reference) -> None:
    rows = [
        {
            "Images answered": percent(share, decimals=0)
            + (" (used)" if share == found.thresholds.share else ""),
            "Confidence, at least": words.literal(
                percent(limits.confidence, decimals=1)
            ),
            "Distance, at most": f"{limits.novelty:.2f}",
            "This drawing": verdict.WORDS[
                novelty.verdict(found.novelty, confidence, limits)
            ],
        }
        for share in SHARES
        for limits in [reference.thresholds(share)]
    ]
    st.table(
        pd.DataFrame(rows).set_index("Images answered"),
        alt="Thresholds by the share of images that are answered, and what they say of "
        "this drawing",
    )


def _explanation(reference: Reference) -> str:
    images = (
        f"{reference.num_aside:,} validation images"
        if reference.is_held_out
        else f"{reference.num_aside:,} training images that the distances were not "
        f"taken to, because fewer than "
        f"{novelty.MIN_ASIDE} were held out for validation: it knows these, so the "
        "thresholds are stricter than they look"
    )
    return (
        "The distance is that of the features of the last hidden layer, each scaled to "
        f"length 1, to the {novelty.NEIGHBOUR}th nearest of {reference.num_images:,} "
        "training images (deep nearest neighbours, Sun and others 2022). Both "
        "thresholds are the same quantile, chosen so that this share of the images "
        f"set aside is answered: {images}."
    )
