"""All scores of a run as a table, and what puts its accuracy into proportion."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from core.datasets import rejected_labels
from core.evaluation.scores import Score
from core.proportion import percent
from core.records import Run
from dashboard import results, words
from dashboard.widgets.common.tested_on import Tested
from dashboard.widgets.evaluate import headline

LOSSES: Final = ("log_loss", "brier_score")


def section(run: Run, tested: Tested) -> None:
    """Show every score with its interval, n and meaning."""
    found = results.scores(tested.evaluation)
    if not _has_losses(tested, found):
        found = tuple(each for each in found if each.key not in LOSSES)
        st.caption(
            "Log loss and Brier score are left out of the table: several classes of "
            "the run are right for one image here, and they would count one only."
        )
    st.table(_table(found), alt="All scores with their 95 % intervals")
    st.caption(
        "Intervals: Wilson's for accuracy and top-k, which are shares of the images; "
        "percentile bootstrap for the others. They show how far a score on other "
        "images of this kind may differ. The bootstrap knows only these images: where "
        "none is wrong, its interval has no width."
    )
    num_missing = sum(not each.support for each in tested.evaluation.classes)
    if num_missing:
        st.caption(
            f"{num_missing} of the {len(tested.classes)} classes have no test images. "
            "They count in macro precision and macro F1 where an image is predicted as "
            "one of them: with 0."
        )
    _without_rejected(run, tested)
    if tested.is_own:
        _over_seeds(run)


def _has_losses(tested: Tested, found: Sequence[Score]) -> bool:
    """Tell whether each image has one right class, so that losses are what they say."""
    (log_loss,) = (each.value for each in found if each.key == "log_loss")
    return bool(np.isclose(log_loss, tested.evaluation.log_loss))


def _table(found: Sequence[Score]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Score": [each.title for each in found],
            "Value": [_written(each, each.value) for each in found],
            "95 % interval": [_interval(each) for each in found],
            "Test images": [f"{each.n:,}" for each in found],
            "What it is": [each.meaning for each in found],
        }
    ).set_index("Score")


def _written(score: Score, value: float) -> str:
    if score.unit == "share" or np.isnan(value):
        return percent(value)
    return f"{value:.4f}"


def _interval(score: Score) -> str:
    ends = (score.interval.low, score.interval.high)
    low, high = (_written(score, each) for each in ends)
    return f"{low.removesuffix(' %')} to {high}"


def _without_rejected(run: Run, tested: Tested) -> None:
    share = headline.without_rejected(run, tested)
    if share is None:
        return
    total = tested.evaluation.accuracy.total
    num = total - share.total
    st.markdown(
        f"**{words.accuracy(share)} without {num} rejected labels.** A "
        f"majority of five people did not agree with the label of {num} of the "
        f"{total:,} test images, according to "
        f"{rejected_labels.SOURCE}: a model that sees what they saw counts as wrong "
        "there, so this is the accuracy with these images set aside."
    )


def _over_seeds(run: Run) -> None:
    spread = results.spread_over_seeds(run)
    if spread is None:
        return
    st.markdown(
        f"**{percent(spread.mean)} on average over {spread.n} seeds.** "
        f"{spread.n} runs differ only in their seed: their test accuracies have a "
        f"standard deviation of {spread.deviation * 100:.2f} points, from "
        f"{percent(spread.low)} to {percent(spread.high)}. A difference between two "
        "recipes that is no larger may be luck."
    )
