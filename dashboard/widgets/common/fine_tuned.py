"""What came of a fine-tuning: one's own hand and the test images, before and after."""

import streamlit as st

from core.errors import ArtifactError
from core.evaluation.paired import Difference
from core.handwriting.fine_tuned import BeforeAfter
from core.proportion import percent
from core.records import Run
from dashboard import results, words


def show(run: Run) -> None:
    """Show what a fine-tuned run has learned and lost; nothing of any other run.

    Args:
        run: Any run.
    """
    try:
        found = results.fine_tuned(run)
    except ArtifactError as error:
        st.warning(words.message(str(error)), icon=":material/warning:")
        return
    if found is None:
        return
    learned = words.count(len(found.learned), "drawing")
    st.markdown(
        f"**Fine-tuned on {learned}** of My handwriting, together with "
        f"{found.num_rehearsed:,} of the original training images, against forgetting."
    )
    with st.grid(2, min_column_width=220, gap="small"):
        _accuracy("Your drawings, held out", found.drawings, key="hand")
        _accuracy("Test images", found.test, key="test")
    st.caption(_verdict(found.test))


def _accuracy(title: str, counts: BeforeAfter, *, key: str) -> None:
    before, after = counts.before, counts.after
    with st.container(border=True, key=f"fine_tuned_{key}"):
        if before is None or after is None:
            st.metric(title, "\u2013")
            st.caption(
                "None was held out. Every fifth of a class is, from the third on: keep "
                "more drawings, and learn again."
            )
            return
        st.metric(title, f"{percent(before.value)} \u2192 {percent(after.value)}")
        st.caption(
            f"{before.successes:,} \u2192 {after.successes:,} of {counts.total:,} "
            f"correct. 95 % intervals: {words.interval(before)} and "
            f"{words.interval(after)} %."
        )


def _verdict(test: BeforeAfter) -> str:
    """Say whether the network has forgotten something."""
    change = test.difference
    if change is None:
        return ""
    points = (
        f"{_points(change.value)} points on the test images (95 % interval "
        f"{_points(change.low)} to {_points(change.high)}; {test.only_after:,} fixed, "
        f"{test.only_before:,} broken)"
    )
    return f"{points}: {_meaning(change)}"


def _meaning(change: Difference) -> str:
    if change.high < 0:
        return "it has forgotten a little, more than chance explains."
    if change.low > 0:
        return "it has become better there too, more than chance explains."
    return "no more than chance explains, so nothing was demonstrably forgotten."


def _points(share: float) -> str:
    return f"{100 * share:+.2f}".replace("-", "\u2212")
